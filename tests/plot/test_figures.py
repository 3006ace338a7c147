"""Figures for analysts: they are written as Vega-Lite has them, so that its schema is asked here."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

import altair as alt
import numpy as np
import pytest
import vl_convert

from wellbeva.plot import technical

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
    technical.lasting: {"years": RISING, "left": 100 * TWO, "labels": LABELS, "measured": 2.0},
    technical.running: {"draws": 256 * RISING, "mean": RISING, "error": RISING, "symbol": "£"},
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
