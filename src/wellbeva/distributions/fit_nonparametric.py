"""Fits from points and parts: joined quantiles, observed values, mixtures, and shares that add to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from wellbeva.distributions.admissible import LARGEST_COUNT, LEAST_SHAPE, check_finite, check_width
from wellbeva.distributions.describe import number
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.spec import Distribution

Points = Sequence[tuple[float, float]]

MOST_QUANTILES = 1_000
MOST_VALUES = 100_000
MOST_PARTS = 100

_LEAST_PROBABILITY = 1e-9
_LEAST_GAP = 1e-6
"""Least distance of two probabilities: nearer ones would give a tail that runs off at once."""

_SUM = 1e-9
"""How far weights may be from adding to 1."""


def fit_quantiles(points: Points) -> Fit:
    """Join quantiles by a monotone cubic in normal scores (`curve` says how).

    Parameters
    ----------
    points : sequence of (float, float)
        Probability and value [unit of the parameter], in any order.

    Raises
    ------
    FitError
        If there are fewer than two, a probability stands twice or is no probability, or the values fall.

    Examples
    --------
    >>> fit_quantiles([(0.05, 0.01), (0.5, 0.18), (0.95, 0.62)]).distribution.args
    (0.05, 0.01, 0.5, 0.18, 0.95, 0.62)
    """
    ordered = sorted((float(p), float(x)) for p, x in points)
    if len(ordered) < 2:
        raise FitError(
            "quantiles need at least two points",
            (f"given: {_listed(ordered) or 'none'}",),
            "write two or more, for example `{quantiles: {5%: 0.01, 50%: 0.18, 95%: 0.62}}`, or a constant",
        )
    _check_many(len(ordered), MOST_QUANTILES, "quantiles")
    for p, x in ordered:
        check_finite({"value": x})
        if not _LEAST_PROBABILITY <= p <= 1.0 - _LEAST_PROBABILITY:
            raise FitError(
                "a quantile stands between 0% and 100%, not at or beyond either",
                (f"{_percent(p)}: {number(x)}",),
                "leave this point out; a lowest or highest possible value is `truncate: [low, high]`",
            )
    for (p, x), (later, y) in pairwise(ordered):
        if later - p < _LEAST_GAP:
            raise FitError(
                "two quantiles stand at the same probability, or next to it",
                (f"{_percent(p)}: {number(x)}", f"{_percent(later)}: {number(y)}"),
                "keep one of them",
            )
        if y < x:
            raise FitError(
                "the quantiles fall",
                (f"{_percent(p)}: {number(x)}", f"{_percent(later)}: {number(y)}"),
                "a higher probability has a value at least as high: check the numbers against the source",
            )
    check_width(ordered[0][1], ordered[-1][1], "range of the quantiles")
    return Fit(Distribution("quantiles", tuple(item for point in ordered for item in point)))


def fit_empirical(points: Points) -> Fit:
    """Values as observed, each with its weight; equal values are joined and weights made to add to 1.

    Parameters
    ----------
    points : sequence of (float, float)
        Weight and value [unit of the parameter], in any order.

    Raises
    ------
    FitError
        If there are fewer than two different values, or a weight is not above 0.

    Examples
    --------
    >>> fit_empirical([(5, 3.0), (2, 4.0), (3, 3.0)]).distribution.args
    (3.0, 0.8, 4.0, 0.2)
    """
    _check_many(len(points), MOST_VALUES, "values")
    joined: dict[float, list[float]] = {}
    for weight, value in points:
        check_finite({"value": float(value)})
        _check_weight(float(weight), f"the value {number(float(value))}")
        joined.setdefault(float(value) + 0.0, []).append(float(weight))
    if len(joined) < 2:
        raise FitError(
            "observed values need at least two that differ",
            (f"given: {', '.join(number(value) for value in joined) or 'none'}",),
            "write two or more, for example `{empirical: [3, 4, 7]}`, or a constant",
        )
    total = math.fsum(weight for weights in joined.values() for weight in weights)
    args = [item for value in sorted(joined) for item in (value, math.fsum(joined[value]) / total)]
    return Fit(Distribution("empirical", tuple(args)))


def fit_mixture(weights: Sequence[float], parts: Sequence[Distribution]) -> Fit:
    """One of several distributions, each with its chance; a constant is a `point`.

    Parameters
    ----------
    weights : sequence of float
        They add to 1.
    parts : sequence of Distribution
        In one unit.

    Raises
    ------
    FitError
        If there are fewer than two parts, or the weights are not above 0 or do not add to 1.

    Examples
    --------
    >>> from wellbeva.distributions.moments import mean
    >>> found = fit_mixture([0.7, 0.3], [Distribution("normal", (0.3, 0.1)), Distribution("point", (0.0,))])
    >>> round(mean(found.distribution), 12)
    0.21
    """
    _check_many(len(parts), MOST_PARTS, "parts of a mixture")
    given = [float(weight) for weight in weights]
    for weight, part in zip(given, parts, strict=True):
        _check_weight(weight, f"a part ({part.family})")
    if len(parts) < 2:
        raise FitError(
            "a mixture needs at least two parts",
            (f"given: {len(parts)}",),
            "write two or more with their chances, for example `{mixture: {70%: 0.30 (0.05 to 0.55), 30%: 0}}`",
        )
    total = math.fsum(given)
    if abs(total - 1.0) > _SUM:
        raise FitError(
            "the chances of a mixture must add to 100%",
            (f"{' + '.join(_percent(weight) for weight in given)} = {_percent(total)}",),
            "correct them; what is left over may be a part of its own",
        )
    if all(part == parts[0] for part in parts):
        raise FitError(
            "all parts of the mixture are the same",
            (f"{len(parts)} times the same {parts[0].family}",),
            "write it once",
        )
    return Fit(Distribution("mixture", tuple(weight / total for weight in given), parts=tuple(parts)))


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
                "write how many were observed under this label; shares in percent are no counts",
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


def _check_weight(weight: float, what: str) -> None:
    if not (math.isfinite(weight) and weight > 0.0):
        raise FitError(
            "a weight must be above 0", (f"{what} has the weight {number(weight)}",), "leave out what cannot happen"
        )
    check_finite({"weight": weight})


def _check_many(count: int, most: int, what: str) -> None:
    if count > most:
        raise FitError(f"too many {what}", (f"given: {count:,}", f"up to {most:,} are taken"), "give fewer")


def _listed(points: Points) -> str:
    return ", ".join(f"{_percent(p)}: {number(x)}" for p, x in points[:5])


def _percent(share: float) -> str:
    return f"{number(100.0 * share)}%"
