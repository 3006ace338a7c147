"""Fits from what studies print: a mean and an interval, a range, an error, a count.

The long form with named arguments is in `family`. All raise `FitError` with the facts that disagree and a remedy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from wellbeva.distributions import quantile
from wellbeva.distributions._root import root
from wellbeva.distributions.admissible import LEAST_SHAPE, accepted, check_finite, check_interval, check_width, score_of
from wellbeva.distributions.alternatives import Centre, other_families, percent
from wellbeva.distributions.describe import WORDS, number
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.notation import PLAIN, Notation
from wellbeva.distributions.spec import Distribution, Family

REFUSED_FROM = 0.10
"""Distance of the fitted from the printed ends, as a share of the width, from which a fit is refused (FORMAT R6)."""

TOUCHING_REFUSED_FROM = 0.25
"""The same for a share whose interval touches 0% or 100%: that end is a bound, not a quantile, so that no beta reaches
it; such an interval was cut off or rounded, and only a gross miss is refused."""

WARNED_FROM = 0.02
"""The same, from which a fit is warned about."""

_LEAST_MASS = 1e-9
"""Least share of a distribution that truncation must leave."""

Maker = Callable[[float], Distribution]

INTERVAL_FAMILIES: tuple[Family, ...] = ("normal", "lognormal", "beta", "gamma")
"""Families that can be fitted to a mean and an interval, or to a mean and a standard error."""


def fit_interval(
    family: Family, *, mean: float, low: float, high: float, level: float = 0.95, notation: Notation = PLAIN
) -> Fit:
    """Fit a family to a mean and an interval: the mean and the interval's width are kept (FORMAT R6).

    Parameters
    ----------
    family : {"normal", "lognormal", "beta", "gamma"}
    mean, low, high : float [unit of the parameter; a share is between 0 and 1]
    level : float
        Level of the interval with equal tails; 0.95 is a 95% interval.
    notation : Notation
        How the numbers are written, for an error's words.

    Returns
    -------
    Fit
        With `misses` and `fitted`.

    Raises
    ------
    FitError
        If the numbers contradict each other or the family, or the fitted ends miss the printed ones by more than a
        tenth of the width (a quarter for a share whose interval touches 0% or 100%, a bound that no quantile reaches).

    Notes
    -----
    Three numbers over-determine two parameters. Of two solutions with the same mean and width (a beta or gamma may
    also reach a width with nearly all its mass at one end) the one with the smaller spread is taken.
    """
    check_interval(mean, low, high, level, centre="mean", notation=notation)
    z = score_of(level)
    width = high - low
    if family == "normal":
        symmetric = Distribution("normal", (mean, width / (2.0 * z)))
        return judged(symmetric, mean, low, high, level, centre="mean", notation=notation)
    _check_support(family, mean, low, high, notation)
    if family == "lognormal":
        make: Maker = lambda sigma: Distribution("lognormal", (math.log(mean) - sigma * sigma / 2.0, sigma))  # noqa: E731
    elif family == "beta":
        make = lambda spread: _beta_of(mean, spread)  # noqa: E731
    elif family == "gamma":
        make = lambda spread: Distribution("gamma", (spread**-2.0, mean * spread * spread))  # noqa: E731
    else:
        raise _no_interval(family)
    found = _with_width(make, family, mean, low, high, level, notation)
    return judged(found, mean, low, high, level, centre="mean", notation=notation)


def fit_range(*, mode: float, low: float, high: float, notation: Notation = PLAIN) -> Fit:
    """Fit a PERT to the lowest, most likely and highest value (lambda 4).

    Raises
    ------
    FitError
        If they are not in rising order, or the range has no width.

    References
    ----------
    Malcolm et al. (1959), Application of a technique for research and development program evaluation,
    Operations Research 7(5), doi:10.1287/opre.7.5.646.
    """
    return Fit(three_points("pert", low=low, mode=mode, high=high, notation=notation))


def fit_spread(family: Family, *, mean: float, sd: float, notation: Notation = PLAIN) -> Fit:
    """Fit a family to its mean and standard deviation (or standard error), by the method of moments.

    Parameters
    ----------
    family : {"normal", "lognormal", "beta", "gamma"}
    mean, sd : float [unit of the parameter]

    Raises
    ------
    FitError
        If the family cannot have that mean and standard deviation.

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
    if family == "normal":
        return Fit(Distribution("normal", (mean, sd)))
    _check_support(family, mean, mean, mean, notation)
    if family == "lognormal":
        square = math.log1p((sd / mean) ** 2)
        return Fit(accepted(Distribution("lognormal", (math.log(mean) - square / 2.0, math.sqrt(square)))))
    if family == "gamma":
        return Fit(accepted(Distribution("gamma", ((mean / sd) ** 2, sd * sd / mean))))
    if family == "beta":
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
        return Fit(accepted(_beta_of(mean, sd / most)))
    raise _no_interval(family)


