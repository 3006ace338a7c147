"""References in a scenario: ``[library:KEY]`` and ``[survey:KEY]``, whole and behind a number (R167, R168)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.core.spans import Located
from wellbeva.errors import Collector, Diagnostic, WellbevaError
from wellbeva.evidence.library.table import shipped
from wellbeva.scenario.loader import load_once
from wellbeva.scenario.values.references import record_value

SCENARIO = """\
schema: wellbeva/scenario/1
scenario: A course and volunteers
model: wellbeing_trajectory
appraisal: green-book-2026
time: {{step: year, from: 0, to: 1}}
comparator: nothing
choose: several
options:
  course:
    label: Course
    people: 100 people [assumed]
    effect: {course}
    hold: 9 months (range 3 to 18) [assumed]
  helpers:
    label: Helpers
    people: 100 people [assumed]
    effect: {helpers}
    gain_of: volunteer
    places_for: volunteer
    hold: 9 months (range 3 to 18) [assumed]
sources:
  krekel2021: {{cite: A local community course, evidence: promising, design: trial}}
  krekel2024: {{cite: Happy to help, evidence: strong, design: natural experiment, compares: volunteers}}
"""
BY_HAND = {"course": "1.04 LS [krekel2021]", "helpers": "0.2092 LS (se 0.0726) [krekel2024]"}
BY_REFERENCE = {
    "course": '"[library:exploring_what_matters]"',
    "helpers": '"[library:nhs_volunteer_responders]"',
}
OWN = "key,title,value,cite,design,evidence,note\nour_walks,Our walks,{value},Our own survey,{design},initial,A note\n"


def written(folder: Path, more: str = "", **effects: str) -> Path:
    path = folder / "s.yaml"
    path.write_text(SCENARIO.format(**(BY_HAND | effects)) + more, "utf-8")
    return path


def refused(path: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(WellbevaError) as error:
        api.check(path)
    return error.value.diagnostics


def test_r167_a_number_from_the_library_gives_the_bits_of_the_same_number_by_hand(tmp_path: Path) -> None:
    by_hand = api.run(written(tmp_path), draws=1024, seed=3)
    by_reference = api.run(written(tmp_path, **BY_REFERENCE), draws=1024, seed=3)
    for name, values in by_hand.dataset.data_vars.items():
        np.testing.assert_array_equal(values, by_reference.dataset[name])
    assert by_reference.tables["decision"].equals(by_hand.tables["decision"])


def test_r167_the_source_goes_into_explain_and_manifest_with_grade_and_licence(tmp_path: Path) -> None:
    path = written(tmp_path, course=BY_REFERENCE["course"])
    run = api.run(path, draws=64)
    source = next(one for one in run.manifest()["sources"] if one["key"] == "library:exploring_what_matters")
    record = shipped()["exploring_what_matters"]
    assert (source["cite"], source["evidence"], source["licence"]) == (record.cite, "promising", record.licence)
    assert "1.04 LS [library:exploring_what_matters]" in str(api.explain(path))


def test_r167_references_stand_in_long_forms_tables_variants_and_set(tmp_path: Path) -> None:
    (tmp_path / "effects.csv").write_text("option,effect\ncourse,[library:parkrun_new]\n", "utf-8")
    variants = """\
variants:
  from_table: {label: From a table, tables: [effects.csv]}
  long: {label: Long form, effect.course: {value: 0.6, source: library:factory_schools_arts, note: rounded}}
  mixed: {label: Mixed, effect.course: {mixture: [{50%: "[library:parkrun_new]"}, {50%: 0.5 LS}]}}
