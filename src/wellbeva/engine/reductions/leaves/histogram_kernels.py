"""Kernels that count draws in the pages of a `histogram.Histogram`."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Ints
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.histogram import PAGE, PAGE_BITS, SHIFT, ZERO
from wellbeva.jit.kernel import kernel, scratch

Slots = npt.NDArray[np.int32]
Carries = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

_MAGNITUDE = np.int32(2**21 - 1)
"""Exponent and leading bits of a float whose bits are shifted down to them; what is left above is the sign."""
_ZERO = np.int32(ZERO)
_ONE = np.int32(1)
_NEAREST = np.int32(-1 - ZERO)
_NEAR = np.uint32(2 * ZERO + 2)
"""Bins around zero that are one: from -1 - `ZERO` to `ZERO`."""
_UPPER = 1 if sys.byteorder == "little" else 0
_LEFT = np.int32(SHIFT - 32)
"""How far the upper half of a float is shifted."""
_SIGN = np.int32(31)
_NOWHERE = np.int32(2**31 - 1)
"""No slot and no page: beyond all of them."""
_OUTSIDE = np.int32(-1)
_NO_BYTE, _ONE_BYTE, _ONE_CARRY = np.uint8(0), np.uint8(1), np.uint32(1)
_PAGE_BITS, _WITHIN = np.uint32(PAGE_BITS), np.uint32(PAGE - 1)


@kernel
def _place(halves: Slots, size: int, window: Slots, out: Slots) -> np.int32:
    """Find the slot of each draw that falls into a window, -1 for any other; return the lowest.

    Bins below zero are numbered downwards from -1, those above upwards from 0, so that in both windows a slot is a
    bin and a shift. Each step is cast down: in 64 bits half as many draws would be done at once (measured: 0.28 and
    0.50 ns a draw).
    """
    near = window[0]
    above, wide_above = np.int32(_ZERO + window[1]), np.uint32(window[2])
    below, wide_below = np.int32(window[4] - _ZERO - _ONE), np.uint32(window[5])
    to_above, to_below = np.int32(window[3] - above), np.int32(window[6] - below)
    least = _NOWHERE
    for j in range(size):
        leading = np.int32(halves[j] >> _LEFT)
        number = np.int32(leading ^ np.int32(np.int32(leading >> _SIGN) & _MAGNITUDE))
        slot = np.int32(number + to_above) if np.uint32(np.int32(number - above)) < wide_above else _OUTSIDE
        slot = np.int32(number + to_below) if np.uint32(np.int32(number - below)) < wide_below else slot
        slot = near if np.uint32(np.int32(number - _NEAREST)) < _NEAR else slot
        out[j] = slot
        least = min(least, slot)
    return least


@kernel
def _look_up(halves: Slots, size: int, slots: Slots, table: Slots, first: int, used: Ints, window: Slots) -> np.int64:
    """Find the slots of draws outside windows, and hold their pages; return one beyond the table, or `_NOWHERE`."""
    for j in range(size):
        if slots[j] < 0:
            number = max(int(halves[j] >> _LEFT & _MAGNITUDE) - ZERO, 0)
            number = -number if halves[j] < 0 else number
            page = number >> PAGE_BITS
            if page < first or page >= first + table.shape[0]:
                return np.int64(page)
            held = np.int64(table[page - first])
            if held < 0:
                held = used[0]
                used[0] += 1
                table[page - first] = held
            slots[j] = held << PAGE_BITS | number & (PAGE - 1)
            if number == 0:
                window[0] = slots[j]
    return np.int64(_NOWHERE)


@kernel
def _carry(slot: np.uint32, times: np.uint32, over: Slots, carries: Carries, used: Ints) -> None:
    page = slot >> _PAGE_BITS
    if over[page] < 0:
        over[page] = used[1]
        used[1] += 1
    carries[np.uint32(over[page]) << _PAGE_BITS | slot & _WITHIN] += times


@kernel
def _count(slots: Slots, size: int, counts: Bytes, over: Slots, carries: Carries, used: Ints) -> None:
    """Count draws by their slots.

    Carries are touched only where a byte runs over. In whole numbers the counts would not stay in the cache
    (measured on a run of 40 cells: 52 and 77 ns a draw).
    """
    for j in range(size):
        slot = np.uint32(slots[j])
        count = np.uint8(counts[slot] + _ONE_BYTE)
        counts[slot] = count
        if count == _NO_BYTE:
            # as `_carry`, which would be called here (measured: 0.47 and 0.95 ns a draw)
            page = slot >> _PAGE_BITS
            if over[page] < 0:
                over[page] = used[1]
                used[1] += 1
            carries[np.uint32(over[page]) << _PAGE_BITS | slot & _WITHIN] += _ONE_CARRY


@kernel
def hold_halves(halves: Slots, rows: Ints, still: Flags, first: int, held: Slots, same: Flags) -> None:
    """Copy what tells the bins of draws from a pack.

    Parameters
    ----------
    halves : int32 array (lane, row, 1024)
        Floats, looked at as halves of them.
    rows : int array (cell,)
    still : bool array (lane, row)
        Where all draws fall into one bin.
    first : int
        Lane of `held` with which to begin.
    held : int32 array (lane, cell, 512)
        Filled: the upper halves.
    same : bool array (lane, cell)
        Filled.
    """
    for lane in range(halves.shape[0]):
        for cell in range(rows.shape[0]):
            row, into = halves[lane, rows[cell]], held[first + lane, cell]
            same[first + lane, cell] = still[lane, rows[cell]]
            for j in range(LANE):
                into[j] = row[2 * j + _UPPER]


@kernel
def count(
    halves: Slots, sizes: Ints, still: Flags, windows: Slots, table: Slots, first: int, counts: Bytes, over: Slots,
    carries: Carries, used: Ints, start: int, beyond: Ints,
) -> int:  # fmt: skip
    """Count the draws of all cells, the lanes of a cell one after another, so that its counts stay in the cache.

    Parameters
    ----------
    halves : int32 array (lane, cell, 512)
        Upper halves of floats.
    sizes : int array (lane,)
    still : bool array (lane, cell)
        Where all draws fall into one bin.
    windows : int32 array (cell, 7)
        Slot of bin 0, -1 if its page is not held; then of the window above zero and of that below: the lowest bin, how
        many bins, and the slot of the lowest.
    table, first, over, used
        See `Histogram`.
    counts, carries : array (slot,)
        Of `Histogram`, page after page. Added to.
    start : int
        Cell times lanes plus lane to begin with.
    beyond : int array (1,)
        Filled: a page beyond the table in which a draw lies, or a page of the table.

    Returns
    -------
    int
        Where there was no room for more pages, or such a draw; the end if all is done.
    """
    lanes = sizes.shape[0]
    beyond[0] = first
    slots = scratch(LANE, np.int32)
    for position in range(start, halves.shape[1] * lanes):
        cell, lane = position // lanes, position % lanes
        size, same = sizes[lane], still[lane, cell]
        if size == 0:
            continue
        if used[0] + size > over.shape[0] or used[1] + size > carries.shape[0] >> PAGE_BITS:
            return position
        looked = 1 if same else size
        if _place(halves[lane, cell], looked, windows[cell], slots) < 0:
            page = _look_up(halves[lane, cell], looked, slots, table[cell], first, used, windows[cell])
            if page != _NOWHERE:
                beyond[0] = page
                return position
        if same:
            slot = np.uint32(slots[0])
            times = np.int64(counts[slot] + size)
            counts[slot] = np.uint8(times & 255)
            if times > 255:
                _carry(slot, np.uint32(times >> 8), over, carries, used)
        else:
            _count(slots, size, counts, over, carries, used)
    end: int = halves.shape[1] * lanes
    return end
