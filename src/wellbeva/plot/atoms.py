"""The values that a distribution takes with a chance above nought."""

from __future__ import annotations

import numpy as np

from wellbeva.distributions import quantile
from wellbeva.distributions.spec import Distribution


def atoms(distribution: Distribution) -> dict[float, float]:
    """Return the values that a distribution takes with a chance above nought, and the chances, values rising.

    Parameters
    ----------
    distribution : Distribution

    Examples
    --------
    >>> atoms(Distribution("uniform", (0.0, 1.0)))
    {}
    """
    found: dict[float, float] = {}
    for at in sorted(_candidates(distribution)):
        below, upto = quantile.cdf(distribution, np.array([np.nextafter(at, -np.inf), at]))
        if upto - below > 1e-9:
            found[at] = float(upto - below)
    return found


def _candidates(distribution: Distribution) -> set[float]:
    if distribution.family == "point":
        return {distribution.args[0]}
    if distribution.family == "empirical":
        return set(distribution.args[::2])
    return {at for part in distribution.parts for at in _candidates(part)}
