"""Rules of the format that show when a scenario is compiled, each cited by its number."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import Diagnostic, WellbevaError

SMALL = Path(__file__).parent / "small"
HEAD = """schema: wellbeva/scenario/1
scenario: Test
model: garden
choose: several
axes: {payer: [council, charity]}
groups: {young: Y, old: O}
time: {from: 0, to: 4}
sources: {trial: {cite: A trial, evidence: strong}, memory: {cite: From memory, status: recalled}}
"""
APPRAISAL = "appraisal: green-book-2026\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path, dirs_exist_ok=True)
    return tmp_path


def refused(folder: Path, text: str) -> list[Diagnostic]:
    """Return the errors of reading and compiling."""
    (folder / "x.yaml").write_text(HEAD + APPRAISAL + text + "\n", "utf-8")
    with pytest.raises(WellbevaError) as caught:
        api.load(folder / "x.yaml")
    return [one for one in caught.value.diagnostics if one.severity == "error"]


@pytest.mark.parametrize(
    ("unit", "value", "family"),
    [
        ("unit: share", "50% (40% to 60%)", "beta"),
        ("unit: LS", "0.5 (0.4 to 0.6)", "normal"),
        ("unit: SD", "0.5 (0.4 to 0.6)", "normal"),
        ("unit: step", "0.5 (0.4 to 0.6)", "normal"),
        ("unit: LS/SD", "0.5 (0.4 to 0.6)", "normal"),
        ("unit: ratio", "0.5 (0.4 to 0.61)", "lognormal"),
        ("unit: GBP", "£50 (40 to 61)", "gamma"),
        ("unit: GBP/person", "£50 (40 to 61)", "gamma"),
        ("unit: year", "9 months (7 to 11)", "gamma"),
        ("unit: per year", "0.5 per year (0.4 to 0.61)", "gamma"),
        ("unit: person", "50 people (40 to 61)", "gamma"),
        ("unit: GBP, bounds: [-100, none]", "£50 (40 to 60)", "normal"),
        ("unit: ratio, bounds: [-1, 1]", "0.5 (0.4 to 0.6)", "normal"),
        ("unit: ratio, bounds: [0, 1]", "0.5 (0.4 to 0.61)", "lognormal"),
        ("unit: ratio, spread: gamma", "0.5 (0.4 to 0.61)", "gamma"),
        ("unit: LS, spread: lognormal", "0.5 (0.4 to 0.61)", "lognormal"),
        ("unit: GBP", "£50 (range 40 to 70)", "pert"),
        ("unit: LS", "0.5 (se 0.1)", "normal"),
        ("unit: share", "31 of 45", "beta"),
    ],
)
def test_r5_the_unit_chooses_the_family(folder: Path, unit: str, value: str, family: str) -> None:
    """R5: share → beta; LS, SD, step and what may be negative → normal; ratio → lognormal; all else → gamma."""
    (folder / "models" / "one.yaml").write_text(
        f"schema: wellbeva/model/1\nmodel: one\nparameters: {{x: {{{unit}, by: option}}}}\n"
        "equations: {y: x * count(option)}\noutcomes: [y]\n",
        "utf-8",
    )
    head = "schema: wellbeva/scenario/1\nscenario: One\nmodel: one\nchoose: one\n" + APPRAISAL
    (folder / "y.yaml").write_text(f"{head}options:\n  a:\n    x: {value} [assumed]\n", "utf-8")
    (one,) = api.load(folder / "y.yaml").record.inputs
    assert one.distribution is not None
    assert one.distribution.family == family


def test_r5_a_family_that_no_interval_fits_is_refused(folder: Path) -> None:
    """A PERT has no interval: asked for, it was passed over, and the unit chose."""
    (folder / "models" / "one.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: one\nparameters: {x: {unit: LS, spread: pert}}\n"
        "equations: {y: x}\noutcomes: [y]\n",
        "utf-8",
    )
    with pytest.raises(WellbevaError) as caught:
        api.check(folder / "models" / "one.yaml")
    (error,) = caught.value.diagnostics
    assert (error.code, error.facts) == ("WB-S005", ("allowed: 'normal', 'lognormal', 'beta' or 'gamma'",))


@pytest.mark.parametrize(("count", "left"), [("0 of 45", "0 of 45"), ("45 of 45", "45 of 45")])
def test_r7a_nobody_and_everybody_need_a_prior(folder: Path, count: str, left: str) -> None:
    found = refused(folder, f"options: {{one: {{people: 5, effect: 1, take_up: {count}}}}}")
    (one,) = [one for one in found if one.span is not None and left in one.span.text]
    assert "prior" in f"{one.message} {one.remedy}"


@pytest.mark.parametrize("value", ["3 hours", "3 hours (2 to 4)", "{normal: {mean: 3 hours, se: 1}}"])
def test_r8_an_hour_counts_work_and_is_no_duration(folder: Path, value: str) -> None:
    (one,) = refused(folder, f"options: {{one: {{people: 5, effect: 1, hold: {value}}}}}")
    assert "hour" in f"{one.message} {one.facts}"
    assert one.span is not None


def test_r13_a_label_left_out_is_an_error_that_names_it(folder: Path) -> None:
    """R13: it takes `else`, else the model's default; `people` has neither."""
    text = "options: {one: {effect: 1, people: {by: group, young: 5}}}"
    (one,) = refused(folder, text)
    assert "old" in f"{one.message} {one.facts} {one.remedy}"
    (folder / "x.yaml").write_text(HEAD + APPRAISAL + text.replace("young: 5", "young: 5, else: 2") + "\n", "utf-8")
    assert sorted(i.base for i in api.load(folder / "x.yaml").record.inputs if i.parameter == "people") == [2, 5]
    text = "options: {one: {effect: 1, people: 4, take_up: {by: group, young: 50%}}}"
    (folder / "x.yaml").write_text(HEAD + APPRAISAL + text + "\n", "utf-8")
    found = api.load(folder / "x.yaml").record.inputs
    assert sorted(i.base for i in found if i.parameter == "take_up") == [0.5, 1.0]


@pytest.mark.parametrize("block", [">-", "|", ">"])
def test_r28_a_fault_in_a_block_has_its_line_and_column(folder: Path, block: str) -> None:
    """R28: in `>-` blocks too, in values and in equations."""
    (one,) = refused(
        folder, f"options:\n  one:\n    people: 1\n    effect: {block}\n      0.30 (0.05\n      to x) [trial]"
    )
    assert one.span is not None
    assert one.span.text.strip() == "to x) [trial]"
    assert one.span.text[one.span.column - 1 :].startswith("x)")
    garden = (folder / "models" / "garden.yaml").read_text("utf-8")
    (folder / "models" / "garden.yaml").write_text(
        garden.replace("is: >-", f"is: {block}").replace("discount(wellbeing)", "discuont(wellbeing)"), "utf-8"
    )
    (one,) = refused(folder, "options: {one: {people: 1, effect: 1}}")
    assert one.span is not None
    assert one.span.file.endswith("garden.yaml")
    assert one.span.text[one.span.column - 1 :].startswith("discuont")
