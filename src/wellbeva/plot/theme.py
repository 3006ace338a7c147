"""Colours, type and axes of every technical figure (visual language, sections 2 and 7)."""

from __future__ import annotations

INK = "#17212b"
INK2 = "#414c57"
INK3 = "#59646f"
DOT = "#0a2f57"
BAR = "#5e93c4"
COST = "#a85400"
LINE = "#d9dde0"
LINE2 = "#7d8791"
BAND = "#dfe9f3"
LATER = "#eef1f3"
PALE = "#c4d8ea"
SHADES = ("#c4d8ea", "#f3d9bb", "#eef1f3", "#9dbbd8", "#e2b27a", "#d9dde0")
"""Of areas, each light enough for ink upon it."""
HEX_SHADES = (
    ("below the average", COST, "#fff", "−"),
    ("perhaps below", SHADES[1], INK, ""),
    ("too close to call", LATER, INK, ""),
    ("perhaps above", PALE, INK, ""),
    ("above the average", BAR, INK, "+"),
    ("no figures", "#fff", INK, ""),
)
"""Words, fill, ink and sign of a place in a map."""
SANS = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

WIDTH = 360
HEIGHT = 240
DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [1, 3], [10, 4])
SHAPES = ("circle", "triangle-up", "square", "diamond", "cross", "triangle-down")

CONFIG: dict[str, object] = {
    "background": None,
    "font": SANS,
    "view": {"stroke": None},
    "axis": {
        "domainColor": INK,
        "gridColor": LINE,
        "labelFontSize": 12,
        "labelColor": INK2,
        "ticks": False,
        "titleFontWeight": 400,
        "titleFontSize": 12,
        "titleColor": INK2,
        "tickCount": 5,
        "labelPadding": 6,
    },
    "text": {"fontSize": 12, "color": INK},
    "range": {"category": [DOT]},
}
