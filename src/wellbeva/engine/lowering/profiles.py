"""Profile areas in the blocked engine: an antiderivative at the edges of the steps, then differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from wellbeva.engine.arrays import profiles
from wellbeva.engine.lowering.ssa import Array, Op, ProgramBuilder, along

AREAS: Final[dict[str, Callable[..., Array]]] = {
    "area_linear": profiles.run_up_linear,
    "area_exponential": profiles.run_up_exponential,
    "area_geometric": profiles.run_up_geometric,
}
_SHAPE_OPERANDS: Final = 4
"""Onset, rise, hold, and fade or retention; a fifth is `until`."""
_CLOSE: Final = 1e-12
"""Relative gap between the end of a step and the start of the next that is rounding."""


def lower_area(build: ProgramBuilder, function: str, ids: Sequence[int]) -> int:
    """Lower an ``area_…`` call.

    Parameters
    ----------
    build : ProgramBuilder
    function : {"area_linear", "area_exponential", "area_geometric"}
    ids : sequence of int
        Numbers of `t`, `step`, onset, rise, hold [year], of fade [year] or retention [share], and of `until` [year] if
        it is given.

    Returns
    -------
    int
        Number of the area [year].
    """
    run_up = AREAS[function]

    def area_up_to(x: Array, *shape: Array) -> Array:
        until = shape[_SHAPE_OPERANDS:]
        return run_up(np.minimum(x, until[0]) if until else x, *shape[:_SHAPE_OPERANDS])

    edges = _edges(build, ids)
    if edges is None:

        def difference(t: Array, step: Array, *shape: Array) -> Array:
            return np.asarray(area_up_to(t + step, *shape) - area_up_to(t, *shape))

        return build.elementwise(function, difference, ids)

    shape_ids = list(ids[2:])
    axes = build.axes(*ids)
    where = [build.index(operand, axes, draw=build.varies(*shape_ids)) for operand in shape_ids]
    place = axes.index("time")
    on_time = tuple(slice(None) if axis == "time" else None for axis in axes)
    points = edges[(*on_time, None) if build.varies(*shape_ids) else on_time]

    def compute(*shape: Array) -> Array:
        area = area_up_to(points, *(array[index] for array, index in zip(shape, where, strict=True)))
        return np.asarray(area[along(place, slice(1, None))] - area[along(place, slice(None, -1))])

    cells = int(np.prod([build.lengths[axis] + (axis == "time") for axis in axes]))
    return build.add(Op("area", function, data=tuple(edges.tolist())), compute, shape_ids, axes, cells=cells)


def _edges(build: ProgramBuilder, ids: Sequence[int]) -> Array | None:
    """Return the edges of the steps, one more than steps, if steps are certain and meet; else None."""
    t, step = build.values[ids[0]], build.values[ids[1]]
    if t.constant is None or step.constant is None or t.axes != ("time",) or not set(step.axes) <= {"time"}:
        return None
    if any("time" in build.values[operand].axes for operand in ids[2:]):
        return None
    ends = t.constant + step.constant
    if not np.allclose(ends[:-1], t.constant[1:], rtol=_CLOSE, atol=_CLOSE):
        return None
    return np.append(t.constant, ends[-1])
