"""How long a gain lasts, from repeated follow-ups: shapes of fading weighed by how well they foretell what was seen.

Each shape has one number, its half-life. What is not known of it before is spread evenly over its logarithm, up to ten
times the last follow-up; of the first gain nothing is known before. A shape is weighed by its marginal likelihood (Kass
and Raftery 1995, doi:10.1080/01621459.1995.10476572), so that shapes which the follow-ups cannot tell apart share their
weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from wellbeva.core.arrays import Floats
from wellbeva.evidence.errors import EvidenceError

LONGEST: Final = 10.0
"""Times the last follow-up that a half-life may be."""
ROWS: Final = 2_048
"""Joint draws of each shape."""
_GRID: Final = 2_000
_LN2: Final = math.log(2.0)


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of fading.

    Parameters
    ----------
    words : str
        For people.
    left : callable (years, half-lives [year]) -> array
        Share of the first gain that is left then.
    area : callable (years, half-lives [year]) -> array [year]
        Under that curve until then.
    """

    words: str
    left: Callable[[Floats, Floats], Floats]
    area: Callable[[float, Floats], Floats]


def _linear(years: Floats, half: Floats) -> Floats:
    return np.maximum(0.0, 1 - years / (2 * half))


def _linear_area(years: float, half: Floats) -> Floats:
    until = np.minimum(years, 2 * half)
    return until - until**2 / (4 * half)


def _exponential_area(years: float, half: Floats) -> Floats:
    return -np.expm1(-years * _LN2 / half) * half / _LN2


def _geometric_area(years: float, half: Floats) -> Floats:
    steps = math.floor(years)
    before = np.expm1(-steps * _LN2 / half) / np.expm1(-_LN2 / half)
    return before + (years - steps) * np.exp2(-steps / half)


SHAPES: Final[Mapping[str, Shape]] = {
    "none": Shape("does not fade", lambda years, half: 1 + 0 * years * half, lambda years, half: years + 0 * half),
    "linear": Shape("falls by as much each year", _linear, _linear_area),
    "exponential": Shape(
        "falls by a share all the time", lambda years, half: np.exp2(-years / half), _exponential_area
    ),
    "geometric": Shape(
        "falls by a share once a year", lambda years, half: np.exp2(-np.floor(years) / half), _geometric_area
    ),
}
"""As `fade_shape` of a scenario names them; `none` holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Persistence:
    """What the follow-ups say of one shape.

    Parameters
    ----------
    shape : str
        Key of `SHAPES`.
    weight : float [share]
        How likely it is that this shape of all is right.
    gain, half_life : array (row,) [unit of the gain; year]
        Joint draws of the first gain and the half-life.
    beyond : float [share]
        Of the gain until the horizon, what comes after the last follow-up: a ratio of means.
    """

    shape: str
    weight: float
    gain: Floats
    half_life: Floats
    beyond: float


def persistence(
    years: npt.ArrayLike, gains: npt.ArrayLike, errors: npt.ArrayLike, *, horizon: float, correlation: float = 0.5
) -> tuple[Persistence, ...]:
    """Weigh the shapes of fading, the likeliest first.

    Parameters
    ----------
    years : array (follow-up,) [year]
        After the activity, each once; 0 is its end.
    gains, errors : array (follow-up,) [unit of the gain]
        What was gained, and the standard error of that.
    horizon : float [year]
        Until which gains count.
    correlation : float
        Between the errors of two follow-ups: the same people answered.

    Raises
    ------
    EvidenceError
        If there are fewer than two follow-ups, or they are not usable.
    """
    t, y, se = (np.asarray(values, dtype=np.float64) for values in (years, gains, errors))
    order = np.argsort(t)
    t, y, se = t[order], y[order], se[order]
    _refuse_unusable(t, y, se, horizon, correlation)
    covariance = np.outer(se, se) * (correlation + (1 - correlation) * np.eye(len(t)))
    weight_matrix = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    first = t[t > 0][0]
    # Where the start was measured a gain may have gone by half before the first follow-up; else nobody saw it go.
    half: Floats = np.geomspace(first / 2 if t[0] == 0 else first, LONGEST * t[-1], _GRID)
    fits = {name: _Fit.of(shape.left(t[:, None], half), y, weight_matrix) for name, shape in SHAPES.items()}
    most = max(float(fit.log_likelihood.max()) for fit in fits.values())
    evidence = {name: float(np.exp(fit.log_likelihood - most).mean()) for name, fit in fits.items()}
    found = []
    for name, fit in fits.items():
        gain, drawn = fit.draws(half)
        until, all_of_it = (SHAPES[name].area(end, drawn) for end in (min(t[-1], horizon), horizon))
        beyond = 1 - float((gain * until).mean() / (gain * all_of_it).mean())
        found.append(Persistence(name, evidence[name] / sum(evidence.values()), gain, drawn, beyond))
    return tuple(sorted(found, key=lambda one: -one.weight))


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Of each half-life: the first gain by generalised least squares, its error, and the marginal log-likelihood."""

    gain: Floats
    se: Floats
    log_likelihood: Floats

    @classmethod
    def of(cls, left: Floats, y: Floats, weight_matrix: Floats) -> _Fit:
        information = np.einsum("ih,ij,jh->h", left, weight_matrix, left)
        gain = (y @ weight_matrix @ left) / information
        # the first gain is integrated out under a flat prior; what all shapes share is left out
        return cls(gain, information**-0.5, (gain**2 * information - np.log(information)) / 2)

    def draws(self, half: Floats) -> tuple[Floats, Floats]:
        """Return joint draws: half-lives at even steps of their distribution, the gain of each by van der Corput."""
        share = np.cumsum(np.exp(self.log_likelihood - self.log_likelihood.max()))
        even = (np.arange(ROWS) + 0.5) / ROWS
        at = np.searchsorted(share / share[-1], even)
        bits = ROWS.bit_length() - 1
        reversed_bits = [int(f"{row:0{bits}b}"[::-1], 2) for row in range(ROWS)]
        return self.gain[at] + self.se[at] * ndtri(even[reversed_bits]), half[at]


def _refuse_unusable(t: Floats, y: Floats, se: Floats, horizon: float, correlation: float) -> None:
    numbers = np.concatenate([t, y, se])
    fault, remedy = "", "correct the numbers"
    if len(t) < 2:
        fault = "one follow-up says nothing of how a gain lasts"
        remedy = "give two or more, or write a range for `hold`"
    elif not np.isfinite(numbers).all() or (t < 0).any() or (se <= 0).any():
        fault = "a time is below zero, a standard error is not above it, or a number is missing"
    elif (np.diff(t) <= 0).any():
        fault = "two follow-ups are of the same time"
    elif (y / se).max() < 1:
        fault = "no follow-up shows a gain as large as its standard error, so there is nothing that could last"
        remedy = "write the effect with its interval, and a range for `hold` as an assumption"
    elif not 0 <= correlation < 1 or not horizon > 0:
        fault = f"the correlation is {correlation:g} and the horizon {horizon:g} years"
        remedy = "give a correlation from 0 to below 1, and a horizon above 0"
    if fault:
        raise EvidenceError("these follow-ups cannot say how long the gain lasts", (fault,), remedy)
