"""Who gives and who gains, down to the net benefit: the lines of one option add up to what decision.csv has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wellbeva.analysis.decision_arrays import outcomes
from wellbeva.report.facts.answer import noun, ranked
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


def balance_table(dataset: xr.Dataset, record: Record, result: Result, *, best: bool) -> Table | None:
    """Show who gives and who gains, on one scale; of more options than can be drawn beside each other in numbers.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
        Its scenario has the words for payers, bodies and groups.
    result : Result
    best : bool
        Whether only as many of the best are shown as can be drawn, and the smallest lines are added up, as on page one.

    Returns
    -------
    Table or None
        None if `best` and nothing puts a value on the gain, or no cost is given.
    """
    options = shown_options(result, best=best)
    return balance_of(lines_of(dataset, record, result, options), result, options, best=best) if options else None


def shown_options(result: Result, *, best: bool) -> list[OptionFacts]:
    """Return the options whose balance is shown, best first; none where page one has nothing to show.

    Parameters
    ----------
    result : Result
    best : bool
        As for `balance_table`.
    """
    options = [one for one in ranked(result) if one in result.real][: PICTURED if best else None]
    return options if not best or (_valued(options) and result.levels) else []


def _valued(options: Sequence[OptionFacts]) -> bool:
    return bool(options) and all(math.isfinite(one.net.mean) and not one.unpriced for one in options)


def balance_of(
    sides: tuple[list[Line], list[Line]], result: Result, options: Sequence[OptionFacts], *, best: bool
) -> Table:
    """Show lines of those who give and who gain.

    Parameters
    ----------
    sides : tuple of list of Line
        As `lines_of` returns them.
    result : Result
    options : sequence of OptionFacts
        Whose numbers the lines have, at least one.
    best : bool
        As for `balance_table`.
    """
    given, gained = sides
    net = [Line("net benefit", tuple(one.net.mean for one in options))] if _valued(options) else []
    value = f" at {numbers.price(result.value, result.currency)} a {result.effect_unit}" if result.levels else ""
    title, dek = _title(given, options, noun(result)), "Averages in present value, rounded."
    if len(options) > PICTURED:
        lines = (*given, *gained, *net)
        return Table(
            "gg", "Table", title, f"{dek} Minus is given; gains count{value}.",
            (Column(numbers.capital(noun(result))), *(Column(numbers.capital(line.who), css="n") for line in lines)),
            tuple(
                Row(one.head, tuple(Cell(numbers.total(line.values[at], result.currency)) for line in lines))
                for at, one in enumerate(options)
            ),
            wide=True,
        )  # fmt: skip
    if best:
        given, gained = _most(given), _most(gained)
    values = [x for line in (*given, *gained) for x in line.values]
    largest, smallest = max(0.0, *values), min(0.0, *values)

    def row(line: Line, *, kind: str = "") -> Row:
        cells = []
        for one, x in zip(options, line.values, strict=True):
            said = numbers.total(x, result.currency) if x else "0" if kind else "none"
            bar = row_plots.signed_bar(0.0 if kind else x, largest=largest, smallest=smallest, text=said, height=18)
            cells.append(Cell(picture=bar, before=f"{one.brief}: ", spoken=said))
        return Row(numbers.capital(line.who), tuple(cells), kind=kind)

    rows = [
        Row("Who gives", kind="band"),
        *map(row, given),
        Row("Who gains", under=value, kind="band"),
        *map(row, gained),
        *(row(line, kind="total") for line in net),
    ]
    return Table(
        "gg", "Figure", title, f"{dek} Hatched to the left: given or lost. Solid: gained.",
        (Column("Who", css="c-name"), *(Column(one.brief, css="plot") for one in options)),
        tuple(rows), layout="league", css="wp",
    )  # fmt: skip


def lines_of(
    dataset: xr.Dataset, record: Record, result: Result, options: Sequence[OptionFacts]
) -> tuple[list[Line], list[Line]]:
    """Return who gives and who gains; of each option both together are its net benefit.

    A total is listed by payer, body or group where an outcome of the model adds up to it, else in one line. In a
    perspective its payer and body are alone.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    result : Result
    options : sequence of OptionFacts
    """
    names = [one.name for one in options]
    whose = record.scenario.whose if record.scenario.perspective is not None else ""
    against = result.reference if result.against else ""

    def mean(name: str, at: dict[str, str]) -> tuple[float, ...]:
        array = dataset[name].sel({"statistic": "mean"} | at)
        less = float(array.sel(option=against)) if against else 0.0
        return tuple(float(array.sel(option=option)) - less for option in names)

    divided: dict[str, list[list[Line]]] = {"payer": [], "group": [], "body": []}
    for name, array in outcomes(dataset).items():
        axis = str(array.dims[-1]) if array.dims else ""
        if axis in divided and array.dims[:-1] == ("statistic", "option"):
            labels = [label for label in map(str, dataset[axis].values) if axis == "group" or whose in ("", label)]
            words = [axis_word(record, axis, label) for label in labels]
            pairs = zip(words, labels, strict=True)
            divided[axis].append([Line(who, mean(name, {axis: label})) for who, label in pairs])
    named = record.scenario.model.named("volunteer_cost")
    known = named in dataset and set(dataset[named].dims) == {"statistic", "option"}
    return divided_lines(divided, mean(named, {}) if known else (), result, options)


def divided_lines(
    divided: Mapping[str, Sequence[Sequence[Line]]],
    volunteers: tuple[float, ...],
    result: Result,
    options: Sequence[OptionFacts],
) -> tuple[list[Line], list[Line]]:
    """Return who gives and who gains, from outcomes along an axis.

    Parameters
    ----------
    divided : mapping of str to sequence of sequence of Line
        For each of ``payer``, ``group`` and ``body`` the outcomes along it, a line for each label, in the unit of the
        outcome, against the comparator.
    volunteers : tuple of float [money]
        What their time costs, for each option; empty where nothing says.
    result : Result
    options : sequence of OptionFacts
    """

    def split(axis: str, wanted: Sequence[float], times: float) -> list[Line]:
        """Divide a total by an outcome along `axis` that adds up to it; nothing, where none does."""
        for lines in divided[axis]:
            parts = [Line(line.who, tuple(times * x for x in line.values)) for line in lines]
            if _same([sum(line.values[at] for line in parts) for at in range(len(options))], wanted):
                return parts
        return []

    time = tuple(-x for x in volunteers) or (0.0,) * len(options)
    paid = [-one.paid for one in options]
    cash = split("payer", [x - y for x, y in zip(paid, time, strict=True)], -1.0)
    if not cash:  # their time is not part of the cost, or nothing says who bears the rest
        time, cash = (0.0,) * len(options), split("payer", paid, -1.0) or [Line("all who pay", tuple(paid))]
    worth = [result.value * one.effect.mean for one in options]
    gained = split("group", worth, result.value) or [Line("people", tuple(worth))]
    saving = [one.saved for one in options]
    saved = [Line(f"{line.who}: savings", line.values) for line in split("body", saving, 1.0)]
    saved = saved or [Line("savings", tuple(saving))]
    other = Line("other benefits", tuple(one.other for one in options))
    return _some([*cash, Line(VOLUNTEERS, time)]), _some([*gained, *saved, other])


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


def _title(given: Sequence[Line], options: Sequence[OptionFacts], what: str) -> str:
    n = len(options)
    whose = {1: numbers.in_sentence(options[0].short), 2: f"both {what}s"}.get(n, f"all {numbers.counted(n, what)}")
    if len(given) < 2:
        return f"Cost and gain of {whose}"
    leaders: dict[str, None] = {}
    for at in range(len(options)):
        paid = [line for line in given if line.values[at] < 0]
        if paid:
            leaders[min(paid, key=lambda line: line.values[at]).who] = None
    if not leaders:
        return "Nobody pays more than for the comparison"
    if len(leaders) > 1:
        return f"Who bears the largest cost differs: {numbers.listed(list(leaders))}"
    return f"The largest cost of {whose}: {numbers.in_sentence(next(iter(leaders)))}"
