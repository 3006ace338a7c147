"""Kernels that count draws in the windows of `histogram_buffers`."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt
from numba import njit

from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.histogram import SHIFT, ZERO
from wellbeva.jit.kernel_cache import keep
from wellbeva.jit.noalias import NoAlias, wide

Ints = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.uint32]
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
"""No slot: beyond all of them."""
_RUN = 32
_NO_BYTE, _ONE_BYTE, _RUN_OVER = np.uint8(0), np.uint8(1), np.uint32(2**8)
_BLOCK = 64

_kernel = njit(nogil=True, error_model="numpy", pipeline_class=NoAlias)


@_kernel
def survey(bits: Ints, rows: Ints, sizes: Ints, least: Ints, most: Ints) -> None:
    """Find the reach of each cell's bins on both sides of zero.

    Parameters
    ----------
    bits : int array (lane, row, 512)
        Floats, looked at as integers.
    rows : int array (cell,)
    sizes : int array (lane,)
    least, most : int array (side, cell)
        Of the bins' distance from zero: above it, then below. Widened; bin 0 is left out.
    """
    for cell in range(rows.shape[0]):
        for lane in range(sizes.shape[0]):
            x = bits[lane, rows[cell]]
            for j in range(sizes[lane]):
                number = (x[j] >> SHIFT & _MAGNITUDE) - ZERO
                side = 1 if x[j] < 0 else 0
                if number > 0:
                    least[side, cell] = min(least[side, cell], number)
                    most[side, cell] = max(most[side, cell], number)


@_kernel
def _place(halves: Slots, size: int, window: Slots, out: Slots) -> np.int32:
    """Find the slot of each draw; return the lowest.

    Bins below zero are numbered downwards from -1, those above upwards from 0, so that in both windows a slot is a
    bin and a shift. Only the upper halves of the floats are read, and each step is cast down: in 64 bits half as many
    draws would be done at once (measured: 0.28 and 0.50 ns a draw).
    """
    wide()
    head, near = window[0], np.int32(window[0] + 1)
    above, wide_above = np.int32(_ZERO + window[1]), np.uint32(window[2])
    below, wide_below = np.int32(window[4] - _ZERO - _ONE), np.uint32(window[5])
    to_above, to_below = np.int32(window[3] - above), np.int32(window[6] - below)
    least = _NOWHERE
    for j in range(size):
        leading = np.int32(halves[2 * j + _UPPER] >> _LEFT)
        number = np.int32(leading ^ np.int32(np.int32(leading >> _SIGN) & _MAGNITUDE))
        slot = np.int32(number + to_above) if np.uint32(np.int32(number - above)) < wide_above else head
        slot = np.int32(number + to_below) if np.uint32(np.int32(number - below)) < wide_below else slot
        slot = near if np.uint32(np.int32(number - _NEAREST)) < _NEAR else slot
        out[j] = slot
        least = min(least, slot)
    return least


@_kernel
def _find(bits: Ints, slots: Slots, head: int, cell: int, stray_cells: Slots, stray_numbers: Slots, strays: int) -> int:
    """Write down the draws that lie outside, whose slot is `head`; return how many strays there are then.

    They are few, and no slot is lower: the lowest of a run of draws tells whether it holds any.
    """
    for run in range(0, LANE, _RUN):
        least = slots[run]
        for j in range(run + 1, run + _RUN):
            least = min(least, slots[j])
        if least == head:
            for j in range(run, run + _RUN):
                if slots[j] == head:
                    number = (bits[j] >> SHIFT & _MAGNITUDE) - ZERO
                    stray_cells[strays] = cell
                    stray_numbers[strays] = -number if bits[j] < 0 else number
                    strays += 1
    return strays


@_kernel
def _count(slots: Slots, size: int, pool: Counts, bytes_: Bytes) -> None:
    """Count draws by their slots.

    The pool is touched only where a byte runs over. It is four times as large, and would not stay in the cache
    (measured on a run of 40 cells: 52 and 77 ns a draw).
    """
    for j in range(size):
        slot = np.uint32(slots[j])
        count = np.uint8(bytes_[slot] + _ONE_BYTE)
        bytes_[slot] = count
        if count == _NO_BYTE:
            pool[slot] += _RUN_OVER


@_kernel
def scatter(
    bits: Ints,
    halves: Slots,
    rows: Ints,
    sizes: Ints,
    still: Flags,
    windows: Slots,
    pool: Counts,
    bytes_: Bytes,
    start: int,
    stray_cells: Slots,
    stray_numbers: Slots,
    strays: int,
) -> tuple[int, int]:
    """Count the draws of all cells, lane after lane.

    Parameters
    ----------
    bits : int array (lane, row, 512)
    halves : int32 array (lane, row, 1024)
        The same memory.
    rows : int array (cell,)
    sizes : int array (lane,)
    still : bool array (lane, row)
        Where all draws fall into one bin.
    windows : int32 array (cell, 7)
        Slot of what lies outside (bin 0 has the next), then of the window above zero and of that below: the lowest
        bin, how many bins, and the slot of the lowest.
    pool, bytes_ : array (slot,)
        Added to. Together they are the counts.
    start : int
        Cell times lanes plus lane to begin with.
    stray_cells, stray_numbers : array (stray,)
        Get cell and bin of what lies outside.
    strays : int
        How many they hold.

    Returns
    -------
    tuple of (position, strays)
        Where there was no room for more strays; the end if all is done.
    """
    lanes = sizes.shape[0]
    slots = np.full(LANE, _NOWHERE, dtype=np.int32)
    for position in range(start, rows.shape[0] * lanes):
        cell, lane = position // lanes, position % lanes
        size = sizes[lane]
        if strays + size > stray_cells.shape[0]:
            return position, strays
        if size == 0:
            continue
        x, window = bits[lane, rows[cell]], windows[cell]
        same = still[lane, rows[cell]]
        looked = 1 if same else size
        least = _place(halves[lane, rows[cell]], looked, window, slots)
        if same:
            pool[np.uint32(least)] += np.uint32(size)
            if least == window[0]:
                for j in range(size):
                    slots[j] = least
        else:
            _count(slots, size, pool, bytes_)
        if least == window[0]:
            for j in range(size, LANE):
                slots[j] = _NOWHERE
            strays = _find(x, slots, int(window[0]), cell, stray_cells, stray_numbers, strays)
    return rows.shape[0] * lanes, strays


@_kernel
def pour(bytes_: Bytes, pool: Counts) -> None:
    """Add the bytes to the pool, where there are any, and set them to zero.

    Parameters
    ----------
    bytes_, pool : array (slot,)
    """
    for start in range(0, bytes_.shape[0], _BLOCK):
        stop = min(start + _BLOCK, bytes_.shape[0])
        some = _NO_BYTE
        for slot in range(start, stop):
            some |= bytes_[slot]
        if some != _NO_BYTE:
            for slot in range(start, stop):
                pool[slot] += np.uint32(bytes_[slot])
                bytes_[slot] = _NO_BYTE


keep(globals())
