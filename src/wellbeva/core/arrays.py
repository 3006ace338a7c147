"""Types of arrays by what they hold, and arrays that begin where a line of the cache does."""

from __future__ import annotations

import math
import mmap
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]
"""Bits that stand for no number."""

_LINE: Final = 8
"""Numbers in a line of the cache, and in the widest vector."""
_SMALL: Final = 2**16
"""Bytes below which an array is taken from the heap."""
_LARGE: Final = 2**20
"""Numbers from which an aligned array is not: freed, so large a piece of it would seldom be of use."""


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
    if count >= _LARGE:
        return zeros_mmap(count, np.float64).reshape(shape)
    room = (np.zeros if zeros else np.empty)(count + _LINE - 1)
    first = -(room.ctypes.data // room.itemsize) % _LINE
    return room[first : first + count].reshape(shape)


def zeros_mmap(count: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an array of zeros in memory of its own.

    The system gives it as it is written to, and has it back when the array goes; NumPy's own goes back to a heap, of
    which other threads' arrays may hold the end.

    Parameters
    ----------
    count : int
    dtype : dtype
    """
    size = count * np.dtype(dtype).itemsize
    if size < _SMALL:
        return np.zeros(count, dtype=dtype)
    private = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    try:
        return np.frombuffer(mmap.mmap(-1, size, **private), dtype=dtype)
    except OSError as full:
        raise MemoryError from full
