"""The beta, for shares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import LEAST_SHAPE, accepted, check_finite
from wellbeva.distributions.family import Argument, Example, Given, Odds, Recipe, Scored, TailFamily, register
from wellbeva.distributions.fit import SpreadFamily, stated
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import DensityFamily
from wellbeva.distributions.notation import PLAIN, Notation, number
from wellbeva.distributions.numerics import special
from wellbeva.distributions.quantile import masses
from wellbeva.distributions.spec import Distribution

LARGEST_COUNT = 1e9
"""Largest a + b of a beta: up to there its quantiles are good to 1e-10 of its standard deviation."""


@register
class Beta(TailFamily, DensityFamily, SpreadFamily):
    """A beta: a and b."""

    name = "beta"
    title = "Beta"
    arguments = ("a", "b")
    within = (0.0, 1.0)
    needs = "a and b; or events and n; or mean and one of sd, se, ciNN"
    own_arguments = (
        Argument("a", "First argument, events seen.", "none"),
        Argument("b", "Second argument, non-events seen.", "none"),
        Argument("events", "Events seen: `events: 31`.", "none"),
        Argument("n", "Cases in all: `n: 45`.", "none"),
    )
    doc = "Beta, for shares, from counts or from a mean and its spread: `beta: {events: 31, n: 45}`."
    example = Example("a share", "share", "{beta: {a: 2, b: 8}, source: assumed}", 0.2, 0.02814, 0.4825)
    limits = f"a and b are taken from {LEAST_SHAPE:g}, their sum to {LARGEST_COUNT:g}"

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        # With a and b of 1 the quantile is the probability itself.
        return lower if law.args == (1.0, 1.0) else super().ppf(law, lower, upper)

    def from_below(self, law: Distribution, p: Floats) -> Floats:
        a, b = law.args
        if b == 1.0:
            return p ** (1.0 / a)
        return -np.expm1(np.log1p(-p) / b) if a == 1.0 else special.beta_lower(a, b, p)

    def from_above(self, law: Distribution, p: Floats) -> Floats:
        a, b = law.args
        if b == 1.0:
            return (1.0 - p) ** (1.0 / a)
        return -np.expm1(np.log(p) / b) if a == 1.0 else special.beta_upper(a, b, p)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        a, b = law.args
        return special.beta_cdf(a, b, np.clip(x, 0.0, 1.0))

    def sf(self, law: Distribution, x: Floats) -> Floats:
        a, b = law.args
        return special.beta_sf(a, b, np.clip(x, 0.0, 1.0))

    def moments(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation.

        References
        ----------
        Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions, volume 2, 2nd edition, chapter 25.
        """
        a, b = law.args
        total = a + b
        return a / total, math.sqrt(a * b / (total + 1.0)) / total

    def raw(self, law: Distribution, power: int) -> float:
        # x**k times the density is, up to a factor, that of a beta of a + k (DLMF 8.17).
        a, b = law.args
        moved = Distribution("beta", (a + power, b), law.low, law.high)
        ratio = math.prod((a + index) / (a + b + index) for index in range(power))
        return ratio * masses(moved)[1] / masses(law)[1]

    def log_density(self, law: Distribution, x: Floats) -> Floats:
        a, b = law.args
        return np.asarray((a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x))

    def scored(self, law: Distribution) -> tuple[Scored, tuple[float, float]] | None:
        """Slow but where one argument is 1, which has a formula."""
        return None if 1.0 in law.args else (scored_beta(*law.args), (0.0, 1.0))

    def drawn(self, law: Distribution) -> Distribution:
        """With a and b of 1 it is a uniform."""
        return Distribution("uniform", (0.0, 1.0), law.low, law.high) if law.args == (1.0, 1.0) else law

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {("a", "b"): _of_counts, ("events", "n"): _of_events, **self.mean_recipes}

    def of_moments(self, mean: float, sd: float, notation: Notation = PLAIN) -> Distribution:
        # Spread is counted from the largest standard deviation that a share with this mean can have.
        most = math.sqrt(mean * (1.0 - mean))
        if sd >= most:
            raise FitError(
                "a beta cannot be that uncertain",
                (
                    f"standard deviation {notation.shown(sd)}",
                    f"with mean {notation.shown(mean)} it must be below {notation.shown(most)}",
                ),
                "check whether the number is a standard deviation between people; a standard error is wanted here",
            )
        return self.of_spread(mean, sd / most)

    def of_spread(self, mean: float, spread: float) -> Distribution:
        # The relative spread is the standard deviation over the largest possible one.
        total = spread**-2.0 - 1.0
        return Distribution("beta", (mean * total, (1.0 - mean) * total))

    def spread_unit(self, mean: float) -> float:
        """Return the largest possible standard deviation."""
        return math.sqrt(mean * (1.0 - mean))

    def largest_spread(self, mean: float, score: float) -> float:
        # There the smaller argument is the least that is taken.
        return float((1.0 + LEAST_SHAPE / min(mean, 1.0 - mean)) ** -0.5)

    def check_support(self, mean: float, low: float, high: float, notation: Notation) -> None:
        if not (0.0 < mean < 1.0 and low >= 0.0 and high <= 1.0):
            raise FitError(
                "a Beta lies between 0 and 1",
                stated(mean, low, high, notation),
                "write a share between 0% and 100%; a number that may go beyond is not a share: `spread: normal`, "
                "or another unit in the model",
            )
        if low == 0.0 and high == 1.0:
            raise FitError(
                "an interval from 0% to 100% says nothing about a share",
                stated(mean, low, high, notation),
                "where that is all there is, write it as a range, "
                f"`{notation.exact(mean)} (range {notation.exact(0.0)} to {notation.exact(1.0)})`, "
                f"or {notation.family('uniform', {'min': 0.0, 'max': 1.0})}",
            )

    def extreme(self, law: Distribution) -> Literal["", "uneven", "certain"]:
        if min(law.args) < LEAST_SHAPE:
            return "uneven"
        return "certain" if sum(law.args) > LARGEST_COUNT else ""


