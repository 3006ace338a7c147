"""Distributions in words: the long form for `explain`, a sentence for the report."""

from __future__ import annotations

import math

from wellbeva.distributions import moments, quantile
from wellbeva.distributions.spec import Distribution

NAMES: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("mu", "sigma"),
    "shifted_lognormal": ("shift", "mu", "sigma", "sign"),
    "beta": ("a", "b"),
    "gamma": ("shape", "scale"),
    "triangular": ("min", "mode", "max"),
    "pert": ("min", "mode", "max"),
    "uniform": ("min", "max"),
    "point": ("value",),
}
"""Names of the arguments of each family, in their order; joined quantiles, observed values and mixtures have none."""

WORDS = {
    "normal": "Normal",
    "lognormal": "Lognormal",
    "beta": "Beta",
    "gamma": "Gamma",
    "triangular": "Triangular",
    "pert": "PERT",
    "uniform": "Uniform",
    "shifted_lognormal": "Shifted lognormal",
    "point": "Constant",
    "quantiles": "Joined quantiles",
    "empirical": "Observed values",
    "mixture": "Mixture",
}
"""Names of the families, for people."""


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
    args = distribution.args
    match distribution.family:
        case "quantiles":
            items = [f"{_bare(100.0 * p)}%={_bare(x)}" for p, x in zip(args[0::2], args[1::2], strict=True)]
        case "empirical":
            items = [f"{_bare(100.0 * w)}% {_bare(x)}" for x, w in zip(args[0::2], args[1::2], strict=True)]
        case "mixture":
            items = [f"{_bare(100.0 * w)}% {describe(part)}" for w, part in zip(args, distribution.parts, strict=True)]
        case _:
            items = [f"{name}={_bare(x)}" for name, x in zip(NAMES[distribution.family], args, strict=True)]
    if len(items) > _LISTED + 1:
        items = [*items[:_LISTED], f"and {len(items) - _LISTED} more"]
    return ", ".join(items)


def _bare(value: float) -> str:
    return number(value).replace(",", "")


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
        f"{WORDS[distribution.family]}{_truncation(distribution)}: mean {number(centre)}, sd {number(spread)}; "
        f"95% of it lies between {number(float(low))} and {number(float(high))}"
    )


def number(value: float) -> str:
    """Write a number with up to six significant digits, without an exponent where it stays short.

    Examples
    --------
    >>> number(1234567.0), number(0.25), number(0.00001234)
    ('1,234,567', '0.25', '1.234e-05')
    """
    if abs(value) >= 1e5 and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:.6g}"


def _truncation(distribution: Distribution) -> str:
    low, high = distribution.low, distribution.high
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(high):
        return f", truncated below {number(low)}"
    if math.isinf(low):
        return f", truncated above {number(high)}"
    return f", truncated to {number(low)} to {number(high)}"
