"""Student's t, for an average whose error was itself estimated from few studies, places or people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import check_finite, check_interval
from wellbeva.distributions.families.normal import units
from wellbeva.distributions.family import Argument, Example, Given, Recipe, TailFamily, register
from wellbeva.distributions.fit import judged
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import by_quadrature
from wellbeva.distributions.notation import number
from wellbeva.distributions.numerics import special
from wellbeva.distributions.spec import Distribution

DEGREES = (3.0, 1e9)
"""Least and most degrees of freedom: with 2 or fewer there is no variance, and just above 2 a variance that draws do
not find; with more than a billion it is a normal to nine digits."""


@register
class StudentT(TailFamily):
    """A Student's t: mean, scale, degrees of freedom."""

    name = "student_t"
    title = "Student's t"
    arguments = ("mean", "scale", "df")
    in_unit = ("mean", "scale")
    needs = "mean, df, and one of scale, se, ciNN"
    own_arguments = (
        Argument("scale", "Scale, which is the standard error; the standard deviation is larger."),
        Argument("se", "Standard error, which is the scale; the standard deviation is larger."),
        Argument("df", "Degrees of freedom, 3 or more: studies, places or people less those estimated.", "none"),
    )
    doc = "Student's t, from a mean, its error and degrees of freedom: `student_t: {mean: 0.30, se: 0.10, df: 8}`."
    example = Example(
        "an average of few studies, places or people: its standard error is itself uncertain", "LS",
        "{student_t: {mean: 0.30, se: 0.10, df: 8}, source: assumed}", 0.3, 0.0694, 0.5306,
    )  # fmt: skip

    def from_below(self, law: Distribution, p: Floats) -> Floats:
        centre, scale, df = law.args
        return centre + scale * special.student_score(df, p)

    def from_above(self, law: Distribution, p: Floats) -> Floats:
        centre, scale, df = law.args
        return centre - scale * special.student_score(df, p)

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        centre, scale, df = law.args
        return special.student_cdf(df, units(x - centre, scale))

    def sf(self, law: Distribution, x: Floats) -> Floats:
        centre, scale, df = law.args
        return special.student_cdf(df, units(centre - x, scale))

    def moments(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation.

        References
        ----------
        Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions, volume 2, 2nd edition, chapter 28.
        """
        centre, scale, df = law.args
        return centre, scale * math.sqrt(df / (df - 2.0))

    def moments_between(self, law: Distribution) -> tuple[float, float]:
        centre, scale, df = law.args
        first, spread = _cut(df, (law.low - centre) / scale, (law.high - centre) / scale)
        return centre + scale * first, scale * spread

    def standard(self, law: Distribution) -> tuple[Distribution, tuple[float, float]]:
        """One table serves every mean and scale."""
        centre, scale, df = law.args
        return Distribution("student_t", (0.0, 1.0, df)), (centre, scale)

    @property
    def recipes(self) -> Mapping[tuple[str, ...], Recipe]:
        return {
            ("mean", "scale", "df"): lambda given: _of(given, *given.positive("scale")),
            ("mean", "se", "df"): lambda given: _of(given, *given.positive("se")),
            ("mean", "low", "high", "df"): _of_interval,
        }


def _of(given: Given, scale: float) -> Fit:
    check_finite(given.numbers)
    df = given["df"]
    if not DEGREES[0] <= df <= DEGREES[1]:
        few = df < DEGREES[0]
        raise FitError(
            f"a Student's t needs {'at least 3' if few else 'no more than a billion'} degrees of freedom",
            (f"df is {number(df)}",),
            "with so few studies, places or people the spread is unknown: name a range that you can defend, `uniform`"
            if few
            else "write a `normal`: it is the same",
        )
    return Fit(Distribution("student_t", (given["mean"], scale, df)))


def _of_interval(given: Given) -> Fit:
    _, low, high = check_interval(given, "mean")
    law = _of(given, 1.0).distribution
    reach = -float(special.student_score(law.args[2], np.asarray((1.0 - given.level) / 2.0)))
    return judged(replace(law, args=(law.args[0], (high - low) / 2.0 / reach, law.args[2])), given, "mean")


def _cut(df: float, alpha: float, beta: float) -> tuple[float, float]:
    """Mean and sd of the standard t between alpha and beta, to rounding, by Gauss-Legendre on the density."""
    if beta <= 0.0:
        mirrored_mean, spread = _cut(df, -beta, -alpha)
        return -mirrored_mean, spread
    least = max(alpha, 0.0)
    # Where z is smallest comes first: the mean is counted from there.
    pieces = _pieces(df, least, beta)
    pieces += [(-far, -near) for near, far in (_pieces(df, 0.0, -alpha) if alpha < 0.0 else [])]

    def density(z: Floats) -> Floats:
        return np.exp(-(df + 1.0) / 2.0 * (np.log1p(z * z / df) - math.log1p(least * least / df)))

    return by_quadrature(density, pieces)


def _pieces(df: float, near: float, far: float) -> list[tuple[float, float]]:
    """Cut the way from `near`, 0 or above, to `far` at doubling distances, on each of which the density is smooth.

    The first is as long as the density takes to fall by a factor e. After 60 doublings the rest has less than 2**-58 of
    the second moment, even with 3 degrees of freedom.
    """
    length = (df + near * near) / ((df + 1.0) * max(near, 1.0))
    edges = near + length * (2.0 ** np.arange(61) - 1.0)
    return list(pairwise([*edges[edges < far].tolist(), min(far, float(edges[-1]))]))
