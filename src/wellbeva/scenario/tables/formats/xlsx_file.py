"""Excel tables: one sheet, its cells as Excel holds them, each with the name people find it by (FORMAT R14)."""

from __future__ import annotations

import datetime
import io
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from wellbeva.core.spans import Located, Piece, Span
from wellbeva.errors import Collector
from wellbeva.scenario.tables.formats.csv_file import COLUMN_LIMIT, too_big
from wellbeva.scenario.tables.formats.xlsx_archive import OWN_NAME, NotReadableError, Package, open_package, told
from wellbeva.scenario.tables.formats.xlsx_formats import money_styles
from wellbeva.scenario.tables.formats.xlsx_xml import BeyondLimitError, Scan, cell_name, scan
from wellbeva.scenario.tables.grid import Cell, CellFault, Grid, cell_text, count_titles, each_once, pass_over_title
from wellbeva.scenario.text.files import FORBIDDEN_VALUE, printable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_Held: TypeAlias = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta

_Range: TypeAlias = tuple[tuple[int, int], tuple[int, int]]


def read_xlsx(
    data: bytes,
    shown: str,
    *,
    sheet: str,
    listed: Span,
    cell_limit: int,
    collector: Collector,
    headings: Collection[str] = (),
) -> Grid | None:
    """Read one sheet; on any fault of the file note a diagnostic and return None.

    The table begins with its headings: the first row that holds anything, titles aside. Rows and columns without any
    text or number are passed over. Faults of single cells wait in the grid until the cell is read.

    Parameters
    ----------
    data : bytes
    shown : str
        The file as messages show it.
    sheet : str
        Name of the sheet; empty: the first that is neither hidden nor a chart.
    listed : Span
        Where the table is named.
    cell_limit : int
        Cells that may still be read.
    collector : Collector
    headings : collection of str
        Those that the scenario names, which are never a title above the table.
    """
    package = open_package(data, shown, sheet=sheet, listed=listed, collector=collector)
    if package is None:
        return None
    name = printable(package.name)
    book = f"{shown}:{name if re.fullmatch('[A-Za-z0-9_]+', name) else repr(name)}"
    with told(shown, listed, collector):
        try:
            found = scan(package.sheet, money_styles(package.styles), package.lengths, cell_limit=cell_limit)
        except BeyondLimitError as beyond:
            place = Span(f"{book}!{cell_name(beyond.row, beyond.column)}", beyond.row + 1, 1)
            too_big(place, cell_limit, collector)
            return None
        rows, merged = _values(package)
        return _grid(_Sheet(book, _cells(rows, found)), found, merged, cell_limit, collector, headings)
    return None


def _values(package: Package) -> tuple[list[list[_Held]], list[_Range]]:
    """Read the values from A1 on, and the merged ranges; whatever the reader does on broken input ends here."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(package.data))
        sheet: CalamineSheet = book.get_sheet_by_name(OWN_NAME)
        return sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or []
    except Exception as failure:
        raise NotReadableError("its parts do not fit together") from failure
    except BaseException as failure:
        # A panic of the Rust below is no Exception; anything else (an interrupt) is not ours to hold.
        if type(failure).__module__ != "pyo3_runtime":
            raise
        raise NotReadableError("its parts do not fit together") from failure


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet's cells from A1 on, and how its places are called."""

    book: str
    cells: list[list[Cell]]

    def place(self, row: int, column: int) -> Located:
        """Return a cell's text, in a file called ``book!C7``: its line is the row, its columns the characters."""
        text = cell_text(self.cells[row][column])
        piece = Piece(0, row + 1, 1, printable(text.split("\n", 1)[0]))
        return Located(text, f"{self.book}!{cell_name(row, column)}", (piece,))


