"""A selection model: studies are published with a chance that depends on their p-value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from wellbeva.core.arrays import Floats, Ints
from wellbeva.distributions.spec import Distribution
from wellbeva.evidence.bias.correction import check
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.pooling.between import ESTIMATORS, at
from wellbeva.evidence.pooling.studies import Studies

FARTHEST = 12.0
"""Logarithm of a weight beyond which there is no maximum in reach: 1 in 160,000."""


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The average, the spread between settings and the chances of being published, by maximum likelihood.

    Parameters
    ----------
    mean, se : float
        In the unit of the effects.
    tau2 : float
        Variance between settings, in that unit squared.
    steps : tuple of float
        One-sided p-values up to which the weights reach, the last 1.
    counts : int array (step,)
        Studies.
    weights : array (step,)
        Chance of being published beside that of the first step, whose weight is 1.
    ratio : float
        Twice the logarithm of the likelihood ratio against no selection.
    """

    mean: float
    se: float
    tau2: float
    steps: tuple[float, ...]
    counts: Ints
    weights: Floats
    ratio: float

    @property
    def p(self) -> float:
        """Chance of so large a likelihood ratio without selection."""
        return float(special.chdtrc(len(self.steps) - 1, max(0.0, self.ratio)))

    @property
    def law(self) -> Distribution:
        """Distribution of the average."""
        return Distribution("normal", (self.mean, self.se))


def selection_model(studies: Studies, *, steps: Sequence[float] = (0.025,), direction: int = 1) -> Selection:
    """Fit a step function of the one-sided p-value: with one step it is the three-parameter model.

    Parameters
    ----------
    studies : Studies
    steps : sequence of float
        One-sided p-values at which the chance of being published changes, rising, between 0 and 1; 0.025 is 5% of a
        two-sided test, in one direction.
    direction : {1, -1}
        Whether higher or lower effects have the small p-values.

    Raises
    ------
    EvidenceError
        If there are fewer than three studies, none lies in a step, or the likelihood has no maximum in reach.

    Notes
    -----
    The interval is Wald's, from the observed information.

    References
    ----------
    Hedges (1992), doi:10.1214/ss/1177011364; Vevea & Hedges (1995), doi:10.1007/BF02294384, equations 4 to 8.
    """
    check(studies)
    ends = (*steps, 1.0)
    # in units of a typical standard error, so that parameters are of the size of 1
    unit = float(np.median(np.sqrt(studies.variances))) * math.copysign(1.0, direction)
    effects, variances = studies.effects / unit, studies.variances / unit**2
    errors = np.sqrt(variances)
    step = np.searchsorted(ends, special.ndtr(-effects / errors), side="left")
    counts = np.bincount(step, minlength=len(ends))
    if not counts.all():
        empty = int(np.argmin(counts))
        raise EvidenceError(
            "Studies of one kind alone do not tell how many of the other stayed unpublished",
            (
                f"no study has a one-sided p-value between {(0.0, *ends)[empty]:g} and {ends[empty]:g}",
                f"there are {counts.sum()} studies",
            ),
            "Say that the studies do not tell.",
        )
    likelihood = _Likelihood(effects, variances, errors[:, None] * -special.ndtri([0.0, *ends]), step)
    plain = _without(effects, variances, len(steps))
    best = min((likelihood.highest(start) for start in _starts(plain)), key=lambda theta: likelihood(theta)[0])
    variance = likelihood.variance(best)
    if variance is None or np.abs(best[2:]).max() >= FARTHEST:
        raise EvidenceError(
            "The selection model finds no answer",
            (
                f"studies by step: {', '.join(str(count) for count in counts)}",
                "ever lower averages and ever rarer publication fit the studies equally well",
            ),
            "Say that the studies do not tell.",
        )
    return Selection(
        mean=float(best[0]) * unit,
        se=math.sqrt(variance) * abs(unit),
        tau2=float(best[1]) * unit**2,
        steps=ends,
        counts=counts,
        weights=np.exp([0.0, *best[2:]]),
        ratio=2.0 * (likelihood(plain)[0] - likelihood(best)[0]),
    )


def _without(effects: Floats, variances: Floats, steps: int) -> Floats:
    """Return the parameters of the highest likelihood without selection: average, variance, logarithms of weights."""
    design = np.ones((len(effects), 1))
    tau2 = ESTIMATORS["ML"](effects, variances, design)
    return np.array([at(tau2, effects, variances, design).coefficients[0], float(tau2), *np.zeros(steps)])


def _starts(plain: Floats) -> list[Floats]:
    """Return where to climb from, for there may be several hills: no, mild and strong selection."""
    selected = np.arange(1.0, len(plain) - 1.0)
    return [
        np.array([share * plain[0], plain[1], *(-drop * selected)]) for share, drop in ((1, 0), (0.5, 0.7), (0, 1.5))
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Likelihood:
    """Minus its logarithm and gradient, of average, variance between settings, and logarithms of the weights.

    A study's density is that of a normal, times the weight of its step, over the sum of weights times the chances of
    the steps (Vevea & Hedges 1995, equation 6).
    """

    effects: Floats
    variances: Floats
    edges: Floats
    step: Ints

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        mean, tau2, logs = theta[0], theta[1], np.array([0.0, *theta[2:]])
        spread = np.sqrt(self.variances + tau2)
        score = (self.effects - mean) / spread
        scores = (self.edges - mean) / spread[:, None]
        upper, lower = scores[:, :-1], scores[:, 1:]
        # counted from the nearer tail
        below = special.ndtr(upper) - special.ndtr(lower)
        chances = np.where(lower > 0.0, special.ndtr(-lower) - special.ndtr(-upper), below)
        shares = chances * np.exp(logs)
        total = shares.sum(axis=1)
        heights = np.exp(-0.5 * scores**2) / math.sqrt(2.0 * math.pi)
        arms = np.where(np.isinf(scores), 0.0, scores) * heights
        fall, bend = ((height[:, 1:] - height[:, :-1]) @ np.exp(logs) / total for height in (heights, arms))
        value = (logs[self.step] - np.log(spread) - 0.5 * score**2 - np.log(total)).sum()
        by_mean = ((score - fall) / spread).sum()
        by_tau2 = ((score**2 - 1.0 - bend) / (2.0 * spread**2)).sum()
        by_logs = np.bincount(self.step, minlength=len(logs)) - (shares / total[:, None]).sum(axis=0)
        return -float(value), -np.array([by_mean, by_tau2, *by_logs[1:]])

    def highest(self, start: Floats) -> Floats:
        """Climb from `start`."""
        bounds = [(None, None), (0.0, None), *[(-FARTHEST, FARTHEST)] * (len(start) - 2)]
        options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000}
        return np.asarray(optimize.minimize(self, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x)

    def variance(self, theta: Floats) -> float | None:
        """Return the variance of the average, from the observed information; None where that has no inverse.

        A variance between settings of 0 is held there: its error is not that of a smooth maximum.
        """
        free = np.flatnonzero(np.arange(len(theta)) != (1 if theta[1] < 1e-8 else -1))
        slopes = optimize.approx_fprime(theta, lambda other: self(other)[1], 1e-6)[np.ix_(free, free)]
        information = (slopes + slopes.T) / 2.0
        if np.linalg.eigvalsh(information)[0] <= 1e-8:
            return None
        return float(np.linalg.inv(information)[0, 0])
