"""One local study, drawn towards what other settings found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions import moments
from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.bias.correction import check_independent
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.between import at
from wellbeva.evidence.pooling.studies import Studies

GRID = 4000
PARTS = 24
"""Standard deviations between settings that are looked at, and normals that their mixture is drawn from."""
LEAST = 3
"""Other studies; with fewer, the spread between settings is left to the prior."""


@dataclass(frozen=True, slots=True, eq=False)
class Shrunk:
    """The true effect in one setting, given its own study and those of other settings.

    Parameters
    ----------
    law : Distribution
        Posterior, in the unit of the effects: a mixture of normals.
    weight : float
        Share of the average that is the local study's own, the rest being the other settings': from 0 to 1.
    """

    law: Distribution
    weight: float

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return moments.mean(self.law)

    @property
    def sd(self) -> float:
        """Posterior standard deviation."""
        return moments.sd(self.law)


def shrink(others: Studies, effect: float, se: float) -> Shrunk:
    """Draw one local study towards the average of others.

    Parameters
    ----------
    others : Studies
        Of other settings, without the local one.
    effect, se : float
        Of the local study, and its standard error, in the unit of the effects.

    Raises
    ------
    EvidenceError
        If there are fewer than three other studies, or one has several effects.

    Notes
    -----
    True effects are normal between settings; average and standard deviation between settings have uniform priors
    (Gelman 2006, doi:10.1214/06-BA117A, section 7.1). The standard deviation is integrated on a grid: given it, all is
    normal. For draws the grid is joined to `PARTS` normals of equal probability, each with the mean and variance of its
    share, so that the posterior's mean and variance stay as they are.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, equations 5.17, 5.20 and 5.21.

    Examples
    --------
    >>> others = Studies(list("ABCDE"), np.array([0.2, 0.3, 0.25, 0.4, 0.1]), np.full(5, 0.01))
    >>> local = shrink(others, 0.9, 0.3)
    >>> print(f"{local.weight:.0%} of the weight, mean {local.mean:.3f}, standard deviation {local.sd:.3f}")
    24% of the weight, mean 0.408, standard deviation 0.205
    """
    check_independent(others)
    if len(others) < LEAST:
        raise EvidenceError(
            "There are too few other studies to draw the local one towards",
            (f"there are {len(others)}, and {LEAST} are the least", "how much settings differ would be a guess"),
            "Take the local study as it stands, or add studies.",
        )
    variance = se * se
    tau, weight = _spreads(others, effect, variance)
    line = at(tau**2, others.effects, others.variances, np.ones((len(others), 1)))
    prior = line.covariance[:, 0, 0] + tau**2
    keeps = prior / (prior + variance)
    means = keeps * effect + (1.0 - keeps) * line.coefficients[:, 0]
    law = _mixture(weight, means, keeps * variance)
    return Shrunk(law, float(weight @ keeps))


def _spreads(others: Studies, effect: float, variance: float) -> tuple[Floats, Floats]:
    """Return standard deviations between settings, and the posterior probability of each: arrays (grid,).

    Tau goes from 0 to infinity as scale * t / (1 - t) while t goes from 0 to 1 in equal steps.
    """
    effects, variances = np.append(others.effects, effect), np.append(others.variances, variance)
    scale = float(effects.std() + np.sqrt(np.median(variances)))
    t = (np.arange(GRID) + 0.5) / GRID
    tau = scale * t / (1.0 - t)
    line = at(tau**2, effects, variances, np.ones((len(effects), 1)))
    logs = 0.5 * (np.log(line.weights).sum(-1) + np.log(line.covariance[:, 0, 0]) - line.q) - 2.0 * np.log1p(-t)
    weight = np.exp(logs - logs.max())
    return tau, weight / weight.sum()


def _mixture(weight: Floats, means: Floats, variances: Floats) -> Distribution:
    """Join normals to `PARTS`, in their order."""
    part = np.minimum((np.cumsum(weight) - weight / 2.0) * PARTS, PARTS - 1).astype(int)
    share = np.bincount(part, weight)
    full = share > 0.0
    share = share[full]
    centre, square = (np.bincount(part, weight * power)[full] / share for power in (means, variances + means**2))
    spread = np.sqrt(square - centre**2)
    laws = tuple(Distribution("normal", pair) for pair in zip(centre.tolist(), spread.tolist(), strict=True))
    return Distribution("mixture", tuple((share / share.sum()).tolist()), parts=laws)
