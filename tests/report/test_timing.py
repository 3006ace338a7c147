"""Cash by year, the profile of the gain, years from periods: computed by hand from small runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.report.report_fixtures import RIVALS, Case, make
from wellbeva.core.axes import Axis
from wellbeva.core.statistics import STATISTICS
from wellbeva.report.page.blocks.timing import years_of
from wellbeva.report.page.render import build_page
from wellbeva.report.page.view import Block, Note, Table
from wellbeva.scenario.spec import TimeSpec

MONTHS = 36
NAMES = ("visits", "telephone")
PAYERS, BODIES = ("council", "nhs"), ("nhs",)


def timed(
    cash: dict[tuple[str, str, int], float],
    saved: dict[tuple[str, int], float] | None = None,
    gain: dict[str, list[float]] | None = None,
    starts: int | None = 2026,
) -> Case:
    """Make a run of rivals over months with cash (option, payer, month), savings (option, month), gain by month."""
    case = make(RIVALS, choose="one", budget=None)
    count = len(STATISTICS)
    paid = np.zeros((count, len(NAMES), MONTHS, len(PAYERS)))
    for (option, payer, month), value in cash.items():
        paid[:, NAMES.index(option), month, PAYERS.index(payer)] = value
    kept = np.zeros((count, len(NAMES), MONTHS, len(BODIES)))
    for (option, month), value in (saved or {}).items():
        kept[:, NAMES.index(option), month, 0] = value
    dataset = case.dataset.assign_coords(
        option=list(NAMES), time=[str(month) for month in range(MONTHS)], payer=list(PAYERS), body=list(BODIES)
    )
    about = {"kind": "outcome", "unit": "money"}
    dataset["cash_by_period"] = (("statistic", "option", "time", "payer"), paid, about)
    dataset["saving_by_period"] = (("statistic", "option", "time", "body"), kept, about)
    if gain:
        lines = np.stack([np.array(gain[name]) for name in NAMES])
        dataset["wellbys_by_period"] = (
            ("statistic", "option", "time"), np.broadcast_to(lines, (count, *lines.shape)),
            {"kind": "outcome", "unit": "WELLBY"},
        )  # fmt: skip
    axis = Axis("time", tuple(dataset["time"].values), kind="time", rungs=tuple(m / 12 for m in range(MONTHS)))
    roles = {"cash_by_period": "cash_by_period", "saving_by_period": "saving_by_period"}
    roles |= {"gain_by_period": "wellbys_by_period"}
    scenario = replace(
        case.record.scenario,
        model=replace(case.record.scenario.model, roles={role: (name,) for role, name in roles.items()}),
        time=TimeSpec("month", 0, MONTHS - 1, starts),
        axes={"payer": {"council": "Council", "nhs": "NHS"}, "body": {"nhs": "NHS"}},
    )
    plan = replace(case.plan, axes={**case.plan.axes, "time": axis})
    return replace(case, dataset=dataset, record=replace(case.record, scenario=scenario), plan=plan)


def block(case: Case, key: str) -> Block:
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest={})
    return next(one for one in page.sections[0].blocks if one.key == key)


def test_years_are_whole_years_before_a_period_starts() -> None:
    plan = timed({("visits", "nhs", 0): 1.0}).plan
    assert years_of(plan) == tuple(month // 12 for month in range(MONTHS))
    assert years_of(make(RIVALS, choose="one", budget=None).plan) == ()


def test_cash_is_summed_to_years_and_empty_years_are_left_out() -> None:
    case = timed(
        {("visits", "council", 0): 1000.0, ("visits", "council", 11): 500.0, ("visits", "nhs", 24): 200.0,
         ("telephone", "nhs", 30): 900.0},
        {("visits", 25): 70.0},
    )  # fmt: skip
    made = block(case, "tc")
    assert isinstance(made, Table)
    assert [one.head for one in made.columns] == ["Who", "2026", "2028", "In all"]
    shown = [(row.head, row.under, [cell.text for cell in row.cells]) for row in made.rows if row.kind != "band"]
    assert shown == [
        ("Council", "pays", ["−£1.5k", "0", "−£1.5k"]),
        ("NHS", "pays", ["0", "−£200", "−£200"]),
        ("NHS", "saves, present value", ["0", "£70", "£70"]),
        ("NHS", "pays", ["0", "−£900", "−£900"]),
    ]
    assert [row.head for row in made.rows if row.kind == "band"] == ["Weekly visits", "Telephone friends"]
    assert made.title == "The largest bill: Council pays £1.5k in 2026 for weekly visits"
    assert "not discounted except savings" in made.dek


@pytest.mark.parametrize(
    ("unit", "shown", "how"),
    [
        ("share", ["0.30", "0.45", "0.60"], "Average of all futures and of the periods of each column, "),
        ("person", ["0.30", "0.45", "0.60"], "Average of all futures and of the periods of each column, "),
        ("WELLBY", ["3.6", "5.4", "7.2"], "Average of all futures, added up over the periods of each column, "),
        ("money", ["3.6", "5.4", "7.2"], "Average of all futures, added up over the periods of each column, "),
    ],
)
def test_r248_a_level_is_averaged_over_a_year_and_what_comes_in_each_period_is_added(
    unit: str, shown: list[str], how: str
) -> None:
    case = timed({("visits", "council", 0): 1000.0})
    line = np.repeat([0.3, 0.3, 0.6, 0.6], [12, 6, 6, 12])
    case.dataset["taking_part"] = (
        ("statistic", "option", "time"), np.broadcast_to(line, (len(STATISTICS), len(NAMES), MONTHS)),
        {"kind": "outcome", "unit": unit, "doc": "people who take part"},
    )  # fmt: skip
    made = block(case, "tt_taking_part")
    assert isinstance(made, Table)
    assert [one.head for one in made.columns[1:]] == ["2026", "2027", "2028"]
    assert [[cell.text for cell in row.cells] for row in made.rows] == [shown, shown]
    assert made.dek.startswith(how)


def test_pence_in_a_year_do_not_make_a_column() -> None:
    case = timed({("visits", "nhs", 0): 100.0, ("visits", "nhs", 12): 50.0, ("visits", "nhs", 30): 0.02})
    made = block(case, "tc")
    assert isinstance(made, Table)
    assert [one.head for one in made.columns] == ["Who", "2026", "2027", "In all"]


@pytest.mark.parametrize(("starts", "when"), [(2026, "2026"), (None, "year 0")])
def test_all_cash_in_one_year_is_a_sentence(starts: int | None, when: str) -> None:
    made = block(timed({("visits", "nhs", 0): 100.0, ("telephone", "nhs", 7): 5.0}, starts=starts), "tc")
    assert isinstance(made, Note)
    assert made.title == f"All cash is paid in {when}"
    assert made.lines == (
        f"The cost of every option is paid in {when}, and nothing later. No public body saves money in this model.",
    )


def test_savings_later_keep_the_table() -> None:
    made = block(timed({("visits", "nhs", 0): 100.0}, {("visits", 30): 40.0}), "tc")
    assert isinstance(made, Table)


def months(first: float, second: float, third: float) -> list[float]:
    return [year / 12 for year in (first, second, third) for _ in range(12)]


def lasting(case: Case, followed: int = 0) -> Table:
    """Return the figure of how long gains last, visits followed for some months by a study of their own."""
    if followed:
        scenario = case.record.scenario
        study = replace(scenario.sources["s_visits"], follow_up=f"{followed} months", followed=followed / 12)
        scenario = replace(scenario, sources={**scenario.sources, "s_visits": study})
        case = replace(case, record=replace(case.record, scenario=scenario))
    made = block(case, "fl")
    assert isinstance(made, Table)
    return made


def test_how_long_a_gain_lasts_is_drawn_in_each_period() -> None:
    gain = {"visits": months(60, 30, 10), "telephone": months(6, 3, 1)}
    made = lasting(timed({("visits", "nhs", 0): 1.0}, gain=gain))
    # 30 of 60 is half of the fullest, so that half is left until the second year ends.
    assert [[cell.text for cell in row.cells[1:]] for row in made.rows] == [["2.0 years", "60", "–"]] * 2
    assert [row.cells[-1].under for row in made.rows] == ["no source says"] * 2
    assert made.title == "About 4 in 10 of the gain comes after the first year"
    picture = made.rows[0].cells[0].picture
    assert picture is not None
    (area,) = (mark for mark in picture.marks if mark.kind == "area")
    assert area.css == "get"
    corners = [tuple(map(float, corner.split(","))) for corner in area.points.split()]
    # Three years over the 90% of the width that the axis has, each as high as its month, of 28 pixels.
    assert corners[1] == pytest.approx((5.0, 6.0))
    assert {round(y, 1) for _, y in corners} == {6.0, 20.0, 29.3, 34.0}
    assert max(x for x, _ in corners) == pytest.approx(95.0, abs=2.0)


def test_what_comes_after_an_option_s_own_last_follow_up_is_shaded_and_told() -> None:
    gain = {"visits": months(60, 30, 10), "telephone": months(6, 3, 1)}
    made = lasting(timed({("visits", "nhs", 0): 1.0}, gain=gain), followed=18)
    rows = {row.head: row.cells for row in made.rows}
    # Half of the second year, 15, and the third, 10, of 100.
    assert (rows["Weekly visits"][-1].text, rows["Weekly visits"][-1].under) == ("25", "followed 18 months")
    assert rows["Telephone friends"][-1].text == "–"
    assert made.title == (
        "Of the one option whose follow-up is known, about a quarter of the gain comes after the last follow-up"
    )
    marks = {row.head: row.cells[0].picture.marks for row in made.rows if row.cells[0].picture}
    assert [mark.css for mark in marks["Weekly visits"] if mark.kind == "area"] == ["shaded", "get", "later"]
    assert [mark.css for mark in marks["Telephone friends"] if mark.kind == "area"] == ["get"]


@pytest.mark.parametrize(
    ("first", "second", "title"),
    [
        ((2, 1, 0), (2, 1, 0), "About a third of the gain comes after the first year"),
        ((99, 1, 0), (98, 1, 1), "Nearly all of the gain comes in the first year"),
        ((1, 1, 0), (99, 1, 0),
         "About half of the gain of weekly visits comes after the first year, hardly any of that of telephone friends"),
    ],
)  # fmt: skip
def test_the_title_of_how_long_gains_last_is_computed(
    first: tuple[float, ...], second: tuple[float, ...], title: str
) -> None:
    gain = {"visits": months(*first), "telephone": months(*second)}
    assert lasting(timed({("visits", "nhs", 0): 1.0}, gain=gain)).title == title


def test_shares_of_the_first_year_never_round_to_all_or_none() -> None:
    gain = {"visits": months(1000, 1, 0), "telephone": months(-3, -2, -1)}
    made = lasting(timed({("visits", "nhs", 0): 1.0}, gain=gain))
    rows = {row.head: row.cells for row in made.rows}
    assert rows["Weekly visits"][2].text == "> 99"
    assert rows["Telephone friends"][1].under == "average gain is not clearly above 0"


def test_one_year_has_no_timing() -> None:
    case = timed({("visits", "nhs", 0): 100.0})
    short = replace(case.plan.axes["time"], rungs=tuple(month / 48 for month in range(MONTHS)))
    case = replace(case, plan=replace(case.plan, axes={**case.plan.axes, "time": short}))
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest={})
    assert not [one for one in page.sections[0].blocks if one.key in {"tc", "fl"}]
