"""``wellbeva migrate``: raise an older file to the version of today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellbeva.cli.errors import printable
from wellbeva.cli.options import argument, complete_scenario, option


def migrate(
    file: Annotated[Path, argument("A scenario or a model.", "FILE", complete=complete_scenario)],
    write: Annotated[bool, option("Change the file itself; else print it.", "--write")] = False,
) -> None:
    """Raise an older scenario or model file to the version of today, comments kept."""
    from wellbeva.scenario.schema.migrate import migrate_file

    raised = migrate_file(file, write=write)
    if not write:
        typer.echo(raised.text, nl=False)
    for step in raised.steps or ("nothing to change: it is of today's version",):
        typer.echo(f"{printable(str(file))}: {printable(step)}", err=True)
