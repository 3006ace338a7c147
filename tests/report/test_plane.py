"""The ellipses of the cost-effectiveness plane."""

from __future__ import annotations

import numpy as np
import pytest

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
