"""``wellbeva survey BEFORE AFTER [COMPARISON]…``: what answers before and after say, and how far to believe it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from wellbeva.cli import errors
from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import print_lines, put
from wellbeva.core import atomic
from wellbeva.errors import refusal


def answers(
    before: Annotated[Path, argument("Answers at the start.", "BEFORE")],
    after: Annotated[Path, argument("Answers at the end.", "AFTER")],
    comparison: Annotated[
        list[Path] | None,
        argument("Answers of people without the activity: two files, or one with a column 'wave'.", "[COMPARISON]..."),
    ] = None,
    name: Annotated[str, option(r"\[survey:NAME] names the gain in a scenario.")] = "",
    person: Annotated[str, option("Heading of the column that says who answered.", "--id")] = "",
    site: Annotated[str, option("Heading of the column that says where.")] = "",
    asked_before: Annotated[str, option("Month of the first answers.", metavar="YYYY-MM")] = "",
    asked_after: Annotated[str, option("Month of the last answers.", metavar="YYYY-MM")] = "",
    entered_low: Annotated[bool, option("People were taken because their score was low.", "--entered-low")] = False,
    reliability: Annotated[
        str,
        option(
            "How far two answers of one person go together without any activity: 0.59 (0.51 to 0.67).",
            metavar="NUMBER",
        ),
    ] = "",
    population_mean: Annotated[
        float | None, option("Mean of the first measure among those from whom people were chosen.")
    ] = None,
    randomised: Annotated[bool, option("Chance alone decided who took part.", "--randomised")] = False,
    as_json: JsonOption = False,
) -> None:
    r"""Learn from answers before and after what changed, and how far to believe it.

    Writes NAME.survey.json beside you, which a scenario takes as \[survey:NAME], and NAME.html, two pages
    for the group.
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
    )
    files = {Path(f"{result.name}.survey.json"): to_file, Path(f"{result.name}.html"): group_report}
    for file in files:
        if file.is_dir():
            raise refusal("WB-F92", f"{str(file)!r} is a folder, where a file would be written", "give another --name")
        atomic.probe(file)
    errors.show(result.warnings)
    if as_json:
        from wellbeva.cli.verbs import as_plain

        print_json({**to_plain(result), "warnings": as_plain(result.warnings)})
    else:
        print_lines(lines(result))
    for file, write in files.items():
        put(write(result), file)
