"""Models of the appraisal that put money beside wellbeing, or none: by hand, and as a run shows them."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, isnan
from pathlib import Path

import pandas as pd
import pytest

from tests.appraisal.appraisal_answers import shipped
from wellbeva import api


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-12)


def test_weighted_stands_beside_unweighted() -> None:
    found = shipped("appraisal/welfare_weights")
    weight, earned = (36_700 / 16_800) ** 1.3, 200 * 10_456
    wellbeing, saved = 200 * 0.46 * 13_000, 200 * 6_600
    assert found("benefit", level="central") == close(wellbeing + saved + earned)
    assert found("benefit_weighted", level="central") == close(wellbeing + saved + earned * weight)
    assert found("npsv_weighted", level="central") == close(wellbeing + saved + earned * weight - 100_000)
    assert found("bcr", level="central") == close((wellbeing + saved + earned) / 100_000)
    assert found("bcr_weighted", level="central") == close((wellbeing + saved + earned * weight) / 100_000)
    for name in ("benefit", "benefit_weighted", "npsv", "npsv_weighted", "bcr", "bcr_weighted"):
        assert name in found.compiled.plan.outcomes


def test_other_benefits_are_counted_for_as_long_as_they_last() -> None:
    found = shipped(
        "appraisal/welfare_weights", "health_gain.jobs=0.05", "qaly_value=£60,000 in 2019 prices",
        "crime_saving.jobs=£40 in 2019 prices", "effect_and_health.jobs=apart", "effect_and_crime.jobs=apart",
        "others_time.jobs=6 months",
    )  # fmt: skip
    assert found("qalys") == close(200 * 0.05 * 0.5)
    assert found("qalys_as_wellbys") == close(7 * 200 * 0.05 * 0.5)
    assert found("other_benefit") == close(200 * 0.5 * (10_456 + 0.05 * 60_000 + 40))


def test_r212_other_benefits_begin_with_the_gain() -> None:
    """After nine months, of six only three are left of the scenario's one year."""
    found = shipped("appraisal/welfare_weights", "onset.jobs=9 months", "others_time.jobs=6 months")
    assert found("earnings_benefit") == close(200 * 10_456 * 0.25)


def test_the_model_of_compensating_surplus() -> None:
    found = shipped("appraisal/compensating_surplus")
    own = 30_673 * (1 - exp(-1.2 / 1.96))
    household = 2 * 30_673 * (1 - exp(-0.12 / 1.96))
    assert found("surplus") == close(own)
    assert found("equivalent_surplus") == close(30_673 * (exp(1.2 / 1.96) - 1))
    assert found("linear_value", level="high") == close(1.2 * 16_000)
    assert found("benefit_by_surplus") == close(100 * (own + household))
    assert found("npsv_by_surplus") == close(100 * (own + household) - 65_000)
    assert "WB-A113" not in found.codes


def test_the_surplus_bends_so_that_the_additional_share_is_taken_of_it() -> None:
    """The surplus of a person who gains comes first; what would have happened anyway is taken off it, not before."""
    found = shipped("appraisal/compensating_surplus", "controlled.therapy=false", "deadweight.therapy=50%")
    own, household = 30_673 * (1 - exp(-1.2 / 1.96)), 2 * 30_673 * (1 - exp(-0.12 / 1.96))
    assert found("surplus") == close(own / 2)
    assert found("surplus") < 30_673 * (1 - exp(-0.6 / 1.96))
    assert found("equivalent_surplus") == close(30_673 * (exp(1.2 / 1.96) - 1) / 2)
    assert found("benefit_by_surplus") == close(100 * (own + household) / 2)
    # The review's own figures: 0.9 points, £30,000, half of it additional.
    found = shipped(
        "appraisal/compensating_surplus", "controlled.therapy=false", "deadweight.therapy=50%",
        "effect.therapy=0.9", "income=£30,000 in 2019 prices",
    )  # fmt: skip
    assert found("surplus") == pytest.approx(5_523, abs=0.5)
    # What is believed of the study is part of the change itself.
    found = shipped("appraisal/compensating_surplus", "external_validity.therapy=50%")
    assert found("surplus") == close(30_673 * (1 - exp(-0.6 / 1.96)))


@pytest.mark.parametrize(("effect", "told"), [("0.9", False), ("0.5", True), ("0.4", True)])
def test_half_a_point_is_the_change_of_a_person_who_gains(effect: str, told: bool) -> None:
    path = Path(__file__).parents[2] / "scenarios/appraisal/compensating_surplus.yaml"
    overrides = ("controlled.therapy=false", "deadweight.therapy=50%", f"effect.therapy={effect}")
    said = [one.message for one in api.run(path, draws=512, overrides=overrides).compiled.record.warnings]
    assert any("half a point" in one for one in said) == told


