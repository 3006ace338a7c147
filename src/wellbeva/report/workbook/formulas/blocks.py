"""Blocks of cells, one for each parameter, equation and step between, and where they stand in the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

import numpy as np
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell

from wellbeva.engine.arrays.named import NamedArray
from wellbeva.language.ir import Node
from wellbeva.report.workbook.formulas.text import Formula

At: TypeAlias = Mapping[str, int]
"""Index of a label by axis."""
Cell: TypeAlias = Callable[[At], Formula]
PARAMETERS, PERIODS, TOTALS, INPUTS, RESULTS = "Parameters", "Over time", "Totals", "Inputs", "Results"


@dataclass(eq=False)
class Block:
    """The cells of one name: its other axes go down, time goes across.

    Parameters
    ----------
    name, unit, doc, text : str
        `text` is the equation as the model writes it.
    value : NamedArray
        In the base case, as the reference engine has it.
    sheet : str
    cell : callable of At to Formula, or None
        None where all cells are values.
    note : str
        Why they are.
    row, column : int
        Of its first cell, from 0.
    periods : bool
        Whether it has the axis time.
    lengths : dict of axis to int
    """

    name: str
    value: NamedArray
    sheet: str
    unit: str = ""
    doc: str = ""
    text: str = ""
    cell: Cell | None = None
    note: str = ""
    row: int = field(default=0, init=False)
    column: int = field(default=0, init=False)
    periods: bool = field(init=False)
    lengths: dict[str, int] = field(init=False)
    _strides: list[tuple[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.periods = "time" in self.axes
        self.lengths = dict(zip(self.axes, self.value.array.shape, strict=True))
        below = 1
        self._strides = []
        for axis in reversed(self.down):
            self._strides.append((axis, below))
            below *= self.lengths[axis]

    @property
    def axes(self) -> tuple[str, ...]:
        """Its axes, in the fixed order."""
        return self.value.axes

    @property
    def down(self) -> tuple[str, ...]:
        """Its axes but time."""
        return tuple(axis for axis in self.axes if axis != "time")

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.value.array.size

    @property
    def rows(self) -> int:
        """Rows of cells."""
        return self.size // max(1, self.lengths.get("time", 1))

    def places(self) -> Iterator[tuple[dict[str, int], float]]:
        """Yield each cell's labels and value, row by row."""
        for place in np.ndindex(*self.value.array.shape):
            yield dict(zip(self.axes, place, strict=True)), float(self.value.array[place])

    def at(self, labels: At) -> tuple[int, int]:
        """Return row and column of a cell; labels of other axes do not matter."""
        row = self.row
        for axis, stride in self._strides:
            row += stride * labels[axis]
        return row, self.column + (labels["time"] if self.periods else 0)

    def cells(self, labels: At, over: Mapping[str, range], *, here: str) -> list[str]:
        """Return the ranges and cells over some labels, in their order.

        Parameters
        ----------
        labels : mapping of axis to int
            Of all other axes.
        over : mapping of axis to range
            Labels that are gone through.
        here : str
            The sheet that speaks of them.
        """
        across = [axis for axis in over if axis != "time"]
        rows = [
            self.at({**labels, "time": 0, **dict(zip(across, some, strict=True))})[0]
            for some in product(*(over[axis] for axis in across))
        ]
        periods = over.get("time", range(labels.get("time", 0), labels.get("time", 0) + 1))
        first, last = (self.column + (x if self.periods else 0) for x in (periods[0], periods[-1]))
        found = []
        while rows:
            run = next((n for n, row in enumerate(rows) if row != rows[0] + n), len(rows))
            found.append(self._address(rows[0], first, rows[run - 1], last, here))
            rows = rows[run:]
        return found

    def ref(self, labels: At, *, here: str) -> Formula:
        """Return the reference to one cell.

        Parameters
        ----------
        labels : mapping of axis to int
        here : str
            The sheet that speaks of it.
        """
        row, column = self.at(labels)
        return Formula(self._address(row, column, row, column, here))

    def all_cells(self) -> str:
        """Return the range of all its cells, for a name that stands for it."""
        last = self.column + self.lengths.get("time", 1) - 1
        cells = xl_range_abs(self.row, self.column, self.row + self.rows - 1, last)
        return f"={sheet_prefix(self.sheet)}{cells}"

    def _address(self, row: int, column: int, last_row: int, last_column: int, here: str) -> str:
        prefix = "" if here == self.sheet else sheet_prefix(self.sheet)
        if (row, column) == (last_row, last_column):
            return f"{prefix}{xl_rowcol_to_cell(row, column)}"
        return f"{prefix}{xl_range(row, column, last_row, last_column)}"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part of an equation.

    Parameters
    ----------
    node : Node
    axes : tuple of str
    cell : callable of At to Formula
    size : int
        References and constants in it.
    known : bool
        Whether it is a constant in each cell, as ``state == dead`` is.
    """

    node: Node
    axes: tuple[str, ...]
    cell: Cell
    size: int = 1
    known: bool = False


def sheet_prefix(sheet: str) -> str:
    """Return what stands before a cell of another sheet.

    Examples
    --------
    >>> sheet_prefix("Totals"), sheet_prefix("Over time")
    ('Totals!', "'Over time'!")
    """
    return f"{sheet}!" if sheet.isalpha() else f"'{sheet}'!"
