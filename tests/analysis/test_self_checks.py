"""Each self-check fails on a model that is wrong in its way, and passes on the same model put right (R106)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wellbeva
from wellbeva.analysis.self_checks.registry import checks as every_check
from wellbeva.cli import main
from wellbeva.errors import WellbevaError

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").rglob("*.yaml"))
MODEL = """\
schema: wellbeva/model/1
model: small
title: A small model that is right
axes: {level: {labels: [low, central, high], doc: which value of a WELLBY is used}}
parameters:
  people: {unit: person, by: option, doc: people reached}
  take_up: {unit: share, by: option, default: 80%, doc: who comes}
  effect: {unit: LS, by: option, doc: gain}
  hold: {unit: year, by: option, doc: how long it lasts}
  price: {unit: money/person, by: option, doc: what a place costs}
  grant: {unit: money, default: "£0", doc: what is spared}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: what one is worth}
equations:
  coming: take_up in share
  years: area_linear(0 years, 0 years, hold, 0 years) in year
  wellbys: people * coming * effect * sum(years * discount(wellbeing), over=time) in WELLBY
  wellbys_by_period: people * coming * effect * years * discount(wellbeing) in WELLBY
  cost: people * price - grant in money
outcomes: [wellbys, wellbys_by_period, cost]
decision: {effect: wellbys, cost: cost, value: wellby_value}
roles: {cost: price}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks and talks
model: small
appraisal: green-book-2026
time: {step: year, from: 0, to: 4, starts: 2026}
comparator: nothing
choose: one
options:
  walks: {label: Walks, people: 100 people, effect: 0.3 (0.1 to 0.5), hold: 3 years, price: "£100 in 2023 prices"}
  talks: {label: Talks, people: 50 people, effect: 0.5 (0.2 to 0.8), hold: 2 years, price: "£300 in 2023 prices"}
