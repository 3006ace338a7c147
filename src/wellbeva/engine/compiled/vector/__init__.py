"""Elementary functions that vectorise, for loops compiled by Numba.

They are called by name from Numba's code, on numbers. Errors, in units in the last place of the result, are stated in
docs/design/semantics.md and asserted by the tests.
"""

from __future__ import annotations

from wellbeva.engine.compiled.vector import elementwise, exponential, logarithm, normal, powers
from wellbeva.engine.compiled.vector.calls import callable_from_loops, has_fma

__all__ = [
    "absolute",
    "ceil",
    "choose",
    "clip",
    "exp",
    "expm1",
    "floor",
    "fma",
    "from_bits",
    "greatest",
    "has_fma",
    "least",
    "log",
    "log1p",
    "logit",
    "normal_cdf",
    "odds_to_prob",
    "power",
    "prob_to_odds",
    "prob_to_rate",
    "rate_to_prob",
    "remainder",
    "round_half_away",
    "sqrt",
    "to_bits",
]

exp = callable_from_loops(exponential.exp)
expm1 = callable_from_loops(exponential.expm1)
log = callable_from_loops(logarithm.log)
log1p = callable_from_loops(logarithm.log1p)
power = callable_from_loops(powers.power)
normal_cdf = callable_from_loops(normal.normal_cdf)
sqrt = callable_from_loops(elementwise.sqrt)
absolute = callable_from_loops(elementwise.absolute)
floor = callable_from_loops(elementwise.floor)
ceil = callable_from_loops(elementwise.ceil)
round_half_away = callable_from_loops(elementwise.round_half_away)
remainder = callable_from_loops(elementwise.remainder)
least = callable_from_loops(elementwise.least)
greatest = callable_from_loops(elementwise.greatest)
clip = callable_from_loops(elementwise.clip)
choose = callable_from_loops(elementwise.choose)
fma = callable_from_loops(elementwise.fused)
to_bits = callable_from_loops(elementwise.to_bits)
from_bits = callable_from_loops(elementwise.from_bits)
logit = callable_from_loops(elementwise.logit)
rate_to_prob = callable_from_loops(elementwise.rate_to_prob)
prob_to_rate = callable_from_loops(elementwise.prob_to_rate)
odds_to_prob = callable_from_loops(elementwise.odds_to_prob)
prob_to_odds = callable_from_loops(elementwise.prob_to_odds)
