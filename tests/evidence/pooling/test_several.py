"""Several effects of a study: published schools in districts, a mean by hand, another's HC2, a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from tests.evidence.pooling.data import bcg, schools
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.several import three_level
from wellbeva.evidence.pooling.studies import Studies


def variances_of(of: Studies) -> tuple[float, float]:
    return three_level(of.effects, of.variances, np.ones((len(of), 1)), of.names)[1]


def test_schools_in_districts() -> None:
    """Mean and variances: metafor 4's tests of Konstantopoulos (2011), to seven digits.

    Error and degrees of freedom are those that clubSandwich prints for this model, 0.0845 and 9.86 (recalled).
    """
    pooled = pool(schools())
    assert pooled.mean == pytest.approx(0.1847132, abs=5e-8)
    assert variances_of(schools()) == pytest.approx((0.06506194, 0.03273652), abs=5e-9)
    assert pooled.tau2 == pytest.approx(0.06506194 + 0.03273652, abs=1e-8)
    assert (pooled.se, pooled.df) == pytest.approx((0.0845, 9.86), abs=5e-3)
    assert pooled.se == pytest.approx(0.0845, abs=5e-5)
    assert pooled.weights.sum() == pytest.approx(1)
    assert (pooled.studies, pooled.tau2_interval) == (11, None)
    assert pooled.interval_method == "cluster-robust"
    # As if the schools were independent: Konstantopoulos, table 4.
    independent = Studies(schools().labels, schools().effects, schools().variances)
    two_level = pool(independent, interval="normal")
    assert (two_level.mean, two_level.se, two_level.tau2) == pytest.approx((0.1279, 0.0439, 0.0884), abs=5e-5)


def test_a_mean_by_hand() -> None:
    """Four studies of two like effects each: the error is that of the four means, with three degrees of freedom."""
    means = np.array([0.0, 1.0, 2.0, 5.0])
    effects = np.repeat(means, 2) + np.tile([-0.1, 0.1], 4)
    fitted, variances, _ = three_level(effects, np.full(8, 0.04), np.ones((8, 1)), tuple("aabbccdd"))
    assert fitted.value == pytest.approx(2.0)
    assert fitted.se**2 == pytest.approx(means.var(ddof=1) / 4)
    assert fitted.df == pytest.approx(3)
    # Between studies: the variance of their means, less half of that within (0.04 + w, where w is 0).
    assert variances == pytest.approx((means.var(ddof=1) - 0.02, 0), rel=1e-8)


def likelihood(between: float, within: float, of: Studies) -> float:
    """Return twice the restricted log likelihood of a mean, by the dense matrix."""
    same = np.array(of.clusters)[:, None] == np.array(of.clusters)
    matrix = np.diag(of.variances + within) + between * same
    precision = np.linalg.inv(matrix)
    total = precision.sum()
    left = of.effects - precision.sum(0) @ of.effects / total
    return float(-np.linalg.slogdet(matrix)[1] - np.log(total) - left @ precision @ left)


def test_the_highest_of_several_hills() -> None:
    """A likelihood that a climb from the middle leaves 1.9 lower, and that of the schools, against a grid."""
    effects = [0.13, -0.48, 0.03, 0.07, 0.13, 0.14, 0.15, 0.08, 2.5, -0.8, -0.19]
    errors = [0.0009, 0.3584, 0.0028, 0.0007, 0.0002, 0.0032, 0.0078, 0.001, 0.6673, 0.2128, 0.2139]
    hilly = Studies(list("abcdefghijk"), np.array(effects), np.array(errors), clusters=list("wwwwxxxxyzz"))
    grid = [0.0, *np.geomspace(1e-5, 10, 24)]
    for of in (hilly, schools()):
        reached = likelihood(*variances_of(of), of)
        assert reached >= max(likelihood(between, within, of) for between in grid for within in grid)


def test_single_effects_of_like_variance_are_hc2() -> None:
    """CR2 of clusters of one, with equal weights, is MacKinnon and White's HC2."""
    of = bcg()
    design = np.column_stack([np.ones(13), np.asarray(of.moderators["latitude"]) - 33.0])
    ours = three_level(of.effects, np.full(13, 0.3), design, of.labels)[0]
    theirs = sm.OLS(of.effects, design).fit(cov_type="HC2")
    assert (ours.value, ours.se) == pytest.approx((theirs.params[0], theirs.bse[0]), rel=1e-9)


@pytest.mark.thorough
def test_the_error_holds_where_the_effects_of_a_study_share_most_of_theirs() -> None:
    """300 times 12 studies of 1 to 5 effects, whose sampling errors have a correlation of 0.8; the truth is 0.3.

    The interval holds its level, as Tipton (2015, doi:10.1037/met0000011) has it from some 10 studies on; taking the
    effects as independent covers far fewer. Four standard errors are 5 points: false alarms 1 in 16,000.
    """
    random, shared = np.random.default_rng(5), 0.8
    covered, naive = [], []
    for _ in range(300):
        groups = np.repeat(np.arange(12), random.integers(1, 6, 12))
        variances = random.uniform(0.02, 0.1, 12)[groups]
        noise = math.sqrt(shared) * random.normal(size=12)[groups]
        noise += math.sqrt(1 - shared) * random.normal(size=len(groups))
        effects = 0.3 + random.normal(0, 0.25, 12)[groups] + np.sqrt(variances) * noise
        labels = [str(row) for row in range(len(groups))]
        pooled = pool(Studies(labels, effects, variances, [str(group) for group in groups]))
        low, high = pooled.interval()
        covered.append(low < 0.3 < high)
        if len(naive) < 100:
            low, high = pool(Studies(labels, effects, variances)).interval()
            naive.append(low < 0.3 < high)
    assert abs(np.mean(covered) - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 300)
    assert np.mean(naive) < 0.85


def test_refusals() -> None:
    of = schools()
    for how in ({"model": "fixed effect"}, {"between": "Paule-Mandel"}):
        with pytest.raises(EvidenceError, match="needs a three-level model: 56 effects come from 11 studies"):
            pool(of, **how)
    with pytest.raises(EvidenceError, match="One study cannot be pooled: '11' is the only one"):
        pool(of.take(range(4)))
    alike = Studies(list("abcd"), np.full(4, 0.3), np.full(4, 0.01), clusters=list("wwxy"))
    with pytest.raises(EvidenceError, match="All effects are what the model predicts"):
        pool(alike)
    few = Studies(list("abcd"), np.array([0.1, 0.2, 0.5, 0.9]), np.full(4, 0.01), clusters=list("wwxy"))
    with pytest.raises(EvidenceError, match="too few studies to draw the average: 3 studies leave") as refusal:
        pool(few).average()
    assert "interval: normal" not in refusal.value.remedy
