"""``wellbeva test``: does the scenario give what its source prints?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from wellbeva.cli.options import JsonOption, LeaveOutOption, SeedOption, argument, complete_scenario, count
from wellbeva.cli.output import print_more_draws
from wellbeva.cli.verbs import over

if TYPE_CHECKING:
    from wellbeva.api.published import Verdict


class TestDocument(TypedDict):
    """The published lines of a scenario, and whether they are met."""

    file: str
    lines: list[Verdict]


def test(
    files: Annotated[list[Path], argument("Scenario files with published lines.", "FILE", complete=complete_scenario)],
    draws: Annotated[
        int, count("Plausible futures to draw, for lines that speak of draws; rounded up as in a run.")
    ] = 16384,  # noqa: PT028  (a command, no test)
    seed: SeedOption = 1,  # noqa: PT028
    allow_nonfinite: LeaveOutOption = False,  # noqa: PT028
    as_json: JsonOption = False,  # noqa: PT028
) -> None:
    """Compare the published lines of scenarios with what wellbeva computes; exit 1 if one misses."""
    from wellbeva import api
    from wellbeva.cli import errors, published_table

    def do(file: Path) -> tuple[object, int]:
        verdicts = api.test(file, draws=draws, seed=seed, allow_nonfinite=allow_nonfinite)
        if not as_json:
            published_table.print_verdicts(file, verdicts)
            print_more_draws(draws)
        missed = any(verdict.verdict in published_table.FAILED for verdict in verdicts)
        return TestDocument(file=str(file), lines=verdicts), errors.MISSED if missed else 0

    over(files, do, as_json=as_json)
