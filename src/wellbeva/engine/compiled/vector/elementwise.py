"""Operations of one instruction or a few.

They give the bits that NumPy gives.
"""

from __future__ import annotations

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


def trunc(x: Real) -> Real:
    """Return the next whole number towards 0."""
    return x.calls("trunc")


def sign(x: Real) -> Real:
    """Return -1, 0 or 1; nan of nan."""
    return pick(x.equals(0.0), 0.0, pick(x.is_nan(), x, x.like(1.0).signed_as(x)))


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


def choose(condition: Truth, yes: Real, no: Real) -> Real:
    """Return `yes` where the condition holds, else `no`; both are worked out.

    Parameters
    ----------
    condition : Truth
    yes, no : Real
        In one unit.
    """
    return pick(condition, yes, no)
