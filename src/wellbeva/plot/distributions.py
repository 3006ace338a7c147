"""Densities of the inputs, a small figure for each, with the printed numbers as ticks (visual language, section 7)."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.distributions import quantile
from wellbeva.distributions.spec import Distribution
from wellbeva.plot import theme
from wellbeva.plot.point_masses import atoms

WIDTH, HEIGHT = 320, 104
BINS, FEWER = 160, 32
"""Bins of a density, and of a histogram of many values."""
MOST_STEMS = 24
"""Atoms that are drawn as stems; more are drawn as a histogram."""
ENDS = (0.005, 0.995)
"""Probabilities whose quantiles bound the figure, so that a long tail does not press the rest flat."""
_LEAST = 2.0**-52
"""The smallest chance; its quantile is the bound of what has one."""
_ROW = 15.0
_TOP, _SIDE = 4, 6
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
    low, high = min([low, *(tick.at for tick in ticks)]), max([high, *(tick.at for tick in ticks)])
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

    The figure is an area, rules and words, written straight as SVG: a page has up to some hundreds of them, and a
    renderer of charts takes a third of a second for each.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    str
        SVG with ``viewBox``, title and description.
    """
    drawn = shape(panel.distribution, panel.ticks)
    scale = _Scale(float(drawn.edges[0]), float(drawn.edges[-1]))
    rows = _rows(panel.ticks, scale)
    depth = 1 + max((row for row, _ in rows), default=0)
    high, wide = _TOP + HEIGHT + _ROW * depth + 6, WIDTH + 2 * _SIDE
    parts = []
    if drawn.heights.any():
        parts += [f'<path d="{_area(drawn, keep, scale)}" fill="{fill}"/>' for keep, fill in _fills(panel)]
    parts += _stems(drawn.stems, scale)
    floor = scale.y(0.0)
    parts.append(f'<path d="M{_SIDE} {floor:.2f}H{_SIDE + WIDTH}" stroke="{theme.INK}"/>')
    for tick, (row, left) in zip(panel.ticks, rows, strict=True):
        colour, dash = (theme.DOT, "") if tick.centre else (theme.COST, ' stroke-dasharray="4 3"')
        place = f"M{scale.x(tick.at):.2f} {floor:.2f}V{scale.y(1.06):.2f}"
        parts.append(f'<path d="{place}" stroke="{colour}" stroke-width="1.5"{dash}/>')
        middle = _SIDE + left + _wide(tick) / 2
        parts.append(
            f'<text x="{middle:.1f}" y="{floor + 15 + _ROW * row:.1f}" text-anchor="middle" fill="{theme.INK2}">'
            f"{escape(tick.text)}</text>"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" role="img" '
        f'aria-labelledby="{panel.key}-title {panel.key}-desc" font-size="12" fill="none" '
        f'font-family="{escape(theme.SANS, {chr(34): "&quot;"})}"><title id="{panel.key}-title">'
        f'{escape(panel.title)}</title><desc id="{panel.key}-desc">{escape(panel.desc)}</desc>{"".join(parts)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From numbers to pixels."""

    low: float
    high: float

    def across(self, at: float) -> float:
        """Return the pixels right of the figure's left end."""
        return (at - self.low) / (self.high - self.low) * WIDTH

    def x(self, at: float) -> float:
        return _SIDE + self.across(at)

    def y(self, height: float) -> float:
        return _TOP + HEIGHT * (1 - height / 1.12)


def _fills(panel: Panel) -> list[tuple[tuple[float, float], str]]:
    everywhere = (-np.inf, np.inf)
    if panel.inside is None:
        return [(everywhere, theme.BAR)]
    return [(everywhere, theme.PALE), (panel.inside, theme.BAR)]


def _area(drawn: Shape, keep: tuple[float, float], scale: _Scale) -> str:
    """Write the outline of the density, cut at the ends of `keep`; zero beyond a bound, where it stops upright."""
    parts, floor = [], scale.y(0.0)
    for left, right in _runs(drawn.heights > 0):
        edges, heights = drawn.edges[left : right + 1], drawn.heights[left:right]
        if len(drawn.heights) > 2 * FEWER:
            # Through the middles of narrow bins; steps of two pixels would look like teeth.
            xs = np.concatenate([edges[:1], (edges[1:] + edges[:-1]) / 2, edges[-1:]])
            ys = np.concatenate([heights[:1], heights, heights[-1:]])
        else:
            xs, ys = np.repeat(edges, 2)[1:-1], np.repeat(heights, 2)
        low, high = max(float(xs[0]), keep[0]), min(float(xs[-1]), keep[1])
        if low >= high:
            continue
        inner = (xs > low) & (xs < high)
        ends = np.interp([low, high], xs, ys)
        points = [(low, ends[0]), *zip(xs[inner], ys[inner], strict=True), (high, ends[1])]
        line = "L".join(f"{scale.x(float(x)):.2f} {scale.y(float(y)):.2f}" for x, y in points)
        parts.append(f"M{scale.x(low):.2f} {floor:.2f}L{line}V{floor:.2f}Z")
    return "".join(parts)


def _runs(kept: Flags) -> list[tuple[int, int]]:
    """Return first and one past last of each run of what is kept."""
    turns = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in turns.reshape(-1, 2)]


def _stems(stems: Mapping[float, float], scale: _Scale) -> list[str]:
    """Draw chances of single values as pins with their share; beside a density they have a scale of their own."""
    parts: list[str] = []
    most = max(stems.values(), default=1.0)
    for at, chance in stems.items():
        x, y = scale.x(at), scale.y(0.9 * chance / most)
        parts.append(f'<path d="M{x:.2f} {scale.y(0.0):.2f}V{y:.2f}" stroke="{theme.DOT}" stroke-width="3"/>')
        parts.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="4" fill="{theme.DOT}" stroke="#fff"/>')
        if len(stems) <= 10:
            right = scale.across(at) > 0.88 * WIDTH
            side = f'x="{x - 7:.1f}" text-anchor="end"' if right else f'x="{x + 7:.1f}"'
            parts.append(f'<text {side} y="{y + 5:.1f}" fill="{theme.INK}">{escape(_share(chance))}</text>')
    return parts


def _share(chance: float) -> str:
    return f"{100 * chance:.0f}%" if chance >= 0.01 else "< 1%"


def _wide(tick: Tick) -> float:
    return len(tick.text) * _LETTER + 8


def _rows(ticks: Sequence[Tick], scale: _Scale) -> list[tuple[int, float]]:
    """Put each label inside the figure, in the first row where it meets no other; ends of intervals come first."""
    taken: list[list[tuple[float, float]]] = []
    rows = [(0, 0.0)] * len(ticks)
    for index in sorted(range(len(ticks)), key=lambda one: ticks[one].centre):
        wide = _wide(ticks[index])
        left = max(0.0, min(scale.across(ticks[index].at) - wide / 2, WIDTH - wide))
        row = 0
        while row < len(taken) and any(left < end and start < left + wide for start, end in taken[row]):
            row += 1
        if row == len(taken):
            taken.append([])
        taken[row].append((left, left + wide))
        rows[index] = (row, left)
    return rows


def sheet_svg(panels: Sequence[Panel], *, title: str, desc: str) -> str:
    """Draw all inputs on one sheet, as a picture of its own.

    Parameters
    ----------
    panels : sequence of Panel
    title, desc : str
    """
    columns, cell, gap = 2, WIDTH + 40.0, 24.0
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
    import vl_convert

    png: bytes = vl_convert.svg_to_png(svg, scale=2)
    return png
