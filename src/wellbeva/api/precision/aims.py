"""Runs that go on until their standard errors are met: draws double, and none is drawn twice."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.errors import refusal
from wellbeva.report.text.numbers import number

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from wellbeva.analysis.convergence import Target
    from wellbeva.batch.folder import Asked
    from wellbeva.batch.parts import GrowingParts
    from wellbeva.core.arrays import Floats
    from wellbeva.engine.reductions.result import EngineResult
    from wellbeva.engine.run.extension import Extension
    from wellbeva.engine.run.settings import RunSettings
    from wellbeva.plan.plan import Plan

HOPELESS: Final = 4
"""A run is refused that would take more than so many times its bound, even if errors fell by the best power."""
BEST_POWER: Final = {"sobol": 1.0}
"""Of 1 / draws, by which errors may fall; 1/2 of another design."""


@dataclass(frozen=True, slots=True)
class Meter:
    """Seconds on the clock, processor seconds of this process, and the most memory that it had [bytes]."""

    seconds: float
    processor: float
    memory: float

    @property
    def times(self) -> Floats:
        """Seconds on the clock, and of all processors, array (2,)."""
        return np.array([self.seconds, self.processor])

    def since(self, before: Meter) -> Meter:
        """Return what was taken since another reading; the memory is how much the most has grown."""
        return Meter(self.seconds - before.seconds, self.processor - before.processor, self.memory - before.memory)


def read_meter() -> Meter:
    """Read the clocks; the memory is NaN where the system does not say."""
    try:
        import resource
    except ImportError:  # on Windows
        return Meter(time.perf_counter(), time.process_time(), float("nan"))
    unit = 1 if sys.platform == "darwin" else 1024
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return Meter(time.perf_counter(), time.process_time(), memory)


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A run after one more doubling.

    Parameters
    ----------
    draws : int
        In all.
    errors : pandas.DataFrame
        Columns as in `analysis.convergence.COLUMNS`.
    slopes : mapping of (number, of) to float
        Powers of 1 / draws by which the errors fall.
    new : int
        Of them, drawn last.
    taken : Meter
        By the engine, for those.
    """

    draws: int
    errors: pd.DataFrame
    slopes: dict[tuple[str, str], float]
    new: int
    taken: Meter

    @property
    def met(self) -> bool:
        """Whether every error that is wanted is met."""
        return bool((self.errors["mcse"] <= self.errors["wanted"]).all())

    def last(self, most: int) -> int:
        """Return the draws of the stage that meets all wanted errors, or of the last before a bound."""
        draws, needed = self.draws, self.draws if self.met else int(self.errors["draws"].max())
        while draws < needed and 2 * draws <= most:
            draws *= 2
        return draws


def stages(
    run: Extension,
    targets: Sequence[Target],
    *,
    progress: Callable[..., None] | None = None,
    meter: Callable[[], Meter] = read_meter,
) -> Iterator[Stage]:
    """Yield a run after each doubling, as far as its settings allow.

    Parameters
    ----------
    run : Extension
    targets : sequence of Target
    progress : callable of (done, total, words), optional
        The words say which error is furthest from what is wanted.
    meter : callable
        Reads the clocks.
    """
    from wellbeva.analysis.convergence import judge, slopes_of, with_draws
    from wellbeva.results.dataset import build

    design = run.settings.design
    tables: dict[int, pd.DataFrame] = {}
    total, words = run.next_draws, ""

    def tell(done: int, _: int) -> None:
        if progress is not None:
            progress(run.draws + done, total, words)

    while run.next_draws:
        before = meter()
        run.extend(tell)
        taken = meter().since(before)
        dataset = build(run.plan, run.result(brief=True), question="", plan_hash="", version="")
        table = judge(dataset, targets)
        table = tables[run.draws] = table[table["wanted"] > 0].reset_index(drop=True)
        slopes = slopes_of(tables, design)
        stage = Stage(run.draws, with_draws(table, run.draws, design, slopes), slopes, run.new, taken)
        yield stage
        total = max(stage.last(run.settings.draws), run.next_draws)
        words = _furthest(stage.errors)


def _furthest(errors: pd.DataFrame) -> str:
    if not len(errors):
        return ""
    row = errors.loc[(errors["mcse"] / errors["wanted"]).idxmax()]
    name = str(row["number"]).removeprefix("decision_").replace("_", " ")
    return f"{name} \xb1 {number(row['mcse'])}, wanted {number(row['wanted'])}"


class Aim:
    """Runs a plan until every standard error that is wanted is met, or as far as its settings allow.

    Draws double; none is drawn twice, and the result has the bits of a run of as many draws.

    Parameters
    ----------
    precision : str
        As ``nb=0.1%,evpi=1%``: shares of each number (of a chance, of all futures), or without ``%`` amounts in its
        unit. A share alone is of every number that the decision rests on.

    Attributes
    ----------
    described : dict of str to object
        What the manifest says of it.
    """

    def __init__(self, precision: str) -> None:
        from wellbeva.analysis.convergence import read_targets

        self._precision, self._targets = precision, read_targets(precision)
        self._parts: GrowingParts | None = None
        self.described: dict[str, object] = {}

    def keep_parts(self, folder: Path, asked: Asked) -> None:
        """Let a run that takes long keep its parts in a folder, and go on with those that stand there.

        Parameters
        ----------
        folder : Path
        asked : Asked
        """
        from wellbeva.batch.parts import GrowingParts

        self._parts = GrowingParts(folder, asked, self._precision)

    def __call__(self, plan: Plan, settings: RunSettings, progress: Callable[..., None] | None) -> EngineResult:
        """Run a plan.

        Parameters
        ----------
        plan : Plan
        settings : RunSettings
            With the most draws.
        progress
            As `stages`.

        Raises
        ------
        WellbevaError
            ``WB-R283`` where there are no more draws to make; ``WB-R285`` once it is plain that the bound is far too
            low; of parts as `batch.parts.GrowingParts`.
        """
        from wellbeva.engine.run.extension import Extension, reduce_here

        refuse_supplied(plan)
        run = Extension(plan, settings, self._parts or reduce_here)
        for stage in stages(run, self._targets, progress=progress):
            if stage.met:
                break
            _refuse_hopeless(stage, settings)
        errors = stage.errors.astype({"draws": object}).where(stage.errors.notna(), None)
        parts = {} if self._parts is None else self._parts.described
        self.described = {"draws_asked": stage.draws, "precision": errors.to_dict("records"), **parts}
        return run.result()


def _refuse_hopeless(stage: Stage, settings: RunSettings) -> None:
    errors = stage.errors
    power = 1 / BEST_POWER.get(settings.design, 0.5)
    least = stage.draws * float((errors["mcse"] / errors["wanted"]).max()) ** power
    if least > HOPELESS * settings.draws:
        needed = int(errors["draws"].max())
        facts = [f"{_furthest(errors)} at {stage.draws:,} draws", f"at most {settings.draws:,} draws are allowed"]
        raise refusal(
            "WB-R285",
            f"the errors that are wanted take about {needed:,} draws",
            "aim at larger errors, or allow more --draws; `wellbeva plan` says how long they take",
            *facts,
        )


def refuse_supplied(plan: Plan) -> None:
    """Refuse to choose the number of draws that are the rows of a table.

    Raises
    ------
    WellbevaError
        ``WB-R283``.
    """
    if plan.supplied:
        message = f"the draws are the {plan.supplied:,} rows of a table: there is nothing to choose"
        raise refusal("WB-R283", message, "run it without --precision: each is used once")
