"""Counting the decision: who is best at which threshold, who is worth it, who beats whom.

Only comparisons within one draw enter, so the counts are whole numbers and add up in any order.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.plan.plan import Decision

Pair = tuple[Floats, ...]

ALL_PAIRS = 500
"""Options of which every pair is compared in every draw; of 2,000, that takes a minute and 256 MB (semantics R82)."""
TIES: Final = 16
"""Options up to which a tie is counted by how many they are. With room for all, 2,000 rivals of one cost, which tie
where nothing is paid for the effect, would take 1.4 GB in each randomisation."""
PARTS: Final = 2**32
SQUARES: Final = 2**36
"""Larger ties are counted in such parts of a draw, and of its square, in whole numbers: in any order the sum is the
same, and that of the most draws fits."""


class DecisionCounts:
    """Counts of one stretch of draws, or of several added up.

    Parameters
    ----------
    decision : Decision

    Notes
    -----
    Arrays are those of `result.Tally` without their randomisation. Where nothing puts a value on
    the effect (no levels), rivals are compared by effect alone in `beats`. It is empty for more options than
    `ALL_PAIRS`.

    `free` says of each option whether its cost, before other benefits are taken off, is not above 0 in some draw.

    `best` has room for ties of as many options as were found to tie: with room for all, 500 options and 50 thresholds
    would take 100 MB a chunk.
    """

    def __init__(self, decision: Decision) -> None:
        options = len(decision.options)
        thresholds = len(decision.thresholds) if decision.choose == "one" else 0
        self.best: Ints = np.zeros((thresholds, options, 1), dtype=np.int64)
        self.no_benefit: Ints = np.zeros(options, dtype=np.int64)
        self.worth_it: Ints = np.zeros((len(decision.levels), options), dtype=np.int64)
        compared = options if options <= ALL_PAIRS else 0
        # Half of what the other counts take: one of these for each randomisation.
        self.beats: npt.NDArray[np.int32] = np.zeros((compared, compared), dtype=np.int32)
        self.free: Flags = np.zeros(options, dtype=bool)

    def make_room(self, ties: int) -> None:
        """Make room in `best` for ties of so many options."""
        more = (ties if ties <= TIES else TIES + 2) - self.best.shape[-1]
        if more > 0:
            self.best = np.concatenate([self.best, np.zeros((*self.best.shape[:2], more), dtype=np.int64)], axis=-1)

    def merge(self, other: DecisionCounts) -> None:
        """Add the counts of other draws; exact, in any order."""
        self.make_room(other.best.shape[-1])
        self.best[..., : other.best.shape[-1]] += other.best
        self.no_benefit += other.no_benefit
        self.worth_it += other.worth_it
        self.beats += other.beats
        self.free |= other.free


def shares_of_ties(width: int) -> tuple[Floats, Floats]:
    """Return what a count in each column of `DecisionCounts.best` is of a draw, and of its square.

    Parameters
    ----------
    width : int
        Columns of `best`.

    Examples
    --------
    >>> shares_of_ties(2)
    (array([1. , 0.5]), array([1.  , 0.25]))
    """
    shares = 1.0 / np.arange(1, min(width, TIES) + 1)
    squares = shares**2
    if width > TIES:
        shares, squares = np.append(shares, (1 / PARTS, 0.0)), np.append(squares, (0.0, 1 / SQUARES))
    return shares, squares


def is_ahead(effect: Pair, cost: Pair, score: Pair, *, several: bool) -> Flags:
    """Whether the first of two options is strictly ahead of the second in each draw.

    Parameters
    ----------
    effect : pair of array (..., draw) [unit of effect]
    cost : pair of array (..., draw) [currency]
    score : pair of array (..., draw) [currency]
        Net benefit at the central value; the effect, in its unit, where nothing puts a value on it.
    several : bool
        By effect for each pound; by the score where both cost nothing or save money.
    """
    ahead: Flags = score[0] > score[1]
    if several:
        # Between two that cost nothing or save money a ratio would rank the smaller saving first.
        # A saving is not a smaller pound: times a cost below 0 the comparison would turn round.
        by_pound = effect[0] * np.maximum(cost[1], 0) > effect[1] * np.maximum(cost[0], 0)
        ahead = np.where((cost[1] <= 0) & (cost[0] <= 0), ahead, by_pound)
    return ahead
