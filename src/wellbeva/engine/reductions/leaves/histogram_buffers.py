"""Histograms that kernels fill, and how workers share them.

Looking up the page of each draw costs more than counting it. There is therefore, for each cell, one window of
neighbouring pages above zero and one below, opened where the first draws fell, in which the place of a draw is a
subtraction; the page of any other draw is looked up. Where there are thousands of cells, a few workers share their
histograms, a group of cells in the hands of one at a time: memory is that of the counts, not of the workers. Workers
that share wait for one another, so with fewer cells, of some 13 kB each, every worker has its own.

The counts of a thousand cells are more than a cache holds, and a lane of 512 draws touches most of them. So several
lanes wait, as the halves of numbers that tell their bins, until they are counted cell by cell (measured on the demo:
2.9 and 1.8 s for 524,288 draws).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.histogram import CELL, PAGE_BITS, Histogram, bins
from wellbeva.engine.reductions.leaves.histogram_kernels import Slots, count, hold_halves

MARGIN: Final = 4
"""Pages by which a window reaches beyond the draws it was opened for: a doubling."""
NEARER: Final = 32
"""Pages by which it reaches towards zero: eight halvings, for numbers that may be as small as they like. What no draw
falls into takes no memory."""
DEEP: Final = 96
"""Pages that a window has at most: 24 halvings from its highest."""
ROOM: Final = 2**17
"""Pages of all windows of a group of cells, if those are not too many: 32 MB."""
GROUPS: Final = 4
"""Groups of cells at most."""
GROUP: Final = 1024
"""Cells of a group at least; with fewer than two groups each worker has its own histograms."""
TOGETHER: Final = 4
"""Workers that share the histograms of all groups."""
WAITING: Final = 2**25
"""Bytes of the draws of a worker that wait to be counted, but for one pack, and at most `MOST_LANES` of them."""
MOST_LANES: Final = 16


class RowHistogram(Histogram):
    """Counts of rows of packs; workers that share them wait for one another.

    Parameters
    ----------
    rows : int array (cell,)
        Of the pack.
    """

    def __init__(self, rows: Ints) -> None:
        super().__init__(len(rows), np.uint8)
        self.rows = rows
        self.busy = threading.Lock()
        self._windows = np.zeros((len(rows), 7), dtype=np.int32)

    def count(self, halves: Slots, sizes: Ints, still: Flags) -> None:
        """Count lanes of draws.

        Parameters
        ----------
        halves, sizes, still
            As for `histogram_kernels.count`.
        """
        if not self.used[0]:
            self._open(halves, sizes)
        position, beyond = 0, np.empty(1, dtype=np.int64)
        while True:
            # of one lane each draw may open a page, or run over in another
            self.make_room(LANE, LANE)
            position = count(
                halves, sizes, still, self._windows, self.table, self.first, self.counts.ravel(), self.over,
                self.carries.ravel(), self.used, position, beyond,
            )  # fmt: skip
            if position == len(self.rows) * len(sizes):
                return
            self.cover(int(beyond[0]), int(beyond[0]))

    def _open(self, halves: Slots, sizes: Ints) -> None:
        """Open windows where the draws of a lane fall."""
        lane = int(np.argmax(sizes))
        number = bins(halves[lane, :, : sizes[lane]].astype(np.int64) << 32)
        page = number >> PAGE_BITS
        deep = max(1, min(DEEP, ROOM // (2 * self.cells)))
        self.cover(int(page.min()) - NEARER, int(page.max()) + NEARER)
        # bin 0 is in page 0, but in no window
        self._windows[:, 0] = -1
        places, slot = [], int(self.used[0]) << PAGE_BITS
        for column, sign in ((1, 1), (4, -1)):
            there = np.sign(number) == sign
            low = np.where(there, page, self.first + self.table.shape[1]).min(axis=1)
            high = np.where(there, page, self.first).max(axis=1)
            # where there is not enough room, what is nearest to zero is looked up
            if sign > 0:
                high += MARGIN
                low = np.maximum(low - NEARER, np.maximum(0, high - deep + 1))
            else:
                low -= MARGIN
                high = np.minimum(high + NEARER, np.minimum(-1, low + deep - 1))
            length = np.where(there.any(axis=1), high - low + 1, 0)
            start = np.cumsum(length) - length
            first = np.arange(self.cells) * self.table.shape[1] + low - self.first
            places.append(np.arange(length.sum()) + np.repeat(first - start, length))
            self._windows[:, column] = low << PAGE_BITS
            self._windows[:, column + 1] = length << PAGE_BITS
            self._windows[:, column + 2] = slot + (start << PAGE_BITS)
            slot += int(length.sum()) << PAGE_BITS
        place = np.concatenate(places)
        self.make_room(len(place) + LANE, LANE)
        self.hold(place)


class HistogramSet:
    """Counts of many rows: histograms for groups of them, which workers share or have for themselves.

    Parameters
    ----------
    rows : int array (cell,)
        Of the pack.
    """

    def __init__(self, rows: Ints) -> None:
        self._rows = [some for some in np.array_split(rows, min(GROUPS, max(1, len(rows) // GROUP))) if len(some)]
        self._shared: list[list[RowHistogram]] = []
        self._added: list[RowHistogram] = []
        self._workers = 0
        self._lock = threading.Lock()

    def turn(self) -> WorkerTurn:
        """Return the counter of a new worker."""
        with self._lock:
            shared, place = divmod(self._workers, TOGETHER if len(self._rows) > 1 else 1)
            self._workers += 1
            if shared == len(self._shared):
                self._shared.append([RowHistogram(rows) for rows in self._rows])
            # workers begin at different groups, so that they seldom meet
            first = place * len(self._rows) // TOGETHER
            groups = self._shared[shared]
            return WorkerTurn([*groups[first:], *groups[:first]])

    def quantiles(self, chances: Floats) -> tuple[Floats, Floats]:
        """Return quantiles and resolution of all rows, see `Histogram.quantiles`."""
        empty = np.zeros((len(chances), 0))
        pairs = [histogram.quantiles(chances) for histogram in self._together()]
        values, resolution = (np.concatenate(some, axis=1) for some in zip((empty, empty), *pairs, strict=True))
        return values, resolution

    def entries(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield the bins of all rows that are not empty, and their counts, see `Histogram.entries`."""
        first = 0
        for histogram in self._together():
            for places, counts in histogram.entries():
                yield places + first * CELL, counts
            first += histogram.cells

    def add_entries(self, places: Ints, counts: Ints) -> None:
        """Add some of what `entries` yielded of other draws.

        Parameters
        ----------
        places, counts
            As `Histogram.add_entries`.
        """
        # apart from those that workers fill: their windows open where the first draws fall
        self._added = self._added or [RowHistogram(rows) for rows in self._rows]
        first, start = 0, 0
        for histogram in self._added:
            stop = start + int(np.searchsorted(places[start:], (first + histogram.cells) * CELL))
            histogram.add_entries(places[start:stop] - first * CELL, counts[start:stop])
            first, start = first + histogram.cells, stop
        if start < len(places):
            raise ValueError("bins of more rows than there are")

    def _together(self) -> list[RowHistogram]:
        """Return the histograms of all groups, those of other workers merged into them."""
        if self._added:
            self._shared, self._added = [self._added, *self._shared], []
        while len(self._shared) > 1:
            for mine, other in zip(self._shared[0], self._shared.pop(), strict=True):
                mine.merge(other)
        return self._shared[0] if self._shared else []


