"""``wellbeva check``: everything that is wrong with a file, at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from wellbeva.cli.errors import printable
from wellbeva.cli.options import JsonOption, argument, complete_scenario, option
from wellbeva.cli.output import print_lines, wrapped
from wellbeva.cli.verbs import DiagnosticDocument, as_plain, over

if TYPE_CHECKING:
    from wellbeva.analysis.self_checks.registry import SelfCheck

HUES = {"pass": "green", "fail": "bold red", "does not apply": "dim"}


class CheckDocument(TypedDict):
    """What is doubtful in a file, and with ``--deep`` what became of each self-check."""

    file: str
    warnings: list[DiagnosticDocument]
    self_checks: Sequence[SelfCheck]


def check(
    files: Annotated[list[Path], argument("Scenarios or models.", "FILE", complete=complete_scenario)],
    deep: Annotated[bool, option("Try the scenario's model, too; exit 1 if it fails.", "--deep")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say everything that is wrong or doubtful in scenarios or models, and where; exit 2 if something is wrong."""
    from wellbeva import api
    from wellbeva.api.checks import check_with_groups
    from wellbeva.cli import errors, progress

    def do(file: Path) -> tuple[object, int]:
        warnings, groups = check_with_groups(file)
        errors.show(warnings)
        done: Sequence[SelfCheck] = ()
        if deep:
            with progress.bar(shown=not as_json) as tell:
                done = api.self_checks(file, progress=tell)
        if not as_json:
            typer.echo(f"{errors.printable(str(file))}: {_verdict(len(warnings))}")
            if groups:
                print_lines(wrapped(f"Groups: {groups}."))
            _show(done)
        status = errors.MISSED if any(one.status == "fail" for one in done) else 0
        return CheckDocument(file=str(file), warnings=as_plain(warnings), self_checks=done), status

    over(files, do, as_json=as_json)


def _show(done: Sequence[SelfCheck]) -> None:
    """Print each check, its result and the numbers that show it; then how many hold."""
    if not done:
        return
    from rich.text import Text

    from wellbeva.cli.decision_table import fitted, make_console, make_table

    table = make_table()
    table.add_column("Self-check", ratio=2)
    table.add_column("", no_wrap=True, min_width=max(map(len, HUES)))
    table.add_column("Why", ratio=3)
    for one in done:
        table.add_row(one.expects, Text(one.status, style=HUES[one.status]), printable(one.why))
    console = make_console()
    console.print("", fitted(table, console), "", sep="\n")
    counts = {status: sum(one.status == status for one in done) for status in HUES}
    console.print(
        ", ".join(f"{n} {status if n == 1 else status.replace('does', 'do')}" for status, n in counts.items() if n)
    )


def _verdict(warnings: int) -> str:
    if not warnings:
        return "nothing wrong"
    return f"nothing wrong, {warnings} warning{'' if warnings == 1 else 's'}"
