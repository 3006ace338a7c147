"""Distributions that can be drawn from accurately; all others are refused in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from wellbeva.distributions.describe import describe
from wellbeva.distributions.family import Centre, Given, family_of
from wellbeva.distributions.fit_result import FitError
from wellbeva.distributions.notation import number, percent
from wellbeva.distributions.numerics import special
from wellbeva.distributions.spec import Distribution

LARGEST = 1e30
SMALLEST = 1e-30
"""Magnitudes of numbers taken; the world's wealth in pence is below 1e17."""

LEAST_SHAPE = 0.01
"""Least a, b or shape: below, half the mass of a gamma lies under 1e-30 of its mean."""

LEAST_WIDTH = 1e-9
"""Least width of an interval or range beside its larger end."""


def check_finite(numbers: Mapping[str, float]) -> None:
    """Refuse infinities, not-a-number, and magnitudes that no quantity has.

    Raises
    ------
    FitError
    """
    for name, value in numbers.items():
        if not math.isfinite(value):
            raise FitError("a number is missing or infinite", (f"{name} is {value}",), "write a finite number")
        if value and not SMALLEST <= abs(value) <= LARGEST:
            raise FitError(
                "a number is too large or too small to reckon with",
                (f"{name} is {value:g}", f"sizes from {SMALLEST:g} to {LARGEST:g} are taken"),
                "check the number and its unit",
            )


def check_width(low: float, high: float, what: str) -> None:
    """Refuse an interval or range that has hardly any width.

    Parameters
    ----------
    low, high : float [unit of the parameter]
    what : str
        Its name in the message: ``interval``.

    Raises
    ------
    FitError
    """
    if low == high:
        raise FitError(f"the {what} has no width", (f"both ends are {number(low)}",), "write a constant instead")
    if abs(high - low) < LEAST_WIDTH * max(abs(low), abs(high)):
        raise FitError(f"the {what} has next to no width", (f"from {low!r} to {high!r}",), "write a constant instead")


def score_of(level: float) -> float:
    """Normal score of the upper end of an interval with equal tails: 1.96 for 0.95."""
    return -float(special.normal_score((1.0 - float(level)) / 2.0))


def check_interval(given: Given, centre: Centre) -> tuple[float, float, float]:
    """Return a centre and the ends of its interval.

    Parameters
    ----------
    given : Given
        The centre, `low` and `high`.
    centre : {"mean", "median"}

    Returns
    -------
    (float, float, float) [unit of the parameter]
        Centre, lower and upper end.

    Raises
    ------
    FitError
        If they contradict each other.
    """
    value, low, high, level, show = given[centre], given["low"], given["high"], given.level, given.notation.shown
    check_finite({centre: value, "low": low, "high": high, "level": level})
    if not 0.0 < level < 1.0:
        raise FitError(
            "the level of an interval must lie between 0% and 100%",
            (f"level {percent(level)}",),
            "95% is usual: leave the level out",
        )
    ends = f"{show(low)} to {show(high)}"
    if low > high:
        raise FitError("the interval runs backwards", (f"from {ends}",), "write the lower end first")
    check_width(low, high, "interval")
    if not low < value < high:
        raise FitError(
            f"the {centre} lies outside its interval",
            (f"{centre} {show(value)}", f"interval {ends}"),
            "check the three numbers against the source: a sign, a decimal point or a % may be missing",
        )
    return value, low, high


def accepted(distribution: Distribution) -> Distribution:
    """Return the distribution, or refuse it if it cannot be drawn from accurately.

    Raises
    ------
    FitError
        If nearly all its mass sits at one end, or it hardly varies.
    """
    family = family_of(distribution)
    extreme = family.extreme(distribution)
    if extreme == "uneven":
        raise FitError(
            f"a {family.title} so uneven has nearly all its draws at one end",
            (f"these numbers ask for {describe(distribution)}", family.limits),
            "check that the spread is the uncertainty of the mean and not the spread between people; "
            "or give the lowest, most likely and highest value",
        )
    if extreme == "certain":
        raise FitError(
            f"a {family.title} so narrow is a constant",
            (f"these numbers ask for {describe(distribution)}", family.limits),
            "write a constant instead",
        )
    return distribution


def check_weight(weight: float, what: str) -> None:
    """Refuse a weight that is not above 0.

    Parameters
    ----------
    weight : float
        Without a unit: a share, or a number that is one beside the other weights.
    what : str
        Its owner, for the message: ``the value 3``.

    Raises
    ------
    FitError
    """
    if not (math.isfinite(weight) and weight > 0.0):
        raise FitError(
            "a weight must be above 0", (f"{what} has the weight {number(weight)}",), "leave out what cannot happen"
        )
    check_finite({"weight": weight})


def check_many(count: int, most: int, what: str) -> None:
    """Refuse a number above a limit.

    Parameters
    ----------
    count, most : int
        How many are given, and how many are taken at most.
    what : str
        Their name in the plural, for the message: ``quantiles``.

    Raises
    ------
    FitError
    """
    if count > most:
        raise FitError(f"too many {what}", (f"given: {count:,}", f"up to {most:,} are taken"), "give fewer")
