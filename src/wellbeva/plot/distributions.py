"""What is drawn from, one small figure an input, the printed numbers as ticks on it (visual language, section 7)."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

import altair as alt
import numpy as np
import numpy.typing as npt
import vl_convert

from wellbeva.distributions import quantile
from wellbeva.distributions.spec import Distribution
from wellbeva.plot import theme
from wellbeva.plot.atoms import atoms
from wellbeva.plot.svg import finish

Floats = npt.NDArray[np.float64]

WIDTH, HEIGHT = 320, 104
BINS, FEWER = 160, 32
"""Bins of a density, and of a histogram of many values."""
MOST_STEMS = 24
"""Atoms that are drawn as stems; more are drawn as a histogram."""
ENDS = (0.005, 0.995)
"""What lies beyond is left out of the figure, so that a long tail does not press the rest flat."""
_LEAST = 2.0**-52
"""The smallest chance; its quantile is the bound of what has one."""
_ROW = 15.0
_LETTER = 6.6


@dataclass(frozen=True, slots=True)
class Tick:
    """A printed number on the figure.

    Parameters
    ----------
    at : float
    text : str
        As a person reads it.
    centre : bool
        A central value is drawn solid, an end of an interval dashed.
    """

    at: float
    text: str
    centre: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One input.

    Parameters
    ----------
    key : str
        Prefix of ids in the figure.
    title, desc : str
        The finding; the text alternative.
    distribution : Distribution
    ticks : tuple of Tick
    inside : tuple of (float, float) or None
        The printed interval; what lies outside is drawn paler.
    """

    key: str
    title: str
    desc: str
    distribution: Distribution
    ticks: tuple[Tick, ...] = ()
    inside: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Density and atoms, each relative to its highest.

    Parameters
    ----------
    edges : array (bin + 1,)
    heights : array (bin,)
        From 0 to 1; derived from the distribution function alone.
    stems : mapping of value to chance
    """

    edges: Floats
    heights: Floats
    stems: Mapping[float, float]


def shape(distribution: Distribution, ticks: Sequence[Tick] = ()) -> Shape:
    """Take the density of a distribution numerically, from differences of its distribution function.

    Parameters
    ----------
    distribution : Distribution
    ticks : sequence of Tick
        They lie inside the figure too.

    Examples
    --------
    >>> shape(Distribution("uniform", (0.0, 1.0))).heights[80].item()
    1.0
    """
    stems = atoms(distribution)
    low, high = (float(x) for x in quantile.ppf(distribution, ENDS))
    low, high = min([low, *(one.at for one in ticks)]), max([high, *(one.at for one in ticks)])
    room = 0.04 * (high - low) or 0.5 * abs(low) or 1.0
    edges = np.linspace(low - room, high + room, (BINS if len(stems) <= MOST_STEMS else FEWER) + 1)
    # A bound inside the figure is an edge of its own, so that the density stops there and not in the middle of a bin.
    bounds = [x for x in quantile.ppf(distribution, (_LEAST, 1.0 - _LEAST)) if edges[0] < x < edges[-1]]
    edges = np.unique(np.concatenate([edges, bounds]))
    mass = np.diff(quantile.cdf(distribution, edges))
    if len(stems) <= MOST_STEMS:
        for at, chance in stems.items():
            # The bin (a, b] that holds the atom.
            index = int(np.clip(np.searchsorted(edges, at, side="left") - 1, 0, len(mass) - 1))
            mass[index] -= chance
    else:
        stems = {}
    widths = np.diff(edges)
    heights = np.where(mass > 1e-9, mass / widths, 0.0)
    # Bins that a bound cut to a sliver have no say in the scale.
    whole = widths > 0.2 * widths.max()
    most = float(heights[whole].max(initial=0.0))
    return Shape(edges, np.minimum(heights / most, 1.0) if most > 0 else np.zeros_like(heights), stems)


def panel_svg(panel: Panel) -> str:
    """Draw one input.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    str
        SVG with ``viewBox``, title and description.
    """
    drawn = shape(panel.distribution, panel.ticks)
    domain = [float(drawn.edges[0]), float(drawn.edges[-1])]
    x = alt.X("x:Q", scale=alt.Scale(domain=domain, nice=False, zero=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 1.12]), axis=None, stack=None)
    layers: list[alt.Chart] = []
    if drawn.heights.any():
        layers += [
            _chart(_steps(drawn, keep)).mark_area(fill=fill, line=False).encode(x=x, y=y)
            for keep, fill in _fills(panel)
        ]
    layers += _stems(drawn.stems, x, y)
    layers.append(_chart([{"x": end, "y": 0} for end in domain]).mark_line(stroke=theme.INK).encode(x=x, y=y))
    rows = _rows(panel.ticks, domain)
    for tick, row in zip(panel.ticks, rows, strict=True):
        colour = theme.DOT if tick.centre else theme.COST
        dash = [1, 0] if tick.centre else [4, 3]
        line = _chart([{"x": tick.at, "y": 0, "top": 1.06}])
        layers.append(line.mark_rule(stroke=colour, strokeWidth=1.5, strokeDash=dash).encode(x=x, y=y, y2="top:Q"))
        align: Literal["left", "right", "center"]
        align = "left" if _place(tick.at, domain) < 0.12 else "right" if _place(tick.at, domain) > 0.88 else "center"
        words = _chart([{"x": tick.at, "y": 0, "t": tick.text}]).mark_text(
            align=align, baseline="top", dy=5 + _ROW * row, fontSize=12, color=theme.INK2
        )
        layers.append(words.encode(x=x, y=y, text="t:N"))
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT)
    specification = chart.to_dict(validate=False)
    depth = max(rows, default=0)
    specification["config"] = {**theme.CONFIG, "padding": {"left": 6, "right": 6, "top": 4, "bottom": 8 + _ROW * depth}}
    svg = vl_convert.vegalite_to_svg(specification, allowed_base_urls=[])
    return finish(svg, key=panel.key, title=panel.title, desc=panel.desc)


def _fills(panel: Panel) -> list[tuple[tuple[float, float], str]]:
    everywhere = (-np.inf, np.inf)
    if panel.inside is None:
        return [(everywhere, theme.BAR)]
    return [(everywhere, theme.PALE), (panel.inside, theme.BAR)]


def _steps(drawn: Shape, keep: tuple[float, float]) -> list[dict[str, object]]:
    """Write the outline of the bins, those outside `keep` left out and those across its ends cut."""
    points: list[dict[str, object]] = []
    for left, right, height in zip(drawn.edges, drawn.edges[1:], drawn.heights, strict=False):
        a, b = max(float(left), keep[0]), min(float(right), keep[1])
        if a < b:
            points += [{"x": a, "y": float(height)}, {"x": b, "y": float(height)}]
    return points


def _stems(stems: Mapping[float, float], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw chances of single values as pins with their share; beside a density they have a scale of their own."""
    if not stems:
        return []
    most = max(stems.values())
    pins: list[dict[str, object]] = [
        {"x": at, "y": 0.9 * chance / most, "zero": 0, "t": _share(chance)} for at, chance in stems.items()
    ]
    base = _chart(pins)
    found = [
        base.mark_rule(stroke=theme.DOT, strokeWidth=3).encode(x=x, y=y, y2="zero:Q"),
        base.mark_point(shape="circle", size=50, fill=theme.DOT, stroke="#fff", opacity=1).encode(x=x, y=y),
    ]
    if len(stems) <= 10:
        words = base.mark_text(align="left", dx=7, dy=2, fontSize=12, color=theme.INK).encode(x=x, y=y, text="t:N")
        found.append(words)
    return found


