"""What equations come to is kept between variants as long as they see the same; else it is made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva.compiler.compile import compile_scenario, dimensions
from wellbeva.compiler.parameters import variant_cache
from wellbeva.errors import Collector, WellbevaError
from wellbeva.plan.record import CompiledScenario
from wellbeva.plan.serialise import plan_hash
from wellbeva.scenario.loader import load_once

MODEL = """schema: wellbeva/model/1
model: small
title: People times points times years
parameters:
  people: {unit: person, by: option, doc: people reached}
  effect: {unit: LS, by: option, doc: points gained by each}
  lasts: {unit: year, by: option, doc: how long}
  cost: {unit: money/person, by: option, doc: cost}
  wellby_value: {unit: money/WELLBY, from: appraisal, doc: value}
equations:
  wellbys: people * effect * lasts in WELLBY
  spent: people * cost in money
  cost_per_wellby: spent / wellbys in money/WELLBY
outcomes: [wellbys, spent, cost_per_wellby]
checks:
  - warn_if: effect > 2
    say: A large gain.
decision: {effect: wellbys, cost: spent, value: wellby_value}
"""
SCENARIO = """schema: wellbeva/scenario/1
scenario: A small one
model: small
appraisal: green-book-2026
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: several
options:
  walks: {label: Walks, people: 100 people, effect: 0.3, lasts: 9 months, cost: £10 in 2023 prices}
  talks: {label: Talks, people: 40 people, effect: 0.2, lasts: 9 months, cost: £20 in 2023 prices}
variants:
  dearer: {label: Dearer, cost.walks: £30 in 2023 prices}
  unsure: {label: Unsure, effect.walks: 0.3 (0.1 to 0.5)}
  unsure_and_dearer: {label: Both, from: unsure, cost.walks: £30 in 2023 prices}
  summed: {label: The sum as it was paid, spent: £900 in 2023 prices}
  prices: {label: Other prices, appraisal.prices: 2022}
sources: {study: {cite: A study, covers: all, evidence: strong}}
"""


def _compiled(folder: Path) -> dict[str, CompiledScenario]:
    (folder / "small.yaml").write_text(MODEL, "utf-8")
    (folder / "x.yaml").write_text(SCENARIO, "utf-8")
    loaded = load_once(folder / "x.yaml")
    base = compile_scenario(loaded.scenario())
    known = dimensions(base.plan)
    found = {"": base}
    for name in loaded.known:
        found[name] = compile_scenario(loaded.scenario(name), known=known, collector=Collector())
    return found


def _typed(one: CompiledScenario) -> dict[str, int]:
    return {equation.name: id(equation) for equation in one.plan.equations}


def test_equations_that_see_the_same_are_typed_once(tmp_path: Path) -> None:
    found = _compiled(tmp_path)
    assert _typed(found["dearer"]) == _typed(found[""])
    assert _typed(found["unsure_and_dearer"]) == _typed(found["unsure"])


def test_a_number_that_becomes_uncertain_is_seen(tmp_path: Path) -> None:
    found = _compiled(tmp_path)
    axes = {name: {one.name: one.expression.axes for one in made.plan.equations} for name, made in found.items()}
    assert axes[""]["wellbys"] == axes["dearer"]["wellbys"] == ("option",)
    assert axes["unsure"]["wellbys"] == axes["unsure_and_dearer"]["wellbys"] == ("draw", "option")


def test_an_equation_that_a_value_stands_in_for_is_left_out(tmp_path: Path) -> None:
    found = _compiled(tmp_path)
    assert "spent" in _typed(found[""])
    assert "spent" not in _typed(found["summed"])


def test_other_prices_are_another_unit(tmp_path: Path) -> None:
    found = _compiled(tmp_path)
    units = {
        name: {one.name: str(one.expression.unit) for one in made.plan.equations}["spent"]
        for name, made in found.items()
        if name != "summed"
    }
    assert units.pop("prices") == "GBP[2022]"
    assert set(units.values()) == {"GBP[2023]"}


def test_what_was_said_of_an_equation_is_said_of_each_variant(tmp_path: Path) -> None:
    found = _compiled(tmp_path)
    doubted = {name: "WB-C048" in {one.code for one in made.record.warnings} for name, made in found.items()}
    assert doubted == {name: name.startswith("unsure") for name in found}


def test_each_is_what_it_is_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = {name: (plan_hash(one.plan), one.record.warnings) for name, one in _compiled(tmp_path).items()}
    monkeypatch.setattr(variant_cache, "MOST_SIGHTS", 1)
    few = {name: (plan_hash(one.plan), one.record.warnings) for name, one in _compiled(tmp_path).items()}
    monkeypatch.setattr(
        variant_cache.VariantMemo,
        "sight",
        lambda self, environment, overridden: variant_cache.EquationMemo(((), None, overridden)),
    )
    alone = {name: (plan_hash(one.plan), one.record.warnings) for name, one in _compiled(tmp_path).items()}
    assert together == few == alone


def test_a_fault_of_an_equation_is_told_each_time(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(MODEL.replace("people * effect * lasts", "people + effect"), "utf-8")
    (tmp_path / "x.yaml").write_text(SCENARIO, "utf-8")
    loaded = load_once(tmp_path / "x.yaml")
    for one in (loaded.scenario(), *map(loaded.scenario, loaded.known), loaded.scenario()):
        with pytest.raises(WellbevaError) as caught:
            compile_scenario(one, collector=Collector())
        assert "WB-U001" in {found.code for found in caught.value.diagnostics}
