"""Fast quantiles for sampling: piecewise polynomials in the normal score, checked when they are built.

Betas and gammas have no closed quantile, and SciPy's inverse costs 0.3 to 1.3 microseconds a value. Their log-odds
(beta) or logarithm (gamma) is a smooth function of the normal score z = Phi^-1(u), tails and all, so that polynomials
on equal steps of z hold it. Each table is compared with `quantile.ppf` at points between its nodes when it is built,
and halved in step until it agrees to 1e-12 of the value (for a beta, of the value and of its distance from 1); a
distribution that resists is left to the exact path. For mixtures of several continuous parts see `mixture`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from wellbeva.distributions import _polynomials, _special, plain, quantile
from wellbeva.distributions.mixture import Inverse
from wellbeva.distributions.spec import Distribution, Family
from wellbeva.distributions.steps import steps

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-12
"""Greatest relative error of a table at the points where it is checked."""

_REACH = 8.25
"""Normal score beyond those of 2**-53 and 1 - 2**-53 (8.21)."""

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
    Calling it on uniforms (array, strictly between 0 and 1) returns values within `TOLERANCE` of `quantile.ppf`; for a
    mixture of several continuous parts within `mixture.TOLERANCE`. Each value depends on its own uniform alone: the
    same bits in a block of any size.
    """

    __slots__ = ("_family", "_inner", "_law", "_mixture", "_steps", "_table", "distribution")

    def __init__(self, distribution: Distribution) -> None:
        self.distribution = distribution
        law = quantile.resolved(distribution)
        self._law = law
        self._family: Family = law.family
        self._inner: tuple[float, float] = (0.0, 1.0)
        self._table: _Table | None = None
        self._steps = steps(law) if law.family in ("point", "empirical") else None
        self._mixture = _mixture(law) if law.family == "mixture" else None
        if law.family == "beta" and 1.0 not in law.args:
            self._table = _build("beta", *law.args)
        elif law.family == "pert":
            self._inner = (law.args[0], law.args[2] - law.args[0])
            self._table = _build("beta", *plain.pert_shape(law.args))
        elif law.family == "gamma":
            self._inner = (0.0, law.args[1])
            self._table = _build("gamma", law.args[0], 1.0)

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
        if self._steps is not None:
            return self._steps.at(u)
        return self.at_tails(u, 1.0 - u)

    def at_tails(self, lower: Floats, upper: Floats) -> Floats:
        """Quantiles from the probabilities below and above; the smaller one counts."""
        if self._mixture is not None:
            return quantile.clipped(self._law, self._mixture.at_tails(lower, upper))
        lower, upper = quantile.tails(self._law, lower, upper)
        if self._table is None:
            return quantile.clipped(self._law, quantile.from_tails(self._law, lower, upper))
        from_below = lower <= 0.5
        score = _special.normal_score(np.where(from_below, lower, upper))
        np.negative(score, out=score, where=~from_below)
        value = self._from_table(self._table, score)
        outside = np.abs(score) >= _REACH
        if outside.any():
            value[outside] = quantile.from_tails(self._law, lower[outside], upper[outside])
        return quantile.clipped(self._law, value)

    def _from_table(self, table: _Table, score: Floats) -> Floats:
        start, width = self._inner
        with np.errstate(under="ignore", over="ignore", invalid="ignore"):
            raw = np.exp(table(score))
            if self._family != "gamma":
                raw = raw / (1.0 + raw)
        return start + width * raw


@lru_cache(maxsize=256)
def _mixture(law: Distribution) -> Inverse:
    """Prepare the inverse of a mixture: by the fast path of its only continuous part, or by a table of its own."""
    exact = quantile.inverse(law)
    if len(exact.parts) > 1:
        return exact.tabled()
    (part,) = (one for one in law.parts if one.family != "empirical")
    return Inverse((replace(exact.parts[0], at_tails=Quantile(part).at_tails),), exact.atoms)


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
    left = -_REACH + step * np.arange(pieces)
    scores = left[:, None] + step * _polynomials.nodes() / 2.0
    values = _transformed(family, first, second, scores.ravel())
    if not bool(np.isfinite(values).all()):
        return None
    coefficients = _polynomials.coefficients(values.reshape(pieces, -1).T)
    table = _Table(-_REACH, step, coefficients)
    checks = (left[:, None] + step * _polynomials.CHECKS).ravel()
    gap = np.abs(table(checks) - _transformed(family, first, second, checks))
    return table if bool((gap <= TOLERANCE).all()) else None


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
