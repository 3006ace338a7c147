"""How a workbook is laid out: a cover, contents, then one named table a sheet, as the Analysis Function asks."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

import numpy as np

from wellbeva.core.arrays import Floats

LONGEST: Final = 32_767
"""Characters that a cell of Excel holds."""
WIDEST: Final = 60
NARROWEST: Final = 9
NUMBERS: Final = 17
"""Widths of columns in characters: of words at most and at least, and of numbers."""
LINE: Final = 15
"""Height of a line in points."""
HEADINGS: Final = 3
"""The row of the headings, from 0: above it stand the title, a sentence and the way back."""
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")

Cell = str | float | bool


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Parameters
    ----------
    heading : str
        With the unit; unlike those of the other columns.
    cells : sequence of str, float or bool
        NaN is left empty.
    kind : {"", "money", "share", "count"}
        How numbers are printed: money to the pound or the penny, shares as percentages, others to three figures.
    """

    heading: str
    cells: Sequence[Cell]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with one table.

    Parameters
    ----------
    name : str
        Of the table, for formulas.
    title : str
        Of the sheet; up to 31 characters.
    about : str
        One sentence or two.
    columns : sequence of SheetColumn
        Of equal length.
    mixed : bool
        Whether each row has a unit of its own, so that numbers are printed by the largest of their row.
    """

    name: str
    title: str
    about: str
    columns: Sequence[SheetColumn]
    mixed: bool = False


def write_workbook(sheets: Sequence[Sheet], cover: Sequence[str], *, created: datetime) -> bytes:
    """Return a workbook: the cover, the contents, then the sheets.

    No text becomes a formula or a link, and the same content has the same bytes.

    Parameters
    ----------
    sheets : sequence of Sheet
    cover : sequence of str
        Lines, the first of them the title.
    created : datetime
    """
    from xlsxwriter import Workbook

    file = BytesIO()
    font = {"font_name": "Arial", "font_size": 11}
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, {"in_memory": True, "default_format_properties": font, **plain}) as book:
        book.set_properties({"title": plain_text(cover[0])[:255], "created": created})
        writer = _Writer(book)
        writer.cover(cover)
        writer.contents(sheets)
        for sheet in sheets:
            writer.table(sheet)
    return file.getvalue()


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.numbers: dict[str, Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.words = book.add_format({"text_wrap": True, "valign": "top", "align": "left", "indent": 1})
        self.headline = book.add_format({"bold": True, "font_size": 15, "text_wrap": True, "valign": "top"})
        heading = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        self.of_words = book.add_format({**heading, "align": "left", "indent": 1})
        self.of_numbers = book.add_format({**heading, "align": "right"})
        self.link = book.add_format({"font_color": "#0563C1", "underline": 1, "valign": "top"})

    def sheet(self, title: str) -> Any:
        """Add a sheet that prints as wide as a page of A4."""
        page = self.book.add_worksheet(title)
        page.set_paper(9)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        return page

    def cover(self, lines: Sequence[str]) -> None:
        page = self.sheet("Cover")
        page.hide_gridlines(2)
        page.set_column(0, 0, 90)
        for row, line in enumerate(lines):
            page.write_string(row, 0, plain_text(line), self.headline if row == 0 else self.wrapped)

    def contents(self, sheets: Sequence[Sheet]) -> None:
        columns = [
            SheetColumn("Sheet", [one.title for one in sheets]),
            SheetColumn("Rows", [len(one.columns[0].cells) for one in sheets], "count"),
            SheetColumn("Holds", [one.about for one in sheets]),
        ]
        page = self.table(Sheet("contents", "Contents", "One table a sheet.", columns))
        for row, one in enumerate(sheets, HEADINGS + 1):
            page.write_url(row, 0, f"internal:'{one.title}'!A1", self.link, one.title)

    def table(self, sheet: Sheet) -> Any:
        page = self.sheet(sheet.title)
        page.repeat_rows(HEADINGS)
        page.write_string(0, 0, sheet.title, self.title)
        page.write_string(1, 0, plain_text(sheet.about))
        if sheet.title != "Contents":
            page.write_url(2, 0, "internal:'Contents'!A1", self.link, "Back to the contents")
        end = HEADINGS + max(1, len(sheet.columns[0].cells))
        formats = [self.of_words if _wordy(one.cells) else self.of_numbers for one in sheet.columns]
        heads = [
            {"header": one.heading, "header_format": style} for one, style in zip(sheet.columns, formats, strict=True)
        ]
        options = {"name": f"table_{sheet.name}", "style": "Table Style Light 1", "columns": heads}
        page.add_table(HEADINGS, 0, end, len(sheet.columns) - 1, options)
        page.freeze_panes(HEADINGS + 1, 1)
        # LibreOffice does not make room by itself for the lines of a heading and the button beside it.
        lines = [math.ceil(1.3 * len(one.heading) / NUMBERS) for one in sheet.columns if not _wordy(one.cells)]
        page.set_row(HEADINGS, LINE * max(lines, default=1))
        by_row: list[Any] = []
        if sheet.mixed:
            sizes = [_sizes(one.cells) for one in sheet.columns if not one.kind]
            by_row = [self.number("", largest) for largest in np.max(sizes, axis=0).tolist()]
        for place, column in enumerate(sheet.columns):
            self.column(page, place, column, [] if column.kind else by_row)
        return page

    def column(self, page: Any, place: int, column: SheetColumn, by_row: Sequence[Any]) -> None:
        """Write one column; its numbers have one format, unless each row has its own."""
        lengths = [len(cell) for cell in column.cells if isinstance(cell, str)]
        width = max([*lengths, *(len(word) for word in column.heading.split()), NARROWEST]) + 3
        page.set_column(place, place, min(WIDEST, width) if lengths else NUMBERS)
        style = self.number(column.kind, float(_sizes(column.cells).max(initial=0.0)))
        for row, cell in enumerate(column.cells):
            at = (HEADINGS + 1 + row, place)
            if isinstance(cell, str | bool):
                text = cell if isinstance(cell, str) else "Yes" if cell else "No"
                page.write_string(*at, plain_text(text), self.words)
            elif math.isfinite(cell):
                page.write_number(*at, cell, by_row[row] if by_row else style)
            elif not math.isnan(cell):
                page.write_string(*at, str(cell), self.words)

    def number(self, kind: str, largest: float) -> Any:
        """Return the format of numbers whose largest is given."""
        text = number_format(kind, largest)
        if text not in self.numbers:
            self.numbers[text] = self.book.add_format({"num_format": text, "valign": "top"})
        return self.numbers[text]


def number_format(kind: str, largest: float) -> str:
    """Return how Excel prints numbers of a kind.

    Parameters
    ----------
    kind : str
        As of `SheetColumn`.
    largest : float
        In size, of those that share the format.

    Examples
    --------
    >>> number_format("money", 1e6), number_format("share", 1), number_format("", 12.5), number_format("", 0.0012)
    ('#,##0', '0.0%', '#,##0.00', '#,##0.000000')
    """
    if kind in ("share", "count"):
        return {"share": "0.0%", "count": "0"}[kind]
    if kind == "money":
        return "#,##0.00" if 0 < largest < 1000 else "#,##0"
    places = min(10, max(0, 3 - math.floor(math.log10(largest)))) if largest > 0 else 0
    return f"#,##0.{'0' * places}" if places else "#,##0"


def _wordy(cells: Sequence[Cell]) -> bool:
    return any(isinstance(cell, str | bool) for cell in cells)


def _sizes(cells: Sequence[Cell]) -> Floats:
    """Return the size of each number, 0 for words and what is not finite."""
    if _wordy(cells):
        return np.zeros(len(cells))
    return np.nan_to_num(np.abs(np.asarray(cells, dtype=np.float64)), nan=0.0, posinf=0.0)


def plain_text(text: str) -> str:
    """Return text that a cell can hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST]
