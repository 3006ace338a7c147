"""Distributions in words: the long form for `explain`, a sentence for the report."""

from __future__ import annotations

import math

from wellbeva.distributions import moments, quantile
from wellbeva.distributions.family import family_of
from wellbeva.distributions.notation import number
from wellbeva.distributions.spec import Distribution

_LISTED = 8
"""Points or parts that are written out; of more, the rest are counted."""


def describe(distribution: Distribution) -> str:
    """Return the long form that was chosen.

    Examples
    --------
    >>> describe(Distribution("beta", (31.0, 14.0)))
    'beta(a=31, b=14)'
    >>> describe(Distribution("normal", (0.66, 0.12), 0.0, 1.0))
    'normal(mean=0.66, sd=0.12), truncated to 0 to 1'
    >>> parts = (Distribution("normal", (0.3, 0.1)), Distribution("point", (0.0,)))
    >>> describe(Distribution("mixture", (0.7, 0.3), parts=parts))
    'mixture(70% normal(mean=0.3, sd=0.1), 30% point(value=0))'
    """
    return f"{distribution.family}({_inside(distribution)}){_truncation(distribution)}"


def _inside(distribution: Distribution) -> str:
    items = family_of(distribution).items(distribution)
    if len(items) > _LISTED + 1:
        items = [*items[:_LISTED], f"and {len(items) - _LISTED} more"]
    return ", ".join(items)


def sentence(distribution: Distribution) -> str:
    """Return one sentence a reader without statistics can follow.

    Examples
    --------
    >>> sentence(Distribution("uniform", (0.0, 12.0)))
    'Uniform: mean 6, sd 3.4641; 95% of it lies between 0.3 and 11.7'
    """
    if distribution.family == "point":
        return f"Constant: always {number(distribution.args[0])}"
    low, high = quantile.ppf(distribution, [0.025, 0.975])
    centre, spread = moments.mean(distribution), moments.sd(distribution)
    return (
        f"{family_of(distribution).title}{_truncation(distribution)}: mean {number(centre)}, sd {number(spread)}; "
        f"95% of it lies between {number(float(low))} and {number(float(high))}"
    )


def _truncation(distribution: Distribution) -> str:
    low, high = distribution.low, distribution.high
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(high):
        return f", truncated below {number(low)}"
    if math.isinf(low):
        return f", truncated above {number(high)}"
    return f", truncated to {number(low)} to {number(high)}"
