"""The result of an engine: reductions by randomisation, counts, kept draws. Arrays only.

Names of quantities: an outcome's own name (``wellbys``); ``decision.effect``, ``decision.cost`` and, where there
is one, ``decision.net_cost`` over the option axis of `Decision.options`; ``decision.net_benefit`` over (level, option);
``decision.per_1000`` (effect for each 1,000 of `Decision.spent`, draw by draw), over option, NaN for an option of which
that is not above 0 in every draw;
``mean.<equation>.<k>`` for the k-th operand that a ``mean`` equation needs (moments only); ``decision.regret`` over
(threshold, option), the highest net benefit less that of the option (moments, of supplied draws only).

A stretch is a randomisation of the design; of supplied draws, one of 16 neighbouring parts of the one sample, whose
sizes differ by one draw at most (`replicates`). Counts are those of the draws that are not left out (R76); a
stretch of which none is left has no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats, Ints
from wellbeva.core.cards import Card
from wellbeva.engine.reductions.replicates import SUPPLIED


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Count, mean and sum of squared deviations, one row a stretch of draws.

    Parameters
    ----------
    axes : tuple of str
        Axes of the cells (without ``draw``).
    count : int array (stretch,)
    mean : array (stretch, *axes) [unit of the quantity]
    m2 : array (stretch, *axes) [that unit, squared]
    """

    axes: tuple[str, ...]
    count: Ints
    mean: Floats
    m2: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles over all draws.

    Parameters
    ----------
    probabilities : array (q,) [share]
    values : array (q, *axes) [unit of the quantity]
    resolution : array (q, *axes) [unit of the quantity]
        Width of the histogram bin each came from; 0 where the draws were kept and the quantile is exact.
    """

    axes: tuple[str, ...]
    probabilities: Floats
    values: Floats
    resolution: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts of the decision, one row a stretch of draws.

    Parameters
    ----------
    thresholds : array (threshold,) [currency for one unit of effect]
    best : int array (stretch, threshold, option, tie)
        Draws in which the option has the highest net benefit together with ``tie`` options in all: from 1, itself
        alone, to the most that tie in any draw; ties of many are counted in parts
        (`decision_counts.shares_of_ties`). Options that tie share. Only for ``choose: one``; else shape
        (stretch, 0, option, 1).
    max_net_benefit : array (stretch, threshold) [currency]
        Mean over draws of the highest net benefit.
    no_benefit : int array (stretch, option)
        Draws in which effect minus the comparator's is <= 0.
    worth_it : int array (stretch, level, option)
        Draws in which net benefit minus the comparator's is > 0.
    beats : int array (stretch, option, option)
        Draws in which the first is strictly ahead of the second: by net benefit at the central value for
        ``choose: one`` (by effect where nothing puts a value on it), by effect for each pound
        (effect_a * cost_b > effect_b * cost_a) for ``several``, where a draw in which both cost nothing or save money
        is compared as for rivals. Of shape (stretch, 0, 0) for more options than `decision_counts.ALL_PAIRS`.
    count : int array (stretch,)
    """

    thresholds: Floats
    best: Ints
    max_net_benefit: Floats
    no_benefit: Ints
    worth_it: Ints
    beats: Ints | npt.NDArray[np.int32]
    count: Ints


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EngineResult(Card):
    """All that came out of a run.

    Parameters
    ----------
    engine, design : str
        ``supplied`` is the design of draws from a table, each row run once and in order.
    seed : int
    randomisations, draws_each : int
        Draws in all are their product. Supplied draws are one randomisation of all rows.
    moments : mapping of quantity to Moments
    quantiles : mapping of quantity to Quantiles
        Not of an outcome by time with more than 2,000 cells, unless its draws are kept.
    tally : Tally or None
    kept_each : int
        How many draws of each randomisation are kept: the first ones that are not left out.
    draws : mapping of quantity to array (randomisation, kept_each, *axes) [unit of each]
        Outcomes, ``decision.effect`` and ``decision.cost``; those over time are left out where the room (64 MB) is
        short.
    inputs : mapping of element to array (randomisation, kept) [unit of each element]
        The first draws of each, 16,384 in all and 64 MB at most; as many as `kept_each` where all draws were to be
        kept.
    warnings : tuple of (str, float)
        What ``warn_if`` said and the share of draws (of cells) concerned.
    nonfinite : int
        Draws that are left out of everything, kept draws among it, because a number in them is not usable (R76); 0
        unless the run allowed them.
    outside : int
        Further draws that are left out, because an input in them is outside its bounds (R5, R76).
    fast_gap : float or None
        With ``fast``: the largest change that contraction made to the first draws, as a share of the largest value of
        its cell; None without.
    """

    engine: str
    design: str
    seed: int
    threads: int
    randomisations: int
    draws_each: int
    moments: Mapping[str, Moments]
    quantiles: Mapping[str, Quantiles]
    tally: Tally | None
    kept_each: int
    draws: Mapping[str, Floats]
    inputs: Mapping[str, Floats]
    warnings: tuple[tuple[str, float], ...] = ()
    nonfinite: int = 0
    outside: int = 0
    fast_gap: float | None = None

    @property
    def left_out(self) -> int:
        """Draws that are left out of everything."""
        return self.nonfinite + self.outside

    @property
    def supplied(self) -> bool:
        """Whether the draws are one sample from a table, whose errors are those of independent draws."""
        return self.design == SUPPLIED
