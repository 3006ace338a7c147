"""Who gives and who gains, down to the net benefit: the lines of one option add up to what decision.csv has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wellbeva.report.facts.answer import ranked
from wellbeva.report.facts.names import axis_word
from wellbeva.report.facts.result import OptionFacts, Result
from wellbeva.report.page import row_plots
from wellbeva.report.page.view import Cell, Column, Row, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.record import Record

PICTURED = 3  # options whose bars still fit side by side
MOST_LINES = 4  # lines on either side; the smallest are added up
VOLUNTEERS = "volunteers’ time"


@dataclass(frozen=True, slots=True)
class Line:
    """What one of those who give or gain has of each option [money]; below 0 where it gives."""

    who: str
    values: tuple[float, ...]


def balance_table(dataset: xr.Dataset, record: Record, result: Result) -> Table | None:
    """Draw who gives and who gains of the best options, on one scale.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
        Its scenario has the words for payers, bodies and groups.
    result : Result

    Returns
    -------
    Table or None
        None where nothing puts a value on the gain, or no cost is given.
    """
    options = [one for one in ranked(result) if one in result.real][:PICTURED]
    if not options or not result.levels or any(one.unpriced or not math.isfinite(one.net.mean) for one in options):
        return None
    given, gained = lines_of(dataset, record, result, options)
    values = [x for line in (*given, *gained) for x in line.values]
    largest, smallest = max(0.0, *values), min(0.0, *values)

    def row(line: Line, *, kind: str = "") -> Row:
        cells = []
        for one, value in zip(options, line.values, strict=True):
            said = numbers.total(value, result.currency) if value else "none" if not kind else "0"
            drawn = 0.0 if kind else value
            bar = row_plots.signed_bar(drawn, largest=largest, smallest=smallest, text=said, height=18)
            cells.append(Cell(picture=bar, before=f"{one.opening}: ", spoken=said))
        return Row(numbers.capital(line.who), tuple(cells), kind=kind)

    value = f"{numbers.price(result.value, result.currency)} a {result.effect_unit}"
    rows = [
        Row("Who gives", kind="band"),
        *map(row, given),
        Row("Who gains,", under=f"at {value}", kind="band"),
        *map(row, gained),
        row(Line("Net benefit", tuple(one.net.mean for one in options)), kind="total"),
    ]
    return Table(
        "gg",
        "Figure",
        _title(given, options),
        "Averages in present value, rounded. Hatched to the left: given or lost. Solid: gained.",
        (Column("Who", css="c-name"), *(Column(one.opening, css="plot") for one in options)),
        tuple(rows),
        layout="league",
        css="wp",
    )


def lines_of(
    dataset: xr.Dataset, record: Record, result: Result, options: Sequence[OptionFacts]
) -> tuple[list[Line], list[Line]]:
    """Return who gives and who gains; of each option both together are its net benefit.

    A total is told by payer, body or group where an outcome of the model adds up to it, else in one line.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    result : Result
    options : sequence of OptionFacts
    """
    names = [one.name for one in options]
    against = result.reference if result.against else ""

    def mean(name: str, at: dict[str, str]) -> tuple[float, ...]:
        array = dataset[name].sel({"statistic": "mean"} | at)
        less = float(array.sel(option=against)) if against else 0.0
        return tuple(float(array.sel(option=option)) - less for option in names)

    def split(axis: str, wanted: Sequence[float], *, times: float) -> list[Line]:
        """Divide a total by an outcome along `axis` that adds up to it; nothing, where none does."""
        for name in dataset.data_vars:
            array = dataset[name]
            if array.attrs.get("kind") == "outcome" and set(array.dims) == {"statistic", "option", axis}:
                labels = [str(label) for label in dataset[axis].values]
                parts = [tuple(times * x for x in mean(str(name), {axis: label})) for label in labels]
                if _same([sum(column) for column in zip(*parts, strict=True)], wanted):
                    words = [axis_word(record, axis, label) for label in labels]
                    return [Line(who, part) for who, part in zip(words, parts, strict=True)]
        return []

    named = record.scenario.model.named("volunteer_cost")
    known = named in dataset and set(dataset[named].dims) == {"statistic", "option"}
    time = tuple(-x for x in mean(named, {})) if known else (0.0,) * len(names)
    paid = [-one.paid for one in options]
    cash = split("payer", [x - y for x, y in zip(paid, time, strict=True)], times=-1.0)
    if not cash:  # their time is not part of the cost, or nothing says who bears the rest
        time, cash = (0.0,) * len(names), split("payer", paid, times=-1.0) or [Line("all who pay", tuple(paid))]
    worth = [result.value * one.effect.mean for one in options]
    gained = split("group", worth, times=result.value) or [Line("people", tuple(worth))]
    saving = [one.saved for one in options]
    saved = [Line(f"{line.who}: savings", line.values) for line in split("body", saving, times=1.0)]
    saved = saved or [Line("savings", tuple(saving))]
    other = Line("other benefits", tuple(one.other for one in options))
    return _most([*_some(cash), *_some([Line(VOLUNTEERS, time)])]), _most(_some([*gained, *saved, other]))


def _same(sums: Sequence[float], wanted: Sequence[float]) -> bool:
    scale = max(map(abs, wanted), default=0.0)
    pairs = zip(sums, wanted, strict=True)
    return all(math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9 * scale) for one, other in pairs)


def _some(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if any(math.isfinite(x) and abs(x) > 1e-9 for x in line.values)]


def _most(lines: list[Line]) -> list[Line]:
    """Keep the largest lines in their order and add the others up, so that nothing is lost."""
    if len(lines) <= MOST_LINES:
        return lines
    order = sorted(lines, key=lambda line: -max(map(abs, line.values)))
    rest = order[MOST_LINES - 1 :]
    others = tuple(sum(column) for column in zip(*(line.values for line in rest), strict=True))
    kept = [line for line in lines if line in order[: MOST_LINES - 1]]
    return [*kept, Line(f"{numbers.word_for(len(rest))} others", others)]


def _title(given: Sequence[Line], options: Sequence[OptionFacts]) -> str:
    leaders: dict[str, None] = {}
    for at in range(len(options)):
        paid = [line for line in given if line.values[at] < 0]
        if paid:
            leaders[min(paid, key=lambda line: line.values[at]).who] = None
    if not leaders:
        return "Nobody pays more than for the comparison"
    if len(leaders) > 1:
        return f"Who bears the largest cost differs: {numbers.listed(list(leaders))}"
    n = len(options)
    whose = {1: numbers.in_sentence(options[0].short), 2: "both options"}.get(n, f"all {numbers.counted(n, 'option')}")
    return f"The largest cost of {whose}: {numbers.in_sentence(next(iter(leaders)))}"
