"""Draws evaluated and reduced, chunk by chunk, a pack of lanes at a time: the work of one thread at a time.

Draws lie in packs (lane, row, 512), whatever engine evaluates them. What touches each draw is a leaf function, written
twice (`leaves.protocol`): in NumPy, for engines that start at once, and as kernels, with which a thread seldom holds
the interpreter. Both give the same bits: sums are added in one order, written out in both, and everything else is
comparisons, counts and operations on one draw. Rows that several quantities share are reduced once.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.chunk import ChunkPart, empty_part, leave_out, stopped
from wellbeva.engine.reductions.decision_counts import DecisionCounts
from wellbeva.engine.reductions.histogram import bins, ends
from wellbeva.engine.reductions.leaves.protocol import Leaves
from wellbeva.engine.reductions.moments import MomentNode
from wellbeva.engine.reductions.quantities import HIGHEST, NET_BENEFIT, PER_1000, REGRET, Quantities
from wellbeva.engine.reductions.replicates import Layout, whole_lanes
from wellbeva.engine.targets import Evaluator, PackSampler, Target, row_draws
from wellbeva.plan.plan import COST, EFFECT, Decision


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """The places of the cells of a quantity.

    Parameters
    ----------
    rows : int array (cell,)
        Of the evaluator's pack, or of the one derived from it; -1 for a cell that is the same in every draw.
    constant : array (cell,) [unit of the quantity]
        What those cells are.
    derived : bool
    """

    rows: Ints
    constant: Floats
    derived: bool = False


class Reducer:
    """Evaluates and reduces chunks of draws; safe to call from several threads.

    Parameters
    ----------
    quantities : Quantities
    evaluator : Evaluator
    leaves : Leaves
    sampler : PackSampler
    layout : Layout
    lanes : int
        Of a pack.
    allow_nonfinite : bool
        Draws that are not usable do not refuse the run.
    """

    def __init__(
        self,
        quantities: Quantities,
        evaluator: Evaluator,
        *,
        leaves: Leaves,
        sampler: PackSampler,
        layout: Layout,
        lanes: int,
        allow_nonfinite: bool,
    ) -> None:
        self.quantities, self.evaluator, self.sampler, self.layout = quantities, evaluator, sampler, layout
        self.leaves, self.lanes, self.allow_nonfinite = leaves, lanes, allow_nonfinite
        self.decision = None if quantities.plan.decision is None else _DecisionRows(quantities, evaluator)
        self._cells = {
            target.name: _Cells(np.arange(*evaluator.rows[target.name]), np.zeros(0))
            for target in quantities.finite
            if target.role in ("outcome", "mean")
        }
        if self.decision is not None:
            self._cells |= self.decision.cells
        self.rows = _unique([cells.rows for cells in self._cells.values() if not cells.derived])
        self._columns = _columns(self.rows, evaluator.height)
        binned = [self._cells[name] for name in quantities.binned]
        self.binned = _unique([cells.rows for cells in binned if not cells.derived])
        self._bins = _columns(self.binned, evaluator.height)
        self.binned_derived = _unique([cells.rows for cells in binned if cells.derived])
        height = self.decision.height if self.decision is not None else 0
        self._bins_derived = _columns(self.binned_derived, height)
        self.counting, self.counting_derived = leaves.histograms(self.binned), leaves.histograms(self.binned_derived)
        self.columns = _Columns(len(self.rows), self.decision, regret=quantities.regret)
        self.fails, self.warns = _Checks(evaluator, quantities.fails), _Checks(evaluator, quantities.warns)
        self._idle: deque[_Worker] = deque()
        self._quantiles: dict[bytes, tuple[tuple[Floats, Floats], tuple[Floats, Floats]]] = {}

    def chunk(self, stretch: int, start: int, stop: threading.Event) -> ChunkPart:
        """Evaluate and reduce one chunk; soon ends if `stop` is set.

        Parameters
        ----------
        stretch, start, stop
            As for `accumulator.Accumulator.chunk`.
        """
        part = empty_part(self.quantities, self.layout, stretch, start)
        worker = self._worker()
        try:
            reduced = _LaneMoments(self.columns, whole_lanes(part.count) // LANE)
            with np.errstate(all="ignore"):
                for lane in range(0, len(reduced.counts), self.lanes):
                    if stop.is_set():
                        break
                    size = min(self.lanes * LANE, part.count - lane * LANE)
                    worker.pack(part, start + lane * LANE, size, reduced, lane)
                worker.flush()
                part.nodes = self._nodes(reduced)
        finally:
            self._idle.append(worker)
        return part

    def quantiles(self, name: str, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles of a binned quantity and their resolution, arrays (q, cell), after the last chunk.

        Parameters
        ----------
        name : str
        chances : array (q,) [share]
        """
        key = chances.tobytes()
        if key not in self._quantiles:
            self._quantiles[key] = (self.counting.quantiles(chances), self.counting_derived.quantiles(chances))
        cells = self._cells[name]
        values, resolution = self._quantiles[key][int(cells.derived)]
        column = (self._bins_derived if cells.derived else self._bins)[cells.rows]
        if not (cells.rows < 0).any():
            return values[:, column], resolution[:, column]
        certain, (low, high) = cells.rows < 0, ends(bins(cells.constant.view(np.int64)))
        middle = np.where(certain, low / 2 + high / 2, values[:, column] if values.size else 0.0)
        return middle, np.where(certain, high - low, resolution[:, column] if values.size else 0.0)

    def _worker(self) -> _Worker:
        try:
            return self._idle.popleft()
        except IndexError:
            return _Worker(self)

    def _nodes(self, reduced: _LaneMoments) -> dict[str, MomentNode]:
        count, columns = self.leaves.join_lanes(reduced.mean, reduced.m2, reduced.counts), self.columns
        mean, m2 = reduced.mean[0], reduced.m2[0]
        nodes: dict[str, MomentNode] = {}
        for name, cells in self._cells.items():
            column = columns.derived + cells.rows if cells.derived else self._columns[cells.rows]
            certain = cells.rows < 0
            if certain.all():
                nodes[name] = MomentNode(count, cells.constant + 0.0, np.zeros(len(certain)))
            elif certain.any():
                held = np.where(certain, cells.constant + 0.0, mean[column])
                nodes[name] = MomentNode(count, held, np.where(certain, 0.0, m2[column]))
            else:
                nodes[name] = MomentNode(count, mean[column], m2[column])
        for name, here in ((HIGHEST, columns.highest), (REGRET, columns.regret)):
            if here.start < here.stop:
                nodes[name] = MomentNode(count, mean[here].copy(), m2[here].copy())
        return nodes


