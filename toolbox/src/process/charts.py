# Turns the figures that a program shows with matplotlib into chart lines on standard output: the marker, then
# JSON {"type":"chart","value":{...}} (see charts.rs). Compiled when matplotlib is imported, never before.
#
# What must stay true: nothing here breaks the program. A figure that cannot be described is a chart of type
# "unknown" with its picture, and one that cannot be drawn is left out. Sizes are bounded: long series are
# thinned out evenly, and pictures lose resolution before they are left out.
import base64
import contextlib
import io
import json
import math
import os
import sys
import weakref

MARKER = "dtn_artifact_k39fd2:"
MAX_POINTS = 10_000
MAX_ELEMENTS = 1_000
MAX_TEXT = 1_000
MAX_PNG = 2 << 20
MAX_ALL = 12 << 20

_boxes = weakref.WeakKeyDictionary()
_spent = 0


def install(pyplot):
    """Makes pyplot show figures as charts."""
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    draw_boxes = Axes.bxp

    def bxp(self, bxpstats, *args, **kwargs):
        bxpstats = list(bxpstats)
        drawn = draw_boxes(self, bxpstats, *args, **kwargs)
        with contextlib.suppress(Exception):
            _boxes.setdefault(self, []).append((bxpstats, drawn.get("medians", [])))
        return drawn

    def show(*_args, **_kwargs):
        for number in pyplot.get_fignums():
            figure = pyplot.figure(number)
            _emit(figure)
            pyplot.close(figure)

    def show_one(self, warn=True):  # noqa: ARG001 - the name callers may use
        _emit(self)

    bxp.__doc__, show.__doc__, show_one.__doc__ = draw_boxes.__doc__, pyplot.show.__doc__, Figure.show.__doc__
    Axes.bxp, Figure.show, pyplot.show = bxp, show_one, show


def _emit(figure):
    global _spent
    try:
        png = _picture(figure)
        chart = _guarded(_figure, figure, {"type": "unknown", "title": "", "elements": []})
        if png is None and chart["type"] == "unknown":
            return
        chart["png"] = png
        line = _line(chart)
        if _spent + len(line) > MAX_ALL:
            chart["png"] = None
            line = _line(chart)
        if _spent + len(line) > MAX_ALL:
            print("daytona: a chart was left out, since this run shows too many", file=sys.stderr)
            return
        _spent += len(line)
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        while line:
            line = line[os.write(1, line) :]
    except Exception as error:
        print(f"daytona: a figure could not be shown as a chart: {error}", file=sys.stderr)


def _line(chart):
    artifact = {"type": "chart", "value": chart}
    return (MARKER + json.dumps(artifact, allow_nan=False, separators=(",", ":")) + "\n").encode()


def _picture(figure):
    for dpi in ("figure", 72, 36, 12):
        try:
            image = io.BytesIO()
            figure.savefig(image, format="png", dpi=dpi)
        except Exception as error:
            print(f"daytona: a figure could not be drawn: {error}", file=sys.stderr)
            return None
        if image.tell() <= MAX_PNG:
            return base64.b64encode(image.getvalue()).decode()
    return None


def _guarded(describe, thing, otherwise):
    try:
        return describe(thing)
    except Exception:
        return otherwise


def _figure(figure):
    heading = _text(figure.get_suptitle() if hasattr(figure, "get_suptitle") else "")
    axes = [one for one in figure.axes if one.get_visible() and not hasattr(one, "_colorbar")]
    axes = axes[:MAX_ELEMENTS]
    charts = [_guarded(_axes, one, {"type": "unknown", "title": "", "elements": []}) for one in axes]
    if len(charts) == 1:
        charts[0]["title"] = charts[0]["title"] or heading
        return charts[0]
    if not charts:
        return {"type": "unknown", "title": heading, "elements": []}
    return {"type": "composite_chart", "title": heading, "elements": charts}


def _axes(ax):
    from matplotlib.collections import PathCollection
    from matplotlib.container import BarContainer
    from matplotlib.patches import Wedge

    chart = {"type": "unknown", "title": _text(ax.get_title()), "elements": []}
    if getattr(ax, "name", "rectilinear") not in ("rectilinear", "polar"):
        return chart
    wedges = [patch for patch in ax.patches if isinstance(patch, Wedge)]
    if wedges:
        chart.update(type="pie", elements=[_slice(wedge) for wedge in wedges[:MAX_ELEMENTS]])
        return chart
    chart.update(x_label=_text(ax.get_xlabel()), y_label=_text(ax.get_ylabel()))
    stats = [one for each, lines in _boxes.get(ax, []) if any(line in ax.lines for line in lines) for one in each]
    bars = [each for each in ax.containers if isinstance(each, BarContainer)]
    dots = [each for each in ax.collections if isinstance(each, PathCollection)]
    if stats:
        chart.update(type="box_and_whisker", elements=_box_elements(ax, stats))
    elif bars:
        chart.update(type="bar", elements=_bar_elements(ax, bars))
    elif dots or ax.lines:
        chart.update(type="scatter" if dots else "line", elements=_point_elements(ax, dots))
        for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
            chart.update({name + "_" + key: value for key, value in _scale(axis).items()})
    return chart


