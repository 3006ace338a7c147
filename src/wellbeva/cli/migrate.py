"""``wellbeva migrate``: raise an older file to the version of today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def migrate(
    file: Annotated[Path, typer.Argument(help="A scenario or a model.", metavar="FILE", show_default=False)],
    write: Annotated[bool, typer.Option("--write", help="Change the file itself; else print it.")] = False,
) -> None:
    """Raise an older scenario or model file to the version of today, comments kept."""
    from wellbeva.cli.failures import printable
    from wellbeva.errors import Collector
    from wellbeva.scenario.files import YAML_LIMIT, Files
    from wellbeva.scenario.migrate import migrate_text

    collector = Collector()
    text = Files().read(file, str(file), limit=YAML_LIMIT, collector=collector)
    collector.stop_if_errors()
    assert text is not None  # read returns None only after an error
    raised, changes = migrate_text(text, file=str(file))
    if not write:
        typer.echo(raised, nl=False)
    elif changes:
        _replace(file, raised)
    for change in changes or ("nothing to change: it is of today's version",):
        typer.echo(f"{printable(str(file))}: {printable(change)}", err=True)


def _replace(file: Path, text: str) -> None:
    """Write beside the file and rename, so that a killed command leaves the old file or the new one."""
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_bytes(text.encode())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
