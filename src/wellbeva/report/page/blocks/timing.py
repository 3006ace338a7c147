"""Flows in time: cash by year and body, the share of the gain in each year, other outcomes by period."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import outcomes
from wellbeva.analysis.evidence import effect_inputs, inputs_by_option
from wellbeva.compiler.checks.study_design import studies_behind
from wellbeva.plot.svg import figures_fit
from wellbeva.report.facts.answer import noun, ranked
from wellbeva.report.facts.names import axis_word, label_of, outcome_words, spoken_name, unit_words
from wellbeva.report.facts.result import OptionFacts, Result
from wellbeva.report.page import row_plots
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Drawing, Mark, Note, Picture, Row, Table
from wellbeva.report.text import numbers
from wellbeva.report.text.units import amount

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Record
    from wellbeva.scenario.spec import Source

MOST_DRAWN = 6  # lines of a figure that dashes can distinguish
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


def timing_blocks(dataset: xr.Dataset, record: Record, result: Result, *, years: Years) -> list[Block]:
    """Build the blocks on time: cash, then the profile of the gain, then every other outcome along time alone.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    result : Result
    years : tuple of int
        The appraisal year of each label of ``time``, as `years_of` gives them.
    """
    if len(set(years)) < 2 or "time" not in dataset.sizes or dataset.sizes["time"] != len(years):
        return []
    blocks: list[Block] = []
    paid, gained = map(record.scenario.model.named, ("cash_by_period", "gain_by_period"))
    if paid in dataset and set(dataset[paid].dims) == {"statistic", "option", "time", "payer"}:
        blocks += cash(dataset, record, result, years=years)
    for name in outcomes(dataset, "option", "time"):
        make = profile if name == gained else by_period
        blocks.append(make(dataset, record, result, years=years, name=name))
    return blocks


@block(50)
def _timing(report: ReportInputs) -> list[Block]:
    blocks = timing_blocks(report.dataset, report.record, report.result, years=years_of(report.plan))
    return [*blocks, *lasting(report.dataset, report.plan, report.result, report.record)]


def lasting(dataset: xr.Dataset, plan: Plan, result: Result, record: Record) -> list[Block]:
    """Draw how long the gain of each rival lasts.

    Parameters
    ----------
    dataset : xarray.Dataset
        With what is gained in each period (option, time), by the role of the model.
    plan : Plan
        Its time axis has periods shorter than a year; longer ones show no course.
    result : Result
    record : Record
    """
    name, axis = record.scenario.model.named("gain_by_period"), plan.axes.get("time")
    options = [one for one in ranked(result) if one in result.real and one.gains][:MOST_DRAWN]
    if result.choose != "one" or not options or axis is None or len(axis.rungs) < 2 or name not in dataset:
        return []

    starts = np.array(axis.rungs)
    gains = dataset[name].sel(statistic="mean").transpose("time", "option")
    values = np.asarray(gains.sel(option=[one.name for one in options]).values, dtype=np.float64)
    if starts[1] - starts[0] >= 1 or not figures_fit() or not (values.max(axis=0) > 0).all():
        return []
    from wellbeva.plot import technical as plot

    left = 100 * values / values.max(axis=0)
    last = int(np.flatnonzero((left >= 1).any(axis=1)).max())
    years = (starts + (starts[1] - starts[0]) / 2)[: last + 1]
    left = left[: last + 1]
    ends = [float(years[np.flatnonzero(line >= 50).max()]) for line in left.T]
    long, short = int(np.argmax(ends)), int(np.argmin(ends))
    lasting = (long, short) if ends[long] > ends[short] else (long,)
    spans = [f"{_months(ends[one])} with {numbers.in_sentence(options[one].short)}" for one in lasting]
    title = f"At least half of the fullest gain lasts {', '.join(spans)}"
    at = [
        f"{numbers.in_sentence(one.short)} {numbers.count(float(np.interp(1.0, years, line)))}"
        for one, line in zip(options, left.T, strict=True)
    ]
    dek = f"Average gain in each period, discounted, of 100 at its fullest. Left after one year: {'; '.join(at)}."
    studies = _longest_studies(options, record)
    followed = [study.followed if study else 0.0 for study in studies]
    dek += f" {_followed_words(options, studies)}"
    measured = max(followed) if all(followed) else math.inf
    if measured < years[-1]:
        title, dek = _unmeasured_title(values, starts, followed), f"{title}. {dek}"
    words = plot.Words("fl", title, dek, "years since the start", "of 100")
    labels = [one.opening for one in options]
    svg = plot.lasting(words, years=years, left=left, labels=labels, measured=measured)
    return [Drawing("fl", "Figure", title, dek, svg)]


def _longest_studies(options: Sequence[OptionFacts], record: Record) -> list[Source | None]:
    """Return of the studies behind each option's effect the one that followed people longest; None if none says."""
    inputs = inputs_by_option(record)
    found = [
        [study for one in effect_inputs(inputs.get(option.name, ())) for study in studies_behind(record.scenario, one)]
        for option in options
    ]
    return [max(filter(attrgetter("followed"), some), key=attrgetter("followed"), default=None) for some in found]


