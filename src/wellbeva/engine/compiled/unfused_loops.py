"""The loops of operations that walk along an axis themselves, each in a nest of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.core.axes import Axis
from wellbeva.engine.compiled.addressing import STRIDE, TIME, WIDTH, Addressing, Coordinates
from wellbeva.engine.compiled.loop_ir import (
    Assign,
    Expression,
    For,
    If,
    Load,
    Name,
    Number,
    Statement,
    Store,
    call,
    repeat,
)  # fmt: skip
from wellbeva.engine.lowering.ssa import Operation, ProgramBuilder
from wellbeva.language.ir import SLACK

D: Final = Name("d")
"""The draw at hand."""
LAST: Final = "last"
"""A row in which an area is kept from step to step."""


def write(builder: ProgramBuilder, places: Addressing, operation: Operation) -> tuple[list[Statement], list[str]]:
    """Return the loops of an operation and the names of the arrays that it reads and writes.

    Parameters
    ----------
    builder : ProgramBuilder
    places : Addressing
        Holds the numbers among its data that the loops read.
    operation : Operation
        A lag, a running sum, a trapezium, an area, or a parameter with certain cells.

    Raises
    ------
    TypeError
        For an operation of another kind.
    """
    return _Writer(builder, places, operation).write()


def lowest(axis: Axis) -> Floats:
    """Return the value from which each rung of an axis is reached (see `engine.arrays.lookup.lookup`)."""
    found = rungs(axis)
    return np.asarray(found - SLACK * np.maximum(1.0, np.abs(found)))


def rungs(axis: Axis) -> Floats:
    """Return the rungs of an axis."""
    return np.asarray(axis.rungs, dtype=np.float64)


class _Writer:
    def __init__(self, builder: ProgramBuilder, places: Addressing, operation: Operation) -> None:
        self.builder, self.places, self.operation = builder, places, operation
        self.axes = builder.values[operation.target].axes
        self.target = f"v{operation.target}"
        self.arrays: list[str] = [self.target]

    def write(self) -> tuple[list[Statement], list[str]]:
        match self.operation.step.kind:
            case "lag":
                loops = self._lag()
            case "cumsum":
                loops = self._cumsum()
            case "trapezium":
                loops = self._trapezium()
            case "area":
                loops = self._area()
            case "parameter":
                loops = self._parameter()
            case kind:
                raise TypeError(f"no loops are known for {kind}")
        return loops, self.arrays

    # ---- the operations

    def _lag(self) -> list[Statement]:
        (over,) = self.operation.step.over
        x, initial = self.operation.operands
        at = self._cells(self.axes)
        return self._along(over, at, self._cell(initial, at), self._cell(x, {**at, over: at[over] - 1}))

    def _cumsum(self) -> list[Statement]:
        (over,) = self.operation.step.over
        (x,) = self.operation.operands
        at = self._cells(self.axes)
        before = Load(self.target, self._place({**at, over: at[over] - 1}))
        return self._along(over, at, self._cell(x, at), before + self._cell(x, at))

    def _trapezium(self) -> list[Statement]:
        (over,) = self.operation.step.over
        (x,) = self.operation.operands
        length = self.builder.lengths[over]
        at = self._cells(self.axes)
        if length == 1:
            return self._loops(self.axes, self._each_draw(self._store(at, Number(0.0))))
        first, last = (self._cell(x, {**at, over: Number(label)}) for label in (0, length - 1))
        total = Load(self.target, self._place(at))
        inner = self._store(at, total + self._cell(x, {**at, over: Name("inner")}))
        return self._loops(
            self.axes,
            self._each_draw(self._store(at, (first + last) / 2.0)),
            repeat("inner", length - 1, self._each_draw(inner), start=1),
        )

    def _area(self) -> list[Statement]:
        step, shape = self.operation.step, self.operation.operands
        start = self.places.hold(("points", step.data), np.asarray(step.data))
        self._use(LAST)
        axes = tuple(axis for axis in self.axes if axis != "time")
        at = self._cells(axes)
        cells = [self._cell(one, at) for one in shape]

        def run_up(point: Name) -> Expression:
            # the fifth operand is when the profile is cut off
            to = call("least", point, cells[4]) if len(cells) > 4 else point
            return call(step.name.replace("area", "run_up"), to, *cells[:4])

        first, point, area = Name("first"), Name("point"), Name("area")
        return self._loops(
            axes,
            Assign("first", Load("data", Number(start))),
            self._each_draw(Store(LAST, D, run_up(first))),
            repeat(
                "time",
                self.places.length("time"),
                Assign("point", Load("data", Number(start + 1) + TIME)),
                self._each_draw(
                    Assign("area", run_up(point)),
                    self._store({**at, "time": TIME}, area - Load(LAST, D)),
                    Store(LAST, D, area),
                ),
            ),
        )

    def _parameter(self) -> list[Statement]:
        rows, values = self.places.mixed(self.operation.step.name)
        cell, row, value = Name("cell"), Name("row"), Name("value")
        place = cell * STRIDE + D
        drawn = Load("x", self.places.start("x", row) + D)
        certain = (
            Assign("value", Load("data", Number(values) + cell)),
            self._each_draw(Store(self.target, place, value)),
        )
        choice = If(call("lt", row, 0), certain, (self._each_draw(Store(self.target, place, drawn)),))
        cells = self.places.count(self.builder.values[self.operation.target].cells)
        return [repeat("cell", cells, Assign("row", Load("rows", Number(rows) + cell)), choice)]

    # ---- their parts

    def _cells(self, axes: tuple[str, ...]) -> Coordinates:
        return {"time": TIME, **{axis: self.places.variable(axis) for axis in axes}}

    def _along(self, over: str, at: Coordinates, first: Expression, later: Expression) -> list[Statement]:
        """Write one value at the first label of an axis and another at the others."""
        cells = (self._each_draw(self._store(at, value)) for value in (first, later))
        return self._loops(self.axes, If(call("eq", at[over], 0), *((cell,) for cell in cells)))

    def _loops(self, axes: tuple[str, ...], *body: Statement) -> list[Statement]:
        return loops(self.places, axes, body)

    def _each_draw(self, *body: Statement) -> For:
        return repeat(D.name, WIDTH, *body)

    def _place(self, at: Coordinates) -> Expression:
        return self.places.start("v", self.places.index(self.operation.target, at)) + D

    def _store(self, at: Coordinates, value: Expression) -> Store:
        return Store(self.target, self._place(at), value)

    def _cell(self, number: int, at: Coordinates) -> Expression:
        place = self.places.place(number, at)
        self._use(place.array)
        cell = Load(place.array, place.row if place.certain else self.places.start(place.array, place.row) + D)
        return call("ne", cell, 0.0) if self.builder.values[number].flag else cell

    def _use(self, array: str) -> None:
        if array not in self.arrays:
            self.arrays.append(array)


def loops(places: Addressing, axes: Sequence[str], body: Sequence[Statement]) -> list[Statement]:
    """Return statements within a loop for each axis, the last one innermost.

    Parameters
    ----------
    places : Addressing
        Holds the axes' numbers of labels among its data.
    axes : sequence of str
    body : sequence of Statement
    """
    inner = tuple(body)
    for axis in reversed(axes):
        label = places.variable(axis).name
        if axis == places.chosen:
            chosen = Assign(label, Load("rows", Name("chosen") + 1))
            inner = (repeat("chosen", Load("rows", Number(0)), chosen, *inner),)
        else:
            inner = (repeat(label, places.length(axis), *inner),)
    return list(inner)
