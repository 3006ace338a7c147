"""From draws to what is kept of them, chunk by chunk: the work of one thread at a time.

A draw in which a number of an outcome, of the decision or under a ratio of means is not usable (NaN, infinite or beyond
`LARGEST`), or an input that these hang on is outside its bounds, is left out of everything, so that all tables speak of
the same draws. It is counted, and the first is named.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from wellbeva.engine.arrays.named import Floats
from wellbeva.engine.lanes import CHUNK, LANE, LARGEST
from wellbeva.engine.reductions.bounds import InputBounds
from wellbeva.engine.reductions.decision_counts import DecisionCounts
from wellbeva.engine.reductions.histogram import Histogram, bins
from wellbeva.engine.reductions.moments import MomentNode, join, lane_tree, lanes, nonfinite
from wellbeva.engine.reductions.quantities import (
    COST,
    EFFECT,
    HIGHEST,
    NET_BENEFIT,
    PER_1000,
    REGRET,
    Quantities,
    net_benefit,
    per_1000,
    regret,
)
from wellbeva.engine.reductions.replicates import Layout, whole_lanes
from wellbeva.engine.refusal import LIMIT, RefusedDraw
from wellbeva.engine.targets import Evaluator, Sampler

Flags = npt.NDArray[np.bool_]
Pick = npt.NDArray[np.intp] | slice


@dataclass(slots=True, eq=False)
class ChunkPart:
    """What one chunk of one stretch of draws comes to, or several in a row.

    Parameters
    ----------
    stretch : int
    count : int
        Draws.
    nodes : dict of quantity to MomentNode
        Over the draws that are not left out.
    counts : DecisionCounts or None
    free : bool array (option,) or None
        Whether the cost, before other benefits are taken off, is not above 0 in some draw.
    true : dict of check to int
        Cells in which a ``warn_if`` is true, over draws.
    outside : int
        Draws that are left out because an input is outside its bounds.
    nonfinite : int
        Other draws that are left out.
    failed : dict of check or limit to int
        Draws in which a ``fail_if`` is true, those left out among them; or an input outside a limit (`failures.LIMIT`).
    stopped : RefusedDraw or None
        The first draw that refuses the run.
    """

    stretch: int
    count: int
    nodes: dict[str, MomentNode] = field(default_factory=dict)
    counts: DecisionCounts | None = None
    free: Flags | None = None
    true: dict[str, int] = field(default_factory=dict)
    outside: int = 0
    nonfinite: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    stopped: RefusedDraw | None = None

    @property
    def left(self) -> int:
        """Draws that count."""
        return self.count - self.outside - self.nonfinite

    def stop_at(self, stopped: RefusedDraw) -> None:
        """Note a draw that refuses the run; the first is kept, of one draw what was noted first."""
        if self.stopped is None or stopped.index < self.stopped.index:
            self.stopped = stopped

    def join(self, after: ChunkPart) -> None:
        """Add what the chunks right after these come to."""
        self.count += after.count
        self.outside += after.outside
        self.nonfinite += after.nonfinite
        self.nodes = {name: join(node, after.nodes[name]) for name, node in self.nodes.items()}
        if self.counts is not None and after.counts is not None:
            self.counts.merge(after.counts)
        if self.free is not None and after.free is not None:
            self.free |= after.free
        for name, count in after.true.items():
            self.true[name] = self.true.get(name, 0) + count


def empty_part(quantities: Quantities, layout: Layout, stretch: int, start: int) -> ChunkPart:
    """Return what is to be filled by the chunk of a stretch that begins at draw `start`."""
    part = ChunkPart(stretch, min(CHUNK, layout.sizes[stretch] - start))
    if quantities.plan.decision is not None:
        part.counts = DecisionCounts(quantities.plan.decision)
        part.free = np.zeros(len(quantities.plan.decision.options), dtype=bool)
    return part


class Reducer(Protocol):
    """Evaluates and reduces chunks of draws; safe to call from several threads."""

    def chunk(self, stretch: int, start: int, stop: threading.Event) -> ChunkPart:
        """Evaluate and reduce one chunk: draws `start` and on of a stretch; soon ends if `stop` is set."""
        ...

    def quantiles(self, name: str, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles of a binned quantity and their resolution, arrays (q, cell), after the last chunk."""
        ...


