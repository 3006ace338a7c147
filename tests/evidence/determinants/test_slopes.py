"""Slopes against statsmodels, all dummies in full, closed forms, and answers whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm

from tests.evidence.determinants.simulated import Truth, simulated
from wellbeva.evidence.determinants.panel import Panel, codes
from wellbeva.evidence.determinants.slopes import ordered_slopes, regress
from wellbeva.evidence.robust import fit

PANEL, _ = simulated(np.random.default_rng(1), areas=8, each=6)
CROSS, _ = simulated(np.random.default_rng(2), areas=8, each=12, waves=1)


def dummies(group: np.ndarray) -> np.ndarray:
    return (group[:, None] == np.arange(group.max() + 1)) * 1.0


@pytest.mark.parametrize(
    ("panel", "effects", "clusters"), [(PANEL, "person", "area"), (PANEL, "person", "person"), (CROSS, "area", "area")]
)
def test_r186_what_is_taken_off_is_as_all_dummies_in_full(panel: Panel, effects: str, clusters: str) -> None:
    """Values, CR2 errors and Satterthwaite's degrees of freedom; age never varies within a person."""
    columns = panel.columns(together=True)
    if effects == "person":
        del columns["age"]
    full = np.column_stack([*columns.values(), dummies(panel.group(effects))])
    slopes = regress(panel, effects=effects, clusters=clusters, together=True)
    for column, one in enumerate(slopes.estimates):
        oracle = fit(panel.outcome, full, column, panel.group(clusters))
        assert (one.value, one.se, one.df) == pytest.approx((oracle.value, oracle.se, oracle.df), rel=1e-8)
    params = sm.OLS(panel.outcome, full).fit().params[:3]
    assert [one.value for one in slopes.estimates] == pytest.approx(params, rel=1e-9)
    assert slopes.left_out == (("age",) if effects == "person" else ())


def test_r186_the_covariance_is_the_sandwichs() -> None:
    alone = replace(CROSS, people=None, areas=None)
    slopes = regress(alone, together=True)
    design = np.column_stack([*alone.columns(together=True).values(), np.ones(len(alone.outcome))])
    oracle = sm.OLS(alone.outcome, design).fit(cov_type="HC2").cov_params()[:3, :3]
    assert slopes.covariance == pytest.approx(oracle, rel=1e-8)
    assert (slopes.effects, slopes.clusters) == ("none", "")
    # With clusters, the variance of any other sum follows from it too.
    clustered = regress(PANEL, effects="area", together=True)
    within = [x - (np.bincount(g, x) / np.bincount(g))[g] for g in [PANEL.group("area")] for x in
              (PANEL.outcome, *PANEL.columns(together=True).values())]  # fmt: skip
    terms = np.column_stack(within[1:])
    terms[:, 1] -= 2.0 * terms[:, 0]
    terms[:, 2] += 3.0 * terms[:, 0]
    weights = np.array([1.0, 2.0, -3.0])
    variance = fit(within[0], terms, 0, PANEL.group("area")).se ** 2
    assert weights @ clustered.covariance @ weights == pytest.approx(variance, rel=1e-8)


def test_r186_people_who_answered_once_add_nothing_within_people() -> None:
    people = [f"alone {row}" if row < 2 else who for row, who in enumerate(PANEL.people)]  # of three rows, two
    slopes = regress(replace(PANEL, people=people, areas=None))
    columns = np.column_stack([*PANEL.columns(together=False).values()])[3:, [0, 1, 3, 4]]  # age stays the same
    oracle = sm.OLS(PANEL.outcome[3:], np.column_stack([columns, dummies(codes(people[3:]))])).fit()
    assert [one.value for one in slopes.estimates] == pytest.approx(oracle.params[:2], rel=1e-9)
    assert (slopes.alone, slopes.rows, slopes.cluster_count) == (3, len(people) - 3, 47)
    assert (slopes.effects, slopes.clusters) == ("person", "person")


