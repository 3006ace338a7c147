"""The table of ``wellbeva test``: what a source prints, what we get, and whether that is near enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.cli.failures import printable
from wellbeva.cli.tables import make_console, make_table
from wellbeva.report import words

if TYPE_CHECKING:
    from wellbeva.analysis.published import Verdict

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
        what, printed, within = parts(one.line.written.text)
        outcome = Text(one.outcome, style=HUES[one.outcome])
        table.add_row(printable(what), printable(printed), printable(_ours(one)), printable(within), outcome)
    console.print()
    console.print(table)
    console.print()
    for one in found:
        if one.reason:
            console.print(Text(f"{printable(parts(one.line.written.text)[0])}: {printable(one.reason)}"))
    console.print(Text(summary(found)))


def parts(line: str) -> tuple[str, str, str]:
    """Split a line into what is compared, what is printed, and the tolerance.

    Examples
    --------
    >>> parts("cost.mono on average = £45,924 within £1840")
    ('cost.mono on average', '£45,924', '£1840')
    >>> parts("decision.status.a = dominated")
    ('decision.status.a', 'dominated', '')
    """
    what, _, rest = line.partition("=")
    printed, _, within = rest.partition(" within ")
    return what.strip(), printed.strip(), within.strip()


def summary(found: Sequence[Verdict]) -> str:
    """Count the verdicts in words."""
    counts = {word: sum(one.outcome == word for one in found) for word in HUES}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _ours(verdict: Verdict) -> str:
    if isinstance(verdict.ours, str):
        return verdict.ours
    if math.isnan(verdict.ours):
        return words.NOT_APPLICABLE
    # Five figures, so that a difference below the tolerance can still be seen.
    return words.number(verdict.ours, 5)
