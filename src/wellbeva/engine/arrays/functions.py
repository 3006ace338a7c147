"""Elementwise functions of the equation language, on plain arrays that broadcast together."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Elementwise = Callable[..., Floats]


def round_half_away(x: Floats) -> Floats:
    """Round to the nearest whole number, halves away from 0.

    Examples
    --------
    >>> round_half_away(np.array([0.5, 1.5, 2.5, -0.5, 0.49999999999999994])).tolist()
    [1.0, 2.0, 3.0, -1.0, 0.0]
    """
    # np.round takes halves to the even neighbour, and adding 0.5 would round 0.49999999999999994 up.
    truncated = np.trunc(x)
    return np.asarray(truncated + np.sign(x) * (np.abs(x - truncated) >= 0.5))


def rate_to_prob(rate: Floats, dt: Floats) -> Floats:
    """Return the chance of an event within `dt` at a constant rate, ``1 - exp(-rate * dt)``.

    Parameters
    ----------
    rate : array [1/year, or one over the unit of `dt`]
    dt : array that broadcasts with `rate` [year, or another duration]

    Returns
    -------
    array [share]

    References
    ----------
    Sonnenberg and Beck, Med Decis Making 1993;13:322-338, doi:10.1177/0272989X9301300409.
    """
    return np.asarray(-np.expm1(-rate * dt))


def prob_to_rate(prob: Floats, dt: Floats) -> Floats:
    """Return the constant rate that gives chance `prob` within `dt`, ``-log(1 - prob) / dt``.

    Parameters
    ----------
    prob : array [share]
    dt : array that broadcasts with `prob` [year, or another duration]

    Returns
    -------
    array [1/year, or one over the unit of `dt`]
        Infinite where `prob` is 1.

    References
    ----------
    As `rate_to_prob`, whose inverse it is.
    """
    return np.asarray(-np.log1p(-prob) / dt)


def odds_to_prob(odds: Floats) -> Floats:
    """Return ``odds / (1 + odds)``."""
    return np.asarray(odds / (1 + odds))


def prob_to_odds(prob: Floats) -> Floats:
    """Return ``prob / (1 - prob)``."""
    return np.asarray(prob / (1 - prob))


def logit(p: Floats) -> Floats:
    """Return ``log(p / (1 - p))``, without loss where `p` is small."""
    return np.asarray(np.log(p) - np.log1p(-p))


def normal_cdf(x: Floats) -> Floats:
    """Return the distribution function of the standard normal."""
    from scipy.special import ndtr  # imported late: it takes longer than all the rest of the engine

    return np.asarray(ndtr(x))


def clip(x: Floats, low: Floats, high: Floats) -> Floats:
    """Keep `x` between `low` and `high`; the upper bound wins if they cross.

    Parameters
    ----------
    x, low, high : arrays that broadcast together [one unit]
    """
    return np.asarray(np.minimum(np.maximum(x, low), high))


FUNCTIONS: Final[dict[str, Elementwise]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": round_half_away,
    "mod": np.mod,
    "min": lambda *args: reduce(np.minimum, args),
    "max": lambda *args: reduce(np.maximum, args),
    "clip": clip,
    "normal_cdf": normal_cdf,
    "logit": logit,
    "rate_to_prob": rate_to_prob,
    "prob_to_rate": prob_to_rate,
    "odds_to_prob": odds_to_prob,
    "prob_to_odds": prob_to_odds,
}

ARITHMETIC: Final[dict[str, Elementwise]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
}

COMPARISONS: Final[dict[str, Callable[..., npt.NDArray[np.bool_]]]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
