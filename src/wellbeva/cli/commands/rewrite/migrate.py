"""``wellbeva migrate``: raise an older file to the version of today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellbeva.cli.errors import printable


def migrate(
    file: Annotated[Path, typer.Argument(help="A scenario or a model.", metavar="FILE", show_default=False)],
    write: Annotated[bool, typer.Option("--write", help="Change the file itself; else print it.")] = False,
) -> None:
    """Raise an older scenario or model file to the version of today, comments kept."""
    from wellbeva.scenario.schema.migrate import migrate_file

    raised = migrate_file(file, write=write)
    if not write:
        typer.echo(raised.text, nl=False)
    for step in raised.steps or ("nothing to change: it is of today's version",):
        typer.echo(f"{printable(str(file))}: {printable(step)}", err=True)
