"""Whether the order survives other assumptions: titles, places and the sentence of page one, each by computation."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from tests.report.report_fixtures import OFFERS, RIVALS, Case, make
from wellbeva.analysis.tables.scenario_analysis import COLUMNS
from wellbeva.report.facts.result import Result, gather
from wellbeva.report.page.blocks.assumptions import order_sentence, read_assumptions
from wellbeva.report.page.render import build_page, render_report
from wellbeva.report.page.view import Note, Table

VALUE = 16_000.0
# Effects: two offers far ahead, two far behind; each costs 1,000, so that the effect is also the effect per 1,000.
SEVERAL = tuple(replace(one, effect=effect, sd=0.05 * effect, cost=1000.0) for one, effect in
                zip(OFFERS[:4], (100.0, 99.0, 10.0, 2.0), strict=True))  # fmt: skip
TWO = tuple(replace(one, effect=effect, sd=1.0, cost=50_000.0) for one, effect in
            zip(RIVALS, (20.0, 18.0), strict=True))  # fmt: skip
NAMES = [one.name for one in SEVERAL]
COST = {one.name: one.cost for one in (*SEVERAL, *TWO)}
Other = tuple[str, str, dict[str, float]]


def with_assumptions(case: Case, *others: Other) -> Case:
    """Add the table as `analysis.scenario_analysis` makes it: kind, label, effects of each other set."""
    base = {name: float(case.dataset["decision_effect"].sel(statistic="base_case", decision_option=name))
            for name in COST if name in case.dataset["decision_option"].values}  # fmt: skip
    rows = []
    for index, (kind, label, effects) in enumerate((("as run", "As run", base), *others)):
        for name, effect in effects.items():
            cost = COST[name]
            about = (kind, f"{kind}{index}" if kind != "as run" else "", label, f"Note {index}.", name)
            rows.append((*about, effect, cost, 1000 * effect / cost, VALUE * effect - cost))
    case.tables["assumptions"] = pd.DataFrame(rows, columns=list(COLUMNS))
    return case


def several(*others: Other) -> Case:
    return with_assumptions(make(SEVERAL, budget=None), *others)


def rivals(*others: Other) -> Case:
    return with_assumptions(make(TWO, choose="one", budget=None), *others)


def tables(case: Case) -> dict[str, Table]:
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest={})
    return {one.key: one for one in page.sections[0].blocks if isinstance(one, Table) and one.key in {"as", "av"}}


def sentence(case: Case) -> str:
    result: Result = gather(case.dataset, case.record, plan=case.plan, tables=case.tables)
    return order_sentence(result, read_assumptions(result, tables=case.tables))


def effects(*values: float) -> dict[str, float]:
    return dict(zip(NAMES, values, strict=False))


def test_top_band_stays_on_top_though_its_own_order_turns() -> None:
    case = several(("variant", "Swapped", effects(90, 95, 10, 2)), ("variant", "Low", effects(20, 19, 15, 1)))
    made = tables(case)["av"]
    assert made.title == "The top two stay on top in both variants"
    assert sentence(case) == "The top two stay on top under both other sets of assumptions we tried."
    columns = {one.head: index - 1 for index, one in enumerate(made.columns)}
    cells = {row.head: row.cells[columns["Swapped"]] for row in made.rows}
    assert [(one.text, one.under, one.css) for one in cells.values()] == [
        ("90", "now 2nd", ""), ("95", "now 1st", "best"), ("10", "", ""), ("2.0", "", ""),
    ]  # fmt: skip


def test_top_band_that_loses_a_place_is_not_said_to_stay() -> None:
    case = several(("variant", "Turned", effects(100, 9, 10, 2)), ("variant", "Low", effects(20, 19, 15, 1)))
    assert tables(case)["av"].title == "First place stays with NHS Volunteer Responders in both variants"
    case = several(("variant", "Turned", effects(8, 9, 10, 2)), ("variant", "Low", effects(20, 19, 15, 1)))
    assert tables(case)["av"].title == "In one of two variants another offer comes first"
    assert sentence(case) == "Under one of two other sets of assumptions we tried, first place goes to parkrun."


def test_order_that_never_changes() -> None:
    case = several(("variant", "Half", effects(50, 49, 5, 1)))
    assert tables(case)["av"].title == "The order stays the same in the one variant"


def test_places_are_counted_among_the_options_that_a_variant_keeps() -> None:
    case = several(("variant", "Fewer", {"happiness": 99.0, "mandem": 2.0}))
    made = tables(case)["av"]
    last = [row.cells[-1] for row in made.rows]
    assert [(one.text, one.under) for one in last] == [("–", "left out"), ("99", ""), ("–", "left out"), ("2.0", "")]
    assert made.title == "The order stays the same in the one variant"


def test_rivals_are_ordered_by_net_benefit_and_nothing_may_come_first() -> None:
    dear = {"visits": 2.0, "telephone": 1.0}  # 16,000 times 2 is below the cost of 50,000
    case = rivals(("switch", "Without gains", {"visits": 12.0, "telephone": 14.0}), ("variant", "Little", dear))
    made = tables(case)
    assert made["as"].title == "Without gains, another option comes first"
    assert [row.cells[1].text for row in made["as"].rows] == ["£140k", "£170k"]
    assert made["av"].title == "In the one variant another option comes first"
    assert sentence(case) == "Under two of two other sets of assumptions we tried, first place goes to another option."


def test_switches_are_told_by_how_many_decide() -> None:
    turned = {"visits": 12.0, "telephone": 14.0}
    kept = {"visits": 25.0, "telephone": 20.0}
    title = tables(rivals(("switch", "Without A", turned), ("switch", "Without B", kept)))["as"].title
    assert title == "One of two switches decides which option comes first"
    title = tables(rivals(("switch", "Without A", kept), ("switch", "Without B", {**kept, "visits": 26.0})))["as"].title
    assert title == "First place stays with weekly visits with and without each of two switches"


def test_switches_that_correct_are_called_corrections() -> None:
    kept = {"visits": 25.0, "telephone": 20.0}
    labels = ("Without the correction for printing", "Without the correction for place")
    case = rivals(*(("switch", label, {**kept, "visits": 25.0 + i}) for i, label in enumerate(labels)))
    assert tables(case)["as"].title.endswith("with and without each of two corrections")


def test_what_changes_no_number_is_a_sentence_and_no_column() -> None:
    drawn = several().tables["assumptions"].set_index("option")["effect"]
    case = several(
        ("switch", "Without the household", {str(k): float(v) for k, v in drawn.items()}),
        ("switch", "Without B", effects(50, 49, 5, 1)),
    )
    made = tables(case)["as"]
    assert [one.head for one in made.columns] == ["Offer", "As run", "Without B"]
    assert made.note == "Without the household: no number here changes."
    assert sentence(case) == "The top two stay on top under the one other set of assumptions we tried."


def test_only_idle_assumptions_leave_a_note_and_no_claim() -> None:
    drawn = several().tables["assumptions"].set_index("option")["effect"]
    case = several(("switch", "Without the household", {str(k): float(v) for k, v in drawn.items()}))
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest={})
    note = next(one for one in page.sections[0].blocks if isinstance(one, Note) and one.key == "an")
    assert note.lines == ("Without the household: no number changes.",)
    assert sentence(case) == ""


def test_sets_that_give_the_same_numbers_count_once() -> None:
    turned = {"visits": 12.0, "telephone": 14.0}
    case = rivals(("switch", "Without A", turned), ("variant", "Same", turned))
    assert sentence(case) == ("Under the one other set of assumptions we tried, first place goes to telephone friends.")


def test_page_one_says_it_first_and_says_what_the_numbers_are() -> None:
    case = several(("variant", "Low", effects(20, 19, 15, 1)))
    page = build_page(case.dataset, case.record, case.plan, case.tables, manifest={})
    assert page.first.boxes[0].points[0].startswith("The top two stay on top under")
    assert "not averages of futures" in tables(case)["av"].dek
    html = render_report(case.dataset, case.record, case.plan, case.tables, manifest={})
    assert "Low. Note 1." in html


def test_without_the_table_nothing_is_said() -> None:
    assert sentence(make(SEVERAL, budget=None)) == ""


def test_what_has_no_number_has_no_place() -> None:
    case = several(("variant", "Free", {**effects(20, 19, 15), "mandem": math.nan}))
    row = tables(case)["av"].rows[-1]
    assert (row.cells[-1].text, row.cells[-1].under) == ("–", "")