sources: {made_up: {cite: Made up, covers: all}}
"""
GAIN, COST = "people * coming * effect * sum(years * discount(wellbeing), over=time)", "people * price - grant"
GRANT = ("£0", "£90,000 in 2023 prices")
WRONG = {
    "zero effect": ([("* effect *", "* (effect + 0.05) *")], set()),
    "larger effect": ([("* effect *", "* where(effect > 0.6, 0, effect) *")], set()),
    "people": ([("people * coming *", "(people + 50) * coming *")], set()),
    "swapped options": ([("* effect *", "* effect * where(option == talks, 2, 1) *")], set()),
    "dearer option": ([(COST, "grant - people * price")], {"free option"}),
    "free option": ([(COST, "where(price > 0, people * price, grant)"), GRANT], set()),
    "willingness to pay": ([(COST, f"{COST} + 2 * wellbys * wellby_value[level=central]"), GRANT], set()),
    "shortest horizon": ([(GAIN, "people * coming * effect * hold")], set()),
    "zero rate": ([("* effect * years", "* effect * where(t == first, 0, years)")], set()),
    "endless rate": ([("sum(years * discount(wellbeing), over=time)", "sum(years, over=time)")], set()),
    "finite": (
        [("take_up in", "take_up * sqrt(effect / max(effect, over=option)) in"), ("(0.1 to 0.5)", "(-0.3 to 0.9)")],
        set(),
    ),
    "shares": ([("take_up in share", "take_up * 1.5 in share")], set()),
    "unused inputs": (
        [("- grant", "- 0 * grant"), ("sources:", 'values: {grant: "£9 in 2023 prices"}\nsources:')],
        set(),
    ),
    "mean and base": ([("0.3 (0.1 to 0.5)", "{value: 0.3 (0.1 to 0.5), base: 2}")], set()),
}
"""Of each check what makes it fail, in model and scenario, and which others then fail, too."""


def write(folder: Path, *changes: tuple[str, str]) -> Path:
    files = {"small": MODEL, "s": SCENARIO}
    for old, new in changes:
        files = {name: text.replace(old, new) for name, text in files.items()}
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder / "s.yaml"


def checks(folder: Path, *changes: tuple[str, str]) -> dict[str, str]:
    return {one.name: one.status for one in wellbeva.self_checks(write(folder, *changes))}


def of_status(done: dict[str, str], status: str) -> set[str]:
    return {name for name, own in done.items() if own == status}


def test_there_is_a_wrong_model_for_each_self_check() -> None:
    assert WRONG.keys() == every_check().keys()


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_model_fails(name: str, tmp_path: Path) -> None:
    changes, others = WRONG[name]
    assert all(any(old in text for text in (MODEL, SCENARIO)) for old, _ in changes)
    assert of_status(checks(tmp_path, *changes), "fail") == {name} | others


@pytest.mark.parametrize("comparator", ["nothing", "walks"])
def test_a_right_model_passes_all(comparator: str, tmp_path: Path) -> None:
    third = "  swims: {label: Swims, people: 9 people, effect: 0.2, hold: 1 year, price: '£9 in 2023 prices'}\nsources:"
    more = (
        "take_up: {unit: share, by: option, default: 80%, doc: who comes}\n  more: {unit: LS, default: 0.1, doc: more}"
    )
    changes = (
        ("comparator: nothing", f"comparator: {comparator}"),
        ("sources:", third),
        ("£0", "£5 in 2023 prices"),
        ("take_up: {unit: share, by: option, default: 80%, doc: who comes}", more),
        ("* effect *", "* (effect + more) *"),
        ("{cost: price}", "{cost: price, gain: [effect, more]}"),
    )
    assert of_status(checks(tmp_path, *changes), "pass") == every_check().keys()


def test_an_input_that_moves_nothing_in_the_base_case_alone_is_used(tmp_path: Path) -> None:
    changes = (
        ("price - grant", "price - grant * (effect[option=talks] - 0.5)"),
        ("sources:", "values: {grant: '£9 in 2023 prices'}\nsources:"),
    )
    scaled = (("grant: {unit: money,", "grant: {unit: money/LS,"),)
    assert "unused inputs" in of_status(checks(tmp_path, *changes, *scaled), "pass")


@pytest.mark.thorough
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_shipped_scenario_fails(path: Path) -> None:
    assert not [one for one in wellbeva.self_checks(path) if one.status == "fail"]


def test_what_cannot_be_checked_does_not_apply(tmp_path: Path) -> None:
    certain = ((" (0.1 to 0.5)", ""), (" (0.2 to 0.8)", ""))
    assert of_status(checks(tmp_path, *certain), "does not apply") == {"mean and base"}
    alone = (SCENARIO[SCENARIO.index("  talks") : SCENARIO.index("sources")], "")
    assert of_status(checks(tmp_path, alone), "does not apply") == {"swapped options"}
    undecided = (MODEL[MODEL.index("decision") : MODEL.index("roles")], "")
    assert of_status(checks(tmp_path, undecided), "pass") == {"finite", "shares", "unused inputs"}


def test_a_model_and_a_wrong_scenario_are_refused(tmp_path: Path) -> None:
    wrong = write(tmp_path, ("100 people", "100x people"))
    for file, code in ((wrong, "WB-V029"), (tmp_path / "small.yaml", "WB-A180")):
        with pytest.raises(WellbevaError) as refused:
            wellbeva.self_checks(file)
        assert code in {one.code for one in refused.value.diagnostics}


def test_the_command_says_what_fails_in_80_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(write(tmp_path))
    assert main.main(["check", file, "--deep"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "14 pass"
    write(tmp_path, *WRONG["unused inputs"][0])
    assert main.main(["check", file, "--deep"]) == 1
    lines = capsys.readouterr().out.splitlines()[1:]
    assert lines[-1] == "13 pass, 1 fail"
    assert max(map(len, lines)) <= 80
    assert main.main(["check", file, "--deep", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["self_checks"]
    assert [(one["name"], one["why"]) for one in told if one["status"] == "fail"] == [
        ("unused inputs", "no outcome changes with grant: use it, or leave it out")
    ]
