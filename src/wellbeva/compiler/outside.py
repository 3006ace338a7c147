"""Draws that fall where the parameter cannot be: a share below 0% or above 100% (semantics R5)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from wellbeva.core.spans import Span
from wellbeva.distributions.describe import describe
from wellbeva.distributions.quantile import cdf, sf
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import Collector

WARNED_FROM: Final = 0.01
"""Share of the draws outside the bounds from which it is said: the far tail of a normal is no fault."""
REFUSED_FROM: Final = 0.25
"""Share from which it is refused: every fourth draw is no number that the parameter can have."""


@lru_cache(maxsize=4096)
def share_outside(distribution: Distribution, low: float | None, high: float | None) -> tuple[float, float]:
    """Return the shares of draws below and above the bounds; a draw at a bound is inside.

    Examples
    --------
    >>> below, above = share_outside(Distribution("normal", (0.95, 0.1)), 0.0, 1.0)
    >>> round(above, 4)
    0.3085
    """
    below = 0.0 if low is None else float(cdf(distribution, math.nextafter(low, -math.inf)))
    return below, 0.0 if high is None else float(sf(distribution, high))


def fail_if_draws_lie_outside(
    name: str,
    distribution: Distribution | None,
    bounds: tuple[float | None, float | None],
    limits: str,
    span: Span | None,
    collector: Collector,
) -> bool:
    """A spread that goes beyond the parameter's bounds is told, and refused where it does so in many draws.

    Parameters
    ----------
    bounds : tuple of (float or None, float or None)
        Of the parameter, in its unit.
    limits : str
        The same in words.

    Returns
    -------
    bool
        Whether it is refused.
    """
    if distribution is None:
        return False
    below, above = share_outside(distribution, *bounds)
    if below + above <= WARNED_FROM:
        return False
    refused = below + above > REFUSED_FROM
    say = collector.error if refused else collector.warn
    where = "below" if below > above else "above"
    say(
        "WB-V106",
        f"{(below + above) * 100:.0f}% of the draws of {name} are outside its bounds, most of them {where}",
        span,
        facts=(f"the model allows {limits}", f"drawn as {describe(distribution)}"),
        remedy="give an interval, `31 of 45`, or a family that keeps within; or cut it in the open with `truncate`",
    )
    return refused
