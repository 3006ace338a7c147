"""Counts in fixed bins, exact to merge, and quantiles from them.

A bin is a sign, a binary exponent and the ten leading bits of the fraction of a float, so each is at
most 1/1024 as wide as its lower end is far from 0. The bins are the same for every quantity and every
run. A histogram holds those pages of 256 neighbouring bins in which a draw has fallen, so that its size
follows the spread of the draws and not their number. Most pages lie in the tails and hold few draws: they are
counted in bytes until there are more. Magnitudes below 2^-100 share one bin around 0.
"""

from __future__ import annotations

import mmap
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BITS: Final = 10
"""Leading bits of the fraction that tell bins apart: a resolution of 1 in 1,024."""
SHIFT: Final = 52 - BITS
"""How far a float's bits are shifted down to its exponent and leading bits."""
PAGE_BITS: Final = 8
PAGE: Final = 2**PAGE_BITS
"""Bins of a page."""
_MARGIN: Final = 64
"""The table of pages is widened by at least so many, so that it seldom is."""
ZERO: Final = ((1023 - 100) << BITS) - 1
"""What is taken from a magnitude's leading bits, so that 2^-100 starts bin 1 and all below fall into bin 0."""
_CELLS: Final = 32
"""Cells whose quantiles are sought at once."""
_SMALL: Final = 2**16
"""Bytes below which an array is taken from the heap."""
_MOST: Final = 2**32 - 1
"""Draws that a bin of a page in half words may hold."""
_EACH: Final = 64
"""Pages of each cell for which there is room at first."""
_FEW: Final = 255
"""Draws that a page in bytes may hold."""
_NONE: Final = -1
_MAGNITUDE: Final = np.int64(2**63 - 1)


