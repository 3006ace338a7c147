"""The tables a scenario lists: files found, read within limits, and their headings given our words (FORMAT R14)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.spec import Model
from wellbeva.scenario.tables.grid import TROUBLE_LIMIT, CellFault, FirstFaults, Grid, each_once
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.files import TABLE_LIMIT, Files, absolute, beside, may_look_above
from wellbeva.scenario.text.nodes import MapNode, Node, Scalar, entries, items

CELL_LIMIT = 500_000
"""Cells of all tables of a scenario together."""
DRAW_LIMIT = 1_000_000
"""Numbers of all tables of joint draws together."""
DRAW_FILE_LIMIT = 1 << 25
"""Bytes of a table of joint draws."""
HEADING_LIMIT = 200
"""Characters of a heading."""
DRAW = "draw"
"""The word of `rows` for joint draws."""

BOOKS = (".xlsx", ".xlsm")
ENDINGS = (".csv", *BOOKS, ".parquet")
"""Endings of the names of tables. Nothing else is opened, so that messages never show what a table does not hold."""


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

    Parameters
    ----------
    shown : str
        The file, and the sheet, as messages show it.
    columns : tuple of Column
        Those that are read.
    rows : tuple of tuple of Located
        One text a column; an empty one means the default. None for joint draws.
    row_axis : str
        The axis whose labels the rows are, in order; ``draw`` for joint draws; empty where columns hold labels.
    span : Span or None
        Where the table is listed.
    draws : Grid or None
        Joint draws: the cells below the headings, not yet read.
    source : Located or None
        Sources of joint draws, as written in the scenario.
    """

    shown: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Located, ...], ...]
    row_axis: str = ""
    span: Span | None = None
    draws: Grid | None = None
    source: Located | None = None

    def axes(self, known: tuple[str, ...]) -> dict[str, int]:
        """Return the columns that are axes, by name."""
        return {column.head: index for index, column in enumerate(self.columns) if column.path.text in known}


@dataclass(frozen=True, slots=True)
class _Listed:
    """One entry of ``tables``: a path, or ``{file, sheet, columns, rows, source}``."""

    name: Scalar
    wanted: dict[str, list[Located]]
    rows: str
    sheet: Scalar | None
    source: Scalar | None

    @property
    def ending(self) -> str:
        """The ending of the file's name."""
        return Path(self.name.text).suffix.lower()


