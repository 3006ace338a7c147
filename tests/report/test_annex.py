"""What stands behind page one: links that land, checklists and logs filled from the run, a theme for the dark."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from importlib import resources

import pytest

from tests.report.report_fixtures import HOSTILE, RIVALS, SHIPPED, make, rivals, several
from tests.report.report_html import read
from tests.report.test_shipped import blocks, view
from wellbeva.api import Run
from wellbeva.evidence.grading.grade import rules
from wellbeva.plot import theme
from wellbeva.report.facts.sensitivity import Changes, changes
from wellbeva.report.page.annex.checklists import PERSON, checklists
from wellbeva.report.page.annex.logs import assumptions_log
from wellbeva.report.page.annex.pathway import pathway
from wellbeva.report.page.render import build_page, gather, render_report
from wellbeva.report.page.templates import linked
from wellbeva.report.page.view import Stages, Table

TEMPLATES = resources.files("wellbeva.report") / "templates"


@pytest.mark.parametrize("name", SHIPPED)
def test_links_land_and_regions_have_names_of_their_own(name: str, shipped_reports: dict[str, str]) -> None:
    root = read(shipped_reports[name])
    ids = {one.attrs["id"]: one for one in root.walk() if "id" in one.attrs}
    for link in root.all("a"):
        href = link.attrs["href"]
        assert href[1:] in ids if href.startswith("#") else re.match(r"https?://", href), href
        assert href.startswith("#") or link.attrs["rel"] == "noopener noreferrer"
    regions = [one for one in root.walk() if one.attrs.get("role") == "region"]
    named = [ids[one.attrs["aria-labelledby"]].words() for one in regions]
    assert len(regions) > 8
    assert len(set(named)) == len(named)
    # A browser opens what is closed around the place that a link leads to, but not what the link itself names.
    linked_to = {link.attrs["href"][1:] for link in root.all("a")}
    inside = {one.attrs.get("id") for closed in root.all("details") for one in closed.children}
    assert {"aE", "aA", "aK"} <= inside & linked_to


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("javascript:alert(1) data:text/html,x ftp://a.b", 0),
        ("see https://a.org/b_(c)?d=1&e=2. And 10.1186/s12916-021-02204-0, both", 2),
        ('https://a.org/"onmouseover="x', 1),
        ("S1; S20, Table 2; SS1 S1a", 2),
    ],
)
def test_only_addresses_dois_and_signs_are_links(text: str, links: int) -> None:
    said = str(linked(text))
    root = read(said)
    assert len(root.all("a")) == links
    assert {name for one in root.all("a") for name in one.attrs} <= {"href", "rel"}
    assert unescape(re.sub(r"<[^>]+>", "", said)) == text


def test_checklists_are_filled_where_the_run_knows(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    result = gather(run.dataset, run.compiled.record, plan=run.compiled.plan, tables=run.tables)
    block = checklists(run.compiled.record, run.compiled.plan, result, Changes(order="The order holds."))
    cheers, voi, advishe = (table for table in block.blocks if isinstance(table, Table))
    assert [row.head for row in cheers.rows] == [str(number) for number in range(1, 29)]
    assert (len(voi.rows), len(advishe.rows)) == (7, 13)
    said = {row.head: row.cells[1].text for row in cheers.rows}
    assert said["7"] == "Three options, compared with doing nothing."
    assert said["8"].startswith("Costs to Council, NHS and Charity")
    assert (said["9"], said["15"], said["24"]) == ("60 months.", "GBP, 2023 prices.", "The order holds.")
    # Nobody but a person knows who was asked, who paid and who gains by it.
    assert {said[number] for number in ("4", "21", "25", "27", "28")} == {PERSON}
    # A run without options, draws and words says less, and never half a sentence.
    case = rivals()
    bare = gather(case.dataset, case.record, plan=case.plan, tables=case.tables)
    (first, *_) = checklists(case.record, case.plan, replace(bare, uncertain=False), Changes()).blocks
    assert {row.head for row in first.rows if row.cells[1].text == PERSON} > {"4", "8", "9", "20", "24"}


def test_logs_say_what_is_assumed_and_what_was_checked(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    record, plan = run.compiled.record, run.compiled.plan
    result = gather(run.dataset, record, plan=plan, tables=run.tables)
    (table,) = assumptions_log(record, result, Changes()).blocks
    assert isinstance(table, Table)
    assert sum(int(row.cells[0].text) for row in table.rows) == sum(one.evidence == "assumed" for one in record.inputs)
    tried = {row.head: row.cells[2].text for row in table.rows}
    assert (tried["People offered a place"], tried["Time at full gain"]) == ("fixed, so not tried", "no")
    moved = assumptions_log(record, result, changes(result, record, tables=run.tables)).blocks[0]
    assert isinstance(moved, Table)
    (swept,) = (block for block in blocks(view(run)).values() if getattr(block, "title", "").startswith("Any one of"))
    in_figure = {row.head.removeprefix("Share of ").lower() for row in swept.rows}
    turning = {row.head.lower() for row in moved.rows if row.cells[2].text == "yes"}
    assert {"those offered who start", "those who start and stay long enough to gain"} <= in_figure & turning
    checks = blocks(view(run))["aM"]
    said = dict(checks.facts)
    assert (said["Warnings"], said["Units"]) == ("2", "those of all 38 equations agree")
    assert said["Who has checked model, inputs and report"] == PERSON


def test_what_is_left_as_it_was_is_named_in_words(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    note = blocks(view(run))["aI"].note
    assert "; wait before the first gain; " in note
    assert "; running cost (Weekly befriending visits, all others, NHS); " in note
    assert not re.search(r"\w_\w", note)
    warnings = blocks(view(run))["aW"].lines
    assert all(one[0].isupper() for one in warnings)


def test_theory_of_change_runs_from_payers_to_wellbys(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    result = gather(run.dataset, run.compiled.record, plan=run.compiled.plan, tables=run.tables)
    (block,) = pathway(run.compiled.record, run.compiled.plan, result)
    assert isinstance(block, Stages)
    stages = dict(block.stages)
    assert [*stages] == ["Inputs", "Activities", "Outcomes", "Wellbeing"]
    assert [said for said, _ in stages["Inputs"]] == ["Charity", "Council", "NHS", "Volunteers"]
    assert ("Telephone friends", "Council and Volunteers") in stages["Activities"]
    assert [said for said, _ in stages["Outcomes"]][:2] == [
        "People who start", "Gain in life satisfaction of one person who completes",
    ]  # fmt: skip
    assert [said for said, _ in stages["Wellbeing"]][-1] == "WELLBYs gained, present value"
    assert not any("money" in said.lower() or "cost" in said.lower() for said, _ in stages["Outcomes"])
    assert not pathway(*_without_decision())


def _without_decision() -> tuple:  # type: ignore[type-arg]
    case = rivals()
    return case.record, case.plan, gather(case.dataset, case.record, plan=case.plan, tables=case.tables)


def test_every_colour_of_a_figure_has_one_for_the_dark() -> None:
    css = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    head, _, dark = css.partition("prefers-color-scheme:dark")
    drawn = {value for name, value in vars(theme).items() if name.isupper() and str(value).startswith("#")}
    for colour in {*drawn, *theme.SHADES, "#fff"} - {theme.LINE}:
        assert f'="{colour}" i]' in dark, colour
    assert "@media screen and (" in head[-40:], "print is always light"
    tokens = set(re.findall(r"(--\w+):#", head))
    assert tokens <= {*re.findall(r"(--\w+):#", dark), "--sans"}


@pytest.mark.thorough
def test_names_from_right_to_left_very_long_and_with_marks_stay_names() -> None:
    for case in (make(HOSTILE), make((*HOSTILE[:2], RIVALS[0]), choose="one", budget=None), several()):
        root = read(render_report(case.dataset, case.record, case.plan, case.tables, manifest=case.manifest))
        assert not root.all("script", "img", "form")
        assert all(name not in one.attrs for one in root.walk() for name in ("onclick", "onerror", "style-src"))


def test_r171_a_source_says_what_it_declares_and_which_grade_follows(shipped: dict[str, Run]) -> None:
    run = shipped["easing-loneliness"]
    record = run.compiled.record
    sources = {
        **record.scenario.sources,
        "loneliness_review": replace(record.scenario.sources["loneliness_review"], evidence="", n="60", blinded="true"),
        "hmt2021": replace(record.scenario.sources["hmt2021"], evidence="strong"),
    }
    found = blocks(
        build_page(
            run.dataset, replace(record, scenario=replace(record.scenario, sources=sources)), run.compiled.plan,
            run.tables, manifest=run.manifest(),
        )
    )  # fmt: skip
    rows = {row.cells[0].text.split()[0]: row.cells for row in found["aS"].rows if row.cells}
    assert rows["Review"][2].text.endswith("60 people; blinded; not consistent; not direct")
    assert (rows["Review"][3].evidence, rows["Review"][3].under) == ("initial", "computed")
    assert (rows["HM"][3].evidence, rows["HM"][3].under) == ("strong", "computed: initial")
    assert (rows["State"][3].evidence, rows["State"][3].under) == ("initial", "")
    (table,) = found["aG"].blocks
    assert [row.head for row in table.rows] == [f"{rule.feature} {rule.condition}" for rule in rules()]
