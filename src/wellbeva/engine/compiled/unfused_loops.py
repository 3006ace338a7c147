"""The source of operations that walk along an axis themselves, each in a nest of its own."""

from __future__ import annotations

import numpy as np

from wellbeva.core.axes import Axis
from wellbeva.engine.arrays.named import Floats
from wellbeva.engine.compiled.addressing import Addressing, Coordinates
from wellbeva.engine.lowering.ssa import Operation, ProgramBuilder
from wellbeva.language.ir import SLACK


def write(builder: ProgramBuilder, places: Addressing, operation: Operation) -> tuple[list[str], list[str]]:
    """Return the lines of an operation and the names of the arrays that it reads and writes."""
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
        self.lines: list[str] = []
        self.arrays: list[str] = [f"v{operation.target}"]
        self.depth = 1

    def write(self) -> tuple[list[str], list[str]]:
        match self.operation.step.kind:
            case "lag":
                self._lag()
            case "cumsum":
                self._cumsum()
            case "trapezium":
                self._trapezium()
            case "area":
                self._area()
            case "parameter":
                self._parameter()
            case kind:
                raise TypeError(f"no source is known for {kind}")
        return self.lines, self.arrays

    # ---- the operations

    def _lag(self) -> None:
        (over,) = self.operation.step.over
        x, initial = self.operation.operands
        at = self._loops(self.axes)
        label = self.places.variable(over)
        self._line(f"if {label} == 0:")
        self._each_draw(f"{self._out(at)} = {self._cell(initial, at)}", deeper=1)
        self._line("else:")
        self._each_draw(f"{self._out(at)} = {self._cell(x, {**at, over: f'({label} - 1)'})}", deeper=1)

    def _cumsum(self) -> None:
        (over,) = self.operation.step.over
        (x,) = self.operation.operands
        at = self._loops(self.axes)
        label = self.places.variable(over)
        before = self._out({**at, over: f"({label} - 1)"})
        self._line(f"if {label} == 0:")
        self._each_draw(f"{self._out(at)} = {self._cell(x, at)}", deeper=1)
        self._line("else:")
        self._each_draw(f"{self._out(at)} = {before} + {self._cell(x, at)}", deeper=1)

    def _trapezium(self) -> None:
        (over,) = self.operation.step.over
        (x,) = self.operation.operands
        length = self.builder.lengths[over]
        at = self._loops(self.axes)
        if length == 1:
            self._each_draw(f"{self._out(at)} = 0.0")
            return
        ends = [self._cell(x, {**at, over: str(label)}) for label in (0, length - 1)]
        self._each_draw(f"{self._out(at)} = ({ends[0]} + {ends[1]}) / 2.0")
        self._line(f"for inner in range(1, {length - 1}):")
        self._each_draw(f"{self._out(at)} = {self._out(at)} + {self._cell(x, {**at, over: 'inner'})}", deeper=1)

    def _area(self) -> None:
        step, shape = self.operation.step, self.operation.operands
        start = self.places.hold(("points", step.data), np.asarray(step.data))
        self._use("last")
        at = self._loops(tuple(axis for axis in self.axes if axis != "time"))
        cells = [self._cell(one, at) for one in shape]

        def run_up(point: str) -> str:
            # the fifth operand is when the profile is cut off
            to = f"least({point}, {cells[4]})" if len(cells) > 4 else point
            return f"{step.name.replace('area', 'run_up')}({', '.join([to, *cells[:4]])})"

        self._line(f"first = data[{start}]")
        self._each_draw(f"last[d] = {run_up('first')}")
        self._line(f"for time in range({self.places.length('time')}):")
        self.depth += 1
        self._line(f"point = data[{start + 1} + time]")
        out = self._out({**at, "time": "time"})
        self._each_draw(f"area = {run_up('point')}", f"{out} = area - last[d]", "last[d] = area")

    def _parameter(self) -> None:
        rows, values = self.places.mixed(self.operation.step.name)
        self._line(f"for cell in range({self.places.count(self.builder.values[self.operation.target].cells)}):")
        self.depth += 1
        out = f"v{self.operation.target}[cell * {self.places.stride} + d]"
        self._line(f"row = rows[{rows} + cell]")
        self._line("if row < 0:")
        self._line(f"    value = data[{values} + cell]")
        self._each_draw(f"{out} = value", deeper=1)
        self._line("else:")
        self._each_draw(f"{out} = x[{self.places.start('x', 'row')} + d]", deeper=1)

    # ---- lines

    def _loops(self, axes: tuple[str, ...]) -> Coordinates:
        at = {"time": "time"}
        for axis in axes:
            at[axis] = self.places.variable(axis)
            self._line(f"for {at[axis]} in range({self.places.length(axis)}):")
            self.depth += 1
        return at

    def _each_draw(self, *lines: str, deeper: int = 0) -> None:
        indent = "    " * deeper
        self._line(f"{indent}for d in range({self.places.width}):")
        for line in lines:
            self._line(f"{indent}    {line}")

    def _out(self, at: Coordinates) -> str:
        number = self.operation.target
        return f"v{number}[{self.places.start('v', self.places.index(number, at))} + d]"

    def _cell(self, number: int, at: Coordinates) -> str:
        place = self.places.place(number, at)
        self._use(place.array)
        cell = (
            f"data[{place.row}]" if place.certain else f"{place.array}[{self.places.start(place.array, place.row)} + d]"
        )
        return f"({cell} != 0.0)" if self.builder.values[number].flag else cell

    def _use(self, array: str) -> None:
        if array not in self.arrays:
            self.arrays.append(array)

    def _line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)
