"""Pooling: published figures from published counts, exact roots, another's answers, known truths, bad input."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from meta_analyze import meta_analysis
from scipy import optimize
from statsmodels.stats.meta_analysis import combine_effects

from benchmarks.pooling import pooled as pooled_many
from tests.evidence.pooling.data import bcg, clasp, schools
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.between import ESTIMATORS, fit
from wellbeva.evidence.pooling.pool import leave_one_out, pool
from wellbeva.evidence.pooling.studies import Studies


def studies(effects: list[float], variances: list[float]) -> Studies:
    return Studies([f"study {row}" for row in range(len(effects))], np.array(effects), np.array(variances))


@pytest.mark.parametrize(
    ("between", "tau", "mean", "se"),
    [
        ("Paule-Mandel", 0.3681, -0.3811, 0.2060),
        ("DerSimonian-Laird", 0.2323, -0.3240, 0.1540),
        ("REML", 0.1843, -0.2980, 0.1343),
        ("ML", None, -0.1974, None),
    ],
)
def test_four_estimators_of_six_trials(between: str, tau: float | None, mean: float, se: float | None) -> None:
    """DerSimonian & Kacker (2007), table 4, printed to four digits.

    Their likelihoods were climbed with variances printed to fewer digits: REML differs in the last digit (R's metafor
    allows the same).
    """
    pooled = pool(clasp(), between=between, interval="normal")
    assert pooled.mean == pytest.approx(mean, abs=6e-5)
    if tau is not None:
        assert math.sqrt(pooled.tau2) == pytest.approx(tau, abs=1.1e-4 if between == "REML" else 6e-5)
        assert pooled.se == pytest.approx(se, abs=6e-5)


def test_bcg_by_moments() -> None:
    """13 trials, risk ratios: figures in the tests of R's metafor, printed to four digits.

    Its search for the ends of the Q-profile stops at 1.2e-4 in tau2.
    """
    pooled = pool(bcg(), between="DerSimonian-Laird", interval="normal")
    np.testing.assert_allclose(np.exp([pooled.mean, *pooled.interval()]), [0.4896, 0.3449, 0.6950], atol=5e-5)
    assert pooled.tau2_interval is not None
    np.testing.assert_allclose([pooled.tau2, *pooled.tau2_interval], [0.3088, 0.1197, 1.1115], atol=5e-5)
    assert pooled.i2 == pytest.approx(0.921173, abs=1e-6)
    assert pooled.q == pytest.approx(152.233008082373, rel=1e-13)
    assert pooled.i2 == pytest.approx((pooled.q - 12) / pooled.q)
    assert pooled.q_p == pytest.approx(2.0e-26, rel=0.05)


def test_bcg_by_exact_roots() -> None:
    """50 digits of mpmath, rounded to ten, for Paule and Mandel and the Q-profile; metafor stops at 3.180937e-1."""
    pooled = pool(bcg(), between="Paule-Mandel")
    assert pooled.tau2 == pytest.approx(0.3180684522, abs=5e-11)
    np.testing.assert_allclose(pooled.tau2_interval, (0.1197183611, 1.111479084), rtol=1e-9)


def contrasts(of: Studies) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues l and squared contrasts c: error contrasts are independent with variances l + tau2."""
    k = len(of)
    space = np.linalg.svd(np.ones((1, k)))[2][1:].T
    values, turned = np.linalg.eigh(space.T @ np.diag(of.variances) @ space)
    return values, (turned.T @ space.T @ of.effects) ** 2


def random_studies(number: int) -> list[Studies]:
    random = np.random.default_rng(11)
    made = []
    for _ in range(number):
        variances = random.lognormal(-3, 1.5, random.integers(2, 12))
        made.append(studies(list(random.normal(0.2, np.sqrt(variances + 0.05))), list(variances)))
    return made


def test_roots_are_those_of_another_form_of_the_same_likelihood() -> None:
    """Q and the restricted likelihood are sums over independent contrasts; the highest of its hills is found."""
    two_hills = studies([0.06, -0.09, -3.13], [0.0021, 0.0349, 1.1216])  # 0.0074 and 1.99
    for of in [bcg(), clasp(), two_hills, *random_studies(60)]:
        values, squares = contrasts(of)
        target = len(of) - 1
        at_zero = (squares / values).sum()
        expected = 0.0
        if at_zero > target:
            expected = optimize.brentq(lambda t: (squares / (values + t)).sum() - target, 0, 1e3, xtol=1e-15)  # noqa: B023
        assert pool(of, between="Paule-Mandel").tau2 == pytest.approx(expected, rel=1e-10, abs=1e-13)
        grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e2, 4000)])
        heights = -np.log(values + grid[:, None]).sum(1) - (squares / (values + grid[:, None])).sum(1)
        best = int(np.argmax(heights))
        reml = pool(of, between="REML").tau2
        assert grid[max(best - 1, 0)] <= reml <= grid[best + 1]
        if reml > 0:
            terms = (squares / (values + reml) ** 2, 1 / (values + reml))
            assert terms[0].sum() - terms[1].sum() == pytest.approx(0, abs=1e-8 * terms[1].sum())