def _share(chance: float) -> str:
    return f"{100 * chance:.0f}%" if chance >= 0.01 else "< 1%"


def _place(at: float, domain: Sequence[float]) -> float:
    return (at - domain[0]) / (domain[1] - domain[0])


def _rows(ticks: Sequence[Tick], domain: Sequence[float]) -> list[int]:
    """Put each label in the first row where it meets no other; ends of intervals come first."""
    taken: list[list[tuple[float, float]]] = []
    rows = [0] * len(ticks)
    for index in sorted(range(len(ticks)), key=lambda one: ticks[one].centre):
        place, wide = _place(ticks[index].at, domain) * WIDTH, len(ticks[index].text) * _LETTER + 8
        left = place if place < 0.12 * WIDTH else place - wide if place > 0.88 * WIDTH else place - wide / 2
        row = 0
        while row < len(taken) and any(left < end and start < left + wide for start, end in taken[row]):
            row += 1
        if row == len(taken):
            taken.append([])
        taken[row].append((left, left + wide))
        rows[index] = row
    return rows


def _chart(values: Sequence[Mapping[str, object]]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=list(values)))


def sheet_svg(panels: Sequence[Panel], *, title: str, desc: str, columns: int = 2) -> str:
    """Draw all inputs on one sheet, as a picture of its own.

    Parameters
    ----------
    panels : sequence of Panel
    title, desc : str
    columns : int
    """
    cell, gap = WIDTH + 40.0, 24.0
    parts, y = [], 16.0
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        heads = [_wrapped(panel.title, int(cell / 6.9))[:3] for panel in row]
        tall, head = 0.0, 10.0 + 16.0 * max(len(one) for one in heads)
        for column, panel in enumerate(row):
            svg = panel_svg(panel)
            wide, high = (float(one) for one in svg.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split())
            x = 16.0 + column * (cell + gap)
            for line, words in enumerate(heads[column]):
                parts.append(f'<text x="{x:.0f}" y="{y + 14 + 16 * line:.0f}" font-weight="600">{escape(words)}</text>')
            place = f'<svg x="{x:.0f}" y="{y + head:.0f}" width="{wide:.0f}" height="{high:.0f}" '
            parts.append(svg.replace("<svg ", place, 1))
            tall = max(tall, high)
        y += head + tall + gap
    width = 32.0 + columns * cell + (columns - 1) * gap
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y:.0f}" width="{width:.0f}" '
        f'height="{y:.0f}" role="img" aria-labelledby="sheet-title sheet-desc" font-size="12.5" fill="{theme.INK}" '
        f'font-family="{escape(theme.SANS, {chr(34): "&quot;"})}"><title id="sheet-title">{escape(title)}</title>'
        f'<desc id="sheet-desc">{escape(desc)}</desc><rect width="{width:.0f}" height="{y:.0f}" fill="#fff"/>'
        + "".join(parts)
        + "</svg>\n"
    )


def _wrapped(text: str, letters: int) -> list[str]:
    return textwrap.wrap(text, letters) or [""]


def to_png(svg: str) -> bytes:
    """Turn a picture into PNG, two pixels for one."""
    png: bytes = vl_convert.svg_to_png(svg, scale=2)
    return png
