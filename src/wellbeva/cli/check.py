"""``wellbeva check``: everything that is wrong with a file, at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check(
    file: Annotated[Path, typer.Argument(help="A scenario or a model.", metavar="FILE", show_default=False)],
) -> None:
    """Say everything that is wrong or doubtful in a scenario or model, and where; exit 2 if something is wrong."""
    from wellbeva import api
    from wellbeva.cli import failures

    warnings = api.check(file)
    failures.show(warnings)
    typer.echo(f"{failures.printable(str(file))}: {_verdict(len(warnings))}")


def _verdict(warnings: int) -> str:
    if not warnings:
        return "nothing wrong"
    return f"nothing wrong, {warnings} warning{'' if warnings == 1 else 's'}"
