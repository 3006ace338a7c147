"""Rates, odds and probabilities.

References
----------
Sonnenberg and Beck, Med Decis Making 1993;13:322-338, doi:10.1177/0272989X9301300409.
"""

from __future__ import annotations

from wellbeva.core.units import Unit
from wellbeva.language.functions.registry import Elementwise, register
from wellbeva.language.functions.units import NONE, Operands, UnitRule


def _of_rate(operands: Operands) -> Unit | None:
    rate, duration = operands.units
    if not (rate * duration).dimensionless and not operands.is_zero(0):
        operands.refuse(
            "WB-U005", "a rate times its duration must have no unit",
            remedy="give the rate per year and the duration in years",
        )  # fmt: skip
        return None
    return Unit()


def _per_duration(operands: Operands) -> Unit | None:
    return Unit() / operands.units[1] if operands.pure(0, noun="a probability") else None


register(
    Elementwise(
        "rate_to_prob", ("rate", "duration"), UnitRule("rate times duration must be none", _of_rate),
        "1 - exp(-rate * duration): a constant rate as the chance within a duration (Briggs et al. 2006, section 3.2).",
        "rate_to_prob(0.5 / (1 year), 1 year)", 0.3934693402873666,
        domain=((0.0, 2.0), (0.1, 3.0)), formula=lambda ops, rate, duration: -ops.expm1(-rate * duration),
    ),
    Elementwise(
        "prob_to_rate", ("p", "duration"), UnitRule("none divided by duration", _per_duration),
        "-log(1 - p) / duration: a chance within a duration as a constant rate (Briggs et al. 2006, section 3.2).",
        "prob_to_rate(0.5, 1 year)", 0.6931471805599453,
        domain=((0.0, 0.9), (0.1, 3.0)), formula=lambda ops, p, duration: -ops.log1p(-p) / duration,
    ),
    Elementwise(
        "odds_to_prob", ("odds",), NONE, "odds / (1 + odds).", "odds_to_prob(3)", 0.75,
        domain=((0.0, 9.0),), formula=lambda _, odds: odds / (1.0 + odds),
    ),
    # log1p loses nothing where p is small
    Elementwise(
        "logit", ("p",), NONE, "log(p / (1 - p)).", "logit(0.75)", 1.0986122886681098,
        domain=((0.05, 0.95),), formula=lambda ops, p: ops.log(p) - ops.log1p(-p),
    ),
)  # fmt: skip
