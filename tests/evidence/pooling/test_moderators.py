"""Moderators and subgroups: published regressions of the BCG trials, known truths, bad input."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from meta_analyze import meta_regression
from scipy import stats

from tests.evidence.pooling.data import bcg, rows, schools
from wellbeva.evidence.bias.corrections import corrections
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.pool import Pooled, pool
from wellbeva.evidence.pooling.studies import Studies


def in_setting(studies: Studies, interval: str = "Hartung-Knapp", between: str = "REML", **setting: object) -> Pooled:
    return pool(replace(studies, setting=setting), interval=interval, between=between)


def smoothed() -> Studies:
    """Return Berkey et al.'s data: all trials have the average rates in their sampling variances."""
    table = rows("bcg.csv")
    a, b, c, d = (
        np.array([float(row[name]) for row in table])
        for name in ("vaccinated_cases", "vaccinated_well", "control_cases", "control_well")
    )
    return replace(bcg(), variances=(b / a).sum() / (13 * (a + b)) + (d / c).sum() / (13 * (c + d)))


def test_latitude() -> None:
    """Berkey et al. (1995), page 408: empirical Bayes, which is Paule and Mandel's tau2.

    Two of their last digits are one off (-0.6304, and 0.0039 of the fixed effect), as metafor's tests note; its digits
    are here: 0.5429 off a slope of 0.0268 for 8.54 degrees.
    """
    average = pool(smoothed(), between="Paule-Mandel", interval="normal")
    assert (average.mean, average.se, average.tau2) == pytest.approx((-0.5429, 0.1842, 0.268), abs=5e-4)
    middle, north = (in_setting(smoothed(), "normal", "Paule-Mandel", latitude=at) for at in (33.46, 42.0))
    assert (middle.mean, middle.se) == pytest.approx((-0.6303, 0.1591), abs=5e-5)
    assert (north.mean - middle.mean) / 8.54 == pytest.approx(-0.0268, abs=5e-5)
    assert middle.tau2 == pytest.approx(0.157, abs=5e-4)
    assert 1 - middle.tau2 / average.tau2 == pytest.approx(0.41, abs=5e-3)
    np.testing.assert_allclose(np.exp([middle.mean, north.mean]), [0.53, 0.42], atol=5e-3)


def test_the_year_of_the_schools() -> None:
    """Two-level REML with the year: Konstantopoulos, table 4, checked by metafor: slope 0.0052 (0.0044)."""
    first, last = (in_setting(replace(schools(), clusters=()), "normal", year=at) for at in (1976.0, 2000.0))
    assert (last.mean - first.mean) / 24 == pytest.approx(0.0052, abs=5e-5)
    assert first.moderators_p == pytest.approx(2 * stats.norm.sf(0.0052 / 0.0044), abs=0.02)  # the slope is rounded
    assert first.tau2 == pytest.approx(0.0889, abs=5e-5)
    # A robust average in years is that in decades.
    robust = in_setting(schools(), year=1990.0)
    decades = replace(schools(), moderators={"year": np.asarray(schools().moderators["year"]) / 10 - 200})
    again = in_setting(decades, year=-1.0)
    assert (again.mean, again.se, again.df) == pytest.approx((robust.mean, robust.se, robust.df), rel=1e-6)
    assert again.moderators_p is None


@pytest.mark.parametrize(("interval", "theirs"), [("Hartung-Knapp", "hartung-knapp"), ("normal", "normal")])
@pytest.mark.parametrize(("latitude", "allocation"), [(33.0, "alternate"), (55.0, "random")])
def test_another_package(interval: str, theirs: str, latitude: float, allocation: str) -> None:
    """Its first coefficient is the average where each of its moderators is 0 or the first group."""
    of = bcg()
    kinds = sorted(set(of.moderators["allocation"]), key=lambda kind: (kind != allocation, kind))  # type: ignore[arg-type]
    other = meta_regression(
        effect=of.effects,
        variance=of.variances,
        moderators={
            "latitude": list(np.asarray(of.moderators["latitude"]) - latitude),
            "allocation": list(of.moderators["allocation"]),
        },
        categorical={"allocation": kinds},
        inference_method=theirs,
    )
    ours, first = in_setting(of, interval, latitude=latitude, allocation=allocation), other.coefficients.iloc[0]
    expected = first[["estimate", "standard_error", "ci_low", "ci_high"]].tolist()
    assert [ours.mean, ours.se, *ours.interval()] == pytest.approx(expected, rel=1e-6)
    assert ours.tau2 == pytest.approx(other.tau2, rel=1e-6)
    assert ours.moderators_p == pytest.approx(other.global_test.pvalue, rel=1e-5)
    assert ours.weights.sum() == pytest.approx(1)
    assert ours.weights @ of.effects == pytest.approx(ours.mean)


