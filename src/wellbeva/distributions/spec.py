"""What a distribution is to the other stages: a family, its own arguments, and bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Family = Literal["normal", "lognormal", "beta", "gamma", "triangular", "pert", "uniform"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A fitted distribution in the unit of its parameter.

    Parameters
    ----------
    family : str
    args : tuple of float
        normal: mean, sd. lognormal: mu, sigma of the log. beta: a, b. gamma: shape, scale.
        triangular and pert: min, mode, max. uniform: min, max.
    low, high : float
        Truncation; infinite where there is none. Truncation goes through the inverse CDF, never by
        filtering draws. The arguments are those before truncation (FORMAT R7a).
    """

    family: Family
    args: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf
