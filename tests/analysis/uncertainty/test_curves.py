"""Curves over the willingness to pay against brute force, draw by draw and threshold by threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wellbeva.analysis.uncertainty.curves import curves
from wellbeva.analysis.uncertainty.sample import DecisionSample

GRID = np.arange(0.0, 40.0, 0.5)


def sample(*, options: int, draws: int, randomisations: int, whole: bool, seed: int) -> DecisionSample:
    """Return draws; whole ones tie often, and their net benefits are exact."""
    random = np.random.default_rng(seed)
    effect = random.normal(3, 2, (draws, options)) + 0.5 * np.arange(options)
    cost = random.normal(40, 15, (draws, options)) + 10 * np.arange(options)
    if whole:
        effect, cost = effect.round(), (cost / 8).round() * 8
    return DecisionSample(tuple("abcdef"[:options]), effect, cost, {}, randomisations)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("options", "draws", "randomisations"), [(2, 300, 1), (4, 1600, 1), (4, 1600, 16), (6, 64, 2)])
def test_curves_are_those_of_brute_force(options: int, draws: int, randomisations: int, whole: bool) -> None:
    drawn = sample(options=options, draws=draws, randomisations=randomisations, whole=whole, seed=draws + options)
    found = curves(drawn, GRID)
    for at, wtp in enumerate(GRID):
        benefit = wtp * drawn.effect - drawn.cost
        highest = benefit == benefit.max(axis=1, keepdims=True)
        share = highest / highest.sum(axis=1, keepdims=True)
        mean = benefit.mean(axis=0)
        regret = benefit.max(axis=1) - benefit[:, found.best[at]]
        scale = np.abs(benefit).max()
        assert mean[found.best[at]] == pytest.approx(mean.max(), abs=1e-12 * scale)
        # sums of some 10^3 numbers in another order
        np.testing.assert_allclose(found.prob_best[at], share.mean(axis=0), atol=1e-13)
        np.testing.assert_allclose(found.prob_best_mcse[at], drawn.error_of_mean(share), atol=1e-9)
        np.testing.assert_allclose(found.evpi[at], regret.mean(), atol=1e-12 * scale)
        np.testing.assert_allclose(found.evpi_mcse[at], drawn.error_of_mean(regret), atol=1e-7 * scale)
        np.testing.assert_allclose(
            found.loss[at], (benefit.max(axis=1, keepdims=True) - benefit).mean(axis=0), atol=1e-12 * scale
        )


@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 10_000))
def test_chances_add_up_and_none_is_lost(draws: int, options: int, seed: int) -> None:
    """Whole numbers tie often, at the thresholds too; shares of ties are sums of some forty parts."""
    random = np.random.default_rng(seed)
    effect, cost = (random.integers(-3, 4, (draws, options)).astype(np.float64) for _ in range(2))
    found = curves(DecisionSample(tuple("abcde"[:options]), effect, cost), GRID)
    np.testing.assert_allclose(found.prob_best.sum(axis=1), 1, atol=1e-13)
    assert (found.prob_best > -1e-13).all()
    assert (found.evpi > -1e-12 * 40 * 3).all()


def test_chances_add_up_and_options_that_are_the_same_share_them() -> None:
    drawn = sample(options=3, draws=500, randomisations=1, whole=False, seed=1)
    twin = DecisionSample(("a", "b", "c"), drawn.effect[:, [0, 1, 1]], drawn.cost[:, [0, 1, 1]])
    found = curves(twin, GRID)
    np.testing.assert_allclose(found.prob_best.sum(axis=1), 1, atol=1e-13)
    np.testing.assert_array_equal(found.prob_best[:, 1], found.prob_best[:, 2])


def test_an_option_that_is_best_in_every_draw_leaves_nothing_to_know() -> None:
    drawn = sample(options=3, draws=500, randomisations=1, whole=False, seed=2)
    better = DecisionSample(drawn.options, drawn.effect + np.array([0, 0, 50]), drawn.cost - np.array([0, 0, 500]))
    found = curves(better, GRID)
    assert set(found.best) == {2}
    assert (found.evpi == 0).all()
    assert (found.evpi_mcse == 0).all()
    assert (found.prob_best[:, 2] == 1).all()
