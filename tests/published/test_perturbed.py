"""One input of each published case is changed, and the answer must change as hand arithmetic says.

A scenario that held final products instead of inputs would pass `test_published`, and fail here. Tolerance: a
relative 1e-12, some thousand roundings of 1.1e-16 in sums of a few hundred terms.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.engine.reference import evaluate

FOLDER = Path(__file__).parents[2] / "scenarios" / "published"
REL = 1e-12


def base_case(stem: str, *overrides: str, variant: str = "") -> dict[str, float]:
    """Evaluate the base case; keys are dotted paths."""
    plan = api.load(FOLDER / f"{stem}.yaml", overrides=overrides, variant=variant).plan
    found: dict[str, float] = {}
    for name, named in evaluate(plan).items():
        if not named.axes:
            found[name] = float(named.array)
            continue
        labels = [plan.axes[axis].labels for axis in named.axes]
        for index, value in enumerate(named.array.reshape(-1)):
            place, rest = [], index
            for axis in reversed(labels):
                place.append(axis[rest % len(axis)])
                rest //= len(axis)
            found[".".join([name, *reversed(place)])] = float(value)
    return found


def test_arts_in_schools_follows_effect_people_and_cost() -> None:
    # Pro Bono Economics (2025), p. 15-22: benefit per pupil = effect * value; cost per pupil = cost / pupils.
    found = base_case("pbe2025-fisp-arts", "effect.fisp=0.7", "people.fisp=200", "cost_once.fisp.funders=£300,000")
    assert found["benefit_per_person.fisp.central"] == pytest.approx(0.7 * 16359, rel=REL)
    assert found["cost_per_reached.fisp"] == pytest.approx(300_000 / 200, rel=REL)
    assert found["bcr.fisp.central"] == pytest.approx(0.7 * 16359 * 200 / 300_000, rel=REL)


@pytest.mark.parametrize(
    ("variant", "months"),
    [
        ("s2a", 8 / 2),  # a triangle of eight months
        ("s2b", 8 / 2 + 3 + 10 / 2),
        ("s2c", 8 / 2 + 10 / 2),
    ],
)
def test_arts_in_schools_follows_the_rise(variant: str, months: float) -> None:
    found = base_case("pbe2025-fisp-arts", "rise.fisp=8 months", variant=variant)
    assert found["benefit_per_person.fisp.central"] == pytest.approx(0.598 * 16359 * months / 12, rel=REL)


def test_parkrun_follows_one_slope_and_one_share() -> None:
    # State of Life (2021), Tables 1-8: value = people * slope * 10/6 * £13,000 * additional share.
    before = base_case("stateoflife2021-parkrun")
    after = base_case("stateoflife2021-parkrun", "slope.running.weekly=0.2")
    gained = 955 * (0.2 - 0.135) * 10 / 6 * 13_000 * 0.06
    change = after["value_by_activity.y2018.running"] - before["value_by_activity.y2018.running"]
    assert change == pytest.approx(gained, rel=1e-8)  # a difference of numbers near 8e7: 8e7 * 1e-16 / 5e4
    assert after["value_by_activity.y2018.volunteering"] == before["value_by_activity.y2018.volunteering"]
    halved = base_case("stateoflife2021-parkrun", "additional.volunteering=20%")
    assert halved["value_by_activity.y2018.volunteering"] == pytest.approx(
        before["value_by_activity.y2018.volunteering"] / 2, rel=REL
    )


def test_parkrun_follows_the_cost() -> None:
    found = base_case("stateoflife2021-parkrun", "yearly_cost.y2019=£5,000,000")
    assert found["cost_per_wellby_occasions.y2019"] == pytest.approx(
        5_000_000 / ((8_590_393 * 0.019 + 974_255 * 0.016) * 0.25), rel=REL
    )


def test_traineeships_follow_people_and_the_slope_of_income() -> None:
    # Frijters et al. (2024), equations 1-2 and Table 2; money at 3.5%, wellbeing at 1.5%, year 0 undiscounted.
    found = base_case("frijters2024-youth-traineeship", "eligible.traineeship=60,000 people", "log_income_slope=0.5")
    trainees = 60_000 * 0.5
    in_work = 0.10 + 0.46 + 0.5 * 18_000 / 32_300
    wellbys = trainees * (0.30 / 1.015 + in_work * sum(1.015**-year for year in range(2, 6)))
    assert found["wellbys.traineeship"] == pytest.approx(wellbys, rel=REL)
    assert found["cost.traineeship"] == pytest.approx(100_000 + trainees * 10_000 / 1.035, rel=REL)
    benefit = trainees * (0.30 * 13_000 / 1.035 + (0.56 * 13_000 + 18_000) * sum(1.035**-year for year in range(2, 6)))
    assert found["benefit.traineeship"] == pytest.approx(benefit, rel=REL)


def test_three_states_follow_one_chance_and_one_utility() -> None:
    # Two steps by hand: well 0.5 * 0.5; disabled 0.5 * 0.3 + 0.3 * 0.6.
    found = base_case("sonnenberg-beck-3state", "p_disabled.cohort_of_1993=30%")
    assert found["people_in.cohort_of_1993.well.2"] == pytest.approx(2500, rel=REL)
    assert found["people_in.cohort_of_1993.disabled.2"] == pytest.approx(3300, rel=REL)
    # With both staying chances 0.6, the disabled share at step t is t * 0.2 * 0.6^(t-1).
    before = base_case("sonnenberg-beck-3state")
    after = base_case("sonnenberg-beck-3state", "utility.disabled=0.5")
    lost = 0.2 * sum(step * 0.2 * 0.6 ** (step - 1) for step in range(1, 25))
    gone = before["qalys.cohort_of_1993"] - after["qalys.cohort_of_1993"]
    assert gone == pytest.approx(lost, rel=1e-10)