class WorkerTurn:
    """How one worker counts: group by group, those first at which no other worker is.

    Parameters
    ----------
    groups : sequence of RowHistogram
    """

    def __init__(self, groups: Sequence[RowHistogram]) -> None:
        self._groups = [_Waiting(group) for group in groups]
        self._sizes = np.zeros(0, dtype=np.int64)
        self._lanes = 0

    def add(self, bits: Ints, sizes: Ints, still: Flags) -> None:
        """Take a pack, to be counted at the latest by `flush`.

        Parameters
        ----------
        bits, sizes, still
            As for `protocol.PackCounter.add`.
        """
        lanes, cells = len(sizes), sum(len(group.rows) for group in self._groups)
        if self._lanes + lanes > len(self._sizes):
            self.flush()
            fits = WAITING // (4 * LANE * max(1, cells))
            self._sizes = np.zeros(max(lanes, len(self._sizes), min(MOST_LANES, fits)), dtype=np.int64)
        self._sizes[self._lanes : self._lanes + lanes] = sizes
        for group in self._groups:
            group.hold(bits[:lanes].view(np.int32), still, self._lanes, len(self._sizes))
        self._lanes += lanes

    def flush(self) -> None:
        """Count what waits."""
        sizes, self._lanes = self._sizes[: self._lanes], 0
        if not sizes.any():
            return
        later = []
        for group in self._groups:
            if group.histogram.busy.acquire(blocking=False):
                try:
                    group.count(sizes)
                finally:
                    group.histogram.busy.release()
            else:
                later.append(group)
        for group in later:
            with group.histogram.busy:
                group.count(sizes)


class _Waiting:
    """Draws of a worker that wait to be counted in a histogram."""

    def __init__(self, histogram: RowHistogram) -> None:
        self.histogram, self.rows = histogram, histogram.rows
        self._halves: Slots = np.zeros((0, len(self.rows), LANE), dtype=np.int32)
        self._still = np.zeros((0, len(self.rows)), dtype=bool)

    def hold(self, halves: Slots, still: Flags, first: int, lanes: int) -> None:
        if len(self._halves) < lanes:
            self._halves = np.zeros((lanes, len(self.rows), LANE), dtype=np.int32)
            self._still = np.zeros((lanes, len(self.rows)), dtype=bool)
        hold_halves(halves, self.rows, still, first, self._halves, self._still)

    def count(self, sizes: Ints) -> None:
        self.histogram.count(self._halves[: len(sizes)], sizes, self._still[: len(sizes)])
