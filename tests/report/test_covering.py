"""The source that covers all stands behind what names none, wherever it is said where a number comes from (R11)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.report_fixtures import input_rows
from wellbeva import api
from wellbeva.analysis.evidence import evidence_of, inputs_by_option
from wellbeva.compiler.checks.study_design import studies_behind
from wellbeva.plan.record import CompiledScenario
from wellbeva.report.explain.inputs_page import build_sheet
from wellbeva.report.facts.result import uncontrolled
from wellbeva.report.facts.sensitivity import _assumed
from wellbeva.report.page.annex.joint_inputs import drawn_together, pairs
from wellbeva.report.page.view import Table

MODEL = """\
schema: wellbeva/model/1
model: walks
parameters:
  people: {unit: person, by: option, doc: people}
  gain: {unit: LS, by: option, doc: gain in life satisfaction}
  stay: {unit: share, by: option, doc: share who stay}
  weight: {unit: ratio, by: option, doc: weight}
  lasts: {unit: year, by: option, default: 1 year, doc: how long it lasts}
equations:
  wellbys: people * gain * stay * weight * lasts in WELLBY
outcomes: [wellbys]
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks
model: walks
appraisal: green-book-2026
choose: one
options:
  walks: {label: Walks, people: 100 people, gain: 0.3 (0.1 to 0.5), stay: "60% (40% to 80%) [trial Table 2]"}
tables: [{file: weights.csv, rows: drawFROM}]
correlations:
  gain.walks with stay.walks: HERE
sources:
  book: {cite: The big book, covers: all, evidence: strong, design: randomised trial, licence: OGL v3}
  trial: {cite: A trial, evidence: initial, design: before and after}
