"""Where a model's loops find each value: in the data of a plan, in the draws, or in rows of scratch.

Numbers of a scenario are data (`Addressing.data`, `Addressing.rows`), never part of a loop: two scenarios that differ
in numbers alone share their machine code. Names that a person wrote never enter loops; an axis of the model's own is
``axis0``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats, Ints
from wellbeva.core.axes import FIXED_ORDER
from wellbeva.engine.arrays.named import drop
from wellbeva.engine.compiled.fusion import VIEWS
from wellbeva.engine.compiled.loop_ir import Expression, Load, Name, Number
from wellbeva.engine.lanes import LANE
from wellbeva.engine.lowering.ssa import DRAWS, Op, Operation, ProgramBuilder
from wellbeva.plan.plan import Plan

Coordinates = Mapping[str, Expression]
"""Axis to the label's index."""
TIME: Final = Name("time")
"""The label of time at hand."""
WIDTH: Final = Name("width")
"""Draws that are worked on at once: those in a row of scratch. Rows of draws and of targets have 512."""
STRIDE: Final = Name("stride")
"""From where a row of scratch begins to where the next does."""
BEFORE: Final = TIME - 1
"""The label of time before the one at hand."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where one cell of a value stands.

    Parameters
    ----------
    array : str
        ``data`` (one number for all draws), ``x`` (draws) or the scratch of a value.
    row : Expression
        The number's place, or the row.
    value : int
        The value that is stored there.
    """

    array: str
    row: Expression
    value: int

    @property
    def certain(self) -> bool:
        """Whether it is one number for all draws."""
        return self.array == "data"


