"""The gamma, for money, durations and rates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import LEAST_SHAPE, accepted
from wellbeva.distributions.families.normal import units
from wellbeva.distributions.family import Argument, Example, Given, Odds, Recipe, Scored, TailFamily, register
from wellbeva.distributions.fit import SpreadFamily
from wellbeva.distributions.fit_result import Fit
from wellbeva.distributions.moments import DensityFamily
from wellbeva.distributions.notation import PLAIN, Notation
from wellbeva.distributions.numerics import special
from wellbeva.distributions.quantile import masses
from wellbeva.distributions.spec import Distribution

LARGEST_SHAPE = 1e18
"""Largest shape of a gamma: its standard deviation is then 1e-9 of its mean."""


@register
class Gamma(TailFamily, DensityFamily, SpreadFamily):
    """A gamma: shape, scale."""

    name = "gamma"
    title = "Gamma"
    arguments = ("shape", "scale")
    in_unit = ("scale",)
    within = (0.0, math.inf)
    needs = "shape and one of scale, rate, mean; or mean and one of sd, se, ciNN"
    own_arguments = (
        Argument("shape", "Shape.", "none"),
        Argument("scale", "Scale: mean over shape."),
        Argument("rate", "Rate: one over scale.", "inverse"),
    )
    doc = "Gamma, for costs and durations: `gamma: {shape: 73.5, scale: £163.30}`."
    example = Example(
        "a cost or a duration as a health economist prints it", "money",
        "{gamma: {shape: 4, scale: £25 in 2023 prices}, source: assumed}", 100, 27.25, 219.2,
    )  # fmt: skip
    limits = f"shapes are taken from {LEAST_SHAPE:g} to {LARGEST_SHAPE:g}"

    def from_below(self, law: Distribution, p: Floats) -> Floats:
        shape, scale = law.args
        return scale * special.gamma_lower(shape, p)

    def from_above(self, law: Distribution, p: Floats) -> Floats:
        shape, scale = law.args
        return scale * special.gamma_upper(shape, p)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        shape, scale = law.args
        return special.gamma_cdf(shape, units(np.maximum(x, 0.0), scale))

    def sf(self, law: Distribution, x: Floats) -> Floats:
        shape, scale = law.args
        return special.gamma_sf(shape, units(np.maximum(x, 0.0), scale))

    def moments(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation.

        References
        ----------
        Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions, volume 1, 2nd edition, chapter 17.
        """
        shape, scale = law.args
        return shape * scale, math.sqrt(shape) * scale

    def raw(self, law: Distribution, power: int) -> float:
        # x**k times the density is, up to a factor, that of a gamma of shape + k (DLMF 8.8).
        shape, scale = law.args
        moved = Distribution("gamma", (shape + power, scale), law.low, law.high)
        rising = math.prod(shape + index for index in range(power))
        return scale**power * rising * masses(moved)[1] / masses(law)[1]

    def log_density(self, law: Distribution, x: Floats) -> Floats:
        shape, scale = law.args
        return np.asarray((shape - 1.0) * np.log(x) - x / scale)

    def standard(self, law: Distribution) -> tuple[Distribution, tuple[float, float]]:
        """One table serves every scale."""
        shape, scale = law.args
        return Distribution("gamma", (shape, 1.0)), (0.0, scale)

    def scored(self, law: Distribution) -> tuple[Scored, tuple[float, float]]:
        """Slow for every shape; its odds are the value itself, at scale 1."""
        core, place = self.standard(law)
        shape = core.args[0]
        odds = Odds(
            lambda p: special.gamma_lower(shape, p), lambda p: special.gamma_upper(shape, p), lambda value: value
        )
        return Scored(core, odds), place

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {
            ("shape", "scale"): lambda given: _of(*given.positive("shape", "scale")),
            ("shape", "rate"): _of_rate,
            ("shape", "mean"): _of_mean,
            **self.mean_recipes,
        }

    def of_moments(self, mean: float, sd: float, notation: Notation = PLAIN) -> Distribution:
        return Distribution("gamma", ((mean / sd) ** 2, sd * sd / mean))

    def of_spread(self, mean: float, spread: float) -> Distribution:
        # The relative spread is the standard deviation over the mean.
        return Distribution("gamma", (spread**-2.0, mean * spread * spread))

    def largest_spread(self, mean: float, score: float) -> float:
        # That of the least shape that is taken.
        return float(LEAST_SHAPE**-0.5)

    def extreme(self, law: Distribution) -> Literal["", "uneven", "certain"]:
        if law.args[0] < LEAST_SHAPE:
            return "uneven"
        return "certain" if law.args[0] > LARGEST_SHAPE else ""


def _of(shape: float, scale: float) -> Fit:
    return Fit(accepted(Distribution("gamma", (shape, scale))))


def _of_rate(given: Given) -> Fit:
    shape, rate = given.positive("shape", "rate")
    return _of(shape, 1.0 / rate)


def _of_mean(given: Given) -> Fit:
    shape, mean = given.positive("shape", "mean")
    return _of(shape, mean / shape)
