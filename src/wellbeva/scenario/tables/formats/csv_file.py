"""CSV tables: which encodings and separators are read, and where each cell stands (FORMAT R14)."""

from __future__ import annotations

import csv
import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from wellbeva.core.spans import Located, Piece, Span
from wellbeva.errors import Collector
from wellbeva.scenario.tables.grid import FirstFaults, Grid, count_titles, pass_over_title
from wellbeva.scenario.text.files import LINE_BREAK, decoded

RECORD_LIMIT = 1 << 20
"""Characters of one row, however many lines its quotes span."""
LINE_LIMIT = 1 << 21
"""Lines of one file, blank ones too."""
COLUMN_LIMIT = 500
ROWS_LOOKED_AT = 21
"""Those that show whether there are titles, and which separator is used."""

_FIELD = re.compile(r'"(?:[^"]|"")*"|[^,\r\n]*')
_WHOLE = re.compile(r"[-−]?[£$€]?[0-9]{1,9}")
_DECIMALS = re.compile(r"[0-9]{1,9}(?![0-9])")
_THOUSANDS = re.compile(r"[-−]?[£$€]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]{1,9})?(?![0-9])")
_SAVE_AS = "save it as UTF-8: in Excel, File, Save As, 'CSV UTF-8 (Comma delimited)'"
_OTHERS = {";": "semicolons", "\t": "tabs"}


class _TooLongError(Exception):
    """A row is longer than any row that is meant."""


def read_csv(
    data: bytes, shown: str, *, cell_limit: int, collector: Collector, headings: Collection[str] = ()
) -> Grid | None:
    """Read a CSV file; on any fault note a diagnostic with its place and return None.

    Parameters
    ----------
    data : bytes
    shown : str
        The file as messages show it.
    cell_limit : int
        Cells that may still be read; reading stops at the first row beyond.
    collector : Collector
    headings : collection of str
        Those that the scenario names, which are never a title above the table.
    """
    text = _text(data, shown, collector)
    if text is None:
        return None
    places = _Places(text, shown)
    even = _even_columns(places, cell_limit)
    if even is not None:
        first = [list(row) for row in zip(*(column[:ROWS_LOOKED_AT] for column in even), strict=True)]
        if not count_titles(first, headings):
            if _separator(first, places, collector):
                return None
            return Grid(shown, tuple(first[0]), tuple(column[1:] for column in even), places.cell)
        places = _Places(text, shown)
    records = _records(places, cell_limit, collector)
    if records is None or _separator(records, places, collector):
        return None
    titles = count_titles(records, headings)
    if titles:
        pass_over_title(places.cell(0, 0), places.cell(titles, 0), collector)
        records = records[titles:]
        places.drop(titles)
    if _ragged(records, places, collector):
        return None
    columns = tuple(zip(*records[1:], strict=True)) if len(records) > 1 else ((),) * len(records[0])
    return Grid(shown, tuple(records[0]), columns, places.cell)


def _even_columns(places: _Places, cell_limit: int) -> list[list[str]] | None:
    """Return the columns of a text that needs no reader of CSV: no quotes, one cell for each heading in every row.

    None for any other, and for what is beyond a limit; such a text goes to the reader, which says where.
    """
    text = places.text
    end = "\r\n" if "\r" in text else "\n"
    if '"' in text or (end == "\r\n" and not text.count("\r") == text.count("\n") == text.count(end)):
        return None
    width = text.partition(end)[0].count(",") + 1
    # The limits are looked at before anything is made of the text.
    if text.count(end) >= LINE_LIMIT or width * text.count(end) > cell_limit or width > COLUMN_LIMIT:
        return None
    every = text.split(end)
    lengths = [len(line) for line in every]
    lines = [line for line in every if line]
    too_long = max(lengths) > csv.field_size_limit() or width * len(lines) > cell_limit
    if too_long or {line.count(",") for line in lines} != {width - 1}:
        return None
    starts = list(accumulate((length + len(end) for length in lengths), initial=0))
    taken = [number for number, length in enumerate(lengths) if length]
    places.lines = array("L", (number + 1 for number in taken))
    places.starts = array("L", (starts[number] for number in taken))
    places.ends = array("L", (min(starts[number + 1], len(text)) for number in taken))
    cells = ",".join(lines).split(",")
    return [cells[column::width] for column in range(width)]