def _listed(node: Node) -> _Listed | None:
    if isinstance(node, Scalar):
        return None if node.null else _Listed(node, {}, "", None, None)
    name = node.get("file") if isinstance(node, MapNode) else None
    if not isinstance(node, MapNode) or not isinstance(name, Scalar) or name.null:
        return None
    wanted: dict[str, list[Located]] = {}
    for entry in entries(node.get("columns")):
        if isinstance(entry.value, Scalar):
            wanted.setdefault(entry.value.text.strip(), []).append(entry.key.located)
    rows, sheet, source = (
        one if isinstance(one := node.get(key), Scalar) and not one.null else None
        for key in ("rows", "sheet", "source")
    )
    return _Listed(name, wanted, rows.text if rows else "", sheet, source)


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads the tables a scenario or a variant lists."""

    folder: Path
    shown_folder: str
    files: Files
    collector: Collector
    cells: dict[tuple[str, int, int], int] = field(default_factory=dict)
    """Cells read so far, by where the table is listed; a variant that is read twice counts once."""
    numbers: dict[tuple[str, int, int], int] = field(default_factory=dict)
    """The same for joint draws, which have a limit of their own."""
    model: Model | None = None
    """Says which headings are known; None: every one is taken to be."""

    def read_all(self, node: Node | None) -> list[Table]:
        """Read every entry of ``tables``, each file (of a spreadsheet, each sheet) once."""
        seen: dict[tuple[Path, str], Span] = {}
        return [table for item in items(node) if (table := self.read(item, seen)) is not None]

    def read(self, node: Node, seen: dict[tuple[Path, str], Span]) -> Table | None:
        """Read one entry of ``tables``.

        Parameters
        ----------
        node : Node
            A path, or a map ``{file, sheet, columns, rows, source}``.
        seen : dict of (Path, str) to Span
            The files and sheets read before, and where they are listed; this one is added.

        Returns
        -------
        Table or None
            None after an error.
        """
        entry = _listed(node)
        grid = None if entry is None else self.open(entry, seen)
        return None if entry is None or grid is None else self.table(grid, entry)

    def studies(self, node: Node) -> Grid | None:
        """Read a table of studies, whose headings are its own: all columns, or those of `columns`.

        Parameters
        ----------
        node : Node
            A path, or a map ``{file, sheet, columns}``.
        """
        entry = _listed(node)
        grid = None if entry is None else self.open(entry, {})
        if entry is None or grid is None or not entry.wanted:
            return grid
        found = self.columns(grid, entry)
        return None if found is None else replace(grid.pick(found[1]), heads=tuple(one.head for one in found[0]))

    def open(self, entry: _Listed, seen: dict[tuple[Path, str], Span]) -> Grid | None:
        """Find and read the file of an entry; None after an error.

        Parameters
        ----------
        entry : _Listed
        seen : dict of (Path, str) to Span
            As `read` takes it.
        """
        name = entry.name
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
        if self.refused(entry):
            return None
        path, shown = found
        if self.alone and not path.exists():
            self.collector.error(
                "WB-F001",
                f"there is no file {shown!r}",
                name.span,
                facts=("the folder above is not looked in: it is a home, of others, or not served",),
                remedy="copy the table beside the scenario",
            )
            return None
        key = (path, entry.sheet.text.strip().casefold() if entry.sheet else "")
        if key in seen:
            self.collector.error(
                "WB-F043",
                f"the table {shown!r} is listed twice",
                name.span,
                facts=(f"first on line {seen[key].line}", f"again on line {name.span.line}"),
                remedy="keep one of them",
            )
            return None
        seen[key] = name.span
        limit = DRAW_FILE_LIMIT if entry.rows == DRAW else TABLE_LIMIT
        data = self.files.read_bytes(path, shown, limit=limit, collector=self.collector, span=name.span)
        return self.grid(entry, data, shown) if data is not None else None

    @property
    def alone(self) -> bool:
        """Whether tables are looked for in the scenario's own folder only."""
        return not may_look_above(absolute(self.folder))

    def refused(self, entry: _Listed) -> bool:
        """Note a kind of file that is not read, and keys that do not fit the file."""
        name = entry.name
        if entry.ending not in ENDINGS:
            self.collector.error(
                "WB-F045",
                f"a table cannot be a file that ends in {entry.ending[:20]!r}"
                if entry.ending
                else "a table cannot be a file whose name has no ending",
                name.span,
                facts=("tables are CSV files or Excel workbooks (.xlsx); joint draws may be Parquet files too",),
                remedy="save it as .xlsx or as CSV UTF-8",
            )
            return True
        if entry.ending == ".parquet" and entry.rows != DRAW:
            self.collector.error(
                "WB-F045",
                "a Parquet file holds joint draws only",
                name.span,
                remedy="write 'rows: draw' if each row is a draw; else save the table as CSV or .xlsx",
            )
            return True
        if entry.sheet is not None and entry.ending not in BOOKS:
            self.collector.error(
                "WB-F047",
                f"{name.text[:80]!r} has no sheets",
                entry.sheet.span,
                remedy="leave 'sheet' out; only Excel workbooks (.xlsx) have sheets",
            )
            return True
        if entry.source is not None and entry.rows != DRAW:
            self.collector.error(
                "WB-S129",
                "'source' stands here only with 'rows: draw'",
                entry.source.span,
                remedy="give each number its source: '[key place]' in the cell, or a column like 'effect.source'",
            )
            return True
        return False

    def grid(self, entry: _Listed, data: bytes, shown: str) -> Grid | None:
        """Read the cells of a file, and add their number to what all tables have read; None after an error.

        Parameters
        ----------
        entry : _Listed
        data : bytes
            The file's content.
        shown : str
            The file as messages show it.
        """
        counted, limit = (self.numbers, DRAW_LIMIT) if entry.rows == DRAW else (self.cells, CELL_LIMIT)
        at = entry.name.span
        listing = (at.file, at.line, at.column)
        left = limit - sum(count for place, count in counted.items() if place != listing)
        # Each reader is imported by whoever has such a file: to unzip takes as long to import as a scenario to read.
        if entry.ending in BOOKS:
            from wellbeva.scenario.tables.formats.xlsx_file import read_xlsx

            sheet, place = (entry.sheet.text, entry.sheet.span) if entry.sheet else ("", entry.name.span)
            grid = read_xlsx(
                data, shown, sheet=sheet, listed=place, cell_limit=left, collector=self.collector, headings=entry.wanted
            )
        elif entry.ending == ".parquet":
            from wellbeva.scenario.tables.formats.parquet_file import read_parquet

            grid = read_parquet(data, shown, listed=entry.name.span, cell_limit=left, collector=self.collector)
        else:
            from wellbeva.scenario.tables.formats.csv_file import read_csv

            grid = read_csv(data, shown, cell_limit=left, collector=self.collector, headings=entry.wanted)
        if grid is not None:
            counted[listing] = len(grid.heads) * (grid.height + 1)
        return grid

    def table(self, grid: Grid, entry: _Listed) -> Table | None:
        """Keep the columns that are asked for, under our names, and give each cell its place; None after an error.

        Parameters
        ----------
        grid : Grid
        entry : _Listed
        """
        found = self.columns(grid, entry)
        if found is None:
            return None
        columns, kept = found
        grid = grid.pick(kept)
        self.warn_formulas(grid)
        span = entry.name.span
        if entry.rows == DRAW:
            source = entry.source.located if entry.source else None
            return Table(grid.shown, columns, (), DRAW, span, grid, source)
        if self.troubled(grid):
            return None
        width = range(len(columns))
        rows = tuple(tuple(grid.place(row, column) for column in width) for row in range(1, grid.height + 1))
        return Table(grid.shown, columns, rows, entry.rows, span)

    def warn_formulas(self, grid: Grid) -> None:
        """Warn of cells that hold the last value of a formula."""
        if any(grid.formulas):
            first, count = next(index for index, rows in enumerate(grid.formulas) if rows), sum(map(len, grid.formulas))
            self.collector.warn(
                "WB-S119",
                f"{count:,} cells of this table hold formulas; the values Excel last saved are read",
                grid.place(0, first).span(),
                remedy="save the file in Excel after every change, so that they are up to date",
            )

    def columns(self, grid: Grid, entry: _Listed) -> tuple[tuple[Column, ...], list[int]] | None:
        """Find the columns that are read, and give them our names; None after an error.

        Parameters
        ----------
        grid : Grid
        entry : _Listed
            Its ``columns`` maps our names to the file's headings; without them every column is read under its own.

        Returns
        -------
        (tuple of Column, list of int) or None
            The columns, and for each its index in the grid; one column of the file may serve several names.
        """
        columns: list[Column] = []
        kept: list[int] = []
        seen: set[str] = set()
        heads = [written.strip() for written in grid.heads]
        ignored = set() if entry.wanted else self.ignored(heads)
        self.warn_ignored(grid, ignored)
        for index, theirs in enumerate(heads):
            head = grid.place(0, index)
            if index in ignored:
                continue
            for path in entry.wanted.get(theirs, ()) if entry.wanted else (head,):
                ours = path.text.strip()
                if ours in seen or not _may_head(ours):
                    self.collector.error(
                        "WB-S120",
                        f"{theirs[:60]!r} is given twice" if ours in seen else _no_heading(ours),
                        head.span(),
                        facts=() if ours in seen else (f"the first row of {grid.shown} is read as its headings",),
                        remedy=self.near(theirs)
                        or "headings are axes, parameters, paths like 'effect.source', label and note",
                    )
                    return None
                seen.add(ours)
                stripped = path.text.index(ours)
                columns.append(Column(path.part(stripped, stripped + len(ours)), ours))
                kept.append(index)
        missing = [theirs for theirs in entry.wanted if theirs not in heads]
        known = [head[:60] for head in heads if head]
        for theirs in missing:
            self.collector.error(
                "WB-S121",
                f"the table has no column {theirs[:60]!r}",
                entry.wanted[theirs][0].span(),
                facts=(f"it has {', '.join(known[:8])}{' and more' if len(known) > 8 else ''}",),
                remedy=near_miss(theirs, known) or f"write the heading as {grid.shown} has it",
            )
        return None if missing else (tuple(columns), kept)

    def ignored(self, heads: list[str]) -> set[int]:
        """Return the columns whose headings neither are known nor come near a name that is.

        Where no column gives a value, nothing is ignored: the table is another, or of another model.
        """
        if self.model is None or not any(_name(head) in self.model.settable for head in heads):
            return set()
        return {
            index
            for index, head in enumerate(heads)
            if head and len(head) <= HEADING_LIMIT and _name(head) not in self.known and not self.near(head)
        }

    @property
    def known(self) -> tuple[str, ...]:
        """The words that a heading may begin with."""
        if self.model is None:
            return ()
        axes = (*identifiers.BUILT_IN_AXES, *self.model.axes)
        return (*axes, *self.model.parameters, "label", "note", DRAW, *self.model.equations)

    def near(self, head: str) -> str:
        """Propose a name that a heading comes near, however it is written: ``Cost (per head)`` for ``cost``."""
        plain = re.sub(r"[\W_]+", "_", re.split(r"[(.\[]", head, maxsplit=1)[0].strip().casefold())
        return near_miss(plain, self.known, cutoff=0.8)

    def warn_ignored(self, grid: Grid, ignored: set[int]) -> None:
        """Say which columns are not read, and how they would be.

        Parameters
        ----------
        grid : Grid
        ignored : set of int
            Their indices.
        """
        if not ignored or self.model is None:
            return
        first, parameter = min(ignored), next(iter(self.model.parameters), "effect")
        names = [grid.heads[index].strip()[:60] for index in sorted(ignored)]
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        self.collector.warn(
            "WB-S424",
            f"ignored, since the model has no such name: {', '.join(names[:8])}{more}",
            grid.place(0, first).span(),
            facts=("a heading is an axis, a parameter, a path into one, label or note",),
            remedy=f"leave it so; to use a column, name it under `columns:`, as in {{{parameter}: {names[0]}}}",
        )

    def troubled(self, grid: Grid) -> bool:
        """Note an error for each cell that holds nothing a table can use, up to a limit."""
        found = [
            (row, column, cell)
            for column, cells in enumerate(grid.columns)
            for row, cell in enumerate(cells, start=1)
            if isinstance(cell, CellFault)
        ]
        found.sort(key=lambda one: one[:2])
        if found:
            beyond = found[: TROUBLE_LIMIT + 1][-1][2]
            faults = FirstFaults(beyond.code, "and … more cells that cannot be read", grid.place, self.collector)
            places = ((trouble, faults.place(row, column)) for row, column, trouble in found)
            each_once(((trouble, place) for trouble, place in places if place is not None), self.collector)
            faults.close()
        return bool(found)


def _may_head(written: str) -> bool:
    return len(written) <= HEADING_LIMIT and identifiers.PATH.fullmatch(written) is not None


def _name(head: str) -> str:
    return head.partition(".")[0]


def _no_heading(written: str) -> str:
    return f"{written[:60]!r} cannot be a heading" if written else "a column has cells and no heading"
