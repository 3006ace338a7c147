"""Fast quantiles for sampling: tables that are checked when they are built.

A smooth law, truncation included, is a table by octaves of the nearer tail (`quantile_tables`), where one is good
enough: to `TOLERANCE` of the value against `quantile.ppf` (for a share, of the value and of its distance from 1; where
a law passes 0, of the distance from its 16% to its 84% quantile if that is more). Uniforms and triangulars have
formulas. The others take the normal score (`normal_score_tables`) or the exact path; for mixtures of several
continuous parts see `families.mixture`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions import quantile
from wellbeva.distributions.families.discrete import SteppedFamily, steps
from wellbeva.distributions.families.mixture import Inverse, inverse
from wellbeva.distributions.family import Kind, family_of
from wellbeva.distributions.numerics import special
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables import normal_score_tables, quantile_tables
from wellbeva.distributions.tables.quantile_tables import QuantileTable

TOLERANCE = normal_score_tables.TOLERANCE + quantile_tables.TOLERANCE
"""Greatest relative error at the points where tables are checked."""

_CHUNK = 4096
"""Values handled at a time, so that intermediate results stay in the cache."""

_SIXTHS = np.array([0.16, 0.84])


@dataclass(frozen=True, slots=True, eq=False)
class ArithmeticForm:
    """A quantile function in plain arithmetic, the same bits wherever it is carried out.

    Parameters
    ----------
    kind : {"octaves", "uniform", "triangular"}
    args : tuple of float
        octaves: shift and scale of the table's values. uniform: min, max. triangular: min, mode, max.
    tails : tuple of float
        Probability below the lower bound, between the bounds, and above the upper one (`quantile.tails`); 0, 1, 0 of a
        table, which has truncation in it.
    bounds : tuple of float
        Lowest and highest value; rounding may not cross them.
    table : QuantileTable or None
    """

    kind: Kind
    args: tuple[float, ...]
    tails: tuple[float, float, float]
    bounds: tuple[float, float]
    table: QuantileTable | None = None


class FastQuantile:
    """The quantile function of one distribution, prepared for many draws.

    Parameters
    ----------
    distribution : Distribution

    Attributes
    ----------
    form : ArithmeticForm or None
        How draws are made, where plain arithmetic makes them.

    Notes
    -----
    Calling it on uniforms (array, strictly between 0 and 1) returns values within `TOLERANCE` of `quantile.ppf`; for a
    mixture of several continuous parts within `mixture.TOLERANCE`. Each value depends on its own uniform alone: the
    same bits in a block of any size.
    """

    __slots__ = ("_law", "_mixture", "_smooth", "_steps", "distribution", "form")

    def __init__(self, distribution: Distribution) -> None:
        self.distribution = distribution
        law = quantile.resolved(distribution)
        law = family_of(law).drawn(law)
        self._law = law
        self._steps = steps(law) if isinstance(family_of(law), SteppedFamily) else None
        self._mixture = _mixture(law) if law.family == "mixture" else None
        self._smooth = _Smooth(law)
        self.form = _form(law)

    @property
    def tabled(self) -> bool:
        """Whether a table is used."""
        return self._smooth.table is not None or (self.form is not None and self.form.table is not None)

    def forget_table(self) -> None:
        """Free the table of some 100 kB, if there is one: draws take longer, and their bits are the same."""
        if self.form is not None and self.form.table is not None:
            self.form = replace(self.form, table=self.form.table.bare)

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
        if self.form is None or self.form.table is None:
            return self.at_tails(u, 1.0 - u)
        if u.min() >= quantile_tables.LEAST:
            return placed(self.form, self.form.table(u))
        value = placed(self.form, self.form.table(np.maximum(u, quantile_tables.LEAST)))
        beyond = u < quantile_tables.LEAST
        value[beyond] = self.at_tails(u[beyond], 1.0 - u[beyond])
        return value

    def at_tails(self, lower: Floats, upper: Floats) -> Floats:
        """Quantiles from the probabilities below and above, by no table of octaves; the smaller one counts.

        Parameters
        ----------
        lower, upper : array (draw,)
            They add to 1.

        Returns
        -------
        array (draw,) [unit of the distribution]
        """
        if self._mixture is not None:
            return quantile.clipped(self._law, self._mixture.at_tails(lower, upper))
        return self._smooth.at_tails(lower, upper)


class _Smooth:
    """The quantile function by the normal score where there is such a table, else by the exact path."""

    __slots__ = ("law", "place", "scored", "table")

    def __init__(self, law: Distribution) -> None:
        self.law = law
        scored = family_of(law).scored(law)
        self.scored = scored is not None
        self.place = scored[1] if scored else (0.0, 1.0)
        self.table = normal_score_tables.build(scored[0]) if scored else None

    def at_tails(self, lower: Floats, upper: Floats) -> Floats:
        lower, upper = quantile.tails(self.law, lower, upper)
        if self.table is None:
            return quantile.clipped(self.law, family_of(self.law).ppf(self.law, lower, upper))
        score = special.nearer_score(lower, upper)
        shift, scale = self.place
        value: Floats = shift + scale * self.table(score)
        outside = np.abs(score) >= normal_score_tables.REACH
        if outside.any():
            value[outside] = family_of(self.law).ppf(self.law, lower[outside], upper[outside])
        return quantile.clipped(self.law, value)

    def evaluate(self, lower: Floats, upper: Floats, score: Floats) -> Floats:
        """Return quantiles of a law whose table needs no shift and scale, of probabilities whose score is known."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            if quantile.is_truncated(self.law):
                return self.at_tails(lower, upper)
            if self.table is not None:
                return self.table(score)
            family = family_of(self.law)
            value = family.at_score(self.law, score)
            return family.ppf(self.law, lower, upper) if value is None else value


