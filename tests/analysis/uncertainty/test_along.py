"""Chances along one input: against a closed form, by counting, and where the choice turns.

Four standard errors by eight folds (t, 7 degrees) are beyond in one of 190 comparisons; the seeds are fixed, and a
spline may miss a hundredth of a chance besides.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from wellbeva.analysis.uncertainty.information.along import LEVELS, best_along
from wellbeva.analysis.uncertainty.sample import DecisionSample

DRAWS = 16_000
X, NOISE, OTHER = np.random.default_rng(20261130).normal(size=(3, DRAWS))
COIN = np.random.default_rng(1).integers(0, 2, DRAWS).astype(float)


def sample_of(*benefits: np.ndarray, **inputs: np.ndarray) -> DecisionSample:
    """Return a sample in which a unit of the effect is worth 1 and nothing costs anything."""
    effect = np.stack(benefits, axis=1)
    return DecisionSample(("a", "b", "c")[: len(benefits)], effect, np.zeros_like(effect), inputs)


def test_chances_and_the_turning_point_are_those_of_the_closed_form() -> None:
    table, changes = best_along(sample_of(0 * X, X - 0.5 + NOISE, x=X, other=OTHER), ["x", "other"], np.ones(1))
    along = table[(table["input"] == "x") & (table["option"] == "b")]
    truth = norm.cdf(along["value"] - 0.5)
    assert along["quantile"].to_numpy() == pytest.approx(LEVELS)
    assert (np.abs(along["prob_best"] - truth) < 4 * along["se"] + 0.01).all()
    assert (np.abs(along["net_benefit"] - (along["value"] - 0.5)) < 4 * along["net_benefit_se"] + 0.01).all()
    (turn,) = changes.to_dict("records")
    assert (turn["input"], turn["below"], turn["above"]) == ("x", "a", "b")
    assert abs(turn["value"] - 0.5) < 4 * turn["se"] < 0.1
    flat = table[(table["input"] == "other") & (table["option"] == "b")]
    assert (np.abs(flat["prob_best"] - norm.sf(0.5 / np.sqrt(2))) < 4 * flat["se"] + 0.01).all()


def test_of_an_input_of_two_values_chances_are_shares_and_options_that_tie_share() -> None:
    tied = sample_of(COIN + NOISE, COIN + NOISE, 0.7 + 0 * X, coin=COIN)
    table, changes = best_along(tied, ["coin"], np.array([1.0, 2.0]))
    assert len(table) == 2 * 2 * 3
    for value in (0.0, 1.0):
        share = (NOISE[value == COIN] + value > 0.7).mean()
        chances = table[(table["value"] == value) & (table["wtp"] == 1)].set_index("option")["prob_best"]
        assert chances.to_numpy() == pytest.approx([share / 2, share / 2, 1 - share], abs=1e-6)
    assert changes[["value", "below", "above"]].to_numpy().tolist() == [[1.0, "c", "a"]] * 2
    assert changes["se"].isna().all()


def test_what_leaves_the_range_of_a_chance_is_brought_back_and_stands_beside() -> None:
    table, _ = best_along(sample_of(0 * X, np.where(X > 0, 9.0, -9.0) + NOISE, x=X), ["x"], np.ones(1))
    assert table["fitted"].min() < -0.01
    assert table["prob_best"].between(0, 1).all()
    for column in ("prob_best", "fitted"):
        assert table.groupby("value")[column].sum().to_numpy() == pytest.approx(1, abs=1e-6)
    inside = table.groupby("value")["fitted"].transform("min") >= 0
    assert table["prob_best"][inside].to_numpy() == pytest.approx(table["fitted"][inside].to_numpy(), abs=1e-6)
