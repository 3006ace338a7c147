"""A run that grows until it is long enough: its draws double, and none is drawn twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.accumulator import Accumulator
from wellbeva.engine.reductions.replicates import RANDOMISATIONS
from wellbeva.engine.reductions.result import EngineResult
from wellbeva.engine.reductions.state import State
from wellbeva.engine.run.block_loop import Progress, Work
from wellbeva.engine.run.settings import RunSettings
from wellbeva.plan.limits import USUAL
from wellbeva.plan.plan import Plan

Reduce = Callable[[Work, Accumulator | None, Progress | None], Accumulator]


def reduce_here(work: Work, shorter: Accumulator | None, progress: Progress | None) -> Accumulator:
    """Reduce all draws of a work, or those that are not in a shorter run, in this process.

    Parameters
    ----------
    work : Work
    shorter : Accumulator or None
        As `Work.extend`.
    progress : callable or None
        As `Work.reduce`.
    """
    return work.reduce(work.tasks(), progress) if shorter is None else work.extend(shorter, progress)


class Extension:
    """A run of a plan that is not of supplied draws, begun with few draws.

    At every length it has the bits of `block_loop.run`. So it is begun anew, once, where from some length on another
    engine is chosen; and at every length if it is a Latin hypercube, of which no draw stays where there are more.

    Parameters
    ----------
    plan : Plan
    settings : RunSettings
        With the most draws.
    reduce : callable
        Reduces draws as `reduce_here`, with the same bits.

    Attributes
    ----------
    draws : int
        So far.
    new : int
        Of them, drawn by the last `extend`.
    """

    def __init__(self, plan: Plan, settings: RunSettings, reduce: Reduce = reduce_here) -> None:
        settings.check()
        self.plan, self.settings, self._reduce = plan, settings, reduce
        self.draws = self.new = 0
        self._work: Work | None = None
        self._collect: Accumulator | None = None

    def work(self, draws: int) -> Work:
        """Return the work of a run of so many draws."""
        return Work(self.plan, replace(self.settings, draws=draws), grows=True)

    @property
    def next_draws(self) -> int:
        """Draws after the next `extend`; 0 if the settings do not allow as many."""
        least = RANDOMISATIONS * LANE
        twice = 2 * self.draws or max(least, min(USUAL, self.settings.draws // least * least))
        return twice if twice <= max(least, self.settings.draws) else 0

    def extend(self, progress: Progress | None = None) -> None:
        """Double the draws.

        Parameters
        ----------
        progress : callable, optional
            Called with the draws done and those of this doubling.
        """
        former, self._work = self._work, self.work(self.next_draws)
        anew = former is None or former.engine != self._work.engine or self.settings.design == "latin"
        self.new = self.next_draws if anew else self.draws
        self._collect = self._reduce(self._work, None if anew else self._collect, progress)
        self.draws = self._work.layout.total

    @property
    def complete(self) -> bool:
        """Whether all draws are kept."""
        return self._collect is not None and self._collect.keep.complete

    def state(self) -> State:
        """Return the sums and counts; the run cannot go on after it."""
        assert self._collect is not None
        return self._collect.state()

    def result(self, *, brief: bool = False) -> EngineResult:
        """Return the result.

        Parameters
        ----------
        brief : bool
            Without quantiles and kept draws; the run can go on only then.
        """
        assert self._work is not None
        assert self._collect is not None
        return self._work.result(self._collect, brief=brief)