def _records(places: _Places, cell_limit: int, collector: Collector) -> list[list[str]] | None:
    """Split a text into rows of cells, and note where each begins; None after an error."""
    lines = _Lines(places.text)
    records: list[list[str]] = []
    cells = 0
    try:
        for record in csv.reader(iter(lines), strict=True):
            if record:
                records.append(record)
                places.begin(lines)
                cells += len(record)
            if cells > cell_limit or len(record) > COLUMN_LIMIT:
                too_big(lines.span(places.shown), cell_limit, collector)
                return None
            lines.next_record()
    except csv.Error as failure:
        _broken(str(failure), lines.span(places.shown), collector)
        return None
    except _TooLongError:
        too_big(lines.span(places.shown), cell_limit, collector)
        return None
    if not records:
        place = Span(places.shown, 1, 1)
        collector.error("WB-F041", "the table is empty", place, remedy="begin it with a row of headings")
        return None
    return records


def too_big(span: Span, cell_limit: int, collector: Collector) -> None:
    """Report that a table holds more cells or columns than are read.

    Parameters
    ----------
    span : Span
        The line at which reading stopped.
    cell_limit : int
        Cells that were still allowed.
    collector : Collector
    """
    collector.error(
        "WB-F042",
        "the table is too big",
        span,
        facts=(f"at most {cell_limit:,} cells in all tables and {COLUMN_LIMIT} columns are read",),
        remedy="keep only the columns the scenario needs",
    )


@dataclass(slots=True)
class _Lines:
    """The lines of a text one after the other, so that a long file is never held twice."""

    text: str
    line: int = 0
    position: int = 0
    first_line: int = 1
    first_position: int = 0

    def __iter__(self) -> Iterator[str]:
        while self.position < len(self.text):
            match = LINE_BREAK.search(self.text, self.position)
            end = match.end() if match else len(self.text)
            if end - self.first_position > RECORD_LIMIT or self.line >= LINE_LIMIT:
                raise _TooLongError
            begin, self.position = self.position, end
            self.line += 1
            yield self.text[begin:end]

    def next_record(self) -> None:
        """Say that what comes next begins a row."""
        self.first_line, self.first_position = self.line + 1, self.position

    def span(self, shown: str) -> Span:
        """Return the place of the line that was read last."""
        line = max(self.line, 1)
        start = self.first_position if self.first_line == line else self.text.rfind("\n", 0, self.position - 1) + 1
        source = _line_at(self.text, start)[:RECORD_LIMIT]
        return Span(shown, line, 1, max(1, len(source)), source)


def _line_at(text: str, start: int) -> str:
    match = LINE_BREAK.search(text, start)
    return text[start : match.start() if match else len(text)]


@dataclass(slots=True)
class _Places:
    """Where each row begins; the places of its cells are found when they are asked for."""

    text: str
    shown: str
    lines: array[int] = field(default_factory=lambda: array("L"))
    starts: array[int] = field(default_factory=lambda: array("L"))
    ends: array[int] = field(default_factory=lambda: array("L"))
    last: int = -1
    cells: list[Located] = field(default_factory=list)

    def begin(self, lines: _Lines) -> None:
        """Note the row that was just read."""
        self.lines.append(lines.first_line)
        self.starts.append(lines.first_position)
        self.ends.append(lines.position)

    def drop(self, rows: int) -> None:
        """Forget the first rows."""
        for noted in (self.lines, self.starts, self.ends):
            del noted[:rows]
        self.last = -1

    def cell(self, row: int, column: int) -> Located:
        """Return a cell with its place; the cells of one row are kept till another row is asked for."""
        if row != self.last:
            self.last, self.cells = row, self.row(row)
        return self.cells[column]

    def row(self, row: int) -> list[Located]:
        """Return all cells of a row, which may stand on several lines."""
        line, start = self.lines[row], self.starts[row]
        written = self.text[start : self.ends[row]]
        record = next(csv.reader(iter(_Lines(written)), strict=True))
        lines = LINE_BREAK.split(written)
        begins = [0, *(match.end() for match in LINE_BREAK.finditer(written))]
        cells: list[Located] = []
        position = 0
        for cell in record:
            match = _FIELD.match(written, position)
            begin = position + (written[position : position + 1] == '"')
            number = bisect_right(begins, begin) - 1
            piece = Piece(0, line + number, begin - begins[number] + 1, lines[number])
            cells.append(Located(cell, self.shown, (piece,)))
            position = (match.end() if match else position) + 1
        return cells


