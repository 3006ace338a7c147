"""From equations to formulas: each equation becomes a block of cells, and so does each part that several cells read.

What a node means stands in `engine.reference.interpreter`; a cell is printed for its labels, so that broadcasting is a
reference, a lag the cell before, and a recurrence needs nothing of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from wellbeva.engine.arrays.functions import OPERATIONS
from wellbeva.engine.arrays.lookup import between
from wellbeva.engine.arrays.named import NamedArray, drop, expand, own_axes, spread, union
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.language import ir
from wellbeva.language.functions import ELEMENTWISE
from wellbeva.language.to_text import to_text
from wellbeva.plan.plan import Plan
from wellbeva.report.workbook.formulas.blocks import PARAMETERS, PERIODS, TOTALS, At, Block, Cell, Part
from wellbeva.report.workbook.formulas.profiles import print_area
from wellbeva.report.workbook.formulas.text import (
    ARITHMETIC,
    EXCEL,
    Formula,
    call,
    choose,
    compare,
    formula,
    logic,
    many,
    negated,
)

LONGEST: Final = 14
"""References and constants of one cell; a longer equation is parted into steps, which a person can follow."""
MOST_CHOICES: Final = 254
TWICE: Final = frozenset({"expm1", "log", "log1p", "power", "remainder"})
"""Operations that write an operand several times."""


class CannotSayError(Exception):
    """A formula cannot say this; the block becomes values, with the reason beside them."""


@dataclass(slots=True)
class Printer:
    """Turns the equations of a plan into blocks.

    Parameters
    ----------
    plan : Plan
    walk : Interpreter
        That has evaluated the base case.
    blocks : dict of name to Block
        Those of the parameters; it grows.
    choices : mapping of parameter to its words
    """

    plan: Plan
    walk: Interpreter
    blocks: dict[str, Block]
    choices: Mapping[str, tuple[str, ...]]
    here: str = ""
    _waiting: dict[str, Block] = field(default_factory=dict)
    _steps: dict[object, Block] = field(default_factory=dict)
    _owner: str = ""

    def equations(self) -> None:
        """Print all equations of the plan, in the order of evaluation."""
        self._waiting = {
            equation.name: Block(
                equation.name, self.walk.values[equation.name], sheet_of(self.walk.values[equation.name].axes),
                equation.unit_text, equation.doc, " ".join(equation.text.split()),
            )
            for equation in self.plan.equations
        }  # fmt: skip
        for group in self.plan.groups:
            for name in group:
                self._fill(self._waiting[name], self.plan.equation(name).expression)

    def extra(self, name: str, node: ir.Node, unit: str, doc: str) -> Block:
        """Print what the plan computes beside its equations: the decision, a check.

        Parameters
        ----------
        name : str
        node : Node
        unit, doc : str
        """
        value = self.walk.declared(node)
        block = Block(name, value, sheet_of(value.axes), unit, doc, self.written(node))
        self._fill(block, node)
        return block

    def written(self, node: ir.Node) -> str:
        """Write a node in the language of equations."""
        return to_text(node, axes=self.plan.axes, choices=self.choices)

    def _fill(self, block: Block, node: ir.Node) -> None:
        self._owner = block.name
        block.cell = self.part(node).cell
        self.blocks[block.name] = block

    # ---- blocks

    def ref(self, block: Block, at: At) -> Formula:
        """Return the reference to a cell of a block, from the sheet that is being written.

        Parameters
        ----------
        block : Block
        at : mapping of axis to int
            Its labels.
        """
        return block.ref(at, here=self.here)

    def cells(self, block: Block, at: At, over: Mapping[str, range]) -> list[str]:
        """Return the cells and ranges of a block over some labels, from the sheet that is being written.

        Parameters
        ----------
        block : Block
        at : mapping of axis to int
            Labels of all other axes.
        over : mapping of axis to range
        """
        return block.cells(at, over, here=self.here)

    def step(self, part: Part, *axes: str) -> Block:
        """Return the block of a part of an equation: that of a name, or a new one, as often as it is read.

        Parameters
        ----------
        part : Part
        *axes : str
            That it must have; what lacks them is repeated.
        """
        if isinstance(part.node, ir.Ref) and set(axes) <= set(part.axes):
            return self.named(part.node.name)
        key = (part.node, axes)
        if key not in self._steps:
            value = self.walk.node(part.node)
            wanted = union(own_axes(self.plan.axes), value.axes, part.axes, axes)
            lengths = {name: len(axis) for name, axis in self.plan.axes.items()}
            self._steps[key] = self._new(spread(value, wanted, lengths), self.written(part.node), part.cell)
        return self._steps[key]

    def derived(self, text: str, compute: Callable[..., Any], parts: Sequence[Part | Block]) -> Block:
        """Return the block of what is computed from parts by operations that arrays and formulas have alike.

        Parameters
        ----------
        text : str
            What it is, in words.
        compute : callable of Operations and the parts
        parts : sequence of Part or Block
        """
        key = (text, *(part.name if isinstance(part, Block) else part.node for part in parts))
        if key not in self._steps:
            values = [part.value if isinstance(part, Block) else self.walk.node(part.node) for part in parts]
            axes = union(own_axes(self.plan.axes), *(value.axes for value in values))
            with np.errstate(all="ignore"):
                array = compute(OPERATIONS, *(expand(value, axes) for value in values))
            cells = [self.whole(part).cell if isinstance(part, Block) else part.cell for part in parts]
            self._steps[key] = self._new(
                NamedArray(axes, np.asarray(array, dtype=np.float64)),
                text,
                lambda at: formula(compute(EXCEL, *(cell(at).number for cell in cells))),
            )
        return self._steps[key]

    def whole(self, block: Block) -> Part:
        """Return a block as a part."""
        return Part(ir.Const(value=0.0), block.axes, lambda at: self.ref(block, at))

    def named(self, name: str) -> Block:
        """Return the block of a parameter or an equation; in a recurrence it may not be filled yet."""
        return self.blocks.get(name) or self._waiting[name]

    def rungs(self, axis: str, *, slack: bool) -> Block:
        """Return the block of the numbers that an axis climbs; with the slack that a lookup allows.

        Parameters
        ----------
        axis : str
        slack : bool
        """
        name = f"{axis} from" if slack else f"{axis} rungs"
        if name not in self.blocks:
            rungs = np.asarray(self.plan.axes[axis].rungs)
            array = rungs - ir.SLACK * np.maximum(1.0, np.abs(rungs)) if slack else rungs
            note = "the labels of the axis are part of the workbook's structure"
            unit = self.plan.axes[axis].unit
            self.blocks[name] = Block(
                name, NamedArray((axis,), array), PARAMETERS, unit, f"where {axis} steps up", note=note
            )
        return self.blocks[name]

    def _new(self, value: NamedArray, text: str, cell: Cell) -> Block:
        number = 1
        while (name := f"{self._owner}, step {number}") in self.blocks:
            number += 1
        self.blocks[name] = Block(name, value, sheet_of(value.axes), text=text, cell=cell)
        return self.blocks[name]

    # ---- nodes

    def part(self, node: ir.Node) -> Part:  # noqa: C901, PLR0911, PLR0912 - one case a node kind
        """Print one node."""
        match node:
            case ir.Const(value=value):
                return Part(node, (), lambda _: formula(value), known=True)
            case ir.Label(axis=axis):
                return Part(node, (axis,), lambda at: formula(at[axis]), known=True)
            case ir.Ref(name=name):
                block = self.named(name)
                return Part(node, block.axes, lambda at: self.ref(block, at))
            case ir.Unary(op=op, x=x):
                return self._made(node, lambda x: -x if op == "neg" else negated(x), x)
            case ir.Binary(op=op, left=left, right=right):
                return self._made(node, ARITHMETIC[op], left, right)
            case ir.Compare(op=op, left=left, right=right):
                return self._made(node, lambda a, b: compare(op, a, b), left, right)
            case ir.Logic(op=op, left=left, right=right):
                return self._made(node, lambda a, b: logic(op, a, b), left, right)
            case ir.Select(condition=condition, yes=yes, no=no):
                return self._made(node, choose, condition, yes, no)
            case ir.Ratio(top=top, bottom=bottom):
                return self._made(node, ARITHMETIC["div"], top, bottom)
            case ir.Call(function=function, args=args) if function in ELEMENTWISE:
                return self._called(node, function, args)
            case ir.Call(function=function, args=args):
                return print_area(self, node, function, [self.part(one) for one in args])
            case ir.Reduce():
                return self._reduced(node)
            case ir.Pick(x=x, axis=axis, index=index):
                inner = self.part(x)
                return Part(node, drop(inner.axes, axis), lambda at: inner.cell({**at, axis: index}), inner.size)
            case ir.Lag(x=x, initial=initial, over=over):
                return self._lagged(node, self.part(x), self.part(initial), over)
            case ir.Scan(x=x, over=over):
                block = self.step(self.part(x), over)
                return Part(
                    node, block.axes, lambda at: many("SUM", self.cells(block, at, {over: range(at[over] + 1)})), 1
                )
            case ir.PickBy(x=x, axis=axis, by=by):
                return self._looked_up(
                    node, self.step(self.part(x), axis), axis, self.part(by), label=by.dtype == "label"
                )
            case ir.Interp(x=x, axis=axis, by=by):
                return self._interpolated(node, self.step(self.part(x), axis), axis, self.part(by))
            case ir.Contract(x=x, moves=moves):
                return self._contracted(node, self.short(self.part(x), 2), self.short(self.part(moves), 1))
            case _:
                raise TypeError(f"no formula is known for the node {type(node).__name__}")

    def short(self, part: Part, longest: int = 1) -> Part:
        """Return a part that is a reference or little more: itself, or that to a step.

        Parameters
        ----------
        part : Part
        longest : int
            References and constants that it may have.
        """
        if part.size <= longest:
            return part
        block = self.step(part)
        return Part(part.node, block.axes, lambda at: self.ref(block, at))

    def _fitting(self, parts: list[Part]) -> list[Part]:
        """Return the parts, the longest ones as steps, until a cell can hold all."""
        while sum(part.size for part in parts) > LONGEST and max(part.size for part in parts) > 1:
            longest = max(range(len(parts)), key=lambda index: parts[index].size)
            parts[longest] = self.short(parts[longest], 1)
        return parts

    def _made(self, node: ir.Node, make: Callable[..., Formula], *nodes: ir.Node) -> Part:
        parts = [self.part(one) for one in nodes]
        decided = isinstance(node, ir.Select) and parts[0].known  # each cell has one of the two
        parts = parts if decided else self._fitting(parts)
        axes = union(own_axes(self.plan.axes), *(part.axes for part in parts))
        known = all(part.known for part in parts) and not isinstance(node, ir.Binary | ir.Unary | ir.Select)
        sizes = [part.size for part in parts if not part.known] or [1]
        size = max(sizes) if decided else sum(sizes)
        return Part(node, axes, lambda at: make(*(part.cell(at) for part in parts)), size, known)

    def _called(self, node: ir.Node, function: str, args: tuple[ir.Node, ...]) -> Part:
        make = ELEMENTWISE[function].by(EXCEL)
        parts = [self.part(one) for one in args]
        if ELEMENTWISE[function].formula or ELEMENTWISE[function].operation in TWICE:
            parts = [self.short(part, 1) for part in parts]
        parts = self._fitting(parts)
        axes = union(own_axes(self.plan.axes), *(part.axes for part in parts))
        return Part(node, axes, lambda at: make(*(p.cell(at).number for p in parts)), sum(p.size for p in parts) + 1)

    def _reduced(self, node: ir.Reduce) -> Part:
        over = {axis: range(len(self.plan.axes[axis])) for axis in node.over}
        block = self.step(self.part(node.x), *node.over)
        count = int(np.prod([len(labels) for labels in over.values()]))

        def cell(at: At) -> Formula:
            cells = self.cells(block, at, over)
            match node.function:
                case "mean":
                    return many("SUM", cells) / float(count)
                case "trapezium":
                    first, last = ({**at, "time": index} for index in (0, over["time"][-1]))
                    return many("SUM", cells) - (self.ref(block, first) + self.ref(block, last)) / 2.0
                case name:
                    return many(name.upper(), cells)

        return Part(node, drop(block.axes, *node.over), cell)

    def _lagged(self, node: ir.Node, x: Part, initial: Part, over: str) -> Part:
        axes = union(own_axes(self.plan.axes), (over,), x.axes, initial.axes)

        def cell(at: At) -> Formula:
            return x.cell({**at, over: at[over] - 1}) if at[over] else initial.cell(at)

        return Part(node, axes, cell, max(x.size, initial.size))

    def _looked_up(self, node: ir.Node, table: Block, axis: str, by: Part, *, label: bool) -> Part:
        by = self.short(by, 1)
        everything = {axis: range(len(self.plan.axes[axis]))}
        climbs = bool(self.plan.axes[axis].rungs) and not label
        rungs = self.rungs(axis, slack=True) if climbs else None

        def cell(at: At) -> Formula:
            value = by.cell(at).number
            place = value + 1.0 if rungs is None else call("MATCH", value, *self.cells(rungs, at, everything), 1.0)
            return _chosen(self.cells(table, at, everything), place)

        axes = union(own_axes(self.plan.axes), drop(table.axes, axis), by.axes)
        return Part(node, axes, cell, 2)

    def _interpolated(self, node: ir.Node, table: Block, axis: str, by: Part) -> Part:
        labels = range(len(self.plan.axes[axis]))
        axes = union(own_axes(self.plan.axes), drop(table.axes, axis), by.axes)
        if len(labels) == 1:
            return Part(node, axes, lambda at: self.ref(table, {**at, axis: 0}))
        by, rungs = self.short(by, 1), self.rungs(axis, slack=False)
        value = self.walk.node(by.node)
        rows = NamedArray(value.axes, np.asarray(between(self.plan.axes[axis], value.array)[0] + 1.0, dtype=np.float64))

        def lower(at: At) -> Formula:
            found = call("MATCH", by.cell(at).number, *self.cells(rungs, at, {axis: labels}), 1.0)
            return call("MIN", float(len(labels) - 1), call("IFERROR", found, 1.0))

        row = self._new(rows, f"rung of {axis} below {self.written(by.node)}", lower)

        def cell(at: At) -> Formula:
            place, steps, x = self.ref(row, at), self.cells(rungs, at, {axis: labels}), by.cell(at).number
            ends = self.cells(table, at, {axis: labels})
            low, high = (_chosen(ends, where) for where in (place, place + 1.0))
            from_, to = (_chosen(steps, where) for where in (place, place + 1.0))
            way = call("MIN", 1.0, call("MAX", 0.0, (x - from_) / (to - from_)))
            return low + (high - low) * way

        return Part(node, axes, cell, 8)

    def _contracted(self, node: ir.Node, x: Part, moves: Part) -> Part:
        states = range(len(self.plan.axes["state"]))

        def cell(at: At) -> Formula:
            arrivals = [
                x.cell({**at, "state": state}).number * moves.cell({**at, "state": state, "to": at["state"]}).number
                for state in states
            ]
            return sum(arrivals[1:], arrivals[0])

        axes = union(own_axes(self.plan.axes), x.axes, drop(moves.axes, "to"), ("state",))
        return Part(node, axes, cell, 2 * len(states))


def _chosen(cells: list[str], place: Formula) -> Formula:
    """Return the cell at a place, counted from 1."""
    if len(cells) == 1:
        return call("INDEX", cells[0], place)
    if len(cells) > MOST_CHOICES or any(":" in one for one in cells):
        raise CannotSayError(f"a formula can choose among {MOST_CHOICES} cells at most")
    return call("CHOOSE", place, *cells)


def sheet_of(axes: tuple[str, ...]) -> str:
    """Return the sheet of a block that has these axes."""
    return PERIODS if "time" in axes else TOTALS
