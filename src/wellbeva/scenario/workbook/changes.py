"""What an edited sheet changes in a scenario, and the scenario's files with the changes made (R120, R121)."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wellbeva.core.spans import Located, Span
from wellbeva.core.spreadsheet import guarded, unguarded
from wellbeva.errors import Collector, Diagnostic, near_miss
from wellbeva.scenario.tables.formats.csv_file import read_csv
from wellbeva.scenario.tables.grid import TROUBLE_LIMIT, CellFault, Grid
from wellbeva.scenario.tables.table_reader import CELL_LIMIT
from wellbeva.scenario.text.edits import Edit, Places, TextEditor, applied
from wellbeva.scenario.text.files import TABLE_LIMIT, Files, decoded
from wellbeva.scenario.workbook.inputs import ScenarioInput
from wellbeva.scenario.workbook.sheet import COLUMNS, EXPORTED, INPUTS, PATH, README, SCENARIO, VALUE, VARIANT, ending

_READ = (PATH, VALUE, EXPORTED, VARIANT)
_BESIDE = tuple(name for name in COLUMNS if name not in {*_READ, "Place"})
_FINGERPRINT = "SHA-256 of "
_MOST_COMPARED = 5_000
"""Inputs among which the path that was meant is looked for."""
_FOREIGN = f"leave the sheet {INPUTS!r} its name and its headings; if it is another file, export the scenario first"


@dataclass(frozen=True, slots=True)
class EditedSheet:
    """The sheet of inputs as it came back.

    Parameters
    ----------
    grid : Grid
    columns : mapping of str to int
        Where each known column stands.
    facts : mapping of str to str
        What the workbook says of the scenario: its file, and the SHA-256 of each; nothing in a CSV file.
    """

    grid: Grid
    columns: Mapping[str, int]
    facts: Mapping[str, str]

    @property
    def scenario(self) -> str:
        """The file of the scenario, where the sheet says it and does not lead out of the folder."""
        name = self.facts.get(SCENARIO, "")
        return "" if Path(name).is_absolute() or ".." in Path(name).parts else name

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 that each file had at the export."""
        return {name.removeprefix(_FINGERPRINT): said for name, said in self.facts.items() if name != SCENARIO}

    def cell(self, row: int, name: str) -> Located:
        """Return the text of a cell, and its place; a CSV file's without the apostrophe before a formula.

        Parameters
        ----------
        row : int
            From 1, below the headings.
        name : str
            Of a column.
        """
        cell = self.grid.place(row, self.columns[name])
        plain = unguarded(cell.text) if cell.text.startswith("'") and not self.facts else cell.text
        return cell.part(len(cell.text) - len(plain))


@dataclass(frozen=True, slots=True)
class InputChange:
    """An input, and the cell that has its new value, without the blanks around it."""

    input: ScenarioInput
    cell: Located


@dataclass(frozen=True, slots=True)
class Changes:
    """All that a sheet changes, and how many inputs have no row in it."""

    changes: tuple[InputChange, ...]
    rowless: int


def read_sheet(path: Path, *, collector: Collector) -> EditedSheet | None:
    """Read the sheet of inputs from a workbook or a CSV file; None after an error.

    Parameters
    ----------
    path : Path
    collector : Collector
    """
    name, kind = str(path), ending(path)
    data = Files().read_bytes(path, name, limit=TABLE_LIMIT, collector=collector)
    if data is None:
        return None
    facts: dict[str, str] = {}
    limit = 2 * CELL_LIMIT
    if kind == ".csv":
        grid = read_csv(data, name, cell_limit=limit, collector=collector)
    else:
        from wellbeva.scenario.tables.formats.xlsx_file import read_xlsx

        place, quiet, reading = Span(name, 1, 1), Collector(), Collector()
        grid = read_xlsx(data, name, sheet=INPUTS, listed=place, cell_limit=limit, collector=reading)
        if any(item.code == "WB-F047" for item in reading.found):
            sheets = tuple(fact for item in reading.found for fact in item.lines)
            collector.error("WB-S413", f"{name!r} has no sheet {INPUTS!r}", place, facts=sheets, remedy=_FOREIGN)
            return None
        collector.found += reading.found
        about = read_xlsx(data, name, sheet=README, listed=place, cell_limit=limit, collector=quiet)
        if about is not None and len(about.columns) > 1:
            left, right = ((head, *cells) for head, cells in zip(about.heads[:2], about.columns[:2], strict=True))
            pairs = zip(left, right, strict=True)
            facts = {str(name): str(said) for name, said in pairs if str(name).startswith((SCENARIO, _FINGERPRINT))}
    if grid is None:
        return None
    columns = {head.strip(): index for index, head in enumerate(grid.heads)}
    missing = [name for name in _READ if name not in columns]
    if missing:
        heads = ", ".join(head[:40] for head in grid.heads[:8] if head)
        collector.error(
            "WB-S413",
            "this sheet is not one that 'wellbeva export' wrote",
            grid.place(0, 0).span(),
            facts=(f"missing: {', '.join(missing)}", f"it has {heads}"),
            remedy=_FOREIGN,
        )
        return None
    return EditedSheet(grid, {name: columns[name] for name in COLUMNS if name in columns}, facts)


