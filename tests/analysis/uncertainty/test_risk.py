"""Risk of options against closed forms, brute force and examples that tell the orders of dominance apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.tiers import examples
from wellbeva.analysis.uncertainty.risk import TAIL, risk
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.analysis.uncertainty.tables import risk_table


def of_benefits(*columns, runs: int = 1) -> DecisionSample:
    """A sample whose net benefit at a value of 1 is what is given."""
    effect = np.array(columns, dtype=np.float64).T
    return DecisionSample(tuple("abcdef"[: len(columns)]), effect, np.zeros_like(effect), {}, runs)


def test_the_mean_of_the_worst_draws_is_that_of_a_normal():
    draws = stats.norm.ppf((np.arange(2**16) + 0.5) / 2**16)
    at = risk(of_benefits(np.zeros_like(draws), 3 + 2 * draws), 1.0)
    closed = 3 - 2 * stats.norm.pdf(stats.norm.ppf(TAIL)) / TAIL
    assert at.cvar == pytest.approx([0, closed], abs=1e-3)
    assert at.prob_harm == pytest.approx([0, stats.norm.cdf(-1.5)], abs=1e-4)


def test_the_error_of_the_worst_draws_is_their_spread_over_samples():
    """A false alarm once in 10,000: the ratio of 400 spreads to the mean error has a relative error of 4%."""
    random = np.random.default_rng(5)
    found = [risk(of_benefits(np.zeros(800), random.normal(size=800)), 1.0) for _ in range(400)]
    spread = np.std([one.cvar[1] for one in found])
    assert np.mean([one.cvar_mcse[1] for one in found]) == pytest.approx(spread, rel=0.16)


@settings(deadline=None, max_examples=examples(80))
@given(st.integers(0, 10_000))
def test_brute_force(seed):
    random = np.random.default_rng(seed)
    draws, options = int(random.integers(2, 60)), int(random.integers(1, 5))
    effect, cost = (random.integers(-3, 6, (draws, options)).astype(float) for _ in range(2))
    sample = DecisionSample(tuple("abcd"[:options]), effect, cost)
    at, benefit = risk(sample, 2.0), 2 * effect - cost
    for option in range(options):
        left, total = TAIL * draws, 0.0
        for value in sorted(benefit[:, option]):
            total, left = total + value * min(1.0, left), left - min(1.0, left)
        assert at.cvar[option] == pytest.approx(total / (TAIL * draws))
        assert at.regret[option] == pytest.approx(np.mean(benefit.max(axis=1) - benefit[:, option]))
        for other in range(options):
            points = np.unique(benefit)
            above, below = ((benefit[:, [one]] <= points).mean(axis=0) for one in (option, other))
            first = (above <= below + 1e-12).all() and (above < below - 1e-12).any()
            assert at.first_order[option, other] == first
            short = [[np.maximum(x - benefit[:, one], 0).mean() for x in points] for one in (option, other)]
            gap = np.subtract(*short)
            mean = benefit[:, option].mean() - benefit[:, other].mean()
            assert at.second_order[option, other] == (
                ((gap <= 1e-9).all() and mean >= -1e-9 and (gap < -1e-9).any())
                or ((np.abs(gap) <= 1e-9).all() and mean > 1e-9)
            )
    assert (at.second_order | ~at.first_order).all()
    assert at.efficient.any()


def test_orders_of_dominance_are_told_apart():
    safe, same_mean, better = [2, 2, 2, 2], [0, 1, 3, 4], [1, 2, 4, 5]
    at = risk(of_benefits(safe, same_mean, better), 1.0)
    assert at.second_order[0, 1]
    assert not at.first_order[0, 1]
    assert at.first_order[2, 1]
    assert at.efficient.tolist() == [True, False, True]
    table = risk_table(of_benefits(safe, same_mean, better), np.array([1.0]), comparator=0)
    assert table["first_order"].tolist() == ["", "c", ""]
    assert table["second_order"].tolist() == ["", "a, c", ""]


def test_harm_is_against_what_does_nothing_wherever_it_stands():
    sample = of_benefits([1, -1, 2, -2], [0, 0, 0, 0])
    assert risk(sample, 1.0, 1).prob_harm.tolist() == [0.5, 0]
    better = of_benefits([1, 2], [2, 3])
    assert risk(better, 1.0, 1).prob_harm.tolist() == [1, 0]
    assert risk(better, 1.0).prob_harm.tolist() == [0, 0]


def test_offers_have_no_regret():
    table = risk_table(of_benefits([1, 2], [0, 0]), np.array([1.0, 2.0]), comparator=None)
    assert list(table) == [
        "wtp", "option", "against", "prob_harm", "prob_harm_mcse", "net_benefit", "cvar_5", "cvar_5_mcse",
    ]  # fmt: skip
