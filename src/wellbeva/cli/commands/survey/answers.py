"""``wellbeva survey BEFORE AFTER [COMPARISON]…``: what answers before and after say, and how far to believe it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.options import JsonOption

if TYPE_CHECKING:
    from wellbeva.evidence.survey.result import Estimate, MeasureResult, SurveyResult

WIDTH = 80
MARKS = {"strong": "■■■", "promising": "■■□", "initial": "■□□"}
MOST_CAUTIONS = 3


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
    from wellbeva.cli import errors, output
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
        from wellbeva.cli.json_output import printed
        from wellbeva.cli.verbs import as_plain

        document = {**to_plain(result), "warnings": as_plain(result.warnings)}
        typer.echo(printed(document), nl=False)
    else:
        typer.echo("\n".join(lines(result)))
    output.put(to_file(result), Path(f"{result.name}.survey.json"))
    output.put(group_report(result), Path(f"{result.name}.html"))


def lines(result: SurveyResult) -> list[str]:
    """Write a result in plain words, at most 80 columns wide.

    Parameters
    ----------
    result : SurveyResult
    """
    written = _wrapped(
        f"{result.people_before:,} people answered at the start and {result.people_after:,} at the end; "
        f"{result.people_matched:,} are in both files.",
        indent="",
    )
    for one in result.measures:
        written += ["", *_measure(one)]
    written += [""]
    if result.refused:
        written += _wrapped(f"No number for: {', '.join(result.refused)}; see the messages.", indent="")
    written += _wrapped(
        f"Counts of people below {result.suppressed_below} are hidden, and what would tell them; so are means of "
        "fewer than 10 people.",
        indent="",
    )
    written += _wrapped(f'In a scenario: effect: "[survey:{result.name}]"', indent="")
    return written


def _measure(one: MeasureResult) -> Iterator[str]:
    """Write one measure: the answer first, then how it came about."""
    better = "" if one.instrument.higher_is_better else " (less is better)"
    yield f"{one.instrument.title}, {one.instrument.low:g} to {one.instrument.high:g}{better}"
    yield from _wrapped(_finding(one))
    yield f"  {MARKS[one.grade]} {one.grade}: {one.design}."
    yield from _wrapped(one.grade_reason, indent="      ")
    yield ""
    yield from _steps(one)
    yield ""
    yield from _people(one)
    if one.comparison and one.comparison.balance:
        yield ""
        yield f"  {'At the start':34}{'group':>10}{'comparison':>12}{'weighted':>10}{'apart':>8}"
        for row in one.comparison.balance:
            cells = f"{row.group:>10.2f}{row.comparison:>12.2f}{row.weighted:>10.2f}{points(row.weighted_gap):>8}"
            yield f"  {textwrap.shorten(row.characteristic, 33, placeholder='…'):34}{cells}"
    yield ""
    yield "  Beware"
    for caution in one.cautions[:MOST_CAUTIONS]:
        yield from _wrapped(f"- {caution.text}", indent="  ", hang="    ")
    if len(one.cautions) > MOST_CAUTIONS:
        yield from _wrapped(f"- and {len(one.cautions) - MOST_CAUTIONS} more; see --json or the report.")


def _finding(one: MeasureResult) -> str:
    """Say what was found and its doubt in one sentence."""
    final = one.final
    sure = f"95% interval {points(final.low)} to {points(final.high)}"
    if one.improved is None:
        return f"Too close to call: {points(final.value)} points, {sure}, on both sides of 0."
    size = f"{abs(final.value):.2f} points"
    if not one.instrument.higher_is_better:
        moved = "fell by {}, which is better" if one.improved else "rose by {}, which is worse"
        return f"Scores {moved.format(size)} ({sure})."
    return f"People {'gained' if one.improved else 'lost'} {size} ({sure})."


def points(value: float) -> str:
    """Write points with their sign, to two decimals.

    Examples
    --------
    >>> points(0.42), points(-1.5), points(-0.001)
    ('+0.42', '−1.50', '0.00')
    """
    text = f"{abs(value):.2f}"
    sign = "" if float(text) == 0 else "+" if value > 0 else "−"
    return sign + text


def _steps(one: MeasureResult) -> Iterator[str]:
    """Write the table of estimates; the one that stands is marked."""
    yield f"  {'':2}{'Estimate':52}{'points':>8}{'95% interval':>16}"
    for step in one.steps:
        title, *more = textwrap.wrap(step.title, 50)
        mark = "→" if step.key == one.final_key else " "
        cells = (
            f"{'–':>8}" if step.estimate is None else f"{points(step.estimate.value):>8}{_interval(step.estimate):>16}"
        )
        yield f"  {mark} {title:52}{cells}"
        yield from (f"    {line}" for line in more)
        if step.estimate is None or step.key == one.final_key:
            yield from _wrapped(step.note, indent="      ")


def _interval(one: Estimate) -> str:
    return f"{points(one.low)} to {points(one.high)}"


def _people(one: MeasureResult) -> Iterator[str]:
    lost = one.attrition
    yield from _wrapped(
        f"{lost.matched:,} people have a score both times: {one.mean_before:.2f} at the start, {one.mean_after:.2f} at "
        f"the end. {lost.dropped:,} have one at the start alone, and {lost.joined:,} at the end alone."
    )
    for when, wave in (("start", one.before), ("end", one.after)):
        if wave.missing + wave.refused + wave.impossible:
            yield from _wrapped(
                f"At the {when} {wave.missing:,} left it empty, {wave.refused:,} did not know or say, and "
                f"{wave.impossible:,} gave an answer that is not offered."
            )
    check = one.ordered
    yield from _wrapped(
        f"Up {_count(check.up)}, same {_count(check.same)}, down {_count(check.down)}. A survey like this sees a true "
        f"change of {one.smallest_detectable:.2f} points in 8 of 10 times."
    )
    yield f"  {'Score':24}{'start':>10}{'end':>10}"
    for start, end in zip(one.matched_before, one.matched_after, strict=True):
        if (start.people, end.people) != (0, 0):
            yield f"  {start.label:24}{_count(start.people):>10}{_count(end.people):>10}"


def _count(people: int | None) -> str:
    return "hidden" if people is None else f"{people:,}"


def _wrapped(text: str, indent: str = "  ", hang: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=hang or indent)