def changes_of(
    sheet: EditedSheet,
    inputs: Mapping[tuple[str, str], ScenarioInput],
    *,
    digests: Mapping[str, str],
    collector: Collector,
) -> Changes:
    """Compare a sheet with the scenario as it stands; every row that cannot be taken is an error at its cell.

    Parameters
    ----------
    sheet : EditedSheet
    inputs : mapping of (variant, path) to ScenarioInput
    digests : mapping of str to str
        SHA-256 of the scenario's files of now, by their paths from the scenario's folder.
    collector : Collector
    """
    changes: list[InputChange] = []
    rows: dict[tuple[str, str], Located] = {}
    strange: list[Located] = []
    before = len(collector.errors)
    for row in range(1, sheet.grid.height + 1):
        path, variant = sheet.cell(row, PATH), sheet.cell(row, VARIANT)
        key = (variant.text.strip(), path.text.strip())
        if key in rows:
            facts = (f"first at {rows[key].span()}", f"again at {path.span()}")
            remedy = "delete one of the two rows"
            collector.error("WB-S416", f"two rows give {key[1]!r}", path.span(), facts=facts, remedy=remedy)
        elif key in inputs:
            rows[key] = path
            change = _change(sheet, row, inputs[key], collector)
            changes += [change] if change is not None else []
            strange += _edited_beside(sheet, row, inputs[key])
        elif key[1] or sheet.cell(row, VALUE).text.strip():
            _unknown(key, path, inputs, collector)
    if len(collector.errors) == before:
        _warn(sheet, digests, strange, collector)
    return Changes(tuple(changes), sum(key not in rows for key in inputs))


def _unknown(
    key: tuple[str, str], path: Located, inputs: Mapping[tuple[str, str], ScenarioInput], collector: Collector
) -> None:
    variant, name = key
    where = f" in the variant {variant!r}" if variant else ""
    # Comparing every row with every path would take hours in a large sheet of strangers.
    few = len(inputs) <= _MOST_COMPARED and len(collector.found) < TROUBLE_LIMIT
    near = near_miss(name, [known for of, known in inputs if of == variant]) if few else ""
    message = f"the scenario has no value {name[:80]!r}{where}" if name else "this row says no path"
    remedy = near or "export again if the scenario has lost it; else put back the path that the row was exported with"
    collector.error("WB-S415", message, path.span(), remedy=remedy)


def _change(sheet: EditedSheet, row: int, item: ScenarioInput, collector: Collector) -> InputChange | None:
    """Return what a row changes; None if it changes nothing, or after an error."""
    held = sheet.grid.columns[sheet.columns[VALUE]][row - 1]
    cell, exported = sheet.cell(row, VALUE), sheet.cell(row, EXPORTED)
    stripped = cell.stripped()
    now = item.written.text.strip()
    if isinstance(held, CellFault):
        held.note(cell, collector)
    elif sheet.grid.formulas and row in sheet.grid.formulas[sheet.columns[VALUE]]:
        collector.error(
            "WB-S418",
            "a formula stands where a value belongs",
            cell.span(),
            facts=(f"it gave {stripped.text[:60]!r} when the file was saved",),
            remedy="type the number that it gives, or copy the cell and paste it as a value",
        )
    elif stripped.text == now:
        return None
    elif exported.text.strip() != now:
        collector.error(
            "WB-S417",
            f"{item.path!r} has changed since the export",
            exported.span(),
            facts=(f"at the export: {' '.join(exported.text.split())}", f"now, at {item.written.span()}: {now}"),
            remedy="export again, and carry your changes over",
        )
    elif not stripped.text:
        remedy = "write a value, or delete the row to leave the value as it is"
        collector.error("WB-S419", f"{item.path!r} is left empty", sheet.cell(row, PATH).span(), remedy=remedy)
    elif item.in_workbook:
        place = item.written.file
        remedy = f"change it in Excel, at {place}"
        collector.error(
            "WB-S420", "this value stands in an Excel table, which is not written to", cell.span(), remedy=remedy
        )
    else:
        return InputChange(item, stripped)
    return None


