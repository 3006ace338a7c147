"""One input at a time: which can turn the choice, and the value of one assumption at which an option breaks even."""

from __future__ import annotations

import math

from wellbeva.report.facts.answer import noun, ranked
from wellbeva.report.facts.result import Result
from wellbeva.report.facts.sensitivity import Changes, SwitchingValue
from wellbeva.report.page import row_plots
from wellbeva.report.page.cells import money_tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Mark, Row, Table
from wellbeva.report.text import numbers

MOST_SWEEPS = 14
MOST_NAMED = 10
"""Inputs that change nothing, by name; of more the number is said."""


@block(20)
def _sensitivity(report: ReportInputs) -> list[Block]:
    result, changes = report.result, report.changes
    sweeps = [_sweeps(result, changes)] if changes.turns else []
    return [*sweeps, _break_even(result, changes)] if changes.even else [*sweeps]


def _sweeps(result: Result, changes: Changes) -> Table:
    """Draw the tornado: on the difference of the two best rivals, or on each offer's own break-even."""
    pair = changes.of_pair(result)
    several = result.choose == "several"
    order = sorted(pair, key=lambda one: (not one.turns, -abs(one.results[2] - one.results[0])))
    # Offers differ in size by far, so one scale holds only those that something turns.
    shown = [one for one in order if one.turns or not several][:MOST_SWEEPS] or order[:MOST_SWEEPS]
    turning = sum(one.turns for one in pair)
    axis = row_plots.linear_axis([x for one in shown for x in one.results], lambda x: money_tick(x, result.currency))
    table_rows = []
    for one in shown:
        low, used, high = one.results
        y = row_plots.ROW / 2
        base = axis.place(used)  # rivals share it, so that its marks make a line
        marks = (
            Mark("line", axis.place(min(low, high)), y, axis.place(max(low, high)), y, css="thick"),
            Mark("line", base, y - 8, base, y + 8, css="gb") if several else Mark("grid", base, css="gb"),
            Mark("dot", axis.place(low), y, css="pt h"),
            Mark("dot", axis.place(high), y, css="pt"),
        )
        where = result.option(one.option).head if several else numbers.capital(", ".join(one.where)) or "all options"
        table_rows.append(
            Row(
                numbers.capital(one.name),
                (
                    Cell(picture=row_plots.row(axis, marks)),
                    Cell(
                        numbers.span(one.low, one.high),
                        under=numbers.span(*(numbers.total(x, result.currency) for x in (low, high))),
                        before="from ",
                    ),
                    Cell(one.switch if one.turns else "none in range", before="switching value "),
                ),
                under=where,
            )
        )
    less = sum(len(set(one.results)) > 1 for one in order[len(shown) :])
    steady = len({one.option for one in pair} - {one.option for one in pair if one.turns})
    note = f"Another {numbers.counted(less, 'input')} moved the result less." if less else ""
    if several and steady:
        note = f"For {numbers.counted(steady, 'other offer')} no single input decides it." if turning else ""
    if changes.still:
        more = len(changes.still) - MOST_NAMED
        named = "; ".join(changes.still[:MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
        tried = numbers.capital(numbers.counted(len(changes.still), "input"))
        note = f"{note} {tried} tried changed nothing: {named}.".strip()
    sides = _sides(shown[0], result)
    longest = max(map(len, sides))
    whose = "each offer’s net benefit" if several else "the difference in net benefit"
    return Table(
        "f2",
        "Figure",
        _turn_title(turning, len(pair), several=several),
        f"One input at a time, across 9 of 10 of its futures, all others at their base; the effect on {whose}. "
        f"Left of 0: {sides[0]}; right: {sides[1]}. Dashed: the base case. Switching value: the value that an input "
        "would have to take for the choice to change.",
        (
            Column("Input", css="c-name"),
            Column(
                "Net benefit" if several else "Difference in net benefit",
                css="plot",
                picture=row_plots.head(axis, sides=sides if longest < 25 else ("", "")),
            ),
            Column("Input tried", "low to high; result", css="n"),
            Column("Switching value", css="n"),
        ),
        tuple(table_rows),
        note=note,
        layout="league",
        css="to",
        keys=("ends",),
    )


def _sides(one: SwitchingValue, result: Result) -> tuple[str, str]:
    """Say what a result below 0, and one above it, means."""
    if result.choose == "several":
        return "not worth its cost", "worth its cost"
    short = {option.name: option.short for option in result.options}
    first, second = (numbers.in_sentence(short.get(name, "doing nothing")) for name in (one.option, one.less))
    return f"{second} ahead", f"{first} ahead"


def _turn_title(turning: int, tried: int, *, several: bool) -> str:
    what = "decide whether an offer repays its cost" if several else "turn the choice"
    if tried == 1:
        return f"The one input tried {'can' if turning else 'cannot'} {what}"
    if turning == 0:
        return f"{'Neither' if tried == 2 else 'None'} of {numbers.counted(tried, 'input')} alone can {what}"
    if turning == 1:
        return f"One input of {numbers.word_for(tried)} can {what} on its own"
    return f"{'Either' if turning == 2 else 'Any one'} of {numbers.counted(turning, 'input')} can {what}"


def _break_even(result: Result, changes: Changes) -> Table:
    kinds = list(dict.fromkeys(one.name for one in changes.even))
    names = [one.name for one in ranked(result) if not one.nothing and one.name != result.reference]
    found = {(one.option, one.name): one for one in changes.even}
    columns = [Column(numbers.capital(noun(result)))]
    for kind in kinds:
        columns += [Column(numbers.capital(kind), "as used", css="n"), Column("Switching value", kind, css="n")]
    table_rows = []
    for name in names:
        cells: list[Cell] = []
        for kind in kinds:
            one = found.get((name, kind))
            if one is None:
                cells += [Cell(numbers.NOT_APPLICABLE), Cell(numbers.NOT_APPLICABLE)]
            else:
                cells += [Cell(one.base), Cell(one.value if not one.reason else _reason(one.reason))]
        table_rows.append(Row(result.option(name).head, tuple(cells)))
    half = [one for one in changes.even if math.isfinite(one.ratio) and 0.5 <= one.ratio <= 2]
    close = len({one.option for one in half})
    title = (
        f"{numbers.capital(numbers.counted(close, noun(result)))} would break even if one assumption halved or doubled"
        if close
        else f"No {noun(result)} would start or stop repaying its cost if one assumption halved or doubled"
    )
    return Table(
        "t2",
        "Table",
        title,
        "Switching value: the value of one assumption at which net benefit would be 0, all others at their base.",
        tuple(columns),
        tuple(table_rows),
    )


def _reason(reason: str) -> str:
    return {
        "always": "always repays",
        "never": "never repays",
        "horizon": "never within the time counted",
        "flat": "makes no difference",
        "undefined": "not defined",
        "shares": "its shares add to 100%",
    }.get(reason, reason)