def placed(form: ArithmeticForm, value: Floats) -> Floats:
    """Shift and scale the values of a table of octaves in place, and keep them inside the bounds.

    Parameters
    ----------
    form : ArithmeticForm
        Of the kind ``octaves``.
    value : array (draw,) [unit of the table's law]
        Overwritten.

    Returns
    -------
    array (draw,) [unit of the distribution]
        `value` itself.
    """
    shift, scale = form.args
    value *= scale
    value += shift
    low, high = form.bounds
    np.maximum(value, low, out=value)
    return np.minimum(value, high, out=value)


@lru_cache(maxsize=256)
def _mixture(law: Distribution) -> Inverse:
    """Prepare the inverse of a mixture: by the fast path of its only continuous part, or by a table of its own."""
    exact = inverse(law)
    if len(exact.parts) > 1:
        return exact.tabled()
    (part,) = exact.parts
    return Inverse((replace(part, at_tails=FastQuantile(part.law).at_tails),), exact.atoms)


def _form(law: Distribution) -> ArithmeticForm | None:
    bounds, kind = quantile.bounds(law), family_of(law).kernel
    if kind is None:
        return None
    if kind == "octaves":
        core, place = _core(law)
        table = _octaves(core)
        return None if table is None else ArithmeticForm("octaves", place, (0.0, 1.0, 0.0), bounds, table)
    tails = quantile.masses(law) if quantile.is_truncated(law) else (0.0, 1.0, 0.0)
    return ArithmeticForm(kind, law.args, tails, bounds)


def _core(law: Distribution) -> tuple[Distribution, tuple[float, float]]:
    """Return the law whose table serves, with shift and scale: one standard normal for all that are not truncated."""
    return (law, (0.0, 1.0)) if quantile.is_truncated(law) else family_of(law).standard(law)


@lru_cache(maxsize=64)
def _octaves(law: Distribution) -> QuantileTable | None:
    """Build the table of a law as `_core` gives it, or return None if it resists."""
    smooth = _Smooth(law)
    if smooth.scored and smooth.table is None:
        # SciPy's inverse, some ten thousand times, would take longer than most runs.
        return None
    return quantile_tables.build(smooth.evaluate, _size(smooth))


def _size(smooth: _Smooth) -> quantile_tables.Size:
    """Return the size that the errors of a law are a share of."""
    size = family_of(smooth.law).error_size(smooth.law)
    if size is not None:
        return size
    low, high = smooth.at_tails(_SIXTHS, 1.0 - _SIXTHS).tolist()
    return lambda x: np.maximum(np.abs(x), high - low)
