"""What is kept of a plan for its next run: the run is the same, and nothing of another plan is taken."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.run import plan_cache
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.plan.plan import Plan
from wellbeva.results.deterministic import evaluate_points

DEMO = Path(__file__).parents[2] / "scenarios" / "park-and-neighbours.yaml"


@pytest.fixture(scope="module")
def demo() -> Plan:
    return api.load(DEMO).plan


def numbers(result: EngineResult) -> dict[str, bytes]:
    found = {f"{name}.mean": value.mean.tobytes() for name, value in result.moments.items()}
    return found | {f"{name}.m2": value.m2.tobytes() for name, value in result.moments.items()}


@pytest.mark.parametrize("engine", ["blocked", "compiled"])
def test_a_second_run_has_the_bits_of_the_first(demo, engine):
    fresh = replace(demo)
    first = numbers(run(fresh, RunSettings(draws=16 * 512, engine=engine)))
    run(fresh, RunSettings(draws=32 * 512, engine=engine, seed=5, design="random", outputs="decision"))
    assert numbers(run(fresh, RunSettings(draws=16 * 512, engine=engine))) == first


def test_a_plan_with_other_numbers_is_worked_out_anew(demo):
    """Equal but for one number: a plan is known by what it is, not by what it looks like."""
    parameter = next(one for one in demo.parameters if one.name == "residents")
    doubled = replace(parameter, values=2 * parameter.values)
    other = replace(demo, parameters=tuple(doubled if one is parameter else one for one in demo.parameters))
    before, after = (run(plan, RunSettings(draws=16 * 512)).moments["decision.effect"].mean for plan in (demo, other))
    assert np.allclose(after, 2 * before, rtol=1e-12)
    assert (before != 0).any()


def test_what_is_handed_on_is_not_what_is_kept(demo):
    """Somebody who writes into a result does not change the next one."""
    fresh = replace(demo)
    first, base = run(fresh, RunSettings(draws=16 * 512)), evaluate_points(fresh)
    kept = numbers(first), {name: array.tobytes() for name, (_, array) in base.items()}
    for _, array in base.values():
        array[...] = -1.0
    for value in first.moments.values():
        value.mean[...] = -1.0
    again = run(fresh, RunSettings(draws=16 * 512)), evaluate_points(fresh)
    assert (numbers(again[0]), {name: array.tobytes() for name, (_, array) in again[1].items()}) == kept


def test_a_run_with_variants_evaluates_its_base_case_once():
    """What it refuses, its Dataset, break-evens, one-way sensitivity and the table of assumptions begin with one."""
    plan_cache.base_values.cache_clear()
    done = api.run(DEMO, draws=16 * 512)
    assert done.compiled.record.scenario.variants
    assert not done.tables["assumptions"].empty
    assert plan_cache.base_values.cache_info().misses == 1


def test_few_plans_are_kept(demo):
    """A plan may hold a million numbers: those run long ago go."""
    fresh = replace(demo)
    gone = weakref.ref(plan_cache.base_case(fresh))
    del fresh
    for _ in range(8):
        plan_cache.base_case(replace(demo))
    gc.collect()
    assert gone() is None
