"""Joint draws from a table: each column fills cells as a value does, and its rows are drawn whole (FORMAT R10)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import PurePath

import numpy as np

from wellbeva.compiler.parameters.cells import CellAssignment, Elements
from wellbeva.compiler.parameters.joint.mcmc_chain import chained, times_too_small
from wellbeva.compiler.parameters.values import FittedValue, ValueReader
from wellbeva.core.arrays import Floats
from wellbeva.distributions.spec import Distribution
from wellbeva.errors import Collector
from wellbeva.plan.plan import Element, Joint, RowSelector
from wellbeva.scenario.spec import Assignment, DrawColumn, JointDraws, Scenario
from wellbeva.scenario.value import Amount, Value

STRONGER = ("variant", "set")
"""Layers that take a parameter out of the table."""
GIVEN = ("values", "table", "option")
"""Layers that may give the base case of what the table draws."""
BESIDE = " beside draws"
"""Ends the name of a stream, and of no element: that of a spread put in the place of the column that picks the rows."""


@dataclass(slots=True, eq=False)
class _Column:
    """A column of a table of draws, as an assignment, with its numbers once they are read."""

    table: JointDraws
    column: DrawColumn
    assignment: Assignment
    numbers: Floats | None = None

    @property
    def varies(self) -> bool:
        return self.numbers is not None and bool((self.numbers != self.numbers[0]).any())


class Columns:
    """The columns of all joint draws as assignments, and their numbers in the units of their parameters.

    Parameters
    ----------
    scenario : Scenario
    """

    def __init__(self, scenario: Scenario) -> None:
        self._tables = scenario.joint
        every = [_Column(table, one, _assignment(table, one)) for table in scenario.joint for one in table.columns]
        self._columns = {id(one.assignment): one for one in every}
        self._picker: RowSelector | None = None

    def among(self, assignments: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
        """Put the columns in their place: above what the scenario says, below variants and the command line."""
        mine = [one.assignment for one in self._columns.values()]
        weaker = [assignment for assignment in assignments if assignment.layer not in STRONGER]
        return (*weaker, *mine, *(assignment for assignment in assignments if assignment.layer in STRONGER))

    def table_of(self, assignment: Assignment) -> JointDraws | None:
        """Return the table that has an assignment as a column, None where it is another value."""
        mine = self._columns.get(id(assignment))
        return None if mine is None else mine.table

    def read(self, assignment: Assignment, reader: ValueReader) -> FittedValue | None:
        """Return the cell of a column, and keep its numbers in the unit of its parameter; None after an error.

        Parameters
        ----------
        assignment : Assignment
            A column, as `table_of` tells.
        reader : ValueReader
            Of its parameter.
        """
        mine = self._columns[id(assignment)]
        column = mine.column
        lead = Amount(
            Fraction(1), column.unit, currency=column.currency, price_year=column.price_year, span=column.span
        )
        mine.numbers = reader.scaled(column.numbers, lead)
        if mine.numbers is None:
            return None
        return reader.within_bounds(_cell(mine.numbers), assignment.value, mine.numbers)

    def with_bases(self, one: CellAssignment, collector: Collector) -> CellAssignment:
        """Let a constant that a column covers be its base case; refuse a spread (FORMAT R10).

        Parameters
        ----------
        one : CellAssignment
            With all that its columns cover.
        collector : Collector
        """
        if not one.covered:
            return one
        fillers = list(one.fillers)
        for index, beneath in one.covered.items():
            given = [(other, cell) for other, cell in beneath if other.layer in GIVEN]
            bases = {cell.base for _, cell in given}
            spread = next((other for other, cell in given if cell.distribution or other.value.form == "same_as"), None)
            if spread is not None or len(bases) > 1:
                other = spread or given[-1][0]
                collector.error(
                    "WB-C024",
                    f"{other.path} has draws in a table, so only its base case may be given here",
                    other.value.span,
                    facts=(f"written: {other.value.written}", f"the table: {fillers[index][0].value.written}"),
                    remedy="give one number without a spread, or leave it out: the base case is then the column's mean",
                )
            elif bases:
                assignment, cell = fillers[index]
                fillers[index] = (assignment, replace(cell, base=bases.pop()))
        return replace(one, fillers=tuple(fillers))

    def joints(
        self, drafts: Mapping[str, CellAssignment], elements: Elements, collector: Collector
    ) -> tuple[Joint, ...]:
        """Return one joint of all columns that still fill cells; tables are joined row by row, with a warning.

        Where the run consists of the rows (R10), rows that are a chain are a warning.

        Parameters
        ----------
        drafts : mapping of parameter to CellAssignment
            With all columns read.
        elements : Elements
            Those of the columns among them.
        collector : Collector

        Returns
        -------
        tuple of Joint
            Empty where no column is drawn, or after an error.
        """
        kept = self._kept(drafts)
        if not kept or not _fit(tables := tuple({id(one.table): one.table for one in kept}.values()), collector):
            return ()
        columns = [one.assignment for one in kept]
        indices = tuple(elements.index(column.element) for column in columns)
        matrix = np.column_stack([one.numbers for one in kept if one.numbers is not None])
        if len(set(indices)) == len(elements.found):
            warn_if_the_rows_are_a_chain(tables, columns, matrix, collector)
        return (Joint("rows", indices, matrix, self._picker),)

    def dimensions(self, drafts: Mapping[str, CellAssignment], known: Mapping[str, int]) -> dict[str, int]:
        """Return the known dimensions, with that held back that picks rows though its column is no longer drawn.

        The element of the first column that varies picks the row, whatever a variant puts in the column's place: else
        base and variant would be compared on different rows (R10). What has that name now gets another dimension.

        Parameters
        ----------
        drafts : mapping of parameter to CellAssignment
            With all columns read.
        known : mapping of element to dimension
            Of the scenario without variant and overrides.
        """
        found = dict(known)
        name, kept = self._first(), self._kept(drafts)
        if name and kept and kept[0].assignment.element != name:
            dimension = found.pop(name) if name in found else max(found.values(), default=-1) + 1
            self._picker = RowSelector(name, dimension)
            found[f"{name} picks"] = dimension  # held under what names no element
        return found

    def apart(self, elements: Iterable[Element]) -> tuple[Element, ...]:
        """Give an element with the picker's name a stream of its own; otherwise it would move with the rows."""
        taken = self._picker.name if self._picker else ""
        return tuple(
            replace(element, stream=element.name + BESIDE) if element.name == taken else element for element in elements
        )

    def _first(self) -> str:
        """Name the element of the first column that varies, empty if none does."""
        for table in self._tables:
            if table.first is not None:
                return _assignment(table, table.first).element
            mine = (one for one in self._columns.values() if one.table is table and one.varies)
            if varying := next(mine, None):
                return varying.assignment.element
        return ""

    def _kept(self, drafts: Mapping[str, CellAssignment]) -> list[_Column]:
        """Return the columns that still fill cells and vary."""
        used = {
            id(assignment)
            for draft in drafts.values()
            for assignment, cell in draft.fillers
            if cell.distribution is not None
        }
        return [one for key, one in self._columns.items() if key in used]


