"""Errors of least squares, and balancing weights, against textbooks, statsmodels and their own definitions."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from tests.tiers import thorough_after
from wellbeva.evidence.robust import fit, mean
from wellbeva.evidence.survey.balance import balance_table, effective_people, entropy_weights

RNG = np.random.default_rng(175)
INSIDE = (np.arange(40) < 13) * 1.0
TWO_GROUPS = np.column_stack([np.ones(40), INSIDE])


def test_r176_a_mean_has_the_interval_of_student() -> None:
    values = RNG.normal(size=30)
    found, reach = mean(values), stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert found.df == pytest.approx(29, rel=1e-12)
    assert (found.low, found.high) == pytest.approx(reach, rel=1e-12)


def test_r176_a_difference_of_two_groups_is_welchs() -> None:
    values = RNG.normal(size=40) * (1 + INSIDE)
    welch = stats.ttest_ind(values[:13], values[13:], equal_var=False)
    found = fit(values, TWO_GROUPS, 1)
    interval = welch.confidence_interval()
    assert found.value / found.se == pytest.approx(welch.statistic, rel=1e-12)
    # Imbens and Kolesár's degrees are those of two equal variances, and come near Welch's estimate of them.
    assert 12 < found.df < 38
    assert (found.high - found.low) == pytest.approx(interval.high - interval.low, rel=0.1)


def test_r176_hc2_is_that_of_statsmodels() -> None:
    values, design = RNG.normal(size=40), np.column_stack([TWO_GROUPS, RNG.normal(size=(40, 2))])
    weights = RNG.uniform(0.5, 2.0, 40)
    for wls, given in ((sm.OLS(values, design), None), (sm.WLS(values, design, weights), weights)):
        oracle, found = wls.fit(cov_type="HC2"), fit(values, design, 1, weights=given)
        assert (found.value, found.se) == pytest.approx((oracle.params[1], oracle.bse[1]), rel=1e-10)


def test_r176_cr2_is_that_of_its_definition() -> None:
    """Bell and McCaffrey's matrices in full: (I - H_gg)^-1/2 a cluster, and the quadratic form of all persons."""
    values, design = RNG.normal(size=40), np.column_stack([TWO_GROUPS, RNG.normal(size=40)])
    clusters, weights = RNG.integers(0, 7, 40), RNG.uniform(0.5, 2.0, 40)
    y, x = values * np.sqrt(weights), design * np.sqrt(weights)[:, None]
    inverse = np.linalg.inv(x.T @ x)
    left = np.eye(40) - x @ inverse @ x.T
    forms = []
    for cluster in range(7):
        own = clusters == cluster
        size, turn = np.linalg.eigh(left[np.ix_(own, own)])
        weight = np.zeros(40)
        weight[own] = turn * size**-0.5 @ turn.T @ x[own] @ inverse[1]
        forms.append(left @ weight)
    form = np.array(forms)
    gram = form @ form.T
    found = fit(values, design, 1, clusters, weights)
    assert found.se == pytest.approx(np.linalg.norm(form @ y), rel=1e-10)
    assert found.df == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum(), rel=1e-10)


def test_r176_equal_clusters_leave_one_degree_each_but_one() -> None:
    clusters = np.repeat(np.arange(6), 5)
    values = RNG.normal(size=30)
    means = values.reshape(6, 5).mean(axis=1)
    found = mean(values, clusters)
    assert (found.se, found.df) == pytest.approx((stats.sem(means), 5), rel=1e-12)


def test_r176_one_cluster_tells_no_error() -> None:
    assert np.isinf(mean(RNG.normal(size=8), np.zeros(8, dtype=np.intp)).high)


@pytest.mark.parametrize(("sites", "icc"), thorough_after(1, [(4, 0.3), (4, 0.0), (12, 0.1)]))
def test_r176_intervals_of_few_sites_hold_the_truth(sites: int, icc: float) -> None:
    """Two groups of sites of unequal size; 1,500 surveys, so that 95% strays by 4.4 errors once in 100,000 times."""
    rng, runs = np.random.default_rng(176), 1_500
    sizes = np.tile([4, 6, 8, 22], sites // 2)
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    inside = (np.arange(len(sizes)) % 2 == 0)[clusters] * 1.0
    design = np.column_stack([np.ones(len(inside)), inside])
    held = 0
    for _ in range(runs):
        own, shared = rng.normal(size=len(inside)), rng.normal(size=len(sizes))[clusters]
        found = fit(np.sqrt(1 - icc) * own + np.sqrt(icc) * shared, design, 1, clusters)
        held += found.low <= 0 <= found.high
    assert held / runs > 0.95 - 4.4 * np.sqrt(0.95 * 0.05 / runs)


def test_r178_balancing_weights_are_the_ones_nearest_to_equal() -> None:
    """Means are reached, and log weights are linear in the characteristics: both make the least divergence."""
    people, target = RNG.normal(size=(200, 3)), np.array([0.5, -0.3, 0.2])
    weights = entropy_weights(people, target)
    assert weights is not None
    assert weights @ people == pytest.approx(target, abs=1e-7)
    line = np.column_stack([np.ones(200), people])
    _, off, *_ = np.linalg.lstsq(line, np.log(weights), rcond=None)
    assert off.sum() < 1e-18
    assert 100 < effective_people(weights) < 200


def test_r178_what_no_weights_reach_is_not_reached() -> None:
    assert entropy_weights(RNG.normal(size=(50, 2)), np.array([9.0, 0.0])) is None
    assert entropy_weights(np.ones((50, 1)), np.array([1.0])) is None


def test_r178_the_table_shows_standardised_gaps() -> None:
    group, other = np.array([[1.0], [3.0]]), np.array([[1.0], [0.0]])
    (row,) = balance_table(["age"], group, other, np.array([0.5, 0.5]))
    assert (row.group, row.comparison, row.gap) == pytest.approx((2.0, 0.5, 1.5 / np.sqrt(2)))