@pytest.mark.parametrize("between", ["REML", "Paule-Mandel", "DerSimonian-Laird"])
@pytest.mark.parametrize(("interval", "theirs"), [("Hartung-Knapp", "hartung-knapp"), ("normal", "normal")])
def test_another_package(between: str, interval: str, theirs: str) -> None:
    names = {"REML": "REML", "Paule-Mandel": "PM", "DerSimonian-Laird": "DL"}
    for of in [bcg(), *random_studies(6)]:
        other = meta_analysis(effect=of.effects, variance=of.variances, tau2_method=names[between], ci_method=theirs)
        ours = pool(of, between=between, interval=interval)
        assert ours.tau2 == pytest.approx(other.tau2, rel=1e-7, abs=1e-9)
        np.testing.assert_allclose(ours.interval(), (other.ci_low, other.ci_high), rtol=1e-6)


def test_statsmodels() -> None:
    of = bcg()
    other = combine_effects(of.effects, of.variances, method_re="chi2")
    ours = pool(of, between="DerSimonian-Laird")
    assert ours.mean == pytest.approx(other.mean_effect_re, rel=1e-12)
    assert ours.se == pytest.approx(math.sqrt(other.var_hksj_re), rel=1e-12)
    fixed = pool(of, model="fixed effect")
    assert (fixed.mean, fixed.se) == pytest.approx((other.mean_effect_fe, other.sd_eff_w_fe), rel=1e-12)
    assert fixed.df == math.inf
    assert fixed.tau2 == 0
    assert fixed.i2 == pytest.approx(ours.i2, rel=1e-12)


def test_by_hand() -> None:
    """Effects 0, 1, 5 of variance 1.

    Mean 2, sum of squares 14, so that Q = 14 and tau2 = 14 / 2 - 1 = 6; ML has 14 / 3 - 1.
    """
    of = studies([0, 1, 5], [1, 1, 1])
    for between in ESTIMATORS:
        assert pool(of, between=between).tau2 == pytest.approx(14 / 3 - 1 if between == "ML" else 6, rel=1e-12)
    pooled = pool(of)
    assert (pooled.mean, pooled.se, pooled.df, pooled.q) == pytest.approx((2, math.sqrt(7 / 3), 2, 14))
    assert pooled.i2 == pytest.approx(6 / 7)
    assert list(pooled.weights) == pytest.approx([1 / 3] * 3)
    student = 4.302652729911275  # 97.5% of t with 2 degrees of freedom
    assert pooled.interval() == pytest.approx((2 - student * math.sqrt(7 / 3), 2 + student * math.sqrt(7 / 3)))
    spread = math.sqrt(7 / 3 + 6)
    assert pooled.prediction() == pytest.approx((2 - student * spread, 2 + student * spread))


def test_weights_of_judgement() -> None:
    """Happier Lives Institute (2021), StrongMinds: effects of seven sources and their weights, printed to two digits.

    Without variances they cannot be pooled; their weighted mean is the published 0.88 standard deviations. Rounding of
    weights and effects by 0.005 moves it by 0.012 at most.
    """
    effects = np.array([0.47, 0.8, 1.72, 1.13, 1.09, 0.092, 1.79])
    weights = np.array([0.3, 0.28, 0.13, 0.13, 0.08, 0.05, 0.03])
    assert fit(effects, weights, np.ones((7, 1))).coefficients[0] == pytest.approx(0.88, abs=0.012)


def test_the_floor_of_hartung_and_knapp() -> None:
    """Five like studies: metafor 4.4 prints these for test="knha" and test="adhoc"."""
    of = studies([0.10, 0.12, 0.11, 0.13, 0.09], [0.04, 0.05, 0.03, 0.06, 0.05])
    assert pool(of).se == pytest.approx(0.006435011094, abs=1e-11)
    floored = pool(of, interval="Hartung-Knapp with floor")
    assert floored.se == pytest.approx(0.093250480824, abs=1e-11)
    assert floored.interval() == pytest.approx((-0.149919333795, 0.367890348288), abs=1e-11)


def test_distributions() -> None:
    of = bcg()
    pooled = pool(of)
    average, setting = pooled.average(), pooled.new_setting()
    assert (average.family, average.args) == ("student_t", (pooled.mean, pooled.se, 12.0))
    assert setting.args == (pooled.mean, math.sqrt(pooled.se**2 + pooled.tau2), 12.0)
    normal = pool(of, interval="normal")
    assert (normal.average().family, normal.average().args) == ("normal", (normal.mean, normal.se))
    three = studies([0.1, 0.3, 0.8], [0.01, 0.02, 0.03])
    with pytest.raises(EvidenceError, match="too few studies to draw the average: 3 studies leave 2 degrees"):
        pool(three).average()
    assert pool(three, interval="normal").average().family == "normal"
    with pytest.raises(EvidenceError, match="too few studies to draw a new setting"):
        pool(three, interval="normal").new_setting()


