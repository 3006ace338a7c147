"""Quantiles joined by a monotone cubic in normal scores: the family `quantiles`.

Between the given quantiles the value is a cubic Hermite polynomial of the normal score z = Phi^-1(p). The slope at an
inner quantile is the weighted harmonic mean of the slopes of the two intervals beside it, zero where one of them is;
at the outermost it is the slope of the end interval, and beyond them the curve runs on as a straight line with it. So
the curve is smooth everywhere, never falls, and two quantiles make a normal. Where two quantiles are equal the value
between them is constant: an atom.

References
----------
Fritsch and Carlson (1980), Monotone piecewise cubic interpolation, SIAM J. Numer. Anal. 17(2), doi:10.1137/0717021.
Fritsch and Butland (1984), A method for constructing local monotone piecewise cubic interpolants, SIAM J. Sci. Stat.
Comput. 5(2), doi:10.1137/0905021 (the slopes at inner points).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import cast

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.admissible import check_finite, check_many, check_width
from wellbeva.distributions.family import Family, bare, register
from wellbeva.distributions.fit_result import Fit, FitError
from wellbeva.distributions.moments import by_quadrature
from wellbeva.distributions.notation import number, percent
from wellbeva.distributions.numerics import polynomials, special
from wellbeva.distributions.spec import Distribution

_HALVINGS = 54
"""Of an interval of normal scores, when a value is looked up: to below the spacing of doubles."""

_REACH = 14.0
"""Normal score beyond which next to nothing lies: Phi(-14) is 8e-45."""

MOST_QUANTILES = 1_000

_LEAST_PROBABILITY = 1e-9
_LEAST_GAP = 1e-6
"""Least distance of two probabilities: nearer ones would give a tail that runs off at once."""

Points = Sequence[tuple[float, float]]


class Curve:
    """The curve through given quantiles.

    Parameters
    ----------
    args : tuple of float
        p1, x1, p2, x2 …; the probabilities rise, the values do not fall.
    """

    __slots__ = ("_coefficients", "_first", "_last", "scores", "values")

    def __init__(self, args: tuple[float, ...]) -> None:
        self.scores = special.normal_score(np.array(args[0::2]))
        self.values = np.array(args[1::2])
        steps = np.diff(self.scores)
        secants = np.diff(self.values) / steps
        slopes = _slopes(steps, secants)
        rise = secants * steps
        # Powers of t = (z - left) / step, from 0 to 3, one interval a column.
        start, end = slopes[:-1] * steps, slopes[1:] * steps
        self._coefficients = np.stack(
            [self.values[:-1], start, 3.0 * rise - 2.0 * start - end, start + end - 2.0 * rise]
        )
        self._first, self._last = float(secants[0]), float(secants[-1])

    def at_score(self, z: Floats) -> Floats:
        """Value at a normal score; each depends on its own score alone."""
        inner = np.clip(z, self.scores[0], self.scores[-1])
        index = np.clip(np.searchsorted(self.scores, inner, side="right") - 1, 0, self.scores.size - 2)
        left, right = self.scores[index], self.scores[index + 1]
        t = (inner - left) / (right - left)
        value = polynomials.horner(self._coefficients, index, t)
        # Rounding may cross the given values by the last digit, and would make the curve fall there.
        value = np.clip(value, self.values[index], self.values[index + 1])
        value = np.where(z < self.scores[0], self.values[0] + self._first * (z - self.scores[0]), value)
        beyond = self.values[-1] + self._last * (z - self.scores[-1])
        return cast("Floats", np.where(z > self.scores[-1], beyond, value))

    def score_of(self, x: Floats, *, reached: bool) -> Floats:
        """Normal score at which the curve passes x.

        Parameters
        ----------
        x : array, any shape
        reached : bool
            Whether an atom at x is still below that score: the largest score with a value at or below x; else the
            smallest with a value at or above x.
        """
        values = np.asarray(x, dtype=np.float64)
        place = np.searchsorted(self.values, values, side="right" if reached else "left")
        index = np.clip(place - 1, 0, self.scores.size - 2)
        rows = self._coefficients[:, index]
        low, high = np.zeros(values.shape), np.ones(values.shape)
        for _ in range(_HALVINGS):
            t = (low + high) / 2.0
            at_t = rows[0] + t * (rows[1] + t * (rows[2] + t * rows[3]))
            below = at_t <= values if reached else at_t < values
            low, high = np.where(below, t, low), np.where(below, high, t)
        left, right = self.scores[index], self.scores[index + 1]
        scores = left + (right - left) * (low + high) / 2.0
        # At a given value the score is known; next to an atom the curve is too flat to look it up.
        given = np.clip(place - 1 if reached else place, 0, self.scores.size - 1)
        scores = np.where(self.values[given] == values, self.scores[given], scores)
        scores = np.where(place == 0, self._beyond(values, 0, self._first, -math.inf), scores)
        return np.where(place == self.values.size, self._beyond(values, -1, self._last, math.inf), scores)

    def _beyond(self, values: Floats, end: int, slope: float, none: float) -> Floats:
        """Score on the straight line beyond an end; where it is flat, no score passes the value."""
        if slope <= 0.0:
            return np.full(values.shape, none)
        return cast("Floats", self.scores[end] + (values - self.values[end]) / slope)

    def support(self) -> tuple[float, float]:
        """Lowest and highest value: infinite, unless the end interval is flat."""
        low = -math.inf if self._first > 0.0 else float(self.values[0])
        return low, math.inf if self._last > 0.0 else float(self.values[-1])

    def atoms(self) -> list[float]:
        """Values at which the curve is flat."""
        return sorted({float(low) for low, high in pairwise(self.values) if low == high})

    def moments(self, first: float, last: float) -> tuple[float, float]:
        """Mean and sd between two normal scores, the law there being the normal's.

        By `by_quadrature` on each interval between given quantiles, cut to a width of 2 at most: what is left
        out beyond a score of 14 is below 1e-40, and a cubic times the normal density is integrated to rounding.

        Parameters
        ----------
        first, last : float
            Normal scores of the bounds, in standard deviations; infinite where there is none.

        Returns
        -------
        (float, float) [unit of the values]
        """
        low, high = max(first, -_REACH), min(last, _REACH)
        inside = [float(z) for z in self.scores if low < z < high]
        ends = [low, *inside, high]
        edges = np.concatenate(
            [np.linspace(a, b, math.ceil((b - a) / 2.0) + 1)[:-1] for a, b in pairwise(ends)] + [[high]]
        )
        # Relative to the highest density between the ends, so that a far cut does not underflow.
        peak = min(max(low, 0.0), high)
        return by_quadrature(lambda z: np.exp((peak - z) * (peak + z) / 2.0), pairwise(edges), self.at_score)


@lru_cache(maxsize=1024)
def curve(args: tuple[float, ...]) -> Curve:
    """Return the curve of a distribution's arguments, kept for the next time."""
    return Curve(args)


