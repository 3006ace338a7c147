"""Simulated surveys whose truth is known: what is wrong by how much, and what is right."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from wellbeva.evidence.robust import mean
from wellbeva.evidence.survey.balance import effective_people
from wellbeva.evidence.survey.change import Known, Matched, compared, national_trend, ordered_check
from wellbeva.evidence.survey.change import regression_to_the_mean as regression
from wellbeva.evidence.survey.instruments import BY_KEY

LIFE = BY_KEY["life_satisfaction"]
CENTRE, SPREAD, RELIABILITY, GAIN = 7.4, 1.9, 0.6, 0.3
STRAYS = 4.4
"""Standard errors of a simulation that are passed once in 100,000 times."""


def answers(rng: np.random.Generator, people: int, gain: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Two answers of people whose own level is the same, with errors of their own."""
    level = CENTRE + SPREAD * np.sqrt(RELIABILITY) * rng.normal(size=people)
    first, second = SPREAD * np.sqrt(1 - RELIABILITY) * rng.normal(size=(2, people))
    return level + first, level + second + gain


def matched(before: np.ndarray, after: np.ndarray) -> Matched:
    return Matched(before, after, None, np.empty((len(before), 0)))


def covers(share: float, runs: int) -> bool:
    return abs(share - 0.95) < STRAYS * np.sqrt(0.95 * 0.05 / runs)


def test_r177_people_taken_for_a_low_score_rise_by_themselves_and_that_is_taken_off() -> None:
    """Of a normal score below a cut the mean lies phi(z)/Phi(z) spreads below: Davis (1976)."""
    rng, runs, cut = np.random.default_rng(177), 800, 6.0
    known = Known(entered_low=True, reliability=(RELIABILITY, 0.0), population_mean=CENTRE)
    naive, ours, held, held_naive = [], [], 0, 0
    for _ in range(runs):
        before, after = answers(rng, 260, GAIN)
        low = before < cut
        group = matched(before[low], after[low])
        step, raw = regression(group, LIFE, known), mean(group.change)
        assert step.estimate is not None
        assert step.taken_off == pytest.approx(raw.value - step.estimate.value, abs=1e-12)
        naive.append(raw.value)
        ours.append(step.estimate.value)
        held += step.estimate.low <= GAIN <= step.estimate.high
        held_naive += raw.low <= GAIN <= raw.high
    z = (cut - CENTRE) / SPREAD
    wrong = (1 - RELIABILITY) * SPREAD * stats.norm.pdf(z) / stats.norm.cdf(z)
    assert wrong > 0.8
    assert np.mean(naive) == pytest.approx(GAIN + wrong, abs=STRAYS * stats.sem(naive))
    assert np.mean(ours) == pytest.approx(GAIN, abs=STRAYS * stats.sem(ours))
    assert covers(held / runs, runs)
    assert held_naive / runs < 0.05


def test_r177_the_error_of_the_correlation_is_carried() -> None:
    """It is drawn anew in each survey, as a published one is; without its error too few intervals hold the truth."""
    rng, runs, error = np.random.default_rng(1770), 800, 0.1
    held = {0.0: 0, error: 0}
    for _ in range(runs):
        before, after = answers(rng, 400)
        low = before < 5.5
        for carried in held:
            told = (RELIABILITY + error * rng.normal(), carried)
            step = regression(matched(before[low], after[low]), LIFE, Known(True, told, CENTRE))
            assert step.estimate is not None
            held[carried] += step.estimate.low <= 0 <= step.estimate.high
    assert covers(held[error] / runs, runs)
    assert held[0.0] / runs < 0.93


def test_r177_nothing_is_taken_off_without_a_reason_to() -> None:
    group = matched(*answers(np.random.default_rng(1), 50))
    for instrument, known in ((LIFE, Known()), (BY_KEY["swemwbs"], Known(entered_low=True, reliability=(0.7, 0.0)))):
        step = regression(group, instrument, known)
        assert (step.estimate, step.taken_off) == (None, None)
        assert step.note.startswith("Not taken off")


