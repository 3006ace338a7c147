"""Who gains, and what that does to the spread of wellbeing: levels by group, the staircase, the indices (R191)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.tables.groups.inequality import choices_of
from wellbeva.engine.inequality.indices import INDICES
from wellbeva.plot.svg import figures_fit
from wellbeva.report.facts.answer import noun, ranked
from wellbeva.report.facts.names import axis_word, spoken_name
from wellbeva.report.facts.result import OptionFacts, Result, Spread
from wellbeva.report.page import row_plots
from wellbeva.report.page.blocks.gain_of_one import MOST_ROWS
from wellbeva.report.page.cells import interval, settled_number, tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Drawing, Mark, Note, Row, Table
from wellbeva.report.text import numbers
from wellbeva.results.variables import draws_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.record import Record

ABREAST = 4
"""Options side by side; the others are in inequality.csv."""
PURPOSES = {
    "dispersion": "Dispersion: how far people are apart, wherever they stand",
    "suffering": "Suffering: how many fare badly, whatever becomes of the others",
    "weighted universalism": "Weighted universalism: everybody counts, and most of all those who fare worst",
}
"""Bands of the table: each purpose of an index, in plain words."""
Means = Mapping[str, "xr.DataArray"]
"""Means over all futures, by role."""
ROLES = ("group_share", "share_gaining", "gain_each", "gain_realised", "level_before", "level_after")


def who_gains(dataset: xr.Dataset, record: Record, table: pd.DataFrame, result: Result) -> list[Block]:
    """Build the figure of levels, the stairs of each option, and the table of indices.

    Parameters
    ----------
    dataset : xarray.Dataset
    record : Record
        The roles of its model name the outcomes; its scenario has the words for groups.
    table : DataFrame
        The table ``inequality`` of the run.
    result : Result
    """
    if table["change"].isna().all():
        lines = tuple(f"{numbers.capital(note)}." for note in table["note"].unique())
        many = numbers.capital(numbers.counted(dataset.sizes["group"], "group"))
        return [Note("iq", f"{many}: too many to keep the draws of their answers", lines, points=False)]
    indices = table.set_index(["option", "index"])
    options = [one for one in ranked(result) if one.name in set(table["option"])][:ABREAST]
    groups = [axis_word(record, "group", str(label)) for label in dataset["group"].values]
    if not options or len(groups) < 2:
        return [_indices(options, indices, record, result)] if options else []
    names = {role: record.scenario.model.named(role) for role in ROLES}
    means = {role: dataset[name].sel(statistic="mean") for role, name in names.items()}
    before, after = (draws_of(dataset, names[role]) for role in ("level_before", "level_after"))
    ends = np.quantile(after - before[:, np.newaxis], [0.05, 0.95], axis=0)
    ranges = {str(option): ends[:, place] for place, option in enumerate(dataset["option"].values)}
    return [
        _groups(groups, means, ranges, options, indices, result),
        *(_staircase(groups, means, one, indices, result) for one in options if figures_fit()),
        _indices(options, indices, record, result),
    ]


@block(46)
def _who_gains(report: ReportInputs) -> list[Block]:
    table = report.tables.get("inequality")
    return [] if table is None else who_gains(report.dataset, report.record, table, report.result)


def _groups(
    groups: list[str],
    means: Means,
    ranges: Mapping[str, np.ndarray],
    options: list[OptionFacts],
    indices: pd.DataFrame,
    result: Result,
) -> Table:
    """Show each group before and after each option, on one axis; ranges of its change are arrays (2, group)."""
    before = means["level_before"].values
    after = {one.name: means["level_after"].sel(option=one.name).values for one in options}
    axis = row_plots.linear_axis(np.concatenate([before, *after.values()]), tick, zero=False)
    rows: list[Row] = []
    for one in options[: max(1, MOST_ROWS // len(groups))]:
        rows.append(Row(one.head, kind="band"))
        each = zip(groups, before, after[one.name], means["group_share"].values, ranges[one.name].T, strict=True)
        for number, (who, was, becomes, share, (low, high)) in enumerate(each, 1):
            change = Spread(becomes - was, q05=low, q95=high)
            y, start, end = row_plots.ROW / 2, axis.place(was), axis.place(becomes)
            marks = (
                Mark("line", start, y, end, y, css="thin"),
                Mark("dot", start, y, css="pt h"),
                Mark("dot", end, y, css="pt"),
            )
            cells = (
                Cell(picture=row_plots.row(axis, marks)),
                Cell(numbers.number(was, 3), before="before "),
                Cell(numbers.number(becomes, 3), before="after "),
                Cell(
                    numbers.fine_number(change.mean),
                    before="change ",
                    under=interval(change, numbers.fine_number) if change.has_range else "",
                ),
            )
            rows.append(Row(f"{number} {who}", cells, under=f"{numbers.number(100 * share)} of 100 people"))
    ends = [numbers.in_sentence(groups[int(extreme(before))]) for extreme in (np.argmin, np.argmax)]
    first, *others = sorted(options, key=lambda one: indices.at[(one.name, "group_gap"), "change"])
    said = {one.name: _move(indices.loc[(one.name, "group_gap")], result) for one in options}
    title = f"With {spoken_name(result, first.name)} the gap between {' and '.join(ends)} {said[first.name]}"
    dek = [f"With {spoken_name(result, one.name)} it {said[one.name]}." for one in others]
    if ends[0] == ends[1]:
        title = "All groups start at the same level, so that any gain of some opens a gap"
        dek = [f"With {spoken_name(result, one.name)} the largest gap {said[one.name]}." for one in (first, *others)]
    return Table(
        "iq", "Figure",
        title,
        " ".join([*dek, "Average life satisfaction of everybody in a group, before and while the gain is fullest."]),
        (
            Column(f"{numbers.capital(noun(result))} and group", css="c-name"),
            Column("Life satisfaction, from 0 to 10", css="plot", picture=row_plots.head(axis)),
            Column("Before", "points", css="n"),
            Column("After", "points", css="n"),
            Column("Change", "9 of 10 futures" if result.uncertain else "points", css="n c-wide"),
        ),
        tuple(rows),
        note=_ceiling(means, options, result),
        layout="league", css="tp", keys=("moved",),
    )  # fmt: skip


def _move(row: pd.Series, result: Result) -> str:
    """Say how an index changes on average, and in how many futures it does."""
    falls, size = row["change"] < 0, numbers.fine_number(abs(row["change"]))
    if size == "0":
        return "stays as it is"
    said = f"{'falls' if falls else 'rises'} by {size} points"
    chance = row["prob_falls"] if falls else 1 - row["prob_falls"]
    return f"{said}, {numbers.in_futures(chance, result.draws)}" if np.isfinite(chance) else said


def _ceiling(means: Means, options: list[OptionFacts], result: Result) -> str:
    """Say how much of each option's gain the ends of the scale take."""
    movers = means["group_share"] * means["share_gaining"]
    left = (movers * means["gain_realised"]).sum("group") / (movers * means["gain_each"]).sum("group")
    kept = [(spoken_name(result, one.name), float(left.sel(option=one.name))) for one in options]
    said = [f"{_percent(1 - share)} of the gain of {name}" for name, share in kept if np.isfinite(share)]
    return f"The ends of the scale take {numbers.listed(said)}: nobody can answer above 10 or below 0." if said else ""


