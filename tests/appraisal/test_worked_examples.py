"""Worked examples printed in guidance and papers, each with one input changed and the arithmetic written out.

Sources. HMT21: HM Treasury, Wellbeing guidance for appraisal (July 2021). GB26: HM Treasury, The Green Book (2026).
OB: HM Treasury, Supplementary Green Book guidance on optimism bias. F24: Frijters, Krekel, Sanchis and Santini (2024),
The WELLBY, Humanities and Social Sciences Communications 11, 736. Tolerances are those of the printed rounding; where a
source prints whole pounds that follow exactly, a relative 1e-12 (sums and products of a few doubles).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.appraisal.appraisal_answers import Answers, shipped
from wellbeva.appraisal.registered_values import load_figure
from wellbeva.appraisal.scales import convert_score
from wellbeva.appraisal.schedules import factor
from wellbeva.appraisal.uprating import income_factor
from wellbeva.appraisal.wellby import wellby_value

ONE_PERSON = """
schema: wellbeva/scenario/1
scenario: One person, one year, in prices and values of 2019
model: wellbeing_trajectory
appraisal: hmt-wellbeing-2021
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: one
options:
  offer:
    label: Offer
    people: 1 person
    effect: 0.2
    hold: 1 year
    controlled: true
    cost_per_person: {by: payer, anybody: "£500 in 2019 prices"}
axes:
  payer: {anybody: Anybody}
  body: {nobody: Nobody}
sources:
  hmt2021: {cite: Wellbeing guidance for appraisal, evidence: strong, covers: all}
"""

STEPS = """
schema: wellbeva/scenario/1
scenario: A gain in two steps (Box 10, intervention B)
model: annual_schedule
appraisal: hmt-wellbeing-2021
time: {step: month, from: 0, to: 11}
comparator: nothing
choose: one
options:
  b:
    label: Intervention B
    eligible: 1 person
    take_up: 100%
    ls_gain: {by: [gain, time], gain_b: {0 to 2: 0.7, 3 to 11: 0.5}}
    cost_per_person: {by: time, else: £0}
    cost_once: {by: time, 0: "£6,600 in 2019 prices", else: £0}
axes:
  gain: {gain_b: Gain}
values:
  reference_income: £30,000 in 2019 prices
  log_income_slope: 0.4
sources:
  hmt2021: {cite: "Wellbeing guidance for appraisal, Box 10", evidence: strong, covers: all}