class _DecisionRows:
    """The rows of the decision, and those derived from them."""

    def __init__(self, quantities: Quantities, evaluator: Evaluator) -> None:
        decision = quantities.plan.decision
        assert decision is not None
        self.plan: Decision = decision
        self.options = options = len(decision.options)
        self.thresholds = np.array(decision.thresholds if decision.choose == "one" else (), dtype=np.float64)
        levels = len(decision.values) * options
        self.height = levels + options
        self.cells: dict[str, _Cells] = {}
        for name in quantities.parts:
            rows, constant = np.full(options, -1), np.zeros(options)
            if name in evaluator.constant:
                constant = decision.over_options(evaluator.constant[name].ravel())
            else:
                # counted from 1, so that ``nothing``, whose number is 0, has the row -1
                rows = decision.over_options(1 + np.arange(*evaluator.rows[name])) - 1
            self.cells[name] = _Cells(rows, constant)
        self.cells[PER_1000] = _Cells(levels + np.arange(options), np.zeros(0), derived=True)
        if levels:
            self.cells[NET_BENEFIT] = _Cells(np.arange(levels), np.zeros(0), derived=True)


class _Checks:
    """The rows of checks."""

    def __init__(self, evaluator: Evaluator, checks: tuple[Target, ...]) -> None:
        self.names = tuple(check.name for check in checks)
        self.starts = np.array([evaluator.rows[name][0] for name in self.names], dtype=np.int64)
        self.stops = np.array([evaluator.rows[name][1] for name in self.names], dtype=np.int64)


