"""Betas and gammas as polynomials in the normal score: what tables by octaves are made of, and parts of mixtures use.

Betas and gammas have no closed quantile, and SciPy's inverse costs 0.3 to 1.3 microseconds a value. Their log-odds
(beta) or logarithm (gamma) is a smooth function of the normal score z = Phi^-1(u), tails and all, so that polynomials
on equal steps of z hold it. Each table is compared with the exact quantile at points between its nodes when it is
built, and halved in step until it agrees to `TOLERANCE` of the value (for a beta, of the value and of its distance from
1); a distribution that resists has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.family import Odds, Scored
from wellbeva.distributions.numerics import polynomials, special

TOLERANCE = 7.5e-13
"""Greatest relative error of a table at the points where it is checked."""

REACH = 8.25
"""Normal score beyond those of 2**-53 and 1 - 2**-53 (8.21)."""

_STEPS = (0.5, 0.25, 0.125)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Coefficients of one polynomial a step, in t from -1 to 1.

    Parameters
    ----------
    odds : Odds
        Values whose logarithm the table holds.
    step : float
        Width of a step of the normal score; the first begins at -`REACH`.
    coefficients : array (power, step)
        Highest power last.
    """

    odds: Odds
    step: float
    coefficients: Floats

    def __call__(self, score: Floats) -> Floats:
        """Return values of the law at normal scores between -`REACH` and `REACH`."""
        with np.errstate(under="ignore", over="ignore", invalid="ignore"):
            return self.odds.value(np.exp(self.transformed(score)))

    def transformed(self, score: Floats) -> Floats:
        """Return logarithms of the odds."""
        place = (score + REACH) * (1.0 / self.step)
        index = place.astype(np.intp)
        return polynomials.horner(self.coefficients, index, 2.0 * (place - index) - 1.0)


@lru_cache(maxsize=4096)
def build(scored: Scored) -> Table | None:
    """Build the table of a law from its odds, or None if none is good enough."""
    for step in _STEPS:
        table = _fitted(scored.odds, step)
        if table is not None:
            return table
    return None


def _fitted(odds: Odds, step: float) -> Table | None:
    pieces = round(2.0 * REACH / step)
    left = -REACH + step * np.arange(pieces)
    scores = left[:, None] + step * polynomials.nodes() / 2.0
    values = _transformed(odds, scores.ravel())
    if not bool(np.isfinite(values).all()):
        return None
    coefficients = polynomials.coefficients(values.reshape(pieces, -1).T)
    table = Table(odds, step, coefficients)
    checks = (left[:, None] + step * polynomials.CHECKS).ravel()
    gap = np.abs(table.transformed(checks) - _transformed(odds, checks))
    return table if bool((gap <= TOLERANCE).all()) else None


def _transformed(odds: Odds, score: Floats) -> Floats:
    """Logarithm of the odds at a normal score, each tail from its own side."""
    below = score < 0.0
    tail = special.normal_cdf(-np.abs(score))
    result = np.empty(score.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result[below] = odds.below(tail[below])
        result[~below] = odds.above(tail[~below])
        return np.asarray(np.log(result))
