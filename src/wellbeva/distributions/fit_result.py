"""The only exception of the fits, and the result of a fit."""

from __future__ import annotations

from dataclasses import dataclass

from wellbeva.distributions.spec import Distribution


class FitError(Exception):
    """No distribution fits what the study prints.

    Parameters
    ----------
    message : str
        One sentence without a full stop.
    facts : tuple of str
        The facts that disagree.
    remedy : str
        What to do.
    """

    def __init__(self, message: str, facts: tuple[str, ...], remedy: str) -> None:
        self.message = message
        self.facts = facts
        self.remedy = remedy
        super().__init__(f"{message}: {'; '.join(facts)}. {remedy}" if facts else f"{message}. {remedy}")


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
