"""A map of places by their thinned outlines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wellbeva.plot import theme
from wellbeva.plot.vega import Part, draw, field, layer

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
    filled, coloured = (field(name, "nominal", scale=None) for name in ("properties.fill", "ink"))
    text = {"longitude": field("x"), "latitude": field("y"), "text": field("sign", "nominal"), "color": coloured}
    layers = [
        layer(shapes, "geoshape", {"fill": filled}, stroke=theme.LINE2, strokeWidth=0.5),
        layer([shapes[outlined]], "geoshape", {}, stroke=theme.INK, strokeWidth=2, fill="transparent"),
        layer(signs, "text", text, fontSize=9, fontWeight=700),
    ]
    figure: Part = {"layer": layers, "width": theme.WIDTH, "height": TALL * theme.WIDTH}
    figure["projection"] = {"type": "identity", "reflectY": True}
    return draw(figure, key=key, title=title, desc=desc)
