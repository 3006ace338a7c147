"""One study drawn towards others: a published example, an integral by brute force, known truths, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from wellbeva.distributions.quantile import cdf, ppf
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.studies import Studies
from wellbeva.evidence.shrinkage import shrink

SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
ERRORS = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def others(effects: np.ndarray, errors: np.ndarray) -> Studies:
    return Studies([f"study {row}" for row in range(len(effects))], effects, errors**2)


def school(row: int):
    return shrink(others(np.delete(SCHOOLS, row), np.delete(ERRORS, row)), SCHOOLS[row], ERRORS[row])


@pytest.mark.parametrize(
    ("row", "quartiles"),
    [(0, (7, 10, 16)), (1, (3, 8, 12)), (2, (2, 7, 11)), (3, (4, 8, 11)), (4, (1, 5, 10)), (5, (2, 6, 10)),
     (6, (7, 10, 15)), (7, (3, 8, 13))],
)  # fmt: skip
def test_eight_schools(row: int, quartiles: tuple[int, ...]) -> None:
    """Gelman et al., Bayesian Data Analysis, table 5.3 (status: recalled): 200 draws, rounded.

    A quartile of 200 draws of a spread of 8 has an error of 0.75; four of these, and a half for rounding: a false alarm
    in 24 figures has a chance of 2e-3.
    """
    assert ppf(school(row).law, [0.25, 0.5, 0.75]) == pytest.approx(quartiles, abs=3.5)


def brute_force(row: int) -> tuple[float, float, float]:
    """Posterior mean, sd and chance below 0 of a school, by a sum over average and spread, and none of our formulas."""
    mean, tau = np.linspace(-100.0, 120.0, 441)[:, None], (np.arange(2000)[None] + 0.5) / 10.0
    logs = np.zeros((441, 2000))
    for effect, error in zip(SCHOOLS, ERRORS, strict=True):
        logs -= 0.5 * ((effect - mean) ** 2 / (error**2 + tau**2) + np.log(error**2 + tau**2))
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    variance = ERRORS[row] ** 2
    centre = (SCHOOLS[row] * tau**2 + mean * variance) / (tau**2 + variance)
    spread = variance * tau**2 / (tau**2 + variance)
    first = float((weight * centre).sum())
    second = float((weight * (spread + centre**2)).sum())
    return first, math.sqrt(second - first**2), float((weight * special.ndtr(-centre / np.sqrt(spread))).sum())


@pytest.mark.parametrize("row", [0, 4])
def test_against_a_sum_over_average_and_spread(row: int) -> None:
    """Spreads beyond 200 have some 1e-7 of the probability, (10 / 200)**7 or so; both sums are of smooth functions.

    The quantile is that of the mixture that is drawn, not of the grid.
    """
    first, spread, below = brute_force(row)
    result = school(row)
    assert (result.mean, result.sd) == pytest.approx((first, spread), rel=1e-5)
    assert ppf(result.law, below) == pytest.approx(0.0, abs=0.01)


def test_what_the_local_study_keeps() -> None:
    """All where it is exact, nothing where it says nothing; more where settings differ more."""
    alike = others(np.array([0.2, 0.21, 0.19, 0.2, 0.2]), np.full(5, 0.1))
    unlike = others(np.array([-0.6, 0.9, 0.2, 1.0, -0.5]), np.full(5, 0.1))
    assert shrink(alike, 0.5, 1e-4).weight > 0.999
    assert shrink(alike, 0.5, 1e-4).mean == pytest.approx(0.5, abs=1e-3)
    assert shrink(alike, 0.5, 50.0).weight < 0.01
    assert shrink(alike, 0.5, 0.3).weight < 0.3 < 0.7 < shrink(unlike, 0.5, 0.3).weight
    assert shrink(alike, 0.5, 0.3).sd < 0.3


def test_units_change_nothing_else() -> None:
    one, other = (
        shrink(others(scale * SCHOOLS[1:], scale * ERRORS[1:]), scale * 28.0, scale * 15.0) for scale in (1, 1e-4)
    )
    assert (1e-4 * one.mean, 1e-4 * one.sd, one.weight) == pytest.approx((other.mean, other.sd, other.weight), rel=1e-9)


def test_the_interval_covers_the_local_truth() -> None:
    """120 settings, each with seven others: 95% within five binomial errors; and nearer the truth than the study is."""
    chance = np.random.default_rng(8)
    inside, ours, theirs = [], [], []
    for _ in range(120):
        errors = chance.uniform(0.05, 0.4, 8)
        truth = chance.normal(0.3, 0.15, 8)
        found = chance.normal(truth, errors)
        result = shrink(others(found[1:], errors[1:]), found[0], errors[0])
        inside.append(0.025 < cdf(result.law, truth[0]) < 0.975)
        ours.append((result.mean - truth[0]) ** 2)
        theirs.append((found[0] - truth[0]) ** 2)
    assert abs(np.mean(inside) - 0.95) < 5 * math.sqrt(0.95 * 0.05 / 120)
    assert np.mean(ours) < 0.7 * np.mean(theirs)


def test_two_others_are_refused() -> None:
    with pytest.raises(EvidenceError, match="there are 2, and 3 are the least"):
        shrink(others(np.array([0.1, 0.3]), np.full(2, 0.1)), 0.2, 0.1)


def test_several_effects_of_a_study_are_refused() -> None:
    data = Studies(list("abcd"), np.array([0.1, 0.2, 0.3, 0.4]), np.full(4, 0.01), list("XXYZ"))
    with pytest.raises(EvidenceError, match="4 effects come from 3 studies"):
        shrink(data, 0.2, 0.1)