def shown(path: Path, *overrides: str) -> Mapping[str, pd.DataFrame]:
    """Return the tables of a run of 8,192 draws."""
    return api.run(path, draws=8_192, overrides=overrides).tables


def test_the_model_of_the_hurdle_puts_no_value_on_a_wellby() -> None:
    found = shipped("appraisal/cost_effectiveness")
    assert found("wellbys") == close(25)
    assert found("wellbys_elsewhere") == close(10_000 / 2_500)
    assert found("wellbys_net") == close(21)
    assert found("cost_per_wellby") == close(400)
    assert not {"bcr", "benefit", "npsv", "rpsc"} & set(found.compiled.plan.outcomes)
    assert found.compiled.record.provisional
    assert found.compiled.plan.decision is not None
    # R35: a hurdle is not a value, so nothing values the effect.
    assert found.compiled.plan.decision.values == ()
    assert "The cost of a WELLBY is held against a hurdle of £2,500 a WELLBY; a hurdle is not a value." in [
        rule.words for rule in found.compiled.record.rules
    ]
    assert not any(rule.about == "hurdle" for rule in shipped("appraisal/growing_value").compiled.record.rules)


@pytest.mark.parametrize(("effect", "status"), [("0.5", "below the hurdle"), ("0.05", "above the hurdle")])
def test_a_run_holds_the_cost_against_the_hurdle_and_gives_no_ratio(effect: str, status: str) -> None:
    """R35: 100 people, half a year: 0.08 points cost £2,500 a WELLBY (£10,000 / (100 x 0.08 x 0.5))."""
    path = Path(__file__).parents[2] / "scenarios/appraisal/cost_effectiveness.yaml"
    row = shown(path, f"effect.course={effect}")["decision"].iloc[0]
    assert row["status"] == status
    assert isnan(row["prob_below_hurdle"])  # R51: nothing varies, so there is no chance of it
    assert row["cost_per_wellby"] == close(10_000 / (100 * float(effect) * 0.5))
    assert row[["bcr", "nb_low", "nb_central", "nb_high", "prob_worth_it"]].isna().all()


def test_the_chance_of_being_below_the_hurdle() -> None:
    """Normal(0.08, 0.02): half of the draws are above 0.08; 8,192 scrambled Sobol points miss 1/2 by under 0.01."""
    path = Path(__file__).parents[2] / "scenarios/appraisal/cost_effectiveness.yaml"
    row = shown(path, "effect.course=0.08 (se 0.02)")["decision"].iloc[0]
    assert row["prob_below_hurdle"] == pytest.approx(0.5, abs=0.01)


def test_net_cost_has_one_meaning_wherever_it_stands() -> None:
    """R37: cost is what is paid; savings and other benefits stand apart, and nothing is counted twice."""
    path = Path(__file__).parents[2] / "scenarios/appraisal/welfare_weights.yaml"
    found, written = shipped("appraisal/welfare_weights"), shown(path)
    row = written["decision"].set_index("option").loc["jobs"]
    summary = written["summary"].set_index(["option", "outcome"])["mean"]
    assert row["cost"] == close(100_000)
    assert row["cost"] - row["savings"] == close(found("net_cost")) == close(100_000 - 200 * 6_600)
    assert row["other_benefits"] == close(200 * 10_456)
    assert isnan(row["cost_per_wellby"])  # a saving for a gain has no meaningful ratio (R38)
    assert row["nb_central"] == close(summary["jobs", "npsv.central"])
    assert row["nb_central"] == close(13_000 * row["wellbys"] + row["other_benefits"] + row["savings"] - row["cost"])


def test_ratios_in_wellbys_rest_on_net_cost() -> None:
    """R38, where the net cost is above zero though other benefits exceed it."""
    path = Path(__file__).parents[2] / "scenarios/appraisal/welfare_weights.yaml"
    written = shown(path, "cost_once.jobs.funder=£1.5m in 2019 prices")
    row = written["decision"].set_index("option").loc["jobs"]
    summary = written["summary"].set_index(["option", "outcome"])["mean"]
    assert row["wellbys_per_1000"] == close(summary["jobs", "wellbys_per_1000"])
    assert row["wellbys_per_1000"] == close(1000 * row["wellbys"] / (1_500_000 - 200 * 6_600))


def test_a_value_that_grows_is_a_lower_rate() -> None:
    found = shipped("appraisal/growing_value")
    expected = 1_000 * 0.1 * sum((1.02 / 1.035) ** year for year in range(3))
    assert found("wellbys_at_first_value") == close(expected)
    assert found("benefit", level="central") == close(expected * 15_253)
    still = shipped("appraisal/growing_value", "wellby_growth=0%")
    assert still("wellbys_at_first_value") == close(still("wellbys"))
