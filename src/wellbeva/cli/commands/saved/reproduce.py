"""``wellbeva reproduce``: a bundle run again, and what differs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.options import JsonOption, argument
from wellbeva.cli.output import print_lines, wrapped
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.api.saved.reproduce import Deviation, Reproduction

SHOWN = 20
"""Columns that are printed."""


def reproduce(
    file: Annotated[Path, argument("What `wellbeva bundle` wrote.", "BUNDLE.zip")],
    as_json: JsonOption = False,
) -> None:
    """Run a bundle again in a temporary folder, and say whether every number has the same bits."""
    from wellbeva.api.saved.reproduce import reproduce as again
    from wellbeva.cli import errors, progress
    from wellbeva.cli.json_output import print_json

    with progress.bar(shown=not as_json) as tell:
        done = again(file, progress=tell)
    if as_json:
        print_json({"bit_equal": not done.deviations, **asdict(done)})
    else:
        print_lines(_said(done))
    if done.deviations:
        raise typer.Exit(errors.MISSED)


def _said(done: Reproduction) -> list[str]:
    then, now = done.versions
    lines = [f"{done.title}: run on {done.date[:10]} with wellbeva {then}, again with {now}"]
    if then != now:
        lines.append(f"It was made by another version of wellbeva; the lock in it names {then}.")
    files = f"{done.compared[0]} and {len(done.compared) - 1} tables"
    if not done.deviations:
        return [*lines, f"bit-equal: {files}"]
    columns = numbers.counted(len(done.deviations), "column")
    lines.append(f"not bit-equal: {columns} differ{'s' if len(done.deviations) == 1 else ''} in {files}")
    more = len(done.deviations) - SHOWN
    shown = [line for one in done.deviations[:SHOWN] for line in wrapped(_line(one), hang="    ")]
    return [*lines, *shown, *([f"  and {more} more"] if more > 0 else [])]


def _line(one: Deviation) -> str:
    where = f"{one.file}: {one.column or 'the whole table'}"
    if not one.numbers:
        return f"{where}, not there, damaged or of another shape"
    return f"{where}, {one.numbers} differ" + ("" if one.largest is None else f", by at most {one.largest:.3g}")
