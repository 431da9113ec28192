"""Charts that ``process.code_run`` found in what the code plotted.

A chart comes out of a sandbox, so nothing about its shape is certain: fields that are missing or of a wrong kind
are left empty, fields that are unknown are left out, and what is no chart at all is passed over. Only used when
there are charts, so importing the package does not import this.
"""

from __future__ import annotations

from ._values import OpenTextEnum, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Union

    #: A coordinate or a tick: a number, or the text of a category or a date.
    Coordinate = Union[str, float]

__all__ = [
    "BarChart",
    "BarData",
    "BoxAndWhiskerChart",
    "BoxAndWhiskerData",
    "Chart",
    "Chart2D",
    "ChartType",
    "CompositeChart",
    "LineChart",
    "PieChart",
    "PieData",
    "PointChart",
    "PointData",
    "ScatterChart",
    "parse_chart",
]


class ChartType(OpenTextEnum):
    """Kinds of charts. A kind that only a newer sandbox knows is a member too.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.plot([1, 2, 3]); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if chart.type == ChartType.LINE:
            print("a line chart")
        ```
    """

    LINE = "line"
    SCATTER = "scatter"
    BAR = "bar"
    PIE = "pie"
    BOX_AND_WHISKER = "box_and_whisker"
    COMPOSITE_CHART = "composite_chart"
    UNKNOWN = "unknown"


class PointData(Value):
    """One line, or one group of points.

    Args:
        label: Its name in the legend.
        points: Pairs of x and y.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.plot([0, 1, 2], [0, 1, 4], label='squares'); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        for line in chart.elements:
            print(line.label, max(y for x, y in line.points))
        ```
    """

    __slots__ = ("label", "points")

    def __init__(self, label: str = "", points: Iterable[tuple[Coordinate, Coordinate]] = ()) -> None:
        self.label = label
        self.points = [(point[0], point[1]) for point in _items(points) if _is_pair(point)]


class BarData(Value):
    """One bar.

    Args:
        label: What stands below it.
        group: Its name in the legend.
        value: Its height.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.bar(['apples', 'pears'], [3, 4]); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        heights = {bar.label: bar.value for bar in chart.elements}
        ```
    """

    __slots__ = ("label", "group", "value")

    def __init__(self, label: str = "", group: str = "", value: Coordinate | None = None) -> None:
        self.label = label
        self.group = group
        self.value = value


class PieData(Value):
    """One slice of a pie.

    Args:
        label: What stands beside it.
        angle: Its angle in degrees.
        radius: Its radius.
        autopct: The share that is written on it, in percent.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.pie([1, 3], labels=['yes', 'no']); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        for slice in chart.elements:
            print(f"{slice.label}: {slice.angle} degrees")
        ```
    """

    __slots__ = ("label", "angle", "radius", "autopct")

    def __init__(
        self,
        label: str = "",
        angle: float | None = None,
        radius: float | None = None,
        autopct: Coordinate | None = None,
    ) -> None:
        self.label = label
        self.angle = angle
        self.radius = radius
        self.autopct = autopct


class BoxAndWhiskerData(Value):
    """One box with its whiskers.

    Args:
        label: What stands below it.
        min: End of the lower whisker.
        first_quartile: Lower edge of the box.
        median: The line in the box.
        third_quartile: Upper edge of the box.
        max: End of the upper whisker.
        outliers: Values beyond the whiskers.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.boxplot([1, 2, 3, 4, 20]); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        for box in chart.elements:
            print(f"median {box.median}, outliers {box.outliers}")
        ```
    """

    __slots__ = ("label", "min", "first_quartile", "median", "third_quartile", "max", "outliers")

    def __init__(
        self,
        label: str = "",
        min: float | None = None,
        first_quartile: float | None = None,
        median: float | None = None,
        third_quartile: float | None = None,
        max: float | None = None,
        outliers: Iterable[float] = (),
    ) -> None:
        self.label = label
        self.min = min
        self.first_quartile = first_quartile
        self.median = median
        self.third_quartile = third_quartile
        self.max = max
        self.outliers = _items(outliers)


