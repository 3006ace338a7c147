"""One root of a function between two points: Brent's method, so that fits need no solver that is slow to import."""

from __future__ import annotations

import math
from collections.abc import Callable

MOST_STEPS = 10_000
"""Far beyond any need: Brent's bound is the square of the steps of bisection, which is some 50 steps from a
bracket of ordinary width to the last bit."""


def root(function: Callable[[float], float], low: float, high: float, *, xtol: float, rtol: float) -> float:
    """Find where a continuous function crosses zero.

    Parameters
    ----------
    function : callable of float
    low, high : float
        Between them the function changes its sign.
    xtol, rtol : float
        The root is known to within ``xtol + rtol * abs(root)``; `rtol` at least some 1e-15.

    Raises
    ------
    ValueError
        If the function has the same sign at both ends, or is not a number there.
    ArithmeticError
        If the function is not a number somewhere between, or the root is not found within `MOST_STEPS`.

    Notes
    -----
    At every step the bracket is cut by inverse quadratic interpolation, or by the secant where two of the three points
    coincide; by bisection where that would not shorten the step by enough.

    References
    ----------
    Brent (1973), Algorithms for Minimization without Derivatives, chapter 4 (Prentice-Hall).

    Examples
    --------
    >>> round(root(lambda x: x * x - 2.0, 0.0, 2.0, xtol=1e-15, rtol=1e-15), 12)
    1.414213562373
    """
    before, at_before = low, function(low)
    best, at_best = high, function(high)
    if at_before == 0.0:
        return before
    if at_best == 0.0:
        return best
    _check_signs(at_before, at_best)
    other, at_other = before, at_before
    step = last_step = best - before
    for _ in range(MOST_STEPS):
        # The root lies between `best`, where the function is nearest to zero, and `other`.
        if (at_before < 0.0) != (at_best < 0.0):
            other, at_other = before, at_before
            step = last_step = best - before
        if abs(at_other) < abs(at_best):
            before, best, other = best, other, best
            at_before, at_best, at_other = at_best, at_other, at_best
        half, least = (other - best) / 2.0, (xtol + rtol * abs(best)) / 2.0
        if at_best == 0.0 or abs(half) < least:
            return best
        if abs(last_step) > least and abs(at_best) < abs(at_before):
            proposed = _interpolated(before, best, other, at_before, at_best, at_other)
            if 2.0 * abs(proposed) < min(abs(last_step), 3.0 * abs(half) - least):
                last_step, step = step, proposed
            else:
                step = last_step = half
        else:
            step = last_step = half
        before, at_before = best, at_best
        best += step if abs(step) > least else math.copysign(least, half)
        at_best = function(best)
        if math.isnan(at_best):
            break
    raise ArithmeticError(f"no root was found between {low!r} and {high!r}")


def _check_signs(at_low: float, at_high: float) -> None:
    if math.isnan(at_low) or math.isnan(at_high) or (at_low < 0.0) == (at_high < 0.0):
        raise ValueError(f"the function has no change of sign: {at_low!r} and {at_high!r} at the ends")


def _interpolated(before: float, best: float, other: float, at_before: float, at_best: float, at_other: float) -> float:
    """Return the step from the best point to where the function should be zero."""
    if before == other:
        return -at_best * (best - before) / (at_best - at_before)
    slope, slope_other = (at_before - at_best) / (before - best), (at_other - at_best) / (other - best)
    divisor = slope_other * slope * (at_other - at_before)
    # Where next to nothing underflows there is no such step, and the bracket is halved.
    return -at_best * (at_other * slope_other - at_before * slope) / divisor if divisor else math.inf
