"""Every code of a message is met by a test: a golden case, a test that names it, or those below.

The cases below need files too long, or a disk or a run too odd, for the golden ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.scenario.schema.migrate import migrate_file

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parent / "cases"
CODE = re.compile(r"WB-[A-Z][0-9]{3}")

SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks in the park
model: {model}
appraisal: green-book-2026
comparator: nothing
choose: several
options:
  walks: {{label: Walks, people: "100 people (80 to 121) [assumed]", effect: "0.2 (0.1 to 0.3) [assumed]"}}
"""


def codes_in_source() -> set[str]:
    return {code for path in (ROOT / "src").rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}


def codes_in_tests() -> set[str]:
    """Codes in the text of tests and golden cases."""
    files = (path for path in (ROOT / "tests").rglob("*") if path.suffix in {".py", ".txt"})
    return {code for path in files for code in CODE.findall(path.read_text("utf-8"))}


def test_every_code_is_met_by_a_test() -> None:
    assert codes_in_source() - codes_in_tests() == set()


def said(folder: Path, *, model: str = "", more: str = "", name: str = "small") -> tuple[Diagnostic, ...]:
    """Return the errors of a small scenario on a model that extends `plain`, and what else is written into both."""
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / "plain.yaml").write_text((CASES / "models" / "plain.yaml").read_text("utf-8"), "utf-8")
    if model:
        _model(folder, name, model)
    scenario = folder / "s.yaml"
    scenario.write_text(SCENARIO.format(model=name if model else "plain") + more, "utf-8")
    return errors(lambda: api.check(scenario))


def errors(call: Callable[[], object]) -> tuple[Diagnostic, ...]:
    with pytest.raises(WellbevaError) as refused:
        call()
    return tuple(one for one in refused.value.diagnostics if one.severity == "error")


def _model(folder: Path, name: str, text: str) -> None:
    (folder / "models" / f"{name}.yaml").write_text(f"schema: wellbeva/model/1\nmodel: {name}\n{text}", "utf-8")


def _one(found: tuple[Diagnostic, ...], code: str) -> Diagnostic:
    one = next((one for one in found if one.code == code), None)
    assert one is not None, [one.code for one in found]
    assert one.span is not None
    assert one.remedy
    return one


def test_too_many_equations_are_refused(tmp_path: Path) -> None:
    text = "extends: plain\nequations:\n" + "".join(f"  e{k}: effect in LS\n" for k in range(500))
    assert _one(said(tmp_path, model=text), "WB-S073").span


def test_too_many_models_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for k in range(25):
        _model(tmp_path, f"m{k}", f"extends: m{k + 1}\n" if k < 24 else "extends: plain\n")
    assert _one(said(tmp_path, model="extends: m0\n"), "WB-S060").span


def test_too_many_variants_that_follow_from_each_other_are_refused(tmp_path: Path) -> None:
    text = (
        "".join(f"  v{k}: {{from: v{k + 1}, effect.walks: 0.3}}\n" for k in range(40)) + "  v40: {effect.walks: 0.3}\n"
    )
    assert _one(said(tmp_path, more=f"variants:\n{text}"), "WB-S134").span


def test_too_many_correlations_are_refused(tmp_path: Path) -> None:
    text = "".join(f"  people.walks with x{k}: 0.1\n" for k in range(1_001))
    found = _one(said(tmp_path, more=f"correlations:\n{text}"), "WB-S185")
    assert found.facts == ("at most 1,000 are read",)


def test_an_axis_with_too_many_labels_is_refused(tmp_path: Path) -> None:
    labels = ", ".join(f"p{k}" for k in range(10_001))
    model = "extends: plain\naxes: {payer: who pays}\n"
    found = _one(said(tmp_path, model=model, more=f"axes:\n  payer: [{labels}]\n"), "WB-C003")
    assert found.facts == ("10,001 labels", "at most 10,000 are read")


def test_outcomes_with_too_many_numbers_are_refused(tmp_path: Path) -> None:
    model = """\
extends: plain
axes: {one: first, two: second}
parameters:
  left: {unit: ratio, by: one, default: LEFT, doc: left}
  right: {unit: ratio, by: two, default: 1, doc: right}
equations:
  both: left * right in ratio
outcomes: [wellbys, both]
"""
    labels = {axis: ", ".join(f"{axis}{k}" for k in range(150)) for axis in ("one", "two")}
    more = f"axes:\n  one: [{labels['one']}]\n  two: [{labels['two']}]\n"
    drawn = model.replace("LEFT", "1 (0.5 to 1.6)")
    assert "both" in _one(said(tmp_path, model=drawn, more=more), "WB-C062").facts[0]
    # What no draw reaches has no histogram: 22,500 such numbers are few, 202,500 too many.
    certain = model.replace("LEFT", "1")
    _model(tmp_path, "small", certain)
    api.check(tmp_path / "s.yaml")
    many = more.replace("one149", ", ".join(f"one{k}" for k in range(149, 1350)))
    assert "both" in _one(said(tmp_path, model=certain, more=many), "WB-C062").facts[0]


