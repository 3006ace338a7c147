"""Flows in time: cash by year and body, how long the gain lasts, other outcomes by period."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import outcomes
from wellbeva.analysis.evidence import effect_inputs, inputs_by_option
from wellbeva.compiler.checks.study_design import studies_behind
from wellbeva.core.arrays import Floats
from wellbeva.report.facts.answer import noun, ranked
from wellbeva.report.facts.names import axis_word, outcome_words, spoken_name, unit_words
from wellbeva.report.facts.result import Result
from wellbeva.report.page import row_plots
from wellbeva.report.page.cells import tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Mark, Note, Picture, Row, Table
from wellbeva.report.text import numbers
from wellbeva.report.text.units import amount

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Input, Record
    from wellbeva.scenario.spec import Source

ADDED = frozenset({"money", "WELLBY", "QALY", "DALY"})
"""Units of what comes in each period, so that a year has their sum."""
MOST_YEARS = 10  # columns of years; what comes after stands in one last column
LEAST = 1.0  # money; a year in which nothing reaches it is left out

Years = tuple[int, ...]
Flow = tuple[str, dict[int, float]]
"""Who pays or saves, and how much in each appraisal year [money]."""


def years_of(plan: Plan) -> Years:
    """Return the appraisal year of each period: the whole years before it starts."""
    # A start that rounding puts just below a whole year, such as 12 months, belongs to the year that begins.
    axis = plan.axes.get("time")
    return tuple(math.floor(start + 1e-9) for start in axis.rungs) if axis else ()


@block(50)
def timing_blocks(report: ReportInputs) -> list[Block]:
    """Build the blocks on time: cash, then how long the gain lasts, then every other outcome along time alone.

    Parameters
    ----------
    report : ReportInputs
    """
    dataset, record, result, axis = report.dataset, report.record, report.result, report.plan.axes.get("time")
    years = years_of(report.plan)
    if axis is None or dataset.sizes.get("time") != len(years) or len(set(years)) < 2:
        return []
    blocks: list[Block] = []
    paid, gained = map(record.scenario.model.named, ("cash_by_period", "gain_by_period"))
    if paid in dataset and set(dataset[paid].dims) == {"statistic", "option", "time", "payer"}:
        blocks += cash(dataset, record, result, years=years)
    for name in outcomes(dataset, "option", "time"):
        if name == gained:
            blocks.append(lasting(dataset[name], axis.rungs, result, record))
        else:
            blocks.append(by_period(dataset, record, result, years=years, name=name))
    return blocks


def lasting(gain: xr.DataArray, starts: Sequence[float], result: Result, record: Record) -> Table:
    """Draw how long each option's gain lasts, and how much of it comes after its own last follow-up.

    Parameters
    ----------
    gain : xarray.DataArray (statistic, option, time) [any unit]
        Of each period, discounted: its shares are drawn.
    starts : sequence of float (time,) [year]
        Of the periods, at least two.
    result : Result
    record : Record
        Its sources say how long people were followed.
    """
    options = [one for one in ranked(result) if not one.nothing]
    found = gain.sel(statistic="mean", option=[one.name for one in options]).transpose("option", "time").values
    edges = np.append(starts, 2 * starts[-1] - starts[-2])
    lines = [_Course(np.asarray(line, dtype=np.float64), edges) for line in found]
    end = max((line.left_until(0.01) for line in lines if line.gains), default=float(edges[-1]))
    scale = row_plots.linear_axis([0.0, end], tick)
    table_rows, followed, studies = [], {}, inputs_by_option(record)
    for one, line in zip(options, lines, strict=True):
        if not line.gains:
            none = Cell("–", under="average gain is not clearly above 0")
            table_rows.append(Row(one.head, (Cell(picture=row_plots.row(scale)), none, Cell("–"), Cell("–"))))
            continue
        longest = _longest_study(studies.get(one.name, ()), record)
        if longest:
            followed[one.name] = line.after(longest.followed)
        first = 1.0 - line.after(edges[0] + 1.0)
        seen = Cell("–", under="no source says")
        if longest:
            seen = Cell(
                _of_hundred(followed[one.name]), before="after follow-up ", under=f"followed {longest.follow_up}"
            )
        half = Cell(_months(line.left_until(0.5)), before="half until ")
        picture = line.picture(scale, longest.followed if longest else math.inf)
        table_rows.append(
            Row(
                one.head,
                (Cell(picture=picture), half, Cell(_of_hundred(first), before="first year ", after=" of 100"), seen),
            )
        )
    what = noun(result)
    after = {one.name: line.after(line.edges[0] + 1.0) for one, line in zip(options, lines, strict=True) if line.gains}
    return Table(
        "fl", "Figure", _lasting_title(after, followed, result),
        "Average gain in each period, discounted; each row is as high where its gain is fullest. "
        f"Open, on a shade: after the last follow-up of the studies behind the {what}, when nobody measured.",
        (
            Column(numbers.capital(what), css="c-name"),
            Column("Years since the start", css="plot", picture=row_plots.head(scale)),
            Column("Half is left", "until", css="n"),
            Column("First year", "of 100", css="n"),
            Column("After the last follow-up", "of 100", css="n c-wide"),
        ),
        tuple(table_rows), layout="league", css="tp",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """What one option gains in each period, and where the periods begin and end [year]."""

    values: Floats
    edges: Floats

    @property
    def gains(self) -> bool:
        return bool(self.values.sum() > 0)  # not of what is NaN

    def left_until(self, share: float) -> float:
        """Return when the last period ends that has this share of the fullest."""
        return float(self.edges[1:][self.values >= share * self.values.max()].max())

    def after(self, year: float) -> float:
        """Return which share of the whole comes after a time; within a period it comes evenly."""
        begin, end = self.edges[:-1], self.edges[1:]
        return float(self.values @ np.clip((end - year) / (end - begin), 0, 1) / self.values.sum())

    def picture(self, scale: row_plots.PlotAxis, measured: float) -> Picture:
        """Draw the course as an area; what nobody measured is open, on a shade."""
        height = row_plots.ROW
        tall = np.maximum(self.values, 0) / self.values.max() * (height - 6)
        marks = []
        if measured < scale.high:
            left, right = scale.place(measured), scale.place(scale.high)
            marks.append(Mark("area", 0, css="shaded", points=f"{left},0 {right},0 {right},{height} {left},{height}"))
        for low, high, css in ((0.0, measured, "get"), (measured, scale.high, "later")):
            begin, end = np.clip(self.edges[:-1], low, high), np.clip(self.edges[1:], low, min(high, scale.high))
            steps = [(scale.place(x), height - up) for left, right, up in zip(begin, end, tall, strict=True)
                     if right > left for x in (left, right)]  # fmt: skip
            if steps:
                points = [(steps[0][0], height), *steps, (steps[-1][0], height)]
                marks.append(Mark("area", 0, css=css, points=" ".join(f"{x:.2f},{y:.1f}" for x, y in points)))
        return row_plots.row(scale, marks)


def _longest_study(inputs: Sequence[Input], record: Record) -> Source | None:
    """Return of the studies behind an option's effect the one that followed people longest; None if none says."""
    found = [study for one in effect_inputs(inputs) for study in studies_behind(record.scenario, one) if study.followed]
    return max(found, key=attrgetter("followed"), default=None)


