"""A map of places by their thinned outlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import vl_convert

from wellbeva.plot import theme
from wellbeva.plot.svg import finish

TALL = 1.2
"""Height over width: England and Wales fit."""


def boundary_map(key: str, title: str, desc: str, *, places: Sequence[tuple[str, int]], outlined: int) -> str:
    """Draw each place within its outline: ochre below the mean, blue above, pale where unsure; a sign where sure.

    Parameters
    ----------
    key, title, desc : str
        As `finish` takes them.
    places : sequence of (outline, shade)
        Rings apart by ``;``, points by ``,``, each east and north; the number of the shade in `theme.HEX_SHADES`.
    outlined : int
        Number of the place that is outlined.

    Returns
    -------
    str
        SVG.
    """
    shapes, signs = [], []
    for outline, shade in places:
        _, fill, ink, sign = theme.HEX_SHADES[shade]
        rings = [[[int(one) for one in point.split()] for point in ring.split(",")] for ring in outline.split(";")]
        geometry = {"type": "Polygon", "coordinates": rings}
        shapes.append({"type": "Feature", "properties": {"fill": fill}, "geometry": geometry})
        x, y = np.mean(rings[0], axis=0)
        signs.append({"x": x, "y": y, "sign": sign, "ink": ink})
    every, one, sure = (alt.Chart(alt.InlineData(values=some)) for some in (shapes, [shapes[outlined]], signs))
    text: dict[str, Any] = {"longitude": "x:Q", "latitude": "y:Q", "text": "sign:N"}
    layers = (
        every.mark_geoshape(stroke=theme.LINE2, strokeWidth=0.5).encode(fill=alt.Fill("properties.fill:N", scale=None)),
        one.mark_geoshape(stroke=theme.INK, strokeWidth=2, fill="transparent"),
        sure.mark_text(fontSize=9, fontWeight=700).encode(color=alt.Color("ink:N", scale=None), **text),
    )
    chart = alt.layer(*layers).properties(width=theme.WIDTH, height=TALL * theme.WIDTH)
    specification = {**chart.project(type="identity", reflectY=True).to_dict(validate=False), "config": theme.CONFIG}
    return finish(vl_convert.vegalite_to_svg(specification, allowed_base_urls=[]), key=key, title=title, desc=desc)
