"""The functions of the equation language beside exp, log and powers.

Their order of operations is that of `engine.arrays.functions`.

What holds no elementary function (arithmetic, comparison, rounding, choice) gives the bits that NumPy gives.
"""

from __future__ import annotations

from wellbeva.engine.compiled.vector.exponential import expm1
from wellbeva.engine.compiled.vector.logarithm import log, log1p
from wellbeva.engine.compiled.vector.values import Real, Truth, pick


def sqrt(x: Real) -> Real:
    """Return the square root, correctly rounded; nan below 0."""
    return x.calls("sqrt")


def absolute(x: Real) -> Real:
    """Return `x` without its sign."""
    return abs(x)


def floor(x: Real) -> Real:
    """Return the largest whole number that is not above `x`."""
    return x.calls("floor")


def ceil(x: Real) -> Real:
    """Return the smallest whole number that is not below `x`."""
    return x.calls("ceil")


def round_half_away(x: Real) -> Real:
    """Return the nearest whole number, halves away from 0."""
    whole = x.calls("trunc")
    sign = pick(x.equals(0.0), 0.0, x.like(1.0).signed_as(x))
    return whole + sign * pick(abs(x - whole) >= 0.5, 1.0, 0.0)


def remainder(x: Real, y: Real) -> Real:
    """Return the exact rest of ``x / y`` with the sign of `y`, as ``np.mod`` does.

    Parameters
    ----------
    x, y : Real
        Dividend and divisor, both in one unit; where `y` is 0 the result is nan.
    """
    rest = x % y
    moved = pick((y < 0.0) ^ (rest < 0.0), rest + y, rest)
    return pick(y.equals(0.0), rest, pick(rest.equals(0.0), y.like(0.0).signed_as(y), moved))


def least(x: Real, y: Real) -> Real:
    """Return the smaller number, the second of equals; nan if either is.

    Parameters
    ----------
    x, y : Real
        In one unit.
    """
    return pick(x.is_nan(), x, pick(x < y, x, y))


def greatest(x: Real, y: Real) -> Real:
    """Return the larger number, the second of equals; nan if either is.

    Parameters
    ----------
    x, y : Real
        In one unit.
    """
    return pick(x.is_nan(), x, pick(x > y, x, y))


def clip(x: Real, low: Real, high: Real) -> Real:
    """Keep `x` between `low` and `high`; the upper bound wins if they cross.

    Parameters
    ----------
    x, low, high : Real
        In one unit.
    """
    return least(greatest(x, low), high)


def choose(condition: Truth, yes: Real, no: Real) -> Real:
    """Return `yes` where the condition holds, else `no`; both are worked out.

    Parameters
    ----------
    condition : Truth
    yes, no : Real
        In one unit.
    """
    return pick(condition, yes, no)


def fused(x: Real, y: Real, z: Real) -> Real:
    """Return ``x * y + z``, rounded once.

    Parameters
    ----------
    x, y, z : Real
        `z` in the unit of ``x * y``.
    """
    return x.calls("fma", y, z)


def logit(p: Real) -> Real:
    """Return ``log(p / (1 - p))``, without loss where `p` is small."""
    return log(p) - log1p(-p)


def rate_to_prob(rate: Real, dt: Real) -> Real:
    """Return the chance of an event within `dt` at a constant rate, ``1 - exp(-rate * dt)``.

    Parameters
    ----------
    rate : Real [1 / unit of dt]
    dt : Real [time]

    References
    ----------
    Sonnenberg and Beck, Med Decis Making 1993;13:322-338, doi:10.1177/0272989X9301300409.
    """
    return -expm1(-rate * dt)


def prob_to_rate(prob: Real, dt: Real) -> Real:
    """Return the constant rate that gives chance `prob` within `dt`, ``-log(1 - prob) / dt``.

    Parameters
    ----------
    prob : Real [share]
    dt : Real [time]

    References
    ----------
    Sonnenberg and Beck, Med Decis Making 1993;13:322-338, doi:10.1177/0272989X9301300409.
    """
    return -log1p(-prob) / dt


def odds_to_prob(odds: Real) -> Real:
    """Return ``odds / (1 + odds)``."""
    return odds / (1.0 + odds)


def prob_to_odds(prob: Real) -> Real:
    """Return ``prob / (1 - prob)``."""
    return prob / (1.0 - prob)
