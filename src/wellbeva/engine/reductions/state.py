"""The sums and counts of some chunks as named arrays, so that they can be stored and joined elsewhere.

Everything is written as it stands, to the last bit; bins that hold a draw are written as two numbers of few bytes each.
The same draws give the same arrays, whoever computed them on how many threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.engine.reductions.chunk import ChunkPart
from wellbeva.engine.reductions.decision_counts import TIES, DecisionCounts
from wellbeva.engine.reductions.moments import MomentNode
from wellbeva.engine.reductions.quantities import Quantities

State = Mapping[str, npt.NDArray[Any]]
"""Arrays by name; `Accumulator.state` makes them and `Accumulator.take_state` takes them over."""
Ints = npt.NDArray[np.int64]

_STEP: Final = 2**8 - 1
_COUNT: Final = 2**16 - 1
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
            mean, m2 = state[f"mean {name}"][row], state[f"m2 {name}"][row]
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


def pack_entries(places: Ints, counts: Ints) -> dict[str, npt.NDArray[Any]]:
    """Return the entries of a histogram in narrow numbers: most are neighbours that hold few draws.

    Parameters
    ----------
    places, counts : int array (entry,)
        From `histogram.Histogram.entries`.

    Returns
    -------
    dict of str to int array
        ``steps`` from place to place and ``counts``; whichever is too large is 0 there, and stands among ``long``.
    """
    steps = np.diff(places, prepend=-1)
    long = np.concatenate([steps[steps > _STEP], counts[counts > _COUNT]])
    return {
        "steps": np.where(steps > _STEP, 0, steps).astype(np.uint8),
        "counts": np.where(counts > _COUNT, 0, counts).astype(np.uint16),
        "long": long,
    }


def unpack_entries(packed: State) -> tuple[Ints, Ints]:
    """Return what `pack_entries` packed.

    Parameters
    ----------
    packed : State

    Raises
    ------
    ValueError
        If it did not.
    """
    steps, counts = (packed[name].astype(np.int64) for name in ("steps", "counts"))
    wide, many = steps == 0, counts == 0
    if len(steps) != len(counts) or packed["long"].shape != (np.count_nonzero(wide) + np.count_nonzero(many),):
        raise ValueError("entries of which some are missing")
    steps[wide], counts[many] = np.split(packed["long"].astype(np.int64), [np.count_nonzero(wide)])
    return np.cumsum(steps) - 1, counts
