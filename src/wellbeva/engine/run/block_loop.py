"""The block loop: draws in, reductions out, the same bits for any number of threads and any block."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import numpy as np

from wellbeva.engine.arrays.named import Floats
from wellbeva.engine.lanes import CHUNK, LANE
from wellbeva.engine.reductions.accumulator import Accumulator
from wellbeva.engine.reductions.chunk import ChunkPart
from wellbeva.engine.reductions.kept_draws import DrawStore
from wellbeva.engine.reductions.replicates import RANDOMISATIONS, SUPPLIED, Layout, Rows
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.refusal import NothingLeft, RefusedDraw
from wellbeva.engine.run import failures, plan_cache
from wellbeva.engine.run.select_engine import fast_gap, make_ready, select
from wellbeva.engine.run.settings import Design, RunSettings
from wellbeva.engine.targets import Evaluator, Sampler
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.plan.plan import Plan

_CACHE: Final = 2**22
"""Bytes that the widest intermediate of a block may take: some of it stays in the caches of one core."""
_SHORT: Final = 2**15
"""Draws of short chunks that one thread does at a time."""

Progress = Callable[[int, int], None]


def run(plan: Plan, settings: RunSettings | None = None, *, progress: Progress | None = None) -> EngineResult:
    """Run a plan.

    Where supplied draws are all that is uncertain (`Plan.supplied`), the run is their rows, each once and in order,
    whatever draws, seed and design the settings name.

    Parameters
    ----------
    plan : Plan
    settings : RunSettings, optional
    progress : callable, optional
        Called from the calling thread with the draws done and the draws in all.

    Returns
    -------
    EngineResult

    Raises
    ------
    WellbevaError
        A ``fail_if`` is true, or a number is not usable, in the base case or in a draw; an input is outside its bounds
        in a draw; or a setting is out of bounds.
    """
    settings = settings or RunSettings()
    settings.check()
    if plan.supplied:
        return run_rows(plan, supplied_draws(plan), settings, progress=progress)
    layout = Layout.design(-(-settings.draws // (RANDOMISATIONS * LANE)) * LANE)
    sampler = sampler_of(plan, design=settings.design, seed=settings.seed, draws_each=layout.draws_each)
    return _run(plan, sampler, layout, settings, settings.design, progress)


def warm(plan: Plan) -> None:
    """Compile all that a run of a plan by the compiled engine needs, or load it from the disk, by running it briefly.

    Raises
    ------
    WellbevaError
        As `run`.
    """
    for design in ("sobol", "random"):
        run(plan, RunSettings(draws=RANDOMISATIONS * LANE, design=design, engine="compiled", threads=1))


def run_with(
    plan: Plan,
    sampler: Sampler,
    settings: RunSettings | None = None,
    *,
    draws_each: int,
    progress: Progress | None = None,
) -> EngineResult:
    """Run a plan on draws from any sampler.

    Parameters
    ----------
    plan : Plan
    sampler : Sampler
    settings : RunSettings, optional
        Of which seed and design are only noted.
    draws_each : int
        Draws of each of the 16 randomisations, a multiple of 512.
    progress : callable, optional
    """
    settings = settings or RunSettings()
    return _run(plan, sampler, Layout.design(draws_each), settings, settings.design, progress)


def run_rows(
    plan: Plan, draws: Floats, settings: RunSettings | None = None, *, progress: Progress | None = None
) -> EngineResult:
    """Run a plan on given values of its uncertain numbers, each row once and in order.

    Parameters
    ----------
    plan : Plan
    draws : array (element, row) [unit of each element]
    settings : RunSettings, optional
        Of which draws and design play no part.
    progress : callable, optional
    """
    layout = Layout.rows(draws.shape[1])
    return _run(plan, Rows(draws, layout), layout, settings or RunSettings(), SUPPLIED, progress)


def _run(
    plan: Plan, sampler: Sampler, layout: Layout, settings: RunSettings, design: str, progress: Progress | None
) -> EngineResult:
    outputs, fast, keep_draws = settings.outputs, settings.fast, settings.keep_draws
    walk, wanted = plan_cache.base_case(plan), plan_cache.output_targets(plan, outputs)
    workers = settings.threads or _processors()
    name, evaluator, drawn_by = select(
        plan, outputs, sampler, settings.engine, draws=layout.total, threads=workers, fast=fast
    )
    try:
        kept = wanted if outputs == "all" else ()
        keep = DrawStore(plan, kept, evaluator.constant, layout=layout, everything=keep_draws, nothing=not kept)
    except MemoryError:
        raise _out_of_memory(layout.total, everything=keep_draws) from None
    collect = Accumulator(
        plan,
        wanted,
        evaluator,
        keep,
        sampler=drawn_by,
        layout=layout,
        base=walk,
        block=settings.block or _block(evaluator),
        kernels=name == "compiled",
        allow_nonfinite=settings.allow_nonfinite,
    )
    if name == "compiled" and workers > 1:
        make_ready(plan, wanted, evaluator, drawn_by, design=design)
    tasks = [(row, start) for row, size in enumerate(layout.sizes) for start in range(0, size, CHUNK)]
    done = 0
    try:
        for part in _in_order(collect, tasks, workers):
            collect.take(part)
            done += part.count
            if progress is not None:
                progress(done, layout.total)
    except NothingLeft as none:
        raise failures.none_left(none.nonfinite, none.outside) from None
    except RefusedDraw as stopped:
        stopped.run, stopped.changes = settings.words(layout.total, design), settings.changes
        raise failures.explain(plan, stopped) from None
    except MemoryError:
        raise _out_of_memory(layout.total, everything=keep_draws) from None
    return EngineResult(
        engine=name,
        design=design,
        seed=settings.seed,
        threads=workers,
        randomisations=layout.randomisations,
        draws_each=layout.draws_each,
        moments=collect.moments(),
        quantiles=collect.quantiles(),
        tally=collect.tally(),
        kept_each=keep.each,
        draws=keep.draws(),
        inputs=keep.inputs(),
        warnings=collect.warnings(),
        nonfinite=collect.nonfinite,
        outside=collect.outside,
        fast_gap=fast_gap(plan, wanted, sampler) if fast and name == "compiled" else None,
        counters={"block": float(collect.block), "tasks": float(len(tasks))},
    )


def _in_order(collect: Accumulator, tasks: list[tuple[int, int]], workers: int) -> Iterator[ChunkPart]:
    """Compute chunks, several at once, and give them in their order; a few are in flight at most."""
    stop = threading.Event()
    if workers == 1:
        for task in tasks:
            yield collect.chunk(*task, stop)
        return
    waiting = iter(_together(tasks, collect.layout, workers))
    flight: deque[Future[list[ChunkPart]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="wellbeva")

    def several(group: list[tuple[int, int]]) -> list[ChunkPart]:
        return [collect.chunk(*task, stop) for task in group]

    try:
        for group in itertools.islice(waiting, 2 * workers):
            flight.append(pool.submit(several, group))
        while flight:
            parts = flight.popleft().result()
            for group in itertools.islice(waiting, 1):
                flight.append(pool.submit(several, group))
            yield from parts
    finally:
        # after a failure or Ctrl-C workers stop at their next block
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _together(tasks: list[tuple[int, int]], layout: Layout, workers: int) -> list[list[tuple[int, int]]]:
    """Put short chunks together: to hand one over takes a tenth of a thousandth of a second, as long as 500 draws."""
    chunk = max(1, min(CHUNK, max(layout.sizes)))
    size = max(1, min(_SHORT // chunk, len(tasks) // (2 * workers)))
    return [tasks[first : first + size] for first in range(0, len(tasks), size)]


def _out_of_memory(draws: int, *, everything: bool) -> WellbevaError:
    remedy = "keep fewer draws (leave out --keep-draws)" if everything else "ask for a smaller --threads"
    fact = f"{draws:,} draws, {'all' if everything else 'not all'} of them kept"
    return WellbevaError(
        [Diagnostic("WB-E006", "the run needs more memory than there is", facts=(fact,), remedy=remedy)]
    )


def _block(evaluator: Evaluator) -> int:
    """Choose the draws of a block: as many as keep what is held for all of them in the cache."""
    fits = _CACHE // (8 * max(1, evaluator.width)) // LANE * LANE
    return max(LANE, min(16 * LANE, fits))


def _processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


class _Nothing:
    """The sampler of a plan in which all is certain."""

    def block(self, randomisation: int, start: int, count: int) -> Floats:  # noqa: ARG002 - as every sampler
        return np.zeros((0, count))


def supplied_draws(plan: Plan) -> Floats:
    """Return the supplied draws of a plan whose run is its rows (`Plan.supplied`).

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    array (element, row)
        In the units of the elements; row k is draw k.
    """
    (joint,) = plan.joints
    draws = np.empty((len(plan.elements), len(joint.matrix)))
    draws[list(joint.elements)] = joint.matrix.T
    return draws


def sampler_of(plan: Plan, *, design: Design, seed: int, draws_each: int) -> Sampler:
    """Return the sampler that a run of a plan draws from.

    Parameters
    ----------
    plan : Plan
    design : {"sobol", "random", "latin"}
    seed : int
    draws_each : int
        Draws of each of the 16 randomisations, a multiple of 512.

    Raises
    ------
    WellbevaError
        WB-E005 if the design has no such draws: too many inputs, or too many draws.
    """
    if not plan.elements:
        return _Nothing()
    from wellbeva.sampling.sampler import Sampler as Draws  # imported late: its tables cost time to load

    try:
        return Draws(
            plan.elements,
            plan.joints,
            design=design,
            seed=seed,
            randomisations=RANDOMISATIONS,
            draws_each=draws_each,
        )
    except ValueError as problem:
        fact = f"{len(plan.elements):,} uncertain numbers, design {design}, {draws_each:,} draws each"
        remedy = "choose the design random" if design == "sobol" else "ask for fewer draws"
        raise WellbevaError(
            [Diagnostic("WB-E005", f"the draws cannot be made: {problem}", facts=(fact,), remedy=remedy)]
        ) from None
