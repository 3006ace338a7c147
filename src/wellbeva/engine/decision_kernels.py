"""Kernels that count the decision: who is best at which value, who is worth it, who is ahead of whom.

The twins of `engine.tally.DecisionCounts`; see `engine.fold_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from wellbeva.engine.fold_kernels import lane_moments, total_apart
from wellbeva.engine.reduce import LANE
from wellbeva.sampling.apart import Apart
from wellbeva.sampling.kernels import keep

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEW = 6
"""Options up to which one kernel holds them all in registers."""
GROUP = 4
"""Options that are compared at once where there are more."""

_BITS = 10
"""Bits of a count of draws of one lane; those of several options share a word."""
_COUNT = 2**_BITS - 1

_kernel = njit(nogil=True, error_model="numpy", pipeline_class=Apart)


@_kernel
def _best_of_few(e: Floats, c: Floats, size: int, threshold: float, top: Floats, each: tuple[int, ...]) -> np.int64:
    """Return in how many draws each option has the highest net benefit, which goes to `top`."""
    found = np.int64(0)
    for j in range(size):
        highest = threshold * e[0, j] - c[0, j]
        for option in range(1, len(each)):
            benefit = threshold * e[option, j] - c[option, j]
            highest = benefit if benefit > highest else highest
        top[j] = highest
        hits = np.int64(0)
        for option in range(len(each)):
            hits += np.int64(threshold * e[option, j] - c[option, j] == highest) << (_BITS * option)
        found += hits
    return found


@_kernel
def _top_of_group(e: Floats, c: Floats, size: int, threshold: float, top: Floats, each: tuple[int, ...]) -> None:
    for j in range(size):
        highest = top[j]
        for option in range(len(each)):
            benefit = threshold * e[option, j] - c[option, j]
            highest = benefit if benefit > highest else highest
        top[j] = highest


@_kernel
def _best_of_group(e: Floats, c: Floats, size: int, threshold: float, top: Floats, each: tuple[int, ...]) -> np.int64:
    found = np.int64(0)
    for j in range(size):
        hits = np.int64(0)
        for option in range(len(each)):
            hits += np.int64(threshold * e[option, j] - c[option, j] == top[j]) << (_BITS * option)
        found += hits
    return found


@_kernel
def _ties(e: Floats, c: Floats, size: int, threshold: float, top: Floats, best: Ints) -> None:
    """Count who is best in a lane in which options tie, by how many they are."""
    options = best.shape[0]
    among = np.empty(LANE, dtype=np.int64)
    most = 0
    for j in range(size):
        among[j] = 0
        for option in range(options):
            among[j] += threshold * e[option, j] - c[option, j] == top[j]
        most = max(most, among[j])
    for tie in range(1, most + 1):
        there = 0
        for j in range(size):
            there += among[j] == tie
        if there:
            for option in range(options):
                count = 0
                for j in range(size):
                    count += (threshold * e[option, j] - c[option, j] == top[j]) & (among[j] == tie)
                best[option, tie - 1] += count


@_kernel
def _mean_of_highest(top: Floats, size: int, a: Floats) -> float:
    first = top[0]
    for j in range(size, LANE):
        top[j] = first
    mean: float = first + total_apart(top, first, a) / size
    return mean


@_kernel
def decide_few(
    effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, best: Ints, highest: Floats,
    each: tuple[int, ...],
) -> None:  # fmt: skip
    """Count who is best at each threshold, for up to `FEW` options.

    Parameters
    ----------
    effect, cost : array (lane, option, 512)
    best : int array (threshold, option, tie)
        Added to.
    highest : array (lane, threshold)
        Filled with the mean over the lane of the highest net benefit.
    each : tuple of int
        As many as there are options: their number is part of the kernel.
    """
    top, a = np.empty(LANE), np.empty(32)
    for lane in range(sizes.shape[0]):
        size = sizes[lane]
        for row in range(thresholds.shape[0]):
            threshold = thresholds[row]
            if size == 0:
                highest[lane, row] = 0.0
            else:
                found = _best_of_few(effect[lane], cost[lane], size, threshold, top, each)
                hits = 0
                for option in range(len(each)):
                    hits += found >> (_BITS * option) & _COUNT
                if hits == size:
                    for option in range(len(each)):
                        best[row, option, 0] += found >> (_BITS * option) & _COUNT
                else:
                    _ties(effect[lane], cost[lane], size, threshold, top, best[row])
                highest[lane, row] = _mean_of_highest(top, size, a)


@_kernel
def decide_many(
    effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, best: Ints, highest: Floats,
    each: tuple[int, ...],
) -> None:  # fmt: skip
    """As `decide_few` for any number of options, a group at a time.

    Effect and cost have rows for whole groups; those beyond the options repeat one of them, whose net benefit is
    never above the highest, and are not counted.
    """
    top, a = np.empty(LANE), np.empty(32)
    options = best.shape[1]
    single = np.empty(options, dtype=np.int64)
    for lane in range(sizes.shape[0]):
        size = sizes[lane]
        for row in range(thresholds.shape[0]):
            threshold = thresholds[row]
            if size == 0:
                highest[lane, row] = 0.0
            else:
                for j in range(size):
                    top[j] = -np.inf
                for at in range(0, options, len(each)):
                    _top_of_group(effect[lane, at:], cost[lane, at:], size, threshold, top, each)
                hits = 0
                for at in range(0, options, len(each)):
                    found = _best_of_group(effect[lane, at:], cost[lane, at:], size, threshold, top, each)
                    for option in range(at, min(at + len(each), options)):
                        single[option] = found >> (_BITS * (option - at)) & _COUNT
                        hits += single[option]
                if hits == size:
                    for option in range(options):
                        best[row, option, 0] += single[option]
                else:
                    _ties(effect[lane], cost[lane], size, threshold, top, best[row])
                highest[lane, row] = _mean_of_highest(top, size, a)


@_kernel
def regrets(effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, mean: Floats, m2: Floats) -> None:
    """Reduce the highest net benefit less that of each option.

    Parameters
    ----------
    effect, cost : array (lane, option, 512)
    mean, m2 : array (lane, threshold, option)
        Filled.
    """
    top, apart, held, a = np.empty(LANE), np.empty(LANE), np.empty(LANE), np.empty(32)
    for lane in range(sizes.shape[0]):
        size = sizes[lane]
        for row in range(thresholds.shape[0]):
            threshold = thresholds[row]
            for j in range(size):
                top[j] = -np.inf
                for option in range(mean.shape[2]):
                    top[j] = max(top[j], threshold * effect[lane, option, j] - cost[lane, option, j])
            for option in range(mean.shape[2]):
                for j in range(size):
                    apart[j] = top[j] - (threshold * effect[lane, option, j] - cost[lane, option, j])
                mean[lane, row, option], m2[lane, row, option] = lane_moments(apart, size, held, a)


@_kernel
def _above(a: Floats, b: Floats, size: int) -> int:
    count = 0
    for j in range(size):
        count += a[j] > b[j]
    return count


@_kernel
def _gains(e: Floats, c: Floats, e0: Floats, c0: Floats, size: int, value: float) -> int:
    count = 0
    for j in range(size):
        count += value * (e[j] - e0[j]) - (c[j] - c0[j]) > 0.0
    return count


@_kernel
def _ahead(e: Floats, c: Floats, e0: Floats, c0: Floats, size: int) -> int:
    count = 0
    for j in range(size):
        count += e[j] * c0[j] > e0[j] * c[j]
    return count


@_kernel
def _not_above(e: Floats, e0: Floats, size: int) -> int:
    count = 0
    for j in range(size):
        count += e[j] - e0[j] <= 0.0
    return count


@_kernel
def compare(
    effect: Floats, cost: Floats, score: Floats, at: int, sizes: Ints, values: Floats,
    comparator: int,
    no_benefit: Ints, worth_it: Ints, beats: Ints, free: Flags,
) -> None:  # fmt: skip
    """Compare options with the comparator and with each other (`engine.tally.DecisionCounts`).

    Parameters
    ----------
    effect, cost : array (lane, option, 512)
    score : array (lane, row, 512)
        By which one option is ahead of another, from row `at` on; of no lane where it is by effect for each pound.
    values : array (level,)
    comparator : int
        -1: nothing, which has neither effect nor cost.
    no_benefit, worth_it, beats, free : array
        Added to.
    """
    nothing = np.empty(LANE)
    for j in range(LANE):
        nothing[j] = 0.0
    options = no_benefit.shape[0]
    for lane in range(sizes.shape[0]):
        size = sizes[lane]
        e0 = effect[lane, comparator] if comparator >= 0 else nothing
        c0 = cost[lane, comparator] if comparator >= 0 else nothing
        for option in range(options):
            e, c = effect[lane, option], cost[lane, option]
            no_benefit[option] += _not_above(e, e0, size)
            for level in range(values.shape[0]):
                worth_it[level, option] += _gains(e, c, e0, c0, size, values[level])
            free[option] |= _above(c, nothing, size) < size
            for other in range(options):
                if score.shape[0]:
                    beats[option, other] += _above(score[lane, at + option], score[lane, at + other], size)
                else:
                    beats[option, other] += _ahead(e, c, effect[lane, other], cost[lane, other], size)


keep(globals())
