"""CSV tables beside a scenario: tidy headings, any text value in a cell (FORMAT R14)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

from wellbeva.core.spans import Located, Piece, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario import names
from wellbeva.scenario.families import later
from wellbeva.scenario.files import LINE_BREAK, TABLE_LIMIT, Files, beside
from wellbeva.scenario.nodes import Mapping, Node, Scalar, entries, items, text_of

CELL_LIMIT = 500_000
"""Cells of all tables of a scenario together."""
COLUMN_LIMIT = 500

_FIELD = re.compile(r'"(?:[^"]|"")*"|[^,]*')


@dataclass(frozen=True, slots=True)
class Column:
    """A heading in our words, and where it stands."""

    path: Located
    head: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The dotted parts of the heading."""
        return tuple(self.path.text.split("."))


@dataclass(frozen=True, slots=True)
class Table:
    """A table as read: headings in our words, rows of cells with places.

    `rows` has one text a column; an empty one means the default.
    """

    shown: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Located, ...], ...]
    row_axis: str = ""
    span: Span | None = None

    def axes(self, known: tuple[str, ...]) -> dict[str, int]:
        """Return the columns that are axes, by name."""
        return {column.head: index for index, column in enumerate(self.columns) if column.path.text in known}


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads the tables a scenario or a variant lists."""

    folder: Path
    shown_folder: str
    files: Files
    collector: Collector
    cells: dict[tuple[int, int], int] = field(default_factory=dict)
    """Cells read so far, by where the table is listed; a variant that is read twice counts once."""

    def read_all(self, node: Node | None) -> list[Table]:
        """Read every entry of ``tables``, each file once."""
        seen: dict[Path, Span] = {}
        return [table for one in items(node) if (table := self.read(one, seen)) is not None]

    def read(self, node: Node, seen: dict[Path, Span]) -> Table | None:
        """Read one entry of ``tables``: a path, or ``{file, columns, rows}``."""
        name = node if isinstance(node, Scalar) else node.get("file") if isinstance(node, Mapping) else None
        if not isinstance(name, Scalar) or name.null:
            return None
        wanted = {
            entry.value.text: entry.key.located
            for entry in entries(node.get("columns") if isinstance(node, Mapping) else None)
            if isinstance(entry.value, Scalar)
        }
        rows = text_of(node, "rows") if isinstance(node, Mapping) else ""
        if self.refused(node, name, rows):
            return None
        found = beside(self.folder, self.shown_folder, name.text)
        if found is None:
            self.collector.error(
                "WB-F040",
                f"the table {name.text[:80]!r} lies outside the scenario's folder",
                name.span,
                facts=("tables are looked for beside the scenario, then in the folder above",),
                remedy="copy the table beside the scenario and name it without '..' and without a leading '/'",
            )
            return None
        path, shown = found
        if path in seen:
            self.collector.error(
                "WB-F043",
                f"the table {shown!r} is listed twice",
                name.span,
                facts=(f"first on line {seen[path].line}", f"again on line {name.span.line}"),
                remedy="keep one of them",
            )
            return None
        seen[path] = name.span
        text = self.files.read(path, shown, limit=TABLE_LIMIT, collector=self.collector, span=name.span)
        records = self.records(text, shown, name.span) if text is not None else None
        return self.table(records, shown, wanted, rows, name) if records else None

    def refused(self, node: Node, name: Scalar, rows: str) -> bool:
        """Note a kind of table that this version has not got."""
        if rows == "draw":
            key = node.get("rows") if isinstance(node, Mapping) else None
            later("'rows: draw'", key.span if key else node.span, self.collector)
            return True
        if Path(name.text).suffix.lower() in {".xlsx", ".xls", ".ods"}:
            later("a spreadsheet as table", name.span, self.collector)
            return True
        return False

    def records(self, text: str, shown: str, listed: Span) -> list[list[Located]] | None:
        """Split CSV text into cells with places; None after an error."""
        lines = LINE_BREAK.split(text)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        records: list[list[Located]] = []
        listing = (listed.line, listed.column)
        start, cells = 0, sum(count for place, count in self.cells.items() if place != listing)
        before = cells
        try:
            for record in reader:
                if record:
                    records.append(_located(record, lines, start, reader.line_num, shown))
                    cells += len(record)
                start = reader.line_num
                if cells > CELL_LIMIT or len(record) > COLUMN_LIMIT:
                    self.collector.error(
                        "WB-F042",
                        "the table is too big",
                        Span(shown, start, 1, 1, lines[start - 1]),
                        facts=(f"at most {CELL_LIMIT:,} cells in all tables and {COLUMN_LIMIT} columns are read",),
                        remedy="keep only the columns the scenario needs",
                    )
                    return None
        except csv.Error as failure:
            line = min(max(reader.line_num, 1), len(lines))
            self.collector.error(
                "WB-F041",
                f"this is not CSV: {failure}",
                Span(shown, line, 1, max(1, len(lines[line - 1])), lines[line - 1]),
                remedy='check the quotes: a cell that holds a comma or a quote is written "like ""this"", quoted"',
            )
            return None
        self.cells[listing] = cells - before
        if not records:
            self.collector.error(
                "WB-F041", "the table is empty", Span(shown, 1, 1), remedy="begin it with a row of headings"
            )
        return records

    def table(
        self, records: list[list[Located]], shown: str, wanted: dict[str, Located], rows: str, name: Scalar
    ) -> Table | None:
        """Give the columns our names, and check that every row has a cell for each."""
        heads = records[0]
        if len(heads) == 1 and ";" in heads[0].text:
            self.collector.error(
                "WB-F044",
                "this file is separated by semicolons",
                heads[0].span(),
                remedy="save it with commas between the columns",
            )
            return None
        columns: list[Column] = []
        kept: list[int] = []
        seen: set[str] = set()
        for index, head in enumerate(heads):
            theirs = head.text.strip()
            if wanted and theirs not in wanted:
                continue
            path = wanted[theirs] if wanted else head
            ours = path.text.strip()
            if ours in seen or names.PATH.fullmatch(ours) is None:
                fault = "is given twice" if ours in seen else "cannot be a heading"
                self.collector.error(
                    "WB-S120",
                    f"{ours[:60]!r} {fault}",
                    head.span(),
                    remedy="headings are axes, parameters, paths like 'effect.source', label and note",
                )
                return None
            seen.add(ours)
            stripped = path.text.index(ours)
            columns.append(Column(path.part(stripped, stripped + len(ours)), ours))
            kept.append(index)
        missing = [theirs for theirs in wanted if theirs not in {head.text.strip() for head in heads}]
        for theirs in missing:
            self.collector.error(
                "WB-S121",
                f"the table has no column {theirs!r}",
                wanted[theirs].span(),
                remedy=near_miss(theirs, [head.text.strip() for head in heads]) or f"see the first row of {shown}",
            )
        body: list[tuple[Located, ...]] = []
        for record in records[1:]:
            if len(record) != len(heads):
                self.collector.error(
                    "WB-S122",
                    "this row has not one cell for each heading",
                    record[0].span(),
                    facts=(f"{len(heads)} headings", f"{len(record)} cells"),
                    remedy='quote a cell that holds a comma: "£1,314"',
                )
                return None
            body.append(tuple(record[index] for index in kept))
        return None if missing else Table(shown, tuple(columns), tuple(body), rows, name.span)


def _located(record: list[str], lines: list[str], start: int, end: int, shown: str) -> list[Located]:
    """Give each cell its place; a record that runs over several lines is placed at its first."""
    source = lines[min(start, len(lines) - 1)]
    starts: list[int] = []
    if end - start == 1:
        position = 0
        while position <= len(source):
            match = _FIELD.match(source, position)
            width = match.end() - position if match else 0
            quoted = source[position : position + 1] == '"'
            starts.append(position + (1 if quoted else 0))
            position += width + 1
    if len(starts) != len(record):
        starts = [0] * len(record)
    return [
        Located(cell, shown, (Piece(0, start + 1, column + 1, source),))
        for cell, column in zip(record, starts, strict=True)
    ]
