"""Small scenarios written for one test each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from wellbeva import api
from wellbeva.plan.record import CompiledScenario

MODEL = """
schema: wellbeva/model/1
model: small
title: People times points times years
axes:
  payer: who pays
  level: {labels: [low, central, high], doc: which value is used}
parameters:
  people: {unit: person, by: [option, group], doc: people reached}
  take_up: {unit: share, by: [option, group], default: 100%, doc: those who start}
  effect: {unit: LS, by: option, doc: points gained by each}
  lasts: {unit: year, by: option, default: 1 year, doc: how long}
  factor: {unit: ratio, default: 1, doc: a factor}
  cost: {unit: money, by: [option, payer], default: £0, doc: cost}
  running: {unit: money/year, by: [option, time], default: £0, doc: running cost}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value}
equations:
  reached: people * take_up in person
  wellbys: sum(reached, over=group) * effect * lasts * factor in WELLBY
  spent: sum(cost, over=payer) + sum(running * step * discount(money), over=time) in money
  cost_per_wellby: ratio(spent, wellbys) in money/WELLBY
outcomes: [wellbys, spent, cost_per_wellby]
decision: {effect: wellbys, cost: spent, value: wellby_value}
"""

SCENARIO = """
schema: wellbeva/scenario/1
scenario: A small one
model: small
appraisal: green-book-2026
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: several
options:
  walks:
    label: Walks
    people: 100 people [assumed]
    effect: 0.2 (0.1 to 0.3) [assumed]
    cost: £5,000 in 2023 prices [assumed]
  swims:
    label: Swims
    people: 50 people [assumed]
    effect: 0.4 (0.2 to 0.6) [assumed]
    cost: £8,000 in 2023 prices [assumed]
"""

Write = Callable[..., Path]
Build = Callable[..., CompiledScenario]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a scenario and its model; returns the scenario's path."""

    def do(more: str = "", *, model: str = MODEL, scenario: str = SCENARIO, name: str = "small") -> Path:
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / "models" / f"{name}.yaml").write_text(model.lstrip(), encoding="utf-8")
        path = tmp_path / "scenario.yaml"
        path.write_text((scenario + dedent(more)).lstrip(), encoding="utf-8")
        return path

    return do


@pytest.fixture
def build(write: Write) -> Build:
    """Write and compile."""

    def do(
        more: str = "",
        *,
        model: str = MODEL,
        scenario: str = SCENARIO,
        variant: str = "",
        overrides: tuple[str, ...] = (),
    ) -> CompiledScenario:
        return api.load(write(more, model=model, scenario=scenario), variant=variant, overrides=overrides)

    return do


@pytest.fixture
def small_model() -> str:
    """The text of the small model, to be changed."""
    return MODEL


@pytest.fixture
def small_scenario() -> str:
    """The text of the small scenario, to be changed."""
    return SCENARIO