def _lasting_title(after: Mapping[str, float], followed: Mapping[str, float], result: Result) -> str:
    """Say which shares come after the last follow-up, where a source tells of one; else after the first year."""
    if not after:
        return "No option gains on average, so nothing is shown by year"
    known = f"Of the {numbers.counted(len(followed), noun(result))} whose follow-up is known, " if followed else ""
    shares, when = (followed, "the last follow-up") if followed else (after, "the first year")
    known = known if len(followed) < len(after) else ""
    least, most = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    if shares[most] < numbers.HARDLY:
        said = f"nearly all of the gain comes {'before' if followed else 'in'} {when}"
    else:
        low, high = (numbers.share_words(shares[one]) for one in (least, most))
        said = f"{high} of the gain comes after {when}"
        if low != high and len(shares) > 2:
            said = f"from {low} to {said}, by {noun(result)}"
        elif low != high:
            said = (
                f"{high} of the gain of {spoken_name(result, most)} comes after {when}, "
                f"{low} of that of {spoken_name(result, least)}"
            )
    return f"{known}{said}" if known else numbers.capital(said)


def _months(years: float) -> str:
    return amount(years, "year", "")


def cash(dataset: xr.Dataset, record: Record, result: Result, *, years: Years) -> list[Block]:
    """Tabulate who pays in which year, not discounted, and what public bodies save, in present values.

    Parameters
    ----------
    dataset : xarray.Dataset
        With the cash of each period (option, time, payer) [money] and, if there, what is saved (option, time, body)
        [money], by the roles of the model.
    record : Record
    result : Result
    years : tuple of int (time,)
        As from `years_of`.
    """
    named = record.scenario.model.named
    options = cash_options(result)
    saving = named("saving_by_period") if _saves(dataset, record) else ""
    paid = {one: _lines(dataset, record, named("cash_by_period"), "payer", one, years) for one in options}
    saved = {one: _lines(dataset, record, saving, "body", one, years) for one in options} if saving else {}
    heads = {year: year_word(record, year) for year in years}
    made = cash_of(paid, saved, result, heads=heads, saves=bool(saving), volunteers=_volunteers_cost(dataset, record))
    return [made] if made else []


