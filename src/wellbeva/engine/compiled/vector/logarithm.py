"""log and log1p.

``x = 2**k m`` with m from √½ to √2, ``log m = 2 artanh(s)`` with ``s = f / (2 + f)``, ``f = m - 1``, written as
``f - (f²/2 - s (f²/2 + s² P(s²)))`` so that f itself carries no error (Tang 1990; the form is that of FDLIBM). P has
least greatest error relative to the logarithm (Remez's exchange, run with mpmath at 50 digits), 2**-58.9 once rounded.

References
----------
Tang, ACM Trans Math Softw 1990;16:378-400, doi:10.1145/98267.98294.
"""

from __future__ import annotations

from typing import Final

from wellbeva.engine.compiled.vector.values import Real, Word, fma, pick, polynomial

ONE_BITS: Final = 0x3FF0000000000000
ROOT_HALF_BITS: Final = 0x3FE6A09E667F3BCD
MANTISSA: Final = (1 << 52) - 1
TWO_52: Final = 2.0**52
TWO_52_BITS: Final = 0x4330000000000000
BIAS: Final = 1023

# k LN2_HIGH is exact.
LN2_HIGH: Final = float.fromhex("0x1.62e42feep-1")
LN2_LOW: Final = float.fromhex("0x1.a39ef35793c76p-33")
INFINITY: Final = float("inf")
NAN: Final = float("nan")

P: Final = (
    0.6666666666666734,
    0.39999999999413954,
    0.2857142874256434,
    0.2222219855358005,
    0.1818356541645984,
    0.15314020920637025,
    0.14796262809716793,
)


def _parted(x: Real) -> tuple[Word, Real]:
    """Return ``k + 1023`` and m of a normal positive `x`."""
    shifted = x.bits() + (ONE_BITS - ROOT_HALF_BITS)
    return shifted >> 52, ((shifted & MANTISSA) + ROOT_HALF_BITS).real()


def _real(biased: Word) -> Real:
    """Return a whole number from 0 to 2**52 as a double above 2**52."""
    return (biased | TWO_52_BITS).real()


def parts(x: Real) -> tuple[Real, Real]:
    """Return k and m of a positive `x`, subnormal ones too."""
    subnormal = x < 2.0**-1022
    biased, m = _parted(pick(subnormal, x * 2.0**54, x))
    return _real(biased) - pick(subnormal, TWO_52 + BIAS + 54, TWO_52 + BIAS), m


def _sum(k: Real, f: Real, s: Real, rest: Real) -> Real:
    """Return ``k ln 2 + log(1 + f) + rest``."""
    half = 0.5 * f * f
    z = s * s
    return fma(k, LN2_HIGH, f - (half - fma(s, fma(z, polynomial(z, P), half), rest)))


def log(x: Real) -> Real:
    """Return the natural logarithm."""
    k, m = parts(x)
    f = m - 1.0
    result = _sum(k, f, f / (2.0 + f), k * LN2_LOW)
    special = pick(x.equals(0.0), -INFINITY, pick(x < 0.0, NAN, x))
    return pick((x > 0.0) & (x < INFINITY), result, special)


def log1p(x: Real) -> Real:
    """Return the natural logarithm of ``1 + x``, without loss where `x` is small."""
    total = 1.0 + x
    above = x > 1.0
    lost = pick(above, 1.0, x) - (total - pick(above, x, 1.0))
    biased, m = _parted(total)
    k = _real(biased) - (TWO_52 + BIAS)
    f = m - 1.0
    s = f / (2.0 + f)
    # lost / total, where 1 / m = (1 - s) / (1 + s) to 0.2% is enough; beyond 1e17 nothing that counts is lost.
    scaled = pick(x > 1e17, 0.0, lost * ((2 * BIAS - biased) << 52).real())
    rest = scaled * fma(s + s, fma(s, 1.0 - s, -1.0), 1.0)
    result = _sum(k, f, s, fma(k, LN2_LOW, rest)).signed_as(x)
    special = pick(x.equals(-1.0), -INFINITY, pick(x < -1.0, NAN, x))
    return pick((x > -1.0) & (x < INFINITY), result, special)