def _fit(tables: Sequence[JointDraws], collector: Collector) -> bool:
    """Whether tables can be joined row by row; notes that they are, or why they cannot be."""
    first = tables[0]
    facts = [
        f"{table.file}: {table.rows:,} rows" + (f", named at {table.span}" if table.span else "") for table in tables
    ]
    for other in tables[1:]:
        if other.rows != first.rows:
            collector.error(
                "WB-C081",
                f"{_names((first, other))} are joined row by row, and one has more rows than the other",
                other.span,
                facts=facts,
                remedy="give both the same number of rows; of draws that are independent, the first ones of the longer",
            )
            return False
    if len(tables) > 1:
        collector.warn(
            "WB-C080",
            f"{_names(tables)} are joined row by row",
            tables[1].span,
            facts=[*facts, "row k of each is one draw of them all"],
            remedy="right where all come from one sample; else see that no more than one of them is sorted",
        )
    return True


def warn_if_the_rows_are_a_chain(
    tables: Sequence[JointDraws], columns: list[Assignment], numbers: Floats, collector: Collector
) -> None:
    """Warn where rows look like a Markov chain: errors are those of independent draws (R44), and a chain's are larger.

    Parameters
    ----------
    tables : sequence of JointDraws
        Joined row by row.
    columns : list of Assignment
        All their columns that are drawn.
    numbers : array (row, column) [unit of each column's parameter]
    collector : Collector
    """
    found = chained(numbers)
    if found is None:
        return
    place, correlation = found
    larger = times_too_small(correlation)
    collector.warn(
        "WB-C037",
        f"the rows of {_names(tables)} look like a chain: neighbouring draws go together",
        columns[place].value.span or tables[0].span,
        facts=(
            f"correlation of each draw of {columns[place].path} with the next: {correlation:.2f}",
            f"errors are those of {tables[0].rows:,} independent draws; a chain's are some {larger:.1f} times as large",
        ),
        remedy="keep every k-th row only, so far apart that they are no longer correlated; averages are not affected",
    )


def _names(tables: Sequence[JointDraws]) -> str:
    return " and ".join(dict.fromkeys(PurePath(table.file).name for table in tables))


def _cell(numbers: Floats) -> FittedValue:
    """Return the law of a column: its values with their shares of the rows; a constant if all are the same."""
    values, counts = np.unique(numbers, return_counts=True)
    if len(values) == 1:
        return FittedValue(float(values[0]))
    args = np.stack([values, counts / len(numbers)], axis=1).ravel()
    drawn = f"{len(numbers):,} rows, whole and each as likely as another"
    return FittedValue(math.fsum(numbers) / len(numbers), Distribution("empirical", tuple(args.tolist())), drawn=drawn)


def _assignment(table: JointDraws, column: DrawColumn) -> Assignment:
    written = f"{table.rows:,} joint draws in {PurePath(table.file).name}"
    value = Value("empirical", cites=table.cites, written=written, span=column.span)
    return Assignment(column.parameter, column.selectors, value, "table")
