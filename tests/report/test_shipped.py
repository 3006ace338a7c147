"""The reports of the two scenarios that people read first: structure, words, what they must show."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.report.report_fixtures import SHIPPED, input_rows
from tests.report.report_html import read
from tests.report.test_report import CHANCE_OF_ALL, FORBIDDEN
from wellbeva import api
from wellbeva.api import Run
from wellbeva.report.facts.sensitivity import changes, what_changes
from wellbeva.report.page.blocks import appraisal
from wellbeva.report.page.render import build_page
from wellbeva.report.page.summary.page_one import WORDS, words_beside_table
from wellbeva.report.page.view import Page, Table
from wellbeva.report.text import numbers
from wellbeva.report.text.units import amount


def view(run: Run) -> Page:
    return build_page(run.dataset, run.compiled.record, run.compiled.plan, run.tables, manifest=run.manifest())


def blocks(page: Page) -> dict[str, Any]:
    return {one.key: one for section in page.sections for one in section.blocks}


@pytest.mark.parametrize("name", SHIPPED)
def test_self_contained_and_well_formed(name: str, shipped_reports: dict[str, str]) -> None:
    html = shipped_reports[name]
    root = read(html)
    assert not root.all("script", "link", "iframe", "object", "embed", "img", "base", "form")
    assert not re.search(r"url\((?!#)|@import", html)
    ids = [one.attrs["id"] for one in root.walk() if "id" in one.attrs]
    assert len(ids) == len(set(ids))
    levels = [int(one.tag[1]) for one in root.all("h1", "h2", "h3", "h4")]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for table in root.all("table"):
        width = len(table.all("thead")[0].all("th"))
        for row in table.all("tbody")[0].all("tr"):
            assert sum(int(one.attrs.get("colspan", 1)) for one in row.children if one.tag in {"th", "td"}) == width


@pytest.mark.parametrize("name", SHIPPED)
def test_words(name: str, shipped_views: dict[str, Page], shipped_reports: dict[str, str]) -> None:
    said = " ".join(one.words() for one in read(shipped_reports[name]).all("body"))
    assert not FORBIDDEN.search(said), FORBIDDEN.search(said)
    assert not CHANCE_OF_ALL.search(said.partition("Annexes")[0])
    assert "missing" not in said.partition("A. Inputs")[0]
    assert words_beside_table(shipped_views[name].first) <= WORDS


@pytest.mark.parametrize("name", SHIPPED)
def test_sentences_and_titles_begin_with_a_capital_or_a_name(
    name: str, shipped: dict[str, Run], shipped_views: dict[str, Page]
) -> None:
    page = shipped_views[name]
    names = tuple(one.label.partition(" (")[0] for one in shipped[name].compiled.record.scenario.options)
    said = [page.first.answer, page.first.lead, *page.first.small]
    said += [point for box in page.first.boxes for point in box.points]
    said += [one.title for one in blocks(page).values() if hasattr(one, "title")]
    for one in said:
        assert not one[0].islower() or one.startswith(names), one


@pytest.mark.parametrize("name", SHIPPED)
def test_page_one_names_both_rates_of_discounting(name: str, shipped_views: dict[str, Page]) -> None:
    line = shipped_views[name].first.small[1]
    assert "Wellbeing: discounted at 1.5%" in line
    assert "Costs and money benefits: discounted at 3.5%" in line


@pytest.mark.parametrize("name", SHIPPED)
def test_switches_and_variants_are_shown(name: str, shipped: dict[str, Run], shipped_views: dict[str, Page]) -> None:
    table = shipped[name].tables["assumptions"]
    page = shipped_views[name]
    found = blocks(page)
    variants = found["av"]
    assert len(variants.columns) - 2 == table.loc[table["kind"] == "variant", "name"].nunique()
    switches = found["as"]
    named = " ".join(one.head for one in switches.columns) + switches.note
    for label in table.loc[table["kind"] == "switch", "label"].unique():
        assert label in named
    assert re.search(r"other sets? of assumptions we tried", page.first.boxes[0].points[0])


def test_offers_all_paid_at_once_and_rivals_by_year(shipped: dict[str, Run], shipped_views: dict[str, Page]) -> None:
    offers, rivals = (blocks(shipped_views[name]) for name in SHIPPED)
    assert offers["tc"].title == "All cash is paid in 2026"
    assert [one.head for one in rivals["tc"].columns][:2] == ["Who", "2026"]
    paid = shipped["easing-loneliness"].dataset["cash_by_period"].sel(statistic="mean", option="visits")
    row = next(row for row in rivals["tc"].rows[rows_of(rivals["tc"], "Weekly befriending visits") :] if row.kind == "")
    assert row.head == "Council"
    council = float(paid.sel(payer="council").sum())
    assert row.cells[-1].text == f"−£{round(council / 1000)}k"


def rows_of(table: Table, head: str) -> int:
    return next(index for index, row in enumerate(table.rows) if row.head == head)


@pytest.mark.parametrize("name", SHIPPED)
def test_how_long_gains_last_and_whether_the_mean_settled_is_shown_of_offers_and_of_rivals(
    name: str, shipped: dict[str, Run], shipped_views: dict[str, Page]
) -> None:
    run, found = shipped[name], blocks(shipped_views[name])
    gains = run.dataset["wellbys_by_period"].sel(statistic="mean")
    rows = {row.head: row for row in found["fl"].rows}
    for one in run.facts.real:
        line = gains.sel(option=one.name).values
        first = 100 * line[:12].sum() / line.sum()
        assert rows[one.head].cells[2].text == ("> 99" if first > 99.5 else str(round(first)))
    table = run.tables["decision"].set_index("option")
    money = run.facts.choose == "one"
    column = "nb_central" if money else "wellbys_per_1000"
    difference = table[column].iloc[0] - table[column].iloc[1]
    last = found["rm"].rows[-1]
    assert last.head == numbers.count(run.facts.draws)
    assert last.cells[1].text == (numbers.total(difference, "GBP") if money else numbers.number(difference))
    assert re.search(r"± .*\d", last.cells[1].under)


def test_the_appraisal_tells_what_the_public_purse_pays(
    shipped: dict[str, Run], shipped_views: dict[str, Page]
) -> None:
    run = shipped["easing-loneliness"]
    table = run.tables["decision"].set_index("option")
    names = [name for name in table.index if name != "nothing"]
    paid = run.dataset["cost_by_payer"].sel(statistic="mean")
    public = [float(paid.sel(option=name, payer=["council", "nhs"]).sum()) for name in names]
    appraised = blocks(shipped_views["easing-loneliness"])["t1"].rows
    rows = {(row.head, row.under): [cell.text for cell in row.cells] for row in appraised}
    assert rows["Cost to the public purse", "average"] == [*(numbers.total(x, "GBP") for x in public), "0"]
    ratios = [1000 * table.at[name, "wellbys"] / x for name, x in zip(names, public, strict=True)]
    assert rows["WELLBYs per £1,000", "of public money"] == [*map(numbers.number, ratios), "–"]


def test_the_league_tells_what_the_public_purse_pays_or_that_nothing_says(
    shipped: dict[str, Run], shipped_views: dict[str, Page]
) -> None:
    assert "public bodies is not said" in blocks(shipped_views["uk-community-offers"])["t1"].note
    league = appraisal._league(shipped["uk-community-offers"].facts, {"nhs_volunteers": 250_000.0})
    heads = [(one.head, one.unit) for one in league.columns[1:]]
    rows = {row.head: dict(zip(heads, (cell.text for cell in row.cells), strict=True)) for row in league.rows}
    purse, ratio = ("Cost to the public purse", "average"), ("WELLBYs per £1,000", "of public money")
    # 5,799 WELLBYs for £250k: 23 for each £1,000.
    assert [rows["NHS Volunteer Responders"][one] for one in (purse, ratio)] == ["£250k", "23"]
    assert [rows["parkrun"][one] for one in (purse, ratio)] == ["0", "–"]
    assert "public bodies" not in league.note


@pytest.mark.parametrize("name", SHIPPED)
def test_an_option_is_called_the_same_in_every_table_and_figure(
    name: str, shipped: dict[str, Run], shipped_views: dict[str, Page], shipped_reports: dict[str, str]
) -> None:
    heads = {one.head for one in shipped[name].facts.options}
    labels = {one.label for one in shipped[name].facts.options} - heads
    assert labels, "some have a label that is longer than their name"
    tables = [one for one in blocks(shipped_views[name]).values() if isinstance(one, Table)]
    said = [{row.head for row in one.rows} | {column.head for column in one.columns} for one in tables]
    assert sum(bool(heads & one) for one in said) > 5
    assert not labels & {head for one in said for head in one}
    drawn = {text.words() for text in read(shipped_reports[name]).all("text")}
    assert not labels & drawn


@pytest.mark.parametrize("name", SHIPPED)
def test_inputs_show_what_is_printed_and_what_is_drawn_a_value_a_cell(
    name: str, shipped: dict[str, Run], shipped_views: dict[str, Page]
) -> None:
    record = shipped[name].compiled.record
    table = blocks(shipped_views[name])["aI"]
    assert not any(cell.under or (row.under and row.kind != "band") for row in table.rows for cell in row.cells)
    rows = input_rows(record)
    assert sorted(rows) == sorted(one.path for one in record.inputs)
    for one in record.inputs:
        assert rows[one.path]["As printed"] == one.written.partition(" [")[0]
        assert all(bool(rows[one.path][head]) == bool(one.element) for head in ("Average", "5%", "95%", "Drawn from"))


def test_input_gives_the_numbers_of_its_distribution(shipped: dict[str, Run]) -> None:
    row = input_rows(shipped["uk-community-offers"].compiled.record)["effect.football"]
    # 0.58 (0.06 to 1.10) at 95%: sd 0.52 / 1.95996 = 0.2653, so 5% and 95% lie 1.64485 sd = 0.4364 from 0.58.
    assert [row[head] for head in ("As printed", "Average", "5%", "95%")] == [
        "0.58 (0.06 to 1.10)",
        "0.58",
        "0.144",
        "1.02",
    ]
    assert (row["Law"], row["Drawn from"], row["Source"]) == ("Normal", "normal(mean=0.58, sd=0.265)", "S6")


def test_data_vintages_and_record_of_the_run(shipped: dict[str, Run]) -> None:
    for run in shipped.values():
        found = blocks(view(run))
        assert [row.head for row in found["aV"].rows] == [one.name for one in run.compiled.record.vintages]
        assert all(cell.text for row in found["aV"].rows for cell in row.cells)
        facts = dict(found["aM"].facts)
        assert facts["Plan, SHA-256"] == run.manifest()["plan_sha256"]
        assert {"Seed", "Draws", "Engine", "Versions"} <= facts.keys()


def test_what_is_published_is_not_called_assumed(shipped: dict[str, Run]) -> None:
    run = shipped["uk-community-offers"]
    said = " ".join(what_changes(run.facts, changes(run.facts, run.compiled.record, tables=run.tables)).sentences)
    base = next(one for one in run.compiled.record.inputs if one.path == "effect.football")
    assert f"(now {amount(base.base, base.unit, 'GBP')})" in said
    assert "we assume 0.58" not in said


def test_the_report_of_a_variant_with_fewer_options_names_no_other() -> None:
    """What breaks even is told of the variant's own offers: the report of one left out ended with a `KeyError`."""
    demo = Path(__file__).parents[2] / "scenarios" / "uk-community-offers.yaml"
    run = api.run(demo, draws=4096, variant="controlled_only")
    compared = {"nhs_volunteers", "action_for_happiness", "fisp", "football", "power2"}
    assert set(run.tables["break_even"]["option"]) == compared
    assert "Human Henge would" not in run.report()
