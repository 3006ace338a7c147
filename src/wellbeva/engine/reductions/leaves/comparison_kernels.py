"""Kernels that compare the options of the decision: net benefit and its moments, who is worth it, who is ahead of whom.

What is derived of a lane is reduced and compared while it is in the nearest cache, and only kept where its draws are
counted in bins. See `moments_kernels`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.leaves.moments_kernels import lane_moments
from wellbeva.jit.kernel import kernel, scratch

Narrow = npt.NDArray[np.int32]

_BITS = 10
"""Bits of a count of draws of one lane: two counts share a word."""
_COUNT = 2**_BITS - 1
_TILE = 16
"""Options of a tile: of two tiles effect, cost and score of a lane take 400 kB."""


@kernel
def _net_benefit(e: Floats, c: Floats, size: int, value: float, benefit: Floats) -> None:
    for j in range(size):
        benefit[j] = value * e[j] - c[j]


@kernel
def _per_1000(e: Floats, c: Floats, size: int, per: Floats) -> int:
    """Compute effect for each 1,000 of cost, 0 where that is not above 0; return in how many draws it is."""
    count = 0
    for j in range(size):
        costs = c[j] > 0.0
        paid = c[j] if costs else 1.0
        ratio = 1000.0 * e[j] / paid
        per[j] = ratio if costs else 0.0
        count += costs
    return count


@kernel
def _not_above(e: Floats, e0: Floats, size: int) -> int:
    count = 0
    for j in range(size):
        count += e[j] - e0[j] <= 0.0
    return count


@kernel
def _gains(e: Floats, c: Floats, e0: Floats, c0: Floats, size: int, value: float) -> int:
    count = 0
    for j in range(size):
        count += value * (e[j] - e0[j]) - (c[j] - c0[j]) > 0.0
    return count


@kernel
def _above(a: Floats, b: Floats, size: int) -> np.int64:
    """Count in how many draws the first is above the second and, further up in the word, below it."""
    found = np.int64(0)
    for j in range(size):
        found += np.int64(a[j] > b[j]) + (np.int64(a[j] < b[j]) << _BITS)
    return found


@kernel
def _ahead(e: Floats, c: Floats, s: Floats, e0: Floats, c0: Floats, s0: Floats, size: int) -> np.int64:
    """Count as `_above` by effect for each pound; by the score where both cost nothing or save money."""
    found = np.int64(0)
    for j in range(size):
        free = (c[j] <= 0.0) & (c0[j] <= 0.0)
        # A saving is not a smaller pound: times a cost below 0 the comparison would turn round.
        one = e[j] * (c0[j] if c0[j] > 0.0 else 0.0)
        other = e0[j] * (c[j] if c[j] > 0.0 else 0.0)
        one, other = s[j] if free else one, s0[j] if free else other
        found += np.int64(one > other) + (np.int64(one < other) << _BITS)
    return found


@kernel
def _lies_still(x: Floats, size: int) -> bool:
    moves = 0
    for j in range(size):
        moves += x[j] != x[0]
    return moves == 0


@kernel
def rank(e: Floats, c: Floats, score: Floats, size: int, several: bool, beats: Narrow) -> None:
    """Count who is ahead of whom in a lane, each pair once: by a score, or by effect for each pound spent.

    Of two that are the same in every draw, one draw tells.

    Parameters
    ----------
    e : array (option, 512) [unit of effect]
    c : array (option, 512) [currency]
        The cost before other benefits are taken off.
    score : array (option, 512) [currency]
        Net benefit at the central value; the effect, in its unit, where nothing puts a value on it.
    size : int
        Draws of the lane that count.
    several : bool
        See `decision_counts.is_ahead`.
    beats : int32 array (option, option)
        Added to: draws in which the first is ahead of the second. Empty where pairs are not compared.
    """
    options = beats.shape[0]
    still = scratch(options, np.int64)
    for option in range(options):
        alike = _lies_still(e[option], size) and _lies_still(c[option], size)
        still[option] = alike and _lies_still(score[option], size)
    # Tile by tile, so that the rows of both are in the cache when many options are compared.
    for tile in range(0, options, _TILE):
        for beside in range(0, tile + 1, _TILE):
            for option in range(tile, min(tile + _TILE, options)):
                for other in range(beside, min(beside + _TILE, option)):
                    looked_at = min(size, 1) if still[option] and still[other] else size
                    if several:
                        found = _ahead(e[option], c[option], score[option], e[other], c[other], score[other], looked_at)
                    else:
                        found = _above(score[option], score[other], looked_at)
                    times = size if looked_at < size else 1
                    beats[option, other] += times * (found & _COUNT)
                    beats[other, option] += times * (found >> _BITS)


@kernel
def compare(
    effect: Floats, cost: Floats, spent: Floats,
    sizes: Ints, values: Floats, central: int, several: bool, comparator: int,
    derived: Floats, mean: Floats, m2: Floats, column: int, still: Flags,
    no_benefit: Ints, worth_it: Ints, beats: Narrow, free: Flags,
) -> None:  # fmt: skip
    """Derive net benefit and effect for each 1,000 of cost, reduce them, and compare options with one another.

    Parameters
    ----------
    effect, cost, spent, sizes, derived, mean, m2, column, still
        See `protocol.Leaves.compare`.
    values, central, several, comparator
        Of the decision: of `choose` whether it is ``several``.
    no_benefit, worth_it, beats, free : array
        Added to (`decision_counts.DecisionCounts`).
    """
    held, a, nothing = scratch(LANE, np.float64), scratch(32, np.float64), scratch(LANE, np.float64)
    for j in range(LANE):
        nothing[j] = 0.0
    options, levels = no_benefit.shape[0], values.shape[0]
    for lane in range(sizes.shape[0]):
        size, at = sizes[lane], min(lane, derived.shape[0] - 1)
        e, c, p = effect[lane], cost[lane], spent[lane]
        e0 = e[comparator] if comparator >= 0 else nothing
        c0 = c[comparator] if comparator >= 0 else nothing
        for option in range(options):
            for level in range(levels + 1):
                cell = level * options + option
                row = derived[at, cell]
                if level < levels:
                    _net_benefit(e[option], c[option], size, values[level], row)
                    if option != comparator:
                        worth_it[level, option] += _gains(e[option], c[option], e0, c0, size, values[level])
                else:
                    free[option] |= _per_1000(e[option], p[option], size, row) < size
                one, two = lane_moments(row, size, held, a)
                mean[lane, column + cell] = one
                m2[lane, column + cell] = two
                still[at, cell] = two == 0.0
            # the comparator has no more than itself
            no_benefit[option] += size if option == comparator else _not_above(e[option], e0, size)
        first = central * options
        rank(e, p, derived[at, first : first + options] if levels else e, size, several, beats)
