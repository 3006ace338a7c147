"""Curves and clouds for analysts: acceptability with its frontier, the plane, the value of perfect information."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.plot import theme
from wellbeva.plot.vega import Part, draw, field, layer

MARKS = 150  # of each option in the plane
LETTER, HEIGHT = 6.2, 15.0  # pixels of a letter of 12 pixels, on average, and of a line
WIDEST = 300  # pixels of a name in a key
CORNER = 16  # letters of a line in the corner of a quadrant
NUMBERED = 0.03  # share of people from which a step has room for its number
LONG = 46  # letters of a line in a key


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a figure: its finding, its text alternative, its axes."""

    key: str
    title: str
    desc: str
    across: str
    up: str


def acceptability(
    words: Words,
    *,
    thresholds: Floats,
    shares: Floats,
    labels: Sequence[str],
    frontier: Floats,
    best: Sequence[int],
    value: float,
    symbol: str,
) -> str:
    """Draw acceptability curves, told by dash, the frontier as a pale band under them.

    Parameters
    ----------
    words : Words
    thresholds : array (threshold,) [money for each unit of effect]
    shares : array (threshold, option)
        Share of draws in which the option is best.
    labels : sequence of str
    frontier : array (threshold,)
        Share of draws in which the option is best that is best on average.
    best : sequence of int
        At each threshold the number of that option.
    value : float
        The central value, drawn as a dashed line.
    symbol : str
        Of the currency.

    Returns
    -------
    str
        SVG.

    References
    ----------
    Fenwick, Claxton, Sculpher (2001), Health Economics 10(8), 779-787. doi:10.1002/hec.635
    """
    band = [{"x": float(x), "y": 10 * float(frontier[row]), "part": f"{best[row]}"} for row, x in enumerate(thresholds)]
    x = _axis_x(words.across, money=symbol)
    y = field("y", title=words.up, scale={"domain": [0, 10]}, axis=_UP)
    band_line = layer(band, "line", {"x": x, "y": y, "detail": PART}, stroke=theme.BAND, strokeWidth=10, opacity=1)
    curves = [np.stack([thresholds, 10 * curve], axis=1) for curve in shares.T]
    return _svg([band_line, _rule(value), _dashed(curves, labels, x, y)], words)