"""
"""£550 falls in the first month: a yearly flow of £6,600."""


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-12)


def answers(folder: Path, text: str, *overrides: str) -> Answers:
    path = folder / "scenario.yaml"
    path.write_text(text.lstrip(), encoding="utf-8")
    return Answers(path, overrides)


# ---- HMT21: value per person and year


@pytest.mark.parametrize(
    ("effect", "printed"),
    [
        (0.2, (2_000, 2_600, 3_200)),
        (0.4, (4_000, 5_200, 6_400)),
        (0.3, (0.3 * 10_000, 0.3 * 13_000, 0.3 * 16_000)),  # changed
    ],
)
def test_a_gain_of_one_person_for_a_year(tmp_path: Path, effect: float, printed: tuple[float, ...]) -> None:
    """hmt_per_person_year, hmt_per_person_year_04."""
    found = answers(tmp_path, ONE_PERSON, f"effect.offer={effect}")
    assert [found("benefit_per_person", level=level) for level in ("low", "central", "high")] == [
        close(value) for value in printed
    ]


@pytest.mark.parametrize(
    ("low", "central", "high", "printed"),
    [
        (0.38, 0.46, 0.53, (3_800, 5_980, 8_480)),  # Box 11, a job
        (0.59, 0.70, 0.81, (5_900, 9_100, 12_960)),  # loneliness
        (0.38, 0.50, 0.53, (3_800, 0.50 * 13_000, 8_480)),  # changed
    ],
)
def test_both_ends_move_together(
    tmp_path: Path, low: float, central: float, high: float, printed: tuple[float, ...]
) -> None:
    """hmt_box11_job_wellbeing, hmt_loneliness: the low effect at the low value, the high effect at the high value."""
    found = [
        answers(tmp_path, ONE_PERSON, f"effect.offer={effect}")("benefit_per_person", level=level)
        for effect, level in ((low, "low"), (central, "central"), (high, "high"))
    ]
    assert found == [close(value) for value in printed]


def test_box_11_reach(tmp_path: Path) -> None:
    """hmt_box11_population_value."""
    found = answers(tmp_path, ONE_PERSON, "people.offer=10000 people", "take_up.offer=40%", "effect.offer=0.4")
    assert found("benefit", level="central") == close(20_800_000)
    found = answers(tmp_path, ONE_PERSON, "people.offer=10000 people", "take_up.offer=35%", "effect.offer=0.4")
    assert found("benefit", level="central") == close(10_000 * 0.35 * 0.4 * 13_000)


def test_box_10_b_a_gain_in_two_steps(tmp_path: Path) -> None:
    """hmt_box10_cea_b."""
    found = answers(tmp_path, STEPS)
    assert found("wellbys") == pytest.approx(0.55, abs=0.0001)
    assert found("cost") / found("wellbys") == pytest.approx(1_000, abs=1)
    found = answers(tmp_path, STEPS, "ls_gain.b.gain_b.11=0.8")
    assert found("wellbys") == close((3 * 0.7 + 8 * 0.5 + 0.8) / 12)


def test_box_10_a_a_gain_in_two_steps(tmp_path: Path) -> None:
    text = STEPS.replace("{0 to 2: 0.7, 3 to 11: 0.5}", "{0 to 1: 0.8, 2 to 11: 0.6}").replace("£6,600", "£24,000")
    found = answers(tmp_path, text)
    assert found("wellbys") == pytest.approx(0.6333, abs=0.00005)
    assert found("cost") / found("wellbys") == pytest.approx(3_158, abs=0.5)


# ---- HMT21: Box 11, income


def test_box_11_income_weighted_by_the_guidance_s_own_weight() -> None:
    """hmt_box11_job_income."""
    gross = 8.20 * 40 * 52
    earnings = gross - 6_600
    assert gross == pytest.approx(17_056, abs=1)
    assert earnings == pytest.approx(10_456, abs=1)
    found = shipped("appraisal/welfare_weights", "people.jobs=1 person", variant="weight_of_2021")
    assert found("earnings_benefit") == close(earnings)
    assert found("earnings_weighted") == pytest.approx(25_094, abs=1)
    assert found("earnings_weighted") == close(2.4 * earnings)


def test_box_11_income_changed() -> None:
    found = shipped(
        "appraisal/welfare_weights", "people.jobs=1 person", "earnings.jobs=£9,000 in 2019 prices", "own_weight=2"
    )
    assert found("earnings_benefit") == close(9_000)
    assert found("earnings_weighted") == close(18_000)


def test_box_11_total_weighted_and_not() -> None:
    """hmt_box11_unweighted."""
    found = shipped("appraisal/welfare_weights", variant="weight_of_2021")
    assert found("benefit", level="central") == close(4_607_200)
    # Printed from £25,094 a person: half a pound for each of 200 people.
    assert found("benefit_weighted", level="central") == pytest.approx(7_534_800, abs=100)
    fewer = shipped("appraisal/welfare_weights", "people.jobs=150 people")
    assert fewer("benefit", level="central") == close(150 * (10_456 + 5_980 + 6_600))


# ---- HMT21: where the values come from


def test_scale_of_1_to_7_to_0_to_10() -> None:
    """hmt_scale_1_7_to_0_10_effect, hmt_scale_1_7_to_0_10_score."""
    found = shipped("appraisal/another_scale", "effect_on_scale.choir=1.25")
    assert found("effect", option="choir") == pytest.approx(1.96, abs=0.005)
    assert [convert_score(score, points=7, rule="hmt") for score in (1, 4, 7)] == [
        pytest.approx(value, abs=1e-5) for value in (0.285714, 5.0, 9.714286)
    ]
    found = shipped("appraisal/another_scale", "effect_on_scale.choir=0.7")
    assert found("effect", option="choir") == close(0.7 * 11 / 7)
    # The formula as printed, lmax / 2 - l (k - 2 i + 1) / (2 k), at another score and another scale.
    assert convert_score(2, points=5, rule="hmt") == close(5 - 11 * (5 - 4 + 1) / 10)


def test_high_value_is_what_a_small_gain_is_worth_in_income() -> None:
    """hmt_high_value_derivation."""
    small = "effect.therapy=0.0000001"
    value = shipped("appraisal/compensating_surplus", small)("surplus") / 1e-7
    assert value == pytest.approx(15_649, abs=1)
    # Second term of the series: income * small / (2 * 1.96 ** 2), half a thousandth of a pound.
    value = shipped("appraisal/compensating_surplus", small, "income=£20,000 in 2019 prices")("surplus") / 1e-7
    assert value == pytest.approx(20_000 / 1.96, abs=0.001)


def test_low_value_is_a_qaly_over_seven() -> None:
    """hmt_low_value_derivation."""
    per_qaly = load_figure("qaly_wellby").figure().value
    assert 70_158 / float(per_qaly) == pytest.approx(10_023, abs=1)
    assert 60_000 / float(load_figure("qaly_wellby").figure("six").value) == close(10_000)
    assert wellby_value(2019).low == 10_000


def test_qaly_of_2014_uprated_to_2019() -> None:
    prices = 81.1085 / 74.6524
    # The growth of real income that the guidance's own figures imply, 5.81%, is known to half a hundredth of a point:
    # 60,000 x 1.0865 x 1.3 x 0.00005 = 4.2.
    found = 60_000 * prices * income_factor({2014: 100, 2019: 105.81}, from_year=2014, to_year=2019)
    assert found == pytest.approx(70_158, abs=5)
    assert income_factor({2014: 100, 2019: 110}, from_year=2014, to_year=2019) == close(1.1**1.3)


# ---- GB26 and OB


def test_discount_factors() -> None:
    """gb26_discount_factors."""
    printed = [1, 0.9662, 0.9335, 0.9019, 0.8714, 0.8420]
    assert [factor("standard", year) for year in range(6)] == [pytest.approx(one, abs=5e-5) for one in printed]
    assert factor(0.04, 3) == close(1 / 1.04**3)


def test_equivalised_income() -> None:
    """gb26_equivalisation."""
    incomes = [f"household_income.{group}=£300 in 2023 prices" for group in ("alone", "family")]
    found = shipped("appraisal/equivalised_income", *incomes)
    assert found("group_income", group="alone") == pytest.approx(448, abs=0.5)
    assert found("group_income", group="family") == pytest.approx(214, abs=0.5)
    family = ("members.family.older_child=1", "members.family.young_child=0")
    found = shipped("appraisal/equivalised_income", *incomes, *family)
    assert found("group_income", group="family") == close(300 / (0.67 + 0.33 + 0.33))


def test_optimism_bias_of_a_mix() -> None:
    """hmt_optimism_bias_mix."""
    assert shipped("appraisal/optimism_bias")("optimism_bias", option="hub") == close(0.321)
    found = shipped("appraisal/optimism_bias", "project_share.hub.standard_buildings=0%",
                    "project_share.hub.standard_civil=70%")  # fmt: skip
    assert found("optimism_bias", option="hub") == close(0.3 * 0.51 + 0.7 * 0.44)
    assert found("cost", option="hub") == close(1e6 * (1 + 0.3 * 0.51 + 0.7 * 0.44))


def test_optimism_bias_mitigated() -> None:
    """hmt_optimism_bias_mitigation."""
    assert shipped("appraisal/optimism_bias")("optimism_bias", option="pool") == close(0.0408)
    found = shipped("appraisal/optimism_bias", "mitigation.pool.nonstandard_buildings=50%")
    assert found("optimism_bias", option="pool") == close(0.255)


def test_welfare_weights_of_the_lowest_and_highest_fifth() -> None:
    """weights_fye2024."""
    assert shipped("appraisal/welfare_weights")("welfare_weight") == pytest.approx(2.762, abs=0.001)
    found = shipped("appraisal/welfare_weights", "income_fifth.workless=highest")
    assert found("welfare_weight") == pytest.approx(0.423, abs=0.001)
    found = shipped("appraisal/welfare_weights", "group_income.workless=£20,000 in 2023 prices")
    assert found("welfare_weight") == close((36_700 / 20_000) ** 1.3)


# ---- F24


def test_frijters_and_others_simple_case(tmp_path: Path) -> None:
    """frijters2024_simple."""
    found = answers(tmp_path, ONE_PERSON, "effect.offer=0.15")
    assert found("benefit", level="central") == pytest.approx(1_950, abs=1)
    assert found("npsv", level="central") == pytest.approx(1_450, abs=1)
    assert found("bcr", level="central") == pytest.approx(3.9, abs=0.006)
    assert found("cost_per_wellby") == pytest.approx(3_333, abs=1)
    found = answers(tmp_path, ONE_PERSON, "effect.offer=0.15", "cost_per_person.offer.anybody=£650 in 2019 prices")
    assert found("bcr", level="central") == close(0.15 * 13_000 / 650)


def test_traineeship_with_each_flow_at_its_own_rate() -> None:
    """9.87 is our own arithmetic on the printed inputs; the paper's 9.67 discounts wellbeing as money."""
    found = shipped("published/frijters2024-youth-traineeship")
    assert found("bcr") == pytest.approx(9.67, abs=0.006)
    assert found("bcr_two_rates") == pytest.approx(9.87, abs=0.006)
    points = {1: 0.3, 2: 0.56, 3: 0.56, 4: 0.56, 5: 0.56}
    wellbeing = sum(25_000 * points[year] * 13_000 / 1.015**year for year in points)
    income = sum(25_000 * 18_000 / 1.035**year for year in range(2, 6))
    assert found("bcr_two_rates") == close((wellbeing + income) / (100_000 + 250_000_000 / 1.035))
    same = shipped("published/frijters2024-youth-traineeship", "appraisal.discount.wellbeing=3.5%")
    assert same("bcr_two_rates") == close(same("bcr"))