"""
    loaded = load_once(written(tmp_path, variants))

    def last(variant: str = "", *overrides: str) -> tuple[object, set[str]]:
        scenario = loaded.scenario(variant, overrides)
        given = [one.value for one in scenario.assignments if str(one.path) == "effect.course"]
        return given[-1], {key for key in scenario.sources if ":" in key}

    value, sources = last("from_table")
    assert (value.written, sources) == ("0.257 LS [library:parkrun_new]", {"library:parkrun_new"})
    value, sources = last("long")
    assert (value.cites[0].key, sources) == ("library:factory_schools_arts", {"library:factory_schools_arts"})
    assert last("mixed")[1] == {"library:parkrun_new"}
    value, sources = last("", "effect.course=[library:human_henge]")
    assert (value.body, sources) == ("0.68 LS", {"library:human_henge"})
    assert last()[1] == set()  # what a variant or --set cites is no source of the scenario itself


def test_every_value_of_the_library_can_be_read() -> None:
    for record in shipped().values():
        collector = Collector()
        if record.value:
            assert record_value(record, Located.bare(record.value, record.key), collector=collector) is not None
        assert not collector.found


def test_every_effect_on_life_satisfaction_can_be_taken_whole_or_says_how(tmp_path: Path) -> None:
    sized = [one for one in shipped().values() if one.value and one.measure == "life_satisfaction"]
    lopsided = [one for one in sized if "shifted_lognormal" in one.note]
    assert [one.key for one in lopsided] == ["healthy_minds"]
    effects = {one.key: f'"[library:{one.key}]"' for one in sized if one not in lopsided}
    effects |= {one.key: one.note.partition(": write ")[2].partition(". ")[0] for one in lopsided}
    others = "people: 10 people, gain_of: volunteer, places_for: volunteer, hold: 1 year"
    options = "".join(f"  {key}: {{label: A, {others}, effect: {effect}}}\n" for key, effect in effects.items())
    head, _, _ = SCENARIO.format(**BY_HAND).partition("  course:")
    path = tmp_path / "s.yaml"
    path.write_text(head + options, "utf-8")
    found = {one.code for one in api.check(path)}
    assert not found & {"WB-S537", "WB-D101"}


def test_r168_a_row_of_ones_own_lies_beside_the_scenario(tmp_path: Path) -> None:
    path = written(tmp_path, course='"[library:our_walks]"')
    assert {one.code for one in refused(path)} == {"WB-S532"}
    library = tmp_path / "evidence.csv"
    library.write_text(OWN.format(value="0.3 LS (0.1 to 0.5)", design="before and after; 40 people"), "utf-8")
    scenario = load_once(path).scenario()
    assert scenario.sources["library:our_walks"].kind == "before and after"
    assert str(library) in scenario.digests


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        (OWN.format(value="about 0.3", design="trial"), "WB-S535", 2, 21),
        (OWN.format(value="0.3 LS", design="a trial"), "WB-S541", 2, 43),
        (OWN.format(value="0.3 LS", design="trial").replace("evidence", "grade"), "WB-S540", 1, 29),
        (OWN.format(value="0.3 LS", design="trial").replace("cite,", "link,"), "WB-S540", 1, 1),
        (OWN.format(value="0.3 LS", design="trial").replace("our_walks", "Our walks"), "WB-S542", 2, 1),
        (OWN.format(value="0.3 LS", design="trial").replace("our_walks", "parkrun_new"), "WB-S543", 2, 1),
        (OWN.format(value="same as effect.helpers", design="trial"), "WB-S535", 2, 21),
        (OWN.format(value="0.3 LS", design="trial").replace("A note", "n" * 2_001), "WB-S541", 2, 57),
    ],
)
def test_r168_a_fault_of_a_library_is_told_at_its_row_and_column(
    tmp_path: Path, text: str, code: str, line: int, column: int
) -> None:
    (tmp_path / "evidence.csv").write_text(text, "utf-8")
    first = refused(written(tmp_path, course='"[library:parkrun_new]"'))[0]
    assert first.span is not None
    assert (first.code, first.span.line, first.span.column) == (code, line, column)
    assert first.span.file.endswith("evidence.csv")
    assert first.remedy


def survey(folder: Path, text: str) -> Path:
    (folder / "our_walks.survey.json").write_text(text, "utf-8")
    return written(folder, course='"[survey:our_walks]"')


def effect(**fields: object) -> str:
    record = {"key": "our_walks", "title": "Our walks", "value": "0.3 LS (0.1 to 0.5)", "cite": "Our survey"}
    return json.dumps({"schema": "wellbeva/effect/1", "effect": record | fields, "details": {"n": 40}})


def test_r167_a_survey_beside_the_scenario_is_a_value(tmp_path: Path) -> None:
    path = survey(tmp_path, effect(evidence="initial", design="before and after; 40 people", follow_up="6 months"))
    source = load_once(path).scenario().sources["survey:our_walks"]
    assert (source.cite, source.evidence, source.followed) == ("Our survey", "initial", 0.5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "WB-S538"),
        ("[" * 100_000, "WB-S538"),
        ('{"schema": "wellbeva/effect/1"', "WB-S538"),
        ('{"schema": "wellbeva/effect/2", "effect": {"key": "a", "title": "", "value": ""}}', "WB-S538"),
        (effect(value=0.3), "WB-S538"),
        (effect(title="\x1b[31mred"), "WB-S538"),
        (effect(title="line\nline"), "WB-S538"),
        (effect(note="n" * 2_001), "WB-S538"),
        (effect(__class__="int"), "WB-S538"),
        (effect(evidence="superb"), "WB-S541"),
        (effect(link="javascript:alert(1)"), "WB-S541"),
        (effect(value="0.3 LS [assumed]"), "WB-S535"),
        (effect(follow_up="soon"), "WB-V029"),
        (" " * (1 << 20) + effect(), "WB-F004"),
    ],
)
def test_r167_a_hostile_survey_is_refused(tmp_path: Path, text: str, code: str) -> None:
    assert refused(survey(tmp_path, text))[0].code == code


def test_r167_a_survey_that_is_not_there_or_leads_out_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = written(inside, course='"[survey:our_walk]"')
    (inside / "our_walks.survey.json").write_text(effect(), "utf-8")
    missing = refused(path)[0]
    assert (missing.code, "our_walks.survey.json" in missing.remedy) == ("WB-F001", True)
    (inside / "our_walk.survey.json").symlink_to("/etc/hostname")
    assert refused(path)[0].code == "WB-F040"
