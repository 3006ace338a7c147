"""``wellbeva check``: everything that is wrong with a file, at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer


def check(
    file: Annotated[Path, typer.Argument(help="A scenario or a model.", metavar="FILE", show_default=False)],
) -> None:
    """Say everything that is wrong or doubtful in a scenario or model, and where; exit 2 if something is wrong."""
    from wellbeva import api
    from wellbeva.cli import errors

    with _without_collector():
        warnings = api.check(file)
    errors.show(warnings)
    typer.echo(f"{errors.printable(str(file))}: {_verdict(len(warnings))}")


def _verdict(warnings: int) -> str:
    if not warnings:
        return "nothing wrong"
    return f"nothing wrong, {warnings} warning{'' if warnings == 1 else 's'}"


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let no collector of circles run.

    A file of 2,000 lines makes some 200,000 objects that are all needed to the end, and the collector would walk
    through them again and again, for a seventh of the time. What it would free is next to nothing, and a file is
    bounded (R58). Only here: a run makes arrays, of which a circle may hold much, and a program that calls us decides
    for itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
