"""The distribution function of the standard normal.

``Φ(-a) = exp(-a²/2) G(t) / (a + 0.8)`` with ``t = (a - 4) / (a + 4)`` for a from 0: one polynomial for the whole line,
as Shepherd and Laframboise have it for erfc. G lies between 0.39 and 0.48, so that little is lost in its sum, and has
least greatest relative error for a up to 38.7 (Remez's exchange, run with mpmath at 50 digits), 2**-54.5 once its 25
coefficients are rounded. The square is the sum of two doubles, without which the far tail would lose three digits.

References
----------
Shepherd and Laframboise, Math Comp 1981;36:249-253, doi:10.1090/S0025-5718-1981-0595058-X.
"""

from __future__ import annotations

from typing import Final

from wellbeva.engine.compiled.vector.exponential import exp_of_sum, times_power_of_two
from wellbeva.engine.compiled.vector.values import Real, fma, pick, polynomial

MIDDLE: Final = 4.0
NEAR: Final = 0.8
G: Final = (
    0.4531710782494509,
    -0.06262393301683467,
    -0.01087621634342795,
    0.04294184552109124,
    -0.038370798249310806,
    0.0196345165763408,
    -0.005103891006902412,
    -0.00041338587233875586,
    0.0007323339678710662,
    -8.531923772032947e-05,
    -9.358291159837385e-05,
    2.0323522920504e-05,
    1.4487801611812114e-05,
    -3.265512585500968e-06,
    -2.7456991937788093e-06,
    3.6128740828434414e-07,
    5.714068539162502e-07,
    1.5290038414414514e-08,
    -1.1297474320279791e-07,
    -2.5659811705073417e-08,
    1.7018607578397684e-08,
    8.645814905847398e-09,
    -8.071941445699529e-10,
    -1.3448682296093053e-09,
    -2.525696405169551e-10,
)


def normal_cdf(x: Real) -> Real:
    """Return the distribution function of the standard normal."""
    size = abs(x)
    a = pick(size > 40.0, 40.0, size)
    square = a * a
    p, shifted = exp_of_sum(-0.5 * square, -0.5 * fma(a, a, -square))
    g = polynomial((a - MIDDLE) / (a + MIDDLE), G)
    tail = times_power_of_two(p * (g / (a + NEAR)), shifted)
    return pick(x > 0.0, 1.0 - tail, tail)