"""
NO_SOURCE = ("people.walks", "gain.walks", "weight.walks")
COVERED = "The big book (covers what names no source)"


def load(folder: Path, correlation: str = "0.4", draws: str = "") -> CompiledScenario:
    (folder / "walks.yaml").write_text(MODEL, encoding="utf-8")
    (folder / "weights.csv").write_text("weight.walks\n0.9\n1.1\n1.3\n", encoding="utf-8")
    text = SCENARIO.replace("HERE", correlation).replace("FROM", draws)
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    return api.load(folder / "s.yaml")


@pytest.mark.parametrize(
    ("correlation", "source", "grade"),
    [
        ("0.4", COVERED, "strong"),
        ('"0.4 [assumed]"', "assumed, no source", "assumed"),
        ('"0.4 [trial p3]"', "A trial, p3", "initial"),
        ("{rank: 0.4, evidence: promising}", COVERED, "promising"),
    ],
)
def test_a_correlation_rests_on_it(tmp_path: Path, correlation: str, source: str, grade: str) -> None:
    compiled = load(tmp_path, correlation)
    (table, _) = drawn_together(compiled.record, compiled.plan)
    assert isinstance(table, Table)
    (row,) = table.rows
    assert (row.cells[2].text, row.cells[3].evidence) == (source, grade)


@pytest.mark.parametrize(
    ("draws", "source", "grade"),
    [("", COVERED, "strong"), (", source: trial p4", "A trial, p4", "initial")],
)
def test_a_table_of_draws_rests_on_it(tmp_path: Path, draws: str, source: str, grade: str) -> None:
    compiled = load(tmp_path, draws=draws)
    (_, table) = drawn_together(compiled.record, compiled.plan)
    assert isinstance(table, Table)
    (row,) = table.rows
    assert (row.cells[2].text, row.cells[3].evidence) == (source, grade)


def test_an_input_and_its_picture_name_it(tmp_path: Path) -> None:
    rows = input_rows(load(tmp_path).record)
    covered = "S1 (covers what names no source)"
    assert {name: rows[name]["Source"] for name in ("gain.walks", "stay.walks", "people.walks")} == {
        "gain.walks": covered,
        "stay.walks": "S2, Table 2",
        "people.walks": covered,
    }
    drawn = {one.path: one.source for one in build_sheet(load(tmp_path)).panels}
    assert (drawn["gain.walks"], drawn["stay.walks"]) == (COVERED, "A trial, Table 2")


def test_r16a_what_is_the_same_as_another_has_its_source_and_is_drawn_once(tmp_path: Path) -> None:
    load(tmp_path)
    twin = "  swims: {label: Swims, people: 9 people, gain: same as gain.walks, stay: same as stay.walks, weight: 1}\n"
    text = (tmp_path / "s.yaml").read_text("utf-8").replace("tables:", f"{twin}tables:")
    (tmp_path / "s.yaml").write_text(text.replace("choose: one", "choose: several"), encoding="utf-8")
    compiled = api.load(tmp_path / "s.yaml")
    rows = input_rows(compiled.record)
    for name in ("gain", "stay"):
        own, same = rows[f"{name}.walks"], rows[f"{name}.swims"]
        assert [own[head] for head in ("Source", "Average", "5%", "Drawn from")] == [
            same[head] for head in ("Source", "Average", "5%", "Drawn from")
        ]
    assert {one.path for one in build_sheet(compiled).panels} == {"gain.walks", "stay.walks", "weight.walks"}


def test_its_design_says_whether_others_were_compared(tmp_path: Path) -> None:
    record = load(tmp_path).record
    assert not uncontrolled(record, inputs_by_option(record)["walks"])
    bare = (tmp_path / "s.yaml").read_text("utf-8").replace("randomised trial", "before and after")
    (tmp_path / "s.yaml").write_text(bare, encoding="utf-8")
    record = api.load(tmp_path / "s.yaml").record
    assert uncontrolled(record, inputs_by_option(record)["walks"])


def test_a_number_that_rests_on_it_is_not_one_that_we_assume(tmp_path: Path) -> None:
    record = load(tmp_path).record
    found = {one.path: _assumed(one, record) for one in record.inputs}
    assert (found["gain.walks"], found["stay.walks"], found["lasts"]) == (False, False, True)
    bare = (tmp_path / "s.yaml").read_text("utf-8").replace("covers: all, ", "")
    (tmp_path / "s.yaml").write_text(bare, encoding="utf-8")
    record = api.load(tmp_path / "s.yaml").record
    assert {one.path: _assumed(one, record) for one in record.inputs} == {**found, **dict.fromkeys(NO_SOURCE, True)}


def test_explain_names_it_and_the_sources_of_correlations(tmp_path: Path) -> None:
    load(tmp_path, '"0.4 [trial]"')
    text = api.explain(tmp_path / "s.yaml", "gain")
    assert "  gain.walks with stay.walks: 0.40, rank correlation (Spearman); source trial;" in text
    assert "  trial: A trial; before and after; initial" in text
    load(tmp_path)
    assert "(Spearman); source book;" in api.explain(tmp_path / "s.yaml", "gain")


def test_it_does_not_speak_for_what_was_typed_over_the_scenario(tmp_path: Path) -> None:
    load(tmp_path)
    typed = ("gain.walks=0.9",)
    record = api.load(tmp_path / "s.yaml", overrides=typed).record
    gain = next(one for one in record.inputs if one.path == "gain.walks")
    assert (gain.evidence, gain.recalled, studies_behind(record.scenario, gain)) == ("", (), ())
    assert _assumed(gain, record)
    rows = input_rows(record)
    assert rows["gain.walks"]["Source"] == "none given"
    assert rows["people.walks"]["Source"] == "S1 (covers what names no source)"
    assert uncontrolled(record, inputs_by_option(record)["walks"])
    said = [(one.code, one.message) for one in record.warnings]
    assert said.count(("WB-S302", "gain has no source")) == 1
    assert "WB-S302" not in {one.code for one in load(tmp_path).record.warnings}


def test_studies_of_something_else_do_not_grade_a_gain_that_was_typed(tmp_path: Path) -> None:
    load(tmp_path)
    for typed, grade in (
        (("gain.walks=0.9",), ""),
        (("gain.walks=0.9 [trial]",), "initial"),
        (("people.walks=9 people",), "initial"),
    ):
        record = api.load(tmp_path / "s.yaml", overrides=typed).record
        assert evidence_of(inputs_by_option(record)["walks"], choose="one").grade == grade


def test_without_it_nothing_is_named(tmp_path: Path) -> None:
    load(tmp_path)
    bare = (tmp_path / "s.yaml").read_text("utf-8").replace("covers: all, ", "")
    (tmp_path / "s.yaml").write_text(bare, encoding="utf-8")
    compiled = api.load(tmp_path / "s.yaml")
    (pair,) = pairs(compiled.record)
    assert (pair.cites, pair.covering, pair.evidence) == ((), (), "")
    (table, _) = drawn_together(compiled.record, compiled.plan)
    assert isinstance(table, Table)
    assert table.rows[0].cells[2].text == "none given"
