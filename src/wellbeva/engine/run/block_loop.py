"""The block loop: draws in, reductions out, the same bits for any number of threads and any block."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.lanes import CHUNK, LANE
from wellbeva.engine.reductions.accumulator import Accumulator
from wellbeva.engine.reductions.chunk import ChunkPart
from wellbeva.engine.reductions.kept_draws import DrawStore
from wellbeva.engine.reductions.replicates import RANDOMISATIONS, SUPPLIED, Layout, Rows
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.reductions.state import State
from wellbeva.engine.refusal import NothingLeft, RefusedDraw
from wellbeva.engine.run import cost_model, failures, plan_cache
from wellbeva.engine.run.select_engine import fast_gap, make_ready, select
from wellbeva.engine.run.settings import Design, Engine, RunSettings, rounded_up
from wellbeva.engine.targets import Evaluator, PackSampler, Sampler
from wellbeva.errors import WellbevaError, refusal
from wellbeva.plan.plan import Plan

_CACHE: Final = 2**22
"""Bytes that the widest intermediate of a block may take: some of it stays in the caches of one core."""
_SHORT: Final = 2**15
"""Draws of short chunks that one thread does at a time."""

Progress = Callable[[int, int], None]
Task = tuple[int, int]


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
    work = Work(plan, settings or RunSettings())
    return work.result(work.reduce(work.tasks(), progress))


def warm(plan: Plan) -> None:
    """Compile all that a run of a plan by the compiled engine needs, or load it from the disk, by running it briefly.

    Raises
    ------
    WellbevaError
        As `run`.
    """
    for design in ("sobol", "random"):
        run(plan, RunSettings(draws=RANDOMISATIONS * LANE, design=design, engine="compiled", threads=1))


def run_rows(plan: Plan, draws: Floats, settings: RunSettings | None = None) -> EngineResult:
    """Run a plan on given values of its uncertain numbers, each row once and in order.

    Parameters
    ----------
    plan : Plan
    draws : array (element, row) [unit of each element]
    settings : RunSettings, optional
        Of which draws and design play no part.
    """
    layout = Layout.rows(draws.shape[1])
    work = Work(plan, settings or RunSettings(), sampler=Rows(draws, layout), layout=layout)
    return work.result(work.reduce(work.tasks()))


class Work:
    """The work of a run, to be done whole or in parts.

    Parameters
    ----------
    plan : Plan
    settings : RunSettings
    sampler : Sampler, optional
        Of which the settings' seed and design are only noted; as the plan and the settings say if left out.
    layout : Layout, optional
        With a sampler.
    grows : bool
        More draws may be added to those of this work (`extend`).

    Attributes
    ----------
    layout : Layout
    threads : int
        At least 1.

    Raises
    ------
    WellbevaError
        As `run`.
    """

    def __init__(
        self,
        plan: Plan,
        settings: RunSettings,
        *,
        sampler: Sampler | None = None,
        layout: Layout | None = None,
        grows: bool = False,
    ) -> None:
        settings.check()
        self.plan, self.settings, self._grows = plan, settings, grows
        self._sampler, self.layout = (sampler, layout) if sampler and layout else _draws(plan, settings)
        self._design = SUPPLIED if self.layout.supplied else settings.design
        self._base, self._wanted = plan_cache.base_case(plan), plan_cache.output_targets(plan, settings.outputs)
        self.threads = settings.threads or _processors()

    @cached_property
    def _selected(self) -> tuple[Engine, Evaluator, PackSampler]:
        settings, draws = self.settings, self.layout.total
        given = (self.plan, settings.outputs, self._sampler, settings.engine)
        return select(*given, draws=draws, threads=self.threads, fast=settings.fast)

    @property
    def engine(self) -> Engine:
        """Reference, blocked or compiled, as the settings ask for it; the same for every part."""
        return self._selected[0]

    @property
    def predicted_s(self) -> float:
        """Seconds that the run will take, by the size of the model: right to a factor of some 3 (`cost_model`)."""
        return self._blocked_s / (cost_model.FASTER if self.engine == "compiled" else 1)

    @property
    def _blocked_s(self) -> float:
        blocked, inputs = plan_cache.blocked(self.plan, self.settings.outputs), len(self.plan.elements)
        given = {"draws": self.layout.total, "threads": self.threads}
        return cost_model.work(blocked, inputs=inputs, **given, decision=self.plan.decision).blocked_s

    def is_over_in(self, seconds: float) -> bool:
        """Whether the run is predicted to take less; machine code is loaded only where it decides."""
        return self._blocked_s < seconds or self.predicted_s < seconds

    def tasks(self) -> list[Task]:
        """Return all chunks, each a stretch and the draw of it with which it begins, in their order."""
        return _chunks(self.layout.sizes)

    def reduce(self, tasks: Sequence[Task], progress: Progress | None = None) -> Accumulator:
        """Draw, evaluate and reduce chunks.

        Parameters
        ----------
        tasks : sequence of (int, int)
            From `tasks`, in their order: of each stretch a row of neighbours.
        progress : callable, optional
            Called from the calling thread with the draws done and the draws of these chunks.

        Raises
        ------
        WellbevaError
            As `run`.
        """
        return self._reduced(self._accumulator(), tasks, progress)

    def added(self) -> tuple[tuple[int, ...], Task]:
        """Return which draws are not in a run of half as many, whose number is a power of two.

        Of the design ``sobol`` randomisations grow; of ``random`` they are joined in pairs: they are stretches of one
        stream.

        Returns
        -------
        sizes : tuple of int
            How many of them each stretch has that has any.
        first : (int, int)
            The first of these stretches, and the draw of each with which they begin.
        """
        each, half = self.layout.draws_each, RANDOMISATIONS // 2
        if self.settings.design == "random":
            return (each,) * half, (half, 0)
        return (each // 2,) * RANDOMISATIONS, (0, each // 2)

    def extend(self, shorter: Accumulator, progress: Progress | None = None) -> Accumulator:
        """Draw, evaluate and reduce what is not in a run of half as many draws, which is used up.

        Parameters
        ----------
        shorter : Accumulator
            Of the same plan and settings but for the draws (`added`).
        progress : callable, optional
            As `reduce`.

        Raises
        ------
        WellbevaError
            As `run`.
        """
        return self._reduced(self._longer(shorter), _chunks(*self.added()), progress)

    def _longer(self, shorter: Accumulator) -> Accumulator:
        each, paired = self.layout.draws_each // 2, self.settings.design == "random"
        places = [(row // 2, row % 2 * each) if paired else (row, 0) for row in range(RANDOMISATIONS)]
        with self._faults():
            shorter.extend(self.layout, self._selected[2], self._store(), places)
        return shorter

    def _reduced(self, collect: Accumulator, tasks: Sequence[Task], progress: Progress | None) -> Accumulator:
        if self.engine == "compiled" and self.threads > 1:
            make_ready(self.plan, self._wanted, self._selected[1], self._selected[2], design=self._design)
        with self._faults():
            done, total = 0, sum(min(CHUNK, self.layout.sizes[row] - start) for row, start in tasks)
            for part in _in_order(collect, tasks, self.threads):
                collect.take(part)
                done += part.count
                if progress is not None:
                    progress(done, total)
            collect.finish()
        return collect

    def join(self, states: Iterable[State], shorter: Accumulator | None = None) -> Accumulator:
        """Join what was reduced elsewhere.

        Parameters
        ----------
        states : iterable of State
            Of `reduce` of the same work, in the order of their draws, each draw once.
        shorter : Accumulator, optional
            As `extend`; then of the draws that are not in it alone.

        Raises
        ------
        ValueError, KeyError
            If a state is not of this work, or does not come next.
        WellbevaError
            As `run`.
        """
        collect = self._accumulator() if shorter is None else self._longer(shorter)
        with self._faults():
            for state in states:
                collect.take_state(state)
        return collect

    def result(self, collect: Accumulator, *, brief: bool = False) -> EngineResult:
        """Return the result, when all chunks are reduced.

        Parameters
        ----------
        collect : Accumulator
        brief : bool
            Without quantiles and kept draws. Only then can draws be added to those of the accumulator.
        """
        layout, keep = self.layout, collect.keep
        fast = self.settings.fast and self.engine == "compiled"
        return EngineResult(
            engine=self.engine,
            design=self._design,
            seed=self.settings.seed,
            threads=self.threads,
            randomisations=layout.randomisations,
            draws_each=layout.draws_each,
            moments=collect.moments(),
            quantiles={} if brief else collect.quantiles(),
            tally=collect.tally(),
            kept_each=keep.each,
            draws={} if brief else keep.draws(),
            inputs={} if brief else keep.inputs(),
            warnings=collect.warnings(),
            nonfinite=collect.nonfinite,
            outside=collect.outside,
            fast_gap=fast_gap(self.plan, self._wanted, self._sampler) if fast else None,
        )

    def _store(self) -> DrawStore:
        kept = self._wanted if self.settings.outputs == "all" else ()
        return DrawStore(
            self.plan,
            kept,
            self._selected[1].constant,
            layout=self.layout,
            everything=self.settings.keep_draws,
            nothing=not kept,
        )

    def _accumulator(self) -> Accumulator:
        settings, evaluator = self.settings, self._selected[1]
        with self._faults():
            return Accumulator(
                self.plan,
                self._wanted,
                evaluator,
                self._store(),
                sampler=self._selected[2],
                layout=self.layout,
                base=self._base,
                block=settings.block or _block(evaluator),
                kernels=self.engine == "compiled",
                allow_nonfinite=settings.allow_nonfinite,
                grows=self._grows,
            )

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except NothingLeft as none:
            raise failures.none_left(none.nonfinite, none.outside) from None
        except RefusedDraw as stopped:
            settings = self.settings
            stopped.run, stopped.changes = settings.words(self.layout.total, self._design), settings.changes
            raise failures.explain(self.plan, stopped) from None
        except MemoryError:
            raise _out_of_memory(self.layout.total, everything=self.settings.keep_draws) from None


def _chunks(sizes: Sequence[int], first: Task = (0, 0)) -> list[Task]:
    row, draw = first
    return [(row + place, draw + start) for place, size in enumerate(sizes) for start in range(0, size, CHUNK)]


def _draws(plan: Plan, settings: RunSettings) -> tuple[Sampler, Layout]:
    """Return the draws of a run and how they are laid out."""
    if plan.supplied:
        draws = supplied_draws(plan)
        layout = Layout.rows(draws.shape[1])
        return Rows(draws, layout), layout
    layout = Layout.design(rounded_up(settings.draws) // RANDOMISATIONS)
    return sampler_of(plan, design=settings.design, seed=settings.seed, draws_each=layout.draws_each), layout


def _in_order(collect: Accumulator, tasks: Sequence[Task], workers: int) -> Iterator[ChunkPart]:
    """Compute chunks, several at once, and give them in their order; a few are in flight at most."""
    stop = threading.Event()
    if workers == 1:
        for task in tasks:
            yield collect.chunk(*task, stop)
        return
    waiting = iter(_together(tasks, collect.layout, workers))
    flight: deque[Future[list[ChunkPart]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="wellbeva")

    def several(group: Sequence[Task]) -> list[ChunkPart]:
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


def _together(tasks: Sequence[Task], layout: Layout, workers: int) -> list[Sequence[Task]]:
    """Put short chunks together: to hand one over takes a tenth of a thousandth of a second, as long as 500 draws."""
    chunk = max(1, min(CHUNK, max(layout.sizes)))
    size = max(1, min(_SHORT // chunk, len(tasks) // (2 * workers)))
    return [tasks[first : first + size] for first in range(0, len(tasks), size)]


def _out_of_memory(draws: int, *, everything: bool) -> WellbevaError:
    remedy = "keep fewer draws (leave out --keep-draws)" if everything else "ask for a smaller --threads"
    fact = f"{draws:,} draws, {'all' if everything else 'not all'} of them kept"
    return refusal("WB-E006", "the run needs more memory than there is", remedy, fact)


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
        raise refusal("WB-E005", f"the draws cannot be made: {problem}", remedy, fact) from None
