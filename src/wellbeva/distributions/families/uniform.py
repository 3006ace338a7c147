"""The uniform, and the base that it shares with other families on a range."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import check_width
from wellbeva.distributions.family import Example, Family, Given, Recipe, TailFamily, register
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.notation import number
from wellbeva.distributions.spec import Distribution


class RangeFamily(Family):
    """A family between its first and its last argument, all arguments values: mirrored, it is of the same family."""

    def support(self, law: Distribution) -> tuple[float, float]:
        return law.args[0], law.args[-1]

    def sf(self, law: Distribution, x: Floats) -> Floats:
        # Mirrored rather than subtracted from 1.
        return self.cdf(Distribution(law.family, tuple(-value for value in reversed(law.args))), -x)


@register
class Uniform(TailFamily, RangeFamily):
    """A uniform: min, max."""

    name = "uniform"
    title = "Uniform"
    arguments = in_unit = ("min", "max")
    kernel = "uniform"
    needs = "min and max"
    doc = "Uniform between two ends: `uniform: {min: 0.4, max: 0.8}`."
    example = Example(
        "nothing is known but the bounds", "ratio", "{uniform: {min: 0, max: 12}, source: assumed}", 6, 0.3, 11.7
    )

    def from_below(self, law: Distribution, p: Floats) -> Floats:
        low, high = law.args
        return low + (high - low) * p

    def from_above(self, law: Distribution, p: Floats) -> Floats:
        low, high = law.args
        return high - (high - low) * p

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        return scaled(law, x)

    def moments(self, law: Distribution) -> tuple[float, float]:
        low, high = law.args
        return (low + high) / 2.0, (high - low) / math.sqrt(12.0)

    def moments_between(self, law: Distribution) -> tuple[float, float]:
        """Between its bounds it is a uniform again."""
        low, high = law.args
        return self.moments(Distribution("uniform", (max(low, law.low), min(high, law.high))))

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {("min", "max"): _of_ends}


def scaled(law: Distribution, x: Floats) -> Floats:
    """Share of the range that lies below x.

    Parameters
    ----------
    law : Distribution
        Its first and last arguments are the ends of the range.
    x : array, any shape [unit of the law]

    Returns
    -------
    array, shape of `x`
        From 0 to 1.
    """
    low, high = law.args[0], law.args[-1]
    return (np.clip(x, low, high) - low) / (high - low)


def _of_ends(given: Given) -> Fit:
    low, high = given["min"], given["max"]
    if not low < high:
        raise FitError(
            "the range of a uniform must rise",
            (f"min {number(low)}", f"max {number(high)}"),
            "write the lower end as min, or a constant",
        )
    check_width(low, high, "range")
    return Fit(Distribution("uniform", (low, high)))
