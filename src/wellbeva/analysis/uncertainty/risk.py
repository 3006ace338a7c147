"""Risk of each option: harm, the mean of its worst draws, regret, and which options dominate it at any risk aversion.

References
----------
Rockafellar, Uryasev (2000), Journal of Risk 2(3), 21-41. doi:10.21314/JOR.2000.038
Hadar, Russell (1969), American Economic Review 59(1), 25-34.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Flags, Floats

TAIL: Final = 0.05
"""Share of draws, the worst ones, that the mean is taken over."""
_ROUNDING = 1e-12
"""Largest difference between two equal net benefits, as a share of the largest."""


@dataclass(frozen=True, eq=False)
class Risk:
    """Risk of every option at one value of the effect.

    Parameters
    ----------
    prob_harm, prob_harm_mcse : array (option,) [share of draws]
        In which its effect is below that of the reference, or of doing nothing.
    net_benefit : array (option,) [money]
        Mean.
    cvar, cvar_mcse : array (option,) [money]
        Mean of the net benefit in its worst draws, `TAIL` of all.
    regret, regret_mcse : array (option,) [money]
        Mean of how far it is behind the best of each draw.
    rising : array (draw, option) [money]
        Net benefits of each option, sorted.
    """

    prob_harm: Floats
    prob_harm_mcse: Floats
    net_benefit: Floats
    cvar: Floats
    cvar_mcse: Floats
    regret: Floats
    regret_mcse: Floats
    rising: Floats

    @cached_property
    def first_order(self) -> Flags:
        """Whether the first option dominates the second, whatever is wanted, bool array (option, option)."""
        return _dominates(self.rising, self._slack)

    @cached_property
    def second_order(self) -> Flags:
        """Whether it does for whoever wants more and avoids risk, bool array (option, option)."""
        return _dominates(np.cumsum(self.rising, axis=0), self._slack * len(self.rising))

    @property
    def _slack(self) -> float:
        return _ROUNDING * float(np.abs(self.rising).max(initial=0.0))

    @property
    def efficient(self) -> Flags:
        """Whether no other option has a higher mean and no lower mean of its worst draws, or the reverse."""
        mean, tail = (one[:, np.newaxis] - one for one in (self.net_benefit, self.cvar))
        better = (mean >= 0) & (tail >= 0) & ((mean > 0) | (tail > 0))
        return ~np.asarray(better.any(axis=0))


def risk(sample: DecisionSample, wtp: float, reference: int = -1) -> Risk:
    """Return the risk of every option.

    Parameters
    ----------
    sample : DecisionSample
    wtp : float [money/effect]
        What one unit of the effect is worth.
    reference : int
        The option that harm is measured against; -1 for doing nothing.
    """
    benefit = wtp * sample.effect - sample.cost
    harm = (sample.effect < (sample.effect[:, [reference]] if reference >= 0 else 0.0)).astype(np.float64)
    rising = np.sort(benefit, axis=0)
    tail = TAIL * sample.draws
    at = rising[min(int(np.ceil(tail)) - 1, sample.draws - 1)]
    # Its mean is that of the worst draws, the last of them in part; it varies as the estimate does.
    worst = at + np.minimum(benefit - at, 0.0) / TAIL
    lost = benefit.max(axis=1, keepdims=True) - benefit
    return Risk(
        harm.mean(axis=0),
        sample.error_of_mean(harm),
        benefit.mean(axis=0),
        worst.mean(axis=0),
        sample.error_of_mean(worst),
        lost.mean(axis=0),
        sample.error_of_mean(lost),
        rising,
    )


def _dominates(levels: Floats, slack: float) -> Flags:
    """Whether one column is nowhere below another, and somewhere above, bool array (column, column)."""
    rows = np.ascontiguousarray(levels.T)
    found = np.zeros((len(rows), len(rows)), dtype=bool)
    for one, row in enumerate(rows):
        ahead = row - rows
        found[one] = (ahead.min(axis=1) >= -slack) & (ahead.max(axis=1) > slack)
    return found