# ---- ids of the other worked examples, each within the printed rounding, in the shipped scenario

FISP = "published/pbe2025-fisp-arts"
TRAINEES = "published/frijters2024-youth-traineeship"


@pytest.mark.parametrize(
    ("scenario", "variant", "outcome", "labels", "printed", "tolerance"),
    [
        pytest.param(TRAINEES, "", "wellbys", {}, 81_715, 1, id="frijters2024_trainees"),
        pytest.param(TRAINEES, "", "cost", {}, 241_645_894, 2, id="frijters2024_trainees-cost"),
        pytest.param(TRAINEES, "", "cost_per_wellby", {}, 2_957, 1, id="frijters2024_trainees-ratio"),
        pytest.param(TRAINEES, "", "benefit", {}, 2_337_087_981, 2, id="frijters2024_trainees_cba"),
        pytest.param(TRAINEES, "", "npsv", {}, 2_095_442_087, 2, id="frijters2024_trainees_cba-npsv"),
        pytest.param(FISP, "", "benefit_per_person", {"level": "central"}, 9_782, 1, id="fisp_persist_full_year"),
        pytest.param(FISP, "s2a", "benefit_per_person", {"level": "central"}, 4_076, 1, id="fisp_linear_rise"),
        pytest.param(FISP, "s2c", "benefit_per_person", {"level": "central"}, 8_152, 1, id="fisp_rise_and_fall"),
        pytest.param(FISP, "s2b", "benefit_per_person", {"level": "central"}, 10_598, 1, id="fisp_rise_flat_fall"),
        pytest.param(
            "published/stateoflife2021-parkrun", "", "cost_per_wellby_bands", {"option": "y2019"}, 429, 0.5,
            id="parkrun_statelife",
        ),
    ],
)  # fmt: skip
def test_printed_outcomes_of_shipped_scenarios(
    scenario: str, variant: str, outcome: str, labels: dict[str, str], printed: float, tolerance: float
) -> None:
    """Each is changed and worked by hand in test_published_by_hand."""
    assert shipped(scenario, variant=variant)(outcome, **labels) == pytest.approx(printed, abs=tolerance)


