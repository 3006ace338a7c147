"""The leaf functions as kernels (`protocol.Leaves`)."""

from __future__ import annotations

import numpy as np

from wellbeva.core.arrays import Flags, Floats, Ints, aligned
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.decision_counts import DecisionCounts
from wellbeva.engine.reductions.leaves import comparison_kernels, decision_kernels
from wellbeva.engine.reductions.leaves.decision_kernels import regrets
from wellbeva.engine.reductions.leaves.histogram_buffers import HistogramSet
from wellbeva.engine.reductions.leaves.moments_kernels import (
    count_failed,
    count_true,
    gather,
    join_lanes,
    moments,
    out_of_bounds,
)
from wellbeva.plan.plan import Decision

__all__ = [
    "compare", "count_failed", "count_true", "decide", "gather", "histograms", "join_lanes", "moments",
    "out_of_bounds", "pack", "regrets",
]  # fmt: skip


def pack(lanes: int, rows: int) -> Floats:
    """Return a pack of zeros, lane after lane.

    Parameters
    ----------
    lanes, rows
        As for `protocol.Leaves.pack`.
    """
    return aligned(lanes, rows, LANE, zeros=True)


def histograms(rows: Ints) -> HistogramSet:
    """Return the counter of these rows of packs in bins."""
    return HistogramSet(rows)


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
    comparison_kernels.compare(
        effect, cost, spent, sizes, np.array(decision.values, dtype=np.float64), decision.central,
        decision.choose == "several", decision.comparator, derived, mean, m2, column, still,
        counts.no_benefit, counts.worth_it, counts.beats, counts.free,
    )  # fmt: skip


def decide(
    effect: Floats, cost: Floats, sizes: Ints, thresholds: Floats, counts: DecisionCounts, mean: Floats, column: int
) -> None:
    """Count who is best at each threshold, and reduce the highest net benefit to its mean, a column a threshold.

    Parameters
    ----------
    effect, cost, sizes, thresholds, counts, mean, column
        As for `protocol.Leaves.decide`.
    """
    options = effect.shape[1]
    each = (0,) * (options if options <= decision_kernels.FEW else decision_kernels.GROUP)
    position, end, ties = 0, len(sizes) * len(thresholds), np.zeros(1, dtype=np.int64)
    while position < end:
        position = decision_kernels.decide(
            effect, cost, sizes, thresholds, counts.best, mean, column, each, position, ties
        )
        counts.make_room(int(ties[0]))
