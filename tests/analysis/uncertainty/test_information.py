"""The value of partial information against closed forms, within its own stated error.

Each comparison allows four standard errors, beyond which a right estimate lies once in 16,000 (normal); some seventy
comparisons raise a false alarm in one of 220 choices of the seeds, and the seeds are fixed. In-sample values may also
be too high by what is over-fitted, held-out ones too low by what the fit has missed: each is held from one side.
"""

from __future__ import annotations

import json
from itertools import pairwise
from math import exp, log, pi, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tests.tiers import examples
from wellbeva.analysis.uncertainty.curves import curves
from wellbeva.analysis.uncertainty.information.evppi import Information, InformationValues
from wellbeva.analysis.uncertainty.regression import FOLDS
from wellbeva.analysis.uncertainty.sample import DecisionSample

CASE = json.loads(Path(__file__).with_name("voi_normal.json").read_text())
SURE = 4


def value(benefit: np.ndarray, inputs: dict[str, np.ndarray], names: tuple[str, ...], runs: int = 1) -> Information:
    """Return the value of information about one option against doing nothing, which costs nothing."""
    effect = np.stack([np.zeros_like(benefit), benefit], axis=1)
    sample = DecisionSample(("nothing", "offer"), effect, np.zeros_like(effect), inputs, runs)
    return InformationValues(sample, np.array([1.0])).of(names)


def unit_normal_loss(mean: float, sd: float) -> float:
    """Return E max(0, X) − max(0, E X) of a normal X."""
    return sd * norm.pdf(mean / sd) + mean * norm.cdf(mean / sd) - max(0.0, mean)


DRAWS = 32_000
RANDOM = np.random.default_rng(20261130)
X = {name: RANDOM.normal(size=DRAWS) for name in "abcdef"}
NOISE = RANDOM.normal(size=DRAWS)
TRUTHS = {
    "one of two normals": (1 + X["a"] - 2 * X["b"], "a", unit_normal_loss(1, 1)),
    "the other": (1 + X["a"] - 2 * X["b"], "b", unit_normal_loss(1, 2)),
    "both": (1 + X["a"] - 2 * X["b"], "ab", unit_normal_loss(1, sqrt(5))),
    "nothing to do with it": (1 + X["a"] + NOISE, "b", 0.0),
    "one factor of a product": (656.3 * X["a"] * X["b"] + 800 * NOISE, "a", 0.0),
    "a product": (656.3 * X["a"] * X["b"] + 800 * NOISE, "ab", 656.3 / pi),
    "a product and a third": (656.3 * X["a"] * X["b"] + 800 * NOISE, "abc", 656.3 / pi),
    "a product among six": (656.3 * X["a"] * X["b"] + 800 * NOISE, "abcdef", 656.3 / pi),
    "a square": (X["a"] ** 2 - 1 + NOISE, "a", 2 * norm.pdf(1)),
    "an exponential": (
        np.exp(X["a"]) - 2 + NOISE, "a", exp(0.5) * norm.cdf(1 - log(2)) - 2 * norm.cdf(-log(2)),
    ),
    "four in a sum": (sum(X[name] for name in "abcd") / 2 + NOISE, "abcd", unit_normal_loss(0, 1)),
    "an input of two values": (100.0 * (X["a"] > 0.5) - 20 + 30 * NOISE, "f", 0.0),
}  # fmt: skip


@pytest.mark.parametrize("what", TRUTHS)
@pytest.mark.parametrize("runs", [1, 16])
def test_a_closed_form_is_met_within_the_stated_error(what: str, runs: int) -> None:
    benefit, names, truth = TRUTHS[what]
    found = value(benefit, X, tuple(names), runs)
    error = SURE * max(found.mcse[0], 1e-9)
    # The fit's noise has an sd of σ √(terms/N), and the mean of its positive part is 0.4 of that where options tie.
    noise = norm.pdf(0) * benefit.std() * sqrt(found.terms / len(benefit))
    assert truth - error < found.evppi[0] < truth + error + noise
    assert found.held_out[0] < truth + error


