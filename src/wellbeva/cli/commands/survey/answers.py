"""``wellbeva survey BEFORE AFTER [COMPARISON]…``: what answers before and after say, and how far to believe it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellbeva.cli import errors
from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption
from wellbeva.cli.output import print_lines, put


def answers(
    before: Annotated[Path, typer.Argument(help="Answers at the start.", metavar="BEFORE", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Answers at the end.", metavar="AFTER", show_default=False)],
    comparison: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Answers of people without the activity: two files, or one with a column 'wave'.",
            metavar="[COMPARISON]...",
            show_default=False,
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="[survey:NAME] names the gain in a scenario.", show_default=False)] = "",
    person: Annotated[
        str, typer.Option("--id", help="Heading of the column that says who answered.", show_default=False)
    ] = "",
    site: Annotated[str, typer.Option(help="Heading of the column that says where.", show_default=False)] = "",
    asked_before: Annotated[
        str, typer.Option(help="Month of the first answers.", metavar="YYYY-MM", show_default=False)
    ] = "",
    asked_after: Annotated[
        str, typer.Option(help="Month of the last answers.", metavar="YYYY-MM", show_default=False)
    ] = "",
    entered_low: Annotated[
        bool, typer.Option("--entered-low", help="People were taken because their score was low.")
    ] = False,
    reliability: Annotated[
        str,
        typer.Option(
            help="How far two answers of one person go together without any activity: 0.59 (0.51 to 0.67).",
            metavar="NUMBER",
            show_default=False,
        ),
    ] = "",
    population_mean: Annotated[
        float | None, typer.Option(help="Mean of those among whom people were chosen.", show_default=False)
    ] = None,
    randomised: Annotated[bool, typer.Option("--randomised", help="Chance alone decided who took part.")] = False,
    suppress_below: Annotated[int, typer.Option(help="Smaller counts of people are not shown.", metavar="NUMBER")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Learn from answers before and after what changed, and how far to believe it.

    Writes NAME.survey.json beside you, which a scenario takes as [survey:NAME], and NAME.html, two pages for the group.
    """
    from wellbeva.api.evidence.surveys import survey, to_file, to_plain
    from wellbeva.cli.commands.survey.summary import lines
    from wellbeva.report.survey.group_report import group_report

    result = survey(
        before,
        after,
        comparison or (),
        name=name,
        person=person,
        site=site,
        asked_before=asked_before,
        asked_after=asked_after,
        entered_low=entered_low,
        reliability=reliability,
        population_mean=population_mean,
        randomised=randomised,
        suppress_below=suppress_below,
    )
    if result.warnings:
        errors.show(result.warnings)
    if as_json:
        from wellbeva.cli.verbs import as_plain

        print_json({**to_plain(result), "warnings": as_plain(result.warnings)})
    else:
        print_lines(lines(result))
    put(to_file(result), Path(f"{result.name}.survey.json"))
    put(group_report(result), Path(f"{result.name}.html"))
