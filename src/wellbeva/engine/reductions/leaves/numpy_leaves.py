"""The leaf functions in NumPy (`protocol.Leaves`): they start at once, and are the specification of the kernels."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.engine.lanes import LANE, LARGEST
from wellbeva.engine.reductions.decision_counts import PARTS, SQUARES, TIES, DecisionCounts, is_ahead
from wellbeva.engine.reductions.histogram import Histogram, bins
from wellbeva.engine.reductions.quantities import per_1000
from wellbeva.engine.targets import row_draws
from wellbeva.plan.plan import Decision

Rows = slice | npt.NDArray[np.intp]

_AT_ONCE = 2**16
"""Numbers that are worked through at once: they stay in the cache."""
_PAIRS = 64
"""Certain options compared with all others at once: of 2,000 each step takes a few MB."""


def pack(lanes: int, rows: int) -> Floats:
    """Return a pack of zeros in which the lanes of a row are neighbours in memory.

    Parameters
    ----------
    lanes, rows
        As for `protocol.Leaves.pack`.
    """
    return np.zeros((rows, lanes, LANE)).swapaxes(0, 1)


def _same_size(sizes: Ints) -> Iterator[tuple[slice, int]]:
    """Give neighbouring lanes of one size, and that size; lanes without a draw are left out."""
    edges = [0, *(np.flatnonzero(np.diff(sizes)) + 1).tolist(), len(sizes)]
    for start, stop in itertools.pairwise(edges):
        if sizes[start]:
            yield slice(start, stop), int(sizes[start])


def _few(rows: Ints, lanes: int) -> Iterator[tuple[slice, Rows]]:
    """Give places of some rows at a time, and the rows there."""
    step = max(1, _AT_ONCE // (max(1, lanes) * LANE))
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        neighbours = some[-1] - some[0] == len(some) - 1
        yield slice(start, start + len(some)), slice(int(some[0]), int(some[-1]) + 1) if neighbours else some


def out_of_bounds(x: Floats, rows: Ints, lows: Floats, highs: Floats, sizes: Ints, lanes: Flags) -> bool:
    """Say in which lanes a draw is outside a limit, and whether any is.

    Parameters
    ----------
    x, rows, lows, highs, sizes, lanes
        As for `protocol.Leaves.out_of_bounds`.
    """
    lanes[:] = False
    for some, size in _same_size(sizes):
        drawn = x[some, rows, :size]
        lanes[some] = ((drawn < lows[:, None]) | (drawn > highs[:, None])).any(axis=(1, 2))
    return bool(lanes.any())


def moments(y: Floats, rows: Ints, sizes: Ints, mean: Floats, m2: Floats, still: Flags, doubtful: Flags) -> bool:
    """Reduce rows of each lane, and say whether any lane may hold a number that is not usable.

    Parameters
    ----------
    y, rows, sizes, mean, m2, still, doubtful
        As for `protocol.Leaves.moments`.
    """
    columns = slice(0, len(rows))
    mean[:, columns], m2[:, columns] = 0.0, 0.0
    for some, size in _same_size(sizes):
        for column, few in _few(rows, some.stop - some.start):
            mean[some, column], m2[some, column] = lane_moments(y[some, few, :size])
    still[: len(sizes), rows] = m2[:, columns] == 0
    usable = (np.abs(mean[:, columns]) < LARGEST / 4) & (m2[:, columns] < LARGEST * LARGEST / 16)
    doubtful[: len(sizes)] = ~usable.all(axis=1)
    return not bool(usable.all())


def lane_moments(x: Floats) -> tuple[Floats, Floats]:
    """Reduce lanes of draws, array (lane, cell, draw), to mean and sum of squared deviations, arrays (lane, cell).

    Parameters
    ----------
    x : array (lane, cell, draw) [any unit]
        From 1 to 512 draws.

    Notes
    -----
    A short lane is filled up with deviations of 0. Everything is taken from the lane's first draw, then deviations from
    the lane's own mean (two passes): a large mean costs no digits, and a cell that never varies has no spread at all
    (Chan, Golub and LeVeque, Am Stat 1983;37:242-247, doi:10.1080/00031305.1983.10483115).
    """
    size = x.shape[-1]
    first = x[..., 0]
    if size == LANE:
        deviations = x - first[..., None]
    else:
        deviations = np.zeros((*x.shape[:-1], LANE))
        np.subtract(x, first[..., None], out=deviations[..., :size])
    shift = total(deviations) / size
    deviations[..., :size] -= shift[..., None]
    deviations *= deviations
    return first + shift, total(deviations)


def total(x: Floats) -> Floats:
    """Add up lanes of 512 numbers, array (..., 512), in the order that every engine keeps to.

    Four runs of 128, in each eight sums of every eighth number; these 32 are joined in pairs of neighbours, then the
    pairs, and so on. A processor adds eight numbers at once and four such sums without waiting for one another, and 20
    roundings add up, not 511.
    """
    runs = x.reshape(*x.shape[:-1], 4, 16, 8)
    sums = runs[..., 0, :].copy()
    for step in range(1, 16):
        sums += runs[..., step, :]
    sums = sums.reshape(*x.shape[:-1], 32)
    while sums.shape[-1] > 1:
        sums = sums[..., ::2] + sums[..., 1::2]
    return sums[..., 0]


def join_lanes(mean: Floats, m2: Floats, counts: Ints) -> int:
    """Join the lanes of a chunk in pairs of neighbours, a whole round at once; return how many draws they hold.

    Parameters
    ----------
    mean, m2, counts
        As for `protocol.Leaves.join_lanes`.
    """
    count, lanes = counts[:, None].astype(np.float64), len(counts)
    while lanes > 1:
        even = lanes // 2 * 2
        left, right = slice(0, even, 2), slice(1, even, 2)
        draws = count[left] + count[right]
        share = np.maximum(draws, 1.0)
        difference = mean[right] - mean[left]
        joined = mean[left] + difference * (count[right] / share)
        squares = m2[left] + m2[right] + difference * difference * (count[left] * count[right] / share)
        last = slice(even, lanes)
        lanes -= lanes // 2
        for array, new in ((mean, joined), (m2, squares), (count, draws)):
            array[:lanes] = np.concatenate([new, array[last]])
    return int(count[0, 0])


def count_true(bits: Ints, starts: Ints, stops: Ints, sizes: Ints, times: Ints) -> None:
    """Count the cells of each check that are true, over draws.

    Parameters
    ----------
    bits, starts, stops, sizes, times
        As for `protocol.Leaves.count_true`.
    """
    for some, size in _same_size(sizes):
        for check, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            times[check] += np.count_nonzero(_true(bits[some, start:stop, :size]))


def count_failed(bits: Ints, starts: Ints, stops: Ints, sizes: Ints, times: Ints, first: Ints) -> None:
    """Count the draws in which a check is true in any cell, and note the first of each, counted over the lanes.

    Parameters
    ----------
    bits, starts, stops, sizes, times, first
        As for `protocol.Leaves.count_failed`.
    """
    for some, size in _same_size(sizes):
        for check, (start, stop) in enumerate(zip(starts, stops, strict=True)):
            lane, draw = np.nonzero(_true(bits[some, start:stop, :size]).any(axis=1))
            if len(lane):
                times[check] += len(lane)
                first[check] = min(first[check], (some.start + lane[0]) * LANE + draw[0])


def _true(bits: Ints) -> Flags:
    """Whether a number is not 0; -0.0 counts as 0."""
    return np.asarray(bits << 1 != 0)


def gather(y: Floats, rows: Ints, sizes: Ints, options: Floats) -> None:
    """Copy the rows of options out of a pack; a row of -1 leaves an option alone.

    Parameters
    ----------
    y, rows, sizes, options
        As for `protocol.Leaves.gather`.
    """
    lanes = len(sizes)
    for option in np.flatnonzero(rows >= 0):
        options[:lanes, option] = y[:lanes, rows[option]]


def compare(
    effect: Floats, cost: Floats, spent: Floats, sizes: Ints, decision: Decision, counts: DecisionCounts,
    derived: Floats, mean: Floats, m2: Floats, column: int, still: Flags,
) -> None:  # fmt: skip
    """Derive net benefit and effect for each 1,000 of cost, reduce them, and compare options with one another.

    Parameters
    ----------
    effect, cost, spent, sizes, decision, counts, derived, mean, m2, column, still
        As for `protocol.Leaves.compare`.
    """
    lanes, options, height = len(sizes), effect.shape[1], (len(decision.values) + 1) * effect.shape[1]
    if derived.shape[0] < lanes:
        derived, still = pack(lanes, height), np.zeros((lanes, height), dtype=bool)
    for some, size in _same_size(sizes):
        e, c, p = (row_draws(x[some, :, :size]) for x in (effect, cost, spent))
        rows = derived[some, :, :size]
        for level, value in enumerate(decision.values):
            here = rows[:, level * options : (level + 1) * options]
            here[...] = value * effect[some, :, :size] - cost[some, :, :size]
        rows[:, height - options :] = per_1000(effect[some, :, :size], spent[some, :, :size])
        counts.free |= np.asarray((p <= 0).any(axis=1))
        compared = decision.comparator
        extra = e - e[compared] if compared >= 0 else e
        dearer = c - c[compared] if compared >= 0 else c
        counts.no_benefit += np.count_nonzero(extra <= 0, axis=1)
        for level, value in enumerate(decision.values):
            counts.worth_it[level] += np.count_nonzero(value * extra - dearer > 0, axis=1)
        if counts.beats.size:
            score = decision.values[decision.central] * e - c if decision.values else e
            rank(e, p, score, counts.beats, several=decision.choose == "several")
    moments(derived, np.arange(height), sizes, mean[:, column:], m2[:, column:], still, np.zeros(lanes, dtype=bool))


def rank(effect: Floats, cost: Floats, score: Floats, beats: npt.NDArray[np.int32], *, several: bool) -> None:
    """Count who is ahead of whom: by a score, or by effect for each pound spent. Of certain options one draw tells.

    Parameters
    ----------
    effect : array (option, draw) [unit of effect]
    cost : array (option, draw) [currency]
        Before other benefits are taken off.
    score : array (option, draw) [currency]
        Net benefit at the central value; the effect, in its unit, where nothing puts a value on it.
    beats : int array (option, option)
        Added to.
    several : bool
        See `decision_counts.is_ahead`.
    """
    certain = np.logical_and.reduce([(x == x[:, :1]).all(axis=1) for x in (effect, cost, score)])

    def count(some: Rows, others: Rows, draws: slice) -> Ints:
        pair = ((array[some, None, draws], array[others, draws]) for array in (effect, cost, score))
        return np.asarray(np.count_nonzero(is_ahead(*pair, several=several), axis=2))

    still, moving = np.flatnonzero(certain), np.flatnonzero(~certain)
    for start in range(0, len(still), _PAIRS):
        some = still[start : start + _PAIRS]
        beats[np.ix_(some, still)] += effect.shape[1] * count(some, still, slice(1))
    for option in still[:, None] if len(moving) else ():
        beats[option, moving] += count(option, moving, slice(None))[0]
    for option in moving[:, None]:
        beats[option] += count(option, slice(None), slice(None))


def decide(
    effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, counts: DecisionCounts, mean: Floats, column: int
) -> None:
    """Count who is best at each threshold, and reduce the highest net benefit to its mean, a column a threshold.

    Parameters
    ----------
    effect, cost, sizes, thresholds, counts, mean, column
        As for `protocol.Leaves.decide`.
    """
    columns = slice(column, column + len(thresholds))
    mean[:, columns] = 0.0
    for some, size in _same_size(sizes):
        e, c = (row_draws(x[some, :, :size]) for x in (effect, cost))
        highest = np.empty((len(thresholds), e.shape[1]))
        for row, threshold in enumerate(thresholds):
            benefit = threshold * e - c
            highest[row] = benefit.max(axis=0)
            _count_best(counts, row, benefit == highest[row])
        lanes = highest.reshape(len(thresholds), -1, size).swapaxes(0, 1)
        mean[some, columns] = lane_moments(lanes)[0]


def _count_best(counts: DecisionCounts, row: int, best: Flags) -> None:
    """Count who is best at a threshold, bool array (option, draw), by how many tie."""
    number = np.count_nonzero(best, axis=0)
    ties = np.unique(number)
    counts.make_room(int(ties[-1]))
    for tie in ties[ties <= TIES]:
        among = best if len(ties) == 1 else best & (number == tie)
        counts.best[row, :, tie - 1] += np.count_nonzero(among, axis=1)
    for draw in np.flatnonzero(number > TIES):
        counts.best[row, best[:, draw], TIES] += PARTS // number[draw]
        counts.best[row, best[:, draw], TIES + 1] += SQUARES // number[draw] ** 2


def regrets(
    effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, mean: Floats, m2: Floats, column: int
) -> None:
    """Reduce the highest net benefit less that of each option, a column a threshold and option.

    Parameters
    ----------
    effect, cost, sizes, thresholds, mean, m2, column
        As for `protocol.Leaves.regrets`.
    """
    options = effect.shape[1]
    for row, threshold in enumerate(thresholds):
        columns = slice(column + row * options, column + (row + 1) * options)
        mean[:, columns], m2[:, columns] = 0.0, 0.0
        for some, size in _same_size(sizes):
            benefit = threshold * effect[some, :, :size] - cost[some, :, :size]
            mean[some, columns], m2[some, columns] = lane_moments(benefit.max(axis=1, keepdims=True) - benefit)


class RowHistograms:
    """Counts of rows in bins, for all workers (`protocol.BinCounts` and `PackCounter`).

    Parameters
    ----------
    rows : int array (cell,)
    """

    def __init__(self, rows: Ints) -> None:
        self._rows, self._total, self._lock = rows, Histogram(len(rows)), threading.Lock()

    def turn(self) -> RowHistograms:
        """Return the counter of a new worker."""
        return self

    def add(self, bits: Ints, sizes: Ints, still: Flags) -> None:  # noqa: ARG002 - only kernels gain by what is still
        """Count a pack.

        Parameters
        ----------
        bits, sizes, still
            As for `protocol.PackCounter.add`.
        """
        for some, size in _same_size(sizes):
            for cells, rows in _few(self._rows, some.stop - some.start):
                number = bins(row_draws(bits[some, rows, :size]))
                with self._lock:
                    self._total.add(number, cells.start)

    def flush(self) -> None:
        """Nothing waits."""

    def quantiles(self, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles and resolution of all rows."""
        return self._total.quantiles(chances)

    def entries(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield the bins of all rows that are not empty, and their counts."""
        return self._total.entries()

    def add_entries(self, places: Ints, counts: Ints) -> None:
        """Add some of what `entries` yielded of other draws.

        Parameters
        ----------
        places, counts
            As `histogram.Histogram.add_entries`.
        """
        self._total.add_entries(places, counts)


def histograms(rows: Ints) -> RowHistograms:
    """Return the counter of these rows of packs in bins."""
    return RowHistograms(rows)
