"""What a sheet's XML says that the reader of its values does not: how far it reaches, errors, formulas, money.

The reader of values (calamine) makes a full rectangle up to the furthest cell, and gives an empty text both for an
error such as #DIV/0! and for a formula that was never calculated. An empty cell means "the default", so either would
be a number nobody wrote; both are looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from wellbeva.scenario.xlsx_package import NotReadableError, strict_parser

_CELLS = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?c[\s/>]")
_PLAIN_CELLS = re.compile(rb'<(?:[A-Za-z_][\w.-]*:)?c r="([A-Z]{1,3})([1-9][0-9]{0,6})"')
_SPECIAL = re.compile(rb"""<(?:[A-Za-z_][\w.-]*:)?f[\s/>]|\bt\s*=\s*["'](?:e|&)|<!""")
_FOREIGN = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
ROW_LIMIT, COLUMN_LIMIT = 1_048_576, 16_384
"""Rows and columns of any sheet (ECMA-376, and what Excel says of itself)."""


@dataclass(slots=True)
class Scan:
    """Places are (row, column), counted from 0.

    Parameters
    ----------
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

    height: int = 0
    width: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    empty: set[tuple[int, int]] = field(default_factory=set)
    money: dict[tuple[int, int], str] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """Widen the rectangle to a cell."""
        if row >= ROW_LIMIT or column >= COLUMN_LIMIT:
            raise NotReadableError("a cell stands beyond the edge of any sheet")
        self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)


def scan(content: bytes, money_styles: Mapping[str, str]) -> Scan:
    """Look through a sheet's XML: by pattern where it holds plain cells only, else by parsing it.

    Parameters
    ----------
    content : bytes
    money_styles : mapping of str to str
        The styles of cells that show money, and the sign of each.

    Raises
    ------
    NotReadableError, xml.parsers.expat.ExpatError
    """
    if b"\x00" in content[:400] or _FOREIGN.search(content, 0, 400):
        raise NotReadableError("the XML in it is not UTF-8")
    special = _SPECIAL.search(content) is not None
    if not special and money_styles:
        numbers = "|".join(money_styles).encode()
        special = re.search(rb"""\bs\s*=\s*["'](?:&|(?:""" + numbers + rb""")["'])""", content) is not None
    if not special:
        plain = _PLAIN_CELLS.findall(content)
        # Every real cell begins with these bytes, so where the counts agree no cell was missed.
        if len(plain) == len(_CELLS.findall(content)):
            found = Scan()
            if plain:
                columns = {letters for letters, _ in plain}
                rows = {number for _, number in plain}
                found.reach(max(map(int, rows)) - 1, max(column_number(one.decode()) for one in columns) - 1)
            return found
    return _Parser(money_styles).run(content)


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
    found: Scan = field(default_factory=Scan)
    row: int = -1
    column: int = -1
    kind: str = ""
    formula: bool = False
    value: list[str] = field(default_factory=list)
    inside: bool = False

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
            self.kind, self.formula, self.value = given.get("t", "n"), False, []
            if given.get("s", "") in self.money_styles:
                self.found.money[self.row, self.column] = self.money_styles[given["s"]]
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

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "is"}:
            self.inside = False
        elif name == "c":
            place, value = (self.row, self.column), "".join(self.value)
            if self.kind == "e":
                self.found.errors[place] = value[:20] or "#ERROR"
            elif self.formula and not value and self.kind != "str":
                self.found.empty.add(place)
            elif self.formula:
                self.found.formulas.add(place)