def plane(
    words: Words,
    *,
    across: Floats,
    up: Floats,
    labels: Sequence[str],
    means: Sequence[tuple[float, float]],
    value: float = 0.0,
    symbol: str = "",
    quadrants: Sequence[str] = (),
) -> str:
    """Draw a plane: effect across, cost or equity impact up, at most 150 marks an option, a large one at the mean.

    Parameters
    ----------
    words : Words
    across, up : array (draw, option)
        Each less the comparator's.
    labels : sequence of str
    means : sequence of (across, up)
    value : float
        Slope of the dashed line, if above 0: on its right an option is worth its cost.
    symbol : str
        Of the currency, where money is up.
    quadrants : sequence of str
        Names of the four, on the right from the top, then on the left; each is written where it has room.

    Returns
    -------
    str
        SVG.

    References
    ----------
    Black (1990), Medical Decision Making 10(3), 212-214. doi:10.1177/0272989X9001000308
    Cookson and others (2017), Value in Health 20(2), 206-212. doi:10.1016/j.jval.2016.11.027
    """
    each = max(1, len(across) // MARKS)
    clouds = np.stack([across[::each][:MARKS], up[::each][:MARKS]], axis=-1).swapaxes(0, 1)
    ellipses = np.stack([ellipse(*pair) for pair in zip(across.T, up.T, strict=True)])
    centres = np.asarray(means, dtype=np.float64)
    drawn = np.concatenate([clouds.reshape(-1, 2), ellipses.reshape(-1, 2), centres, [[0.0, 0.0]]])
    low, high = drawn.min(axis=0), drawn.max(axis=0)
    room = np.where(high > low, high - low, 1.0)
    # The names of quadrants stand above and below the clouds.
    low, high = low - [0.03, 0.2 if quadrants else 0.06] * room, high + [0.03, 0.2 if quadrants else 0.06] * room
    scales = [{"domain": [*ends], "nice": False} for ends in np.stack([low, high], axis=1).tolist()]
    x = field("x", title=words.across, axis=_ACROSS, scale=scales[0])
    y = field("y", title=words.up, axis={**_UP, "labelExpr": _money(symbol)}, scale=scales[1])
    layers = [layer([{"x": 0.0}], "rule", {"x": field("x")}, stroke=theme.LINE2, strokeWidth=1)]
    if quadrants:
        layers.append(layer([{"y": 0.0}], "rule", {"y": field("y")}, stroke=theme.LINE2, strokeWidth=1))
        layers += _corners(quadrants, low, high, x, y)
    if value > 0:
        ends = np.array([max(low[0], low[1] / value), min(high[0], high[1] / value)])
        if ends[0] < ends[1]:
            slope = np.stack([ends, value * ends], axis=1)
            layers.append(_line(slope, x, y, stroke=theme.COST, strokeDash=[4, 3], strokeWidth=1.25))
    for index, (cloud, outline) in enumerate(zip(clouds, ellipses, strict=True)):
        layers.append(_marks(cloud, x, y, size=16, opacity=0.6, strokeWidth=1, **_look(index)))
        layers.append(_line(outline, x, y, strokeWidth=1.25))
    key = _key(labels)
    fills, edges = [_look(at)["fill"] for at in range(len(labels))], [theme.DOT] * len(labels)
    told: Part = {
        channel: field("part", "nominal", scale={"domain": [*range(len(labels))], "range": looks}, legend=key)
        for channel, looks in (("shape", theme.SHAPES), ("fill", fills), ("stroke", edges))
    }
    means_at = [{"x": a, "y": b, "part": place} for place, (a, b) in enumerate(centres.tolist())]
    # A white edge parts a large mark from its cloud.
    edge: Part = {"size": 420, "opacity": 0.9, "fill": "#fff", "stroke": "#fff"}
    layers += [_marks(one[np.newaxis], x, y, **_look(at) | edge) for at, one in enumerate(centres)]
    layers.append(layer(means_at, "point", {"x": x, "y": y, **told}, size=140, opacity=1, strokeWidth=2))
    return _svg(layers, words)


def _corners(quadrants: Sequence[str], low: Floats, high: Floats, x: Part, y: Part) -> list[Part]:
    """Write the name of each quadrant into its corner, where it has room."""
    written = []
    for name, ends in zip(quadrants, product((True, False), repeat=2), strict=True):
        lines = textwrap.wrap(name, CORNER)
        share = np.array([LETTER * max(map(len, lines)), HEIGHT * len(lines)]) / [theme.WIDTH - 60.0, theme.HEIGHT]
        corner, size = np.where(ends, high, low), share * (high - low)
        if (np.abs(corner) > size).all():
            above = 0 if ends[1] else HEIGHT * (1 - len(lines))  # a text is placed by its first line
            style: Part = {"fill": theme.INK3, "dy": above, "lineBreak": "\n", "lineHeight": HEIGHT}
            style |= {"align": "right" if ends[0] else "left", "baseline": "top" if ends[1] else "bottom"}
            said = {"x": float(corner[0]), "y": float(corner[1]), "t": "\n".join(lines)}
            written.append(layer([said], "text", {"x": x, "y": y, "text": SAID}, **style))
    return written


def ellipse(effect: Floats, cost: Floats, corners: int = 73) -> Floats:
    """Return the outline that holds 95% of draws where both are normal together, array (corner, 2).

    Parameters
    ----------
    effect, cost : array (draw,)
    corners : int
    """
    angle = np.linspace(0, 2 * np.pi, corners)
    # The square root of the covariance, whose eigenvalue may be 0 where one follows from the other.
    values, vectors = np.linalg.eigh(np.cov(effect, cost))
    root = vectors * np.sqrt(np.maximum(values, 0))
    centre = [effect.mean(), cost.mean()]
    return np.asarray(centre + np.sqrt(-2 * np.log(0.05)) * np.stack([np.cos(angle), np.sin(angle)], axis=1) @ root.T)


def information(words: Words, *, thresholds: Floats, evpi: Floats, value: float, symbol: str) -> str:
    """Draw the expected value of perfect information over the value of one unit of effect.

    Parameters
    ----------
    words : Words
    thresholds : array (threshold,)
    evpi : array (threshold,) [money]
    value : float
    symbol : str

    Returns
    -------
    str
        SVG.

    References
    ----------
    Claxton (1999), Journal of Health Economics 18(3), 341-364. doi:10.1016/S0167-6296(98)00039-3
    """
    x = _axis_x(words.across, money=symbol)
    y = field("y", title=words.up, scale={"zero": True}, axis={**_UP, "labelExpr": _money(symbol)})
    return _svg([_rule(value), _line(np.stack([thresholds, evpi], axis=1), x, y)], words)


def funnel(words: Words, *, effects: Floats, errors: Floats, mean: float) -> str:
    """Draw studies by effect across and standard error down, in the funnel that holds 95% of them if chance is all.

    Parameters
    ----------
    words : Words
    effects, errors : array (study,)
        In one unit.
    mean : float
        The average over studies, on which the funnel stands.

    Returns
    -------
    str
        SVG.

    References
    ----------
    Sterne, Egger (2001), Journal of Clinical Epidemiology 54(10), 1046-1055. doi:10.1016/S0895-4356(01)00377-8
    """
    deep = 1.08 * float(errors.max())
    wide = 1.959963984540054 * deep
    x = field("x", title=words.across, axis=_ACROSS, scale={"zero": False})
    y = field("y", title=words.up, axis=_UP, scale={"domain": [deep, 0.0], "nice": False})
    sides = np.array([[mean - wide, deep], [mean, 0.0], [mean + wide, deep]])
    layers = [
        _line(np.array([[mean, 0.0], [mean, deep]]), x, y, stroke=theme.LINE2, strokeWidth=1),
        _line(sides, x, y, stroke=theme.LINE2, strokeDash=[4, 3], strokeWidth=1.25),
        _marks(np.stack([effects, errors], axis=1), x, y, size=46, opacity=1, strokeWidth=1.5, **_look(0)),
    ]
    return _svg(layers, words)


def staircase(words: Words, *, shares: Floats, before: Floats, after: Floats, slopes: tuple[float, float]) -> str:
    """Draw groups as numbered steps, as wide as their share of people and as high as their level, under fitted lines.

    Levels before are pale steps and a solid line; levels after, a dotted outline and a dashed line.

    Parameters
    ----------
    words : Words
    shares : array (group,)
        Of people, in order of rank; they add up to 1.
    before, after : array (group,) [points]
    slopes : (float, float) [points]
        Slope index of inequality before and after: the rise of a line from the first person to the last.

    Returns
    -------
    str
        SVG.

    References
    ----------
    Mackenbach and Kunst (1997), Social Science & Medicine 44(6), 757-771. doi:10.1016/S0277-9536(96)00073-1
    """
    ends = 100 * np.concatenate([[0.0], np.cumsum(shares)])
    x = field("x", title=words.across, axis=_ACROSS, scale={"domain": [0, 100], "nice": False})
    y = field("y", title=words.up, axis=_UP, scale={"domain": [0, 10], "nice": False})
    steps = [
        {"x": float(left), "x2": float(right), "middle": float(left + right) / 2, "y": float(level), "t": f"{number}"}
        for number, (left, right, level) in enumerate(zip(ends, ends[1:], before, strict=False), 1)
    ]
    style: Part = {"color": theme.BAND, "stroke": theme.LINE2, "strokeWidth": 1, "opacity": 1}
    boxes = layer(steps, "rect", {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"datum": 0}}, **style)
    wide = [step for step, share in zip(steps, shares, strict=True) if share >= NUMBERED]
    numbers = layer(wide, "text", {"x": field("middle"), "y": {"datum": 0}, "text": SAID}, dy=-10)
    outline = np.stack([np.repeat(ends, 2)[1:-1], np.repeat(after, 2)], axis=1)
    # A line of least squares goes through the mean, which half of people lie before.
    fitted = [
        np.array([[0.0, middle - slope / 2], [100.0, middle + slope / 2]])
        for middle, slope in zip((shares @ before, shares @ after), slopes, strict=True)
    ]
    lines = [
        _line(outline, x, y, strokeDash=theme.DASHES[2], strokeWidth=1.25, clip=True),
        *(_line(line, x, y, strokeDash=dash, clip=True) for line, dash in zip(fitted, theme.DASHES, strict=False)),
    ]
    return _svg([boxes, *lines, numbers], words)