def test_r177_the_countrys_change_is_that_of_the_table() -> None:
    raw = mean(np.array([0.2, 0.5, 1.1, 0.4]))
    step = national_trend(raw, LIFE, Known(year_before="2020-21", year_after="2021-22"))
    assert step.taken_off == pytest.approx(7.54 - 7.39)  # ONS: 7.39 in 2020-21, 7.54 in 2021-22
    assert step.estimate is not None
    assert step.estimate.value == pytest.approx(raw.value - 0.15)
    assert step.estimate.se > raw.se
    late = national_trend(raw, LIFE, Known(year_before="2022-23", year_after="2025-26"))
    assert late.estimate is None
    assert "2025-26" in late.note


def test_r178_who_joins_for_a_low_score_misleads_the_difference_of_changes_alone() -> None:
    """Joining is the likelier the lower the first answer; then changes differ by (1 - r) times the gap before."""
    rng, runs = np.random.default_rng(178), 300
    values: dict[str, list[float]] = {"did": [], "ancova": [], "balanced": []}
    held, gaps = dict.fromkeys(values, 0), []
    for _ in range(runs):
        before, after = answers(rng, 260)
        joins = rng.random(260) < 1 / (1 + np.exp(before - 6.4))
        steps, _ = compared(matched(before[joins], after[joins] + GAIN), matched(before[~joins], after[~joins]))
        gaps.append(before[~joins].mean() - before[joins].mean())
        for step in steps:
            if step.estimate is None:  # in a few samples, weights would rest on fewer than ten people
                continue
            values[step.key].append(step.estimate.value)
            held[step.key] += step.estimate.low <= GAIN <= step.estimate.high
    wrong = (1 - RELIABILITY) * np.mean(gaps)
    assert wrong > 0.4
    for key, truth in (("did", GAIN + wrong), ("ancova", GAIN), ("balanced", GAIN)):
        assert np.mean(values[key]) == pytest.approx(truth, abs=STRAYS * stats.sem(values[key])), key
    assert held["did"] / runs < 0.7
    assert covers(held["ancova"] / runs, runs)
    made = len(values["balanced"])
    assert made > 0.9 * runs
    assert covers(held["balanced"] / made, made)


def test_r178_who_differs_for_good_misleads_the_others() -> None:
    """Lord's paradox: two groups that differ for good and change alike; the difference of changes alone is right."""
    rng, runs = np.random.default_rng(1780), 300
    values: dict[str, list[float]] = {"did": [], "ancova": [], "balanced": []}
    for _ in range(runs):
        (before, after), (first, last) = answers(rng, 100, GAIN), answers(rng, 160)
        steps, _ = compared(matched(before - 0.8, after - 0.8), matched(first, last))
        for step in steps:
            assert step.estimate is not None
            values[step.key].append(step.estimate.value)
    wrong = -(1 - RELIABILITY) * 0.8
    for key, truth in (("did", GAIN), ("ancova", GAIN + wrong), ("balanced", GAIN + wrong)):
        assert np.mean(values[key]) == pytest.approx(truth, abs=STRAYS * stats.sem(values[key])), key


def test_r179_the_ordered_check_sees_the_same_side_and_leaves_many_people_alone() -> None:
    before, after = (np.clip(np.round(one), 0, 10) for one in answers(np.random.default_rng(179), 300, 0.8))
    group = matched(before, after)
    check = ordered_check(group, None, mean(group.change))
    assert check is not None
    assert check.agrees
    assert check.low > 1
    many = matched(np.tile(before, 20), np.tile(after, 20))
    assert ordered_check(many, None, mean(many.change)) is None


def test_r178_weights_that_rest_on_few_people_are_left_out() -> None:
    """Their error is too small, so that some 90% of intervals of 95% held the truth; those that are left hold it."""
    rng, runs = np.random.default_rng(1781), 600
    held, made = 0, 0
    for _ in range(runs):
        (before, after), (first, last) = answers(rng, 25), answers(rng, 40)
        low = matched(before - 2.5, after - 2.5 * RELIABILITY + GAIN)
        steps, weights = compared(low, matched(first, last))
        assert weights is None or effective_people(weights) >= 10
        assert (weights is None) == (steps[-1].estimate is None)
        assert steps[1].estimate is not None
        chosen = steps[-1].estimate or steps[1].estimate
        made += weights is not None
        held += chosen.low <= GAIN <= chosen.high
    assert 0 < made < runs / 2
    assert covers(held / runs, runs)
