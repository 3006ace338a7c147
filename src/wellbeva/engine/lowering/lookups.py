"""Indexing by value and straight lines between rungs, in the blocked engine."""

from __future__ import annotations

import numpy as np

from wellbeva.core.axes import Axis
from wellbeva.engine.arrays.lookup import between, lookup
from wellbeva.engine.arrays.named import union
from wellbeva.engine.lowering.ssa import Array, Op, ProgramBuilder


def lower_pick_by(build: ProgramBuilder, axis: Axis, x: int, by: int, *, is_label: bool) -> int:
    """Lower ``x[axis=value]``: cell by cell, the label or the highest rung not above the value.

    Parameters
    ----------
    build : ProgramBuilder
    axis : Axis
    x : int
        Number of the value that is looked up in.
    by : int
        Number of the value that picks: places on the axis if `is_label`, else numbers in the unit of its rungs.
    is_label : bool

    Returns
    -------
    int
        Number of the result, in the unit of `x`; NaN where `by` picks nothing.
    """
    table = _Table(build, axis, x, by)

    def compute(x: Array, by: Array) -> Array:
        rows, beyond = lookup(axis, by[table.rows], is_label=is_label)
        return np.where(beyond, np.nan, table.take(x, rows))

    return build.add(Op("pick by", axis.name, index=int(is_label)), compute, [table.x, by], table.axes)


def lower_interp(build: ProgramBuilder, axis: Axis, x: int, by: int) -> int:
    """Lower ``interp(x, axis=value)``: cell by cell, on the line between the two rungs around the value.

    Parameters
    ----------
    build : ProgramBuilder
    axis : Axis
        A ladder or time.
    x : int
        Number of the value that is looked up in.
    by : int
        Number of the value that picks, in the unit of the rungs.

    Returns
    -------
    int
        Number of the result, in the unit of `x`; that of the first or last rung beyond them.
    """
    table = _Table(build, axis, x, by)
    last = len(axis) - 1

    def compute(x: Array, by: Array) -> Array:
        rows, way = between(axis, by[table.rows])
        low, high = table.take(x, rows), table.take(x, np.minimum(rows + 1, last))
        return np.asarray(low * (1 - way) + high * way)

    return build.add(Op("interp", axis.name), compute, [table.x, by], table.axes)


class _Table:
    """A value that is looked up in, with the axis first, aligned with the value that picks."""

    def __init__(self, build: ProgramBuilder, axis: Axis, x: int, by: int) -> None:
        self.x = build.spread(x, axis.name)
        own = build.values[self.x].axes
        rest = tuple(name for name in own if name != axis.name)
        self.axes = union(build.own, rest, build.values[by].axes)
        self._place = own.index(axis.name)
        draw = build.varies(self.x, by)
        cells: tuple[slice | None, ...] = tuple(slice(None) if name in rest else None for name in self.axes)
        self._cells = (*cells, slice(None) if build.varies(self.x) else None) if draw else cells
        self.rows = build.index(by, self.axes, draw=draw)

    def take(self, x: Array, rows: Array) -> Array:
        """Return, for each cell, the row of the table that is asked for."""
        table = np.moveaxis(x, self._place, 0)[(slice(None), *self._cells)]
        shape = np.broadcast_shapes(table.shape[1:], rows.shape)
        table = np.broadcast_to(table, (table.shape[0], *shape))
        return np.asarray(np.take_along_axis(table, np.broadcast_to(rows, shape)[None], axis=0)[0])