WORKED = (
    "hmt_per_person_year hmt_per_person_year_04 hmt_box11_population_value hmt_box10_cea_b hmt_box11_job_wellbeing "
    "hmt_box11_job_income hmt_box11_unweighted hmt_loneliness hmt_scale_1_7_to_0_10_effect hmt_scale_1_7_to_0_10_score "
    "hmt_high_value_derivation hmt_low_value_derivation gb26_discount_factors gb26_equivalisation "
    "hmt_optimism_bias_mix hmt_optimism_bias_mitigation weights_fye2024 frijters2024_simple frijters2024_trainees "
    "frijters2024_trainees_cba fisp_persist_full_year fisp_linear_rise fisp_rise_and_fall fisp_rise_flat_fall "
    "parkrun_statelife"
)
"""Ids of the field's 25 worked examples."""


@pytest.mark.parametrize("worked", WORKED.split())
def test_every_worked_example_is_reproduced_by_a_test_that_names_it(worked: str) -> None:
    before = Path(__file__).read_text(encoding="utf-8").partition("\nWORKED = ")[0]
    assert re.search(rf'"""[^"]*\b{worked}\b[^"]*"""|id="{worked}"', before)


def test_there_are_25_worked_examples() -> None:
    assert len(set(WORKED.split())) == 25