def _slice(wedge):
    angle = float(wedge.theta2 - wedge.theta1)
    return {
        "label": _label(wedge),
        "angle": _number(angle),
        "radius": _number(wedge.r),
        "autopct": _number(angle / 3.6),
    }


def _box_elements(ax, stats):
    # Where no box has a name of its own, the ticks beneath them have.
    ticks = [_text(tick.get_text()) for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_ticklabels()]
    elements = []
    for number, one in enumerate(stats[:MAX_ELEMENTS]):
        label = _text(one.get("label", ""))
        if not label and len(ticks) > number and len(ax.xaxis.get_ticklabels()) == len(stats):
            label = ticks[number]
        outliers = one.get("fliers", [])
        elements.append(
            {
                "label": label,
                "min": _number(one.get("whislo")),
                "first_quartile": _number(one.get("q1")),
                "median": _number(one.get("med")),
                "third_quartile": _number(one.get("q3")),
                "max": _number(one.get("whishi")),
                "outliers": [_number(value) for value in _thinned(list(outliers), MAX_POINTS // len(stats) + 1)],
            }
        )
    return elements


def _bar_elements(ax, containers):
    elements = []
    for bars in containers:
        lying = getattr(bars, "orientation", None) == "horizontal"
        axis = ax.yaxis if lying else ax.xaxis
        names = {round(float(at), 9): text for at, text in _ticks(axis)}
        group = _label(bars)
        for bar in bars.patches:
            if lying:
                middle, value = bar.get_y() + bar.get_height() / 2, bar.get_width()
            else:
                middle, value = bar.get_x() + bar.get_width() / 2, bar.get_height()
            middle = float(middle)
            name = names.get(round(middle, 9))
            if name is None:
                # Bars of a group stand beside the tick they belong to.
                near = [at for at in names if abs(at - middle) < 0.5 and _is_named(axis)]
                name = names[min(near, key=lambda at: abs(at - middle))] if near else f"{middle:g}"
            elements.append({"label": name, "group": group, "value": _number(value)})
            if len(elements) >= MAX_ELEMENTS:
                return elements
    return elements


def _point_elements(ax, dots):
    room = MAX_POINTS // max(1, len(dots) + len(ax.lines)) + 1
    elements = []
    for each in dots[:MAX_ELEMENTS]:
        points = [(x, y) for x, y in _thinned(each.get_offsets(), room)]
        elements.append(_points(ax, _label(each), points))
    for line in list(ax.lines)[: MAX_ELEMENTS - len(elements)]:
        xs, ys = line.get_xdata(orig=False), line.get_ydata(orig=False)
        elements.append(_points(ax, _label(line), _thinned(list(zip(xs, ys)), room)))
    return elements


def _points(ax, label, points):
    shown = [[_value(ax.xaxis, x), _value(ax.yaxis, y)] for x, y in points]
    return {"label": label, "points": [point for point in shown if None not in point]}


def _scale(axis):
    ticks = _ticks(axis)[:MAX_ELEMENTS]
    kind = "datetime" if _is_date(axis) else "categorical" if _is_category(axis) else axis.get_scale()
    return {
        "ticks": [_value(axis, at) for at, _ in ticks],
        "tick_labels": [text for _, text in ticks],
        "scale": kind,
    }


def _ticks(axis):
    return [(at, _text(label.get_text())) for at, label in zip(axis.get_ticklocs(), axis.get_ticklabels())]


def _converter(axis):
    found = axis.get_converter() if hasattr(axis, "get_converter") else getattr(axis, "converter", None)
    return type(found).__name__


def _is_date(axis):
    return "Date" in _converter(axis)


def _is_category(axis):
    return _converter(axis) == "StrCategoryConverter"


def _is_named(axis):
    from matplotlib.ticker import FixedFormatter, FuncFormatter

    return _is_category(axis) or isinstance(axis.get_major_formatter(), (FixedFormatter, FuncFormatter))


def _value(axis, value):
    """A place on an axis: a date, the name of a category, or a number."""
    number = _number(value)
    if number is None:
        return None
    if _is_date(axis):
        from matplotlib.dates import num2date

        return num2date(number).isoformat()
    if _is_category(axis):
        names = {place: name for name, place in axis.get_units()._mapping.items()}
        return _text(names.get(int(number), number)) if number == int(number) else number
    return number


def _number(value):
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _label(artist):
    label = _text(artist.get_label())
    return "" if label.startswith("_") else label


def _text(value):
    return str(value if value is not None else "")[:MAX_TEXT].encode("utf-8", "replace").decode()


def _thinned(values, most):
    step = max(1, -(-len(values) // most))
    return values[::step]
