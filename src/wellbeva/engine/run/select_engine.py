"""Choice of the engine of a run, and its preparation."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Literal

from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.accumulator import Accumulator
from wellbeva.engine.reductions.kept_draws import DrawStore
from wellbeva.engine.reductions.replicates import Layout
from wellbeva.engine.run import plan_cache
from wellbeva.engine.run.cost_model import compiling_pays, work
from wellbeva.engine.run.settings import Engine, Outputs
from wellbeva.engine.targets import CopiedDraws, Evaluator, PackSampler, ReferenceBlocks, Sampler, Target
from wellbeva.jit import cache_folder
from wellbeva.plan.plan import Plan


def select(
    plan: Plan, outputs: Outputs, sampler: Sampler, engine: Engine, *, draws: int, threads: int, fast: bool
) -> tuple[Literal["reference", "blocked", "compiled"], Evaluator, PackSampler]:
    """Return an engine's name, its evaluator, and the sampler that suits it.

    Parameters
    ----------
    plan : Plan
    outputs : {"all", "decision"}
    sampler : Sampler
    engine : {"auto", "reference", "blocked", "compiled"}
        As asked for. ``compiled`` becomes blocked where no target varies from draw to draw.
    draws : int
        In all.
    threads : int
        At least 1.
    fast : bool
        As `RunSettings`.
    """
    if engine == "reference":
        return "reference", ReferenceBlocks(plan, plan_cache.output_targets(plan, outputs)), CopiedDraws(sampler)
    if engine == "compiled":
        compiled = plan_cache.compiled(plan, outputs, fast=fast)
        if compiled.height:  # 0 where no target varies: there is nothing to compile then
            # imported late: most runs do without machine code
            from wellbeva.engine.compiled.engine import filler

            return "compiled", compiled, filler(sampler)
    if engine == "auto" and compiled_is_faster(plan, outputs, draws=draws, threads=threads, fast=fast):
        return select(plan, outputs, sampler, "compiled", draws=draws, threads=threads, fast=fast)
    return "blocked", plan_cache.blocked(plan, outputs), CopiedDraws(sampler)


_ready: set[tuple[str, str]] = set()
"""Machine code and design of what has run in this process: each design has kernels of its own."""


def make_ready(
    plan: Plan,
    wanted: Sequence[Target],
    evaluator: Evaluator,
    sampler: PackSampler,
    *,
    design: str,
) -> None:
    """Run one lane here, so that what is compiled is compiled in this thread.

    A stop is answered between two functions here; a worker that compiles is waited for, many seconds.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
        As the evaluator has them.
    evaluator, sampler
        As `select` returns them.
    design : str
        With the evaluator's source it tells what has been made ready before in this process.
    """
    key = (getattr(evaluator, "name", ""), design)
    if key in _ready:
        return
    layout = Layout((LANE,))
    keep = DrawStore(plan, [], evaluator.constant, layout=layout, everything=False, nothing=True)
    base = plan_cache.base_case(plan)
    collect = Accumulator(
        plan, wanted, evaluator, keep, sampler=sampler, layout=layout, base=base, block=LANE, kernels=True
    )
    collect.chunk(0, 0, threading.Event())
    _ready.add(key)


def fast_gap(plan: Plan, wanted: Sequence[Target], sampler: Sampler) -> float:
    """Return the largest change that contraction makes to the first 512 draws.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    sampler : Sampler

    Returns
    -------
    float
        As a share of the largest value of the same cell.
    """
    from wellbeva.engine.compiled.engine import contraction_gap

    return contraction_gap(plan, wanted, sampler.block(0, 0, LANE))


def compiled_is_faster(plan: Plan, outputs: Outputs, *, draws: int, threads: int, fast: bool = False) -> bool:
    """Whether the compiled engine will be done before the blocked one (`cost_model`).

    Parameters
    ----------
    plan : Plan
    outputs : {"all", "decision"}
    draws : int
        In all.
    threads : int
        At least 1.
    fast : bool
        As `RunSettings`.
    """
    blocked = plan_cache.blocked(plan, outputs)
    if not blocked.operations:
        return False

    def statements() -> int:
        return plan_cache.generated(plan, outputs, fast=fast).schedule.statements

    def kept() -> bool:
        # to look for this model's takes as long as to load it
        return cache_folder.has_models() and plan_cache.compiled(plan, outputs, fast=fast).kept

    asked = work(blocked, inputs=len(plan.elements), draws=draws, threads=threads, decision=plan.decision)
    if not compiling_pays(asked, statements=statements, kept=kept):
        return False
    from wellbeva.jit.object_code import processor

    # without fused multiplications in the processor the elementary functions are exact all the same, and slow
    return processor().has_fma
