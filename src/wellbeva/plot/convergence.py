"""Standard error against draws, both on log scales, one small figure a number (visual language, section 7)."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from wellbeva.plot import theme

WIDTH, HEIGHT = 344, 188
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 92, 26, 34
_ROOM: Final = 0.12
"""Share of the height that stays free above the highest and below the lowest mark."""
_NEAR: Final = 14.0
"""Pixels that two labels at the ends of lines are apart at least."""

LOOKS: Final = {
    "sobol": ("", "circle", True),
    "random": ("6 3", "circle", False),
    "latin": ("2 2", "diamond", True),
}
"""Dash, mark, and whether it is filled: every line is told by two of them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One design.

    Parameters
    ----------
    design : str
        A key of `LOOKS`.
    label : str
        Stands at the end of the line.
    errors : tuple of float
        One a size; what is not above 0 has no mark.
    """

    design: str
    label: str
    errors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One number.

    Parameters
    ----------
    key : str
        Prefix of ids.
    title, desc : str
        The finding; the text alternative.
    up : str
        What is counted upwards, with its unit.
    draws : tuple of int
    lines : tuple of Line
    spread : tuple of (float, float)
        Factors from an error to the ends of the 9 of 10 that it may be; the bars.
    target : float or None
        A wanted error, drawn as a dashed line, and `target_label` at its end.
    tick : callable
        Writes an error at the axis.
    """

    key: str
    title: str
    desc: str
    up: str
    draws: tuple[int, ...]
    lines: tuple[Line, ...]
    spread: tuple[float, float]
    tick: Callable[[float], str]
    target: float | None = None
    target_label: str = ""


@dataclass(frozen=True, slots=True)
class _Scale:
    """From draws and errors to pixels."""

    x0: float
    x1: float
    y0: float
    y1: float

    def x(self, draws: float) -> float:
        return _LEFT + 8 + (WIDTH - _LEFT - _RIGHT - 16) * (math.log2(draws) - self.x0) / (self.x1 - self.x0)

    def y(self, error: float) -> float:
        return _TOP + (HEIGHT - _TOP - _BOTTOM) * (self.y1 - math.log10(error)) / (self.y1 - self.y0)


def panel_svg(panel: Panel) -> str:
    """Draw one number: a line a design, the bars being where 9 of 10 such errors lie.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    str
        SVG with ``viewBox``, title and description.
    """
    scale = _scale(panel)
    parts = [*_grid(panel, scale)]
    if panel.target is not None and _inside(panel.target, scale):
        y = scale.y(panel.target)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="{theme.COST}" stroke-width="1.25" '
            'stroke-dasharray="4 3"/>'
        )
    for line in panel.lines:
        parts += _line(panel, line, scale)
    parts += _labels(panel, scale)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{panel.key}-title {panel.key}-desc" font-size="12" fill="none" '
        f'font-family="{_font()}"><title id="{panel.key}-title">{escape(panel.title)}</title>'
        f'<desc id="{panel.key}-desc">{escape(panel.desc)}</desc>{"".join(parts)}</svg>'
    )


def sheet_svg(panels: Sequence[Panel], *, title: str, desc: str, notes: Sequence[str] = (), columns: int = 2) -> str:
    """Draw all numbers on one sheet, as a picture of its own.

    Parameters
    ----------
    panels : sequence of Panel
    title, desc : str
        The title is drawn too.
    notes : sequence of str
        What a reader of the picture alone has to know; at its foot.
    columns : int
    """
    columns = max(1, min(columns, len(panels)))
    cell, gap, side = float(WIDTH), 28.0, 16.0
    width = 2 * side + max(columns, 2) * cell + (max(columns, 2) - 1) * gap
    parts, y = [], 14.0
    for words in textwrap.wrap(title, int((width - 2 * side) / 8.6)):
        y += 21
        parts.append(f'<text x="{side:.0f}" y="{y:.0f}" font-size="16" font-weight="600">{escape(words)}</text>')
    y += 18
    for start in range(0, len(panels), columns):
        row = panels[start : start + columns]
        heads = [textwrap.wrap(panel.title, int(cell / 6.7)) or [""] for panel in row]
        head = 8.0 + 16.0 * max(len(one) for one in heads)
        for column, panel in enumerate(row):
            x = side + column * (cell + gap)
            for index, words in enumerate(heads[column]):
                parts.append(
                    f'<text x="{x:.0f}" y="{y + 14 + 16 * index:.0f}" font-weight="600">{escape(words)}</text>'
                )
            place = f'<svg x="{x:.0f}" y="{y + head:.0f}" width="{WIDTH}" height="{HEIGHT}" '
            parts.append(panel_svg(panel).replace("<svg ", place, 1))
        y += head + HEIGHT + 18
    for note in notes:
        for words in textwrap.wrap(note, int((width - 2 * side) / 6.4)):
            y += 17
            parts.append(f'<text x="{side:.0f}" y="{y:.0f}" fill="{theme.INK2}">{escape(words)}</text>')
    y += 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y:.0f}" width="{width:.0f}" '
        f'height="{y:.0f}" role="img" aria-labelledby="sheet-title sheet-desc" font-size="12.5" fill="{theme.INK}" '
        f'font-family="{_font()}"><title id="sheet-title">{escape(title)}</title>'
        f'<desc id="sheet-desc">{escape(desc)}</desc><rect width="{width:.0f}" height="{y:.0f}" fill="#fff"/>'
        + "".join(parts)
        + "</svg>\n"
    )


