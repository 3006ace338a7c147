"""The sheet of a scenario's inputs: what it has in which column, written as a workbook or as CSV (R119)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePath

from wellbeva.core.spreadsheet import guarded
from wellbeva.errors import refusal
from wellbeva.scenario.tables.table_reader import CELL_LIMIT
from wellbeva.scenario.workbook.inputs import ScenarioInput

INPUTS, README = "Inputs", "Read me"
VALUE, EXPORTED, PATH, VARIANT = "Value", "As exported", "Path", "Variant"
SCENARIO = "Scenario"
COLUMNS: Mapping[str, tuple[int, Callable[[ScenarioInput], str]]] = {
    PATH: (36, lambda item: item.path),
    "What it is": (32, lambda item: item.label),
    "For": (28, lambda item: item.cell),
    VALUE: (30, lambda item: item.written.text),
    EXPORTED: (30, lambda item: item.written.text),
    "Unit": (14, lambda item: item.unit),
    "Source": (20, lambda item: item.source),
    "Evidence": (11, lambda item: item.evidence),
    "Note": (40, lambda item: item.note),
    "Place": (30, lambda item: item.place),
    VARIANT: (18, lambda item: item.variant),
}
"""Each column's width in characters, and what it says of an input."""
ENDINGS = (".xlsx", ".csv")
_HOW_TO = """\
Each row of the sheet 'Inputs' is one value of the scenario. Change it in the column 'Value', save, and run:
wellbeva import {book}
This lists what has changed and checks the scenario. With --write it changes the scenario's files.

Write a value as a paper prints it: 0.30 (0.10 to 0.50), 67%, 31 of 45, 9 months, £1,200 in 2023 prices.
A source may follow in brackets: [krekel2024 Table 3], [assumed].
A changed value is marked in colour; 'As exported' says what it was.
Only 'Value' is read. Change notes, sources and words in the scenario's file.
Cells are text, so that Excel makes no date of 10/6. A formula is refused: type the number that it gives.
The order of the rows does not matter. A row that is deleted leaves its value as it is.
The other columns are locked, without a password: a row is found by its path and its variant.
"""


def ending(path: Path) -> str:
    """Return which kind of sheet a file is by its name.

    Raises
    ------
    WellbevaError
        ``WB-S411`` if it is neither.
    """
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        remedy = "end its name in .xlsx, or in .csv"
        raise refusal("WB-S411", f"{str(path)!r} is neither a workbook nor a CSV file", remedy)
    return kind


def written(
    inputs: Iterable[ScenarioInput], to: Path, *, title: str, scenario: str, digests: Mapping[str, str]
) -> bytes:
    """Return the sheet of a scenario's inputs.

    Parameters
    ----------
    inputs : iterable of ScenarioInput
    to : Path
        Where it goes; its ending says as what.
    title : str
        The scenario's.
    scenario : str
        The scenario's file as given.
    digests : mapping of str to str
        SHA-256 of each file that holds an input, by its path from the scenario's folder.

    Raises
    ------
    WellbevaError
        ``WB-S412`` if there are no inputs, or more than can be read back.
    """
    listed = list(inputs)
    _refuse(len(listed), scenario)
    rows = [[says(item) for _, says in COLUMNS.values()] for item in listed]
    if ending(to) == ".csv":
        file = io.StringIO()
        csv.writer(file, lineterminator="\n").writerows(
            [list(COLUMNS), *([guarded(cell) for cell in row] for row in rows)]
        )
        return file.getvalue().encode("utf-8-sig")
    given = PurePath(scenario)
    # What others can read need not say where somebody keeps their work.
    name = given.name if given.is_absolute() or ".." in given.parts else scenario
    readme = [f"Inputs of: {title}", "", *_HOW_TO.format(book=to.name).splitlines(), ""]
    facts = [(SCENARIO, name), *digests.items()]
    return _book(listed, rows, readme, facts)


def _refuse(count: int, scenario: str) -> None:
    most = CELL_LIMIT // len(COLUMNS)
    if 0 < count <= most:
        return
    few = count == 0
    raise refusal(
        "WB-S412",
        f"{scenario!r} has no value to edit" if few else f"{scenario!r} has too many values for a sheet",
        "give it values, options or a table first" if few else "edit its tables themselves",
        *(() if few else (f"it has {count:,}", f"at most {most:,} are read back")),
    )


def _book(inputs: list[ScenarioInput], rows: list[list[str]], readme: list[str], facts: list[tuple[str, str]]) -> bytes:
    """Write both sheets: every cell a text, whatever it begins with, and the column of values alone unlocked."""
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    style = {"num_format": "@", "valign": "top", "text_wrap": True}
    plain, quiet = book.add_format(style), book.add_format(style | {"font_color": "#5b6670"})
    value = book.add_format(style | {"locked": False, "bg_color": "#fff8dc", "border": 1, "border_color": "#c9c2a0"})
    head = book.add_format(style | {"bold": True, "bg_color": "#e6ecf0", "bottom": 1})
    changed = book.add_format({"bold": True, "bg_color": "#ffd9a8"})
    about = book.add_worksheet(README)
    about.set_column(0, 0, 105, plain)
    about.set_column(1, 1, 70, plain)
    about.hide_gridlines(2)
    about.fit_to_pages(1, 0)
    for row, line in enumerate(readme):
        about.write_string(row, 0, line, book.add_format({"bold": True, "font_size": 14}) if row == 0 else plain)
    for row, (name, said) in enumerate(facts, start=len(readme)):
        about.write_string(row, 0, name if name == SCENARIO else f"SHA-256 of {name}", quiet)
        about.write_string(row, 1, said, quiet)
    sheet = book.add_worksheet(INPUTS)
    places = {name: column for column, name in enumerate(COLUMNS)}
    for name, (width, _) in COLUMNS.items():
        sheet.set_column(places[name], places[name], width)
        sheet.write_string(0, places[name], name, head)
    styles = [value if name == VALUE else quiet if name in {EXPORTED, "Place"} else plain for name in COLUMNS]
    for number, (item, cells) in enumerate(zip(inputs, rows, strict=True), start=1):
        for column, cell in enumerate(cells):
            sheet.write_string(number, column, cell, styles[column])
        sheet.data_validation(number, places[VALUE], number, places[VALUE], _hint(item))
    last = len(rows)
    sheet.conditional_format(
        1, places[VALUE], last, places[VALUE], {"type": "formula", "criteria": "=$D2<>$E2", "format": changed}
    )
    sheet.ignore_errors({"number_stored_as_text": f"A1:K{last + 1}"})
    sheet.freeze_panes(1, places[VALUE] + 1)
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.activate()
    book.close()
    return held.getvalue()


def _hint(item: ScenarioInput) -> dict[str, object]:
    """Say in a few words what a cell takes, where it is edited; Excel has room for 255 characters."""
    if item.in_workbook:
        said = "This value stands in an Excel table: change it there. Here it is only shown."
    else:
        unit = f" Unit: {item.unit}." if item.unit else ""
        said = f"{item.label}.{unit} As a paper prints it, such as 0.3 (0.1 to 0.5), 67% or 9 months."
    if item.words and sum(len(word) + 1 for word in item.words) <= 255:
        return {"validate": "list", "source": list(item.words), "error_message": f"It takes {item.unit}."[:255]}
    return {"validate": "any", "input_title": item.path[:32], "input_message": said[:255]}
