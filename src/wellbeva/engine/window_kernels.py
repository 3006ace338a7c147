"""Kernels that count draws in the windows of `engine.windows`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from wellbeva.engine.histogram import SHIFT, ZERO
from wellbeva.engine.reduce import LANE
from wellbeva.sampling.apart import Apart
from wellbeva.sampling.kernels import keep

Ints = npt.NDArray[np.int64]
Slots = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.uint32]

_MAGNITUDE = np.int32(2**21 - 1)
"""Exponent and leading bits of a float whose bits are shifted down to them; what is left above is the sign."""
_NEAR = np.int32(ZERO)
_NONE = np.int32(0)
_NOWHERE = np.int32(2**31 - 1)
"""No slot: beyond all of them."""
_RUN = 32

_kernel = njit(nogil=True, error_model="numpy", pipeline_class=Apart)


@_kernel
def survey(bits: Ints, rows: Ints, sizes: Ints, least: Ints, most: Ints) -> None:
    """Find the reach of each cell's bins on both sides of nought.

    Parameters
    ----------
    bits : int array (lane, row, 512)
        Floats, looked at as integers.
    rows : int array (cell,)
    sizes : int array (lane,)
    least, most : int array (side, cell)
        Of the bins' distance from nought: above it, then below. Widened; bin 0 is left out.
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
def _place(bits: Ints, size: int, window: Slots, out: Slots) -> np.int32:
    """Find the slot of each draw; return the lowest.

    Each step is cast down, or Numba would go on in 64 bits and half as many draws at once.
    """
    head, low, wide, at = window[0], window[1], np.uint32(window[2]), window[3]
    low_below, wide_below, at_below = window[4], np.uint32(window[5]), window[6]
    near = np.int32(head + 1)
    least = np.int32(2**31 - 1)
    for j in range(size):
        leading = np.int32(bits[j] >> SHIFT)
        number = np.int32(np.int32(leading & _MAGNITUDE) - _NEAR)
        below = leading < _NONE
        apart = np.int32((np.int32(-number) if below else number) - (low_below if below else low))
        inside = np.uint32(apart) < (wide_below if below else wide)
        slot = np.int32((at_below if below else at) + apart) if inside else head
        slot = near if number <= _NONE else slot
        out[j] = slot
        least = min(least, slot)
    return least


@_kernel
def _place_above(bits: Ints, size: int, window: Slots, out: Slots) -> np.int32:
    """Find the slots as `_place` does where there is no window below nought."""
    head, low, wide, at = window[0], window[1], np.uint32(window[2]), window[3]
    near = np.int32(head + 1)
    least = np.int32(2**31 - 1)
    for j in range(size):
        leading = np.int32(bits[j] >> SHIFT)
        number = np.int32(np.int32(leading & _MAGNITUDE) - _NEAR)
        apart = np.int32(number - low)
        slot = np.int32(at + apart) if (np.uint32(apart) < wide) and (leading >= _NONE) else head
        slot = near if number <= _NONE else slot
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
def scatter(
    bits: Ints,
    rows: Ints,
    sizes: Ints,
    still: Flags,
    windows: Slots,
    pool: Counts,
    start: int,
    stray_cells: Slots,
    stray_numbers: Slots,
    strays: int,
) -> tuple[int, int]:
    """Count the draws of all cells, lane after lane.

    Parameters
    ----------
    bits : int array (lane, row, 512)
    rows : int array (cell,)
    sizes : int array (lane,)
    still : bool array (lane, row)
        Where all draws fall into one bin.
    windows : int32 array (cell, 7)
        Slot of what lies outside (bin 0 has the next), then of the window above nought and of that below: the lowest
        bin, how many bins, and the slot of the lowest.
    pool : array (slot,)
        Added to.
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
        least = _place(x, looked, window, slots) if window[5] else _place_above(x, looked, window, slots)
        if same:
            pool[np.uint32(least)] += np.uint32(size)
            if least == window[0]:
                for j in range(size):
                    slots[j] = least
        else:
            for j in range(size):
                pool[np.uint32(slots[j])] += np.uint32(1)
        if least == window[0]:
            for j in range(size, LANE):
                slots[j] = _NOWHERE
            strays = _find(x, slots, int(window[0]), cell, stray_cells, stray_numbers, strays)
    return rows.shape[0] * lanes, strays


keep(globals())
