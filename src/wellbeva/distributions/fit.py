"""Fits from what studies print: named arguments, a mean and an interval, an error.

All raise `FitError` with the facts that disagree and a remedy.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from wellbeva.distributions import quantile
from wellbeva.distributions.admissible import accepted, check_finite, check_interval, score_of
from wellbeva.distributions.alternatives import other_families
from wellbeva.distributions.family import FAMILIES, Centre, Family, Given, Recipe, family_of
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.notation import PLAIN, Notation, number, percent
from wellbeva.distributions.numerics.root import root
from wellbeva.distributions.spec import Distribution

REFUSED_FROM = 0.10
"""Distance of the fitted from the printed ends, as a share of the width, from which a fit is refused (FORMAT R6)."""

TOUCHING_REFUSED_FROM = 0.25
"""The same for a share whose interval touches 0% or 100%: that end is a bound, not a quantile, so that no beta reaches
it; such an interval was cut off or rounded, and only a gross miss is refused."""

WARNED_FROM = 0.02
"""The same, from which a fit is warned about."""

_LEAST_MASS = 1e-9
"""Least share of a distribution that truncation must leave."""


class MeanFamily(Family):
    """A family that can be fitted to a mean and an interval, or to a mean and a standard error."""

    @abstractmethod
    def of_moments(self, mean: float, sd: float, notation: Notation = PLAIN) -> Distribution:
        """Return the law with a mean and a standard deviation.

        Parameters
        ----------
        mean, sd : float [unit of the parameter]
        notation : Notation
            How the numbers are written, for an error's words.

        Raises
        ------
        FitError
            If the family cannot have them.
        """

    @abstractmethod
    def of_interval(self, given: Given) -> Distribution:
        """Return the law with a mean and an interval's width.

        Parameters
        ----------
        given : Given
            ``mean``, ``low`` and ``high``, in rising order.

        Raises
        ------
        FitError
            If the family has no such law.
        """

    def check_support(self, mean: float, low: float, high: float, notation: Notation) -> None:
        """Refuse a mean and an interval outside the family; without an interval both ends are the mean.

        Parameters
        ----------
        mean, low, high : float [unit of the parameter]
        notation : Notation
            How the numbers are written, for an error's words.

        Raises
        ------
        FitError
        """
        if self.within[0] == 0.0 and not (mean > 0.0 and low >= 0.0):
            raise FitError(
                f"a {self.title} lies above 0",
                stated(mean, low, high, notation),
                "where the number may be negative, say `spread: normal` in the model or write the long form `normal`",
            )

    @property
    def mean_recipes(self) -> dict[tuple[str, ...], Recipe]:
        """What every such family can be made from."""
        return {
            ("mean", "sd"): lambda given: self.fit_moments(given["mean"], given["sd"], given.notation),
            ("mean", "se"): lambda given: self.fit_moments(given["mean"], given["se"], given.notation),
            ("mean", "low", "high"): self.fit_interval,
        }

    def fit_moments(self, mean: float, sd: float, notation: Notation) -> Fit:
        """Fit by the method of moments.

        Parameters
        ----------
        mean, sd : float [unit of the parameter]
        notation : Notation
            How the numbers are written, for an error's words.

        Raises
        ------
        FitError
            If a number is not finite or of a size that no quantity has, the standard deviation is not above 0, or the
            family cannot have them.

        References
        ----------
        Briggs, Sculpher and Claxton (2006), Decision Modelling for Health Economic Evaluation, chapter 4.
        """
        check_finite({"mean": mean, "sd": sd})
        if sd <= 0.0:
            raise FitError(
                "the standard deviation must be above 0",
                (f"standard deviation {notation.shown(sd)}",),
                "write a constant instead",
            )
        self.check_support(mean, mean, mean, notation)
        return Fit(accepted(self.of_moments(mean, sd, notation)))

    def fit_interval(self, given: Given) -> Fit:
        """Fit to a mean and an interval: the mean and the interval's width are kept (FORMAT R6).

        Three numbers over-determine two parameters. Of two solutions with the same mean and width (a beta or gamma may
        also reach a width with nearly all its mass at one end) the one with the smaller spread is taken.
        """
        check_interval(given, "mean")
        return judged(self.of_interval(given), given, "mean")


class SpreadFamily(MeanFamily):
    """A family whose law with a mean and an interval is looked for among those of a relative spread."""

    @abstractmethod
    def of_spread(self, mean: float, spread: float) -> Distribution:
        """Return the law with a mean and a relative spread; its width rises with it.

        Parameters
        ----------
        mean : float [unit of the parameter]
        spread : float
            Above 0, to `largest_spread`; where it is small, the standard deviation as a share of `spread_unit`.
        """

    @abstractmethod
    def largest_spread(self, mean: float, score: float) -> float:
        """Return the relative spread of the most uneven law that is taken.

        Parameters
        ----------
        mean : float [unit of the parameter]
        score : float
            Normal score of the interval's upper end: 1.96 at 95%.

        Returns
        -------
        float
            As `of_spread` takes it.
        """

    def spread_unit(self, mean: float) -> float:
        """Return the size that a small relative spread is a share of."""
        return mean

    def of_interval(self, given: Given) -> Distribution:
        """Find the smallest spread at which the interval has the printed width.

        The width rises from 0 with the spread; it may fall again where nearly all the mass sits at one end.
        """
        mean, low, high, level, notation = given["mean"], given["low"], given["high"], given.level, given.notation
        width = high - low
        self.check_support(mean, low, high, notation)

        def gap(log_spread: float) -> float:
            start, end = ends(self.of_spread(mean, math.exp(log_spread)), level)
            return (end - start) / width - 1.0

        z = score_of(level)
        # From far narrower than a normal of that width, to the most uneven member that is taken.
        last = math.log(self.largest_spread(mean, z))
        first = min(math.log(width / (2.0 * z * self.spread_unit(mean))), last) - 1.0
        grid = [float(x) for x in np.linspace(first, last, 60)]
        accepted(self.of_spread(mean, math.exp(first)))
        for below, above in pairwise(grid):
            if gap(above) >= 0.0:
                return self.of_spread(mean, math.exp(root(gap, below, above, xtol=1e-13, rtol=1e-14)))
        intervals = (ends(self.of_spread(mean, math.exp(x)), level) for x in grid)
        widest = max(intervals, key=lambda pair: pair[1] - pair[0])
        raise FitError(
            f"no {self.title} with this mean is that uncertain",
            (
                f"printed: mean {notation.shown(mean)}, {percent(level)} interval {span(low, high, notation)}",
                f"the widest that a {self.title} with this mean can have is {span(*widest, notation)}",
            ),
            other_families(self.name, given, "mean"),
        )


def fit_family(name: str, numbers: Mapping[str, float], *, level: float = 0.95, notation: Notation = PLAIN) -> Fit:
    """Fit a family from named arguments.

    Parameters
    ----------
    name : str
        A family with a long form.
    numbers : mapping of str to float [unit of the parameter]
        As in FORMAT section 4; an interval is ``low`` and ``high``, with its `level`.
    level : float
        Level of the interval with equal tails; 0.95 is a 95% interval.
    notation : Notation
        How the numbers are written, for an error's words.

    Returns
    -------
    Fit
        With `misses` and `fitted` where an interval was given.

    Raises
    ------
    FitError
        If the family is unknown, the arguments are none of its sets, they contradict each other or the family, or the
        fitted ends miss the printed ones by more than a tenth of the width (a quarter for a share whose interval
        touches 0% or 100%, a bound that no quantile reaches).
    """
    given = {key: float(value) for key, value in numbers.items()}
    recipes = FAMILIES[name].recipes if name in FAMILIES else {}
    if not recipes:
        families = ", ".join(key for key, family in FAMILIES.items() if family.recipes)
        raise FitError(f"there is no family {name!r}", (f"known: {families}",), "use one of these")
    check_finite(given)
    for arguments, recipe in recipes.items():
        if set(arguments) == set(given):
            return recipe(Given(given, float(level), notation))
    raise FitError(
        f"{name} cannot be made from these arguments",
        (
            f"given: {', '.join(sorted(given)) or 'nothing'}",
            f"it takes {'; or '.join(' and '.join(names) for names in recipes)}",
        ),
        "give one of these sets; an interval is `ci95: [low, high]`",
    )


def truncated(distribution: Distribution, low: float = -math.inf, high: float = math.inf) -> Distribution:
    """Cut a distribution at `low` and `high`; its arguments stay those before truncation (FORMAT R7a).

    Parameters
    ----------
    distribution : Distribution
    low, high : float [unit of the distribution]
        Infinite where nothing is cut off.

    Returns
    -------
    Distribution
        Within the bounds that it had before, too.

    Raises
    ------
    FitError
        If the bounds are not in rising order, or leave less than one part in a billion of the distribution.
    """
    if math.isnan(low) or math.isnan(high) or low >= high:
        raise FitError(
            "the lower bound of a truncation must be below the upper one",
            (f"lower bound {number(low)}", f"upper bound {number(high)}"),
            "exchange the bounds, or write a constant",
        )
    cut = replace(distribution, low=max(low, distribution.low), high=min(high, distribution.high))
    mass = quantile.masses(cut)[1] if cut.low < cut.high else 0.0
    if not mass >= _LEAST_MASS:
        start, end = (float(x) for x in quantile.ppf(distribution, [0.0005, 0.9995]))
        raise FitError(
            "next to nothing of the distribution lies between the bounds",
            (
                f"99.9% of the {family_of(distribution).title} lies between {number(start)} and {number(end)}",
                f"bounds {number(low)} to {number(high)}",
            ),
            "widen the bounds, or check the unit of the mean",
        )
    return cut


def ends(distribution: Distribution, level: float) -> tuple[float, float]:
    """Ends of the interval of that level with equal tails.

    Parameters
    ----------
    distribution : Distribution
    level : float
        Between 0 and 1: 0.95 is a 95% interval.

    Returns
    -------
    (float, float) [unit of the distribution]
    """
    tail = (1.0 - float(level)) / 2.0
    low, high = quantile.ppf(distribution, [tail, 1.0 - tail])
    return float(low), float(high)


def judged(law: Distribution, given: Given, centre: Centre) -> Fit:
    """Compare the fitted with the printed ends, and refuse what misses by more than a tenth of the width.

    Parameters
    ----------
    law : Distribution
    given : Given
        The centre, `low` and `high`.
    centre : {"mean", "median"}
    """
    low, high, notation = given["low"], given["high"], given.notation
    fitted = ends(law, given.level)
    misses = max(abs(fitted[0] - low), abs(fitted[1] - high)) / (high - low)
    family = family_of(law)
    least, most = family.within
    touches = math.isfinite(least) and math.isfinite(most) and (low == least or high == most)
    if misses > (TOUCHING_REFUSED_FROM if touches else REFUSED_FROM):
        raise FitError(
            f"no {family.title} has this {centre} and this interval",
            (
                f"printed: {percent(given.level)} interval {span(low, high, notation)}",
                f"fitted with the same {centre} and width: {span(*fitted, notation)}",
                f"the ends are off by {misses:.0%} of the width",
            ),
            other_families(law.family, given, centre),
        )
    return Fit(accepted(law), misses, fitted)


def stated(mean: float, low: float, high: float, notation: Notation) -> tuple[str, ...]:
    """Write a mean and its interval, if it has one, as facts.

    Parameters
    ----------
    mean, low, high : float [unit of the parameter]
        Without an interval both ends are the mean.
    notation : Notation
    """
    if low == high:
        return (f"mean {notation.shown(mean)}",)
    return f"mean {notation.shown(mean)}", f"interval {span(low, high, notation)}"


def span(low: float, high: float, notation: Notation) -> str:
    """Write an interval.

    Parameters
    ----------
    low, high : float [unit of the parameter]
    notation : Notation
    """
    return f"{notation.shown(low)} to {notation.shown(high)}"
