"""Charts as a sandbox describes them, and whatever else a hostile one may send in their place."""

from __future__ import annotations

import base64

import pytest

from daytona_sdk import (
    BarChart,
    BoxAndWhiskerChart,
    Chart,
    Chart2D,
    ChartType,
    CompositeChart,
    LineChart,
    PieChart,
    PointData,
    Sandbox,
    ScatterChart,
    parse_chart,
)
from daytona_sdk.charts import PointChart, parse_charts
from support import run_script

LINE = {
    "type": "line",
    "title": "Growth",
    "png": "iVBORw0KGgo=",
    "x_label": "Time",
    "y_label": "Size",
    "x_ticks": [0, 1],
    "x_tick_labels": ["0", "1"],
    "x_scale": "linear",
    "y_ticks": [0, 10],
    "y_tick_labels": ["0", "10"],
    "y_scale": "log",
    "elements": [{"label": "a", "points": [[0, 1], [1, 10.5]]}],
}
BOX = {"label": "q", "min": 1, "first_quartile": 2, "median": 3, "third_quartile": 4, "max": 5, "outliers": [9]}
OTHERS = [
    ({"type": "scatter", "elements": [{"label": "a", "points": [["mon", 1]]}]}, ScatterChart),
    ({"type": "bar", "elements": [{"label": "a", "group": "g", "value": 3}]}, BarChart),
    ({"type": "pie", "elements": [{"label": "a", "angle": 90, "radius": 1, "autopct": 25}]}, PieChart),
    ({"type": "box_and_whisker", "elements": [BOX]}, BoxAndWhiskerChart),
]


def test_a_line_chart_has_the_documented_fields() -> None:
    chart = parse_chart(**LINE)
    assert isinstance(chart, LineChart)
    assert isinstance(chart, PointChart)
    assert isinstance(chart, Chart2D)
    assert (chart.type, chart.title, chart.png) == (ChartType.LINE, "Growth", "iVBORw0KGgo=")
    assert (chart.x_label, chart.x_ticks, chart.x_tick_labels, chart.x_scale) == ("Time", [0, 1], ["0", "1"], "linear")
    assert (chart.y_label, chart.y_ticks, chart.y_tick_labels, chart.y_scale) == ("Size", [0, 10], ["0", "10"], "log")
    assert chart.elements == [PointData("a", [(0, 1), (1, 10.5)])]


@pytest.mark.parametrize(("fields", "kind"), OTHERS, ids=lambda value: getattr(value, "__name__", ""))
def test_each_kind_has_its_class(fields: dict[str, object], kind: type[Chart]) -> None:
    chart = parse_chart(**fields)
    assert type(chart) is kind
    assert chart.type == fields["type"]
    plain = chart.to_dict()["elements"]
    assert [{**element, "points": 0} for element in plain] == [{**e, "points": 0} for e in fields["elements"]]  # type: ignore[attr-defined]


def test_a_composite_holds_charts() -> None:
    chart = parse_chart(type="composite_chart", elements=[LINE, *(fields for fields, _ in OTHERS)])
    assert isinstance(chart, CompositeChart)
    assert [type(each) for each in chart.elements] == [LineChart, *(kind for _, kind in OTHERS)]


def test_no_fields_are_no_chart() -> None:
    assert parse_chart() is None


def test_a_kind_of_the_future_is_a_chart() -> None:
    chart = parse_chart(type="heatmap", title="t", elements=[[1, 2]], brightness=3)
    assert type(chart) is Chart
    assert (chart.type, chart.title, chart.elements) == ("heatmap", "t", [[1, 2]])


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        "text",
        {"type": "line"},
        [None, 3, "text", [], {}],
        [{"type": 3}],
        [{"type": None, "elements": None}],
        [{"type": ["line"]}],
        [{"type": "line", "elements": "text"}],
        [{"type": "line", "elements": [None, 3, {"points": 3}, {"points": [None, [1], [1, 2, 3], "ab"]}]}],
        [{"type": "pie", "elements": {"label": "a"}}],
        [{"type": "bar", "elements": [{"__class__": "x", "label": {}}]}],
        [{"type": "box_and_whisker", "elements": [{"outliers": "text"}]}],
        [{"type": "composite_chart", "elements": [None, {"type": "composite_chart", "elements": [3]}]}],
        [{"__class__": "x", "_items": 3, "self": 4}],
    ],
    ids=repr,
)
def test_what_is_no_chart_breaks_nothing(hostile: object) -> None:
    for chart in parse_charts(hostile):
        assert isinstance(chart, Chart)
        repr(chart)
        chart.to_dict()


def test_charts_are_imported_only_when_asked_for() -> None:
    done = run_script(
        """
        import sys, daytona_sdk
        lazy = {"daytona_sdk.charts", "daytona_sdk.git", "daytona_sdk.lsp_server"}
        assert not lazy & set(sys.modules)
        assert "LineChart" in dir(daytona_sdk)
        from daytona_sdk import LineChart
        assert lazy & set(sys.modules) == {"daytona_sdk.charts"}
        """
    )
    assert done.returncode == 0, done.stderr


FIGURE = """
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(1, 2)
left.plot([0, 1, 2], [0, 1, 4], label="squares")
left.set_title("Growth")
left.set_xlabel("Time")
right.bar(["a", "b"], [3, 5])
plt.show()
print("drawn")
"""


def test_a_figure_that_is_shown_arrives(sandbox: Sandbox) -> None:
    response = sandbox.process.code_run(FIGURE, timeout=120).check()
    assert response.result == "drawn\n"
    [chart] = response.artifacts.charts
    assert isinstance(chart, CompositeChart)
    assert base64.b64decode(chart.png or "").startswith(b"\x89PNG")
    left, right = chart.elements
    assert isinstance(left, LineChart)
    assert (left.title, left.x_label) == ("Growth", "Time")
    assert left.elements == [PointData("squares", [(0, 0), (1, 1), (2, 4)])]
    assert isinstance(right, BarChart)
    assert [(bar.label, bar.value) for bar in right.elements] == [("a", 3), ("b", 5)]
