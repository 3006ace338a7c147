"""Kernels that reduce packs of draws, several lanes of 512 at a time: the twins of the NumPy in `engine.fold`.

Bits are those of the NumPy side: moments add in the same order (`engine.reduce.lanes`), everything else is
comparisons, counts and operations on one draw. Innermost loops run over the contiguous draws of a lane without a
branch, so that LLVM vectorises them. `sizes` says how many draws of each lane count; they stand first in it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from wellbeva.engine.reduce import LANE, LARGEST
from wellbeva.sampling.apart import Apart
from wellbeva.sampling.kernels import keep

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_RUN = 128
_STEP = 8
_MEAN = LARGEST / 4
_M2 = LARGEST * LARGEST / 16

_kernel = njit(nogil=True, error_model="numpy", pipeline_class=Apart)


@_kernel
def _joined(a: Floats) -> float:
    """Join 4 x 8 partial sums in pairs; they are used up."""
    for run in range(0, 32, _STEP):
        left = (a[run] + a[run + 1]) + (a[run + 2] + a[run + 3])
        a[run] = left + ((a[run + 4] + a[run + 5]) + (a[run + 6] + a[run + 7]))
    total: float = (a[0] + a[8]) + (a[16] + a[24])
    return total


@_kernel
def total_apart(x: Floats, first: float, a: Floats) -> float:
    """Add up 512 deviations in NumPy's order for a contiguous axis of that length."""
    for j in range(_STEP):
        for run in range(0, LANE, _RUN):
            total = x[run + j] - first
            for step in range(_STEP, _RUN, _STEP):
                total += x[run + j + step] - first
            a[run // _RUN * _STEP + j] = total
    return _joined(a)


@_kernel
def _squares(x: Floats, first: float, shift: float, a: Floats) -> float:
    """Add up the squares of deviations, as `total_apart`; measured, this order of loops is twice as fast here."""
    for run in range(4):
        at = run * _RUN
        for j in range(at, at + _STEP):
            apart = (x[j] - first) - shift
            total = apart * apart
            for step in range(_STEP, _RUN, _STEP):
                apart = (x[j + step] - first) - shift
                total += apart * apart
            a[run * _STEP + j - at] = total
    return _joined(a)


@_kernel
def _same(x: Floats, size: int) -> bool:
    """Whether all draws are the same number; most rows that vary show it at once."""
    first = x[0]
    if not (first == x[size // 2] and first == x[size - 1]):
        return False
    other = False
    for j in range(size):
        other |= x[j] != first
    return not other


@_kernel
def lane_moments(x: Floats, size: int, held: Floats, a: Floats) -> tuple[float, float]:
    """Return mean and sum of squared deviations of the first draws of a lane: `engine.reduce.lanes` for one cell."""
    if size == 0:
        return 0.0, 0.0
    first = x[0]
    if _same(x, size):
        return first + 0.0, 0.0
    if size == LANE:
        shift = total_apart(x, first, a) / LANE
        return first + shift, _squares(x, first, shift, a)
    for j in range(LANE):
        held[j] = x[j] - first if j < size else 0.0
    shift = total_apart(held, 0.0, a) / size
    for j in range(size):
        held[j] = (held[j] - shift) * (held[j] - shift)
    return first + shift, total_apart(held, 0.0, a)


@_kernel
def moments(y: Floats, rows: Ints, sizes: Ints, mean: Floats, m2: Floats, doubtful: Flags) -> bool:
    """Reduce rows of each lane, and say whether any lane may hold a number that is not usable.

    Parameters
    ----------
    y : array (lane, row, 512)
    rows : int array (cell,)
        Which rows.
    sizes : int array (lane,)
    mean, m2 : array (lane, cell)
        Filled.
    doubtful : bool array (lane,)
        Filled. A lane with a number that is not below `LARGEST` in size has a mean or a spread to match.
    """
    held, a = np.empty(LANE), np.empty(32)
    some = False
    for lane in range(sizes.shape[0]):
        doubt = False
        for cell in range(rows.shape[0]):
            one, two = lane_moments(y[lane, rows[cell]], sizes[lane], held, a)
            mean[lane, cell] = one
            m2[lane, cell] = two
            doubt |= not (abs(one) < _MEAN and two < _M2)
        doubtful[lane] = doubt
        some |= doubt
    return some


@_kernel
def spread(y: Floats, rows: Ints, sizes: Ints, over: Floats) -> None:
    """Copy rows of effect or cost to their options; -1 for an option whose own is there already."""
    for lane in range(sizes.shape[0]):
        for option in range(rows.shape[0]):
            if rows[option] >= 0:
                for j in range(sizes[lane]):
                    over[lane, option, j] = y[lane, rows[option], j]


@_kernel
def derive(effect: Floats, cost: Floats, sizes: Ints, values: Floats, options: int, derived: Floats) -> None:
    """Compute net benefit at each level and, below it, effect for each 1,000 of cost.

    Parameters
    ----------
    effect, cost : array (lane, option, 512)
        May have more rows than `options`.
    values : array (level,)
    derived : array (lane, level and option | option, 512)
        Filled.
    """
    levels = values.shape[0]
    for lane in range(sizes.shape[0]):
        for option in range(options):
            e, c = effect[lane, option], cost[lane, option]
            for level in range(levels):
                value, benefit = values[level], derived[lane, level * options + option]
                for j in range(sizes[lane]):
                    benefit[j] = value * e[j] - c[j]
            per = derived[lane, levels * options + option]
            for j in range(sizes[lane]):
                paid = c[j] if c[j] > 0.0 else 1.0
                ratio = 1000.0 * e[j] / paid
                per[j] = ratio if c[j] > 0.0 else 0.0


@_kernel
def _anywhere(bits: Ints, start: int, stop: int, size: int) -> bool:
    """Whether a check is true in any of its rows of a lane: seldom, so that it pays to look only for that."""
    found = np.int64(0)
    for row in range(start, stop):
        x = bits[row]
        for j in range(size):
            found |= x[j]
    # the sign of -0.0 is no truth
    return bool(found << 1 != 0)


@_kernel
def count_true(bits: Ints, starts: Ints, stops: Ints, sizes: Ints, found: Ints) -> None:
    """Count the cells of each check that are true, over draws.

    Parameters
    ----------
    bits : int array (lane, row, 512)
        Floats, looked at as integers.
    starts, stops : int array (check,)
        Rows of each.
    sizes : int array (lane,)
    found : int array (check,)
        Added to.
    """
    for check in range(starts.shape[0]):
        for lane in range(sizes.shape[0]):
            if _anywhere(bits[lane], starts[check], stops[check], sizes[lane]):
                for row in range(starts[check], stops[check]):
                    for j in range(sizes[lane]):
                        found[check] += bits[lane, row, j] << 1 != 0


@_kernel
def count_failed(bits: Ints, starts: Ints, stops: Ints, sizes: Ints, found: Ints, first: Ints) -> None:
    """Count the draws in which a check is true in any cell, and note the first of each, counted over the lanes.

    Parameters
    ----------
    bits, starts, stops, sizes
        As for `count_true`.
    found, first : int array (check,)
        Added to; lowered.
    """
    for check in range(starts.shape[0]):
        for lane in range(sizes.shape[0]):
            if _anywhere(bits[lane], starts[check], stops[check], sizes[lane]):
                for j in range(sizes[lane]):
                    for row in range(starts[check], stops[check]):
                        if bits[lane, row, j] << 1 != 0:
                            found[check] += 1
                            first[check] = min(first[check], lane * LANE + j)
                            break


keep(globals())
