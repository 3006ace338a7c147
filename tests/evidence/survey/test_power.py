"""Sample sizes against statsmodels, arithmetic and simulated surveys whose truth is known."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from wellbeva.errors import WellbevaError
from wellbeva.evidence.survey.power import DESIGNS, Survey, plan

ALL = Survey(attrition=0.0)


@pytest.mark.parametrize(("effect", "correlation"), [*itertools.product((0.05, 0.3, 1.5), (0.0, 0.59, 0.9))])
def test_r181_sizes_are_those_of_statsmodels(effect: float, correlation: float) -> None:
    survey = replace(ALL, correlation=correlation)
    of_change = effect / (survey.sd * np.sqrt(2 * (1 - correlation)))
    expected = {
        "before_after": TTestPower().solve_power(of_change, power=0.8, alpha=0.05),
        "after": TTestIndPower().solve_power(effect / survey.sd, power=0.8, alpha=0.05),
        "differences": TTestIndPower().solve_power(of_change, power=0.8, alpha=0.05),
    }
    for key, size in expected.items():
        assert survey.people(DESIGNS[key], effect) == np.ceil(size), key
        power = (TTestPower() if key == "before_after" else TTestIndPower()).power
        found = survey.chance(DESIGNS[key], effect, 40)
        # scipy.stats and scipy.special reach the same distribution by other series.
        assert found == pytest.approx(power(effect / survey.sd if key == "after" else of_change, 40, 0.05), abs=1e-9)


@pytest.mark.parametrize("key", DESIGNS)
def test_r181_the_detectable_gain_asks_for_the_same_people(key: str) -> None:
    survey = Survey(icc=0.03, cluster_spread=0.5)
    gain = survey.detectable(DESIGNS[key], 480)
    assert survey.chance(DESIGNS[key], gain, 480) == pytest.approx(0.8, abs=1e-9)
    assert survey.people(DESIGNS[key], gain * (1 + 1e-6)) == 480
    assert survey.people(DESIGNS[key], gain * (1 - 1e-6)) == 492  # one cluster more


def test_r181_the_design_effect_is_that_of_the_sizes_left() -> None:
    """Of sizes m the variance of a mean of equicorrelated numbers is (1 - icc) / n + icc * sum of m² / n²."""
    sizes = np.array([4.0, 8.0, 24.0])
    n, icc = sizes.sum(), 0.05
    exact = ((1 - icc) / n + icc * (sizes**2).sum() / n**2) * n
    survey = Survey(attrition=0.0, icc=icc, cluster_size=12.0, cluster_spread=sizes.std() / 12)
    assert survey.design_effect == pytest.approx(exact, rel=1e-14)
    # Each person stays with chance 0.7: E m(m - 1) = 0.49 M(M - 1), so the mean of m² is that plus 0.7 M.
    left = 0.49 * (sizes * (sizes - 1)).mean() + 0.7 * sizes.mean()
    expected = 1 + (left / (0.7 * sizes.mean()) - 1) * icc
    assert replace(survey, attrition=0.3).design_effect == pytest.approx(expected, rel=1e-14)


RUNS = 20_000
SIGMAS = 4.4
"""One test in 100,000 fails by chance, for each of five surveys."""


@pytest.mark.parametrize(
    ("key", "survey"),
    [
        ("before_after", Survey(attrition=0.25)),
        ("differences", Survey(attrition=0.25)),
        ("ancova", Survey(attrition=0.25)),
        ("before_after", Survey(attrition=0.0, icc=0.1, cluster_size=8)),
        ("differences", Survey(attrition=0.0, icc=0.1, cluster_size=8)),
    ],
)
def test_r181_simulated_surveys_notice_as_often_as_said(key: str, survey: Survey) -> None:
    """Normal answers, analysed as the design says: t tests of changes, of residuals, of means of clusters."""
    rng, design, people = np.random.default_rng(181), DESIGNS[key], 48
    gain = survey.detectable(design, people)
    left = round(people * (1 - survey.attrition))
    first = rng.standard_normal((design.arms, RUNS, left))
    own = rng.standard_normal((design.arms, RUNS, left)) * np.sqrt(1 - survey.correlation**2)
    after = survey.correlation * first + own
    after[0] += gain / survey.sd
    change = after - first
    if survey.icc:
        # A change of variance 2 (1 - r), of which a share icc is the same for all of a cluster.
        shape = (design.arms, RUNS, left // 8)
        total = np.sqrt(2 * (1 - survey.correlation))
        shared = rng.standard_normal(shape) * np.sqrt(survey.icc)
        alone = rng.standard_normal((*shape, 8)) * np.sqrt(1 - survey.icc)
        change = total * (shared + alone.mean(axis=-1))
        change[0] += gain / survey.sd
    if key == "ancova":
        centred = first - first.mean(axis=-1, keepdims=True)
        slope = (centred * after).sum(axis=(0, 2)) / (centred**2).sum(axis=(0, 2))
        apart = first[0].mean(axis=-1) - first[1].mean(axis=-1)
        estimate = after[0].mean(axis=-1) - after[1].mean(axis=-1) - slope * apart
        rest = after - after.mean(axis=-1, keepdims=True) - slope[:, None] * centred
        variance = (rest**2).sum(axis=(0, 2)) / (2 * left - 3)
        error = np.sqrt(variance * (2 / left + apart**2 / (centred**2).sum(axis=(0, 2))))
        p = 2 * stats.t.sf(np.abs(estimate / error), 2 * left - 3)
    elif key == "differences":
        p = stats.ttest_ind(change[0], change[1], axis=-1).pvalue
    else:
        p = stats.ttest_1samp(change[0], 0.0, axis=-1).pvalue
    # The formula of ANCOVA leaves out that the first answers of the arms differ by chance, 1 + 1 / (2 n - 4) times the
    # variance: E of (2 / n) chi²(1) / chi²(2 n - 2).
    lost = np.sqrt(1 + 1 / (2 * left - 4)) if key == "ancova" else 1.0
    assert abs((p < 0.05).mean() - survey.chance(design, gain / lost, people)) < SIGMAS * np.sqrt(0.16 / RUNS)


def test_r181_what_no_survey_can_show() -> None:
    assert Survey().people(DESIGNS["after"], 1e-6) is None
    assert Survey(icc=0.02).detectable(DESIGNS["after"], 12) == np.inf  # one cluster in each arm
    assert Survey(icc=0.02).people(DESIGNS["before_after"], 100.0) == 24  # one cluster has no spread


def test_r181_the_chance_rises_with_the_gain_to_1() -> None:
    """Also where SciPy's distribution gives NaN for chances below 1e-16."""
    chances = [ALL.chance(DESIGNS["ancova"], gain, 3) for gain in np.logspace(-3, 3, 200)]
    assert np.all(np.diff(chances) >= 0)
    assert chances[-1] == 1.0


@pytest.mark.parametrize(
    "wrong", [{"sd": 0.0}, {"icc": 1.0}, {"attrition": -0.1}, {"power": 0.3}, {"cluster_size": 0.5}, {"sd": np.nan}]
)
def test_r181_what_no_survey_can_have_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(WellbevaError, match="WB-R450"):
        Survey(**wrong)


@pytest.mark.parametrize("wrong", [{}, {"effect": 0.0}, {"effect": np.nan}, {"people": 0}])
def test_r181_nothing_to_plan_for_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(WellbevaError, match="WB-R451"):
        plan(Survey(), **wrong)
