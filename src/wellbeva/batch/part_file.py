"""A part of a run as bytes: what it is part of, its arrays as they stand, and a hash over all of it."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.engine.reductions.state import State

MAGIC: Final = b"wellbeva/part/1\n"
_HASH: Final = 32
_LONGEST_HEADER: Final = 2**20
_KINDS: Final = frozenset({"<f8", "<i8", "<i4", "<u2", "|u1", "|b1"})


class PartError(ValueError):
    """A file is not the part that its name says."""


class ForeignPartError(PartError):
    """It is part of another run, or another part of this one."""


def encode(run: str, node: str, state: State) -> bytearray:
    """Write a part; the same bytes for the same draws on every machine.

    Parameters
    ----------
    run : str
        Hash of the run.
    node : str
        Name of the node.
    state : State
    """
    arrays = {name: _little(array) for name, array in state.items()}
    described = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
    header = json.dumps({"run": run, "node": node, "arrays": described}, separators=(",", ":"))
    content = bytearray().join([MAGIC, header.encode(), b"\n", *(array.data for array in arrays.values())])
    content += hashlib.sha256(content).digest()
    return content


def decode(data: bytes | bytearray, run: str, node: str) -> State:
    """Read a part.

    Parameters
    ----------
    data : bytes or bytearray
    run, node : str
        Which part it shall be.

    Raises
    ------
    PartError
        If it is another, or damaged.
    """
    content = memoryview(data)[:-_HASH]
    if not data.startswith(MAGIC):
        raise PartError("it is not a part of a run")
    if len(data) < len(MAGIC) + _HASH or hashlib.sha256(content).digest() != data[-_HASH:]:
        raise PartError("it is damaged: its bytes are not those that were written")
    start = data.find(b"\n", len(MAGIC), len(MAGIC) + _LONGEST_HEADER)
    try:
        header = json.loads(data[len(MAGIC) : start])
        if (header["run"], header["node"]) != (run, node):
            raise ForeignPartError(f"it is part {header['node']} of the run {str(header['run'])[:12]}")
        return _arrays(content[start + 1 :], header["arrays"])
    except PartError:
        raise
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise PartError(f"its header cannot be read ({error})") from error


def _arrays(content: memoryview, described: list[Any]) -> dict[str, npt.NDArray[Any]]:
    arrays, at = {}, 0
    for name, kind, shape in described:
        if kind not in _KINDS or not all(type(length) is int and length >= 0 for length in shape):
            raise PartError(f"its array {name!r} is of no kind that a part holds")
        size = math.prod(shape) * np.dtype(kind).itemsize
        if at + size > len(content):
            raise PartError("it is too short for its arrays")
        array = np.frombuffer(content[at : at + size], dtype=kind)
        if kind == "|b1" and array.view(np.uint8).max(initial=0) > 1:  # NumPy counts on it
            raise PartError(f"its array {name!r} holds what is neither true nor false")
        arrays[str(name)] = array.reshape(shape)
        at += size
    if at != len(content):
        raise PartError("it is too long for its arrays")
    return arrays


def _little(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