@register
class Quantiles(Family):
    """Joined quantiles: p1, x1, p2, x2 …, both rising."""

    name = "quantiles"
    title = "Joined quantiles"
    kernel = None
    has_atoms = True

    def support(self, law: Distribution) -> tuple[float, float]:
        return curve(law.args).support()

    def times(self, law: Distribution, factor: float) -> Distribution:
        args = tuple(x * factor if place % 2 else x for place, x in enumerate(law.args))
        return replace(law, args=args, low=law.low * factor, high=law.high * factor)

    def ppf(self, law: Distribution, lower: Floats, upper: Floats) -> Floats:
        return curve(law.args).at_score(special.nearer_score(lower, upper))

    def cdf(self, law: Distribution, x: Floats) -> Floats:
        return special.normal_cdf(curve(law.args).score_of(x, reached=True))

    def below(self, law: Distribution, x: Floats) -> Floats:
        return special.normal_cdf(curve(law.args).score_of(x, reached=False))

    def sf(self, law: Distribution, x: Floats) -> Floats:
        return special.normal_cdf(-curve(law.args).score_of(x, reached=True))

    def kinks(self, law: Distribution) -> tuple[float, ...]:
        return law.args[1::2]

    def flats(self, law: Distribution) -> tuple[float, ...]:
        """Values given twice."""
        return tuple(curve(law.args).atoms())

    def moments(self, law: Distribution) -> tuple[float, float]:
        """Mean and standard deviation, truncation included, by quadrature over the normal score."""
        line = curve(law.args)
        first, last = -math.inf, math.inf
        if math.isfinite(law.low):
            first = float(line.score_of(np.asarray(law.low), reached=False))
        if math.isfinite(law.high):
            last = float(line.score_of(np.asarray(law.high), reached=True))
        return line.moments(first, last)

    moments_between = moments

    def items(self, law: Distribution) -> list[str]:
        return [f"{bare(100.0 * p)}%={bare(x)}" for p, x in zip(law.args[0::2], law.args[1::2], strict=True)]