def _followed_words(options: Sequence[OptionFacts], studies: Sequence[Source | None]) -> str:
    given = {one.short: study.follow_up for one, study in zip(options, studies, strict=True) if study}
    if not given:
        return "No source says how long people were followed."
    if len(given) == len(options) and len({*given.values()}) == 1:
        return f"People were followed for {next(iter(given.values()))}."
    each = "; ".join(f"{numbers.in_sentence(name)} {how_long}" for name, how_long in given.items())
    return f"People were followed: {each}{'' if len(given) == len(options) else '; of the others no source says'}."


def _unmeasured_title(values: np.ndarray, starts: np.ndarray, followed: Sequence[float]) -> str:
    """Say how much of the gain (time, option) comes after each option's last follow-up."""
    step = starts[1] - starts[0]
    later = [np.clip((starts + step - end) / step, 0, 1) for end in followed]
    shares = sorted(float(line @ past / line.sum()) for line, past in zip(values.T, later, strict=True))
    if shares[-1] < numbers.HARDLY:
        return "Nearly all of the gain comes before the last follow-up"
    low, high = map(numbers.share_words, (shares[0], shares[-1]))
    if low == high:
        return f"{numbers.capital(high)} of the gain comes after the last follow-up"
    return f"From {low} to {high} of the gain, by option, comes after the last follow-up"


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
            table_rows += [Row(result.option(option).label, kind="band"), *bands]
    exception = " except savings" if any(saved.values()) else ""
    dek = f"Averages, not discounted{exception}; minus is paid. Years in which nothing is paid or saved are left out."
    return Table(
        "tc", "Table", _cash_title(paid, heads, result), dek,
        (Column("Who"), *(Column(column, css="n") for column in columns), Column("In all", css="n")),
        tuple(table_rows), note=note, wide=len(columns) > 6,
    )  # fmt: skip


