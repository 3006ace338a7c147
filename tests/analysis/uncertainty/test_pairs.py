"""Pairs of inputs against closed forms, within four standard errors (a false alarm in 16,000), and by two threads.

What is held out of inputs that are worth nothing alone is below 0 by the noise that their fits follow, an interaction
too high by as much: it is given the noise of the fits of both.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from wellbeva.analysis.uncertainty.information import pairs
from wellbeva.analysis.uncertainty.information.evppi import InformationValues
from wellbeva.analysis.uncertainty.sample import DecisionSample

DRAWS = 16_000
X, Y, Z, NOISE = np.random.default_rng(20261130).normal(size=(4, DRAWS))


def sample_of(benefit: np.ndarray, **inputs: np.ndarray) -> DecisionSample:
    effect = np.stack([np.zeros(DRAWS), benefit], axis=1)
    return DecisionSample(("nothing", "offer"), effect, np.zeros_like(effect), inputs)


def loss(sd: float) -> float:
    """Return E max(0, X) − 1 of a normal X of mean 1."""
    return sd * norm.pdf(1 / sd) - norm.sf(1 / sd)


@pytest.mark.parametrize(
    ("benefit", "truth"),
    [(656.3 * X * Y + 800 * NOISE, 656.3 / pi), (1 + X - 2 * Y + 0 * NOISE, loss(sqrt(5)) - loss(1) - loss(2))],
    ids=["a product", "a sum"],
)
def test_the_interaction_of_a_pair_is_met(benefit: np.ndarray, truth: float, monkeypatch: pytest.MonkeyPatch) -> None:
    sample, wtp = sample_of(benefit, x=X, fixed=np.ones(DRAWS), y=Y, z=Z), np.array([1.0, 2.0])
    table = pairs.pair_table(sample, wtp)
    assert set(zip(table["first"], table["second"], strict=True)) == {("x", "y"), ("x", "z"), ("y", "z")}
    assert (table["evppi"][::2].diff().dropna() <= 0).all()
    row = table.iloc[0]
    noise = 2 * norm.pdf(0) * benefit.std() * sqrt(20 / DRAWS) if truth > 1 else 0.0
    assert truth - 4 * row["interaction_se"] < row["interaction"] < truth + 4 * row["interaction_se"] + noise
    assert row["interaction"] == pytest.approx(
        row["held_out"] - sum(InformationValues(sample, wtp).of((name,)).held_out[0] for name in "xy")
    )
    # Nothing is found where nothing is.
    others = table[(table["first"] == "x") & (table["second"] == "z")]
    assert (np.abs(others["interaction"]) < 4 * others["interaction_se"]).all()
    assert row["evppi"] == InformationValues(sample, wtp).of(("x", "y")).evppi[0]
    monkeypatch.setattr(pairs, "_THREADS", 1)
    pd.testing.assert_frame_equal(pairs.pair_table(sample, wtp), table, check_exact=True)


@pytest.mark.parametrize(
    ("benefit", "too_low"), [(50 * np.sign(X * Y) + 60 * NOISE, True), (X * Y + NOISE, False), (X + NOISE, False)]
)
def test_a_value_that_a_jump_makes_too_low_says_so(benefit: np.ndarray, too_low: bool) -> None:
    found = InformationValues(sample_of(benefit, x=X, y=Y), np.array([1.0])).of(("x", "y"))
    assert found.too_low.tolist() == [too_low]
    # Of a jump of 50 on each side the value is 25, which what is held out finds.
    assert not too_low or found.evppi[0] < 22 < 23.5 < found.held_out[0] < 25 + 4 * found.mcse[0]
