"""A distribution as the other stages see it: a family, its own arguments, and bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Distribution:
    """A fitted distribution in the unit of its parameter.

    Parameters
    ----------
    family : str
    args : tuple of float
        As the class of the family names them: of a normal mean and sd. Of joined quantiles p1, x1, p2, x2 …, of
        observed values x1, w1, x2, w2 …, of a mixture the weights of `parts`.
    low, high : float
        Truncation; infinite where there is none. Truncation goes through the inverse CDF, never by
        filtering draws. The arguments are those before truncation (FORMAT R7a).
    parts : tuple of Distribution
        Of a mixture.
    """

    family: str
    args: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf
    parts: tuple[Distribution, ...] = ()