def scored_beta(a: float, b: float) -> Scored:
    """Return a beta and its odds; 1 - x from its own tail too: it is the same quantile of the mirrored beta.

    Parameters
    ----------
    a, b : float
        Its arguments.
    """
    odds = Odds(
        lambda p: special.beta_lower(a, b, p) / special.beta_upper(b, a, p),
        lambda p: special.beta_upper(a, b, p) / special.beta_lower(b, a, p),
        lambda odds: odds / (1.0 + odds),
    )
    return Scored(Distribution("beta", (a, b)), odds)


def _of_counts(given: Given) -> Fit:
    return Fit(accepted(Distribution("beta", given.positive("a", "b"))))


def _of_events(given: Given) -> Fit:
    """Beta(events, n - events): events and non-events, no prior added (FORMAT R7a)."""
    events, n = given["events"], given["n"]
    check_finite({"events": events, "n": n})
    if events < 0.0 or n <= 0.0 or events > n:
        raise FitError(
            "a count must lie between 0 and the number observed",
            (f"events {number(events)}", f"n {number(n)}"),
            "write it as `events of n`, for example `31 of 45`",
        )
    if events in (0.0, n):
        raise FitError(
            f"{number(events)} of {number(n)} has no Beta distribution without a prior",
            (f"events {number(events)}", f"non-events {number(n - events)}: both must be above 0"),
            "add a prior in the open, for example Jeffreys': "
            + given.notation.family("beta", {"a": events + 0.5, "b": n - events + 0.5}, plain=True),
        )
    return Fit(accepted(Distribution("beta", (events, n - events))))


def fit_dirichlet(counts: Sequence[float]) -> tuple[Distribution, ...]:
    """Law of each share of a Dirichlet: Beta(count, all other counts), or exactly 0 or 1.

    Parameters
    ----------
    counts : sequence of float
        One for each label; 0 is a share of exactly 0.

    Returns
    -------
    tuple of Distribution

    Raises
    ------
    FitError
        If there are fewer than two counts, or one is negative, or none is above 0.

    References
    ----------
    Kotz, Balakrishnan and Johnson (2000), Continuous Multivariate Distributions, volume 1, 2nd edition, chapter 49.
    """
    given = [float(count) for count in counts]
    if len(given) < 2:
        raise FitError("shares need at least two labels", (f"given: {len(given)}",), "name every label and its count")
    for count in given:
        check_finite({"count": count})
        if count < 0.0 or 0.0 < count < LEAST_SHAPE:
            raise FitError(
                f"a count must be 0, or at least {LEAST_SHAPE:g}",
                (f"count {number(count)}",),
                "write how many were observed under this label; shares in percent are not counts",
            )
    total = math.fsum(given)
    if not 0.0 < total <= LARGEST_COUNT:
        raise FitError(
            "the counts must add to more than 0" if total <= 0.0 else "counts so large leave no uncertainty",
            (f"they add to {number(total)}",),
            "write what was observed" if total <= 0.0 else f"write constants; sums to {LARGEST_COUNT:g} are taken",
        )
    return tuple(_share(count, math.fsum(given) - count, sum(other > 0.0 for other in given)) for count in given)


def _share(count: float, rest: float, positive: int) -> Distribution:
    if count == 0.0:
        return Distribution("point", (0.0,))
    return Distribution("point", (1.0,)) if positive == 1 else Distribution("beta", (count, rest))
