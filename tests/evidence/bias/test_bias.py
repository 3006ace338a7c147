"""Publication bias: published figures from published data, another's answers, known selection, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from meta_analyze import meta_analysis
from scipy import special
from statsmodels.regression.linear_model import WLS

from tests.evidence.bias.data import magnesium, smoking
from tests.evidence.pooling.data import bcg
from wellbeva.evidence.bias.corrections import corrections
from wellbeva.evidence.bias.funnel import egger, pet_peese, weighted_line
from wellbeva.evidence.bias.selection import selection_model
from wellbeva.evidence.bias.trim_and_fill import trim_and_fill
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.studies import Studies


def studies(effects: list[float], errors: list[float]) -> Studies:
    return Studies([f"study {row}" for row in range(len(effects))], np.array(effects), np.array(errors) ** 2)


def published(chance: np.random.Generator, count: int, mean: float, tau: float, kept: float) -> Studies:
    """Draw studies until `count` are published: all with a one-sided p below 0.025, of the others a share `kept`."""
    errors = chance.uniform(0.05, 0.4, 4000)
    effects = chance.normal(mean, np.sqrt(errors**2 + tau**2))
    rows = np.flatnonzero(chance.random(4000) < np.where(special.ndtr(-effects / errors) < 0.025, 1.0, kept))[:count]
    return studies(effects[rows].tolist(), errors[rows].tolist())


# ---- published figures


def test_eggers_regression_of_magnesium_trials() -> None:
    """As R's metafor documents regtest(model="lm") on 15 trials: figures of four digits."""
    line = egger(magnesium())
    assert (line.slope / line.slope_se, line.df, line.p) == pytest.approx((-3.1783, 13, 0.0073), abs=5e-5)
    half = special.stdtrit(13, 0.975) * line.limit_se
    assert (line.limit, line.limit - half, line.limit + half) == pytest.approx((-0.1512, -0.5130, 0.2106), abs=5e-5)


@pytest.mark.parametrize(
    ("estimator", "pooling", "missing", "error", "p", "mean", "se", "q"),
    [
        ("L0", {"model": "fixed effect"}, 4, 2.3853, None, -0.2910, 0.0383, 262.7316),
        ("R0", {"model": "fixed effect"}, 4, 3.1623, 0.0312, -0.2910, 0.0383, 262.7316),
        ("L0", {"interval": "normal"}, 1, 2.4528, None, -0.6571, 0.1785, 154.6750),
    ],
)
def test_trim_and_fill_of_bcg_trials(estimator, pooling, missing, error, p, mean, se, q) -> None:
    """As R's metafor documents trimfill(): figures of four digits (a p of 1/32 is cut there, not rounded)."""
    result = trim_and_fill(bcg(), estimator=estimator, **pooling)
    assert (result.missing, result.side, len(result.pooled.weights)) == (missing, "high", 13 + missing)
    assert result.p == (None if p is None else pytest.approx(p, abs=1e-4))
    found = (result.missing_se, result.pooled.mean, result.pooled.se, result.pooled.q)
    assert found == pytest.approx((error, mean, se, q), abs=5e-5)


@pytest.mark.parametrize(
    ("steps", "mean", "se", "tau2", "weights", "ratio"),
    [
        ((0.025, 0.10, 0.50), 0.0020, 0.0889, 0.0096, (1, 0.4946, 0.2136, 0.0618), 6.4020),
        ((0.05, 0.10, 0.50), None, None, 0.03071325, (1, 2.422079, 0.977543, 0.396713), 7.066137),
    ],
)
def test_selection_model_of_passive_smoking(steps, mean, se, tau2, weights, ratio) -> None:
    """Figures of four digits as R's metafor documents selmodel(); of six in its tests, which allow errors of 1e-3."""
    exact = 1e-4 if mean is not None else 1e-5
    result = selection_model(smoking(), steps=steps)
    assert result.counts.tolist() == [7, 8, 16, 6]
    assert result.weights == pytest.approx(weights, abs=exact)
    assert (result.tau2, result.ratio) == pytest.approx((tau2, ratio), abs=exact)
    if mean is not None:
        assert (result.mean, result.se) == pytest.approx((mean, se), abs=5e-5)
        assert result.p == pytest.approx(0.0936, abs=5e-5)


# ---- others' answers, and answers that must agree