def combination_map(
    words: Words, *, across: Sequence[str], up: Sequence[str], chosen: Sequence[Sequence[str]], base: tuple[int, ...]
) -> str:
    """Draw which option is chosen at each pair of values: a shade and a letter each, and a ring near the base case.

    Parameters
    ----------
    words : Words
    across, up : sequence of str
        Values of the two inputs, rising.
    chosen : sequence of (sequence of str)
        What is chosen at each value across, and there at each value up.
    base : tuple of int
        Numbers of the values that are nearest to the base case.

    Returns
    -------
    str
        SVG.
    """
    names = list(dict.fromkeys(name for column in chosen for name in column))
    keys = {name: f"{chr(ord('A') + index % 26)} {name or 'none'}" for index, name in enumerate(names)}
    cells = [
        {"x": column, "y": -row, "t": keys[name][0], "name": keys[name]}
        for column, names_at in enumerate(chosen)
        for row, name in enumerate(names_at)
    ]
    x = field("x", "ordinal", title=words.across, axis={**_ACROSS, **_some(across, 3)})
    y = field("y", "ordinal", title=words.up, axis={**_UP, **_some(up, 12)})
    at: Part = {"x": x, "y": y}
    shades = {"domain": [*keys.values()], "range": [theme.SHADES[at % len(theme.SHADES)] for at in range(len(keys))]}
    colour = field("name", "nominal", scale=shades, legend=_KEY)
    squares = layer(cells, "rect", {**at, "color": colour}, stroke="#fff")
    size = min(12, 200 / max(len(across), len(up)))
    letters = layer(cells, "text", {**at, "text": SAID}, fontSize=size)
    near = [cells[base[0] * len(up) + base[1]]]
    ring = layer(near, "point", at, size=(2 * size) ** 2 / 2, stroke=theme.INK, strokeWidth=1.75, opacity=1)
    lines = {"text": textwrap.wrap(words.title, 45), "anchor": "start", "fontSize": 14, "offset": 16}
    return _svg([squares, letters, ring], words, title=lines)


