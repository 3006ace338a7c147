"""The value of studies against closed forms of the normal: the posterior mean of a normal mean is normal."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import betabinom, norm

from wellbeva.analysis.uncertainty.information.evppi import InformationValues
from wellbeva.analysis.uncertainty.information.evsi import study_values
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.appraisal.schedules import population_served
from wellbeva.plan.research import Study

CASE = json.loads(Path(__file__).with_name("voi_normal.json").read_text())["outputs"]
SURE = 4
"""Standard errors beyond which a right estimate lies once in 16,000; one of some thirty comparisons does for one in 530
choices of the seed, which is fixed."""
DRAWS = 40_000
RANDOM = np.random.default_rng(7)
P1, P2 = RANDOM.normal(1, 1, DRAWS), RANDOM.normal(0, 2, DRAWS)
TAKE_UP = RANDOM.beta(6, 4, DRAWS)


def offer(benefit: np.ndarray, **inputs: np.ndarray) -> DecisionSample:
    effect = np.stack([np.zeros_like(benefit), benefit], axis=1)
    return DecisionSample(("nothing", "offer"), effect, np.zeros_like(effect), inputs)


def unit_normal_loss(mean: float, sd: float) -> float:
    return float(norm.pdf(mean / sd) * sd + mean * norm.cdf(mean / sd) - max(0.0, mean))


@pytest.mark.parametrize(("design", "arms"), [("survey", 1), ("trial", 2)])
def test_a_mean_is_worth_what_the_normal_says_and_moment_matching_agrees(design: str, arms: int) -> None:
    sizes = (1, 10, 100, 1000)
    found = study_values(offer(P1 - P2, p1=P1), np.ones(1), Study("p1", design, sizes, sd=1.0))
    for row in found:
        truth = unit_normal_loss(1, sqrt(row.people / (row.people + arms)))
        assert abs(row.evsi - truth) < SURE * row.se
        assert abs(row.held_out - truth) < SURE * row.se
        assert abs(row.matched - truth) < SURE * row.se
    values = [row.evsi for row in found]
    perfect = InformationValues(offer(P1 - P2, p1=P1), np.ones(1)).of(["p1"]).evppi[0]
    assert values == sorted(values)
    assert values[-1] < perfect + 1e-3


def test_what_another_package_prints_is_met() -> None:
    found = study_values(offer(P1 - P2, p1=P1), np.ones(1), Study("p1", "survey", (10, 100, 1000), sd=1.0))
    for row in found:
        printed = CASE[f"evsi_{row.people}_est"]
        assert abs(row.evsi - printed["value"]) < printed["tol"] + SURE * row.se


def test_a_count_of_people_is_worth_what_the_beta_binomial_says() -> None:
    people, worth = 20, 10.0
    posterior = (6 + np.arange(people + 1)) / (10 + people)
    chance = betabinom.pmf(np.arange(people + 1), people, 6, 4)
    # The offer is worth its cost where more than 55% take it up.
    truth = worth * (chance @ np.maximum(posterior - 0.55, 0) - max(0.6 - 0.55, 0))
    sample = offer(worth * (TAKE_UP - 0.55), take_up=TAKE_UP)
    (row,) = study_values(sample, np.ones(1), Study("take_up", "share", (people,)))
    assert abs(row.evsi - truth) < SURE * row.se
    assert abs(row.held_out - truth) < SURE * row.se


def test_what_a_study_costs_is_taken_off_what_it_serves() -> None:
    served = population_served(10, 5, delay=1.5)
    study = Study("p1", "trial", (50, 200), sd=1.0, cost=3.0, cost_each=0.01, population=served)
    found = study_values(offer(P1 - P2, p1=P1), np.array([1.0, 2.0]), study)
    assert [(row.people, row.wtp) for row in found] == [(50, 1.0), (50, 2.0), (200, 1.0), (200, 2.0)]
    for row in found:
        assert row.population_evsi == pytest.approx(served * row.evsi)
        assert row.enbs == pytest.approx(served * row.evsi - 3 - 0.01 * 2 * row.people)
    assert [row.evsi for row in found[1::2]] == pytest.approx([2 * row.evsi for row in found[::2]])


@pytest.mark.parametrize(("years", "delay", "rate"), [(5, 0, 0.035), (5, 1.5, 0.035), (10, 2, 0.015), (3, 0, 0.0)])
def test_decisions_are_discounted_as_they_come(years: float, delay: float, rate: float) -> None:
    truth, _ = quad(lambda t: 12 * (1 + rate) ** -t, delay, years)
    assert population_served(12, years, delay=delay, rate=rate) == pytest.approx(truth)


def test_a_study_that_reports_too_late_serves_nobody() -> None:
    assert population_served(12, 2, delay=2) == 0


def test_a_study_of_an_input_that_never_varies_is_worth_nothing() -> None:
    sample = offer(P1 - P2, p1=P1, fixed=np.full(DRAWS, 3.0))
    (row,) = study_values(sample, np.ones(1), Study("fixed", "survey", (100,), sd=1.0))
    assert (row.evsi, row.matched, row.enbs) == (0.0, 0.0, 0.0)
