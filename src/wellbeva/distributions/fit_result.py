"""The only exception of the fits, and the result of a fit."""

from __future__ import annotations

from dataclasses import dataclass

from wellbeva.distributions.spec import Distribution
from wellbeva.errors import PlacelessError


class FitError(PlacelessError):
    """No distribution fits what the study prints."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted distribution, and its distance from the printed numbers.

    Parameters
    ----------
    distribution : Distribution
    misses : float
        Greatest distance between a fitted and a printed end of the interval, as a share of the interval's width;
        0 where no interval was printed. Above 0.02 the caller warns (FORMAT R6).
    fitted : tuple of float, or None
        Ends of the fitted interval, at the printed level.
    """

    distribution: Distribution
    misses: float = 0.0
    fitted: tuple[float, float] | None = None
