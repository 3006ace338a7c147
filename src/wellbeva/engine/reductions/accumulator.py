"""Joining the chunks of a run: moments, quantiles, the decision's counts, the warnings of checks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.core.statistics import QUANTILES
from wellbeva.engine.arrays.named import NamedArray
from wellbeva.engine.lanes import CHUNK, LANE
from wellbeva.engine.reductions.chunk import ChunkPart
from wellbeva.engine.reductions.decision_counts import DecisionCounts
from wellbeva.engine.reductions.kept_draws import DrawStore
from wellbeva.engine.reductions.leaves.protocol import BinCounts, Leaves
from wellbeva.engine.reductions.moments import join_left
from wellbeva.engine.reductions.quantities import HIGHEST, PER_1000, REGRET, Quantities
from wellbeva.engine.reductions.reducer import Reducer
from wellbeva.engine.reductions.replicates import Layout, whole_lanes
from wellbeva.engine.reductions.result import Moments, Quantiles, Tally
from wellbeva.engine.reductions.state import State, pack_entries, stack, unpack_entries, unstack
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.refusal import NothingLeft, RefusedDraw
from wellbeva.engine.targets import Evaluator, PackSampler, Target
from wellbeva.plan.plan import Plan

PROBABILITIES: Final = tuple(QUANTILES.values())
COUNTED: Final = 2**20
"""A run that is refused goes on until so many draws were looked at, to say in how many of them it would be."""


class Accumulator:
    """All reductions of a run.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target
    evaluator : Evaluator
    keep : DrawStore
    sampler : PackSampler
    layout : Layout
    base : Interpreter
        The base case, evaluated.
    block : int
        Draws evaluated at once.
    kernels : bool
        Reduce by kernels, not by NumPy; the bits are the same.
    allow_nonfinite : bool
        Leave out draws that are not usable, or in which an input is outside its bounds, instead of refusing the run.
    grows : bool
        Draws may be added (`extend`).

    Attributes
    ----------
    outside : int
        Draws that are left out because an input is outside its bounds.
    nonfinite : int
        Others that are left out because a number in them is not usable.
    """

    def __init__(
        self,
        plan: Plan,
        wanted: Sequence[Target],
        evaluator: Evaluator,
        keep: DrawStore,
        *,
        sampler: PackSampler,
        layout: Layout,
        base: Interpreter,
        block: int,
        kernels: bool,
        allow_nonfinite: bool = False,
        grows: bool = False,
    ) -> None:
        self.plan, self.wanted, self.evaluator, self.keep = plan, wanted, evaluator, keep
        self.layout, self.base, self.block = layout, base, block
        self.quantities = Quantities(plan, wanted, evaluator.constant, keep, layout=layout, base=base, grows=grows)
        self.reducer = Reducer(
            self.quantities,
            evaluator,
            leaves=_leaves(kernels=kernels),
            sampler=sampler,
            layout=layout,
            # no more than the longest chunk fills: new memory takes longer to come by than short chunks to work through
            lanes=max(1, min(block, whole_lanes(CHUNK if grows else min(CHUNK, max(layout.sizes)))) // LANE),
            allow_nonfinite=allow_nonfinite,
        )
        # of each stretch: chunks joined with their neighbours, then pairs of pairs, as far as they go
        self._parts: dict[int, list[ChunkPart]] = {}
        self._stopped: RefusedDraw | None = None
        self._looked = 0
        self.outside = self.nonfinite = 0
        self._failed: dict[str, int] = {}

    def chunk(self, stretch: int, start: int, stop: threading.Event) -> ChunkPart:
        """Evaluate and reduce one chunk, in a worker; soon ends if `stop` is set.

        Parameters
        ----------
        stretch : int
        start : int
            Draw of the stretch with which the chunk begins, a multiple of 2^16.
        stop : threading.Event
        """
        return self.reducer.chunk(stretch, start, stop)

    def take(self, part: ChunkPart) -> None:
        """Take over one chunk, in the calling thread; called in their order.

        Parameters
        ----------
        part : ChunkPart

        Raises
        ------
        RefusedDraw
            For the first draw that is not usable, in which an input is outside its bounds, or that a ``fail_if``
            refuses, once it is known how many there are.
        """
        self._join(part)
        self._looked += part.count
        self.outside += part.outside
        self.nonfinite += part.nonfinite
        for name, count in part.failed.items():
            self._failed[name] = self._failed.get(name, 0) + count
        self._stopped = self._stopped or part.stopped
        if self._stopped is not None and self._looked >= min(COUNTED, self.layout.total):
            raise self._refusal(self._stopped)
        if self._looked == self.outside + self.nonfinite == self.layout.total:
            raise NothingLeft(self.nonfinite, self.outside)

    def finish(self) -> None:
        """Refuse what a draw refuses, if the draws end before as many were looked at as `take` waits for.

        Raises
        ------
        RefusedDraw
        """
        if self._stopped is not None:
            raise self._refusal(self._stopped)

    def _refusal(self, stopped: RefusedDraw) -> RefusedDraw:
        stopped.times, stopped.looked = self._failed.get(stopped.target, self.nonfinite), self._looked
        return stopped

    def _join(self, part: ChunkPart) -> None:
        """Join a chunk with those before it: two of the same size whenever both are there.

        The last chunk of a stretch may be shorter. It waits for `join_left`, which joins in the same order.
        """
        parts = self._parts.setdefault(part.stretch, [])
        parts.append(part)
        with np.errstate(all="ignore"):
            while len(parts) > 1 and parts[-1].count == parts[-2].count:
                last = parts.pop()
                parts[-1].join(last)

    def extend(self, layout: Layout, sampler: PackSampler, keep: DrawStore, places: Sequence[tuple[int, int]]) -> None:
        """Go on with a run of twice as many draws, whose number is a power of two; those taken are some of them.

        Parameters
        ----------
        layout, sampler, keep
            Of the longer run.
        places : sequence of (int, int)
            Of each stretch so far, in their order: its stretch in the longer run, and the draw of that with which it
            begins.
        """
        shorter, self._parts = self._parts, {}
        for stretch, (place, start) in enumerate(places):
            size = self.layout.sizes[stretch]
            for name, values in keep.views(place, start, start + size).items():
                values[...] = self.keep.views(stretch, 0, size)[name][:, : values.shape[1]]
            for part in shorter[stretch]:
                part.stretch, part.start = place, start + part.start
                self._join(part)
        self.layout, self.keep = layout, keep
        self.quantities.keep, self.reducer.layout, self.reducer.sampler = keep, layout, sampler

    def state(self) -> State:
        """Return all that was taken over, as arrays that `take_state` of another run of the same draws takes."""
        parts = [part for several in self._parts.values() for part in several]
        arrays = stack(parts, self.quantities)
        for name, counts in self._bins().items():
            arrays |= {f"{name} {key}": array for key, array in pack_entries(counts.entries()).items()}
        views = [self._views(part) for part in parts]
        return arrays | {name: np.concatenate([view[name] for view in views], axis=1) for name in views[0]}

    def take_state(self, state: State) -> None:
        """Take over what another has reduced.

        Parameters
        ----------
        state : State
            Of the draws that come next, or of some of a stretch of which none was taken.

        Raises
        ------
        ValueError, KeyError
            If it is not the state of a run of the same plan, draws and settings.
        RefusedDraw, NothingLeft
            As `take`.
        """
        parts = unstack(state, self.quantities)
        views = [self._views(part) for part in parts]
        for name in views[0] if views else ():
            stops = np.cumsum([view[name].shape[1] for view in views])
            for view, values in zip(views, np.split(state[name], stops, axis=1), strict=False):
                view[name][...] = values
        for name, counts in self._bins().items():
            packed = {key: state[f"{name} {key}"] for key in ("steps", "counts", "far", "many")}
            for places, times in unpack_entries(packed):
                counts.add_entries(places, times)
        for part in parts:
            before = self._parts.get(part.stretch)
            if before and part.start != before[-1].start + before[-1].count:
                raise ValueError(f"draws of stretch {part.stretch} from {part.start:,} on do not come next")
            self.take(part)

    def _bins(self) -> dict[str, BinCounts]:
        return {"bins": self.reducer.counting, "derived bins": self.reducer.counting_derived}

    def _views(self, part: ChunkPart) -> dict[str, npt.NDArray[Any]]:
        """Return the kept draws of a part."""
        sizes = self.layout.sizes
        if not 0 <= part.stretch < len(sizes) or not 0 <= part.start <= part.start + part.count <= sizes[part.stretch]:
            raise ValueError(f"draws {part.start:,} to {part.start + part.count:,} of stretch {part.stretch}")
        randomisation, first = self.layout.place(part.stretch, part.start)
        return self.keep.views(randomisation, first, first + part.count)

    def moments(self) -> dict[str, Moments]:
        """Return the moments of every quantity, a row a stretch; a stretch of which no draw is left has none."""
        rows, count = self._rows()
        free = self._free()
        found: dict[str, Moments] = {}
        for name, axes in self.quantities.axes.items():
            shape = (len(rows), *self.quantities.shape(name))
            if name in self.evaluator.constant and not name.startswith("decision."):
                value = np.broadcast_to(self.evaluator.constant[name], shape)
                found[name] = Moments(axes, count, np.array(value), np.zeros(shape))
                continue
            # effect for each 1,000 has no bound where a cost is next to nothing
            with np.errstate(all="ignore"):
                joined = [join_left([part.nodes[name] for part in self._parts[row]]) for row in rows]
            mean = np.stack([one.mean for one in joined]).reshape(shape)
            m2 = np.stack([one.m2 for one in joined]).reshape(shape)
            if name == PER_1000:
                mean[:, free], m2[:, free] = np.nan, np.nan
            found[name] = Moments(axes, count, mean, m2)
        return found

    def quantiles(self) -> dict[str, Quantiles]:
        """Return the quantiles of every quantity that varies or not, means of ratios apart."""
        chances = np.array(PROBABILITIES)
        free = self._free()
        found: dict[str, Quantiles] = {}
        for name, axes in self.quantities.axes.items():
            if name.startswith("mean.") or name == REGRET:
                continue
            shape = (len(chances), *self.quantities.shape(name))
            if name in self.evaluator.constant and not name.startswith("decision."):
                values = np.array(np.broadcast_to(self.evaluator.constant[name], shape))
                found[name] = Quantiles(axes, chances, values, np.zeros(shape))
                continue
            if self.quantities.exact(name):
                with np.errstate(all="ignore"):
                    values = exact_quantiles(self.quantities.kept(name), chances)
                resolution = np.zeros_like(values)
            elif name in self.quantities.binned:
                values, resolution = self.reducer.quantiles(name, chances)
            else:
                continue
            if name == PER_1000:
                values[:, free], resolution[:, free] = np.nan, np.nan
            found[name] = Quantiles(axes, chances, values.reshape(shape), resolution.reshape(shape))
        return found

    def tally(self) -> Tally | None:
        """Return the counts of the decision, a row a stretch."""
        decision = self.plan.decision
        if decision is None:
            return None
        rows, count = self._rows()
        totals: list[DecisionCounts] = []
        highest: list[Floats] = []
        for row in rows:
            counted = [part.counts for part in self._parts[row] if part.counts is not None]
            total = counted[0] if len(counted) == 1 else DecisionCounts(decision)
            for one in counted if len(counted) > 1 else ():
                total.merge(one)
            totals.append(total)
            nodes = [part.nodes[HIGHEST] for part in self._parts[row] if HIGHEST in part.nodes]
            highest.append(join_left(nodes).mean if nodes else np.zeros(0))
        ties = max(one.best.shape[-1] for one in totals)
        best = np.zeros((len(totals), *totals[0].best.shape[:-1], ties), dtype=np.int64)
        beats = np.empty((len(totals), *totals[0].beats.shape), dtype=np.int32)
        for place, one in enumerate(totals):
            # One by one, so that never all stand twice.
            best[place, ..., : one.best.shape[-1]], beats[place] = one.best, one.beats
            one.best, one.beats = best[place], beats[place]
        return Tally(
            thresholds=np.array(decision.thresholds if decision.choose == "one" else (), dtype=np.float64),
            best=best,
            max_net_benefit=np.stack(highest),
            no_benefit=np.stack([one.no_benefit for one in totals]),
            worth_it=np.stack([one.worth_it for one in totals]),
            beats=beats,
            count=count,
        )

    def warnings(self) -> tuple[tuple[str, float], ...]:
        """Return what each ``warn_if`` says that is true anywhere, and in which share of draws (of cells)."""
        found: list[tuple[str, float]] = []
        parts: Sequence[ChunkPart] = [part for several in self._parts.values() for part in several]
        draws = sum(part.left for part in parts)
        for index, check in enumerate(self.plan.checks):
            if check.severity != "warn_if":
                continue
            base: NamedArray = self.base.node(check.expression)
            share = float((base.array != 0).mean())
            name = f"check.{index}"
            if any(name in part.true for part in parts):
                shape = next(one.axes for one in self.wanted if one.name == name)
                cells = int(np.prod([len(self.plan.axes[axis]) for axis in shape]))
                share = sum(part.true[name] for part in parts) / (draws * cells)
            if share > 0 or (base.array != 0).any():
                found.append((check.say, share))
        return tuple(found)

    def _rows(self) -> tuple[list[int], Ints]:
        """Return the stretches of which a draw is left, and how many draws each counts."""
        used = {row: sum(part.left for part in parts) for row, parts in sorted(self._parts.items())}
        left = {row: count for row, count in used.items() if count}
        return list(left), np.array(list(left.values()), dtype=np.int64)

    def _free(self) -> Flags:
        """Return for each option whether its cost is not above 0 in some draw."""
        found = [part.counts.free for parts in self._parts.values() for part in parts if part.counts is not None]
        return np.logical_or.reduce(found) if found else np.zeros(0, dtype=bool)


def _leaves(*, kernels: bool) -> Leaves:
    if kernels:
        from wellbeva.engine.reductions.leaves import kernel_leaves  # imported late: most runs do without machine code

        return kernel_leaves
    from wellbeva.engine.reductions.leaves import numpy_leaves

    return numpy_leaves


def exact_quantiles(x: Floats, probabilities: Floats) -> Floats:
    """Return quantiles of kept draws, by straight lines between the sorted draws.

    Parameters
    ----------
    x : array (cell, draw) [unit of the quantity]
    probabilities : array (q,) [share]

    Returns
    -------
    array (q, cell) [unit of the quantity]
        With n draws, at position (n - 1) p between them (Hyndman and Fan 1996, definition 7,
        doi:10.1080/00031305.1996.10473566; NumPy's default).
    """
    ordered = np.sort(x, axis=1)
    position = (x.shape[1] - 1) * probabilities
    before = np.floor(position).astype(np.intp)
    after = np.minimum(before + 1, x.shape[1] - 1)
    low, high = ordered[:, before], ordered[:, after]
    return np.ascontiguousarray((low + (position - before) * (high - low)).T)