def _grid(
    sheet: _Sheet,
    found: Scan,
    merged: list[_Range],
    cell_limit: int,
    collector: Collector,
    headings: Collection[str],
) -> Grid | None:
    """Find the table in a sheet: its first row that holds anything, and the columns that hold anything."""
    cells = sheet.cells
    taken = [number for number, row in enumerate(cells) if row.count("") < len(row)]
    if not taken:
        collector.error(
            "WB-F041", "the sheet is empty", Span(f"{sheet.book}!A1", 1, 1), remedy="begin it with a row of headings"
        )
        return None
    titles = count_titles((cells[row] for row in taken), headings)
    if titles:
        first, heads = taken[0], taken[titles]
        pass_over_title(sheet.place(first, _first(cells[first])), sheet.place(heads, _first(cells[heads])), collector)
        taken = taken[titles:]
    whole = list(zip(*(cells[row] for row in taken), strict=True))
    wide = [column for column, held in enumerate(whole) if held.count("") < len(held)]
    if len(wide) * len(taken) > cell_limit or len(wide) > COLUMN_LIMIT:
        too_big(sheet.place(taken[-1], wide[-1]).span(), cell_limit, collector)
        return None
    _mark_merged(cells, merged, taken, wide)
    top, *body = taken
    heads_of = [(cells[top][column], sheet.place(top, column)) for column in wide]
    faults = [(held, place) for held, place in heads_of if isinstance(held, CellFault)]
    each_once(faults, collector)
    if faults:
        return None
    formulas: dict[int, set[int]] = {column: set() for column in wide}
    for row, column in found.formulas:
        number = bisect_left(taken, row)
        if column in formulas and 0 < number < len(taken) and taken[number] == row:
            formulas[column].add(number)
    return Grid(
        sheet.book,
        tuple(cell_text(cells[top][column]) for column in wide),
        tuple([cells[row][column] for row in body] for column in wide),
        lambda row, column: sheet.place(taken[row], wide[column]),
        tuple(formulas.values()),
    )


def _first(row: list[Cell]) -> int:
    """Return the first column of a row that holds anything."""
    return next(column for column, held in enumerate(row) if held != "")


def _cells(rows: list[list[_Held]], found: Scan) -> list[list[Cell]]:
    """Turn Excel's values into cells, or into the faults that keep them from being read."""
    cells: list[list[Cell]] = [
        cast("list[Cell]", row) if set(map(type, row)) == {float} else [_cell(held) for held in row] for row in rows
    ]
    for (row, column), sign in found.money.items():
        held = cells[row][column] if row < len(cells) and column < len(cells[row]) else ""
        if isinstance(held, float):
            written = cell_text(held)
            cells[row][column] = f"-{sign}{written[1:]}" if written.startswith("-") else f"{sign}{written}"
    for (row, column), written in found.errors.items():
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = _error(written)
    for row, column in found.empty:
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = _NEVER_CALCULATED
    return cells


def _cell(held: _Held) -> Cell:
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, int | float):
        return float(held)
    if isinstance(held, str):
        text = held.replace("\r\n", "\n").replace("\r", "\n")
        bad = FORBIDDEN_VALUE.search(text)
        return _character(text, bad.group()) if bad else text if text.strip() else ""
    return _date(held)


def _mark_merged(cells: list[list[Cell]], merged: list[_Range], taken: list[int], wide: list[int]) -> None:
    """Mark every merged range that touches the table, in the first of its rows, column by column."""
    marked = 0
    for (top, left), (bottom, right) in merged:
        row = next(iter(taken[bisect_left(taken, top) : bisect_right(taken, bottom)][:1]), None)
        if row is None:
            continue
        across = wide[bisect_left(wide, left) : bisect_right(wide, right)]
        marked += len(across)
        if marked > len(taken) * len(wide):
            raise NotReadableError("its merged cells lie over each other")
        for column in across:
            cells[row][column] = CellFault(
                "WB-S126",
                "this cell is merged with others",
                (f"{cell_name(top, left)}:{cell_name(bottom, right)} is one cell in Excel",),
                "unmerge it (Home, Merge & Center), and give each row and heading a cell of its own",
                cell_text(cells[row][column]),
            )


_NEVER_CALCULATED = CellFault(
    "WB-S127",
    "this cell holds a formula that was never calculated",
    ("only the value that Excel saved with a formula is read",),
    "open the file in Excel and save it, or write the number itself",
    "=",
)


def _error(written: str) -> CellFault:
    return CellFault(
        "WB-S127",
        f"this cell holds an error of Excel, {printable(written)}",
        (),
        "correct the formula and save the file, or leave the cell empty for the default",
        printable(written),
    )


def _character(text: str, bad: str) -> CellFault:
    return CellFault(
        "WB-F006",
        f"the character U+{ord(bad):04X} may not stand in a table",
        (),
        "delete it from the cell",
        printable(text),
    )


def _date(held: _Held) -> CellFault:
    if isinstance(held, datetime.datetime | datetime.date):
        kind, words = "a date", f"{held.day} {held:%B} {held.year}"
    else:
        kind, words = "a time", str(held)[:20]
    return CellFault(
        "WB-S128",
        f"Excel holds this cell as {kind}, not as a number or a text",
        (f"it holds {words}; Excel makes dates of texts like 10/6 or 3-4",),
        "format the cell as Text (or Number) and type its value again",
        words,
    )
