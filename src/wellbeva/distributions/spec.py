"""What a distribution is to the other stages: a family, its own arguments, and bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Family = Literal[
    "normal", "lognormal", "shifted_lognormal", "beta", "gamma", "triangular", "pert", "uniform",
    "point", "quantiles", "empirical", "mixture",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Distribution:
    """A fitted distribution in the unit of its parameter.

    Parameters
    ----------
    family : str
    args : tuple of float
        normal: mean, sd. lognormal: mu, sigma of the log. beta: a, b. gamma: shape, scale.
        triangular and pert: min, mode, max. uniform: min, max.
        shifted_lognormal: shift, mu, sigma, sign: shift + sign * exp(mu + sigma z), sign 1 or -1.
        point: the value. quantiles: p1, x1, p2, x2 …, both rising. empirical: x1, w1, x2, w2 …, values rising,
        weights that add to 1. mixture: the weights of `parts`.
    low, high : float
        Truncation; infinite where there is none. Truncation goes through the inverse CDF, never by
        filtering draws. The arguments are those before truncation (FORMAT R7a).
    parts : tuple of Distribution
        Of a mixture.
    """

    family: Family
    args: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf
    parts: tuple[Distribution, ...] = ()
