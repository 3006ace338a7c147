"""The ellipses of the cost-effectiveness plane, and where its names stand."""

from __future__ import annotations

import numpy as np
import pytest

from wellbeva.plot.label_places import HEIGHT, LETTER, clear_places
from wellbeva.plot.technical import ellipse


def test_an_ellipse_holds_95_of_100_normal_draws() -> None:
    """4.5 standard errors of the share: a right one misses once in 147,000."""
    random = np.random.default_rng(6)
    effect = random.normal(3, 2, 100_000)
    cost = 5_000 + 800 * effect + random.normal(0, 1_500, 100_000)
    outline = ellipse(effect, cost)
    draws = np.stack([effect, cost])
    root = np.linalg.inv(np.linalg.cholesky(np.cov(draws)))
    radius = np.hypot(*(root @ (outline.T - draws.mean(axis=1, keepdims=True))))
    assert radius == pytest.approx(np.full(73, 2.447_746_8), rel=1e-6)  # the root of chi-squared's 95% at 2 degrees
    inside = np.hypot(*(root @ (draws - draws.mean(axis=1, keepdims=True)))) <= radius[0]
    assert inside.mean() == pytest.approx(0.95, abs=4.5 * np.sqrt(0.95 * 0.05 / 100_000))


def test_a_cost_that_no_draw_changes_gives_a_line() -> None:
    effect = np.array([1.0, 2.0, 3.0])
    outline = ellipse(effect, np.full(3, 7.0))
    assert outline[:, 1] == pytest.approx(np.full(73, 7.0))
    assert outline[:, 0].max() == pytest.approx(2 + 2.447_746_8)
    assert np.isfinite(ellipse(effect, -2 * effect)).all()


def test_names_lie_on_no_mark_and_on_no_other_name_while_there_is_room() -> None:
    random = np.random.default_rng(2)
    marks = random.normal([150, 120], [40, 25], (400, 2))
    outlines = np.array([[[150 + 60 * np.cos(a), 120 + 40 * np.sin(a)] for a in np.linspace(0, 6, 20)]] * 4)
    labels = ["A", "Walks in the park", "A" * 20, "Singing"]
    found = clear_places(marks, outlines, labels, (300.0, 240.0))
    boxes = [
        (place[0], np.array([LETTER * len(label), HEIGHT]) / 2) for place, label in zip(found, labels, strict=True)
    ]
    for index, (middle, half) in enumerate(boxes):
        assert not (np.abs(marks - middle) < half).all(axis=1).any()
        assert (middle - half >= 0).all()
        assert (middle + half <= [300, 240]).all()
        for other, other_half in boxes[:index]:
            assert (np.abs(middle - other) >= half + other_half - 4).any()
    # Where marks are everywhere, a name still stands somewhere.
    everywhere = np.stack(np.meshgrid(np.arange(0.0, 300, 5), np.arange(0.0, 240, 5)), axis=-1).reshape(-1, 2)
    assert np.isfinite(clear_places(everywhere, outlines[:1], ["A" * 100], (300.0, 240.0))[0]).all()