def _text(data: bytes, shown: str, collector: Collector) -> str | None:
    """Decode a file, or say what it is instead of UTF-8."""
    half = min(len(data), 2000) // 3
    nuls = [data[start:2000:2].count(0) for start in (0, 1)]
    sixteen = data[:2] in {b"\xff\xfe", b"\xfe\xff"} or (len(data) > 3 and max(nuls) > half)
    if sixteen:
        collector.error(
            "WB-F005",
            f"{shown!r} is not a UTF-8 text file: it is UTF-16 ('Unicode Text')",
            Span(shown, 1, 1),
            remedy=_SAVE_AS,
        )
        return None
    if data[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        collector.error(
            "WB-F005",
            f"{shown!r} is not a text file: it begins as a spreadsheet does",
            Span(shown, 1, 1),
            remedy="give it its own ending, .xlsx, or save it as CSV",
        )
        return None
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        _not_utf8(data, failure.start, shown, collector)
        return None
    return decoded(data, shown, collector)


def _not_utf8(data: bytes, at: int, shown: str, collector: Collector) -> None:
    before = data[:at].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    start = max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1
    source = re.split(rb"[\r\n]", data[start : at + 200], maxsplit=1)[0].decode("cp1252", "replace")
    facts: tuple[str, ...] = ()
    try:
        letter = bytes([data[at]]).decode("cp1252")
    except UnicodeDecodeError:
        letter = ""
    if letter and unicodedata.category(letter)[0] in "LSP":
        facts = (f"in Windows' Western European encoding this byte is {letter!r}",)
    collector.error(
        "WB-F005",
        f"{shown!r} is not a UTF-8 text file: byte 0x{data[at]:02x} starts no character",
        Span(shown, before.count(b"\n") + 1, at - start + 1, 1, source),
        facts=facts,
        remedy=_SAVE_AS,
    )


def _broken(failure: str, span: Span, collector: Collector) -> None:
    words = {
        "unexpected end of data": "a quote is opened and never closed",
        "new-line character seen": "a line ends inside a cell that is not quoted",
        "field larger than": "a cell is longer than any that is read, perhaps because a quote is never closed",
    }
    told = next((said for begins, said in words.items() if failure.startswith(begins)), failure)
    collector.error(
        "WB-F041",
        f"this is not CSV: {told}",
        span,
        remedy='check the quotes: a cell that holds a comma or a quote is written "like ""this"", quoted"',
    )


def _separator(records: list[list[str]], places: _Places, collector: Collector) -> bool:
    """Note a file whose columns are not separated by commas."""
    heads = records[0]
    source = _line_at(places.text, places.starts[0])
    unquoted = re.sub(r'"(?:[^"]|"")*"', "", source)
    for separator, words in _OTHERS.items():
        if (len(heads) == 1 and separator in heads[0]) or unquoted.count(separator) > unquoted.count(","):
            decimals = any("," in cell for cell in heads) or any(len(record) > 1 for record in records[1:21])
            collector.error(
                "WB-F044",
                f"this file is separated by {words}",
                places.cell(0, 0).span(),
                facts=("its numbers seem to have decimal commas",) if decimals and len(heads) == 1 else (),
                remedy="save it with commas between the columns"
                + (", and with points before decimals, as in 0.30" if decimals and len(heads) == 1 else ""),
            )
            return True
    return False


def _ragged(records: list[list[str]], places: _Places, collector: Collector) -> bool:
    """Note rows with more or fewer cells than there are headings."""
    heads = len(records[0])
    ragged = [number for number, record in enumerate(records) if len(record) != heads]
    faults = FirstFaults("WB-S122", "and … more rows like it", places.cell, collector)
    for number in ragged:
        record, place = records[number], faults.place(number, 0)
        if place is None:
            continue
        facts = [f"{heads} headings", f"{len(record)} cells"]
        remedy = 'quote a cell that holds a comma: "£1,314"'
        written, thousands = _cut_number(record) if len(record) > heads else ("", False)
        if thousands:
            facts.append(f"is {written.removesuffix(' …')} here one number?")
            remedy = f'quote it: "{written}"'
        elif written:
            facts.append(f"is {written} here one number with a decimal comma?")
            remedy = "write a point before decimals, as in 0.30, and quote a cell that holds a comma"
        collector.error(
            "WB-S122",
            "this row does not have one cell for each heading",
            place.span(),
            facts=facts,
            remedy=remedy,
        )
    faults.close()
    return bool(ragged)


def _cut_number(record: list[str]) -> tuple[str, bool]:
    """Return the first number that commas may have cut into cells, and whether they group its thousands.

    Three digits behind a comma are thousands; any other count of them, and three behind a zero, are decimals.
    """
    for index, (left, right) in enumerate(pairwise(record)):
        decimals = _DECIMALS.match(right.strip())
        if not _WHOLE.fullmatch(left.strip()) or decimals is None:
            continue
        grouped = _THOUSANDS.match(",".join(cell.strip() for cell in record[index : index + 5]))
        if grouped is None:
            return f"{left.strip()},{decimals[0]}", False
        more = grouped.string[grouped.end() :].partition(",")[0].strip()
        return f"{grouped[0]}{' …' if more else ''}", True
    return "", False
