"""A map in which each place is one hexagon, whatever its size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wellbeva.plot import theme
from wellbeva.plot.vega import Part, draw, field, layer

HEXAGON = "M0,-1L0.866,-0.5L0.866,0.5L0,1L-0.866,0.5L-0.866,-0.5Z"
FIELDS = ("x", "y", "words", "fill", "ink", "sign")
WIDEST = 30.0
"""Pixels from one hexagon to the next."""


def hex_map(key: str, title: str, desc: str, *, places: Sequence[tuple[int, int, int]], outlined: int) -> str:
    """Draw a hexagon for each place: ochre below the mean, blue above, pale where unsure; a sign where sure.

    Parameters
    ----------
    key, title, desc : str
        As `finish` takes them.
    places : sequence of (column, row, shade)
        Columns from west to east and rows from south to north, odd rows half a hexagon further east; the number of the
        shade in `theme.HEX_SHADES`.
    outlined : int
        Number of the place that is outlined.

    Returns
    -------
    str
        SVG.
    """
    cells = [dict(zip(FIELDS, (q + r % 2 / 2, r, *theme.HEX_SHADES[shade]), strict=True)) for q, r, shade in places]
    ends = np.array([[q + r % 2 / 2, r] for q, r, _ in places])
    room = np.array([0.6, 0.7])
    low, high = ends.min(axis=0) - room, ends.max(axis=0) + room
    wide, tall = (high - low) * [1, 3**0.5 / 2]
    pixels = min(WIDEST, theme.WIDTH / wide)
    x, y = (
        field(name, axis=None, scale={"domain": [*ends], "nice": False, "zero": False})
        for name, *ends in zip("xy", low.tolist(), high.tolist(), strict=True)
    )
    at: Part = {"x": x, "y": y}
    # The size is that of the square around a hexagon whose neighbours touch.
    mark: Part = {"shape": HEXAGON, "size": 4 / 3 * pixels**2, "opacity": 1}
    fill, ink = (field(name, "nominal", scale=None) for name in ("fill", "ink"))
    signs = {**at, "color": ink, "text": field("sign", "nominal")}
    layers = [
        layer(cells, "point", {**at, "fill": fill}, stroke=theme.LINE2, strokeWidth=0.5, **mark),
        layer(cells, "text", signs, fontSize=12, fontWeight=700, baseline="middle"),
        layer([cells[outlined]], "point", at, stroke=theme.INK, strokeWidth=3, fill="transparent", **mark),
    ]
    figure = {"layer": layers, "width": wide * pixels, "height": tall * pixels}
    return draw(figure, key=key, title=title, desc=desc)
