"""The sums and counts of some chunks as named arrays, so that they can be stored and joined elsewhere.

Everything is written as it stands, to the last bit; bins that hold a draw are written as two numbers of few bytes each.
The same draws give the same arrays, whoever computed them on how many threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Ints
from wellbeva.engine.reductions.chunk import ChunkPart
from wellbeva.engine.reductions.decision_counts import TIES, DecisionCounts
from wellbeva.engine.reductions.moments import MomentNode
from wellbeva.engine.reductions.quantities import Quantities

State = Mapping[str, npt.NDArray[Any]]
"""Arrays by name; `Accumulator.state` makes them and `Accumulator.take_state` takes them over."""

_STEP: Final = 2**8 - 1
_COUNT: Final = 2**16 - 1
_AT_ONCE: Final = 2**18
"""Entries that are read at once."""
_WIDEST: Final = TIES + 2
_COUNTS: Final = ("no_benefit", "worth_it", "beats", "free")


def stack(parts: Sequence[ChunkPart], quantities: Quantities) -> dict[str, npt.NDArray[Any]]:
    """Return the moments and counts of parts as arrays, a row a part.

    Parameters
    ----------
    parts : sequence of ChunkPart
        At least one.
    quantities : Quantities
    """
    rows = [(part.stretch, part.start, part.count, part.outside, part.nonfinite) for part in parts]
    arrays: dict[str, npt.NDArray[Any]] = {"parts": np.array(rows, dtype=np.int64)}
    for name in parts[0].nodes:
        for key in ("mean", "m2"):
            stacked = np.stack([getattr(part.nodes[name], key) for part in parts])
            # which of two NaNs a sum hands on is the processor's choice
            arrays[f"{key} {name}"] = np.where(np.isnan(stacked), np.nan, stacked)
    for check in quantities.warns:
        arrays[f"true {check.name}"] = np.array([part.true.get(check.name, 0) for part in parts], dtype=np.int64)
    counts = [part.counts for part in parts if part.counts is not None]
    if counts:
        arrays["ties"] = np.array([count.best.shape[-1] for count in counts], dtype=np.int64)
        best = np.zeros((len(counts), *counts[0].best.shape[:-1], arrays["ties"].max()), dtype=np.int64)
        for row, count in zip(best, counts, strict=True):
            row[..., : count.best.shape[-1]] = count.best
        arrays["best"] = best
        arrays |= {name: np.stack([getattr(count, name) for count in counts]) for name in _COUNTS}
    return arrays


def unstack(state: State, quantities: Quantities) -> list[ChunkPart]:
    """Return the parts.

    Parameters
    ----------
    state : State
        From `stack`, of the same quantities.
    quantities : Quantities

    Raises
    ------
    ValueError, KeyError
        If it is not.
    """
    rows = _fit(state["parts"], (len(state["parts"]), 5), np.int64)
    parts: list[ChunkPart] = []
    names = [name.removeprefix("mean ") for name in state if name.startswith("mean ")]
    for row, (stretch, start, count, outside, nonfinite) in enumerate(rows.tolist()):
        part = ChunkPart(stretch, start, count, outside=outside, nonfinite=nonfinite)
        if min(count, outside, nonfinite, part.left) < 0:
            raise ValueError(f"{count} draws, of which {outside} and {nonfinite} are left out")
        for name in names:
            # copies: a view would keep the bytes of the whole file
            mean, m2 = state[f"mean {name}"][row].copy(), state[f"m2 {name}"][row].copy()
            part.nodes[name] = MomentNode(part.left, mean, _fit(m2, mean.shape, np.float64))
        for check in quantities.warns:
            part.true[check.name] = int(state[f"true {check.name}"][row])
        if quantities.plan.decision is not None:
            part.counts = DecisionCounts(quantities.plan.decision)
            ties, best = int(state["ties"][row]), state["best"][row]
            if not 1 <= ties <= min(_WIDEST, best.shape[-1]):
                raise ValueError(f"ties of {ties} options")
            part.counts.best = _fit(best[..., :ties], (*part.counts.best.shape[:-1], ties), np.int64).copy()
            for name in _COUNTS:
                empty = getattr(part.counts, name)
                setattr(part.counts, name, _fit(state[name][row], empty.shape, empty.dtype).copy())
        parts.append(part)
    return parts


def _fit(array: npt.NDArray[Any], shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    if array.shape != shape or array.dtype != dtype:
        raise ValueError(f"{array.dtype} of shape {array.shape} where {np.dtype(dtype)} of shape {shape} belongs")
    return array


def pack_entries(entries: Iterable[tuple[Ints, Ints]]) -> dict[str, npt.NDArray[Any]]:
    """Return the entries of a histogram in narrow numbers: most are neighbours that hold few draws.

    Parameters
    ----------
    entries : iterable of (places, counts), int arrays (entry,)
        From `histogram.Histogram.entries`.

    Returns
    -------
    dict of str to int array
        ``steps`` from place to place, and ``counts``. Whichever is too large is 0 there, and the next of ``far`` or of
        ``many``.
    """
    kinds = {"steps": np.uint8, "counts": np.uint16, "far": np.int64, "many": np.int64}
    packed: dict[str, list[npt.NDArray[Any]]] = {name: [np.zeros(0, dtype=kind)] for name, kind in kinds.items()}
    last = -1
    for places, counts in entries:
        steps = np.diff(places, prepend=last)
        last = int(places[-1])
        for narrow, wide, numbers, most in (("steps", "far", steps, _STEP), ("counts", "many", counts, _COUNT)):
            packed[narrow].append(np.where(numbers > most, 0, numbers).astype(kinds[narrow]))
            packed[wide].append(numbers[numbers > most])
    return {name: np.concatenate(arrays) for name, arrays in packed.items()}


def unpack_entries(packed: State) -> Iterator[tuple[Ints, Ints]]:
    """Yield what `pack_entries` packed, some at a time.

    Parameters
    ----------
    packed : State

    Raises
    ------
    ValueError
        If it did not.
    """
    if packed["steps"].shape != packed["counts"].shape:
        raise ValueError("entries of which some are missing")
    last, used = -1, {"far": 0, "many": 0}
    for start in range(0, len(packed["steps"]), _AT_ONCE):
        some = []
        for narrow, wide in (("steps", "far"), ("counts", "many")):
            numbers = packed[narrow][start : start + _AT_ONCE].astype(np.int64)
            long = numbers == 0
            used[wide] += (taken := int(np.count_nonzero(long)))
            # one that is missing is one number for many, or none
            numbers[long] = packed[wide][used[wide] - taken : used[wide]].astype(np.int64)
            some.append(numbers)
        places = np.cumsum(some[0]) + last
        last = int(places[-1])
        yield places, some[1]
    if any(len(packed[wide]) != count for wide, count in used.items()):
        raise ValueError("entries of which some are missing")
