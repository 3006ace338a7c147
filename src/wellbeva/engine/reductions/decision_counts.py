"""Counting the decision: who is best at which threshold, who is worth it, who beats whom.

Only comparisons within one draw enter, so the counts are whole numbers and add up in any order.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from wellbeva.plan.plan import Decision

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Pair = tuple[Floats, ...]

Picked = slice | npt.NDArray[np.intp]

ALL_PAIRS = 500
"""Options of which every pair is compared in every draw; of 2,000, that takes a minute and 256 MB (semantics R82)."""
TIES: Final = 16
"""Options up to which a tie is counted by how many they are. With room for all, 2,000 rivals of one cost, which tie
where nothing is paid for the effect, would take 1.4 GB in each randomisation."""
PARTS: Final = 2**32
SQUARES: Final = 2**36
"""Larger ties are counted in such parts of a draw, and of its square, in whole numbers: in any order the sum is the
same, and that of the most draws (2^36) fits."""
_ROWS = 64
"""Certain options compared with all others at once: of 2,000 each step takes a few MB."""


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

    `best` has room for ties of as many options as were found to tie: with room for all, 500 options and 50 thresholds
    would take 100 MB a chunk.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        options = len(decision.options)
        thresholds = len(decision.thresholds) if decision.choose == "one" else 0
        self.best: Counts = np.zeros((thresholds, options, 1), dtype=np.int64)
        self.no_benefit: Counts = np.zeros(options, dtype=np.int64)
        self.worth_it: Counts = np.zeros((len(decision.levels), options), dtype=np.int64)
        compared = options if options <= ALL_PAIRS else 0
        # Half of what the other counts take: one of these for each randomisation.
        self.beats: npt.NDArray[np.int32] = np.zeros((compared, compared), dtype=np.int32)

    def add(self, effect: Floats, cost: Floats, spent: Floats | None = None) -> Floats:
        """Count a block of draws.

        Parameters
        ----------
        effect, cost, spent : array (option, draw)
            Over `Decision.options`. Offers are compared by `Decision.spent`; the cost itself unless given.

        Returns
        -------
        array (threshold, draw)
            The highest net benefit at each threshold; no rows for ``choose: several``.
        """
        decision = self.decision
        compared = decision.comparator
        extra = effect - effect[compared] if compared >= 0 else effect
        dearer = cost - cost[compared] if compared >= 0 else cost
        self.no_benefit += np.count_nonzero(extra <= 0, axis=1)
        for level, value in enumerate(decision.values):
            self.worth_it[level] += np.count_nonzero(value * extra - dearer > 0, axis=1)
        if self.beats.size:
            score = decision.values[decision.central] * effect - cost if decision.values else effect
            self._count_beats(effect, cost if spent is None else spent, score)
        highest = np.empty((self.best.shape[0], effect.shape[1]))
        for row, threshold in enumerate(decision.thresholds[: self.best.shape[0]]):
            highest[row] = self._count_best(row, threshold * effect - cost)
        return highest

    def _count_best(self, row: int, benefit: Floats) -> Floats:
        top: Floats = benefit.max(axis=0)
        best = benefit == top
        number = np.count_nonzero(best, axis=0)
        sizes = np.unique(number[number > 0])
        self.make_room(int(sizes.max(initial=0)))
        for tie in sizes[sizes <= TIES]:
            among = best if len(sizes) == 1 else best & (number == tie)
            self.best[row, :, tie - 1] += np.count_nonzero(among, axis=1)
        for draw in np.flatnonzero(number > TIES):
            self.best[row, best[:, draw], TIES] += PARTS // number[draw]
            self.best[row, best[:, draw], TIES + 1] += SQUARES // number[draw] ** 2
        return top

    def _count_beats(self, effect: Floats, cost: Floats, score: Floats) -> None:
        decision = self.decision
        several = decision.choose == "several"
        still = np.logical_and.reduce([(x == x[:, :1]).all(axis=1) for x in (effect, cost, score)])

        def count(some: Picked, others: Picked, draws: slice) -> Counts:
            rows, columns = (some, None, draws), (others, draws)
            pair = ((array[rows], array[columns]) for array in (effect, cost, score))
            counted: Counts = np.count_nonzero(is_ahead(*pair, several=several), axis=2)
            return counted

        certain, moving = np.flatnonzero(still), np.flatnonzero(~still)
        for start in range(0, len(certain), _ROWS):
            some = certain[start : start + _ROWS]
            # Of two that are the same in every draw, one draw tells.
            self.beats[np.ix_(some, certain)] += effect.shape[1] * count(some, certain, slice(1))
        for option in certain[:, None] if len(moving) else ():
            self.beats[option, moving] += count(option, moving, slice(None))[0]
        for option in moving[:, None]:
            self.beats[option] += count(option, slice(None), slice(None))

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
    effect, cost : pair of array (..., draw)
    score : pair of array (..., draw)
        Net benefit at the central value; the effect where nothing puts a value on it.
    several : bool
        By effect for each pound; by the score where both cost nothing or save money.
    """
    ahead: Flags = score[0] > score[1]
    if several:
        # Between two that cost nothing or save money a ratio would rank the smaller saving first.
        # A saving is no smaller pound: times a cost below 0 the comparison would turn round.
        by_pound = effect[0] * np.maximum(cost[1], 0) > effect[1] * np.maximum(cost[0], 0)
        ahead = np.where((cost[1] <= 0) & (cost[0] <= 0), ahead, by_pound)
    return ahead
