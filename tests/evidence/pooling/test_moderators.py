"""Moderators and subgroups: published regressions of the BCG trials, known truths, bad input."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from meta_analyze import meta_regression
from scipy import stats

from tests.evidence.pooling.data import bcg, rows, schools
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.moderators import regress, subgroups
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.studies import Studies


def smoothed() -> Studies:
    """Return Berkey et al.'s data: all trials have the average rates in their sampling variances."""
    of, table = bcg(), rows("bcg.csv")
    a, b, c, d = (
        np.array([float(row[name]) for row in table])
        for name in ("vaccinated_cases", "vaccinated_well", "control_cases", "control_well")
    )
    variances = (b / a).sum() / (13 * (a + b)) + (d / c).sum() / (13 * (c + d))
    latitude = np.asarray(of.moderators["latitude"], dtype=float) - 33.46
    return Studies(of.labels, of.effects, variances, moderators={"latitude": latitude})


def test_latitude() -> None:
    """Berkey et al. (1995), page 408: empirical Bayes, which is Paule and Mandel's tau2.

    Two of their last digits are one off (-0.6304, and 0.0039 of the fixed effect), as metafor's tests note; its digits
    are here.
    """
    average = pool(smoothed(), between="Paule-Mandel", interval="normal")
    assert (average.mean, average.se, average.tau2) == pytest.approx((-0.5429, 0.1842, 0.268), abs=5e-4)
    line = regress(smoothed(), ["latitude"], between="Paule-Mandel", interval="normal")
    np.testing.assert_allclose(line.coefficients, [-0.6303, -0.0268], atol=5e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(line.covariance)), [0.1591, 0.0110], atol=5e-5)
    assert line.tau2 == pytest.approx(0.157, abs=5e-4)
    assert line.explained == pytest.approx(0.41, abs=5e-3)
    ratios = [math.exp(line.average_at({"latitude": at - 33.46})[0]) for at in (33.46, 42)]
    np.testing.assert_allclose(ratios, [0.53, 0.42], atol=5e-3)


def test_the_year_of_the_schools() -> None:
    """Two-level REML with the year: Konstantopoulos, table 4, checked by metafor: slope 0.0052 (0.0044)."""
    of = schools()
    line = regress(Studies(of.labels, of.effects, of.variances, moderators=of.moderators), ["year"], interval="normal")
    assert line.coefficients[1] == pytest.approx(0.0052, abs=5e-5)
    assert math.sqrt(line.covariance[1, 1]) == pytest.approx(0.0044, abs=5e-5)
    assert line.tau2 == pytest.approx(0.0889, abs=5e-5)
    # A robust slope in years is that of a robust slope in decades.
    robust = regress(of, ["year"])
    decades = Studies(of.labels, of.effects, of.variances, of.clusters, {"year": of.moderators["year"] / 10 - 200})  # type: ignore[operator]
    again = regress(decades, ["year"])
    assert again.coefficients[1] == pytest.approx(10 * robust.coefficients[1], rel=1e-6)
    assert again.df[1] == pytest.approx(robust.df[1], rel=1e-6)
    assert robust.joint is None


@pytest.mark.parametrize(("interval", "theirs"), [("Hartung-Knapp", "hartung-knapp"), ("normal", "normal")])
def test_another_package(interval: str, theirs: str) -> None:
    of = bcg()
    line = regress(of, ["latitude", "allocation"], interval=interval)
    other = meta_regression(
        effect=of.effects,
        variance=of.variances,
        moderators={"latitude": list(of.moderators["latitude"]), "allocation": list(of.moderators["allocation"])},
        categorical={"allocation": ["alternate", "random", "systematic"]},
        inference_method=theirs,
    )
    table = other.coefficients
    np.testing.assert_allclose(line.coefficients, table["estimate"], rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(line.covariance)), table["standard_error"], rtol=1e-6)
    np.testing.assert_allclose(line.interval(), table[["ci_low", "ci_high"]], rtol=1e-6)
    assert (line.tau2, line.explained) == pytest.approx((other.tau2, other.pseudo_r2), rel=1e-6)
    assert line.joint is not None
    assert line.joint.p == pytest.approx(other.global_test.pvalue, rel=1e-5)


