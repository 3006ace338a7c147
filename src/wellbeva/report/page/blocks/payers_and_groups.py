"""Who pays and who gains: outcomes that the model reports along payer, body and group; and every outcome."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import outcomes
from wellbeva.report.facts.answer import noun, ranked
from wellbeva.report.facts.names import axis_word, label_of, outcome_words, unit_words
from wellbeva.report.facts.result import Result, spread_at, spread_of
from wellbeva.report.page.blocks.gain_of_one import by_option_and, outcome_of_one
from wellbeva.report.page.cells import interval
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.summary.balance import PICTURED, balance_table
from wellbeva.report.page.view import Block, Cell, Column, OnRequest, Row, Table
from wellbeva.report.text import numbers
from wellbeva.results.ratios import reason as reason_of
from wellbeva.results.ratios import same_reason

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.plan.record import Record

ABREAST = 4  # options beside each other on page one, and of a table that needs no scrolling
LISTED = 100  # options whose outcomes are all listed: those of 2,000 make a page of 10 MB that nobody reads (R82)
MOST_PERIODS = 12


def across_axes(dataset: xr.Dataset, record: Record, result: Result) -> list[Block]:
    """Build a block for each outcome along payer, body or group that has more than one label.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
        Its scenario has the words for options and labels.
    result : Result
    """
    blocks: list[Block] = []
    money = by_option_and(dataset, "payer") + by_option_and(dataset, "body")
    few = result.choose == "one" and len(result.real) <= PICTURED
    on_page_one = few and balance_table(dataset, record, result, best=True)
    table = balance_table(dataset, record, result, best=False) if money and not on_page_one else None
    if table:
        blocks.append(table)
    names = [one for one in by_option_and(dataset, "group") if one != outcome_of_one(dataset, record)]
    # Of a level or a share no group gains most in all.
    names = [one for one in names if dataset[one].attrs.get("unit") not in {"LS", "share"}]
    blocks += [_who_gains(dataset, record, result, name, tell_apart=len(names) > 1) for name in names]
    return blocks


@block(40)
def _across_axes(report: ReportInputs) -> list[Block]:
    return across_axes(report.dataset, report.record, report.result)


@block(60)
def _outcome_table(report: ReportInputs) -> list[Block]:
    """List every outcome without axes besides option and level: its average and range.

    Of at most `LISTED` options; outcomes that are 0 for all, or undefined, are named in a note under the table.
    """
    dataset, record, result = report.dataset, report.record, report.result
    shown = [name for name, one in outcomes(dataset).items() if {*one.dims} <= {"statistic", "option", "level"}]
    if not shown:
        return []
    order = [one.name for one in ranked(result) if not one.nothing] if result.options else []
    if not order and "option" in dataset.coords:
        order = [str(value) for value in dataset["option"].values]
    # Of what is zero everywhere, or not defined, a sentence says enough.
    means = {one: dataset[one].sel(statistic="mean").values for one in shown}
    empty = (one for one in shown if np.isnan(means[one]).all())
    undefined = {one: why for one in empty if (why := same_reason(dataset[one].attrs)) is not None}  # the same of all
    zero = [one for one in shown if not means[one].any()]
    full = [one for one in shown if one not in {*undefined, *zero}]
    heads = {"0 for all": zero}
    for one, reason in undefined.items():
        heads.setdefault(f"not defined here ({reason})", []).append(one)

    def words(name: str) -> str:
        return str(dataset[name].attrs.get("doc", "")) or numbers.in_sentence(outcome_words(name, ""))

    note = " ".join(
        f"{numbers.capital(head)}: {'; '.join(words(one) for one in some)}." for head, some in heads.items() if some
    )
    if len(order) > LISTED:
        note = f"The other {len(order) - LISTED:,} are in summary.csv. {note}".rstrip()
    table = replace(_outcomes(dataset, record, result, full, order[:LISTED]), note=note)
    title = f"Every outcome of each {noun(result)}"
    return [OnRequest("tx", title, "summary.csv has them, with their ranges.", (table,))]


def outcomes_alone(dataset: xr.Dataset, record: Record, result: Result) -> Table:
    """Return a table of the simplest outcomes, for page one of a model that compares nothing.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
    result : Result
    """
    known = outcomes(dataset)
    plain = [name for name, one in known.items() if {*one.dims} <= {"statistic", "option"}]
    along = any("option" in dataset[one].dims for one in plain)
    options = [str(value) for value in dataset["option"].values][:ABREAST] if along else []
    table = _outcomes(dataset, record, result, plain[:MOST_PERIODS], options)
    return replace(
        table, key="f1", label="Outcomes", title=f"Outcomes of the model: {len(plain)} of {len(known)} in one number"
    )


def _outcomes(dataset: xr.Dataset, record: Record, result: Result, names: list[str], options: list[str]) -> Table:
    table_rows: list[Row] = []
    for name in names:
        array = dataset[name]
        unit = unit_words(array.attrs.get("unit", ""), result, name)
        money = array.attrs.get("unit") in {"money", result.currency}
        write = (
            partial(numbers.total, currency=result.currency, digits=3) if money else partial(numbers.number, digits=3)
        )
        array = array.transpose(..., "statistic")
        labels = {str(axis): [str(value) for value in array[axis].values] for axis in array.dims}
        for level in labels.get("level", [""]):
            cells = []
            for option in options or [""]:
                picked = {"option": option, "level": level}
                place = tuple(labels[axis].index(picked[axis]) for axis in labels if axis != "statistic")
                spread = spread_at(labels["statistic"], array.values[place])
                if math.isfinite(spread.mean):
                    cells.append(Cell(write(spread.mean), under=_range(spread.q05, spread.q95, write)))
                else:
                    cell = int(np.ravel_multi_index(place, array.shape[:-1])) if place else 0
                    cells.append(Cell(numbers.NOT_APPLICABLE, under=reason_of(array.attrs, cell)))
            head = outcome_words(name, array.attrs.get("doc", ""))
            under = ", ".join(one for one in (unit, level and f"{level} value") if one)
            table_rows.append(Row(head, tuple(cells), under=under))
    heads = [Column(label_of(record, option), css="n") for option in options] or [Column("Average", css="n")]
    return Table(
        "ta",
        "Table",
        f"What the model reports of each {noun(result)}: {numbers.counted(len(names), 'outcome')}",
        "Average of all futures; below it, 9 of 10 futures. Ratios are ratios of averages and have no range.",
        (Column("Outcome"), *heads),
        tuple(table_rows),
        wide=len(options) > ABREAST,
    )


def _range(low: float, high: float, write: Callable[[float], str]) -> str:
    return numbers.span(write(low), write(high)) if math.isfinite(low) and low < high else ""


def _means(dataset: xr.Dataset, name: str, option: str, label: str, axis: str) -> float:
    return float(dataset[name].sel({"statistic": "mean", "option": option, axis: label}))


def _largest(values: dict[str, float]) -> str:
    """Name with the largest value; the first of equals."""
    return max(values, key=lambda name: values[name])


def _who_gains(dataset: xr.Dataset, record: Record, result: Result, name: str, *, tell_apart: bool) -> Table:
    options = [one.name for one in ranked(result) if not one.nothing]
    groups = [str(value) for value in dataset["group"].values]
    most = {_largest({group: _means(dataset, name, option, group, "group") for group in groups}) for option in options}
    gains = {axis_word(record, "group", one) for one in most}
    whose = outcome_words(name, dataset[name].attrs.get("doc", ""))
    who = numbers.in_sentence(next(iter(gains)))
    title = f"Most is gained in all by {who}" if len(gains) == 1 else "Which group gains most in all differs by option"
    title += f": {numbers.in_sentence(whose)}" if tell_apart else ""
    table_rows = []
    for option in options:
        cells = []
        for label in groups:
            spread = spread_of(dataset[name].sel(option=option, group=label))
            cells.append(Cell(numbers.number(spread.mean), under=interval(spread, numbers.number)))
        table_rows.append(Row(label_of(record, option), tuple(cells)))
    return Table(
        f"tg_{name}", "Table", title, f"{whose}: average of all futures; below it, 9 of 10 futures.",
        (
            Column(numbers.capital(noun(result))),
            *(Column(axis_word(record, "group", group), css="n") for group in groups),
        ),
        tuple(table_rows),
    )  # fmt: skip