def test_pet_and_peese_are_weighted_regressions() -> None:
    data = smoking()
    for predictor in (np.sqrt(data.variances), data.variances):
        line = weighted_line(data, predictor)
        other = WLS(data.effects, np.column_stack([np.ones(37), predictor]), weights=1.0 / data.variances).fit()
        assert (line.limit, line.slope) == pytest.approx(tuple(other.params), rel=1e-10)
        assert (line.limit_se, line.slope_se) == pytest.approx(tuple(other.bse), rel=1e-10)
        assert line.p == pytest.approx(other.pvalues[1], rel=1e-9)


@pytest.mark.parametrize("estimator", ["L0", "R0"])
@pytest.mark.parametrize("side", ["low", "high"])
def test_trim_and_fill_beside_another_package(estimator: str, side: str) -> None:
    data = smoking()
    fitted = meta_analysis(effect=data.effects, variance=data.variances, tau2_method="DL", ci_method="normal")
    other = fitted.trim_and_fill(estimator=estimator, side="left" if side == "low" else "right")
    ours = trim_and_fill(data, estimator=estimator, side=side, between="DerSimonian-Laird", interval="normal")
    assert ours.missing == other.k0
    assert ours.pooled.mean == pytest.approx(other.adjusted_estimate, rel=1e-10)
    assert ours.missing_se == pytest.approx(other.k0_standard_error, rel=1e-10)


def test_the_rule_takes_peese_where_pet_is_significant() -> None:
    """Direction included: an effect far below zero is not one far above it."""
    errors = np.linspace(0.05, 0.4, 30)
    clear = Studies([str(row) for row in range(30)], 0.5 + 0.1 * np.sin(np.arange(30.0)) * errors, errors**2)
    line, finding = pet_peese(clear)
    assert line == weighted_line(clear, clear.variances)
    assert finding.startswith("By PEESE, for PET's one-sided p is ")
    for data in (clear, magnesium()):
        line, finding = pet_peese(data, direction=-1)
        assert line == egger(data)
        assert finding.startswith("By PET, ")


def test_signs_and_units_change_nothing_else() -> None:
    data = smoking()
    plain = selection_model(data)
    other = selection_model(Studies(data.labels, -1e3 * data.effects, 1e6 * data.variances), direction=-1)
    assert (other.mean, other.se, other.tau2) == pytest.approx(
        (-1e3 * plain.mean, 1e3 * plain.se, 1e6 * plain.tau2), rel=1e-5
    )
    assert other.ratio == pytest.approx(plain.ratio, abs=1e-7)


# ---- known selection


@pytest.fixture(scope="module")
def selected() -> list[tuple[float, ...]]:
    """40 times 40 studies of a true effect of 0.2, of which a fifth is published unless significant."""
    chance = np.random.default_rng(20)
    rows = []
    for _ in range(40):
        data = published(chance, 40, 0.2, 0.1, 0.2)
        model = selection_model(data)
        filled = trim_and_fill(data, side="low").pooled.mean
        rows.append((pool(data).mean, model.mean, pet_peese(data)[0].limit, filled, model.p, model.weights[1]))
    return rows


@pytest.mark.thorough
def test_corrected_averages_are_nearer_the_truth(selected) -> None:
    """The naive mean is 0.08 too high; the selection model, which is the truth here, is right within its error.

    Five standard errors of the mean of 40: false alarm below 1e-5.
    """
    naive, model, limit, filled, _, weight = np.array(selected).T
    assert naive.mean() - 0.2 > 0.06
    assert abs(model.mean() - 0.2) < 5 * model.std() / math.sqrt(40)
    assert abs(np.median(np.log(weight)) - math.log(0.2)) < 5 * 1.25 * np.log(weight).std() / math.sqrt(40)
    for other in (limit, filled):
        assert abs(other.mean() - 0.2) < naive.mean() - 0.2


def test_selection_is_noticed(selected) -> None:
    """Its power is some 0.89; 25 of 40 or fewer have a chance of 2e-5 then."""
    assert sum(p < 0.05 for *_, p, _ in selected) > 25


