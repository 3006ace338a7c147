"""Each published scenario answers a changed input as hand arithmetic says, so none can hold final products.

Sources are named in the scenario files. The base case is looked at in the reference engine; results are sums and
products of a few hundred doubles, so a relative difference of 1e-12 (some 5,000 epsilon) leaves room for any order.
"""

from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.plan.plan import Plan

PUBLISHED = Path(__file__).parents[2] / "scenarios" / "published"


def base_case(name: str, *overrides: str, variant: str = "") -> "Answers":
    compiled = api.load(PUBLISHED / f"{name}.yaml", variant=variant, overrides=overrides)
    return Answers(compiled.plan)


class Answers:
    """Outcomes of the base case, picked by labels."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._values = evaluate(plan)

    def __call__(self, name: str, **labels: str) -> float:
        value = self._values[name]
        axes = self._plan.axes
        index = tuple(
            axes[axis].labels.index(labels[axis]) if axis in labels else 0 if len(axes[axis]) == 1 else slice(None)
            for axis in value.axes
        )
        return float(np.asarray(value.array)[index])


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-12)


# ---- Pro Bono Economics (2025) Unlocking creativity


def test_fisp_with_other_pupils_spreads_the_cost() -> None:
    found = base_case("pbe2025-fisp-arts", "people.fisp=200 people")
    assert found("cost_per_reached") == close(237_939 / 200)
    assert found("bcr", level="central") == close(0.598 * 16_359 * 200 / 237_939)


def test_fisp_with_another_effect_and_value() -> None:
    found = base_case("pbe2025-fisp-arts", "effect.fisp=0.3", "appraisal.wellby_value.central=£13,000")
    assert found("benefit_per_person", level="central") == close(0.3 * 13_000)
    assert found("benefit_per_person", level="high") == close(0.3 * 20_134)


def test_fisp_with_another_cost() -> None:
    found = base_case("pbe2025-fisp-arts", "cost_once.fisp.funders=£100,000")
    assert found("bcr", level="low") == close(0.598 * 12_584 * 181 / 100_000)


@pytest.mark.parametrize(
    ("variant", "change", "years"),
    [
        ("", "hold=6 months", 0.5),
        ("s2a", "rise=4 months", 2 / 12),
        ("s2b", "hold=9 months", (5 + 9 + 5) / 12),
        ("s2b_as_worded", "fade=6 months", (6 + 3 + 3) / 12),
        ("s2c", "fade=5 months", (5 + 2.5) / 12),
    ],
)
def test_fisp_answers_another_course_of_time(variant: str, change: str, years: float) -> None:
    found = base_case("pbe2025-fisp-arts", change, variant=variant)
    assert found("benefit_per_person", level="central") == close(0.598 * 16_359 * years)


# ---- State of Life (2021) parkrun


def test_parkrun_with_a_thousand_more_weekly_runners() -> None:
    before = base_case("stateoflife2021-parkrun")
    after = base_case("stateoflife2021-parkrun", "people.y2018.running.weekly=1955")
    more = 1000 * 0.135 * 10 / 6 * 0.06
    gained = after("wellbys_bands", option="y2018") - before("wellbys_bands", option="y2018")
    # A difference of sums near 9,000: one part in 1e-12 of that, over a change of 13.5.
    assert gained == pytest.approx(more, rel=1e-9)
    assert after("value_bands", option="y2019") == before("value_bands", option="y2019")


def test_parkrun_with_twice_the_additional_share_of_running() -> None:
    before = base_case("stateoflife2021-parkrun")
    after = base_case("stateoflife2021-parkrun", "additional.running=12%")
    for option in ("y2018", "y2019"):
        assert after("value_by_activity", option=option, activity="running") == close(
            2 * before("value_by_activity", option=option, activity="running")
        )
        assert after("value_by_activity", option=option, activity="volunteering") == close(
            before("value_by_activity", option=option, activity="volunteering")
        )


def test_parkrun_by_occasions_answers_its_own_inputs() -> None:
    found = base_case("stateoflife2021-parkrun", "adjustment=50%", "ls_per_occasion.running=0.01")
    expected = (8_590_393 * 0.01 + 974_255 * 0.016) * 0.5
    assert found("wellbys_occasions", option="y2019") == close(expected)
    assert found("cost_per_wellby_occasions", option="y2019") == close(4_549_499 / expected)


def test_parkrun_scale_conversion_of_hm_treasury() -> None:
    before = base_case("stateoflife2021-parkrun")
    after = base_case("stateoflife2021-parkrun", variant="hmt_rescale")
    assert after("wellbys_bands", option="y2019") == close(
        before("wellbys_bands", option="y2019") * (11 / 7) / (10 / 6)
    )


def test_parkrun_negative_band_is_left_out_and_can_be_counted() -> None:
    before = base_case("stateoflife2021-parkrun")
    after = base_case("stateoflife2021-parkrun", variant="all_bands")
    lost = 64_176 * -0.042 * 10 / 6 * 0.40
    change = after("wellbys_bands", option="y2019") - before("wellbys_bands", option="y2019")
    assert change == pytest.approx(lost, rel=1e-9)


def test_parkrun_only_5k_changes_the_runners_of_2018_alone() -> None:
    before = base_case("stateoflife2021-parkrun")
    after = base_case("stateoflife2021-parkrun", variant="only_5k")
    runners = (261_582 * 0.014 + 419_793 * 0.086 + 157_237 * 0.094 + 559 * 0.135) * 10 / 6 * 0.06
    assert after("wellbys_by_activity", option="y2018", activity="running") == close(runners)
    assert after("wellbys_bands", option="y2019") == before("wellbys_bands", option="y2019")


# ---- Frijters, Krekel, Sanchis and Santini (2024)


def test_traineeship_with_half_the_take_up() -> None:
    before = base_case("frijters2024-youth-traineeship")
    after = base_case("frijters2024-youth-traineeship", "take_up.traineeship=25%")
    assert after("wellbys") == close(before("wellbys") / 2)
    assert after("cost") == close(100_000 + 12_500 * 10_000 / 1.035)


def test_traineeship_with_another_gain_from_work() -> None:
    found = base_case("frijters2024-youth-traineeship", "ls_gain.traineeship.in_work.3=0.30")
    assert found("wellbys_at", time="3") == close(25_000 * (0.10 + 0.30 + 0.4 * 18_000 / 32_300))
    assert found("pv_wellbys_at", time="3") == close(found("wellbys_at", time="3") * 1.015**-3)
    assert found("pv_benefit_at", time="3") == close(25_000 * (0.40 * 13_000 + 18_000) * 1.035**-3)


def test_traineeship_rates_for_money_and_wellbeing_are_apart() -> None:
    before = base_case("frijters2024-youth-traineeship")
    after = base_case("frijters2024-youth-traineeship", "appraisal.discount.wellbeing=3.5%")
    assert after("pv_wellbys_at", time="5") == close(before("wellbys_at", time="5") * 1.035**-5)
    assert after("npsv") == before("npsv")
    assert after("cost") == before("cost")


def test_traineeship_with_work_from_year_1() -> None:
    found = base_case("frijters2024-youth-traineeship", variant="work_from_year_1")
    assert found("wellbys_at", time="1") == close(25_000 * (0.20 + 0.10 + 0.46 + 0.4 * 18_000 / 32_300))


# ---- Sonnenberg and Beck (1993)


def test_three_states_with_another_utility() -> None:
    before = base_case("sonnenberg-beck-3state")
    after = base_case("sonnenberg-beck-3state", "utility.disabled=0.35")
    # Well and disabled people both stay with 0.6, so t * 0.2 * 0.6^(t - 1) are disabled after t cycles.
    disabled_years = sum(cycle * 0.2 * 0.6 ** (cycle - 1) for cycle in range(1, 25))
    assert before("qalys") - after("qalys") == pytest.approx(0.35 * disabled_years, rel=1e-11)


def test_three_states_with_another_chance_of_dying() -> None:
    found = base_case("sonnenberg-beck-3state", "p_die_well.cohort_of_1993=10%")
    assert found("people_in", state="well", time="2") == close(10_000 * 0.7**2)
    assert found("people_in", state="disabled", time="2") == close(10_000 * (0.7 * 0.2 + 0.2 * 0.6))


def test_half_cycle_adds_half_of_the_first_cycle_and_takes_half_of_the_last() -> None:
    found = base_case("sonnenberg-beck-3state")
    last = 0.6**24 + 0.7 * 24 * 0.2 * 0.6**23
    assert found("qalys_half_cycle") - found("qalys") == pytest.approx(0.5 - 0.5 * last, rel=1e-11)


def test_three_states_with_another_number_of_people() -> None:
    found = base_case("sonnenberg-beck-3state", "cohort.cohort_of_1993=500 people")
    assert found("people_in", state="dead", time="2") == close(500 * 0.4)
