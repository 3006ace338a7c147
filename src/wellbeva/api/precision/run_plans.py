"""What a run will take: time, memory, disk and errors, from short slices of the run itself."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.api.precision.aims import Meter, Stage, read_meter, refuse_supplied, stages
from wellbeva.api.runs import DEFAULT_DRAWS, Design, EngineName, run
from wellbeva.api.sources import Overrides, Source
from wellbeva.engine.run.settings import REACHABLE_DRAWS, RunSettings

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.analysis.convergence import Target
    from wellbeva.core.arrays import Floats
    from wellbeva.engine.reductions.result import EngineResult
    from wellbeva.plan.plan import Plan

LONG: Final = 1.0
"""Processor seconds of a slice that tells the rate."""
PATIENCE: Final = 20.0
"""Processor seconds after which no longer slice is begun."""
PART_S: Final = 20.0
"""Seconds of computing that a part holds, about (`batch.parts`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Shards:
    """A run on several machines, each as fast as this one.

    Parameters
    ----------
    count : int
    slowest : int
        Draws of the largest.
    parts : int
        Files of all, until they are merged; each shard has one for every 20 seconds, about.
    disk : float
        Bytes of them.
    join : array (2,) [second]
        To read and join one part, as `RunPlan.draw`.
    """

    count: int
    slowest: int
    parts: int
    disk: float
    join: Floats


@dataclass(frozen=True, slots=True, eq=False)
class RunPlan:
    """What a run will take on a machine as fast as this one.

    Parameters
    ----------
    title : str
    labels : mapping of option to str
    draws, threads : int
    design, engine : str
    measured : int
        Draws of the longest slice that was run.
    start, draw, files : array (2,) [second]
        On the clock, and of all processors: to load and compile the scenario and make the engine ready; for one draw;
        for tables and files.
    memory, disk : float
        Bytes; the memory is NaN where the system does not say.
    errors : pandas.DataFrame
        Columns ``number, of, value, mcse`` of the slice, ``expected``, the error of the run, and with errors that are
        wanted ``wanted, draws``.
    shards : Shards, optional
    """

    title: str
    labels: dict[str, str]
    draws: int
    threads: int
    design: str
    engine: str
    measured: int
    start: Floats
    draw: Floats
    files: Floats
    memory: float
    disk: float
    errors: pd.DataFrame
    shards: Shards | None

    @property
    def times(self) -> Floats:
        """Seconds that the run will take on one machine: on the clock, and of all processors."""
        return self.start + self.draws * self.draw + self.files

    @property
    def seconds_of_shards(self) -> float:
        """Seconds on the clock that it will take in shards: the slowest, and a merge after it."""
        assert self.shards is not None
        slowest = self.start + self.shards.slowest * self.draw
        return float((slowest + self.start + self.shards.parts * self.shards.join + self.files)[0])


def plan_run(
    path: Source,
    *,
    draws: int | None = None,
    precision: str = "",
    nodes: int = 1,
    seed: int = 1,
    design: Design = "sobol",
    engine: EngineName = "auto",
    threads: int = 0,
    variant: str = "",
    overrides: Overrides = (),
    progress: Callable[..., None] | None = None,
    meter: Callable[[], Meter] = read_meter,
) -> RunPlan:
    """Say what a run will take, before it is run.

    Parameters
    ----------
    path, precision, seed, design, engine, threads, variant, overrides, progress
        As `run`.
    draws : int, optional
        Of the run; with `precision` the most.
    nodes : int
        Machines, each with a shard of the run; at least 1.
    meter : callable
        Reads the clocks.

    Raises
    ------
    WellbevaError
        As `run`.
    """
    from wellbeva.analysis.convergence import read_targets
    from wellbeva.report.facts.names import label_of

    slices = _Slices(read_targets(precision or "1%"), meter, aimed=bool(precision), nodes=nodes)
    begun = meter()
    done = run(
        path,
        draws=(REACHABLE_DRAWS if precision else DEFAULT_DRAWS) if draws is None else draws,
        seed=seed,
        design=design,
        engine=engine,
        threads=threads,
        variant=variant,
        overrides=overrides,
        progress=progress,
        execute=slices,
    )
    with tempfile.TemporaryDirectory() as place:
        disk = sum(file.stat().st_size for file in done.write(Path(place) / "run").iterdir())
    ended, stage = meter(), slices.stages[-1]
    errors = stage.errors if precision else stage.errors.drop(columns=["wanted", "draws"])
    draw = stage.taken.times / stage.new
    doublings = math.log2(slices.draws / stage.draws)
    growth = min(one.taken.memory for one in slices.stages[-2:])
    fall = [stage.slopes.get(key, 0.5) for key in zip(stage.errors["number"], stage.errors["of"], strict=True)]
    return RunPlan(
        title=done.compiled.plan.title,
        labels={of: label_of(done.compiled.record, of) for of in errors["of"]},
        draws=slices.draws,
        threads=done.result.threads,
        design=design,
        engine=done.result.engine,
        measured=stage.draws,
        start=slices.begun.times - begun.times + slices.loaded + slices.ready(draw),
        draw=draw,
        files=ended.times - slices.ended.times,
        memory=max(slices.ended.memory + doublings * growth, ended.memory),
        disk=disk,
        errors=errors.assign(expected=errors["mcse"] * 2.0 ** (-doublings * np.array(fall))),
        shards=slices.shards(draw),
    )


class _Slices:
    """Runs a plan with few draws, and ever more of them until the rate can be told."""

    def __init__(self, targets: Sequence[Target], meter: Callable[[], Meter], *, aimed: bool, nodes: int) -> None:
        self._targets, self._meter, self._aimed, self._nodes = targets, meter, aimed, nodes
        self.stages: list[Stage] = []

    def __call__(self, plan: Plan, settings: RunSettings, progress: Callable[..., None] | None) -> EngineResult:
        from wellbeva.engine.run import plan_cache
        from wellbeva.engine.run.extension import Extension
        from wellbeva.engine.run.select_engine import compiled_is_faster

        self.begun = self._meter()
        refuse_supplied(plan)
        run = Extension(plan, settings)
        before = self._meter()
        stage = next(stages(run, self._targets, meter=self._meter))
        # the first results load what lays them out, here as in a run
        self.loaded = self._meter().since(before).times - stage.taken.times
        wanted, threads = stage.last(settings.draws) if self._aimed else settings.draws, run.result(brief=True).threads
        if settings.engine == "auto" and compiled_is_faster(plan, "all", draws=wanted, threads=threads):
            settings = replace(settings, engine="compiled")
        self._cold = settings.engine == "compiled" and not plan_cache.compiled(plan, "all", fast=False).kept
        run = Extension(plan, settings)
        for stage in stages(run, self._targets, progress=progress, meter=self._meter):
            self.stages.append(stage)
            spent = [one.taken.processor for one in self.stages]
            reached = self._aimed and stage.met
            if reached or (spent[-1] >= LONG and not run.complete) or sum(spent) > PATIENCE:
                break
        self.draws = stage.last(settings.draws) if self._aimed else max(stage.draws, settings.draws)
        # held no longer than a run holds them, but for shards
        self._sums = (run, run.state()) if self._nodes > 1 else None
        result = run.result()
        self.ended = self._meter()
        return result

    def ready(self, draw: Floats) -> Floats:
        """Return the seconds that making the engine ready took; what was compiled now, a run loads from the disk."""
        from wellbeva.engine.run.cost_model import LOADED_S

        took = sum(one.taken.times - one.new * draw for one in self.stages)
        return np.clip(took, 0.0, LOADED_S if self._cold else None)

    def shards(self, draw: Floats) -> Shards | None:
        """Return what the run will take in shards; None on one machine."""
        from wellbeva.batch.tree import Tree

        if self._sums is None:
            return None
        nodes, (run, state) = self._nodes, self._sums
        layout = run.work(self.draws).layout
        tree = Tree(layout.sizes)
        slowest = layout.total * max(len(tree.shard(index, nodes)) for index in range(1, nodes + 1)) // tree.leaves
        begun = self._meter()
        run.work(run.draws).join([state])
        parts = nodes * max(1, math.ceil(slowest * draw[0] / PART_S))
        kept = ("draws ", "inputs", "counts")  # in the first parts alone
        sizes = [array.nbytes * (1 if name.startswith(kept) else parts) for name, array in state.items()]
        return Shards(nodes, slowest, parts, sum(sizes), self._meter().since(begun).times)
