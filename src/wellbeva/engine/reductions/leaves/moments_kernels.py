"""Kernels that reduce packs of draws, several lanes of 512 at a time (`protocol.Leaves`).

Innermost loops run over the contiguous draws of a lane without a branch, so that LLVM vectorises them.
"""

from __future__ import annotations

import numpy as np

from wellbeva.core.arrays import Flags, Floats, Ints
from wellbeva.engine.lanes import LANE, LARGEST
from wellbeva.jit.kernel import kernel, scratch

_RUN = 128
_STEP = 8
_MEAN = LARGEST / 4
_M2 = LARGEST * LARGEST / 16


@kernel
def _joined(a: Floats) -> float:
    """Join 4 x 8 partial sums in pairs; they are used up."""
    for run in range(0, 32, _STEP):
        left = (a[run] + a[run + 1]) + (a[run + 2] + a[run + 3])
        a[run] = left + ((a[run + 4] + a[run + 5]) + (a[run + 6] + a[run + 7]))
    total: float = (a[0] + a[8]) + (a[16] + a[24])
    return total


@kernel
def total_apart(x: Floats, first: float, a: Floats) -> float:
    """Add up 512 deviations, in the order of `numpy_leaves.total`.

    Parameters
    ----------
    x : array (512,) [unit of the row]
    first : float [unit of the row]
        Taken from each number.
    a : array (32,)
        Scratch, written over.
    """
    for j in range(_STEP):
        for run in range(0, LANE, _RUN):
            total = x[run + j] - first
            for step in range(_STEP, _RUN, _STEP):
                total += x[run + j + step] - first
            a[run // _RUN * _STEP + j] = total
    return _joined(a)


@kernel
def _squares(x: Floats, first: float, shift: float, a: Floats) -> float:
    """Add up the squares of deviations, as `total_apart`.

    Two runs at once: with four LLVM finds no vectors, with one each addition waits for the one before (measured: 0.30,
    0.14 and 0.17 ns a draw).
    """
    for half in range(0, LANE, 2 * _RUN):
        for j in range(half, half + _STEP):
            one, other = (x[j] - first) - shift, (x[j + _RUN] - first) - shift
            total, rest = one * one, other * other
            for step in range(_STEP, _RUN, _STEP):
                one, other = (x[j + step] - first) - shift, (x[j + _RUN + step] - first) - shift
                total += one * one
                rest += other * other
            at = half // _RUN * _STEP + j - half
            a[at] = total
            a[at + _STEP] = rest
    return _joined(a)


@kernel
def _same(x: Floats, size: int) -> bool:
    """Whether all draws are the same number; most rows that vary show it at once."""
    first = x[0]
    if not (first == x[size // 2] and first == x[size - 1]):
        return False
    other = False
    for j in range(size):
        other |= x[j] != first
    return not other


@kernel
def lane_moments(x: Floats, size: int, held: Floats, a: Floats) -> tuple[float, float]:
    """Return mean and sum of squared deviations of the first draws of a lane: `numpy_leaves.lane_moments` of one.

    Parameters
    ----------
    x : array (512,) [unit of the row]
    size : int
        Draws that count, from 0 to 512.
    held : array (512,)
        Scratch, written over.
    a : array (32,)
        Scratch, written over.

    Returns
    -------
    mean : float [unit of the row]
    m2 : float [that unit, squared]
    """
    if size == 0:
        return 0.0, 0.0
    first = x[0]
    if size == LANE:
        total = total_apart(x, first, a)
        # where all draws are the same it is 0, or NaN where they are infinite
        if not (total < 0.0 or total > 0.0) and _same(x, size):
            return first + 0.0, 0.0
        shift = total / LANE
        return first + shift, _squares(x, first, shift, a)
    if _same(x, size):
        return first + 0.0, 0.0
    for j in range(LANE):
        held[j] = x[j] - first if j < size else 0.0
    shift = total_apart(held, 0.0, a) / size
    for j in range(size):
        held[j] = (held[j] - shift) * (held[j] - shift)
    return first + shift, total_apart(held, 0.0, a)


@kernel
def moments(y: Floats, rows: Ints, sizes: Ints, mean: Floats, m2: Floats, still: Flags, doubtful: Flags) -> bool:
    """Reduce rows of each lane, and say whether any lane may hold a number that is not usable.

    Parameters
    ----------
    y, rows, sizes, mean, m2, still, doubtful
        As for `protocol.Leaves.moments`.
    """
    held, a = scratch(LANE, np.float64), scratch(32, np.float64)
    some = False
    for lane in range(sizes.shape[0]):
        doubt = False
        for cell in range(rows.shape[0]):
            one, two = lane_moments(y[lane, rows[cell]], sizes[lane], held, a)
            mean[lane, cell] = one
            m2[lane, cell] = two
            still[lane, rows[cell]] = two == 0.0
            doubt |= not (abs(one) < _MEAN and two < _M2)
        doubtful[lane] = doubt
        some |= doubt
    return some


@kernel
def out_of_bounds(x: Floats, rows: Ints, lows: Floats, highs: Floats, sizes: Ints, lanes: Flags) -> bool:
    """Say in which lanes a draw is outside a limit, and whether any is.

    Parameters
    ----------
    x, rows, lows, highs, sizes, lanes
        As for `protocol.Leaves.out_of_bounds`.
    """
    some = False
    for lane in range(sizes.shape[0]):
        outside = False
        for limit in range(rows.shape[0]):
            draws, low, high = x[lane, rows[limit]], lows[limit], highs[limit]
            for j in range(sizes[lane]):
                outside |= (draws[j] < low) | (draws[j] > high)
        lanes[lane] = outside
        some |= outside
    return some


@kernel
def join_lanes(mean: Floats, m2: Floats, counts: Ints) -> int:
    """Join the lanes of a chunk in pairs of neighbours; return how many draws they hold.

    Parameters
    ----------
    mean, m2, counts
        As for `protocol.Leaves.join_lanes`.
    """
    lanes = counts.shape[0]
    while lanes > 1:
        for pair in range(lanes // 2):
            left, right = counts[2 * pair], counts[2 * pair + 1]
            total = left + right
            share = right / max(total, 1)
            weight = (float(left) * float(right)) / max(total, 1)
            for column in range(mean.shape[1]):
                apart = mean[2 * pair + 1, column] - mean[2 * pair, column]
                mean[pair, column] = mean[2 * pair, column] + apart * share
                m2[pair, column] = m2[2 * pair, column] + m2[2 * pair + 1, column] + apart * apart * weight
            counts[pair] = total
        if lanes % 2:
            last = lanes // 2
            counts[last] = counts[lanes - 1]
            for column in range(mean.shape[1]):
                mean[last, column], m2[last, column] = mean[lanes - 1, column], m2[lanes - 1, column]
        lanes -= lanes // 2
    return int(counts[0])


@kernel
def _anywhere(bits: Ints, start: int, stop: int, size: int) -> bool:
    """Whether a check is true in any of its rows of a lane: seldom, so that it pays to look only for that."""
    found = np.int64(0)
    for row in range(start, stop):
        x = bits[row]
        for j in range(size):
            found |= x[j]
    # -0.0 counts as 0
    return bool(found << 1 != 0)


@kernel
def count_true(bits: Ints, starts: Ints, stops: Ints, sizes: Ints, times: Ints) -> None:
    """Count the cells of each check that are true, over draws.

    Parameters
    ----------
    bits, starts, stops, sizes, times
        As for `protocol.Leaves.count_true`.
    """
    for check in range(starts.shape[0]):
        for lane in range(sizes.shape[0]):
            if _anywhere(bits[lane], starts[check], stops[check], sizes[lane]):
                for row in range(starts[check], stops[check]):
                    for j in range(sizes[lane]):
                        times[check] += bits[lane, row, j] << 1 != 0


@kernel
def count_failed(bits: Ints, starts: Ints, stops: Ints, sizes: Ints, times: Ints, first: Ints) -> None:
    """Count the draws in which a check is true in any cell, and note the first of each, counted over the lanes.

    Parameters
    ----------
    bits, starts, stops, sizes, times, first
        As for `protocol.Leaves.count_failed`.
    """
    for check in range(starts.shape[0]):
        for lane in range(sizes.shape[0]):
            if _anywhere(bits[lane], starts[check], stops[check], sizes[lane]):
                for j in range(sizes[lane]):
                    for row in range(starts[check], stops[check]):
                        if bits[lane, row, j] << 1 != 0:
                            times[check] += 1
                            first[check] = min(first[check], lane * LANE + j)
                            break


@kernel
def gather(y: Floats, rows: Ints, sizes: Ints, options: Floats) -> None:
    """Copy the rows of options out of a pack; a row of -1 leaves an option alone.

    Parameters
    ----------
    y, rows, sizes, options
        As for `protocol.Leaves.gather`.
    """
    for lane in range(sizes.shape[0]):
        for option in range(rows.shape[0]):
            if rows[option] >= 0:
                row = y[lane, rows[option]]
                for j in range(LANE):
                    options[lane, option, j] = row[j]
