"""The values that a distribution takes with a chance above zero."""

from __future__ import annotations

import numpy as np

from wellbeva.distributions import quantile
from wellbeva.distributions.spec import Distribution


def atoms(distribution: Distribution) -> dict[float, float]:
    """Return the values that a distribution takes with a chance above zero, and the chances, values rising.

    Parameters
    ----------
    distribution : Distribution

    Examples
    --------
    >>> atoms(Distribution("uniform", (0.0, 1.0)))
    {}
    """
    values = np.array(sorted(_candidates(distribution)))
    below, upto = (quantile.cdf(distribution, at) for at in (np.nextafter(values, -np.inf), values))
    chances = upto - below
    return {float(at): float(chance) for at, chance in zip(values, chances, strict=True) if chance > 1e-9}


def _candidates(distribution: Distribution) -> set[float]:
    if distribution.family == "point":
        return {distribution.args[0]}
    if distribution.family == "empirical":
        return set(distribution.args[::2])
    return {at for part in distribution.parts for at in _candidates(part)}
