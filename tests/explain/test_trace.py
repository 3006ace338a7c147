"""``explain --trace``: from an outcome back to the lines it rests on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.cli import main
from wellbeva.errors import WellbevaError
from wellbeva.report.trace import Branch, trace, trace_text

ROOT = Path(__file__).parents[2]

MODEL = """\
schema: wellbeva/model/1
model: small
parameters:
  people: {unit: person, by: [option, group], doc: people}
  gain: {unit: ratio, by: option, doc: gain}
  weight: {unit: ratio, by: time, default: 1, doc: weight}
  extra: {unit: ratio, default: 2, doc: more}
equations:
  reached: sum(people, over=group) in person
  whole: reached * gain in person
  against: whole - whole[option=a] in person
  twice: whole * extra + whole in person
  later: whole * sum(weight, over=time) in person
  both: twice - later in person
  portion: whole / sum(whole, over=option) in ratio
outcomes: [against, twice, later, both, portion]
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Small
model: small
appraisal: green-book-2026
choose: one
time: {step: year, from: 0, to: 9}
groups: {young: Young, old: Old}
options:
  a:
    label: A
    people:
      by: group
      young: 10 people [study Table 1]
      old: 20 people [assumed]
    gain: 0.5 [study p. 9]
  b:
    label: B
    people: 7 people [study]
    gain: 0.25 (0.15 to 0.35) [study Table 3]
values:
  weight: {by: time, 0 to 4: 1, else: 0.5, source: study}
sources:
  study: {cite: A study, evidence: promising}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path / "s.yaml"


def leaves(branch: Branch) -> dict[str, list[tuple[str, int]]]:
    """Return for each parameter at its labels what is written, and the line."""
    found: dict[str, list[tuple[str, int]]] = {}
    waiting = [branch]
    while waiting:
        one = waiting.pop()
        waiting += one.below
        if one.leaves:
            where = [(leaf.entry.written, leaf.span.line) for leaf in one.leaves]
            found[".".join([one.name, *one.labels])] = where
    return found


def test_each_leaf_has_the_line_that_says_it(small: Path) -> None:
    lines = SCENARIO.splitlines()
    found = leaves(trace(api.load(small), "whole.a"))
    assert found == {
        "people.a": [("10 people [study Table 1]", 13), ("20 people [assumed]", 14)],
        "gain.a": [("0.5 [study p. 9]", 15)],
    }
    for where in found.values():
        for written, line in where:
            assert written in lines[line - 1]


def test_labels_go_down_through_the_equations(small: Path) -> None:
    """What is asked of option b needs nothing of option a, unless an equation says so."""
    assert set(leaves(trace(api.load(small), "whole.b"))) == {"people.b", "gain.b"}
    assert set(leaves(trace(api.load(small), "against.b"))) == {"people.a", "people.b", "gain.a", "gain.b"}
    assert set(leaves(trace(api.load(small), "whole"))) == {"people", "gain"}


def test_a_sum_over_an_axis_needs_all_its_labels(small: Path) -> None:
    found = leaves(trace(api.load(small), "later.b"))
    assert sorted(written for written, _ in found["weight"]) == ["0.5", "1"]
    # One option's portion needs the sum over all of them.
    assert {"people.a", "people"} <= set(leaves(trace(api.load(small), "portion.a")))


def test_a_default_points_at_the_model(small: Path) -> None:
    text = trace_text(trace(api.load(small), "twice.a"))
    assert "/small.yaml:7; the model's default" in re.sub(r"[\s│├└─]+", " ", text)
    assert "the model's default" in text


def test_what_stands_above_is_not_told_again(small: Path) -> None:
    text = trace_text(trace(api.load(small), "both.a"))
    assert text.count("whole.a [person] = 15") == 2
    assert text.count("whole.a [person] = 15  (as above)") == 1
    assert text.count("gain.a") == 1


def test_values_are_those_of_the_base_case(small: Path) -> None:
    """By hand: a reaches 30 people at a gain of 0.5; b 14 people at 0.25."""
    text = trace_text(trace(api.load(small), "against.b"))
    assert text.startswith("against.b [person] = -11.5\n")
    assert "whole.b [person] = 3.5" in text


def test_source_place_and_grade_stand_at_the_leaf(small: Path) -> None:
    text = trace_text(trace(api.load(small), "whole.b"))
    flat = re.sub(r"[\s│├└─]+", " ", text)
    assert "0.25 (0.15 to 0.35) [study Table 3]" in flat
    assert "source study Table 3; promising" in flat


@pytest.mark.parametrize("path", ["scenarios/easing-loneliness.yaml", "scenarios/uk-community-offers.yaml"])
def test_it_fits_80_columns_and_every_line_exists(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    compiled = api.load(path)
    for outcome in compiled.plan.outcomes:
        text = trace_text(trace(compiled, outcome))
        assert max(map(len, text.splitlines())) <= 80
    found = leaves(trace(compiled, "wellbys"))
    assert found
    for where in re.findall(r"((?:scenarios|models)/\S+?):(\d+)", trace_text(trace(compiled, "npsv"))):
        assert 1 <= int(where[1]) <= len((ROOT / where[0]).read_text(encoding="utf-8").splitlines())


def test_an_unknown_name_or_label_is_refused(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WellbevaError) as refused:
        trace(api.load(small), "hole.a")
    assert (refused.value.diagnostics[0].code, refused.value.diagnostics[0].remedy) == (
        "WB-R101",
        "did you mean 'whole'?",
    )
    assert main.main(["explain", str(small), "--trace", "whole.c"]) == 2
    assert "WB-R103" in capsys.readouterr().err