def zeros_mmap(count: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an array of zeros in memory of its own.

    The system gives it as it is written to, and has it back when the array goes; NumPy's own goes back to a heap, of
    which other threads' arrays may hold the end.
    """
    size = count * np.dtype(dtype).itemsize
    if size < _SMALL:
        return np.zeros(count, dtype=dtype)
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    try:
        return np.frombuffer(mmap.mmap(-1, size, **private), dtype=dtype)
    except OSError as full:
        raise MemoryError from full


def bins(bits: Ints) -> Ints:
    """Return the bin of each finite float, looked at as an integer: 0 around zero, negative below, rising with it."""
    number = bits & _MAGNITUDE
    number >>= SHIFT
    number -= ZERO
    np.maximum(number, 0, out=number)
    np.negative(number, out=number, where=bits < 0)
    return number


def ends(number: Ints) -> tuple[Floats, Floats]:
    """Return the ends of bins, lower first."""
    size = np.abs(number)
    near = ((np.maximum(size, 1) + ZERO) << SHIFT).view(np.float64)
    far = np.minimum(((size + 1 + ZERO) << SHIFT).view(np.float64), np.finfo(np.float64).max)
    near = np.where(size == 0, -far, near)
    return np.where(number < 0, -far, near), np.where(number < 0, -near, far)


class Histogram:
    """Counts of draws in fixed bins, for each cell of a quantity.

    Parameters
    ----------
    cells : int
    """

    def __init__(self, cells: int) -> None:
        self.cells = cells
        self._first = 0
        # where each page of each cell is held: one in bytes below _NONE, counted downwards
        self._table = np.full((cells, 0), _NONE, dtype=np.int32)
        self._counts: npt.NDArray[np.uint32] | Ints = np.zeros((0, PAGE), dtype=np.uint32)
        self._used = 0
        self._bytes: npt.NDArray[np.uint8] = np.zeros((0, PAGE), dtype=np.uint8)
        self._bytes_used = 0
        # no bin holds more draws
        self._most = 0

    def add(self, number: Ints, first: int = 0) -> None:
        """Count draws by their bins.

        Parameters
        ----------
        number : int array (cell, draw)
            From `bins`.
        first : int
            The first of these cells, which are neighbours.
        """
        if number.size:
            self._expect(number.shape[1])
            page = self._places(first + np.arange(len(number))[:, None], number >> PAGE_BITS)
            held = self._table.ravel()[page]
            if held.min() < 0:
                self._hold(np.unique(page[held < 0]))
                held = self._table.ravel()[page]
            self._count(held, number)

    def add_at(self, cell: Ints, number: Ints) -> None:
        """Count draws of any cells by their bins, arrays (draw,)."""
        if number.size:
            self._expect(len(number))
            page = self._places(cell, number >> PAGE_BITS)
            self._hold_some(*np.unique(page, return_counts=True))
            held = self._table.ravel()[page]
            many = held >= 0
            self._count(held[many], number[many])
            places = (_NONE - 1 - held[~many].astype(np.int64) << PAGE_BITS) | (number[~many] & (PAGE - 1))
            np.add.at(self._bytes.ravel(), places, np.uint8(1))

    def _count(self, held: npt.NDArray[np.int32], number: Ints) -> None:
        places = (held.astype(np.int64) << PAGE_BITS) | (number & (PAGE - 1))
        np.add.at(self._counts.ravel(), places.ravel(), self._counts.dtype.type(1))

    def _places(self, cell: Ints, page: Ints) -> Ints:
        """Return the places of pages in the table, which is made to cover them."""
        self._cover(int(page.min()), int(page.max()))
        places: Ints = cell * self._table.shape[1] + (page - self._first)
        return places

    def add_pages(self, cell: Ints, page: Ints, counts: npt.NDArray[np.integer]) -> None:
        """Add counts of whole pages, each page of a cell once; exact, in any order.

        Parameters
        ----------
        cell, page : int array (page,)
        counts : int array (page, 256)
        """
        if not cell.size:
            return
        self._expect(int(counts.max()))
        place = self._places(cell, page)
        self._hold_some(place, counts.sum(axis=1, dtype=np.int64))
        held = self._table.ravel()[place]
        many = held >= 0
        self._counts[held[many]] += counts[many].astype(self._counts.dtype, copy=False)
        self._bytes[_NONE - 1 - held[~many]] += counts[~many].astype(np.uint8)

    def merge(self, other: Histogram) -> None:
        """Add another histogram of the same quantity; exact, in any order."""
        cell, page = np.nonzero(other._table != _NONE)
        self.add_pages(cell, page + other._first, other._pages(other._table[cell, page]))

    @property
    def total(self) -> int:
        """Draws counted, all cells together."""
        return int(self._counts.sum()) + int(self._bytes.sum())

    def _expect(self, draws: int) -> None:
        """Make sure that so many more draws in one bin can be counted."""
        self._most += draws
        if self._most > _MOST and self._counts.dtype != np.int64:
            self._counts = self._counts.astype(np.int64)

    def _cover(self, lowest: int, highest: int) -> None:
        """Widen the table of pages until it covers those from `lowest` to `highest`."""
        width = self._table.shape[1]
        if self._first <= lowest and highest < self._first + width:
            return
        first = min(lowest - _MARGIN, self._first) if width else lowest - _MARGIN
        stop = max(highest + _MARGIN, self._first + width) if width else highest + _MARGIN
        table = np.full((self.cells, stop - first), _NONE, dtype=np.int32)
        table[:, self._first - first : self._first - first + width] = self._table if width else _NONE
        self._first, self._table = first, table

    def _hold(self, places: npt.NDArray[np.intp]) -> None:
        """Make room in whole numbers for pages, given by their places in the table, that have none or are in bytes."""
        first, self._used = self._used, self._used + len(places)
        if self._used > len(self._counts):
            self._counts = _longer(self._counts, self._used, self.cells)
        held = self._table.ravel()[places]
        self._table.ravel()[places] = np.arange(first, self._used)
        moved, new = _NONE - 1 - held[held < _NONE], first + np.flatnonzero(held < _NONE)
        self._counts[new] = self._bytes[moved]
        self._bytes[moved] = 0

    def _hold_some(self, places: npt.NDArray[np.intp], draws: Ints) -> None:
        """Make room for some more draws in each of these pages."""
        held = self._table.ravel()[places]
        before = np.zeros(len(held), dtype=np.int64)
        before[held < _NONE] = self._bytes[_NONE - 1 - held[held < _NONE]].sum(axis=1, dtype=np.int64)
        self._hold(places[(held < 0) & (before + draws > _FEW)])
        new = places[(held == _NONE) & (draws <= _FEW)]
        first, self._bytes_used = self._bytes_used, self._bytes_used + len(new)
        if self._bytes_used > len(self._bytes):
            self._bytes = _longer(self._bytes, self._bytes_used, self.cells)
        self._table.ravel()[new] = _NONE - 1 - np.arange(first, self._bytes_used)

    def _pages(self, held: npt.NDArray[np.int32]) -> Ints:
        """Return the counts of pages from where they are held, int array (*held, 256)."""
        counts = np.empty((*held.shape, PAGE), dtype=np.int64)
        many = held >= 0
        counts[many] = self._counts[held[many]]
        counts[~many] = self._bytes[_NONE - 1 - held[~many]]
        return counts

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
        values, resolution = (np.zeros((len(probabilities), self.cells)) for _ in range(2))
        # those in bytes stand behind, from the end, as their places do
        counted = (self._counts[: self._used], self._bytes[: self._bytes_used][::-1])
        totals = np.concatenate([*(one.sum(axis=1, dtype=np.int64) for one in counted), [0]])
        for start in range(0, self.cells, _CELLS):
            some = slice(start, min(start + _CELLS, self.cells))
            # effect for each 1,000 has no bound where a cost is next to nothing
            with np.errstate(all="ignore"):
                values[:, some], resolution[:, some] = self._quantiles(some, totals, probabilities)
        return values, resolution

    def _quantiles(self, some: slice, totals: Ints, probabilities: Floats) -> tuple[Floats, Floats]:
        cell, page = np.nonzero(self._table[some] != _NONE)
        held = self._table[some][cell, page]
        # draws up to each page, one cell after the other; `before` those of earlier cells
        below = np.cumsum(totals[held])
        draws = np.bincount(cell, weights=totals[held], minlength=some.stop - some.start).astype(np.int64)
        before = np.cumsum(draws) - draws
        position = (draws - 1)[:, None] * probabilities
        lower = np.floor(position).astype(np.int64)
        both = np.stack([lower, np.minimum(lower + 1, draws[:, None] - 1)])
        rank = both + before[:, None]
        at = np.searchsorted(below, rank, side="right")
        within = rank - (below[at] - totals[held[at]])
        bin_ = (np.cumsum(self._pages(held[at]), axis=-1) <= within[..., None]).sum(axis=-1)
        low, high = ends(((page[at] + self._first) << PAGE_BITS) + bin_)
        middle = low / 2 + high / 2
        found = middle[0] + (position - lower) * (middle[1] - middle[0])
        return found.T, (high - low).max(axis=0).T


def _longer(counts: npt.NDArray[Any], need: int, cells: int) -> npt.NDArray[Any]:
    """Return an array of at least so many pages that begins with those of another.

    There is more room than is needed, so that counts are seldom copied; what is not written to takes no memory.
    """
    room = max(need, 2 * len(counts), _EACH * cells)
    found = zeros_mmap(room * PAGE, counts.dtype).reshape(room, PAGE)
    found[: len(counts)] = counts
    return found
