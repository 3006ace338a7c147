"""Cohorts, recurrences, decisions and remarks, each against hand arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.errors import WellbevaError
from wellbeva.plan.record import CompiledScenario
from wellbeva.plan.serialise import from_json, plan_hash, to_json

Build = Callable[..., CompiledScenario]

COHORT = """
schema: wellbeva/model/1
model: small
title: Three states
kind: cohort
states: [well, ill, dead]
start: {ill: p_ill, well: else}
parameters:
  people: {unit: person, by: option, doc: people}
  effect: {unit: LS, by: option, doc: points}
  cost: {unit: money, by: option, default: £0, doc: cost}
  p_ill: {unit: share, default: 10%, doc: ill at the start}
  falls_ill: {unit: share, default: 20%, doc: well to ill}
  recovers: {unit: share, default: 50%, doc: ill to well}
transitions:
  well -> ill: falls_ill
  ill -> well: recovers
  ill -> dead: else
outcomes: [occupancy]
"""


def test_an_else_arrow_takes_whoever_is_left(build: Build) -> None:
    plan = build(model=COHORT).plan
    found = evaluate(plan)["occupancy"].array.reshape(3, 3)
    well, ill, dead = 0.9, 0.1, 0.0
    axes = evaluate(plan)["occupancy"].axes
    assert axes == ("state", "time")
    for step in range(3):
        assert found[:, step] == pytest.approx([well, ill, dead], rel=1e-14, abs=1e-16)
        well, ill, dead = 0.8 * well + 0.5 * ill, 0.2 * well, dead + 0.5 * ill
    assert found.sum(axis=0) == pytest.approx(np.ones(3), rel=1e-15)


RECURRENCE = """
schema: wellbeva/model/1
model: small
title: Two equations that lag each other
parameters:
  people: {unit: person, by: option, doc: people}
  effect: {unit: LS, by: option, doc: points}
  cost: {unit: money, by: option, default: £0, doc: cost}
  growth: {unit: ratio, by: option, default: 2, doc: growth}
equations:
  members: lag(members * growth - leavers, people) in person
  leavers: members / 4 in person
outcomes: [members, leavers]
"""


def test_equations_may_lag_each_other(build: Build) -> None:
    plan = build(model=RECURRENCE).plan
    assert {"members", "leavers"} == set(plan.groups[0])
    found = evaluate(plan)
    members = [100.0]
    for _ in range(2):
        members.append(members[-1] * 2 - members[-1] / 4)
    assert found["members"].array[0] == pytest.approx(members, rel=1e-15)
    assert found["leavers"].array[0] == pytest.approx([one / 4 for one in members], rel=1e-15)


def test_the_plan_travels_as_text(build: Build) -> None:
    plan = build().plan
    again = from_json(to_json(plan))
    assert plan_hash(again) == plan_hash(plan)
    assert evaluate(again)["wellbys"].array == pytest.approx(evaluate(plan)["wellbys"].array, rel=0)


def test_the_hash_follows_one_number(build: Build) -> None:
    assert plan_hash(build().plan) == plan_hash(build().plan)
    assert plan_hash(build().plan) != plan_hash(build(overrides=("people.walks=101 people",)).plan)


def test_several_has_no_nothing_among_the_options_and_one_has(build: Build) -> None:
    several = build().plan.decision
    assert several is not None
    assert (several.options, several.rows, several.comparator) == (("walks", "swims"), (0, 1), -1)
    one = build(scenario=ONE).plan.decision
    assert one is not None
    assert (one.options, one.rows, one.comparator) == (("walks", "swims", "nothing"), (0, 1, -1), 2)
    assert one.values == (11733.0, 15253.0, 18773.0)
    assert set(one.values) <= set(one.thresholds)
    assert list(one.thresholds) == sorted(set(one.thresholds))


def test_r108_a_scenario_chooses_the_thresholds_of_its_curves(build: Build) -> None:
    chosen = build(scenario=f"{ONE}thresholds: £10k to £20,000 by £2.5k\n").plan.decision
    assert chosen is not None
    assert chosen.thresholds == (0.0, 10_000.0, 11_733.0, 12_500.0, 15_000.0, 15_253.0, 17_500.0, 18_773.0, 20_000.0)
    older = build(scenario=f"{ONE}thresholds: £0 to £100 in 2019 prices by £100 in 2019 prices\n").plan.decision
    assert older is not None
    assert 110 < older.thresholds[1] < 130


ONE = """
schema: wellbeva/scenario/1
scenario: Rivals
model: small
appraisal: green-book-2026
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: one
options:
  walks: {label: Walks, people: 100 people, effect: 0.2}
  swims: {label: Swims, people: 50 people, effect: 0.4}
"""


def test_a_variant_may_not_drop_the_comparator(build: Build) -> None:
    scenario = ONE.replace("comparator: nothing", "comparator: swims") + "variants:\n  few: {options: [walks]}\n"
    with pytest.raises(WellbevaError, match="comparator 'swims' is not among the options"):
        build(scenario=scenario, variant="few")


def test_remarks_on_sources_and_years(build: Build) -> None:
    more = """
        sources:
          old: {cite: An old study, evidence: promising, status: recalled}
    """
    compiled = build(more, overrides=("effect.walks=0.3 [old]", "cost.swims=£10", "people.walks=90 people"))
    told = {(one.code, one.message) for one in compiled.record.warnings}
    assert ("WB-S302", "people has no source") in told
    assert ("WB-S303", "cost is taken to be in 2023 prices") in told
    assert compiled.record.provisional == ("An old study is known from memory and was not checked.",)
    grades = {one.path: one.evidence for one in compiled.record.inputs}
    assert grades["effect.walks"] == "promising"
    assert grades["effect.swims"] == "assumed"


def test_a_plain_quotient_of_two_uncertain_totals_is_remarked_on(build: Build, small_model: str) -> None:
    model = small_model.replace("ratio(spent, wellbys)", "spent / wellbys")
    compiled = build(model=model, overrides=("cost.walks=£5,000 in 2023 prices (£4,000 to £6,200)",))
    assert "WB-C048" in {one.code for one in compiled.record.warnings}


def test_a_recurrence_without_a_unit_is_told_to_name_it(build: Build) -> None:
    model = RECURRENCE.replace("lag(members * growth - leavers, people) in person", "lag(members, people)")
    model = model.replace("members / 4 in person", "people / 4 in person")
    with pytest.raises(WellbevaError) as raised:
        build(model=model)
    assert [one.code for one in raised.value.diagnostics] == ["WB-C055"]
    assert "`in person`" in raised.value.diagnostics[0].remedy
