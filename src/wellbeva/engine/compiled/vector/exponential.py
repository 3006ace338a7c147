"""exp and expm1.

``x = k ln 2 + r`` with k whole and r from -ln 2 / 2 to ln 2 / 2 (Cody and Waite 1980), a polynomial in r, and 2**k by
way of the exponent. The reduction's first step is exact under fma: ``x - k LN2`` is a multiple of 2**-54 below 1/2.

The coefficients are those of least greatest relative error (Remez's exchange, run with mpmath at 50 digits on the part
after x**2/2, weighted by its share in the function): 2**-57.2 for exp and 2**-59.1 for expm1 once rounded to doubles.

References
----------
Cody and Waite, Software Manual for the Elementary Functions, Prentice-Hall 1980, ISBN 0-13-822064-6.
Muller, Elementary Functions: Algorithms and Implementation, 3rd ed., Birkhäuser 2016, doi:10.1007/978-1-4899-7983-4.
"""

from __future__ import annotations

from typing import Final

from wellbeva.engine.compiled.vector.values import Real, between, fma, pick, polynomial

LOG2_E: Final = 1.4426950408889634
LN2: Final = float.fromhex("0x1.62e42fefa39efp-1")
LN2_REST: Final = float.fromhex("0x1.abc9e3b39803fp-56")

# Added to a double of moderate size, it leaves the nearest whole number in the low bits.
SHIFT: Final = 6755399441055744.0
SHIFT_BITS: Final = 0x4338000000000000
BIAS: Final = 1023

EXP: Final = (
    1.0,
    1.0,
    0.5,
    0.16666666666666433,
    0.041666666666603944,
    0.008333333333500047,
    0.0013888888926801102,
    0.000198412694662062,
    2.4801508675671726e-05,
    2.7557640865361904e-06,
    2.762518988716586e-07,
    2.497838470429655e-08,
)
EXPM1: Final = (
    0.5,
    0.16666666666666677,
    0.04166666666666658,
    0.008333333333322158,
    0.0013888888888942666,
    0.00019841269884944817,
    2.4801587198219494e-05,
    2.7557245291704616e-06,
    2.7557387046264255e-07,
    2.5108687377910227e-08,
    2.0878911470676276e-09,
)


def times_power_of_two(p: Real, shifted: Real) -> Real:
    """Return ``p * 2**k``, rounded once.

    In two halves: 2**k itself may lie beyond the doubles although the product does not.

    Parameters
    ----------
    p : Real
    shifted : Real
        ``SHIFT + k``, whose low bits hold k; k lies between -2,000 and 2,000.
    """
    whole = shifted.bits() - (SHIFT_BITS - 2 * BIAS)
    half = whole >> 1
    return p * (half << 52).real() * ((whole - half) << 52).real()


def exp(x: Real) -> Real:
    """Return e to the power of `x`."""
    x = between(x, -746.0, 710.0)
    shifted = fma(x, LOG2_E, SHIFT)
    k = shifted - SHIFT
    r = fma(k, -LN2_REST, fma(k, -LN2, x))
    return times_power_of_two(polynomial(r, EXP), shifted)


def exp_of_sum(x: Real, rest: Real) -> tuple[Real, Real]:
    """Return p and ``SHIFT + k`` where ``exp(x + rest)`` is ``p * 2**k``, p being good to 0.6 units in its last place.

    Parameters
    ----------
    x : Real
        Between -1,000 and 1,000.
    rest : Real
        Below the last place of `x`.
    """
    shifted = fma(x, LOG2_E, SHIFT)
    k = shifted - SHIFT
    head = fma(k, -LN2, x)
    tail = fma(k, -LN2_REST, rest)
    r = head + tail
    beyond = fma(r * r, polynomial(r, EXP[2:]), tail)
    total = 1.0 + head
    lost = head - (total - 1.0)
    return total + (lost + beyond), shifted


def expm1(x: Real) -> Real:
    """Return e to the power of `x`, less 1, without loss where `x` is small."""
    near = between(x, -40.0, 710.0)
    shifted = fma(near, LOG2_E, SHIFT)
    k = shifted - SHIFT
    head = fma(k, -LN2, near)
    tail = k * -LN2_REST
    r = head + tail
    beyond = fma(r, r * polynomial(r, EXPM1), tail)
    half = ((shifted.bits() - (SHIFT_BITS - (BIAS - 1))) << 52).real()  # 2**(k - 1): 2**1024 is not a double
    result = fma(half, beyond, fma(half, head, half - 0.5))
    return pick(k.equals(0.0), head + beyond, result + result).signed_as(x)