def fit_count(*, events: float, n: float, notation: Notation = PLAIN) -> Fit:
    """Beta(events, n - events): events and non-events, no prior added.

    Raises
    ------
    FitError
        If there are no events, or nothing but events (FORMAT R7a), or more events than n.
    """
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
            + notation.family("beta", {"a": events + 0.5, "b": n - events + 0.5}, plain=True),
        )
    return Fit(accepted(Distribution("beta", (events, n - events))))


def truncated(distribution: Distribution, low: float = -math.inf, high: float = math.inf) -> Distribution:
    """Cut a distribution at `low` and `high`; its arguments stay those before truncation (FORMAT R7a).

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
                f"99.9% of the {WORDS[distribution.family]} lies between {number(start)} and {number(end)}",
                f"bounds {number(low)} to {number(high)}",
            ),
            "widen the bounds, or check the unit of the mean",
        )
    return cut


def ends(distribution: Distribution, level: float) -> tuple[float, float]:
    """Ends of the interval of that level with equal tails."""
    tail = (1.0 - float(level)) / 2.0
    low, high = quantile.ppf(distribution, [tail, 1.0 - tail])
    return float(low), float(high)


def judged(
    distribution: Distribution,
    value: float,
    low: float,
    high: float,
    level: float,
    *,
    centre: Centre,
    notation: Notation = PLAIN,
) -> Fit:
    """Compare the fitted with the printed ends, and refuse what misses by more than a tenth of the width."""
    fitted = ends(distribution, level)
    misses = max(abs(fitted[0] - low), abs(fitted[1] - high)) / (high - low)
    touches = distribution.family == "beta" and (low == 0.0 or high == 1.0)
    if misses > (TOUCHING_REFUSED_FROM if touches else REFUSED_FROM):
        raise FitError(
            f"no {WORDS[distribution.family]} has this {centre} and this interval",
            (
                f"printed: {percent(level)} interval {_span(low, high, notation)}",
                f"fitted with the same {centre} and width: {_span(*fitted, notation)}",
                f"the ends are off by {misses:.0%} of the width",
            ),
            other_families(distribution.family, value, low, high, level, centre=centre, notation=notation),
        )
    return Fit(accepted(distribution), misses, fitted)


def _beta_of(mean: float, spread: float) -> Distribution:
    """Beta with a mean, and a standard deviation of `spread` times the largest possible one."""
    total = spread**-2.0 - 1.0
    return Distribution("beta", (mean * total, (1.0 - mean) * total))


def _with_width(
    make: Maker, family: Family, mean: float, low: float, high: float, level: float, notation: Notation
) -> Distribution:
    """Find the smallest spread at which the interval has the printed width.

    `make` takes a relative spread: sigma for the lognormal, sd / mean for the gamma, sd over its largest value
    for the beta. The width rises from 0 in each; it may fall again where nearly all the mass sits at one end.
    """
    width = high - low

    def gap(log_spread: float) -> float:
        start, end = ends(make(math.exp(log_spread)), level)
        return (end - start) / width - 1.0

    z = score_of(level)
    unit = math.sqrt(mean * (1.0 - mean)) if family == "beta" else mean
    # From far narrower than a normal of that width, to the most uneven member that is taken.
    most = {
        "beta": (1.0 + LEAST_SHAPE / min(mean, 1.0 - mean)) ** -0.5 if family == "beta" else 0.0,
        "gamma": LEAST_SHAPE**-0.5,
        "lognormal": min(2.0 * z, 10.0),
    }[family]
    last = math.log(most)
    first = min(math.log(width / (2.0 * z * unit)), last) - 1.0
    grid = [float(x) for x in np.linspace(first, last, 60)]
    accepted(make(math.exp(first)))
    for below, above in pairwise(grid):
        if gap(above) >= 0.0:
            return make(math.exp(root(gap, below, above, xtol=1e-13, rtol=1e-14)))
    widest = max((ends(make(math.exp(x)), level) for x in grid), key=lambda pair: pair[1] - pair[0])
    raise FitError(
        f"no {WORDS[family]} with this mean is that uncertain",
        (
            f"printed: mean {notation.shown(mean)}, {percent(level)} interval {_span(low, high, notation)}",
            f"the widest that a {WORDS[family]} with this mean can have is {_span(*widest, notation)}",
        ),
        other_families(family, mean, low, high, level, centre="mean", notation=notation),
    )


def three_points(family: Family, *, low: float, mode: float, high: float, notation: Notation = PLAIN) -> Distribution:
    """Check the lowest, most likely and highest value of a triangular or PERT."""
    check_finite({"min": low, "mode": mode, "max": high})
    if low > high:
        raise FitError("the range runs backwards", (f"from {_span(low, high, notation)}",), "write the lowest first")
    check_width(low, high, "range")
    if not low <= mode <= high:
        raise FitError(
            "the most likely value lies outside its range",
            (f"most likely {notation.shown(mode)}", f"range {_span(low, high, notation)}"),
            "write the most likely value first, then the lowest and the highest: `9 (range 3 to 18)`",
        )
    return Distribution(family, (low, mode, high))


def _check_support(family: Family, mean: float, low: float, high: float, notation: Notation) -> None:
    if family == "beta" and not (0.0 < mean < 1.0 and low >= 0.0 and high <= 1.0):
        raise FitError(
            "a Beta lies between 0 and 1",
            _stated(mean, low, high, notation),
            "write a share between 0% and 100%; a number that may go beyond is no share: `spread: normal`, "
            "or another unit in the model",
        )
    if family == "beta" and low == 0.0 and high == 1.0:
        raise FitError(
            "an interval from 0% to 100% says nothing about a share",
            _stated(mean, low, high, notation),
            "where that is all there is, write it as a range, "
            f"`{notation.exact(mean)} (range {notation.exact(0.0)} to {notation.exact(1.0)})`, "
            f"or {notation.family('uniform', {'min': 0.0, 'max': 1.0})}",
        )
    if family in ("gamma", "lognormal") and not (mean > 0.0 and low >= 0.0):
        raise FitError(
            f"a {WORDS[family]} lies above 0",
            _stated(mean, low, high, notation),
            "where the number may be negative, say `spread: normal` in the model or write the long form `normal`",
        )


def _stated(mean: float, low: float, high: float, notation: Notation) -> tuple[str, ...]:
    if low == high:
        return (f"mean {notation.shown(mean)}",)
    return f"mean {notation.shown(mean)}", f"interval {_span(low, high, notation)}"


def _span(low: float, high: float, notation: Notation) -> str:
    return f"{notation.shown(low)} to {notation.shown(high)}"


def _no_interval(family: str) -> FitError:
    return FitError(
        f"{family} has no fit from a mean and its uncertainty",
        (f"it can be done for {', '.join(INTERVAL_FAMILIES)}",),
        "use one of these, or give the lowest, most likely and highest value",
    )
