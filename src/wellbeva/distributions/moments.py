"""Mean and standard deviation of a distribution, truncation included."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.family import Family, family_of
from wellbeva.distributions.quantile import bounds, is_truncated, resolved
from wellbeva.distributions.spec import Distribution

_CANCELLATION = 1e-5
"""Variance as a share of the second moment below which the closed form has lost too many digits."""


def mean(distribution: Distribution) -> float:
    """Mean, in the unit of the distribution.

    Examples
    --------
    >>> mean(Distribution("beta", (31.0, 14.0)))
    0.6888888888888889
    """
    return moments(distribution)[0]


def sd(distribution: Distribution) -> float:
    """Standard deviation, in the unit of the distribution.

    Examples
    --------
    >>> round(sd(Distribution("uniform", (0.0, 12.0))), 12)
    3.464101615138
    """
    return moments(distribution)[1]


def moments(distribution: Distribution) -> tuple[float, float]:
    """Mean and standard deviation, in the unit of the distribution."""
    law = resolved(distribution)
    family = family_of(law)
    if not is_truncated(law):
        return family.moments(law)
    return family.moments_between(law)


class DensityFamily(Family):
    """A family whose moments between bounds follow from raw moments, or, where these cancel, from a density."""

    @abstractmethod
    def raw(self, law: Distribution, power: int) -> float:
        """Mean of the value to that power, between the law's bounds.

        Parameters
        ----------
        law : Distribution
        power : int
            1 or 2.

        Returns
        -------
        float [unit of the law to that power]
        """

    @abstractmethod
    def log_density(self, law: Distribution, x: Floats) -> Floats:
        """Logarithm of the density before truncation, up to a constant; where the moments cancel.

        Parameters
        ----------
        law : Distribution
        x : array, any shape [unit of the law]

        Returns
        -------
        array, shape of `x`
            Natural logarithm.
        """

    def moments_between(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation between the law's bounds."""
        first, second = self.raw(law, 1), self.raw(law, 2)
        variance = second - first * first
        if variance > _CANCELLATION * second:
            return first, math.sqrt(variance)
        low, high = bounds(law)
        # So small a spread beside the mean: the density is smooth and far from 0, and lives within 40 sd of the mean.
        reach = 40.0 * self.moments(law)[1]
        low, high = max(low, min(high, first) - reach), min(high, max(low, first) + reach)
        edges = np.linspace(low, high, 33)
        top = self.log_density(law, np.asarray(first))
        return by_quadrature(lambda x: np.exp(self.log_density(law, x) - top), pairwise(edges))


def by_quadrature(
    density: Callable[[Floats], Floats],
    pieces: Iterable[tuple[float, float]],
    value: Callable[[Floats], Floats] = np.asarray,
) -> tuple[float, float]:
    """Mean and sd by 64-point Gauss-Legendre on each piece; the spread is taken about the mean.

    Parameters
    ----------
    density : callable
        From places, array (point,), to the density there, array (point,), up to a constant factor.
    pieces : iterable of (float, float)
        Lower and upper end of each; inside, the density is smooth.
    value : callable
        From places to values, where these are not the same.

    Returns
    -------
    (float, float) [unit of the value]

    References
    ----------
    NIST Digital Library of Mathematical Functions, 3.5(v) (Gauss quadrature).
    """
    nodes, weights = np.polynomial.legendre.leggauss(64)
    low, high = np.array([*pieces]).T[:, :, np.newaxis]
    points = (low + (high - low) * (nodes + 1.0) / 2.0).ravel()
    values, mass = value(points), ((high - low) / 2.0 * weights).ravel() * density(points)
    total = mass.sum()
    centre = values[0] + float(((values - values[0]) * mass).sum() / total)
    spread = float((((values - centre) ** 2) * mass).sum() / total)
    return float(centre), math.sqrt(spread)