def profile(dataset: xr.Dataset, record: Record, result: Result, *, years: Years, name: str) -> Table:
    """Draw how much of each option's gain comes in the first year, in the second and later.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    result : Result
    years : tuple of int (time,)
        As from `years_of`.
    name : str
        Of the outcome (option, time), discounted, in any unit: its shares are drawn.
    """
    options = [one.name for one in ranked(result) if not one.nothing]
    first, later = min(years), "third year on" if len(set(years)) > 3 else "third year"
    table_rows, after = [], {}
    for option in options:
        line = _by_year(dataset[name].sel(statistic="mean", option=option).values, years)
        whole = sum(line.values())
        parts = (line[first], line.get(first + 1, 0.0), sum(x for year, x in line.items() if year > first + 1))
        if whole <= 0 or not math.isfinite(whole):
            cells = [
                Cell(picture=Picture(row_plots.ROW, ())),
                Cell("–", under="average gain is not above 0"),
                Cell("–"),
                Cell("–"),
            ]
        else:
            shares = tuple(part / whole for part in parts)
            after[option] = 1.0 - shares[0]
            hundred = numbers.tiles([max(0.0, share) for share in shares], 100)
            said = [_of_hundred(share, n) for share, n in zip(shares, hundred, strict=True)]
            cells = [
                Cell(picture=_shares(shares)),
                Cell(said[0], before="first year "),
                Cell(said[1], before="second "),
                Cell(said[2], before="later "),
            ]
        table_rows.append(Row(label_of(record, option), tuple(cells)))
    return Table(
        "fp", "Figure", _profile_title(after, result),
        "Of 100 parts of each average gain, discounted. Solid: first year. Hatched: second year. Open: later.",
        (
            Column(numbers.capital(noun(result)), css="c-name"),
            Column("From the first year, left, to the last", css="plot", picture=Picture(8, ())),
            Column("First year", "of 100", css="n"),
            Column("Second year", "of 100", css="n"),
            Column(numbers.capital(later), "of 100", css="n"),
        ),
        tuple(table_rows), layout="league", css="tp",
    )  # fmt: skip


def by_period(dataset: xr.Dataset, record: Record, result: Result, *, years: Years, name: str) -> Table:
    """Tabulate an outcome by year. Averages add over periods; their ranges would not, so none are given.

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
    options = [one.name for one in ranked(result) if not one.nothing]
    lines = {option: _by_year(dataset[name].sel(statistic="mean", option=option).values, years) for option in options}
    columns, parts = _columns(sorted(set(years)), {year: year_word(record, year) for year in years})
    doc = outcome_words(name, str(dataset[name].attrs.get("doc", "")))
    return Table(
        f"tt_{name}", "Table", f"{doc}, by year",
        f"Average, {unit_words(str(dataset[name].attrs.get('unit', '')), result)}.",
        (Column(numbers.capital(noun(result))), *(Column(column, css="n") for column in columns)),
        tuple(
            Row(
                label_of(record, option),
                tuple(Cell(numbers.number(sum(lines[option][y] for y in part))) for part in parts),
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


def _of_hundred(share: float, n: int) -> str:
    """Write parts of a hundred; never none of something, never all of it where something is left."""
    if share < 0:
        return f"{numbers.MINUS}{abs(share) * 100:.0f}"
    if n == 0:
        return "< 1" if share > 1e-9 else "0"
    return "> 99" if n == 100 and share < 1 - 1e-9 else str(n)


def _shares(shares: Sequence[float]) -> Picture:
    marks, at = [], 0.0
    for share, css in zip(shares, ("get", "second", "later"), strict=True):
        width = 98.0 * min(1.0, max(0.0, share))
        if width > 0.2:
            marks.append(Mark("box", round(at + 1, 2), 9, round(at + 1 + width, 2), row_plots.ROW - 9, css=css))
        at += width
    return Picture(row_plots.ROW, tuple(marks))


def _profile_title(after: dict[str, float], result: Result) -> str:
    if not after:
        return "No option gains on average, so nothing is shown by year"
    least, most = min(after, key=lambda one: after[one]), max(after, key=lambda one: after[one])
    if after[most] < numbers.HARDLY:
        return "Nearly all of the gain comes in the first year"
    low, high = (numbers.share_words(after[one]) for one in (least, most))
    if low == high:
        return f"{numbers.capital(high)} of the gain comes after the first year"
    if len(after) > 2:
        return f"From {low} to {high} of the gain comes after the first year, by {noun(result)}"
    return (
        f"{numbers.capital(high)} of the gain of {spoken_name(result, most)} comes after the first year, "
        f"{low} of that of {spoken_name(result, least)}"
    )
