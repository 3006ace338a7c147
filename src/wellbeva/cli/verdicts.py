"""The table of ``wellbeva test``: what a source prints, what we get, and whether that is near enough."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.cli.failures import printable
from wellbeva.cli.tables import make_console, make_table

if TYPE_CHECKING:
    from wellbeva.api import Verdict

HUES = {"met": "green", "missed": "bold red", "undecided": "yellow", "unreadable": "bold red"}
FAILED = ("missed", "unreadable")


def print_verdicts(file: Path, found: Sequence[Verdict]) -> None:
    """Print one row for each published line, then how many were met.

    Parameters
    ----------
    file : Path
        The scenario.
    found : sequence of Verdict
        In the order of the file.
    """
    from rich.text import Text

    console = make_console()
    console.print(Text(printable(str(file)), style="bold"))
    if not found:
        console.print(Text("no published lines"))
        return
    table = make_table()
    table.add_column("Published", ratio=1, overflow="fold")
    for heading in ("Printed", "Ours", "Within"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in found:
        outcome = Text(one.verdict, style=HUES[one.verdict])
        table.add_row(printable(one.path), printable(one.printed), printable(one.ours), printable(one.within), outcome)
    console.print()
    console.print(table)
    console.print()
    for one in found:
        if one.note:
            console.print(Text(f"{printable(one.path)}: {printable(one.note)}"))
    console.print(Text(summary(found)))


def summary(found: Sequence[Verdict]) -> str:
    """Count the verdicts in words."""
    counts = {word: sum(one.verdict == word for one in found) for word in HUES}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