def cash_options(result: Result) -> list[str]:
    """Return the options whose cash is shown: the comparator's money counts too, where it is an option."""
    ours = [one.name for one in ranked(result) if not one.nothing]
    apart = result.reference and result.reference not in ours and not result.option(result.reference).nothing
    return [*ours, result.reference] if apart else ours


def cash_of(
    paid: Mapping[str, Sequence[Flow]],
    saved: Mapping[str, Sequence[Flow]],
    result: Result,
    *,
    heads: Mapping[int, str],
    saves: bool,
    volunteers: bool,
) -> Table | Note | None:
    """Tabulate who pays in which year and who saves; in a sentence, where all is paid in one year.

    Parameters
    ----------
    paid, saved : mapping of option to sequence of Flow
        As from `cash_options`, in their order; what is saved is empty where nothing is.
    result : Result
    heads : mapping of int to str
        Each appraisal year in words.
    saves : bool
        Whether the model has public bodies that may save.
    volunteers : bool
        Whether their time costs something, which is not cash.
    """
    every = [line for flows in (*paid.values(), *saved.values()) for _, line in flows]
    kept = sorted({year for line in every for year, value in line.items() if abs(value) >= LEAST})
    if not kept or not any(paid[one.name] for one in ranked(result) if not one.nothing):
        return None
    note = "Volunteers’ time is not cash and stands apart." if volunteers else ""
    if len(kept) == 1 and not any(saved.values()):
        return _all_at_once(result, heads[kept[0]], saves, note)
    columns, parts = _columns(kept, heads)
    table_rows: list[Row] = []
    for option, flows in paid.items():
        bands = [_cash_row(who, "pays", line, parts, result, -1.0) for who, line in flows]
        bands += [
            _cash_row(who, "saves, present value", line, parts, result, 1.0) for who, line in saved.get(option, ())
        ]
        if bands:
            table_rows += [Row(result.option(option).head, kind="band"), *bands]
    exception = " except savings" if any(saved.values()) else ""
    dek = f"Averages, not discounted{exception}; minus is paid. Years in which nothing is paid or saved are left out."
    return Table(
        "tc", "Table", _cash_title(paid, heads, result), dek,
        (Column("Who"), *(Column(column, css="n") for column in columns), Column("In all", css="n")),
        tuple(table_rows), note=note, wide=len(columns) > 6,
    )  # fmt: skip


def by_period(dataset: xr.Dataset, record: Record, result: Result, *, years: Years, name: str) -> Table:
    """Tabulate an outcome by year. Averages of draws add over periods; their ranges would not, so none are given.

    Money and wellbeing come in each period and are added up. Anything else may be a level, such as a share, of which a
    sum says nothing: the average of the periods is true of a level and of what comes in each.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    result : Result
    years : tuple of int (time,)
        As from `years_of`.
    name : str
        Of the outcome (option, time) in the unit that the table prints.
    """
    unit, options = str(dataset[name].attrs.get("unit", "")), [one.name for one in ranked(result) if not one.nothing]
    adds = unit in ADDED or unit == result.currency
    together = np.sum if adds else np.mean
    lines = {option: dataset[name].sel(statistic="mean", option=option).values for option in options}
    columns, parts = _columns(sorted(set(years)), {year: year_word(record, year) for year in years})
    how = ", added up over" if adds else " and of"
    note = "" if len(set(years)) == len(years) == len(parts) else f"{how} the periods of each column"
    return Table(
        f"tt_{name}", "Table", f"{outcome_words(name, str(dataset[name].attrs.get('doc', '')))}, by year",
        f"Average of all futures{note}, {unit_words(unit, result)}.",
        (Column(numbers.capital(noun(result))), *(Column(column, css="n") for column in columns)),
        tuple(
            Row(
                result.option(option).head,
                tuple(Cell(numbers.number(float(together(lines[option][np.isin(years, part)])))) for part in parts),
            )
            for option in options
        ),
    )  # fmt: skip