def test_two_subgroups_by_hand() -> None:
    """Without variance between settings, the average of a subgroup is the weighted mean of its studies.

    Means 2 and 5, of variances 1 / 2 each: difference 3, variance 1, so that chi-squared is 9.
    """
    of = made(who=("old", "old", "young", "young"))
    young = in_setting(replace(of, effects=np.array([2.0, 2, 5, 5]), variances=np.ones(4)), "normal", who="young")
    assert (young.mean, young.se) == pytest.approx((5, math.sqrt(0.5)))
    assert young.tau2 == pytest.approx(0, abs=1e-12)
    assert young.moderators_p == pytest.approx(stats.chi2.sf(9, 1))
    assert list(young.weights) == pytest.approx([0, 0, 0.5, 0.5], abs=1e-12)


@pytest.mark.thorough
def test_a_slope_of_known_truth() -> None:
    """300 regressions on 15 studies: at 0.3 the truth is 0.25, and Knapp and Hartung's interval holds its level.

    Four standard errors are 5 points: false alarms 1 in 16,000.
    """
    random = np.random.default_rng(2)
    means, covered = [], []
    for _ in range(300):
        x, variances = random.normal(size=15), random.uniform(0.01, 0.2, 15)
        effects = 0.1 + 0.5 * x + random.normal(0, np.sqrt(variances + 0.05))
        studies = Studies([str(row) for row in range(15)], effects, variances, moderators={"x": x})
        pooled = in_setting(studies, x=0.3)
        means.append(pooled.mean)
        low, high = pooled.interval()
        covered.append(low < 0.25 < high)
    assert abs(np.mean(means) - 0.25) < 4 * np.std(means) / math.sqrt(300)
    assert abs(np.mean(covered) - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 300)


def made(**moderators: object) -> Studies:
    return Studies(list("abcd"), np.array([0.1, 0.2, 0.4, 0.3]), np.full(4, 0.01), moderators=moderators)  # type: ignore[arg-type]


AGES = np.array([1.0, 2, 3, 5])


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (lambda: in_setting(made(age=AGES), age=6.0), "6 lies outside the age of the studies: theirs is from 1 to 5"),
        (lambda: in_setting(made(who=("x", "x", "y", "y")), who="z"), "No study has 'z' as its who: studies have x, y"),
        (lambda: in_setting(made(age=np.full(4, 3.0)), age=3.0), "do not tell apart what goes with age"),
        (lambda: in_setting(made(who=("x",) * 4), who="x"), "do not tell apart what goes with who"),
        (lambda: in_setting(made(age=AGES, months=12 * AGES), age=2.0, months=20.0), "goes with age and months"),
        (
            lambda: in_setting(made(who=("w", "x", "y", "z")), who="w"),
            "too few studies for the coefficients: studies: 4; coefficients, the average among them: 4",
        ),
        (lambda: in_setting(schools().take(range(8)), year=1976.0), "studies: 2; coefficients"),
        (
            lambda: corrections(replace(made(age=AGES), setting={"age": 2.0})),
            "regressed on moderators are not looked at",
        ),
    ],
)
def test_refusals(refused: Callable[[], object], words: str) -> None:
    with pytest.raises(EvidenceError) as refusal:
        refused()
    assert words in str(refusal.value)
    assert refusal.value.remedy
