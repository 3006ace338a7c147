"""Figures for analysts: they are written as Vega-Lite has them, so that its schema is asked here."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as Tree

import altair as alt
import numpy as np
import pytest
import vl_convert

from wellbeva.plot import technical, theme

RISING, TWO = np.array([1.0, 2.0, 4.0]), np.array([[0.6, 0.4], [0.5, 0.5], [0.3, 0.7]])
LABELS = ("walks", "choir")
FIGURES: dict[Callable[..., str], Mapping[str, Any]] = {
    technical.acceptability: {
        "thresholds": RISING,
        "shares": TWO,
        "labels": LABELS,
        "frontier": TWO[:, 0],
        "best": (0, 0, 1),
        "value": 2.0,
        "symbol": "£",
    },
    technical.plane: {
        "across": TWO,
        "up": TWO,
        "labels": LABELS,
        "means": [(0.5, 0.5)] * 2,
        "quadrants": tuple("abcd"),
    },
    technical.information: {"thresholds": RISING, "evpi": RISING, "value": 2.0, "symbol": "£"},
    technical.funnel: {"effects": RISING, "errors": RISING, "mean": 2.0},
    technical.staircase: {"shares": TWO[0], "before": TWO[1], "after": TWO[2], "slopes": (4.0, 2.0)},
    technical.combination_map: {
        "across": "12",
        "up": "345",
        "chosen": [("walks", "choir", "walks")] * 2,
        "base": (0, 1),
    },
}


def test_every_figure_is_here() -> None:
    ours = {name: one for name, one in vars(technical).items() if getattr(one, "__module__", "") == technical.__name__}
    takes_words = (one for name, one in ours.items() if name[0] != "_" and "words" in inspect.signature(one).parameters)
    assert FIGURES.keys() == set(takes_words)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.__name__)
def test_a_figure_is_what_the_schema_of_vega_lite_asks_for(
    figure: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[dict[str, Any]] = []
    convert = vl_convert.vegalite_to_svg
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda one, **how: drawn.append(one) or convert(one, **how))
    assert "<desc" in figure(technical.Words("key", "A finding", "Its text.", "across", "up"), **FIGURES[figure])
    (chart,) = drawn
    del chart["config"]  # the theme's, in which None takes away what Vega-Lite has; its schema does not know that
    alt.Chart.from_dict(json.loads(json.dumps(chart)))


@pytest.mark.parametrize("figure", [technical.plane, technical.acceptability])
def test_names_stand_in_a_key_below_what_they_name(figure: Callable[..., str]) -> None:
    names = ("Walks", "A very long name of an offer that goes on, in the key, over two lines", '"]);x//</text><b>')
    three = {
        technical.plane: {"across": np.eye(3), "up": np.eye(3), "means": [(0.5, 0.5)] * 3},
        technical.acceptability: {"shares": np.eye(3)},
    }
    words = technical.Words("key", "A finding", "Its text.", "across", "up")
    svg = figure(words, **{**FIGURES[figure], **three[figure], "labels": names})
    root = Tree.fromstring(svg)
    height = float(root.attrib["viewBox"].split()[3])
    written = {"".join(text.itertext()): top for text, top in _texts(root, 0.0)}
    assert {"Walks", names[2]} <= written.keys()
    assert any(text.startswith("A very long name") and text.endswith("two lines") for text in written)
    key = [written[name] for name in ("Walks", names[2])]
    assert theme.HEIGHT < key[0] < key[1] < height, "below the plot, and inside the figure"


def _texts(element: Tree.Element, top: float) -> Iterator[tuple[Tree.Element, float]]:
    """Yield every text with how far below the top it stands [pixel]."""
    moved = re.match(r"translate\([-\d.e]+,\s*([-\d.e]+)\)", element.attrib.get("transform", ""))
    top += float(moved[1]) if moved else 0.0
    if element.tag.endswith("}text"):
        yield element, top
    for child in element:
        yield from _texts(child, top)
