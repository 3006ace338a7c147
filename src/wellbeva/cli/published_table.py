"""The table of ``wellbeva test``: the number that a source prints, ours, and whether that is near enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.cli.decision_table import fitted, make_console, make_table
from wellbeva.cli.errors import printable

if TYPE_CHECKING:
    from wellbeva.api import Verdict

HUES = {"met": "green", "missed": "bold red", "undecided": "yellow", "unreadable": "bold red"}
LONGEST = 15
"""Characters that stay on one line; a number of a hundred billion has as many."""
FAILED = ("missed", "unreadable")


def print_verdicts(file: Path, verdicts: Sequence[Verdict]) -> None:
    """Print one row for each published line, then how many were met.

    Parameters
    ----------
    file : Path
        The scenario.
    verdicts : sequence of Verdict
        In the order of the file.
    """
    from rich.text import Text

    console = make_console()
    console.print(printable(str(file)), style="bold")
    if not verdicts:
        console.print("no published lines")
        return
    table = make_table("Published")
    rows = [[printable(verdict.printed), printable(verdict.ours), printable(verdict.within)] for verdict in verdicts]
    for heading, cells in zip(("Printed", "Ours", "Within"), zip(*rows, strict=True), strict=True):
        # Numbers stay whole; a label or a path that is longer goes over several lines.
        width = min(LONGEST, max(len(heading), *(len(cell) for cell in cells)))
        table.add_column(heading, justify="right", width=width, overflow="fold")
    table.add_column("", no_wrap=True, min_width=max(len(verdict.verdict) for verdict in verdicts))
    for verdict, row in zip(verdicts, rows, strict=True):
        table.add_row(printable(verdict.path), *row, Text(verdict.verdict, style=HUES[verdict.verdict]))
    console.print()
    console.print(fitted(table, console))
    console.print()
    for verdict in verdicts:
        if verdict.note:
            console.print(f"{printable(verdict.path)}: {printable(verdict.note)}")
    console.print(summary(verdicts))


def summary(verdicts: Sequence[Verdict]) -> str:
    """Count the verdicts in words."""
    counts = {word: sum(verdict.verdict == word for verdict in verdicts) for word in HUES}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
