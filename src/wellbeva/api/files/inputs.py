"""A scenario's values as a sheet for a spreadsheet, and an edited sheet back into the scenario."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.core.spans import Span
from wellbeva.errors import Collector, WellbevaError
from wellbeva.scenario.text.files import Files

if TYPE_CHECKING:
    from wellbeva.api.sources import File
    from wellbeva.errors import Diagnostic
    from wellbeva.scenario.workbook.changes import InputChange


def export_inputs(path: File, to: File) -> bytes:
    """Return a scenario's values as a workbook or as CSV.

    Parameters
    ----------
    path : path or str
        The scenario.
    to : path or str
        Where it will stand, which says what it is: ``inputs.xlsx`` or ``inputs.csv``. Nothing is written.

    Raises
    ------
    WellbevaError
        With everything that is wrong with the scenario, or if nothing in it can be edited so.
    """
    from wellbeva.scenario.loader import load_once
    from wellbeva.scenario.workbook.inputs import from_folder, inputs_of
    from wellbeva.scenario.workbook.sheet import ending, written

    ending(Path(to))
    file = os.fspath(path)
    loaded = load_once(file)
    scenario = loaded.scenario()
    inputs = inputs_of(loaded)
    holding = {item.written.file for item in inputs.values()}
    digests = {from_folder(name, file): digest for name, digest in loaded.files.digests.items() if name in holding}
    return written(inputs.values(), Path(to), title=scenario.title, scenario=file, digests=digests)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an edited sheet changes in a scenario; nothing is written yet.

    Parameters
    ----------
    scenario : str
        The scenario's file.
    changes : tuple of InputChange
    contents : mapping of str to bytes
        Each file that changes, by its path, as it is to be written.
    rowless : int
        Values of the scenario that have no row in the sheet, and stay as they are.
    warnings : tuple of Diagnostic
    """

    scenario: str
    changes: tuple[InputChange, ...]
    contents: dict[str, bytes]
    rowless: int
    warnings: tuple[Diagnostic, ...]


def import_inputs(sheet: File, scenario: File = "") -> Imported:
    """Read an edited sheet of inputs, and check the scenario as it would be with what has changed.

    Parameters
    ----------
    sheet : path or str
        A workbook or CSV file that `export_inputs` made.
    scenario : path or str
        Empty: the scenario that the workbook names.

    Raises
    ------
    WellbevaError
        With every row that cannot be taken, at its cell, or everything that would be wrong with the edited scenario.
    """
    from wellbeva.api.checks import check
    from wellbeva.scenario.loader import load_once
    from wellbeva.scenario.workbook.changes import changes_of, edited_files, read_sheet
    from wellbeva.scenario.workbook.inputs import from_folder, inputs_of

    collector = Collector()
    read = read_sheet(Path(sheet), collector=collector)
    collector.stop_if_errors()
    assert read is not None  # None only after an error
    file = os.fspath(scenario) or read.scenario
    if not file or not (os.fspath(scenario) or Path(file).exists()):
        fact = f"it was exported from {read.scenario!r}, which is not here" if file else "the sheet does not name it"
        remedy = f"name it: wellbeva import {os.fspath(sheet)} SCENARIO"
        message = "of which scenario are these the inputs?"
        collector.error("WB-S414", message, Span(os.fspath(sheet), 1, 1), facts=(fact,), remedy=remedy)
    collector.stop_if_errors()
    loaded = load_once(file)
    loaded.scenario()
    digests = loaded.files.digests
    now = {from_folder(name, file): digest for name, digest in digests.items()}
    edits = changes_of(read, inputs_of(loaded), digests=now, collector=collector)
    collector.stop_if_errors()
    edited = edited_files(edits.changes, digests, collector=collector)
    collector.stop_if_errors()
    warnings = [*collector.warnings]
    if edited.contents:
        try:
            warnings += edited.at_cells(check(file, files=Files(given=edited.contents)))
        except WellbevaError as error:
            raise WellbevaError(edited.at_cells(error.diagnostics), error.unchecked) from None
    return Imported(file, edits.changes, edited.contents, edits.rowless, tuple(warnings))