@pytest.mark.parametrize(("what", "share"), [("sign", 0.95), ("threshold", 0.95)])
def test_a_jump_is_found_but_for_the_draws_beside_it(what: str, share: float) -> None:
    jump = np.sign(X["a"] * X["b"]) if what == "sign" else np.where(X["a"] > 1.2, 80.0, -20.0) / 20
    names = ("a", "b") if what == "sign" else ("a",)
    truth = 0.5 if what == "sign" else 4 * norm.sf(1.2)
    found = value(jump + NOISE, X, names)
    assert share * truth < found.held_out[0] < truth + SURE * found.mcse[0]


def test_what_another_package_prints_is_met() -> None:
    draws = 10_000
    random = np.random.default_rng(1)
    p1, p2 = random.normal(1, 1, draws), random.normal(0, 2, draws)
    inputs = {"p1": p1, "p2": p2}
    for k, outputs in ((1, {"p1": "evppi_p1_est", "p2": "evppi_p2_est"}), (2, {"p1": "evppi_p1_k2_est"}),
                       (3, {"p1": "evppi_p1_k3_est"})):  # fmt: skip
        for name, line in outputs.items():
            printed = CASE["outputs"][line]
            found = value(k * p1 - p2, inputs, (name,))
            assert abs(found.evppi[0] - printed["value"]) < printed["tol"] + SURE * found.mcse[0]


def test_it_lies_between_nothing_and_perfect_information_and_grows_with_the_group() -> None:
    effect = np.stack([np.zeros(DRAWS), X["a"] + X["b"] * X["c"], 0.5 * X["d"] + 0.3 * X["a"]], axis=1)
    cost = np.stack([np.zeros(DRAWS), 1 + 0.1 * NOISE, 0.2 + 0 * NOISE], axis=1)
    sample = DecisionSample(("nothing", "first", "second"), effect, cost, X)
    wtp = np.array([0.5, 1.0, 2.0, 5.0])
    perfect, values = curves(sample, wtp), InformationValues(sample, wtp)
    chain = [values.of(tuple(names)) for names in ("a", "ab", "abc", "abcd", "abcde")]
    for found in chain:
        assert (found.evppi > -1e-9).all()
        assert (found.evppi < perfect.evpi + SURE * (found.mcse + perfect.evpi_mcse)).all()
    for smaller, larger in pairwise(chain):
        assert (larger.evppi > smaller.evppi - SURE * np.maximum(larger.mcse, smaller.mcse)).all()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_perfect_information_is_what_the_normal_and_another_package_say(k: int) -> None:
    random = np.random.default_rng(1)
    effect = np.stack([np.zeros(DRAWS), k * random.normal(1, 1, DRAWS) - random.normal(0, 2, DRAWS)], axis=1)
    found = curves(DecisionSample(("nothing", "offer"), effect, 0 * effect), np.ones(1))
    assert abs(found.evpi[0] - unit_normal_loss(k, sqrt(k**2 + 4))) < SURE * found.evpi_mcse[0]
    printed = CASE["outputs"]["evpi_exact" if k == 1 else f"evpi_k{k}_est"]
    assert abs(unit_normal_loss(k, sqrt(k**2 + 4)) - printed["value"]) < printed["tol"]


def test_one_of_two_correlated_normals() -> None:
    """p2 given p1 is normal(p1, 2): p1 settles nothing, and p2 all but what it leaves open of p1."""
    p1 = 1 + X["a"]
    inputs = {"p1": p1, "p2": p1 + 2 * X["b"]}
    for name, sd in (("p1", 1e-9), ("p2", 0.8 * sqrt(5))):  # E(p1 - p2 | p2) = -0.8 (p2 - 1)
        found = value(p1 - inputs["p2"], inputs, (name,))
        noise = norm.pdf(0) * 2 * sqrt(found.terms / DRAWS)
        error = SURE * max(found.mcse[0], 1e-9)
        assert unit_normal_loss(0, sd) - error < found.evppi[0] < unit_normal_loss(0, sd) + error + noise
        assert found.held_out[0] < unit_normal_loss(0, sd) + error


