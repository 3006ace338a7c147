"""The source of one nest of loops: a loop an axis, then one over the draws of a lane.

In the loop over the draws stand loads, statements of one operation each and stores, without branches, so that LLVM
turns it into vector instructions. Certain numbers and rows are looked up before it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Final

from wellbeva.engine.compiled import unfused_loops
from wellbeva.engine.compiled.addressing import Address, Addressing, Coordinates
from wellbeva.engine.compiled.fusion import ADDING, ALONE, AT_HAND, MOST_STATEMENTS, LoopNest
from wellbeva.engine.lowering.ssa import Operation, ProgramBuilder
from wellbeva.engine.lowering.structural_zeros import StructuralZeros

INFIX: Final = {
    "add": "+", "sub": "-", "mul": "*", "div": "/",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip
FUNCTIONS: Final = {
    "pow": "power", "abs": "absolute", "mod": "remainder", "round": "round_half_away", "sqrt": "sqrt",
    "exp": "exp", "log": "log", "floor": "floor", "ceil": "ceil", "clip": "clip", "normal_cdf": "normal_cdf",
    "logit": "logit", "rate_to_prob": "rate_to_prob", "prob_to_rate": "prob_to_rate", "odds_to_prob": "odds_to_prob",
    "prob_to_odds": "prob_to_odds", "area_linear": "area_linear", "area_exponential": "area_exponential",
    "area_geometric": "area_geometric",
}  # fmt: skip
STARTS: Final = {"sum": "-0.0", "mean": "-0.0", "product": "1.0", "min": "inf", "max": "-inf"}
"""What a reduction starts from, so that the first value comes out of it as it went in."""
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

    def write(self, nest: LoopNest) -> tuple[list[str], list[str]]:
        """Return the lines of a nest and the names of the arrays that it reads and writes."""
        first = nest.operations[0]
        if first.step.kind in ALONE:
            lines, arrays = unfused_loops.write(self.builder, self.places, first)
            return lines, arrays
        return _Fused(self, nest).write()


class _Fused:
    """One nest of operations that are computed together."""

    def __init__(self, writer: NestWriter, nest: LoopNest) -> None:
        self.builder, self.places, self.stored = writer.builder, writer.places, writer.stored
        self.zeros = writer.zeros
        self.nest = nest
        self.at: Coordinates = {axis: self.places.variable(axis) for axis in (*nest.axes, "time")}
        self.local = {operation.target for operation in nest.operations if operation.step.kind not in ADDING}
        self.cell: list[str] = []
        """Lines before the loop over the draws."""
        self.draw: list[str] = []
        """Lines within it."""
        self.arrays: list[str] = []
        self._names: dict[tuple[str, str], str] = {}
        self.across = _across(self.builder, nest, self.zeros)
        self.mark = ""
        """What is put behind the names of values of one label of that axis."""
        self._totals: dict[int, str] = {}

    def write(self) -> tuple[list[str], list[str]]:
        before, after = self._starts(), self._ends()
        for label in range(self.builder.lengths[self.across] if self.across else 1):
            if self.across:
                self.at, self.mark = {**self.at, self.across: str(label)}, f"_{label}"
            for operation in self.nest.operations:
                self._statement(operation)
        self.draw += [f"{total} = t{number}" for number, total in self._totals.items()]
        lines = list(before)
        depth = 1
        for axis in self.nest.axes[: -1 if self.across else None]:
            lines.append(f"{_tabs(depth)}for {self.places.variable(axis)} in range({self.places.length(axis)}):")
            depth += 1
        lines += [f"{_tabs(depth)}{line}" for line in self.cell]
        lines.append(f"{_tabs(depth)}for d in range({self.places.width}):")
        lines += [f"{_tabs(depth + 1)}{line}" for line in self.draw]
        return [*lines, *after], self.arrays

    # ---- statements

    def _statement(self, operation: Operation) -> None:
        step, ids = operation.step, operation.operands
        match step.kind:
            case "elementwise":
                self._set(operation, elementwise(step.name, [self._read(one) for one in ids], self._truths(ids)))
            case "number":
                self._set(operation, f"choose({self._read(ids[0])}, 1.0, 0.0)")
            case "reduce":
                self._add(operation, self._read(ids[0]))
            case "contract":
                self._contract(operation)
            case "product sum":
                self._add(operation, f"{self._read(ids[0])} * {self._read(ids[1])}")
            case "pick by" | "interp":
                self._look_up(operation)
            case "put":
                self._store("y", f"{step.index} + {self.places.flat(step.over, self.at)}", self._read(ids[0]))
            case "add row":
                self._add_row(operation)
            case "put row":
                label = "time" if step.index == AT_HAND else str(step.index)
                row = self.places.index(operation.target, {**self.at, "time": label})
                self._store(f"v{operation.target}", row, self._read(ids[0]))
            case _:
                raise TypeError(f"no source is known for {step.kind}")

    def _set(self, operation: Operation, expression: str) -> None:
        number = operation.target
        name = f"s{number}{self.mark}"
        self.draw.append(f"{name} = {expression}")
        if number in self.stored:
            flag = self.builder.values[number].flag
            kept = f"choose({name}, 1.0, 0.0)" if flag else name
            self._store(f"v{number}", self.places.index(number, self.at), kept)

    def _add(self, operation: Operation, expression: str) -> None:
        number, name = operation.target, operation.step.name
        self._array(f"v{number}")
        array = f"v{number}"
        total = f"{array}[{self._row(array, self.places.index(number, self.at))} + d]"
        if not self.across:
            self.draw.append(f"{total} = {_joined(name, total, expression)}")
        elif number in self._totals:
            self.draw.append(f"t{number} = {_joined(name, f't{number}', expression)}")
        else:
            self._totals[number] = total
            whole = self._is_whole(operation)
            self.draw.append(f"t{number} = {expression if whole else _joined(name, total, expression)}")

    def _add_row(self, operation: Operation) -> None:
        """Add the part of a label of time to a sum; the part of the first is what it starts from."""
        number, (*weights, x), at_hand = operation.target, operation.operands, operation.step.index == AT_HAND
        at = {**self.at, "time": "time" if at_hand else "0"}
        part = " * ".join([*(self._read_at(weight, at) for weight in weights), self._read(x)])
        array = f"v{number}"
        self._array(array)
        total = f"{array}[{self._row(array, self.places.index(number, self.at))} + d]"
        self.draw.append(f"{total} = {total} + {part}" if at_hand else f"{total} = {part}")

    def _is_whole(self, operation: Operation) -> bool:
        """Whether a reduction is over the axis that is written out alone, so that nothing is added up in memory."""
        axes = self.builder.values[operation.target].axes
        return bool(self.across) and set(axes) == set(self.nest.axes) - {self.across}

    def _contract(self, operation: Operation) -> None:
        """Write the sum over the states that are left, in one expression: a row added up in memory is twice as slow."""
        x, moves = operation.operands
        to = self.at["state"]
        states = list(range(self.builder.lengths["state"]))
        if self.across == "state":
            zero = self.zeros.moves(moves)[:, int(to)]
            states = [state for state in states if not zero[state]]
        terms: list[str] = []
        for state in states:
            at = {**self.at, "state": str(state), "to": to}
            terms.append(f"{self._read_at(x, at)} * {self._read_at(moves, at)}")
        self._set(operation, " + ".join(terms) or "0.0")

    def _look_up(self, operation: Operation) -> None:
        step, (x, by) = operation.step, operation.operands
        axis = self.places.plan.axes[step.name]
        number = f"{operation.target}{self.mark}"
        certain = self.places.place(by, self.at).certain and by not in self.local
        where = self.cell if certain else self.draw
        length = len(axis)
        expression = self._read(by)
        if step.kind == "pick by":
            if axis.rungs and not step.index:
                start = self.places.hold(("lowest", step.name), unfused_loops.lowest(axis))
                where.append(f"i{number} = rung({expression}, data, {start}, {length})")
            else:
                where.append(f"i{number} = label({expression}, {length})")
            where.append(f"j{number} = max(i{number}, 0)")
            found = self._looked_up(x, step.name, f"j{number}")
            self._set(operation, f"choose(i{number} < 0, nan, {found})")
            return
        start = self.places.hold(("rungs", step.name), unfused_loops.rungs(axis))
        where.append(f"i{number} = lower_rung({expression}, data, {start}, {length})")
        where.append(f"u{number} = way({expression}, data, {start}, i{number}, {length})")
        where.append(f"j{number} = min(i{number} + 1, {length - 1})")
        low, high = (self._looked_up(x, step.name, f"{one}{number}") for one in "ij")
        self._set(operation, f"{low} * (1.0 - u{number}) + {high} * u{number}")

    def _looked_up(self, x: int, axis: str, label: str) -> str:
        place = self.places.place(x, {**self.at, axis: label})
        if place.certain:
            return f"data[{place.row}]"
        self._array(place.array)
        return f"{place.array}[{self.places.start(place.array, place.row)} + d]"

    # ---- reading and storing

    def _read(self, number: int) -> str:
        """Return the name of a value in the loop over the draws, loaded where it is not yet."""
        return f"s{number}{self.mark}" if number in self.local else self._read_at(number, self.at)

    def _read_at(self, number: int, at: Coordinates) -> str:
        """Return the name of a stored value of a cell."""
        place = self.places.place(number, at)
        flag = self.builder.values[number].flag
        key = (place.array, place.row)
        if key not in self._names:
            self._load(place, key)
        name = self._names[key]
        return f"({name} != 0.0)" if flag else name

    def _load(self, place: Address, key: tuple[str, str]) -> None:
        self._array(place.array)
        if place.certain:
            self._names[key] = name = f"k{len(self._names)}"
            self.cell.append(f"{name} = data[{place.row}]")
            return
        self._names[key] = name = f"a{len(self._names)}"
        self.draw.append(f"{name} = {place.array}[{self._row(place.array, place.row)} + d]")

    def _truths(self, ids: Sequence[int]) -> list[bool]:
        return [self.builder.values[one].flag for one in ids]

    def _store(self, array: str, row: str, expression: str) -> None:
        self._array(array)
        self.draw.append(f"{array}[{self._row(array, row)} + d] = {expression}")

    def _row(self, array: str, row: str) -> str:
        """Return the name of where a row begins, worked out once for all draws."""
        start = self.places.start(array, row)
        key = ("", start)
        if key not in self._names:
            self._names[key] = name = f"r{len(self._names)}"
            self.cell.append(f"{name} = {start}")
        return self._names[key]

    def _array(self, name: str) -> None:
        if name not in self.arrays:
            self.arrays.append(name)

    # ---- before and after

    def _starts(self) -> list[str]:
        """Return loops that set what adds up to what it starts from."""
        lines: list[str] = []
        adding = [
            operation
            for operation in self.nest.operations
            if operation.step.kind in ADDING and not self._is_whole(operation)
        ]
        cells = {one.target: self.builder.values[one.target].cells for one in adding}
        for size in dict.fromkeys(cells.values()):
            together = [one for one in adding if cells[one.target] == size]
            lines += self._each_place(
                size, [f"v{one.target}[d] = {STARTS.get(one.step.name, '-0.0')}" for one in together]
            )
        return lines

    def _ends(self) -> list[str]:
        lines: list[str] = []
        for operation in self.nest.operations:
            if operation.step.kind == "reduce" and operation.step.name == "mean":
                axes = self.builder.values[operation.operands[0]].axes
                count = math.prod(self.builder.lengths[axis] for axis in axes if axis in operation.step.over)
                cell = f"v{operation.target}[d]"
                size = self.builder.values[operation.target].cells
                lines += self._each_place(size, [f"{cell} = {cell} / {count}.0"])
        return lines

    def _each_place(self, cells: int, statements: Sequence[str]) -> list[str]:
        """Return a loop over all draws of all cells of values."""
        return [
            f"    for d in range({self.places.size(cells)}):",
            *(f"        {statement}" for statement in statements),
        ]


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


def _joined(name: str, total: str, expression: str) -> str:
    """Return the expression that joins one more value to a reduction."""
    match name:
        case "product":
            return f"{total} * {expression}"
        case "min":
            return f"least({total}, {expression})"
        case "max":
            return f"greatest({total}, {expression})"
        case _:
            return f"{total} + {expression}"


def elementwise(name: str, operands: Sequence[str], truths: Sequence[bool]) -> str:
    """Return the expression of an elementwise operation.

    Parameters
    ----------
    name : str
    operands : sequence of str
        Names of numbers or truth values.
    truths : sequence of bool
        Which are truth values.
    """
    if name in INFIX:
        return f"{operands[0]} {INFIX[name]} {operands[1]}"
    if name == "neg":
        return f"-{operands[0]}"
    if name in ("not", "and", "or", "where"):
        return _logic(name, operands, truths)
    if name in ("min", "max"):
        found = operands[0]
        for operand in operands[1:]:
            found = f"{'least' if name == 'min' else 'greatest'}({found}, {operand})"
        return found
    return f"{FUNCTIONS[name]}({', '.join(operands)})"


def _logic(name: str, operands: Sequence[str], truths: Sequence[bool]) -> str:
    held = [operand if true else f"({operand} != 0.0)" for operand, true in zip(operands, truths, strict=True)]
    match name:
        case "not":
            return f"not {held[0]}"
        case "and":
            return f"{held[0]} & {held[1]}"
        case "or":
            return f"{held[0]} | {held[1]}"
        case _:
            return f"choose({held[0]}, {operands[1]}, {operands[2]})"


def _tabs(depth: int) -> str:
    return "    " * depth
