"""What ``wellbeva survey`` prints: each measure with the answer first, then how it came about."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from wellbeva.cli.decision_table import MARKS
from wellbeva.cli.output import wrapped
from wellbeva.evidence.survey.people import SMALLEST_GROUP, SUPPRESSED_BELOW
from wellbeva.evidence.survey.result import STEPS, MeasureResult, SurveyResult
from wellbeva.report.survey.findings import answer, how_sure
from wellbeva.report.text.numbers import points, span_of_points

MOST_CAUTIONS = 3


def lines(result: SurveyResult) -> list[str]:
    """Write a result in plain words, at most 80 columns wide."""
    written = wrapped(
        f"{result.people_before:,} people answered at the start and {result.people_after:,} at the end; "
        f"{result.people_matched:,} are in both files.",
        indent="",
    )
    for one in result.measures:
        written += ["", *_measure(one)]
    written += [""]
    if result.refused:
        written += wrapped(f"No number for: {', '.join(result.refused)}; see the messages.", indent="")
    written += wrapped(
        f"Counts of people below {SUPPRESSED_BELOW} are hidden, and what would tell them; so are means of fewer than "
        f"{SMALLEST_GROUP} people.",
        indent="",
    )
    written += wrapped(f'In a scenario: effect: "[survey:{result.name}]"', indent="")
    return written


def _measure(one: MeasureResult) -> Iterator[str]:
    """Write one measure: the answer first, then how it came about."""
    better = "" if one.instrument.higher_is_better else " (less is better)"
    yield f"{one.instrument.title}, {one.instrument.low:g} to {one.instrument.high:g}{better}"
    yield from wrapped(f"{answer(one)} 95% interval {span_of_points(one.final.low, one.final.high, sign=True)}.")
    yield f"  {MARKS[one.grade]} {one.grade}: {one.design}."
    yield from wrapped(one.grade_reason, indent="      ")
    yield ""
    yield from _steps(one)
    yield ""
    for line in how_sure(one):
        yield from wrapped(line)
    yield ""
    if one.comparison and one.comparison.balance:
        yield f"  {'At the start':34}{'group':>10}{'comparison':>12}{'weighted':>10}{'apart':>8}"
        for row in one.comparison.balance:
            apart = points(row.weighted_gap, sign=True)
            cells = f"{row.group:>10.2f}{row.comparison:>12.2f}{row.weighted:>10.2f}{apart:>8}"
            yield f"  {textwrap.shorten(row.characteristic, 33, placeholder='…'):34}{cells}"
        yield ""
    yield "  Beware"
    for caution in one.cautions[:MOST_CAUTIONS]:
        yield from wrapped(f"- {caution.text}", indent="  ", hang="    ")
    if len(one.cautions) > MOST_CAUTIONS:
        yield from wrapped(f"- and {len(one.cautions) - MOST_CAUTIONS} more; see --json or the report.")


def _steps(one: MeasureResult) -> Iterator[str]:
    """Write the table of estimates; the one that stands is marked."""
    yield f"  {'':2}{'Estimate':52}{'points':>8}{'95% interval':>16}"
    for step in one.steps:
        mark = "→" if step.key == one.final_key else " "
        value, interval = "–", ""
        if (held := step.estimate) is not None:
            value, interval = points(held.value, sign=True), span_of_points(held.low, held.high, sign=True)
        yield f"  {mark} {STEPS[step.key]:52}{value:>8}{interval:>16}".rstrip()
        if step.estimate is None or step.key == one.final_key:
            yield from wrapped(step.note, indent="      ")