@pytest.mark.thorough
@pytest.mark.parametrize(("kept", "least"), [(1.0, 0.92), (0.2, 0.88)])
def test_coverage_and_false_alarms(kept: float, least: float) -> None:
    """Wald's interval of 95% covers some 93% without selection and some 90% with it; false alarms some 5%.

    400 samples: five binomial errors are 0.075 at most.
    """
    chance = np.random.default_rng(3)
    results = [selection_model(published(chance, 40, 0.2, 0.1, kept)) for _ in range(400)]
    inside = [abs(one.mean - 0.2) < special.ndtri(0.975) * one.se for one in results]
    assert np.mean(inside) > least - 5 * math.sqrt(least * (1 - least) / 400)
    if kept == 1.0:
        assert np.mean([one.p < 0.05 for one in results]) < 0.05 + 5 * math.sqrt(0.05 * 0.95 / 400)


# ---- the table of all


def test_the_table_shows_with_and_without() -> None:
    rows = corrections(smoking(), interval="normal")
    assert [row.method for row in rows] == [
        "as published",
        "funnel (Egger's test)",
        "trim and fill (L0)",
        "trim and fill (R0)",
        "PET-PEESE",
        "selection model",
    ]
    plain, funnel, filled, _, limit, model = rows
    assert plain.average[0] == pytest.approx(pool(smoking()).mean)
    assert funnel.average is None
    assert funnel.finding == "Small studies give higher effects: slope 0.9."
    assert filled.finding == "Studies filled in on the low side: 7 (standard error 4.0)."
    mean, (low, high) = limit.average
    assert low < mean < high
    assert model.finding == (
        "Studies with a one-sided p above 0.025 are published 0.76 times as often as those below; "
        "7 lie below, 30 above."
    )
    assert not any(row.cautions for row in rows)


def test_few_studies_are_too_few_to_tell() -> None:
    rows = corrections(studies([0.1, 0.2, 0.35, 0.5], [0.05, 0.1, 0.2, 0.3]))
    assert all("4 studies are too few to tell: 10 are the least." in row.cautions for row in rows)
    assert "Not to be relied upon with fewer than 20 studies or an I² above 80%." in rows[4].cautions


def test_a_method_without_an_answer_says_so_in_its_row() -> None:
    rows = corrections(studies([0.5, 0.6, 0.7, 0.9, 0.65], [0.1] * 5))
    no_answer = {row.method: row.finding for row in rows if row.law is None}
    assert list(no_answer) == [
        "funnel (Egger's test)", "trim and fill (L0)", "trim and fill (R0)", "PET-PEESE", "selection model",
    ]  # fmt: skip
    assert no_answer["PET-PEESE"].startswith("Studies that are equally precise have no funnel: all standard errors")
    assert no_answer["selection model"].startswith("Studies of one kind alone do not tell how many of the other")
    assert rows[0].average is not None


# ---- bad input


@pytest.mark.parametrize("method", [egger, pet_peese, trim_and_fill, selection_model, corrections])
def test_two_studies_are_refused(method) -> None:
    with pytest.raises(EvidenceError, match="2 studies cannot show whether others are missing"):
        method(studies([0.1, 0.3], [0.1, 0.2]))


@pytest.mark.parametrize("method", [egger, trim_and_fill, selection_model, corrections])
def test_several_effects_of_a_study_are_refused(method) -> None:
    data = Studies(list("abcd"), np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.01, 0.02, 0.03, 0.04]), list("XXYZ"))
    with pytest.raises(EvidenceError, match="4 effects come from 3 studies"):
        method(data)


@pytest.mark.parametrize("effect", [1.0, 0.01])
def test_all_significant_or_none(effect: float) -> None:
    data = studies([effect, effect * 1.1, effect * 0.9, effect], [0.1, 0.12, 0.15, 0.2])
    with pytest.raises(EvidenceError, match=r"no study has a one-sided p-value between (0.025 and 1|0 and 0.025)"):
        selection_model(data)


def test_studies_on_one_line_say_nothing_about_its_error() -> None:
    errors = np.array([0.1, 0.2, 0.25, 0.5])
    with pytest.raises(EvidenceError, match="differ from it by nothing"):
        egger(studies((0.3 + 2.0 * errors).tolist(), errors.tolist()))


def test_trim_and_fill_without_a_funnel_needs_a_side() -> None:
    data = studies([0.1, 0.2, 0.3, 0.9], [0.1] * 4)
    with pytest.raises(EvidenceError, match="no funnel"):
        trim_and_fill(data)
    assert trim_and_fill(data, side="low").side == "low"