def key_svg(design: str) -> str:
    """Draw the line and the mark of a design for a key, hidden from those who hear the page."""
    dash, shape, filled = LOOKS[design]
    return (
        '<svg width="34" height="12" aria-hidden="true" focusable="false" fill="none">'
        f'<path d="M0 6H34" stroke="{theme.DOT}" stroke-width="1.75"{_dash(dash)}/>{_mark(17, 6, shape, filled)}</svg>'
    )


def _font() -> str:
    return escape(theme.SANS, {chr(34): "&quot;"})


def _scale(panel: Panel) -> _Scale:
    known = [error for line in panel.lines for error in line.errors if error > 0] or [1.0]
    low, high = math.log10(min(known) * panel.spread[0]), math.log10(max(known) * panel.spread[1])
    if panel.target is not None and panel.target > 0:
        # A wanted error far from what was seen would press the lines flat; it is then left to the words.
        at = math.log10(panel.target)
        if low - 1 <= at <= high + 1:
            low, high = min(low, at), max(high, at)
    room = _ROOM * (high - low)
    return _Scale(math.log2(panel.draws[0]), math.log2(panel.draws[-1]), low - room, high + room)


def _inside(error: float, scale: _Scale) -> bool:
    return error > 0 and scale.y0 <= math.log10(error) <= scale.y1


def _tens(scale: _Scale) -> list[float]:
    """Return at most five values for the axis: tens, or tens and their halves where few tens are in sight."""
    powers = range(math.floor(scale.y0), math.ceil(scale.y1) + 1)
    steps = ([1.0], [1.0, 3.0], [1.0, 2.0, 5.0])
    found: list[float] = []
    for step in steps:
        found = [one * 10.0**power for power in powers for one in step if _inside(one * 10.0**power, scale)]
        if len(found) >= 3:
            break
    return found[:: -(-len(found) // 5) or 1]


def _grid(panel: Panel, scale: _Scale) -> list[str]:
    parts = [f'<text x="0" y="12" fill="{theme.INK2}">{escape(panel.up)}</text>']
    for value in _tens(scale):
        y = scale.y(value)
        if y > HEIGHT - _BOTTOM - 6:  # the axis itself is there
            continue
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="{theme.LINE}"/>')
        text = escape(panel.tick(value))
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{theme.INK2}">{text}</text>')
    floor = HEIGHT - _BOTTOM
    parts.append(f'<path d="M{_LEFT} {floor}H{WIDTH - _RIGHT}" stroke="{theme.INK}"/>')
    step = -(-len(panel.draws) // 4)
    for draws in panel.draws[(len(panel.draws) - 1) % step :: step]:
        x = scale.x(draws)
        text = f"{draws // 1024}k" if draws % 1024 == 0 else f"{draws:,}"
        parts.append(f'<text x="{x:.1f}" y="{floor + 16}" text-anchor="middle" fill="{theme.INK2}">{text}</text>')
    parts.append(
        f'<text x="{WIDTH - _RIGHT}" y="{floor + 31}" text-anchor="end" fill="{theme.INK2}">draws (1k is 1,024)</text>'
    )
    return parts


def _line(panel: Panel, line: Line, scale: _Scale) -> list[str]:
    dash, shape, filled = LOOKS[line.design]
    points = [(scale.x(draws), error) for draws, error in zip(panel.draws, line.errors, strict=True) if error > 0]
    if not points:
        return []
    way = "L".join(f"{x:.1f} {scale.y(error):.1f}" for x, error in points)
    parts = [f'<path d="M{way}" stroke="{theme.DOT}" stroke-width="1.75"{_dash(dash)}/>']
    low, high = panel.spread
    for x, error in points:
        parts.append(
            f'<path d="M{x:.1f} {scale.y(error * low):.1f}V{scale.y(error * high):.1f}" stroke="{theme.DOT}"/>'
        )
        parts.append(_mark(x, scale.y(error), shape, filled))
    return parts


def _labels(panel: Panel, scale: _Scale) -> list[str]:
    """Write each label at the end of its line, moved apart where they would meet."""
    wanted = []
    for line in panel.lines:
        known = [error for error in line.errors if error > 0]
        if known:
            wanted.append((scale.y(known[-1]), line.label, theme.INK))
    if panel.target is not None and _inside(panel.target, scale):
        wanted.append((scale.y(panel.target), panel.target_label, "#8a4500"))
    wanted.sort()
    parts, last = [], -math.inf
    for y, label, fill in wanted:
        at = max(y, last + _NEAR)
        last = at
        x = WIDTH - _RIGHT + 6
        parts.append(f'<text x="{x}" y="{at + 4:.1f}" fill="{fill}">{escape(label)}</text>')
    return parts


def _dash(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""


def _mark(x: float, y: float, shape: str, filled: bool) -> str:
    fill = theme.DOT if filled else "#fff"
    look = f'fill="{fill}" stroke="{theme.DOT}" stroke-width="1.5"'
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" {look}/>'
    return f'<path d="M{x:.1f} {y - 4.5:.1f}l4.5 4.5l-4.5 4.5l-4.5 -4.5Z" {look}/>'
