"""What one person of each group gains: a row figure of dot and bars, the groups within each option (R137)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wellbeva.analysis.decision_arrays import outcomes
from wellbeva.report.facts.answer import noun, ranked
from wellbeva.report.facts.names import axis_word, outcome_words
from wellbeva.report.facts.result import Result, Spread, spread_of
from wellbeva.report.page import row_plots
from wellbeva.report.page.cells import interval, keys, range_words, settled_number, tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Row, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.record import Record

MOST_ROWS = 100  # past them whole options are left out, the worst first
MOST_TIMES = 20  # a ratio above it rests on a gain near 0


def by_option_and(dataset: xr.Dataset, axis: str) -> list[str]:
    """Return the outcomes over option and one more axis with several labels.

    Parameters
    ----------
    dataset : xarray.Dataset
    axis : str
    """
    return [*outcomes(dataset, "option", axis)] if dataset.sizes.get(axis, 0) > 1 else []


def outcome_of_one(dataset: xr.Dataset, record: Record) -> str:
    """Return the outcome that says what one person of each group gains, not in money; empty if none does.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
        The roles of its model name the outcome.
    """
    name = record.scenario.model.named("gain_per_person_by_group")
    known = name in by_option_and(dataset, "group") and "money" not in dataset[name].attrs.get("unit", "")
    return name if known else ""


def gain_of_one(dataset: xr.Dataset, record: Record, result: Result) -> Table | None:
    """Show what one person of each group gains; None where no two groups of an option are printed differently.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
        Its scenario has the words for groups.
    result : Result
    """
    name, options = outcome_of_one(dataset, record), [one for one in ranked(result) if not one.nothing]
    if not name:
        return None
    groups = {str(label): axis_word(record, "group", str(label)) for label in dataset["group"].values}
    spreads = [_spreads(dataset, name, one.name) for one in options]
    if all(len({_words(spread) for spread in by_group.values()}) < 2 for by_group in spreads):
        return None
    drawn = max(1, MOST_ROWS // len(groups))
    every = [spread for by_group in spreads[:drawn] for spread in by_group.values()]
    axis = row_plots.linear_axis([end for one in every for end in (one.mean, one.q05, one.q95)], tick)
    table_rows: list[Row] = []
    for one, by_group in zip(options[:drawn], spreads, strict=False):
        table_rows.append(Row(one.head, kind="band"))
        table_rows += [Row(who, _cells(by_group.get(group), axis, one.hollow)) for group, who in groups.items()]
    what, attrs = noun(result), dataset[name].attrs
    against = f" Each {what} by itself, not against {numbers.in_sentence(result.against)}." if result.against else ""
    rest = len(options[drawn:])
    return Table(
        "tp", "Figure", _title(groups, spreads, what), f"{outcome_words(name, attrs.get('doc', ''))}.{against}",
        (
            Column(f"{numbers.capital(what)} and group", css="c-name"),
            Column(
                "Gain of one person", css="plot",
                picture=row_plots.head(axis, sides=("loses", "gains") if axis.place(0) >= 20 else ("", "")),
            ),
            Column(attrs.get("unit", "").replace("/", "s a ", 1), range_words(result), css="n"),
        ),
        tuple(table_rows),
        note=f"In summary.csv: {numbers.counted(rest, f'more {what}')}." if rest else "",
        layout="league", css="sg", keys=keys(result, every, axis),
    )  # fmt: skip


@block(45)
def _gain_of_one(report: ReportInputs) -> list[Block]:
    figure = gain_of_one(report.dataset, report.record, report.result)
    return [figure] if figure else []


def _spreads(dataset: xr.Dataset, name: str, option: str) -> dict[str, Spread]:
    """Read what one person of each group gains, without the groups of which nobody is reached: they gain 0 in all."""
    each = dataset[name].sel(option=option)
    unit = each.attrs.get("unit")
    totals = [one for one in by_option_and(dataset, "group") if f"{dataset[one].attrs.get('unit')}/person" == unit]
    none = [dataset[one].sel(option=option, statistic="mean") == 0 for one in totals]
    spreads = {str(group): spread_of(each.sel(group=group)) for group in each["group"].values}
    return {
        group: spread
        for group, spread in spreads.items()
        if spread.mean == 0 or not any(total.sel(group=group) for total in none)
    }


def _words(spread: Spread) -> tuple[str, str]:
    return settled_number(spread, numbers.number), interval(spread, numbers.number)


def _cells(spread: Spread | None, axis: row_plots.PlotAxis, css: str) -> tuple[Cell, Cell]:
    if spread is None:
        return Cell(picture=row_plots.row(axis)), Cell(numbers.NOT_APPLICABLE, under="nobody is reached")
    text, under = _words(spread)
    return Cell(picture=row_plots.spread(axis, spread, css=css)), Cell(text, under=under)


def _title(groups: Mapping[str, str], spreads: Sequence[Mapping[str, Spread]], what: str) -> str:
    """Say which groups lose on average; else which gains most, and how many times as much as the last of them."""
    means = [{group: spread.mean for group, spread in by_group.items()} for by_group in spreads]
    if not any(mean > 0 for by_group in means for mean in by_group.values()):
        return "No group gains on average"
    losing = {group: None for by_group in means for group, mean in by_group.items() if mean < 0}
    if losing:
        (first, *others) = losing
        who = f"{numbers.counted(len(losing), 'group')} of {len(groups)}" if others else groups[first]
        return f"{numbers.capital(who)} lose on average from at least one {what}"
    different = [one for one in means if len({numbers.number(mean) for mean in one.values()}) > 1]
    ends = {(max(one, key=one.__getitem__), min(one, key=one.__getitem__)) for one in different}
    if not ends:
        return "One person gains about the same on average in every group"
    if len({most for most, _ in ends}) > 1:
        return f"Which group gains most for each person differs by {what}"
    (most, least), *more = ends
    times = [one[most] / one[least] if one[least] else math.inf for one in means if {most, least} <= one.keys()]
    if more or max(times) > MOST_TIMES:
        return f"{numbers.capital(groups[most])} gain most for each person"
    low, high = numbers.number(min(times)), numbers.number(max(times))
    as_much = f"{low if low == high else numbers.span(low, high)} times as much for each person"
    return f"{numbers.capital(groups[most])} gain {as_much} as {numbers.in_sentence(groups[least])}"
