"""Whether rows of joint draws are a chain, whose neighbours go together, and no independent draws (semantics R44)."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats

FALSE_ALARMS: Final = 1e-6
"""Chance that independent rows of one table are taken for a chain."""
LEAST: Final = 0.1
"""Correlation of neighbours that is worth saying: errors are then a tenth too small."""
FEWEST: Final = 30
"""Rows below which a normal law says too little of so rare a chance."""


def correlation_of_neighbours(numbers: Floats) -> float:
    """Correlation of the ranks of each draw and the next; ties share their mean rank, no spread gives 0.

    Examples
    --------
    >>> round(correlation_of_neighbours(np.array([1.0, 2.0, 4.0, 3.0, 5.0, 9.0])), 2)
    0.33
    """
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts + 1) / 2)[place.ravel()]
    apart = ranks - ranks.mean()
    total = float(apart @ apart)
    return float(apart[:-1] @ apart[1:]) / total if total else 0.0


def chained(columns: Floats) -> tuple[int, float] | None:
    """Return the column whose neighbours go together most, and their correlation, where that is not a chance.

    Parameters
    ----------
    columns : array (row, column) [any unit, each column its own]

    Returns
    -------
    tuple of (int, float) or None
        None also where a column never falls or never rises: the rows are sorted then, and their order says nothing.

    Notes
    -----
    Of independent draws the serial correlation of ranks has mean -1 / (N - 1) and about the
    variance 1 / N, whatever their law. The bound is that of a normal law, one-sided, shared among the columns.

    References
    ----------
    Wald and Wolfowitz (1943), Annals of Mathematical Statistics 14(4), 378-388. doi:10.1214/aoms/1177731358
    """
    rows, width = columns.shape
    if rows < FEWEST:
        return None
    steps = np.diff(columns, axis=0)
    varies = np.ptp(columns, axis=0) > 0
    if bool((varies & ((steps >= 0).all(axis=0) | (steps <= 0).all(axis=0))).any()):
        return None
    found = [correlation_of_neighbours(columns[:, place]) for place in range(width)]
    most = int(np.argmax(found))
    bound = max(LEAST, _normal_bound(FALSE_ALARMS / width) / math.sqrt(rows) - 1 / (rows - 1))
    return (most, found[most]) if found[most] > bound else None


def times_too_small(correlation: float) -> float:
    """How many times the error of N independent draws a chain's is, if it forgets at one rate: √((1 + r) / (1 - r)).

    References
    ----------
    Geyer (1992), Practical Markov chain Monte Carlo. Statistical Science 7(4), 473-483. doi:10.1214/ss/1177011137
    """
    return math.sqrt((1 + correlation) / (1 - min(correlation, 0.9999)))


def _normal_bound(chance: float) -> float:
    """Return the normal score that is exceeded with that chance."""
    return -NormalDist().inv_cdf(chance)