class NumpyReducer:
    """Blocks of draws, reduced by NumPy.

    Parameters
    ----------
    quantities : Quantities
    evaluator : Evaluator
    sampler : Sampler
    layout : Layout
    block : int
        Draws evaluated at once.
    allow_nonfinite : bool
        Draws that are not usable do not refuse the run.
    """

    def __init__(
        self,
        quantities: Quantities,
        evaluator: Evaluator,
        *,
        sampler: Sampler,
        layout: Layout,
        block: int,
        allow_nonfinite: bool,
    ) -> None:
        self.quantities, self.evaluator, self.sampler, self.layout = quantities, evaluator, sampler, layout
        self.block, self.allow_nonfinite = block, allow_nonfinite
        self._totals = {name: Histogram(quantities.cells(name)) for name in quantities.binned}
        self._options = {}
        if quantities.plan.decision is not None:
            decision = quantities.plan.decision
            self._options = {name: quantities.over_options(decision, name) for name in quantities.parts}
        self._lock = threading.Lock()

    def chunk(self, stretch: int, start: int, stop: threading.Event) -> ChunkPart:
        """Evaluate and reduce one chunk, see `Reducer.chunk`."""
        part = empty_part(self.quantities, self.layout, stretch, start)
        gathered = _LaneMoments()
        with np.errstate(all="ignore"):
            for offset in range(0, part.count, self.block):
                if stop.is_set():
                    break
                self._block(part, start + offset, min(self.block, part.count - offset), gathered)
            part.nodes = gathered.nodes()
        return part

    def quantiles(self, name: str, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles, see `Reducer.quantiles`."""
        return self._totals[name].quantiles(chances)

    def _block(self, part: ChunkPart, start: int, size: int, gathered: _LaneMoments) -> None:
        drawn = self.sampler.block(part.stretch, start, whole_lanes(size))
        values = self.evaluator.block(drawn)
        if drawn.shape[1] > size:
            # whole lanes were evaluated; what filled the last one up counts nowhere
            drawn = drawn[:, :size]
            values = {name: value[..., :size] for name, value in values.items()}
        at = self.layout.place(part.stretch, start)
        keep = self.quantities.keep
        keep.store_inputs(*at, drawn)
        quantities = {
            one.name: values[one.name].reshape(-1, size)
            for one in self.quantities.wanted
            if one.role in ("outcome", "mean") and one.name in values
        }
        quantities |= {name: self._rows(name, values, size) for name in self._options}
        for name, x in quantities.items():
            keep.store(name, *at, x)
        self._look_for_failures(part, values, at, drawn)
        reduced = {name: lanes(x) for name, x in quantities.items()}
        picks: list[Pick] = [slice(0, size)]
        watch = self.quantities.watch
        if watch.strays(drawn) is not None or any(may_be_nonfinite(*pair) for pair in reduced.values()):
            finite = {one.name: values[one.name].reshape(-1, size) for one in self.quantities.finite}
            bad = leave_out(part, finite, at, drawn, layout=self.layout, allowed=self.allow_nonfinite, watch=watch)
            if bad.any():
                keep.leave_out(*at, bad)
                picks, reduced = list(_lanes_without(bad)), {}
        warned = {warn.name: values[warn.name].reshape(-1, size) for warn in self.quantities.warns}
        for pick in picks:
            self._reduce(part, {name: x[:, pick] for name, x in quantities.items()}, reduced, gathered)
            for name, x in warned.items():
                part.true[name] = part.true.get(name, 0) + int(np.count_nonzero(x[:, pick]))

    def _reduce(
        self,
        part: ChunkPart,
        quantities: dict[str, Floats],
        reduced: Mapping[str, tuple[Floats, Floats]],
        gathered: _LaneMoments,
    ) -> None:
        """Reduce draws that count: those of a block, whose moments are known, or what is left of a lane."""
        gathered.begin(next(iter(quantities.values())).shape[1] if quantities else 0)
        for name, x in quantities.items():
            gathered.add(name, reduced.get(name) or lanes(x))
        decision = self.quantities.plan.decision
        if decision is not None and part.counts is not None and part.free is not None:
            effect, cost, spent = quantities[EFFECT], quantities[COST], quantities[self.quantities.spent]
            quantities[PER_1000] = per_1000(effect, spent)
            gathered.add(PER_1000, lanes(quantities[PER_1000]))
            if decision.levels:
                quantities[NET_BENEFIT] = net_benefit(decision, effect, cost)
                gathered.add(NET_BENEFIT, lanes(quantities[NET_BENEFIT]))
            highest = part.counts.add(effect, cost, spent)
            part.free |= np.asarray((spent <= 0).any(axis=1))
            if highest.shape[0]:
                gathered.add(HIGHEST, lanes(highest))
            if self.quantities.regret:
                gathered.add(REGRET, lanes(regret(decision, highest, effect, cost)))
        numbers = {name: bins(quantities[name]) for name in self._totals}
        with self._lock:
            for name, number in numbers.items():
                self._totals[name].add(number)

    def _rows(self, name: str, values: Mapping[str, Floats], size: int) -> Floats:
        """Return effect or cost over the options of the decision; ``nothing`` has neither."""
        whole = values[name] if name in values else self.evaluator.constant[name][..., None]
        cells = whole.reshape(-1, whole.shape[-1])
        rows = np.zeros((len(self._options[name]), size))
        for place, cell in enumerate(self._options[name]):
            if cell >= 0:
                rows[place] = cells[cell]
        return rows

    def _look_for_failures(
        self, part: ChunkPart, values: Mapping[str, Floats], at: tuple[int, int], drawn: Floats
    ) -> None:
        for fail in self.quantities.fails:
            true = (values[fail.name] != 0).reshape(-1, drawn.shape[1]).any(axis=0)
            count = int(np.count_nonzero(true))
            if count:
                place = int(np.argmax(true))
                part.failed[fail.name] = part.failed.get(fail.name, 0) + count
                part.stop_at(stopped(fail.name, self.layout, at, place, drawn))


class _LaneMoments:
    """Moments of the lanes of a chunk, in the order of their draws."""

    def __init__(self) -> None:
        self._counts: list[int] = []
        self._pairs: dict[str, list[tuple[Floats, Floats]]] = {}

    def begin(self, draws: int) -> None:
        """Go on to the next draws: lanes that are full but the last one, or one lane of no draw."""
        self._counts += [min(LANE, draws - start) for start in range(0, max(draws, 1), LANE)]

    def add(self, name: str, pair: tuple[Floats, Floats]) -> None:
        self._pairs.setdefault(name, []).append(pair)

    def nodes(self) -> dict[str, MomentNode]:
        counts = np.array(self._counts, dtype=np.int64)
        return {
            name: lane_tree(
                np.concatenate([mean for mean, _ in pairs]), np.concatenate([m2 for _, m2 in pairs]), counts
            )
            for name, pairs in self._pairs.items()
        }


def may_be_nonfinite(mean: Floats, m2: Floats) -> bool:
    """Whether moments of lanes leave it open that each draw is usable: one that is not shows in mean or spread."""
    return not (bool((np.abs(mean) < LARGEST / 4).all()) and bool((m2 < LARGEST * LARGEST / 16).all()))


def leave_out(
    part: ChunkPart,
    values: Mapping[str, Floats],
    at: tuple[int, int],
    drawn: Floats,
    *,
    layout: Layout,
    allowed: bool,
    watch: InputBounds,
) -> Flags:
    """Find the draws that are not usable, count them and note the first.

    A draw in which an input is outside its bounds is counted as that, whatever numbers it leads to.

    Parameters
    ----------
    part : ChunkPart
    values : mapping of target to array (cell, draw)
    at : (int, int)
        Randomisation and draw of the first.
    drawn : array (element, draw)
    layout : Layout
    allowed : bool
        The first does not refuse the run.
    watch : InputBounds

    Returns
    -------
    bool array (draw,)
    """
    outside = np.zeros(drawn.shape[1], dtype=bool)
    strays = watch.strays(drawn)
    if strays is not None:
        for number, wrong in zip(watch.numbers, strays, strict=True):
            name = f"{LIMIT}{number}"
            if wrong.any() and not allowed:
                part.stop_at(stopped(name, layout, at, int(np.argmax(wrong)), drawn))
            part.failed[name] = part.failed.get(name, 0) + int(np.count_nonzero(wrong))
            outside |= wrong
    bad = outside.copy()
    for name, x in values.items():
        wrong = nonfinite(x) & ~outside
        if wrong.any() and not allowed:
            part.stop_at(stopped(name, layout, at, int(np.argmax(wrong)), drawn))
        bad |= wrong
    part.outside += int(np.count_nonzero(outside))
    part.nonfinite += int(np.count_nonzero(bad)) - int(np.count_nonzero(outside))
    return bad


def stopped(name: str, layout: Layout, at: tuple[int, int], place: int, drawn: Floats) -> RefusedDraw:
    """Note a draw that refuses the run, by its place in a block that begins at randomisation and draw `at`."""
    return RefusedDraw(name, None if layout.supplied else at[0], at[1] + place, drawn[:, place].copy())


def _lanes_without(bad: Flags) -> Iterator[Pick]:
    """Give the draws of each lane that are not left out."""
    for start in range(0, len(bad), LANE):
        yield start + np.flatnonzero(~bad[start : start + LANE])
