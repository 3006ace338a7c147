"""Chunks of draws reduced by kernels, a pack of lanes at a time, so that a thread seldom holds the interpreter.

The same numbers as `chunk.NumpyReducer` gives, bit for bit. Rows that several quantities share are
reduced once.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wellbeva.core.aligned import aligned
from wellbeva.engine.arrays.named import Floats
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.chunk import ChunkPart, empty_part, leave_out, stopped
from wellbeva.engine.reductions.decision_counts import DecisionCounts
from wellbeva.engine.reductions.histogram import bins, ends
from wellbeva.engine.reductions.leaves import bounds_kernels, comparison_kernels, decision_kernels
from wellbeva.engine.reductions.leaves import moments_kernels as kernels
from wellbeva.engine.reductions.leaves.histogram_buffers import HistogramSet
from wellbeva.engine.reductions.moments import MomentNode
from wellbeva.engine.reductions.quantities import COST, EFFECT, HIGHEST, NET_BENEFIT, PER_1000, REGRET, Quantities
from wellbeva.engine.reductions.replicates import Layout, whole_lanes
from wellbeva.engine.targets import PackEvaluator, PackSampler, Target
from wellbeva.plan.plan import Decision

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Where the cells of a quantity are found.

    Parameters
    ----------
    rows : int array (cell,)
        Of the evaluator's pack, or of the one derived from it; -1 for a cell that is the same in every draw.
    constant : array (cell,)
        What those cells are.
    derived : bool
    """

    rows: Ints
    constant: Floats
    derived: bool = False


class KernelReducer:
    """Packs of draws, reduced by kernels (an `chunk.Reducer`).

    Parameters
    ----------
    quantities : Quantities
    evaluator : PackEvaluator
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
        evaluator: PackEvaluator,
        *,
        sampler: PackSampler,
        layout: Layout,
        lanes: int,
        allow_nonfinite: bool,
    ) -> None:
        self.quantities, self.evaluator, self.sampler, self.layout = quantities, evaluator, sampler, layout
        self.lanes, self.allow_nonfinite = lanes, allow_nonfinite
        self.decision = None if quantities.plan.decision is None else _DecisionRows(quantities, evaluator)
        self._cells = {
            one.name: _Cells(_range(evaluator, one), np.zeros(0))
            for one in quantities.finite
            if one.role in ("outcome", "mean")
        }
        if self.decision is not None:
            self._cells |= self.decision.cells
        here = [cell.rows for cell in self._cells.values() if not cell.derived]
        self.rows = _unique(here)
        self._columns = _columns(self.rows, evaluator.height)
        binned = [self._cells[name] for name in quantities.binned]
        self.binned = _unique([one.rows for one in binned if not one.derived])
        self._bins = _columns(self.binned, evaluator.height)
        self.binned_derived = _unique([one.rows for one in binned if one.derived])
        height = self.decision.height if self.decision is not None else 0
        self._bins_derived = _columns(self.binned_derived, height)
        self.counting, self.counting_derived = HistogramSet(self.binned), HistogramSet(self.binned_derived)
        self.columns = _Moments(len(self.rows), self.decision, regret=quantities.regret)
        self.keeps = quantities.keep.wants(0)
        self.fails, self.warns = _Checks(evaluator, quantities.fails), _Checks(evaluator, quantities.warns)
        self._workers: deque[_Worker] = deque()
        self._all: list[_Worker] = []
        self._found: dict[bytes, tuple[tuple[Floats, Floats], tuple[Floats, Floats]]] = {}

    def chunk(self, stretch: int, start: int, stop: threading.Event) -> ChunkPart:
        """Evaluate and reduce one chunk, see `chunk.Reducer.chunk`."""
        part = empty_part(self.quantities, self.layout, stretch, start)
        worker = self._worker()
        try:
            reduced = _LaneMoments(self.columns, whole_lanes(part.count) // LANE)
            for lane in range(0, len(reduced.counts), self.lanes):
                if stop.is_set():
                    break
                size = min(self.lanes * LANE, part.count - lane * LANE)
                worker.pack(part, start + lane * LANE, size, reduced, lane)
        finally:
            self._workers.append(worker)
        part.nodes = self._nodes(reduced)
        return part

    def quantiles(self, name: str, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles, see `chunk.Reducer.quantiles`."""
        key = chances.tobytes()
        if key not in self._found:
            self._found[key] = (self.counting.quantiles(chances), self.counting_derived.quantiles(chances))
        cells = self._cells[name]
        values, resolution = self._found[key][int(cells.derived)]
        column = (self._bins_derived if cells.derived else self._bins)[cells.rows]
        if not (cells.rows < 0).any():
            return values[:, column], resolution[:, column]
        certain, (low, high) = cells.rows < 0, ends(bins(cells.constant))
        found = np.where(certain, low / 2 + high / 2, values[:, column] if values.size else 0.0)
        return found, np.where(certain, high - low, resolution[:, column] if values.size else 0.0)

    def over_options(self, name: str, y: Floats) -> Floats:
        """Return effect or cost over options, array (lane, option, 512), from rows (lane, row, 512)."""
        cells = self._cells[name]
        found, certain = y[:, cells.rows], cells.rows < 0
        if certain.any():
            found[:, certain] = cells.constant[certain, None]
        return found

    def _worker(self) -> _Worker:
        try:
            return self._workers.popleft()
        except IndexError:
            worker = _Worker(self)
            self._all.append(worker)
            return worker

    def _nodes(self, reduced: _LaneMoments) -> dict[str, MomentNode]:
        count, columns = kernels.join_lanes(reduced.mean, reduced.m2, reduced.counts), self.columns
        whole = MomentNode(count, reduced.mean[0], reduced.m2[0])
        found: dict[str, MomentNode] = {}
        for name, cells in self._cells.items():
            if cells.derived:
                column = columns.derived + cells.rows
                found[name] = MomentNode(count, whole.mean[column], whole.m2[column])
                continue
            certain, column = cells.rows < 0, self._columns[cells.rows]
            if not certain.any():
                found[name] = MomentNode(count, whole.mean[column], whole.m2[column])
            elif certain.all():
                found[name] = MomentNode(count, cells.constant + 0.0, np.zeros(len(certain)))
            else:
                mean = np.where(certain, cells.constant + 0.0, whole.mean[column])
                found[name] = MomentNode(count, mean, np.where(certain, 0.0, whole.m2[column]))
        if columns.highest < columns.regret:
            here = slice(columns.highest, columns.regret)
            found[HIGHEST] = MomentNode(count, whole.mean[here].copy(), whole.m2[here].copy())
        if self.quantities.regret:
            here = slice(columns.regret, columns.width)
            found[REGRET] = MomentNode(count, whole.mean[here].copy(), whole.m2[here].copy())
        return found