def _staircase(groups: list[str], means: Means, one: OptionFacts, indices: pd.DataFrame, result: Result) -> Drawing:
    """Draw the groups as stairs, and the line whose rise is the slope index."""
    from wellbeva.plot import technical

    slope = indices.loc[(one.name, "slope_index")]
    title = f"With {spoken_name(result, one.name)} the slope across groups {_move(slope, result)}"
    rise = f"{numbers.number(slope['before'], 3)} points before and {numbers.number(slope['after'], 3)} after"
    dek = (
        "Each step is a group, numbered as above and as wide as its share of people. Shaded, with the solid line: "
        f"before; dotted, with the dashed line: after. The slope index is how far the line rises: {rise}."
    )
    across, up = "People, of 100, in the order of the groups", "Life satisfaction, from 0 to 10"
    words = technical.Words(f"st_{one.name}", title, f"{len(groups)} steps. The line rises by {rise}.", across, up)
    svg = technical.staircase(
        words,
        shares=means["group_share"].values,
        before=means["level_before"].values,
        after=means["level_after"].sel(option=one.name).values,
        slopes=(slope["before"], slope["after"]),
    )
    return Drawing(words.key, "Figure", title, dek, svg)


def _indices(options: list[OptionFacts], indices: pd.DataFrame, record: Record, result: Result) -> Table:
    """List the indices by purpose, with the change by each option, and how far each is to be trusted on this scale."""
    first = indices.loc[options[0].name]
    rows: list[Row] = []
    for purpose, words in PURPOSES.items():
        rows.append(Row(words, kind="band"))
        for name, facts in first[first["purpose"] == purpose].iterrows():
            write = _percent if facts["unit"] == "share" else numbers.fine_number
            changes = (_change(indices.loc[(one.name, name)], write) for one in options)
            scale = Cell(facts["keeps_meaning"].partition(",")[0], under=facts["mirror"])
            means = (INDICES[str(name)].compute.__doc__ or "").partition("\n")[0]
            head, under = str(name).replace("_", " "), means.removeprefix("Return ").rstrip(".")
            rows.append(Row(numbers.capital(head), (Cell(write(facts["before"])), *changes, scale), under=under))
    falling = [f"{(indices.loc[one.name, 'change'] < 0).sum()} with {spoken_name(result, one.name)}" for one in options]
    chosen = choices_of(record)
    notes = [f"{numbers.capital(note)}." for note in first["note"].unique() if note]
    notes += ["Falls in: of 100 futures."] if result.uncertain else []
    if rest := len(indices.index.unique("option")) - len(options):
        notes.append(f"In inequality.csv: {numbers.counted(rest, f'more {noun(result)}')}.")
    notes.append(
        f"The line is {chosen.line}, the aversion {chosen.atkinson:g} in Atkinson's index, {chosen.kolm:g} in Kolm's. "
        "An index that does not keep its meaning depends on where the zero of the scale lies; read from the other end, "
        "10 is 0."
    )
    return Table(
        "ix", "Table", f"Of {len(first)} indices of inequality, {numbers.listed(falling)} fall on average",
        "Each index before, on average over all futures, and how each option changes it. They answer different "
        "questions, and may disagree.",
        (
            Column("Index"),
            Column("Before", css="n"),
            *(Column(one.head, "9 of 10 futures" if result.uncertain else "fixed inputs", css="n") for one in options),
            Column("Keeps its meaning", "read from the other end"),
        ),
        tuple(rows),
        note=" ".join(notes),
        css="ix", wide=True,
    )  # fmt: skip


def _change(row: pd.Series, write: Callable[[float], str]) -> Cell:
    spread = Spread(row["change"], q05=row["change_q05"], q95=row["change_q95"], mcse=row["mcse"])
    if not spread.has_range:
        return Cell(write(spread.mean))
    falls = f"falls in {numbers.in_hundred(row['prob_falls'])}"
    return Cell(settled_number(spread, write), under=f"{interval(spread, write)}; {falls}")


def _percent(share: float) -> str:
    return f"{numbers.fine_number(100 * share)}%"
