"""Counts while draws pour in: windows of neighbouring bins, handed over to a `Histogram`.

Looking up the page of each draw costs more than counting it. There is therefore, for each cell, one window of
bins above zero and one below, opened where the first draws fell, in which the place of a draw is a subtraction.
What falls outside is written down and counted later; where that is much, the window is widened. Counts are whole
numbers, so windows change none. Where there are many cells, a few workers share their windows, a group of cells in
the hands of one at a time: memory is that of the counts, not of the workers.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from wellbeva.engine.reductions.histogram import PAGE, PAGE_BITS, Histogram, zeros_mmap
from wellbeva.engine.reductions.leaves.histogram_kernels import pour, scatter, survey

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

HEADS: Final = 16
"""Slots of a cell before its windows: for what lies outside, and for bin 0."""
MARGIN: Final = 512
"""Bins by which a window reaches beyond the draws it was opened for: half a doubling."""
DEEP: Final = 48
"""Pages that a window has at most at first: twelve halvings from its highest."""
ROOM: Final = 2**16
"""Pages of all windows of a group of cells, if those are not too many: 64 MB."""
GROUPS: Final = 4
"""Groups of cells at most."""
GROUP: Final = 64
"""Cells of a group at least; with fewer than two groups each worker has its own windows."""
TOGETHER: Final = 4
"""Workers that share the windows of all groups."""
STRAYS: Final = 2**15
_PAGES: Final = 256
"""Pages handed over at once."""
_OFTEN: Final = 256
"""A window is widened if it missed more than one draw in so many."""
_MOST: Final = 2**31
"""Draws after which counts are handed over, so that none runs over."""


class BinBuffer:
    """Counts for rows of a pack; workers that share them wait for one another.

    Parameters
    ----------
    rows : int array (cell,)
        Of the pack.
    total : Histogram
        Of the same cells, shared by all workers.
    lock : Lock
        Held while counts are handed over.
    """

    def __init__(self, rows: Ints, total: Histogram, lock: threading.Lock) -> None:
        self.rows, self.total, self._lock = rows, total, lock
        self._busy = threading.Lock()
        cells = len(rows)
        # pages of each window: above zero, then below, where the highest page is the nearest to zero
        self._first = np.zeros((2, cells), dtype=np.int64)
        self._stop = np.zeros((2, cells), dtype=np.int64)
        self._windows = np.zeros((cells, 7), dtype=np.int32)
        self._pool, self._bytes = np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8)
        self._cell = self._page = np.zeros(0, dtype=np.int64)
        self._stray_cells = np.zeros(STRAYS, dtype=np.int32)
        self._stray_numbers = np.zeros(STRAYS, dtype=np.int32)
        self._strays = 0
        self._missed = np.zeros(cells, dtype=np.int64)
        self._seen = 0
        self._looked = 0
        self._deep = DEEP

    def add(self, bits: Ints, sizes: Ints, still: Flags | None = None, *, wait: bool = True) -> bool:
        """Count a pack, or do nothing and return False if another worker is at it and this one need not wait.

        Parameters
        ----------
        bits : int array (lane, row, 512)
            Floats, looked at as integers.
        sizes : int array (lane,)
            Draws of each lane that count.
        still : bool array (lane, row), optional
            Where all draws are known to fall into one bin.
        """
        if not self._busy.acquire(blocking=wait):
            return False
        try:
            self._add(bits, sizes, np.zeros(bits.shape[:2], dtype=bool) if still is None else still)
        finally:
            self._busy.release()
        return True

    def _add(self, bits: Ints, sizes: Ints, still: Flags) -> None:
        draws = int(sizes.sum())
        if self._seen + draws > _MOST:
            self._hand_over()
        if not len(self._pool):
            reach = _reach(len(self.rows))
            survey(bits, self.rows, sizes, *reach)
            self._open(*reach)
        self._seen += draws
        self._looked += draws
        position, halves = 0, bits.view(np.int32)
        while True:
            position, self._strays = scatter(
                bits,
                halves,
                self.rows,
                sizes,
                still,
                self._windows,
                self._pool,
                self._bytes,
                position,
                self._stray_cells,
                self._stray_numbers,
                self._strays,
            )
            if position == len(self.rows) * len(sizes):
                return
            self._widen(*self._take_strays())

    def hand_over(self) -> None:
        """Add all counts to the shared histogram; windows open anew at the next draw."""
        with self._busy:
            self._hand_over()

    def settle(self) -> None:
        """Give back what only counting needs; called before anything is handed over for good, when memory runs high."""
        with self._busy:
            pour(self._bytes, self._pool)
            self._bytes = np.zeros(0, dtype=np.uint8)

    def _hand_over(self) -> None:
        self._take_strays()
        pour(self._bytes, self._pool)
        self._bytes = np.zeros(0, dtype=np.uint8)
        heads = self._pool[: HEADS * len(self.rows)].reshape(-1, HEADS)
        pages = self._pool[HEADS * len(self.rows) :].reshape(-1, PAGE)
        (near,) = np.nonzero(heads[:, 1])
        counts = np.zeros((len(near), PAGE), dtype=np.uint32)
        counts[:, 0] = heads[near, 1]
        self._hand_over_pages(self._cell, self._page, pages, np.ones(len(pages), dtype=bool))
        with self._lock:
            self.total.add_pages(near, np.zeros(len(near), dtype=np.int64), counts)
        self._pool = np.zeros(0, dtype=np.uint32)
        self._cell = self._page = np.zeros(0, dtype=np.int64)
        self._seen = 0

    def _hand_over_pages(
        self, cell: Ints, page: Ints, counts: npt.NDArray[np.uint32], which: npt.NDArray[np.bool_]
    ) -> None:
        (filled,) = np.nonzero(counts.any(axis=1) & which)
        with self._lock:
            for start in range(0, len(filled), _PAGES):
                some = filled[start : start + _PAGES]
                self.total.add_pages(cell[some], page[some], counts[some])

    def _take_strays(self) -> tuple[Ints, Ints]:
        """Count what lay outside; return cells and bins."""
        cells = self._stray_cells[: self._strays].astype(np.int64)
        numbers = self._stray_numbers[: self._strays].astype(np.int64)
        self._strays = 0
        if len(cells):
            self._missed += np.bincount(cells, minlength=len(self.rows))
            with self._lock:
                self.total.add_at(cells, numbers)
        return cells, numbers

    def _widen(self, cells: Ints, numbers: Ints) -> None:
        """Widen the windows that miss much, up to what they missed last."""
        much = (self._missed * _OFTEN > self._looked)[cells]
        if not much.any():
            return
        reach = _reach(len(self.rows))
        for side, there in enumerate((much & (numbers > 0), much & (numbers < 0))):
            np.minimum.at(reach[0][side], cells[there], np.abs(numbers[there]))
            np.maximum.at(reach[1][side], cells[there], np.abs(numbers[there]))
        self._deep = min(2 * self._deep, ROOM)
        self._open(*reach)
        self._missed[:] = 0
        self._looked = 0

    def _open(self, least: Ints, most: Ints) -> None:
        """Open windows for bins at these distances from zero, or widen those that are there."""
        cells = len(self.rows)
        near, far = np.maximum(least - MARGIN, 1), most + MARGIN
        signs = np.array([[1], [-1]])
        first = np.where(signs > 0, near, -far) >> PAGE_BITS
        stop = (np.where(signs > 0, far, -near) >> PAGE_BITS) + 1
        was, is_ = self._stop > self._first, most > 0
        first = np.where(was, np.where(is_, np.minimum(first, self._first), self._first), np.where(is_, first, 0))
        stop = np.where(was, np.where(is_, np.maximum(stop, self._stop), self._stop), np.where(is_, stop, 0))
        deep = self._deep
        while True:
            first[0] = np.maximum(first[0], stop[0] - deep)
            stop[1] = np.minimum(stop[1], first[1] + deep)
            if deep == 1 or int((stop - first).sum()) <= ROOM:
                break
            deep //= 2
        self._first, self._stop = first, stop
        pour(self._bytes, self._pool)
        pool, cell, page = self._pool, self._cell, self._page
        lengths = (stop - first).T.ravel()
        starts = np.concatenate([[0], np.cumsum(lengths)])
        self._cell = np.repeat(np.arange(cells).repeat(2), lengths)
        self._page = np.arange(starts[-1]) - np.repeat(starts[:-1] - first.T.ravel(), lengths)
        slots = HEADS * cells + PAGE * int(starts[-1])
        self._pool, self._bytes = zeros_mmap(slots, np.uint32), zeros_mmap(slots, np.uint8)
        places = HEADS * cells + PAGE * starts[:-1].reshape(-1, 2)
        self._windows[:, 0] = HEADS * np.arange(cells)
        for side in (0, 1):
            self._windows[:, 1 + 3 * side] = first[side] << PAGE_BITS
            self._windows[:, 2 + 3 * side] = (stop - first)[side] << PAGE_BITS
            self._windows[:, 3 + 3 * side] = places[:, side]
        if not len(pool):
            return
        # counts move along; what the windows no longer reach is handed over
        below = (page < 0).astype(np.int64)
        there = (first[below, cell] <= page) & (page < stop[below, cell])
        place = starts[2 * cell + below] + page - first[below, cell]
        counts, own = (x[HEADS * cells :].reshape(-1, PAGE) for x in (pool, self._pool))
        self._pool[: HEADS * cells] = pool[: HEADS * cells]
        for before, now in zip(np.flatnonzero(there), place[there], strict=True):
            own[now] = counts[before]
        self._hand_over_pages(cell, page, counts, ~there)


class HistogramSet:
    """Counts of many cells: a histogram for each group of them, and the windows through which workers count.

    Parameters
    ----------
    rows : int array (cell,)
        Of the pack.
    """

    def __init__(self, rows: Ints) -> None:
        groups = min(GROUPS, max(1, len(rows) // GROUP))
        self._rows = np.array_split(rows, groups)
        self._totals = [Histogram(len(some)) for some in self._rows]
        self._locks = [threading.Lock() for _ in self._rows]
        self._windows: list[list[BinBuffer]] = []
        self._workers = 0
        self._lock = threading.Lock()

    def turn(self) -> WorkerTurn:
        """Return what a new worker counts with."""
        groups = zip(self._rows, self._totals, self._locks, strict=True)
        with self._lock:
            shared, place = divmod(self._workers, TOGETHER if len(self._rows) > 1 else 1)
            self._workers += 1
            if shared == len(self._windows):
                self._windows.append([BinBuffer(*group) for group in groups])
            return WorkerTurn(self._windows[shared], place)

    def quantiles(self, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles and resolution of all cells, see `Histogram.quantiles`."""
        found: list[tuple[Floats, Floats]] = []
        for one in [one for several in self._windows for one in several]:
            one.settle()
        for group, total in enumerate(self._totals):
            for windows in self._windows:
                windows[group].hand_over()
            found.append(total.quantiles(chances))
        values, resolution = (np.concatenate(some, axis=1) for some in zip(*found, strict=True))
        return values, resolution


class WorkerTurn:
    """How one worker counts: group by group, those first at which no other worker is."""

    def __init__(self, groups: Sequence[BinBuffer], place: int) -> None:
        # workers begin at different groups, so that they seldom meet
        first = place * len(groups) // TOGETHER
        self._groups = [group for group in (*groups[first:], *groups[:first]) if len(group.rows)]
        self.packs = 0

    def add(self, bits: Ints, sizes: Ints, still: Flags) -> None:
        """Count a pack, see `BinBuffer.add`."""
        self.packs += 1
        later = [group for group in self._groups if not group.add(bits, sizes, still, wait=False)]
        for one in later:
            one.add(bits, sizes, still)


def _reach(cells: int) -> tuple[Ints, Ints]:
    """Return the reach of bins on both sides of zero before any is seen: (least, most), each (side, cell)."""
    return np.full((2, cells), 2**31, dtype=np.int64), np.zeros((2, cells), dtype=np.int64)
