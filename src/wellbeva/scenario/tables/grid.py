"""The cells of a table as its file holds them, whatever the kind of file, each with a way to its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TypeAlias

from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.scenario.text.identifiers import PATH

TROUBLE_LIMIT = 20
"""Faults of one kind that are reported one by one; the rest are counted."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that holds nothing a table can use, and what to say if the cell is read."""

    code: str
    message: str
    facts: tuple[str, ...]
    remedy: str
    text: str

    def note(self, place: Located, collector: Collector) -> None:
        """Report the fault at the place of the cell.

        Parameters
        ----------
        place : Located
            The cell.
        collector : Collector
        """
        collector.error(self.code, self.message, place.span(), facts=self.facts, remedy=self.remedy)


Cell: TypeAlias = str | float | CellFault
"""A text as written, a number as a spreadsheet or a data file holds it, or what keeps the cell from being read."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it stands in its file.

    Parameters
    ----------
    shown : str
        The file, and the sheet if there are several, as messages show it.
    heads : tuple of str
        The headings.
    columns : tuple of sequence of Cell
        The cells under each heading; all have the same length.
    place : callable (row, column) -> Located
        The text of a cell and where it stands; row 0 holds the headings.
    formulas : tuple of (set of int)
        The rows of each column whose cells hold the last value of a formula; empty where no cell can.
    """

    shown: str
    heads: tuple[str, ...]
    columns: tuple[Sequence[Cell], ...]
    place: Callable[[int, int], Located]
    formulas: tuple[Set[int], ...] = ()

    @property
    def height(self) -> int:
        """Number of rows below the headings."""
        return len(self.columns[0]) if self.columns else 0

    def pick(self, kept: Sequence[int]) -> Grid:
        """Return the grid of some of its columns, in the order given."""
        chosen = tuple(kept)
        return Grid(
            self.shown,
            tuple(self.heads[index] for index in chosen),
            tuple(self.columns[index] for index in chosen),
            lambda row, column: self.place(row, chosen[column]),
            tuple(self.formulas[index] for index in chosen) if self.formulas else (),
        )


@dataclass(slots=True)
class FirstFaults:
    """Tells the first faults of one kind one by one, and counts the rest.

    Parameters
    ----------
    code : str
        Of the message that counts the rest.
    rest : str
        That message, with … for their number: ``and … more rows like it``.
    at : callable
        Finds the place of a fault, which takes long in a large table.
    collector : Collector
    count : int
        Faults so far.
    further : Located or None
        The first that is not told.
    """

    code: str
    rest: str
    at: Callable[..., Located]
    collector: Collector
    count: int = 0
    further: Located | None = None

    def place(self, *where: object) -> Located | None:
        """Count a fault; return its place if it is to be told.

        Parameters
        ----------
        *where
            As `at` takes it.
        """
        self.count += 1
        if self.count <= TROUBLE_LIMIT:
            return self.at(*where)
        self.further = self.further or self.at(*where)
        return None

    def close(self) -> None:
        """Say how many were not told, if any were not."""
        if self.further is not None:
            message = self.rest.replace("…", f"{self.count - TROUBLE_LIMIT:,}", 1)
            self.collector.error(self.code, message, self.further.span(), remedy="fix the first ones, then check again")


TITLE_LIMIT = 5
"""Rows above the headings that may be titles."""


def count_titles(rows: Iterable[Sequence[Cell]], headings: Collection[str]) -> int:
    """Count the rows above the headings: those that hold one text, which cannot be a heading, or nothing.

    Parameters
    ----------
    rows : iterable of sequence of Cell
        The first rows of a file.
    headings : collection of str
        Texts that the scenario names as headings of the table.

    Returns
    -------
    int
        0 also where no row follows that may hold headings.
    """
    for number, row in enumerate(islice(rows, TITLE_LIMIT + 1)):
        texts = [text for cell in row if (text := cell_text(cell).strip())]
        if len(texts) > 1 or any(PATH.fullmatch(text) or text in headings for text in texts):
            return number
    return 0


def pass_over_title(title: Located, headings: Located, collector: Collector) -> None:
    """Warn that rows above the headings are not read.

    Parameters
    ----------
    title : Located
        The first text of the table.
    headings : Located
        The first heading.
    collector : Collector
    """
    collector.warn(
        "WB-S425",
        "the rows above the headings are skipped",
        title.span(),
        facts=(f"the headings are read from row {headings.span().line}",),
        remedy="delete the rows above the headings, so that every program finds them",
    )


def each_once(faults: Iterable[tuple[CellFault, Located]], collector: Collector) -> None:
    """Note faults at their cells; cells that Excel has merged into one have one fault.

    Parameters
    ----------
    faults : iterable of (CellFault, Located)
    collector : Collector
    """
    merges: set[tuple[str, ...]] = set()
    for fault, place in faults:
        if fault.code != "WB-S126" or fault.facts not in merges:
            fault.note(place, collector)
        if fault.code == "WB-S126":
            merges.add(fault.facts)


def cell_text(cell: Cell) -> str:
    """Write a cell as a text value: numbers as the shortest decimal that is the same number, without exponent.

    Examples
    --------
    >>> cell_text(0.1), cell_text(65.0), cell_text(1e-05), cell_text("31 of 45")
    ('0.1', '65', '0.00001', '31 of 45')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, CellFault):
        return cell.text
    written = repr(cell)
    if not written.replace(".", "", 1).isdigit():  # an exponent, a sign, or no number at all
        written = format(Decimal(written), "f")
    written = written.removesuffix(".0") if written.endswith(".0") else written
    return "0" if written == "-0" else written
