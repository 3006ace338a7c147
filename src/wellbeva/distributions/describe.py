"""Distributions in words: the long form for `explain`, a sentence for the report."""

from __future__ import annotations

import math

from wellbeva.distributions import moments, quantile
from wellbeva.distributions.spec import Distribution

NAMES: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("mu", "sigma"),
    "beta": ("a", "b"),
    "gamma": ("shape", "scale"),
    "triangular": ("min", "mode", "max"),
    "pert": ("min", "mode", "max"),
    "uniform": ("min", "max"),
}
"""Names of the arguments of each family, in their order."""

WORDS = {
    "normal": "Normal",
    "lognormal": "Lognormal",
    "beta": "Beta",
    "gamma": "Gamma",
    "triangular": "Triangular",
    "pert": "PERT",
    "uniform": "Uniform",
}
"""Names of the families, for people."""


def describe(distribution: Distribution) -> str:
    """Return the long form that was chosen.

    Examples
    --------
    >>> describe(Distribution("beta", (31.0, 14.0)))
    'beta(a=31, b=14)'
    >>> describe(Distribution("normal", (0.66, 0.12), 0.0, 1.0))
    'normal(mean=0.66, sd=0.12), truncated to 0 to 1'
    """
    pairs = zip(NAMES[distribution.family], distribution.args, strict=True)
    inside = ", ".join(f"{name}={number(value).replace(',', '')}" for name, value in pairs)
    return f"{distribution.family}({inside}){_truncation(distribution)}"


def sentence(distribution: Distribution) -> str:
    """Return one sentence a reader without statistics can follow.

    Examples
    --------
    >>> sentence(Distribution("uniform", (0.0, 12.0)))
    'Uniform: mean 6, sd 3.4641; 95% of it lies between 0.3 and 11.7'
    """
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
