"""How the draws of a run are laid out: 16 randomisations of a design, or supplied rows as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.lanes import LANE

RANDOMISATIONS: Final = 16
SUPPLIED: Final = "supplied"
"""Name of the design of a run of supplied draws."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Stretches of draws that are reduced apart, each to one row of moments and counts.

    A design has 16 randomisations of one size, which are its stretches. Supplied draws are one sample; it is cut into
    16 neighbouring stretches, whose sizes differ by one draw at most, so that the reductions and the tree are those of
    a design. All errors are those of N independent draws: no number depends on where the cuts fall, or on the order of
    the rows.

    Parameters
    ----------
    sizes : tuple of int
        Draws of each stretch.
    supplied : bool
    """

    sizes: tuple[int, ...]
    supplied: bool = False

    @classmethod
    def design(cls, draws_each: int) -> Layout:
        """Lay out a design: 16 randomisations, a multiple of 512 draws each."""
        return cls((draws_each,) * RANDOMISATIONS)

    @classmethod
    def rows(cls, count: int) -> Layout:
        """Lay out supplied rows, at least one.

        Examples
        --------
        >>> Layout.rows(5).sizes
        (1, 1, 1, 1, 1)
        >>> Layout.rows(50).sizes[:3]
        (4, 4, 3)
        """
        stretches = min(RANDOMISATIONS, count)
        whole, left = divmod(count, stretches)
        return cls(tuple(whole + (index < left) for index in range(stretches)), supplied=True)

    @property
    def total(self) -> int:
        """Draws in all."""
        return sum(self.sizes)

    @property
    def randomisations(self) -> int:
        """Independent randomisations: 1 for supplied draws."""
        return 1 if self.supplied else len(self.sizes)

    @property
    def draws_each(self) -> int:
        """Draws of each randomisation."""
        return self.total // self.randomisations

    def place(self, stretch: int, start: int) -> tuple[int, int]:
        """Return the randomisation, and the draw within it, of a draw of a stretch.

        Parameters
        ----------
        stretch : int
        start : int
            The draw within the stretch.
        """
        return (0, sum(self.sizes[:stretch]) + start) if self.supplied else (stretch, start)


class Rows:
    """Supplied draws as a sampler: the rows of each stretch in order, the last one repeated to fill whole lanes.

    What fills up is evaluated, so that every lane has its full width, and then cut off before anything is counted.

    Parameters
    ----------
    draws : array (element, row) [unit of each element]
    layout : Layout
    """

    def __init__(self, draws: Floats, layout: Layout) -> None:
        self._draws = np.ascontiguousarray(draws)
        self._layout = layout

    def block(self, randomisation: int, start: int, count: int) -> Floats:
        """Return draws `start` to `start + count - 1` of a stretch; beyond its end they are its last row.

        Parameters
        ----------
        randomisation : int
            The stretch.
        start, count : int

        Returns
        -------
        array (element, draw) [unit of each element]
        """
        first = sum(self._layout.sizes[:randomisation])
        last = self._layout.sizes[randomisation] - 1
        return self._draws[:, first + np.minimum(np.arange(start, start + count), last)]

    def fill(self, randomisation: int, start: int, x: Floats) -> None:
        """Fill lanes with the draws of a stretch.

        Parameters
        ----------
        randomisation : int
            The stretch.
        start, x
            As for `targets.PackSampler.fill`.
        """
        for lane in range(x.shape[0]):
            x[lane] = self.block(randomisation, start + lane * LANE, LANE)


def whole_lanes(count: int) -> int:
    """Round draws up to whole lanes.

    Examples
    --------
    >>> whole_lanes(513)
    1024
    """
    return -(-count // LANE) * LANE
