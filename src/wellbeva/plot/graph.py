"""The graph of what depends on what, as SVG: drawn here, so that nobody needs Graphviz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from wellbeva.plot import theme
from wellbeva.plot.graph_layout import Placed, place

Kind = Literal["input", "uncertain", "equation", "outcome"]

LETTER, PAD, GAP = 7.0, 10.0, 58.0
"""Width of a letter of 12 px type, room inside a box, room between columns."""
ROW, BOX, MARGIN, FOOT = 46.0, 36.0, 16.0, 44.0
KEYS: Sequence[tuple[Kind, str]] = (
    ("uncertain", "drawn input"),
    ("input", "fixed input"),
    ("equation", "equation"),
    ("outcome", "outcome"),
)
"""What each kind is called under the graph."""


@dataclass(frozen=True, slots=True)
class Point:
    """A node of the graph.

    Parameters
    ----------
    kind : {"input", "uncertain", "equation", "outcome"}
    under : str
        A second line: the unit.
    """

    kind: Kind
    under: str = ""


def draw_graph(
    uses: Mapping[str, Set[str]],
    points: Mapping[str, Point],
    *,
    title: str,
    key: str = "graph",
) -> str:
    """Draw a graph of dependencies from left to right.

    Parameters
    ----------
    uses : mapping of name to names
        What each equation uses.
    points : mapping of name to Point
        A name without one is an input.
    title : str
        The finding, plain text.
    key : str
        Prefix of every id.

    Returns
    -------
    str
        One ``svg`` element, with title and description, no style and no script.
    """
    found = place(uses)
    kinds = {name: points.get(name, Point("input")) for name in found.column}
    columns = max(found.column.values(), default=0) + 1
    widths = [
        max((_width(name, kinds[name]) for name, at in found.column.items() if at == column), default=0.0)
        for column in range(columns)
    ]
    lefts = [MARGIN + sum(widths[:column]) + GAP * column for column in range(columns)]
    starts = {
        (column, found.height[name]): lefts[column]
        + (_width(name, kinds[name]) if kinds[name].kind in ("input", "uncertain") else widths[column])
        for name, column in found.column.items()
    }
    width = max(lefts[-1] + widths[-1] + MARGIN, _KEY_WIDTH)
    lowest = max([*found.height.values(), *(at for chain in found.edges for _, at in chain)], default=0.0)
    height = 2 * MARGIN + ROW * lowest + BOX + FOOT
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="img" aria-labelledby="{key}-title {key}-desc" '
        f'font-family="{escape(theme.SANS, {chr(34): "&quot;"})}" '
        f'font-size="12" fill="{theme.INK}">'
    )
    lines = [
        head,
        f'<title id="{key}-title">{escape(title)}</title>',
        f'<desc id="{key}-desc">{escape(_description(found, kinds))}</desc>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        f'<g fill="none" stroke="{theme.LINE2}" stroke-width="1">',
        *(_edge(edge, lefts, widths, starts[edge[0]]) for edge in found.edges),
        "</g>",
        *(_back(one, lefts, widths, found) for one in found.back),
    ]
    for name, column in found.column.items():
        lines += _node(name, kinds[name], lefts[column], widths[column], _y(found.height[name]))
    lines += _key_line(height - FOOT / 2, back=bool(found.back))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _y(height: float) -> float:
    return MARGIN + BOX / 2 + ROW * height


def _width(name: str, point: Point) -> float:
    dot = 14.0 if point.kind in ("input", "uncertain") else 0.0
    bold = 1.08 if point.kind == "outcome" else 1.0
    return max(len(name) * bold, len(point.under)) * LETTER + 2 * PAD + dot


def _edge(chain: Sequence[tuple[int, float]], lefts: Sequence[float], widths: Sequence[float], start: float) -> str:
    """Draw a smooth line that is level where it leaves, arrives and crosses a column.

    Parameters
    ----------
    start : float
        Where the words of its left end stop.
    """
    (first, height), *stations, (last, end) = chain
    x, y = lefts[first] + widths[first], _y(height)
    path = [f"M{start:.1f} {y:.1f}H{x:.1f}"]
    for column, at in [*stations, (last, end)]:
        left, to = lefts[column], _y(at)
        bend = (left - x) / 2
        path.append(f"C{x + bend:.1f} {y:.1f} {left - bend:.1f} {to:.1f} {left:.1f} {to:.1f}")
        x, y = left, to
        if column != last:
            x += widths[column]
            path.append(f"H{x:.1f}")
    return f'<path d="{"".join(path)}"/>'


def _back(edge: tuple[str, str], lefts: Sequence[float], widths: Sequence[float], found: Placed) -> str:
    """Draw a recurrence dashed, over the top of both."""
    used, user = edge
    a, b = found.column[used], found.column[user]
    x1, y1 = lefts[a] + widths[a] / 2, _y(found.height[used]) - BOX / 2
    x2, y2 = lefts[b] + widths[b] / 2, _y(found.height[user]) - BOX / 2
    if used == user:
        x1, x2 = x1 + 14, x2 - 14
    top = min(y1, y2) - 9
    return (
        f'<path d="M{x1:.1f} {y1:.1f}C{x1:.1f} {top:.1f} {x2:.1f} {top:.1f} {x2:.1f} {y2:.1f}" fill="none" '
        f'stroke="{theme.INK2}" stroke-width="1.25" stroke-dasharray="4 3"/>'
    )


def _node(name: str, point: Point, left: float, width: float, y: float) -> list[str]:
    lines = []
    text = left + PAD
    if point.kind in ("input", "uncertain"):
        lines.append(_dot(left + PAD + 2, y, filled=point.kind == "uncertain"))
        text += 14
    else:
        heavy = 2.5 if point.kind == "outcome" else 1
        lines.append(
            f'<rect x="{left:.1f}" y="{y - BOX / 2:.1f}" width="{width:.1f}" height="{BOX:.0f}" fill="#fff" '
            f'stroke="{theme.INK}" stroke-width="{heavy}"/>'
        )
    weight = ' font-weight="600"' if point.kind == "outcome" else ""
    base = y - 3 if point.under else y + 4
    lines.append(f'<text x="{text:.1f}" y="{base:.1f}"{weight}>{escape(name)}</text>')
    if point.under:
        lines.append(f'<text x="{text:.1f}" y="{y + 12:.1f}" fill="{theme.INK3}">{escape(point.under)}</text>')
    return lines


def _dot(x: float, y: float, *, filled: bool) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{theme.DOT if filled else "#fff"}" '
        f'stroke="{theme.DOT}" stroke-width="1.5"/>'
    )


_KEY_WIDTH = 2 * MARGIN + sum(len(words) * LETTER + 48 for _, words in KEYS) + LETTER * 72


def _key_line(y: float, *, back: bool) -> list[str]:
    x, lines = MARGIN, []
    for kind, words in KEYS:
        if kind in ("input", "uncertain"):
            lines.append(_dot(x + 8, y, filled=kind == "uncertain"))
        else:
            heavy = 2.5 if kind == "outcome" else 1
            lines.append(
                f'<rect x="{x:.1f}" y="{y - 6:.1f}" width="18" height="12" fill="#fff" stroke="{theme.INK}" '
                f'stroke-width="{heavy}"/>'
            )
        lines.append(f'<text x="{x + 24:.1f}" y="{y + 4:.1f}" fill="{theme.INK2}">{words}</text>')
        x += len(words) * LETTER + 48
    last = "lines run from what is used, left, to what uses it" + ("; dashed: the step before" if back else "")
    return [*lines, f'<text x="{x:.1f}" y="{y + 4:.1f}" fill="{theme.INK2}">{last}</text>']


def _description(found: Placed, kinds: Mapping[str, Point]) -> str:
    inputs = sum(kind.kind in ("input", "uncertain") for kind in kinds.values())
    drawn = sum(kind.kind == "uncertain" for kind in kinds.values())
    outcomes = [name for name, kind in kinds.items() if kind.kind == "outcome"]
    said = (
        f"Graph in columns, read from left to right: {inputs} inputs, {drawn} of them drawn, feed "
        f"{len(kinds) - inputs} equations in {max(found.column.values(), default=0)} steps."
    )
    if outcomes:
        said += f" Outcomes: {', '.join(outcomes)}."
    return said
