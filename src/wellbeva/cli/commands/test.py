"""``wellbeva test``: does the scenario give what its source prints?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellbeva.cli.options import LeaveOutOption


def test(
    files: Annotated[
        list[Path], typer.Argument(help="Scenario files with published lines.", metavar="FILE...", show_default=False)
    ],
    draws: Annotated[
        int, typer.Option(help="Plausible futures to draw, for lines that speak of draws; rounded up as in a run.")
    ] = 16384,  # noqa: PT028  (a command, no test)
    allow_nonfinite: LeaveOutOption = False,  # noqa: PT028
) -> None:
    """Compare the published lines of scenarios with what wellbeva computes; exit 1 if one misses."""
    from wellbeva import api
    from wellbeva.cli import errors, published_table

    missed = False
    for file in files:
        verdicts = api.test(file, draws=draws, allow_nonfinite=allow_nonfinite)
        published_table.print_verdicts(file, verdicts)
        missed = missed or any(verdict.verdict in published_table.FAILED for verdict in verdicts)
    if missed:
        raise typer.Exit(errors.MISSED)
