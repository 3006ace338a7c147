"""One nest of loops: a loop an axis, then one over the draws of a lane.

In the loop over the draws stand loads, statements of one operation each and stores, without branches, so that LLVM
turns it into vector instructions. Certain numbers and rows are looked up before it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import reduce
from operator import add, mul
from typing import Final

from wellbeva.engine.compiled import unfused_loops
from wellbeva.engine.compiled.addressing import STRIDE, TIME, WIDTH, Address, Addressing, Coordinates
from wellbeva.engine.compiled.fusion import ADDING, ALONE, AT_HAND, MOST_STATEMENTS, LoopNest
from wellbeva.engine.compiled.loop_ir import Assign, Expression, Load, Name, Number, Statement, Store, call, repeat
from wellbeva.engine.compiled.unfused_loops import D, loops
from wellbeva.engine.lowering.ssa import Operation, ProgramBuilder
from wellbeva.engine.lowering.structural_zeros import StructuralZeros
from wellbeva.language.functions import ELEMENTWISE

SIGNS: Final = frozenset({"add", "sub", "mul", "div", "eq", "ne", "lt", "le", "gt", "ge", "neg"})
CODE: Final = {"pow": "power", **{name: function.code for name, function in ELEMENTWISE.items()}}
"""The machine code of elementwise operations by their names, where it is not called as they are."""
STARTS: Final = {"sum": -0.0, "mean": -0.0, "product": 1.0, "min": math.inf, "max": -math.inf}
"""The number from which a reduction starts, so that the first value comes out of it as it went in."""
_SHAPE: Final = 6
"""Operands of a profile that is not cut off."""
_MOST_MOVES: Final = 2 * MOST_STATEMENTS
"""Moves between states that are written out: each is a product alone."""


class NestWriter:
    """Writes nests.

    Parameters
    ----------
    builder : ProgramBuilder
    places : Addressing
    stored : collection of int
        Values whose rows other nests read.
    """

    def __init__(self, builder: ProgramBuilder, places: Addressing, stored: Collection[int]) -> None:
        self.builder, self.places, self.stored = builder, places, stored
        self.zeros = StructuralZeros(builder)

    def write(self, nest: LoopNest) -> tuple[list[Statement], list[str]]:
        """Return the loops of a nest and the names of the arrays that it reads and writes."""
        first = nest.operations[0]
        if first.step.kind in ALONE:
            return unfused_loops.write(self.builder, self.places, first)
        return _Fused(self, nest).write()


class _Fused:
    """One nest of operations that are computed together."""

    def __init__(self, writer: NestWriter, nest: LoopNest) -> None:
        self.builder, self.places, self.stored = writer.builder, writer.places, writer.stored
        self.zeros = writer.zeros
        self.nest = nest
        self.at: Coordinates = {axis: self.places.variable(axis) for axis in (*nest.axes, "time")}
        self.local = {operation.target for operation in nest.operations if operation.step.kind not in ADDING}
        self.cell: list[Statement] = []
        """Statements before the loop over the draws."""
        self.draw: list[Statement] = []
        """Statements within it."""
        self.arrays: list[str] = []
        self._names: dict[tuple[str, Expression], Name] = {}
        self.across = _across(self.builder, nest, self.zeros)
        self.mark = ""
        """The ending of the names of values of one label of that axis."""
        self._totals: dict[int, Expression] = {}

    def write(self) -> tuple[list[Statement], list[str]]:
        before, after = self._starts(), self._ends()
        for label in range(self.builder.lengths[self.across] if self.across else 1):
            if self.across:
                self.at, self.mark = {**self.at, self.across: Number(label)}, f"_{label}"
            for operation in self.nest.operations:
                self._statement(operation)
        for number, place in self._totals.items():
            self.draw.append(Store(f"v{number}", place, Name(f"t{number}")))
        axes = self.nest.axes[: -1 if self.across else None]
        nest = loops(self.places, axes, [*self.cell, repeat(D.name, WIDTH, *self.draw)])
        return [*before, *nest, *after], self.arrays

    # ---- statements

    def _statement(self, operation: Operation) -> None:
        step, ids = operation.step, operation.operands
        match step.kind:
            case "elementwise":
                truths = [self.builder.values[one].flag for one in ids]
                self._set(operation, elementwise(step.name, [self._read(one) for one in ids], truths))
            case "number":
                self._set(operation, call("choose", self._read(ids[0]), 1.0, 0.0))
            case "reduce":
                self._add(operation, self._read(ids[0]))
            case "contract":
                self._contract(operation)
            case "product sum":
                self._add(operation, self._read(ids[0]) * self._read(ids[1]))
            case "pick by" | "interp":
                self._look_up(operation)
            case "put":
                self._store("y", self.places.flat(step.over, self.at) + step.index, self._read(ids[0]))
            case "add row":
                self._add_row(operation)
            case "put row":
                label = TIME if step.index == AT_HAND else Number(step.index)
                row = self.places.index(operation.target, {**self.at, "time": label})
                self._store(f"v{operation.target}", row, self._read(ids[0]))
            case _:
                raise TypeError(f"no loops are known for {step.kind}")

    def _set(self, operation: Operation, value: Expression) -> None:
        number = operation.target
        name = Name(f"s{number}{self.mark}")
        self.draw.append(Assign(name.name, value))
        if number in self.stored:
            flag = self.builder.values[number].flag
            kept = call("choose", name, 1.0, 0.0) if flag else name
            self._store(f"v{number}", self.places.index(number, self.at), kept)

    def _add(self, operation: Operation, value: Expression) -> None:
        number, name = operation.target, operation.step.name
        array, total = f"v{number}", Name(f"t{number}")
        self._array(array)
        place = self._row(array, self.places.index(number, self.at)) + D
        if not self.across:
            self.draw.append(Store(array, place, _joined(name, Load(array, place), value)))
        elif number in self._totals:
            self.draw.append(Assign(total.name, _joined(name, total, value)))
        else:
            self._totals[number] = place
            whole = self._is_whole(operation)
            self.draw.append(Assign(total.name, value if whole else _joined(name, Load(array, place), value)))

    def _add_row(self, operation: Operation) -> None:
        """Add the part of a label of time to a sum; the part of the first is what it starts from."""
        number, (*weights, x), at_hand = operation.target, operation.operands, operation.step.index == AT_HAND
        at = {**self.at, "time": TIME if at_hand else Number(0)}
        part = reduce(mul, [*(self._read_at(weight, at) for weight in weights), self._read(x)])
        array = f"v{number}"
        self._array(array)
        place = self._row(array, self.places.index(number, self.at)) + D
        self.draw.append(Store(array, place, Load(array, place) + part if at_hand else part))

    def _is_whole(self, operation: Operation) -> bool:
        """Whether a reduction is over the axis that is written out alone, so that nothing is added up in memory."""
        axes = self.builder.values[operation.target].axes
        return bool(self.across) and set(axes) == set(self.nest.axes) - {self.across}

    def _contract(self, operation: Operation) -> None:
        """Write the sum over the states that are left, in one expression: a row added up in memory is twice as slow."""
        x, moves = operation.operands
        to = self.at["state"]
        states = list(range(self.builder.lengths["state"]))
        if isinstance(to, Number):
            zero = self.zeros.moves(moves)[:, int(to.value)]
            states = [state for state in states if not zero[state]]
        terms: list[Expression] = []
        for state in states:
            at = {**self.at, "state": Number(state), "to": to}
            terms.append(self._read_at(x, at) * self._read_at(moves, at))
        self._set(operation, reduce(add, terms) if terms else Number(0.0))

    def _look_up(self, operation: Operation) -> None:
        step, (x, by) = operation.step, operation.operands
        axis = self.places.plan.axes[step.name]
        mark = f"{operation.target}{self.mark}"
        index, label, share = Name(f"i{mark}"), Name(f"j{mark}"), Name(f"u{mark}")
        certain = self.places.place(by, self.at).certain and by not in self.local
        where = self.cell if certain else self.draw
        length, data = len(axis), Name("data")
        value = self._read(by)
        if step.kind == "pick by":
            if axis.rungs and not step.index:
                start = self.places.hold(("lowest", step.name), unfused_loops.lowest(axis))
                where.append(Assign(index.name, call("rung", value, data, start, length)))
            else:
                where.append(Assign(index.name, call("label", value, length)))
            where.append(Assign(label.name, call("max", index, 0)))
            cell = self._looked_up(x, step.name, label)
            self._set(operation, call("choose", call("lt", index, 0), math.nan, cell))
            return
        start = self.places.hold(("rungs", step.name), unfused_loops.rungs(axis))
        where.append(Assign(index.name, call("lower_rung", value, data, start, length)))
        where.append(Assign(share.name, call("way", value, data, start, index, length)))
        where.append(Assign(label.name, call("min", index + 1, length - 1)))
        low, high = (self._looked_up(x, step.name, one) for one in (index, label))
        self._set(operation, low * (Number(1.0) - share) + high * share)

    def _looked_up(self, x: int, axis: str, label: Expression) -> Expression:
        place = self.places.place(x, {**self.at, axis: label})
        if place.certain:
            return Load("data", place.row)
        self._array(place.array)
        return Load(place.array, self.places.start(place.array, place.row) + D)

    # ---- reading and storing

    def _read(self, number: int) -> Expression:
        """Return a value in the loop over the draws, loaded where it is not yet."""
        return Name(f"s{number}{self.mark}") if number in self.local else self._read_at(number, self.at)

    def _read_at(self, number: int, at: Coordinates) -> Expression:
        """Return a stored value of a cell."""
        place = self.places.place(number, at)
        key = (place.array, place.row)
        if key not in self._names:
            self._load(place, key)
        name = self._names[key]
        return call("ne", name, 0.0) if self.builder.values[number].flag else name

    def _load(self, place: Address, key: tuple[str, Expression]) -> None:
        self._array(place.array)
        letter, statements = ("k", self.cell) if place.certain else ("a", self.draw)
        self._names[key] = name = Name(f"{letter}{len(self._names)}")
        row = place.row if place.certain else self._row(place.array, place.row) + D
        statements.append(Assign(name.name, Load(place.array, row)))

    def _store(self, array: str, row: Expression, value: Expression) -> None:
        self._array(array)
        self.draw.append(Store(array, self._row(array, row) + D, value))

    def _row(self, array: str, row: Expression) -> Name:
        """Return the name of where a row begins, worked out once for all draws."""
        start = self.places.start(array, row)
        key = ("", start)
        if key not in self._names:
            self._names[key] = name = Name(f"r{len(self._names)}")
            self.cell.append(Assign(name.name, start))
        return self._names[key]

    def _array(self, name: str) -> None:
        if name not in self.arrays:
            self.arrays.append(name)

    # ---- before and after

    def _starts(self) -> list[Statement]:
        """Return loops that set what adds up to what it starts from."""
        adding = [
            operation
            for operation in self.nest.operations
            if operation.step.kind in ADDING and not self._is_whole(operation)
        ]
        cells = {one.target: self.builder.values[one.target].cells for one in adding}
        starts = {one.target: Number(STARTS.get(one.step.name, -0.0)) for one in adding}
        return [
            repeat(
                D.name,
                self.places.count(size) * STRIDE,
                *(Store(f"v{n}", D, starts[n]) for n in cells if cells[n] == size),
            )
            for size in dict.fromkeys(cells.values())
        ]

    def _ends(self) -> list[Statement]:
        means: list[Statement] = []
        for operation in self.nest.operations:
            if operation.step.kind == "reduce" and operation.step.name == "mean":
                axes = self.builder.values[operation.operands[0]].axes
                count = math.prod(self.builder.lengths[axis] for axis in axes if axis in operation.step.over)
                array, cells = f"v{operation.target}", self.builder.values[operation.target].cells
                mean = Store(array, D, Load(array, D) / float(count))
                means.append(repeat(D.name, self.places.count(cells) * STRIDE, mean))
        return means


def _across(builder: ProgramBuilder, nest: LoopNest, zeros: StructuralZeros) -> str:
    """Return the innermost axis if it is short and worth it: it is then written out, label by label.

    That is so where all reductions are over it: what adds up stays in registers, which takes a twelfth off the time of
    a sum of exponentials. Or where states move: each is read once for all to which it moves, and moves that nobody
    makes are left out.
    """
    if not nest.axes:
        return ""
    axis = nest.axes[-1]
    adding = [operation for operation in nest.operations if operation.step.kind in ADDING]
    moving = (
        [operation for operation in nest.operations if operation.step.kind == "contract"] if axis == "state" else []
    )
    short = builder.lengths[axis] * len(nest.operations) <= MOST_STATEMENTS
    short &= sum(int((~zeros.moves(one.operands[1])).sum()) for one in moving) <= _MOST_MOVES
    return axis if (adding or moving) and short and all(axis in one.step.over for one in adding) else ""


def _joined(name: str, total: Expression, value: Expression) -> Expression:
    """Join one more value to a reduction."""
    match name:
        case "product":
            return total * value
        case "min" | "max":
            return call(CODE[name], total, value)
        case _:
            return total + value


def elementwise(name: str, operands: Sequence[Expression], truths: Sequence[bool]) -> Expression:
    """Return an elementwise operation.

    Parameters
    ----------
    name : str
    operands : sequence of Expression
        Numbers or truth values.
    truths : sequence of bool
        Which are truth values.
    """
    if name in SIGNS:
        return call(name, *operands)
    if name in ("not", "and", "or", "where"):
        conditions = [one if true else call("ne", one, 0.0) for one, true in zip(operands, truths, strict=True)]
        return call("choose", conditions[0], *operands[1:]) if name == "where" else call(name, *conditions)
    until = (math.inf,) if name.startswith("area") and len(operands) == _SHAPE else ()
    return call(CODE.get(name, name), *operands, *until)
