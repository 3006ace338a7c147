"""Exceptions that stop a run from within a reduction; the run turns them into words."""

from __future__ import annotations

from typing import Final

from wellbeva.core.arrays import Floats

LIMIT: Final = "limit."
"""Begins the name under which a draw outside a limit is noted; the limit's number in the plan follows."""


class RefusedDraw(Exception):  # noqa: N818 - no error yet: `explain` makes one of it
    """A draw that keeps the run from its result; turned into words by the main thread.

    Parameters
    ----------
    target : str
        What is wrong in it: a target, or a limit (`LIMIT`).
    randomisation : int or None
        None for supplied draws.
    index : int
        Which draw, from 0.
    drawn : array (element,) [unit of each element]

    Attributes
    ----------
    times, looked : int
        In how many of the draws looked at it would have been refused for the same; 0 if that is not known.
    run : str
        Options of the run on which the draw depends, as far as they are not the usual ones: `` --seed 7``.
    changes : str
        As `RunSettings.changes`.
    """

    def __init__(self, target: str, randomisation: int | None, index: int, drawn: Floats) -> None:
        super().__init__(target)
        self.target = target
        self.randomisation = randomisation
        self.index = index
        self.drawn = drawn
        self.times = self.looked = 0
        self.run = self.changes = ""


class NothingLeft(Exception):  # noqa: N818 - as `RefusedDraw`
    """No draw is left to be counted.

    Parameters
    ----------
    nonfinite, outside : int
        Draws in which a number is not finite, and others in which an input is outside its bounds.
    """

    def __init__(self, nonfinite: int, outside: int) -> None:
        super().__init__(nonfinite, outside)
        self.nonfinite = nonfinite
        self.outside = outside
