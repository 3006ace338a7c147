"""The normal, and its long form with bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import check_interval, score_of
from wellbeva.distributions.family import Example, Given, Recipe, register
from wellbeva.distributions.fit import MeanFamily, judged
from wellbeva.distributions.fit_result import Fit
from wellbeva.distributions.moments import by_quadrature
from wellbeva.distributions.notation import PLAIN, Notation
from wellbeva.distributions.numerics import special
from wellbeva.distributions.quantile import masses
from wellbeva.distributions.spec import Distribution


@register
class Normal(MeanFamily):
    """A normal: mean, standard deviation."""

    name = "normal"
    title = "Normal"
    arguments = in_unit = ("mean", "sd")
    needs = "mean and one of sd, se, ciNN; or median and ciNN"
    doc = "Normal, from a mean and an sd, se or interval: `normal: {mean: 0.30, se: 0.05}`."
    example = Example(
        "an average that may lie on either side of zero", "LS", "{normal: {mean: 0.30, sd: 0.10}, source: assumed}",
        0.3, 0.104, 0.496,
    )  # fmt: skip

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        return self.at_score(law, special.nearer_score(lower, upper))

    def at_score(self, law: Distribution, score: Floats) -> Floats:
        centre, spread = law.args
        return centre + spread * score

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        centre, spread = law.args
        return special.normal_cdf(units(x - centre, spread))

    def sf(self, law: Distribution, x: Floats) -> Floats:
        centre, spread = law.args
        return special.normal_cdf(units(centre - x, spread))

    def moments(self, law: Distribution) -> tuple[float, float]:
        centre, spread = law.args
        return centre, spread

    def moments_between(self, law: Distribution) -> tuple[float, float]:
        centre, spread = law.args
        score_mean, score_sd = _cut((law.low - centre) / spread, (law.high - centre) / spread)
        return centre + spread * score_mean, spread * score_sd

    def standard(self, law: Distribution) -> tuple[Distribution, tuple[float, float]]:
        """One table serves every normal."""
        centre, spread = law.args
        return Distribution("normal", (0.0, 1.0)), (centre, spread)

    def error_size(self, law: Distribution) -> Callable[[Floats], Floats] | None:
        """Next to its median the standard normal keeps its relative accuracy."""
        return np.abs if math.isinf(law.low) and math.isinf(law.high) else None

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {**self.mean_recipes, ("median", "low", "high"): _of_median}

    def of_moments(self, mean: float, sd: float, notation: Notation = PLAIN) -> Distribution:
        return Distribution("normal", (mean, sd))

    def of_interval(self, given: Given) -> Distribution:
        # Closed: the interval is symmetric.
        width = given["high"] - given["low"]
        return Distribution("normal", (given["mean"], width / (2.0 * score_of(given.level))))


@register
class TruncatedNormal(Normal):
    """The long form of a normal cut at ``low``, ``high`` or both; draws come from a normal with bounds."""

    name = "truncated_normal"
    title = "Truncated normal"
    takes_bounds = True
    needs = "mean, one of sd, se, ciNN, and low or high or both"
    doc = (
        "Normal cut at low, high or both; mean and sd are those before the cut: "
        "`truncated_normal: {mean: 0.66, sd: 0.12, low: 0, high: 1}`."
    )
    example = Example(
        "a normal that must not leave its bounds; the arguments are those before truncation", "share",
        "{truncated_normal: {mean: 0.66, sd: 0.12, low: 0, high: 1}, source: assumed}", 0.6591, 0.4247, 0.8907,
    )  # fmt: skip

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return self.mean_recipes


def units(distance: Floats, unit: float) -> Floats:
    """Divide; where the quotient overflows it is infinitely far out, and the formulas know the probability of that.

    Parameters
    ----------
    distance : array, any shape [unit of the law]
    unit : float [unit of the law]
        A standard deviation or a scale, above 0.

    Returns
    -------
    array, shape of `distance`
        Without a unit.
    """
    with np.errstate(over="ignore"):
        return np.asarray(distance / unit, dtype=np.float64)


def _of_median(given: Given) -> Fit:
    median, low, high = check_interval(given, "median")
    symmetric = Distribution("normal", (median, (high - low) / (2.0 * score_of(given.level))))
    return judged(symmetric, given, "median")


def _cut(alpha: float, beta: float) -> tuple[float, float]:
    """Mean and sd of the standard normal between alpha and beta.

    Wide cuts by the closed form; narrow ones (where it cancels) by 64-point Gauss-Legendre on the density
    relative to its highest point, exact to rounding for a width of 4.

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions, volume 1, section 10.1 of chapter 13.
    """
    if beta < 0.0:
        mirrored_mean, spread = _cut(-beta, -alpha)
        return -mirrored_mean, spread
    # Far out the density falls as exp(-alpha t): 40 such lengths hold all but exp(-40) of the rest.
    end = min(beta, alpha + 40.0 / alpha) if alpha > 5.0 else beta
    if end - alpha <= 4.0 or alpha > 5.0:
        peak = max(alpha, 0.0)

        def density(z: Floats) -> Floats:
            return np.exp((peak - z) * (peak + z) / 2.0)

        edges = np.linspace(alpha, end, 9)
        return by_quadrature(density, pairwise(edges))
    mass = masses(Distribution("normal", (0.0, 1.0), alpha, beta))[1]
    heights = [math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi) for z in (alpha, beta)]
    first = (heights[0] - heights[1]) / mass
    arms = [0.0 if math.isinf(z) else z * height for z, height in zip((alpha, beta), heights, strict=True)]
    return first, math.sqrt(1.0 + (arms[0] - arms[1]) / mass - first * first)
