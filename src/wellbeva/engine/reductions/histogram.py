"""Counts in fixed bins, exact to merge, and quantiles from them.

A bin is a sign, a binary exponent and the ten leading bits of the fraction of a float, so each is
at most 1/1024 as wide as its lower end is far from 0. The bins are the same for every quantity and every
run. A histogram holds those pages of 256 neighbouring bins in which a draw has fallen, so that its size
follows the spread of the draws and not their number. Magnitudes below 2^-100 share one bin around 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats, Ints, zeros_mmap

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
"""Subtracted from a magnitude's leading bits, so that 2^-100 starts bin 1 and all below fall into bin 0."""
_CELLS: Final = 32
"""Cells whose quantiles are sought at once."""
_MOST: Final = 2**32 - 1
"""Draws that a bin may hold in half words."""
_SLOTS: Final = 2**31
"""Bins of all pages: a kernel counts them in half words with a sign."""
_EACH: Final = 64
"""Pages of each cell for which there is room at first."""
_AT_ONCE: Final = 256
"""Pages that are merged at once."""
CARRY: Final = 2**8
"""Draws that one in `Histogram.carries` stands for."""
_NONE: Final = -1
_CELL_BITS: Final = 24
CELL: Final = 2**_CELL_BITS
"""How far the places of a cell are from those of the next (`Histogram.entries`)."""
_MIDDLE: Final = 2 ** (_CELL_BITS - 1)
_PAGE_PLACES: Final = _CELL_BITS - PAGE_BITS
_PAGES: Final = 1024
"""Pages whose entries are yielded at once."""
_LAST: Final = (2047 << BITS) - ZERO
"""The bin of the largest float is below it."""
_MAGNITUDE: Final = np.int64(2**63 - 1)