def test_a_label_that_two_axes_of_a_parameter_have_names_no_place(tmp_path: Path) -> None:
    model = """\
extends: plain
axes:
  one: first
  two: second
parameters:
  weight: {unit: ratio, by: [one, two], default: 1, doc: a weight}
"""
    more = "axes: {one: {near: Near, far: Far}, two: {near: Near, wide: Wide}}\nvalues: {weight.near: 3}\n"
    found = _one(said(tmp_path, model=model, more=more), "WB-S027")
    assert found.span
    assert found.span.text[found.span.column - 1 :].startswith("near")


def test_a_level_that_the_models_axis_does_not_have_has_a_place(tmp_path: Path) -> None:
    model = (CASES / "models" / "plain.yaml").read_text("utf-8").partition("model: plain\n")[2]
    (tmp_path / "models").mkdir()
    _model(tmp_path, "small", model.replace("[low, central, high]", "[modest, bold]"))
    (tmp_path / "s.yaml").write_text(SCENARIO.format(model="small"), "utf-8")
    found = _one(errors(lambda: api.check(tmp_path / "s.yaml")), "WB-C013")
    assert found.span is not None
    assert found.span.file.endswith("small.yaml")
    assert "wellby_value" in found.span.text


def test_what_a_table_of_options_lacks_is_asked_for_where_the_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("option,people\nwalks,100 people\n", "utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "plain.yaml").write_text((CASES / "models" / "plain.yaml").read_text("utf-8"), "utf-8")
    text = SCENARIO.format(model="plain").partition("options:")[0] + "tables: [t.csv]\n"
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    found = _one(errors(lambda: api.check(tmp_path / "s.yaml")), "WB-C014")
    assert found.span is not None
    assert found.span.text.startswith("tables:")


@pytest.mark.parametrize(
    ("by", "to"),
    [("[option, place]", "the option or to values"), ("[place]", "values"), ("[]", "values")],
)
def test_what_one_option_lacks_twice_is_asked_of_that_option(tmp_path: Path, by: str, to: str) -> None:
    model = (
        "extends: plain\naxes: {place: {labels: [town, country], doc: place}}\n"
        f"parameters: {{part_kept: {{unit: share, by: {by}, doc: part}}}}\n"
        "equations: {kept: part_kept * effect in LS}\n"
    )
    assert _one(said(tmp_path, model=model), "WB-C014").remedy == f"add `part_kept: …` to {to}"


@pytest.mark.parametrize(
    ("chance", "more", "code"),
    [
        ("occupancy[state=ill]", "", "WB-C021"),
        ("worst", "equations: {worst: 'max(lag(occupancy, 0), over=[time, state]) in share'}\n", "WB-C022"),
    ],
)
def test_a_cohort_that_needs_itself_has_a_place(tmp_path: Path, chance: str, more: str, code: str) -> None:
    model = (CASES / "models" / "moves.yaml").read_text("utf-8").partition("model: moves\n")[2]
    moved = model.replace("well -> ill: move[state=well, to=ill]", f"well -> ill: {chance}")
    assert all(one.span is not None for one in said(tmp_path, model=moved + more))
    assert _one(said(tmp_path, model=moved + more), code)


def test_two_numbers_of_one_name_are_refused(tmp_path: Path) -> None:
    """`move` from `well` and `move` to `well` would both be drawn as ``move[well]``."""
    model = (CASES / "models" / "moves.yaml").read_text("utf-8").partition("model: moves\n")[2]
    rows = "".join(f"    {state}: 10% (5% to 17%) [assumed]\n" for state in ("well", "ill", "dead"))
    more = f"values:\n  move:\n    by: state\n{rows}variants:\n  v: {{move: {{by: to, well: 20% (10% to 33%)}}}}\n"
    found = _one(said(tmp_path, model=model, more=more), "WB-C035")
    assert "move[well]" in found.message


def test_a_run_that_cannot_be_done_says_what_to_ask_for() -> None:
    scenario = ROOT / "scenarios" / "easing-loneliness.yaml"
    (found,) = errors(lambda: api.run(scenario, draws=512, seed=-1))
    assert (found.code, found.remedy) == ("WB-E004", "give a whole number from 0 to 2**64 - 1")


def test_draws_that_no_disk_should_hold_are_refused_before_memory_is_taken() -> None:
    scenario = ROOT / "scenarios" / "easing-loneliness.yaml"
    (found,) = errors(lambda: api.run(scenario, draws=2**24, keep_draws=True))
    assert found.code == "WB-E008"
    assert "fewer draws" in found.remedy


def test_a_file_of_no_known_version_is_not_raised(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("schema: wellbeva/scenario/99\n", "utf-8")
    (found,) = errors(lambda: migrate_file(file))
    assert found.code == "WB-F032"
    assert "wellbeva/scenario/1" in found.facts[0]


def test_a_file_that_cannot_be_written_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s.yaml"
    old = "schema: wellbeva/scenario/0\nscenario: Walks\n"
    file.write_text(old, "utf-8")

    def refuse(path: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    (found,) = errors(lambda: migrate_file(file, write=True))
    assert (found.code, found.remedy) == ("WB-F033", "nothing was changed")
    assert file.read_text("utf-8") == old
