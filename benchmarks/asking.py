"""How the benchmarks ask wellbeva: for plans of the scenarios beside this file, and for runs of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wellbeva.engine.reductions.result import EngineResult
    from wellbeva.plan.plan import Plan

HERE = Path(__file__).parent


@cache
def plan_of(name: str) -> Plan:
    """Return the plan of a scenario that stands beside this file, its decision that of each option by itself.

    Experts look for the best option without taking the comparator off first, and the answers must be the same.
    """
    from wellbeva import api
    from wellbeva.results.variables import BESIDE_DECISION

    plan = api.load(HERE / f"{name}.yaml").plan
    own = {one.name: one.expression for one in plan.equations if one.name in BESIDE_DECISION}
    if not own or plan.decision is None:
        return plan
    return replace(
        plan,
        equations=tuple(one for one in plan.equations if one.name not in own),
        groups=tuple(group for group in plan.groups if own.keys().isdisjoint(group)),
        outcomes=tuple(one for one in plan.outcomes if one not in own),
        decision=replace(plan.decision, effect=own["own.effect"], cost=own["own.cost"]),
    )


@cache
def levels_alone(plan: Plan) -> Plan:
    """Return a plan that reports nothing but its decision, at the three values of a WELLBY alone: ready, made once."""
    assert plan.decision is not None
    drawn = tuple(one for one in plan.equations if one.stage == "draw")
    kept = {one.name for one in drawn}
    return replace(
        plan,
        equations=drawn,
        groups=tuple(group for group in plan.groups if kept.issuperset(group)),
        outcomes=(),
        checks=(),
        decision=replace(plan.decision, thresholds=plan.decision.values),
    )


def run_plan(
    plan: Plan,
    *,
    draws: int,
    threads: int,
    design: str = "random",
    engine: str = "",
    seed: int = 1,
    decision_only: bool = False,
) -> EngineResult:
    """Run a plan by the fast engine, or another.

    Parameters
    ----------
    decision_only : bool
        Means and errors of the decision's effect, cost and net benefit, its counts and EVPI: no quantiles, no draws
        kept.
    """
    from wellbeva.engine.run.block_loop import run
    from wellbeva.engine.run.settings import RunSettings

    asked: dict[str, Any] = {"draws": draws, "threads": threads, "seed": seed, "design": design}
    asked["engine"] = engine or "compiled"
    if decision_only:
        asked["outputs"] = "decision"
    return run(plan, RunSettings(**asked))