def test_r187_an_ordered_logit_of_two_answers_is_a_logit() -> None:
    """Its slope in points is the mean marginal effect; that of the product is Ai and Norton's cross derivative."""
    answers = (CROSS.outcome > np.median(CROSS.outcome)) * 1.0
    panel = replace(CROSS, outcome=answers, areas=None, people=None)
    columns = panel.columns(together=True)
    x = sm.add_constant(np.column_stack([*columns.values()]))
    b = sm.Logit(answers, x).fit(disp=False, tol=1e-12).params
    p = 1 / (1 + np.exp(-x @ b))
    access, trust = columns["access"], columns["trust"]
    by_access, by_trust = b[1] + b[3] * trust, b[2] + b[3] * access
    cross = b[3] * p * (1 - p) + by_access * by_trust * p * (1 - p) * (1 - 2 * p)
    expected = [(by_access * p * (1 - p)).mean(), (by_trust * p * (1 - p)).mean(), cross.mean()]
    # The optimiser stops at a gradient of 1e-5 of the mean likelihood, and steps are of 0.01 SD.
    assert ordered_slopes(panel, effects="none", together=True) == pytest.approx(expected, abs=1e-4)


def test_r187_ordered_answers_agree_where_the_scale_is_even() -> None:
    panel, _ = simulated(np.random.default_rng(3), areas=10, each=20)
    panel = replace(panel, outcome=np.clip(np.rint(panel.outcome), 0, 10))
    slopes = regress(panel, together=True)
    for check, one in zip(ordered_slopes(panel, effects="person", together=True), slopes.estimates, strict=True):
        assert abs(check - one.value) < one.se


CASES = [
    ("person", "area", 20, 3, Truth()),
    ("person", "area", 5, 3, Truth()),
    ("area", "area", 12, 1, Truth(selected=0.0)),
    ("none", "area", 12, 1, Truth(selected=0.0, together=0.0)),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("effects", "clusters", "areas", "waves", "truth"), CASES)
def test_r186_intervals_hold_the_truth(effects: str, clusters: str, areas: int, waves: int, truth: Truth) -> None:
    """Of 400 surveys 95% ± 4 errors of the binomial, and no bias beyond 4 errors: false alarm below 1 in 2,000."""
    rng, runs = np.random.default_rng(186), 400
    held, errors = np.zeros(3), []
    for _ in range(runs):
        panel, _ = simulated(rng, areas=areas, each=12, waves=waves, truth=truth)
        slopes, expected = regress(panel, effects=effects, clusters=clusters, together=True), truth.expected(panel)
        held += [one.low <= true <= one.high for one, true in zip(slopes.estimates, expected, strict=True)]
        errors.append([one.value - true for one, true in zip(slopes.estimates, expected, strict=True)])
    assert (np.abs(held / runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / runs)).all()
    bias, spread = np.mean(errors, axis=0), np.std(errors, axis=0)
    assert (np.abs(bias) < 4 * spread / np.sqrt(runs)).all()


def test_r186_what_goes_with_people_is_taken_off_by_their_own_effects() -> None:
    """People with more trust are content for other reasons, too: across people that adds a known sum to the slope.

    By the covariances of the simulation, the kind of person rises by (0.98 * 0.69 - 0.474 * 0.3) / 0.8006 = 0.667 with
    one of trust at the same access, and answers rise by half of that. 4,800 answers; 4 errors.
    """
    panel, _ = simulated(np.random.default_rng(4), areas=40, each=40)
    within, across = (regress(panel, effects=one, together=True).estimates[1] for one in ("person", "none"))
    true = Truth().expected(panel)[1]
    assert abs(within.value - true) < 4 * within.se
    assert abs(across.value - true - Truth().selected * 0.667 * panel.determinants["trust"].std()) < 4 * across.se
    assert across.low > true