class Addressing:
    """Finds values, and gathers the data that the loops read.

    Parameters
    ----------
    plan : Plan
    builder : ProgramBuilder
    operations : sequence of Operation
        All, those in loops among them.
    chosen : str
        An axis along which loops take the labels of a list, which stands in `rows` from the start: how many, and which.
        At first it has all.
    """

    def __init__(
        self, plan: Plan, builder: ProgramBuilder, operations: Sequence[Operation], *, chosen: str = ""
    ) -> None:
        self.plan, self.builder = plan, builder
        self._made = {operation.target: operation for operation in operations if operation.loop is None}
        self._data: list[Floats] = []
        self._rows: list[Ints] = []
        self._held: dict[object, int] = {}
        self._parameters: dict[str, tuple[npt.NDArray[np.int32], Floats]] = {}
        self._used = {"data": 0, "rows": 0}
        self.passing: frozenset[int] = frozenset()
        """Values held for two labels of time only (`schedule.Schedule.passing`), in rows that change places."""
        self.chosen = chosen
        if chosen:
            labels = builder.lengths[chosen]
            self._hold_whole(("chosen", chosen), np.array([labels, *range(labels)]))

    # ---- the data

    @property
    def data(self) -> Floats:
        """All certain numbers that the loops read."""
        return np.concatenate([*self._data, np.zeros(1)])

    @property
    def rows(self) -> Ints:
        """Rows of the draws that the cells of parameters read; -1 for a cell that is certain."""
        return np.concatenate([*self._rows, np.zeros(1, dtype=np.int64)])

    def hold(self, key: object, numbers: Floats) -> int:
        """Put numbers among the data, once for each key, and return the place of the first.

        Parameters
        ----------
        key : hashable
            Stands for the numbers: those of a key that is known are not looked at again.
        numbers : array [unit of the value or of the axis]
            Of any shape, laid down in C order.
        """
        if key not in self._held:
            self._data.append(np.ascontiguousarray(numbers, dtype=np.float64).ravel())
            self._held[key] = self._used["data"]
            self._used["data"] += self._data[-1].size
        return self._held[key]

    def _hold_rows(self, name: str) -> int:
        key = ("rows", name)
        return self._held[key] if key in self._held else self._hold_whole(key, self._cells(name)[0].ravel())

    def _hold_whole(self, key: object, numbers: npt.NDArray[Any]) -> int:
        self._rows.append(numbers.astype(np.int64))
        self._held[key] = self._used["rows"]
        self._used["rows"] += self._rows[-1].size
        return self._held[key]

    def length(self, axis: str) -> Expression:
        """Return an axis' number of labels, which a loop reads from the data.

        Known beforehand, LLVM unrolls short loops and takes many times as long (7 s instead of 0.4 s for a function).
        """
        return self.count(self.builder.lengths[axis])

    def count(self, count: int) -> Expression:
        """Return a number of times, which a loop reads from the data."""
        key = ("count", count)
        if key not in self._held:
            self._hold_whole(key, np.array([count]))
        return Load("rows", Number(self._held[key]))

    def _cells(self, name: str) -> tuple[npt.NDArray[np.int32], Floats]:
        """Return elements and values of a parameter over the axes that its value has kept."""
        if name not in self._parameters:
            parameter = self.plan.parameter(name)
            number = next(target for target, one in self._made.items() if one.step == Op("parameter", name))
            elements, values = parameter.elements, parameter.values
            for place, axis in reversed(list(enumerate(parameter.axes))):
                if axis not in self.builder.values[number].axes:
                    elements, values = np.take(elements, 0, axis=place), np.take(values, 0, axis=place)
            self._parameters[name] = np.asarray(elements), np.asarray(values)
        return self._parameters[name]

    def mixed(self, name: str) -> tuple[int, int]:
        """Return where the rows, and the certain numbers, of a parameter with certain cells begin."""
        _, values = self._cells(name)
        return self._hold_rows(name), self.hold(("values", name), values)

    # ---- places

    def is_view(self, operation: Operation) -> bool:
        """Whether an operation only says where a value is read: also a parameter whose cells are all drawn."""
        if operation.step.kind == "parameter":
            return bool((self._cells(operation.step.name)[0] >= 0).all())
        return operation.step.kind in VIEWS

    def place(self, number: int, at: Coordinates) -> Address:
        """Return where a value stands, through all views.

        Parameters
        ----------
        number : int
        at : mapping of axis to Expression
            The cell, at least along the axes of the value.
        """
        at, before = dict(at), False
        while (made := self._made.get(number)) is not None and self.is_view(made):
            step = made.step
            if step.kind == "parameter":
                start = self._hold_rows(step.name)
                return Address("x", Load("rows", Number(start) + self.index(number, at)), DRAWS)
            if step.kind == "kept":
                return Address("x", Number(step.index) + self.index(number, at), DRAWS)
            if step.kind == "pick":
                at[step.name] = Number(step.index)
            elif step.kind == "now":
                before = bool(step.index)
                at["time"] = BEFORE if before else TIME
            number = made.operands[0]
        value = self.builder.values[number]
        if value.constant is not None:
            start = self.hold(number, value.constant)
            return Address("data", Number(start) + self.index(number, at), number)
        # Under a name of its own: LLVM then knows that what is read is not what is written at the label at hand. In a
        # loop along time alone (``now``): elsewhere a part writes all labels, and then reads the one before.
        before &= "time" in value.axes
        return Address(f"{'w' if before else 'v'}{number}", self.index(number, at), number)

    def start(self, array: str, row: Expression) -> Expression:
        """Return where a row of an array begins.

        Parameters
        ----------
        array : str
            ``x`` (draws), ``y`` (targets), or any other for scratch.
        row : Expression
        """
        return row * (LANE if array in ("x", "y") else STRIDE)

    def index(self, number: int, at: Coordinates) -> Expression:
        """Return a cell's number among those of a value; of a label, where labels pass.

        Parameters
        ----------
        number : int
            Of the value.
        at : mapping of axis to Expression
            The cell, at least along the axes of the value.
        """
        axes = self.builder.values[number].axes
        return self.flat(drop(axes, "time") if number in self.passing else axes, at)

    def cells(self, number: int) -> int:
        """Return the rows of scratch that a value takes, of one in passing those of a label."""
        cells = self.builder.values[number].cells
        return cells // self.builder.lengths["time"] if number in self.passing else cells

    def at_hand(self, number: int) -> int:
        """Return the rows of a value at one label of time."""
        value = self.builder.values[number]
        return value.cells // self.builder.lengths["time"] if "time" in value.axes else value.cells

    def flat(self, axes: Sequence[str], at: Coordinates) -> Expression:
        """Return a cell's number among those over some axes, the last one fastest.

        Parameters
        ----------
        axes : sequence of str
        at : mapping of axis to Expression
            The cell, at least along these axes.
        """
        if not axes:
            return Number(0)
        *outer, last = axes
        return self.flat(outer, at) * self.builder.lengths[last] + at[last] if outer else at[last]

    def variable(self, axis: str) -> Name:
        """Return the loop variable of an axis."""
        return Name(axis if axis in FIXED_ORDER else f"axis{self.builder.own.index(axis)}")
