"""``wellbeva export`` and ``wellbeva import``: a scenario's values edited in a spreadsheet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from wellbeva.cli import errors
from wellbeva.cli.errors import printable
from wellbeva.cli.options import JsonOption, ScenarioArgument, argument, complete_scenario, option
from wellbeva.cli.output import put, refuse
from wellbeva.core import atomic
from wellbeva.errors import refusal

if TYPE_CHECKING:
    from wellbeva.api.files.inputs import Imported


class InputDocument(TypedDict):
    """An input that changes."""

    variant: str
    path: str
    before: str
    after: str
    place: str


class ImportDocument(TypedDict):
    """What an edited sheet changes in a scenario, and the files that are written."""

    scenario: str
    changes: list[InputDocument]
    written: list[str]


def export_inputs(
    scenario: ScenarioArgument,
    to: Annotated[Path, option("A new file: inputs.xlsx, or inputs.csv.", "--to", metavar="FILE")],
) -> None:
    """Put a scenario's values into a workbook, to be edited there and brought back by `import`."""
    from wellbeva.api.files.inputs import export_inputs as export

    if to.exists():
        remedy = "import it, move it away, or name another file: it may hold somebody's edits"
        raise refusal("WB-S410", f"{str(to)!r} is there already, and is left as it is", remedy)
    put(export(scenario, to), to)


def import_inputs(
    sheet: Annotated[Path, argument("What export wrote, and somebody edited.", "FILE")],
    scenario: Annotated[
        Path | None,
        argument("The scenario; not needed where the workbook finds it.", "SCENARIO", complete=complete_scenario),
    ] = None,
    write: Annotated[bool, option("Change the scenario's files; else only say what changes.", "--write")] = False,
    out: Annotated[Path | None, option("Write the edited scenario to another file.", "--out", "-o")] = None,
    as_json: JsonOption = False,
) -> None:
    """Bring edited values back into the scenario: list what changes, check the whole, and write it if asked."""
    from wellbeva.api.files.inputs import import_inputs as read
    from wellbeva.cli.json_output import print_json

    done = read(sheet, scenario or "")
    targets = _targets(done, sheet, write=write, out=out)
    errors.show(done.warnings)
    if as_json:
        changes = [
            InputDocument(
                variant=item.input.variant,
                path=item.input.path,
                before=item.input.written.text,
                after=item.cell.text,
                place=str(item.input.written.span()),
            )
            for item in done.changes
        ]
        print_json(ImportDocument(scenario=done.scenario, changes=changes, written=[*map(str, targets)]))
    else:
        _show(done)
    for path, content in targets.items():
        put(content, path)
    if done.changes and not targets and not as_json:
        name = errors.printable(done.scenario)
        typer.echo(f"nothing is written: --write changes {name}, -o FILE writes a copy", err=True)


def _targets(done: Imported, sheet: Path, *, write: bool, out: Path | None) -> dict[Path, bytes]:
    """Return what is to be written where; refuse what cannot be, before anything is."""
    from wellbeva.api import files_read

    if out is not None:
        tables = [name for name in done.contents if name != done.scenario]
        if write or tables:
            message = "-o writes one file" if tables else "give --write or -o, not both"
            facts = (f"values change in {', '.join(tables)} too",) if tables else ()
            remedy = "use --write, or copy the folder first" if tables else "leave one of them out"
            raise refusal("WB-S421", message, remedy, *facts)
        content = done.contents.get(done.scenario)
        refuse(out, inputs=lambda: [str(sheet), *files_read(done.scenario)])
        return {out: Path(done.scenario).read_bytes() if content is None else content}
    targets = {Path(name): content for name, content in done.contents.items()} if write else {}
    for path in targets:
        if not os.access(path, os.W_OK):
            remedy = "give yourself permission, or write a copy with -o"
            raise refusal("WB-F93", f"{str(path)!r} is read-only, so nothing is written", remedy)
        atomic.probe(path)
    return targets


def _show(done: Imported) -> None:
    """List the changes in the width of the terminal."""
    from wellbeva.cli.decision_table import fitted, make_console, make_table

    console = make_console()
    count = len(done.changes)
    rows = f"; {done.rowless} without a row stay as they are" if done.rowless else ""
    words = f"{count} value{'' if count == 1 else 's'} changed" if count else "no value changed"
    console.print(printable(f"{done.scenario}: {words}{rows}"), soft_wrap=True)
    if not count:
        return
    table = make_table()
    for name, ratio in {"Path": 4, "Before": 3, "After": 3}.items():
        table.add_column(name, ratio=ratio, overflow="fold")
    for item in done.changes:
        variant = f" (variant {item.input.variant})" if item.input.variant else ""
        table.add_row(*map(printable, (item.input.path + variant, item.input.written.text, item.cell.text)))
    console.print("", fitted(table, console), "", sep="\n")
