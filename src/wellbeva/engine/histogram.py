"""Counts in fixed bins, exact to merge, and quantiles from them.

A bin is a sign, a binary exponent and the ten leading bits of the fraction of a float, so each is at
most 1/1024 as wide as its lower end is far from 0. The bins are the same for every quantity and every
run; a histogram stores a window of them for each cell and widens it when a draw falls outside.
Magnitudes below 2^-100 share one bin around 0.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BITS: Final = 10
"""Leading bits of the fraction that tell bins apart: a resolution of 1 in 1,024."""
_SHIFT: Final = 52 - BITS
_PAGE: Final = 2**BITS
_ZERO: Final = ((1023 - 100) << BITS) - 1
"""What is taken from a magnitude's leading bits, so that 2^-100 starts bin 1 and all below fall into bin 0."""
_MAGNITUDE: Final = np.int64(2**63 - 1)


def bins(x: Floats) -> Ints:
    """Return the bin of each finite value: 0 around nought, negative below, rising with the value."""
    bits = np.ascontiguousarray(x).view(np.int64)
    number = bits & _MAGNITUDE
    number >>= _SHIFT
    number -= _ZERO
    np.maximum(number, 0, out=number)
    np.negative(number, out=number, where=bits < 0)
    return number


def ends(number: Ints) -> tuple[Floats, Floats]:
    """Return the ends of bins, lower first."""
    size = np.abs(number)
    near = ((np.maximum(size, 1) + _ZERO) << _SHIFT).view(np.float64)
    far = np.minimum(((size + 1 + _ZERO) << _SHIFT).view(np.float64), np.finfo(np.float64).max)
    near = np.where(size == 0, -far, near)
    return np.where(number < 0, -far, near), np.where(number < 0, -near, far)


class Histogram:
    """Counts of draws in fixed bins, for each cell of a quantity.

    Parameters
    ----------
    cells : int
    """

    def __init__(self, cells: int) -> None:
        self.low = np.zeros(cells, dtype=np.int64)
        self.width = np.zeros(cells, dtype=np.int64)
        self.offset = np.zeros(cells, dtype=np.int64)
        self.counts = np.zeros(0, dtype=np.int64)

    def add(self, number: Ints) -> None:
        """Count draws by their bins.

        Parameters
        ----------
        number : int array (cell, draw)
            From `bins`.
        """
        self._widen(number.min(axis=1), number.max(axis=1))
        places = number + (self.offset - self.low)[:, None]
        np.add.at(self.counts, places.ravel(), np.int64(1))

    def merge(self, other: Histogram) -> None:
        """Add another histogram of the same quantity; exact, in any order."""
        held = other.width > 0
        self._widen(np.where(held, other.low, self.low), np.where(held, other.low + other.width - 1, self.low))
        for cell in np.flatnonzero(held):
            start = self.offset[cell] + other.low[cell] - self.low[cell]
            stop = other.offset[cell] + other.width[cell]
            self.counts[start : start + other.width[cell]] += other.counts[other.offset[cell] : stop]

    def _widen(self, lowest: Ints, highest: Ints) -> None:
        empty = self.width == 0
        if not empty.any() and (lowest >= self.low).all() and (highest < self.low + self.width).all():
            return
        low = lowest // _PAGE * _PAGE
        high = (highest // _PAGE + 1) * _PAGE
        low = np.where(empty, low, np.minimum(low, self.low))
        high = np.where(empty, high, np.maximum(high, self.low + self.width))
        width = high - low
        offset = np.concatenate([[0], np.cumsum(width)[:-1]]).astype(np.int64)
        counts = np.zeros(int(width.sum()), dtype=np.int64)
        for cell in np.flatnonzero(~empty):
            start = offset[cell] + self.low[cell] - low[cell]
            held = self.counts[self.offset[cell] : self.offset[cell] + self.width[cell]]
            counts[start : start + self.width[cell]] = held
        self.low, self.width, self.offset, self.counts = low, width, offset, counts

    def quantiles(self, probabilities: Floats) -> tuple[Floats, Floats]:
        """Return quantiles and the width of the bins they came from.

        Parameters
        ----------
        probabilities : array (q,)

        Returns
        -------
        values, resolution : array (q, cell)
            With n draws the quantile lies at position (n - 1) p between the sorted draws, joined by straight
            lines (Hyndman and Fan 1996, definition 7, doi:10.1080/00031305.1996.10473566; NumPy's default).
            Each sorted draw stands at the middle of its bin, so the value is off by half the resolution at most.
        """
        cells = len(self.width)
        values, resolution = np.zeros((len(probabilities), cells)), np.zeros((len(probabilities), cells))
        for cell in range(cells):
            counts = self.counts[self.offset[cell] : self.offset[cell] + self.width[cell]]
            below = np.cumsum(counts)
            position = (below[-1] - 1) * probabilities
            before = np.floor(position).astype(np.int64)
            after = np.minimum(before + 1, below[-1] - 1)
            places = np.searchsorted(below, np.stack([before, after]), side="right") + self.low[cell]
            low, high = ends(places)
            middle = low / 2 + high / 2
            values[:, cell] = middle[0] + (position - before) * (middle[1] - middle[0])
            resolution[:, cell] = (high - low).max(axis=0)
        return values, resolution
