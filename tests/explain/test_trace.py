"""``explain --trace``: from an outcome back to the lines it rests on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.cli import main
from wellbeva.errors import WellbevaError
from wellbeva.report.explain.trace import Branch, trace, trace_text

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
            where = [(leaf.written, leaf.value.span.line) for leaf in one.leaves]
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


LADDER_MODEL = """\
schema: wellbeva/model/1
model: rungs
axes: {age: {unit: year, doc: age}}
parameters:
  rate: {unit: ratio, by: [option, age], doc: rate}
  start: {unit: year, doc: age at the start}
  weight: {unit: ratio, by: time, doc: weight}
equations:
  late: interp(weight, time=t / 2) in ratio
  lately: weight[time=t / 2] in ratio
  between: interp(rate, age=start) in ratio
  at: rate[age=start] in ratio
outcomes: [between, at, late, lately]
"""
LADDER_SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Rungs
model: rungs
appraisal: green-book-2026
choose: one
time: {step: year, from: 0, to: 9}
axes: {age: [60, 70]}
options:
  a: {label: A, rate: {by: age, 60: 0.1, 70: 0.3, source: study}}
  b: {label: B, rate: {by: age, 60: 0.2, 70: 0.4, source: study}}
values:
  start: 64 years [study p. 2]
  weight: {by: time, 0 to 4: 1, else: 0.5, source: study}
sources: {study: {cite: A study, evidence: promising}}
"""


@pytest.mark.parametrize(("name", "value"), [("between", "0.28"), ("at", "0.2")])
def test_a_ladder_is_looked_up_at_the_options_own_rungs(name: str, value: str, tmp_path: Path) -> None:
    """R22. By hand: 64 years is four tenths of the way from 0.2 to 0.4; the highest rung not above it is 60."""
    (tmp_path / "rungs.yaml").write_text(LADDER_MODEL, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(LADDER_SCENARIO, encoding="utf-8")
    compiled = api.load(tmp_path / "s.yaml")
    branch = trace(compiled, f"{name}.b")
    assert branch.value == value
    found = leaves(branch)
    assert sorted(written for written, _ in found["rate.b"]) == ["0.2", "0.4"]
    assert [written for written, _ in found["start"]] == ["64 years [study p. 2]"]
    assert set(found) == {"rate.b", "start"}


@pytest.mark.parametrize(("name", "value"), [("late", "0.75"), ("lately", "1")])
def test_a_lookup_along_time_needs_other_years_than_its_own(name: str, value: str, tmp_path: Path) -> None:
    """R22. In year 9 the look-up is at 4.5, half way from 1 (year 4) to 0.5 (year 5); the rung below is year 4."""
    (tmp_path / "rungs.yaml").write_text(LADDER_MODEL, encoding="utf-8")
    (tmp_path / "s.yaml").write_text(LADDER_SCENARIO, encoding="utf-8")
    branch = trace(api.load(tmp_path / "s.yaml"), f"{name}.9")
    assert branch.value == value
    assert sorted(written for written, _ in leaves(branch)["weight"]) == ["0.5", "1"]


def test_a_value_that_the_appraisal_is_given_has_its_line(small: Path) -> None:
    """Only what no file gives is said to be filled by the appraisal."""
    model = small.with_name("small.yaml")
    model.write_text(
        MODEL.replace("  extra:", "  worth: {unit: money/WELLBY, from: appraisal, doc: value of a WELLBY}\n  extra:")
        .replace("  twice:", "  value: whole * worth in person*money/WELLBY\n  twice:")
        .replace("outcomes: [", "outcomes: [value, "),
        encoding="utf-8",
    )
    assert "filled by the appraisal" in trace_text(trace(api.load(small), "value"))
    own = "appraisal: {preset: green-book-2026, wellby_value: {central: £15k in 2023 prices}}"
    small.write_text(SCENARIO.replace("appraisal: green-book-2026", own), encoding="utf-8")
    text = trace_text(trace(api.load(small), "value"))
    assert "filled by the appraisal" not in text
    assert "£15k in 2023 prices\n" in text
    assert "s.yaml:4" in text