def bins(bits: Ints) -> Ints:
    """Return the bin of each finite float, looked at as an integer: 0 around zero, negative below, rising with it."""
    number = bits & _MAGNITUDE
    number >>= SHIFT
    number -= ZERO
    np.maximum(number, 0, out=number)
    sign = bits >> 63
    number ^= sign  # with the line below: its negative where the sign is -1
    number -= sign
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
    dtype : dtype
        Of `counts`. Bytes, as kernels count, take a quarter of the memory: most pages lie in the tails and hold few
        draws.

    Attributes
    ----------
    table : int array (cell, page)
        Where each page is held, the first of them page `first`; -1 where it is not.
    counts : int array (held, 256)
    over : int array (held,)
        Where the carries of a page are held; -1 where it has none.
    carries : int array (carried, 256)
        How often a byte of `counts` ran over.
    used : int array (2,)
        Pages held, pages carried; there is room for more.
    """

    def __init__(self, cells: int, dtype: npt.DTypeLike = np.uint32) -> None:
        self.cells = cells
        self.first = 0
        self.table = np.full((cells, 0), _NONE, dtype=np.int32)
        self.counts: npt.NDArray[Any] = np.zeros((0, PAGE), dtype=dtype)
        self.over = np.zeros(0, dtype=np.int32)
        self.carries = np.zeros((0, PAGE), dtype=np.uint32)
        self.used = np.zeros(2, dtype=np.int64)
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
        if not number.size:
            return
        self._most += number.shape[1]
        if self._most > _MOST and self.counts.dtype != np.int64:
            self.counts = self.counts.astype(np.int64)
        self.cover(int(number.min()) >> PAGE_BITS, int(number.max()) >> PAGE_BITS)
        page = number >> PAGE_BITS
        page += (first + np.arange(len(number)))[:, None] * self.table.shape[1] - self.first
        held = self.table.ravel().take(page)
        if held.min() < 0:
            self.hold(np.unique(page[held < 0]))
            held = self.table.ravel().take(page)
        places = np.left_shift(held, PAGE_BITS, out=page, dtype=np.int64)
        places |= number & (PAGE - 1)
        np.add.at(self.counts.ravel(), places.ravel(), self.counts.dtype.type(1))

    def merge(self, other: Histogram) -> None:
        """Add another histogram of the same quantity; exact, in any order."""
        cells, pages = np.nonzero(other.table != _NONE)
        for start in range(0, len(cells), _AT_ONCE):
            cell, page = cells[start : start + _AT_ONCE], pages[start : start + _AT_ONCE]
            self._add_pages(cell, page + other.first, other.pages(other.table[cell, page]))

    def _add_pages(self, cell: Ints, page: Ints, theirs: Ints) -> None:
        """Add counts of pages, each page once, int array (page, 256)."""
        self.cover(int(page.min()), int(page.max()))
        place = cell * self.table.shape[1] + page - self.first
        self.hold(place[self.table.ravel()[place] == _NONE])
        held = self.table.ravel()[place]
        total = self.pages(held) + theirs
        self.counts[held] = total & (CARRY - 1)
        many = total.max(axis=1) >= CARRY
        new = held[many & (self.over[held] == _NONE)]
        self.make_room(0, len(new))
        self.over[new] = self.used[1] + np.arange(len(new))
        self.used[1] += len(new)
        self.carries[self.over[held[many]]] = total[many] // CARRY

    def entries(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield the bins that are not empty and their counts, int arrays (entry,), some pages at a time.

        Yields
        ------
        places : int array (entry,)
            Cell and bin as one number, rising: `CELL` times the cell, plus the bin, plus 2^23.
        counts : int array (entry,)
            Of draws, at least 1.
        """
        cells, pages = np.nonzero(self.table != _NONE)
        held = self.table[cells, pages]
        there = (self.counts[: self.used[0]].any(axis=1) | (self.over[: self.used[0]] != _NONE))[held]
        first = (cells[there] << _CELL_BITS) + ((pages[there] + self.first) << PAGE_BITS) + _MIDDLE
        held = held[there]
        for start in range(0, len(held), _PAGES):
            some = slice(start, start + _PAGES)
            count = self.pages(held[some])
            there = count > 0
            yield (first[some, None] + np.arange(PAGE))[there], count[there]

    def add_entries(self, places: Ints, counts: Ints) -> None:
        """Add some of what `entries` yielded of another histogram of the same cells.

        Parameters
        ----------
        places, counts : int array (entry,)

        Raises
        ------
        ValueError
            If they cannot be entries of such a histogram.
        """
        cell, number = places >> _CELL_BITS, (places & (CELL - 1)) - _MIDDLE
        sound = (np.diff(places) > 0).all() and (counts > 0).all() and (np.abs(number) <= _LAST).all()
        if not sound or (len(cell) and not 0 <= cell[0] <= cell[-1] < self.cells):
            raise ValueError("bins that no draw can fall into")
        if not len(places):
            return
        page = places >> PAGE_BITS
        new = np.diff(page, prepend=-1) > 0
        pages = page[new]
        theirs = np.zeros((len(pages), PAGE), dtype=np.int64)
        theirs.ravel()[((np.cumsum(new) - 1) << PAGE_BITS) | (places & (PAGE - 1))] = counts
        self._add_pages(pages >> _PAGE_PLACES, (pages & (2**_PAGE_PLACES - 1)) - (_MIDDLE >> PAGE_BITS), theirs)

    @property
    def total(self) -> int:
        """Draws counted, all cells together."""
        return int(self._totals().sum())

    def cover(self, lowest: int, highest: int) -> None:
        """Widen the table of pages until it covers those from `lowest` to `highest`.

        Parameters
        ----------
        lowest, highest : int
            Pages: numbers of bins, divided by 256 and rounded down.
        """
        width = self.table.shape[1]
        if self.first <= lowest and highest < self.first + width:
            return
        first = min(lowest - _MARGIN, self.first) if width else lowest - _MARGIN
        stop = max(highest + _MARGIN, self.first + width) if width else highest + _MARGIN
        table = np.full((self.cells, stop - first), _NONE, dtype=np.int32)
        table[:, self.first - first : self.first - first + width] = self.table if width else _NONE
        self.first, self.table = first, table

    def hold(self, places: Ints) -> None:
        """Hold pages, given by their places in the table, that are not held: neighbours in their order."""
        self.make_room(len(places), 0)
        self.table.ravel()[places] = self.used[0] + np.arange(len(places))
        self.used[0] += len(places)

    def make_room(self, pages: int, carried: int) -> None:
        """Make room for more pages, and carries of pages, than are held.

        Parameters
        ----------
        pages, carried : int
            How many more of each.

        Raises
        ------
        MemoryError
            There is none.
        """
        held, carries = int(self.used[0]) + pages, int(self.used[1]) + carried
        if held > len(self.counts):
            self.counts = _longer(self.counts, held, self.cells)
            over = np.full(len(self.counts), _NONE, dtype=np.int32)
            over[: len(self.over)] = self.over
            self.over = over
        if carries > len(self.carries):
            self.carries = _longer(self.carries, carries, self.cells)

    def pages(self, held: npt.NDArray[np.integer]) -> Ints:
        """Return the counts of pages from where they are held, int array (*held, 256)."""
        counts: Ints = self.counts[held].astype(np.int64)
        over = self.over[held]
        counts[over >= 0] += CARRY * self.carries[over[over >= 0]].astype(np.int64)
        return counts

    def _totals(self) -> Ints:
        """Return the draws of each page that is held."""
        totals: Ints = self.counts[: self.used[0]].sum(axis=1, dtype=np.int64)
        over = self.over[: self.used[0]]
        totals[over >= 0] += CARRY * self.carries[over[over >= 0]].sum(axis=1, dtype=np.int64)
        return totals

    def quantiles(self, probabilities: Floats) -> tuple[Floats, Floats]:
        """Return quantiles and the width of the bins they came from.

        Parameters
        ----------
        probabilities : array (q,) [share]

        Returns
        -------
        values, resolution : array (q, cell) [unit of the quantity]
            With n draws the quantile lies at position (n - 1) p between the sorted draws, joined by straight
            lines (Hyndman and Fan 1996, definition 7, doi:10.1080/00031305.1996.10473566; NumPy's default).
            Each sorted draw stands at the middle of its bin, so the value is off by half the resolution at most.
        """
        values, resolution = (np.zeros((len(probabilities), self.cells)) for _ in range(2))
        totals = self._totals()
        for start in range(0, self.cells, _CELLS):
            some = slice(start, min(start + _CELLS, self.cells))
            # effect for each 1,000 has no bound where a cost is next to nothing
            with np.errstate(all="ignore"):
                values[:, some], resolution[:, some] = self._quantiles(some, totals, probabilities)
        return values, resolution

    def _quantiles(self, some: slice, totals: Ints, probabilities: Floats) -> tuple[Floats, Floats]:
        cell, page = np.nonzero(self.table[some] != _NONE)
        held = self.table[some][cell, page]
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
        bin_ = (np.cumsum(self.pages(held[at]), axis=-1) <= within[..., None]).sum(axis=-1)
        low, high = ends(((page[at] + self.first) << PAGE_BITS) + bin_)
        middle = low / 2 + high / 2
        quantiles = middle[0] + (position - lower) * (middle[1] - middle[0])
        return quantiles.T, (high - low).max(axis=0).T


def _longer(counts: npt.NDArray[Any], need: int, cells: int) -> npt.NDArray[Any]:
    """Return an array of at least so many pages that begins with those of another.

    There is more room than is needed, so that counts are seldom copied; what is not written to takes no memory.
    """
    room = max(need, min(max(2 * len(counts), _EACH * cells), _SLOTS // PAGE))
    if room * PAGE > _SLOTS:
        raise MemoryError
    longer = zeros_mmap(room * PAGE, counts.dtype).reshape(room, PAGE)
    longer[: len(counts)] = counts
    return longer
