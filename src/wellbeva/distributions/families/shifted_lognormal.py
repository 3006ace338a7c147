"""The shifted lognormal: a skewed family that keeps a centre and both ends of its interval exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import accepted, check_interval, score_of
from wellbeva.distributions.families.lognormal import LIMITS, LOG_SPREADS, extreme_sigma
from wellbeva.distributions.family import Centre, Example, Family, Given, Recipe, family_of, register
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import moments
from wellbeva.distributions.notation import number, percent
from wellbeva.distributions.spec import Distribution

LEAST_SKEW = 1e-4
"""Distance of the centre from the middle of the interval, as a share of its width, below which it is symmetric."""


@register
class ShiftedLognormal(Family):
    """A lognormal moved along, or mirrored: shift, mu, sigma, sign, for shift + sign * exp(mu + sigma z)."""

    name = "shifted_lognormal"
    title = "Shifted lognormal"
    arguments = ("shift", "mu", "sigma", "sign")
    needs = "median or mean, and ciNN"
    doc = (
        "Lognormal moved along, for an interval that is wider on one side, and met exactly: "
        "`shifted_lognormal: {mean: 0.182, ci95: [0.001, 0.735]}`."
    )
    example = Example(
        "an interval that is longer on one side: centre and both ends are kept exactly", "LS",
        "{shifted_lognormal: {mean: 0.182, ci95: [0.001, 0.735]}, source: assumed}", 0.182, 0.001, 0.735,
    )  # fmt: skip
    limits = LIMITS

    def support(self, law: Distribution) -> tuple[float, float]:
        """To one side of the shift."""
        shift, _, _, sign = law.args
        return (shift, math.inf) if sign > 0.0 else (-math.inf, shift)

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        shift, _, _, sign = law.args
        both = (lower, upper) if sign > 0.0 else (upper, lower)
        inner = _inner(law)
        return shift + sign * family_of(inner).ppf(inner, *both)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        return self._beside(law, x, below=law.args[3] > 0.0)

    def sf(self, law: Distribution, x: Floats) -> Floats:
        return self._beside(law, x, below=law.args[3] < 0.0)

    @staticmethod
    def _beside(law: Distribution, x: Floats, *, below: bool) -> Floats:
        inner, distance = _inner(law), law.args[3] * (x - law.args[0])
        return (family_of(inner).cdf if below else family_of(inner).sf)(inner, distance)

    def moments(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation, truncation included."""
        shift, mu, sigma, sign = law.args
        low, high = sorted((sign * (law.low - shift), sign * (law.high - shift)))
        centre, spread = moments(Distribution("lognormal", (mu, sigma), low, high))
        return shift + sign * centre, spread

    moments_between = moments

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {
            ("mean", "low", "high"): lambda given: fit_shifted(given, "mean"),
            ("median", "low", "high"): lambda given: fit_shifted(given, "median"),
        }

    def extreme(self, law: Distribution) -> Literal["", "uneven", "certain"]:
        return extreme_sigma(law.args[2])

    def formula(self, law: Distribution) -> str:
        """Write it as a lognormal with its shift."""
        shift, mu, sigma, sign = law.args
        return f"{shift:.6g} {'+' if sign > 0 else '−'} lognormal(mu={mu:.6g}, sigma={sigma:.6g})"


def _inner(law: Distribution) -> Distribution:
    return Distribution("lognormal", law.args[1:3])


