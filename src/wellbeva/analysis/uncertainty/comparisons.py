"""Chances of an option to be worth its cost against the comparator, and to come first, second or third.

References
----------
Barton, Briggs, Fenwick (2008), Value in Health 11(5), 886-897. doi:10.1111/j.1524-4733.2008.00358.x
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.core.arrays import Floats


class Shares(NamedTuple):
    """Shares of the draws, and their standard errors.

    Parameters
    ----------
    share, mcse : array [share]
    """

    share: Floats
    mcse: Floats


def cost_effective(sample: DecisionSample, comparator: int, wtp: Floats) -> Shares:
    """Return the chance of each option to have a higher net benefit than the comparator, array (threshold, option).

    Parameters
    ----------
    sample : DecisionSample
    comparator : int
        Index of the option that the others are compared with; its own chance is NaN. A tie counts as half.
    wtp : array (threshold,) [money/effect]
    """
    more, dearer = (values - values[:, [comparator]] for values in (sample.effect, sample.cost))
    ahead = (0.5 + 0.5 * np.sign(value * more - dearer) for value in wtp)
    shares = _shares(sample, ahead)
    for array in shares:
        array[:, comparator] = np.nan
    return shares


def ranks(sample: DecisionSample, wtp: Floats) -> Shares:
    """Return the chance of each option to have each rank, array (threshold, option, rank), the first rank the best.

    Parameters
    ----------
    sample : DecisionSample
        Of options that tie the one given first comes before.
    wtp : array (threshold,) [money/effect]
    """
    places = np.arange(len(sample.options))

    def at(value: float) -> Floats:
        benefit = value * sample.effect - sample.cost
        rank = np.argsort(np.argsort(-benefit, axis=1, kind="stable"), axis=1, kind="stable")
        return np.asarray(rank[..., np.newaxis] == places, dtype=np.float64)

    return _shares(sample, map(at, wtp))


def near_best(sample: DecisionSample, wtp: Floats, percent: float) -> Shares:
    """Return the chance of each option to be within some percent of the best of the draw, array (threshold, option).

    Parameters
    ----------
    sample : DecisionSample
    wtp : array (threshold,) [money/effect]
    percent : float
        Of the size of the highest net benefit, be it negative: an option that is behind by no more is near.
    """

    def near(value: float) -> Floats:
        benefit = value * sample.effect - sample.cost
        highest = benefit.max(axis=1, keepdims=True)
        return np.asarray(highest - benefit <= percent / 100 * np.abs(highest), dtype=np.float64)

    return _shares(sample, map(near, wtp))


def _shares(sample: DecisionSample, weights: Iterator[Floats]) -> Shares:
    share, error = zip(*((one.mean(axis=0), sample.error_of_mean(one)) for one in weights), strict=True)
    return Shares(np.asarray(share), np.asarray(error))
