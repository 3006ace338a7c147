"""Facts of a sheet's XML that the reader of its values leaves out: its extent, errors, formulas, money.

The reader of values (calamine) makes a full rectangle up to the furthest cell, and gives an empty text both for an
error such as #DIV/0! and for a formula that was never calculated. An empty cell means "the default", so either would
be a number nobody wrote; both are looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wellbeva.scenario.tables.formats.xlsx_archive import (
    CELL_TEXT_LIMIT,
    TEXT_LIMIT,
    NotReadableError,
    TooLargeError,
    strict_parser,
    text_too_long,
)

_FOREIGN = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
SPACE = 4
"""How many times larger than its limit of cells the rectangle of a sheet may be: blank cells take room too."""
ROW_LIMIT, COLUMN_LIMIT = 1_048_576, 16_384
"""Rows and columns of any sheet (ECMA-376, and what Excel says of itself)."""


class BeyondLimitError(Exception):
    """The sheet has more cells than are read; the row and column are those of the first beyond."""

    def __init__(self, row: int, column: int) -> None:
        self.row, self.column = row, column


@dataclass(slots=True)
class Scan:
    """The facts found in a sheet; places are (row, column), counted from 0.

    Parameters
    ----------
    most_space, most_cells : int
        The largest rectangle, and the most cells of one kind, such as errors.
    height, width : int
        The rectangle from A1 to the furthest cell.
    errors : mapping of place to text
        Cells that hold ``#DIV/0!`` and the like.
    formulas : set of places
        Cells that hold a formula and its last value.
    empty : set of places
        Cells that hold a formula without a value.
    money : mapping of place to sign
        Cells whose format shows a currency.
    """

    most_space: int
    most_cells: int
    height: int = 0
    width: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    empty: set[tuple[int, int]] = field(default_factory=set)
    money: dict[tuple[int, int], str] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """Widen the rectangle to a cell.

        Parameters
        ----------
        row, column : int
            Counted from 0.

        Raises
        ------
        NotReadableError
            If the cell lies beyond the edge of any sheet.
        BeyondLimitError
            If the rectangle becomes larger than `most_space` cells.
        """
        if row >= ROW_LIMIT or column >= COLUMN_LIMIT:
            raise NotReadableError("a cell stands beyond the edge of any sheet")
        self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)
        if self.height * self.width > self.most_space:
            raise BeyondLimitError(row, column)

    def check_count(self, row: int, column: int) -> None:
        """Refuse a sheet that has too many cells of one kind; each holds something, so the table is too big.

        Parameters
        ----------
        row, column : int
            The cell that was counted last, from 0; the error names it.

        Raises
        ------
        BeyondLimitError
        """
        if max(map(len, (self.errors, self.formulas, self.empty, self.money))) > self.most_cells:
            raise BeyondLimitError(row, column)


def scan(content: bytes, money_styles: Mapping[str, str], lengths: Sequence[int], *, cell_limit: int) -> Scan:
    """Look through a sheet's XML.

    Parameters
    ----------
    content : bytes
    money_styles : mapping of str to str
        The styles of cells that show money, and the sign of each.
    lengths : sequence of int
        Characters of each of the texts that cells share.
    cell_limit : int
        Cells that may be read; the rectangle of the sheet may be `SPACE` times as large.

    Raises
    ------
    BeyondLimitError, NotReadableError, xml.parsers.expat.ExpatError
    """
    if b"\x00" in content[:400] or _FOREIGN.search(content, 0, 400):
        raise NotReadableError("the XML in it is not UTF-8")
    if content.count(b"mergeCell") > cell_limit:
        raise TooLargeError(f"it has more than {cell_limit:,} merged cells")
    return _Parser(money_styles, lengths, Scan(SPACE * cell_limit, cell_limit)).run(content)


def column_number(letters: str) -> int:
    """Return the number of a column: A is 1, Z is 26, AA is 27.

    Examples
    --------
    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def cell_name(row: int, column: int) -> str:
    """Return a cell's name from its row and column, counted from 0.

    Parameters
    ----------
    row, column : int
        Both counted from 0.

    Examples
    --------
    >>> cell_name(6, 2), cell_name(0, 26)
    ('C7', 'AA1')
    """
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


@dataclass(slots=True)
class _Parser:
    money_styles: Mapping[str, str]
    lengths: Sequence[int]
    found: Scan
    row: int = -1
    column: int = -1
    kind: str = ""
    sign: str = ""
    formula: bool = False
    value: list[str] = field(default_factory=list)
    inside: bool = False
    size: int = 0
    """Characters of this cell."""
    texts: int = 0
    """Characters of all cells so far."""

    def run(self, content: bytes) -> Scan:
        parser = strict_parser()
        parser.StartElementHandler = self.begin
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.Parse(content, True)
        return self.found

    def begin(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            match = _REFERENCE.fullmatch(given.get("r", ""))
            if match:
                self.row, self.column = int(match[2]) - 1, column_number(match[1]) - 1
            elif "r" in given:
                raise NotReadableError("a cell in it has no place")
            else:
                self.row, self.column = max(self.row, 0), self.column + 1
            self.found.reach(self.row, self.column)
            self.kind, self.formula, self.value, self.size = given.get("t", "n"), False, [], 0
            self.sign = self.money_styles.get(given.get("s", ""), "")
        elif name == "row":
            number = given.get("r", "")
            self.row = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 8 else self.row + 1
            self.column = -1
        elif name == "f":
            self.formula = True
        elif name in {"v", "is"}:
            self.inside = True

    def text(self, data: str) -> None:
        if self.inside:
            self.value.append(data)
            self.size += len(data)
            if self.size > CELL_TEXT_LIMIT:
                raise text_too_long()

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "is"}:
            self.inside = False
        elif name == "c":
            value = "".join(self.value)
            self.note((self.row, self.column), value)
            self.count(value)

    def note(self, place: tuple[int, int], value: str) -> None:
        """Record an error, a formula or money in a cell, which the reader of values leaves out."""
        if self.sign and value:
            self.found.money[place] = self.sign
        if self.kind == "e":
            self.found.errors[place] = value[:20] or "#ERROR"
        elif self.formula and not value and self.kind != "str":
            self.found.empty.add(place)
        elif self.formula:
            self.found.formulas.add(place)
        if self.sign or self.formula or self.kind == "e":
            self.found.check_count(*place)

    def count(self, value: str) -> None:
        """Count the characters of a cell, those of a shared text anew for each cell that has it."""
        self.texts += len(value)
        if self.kind == "s" and self.lengths:
            number = value.strip().lstrip("+0") or "0"
            known = number.isascii() and number.isdigit() and len(number) < 9 and int(number) < len(self.lengths)
            # Where the reader below might read another number than we do, the longest text is counted.
            self.texts += self.lengths[int(number)] if known else max(self.lengths)
        if self.texts > TEXT_LIMIT:
            raise TooLargeError(f"its cells have more than {TEXT_LIMIT:,} characters together")
