"""Types of arrays by what they hold, and arrays that begin where a line of the cache does."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
"""Bits that stand for no number."""

_LINE = 8
"""Numbers in a line of the cache, and in the widest vector."""


def aligned(*shape: int, zeros: bool = False) -> Floats:
    """Return a new array whose first number begins a line of the cache: no vector of eight then lies across two.

    NumPy places large arrays 16 bytes into a line (measured: 5% of a run of every output, a sixth of a model's own
    time).

    Parameters
    ----------
    *shape : int
    zeros : bool
        Filled with 0; else with whatever was there.
    """
    count = math.prod(shape)
    room = (np.zeros if zeros else np.empty)(count + _LINE - 1)
    first = -(room.ctypes.data // room.itemsize) % _LINE
    return room[first : first + count].reshape(shape)
