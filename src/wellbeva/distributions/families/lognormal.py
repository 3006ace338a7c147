"""The lognormal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import accepted, check_interval, score_of
from wellbeva.distributions.alternatives import other_families
from wellbeva.distributions.family import Argument, Example, Given, Recipe, register
from wellbeva.distributions.fit import REFUSED_FROM, SpreadFamily
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import DensityFamily
from wellbeva.distributions.notation import PLAIN, Notation
from wellbeva.distributions.numerics import special
from wellbeva.distributions.quantile import masses
from wellbeva.distributions.spec import Distribution

LOG_SPREADS = (1e-9, 10.0)
"""Least and largest sigma of a lognormal; at 10 its mean is e**50 times its median."""

LIMITS = f"sigma is taken from {LOG_SPREADS[0]:g} to {LOG_SPREADS[1]:g}"


@register
class Lognormal(DensityFamily, SpreadFamily):
    """A lognormal: mu and sigma of the logarithm."""

    name = "lognormal"
    title = "Lognormal"
    arguments = ("mu", "sigma")
    within = (0.0, math.inf)
    needs = "median or mean, and one of sdlog, sd, se, ciNN"
    own_arguments = (Argument("sdlog", "Standard deviation of the logarithm.", "none"),)
    doc = "Lognormal, for ratios and sums with a long upper tail: `lognormal: {median: 1.04, ci95: [0.80, 1.35]}`."
    example = Example(
        "a factor, or a quantity whose logarithm was analysed", "ratio",
        "{lognormal: {median: 3, sdlog: 0.2}, source: assumed}", 3.0606, 2.027, 4.44,
    )  # fmt: skip
    limits = LIMITS

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        return self.at_score(law, special.nearer_score(lower, upper))

    def at_score(self, law: Distribution, score: Floats) -> Floats:
        mu, sigma = law.args
        return np.exp(mu + sigma * score)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        return special.normal_cdf(_score(law, x))

    def sf(self, law: Distribution, x: Floats) -> Floats:
        return special.normal_cdf(-_score(law, x))

    def moments(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation.

        References
        ----------
        Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions, volume 1, 2nd edition, chapter 14.
        """
        mu, sigma = law.args
        centre = math.exp(mu + sigma * sigma / 2.0)
        return centre, centre * math.sqrt(math.expm1(sigma * sigma))

    def raw(self, law: Distribution, power: int) -> float:
        # x**k times the density is, up to a factor, that of a lognormal with mu + k sigma**2 (complete the square).
        mu, sigma = law.args
        moved = Distribution("lognormal", (mu + power * sigma * sigma, sigma), law.low, law.high)
        share = masses(moved)[1] / masses(law)[1]
        return math.exp(power * mu + (power * sigma) ** 2 / 2.0) * share

    def log_density(self, law: Distribution, x: Floats) -> Floats:
        mu, sigma = law.args
        return np.asarray(-((np.log(x) - mu) ** 2) / (2.0 * sigma * sigma) - np.log(x))

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {
            ("median", "sdlog"): _of_median_and_sdlog,
            ("mean", "sdlog"): _of_mean_and_sdlog,
            ("median", "sd"): lambda given: _of_median_and_sd(*given.positive("median", "sd")),
            ("median", "se"): lambda given: _of_median_and_sd(*given.positive("median", "se")),
            **self.mean_recipes,
            ("median", "low", "high"): _of_median,
        }

    def of_moments(self, mean: float, sd: float, notation: Notation = PLAIN) -> Distribution:
        # The variance of the logarithm is log(1 + (sd / mean)**2).
        square = math.log1p((sd / mean) ** 2)
        return Distribution("lognormal", (math.log(mean) - square / 2.0, math.sqrt(square)))

    def of_spread(self, mean: float, spread: float) -> Distribution:
        # The relative spread is sigma.
        return Distribution("lognormal", (math.log(mean) - spread * spread / 2.0, spread))

    def largest_spread(self, mean: float, score: float) -> float:
        # Beyond twice the score, the width falls again.
        return min(2.0 * score, LOG_SPREADS[1])

    def extreme(self, law: Distribution) -> Literal["", "uneven", "certain"]:
        return extreme_sigma(law.args[1])


def extreme_sigma(sigma: float) -> Literal["", "uneven", "certain"]:
    """Judge a standard deviation of the logarithm."""
    if sigma > LOG_SPREADS[1]:
        return "uneven"
    return "certain" if sigma < LOG_SPREADS[0] else ""


def _score(law: Distribution, x: Floats) -> Floats:
    mu, sigma = law.args
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(np.maximum(x, 0.0)) - mu) / sigma)


def _of_median_and_sdlog(given: Given) -> Fit:
    median, sigma = given.positive("median", "sdlog")
    return Fit(accepted(Distribution("lognormal", (math.log(median), sigma))))


def _of_mean_and_sdlog(given: Given) -> Fit:
    mean, sigma = given.positive("mean", "sdlog")
    return Fit(accepted(Distribution("lognormal", (math.log(mean) - sigma * sigma / 2.0, sigma))))


def _of_median_and_sd(median: float, sd: float) -> Fit:
    """With w = exp(sigma**2): variance = median**2 w (w - 1), a quadratic in w."""
    ratio = (sd / median) ** 2
    # w - 1 = (sqrt(1 + 4 ratio) - 1) / 2, written so that a small ratio keeps its digits.
    excess = 2.0 * ratio / (1.0 + math.sqrt(1.0 + 4.0 * ratio))
    return Fit(accepted(Distribution("lognormal", (math.log(median), math.sqrt(math.log1p(excess))))))


def _of_median(given: Given) -> Fit:
    """Keep the median and the interval's width on the log scale, on which such intervals are made."""
    check_interval(given, "median")
    median, low, high = given.positive("median", "low", "high")
    show = given.notation.shown
    z = score_of(given.level)
    sigma = math.log(high / low) / (2.0 * z)
    fitted = (median * math.exp(-z * sigma), median * math.exp(z * sigma))
    misses = abs(math.log(fitted[0] / low)) / math.log(high / low)
    if misses > REFUSED_FROM:
        first, last = map(show, fitted)
        raise FitError(
            "no Lognormal has this median and this interval",
            (
                f"printed: {show(low)} to {show(high)}",
                f"fitted with the same median and ratio of the ends: {first} to {last}",
                f"the ends are off by {misses:.0%} of the width on the log scale",
            ),
            other_families("lognormal", given, "median"),
        )
    return Fit(accepted(Distribution("lognormal", (math.log(median), sigma))), misses, fitted)