def _slopes(steps: Floats, secants: Floats) -> Floats:
    slopes = np.empty(steps.size + 1)
    slopes[0], slopes[-1] = secants[0], secants[-1]
    before, after = secants[:-1], secants[1:]
    first, second = steps[:-1] + 2.0 * steps[1:], 2.0 * steps[:-1] + steps[1:]
    flat = (before <= 0.0) | (after <= 0.0)
    # The slope of the shorter interval weighs more: its own end is the nearer one.
    inverse = first / np.where(flat, 1.0, before) + second / np.where(flat, 1.0, after)
    slopes[1:-1] = np.where(flat, 0.0, (first + second) / inverse)
    return slopes


def fit_quantiles(points: Points) -> Fit:
    """Join quantiles by a monotone cubic in normal scores (`curve` says how).

    Parameters
    ----------
    points : sequence of (float, float)
        Probability and value [unit of the parameter], in any order.

    Raises
    ------
    FitError
        If there are fewer than two, a probability is given twice or is not a probability, or the values fall.

    Examples
    --------
    >>> fit_quantiles([(0.05, 0.01), (0.5, 0.18), (0.95, 0.62)]).distribution.args
    (0.05, 0.01, 0.5, 0.18, 0.95, 0.62)
    """
    ordered = sorted((float(p), float(x)) for p, x in points)
    if len(ordered) < 2:
        raise FitError(
            "quantiles need at least two points",
            (f"given: {_listed(ordered) or 'none'}",),
            "write two or more, for example `{quantiles: {5%: 0.01, 50%: 0.18, 95%: 0.62}}`, or a constant",
        )
    check_many(len(ordered), MOST_QUANTILES, "quantiles")
    for p, x in ordered:
        check_finite({"value": x})
        if not _LEAST_PROBABILITY <= p <= 1.0 - _LEAST_PROBABILITY:
            raise FitError(
                "a quantile stands between 0% and 100%, not at or beyond either",
                (f"{percent(p)}: {number(x)}",),
                "leave this point out; a lowest or highest possible value is `truncate: [low, high]`",
            )
    for (p, x), (later, y) in pairwise(ordered):
        if later - p < _LEAST_GAP:
            raise FitError(
                "two quantiles stand at the same probability, or next to it",
                (f"{percent(p)}: {number(x)}", f"{percent(later)}: {number(y)}"),
                "keep one of them",
            )
        if y < x:
            raise FitError(
                "the quantiles fall",
                (f"{percent(p)}: {number(x)}", f"{percent(later)}: {number(y)}"),
                "a higher probability has a value at least as high: check the numbers against the source",
            )
    check_width(ordered[0][1], ordered[-1][1], "range of the quantiles")
    return Fit(Distribution("quantiles", tuple(item for point in ordered for item in point)))


def _listed(points: Points) -> str:
    return ", ".join(f"{percent(p)}: {number(x)}" for p, x in points[:5])