def year_word(record: Record, year: int) -> str:
    """Write an appraisal year: the calendar year where the scenario says when it starts.

    Parameters
    ----------
    record : Record
    year : int
        Whole years since the start, 0 for the first.
    """
    starts = record.scenario.time.starts
    return f"Year {year}" if starts is None else str(starts + year)


def _saves(dataset: xr.Dataset, record: Record) -> bool:
    saving = record.scenario.model.named("saving_by_period")
    return saving in dataset and set(dataset[saving].dims) == {"statistic", "option", "time", "body"}


def _by_year(values: np.ndarray, years: Years) -> dict[int, float]:
    line: dict[int, float] = {}
    for year, value in zip(years, np.asarray(values, dtype=float), strict=True):
        line[year] = line.get(year, 0.0) + float(value)
    return line


def _lines(dataset: xr.Dataset, record: Record, name: str, axis: str, option: str, years: Years) -> list[Flow]:
    """Sum one option's flows to years, for each label of `axis` that has any."""
    array = dataset[name].sel(statistic="mean", option=option)
    labels = [str(label) for label in dataset[axis].values]
    found = [(axis_word(record, axis, label), _by_year(array.sel({axis: label}).values, years)) for label in labels]
    return [(who, line) for who, line in found if any(line.values())]


def _columns(kept: Sequence[int], heads: Mapping[int, str]) -> tuple[list[str], list[tuple[int, ...]]]:
    """Head one column a year, and one for all that come after the last of them."""
    if len(kept) <= MOST_YEARS:
        return [heads[year] for year in kept], [(year,) for year in kept]
    first, rest = kept[: MOST_YEARS - 1], kept[MOST_YEARS - 1 :]
    columns = [*(heads[year] for year in first), f"{heads[rest[0]]} to {heads[rest[-1]]}"]
    return columns, [*((year,) for year in first), tuple(rest)]


def _cash_row(
    who: str, does: str, line: dict[int, float], parts: list[tuple[int, ...]], result: Result, sign: float
) -> Row:
    values = [sign * sum(line.get(year, 0.0) for year in part) for part in parts]
    cells = [Cell(_amount(value, result)) for value in (*values, sign * sum(line.values()))]
    return Row(who, tuple(cells), under=does)


def _amount(value: float, result: Result) -> str:
    """Write money; sums below one pound are not worth their digits."""
    small = 0 < abs(value) < LEAST
    return f"< {numbers.total(LEAST, result.currency, 1)}" if small else numbers.total(value, result.currency)


def _cash_title(paid: Mapping[str, Sequence[Flow]], heads: Mapping[int, str], result: Result) -> str:
    value, who, year, option = max(
        (value, who, -year, option) for option, flows in paid.items() for who, line in flows
        for year, value in line.items()
    )  # fmt: skip
    bill = f"{numbers.total(value, result.currency)} in {_inside(heads[-year])}"
    return f"The largest bill: {who} pays {bill} for {spoken_name(result, option)}"


def _inside(head: str) -> str:
    return head[:1].lower() + head[1:]


def _all_at_once(result: Result, head: str, saves: bool, note: str) -> Note:
    when = _inside(head)
    every = f"every {noun(result)}" if len(result.real) > 1 else f"the {noun(result)}"
    lines = [f"The cost of {every} is paid in {when}, and nothing later."]
    if saves:
        lines.append("No public body saves money in this model.")
    return Note("tc", f"All cash is paid in {when}", (" ".join([*lines, note]).strip(),), points=False)


def _volunteers_cost(dataset: xr.Dataset, record: Record) -> bool:
    name = record.scenario.model.named("volunteer_cost")
    return name in dataset and bool(dataset[name].sel(statistic="mean").values.any())


def _of_hundred(share: float) -> str:
    """Write parts of a hundred; never none of something, never all of it where something is left."""
    n = round(100 * share)
    if n <= 0:
        return f"{numbers.MINUS}{-n}" if n < 0 else "< 1" if share > 1e-9 else "0"
    return "> 99" if n == 100 and share < 1 - 1e-9 else str(n)
