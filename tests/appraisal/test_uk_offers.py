"""The main demonstration says what its sources print, names what it assumes, and holds no final products."""

import csv
from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.appraisal.deflator import load_deflator
from wellbeva.appraisal.schedules import factor
from wellbeva.engine.reference.interpreter import evaluate

SCENARIOS = Path(__file__).parents[2] / "scenarios"
OFFERS = SCENARIOS / "uk-community-offers.yaml"


def rows() -> dict[str, dict[str, str]]:
    with (SCENARIOS / "tables" / "uk_offers.csv").open(encoding="utf-8", newline="") as handle:
        return {row["option"]: row for row in csv.DictReader(handle)}


@pytest.mark.parametrize(
    ("option", "printed"),
    [
        ("nhs_volunteers", "0.2092 (0.067 to 0.351)"),  # Krekel et al. (2024) Table 3, column 2
        ("football", "0.58 (0.06 to 1.10)"),  # Pro Bono Economics on Football Beyond Borders
        ("power2", "1.15 (0.83 to 1.47)"),  # Pro Bono Economics on Power2
    ],
)
def test_printed_intervals_stand_as_printed(option: str, printed: str) -> None:
    assert rows()[option]["effect"] == printed


def test_every_assumed_spread_says_so() -> None:
    assumed = [row for row in rows().values() if "(se " in row["effect"]]
    assert len(assumed) == 8
    assert all("spread is assumed" in row["effect.note"] for row in assumed)


def test_deadweight_stands_where_nobody_was_compared_with_and_nowhere_else() -> None:
    scenario = api.load(OFFERS).record.scenario
    offers = rows()
    assert len(offers) == 11
    for row in offers.values():
        grade = scenario.sources[row["effect.source"].split()[0].rstrip(";")].evidence
        if row["controlled"] == "true":
            assert grade in {"strong", "promising"}
            assert not row["deadweight"]
        else:
            assert grade == "initial"
            assert row["deadweight"]
            assert row["deadweight.note"]


def test_every_cost_has_a_price_year_and_says_where_it_is_from() -> None:
    for row in rows().values():
        assert " in 20" in row["cost_per_person.funder"]
        assert row["cost_per_person.funder.note"]


def test_volunteers_gain_is_not_sold_as_that_of_those_they_help() -> None:
    assert "volunteers' own gain" in rows()["nhs_volunteers"]["label"]


def test_football_by_hand() -> None:
    """£1m buys 1,000,000 / 1,038 places; 26% gain 0.58; rise 10, hold 3 (mean 4.17), fade 6 months (mean 6.5)."""
    plan = api.load(OFFERS).plan
    values = evaluate(plan)
    index = plan.axes["option"].labels.index("football")
    wellbys = float(np.asarray(values["wellbys"].array)[index])
    hold, fade = (1 + 4 * 3 + 12) / 6, (3 + 4 * 6 + 12) / 6
    believed = (0.55 + 4 * 0.80 + 1) / 6 * (0.70 + 4 * 0.90 + 1) / 6
    people = 1_000_000 / 1_038 * 0.26

    def area(start: float, stop: float) -> float:
        """Area of the profile between two months, in months: a triangle up, a rectangle, a triangle down."""
        kinks = [0, 10, 10 + hold, 10 + hold + fade]
        grid = sorted({start, stop, *(kink for kink in kinks if start < kink < stop)})
        return float(np.trapezoid(np.interp(grid, kinks, [0, 1, 1, 0]), grid))

    years = (area(0, 12) * factor("health-flat", 0) + area(12, 24) * factor("health-flat", 1)) / 12
    # Exact between the kinks; 36 periods' areas as differences of a running total cost some hundred epsilon.
    assert wellbys == pytest.approx(people * 0.58 * believed * years, rel=1e-12)


def test_cost_is_brought_to_the_price_year() -> None:
    plan = api.load(OFFERS).plan
    values = evaluate(plan)
    index = plan.axes["option"].labels.index("parkrun")
    expected = 11.40 * float(load_deflator().ratio(from_year=2019, to_year=2023))
    assert float(np.asarray(values["cost_of_place"].array)[index]) == pytest.approx(expected, rel=1e-12)
