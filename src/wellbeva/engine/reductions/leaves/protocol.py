"""The leaf functions, which touch each draw: by NumPy (`numpy_leaves`) or by kernels (`kernel_leaves`).

Both give the same bits (`reducer`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.engine.reductions.decision_counts import DecisionCounts
from wellbeva.plan.plan import Decision


class PackCounter(Protocol):
    """Counts draws of packs in bins, for one worker."""

    def add(self, bits: Ints, sizes: Ints, still: Flags) -> None:
        """Take a pack, to be counted at the latest by `flush`.

        Parameters
        ----------
        bits : int array (lane, row, 512)
            Floats, looked at as integers.
        sizes : int array (lane,)
            Draws of each lane that count.
        still : bool array (lane, row)
            Where all draws are known to fall into one bin.
        """
        ...

    def flush(self) -> None:
        """Count what was taken and waits."""
        ...


class BinCounts(Protocol):
    """Counts of many rows in bins."""

    def turn(self) -> PackCounter:
        """Return the counter of a new worker."""
        ...

    def quantiles(self, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles and resolution of all rows, arrays (q, row), see `histogram.Histogram.quantiles`."""
        ...

    def entries(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield the bins of all rows that are not empty, and their counts, see `histogram.Histogram.entries`."""
        ...

    def add_entries(self, places: Ints, counts: Ints) -> None:
        """Add some of what `entries` yielded of other draws.

        Parameters
        ----------
        places, counts
            As `histogram.Histogram.add_entries`.
        """
        ...


class Leaves(Protocol):
    """The functions that touch each draw. `sizes` says how many draws of each lane count; they stand first in it.

    Effect [its unit] and cost [currency] are arrays (lane, option, 512) over the options of the decision. `mean` and
    `m2` are arrays (lane, column), filled from `column` on: mean [unit of the row] and sum of squared deviations [that
    unit, squared] of each lane, 0 without a draw.
    """

    def pack(self, lanes: int, rows: int) -> Floats:
        """Return a pack of zeros, array (lane, row, 512), laid out in memory as the leaf functions like it.

        Parameters
        ----------
        lanes, rows : int
        """
        ...

    def histograms(self, rows: Ints) -> BinCounts:
        """Return the counter of these rows of packs in bins."""
        ...

    def out_of_bounds(self, x: Floats, rows: Ints, lows: Floats, highs: Floats, sizes: Ints, lanes: Flags) -> bool:
        """Say in which lanes a draw is outside a limit, and whether any is.

        Parameters
        ----------
        x : array (lane, element, 512) [unit of each element]
        rows : int array (limit,)
            Elements.
        lows, highs : array (limit,) [unit of the element]
            A draw beyond them is outside.
        sizes : int array (lane,)
        lanes : bool array (lane,)
            Filled.
        """
        ...

    def moments(
        self, y: Floats, rows: Ints, sizes: Ints, mean: Floats, m2: Floats, still: Flags, doubtful: Flags
    ) -> bool:
        """Reduce rows of each lane, and say whether any lane may hold a number that is not usable.

        Parameters
        ----------
        y : array (lane, row, 512) [unit of each row's target]
        rows : int array (cell,)
            Which rows, rising.
        sizes : int array (lane,)
        mean : array (lane, column) [unit of each row's target]
        m2 : array (lane, column) [that unit, squared]
            Both filled, a column a cell.
        still : bool array (lane, row)
            Filled where rows are reduced: all draws fall into one bin. Draws that differ have squares of deviations
            that are 0 only where all lie in the bin around zero: beyond 2^-100 two neighbouring floats are 2^-152
            apart.
        doubtful : bool array (lane,)
            Filled. A lane with a number that is not below `LARGEST` in size has a mean or a spread to match.
        """
        ...

    def join_lanes(self, mean: Floats, m2: Floats, counts: Ints) -> int:
        """Join the lanes of a chunk in pairs of neighbours, then the pairs; an odd one waits. Return their draws.

        Parameters
        ----------
        mean, m2 : array (lane, column)
            Used up. The first lane is left with what all come to.
        counts : int array (lane,)
            Draws of each lane; used up.
        """
        ...

    def count_true(self, bits: Ints, starts: Ints, stops: Ints, sizes: Ints, times: Ints) -> None:
        """Count the cells of each check that are true, over draws.

        Parameters
        ----------
        bits : int array (lane, row, 512)
            Floats, looked at as integers.
        starts, stops : int array (check,)
            Rows of each.
        sizes : int array (lane,)
        times : int array (check,)
            Added to.
        """
        ...

    def count_failed(self, bits: Ints, starts: Ints, stops: Ints, sizes: Ints, times: Ints, first: Ints) -> None:
        """Count the draws in which a check is true in any cell, and note the first of each, counted over the lanes.

        Parameters
        ----------
        bits, starts, stops, sizes
            As for `count_true`.
        times, first : int array (check,)
            Added to; lowered.
        """
        ...

    def gather(self, y: Floats, rows: Ints, sizes: Ints, options: Floats) -> None:
        """Copy rows of a pack to the options that have them.

        Parameters
        ----------
        y : array (lane, row, 512) [unit of each row's target]
        rows : int array (option,)
            The row of each option; -1 leaves an option alone.
        sizes : int array (lane,)
            As many lanes are copied.
        options : array (lane, option, 512) [unit of the target]
            Filled.
        """
        ...

    def compare(
        self,
        effect: Floats,
        cost: Floats,
        spent: Floats,
        sizes: Ints,
        decision: Decision,
        counts: DecisionCounts,
        derived: Floats,
        mean: Floats,
        m2: Floats,
        column: int,
        still: Flags,
    ) -> None:
        """Derive net benefit and effect for each 1,000 of cost, reduce them, and compare options with one another.

        Parameters
        ----------
        effect : array (lane, option, 512) [unit of effect]
        cost : array (lane, option, 512) [currency]
        spent : array (lane, option, 512) [currency]
            The cost before other benefits are taken off.
        sizes : int array (lane,)
        decision : Decision
        counts : DecisionCounts
            Added to.
        derived : array (lane, level and option | option, 512) [currency | unit of effect for 1,000 of it]
            Filled: net benefit at each level and, below it, effect for each 1,000. Of one lane, it is used again.
        mean, m2 : array (lane, column)
        column : int
        still : bool array (lane, level and option | option)
            Filled, see `moments`.
        """
        ...

    def decide(
        self,
        effect: Floats,
        cost: Floats,
        sizes: Ints,
        thresholds: Floats,
        counts: DecisionCounts,
        mean: Floats,
        column: int,
    ) -> None:
        """Count who is best at each threshold, and reduce the highest net benefit to its mean, a column a threshold.

        Parameters
        ----------
        effect : array (lane, option, 512) [unit of effect]
        cost : array (lane, option, 512) [currency]
        sizes : int array (lane,)
        thresholds : array (threshold,) [currency for one unit of effect]
        counts : DecisionCounts
            Added to.
        mean : array (lane, column) [currency]
        column : int
        """
        ...

    def regrets(
        self, effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, mean: Floats, m2: Floats, column: int
    ) -> None:
        """Reduce the highest net benefit less that of each option, a column a threshold and option.

        Its spread is the error of the value of perfect information in one sample of independent draws.

        Parameters
        ----------
        effect, cost, sizes, thresholds, mean, column
            As for `decide`.
        m2 : array (lane, column) [currency squared]
        """
        ...
