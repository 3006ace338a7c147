"""A map in which each place is one hexagon, whatever its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import vl_convert

from wellbeva.plot import theme
from wellbeva.plot.svg import finish

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
    scales = [alt.Scale(domain=[*pair], nice=False, zero=False) for pair in zip(low, high, strict=True)]
    at: dict[str, Any] = {"x": alt.X("x:Q", axis=None, scale=scales[0]), "y": alt.Y("y:Q", axis=None, scale=scales[1])}
    # The size is that of the square around a hexagon whose neighbours touch.
    mark: dict[str, Any] = {"shape": HEXAGON, "size": 4 / 3 * pixels**2, "opacity": 1}
    every, one = (alt.Chart(alt.InlineData(values=some)).encode(**at) for some in (cells, [cells[outlined]]))
    sign: dict[str, Any] = {"text": "sign:N", "color": alt.Color("ink:N", scale=None)}
    layers = (
        every.mark_point(stroke=theme.LINE2, strokeWidth=0.5, **mark).encode(fill=alt.Fill("fill:N", scale=None)),
        every.mark_text(fontSize=12, fontWeight=700, baseline="middle").encode(**sign),
        one.mark_point(stroke=theme.INK, strokeWidth=3, fill="transparent", **mark),
    )
    chart = alt.layer(*layers).properties(width=wide * pixels, height=tall * pixels)
    specification = {**chart.to_dict(validate=False), "config": theme.CONFIG}
    return finish(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]), key=key, title=title, desc=desc)