def test_two_subgroups_by_hand() -> None:
    """Without variance between settings, a regression on a subgroup is the difference of two weighted means.

    Means 2 and 5, of variances 1 / 2 each: difference 3, variance 1, so that F is 9 with 1 and infinite degrees.
    """
    of = Studies(
        list("abcd"), np.array([2.0, 2, 5, 5]), np.ones(4), moderators={"who": ("old", "old", "young", "young")}
    )
    line = regress(of, ["who"], interval="normal")
    assert line.columns == (("who", "young"),)
    assert list(line.coefficients) == pytest.approx([2, 3])
    assert line.covariance[1, 1] == pytest.approx(1)
    assert line.tau2 == pytest.approx(0, abs=1e-12)
    assert line.explained == 1.0
    assert line.joint is not None
    assert line.joint.value == pytest.approx(9)
    assert line.joint.p == pytest.approx(stats.chi2.sf(9, 1))
    assert line.average_at({"who": "young"}) == pytest.approx((5, math.sqrt(0.5)))


def test_subgroups_are_pooled_by_themselves() -> None:
    of = bcg()
    split = subgroups(of, "allocation")
    assert list(split.groups) == ["alternate", "random", "systematic"]
    of_random = [row for row, kind in enumerate(of.moderators["allocation"]) if kind == "random"]
    alone = pool(of.take(of_random))
    assert (split.groups["random"].mean, split.groups["random"].tau2) == (alone.mean, alone.tau2)
    assert split.difference.explained == 0  # more is left than without, which is no share
    joint = split.difference.joint
    assert joint is not None
    assert joint.df == (2, 10)
    assert joint.p == pytest.approx(stats.f.sf(joint.value, 2, 10))


@pytest.mark.thorough
def test_a_slope_of_known_truth() -> None:
    """300 regressions on 15 studies: the slope is 0.5, and Knapp and Hartung's interval holds its level.

    Four standard errors are 5 points: false alarms 1 in 16,000.
    """
    random = np.random.default_rng(2)
    slopes, covered = [], []
    for _ in range(300):
        x, variances = random.normal(size=15), random.uniform(0.01, 0.2, 15)
        effects = 0.1 + 0.5 * x + random.normal(0, np.sqrt(variances + 0.05))
        line = regress(Studies([str(row) for row in range(15)], effects, variances, moderators={"x": x}), ["x"])
        slopes.append(line.coefficients[1])
        low, high = line.interval()[1]
        covered.append(low < 0.5 < high)
    assert abs(np.mean(slopes) - 0.5) < 4 * np.std(slopes) / math.sqrt(300)
    assert abs(np.mean(covered) - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 300)


def made(**moderators: object) -> Studies:
    columns = {name: np.array(x) if isinstance(x, list) else x for name, x in moderators.items()}
    return Studies(list("abcd"), np.array([0.1, 0.2, 0.4, 0.3]), np.full(4, 0.01), moderators=columns)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: regress(made(age=[1.0, 2, 3, 4]), ["ages"]), "not a moderator 'ages': there are: age"),
        (lambda: regress(made(age=[3.0, 3, 3, 3]), ["age"]), "'age' is the same in all studies: it is 3"),
        (lambda: regress(made(who=("x", "x", "x", "x")), ["who"]), "'who' is the same in all studies: it is x"),
        (
            lambda: regress(made(age=[1.0, 2, 3, 5], months=[12.0, 24, 36, 60]), ["age", "months"]),
            "'months' follows from the others",
        ),
        (
            lambda: regress(made(age=[1.0, 1, 2, 2], who=("x", "x", "y", "y")), ["age", "who"]),
            "'who: y' follows from the others",
        ),
        (
            lambda: regress(made(who=("w", "x", "y", "z")), ["who"]),
            "too few studies for the coefficients: studies: 4; coefficients, the average among them: 4",
        ),
        (
            lambda: regress(schools().take(range(8)), ["year"]),
            "too few studies for the coefficients: studies: 2; coefficients, the average among them: 2",
        ),
        (lambda: subgroups(made(who=("x", "x", "x", "y")), "who"), "The subgroup 'y' has one study: 'd'"),
        (lambda: subgroups(made(age=[1.0, 2, 3, 5]), "age"), "'age' has numbers, not names of subgroups"),
    ],
)
def test_refusals(make: Callable[[], object], words: str) -> None:
    with pytest.raises(EvidenceError) as refusal:
        make()
    assert words in str(refusal.value)
    assert refusal.value.remedy