class _DecisionRows:
    """Where the decision finds its rows, and what is derived from them."""

    def __init__(self, quantities: Quantities, evaluator: PackEvaluator) -> None:
        decision = quantities.plan.decision
        assert decision is not None
        self.plan: Decision = decision
        self.options = options = len(decision.options)
        group = decision_kernels.GROUP
        self.padded = options if options <= decision_kernels.FEW else -(-options // group) * group
        self.each = (0,) * (options if options <= decision_kernels.FEW else group)
        self.values = np.array(decision.values, dtype=np.float64)
        self.thresholds = np.array(decision.thresholds if decision.choose == "one" else (), dtype=np.float64)
        self.height = (len(self.values) + 1) * options
        # only what options are compared by is held longer than until it is reduced
        self.places = np.zeros(self.height, dtype=np.int64)
        if len(self.values):
            self.places[decision.central * options : (decision.central + 1) * options] = 1 + np.arange(options)
        self.cells: dict[str, _Cells] = {}
        for name in quantities.parts:
            own = quantities.over_options(decision, name)
            constant = np.zeros(options)
            if name in evaluator.constant:
                held = evaluator.constant[name].ravel()
                constant = np.where(own >= 0, held[np.maximum(own, 0)], 0.0)
                own = np.full(options, -1)
            else:
                own = np.where(own >= 0, evaluator.rows[name][0] + own, -1)
            self.cells[name] = _Cells(own, constant)
        levels = len(self.values) * options
        self.cells[PER_1000] = _Cells(levels + np.arange(options), np.zeros(0), derived=True)
        if len(self.values):
            self.cells[NET_BENEFIT] = _Cells(np.arange(levels), np.zeros(0), derived=True)

    def held(self, name: str) -> Floats:
        """Return an array for effect or cost, array (option, 512), in which what is certain stands already."""
        held = aligned(self.padded, LANE, zeros=True)
        held[: self.options] = self.cells[name].constant[:, None]
        held[self.options :] = self.cells[name].constant[0]
        return held

    def filled(self, name: str) -> Ints:
        """Return the row of each option; those beyond the options, which fill up the last group, repeat the first."""
        rows = self.cells[name].rows
        return np.concatenate([rows, np.full(self.padded - self.options, rows[0])])


class _Checks:
    """The rows of checks."""

    def __init__(self, evaluator: PackEvaluator, checks: tuple[Target, ...]) -> None:
        self.names = tuple(check.name for check in checks)
        self.starts = np.array([evaluator.rows[name][0] for name in self.names], dtype=np.int64)
        self.stops = np.array([evaluator.rows[name][1] for name in self.names], dtype=np.int64)


class _Moments:
    """The columns of the moments of lanes: rows that are reduced, then from where on what follows of the decision."""

    def __init__(self, rows: int, deciding: _DecisionRows | None, *, regret: bool) -> None:
        thresholds = 0 if deciding is None else len(deciding.thresholds)
        self.derived = rows
        self.highest = self.derived + (0 if deciding is None else deciding.height)
        self.regret = self.highest + thresholds
        self.width = self.regret + (thresholds * deciding.options if regret and deciding is not None else 0)


class _LaneMoments:
    """Moments of the lanes of a chunk, arrays (lane, column); those of the highest net benefit are means alone."""

    def __init__(self, columns: _Moments, lanes: int) -> None:
        self.counts = np.zeros(lanes, dtype=np.int64)
        self.mean, self.m2 = np.zeros((lanes, columns.width)), np.zeros((lanes, columns.width))


class _Worker:
    """What one thread at a time needs: its pack, and its counts."""

    def __init__(self, fold: KernelReducer) -> None:
        # not held: with the last user of the fold all its memory goes, without waiting for a search for cycles
        self.fold: KernelReducer = weakref.proxy(fold)
        lanes = fold.lanes
        self.x = aligned(lanes, len(fold.quantities.plan.elements), LANE, zeros=True)
        self.y = aligned(lanes, fold.evaluator.height, LANE, zeros=True)
        self.bits = self.y.view(np.int64)
        self.windows = fold.counting.turn()
        self.still = np.zeros((lanes, fold.evaluator.height), dtype=bool)
        self.doubtful = np.zeros(lanes, dtype=bool)
        self.out_of_bounds = np.zeros(lanes, dtype=bool)
        self.sizes = np.full(lanes, LANE)
        if fold.decision is not None:
            decision = fold.decision
            effect, cost = decision.filled(EFFECT), decision.filled(COST)
            self.over = (effect, cost, decision.held(EFFECT), decision.held(COST))
            spent = fold.quantities.spent
            self.spent = (decision.filled(spent), self.over[3] if spent == COST else decision.held(spent))
            counted = len(fold.binned_derived) > 0
            self.places = np.arange(decision.height) if counted else decision.places
            self.derived = aligned(lanes if counted else 1, int(self.places.max()) + 1, LANE, zeros=True)
            self.derived_bits = self.derived.view(np.int64)
            self.derived_still = np.zeros(self.derived.shape[:2], dtype=bool)
            self.derived_windows = fold.counting_derived.turn()

    def pack(self, part: ChunkPart, start: int, size: int, reduced: _LaneMoments, lane: int) -> None:
        """Draw, evaluate and reduce `size` draws of a stretch from `start` on: lane `lane` of the chunk and on."""
        fold = self.fold
        lanes = whole_lanes(size) // LANE
        x, y, sizes, whole = self.x, self.y, self.sizes, size == self.x.shape[0] * LANE
        if not whole:
            x, y, sizes = x[:lanes], y[:lanes], np.minimum(LANE, size - LANE * np.arange(lanes))
        fold.sampler.fill(part.stretch, start, x)
        fold.evaluator.fill(x, y)
        if fold.keeps or fold.fails.names:
            at = fold.layout.place(part.stretch, start)
            if fold.quantities.keep.wants(at[1]):
                self._keep(x, y, sizes, at)
            if fold.fails.names:
                self._look_for_failures(part, x, sizes, at)
        here = slice(lane, lane + lanes)
        mean, m2 = reduced.mean[here], reduced.m2[here]
        outside = self._out_of_bounds(x, sizes)
        if kernels.moments(y, fold.rows, sizes, mean, m2, self.still, self.doubtful) or outside:
            sizes = sizes.copy()
            if self._leave_out(part, x, y, sizes, fold.layout.place(part.stretch, start)):
                kernels.moments(y, fold.rows, sizes, mean, m2, self.still, self.doubtful)
        reduced.counts[here] = sizes
        # at once, while the rows are in the cache
        self.windows.add(self.bits, sizes, self.still)
        if fold.decision is not None and part.counts is not None and part.free is not None:
            self._decide(fold.decision, part.counts, part.free, y, sizes, mean, m2)
        if fold.warns.names:
            found = np.zeros(len(fold.warns.names), dtype=np.int64)
            kernels.count_true(self.bits, fold.warns.starts, fold.warns.stops, sizes, found)
            for name, count in zip(fold.warns.names, found, strict=True):
                part.true[name] = part.true.get(name, 0) + int(count)

    def _out_of_bounds(self, x: Floats, sizes: Ints) -> bool:
        """Whether an input is outside its bounds in any draw; of most plans none can be."""
        watch = self.fold.quantities.watch
        if not watch.numbers:
            return False
        return bool(bounds_kernels.out_of_bounds(x, watch.rows, watch.lows, watch.highs, sizes, self.out_of_bounds))

    def _decide(
        self,
        deciding: _DecisionRows,
        counts: DecisionCounts,
        free: Flags,
        y: Floats,
        sizes: Ints,
        mean: Floats,
        m2: Floats,
    ) -> None:
        plan, columns = deciding.plan, self.fold.columns
        comparison_kernels.compare(
            y,
            *self.over,
            *self.spent,
            sizes,
            deciding.values,
            plan.central,
            plan.choose == "several",
            plan.comparator,
            self.derived,
            self.places,
            mean,
            m2,
            columns.derived,
            self.derived_still,
            counts.no_benefit,
            counts.worth_it,
            counts.beats,
            free,
        )
        self.derived_windows.add(self.derived_bits, sizes, self.derived_still)
        thresholds = deciding.thresholds
        if len(thresholds):
            few = deciding.options <= decision_kernels.FEW
            decide = decision_kernels.decide_few if few else decision_kernels.decide_many
            position, end = 0, len(sizes) * len(thresholds)
            while position < end:
                position, ties = decide(
                    y, *self.over, sizes, thresholds, counts.best, mean, columns.highest, deciding.each, position
                )
                counts.make_room(ties)
        if self.fold.quantities.regret:
            decision_kernels.regrets(y, *self.over, sizes, thresholds, deciding.options, mean, m2, columns.regret)

    def _keep(self, x: Floats, y: Floats, sizes: Ints, at: tuple[int, int]) -> None:
        fold, keep = self.fold, self.fold.quantities.keep
        for lane, size in enumerate(sizes.tolist()):
            keep.store_inputs(at[0], at[1] + lane * LANE, x[lane, :, :size])
        draws = int(sizes.sum())
        parts = fold.quantities.parts
        for name in keep.names:
            rows = fold.over_options(name, y) if name in parts else y[:, slice(*fold.evaluator.rows[name])]
            keep.store(name, *at, rows.swapaxes(0, 1).reshape(rows.shape[1], -1)[:, :draws])

    def _look_for_failures(self, part: ChunkPart, x: Floats, sizes: Ints, at: tuple[int, int]) -> None:
        checks = self.fold.fails
        found, first = np.zeros(len(checks.names), dtype=np.int64), np.full(len(checks.names), len(x) * LANE)
        kernels.count_failed(self.bits, checks.starts, checks.stops, sizes, found, first)
        for name, count, place in zip(checks.names, found, first, strict=True):
            if count:
                part.failed[name] = part.failed.get(name, 0) + int(count)
                lane, draw = divmod(int(place), LANE)
                begins = (at[0], at[1] + lane * LANE)
                part.stop_at(stopped(name, self.fold.layout, begins, draw, x[lane]))

    def _leave_out(self, part: ChunkPart, x: Floats, y: Floats, sizes: Ints, at: tuple[int, int]) -> bool:
        """Leave out the draws that are not usable: those that are move to the front of their lane."""
        fold, some = self.fold, False
        for lane in np.flatnonzero((self.doubtful | self.out_of_bounds)[: len(sizes)]):
            size = int(sizes[lane])
            values = {one.name: y[lane, slice(*fold.evaluator.rows[one.name]), :size] for one in fold.quantities.finite}
            place, drawn = (at[0], at[1] + int(lane) * LANE), x[lane, :, :size]
            allowed, watch = fold.allow_nonfinite, fold.quantities.watch
            bad = leave_out(part, values, place, drawn, layout=fold.layout, allowed=allowed, watch=watch)
            if bad.any():
                fold.quantities.keep.leave_out(*place, bad)
                left = y[lane, :, :size][:, ~bad]
                sizes[lane] = left.shape[1]
                y[lane, :, : left.shape[1]] = left
                some = True
        return some


def _range(evaluator: PackEvaluator, target: Target) -> Ints:
    return np.arange(*evaluator.rows[target.name])


def _unique(rows: list[Ints]) -> Ints:
    """Return the rows that stand anywhere, each once, rising."""
    found = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *rows]))
    return found[found >= 0]


def _columns(rows: Ints, height: int) -> Ints:
    """Return the place of each row among those that are reduced; of the last, -1, none."""
    found = np.full(height + 1, -1, dtype=np.int64)
    found[rows] = np.arange(len(rows))
    found[-1] = -1
    return found
