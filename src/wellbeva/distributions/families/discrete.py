"""Values with weights: the families `point` and `empirical`, whose cumulative distribution is a step function."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from wellbeva.distributions.spec import Distribution

Floats = npt.NDArray[np.float64]


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
        """Probability at or below x."""
        return self._share(np.searchsorted(self.values, x, side="right"))

    def below(self, x: Floats | float) -> Floats:
        """Probability below x, an atom at x left out."""
        return self._share(np.searchsorted(self.values, x, side="left"))

    def sf(self, x: Floats | float) -> Floats:
        """Probability above x."""
        return np.asarray(self._beyond[np.searchsorted(self.values, x, side="right")])

    def _share(self, place: npt.NDArray[np.intp]) -> Floats:
        return np.asarray(np.where(place == self.values.size, 1.0, self._at[place]))

    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        centre = float((self.weights * self.values).sum() / self.weights.sum())
        spread = float((self.weights * (self.values - centre) ** 2).sum() / self.weights.sum())
        return centre, float(np.sqrt(spread))


@lru_cache(maxsize=256)
def steps(distribution: Distribution) -> Steps:
    """Return the step function of a point or an empirical distribution without bounds, kept for the next time."""
    if distribution.family == "point":
        return Steps(np.array(distribution.args), np.ones(1))
    return Steps(np.array(distribution.args[0::2]), np.array(distribution.args[1::2]))


def between(distribution: Distribution) -> Distribution:
    """Resolve the bounds of an empirical distribution: what is left within them, at weights that add to 1 again.

    For a step function this is what truncation through the inverse gives, without the rounding of u.
    """
    kept = [
        (value, weight)
        for value, weight in zip(distribution.args[0::2], distribution.args[1::2], strict=True)
        if distribution.low <= value <= distribution.high
    ]
    total = sum(weight for _, weight in kept)
    return Distribution("empirical", tuple(number for value, weight in kept for number in (value, weight / total)))
