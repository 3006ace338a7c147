"""Fast quantiles for sampling: piecewise polynomials in the normal score, checked when they are built.

Betas and gammas have no closed quantile, and SciPy's inverse costs 0.3 to 1.3 microseconds a value. Their log-odds
(beta) or logarithm (gamma) is a smooth function of the normal score z = Phi^-1(u), tails and all, so that polynomials
on equal steps of z hold it. Each table is compared with `quantile.ppf` at points between its nodes when it is built,
and halved in step until it agrees to 1e-12 of the value (for a beta, of the value and of its distance from 1); a
distribution that resists is left to the exact path.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.polynomial.chebyshev import cheb2poly

from wellbeva.distributions import _special, quantile
from wellbeva.distributions.spec import Distribution, Family

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-12
"""Greatest relative error of a table at the points where it is checked."""

_REACH = 8.25
"""Normal score beyond those of 2**-53 and 1 - 2**-53 (8.21)."""

_DEGREE = 10
_STEPS = (0.5, 0.25, 0.125)
_CHUNK = 4096
"""Values handled at a time, so that what is between stays in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Coefficients of one polynomial a step, in t from -1 to 1.

    Parameters
    ----------
    first, step : float
        Normal score at the left end, and width of a step.
    coefficients : array (power, step)
        Highest power last.
    """

    first: float
    step: float
    coefficients: Floats

    def __call__(self, z: Floats) -> Floats:
        place = (z - self.first) * (1.0 / self.step)
        index = place.astype(np.intp)
        t = 2.0 * (place - index) - 1.0
        value: Floats = self.coefficients[-1].take(index, mode="clip")
        for row in self.coefficients[-2::-1]:
            value *= t
            value += row.take(index, mode="clip")
        return value


class Quantile:
    """The quantile function of one distribution, prepared for many draws.

    Parameters
    ----------
    distribution : Distribution

    Notes
    -----
    Calling it on uniforms (array, strictly between 0 and 1) returns values within `TOLERANCE` of `quantile.ppf`.
    Each value depends on its own uniform alone: the same bits in a block of any size.
    """

    __slots__ = ("_family", "_inner", "_table", "distribution")

    def __init__(self, distribution: Distribution) -> None:
        self.distribution = distribution
        self._family: Family = distribution.family
        self._inner: tuple[float, float] = (0.0, 1.0)
        self._table: _Table | None = None
        if distribution.family == "beta" and 1.0 not in distribution.args:
            self._table = _build("beta", *distribution.args)
        elif distribution.family == "pert":
            self._inner = (distribution.args[0], distribution.args[2] - distribution.args[0])
            self._table = _build("beta", *quantile.pert_shape(distribution.args))
        elif distribution.family == "gamma":
            self._inner = (0.0, distribution.args[1])
            self._table = _build("gamma", distribution.args[0], 1.0)

    @property
    def tabled(self) -> bool:
        """Whether a table is used."""
        return self._table is not None

    def __call__(self, u: Floats) -> Floats:
        """Return the quantiles of `u`, array of any length in one dimension."""
        result = np.empty(u.shape)
        for start in range(0, u.size, _CHUNK):
            part = np.ascontiguousarray(u[start : start + _CHUNK])
            result[start : start + _CHUNK] = self._part(part)
        return result

    def _part(self, u: Floats) -> Floats:
        lower, upper = quantile.tails(self.distribution, u)
        if self._table is None:
            return quantile.clipped(self.distribution, quantile.from_tails(self.distribution, lower, upper))
        from_below = lower <= 0.5
        score = _special.normal_score(np.where(from_below, lower, upper))
        np.negative(score, out=score, where=~from_below)
        value = self._from_table(self._table, score)
        outside = np.abs(score) >= _REACH
        if outside.any():
            value[outside] = quantile.from_tails(self.distribution, lower[outside], upper[outside])
        return quantile.clipped(self.distribution, value)

    def _from_table(self, table: _Table, score: Floats) -> Floats:
        start, width = self._inner
        with np.errstate(under="ignore", over="ignore", invalid="ignore"):
            raw = np.exp(table(score))
            if self._family != "gamma":
                raw = raw / (1.0 + raw)
        return start + width * raw


@lru_cache(maxsize=4096)
def _build(family: Family, first: float, second: float) -> _Table | None:
    """Build the table of a family's log-odds or logarithm, or None if none is good enough."""
    for step in _STEPS:
        table = _fitted(family, first, second, step)
        if table is not None:
            return table
    return None


def _fitted(family: Family, first: float, second: float, step: float) -> _Table | None:
    pieces = round(2.0 * _REACH / step)
    nodes = np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
    left = -_REACH + step * np.arange(pieces)
    scores = left[:, None] + step * (nodes + 1.0) / 2.0
    values = _transformed(family, first, second, scores.ravel())
    if not bool(np.isfinite(values).all()):
        return None
    # Chebyshev first, powers after, about the middle of each step: so the small high orders keep their digits.
    values = values.reshape(pieces, -1).T
    middle = values[_DEGREE // 2].copy()
    orders = np.arange(_DEGREE + 1)
    cosines = np.cos(np.pi * orders[:, None] * (orders + 0.5) / (_DEGREE + 1))
    chebyshev = (2.0 / (_DEGREE + 1)) * np.einsum("ij,jk->ik", cosines, values - middle)
    chebyshev[0] /= 2.0
    coefficients = np.einsum("ji,jk->ik", _chebyshev_powers(), chebyshev)
    coefficients[0] += middle
    table = _Table(-_REACH, step, np.ascontiguousarray(coefficients))
    checks = (left[:, None] + step * np.array([0.0, 0.03, 0.17, 0.37, 0.5, 0.63, 0.83, 0.97])).ravel()
    gap = np.abs(table(checks) - _transformed(family, first, second, checks))
    return table if bool((gap <= TOLERANCE).all()) else None


@lru_cache(maxsize=1)
def _chebyshev_powers() -> Floats:
    """Coefficients of the powers in each Chebyshev polynomial, one a row."""
    rows = np.zeros((_DEGREE + 1, _DEGREE + 1))
    for order in range(_DEGREE + 1):
        rows[order, : order + 1] = cheb2poly(np.eye(_DEGREE + 1)[order, : order + 1])
    return rows


def _transformed(family: Family, first: float, second: float, score: Floats) -> Floats:
    """Log-odds of a beta or logarithm of a gamma of scale 1 at a normal score, each tail from its own side."""
    tail = _special.normal_cdf(-np.abs(score))
    negative = score < 0.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if family == "gamma":
            low = _special.gamma_lower(first, tail)
            return np.log(np.where(negative, low, _special.gamma_upper(first, tail)))
        low = _special.beta_lower(first, second, tail)
        high = _special.beta_upper(first, second, tail)
        # 1 - x from its own tail too: it is the same quantile of the mirrored beta.
        low_rest = _special.beta_upper(second, first, tail)
        high_rest = _special.beta_lower(second, first, tail)
        return np.where(negative, np.log(low / low_rest), np.log(high / high_rest))