def test_many_are_the_same_as_each() -> None:
    random = np.random.default_rng(3)
    variances = random.lognormal(-3, 1, (600, 7))  # more than are pooled at a time
    effects = random.normal(0.3, np.sqrt(variances + 0.02))
    for between in ESTIMATORS:
        mean, se, tau2, q = pooled_many(effects, variances, between)
        for row in (0, 1, 511, 512, 599):
            each = pool(studies(list(effects[row]), list(variances[row])), between=between, interval="normal")
            assert (mean[row], se[row], q[row]) == pytest.approx((each.mean, each.se, each.q), rel=1e-9)
            assert tau2[row] == pytest.approx(each.tau2, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("tau2", "predicted"), [(0.0, None), (0.05, 0.87), (2.0, 0.95)])
def test_intervals_cover_a_known_truth(tau2: float, predicted: float | None) -> None:
    """4,000 meta-analyses of 10 studies, their true mean 0.3.

    Hartung and Knapp's interval holds its level to within a point whatever tau2 (IntHout et al. 2014,
    doi:10.1186/1471-2288-14-25); the normal one's is too narrow as soon as settings differ. The interval for a new
    setting holds it where settings differ by much more than sampling does; with I2 at a half it is too narrow
    (Partlett & Riley 2017, doi:10.1002/sim.7140), as the rule says. Four standard errors: false alarms 1 in 16,000.
    """
    random = np.random.default_rng(7)
    shape = (4000, 10)
    variances = random.uniform(0.01, 0.1, shape)
    effects = 0.3 + random.normal(0, math.sqrt(tau2), shape) + random.normal(0, np.sqrt(variances))
    mean, se, estimate, _ = pooled_many(effects, variances, "REML")
    weights = 1 / (variances + estimate[:, None])
    factor = (weights * (effects - mean[:, None]) ** 2).sum(1) / 9
    student = 2.2621571627409915
    covered = np.mean(np.abs(mean - 0.3) < student * se * np.sqrt(factor))
    error = math.sqrt(0.95 * 0.05 / 4000)
    assert abs(covered - 0.95) < 0.01 + 4 * error
    assert abs(mean.mean() - 0.3) < 4 * mean.std() / math.sqrt(4000)
    if predicted:
        assert np.mean(np.abs(mean - 0.3) < 1.959963984540054 * se) < covered - 4 * error
        # REML's bias in this case is below a tenth of tau2.
        assert abs(estimate.mean() - tau2) < 0.1 * tau2 + 4 * estimate.std() / math.sqrt(4000)
        setting = 0.3 + random.normal(0, math.sqrt(tau2), 4000)
        inside = np.abs(setting - mean) < student * np.sqrt(se**2 * factor + estimate)
        assert abs(inside.mean() - predicted) < 4 * math.sqrt(predicted * (1 - predicted) / 4000)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: pool(studies([0.3], [0.01])), "One study cannot be pooled: 'study 0' is the only one"),
        (lambda: studies([0.3, 0.2], [1e-6, 1e3]), "standard errors cannot be of one unit: study 'study 1' has 31.6"),
        (lambda: pool(studies([0.3] * 4, [0.01] * 4)), "All effects are what the model predicts"),
    ],
)
def test_refusals(make: Callable[[], object], words: str) -> None:
    with pytest.raises(EvidenceError) as refusal:
        make()
    assert words in str(refusal.value)
    assert refusal.value.remedy


def test_two_studies_and_equal_ones() -> None:
    pooled = pool(studies([0.1, 0.5], [0.01, 0.01]))
    assert pooled.df == 1
    assert pooled.interval()[1] - pooled.mean == pytest.approx(12.706204736432095 * 0.2)
    alike = pool(studies([0.3] * 4, [0.01] * 4), interval="Hartung-Knapp with floor")
    assert (alike.tau2, alike.se, alike.i2) == pytest.approx((0, 0.05, 0))


def test_leave_one_out() -> None:
    """leave1out() of metafor, with a normal interval, and whole studies where they have several effects."""
    without = leave_one_out(bcg())
    first = without["Aronson 1948"]
    assert (first.mean, first.tau2) == pytest.approx((-0.707083788031436, 0.336156745300306), rel=1e-6)
    assert first.q == pytest.approx(151.582572747109, rel=1e-12)
    assert [pooled.studies for pooled in without.values()] == [12] * 13
    districts = leave_one_out(schools().take(range(15)))
    assert {name: (pooled.studies, len(pooled.weights)) for name, pooled in districts.items()} == {
        "11": (3, 11),
        "12": (3, 11),
        "18": (3, 12),
        "27": (3, 11),
    }
    # Without the third, both are equal, and their spread gives no interval.
    assert list(leave_one_out(studies([0.1, 0.1, 0.5], [0.01] * 3))) == ["study 0", "study 1"]
