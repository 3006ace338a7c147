"""The variance between studies: a moment, exact roots of Q and of likelihoods, for one meta-analysis or many at once.

Leading axes of effects and variances are meta-analyses. All estimators rest on P = W - W X (X'WX)^-1 X'W with the
weights 1 / (v + tau2): Q = y'Py and its derivatives are sums over studies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from wellbeva.core.arrays import Floats

MOST_STEPS = 200
"""Far beyond any need: Newton's steps on 1 / Q are some eight, bisection of a bracket some 60."""
TRIED = 60
"""Places at which a likelihood is looked at before the highest is climbed, for it may have several hills: three
studies whose errors differ 20-fold are enough. Hills of the same height to within 0.001 may still be mistaken."""


@dataclass(frozen=True, slots=True)
class WeightedFit:
    """Weighted least squares.

    Parameters
    ----------
    weights, residuals : array (..., study)
    design : array (study, coefficient)
    covariance : array (..., coefficient, coefficient)
        Inverse of X'WX.
    coefficients : array (..., coefficient)
    """

    weights: Floats
    design: Floats
    covariance: Floats
    coefficients: Floats
    residuals: Floats

    @property
    def q(self) -> Floats:
        """Weighted sum of squared residuals, y'Py: array (...,)."""
        return np.asarray(np.vecdot(self.residuals, self.weights * self.residuals))

    def product(self, values: Floats) -> Floats:
        """Return P times values, array (..., study)."""
        return fit(values, self.weights, self.design).residuals * self.weights

    def trace(self) -> Floats:
        """Return the trace of P: array (...,)."""
        across = self.design.T @ ((self.weights**2)[..., None] * self.design)
        return np.asarray(self.weights.sum(-1) - _trace(self.covariance @ across))

    def trace_squared(self) -> Floats:
        """Return the trace of PP, array (...,)."""
        second, third = (
            self.covariance @ (self.design.T @ ((self.weights**power)[..., None] * self.design)) for power in (2, 3)
        )
        return np.asarray((self.weights**2).sum(-1) - 2 * _trace(third) + _trace(second @ second))


def fit(effects: Floats, weights: Floats, design: Floats) -> WeightedFit:
    """Regress effects on a design.

    Parameters
    ----------
    effects, weights : array (..., study)
    design : array (study, coefficient)
    """
    weighted = (weights[..., None] * design).swapaxes(-1, -2)
    covariance = np.asarray(np.linalg.inv(weighted @ design), dtype=np.float64)
    coefficients = (covariance @ (weighted @ effects[..., None]))[..., 0]
    return WeightedFit(weights, design, covariance, coefficients, effects - coefficients @ design.T)


def at(tau2: Floats | float, effects: Floats, variances: Floats, design: Floats) -> WeightedFit:
    """Fit with the weights of a given variance between studies.

    Parameters
    ----------
    tau2 : array (...,)
    effects, variances : array (..., study)
    design : array (study, coefficient)
    """
    return fit(effects, 1.0 / (variances + np.asarray(tau2)[..., None]), design)


def q_root(effects: Floats, variances: Floats, design: Floats, target: Floats | float) -> Floats:
    """Return the variance at which Q(tau2) is `target`, or 0 where Q(0) is smaller: array (...,).

    Parameters
    ----------
    effects, variances : array (..., study)
    design : array (study, coefficient)
    target : array (...,)
        Degrees of freedom give Paule and Mandel's estimate, quantiles of chi-squared the ends of the Q-profile.

    Notes
    -----
    Q is a sum of c / (l + tau2) with c, l >= 0 (the eigenvalues of the errors' contrasts), so that 1 / Q is concave
    and grows: Newton's steps from 0 rise to the root, never beyond it.

    References
    ----------
    Paule & Mandel (1982), doi:10.6028/jres.087.022; Viechtbauer (2007), doi:10.1002/sim.2514.
    """
    tau2 = np.zeros(effects.shape[:-1])
    scale = variances.min(axis=-1)
    for _ in range(MOST_STEPS):
        line = at(tau2, effects, variances, design)
        slope = ((line.weights * line.residuals) ** 2).sum(-1)
        step = line.q * (line.q / target - 1.0) / np.where(slope > 0, slope, 1.0)
        step = np.maximum(step, -tau2)
        tau2 = tau2 + step
        # The error is squared at each step: it is now below 1e-16, rounding apart.
        if np.all(np.abs(step) <= 1e-8 * (tau2 + scale)):
            break
    return np.asarray(tau2)