class Chart(Value):
    """A chart of a kind with no class of its own, and the base of all that have one.

    Args:
        type: Its kind.
        title: Its title.
        elements: What it shows; each subclass says what its elements are.
        png: The picture, as base64 text.

    Example:
        ```python
        import base64
        from pathlib import Path

        code = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.title('Growth'); plt.show()"
        for chart in sandbox.process.code_run(code).artifacts.charts:
            Path(f"{chart.title}.png").write_bytes(base64.b64decode(chart.png or ""))
        ```
    """

    __slots__ = ("type", "title", "elements", "png")

    def __init__(
        self,
        type: ChartType | str = ChartType.UNKNOWN,
        title: str | None = None,
        elements: Iterable[Any] = (),
        png: str | None = None,
    ) -> None:
        self.type = ChartType(type)
        self.title = title
        self.elements = _items(elements)
        self.png = png


class Chart2D(Chart):
    """A chart with two axes.

    Args:
        x_label: What is written along the x axis.
        y_label: What is written along the y axis.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.xlabel('day'); plt.ylabel('price'); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, Chart2D):
            print(f"{chart.y_label} by {chart.x_label}")
        ```
    """

    __slots__ = ("x_label", "y_label")

    def __init__(
        self,
        type: ChartType | str = ChartType.UNKNOWN,
        title: str | None = None,
        elements: Iterable[Any] = (),
        png: str | None = None,
        x_label: str | None = None,
        y_label: str | None = None,
    ) -> None:
        super().__init__(type, title, elements, png)
        self.x_label = x_label
        self.y_label = y_label


class PointChart(Chart2D):
    """A chart of points: ``elements`` are :class:`PointData`.

    Args:
        x_ticks: Where the ticks of the x axis are.
        x_tick_labels: What is written at them.
        x_scale: How the x axis is divided: ``"linear"``, ``"log"``, ...
        y_ticks: Where the ticks of the y axis are.
        y_tick_labels: What is written at them.
        y_scale: How the y axis is divided.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.semilogy([1, 10, 100]); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, PointChart):
            print(f"the y axis is {chart.y_scale}")
        ```
    """

    __slots__ = ("x_ticks", "x_tick_labels", "x_scale", "y_ticks", "y_tick_labels", "y_scale")

    elements: list[PointData]

    def __init__(
        self,
        type: ChartType | str = ChartType.UNKNOWN,
        title: str | None = None,
        elements: Iterable[PointData | Mapping[str, Any]] = (),
        png: str | None = None,
        x_label: str | None = None,
        y_label: str | None = None,
        x_ticks: list[Coordinate] | None = None,
        x_tick_labels: list[str] | None = None,
        x_scale: str | None = None,
        y_ticks: list[Coordinate] | None = None,
        y_tick_labels: list[str] | None = None,
        y_scale: str | None = None,
    ) -> None:
        super().__init__(type, title, _built(PointData, elements), png, x_label, y_label)
        self.x_ticks = x_ticks
        self.x_tick_labels = x_tick_labels
        self.x_scale = x_scale
        self.y_ticks = y_ticks
        self.y_tick_labels = y_tick_labels
        self.y_scale = y_scale


class LineChart(PointChart):
    """Lines: ``elements`` are :class:`PointData`, one for each line.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.plot([1, 3], label='a'); plt.plot([2, 4], label='b'); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, LineChart):
            print([line.label for line in chart.elements])
        ```
    """

    __slots__ = ()


class ScatterChart(PointChart):
    """Points: ``elements`` are :class:`PointData`, one for each group.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.scatter([1, 2, 3], [3, 1, 2]); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, ScatterChart):
            print(sum(len(group.points) for group in chart.elements), "points")
        ```
    """

    __slots__ = ()


class BarChart(Chart2D):
    """Bars: ``elements`` are :class:`BarData`.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.bar(['Mon', 'Tue'], [8, 6]); plt.title('Hours'); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, BarChart):
            print(chart.title, sum(float(bar.value or 0) for bar in chart.elements))
        ```
    """

    __slots__ = ()

    elements: list[BarData]

    def __init__(
        self,
        type: ChartType | str = ChartType.BAR,
        title: str | None = None,
        elements: Iterable[BarData | Mapping[str, Any]] = (),
        png: str | None = None,
        x_label: str | None = None,
        y_label: str | None = None,
    ) -> None:
        super().__init__(type, title, _built(BarData, elements), png, x_label, y_label)