def _some(labels: Sequence[str], most: int) -> Part:
    """Return what writes some of the labels on an axis of numbers from 0 on, up or down."""
    step = max(1, -(-(len(labels) - 1) // (most - 1)))
    texts = [text if place % step == 0 else "" for place, text in enumerate(labels)]
    return {"labelExpr": f"{json.dumps(texts)}[abs(datum.value)]", "labelAngle": 0}


_ACROSS: Part = {"grid": False, "titleAlign": "right", "titleAnchor": "end"}
_UP: Part = {
    "domain": False,
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "start",
    "titleX": 0,
    "titleY": -10,
    "titleBaseline": "bottom",
}


_KEY: Part = {"title": None, "orient": "bottom", "direction": "vertical", "labelLimit": WIDEST, "labelFontSize": 12}

SAID, PART = field("t", "nominal"), field("part", "nominal")


def _line(points: Floats, x: Part, y: Part, **style: Any) -> Part:
    """Draw a line through points in their order."""
    encoding = {"x": x, "y": y, "order": field("order")}
    return layer(_points(points), "line", encoding, **{"stroke": theme.DOT, "strokeWidth": 1.75, **style})


def _marks(points: Floats, x: Part, y: Part, **style: Any) -> Part:
    return layer(_points(points), "point", {"x": x, "y": y}, **style)


def _points(points: Floats) -> list[dict[str, float]]:
    return [{"x": a, "y": b, "order": place} for place, (a, b) in enumerate(points.tolist())]


def _money(symbol: str) -> str:
    safe = symbol.replace("\\", "").replace("'", "")
    return (
        f"datum.value == 0 ? '0' : (datum.value < 0 ? '−' : '') + '{safe}' + "
        "replace(replace(format(abs(datum.value), '~s'), 'M', 'm'), 'G', 'bn')"
    )


def _axis_x(title: str, *, money: str) -> Part:
    return field("x", title=title, axis={**_ACROSS, "labelExpr": _money(money)}, scale={"nice": False})


def _rule(value: float) -> Part:
    return layer([{"x": value}], "rule", {"x": field("x")}, stroke=theme.COST, strokeDash=[4, 3], strokeWidth=1.25)


def _look(index: int) -> Part:
    filled = index % 2 == 0
    return {
        "shape": theme.SHAPES[index % len(theme.SHAPES)],
        "fill": theme.DOT if filled else "#fff",
        "stroke": theme.DOT,
    }


def _dashed(curves: Sequence[Floats], labels: Sequence[str], x: Part, y: Part) -> Part:
    """Draw lines, told by dash in a key, where a name lies on no line and no axis."""
    points = [point | {"part": part} for part, curve in enumerate(curves) for point in _points(curve)]
    dashes = {"domain": [*range(len(curves))], "range": theme.DASHES}
    dash = field("part", "nominal", scale=dashes, legend={**_key(labels), "symbolType": "stroke", "symbolSize": 300})
    encoding = {"x": x, "y": y, "order": field("order"), "strokeDash": dash}
    return layer(points, "line", encoding, stroke=theme.DOT, strokeWidth=1.75)


def _key(labels: Sequence[str]) -> Part:
    """Return a key with names in place of the numbers of what they name."""
    lines = [textwrap.wrap(label, LONG, max_lines=3, placeholder=" …") for label in labels]
    looks = {"symbolSize": 140, "symbolOpacity": 1, "symbolStrokeColor": theme.DOT, "symbolStrokeWidth": 1.75}
    return {**_KEY, **looks, "labelExpr": f"{json.dumps(lines)}[datum.value]"}


def _svg(layers: Sequence[Part], words: Words, **more: Part) -> str:
    figure = {"layer": layers, "width": theme.WIDTH - 60, "height": theme.HEIGHT, **more}
    return draw(figure, key=words.key, title=words.title, desc=words.desc)