def _paule_mandel(effects: Floats, variances: Floats, design: Floats) -> Floats:
    return q_root(effects, variances, design, float(design.shape[0] - design.shape[1]))


def _dersimonian_laird(effects: Floats, variances: Floats, design: Floats) -> Floats:
    """Return the variance at which Q(0) has its expected value, 0 at least.

    DerSimonian & Laird (1986), doi:10.1016/0197-2456(86)90046-2; with moderators Jackson et al. (2014),
    doi:10.1186/1471-2288-14-103.
    """
    line = at(0.0, effects, variances, design)
    return np.asarray(np.maximum(0.0, (line.q - (design.shape[0] - design.shape[1])) / line.trace()))


def _likelihood(restricted: bool, effects: Floats, variances: Floats, design: Floats) -> Floats:
    """Return the variance of the highest likelihood.

    Its score is y'PPy less the trace of P (of W without restriction); beyond the sum of the squared residuals of an
    unweighted fit it is negative. Viechtbauer (2005), doi:10.3102/10769986030003261.
    """
    high = (fit(effects, np.ones_like(variances), design).residuals ** 2).sum(-1)
    scale = variances.min(axis=-1)
    powers = np.linspace(0.0, 1.0, TRIED).reshape(-1, *[1] * high.ndim)
    tries = np.concatenate([np.zeros((1, *high.shape)), 1e-3 * scale * (1e3 * np.maximum(high / scale, 1.0)) ** powers])
    best = np.argmax(_log_likelihood(restricted, at(tries, effects, variances, design)), axis=0)
    low, tau2, high = (
        np.take_along_axis(tries, np.clip(best + shift, 0, TRIED)[None], axis=0)[0] for shift in (-1, 0, 1)
    )
    for _ in range(MOST_STEPS):
        score, slope = _score(restricted, at(tau2, effects, variances, design))
        low, high = np.where(score > 0, tau2, low), np.where(score < 0, tau2, high)
        newton = tau2 - score / np.where(slope < 0, slope, -np.inf)
        inside = (newton > low) & (newton < high) & (slope < 0)
        step = np.where(score == 0, 0.0, np.where(inside, newton, (low + high) / 2) - tau2)
        tau2 = tau2 + step
        if np.all(np.abs(step) <= 1e-13 * (tau2 + scale)):
            break
    return np.asarray(tau2)


def _log_likelihood(restricted: bool, line: WeightedFit) -> Floats:
    """Return twice the logarithm of the likelihood, up to a constant: array (...,)."""
    value = np.log(line.weights).sum(-1) - line.q
    return np.asarray(value + np.linalg.slogdet(line.covariance)[1] if restricted else value)


def _score(restricted: bool, line: WeightedFit) -> tuple[Floats, Floats]:
    """Return the derivative of twice the logarithm of the likelihood, and the derivative of that."""
    pulled = line.weights * line.residuals
    curve = -2.0 * np.vecdot(pulled, line.product(pulled))
    if restricted:
        return np.vecdot(pulled, pulled) - line.trace(), curve + line.trace_squared()
    return np.vecdot(pulled, pulled) - line.weights.sum(-1), curve + (line.weights**2).sum(-1)


def _trace(matrix: Floats) -> Floats:
    return np.asarray(np.trace(matrix, axis1=-2, axis2=-1))


ESTIMATORS: Mapping[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "REML": partial(_likelihood, True),
    "Paule-Mandel": _paule_mandel,
    "DerSimonian-Laird": _dersimonian_laird,
    "ML": partial(_likelihood, False),
}
"""Each takes effects (..., study), variances (..., study) and a design (study, coefficient): tau2 (...,)."""