class _Columns:
    """The columns of the moments of lanes: rows that are reduced, then those derived, the highest, the regret."""

    def __init__(self, rows: int, decision: _DecisionRows | None, *, regret: bool) -> None:
        thresholds = 0 if decision is None else len(decision.thresholds)
        self.derived = rows
        first = self.derived + (0 if decision is None else decision.height)
        self.highest = slice(first, first + thresholds)
        self.width = self.highest.stop + (thresholds * decision.options if regret and decision is not None else 0)
        self.regret = slice(self.highest.stop, self.width)


class _LaneMoments:
    """Moments of the lanes of a chunk, arrays (lane, column); those of the highest net benefit are means alone."""

    def __init__(self, columns: _Columns, lanes: int) -> None:
        self.counts = np.zeros(lanes, dtype=np.int64)
        self.mean, self.m2 = np.zeros((lanes, columns.width)), np.zeros((lanes, columns.width))


class _Worker:
    """The pack and the counts of one thread at a time."""

    def __init__(self, reducer: Reducer) -> None:
        # not held: with the last user of the reducer all its memory goes, without waiting for a search for cycles
        self.reducer: Reducer = weakref.proxy(reducer)
        lanes, leaves = reducer.lanes, reducer.leaves
        self.x = leaves.pack(lanes, len(reducer.quantities.plan.elements))
        self.y = leaves.pack(lanes, reducer.evaluator.height)
        self.bits = self.y.view(np.int64)
        self.counter = reducer.counting.turn()
        self.still = np.zeros((lanes, reducer.evaluator.height), dtype=bool)
        self.doubtful = np.zeros(lanes, dtype=bool)
        self.out_of_bounds = np.zeros(lanes, dtype=bool)
        self.options: dict[str, Floats] = {}
        decision = reducer.decision
        if decision is not None:
            for name in reducer.quantities.parts:
                # what is certain stands there already
                self.options[name] = leaves.pack(lanes, decision.options)
                self.options[name][...] = decision.cells[name].constant[:, None]
            counted = len(reducer.binned_derived) > 0
            self.derived = leaves.pack(lanes if counted else 1, decision.height)
            self.derived_bits = self.derived.view(np.int64)
            self.derived_still = np.zeros(self.derived.shape[:2], dtype=bool)
            self.derived_counter = reducer.counting_derived.turn()

    def pack(self, part: ChunkPart, start: int, size: int, reduced: _LaneMoments, lane: int) -> None:
        """Draw, evaluate and reduce `size` draws of a stretch from `start` on: lane `lane` of the chunk and on."""
        reducer, leaves = self.reducer, self.reducer.leaves
        lanes = whole_lanes(size) // LANE
        x, y = self.x[:lanes], self.y[:lanes]
        sizes = np.minimum(LANE, size - LANE * np.arange(lanes))
        reducer.sampler.fill(part.stretch, start, x)
        reducer.evaluator.fill(x, y)
        self._gather(y, sizes)
        at = reducer.layout.place(part.stretch, start)
        if reducer.quantities.keep.wants(at[1]):
            self._keep(x, y, sizes, at)
        if reducer.fails.names:
            self._look_for_failures(part, x, sizes, at)
        here = slice(lane, lane + lanes)
        mean, m2 = reduced.mean[here], reduced.m2[here]
        outside = self._out_of_bounds(x, sizes)
        if leaves.moments(y, reducer.rows, sizes, mean, m2, self.still, self.doubtful) or outside:
            sizes = sizes.copy()
            if self._leave_out(part, x, y, sizes, at):
                leaves.moments(y, reducer.rows, sizes, mean, m2, self.still, self.doubtful)
                self._gather(y, sizes)
        reduced.counts[here] = sizes
        self.counter.add(self.bits, sizes, self.still)
        if reducer.decision is not None and part.counts is not None:
            self._decide(reducer.decision, part.counts, sizes, mean, m2)
        if reducer.warns.names:
            times = np.zeros(len(reducer.warns.names), dtype=np.int64)
            leaves.count_true(self.bits, reducer.warns.starts, reducer.warns.stops, sizes, times)
            for name, count in zip(reducer.warns.names, times.tolist(), strict=True):
                part.true[name] = part.true.get(name, 0) + count

    def flush(self) -> None:
        """Count what waits to be counted."""
        self.counter.flush()
        if self.reducer.decision is not None:
            self.derived_counter.flush()

    def _out_of_bounds(self, x: Floats, sizes: Ints) -> bool:
        """Whether an input is outside its bounds in any draw; of most plans none can be."""
        watch = self.reducer.quantities.watch
        if not watch.numbers:
            return False
        return self.reducer.leaves.out_of_bounds(x, watch.rows, watch.lows, watch.highs, sizes, self.out_of_bounds)

    def _gather(self, y: Floats, sizes: Ints) -> None:
        """Spread effect and cost over the options of the decision."""
        decision = self.reducer.decision
        if decision is not None:
            for name, options in self.options.items():
                self.reducer.leaves.gather(y, decision.cells[name].rows, sizes, options)

    def _decide(self, decision: _DecisionRows, counts: DecisionCounts, sizes: Ints, mean: Floats, m2: Floats) -> None:
        leaves, columns, quantities = self.reducer.leaves, self.reducer.columns, self.reducer.quantities
        effect, cost, spent = (self.options[name] for name in (EFFECT, COST, quantities.spent))
        leaves.compare(
            effect, cost, spent, sizes, decision.plan, counts, self.derived, mean, m2, columns.derived,
            self.derived_still,
        )  # fmt: skip
        self.derived_counter.add(self.derived_bits, sizes, self.derived_still)
        if len(decision.thresholds):
            leaves.decide(effect, cost, sizes, decision.thresholds, counts, mean, columns.highest.start)
        if quantities.regret:
            leaves.regrets(effect, cost, sizes, decision.thresholds, mean, m2, columns.regret.start)

    def _keep(self, x: Floats, y: Floats, sizes: Ints, at: tuple[int, int]) -> None:
        reducer, keep = self.reducer, self.reducer.quantities.keep
        for lane, size in enumerate(sizes.tolist()):
            keep.store_inputs(at[0], at[1] + lane * LANE, x[lane, :, :size])
        draws = int(sizes.sum())
        for name in keep.names:
            rows = self.options[name][: len(y)] if name in self.options else y[:, slice(*reducer.evaluator.rows[name])]
            keep.store(name, *at, row_draws(rows)[:, :draws])

    def _look_for_failures(self, part: ChunkPart, x: Floats, sizes: Ints, at: tuple[int, int]) -> None:
        checks = self.reducer.fails
        times, first = np.zeros(len(checks.names), dtype=np.int64), np.full(len(checks.names), len(x) * LANE)
        self.reducer.leaves.count_failed(self.bits, checks.starts, checks.stops, sizes, times, first)
        for name, count, place in zip(checks.names, times.tolist(), first.tolist(), strict=True):
            if count:
                part.failed[name] = part.failed.get(name, 0) + count
                lane, draw = divmod(place, LANE)
                begins = (at[0], at[1] + lane * LANE)
                part.stop_at(stopped(name, self.reducer.layout, begins, draw, x[lane]))

    def _leave_out(self, part: ChunkPart, x: Floats, y: Floats, sizes: Ints, at: tuple[int, int]) -> bool:
        """Leave out the draws that are not usable: those that are move to the front of their lane."""
        reducer, some = self.reducer, False
        watch, keep = reducer.quantities.watch, reducer.quantities.keep
        for lane in np.flatnonzero((self.doubtful | self.out_of_bounds)[: len(sizes)]):
            size = int(sizes[lane])
            values = {
                target.name: y[lane, slice(*reducer.evaluator.rows[target.name]), :size]
                for target in reducer.quantities.finite
            }
            place, drawn = (at[0], at[1] + int(lane) * LANE), x[lane, :, :size]
            allowed = reducer.allow_nonfinite
            bad = leave_out(part, values, place, drawn, layout=reducer.layout, allowed=allowed, watch=watch)
            if bad.any():
                keep.leave_out(*place, bad)
                left = y[lane, :, :size][:, ~bad]
                sizes[lane] = left.shape[1]
                y[lane, :, : left.shape[1]] = left
                some = True
        return some


def _unique(rows: list[Ints]) -> Ints:
    """Return the rows that stand anywhere, each once, rising."""
    found = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *rows]))
    return found[found >= 0]


def _columns(rows: Ints, height: int) -> Ints:
    """Return the place of each row among those that are reduced; of the last, -1, none."""
    found = np.full(height + 1, -1, dtype=np.int64)
    found[rows] = np.arange(len(rows))
    return found