def _edited_beside(sheet: EditedSheet, row: int, item: ScenarioInput) -> list[Located]:
    """Return the cells of a row that were edited and are not read."""
    cells = [(name, sheet.cell(row, name)) for name in _BESIDE if name in sheet.columns]
    # A CSV file has an apostrophe before whatever a spreadsheet would run, inside a cell too.
    return [cell for name, cell in cells if guarded(cell.text).split() != guarded(COLUMNS[name][1](item)).split()]


def _warn(sheet: EditedSheet, digests: Mapping[str, str], strange: list[Located], collector: Collector) -> None:
    for name, exported in sheet.digests().items():
        now = digests.get(name, "")
        if now and now != exported:
            collector.warn(
                "WB-S422",
                f"{name!r} has changed since the export, but none of the values in the sheet",
                Span(name, 1, 1),
                facts=(f"SHA-256 at the export: {exported[:16]}…", f"now: {now[:16]}…"),
                remedy="look at what has changed; export again to have all that is new",
            )
    if strange:
        more = f"; {len(strange) - 1} more like it" if len(strange) > 1 else ""
        remedy = "change notes, sources and words in the scenario's file"
        message = f"this cell was edited and is not read: only {VALUE!r} is{more}"
        collector.warn("WB-S423", message, strange[0].span(), remedy=remedy)


@dataclass(frozen=True, slots=True)
class EditedFiles:
    """The scenario's files with the changes made, not yet written.

    Parameters
    ----------
    contents : mapping of str to bytes
        By the path as shown.
    places : mapping of str to (Places, list of (int, int, Located))
        For each file its lines, and for each change where its text begins and ends [characters] and the cell.
    """

    contents: dict[str, bytes]
    places: dict[str, tuple[Places, list[tuple[int, int, Located]]]]

    def at_cells(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Let what is said of a changed text point at its cell, and leave out warnings of the rest of the scenario."""
        placed = [(old, replace(old, span=self._cell(old.span)) if old.span else old) for old in diagnostics]
        return [new for old, new in placed if new.severity == "error" or new != old]

    def _cell(self, span: Span) -> Span:
        places, cells = self.places.get(span.file, (Places(""), []))
        for begin, end, cell in cells:
            at = places.offset(span.line - 1, span.column - 1)
            if begin <= at <= end:
                return cell.span(at - begin, min(at - begin + span.length, len(cell.text)))
        return span


def edited_files(changes: Iterable[InputChange], digests: Mapping[str, str], *, collector: Collector) -> EditedFiles:
    """Make the changes in the text of each file.

    Parameters
    ----------
    changes : iterable of InputChange
    digests : mapping of str to str
        SHA-256 of each file as it was compared, by the path as shown.
    collector : Collector
        Takes an error if a file is another by now.
    """
    by_file: dict[str, list[InputChange]] = {}
    for change in changes:
        by_file.setdefault(change.input.written.file, []).append(change)
    edited = EditedFiles({}, {})
    for name, own in by_file.items():
        files = Files()
        data = files.read_bytes(Path(name), name, limit=TABLE_LIMIT, collector=collector)
        text = None if data is None else decoded(data, name, collector)
        if data is None or text is None or files.digests != {name: digests[name]}:
            message = f"{name!r} has changed while it was read"
            collector.error("WB-S417", message, Span(name, 1, 1), remedy="close other programs, and try again")
            continue
        editor = TextEditor.of(text, name)
        edits = [(editor.edit(change.input.written.span(), change.cell.text), change.cell) for change in own]
        new = applied(text, [edit for edit, _ in edits])
        mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        edited.contents[name] = mark + new.encode()
        edited.places[name] = Places(new), _moved(edits, editor.places)
    return edited


def _moved(edits: Iterable[tuple[Edit, Located]], old: Places) -> list[tuple[int, int, Located]]:
    """Return where each new text begins, inside its quotes, and where it ends, in the edited file."""
    shift = 0
    moved: list[tuple[int, int, Located]] = []
    for edit, cell in sorted(edits, key=lambda pair: (pair[0].line, pair[0].column)):
        begin = old.offset(edit.line, edit.column) + shift
        quoted = edit.new != cell.text
        moved.append((begin + quoted, begin + len(edit.new), cell))
        shift += len(edit.new) - edit.length
    return moved
