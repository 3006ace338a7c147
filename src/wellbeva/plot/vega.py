"""Parts of a figure as Vega-Lite has them, and the figure drawn from them as SVG, without a browser or a network."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import vl_convert

from wellbeva.core.second_process import serving_process
from wellbeva.plot import theme
from wellbeva.plot.svg import finish

Part = dict[str, Any]
"""A layer, an encoding, an axis or a style; to name them by Altair takes 0.4 s of each run that has a report."""


def field(name: str, kind: str = "quantitative", **style: Any) -> Part:
    """Return what encodes a field of the values of a layer.

    Parameters
    ----------
    name : str
    kind : {"quantitative", "nominal", "ordinal"}
    **style
        Its title, axis, scale or legend.
    """
    return {"field": name, "type": kind, **style}


def layer(values: Sequence[Mapping[str, object]], mark: str, encoding: Part, **style: Any) -> Part:
    """Return marks of one kind, one for each of the values or one through all.

    Parameters
    ----------
    values : sequence of mapping
    mark : str
        As Vega-Lite names it: ``line``, ``point``, ``rect``, ``text``.
    encoding : dict
        By channel: ``x``, ``y``, ``text``.
    **style
        Of every mark.
    """
    return {"data": {"values": values}, "mark": {"type": mark, **style}, "encoding": encoding}


def draw(figure: Part, *, key: str, title: str, desc: str) -> str:
    """Draw a figure.

    Parameters
    ----------
    figure : dict
        ``layer``, of which the first lies below, ``width`` and ``height`` [pixel].
    key, title, desc : str
        As `finish` takes them.

    Returns
    -------
    str
        SVG.
    """
    return finish(_converts[-1]({**figure, "config": theme.CONFIG}), key=key, title=title, desc=desc)


@contextmanager
def second_converter() -> Iterator[None]:
    """Convert figures in a second process, whose browser engine starts meanwhile: that takes 0.5 s of a processor."""
    with serving_process(_start, _convert) as convert:
        _converts.append(convert)
        try:
            yield
        finally:
            _converts.remove(convert)


def _start() -> None:
    os.nice(10)  # what the answer needs comes first
    _convert(layer([], "point", {}))


def _convert(figure: Part) -> str:
    svg: str = vl_convert.vegalite_to_svg(figure, allowed_base_urls=[])
    return svg


_converts: Final[list[Callable[[Part], str]]] = [_convert]
