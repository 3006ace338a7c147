"""Values with weights: the families `point` and `empirical`, whose cumulative distribution is a step function."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import check_finite, check_many, check_weight
from wellbeva.distributions.family import Family, bare, register
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.notation import number
from wellbeva.distributions.spec import Distribution

MOST_VALUES = 100_000


class Steps:
    """A step function and its inverse.

    Parameters
    ----------
    values : array (value,)
        Rising.
    weights : array (value,)
        Above 0; they add to 1.
    """

    __slots__ = ("_at", "_beyond", "values", "weights")

    def __init__(self, values: Floats, weights: Floats) -> None:
        self.values = values
        self.weights = weights
        self._at = np.concatenate([[0.0], np.cumsum(weights)])
        self._beyond = np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])

    def at(self, u: Floats) -> Floats:
        """Lowest value whose cumulative weight reaches the probability."""
        return self.values[np.searchsorted(self._at[1:-1], u, side="left")]

    def cdf(self, x: Floats | float) -> Floats:
        return self._share(np.searchsorted(self.values, x, side="right"))

    def below(self, x: Floats | float) -> Floats:
        """Probability below x, an atom at x left out."""
        return self._share(np.searchsorted(self.values, x, side="left"))

    def sf(self, x: Floats | float) -> Floats:
        return np.asarray(self._beyond[np.searchsorted(self.values, x, side="right")])

    def _share(self, place: npt.NDArray[np.intp]) -> Floats:
        return np.asarray(np.where(place == self.values.size, 1.0, self._at[place]))

    def moments(self) -> tuple[float, float]:
        centre = float((self.weights * self.values).sum() / self.weights.sum())
        spread = float((self.weights * (self.values - centre) ** 2).sum() / self.weights.sum())
        return centre, float(np.sqrt(spread))


@lru_cache(maxsize=256)
def steps(law: Distribution) -> Steps:
    """Return the step function of a point or an empirical distribution without bounds, kept for the next time."""
    if law.family == "point":
        return Steps(np.array(law.args), np.ones(1))
    return Steps(np.array(law.args[0::2]), np.array(law.args[1::2]))


class SteppedFamily(Family):
    """A family whose cumulative distribution is a step function."""

    kernel = None
    has_atoms = True

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        # The lowest value whose cumulative weight reaches the probability.
        return steps(law).at(lower)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        return steps(_unbounded(law)).cdf(x)

    def below(self, law: Distribution, x: Floats) -> Floats:
        return steps(_unbounded(law)).below(x)

    def sf(self, law: Distribution, x: Floats) -> Floats:
        return steps(_unbounded(law)).sf(x)

    def moments(self, law: Distribution) -> tuple[float, float]:
        return steps(law).moments()

    moments_between = moments
    """A law that is drawn has no bounds: see `resolved`."""


@register
class Point(SteppedFamily):
    """A constant, as a part of a mixture."""

    name = "point"
    title = "Constant"
    arguments = in_unit = ("value",)

    def support(self, law: Distribution) -> tuple[float, float]:
        return law.args[0], law.args[0]

    def resolved(self, law: Distribution) -> Distribution:
        """Bounds take nothing from it."""
        return _unbounded(law)


@register
class Empirical(SteppedFamily):
    """Observed values with weights: x1, w1, x2, w2 …, values rising, weights that add to 1."""

    name = "empirical"
    title = "Observed values"

    def support(self, law: Distribution) -> tuple[float, float]:
        return law.args[0], law.args[-2]

    def resolved(self, law: Distribution) -> Distribution:
        """Keep the values within the bounds, with weights that add to 1 again.

        For a step function this is what truncation through the inverse gives, without the rounding of u.
        """
        pairs = zip(law.args[0::2], law.args[1::2], strict=True)
        left = [(value, weight) for value, weight in pairs if law.low <= value <= law.high]
        total = sum(weight for _, weight in left)
        return Distribution("empirical", tuple(number for value, weight in left for number in (value, weight / total)))

    def times(self, law: Distribution, factor: float) -> Distribution:
        args = tuple(x * factor if place % 2 == 0 else x for place, x in enumerate(law.args))
        return replace(law, args=args, low=law.low * factor, high=law.high * factor)

    def items(self, law: Distribution) -> list[str]:
        return [f"{bare(100.0 * w)}% {bare(x)}" for x, w in zip(law.args[0::2], law.args[1::2], strict=True)]


def _unbounded(law: Distribution) -> Distribution:
    if math.isinf(law.low) and math.isinf(law.high):
        return law
    return replace(law, low=-math.inf, high=math.inf)


def fit_empirical(points: Sequence[tuple[float, float]]) -> Fit:
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
    check_many(len(points), MOST_VALUES, "values")
    joined: dict[float, list[float]] = {}
    for weight, value in points:
        check_finite({"value": float(value)})
        check_weight(float(weight), f"the value {number(float(value))}")
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