class PieChart(Chart):
    """A pie: ``elements`` are :class:`PieData`.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.pie([5, 3, 2], labels=['a', 'b', 'c']); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, PieChart):
            largest = max(chart.elements, key=lambda slice: slice.angle or 0)
            print(largest.label)
        ```
    """

    __slots__ = ()

    elements: list[PieData]

    def __init__(
        self,
        type: ChartType | str = ChartType.PIE,
        title: str | None = None,
        elements: Iterable[PieData | Mapping[str, Any]] = (),
        png: str | None = None,
    ) -> None:
        super().__init__(type, title, _built(PieData, elements), png)


class BoxAndWhiskerChart(Chart2D):
    """Boxes with whiskers: ``elements`` are :class:`BoxAndWhiskerData`.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; plt.boxplot([[1, 2, 3], [2, 4, 6]]); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, BoxAndWhiskerChart):
            print([(box.first_quartile, box.third_quartile) for box in chart.elements])
        ```
    """

    __slots__ = ()

    elements: list[BoxAndWhiskerData]

    def __init__(
        self,
        type: ChartType | str = ChartType.BOX_AND_WHISKER,
        title: str | None = None,
        elements: Iterable[BoxAndWhiskerData | Mapping[str, Any]] = (),
        png: str | None = None,
        x_label: str | None = None,
        y_label: str | None = None,
    ) -> None:
        super().__init__(type, title, _built(BoxAndWhiskerData, elements), png, x_label, y_label)


class CompositeChart(Chart):
    """Several charts in one figure: ``elements`` are :class:`Chart` values, one for each subplot.

    Example:
        ```python
        code = "import matplotlib.pyplot as plt; _, (left, right) = plt.subplots(1, 2); left.plot([1, 2]); plt.show()"
        chart = sandbox.process.code_run(code).artifacts.charts[0]
        if isinstance(chart, CompositeChart):
            print([subplot.type for subplot in chart.elements])
        ```
    """

    __slots__ = ()

    elements: list[Chart]

    def __init__(
        self,
        type: ChartType | str = ChartType.COMPOSITE_CHART,
        title: str | None = None,
        elements: Iterable[Chart | Mapping[str, Any]] = (),
        png: str | None = None,
    ) -> None:
        charts = (chart if isinstance(chart, Chart) else _parsed(chart) for chart in _items(elements))
        super().__init__(type, title, (chart for chart in charts if chart is not None), png)


_CLASS_OF_TYPE: dict[str, type[Chart]] = {
    ChartType.LINE: LineChart,
    ChartType.SCATTER: ScatterChart,
    ChartType.BAR: BarChart,
    ChartType.PIE: PieChart,
    ChartType.BOX_AND_WHISKER: BoxAndWhiskerChart,
    ChartType.COMPOSITE_CHART: CompositeChart,
}


def parse_chart(**fields: Any) -> Chart | None:
    """The chart with these fields, as a sandbox sends them; None when there are none.

    Example:
        ```python
        chart = parse_chart(type="pie", title="Shares", elements=[{"label": "a", "angle": 360, "radius": 1}])
        ```
    """
    if not fields:
        return None
    if not isinstance(fields.get("type"), str):
        fields["type"] = ChartType.UNKNOWN
    chart: Chart = _keeping(_CLASS_OF_TYPE.get(fields["type"], Chart), fields)
    return chart


def parse_charts(charts: object) -> list[Chart]:
    """What the native half calls with the decoded JSON of a response."""
    parsed = (_parsed(chart) for chart in _items(charts))
    return [chart for chart in parsed if chart is not None]


def _parsed(chart: object) -> Chart | None:
    return parse_chart(**chart) if isinstance(chart, dict) else None


def _built(kind: type[Any], elements: object) -> list[Any]:
    """Each element as ``kind``; what is neither that nor a dict of fields is left out."""
    made = (item if isinstance(item, kind) else _keeping(kind, item) for item in _items(elements))
    return [item for item in made if item is not None]


def _keeping(kind: type[Any], fields: Any) -> Any:
    """A ``kind`` of those fields that it has."""
    if type(fields) is not dict:
        return None
    known = [name for each in kind.__mro__ for name in getattr(each, "__slots__", ())]
    return kind(**{name: fields[name] for name in known if name in fields})


def _items(values: Any) -> list[Any]:
    """A list of them, and an empty one when they are no sequence at all."""
    return list(values) if hasattr(values, "__iter__") and not isinstance(values, (str, dict)) else []


def _is_pair(point: Any) -> bool:
    return type(point) in (list, tuple) and len(point) == 2
