"""Kernels that count the decision: who is best at which value, who is worth it, who is ahead of whom.

See `moments_kernels`.
"""

from __future__ import annotations

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.decision_counts import PARTS, SQUARES, TIES
from wellbeva.engine.reductions.leaves.moments_kernels import lane_moments, total_apart
from wellbeva.jit.kernel import kernel, scratch

FEW = 6
"""Options up to which one kernel holds them all in registers."""
GROUP = 4
"""Options that are compared at once where there are more."""

_BITS = 10
"""Bits of a count of draws of one lane; those of several options share a word."""
_COUNT = 2**_BITS - 1
_ONE = np.int64(1)


@kernel
def _best_of_few(e: Floats, c: Floats, size: int, threshold: float, top: Floats, each: tuple[int, ...]) -> np.int64:
    """Return in how many draws each option has the highest net benefit, which goes to `top`."""
    found = np.int64(0)
    for j in range(size):
        highest = threshold * e[0, j] - c[0, j]
        for option in range(1, len(each)):
            benefit = threshold * e[option, j] - c[option, j]
            highest = benefit if benefit > highest else highest
        top[j] = highest
        for option in range(len(each)):
            # not a sum of what is true, shifted: this is one addition under a mask (measured: 0.42 and 0.45 ns)
            more = found + (_ONE << _BITS * option)
            found = more if threshold * e[option, j] - c[option, j] == highest else found
    return found


@kernel
def _top_of_group(e: Floats, c: Floats, size: int, threshold: float, top: Floats, each: tuple[int, ...]) -> None:
    for j in range(size):
        highest = top[j]
        for option in range(len(each)):
            benefit = threshold * e[option, j] - c[option, j]
            highest = benefit if benefit > highest else highest
        top[j] = highest


@kernel
def _best_of_group(e: Floats, c: Floats, size: int, threshold: float, top: Floats, each: tuple[int, ...]) -> np.int64:
    found = np.int64(0)
    for j in range(size):
        for option in range(len(each)):
            more = found + (_ONE << _BITS * option)
            found = more if threshold * e[option, j] - c[option, j] == top[j] else found
    return found


@kernel
def _best_of_all(
    e: Floats, c: Floats, size: int, threshold: float, top: Floats, single: Ints, each: tuple[int, ...]
) -> None:
    """Count in how many draws each option has the highest net benefit, a group at a time; it goes to `top`."""
    options, width = single.shape[0], len(each)
    for j in range(size):
        top[j] = -np.inf
    for start in range(0, options, width):
        # the last group overlaps the one before: what was looked at twice is the same
        first = min(start, options - width)
        _top_of_group(e[first:], c[first:], size, threshold, top, each)
    for start in range(0, options, width):
        first = min(start, options - width)
        times = _best_of_group(e[first:], c[first:], size, threshold, top, each)
        for option in range(width):
            single[first + option] = times >> (_BITS * option) & _COUNT


@kernel
def _large_ties(e: Floats, c: Floats, size: int, threshold: float, top: Floats, among: Ints, best: Ints) -> None:
    for j in range(size):
        for option in range(best.shape[0] if among[j] > TIES else 0):
            if threshold * e[option, j] - c[option, j] == top[j]:
                best[option, TIES] += PARTS // among[j]
                best[option, TIES + 1] += SQUARES // (among[j] * among[j])


@kernel
def _ties(e: Floats, c: Floats, size: int, threshold: float, top: Floats, best: Ints) -> int:
    """Count who is best in a lane in which options tie, by how many they are, and return 0.

    Where there is no room nothing is counted, and how many tie at most is returned.
    """
    options = best.shape[0]
    among = scratch(LANE, np.int64)
    most = 0
    for j in range(size):
        among[j] = 0
        for option in range(options):
            among[j] += threshold * e[option, j] - c[option, j] == top[j]
        most = max(most, among[j])
    if (most if most <= TIES else TIES + 2) > best.shape[1]:
        return most
    for tie in range(1, min(most, TIES) + 1):
        there = 0
        for j in range(size):
            there += among[j] == tie
        if there:
            for option in range(options):
                count = 0
                for j in range(size):
                    count += (threshold * e[option, j] - c[option, j] == top[j]) & (among[j] == tie)
                best[option, tie - 1] += count
    if most > TIES:
        _large_ties(e, c, size, threshold, top, among, best)
    return 0


@kernel
def _mean_of_highest(top: Floats, size: int, a: Floats) -> float:
    first = top[0]
    for j in range(size, LANE):
        top[j] = first
    mean: float = first + total_apart(top, first, a) / size
    return mean


@kernel
def decide(
    effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, best: Ints, mean: Floats, column: int,
    each: tuple[int, ...], start: int, ties: Ints,
) -> int:  # fmt: skip
    """Count who is best at each threshold.

    Parameters
    ----------
    effect, cost, sizes, thresholds, mean, column
        See `protocol.Leaves.decide`.
    best : int array (threshold, option, tie)
        Added to.
    each : tuple of int
        As many as there are options in a group: their number is part of the kernel.
    start : int
        Lane times thresholds plus threshold to begin with.
    ties : int array (1,)
        Filled: how many options tie where `best` had no room for that.

    Returns
    -------
    int
        Where that is; the end if all is done.
    """
    rows, options = thresholds.shape[0], best.shape[1]
    top, a = scratch(LANE, np.float64), scratch(32, np.float64)
    single = scratch(options, np.int64)
    for position in range(start, sizes.shape[0] * rows):
        lane, row = position // rows, position % rows
        size, threshold, e, c = sizes[lane], thresholds[row], effect[lane], cost[lane]
        if size == 0:
            mean[lane, column + row] = 0.0
            continue
        if options == len(each):
            times = _best_of_few(e, c, size, threshold, top, each)
            for option in range(options):
                single[option] = times >> (_BITS * option) & _COUNT
        else:
            _best_of_all(e, c, size, threshold, top, single, each)
        alone = 0
        for option in range(options):
            alone += single[option]
        if alone == size:
            for option in range(options):
                best[row, option, 0] += single[option]
        else:
            most = _ties(e, c, size, threshold, top, best[row])
            if most:
                ties[0] = most
                return position
        mean[lane, column + row] = _mean_of_highest(top, size, a)
    ties[0] = 0
    end: int = sizes.shape[0] * rows
    return end


@kernel
def regrets(
    effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, mean: Floats, m2: Floats, column: int
) -> None:
    """Reduce the highest net benefit less that of each option, a column a threshold and option.

    Parameters
    ----------
    effect, cost, sizes, thresholds, mean, m2, column
        As for `protocol.Leaves.regrets`.
    """
    top, regret = scratch(LANE, np.float64), scratch(LANE, np.float64)
    held, a = scratch(LANE, np.float64), scratch(32, np.float64)
    options = effect.shape[1]
    for lane in range(sizes.shape[0]):
        size, e, c, at = sizes[lane], effect[lane], cost[lane], column
        for row in range(thresholds.shape[0]):
            threshold = thresholds[row]
            for j in range(size):
                top[j] = -np.inf
                for option in range(options):
                    top[j] = max(top[j], threshold * e[option, j] - c[option, j])
            for option in range(options):
                for j in range(size):
                    regret[j] = top[j] - (threshold * e[option, j] - c[option, j])
                mean[lane, at], m2[lane, at] = lane_moments(regret, size, held, a)
                at += 1
