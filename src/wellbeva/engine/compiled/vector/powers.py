"""x**y.

The logarithm is worked out as the sum of two doubles, good to about 2**-64 of itself, because an error of it is
multiplied by up to 745 on its way into the power: ``log m = 2s (1 + z/3 + z² Q(z))``, ``z = s²``, where s, z and the
first two terms are sums of two doubles. Q has least greatest error relative to the logarithm (Remez's exchange, run
with mpmath at 50 digits), 2**-65.4 once rounded.

References
----------
Dekker, Numer Math 1971;18:224-242, doi:10.1007/BF01397083 (sums and products of two doubles).
"""

from __future__ import annotations

from typing import Final

from wellbeva.engine.compiled.vector.exponential import exp_of_sum, times_power_of_two
from wellbeva.engine.compiled.vector.logarithm import INFINITY, LN2_HIGH, LN2_LOW, NAN, parts
from wellbeva.engine.compiled.vector.values import Real, between, fma, pick, polynomial

THIRD: Final = 1 / 3
THIRD_REST: Final = THIRD * 2.0**-54
Q: Final = (
    0.20000000000001128,
    0.14285714285049217,
    0.11111111260064817,
    0.09090892174370341,
    0.07693379096050498,
    0.06628398682445626,
    0.0659826050636848,
)


def _log_of_two_doubles(x: Real) -> tuple[Real, Real]:
    """Return the logarithm of `x`, 0 or above, and what is left of it."""
    k, m = parts(x)
    f = m - 1.0
    inverse = 1.0 / (m + 1.0)
    s = f * inverse
    twice = s + s
    z = s * s
    z_rest = fma(s, s, -z)
    w = z * polynomial(z, Q)
    a = THIRD + w
    a_rest = w - (a - THIRD) + THIRD_REST
    cube = twice * z
    cube_rest = fma(twice, z_rest, fma(twice, z, -cube))
    t = cube * a
    t_rest = fma(cube, a_rest, fma(cube_rest, a, fma(cube, a, -t)))
    # What the quotient s lacks, times the slope of 2 artanh(s) there.
    lacking = fma(-s, f, f - twice) * inverse
    slope = fma(z, fma(z, 2.0, 2.0), 2.0)
    log_m = twice + t
    log_m_rest = (twice - log_m) + t + fma(lacking, slope, t_rest)
    whole = k * LN2_HIGH
    total = whole + log_m
    rest = (whole - total) + log_m + fma(k, LN2_LOW, log_m_rest)
    return pick(x < INFINITY, pick(x.equals(0.0), -INFINITY, total), x), rest


def power(x: Real, y: Real) -> Real:
    """Return `x` to the power of `y`, with C's (and NumPy's) table of special cases.

    Parameters
    ----------
    x, y : Real
        A finite base below 0 has a power only where `y` is whole; else the result is nan.
    """
    size = abs(x)
    log, log_rest = _log_of_two_doubles(size)
    product = y * log
    exponent = between(product, -746.0, 710.0)
    rest = pick(exponent.equals(product), fma(y, log_rest, fma(y, log, -product)), 0.0)
    unsigned = times_power_of_two(*exp_of_sum(exponent, rest))
    unsigned = pick(size.equals(1.0) | y.equals(0.0), 1.0, unsigned)
    half = 0.5 * y
    whole = y.calls("floor").equals(y)
    odd = whole & half.calls("floor").differs(half)
    exists = (x >= 0.0) | x.equals(-INFINITY) | whole
    return pick(exists, pick(odd, unsigned.signed_as(x), unsigned), NAN)