def fit_shifted(given: Given, centre: Centre) -> Fit:
    """Fit shift + sign * exp(mu + sigma z) to a mean or median and an interval, all three kept exactly.

    Parameters
    ----------
    given : Given
        The centre, `low` and `high`.
    centre : {"mean", "median"}

    Returns
    -------
    Fit
        Its ends are those printed.

    Raises
    ------
    FitError
        If the numbers contradict each other, the interval is symmetric about its centre, or so uneven that no shifted
        lognormal has it.

    Notes
    -----
    With s the normal score of the upper end (1.96 for 95%) and A = exp(mu), the interval of the long tail to the right
    is shift + A exp(-s sigma) to shift + A exp(s sigma): its width is 2 A sinh(s sigma). The median is shift + A, so
    that (high - median) / (median - low) = exp(s sigma), closed. The mean is shift + A exp(sigma**2 / 2): it lies

        k(sigma) = (cosh(s sigma) - exp(sigma**2 / 2)) / (2 sinh(s sigma))

    of the width below the middle of the interval. For s > 1 (levels above 68%) k rises from 0 to a greatest value
    (0.354 at 95%) and falls again, so that two laws have a smaller k; the one with the smaller sigma is taken, found
    by Brent's method on the rising branch. For s <= 1 the mean is on the side of the long tail, and -k rises all the
    way. Where the long tail is to the left, the law is the mirror image.

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions, volume 1, 2nd edition, chapter 14
    (three-parameter lognormal).

    Examples
    --------
    >>> fit_shifted(Given({"median": 2.0, "low": 1.0, "high": 4.0}), "median").distribution.args[0]
    0.0
    """
    value, low, high = check_interval(given, centre)
    score, width = score_of(given.level), high - low
    skew = ((low + high) / 2.0 - value) / width
    if abs(skew) < LEAST_SKEW:
        raise FitError(
            f"the interval is symmetric about its {centre}, and a shifted lognormal is not",
            (f"{centre} {number(value)}", f"middle of the interval {number((low + high) / 2.0)}"),
            "write a normal: "
            + given.notation.family("normal", {centre: value, f"ci{100.0 * given.level:g}": (low, high)}),
        )
    if centre == "median":
        to_the_right = skew > 0.0
        short, long = sorted((value - low, high - value))
        sigma = math.log(long / short) / score
    else:
        to_the_right = (skew > 0.0) == (score > 1.0)
        sigma = _sigma(abs(skew), score, given)
    sign = 1.0 if to_the_right else -1.0
    if sigma > LOG_SPREADS[1]:
        raise FitError(
            f"the {centre} lies so near one end that nearly all draws would fall on it",
            (f"{centre} {number(value)}", f"interval {number(low)} to {number(high)}"),
            "check the three numbers against the source, or give more `quantiles`",
        )
    mu = math.log(width / (2.0 * math.sinh(score * sigma)))
    # From the end on the short side, where the lognormal is smallest, so that the least is lost.
    near = low if to_the_right else high
    shift = near - sign * math.exp(mu - score * sigma)
    return Fit(accepted(Distribution("shifted_lognormal", (shift, mu, sigma, sign))), 0.0, (low, high))


def _skew(sigma: float, score: float) -> float:
    """k(sigma), by functions that keep their digits near zero."""
    return (2.0 * math.sinh(score * sigma / 2.0) ** 2 - math.expm1(sigma * sigma / 2.0)) / (
        2.0 * math.sinh(score * sigma)
    )


def _sigma(skew: float, score: float, given: Given) -> float:
    """Find the sigma of a mean that lies that share of the width from the middle."""
    from scipy.optimize import brentq, minimize_scalar

    side = 1.0 if score > 1.0 else -1.0
    least, most = LOG_SPREADS
    if score > 1.0:
        # The greatest k lies where exp(sigma**2 / 2) catches up with cosh: before sigma = 2 s.
        most = float(
            minimize_scalar(
                lambda x: -_skew(x, score),
                bounds=(least, min(2.0 * score, most)),
                method="bounded",
                options={"xatol": 1e-10},
            ).x
        )
    greatest = side * _skew(most, score)
    if skew >= greatest:
        value, low, high, tail = given["mean"], given["low"], given["high"], 50.0 * (1.0 - given.level)
        middle, reach = (low + high) / 2.0, greatest * (high - low)
        raise FitError(
            "no shifted lognormal has this mean and this interval",
            (
                f"mean {number(value)}, {percent(given.level)} interval {number(low)} to {number(high)}",
                f"with this interval its mean lies between {number(middle - reach)} and {number(middle + reach)}",
            ),
            f"check whether {given.notation.shown(value)} is the median: then write `median` for `mean`, or join the "
            "numbers, "
            + given.notation.form("quantiles", {f"{tail:.6g}%": low, "50%": value, f"{100.0 - tail:.6g}%": high}),
        )
    return float(brentq(lambda x: side * _skew(x, score) - skew, least, most, xtol=1e-15, rtol=1e-14))