@settings(max_examples=examples(20), derandomize=True)
@given(st.integers(0, 10_000))
@pytest.mark.thorough
def test_of_any_decision_it_lies_between_nothing_and_perfect_information_and_grows_with_the_group(seed: int) -> None:
    """Both sides come from the same draws, so that their difference varies by less than the errors that are allowed.

    Of 1,500 seeds none raised a false alarm, so that of twenty one does in less than 4% of choices (with a confidence
    of 95%); the choice is the same each time.
    """
    random = np.random.default_rng(seed)
    few, z = 1_000, dict(zip("abc", random.normal(size=(3, 1_000)), strict=True))
    weights = random.normal(size=(2, 4))
    terms = np.stack([z["a"], z["b"], z["c"], z["a"] * z["b"]])
    effect = np.concatenate([np.zeros((few, 1)), (weights @ terms).T + random.normal(size=(few, 2))], axis=1)
    sample = DecisionSample(("nothing", "x", "y"), effect, np.array([0.0, 0.2, 0.4]) + 0 * effect, z)
    perfect, values = curves(sample, np.ones(1)), InformationValues(sample, np.ones(1))
    chain = [values.of(tuple(names)) for names in ("a", "ab", "abc")]
    for found in chain:
        assert -1e-9 < found.evppi[0] < perfect.evpi[0] + SURE * (found.mcse[0] + perfect.evpi_mcse[0])
    for smaller, larger in pairwise(chain):
        assert larger.evppi[0] > smaller.evppi[0] - SURE * max(larger.mcse[0], smaller.mcse[0])


def test_inputs_that_say_the_same_are_worth_the_same() -> None:
    benefit = X["a"] + NOISE
    inputs = {"a": X["a"], "twice": 2 * X["a"] + 3, "both": X["a"]}
    alone = value(benefit, inputs, ("a",))
    for names in (("twice",), ("a", "twice"), ("a", "twice", "both")):
        found = value(benefit, inputs, names)
        assert found.evppi[0] == pytest.approx(alone.evppi[0], abs=alone.mcse[0])


def test_an_input_that_never_varies_tells_nothing() -> None:
    found = value(X["a"], {"a": X["a"], "fixed": np.full(DRAWS, 3.0)}, ("fixed",))
    assert (found.evppi[0], found.held_out[0], found.mcse[0]) == (0.0, 0.0, 0.0)
    assert value(X["a"], {"a": X["a"], "fixed": np.full(DRAWS, 3.0)}, ("a", "fixed")).evppi == pytest.approx(
        value(X["a"], {"a": X["a"]}, ("a",)).evppi
    )


@pytest.mark.parametrize("draws", [5, 40])
@pytest.mark.parametrize("names", ["a", "ab", "abcd"])
def test_few_draws_give_an_answer_with_a_wide_error(draws: int, names: str) -> None:
    some = slice(0, draws)
    found = value(X["a"][some] + NOISE[some], {name: values[some] for name, values in X.items()}, tuple(names))
    assert np.isfinite([found.evppi[0], found.held_out[0]]).all()
    assert draws < FOLDS or found.mcse[0] > 0.02


def test_an_option_that_no_draw_puts_first_is_left_out_and_changes_nothing() -> None:
    """R82: of 2,000 options 4,000 outcomes were fitted to each of 40 inputs, in 40 s and 500 MB."""
    effect = np.stack([np.zeros(DRAWS), 0.2 + X["a"], -9 + X["b"], 0.1 + X["a"]], axis=1)
    inputs = {name: X[name] for name in "ab"}
    wtp = np.array([0.5, 1.0])
    options = ("nothing", "offer", "worse", "a little worse")
    every = InformationValues(DecisionSample(options, effect, np.zeros_like(effect), inputs), wtp)
    assert every.sample.options == ("nothing", "offer")
    two = InformationValues(DecisionSample(options[:2], effect[:, :2], np.zeros((DRAWS, 2)), inputs), wtp)
    for name in inputs:
        assert every.of([name]).evppi.tolist() == two.of([name]).evppi.tolist()
