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
from functools import lru_cache
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt

from wellbeva.distributions import _special

Floats = npt.NDArray[np.float64]

_HALVINGS = 54
"""Of an interval of normal scores, when a value is looked up: to below the spacing of doubles."""

_REACH = 14.0
"""Normal score beyond which next to nothing lies: Phi(-14) is 8e-45."""


class Curve:
    """The curve through given quantiles.

    Parameters
    ----------
    args : tuple of float
        p1, x1, p2, x2 …; the probabilities rise, the values do not fall.
    """

    __slots__ = ("_coefficients", "_first", "_last", "scores", "values")

    def __init__(self, args: tuple[float, ...]) -> None:
        self.scores = _special.normal_score(np.array(args[0::2]))
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
        value = self._coefficients[3].take(index)
        for row in self._coefficients[2::-1]:
            value = value * t + row.take(index)
        # Rounding may cross the given values by the last digit, and would make the curve fall there.
        value = np.clip(value, self.values[index], self.values[index + 1])
        value = np.where(z < self.scores[0], self.values[0] + self._first * (z - self.scores[0]), value)
        beyond = self.values[-1] + self._last * (z - self.scores[-1])
        return cast("Floats", np.where(z > self.scores[-1], beyond, value))

    def at_tails(self, lower: Floats, upper: Floats) -> Floats:
        """Quantile from both tail probabilities; the smaller one counts."""
        from_below = lower <= 0.5
        score = _special.normal_score(np.where(from_below, lower, upper))
        return self.at_score(np.where(from_below, score, -score))

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
        found = left + (right - left) * (low + high) / 2.0
        # At a given value the score is known; next to an atom the curve is too flat to look it up.
        given = np.clip(place - 1 if reached else place, 0, self.scores.size - 1)
        found = np.where(self.values[given] == values, self.scores[given], found)
        found = np.where(place == 0, self._beyond(values, 0, self._first, -math.inf), found)
        return np.where(place == self.values.size, self._beyond(values, -1, self._last, math.inf), found)

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

        By 64-point Gauss-Legendre on each interval between given quantiles, cut to a width of 2 at most: what is left
        out beyond a score of 14 is below 1e-40, and a cubic times the normal density is integrated to rounding.
        """
        low, high = max(first, -_REACH), min(last, _REACH)
        inside = [float(z) for z in self.scores if low < z < high]
        ends = [low, *inside, high]
        edges = np.concatenate(
            [np.linspace(a, b, math.ceil((b - a) / 2.0) + 1)[:-1] for a, b in pairwise(ends)] + [[high]]
        )
        nodes, weights = np.polynomial.legendre.leggauss(64)
        half = np.diff(edges)[:, None] / 2.0
        z = edges[:-1, None] + half * (nodes + 1.0)
        # Relative to the highest density between the ends, so that a far cut does not underflow.
        peak = min(max(low, 0.0), high)
        mass = half * weights * np.exp((peak - z) * (peak + z) / 2.0)
        x = self.at_score(z)
        total = mass.sum()
        centre = x.flat[0] + float(((x - x.flat[0]) * mass).sum() / total)
        return float(centre), math.sqrt(float(((x - centre) ** 2 * mass).sum() / total))


@lru_cache(maxsize=1024)
def curve(args: tuple[float, ...]) -> Curve:
    """Return the curve of a distribution's arguments, kept for the next time."""
    return Curve(args)


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
