"""Who pays, who gains, when: outcomes that the model reports along payer, body, group and time; and every outcome."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.report import rows, words
from wellbeva.report.answer import ranked
from wellbeva.report.facts import Result, spread_of
from wellbeva.report.view import Block, Cell, Column, Row, Table

if TYPE_CHECKING:
    import xarray as xr

    from wellbeva.compiler.record import Record

PICTURED = 3  # options whose bars still fit side by side
MOST_PERIODS = 12
PER_YEAR = {"year": 1, "quarter": 4, "month": 12, "week": 52}


def across_axes(dataset: xr.Dataset, record: Record, result: Result) -> list[Block]:
    """Build a block for each outcome along payer, body, group or time that has more than one label."""
    blocks: list[Block] = []
    money = _by_two(dataset, "payer") + _by_two(dataset, "body")
    if money:
        blocks.append(_who_pays(dataset, record, result, money))
    for name in _by_two(dataset, "group"):
        blocks.append(_who_gains(dataset, record, result, name))
    for name in _by_two(dataset, "time"):
        blocks.append(_when(dataset, record, result, name))
    return blocks


def outcome_table(dataset: xr.Dataset, record: Record, result: Result) -> list[Block]:
    """List every outcome that has at most the axes option and level: its average and range."""
    names = [str(name) for name in dataset.data_vars if dataset[name].attrs.get("kind") == "outcome"]
    shown = [one for one in names if set(dataset[one].dims) <= {"statistic", "option", "level"}]
    if not shown:
        return []
    order = [one.name for one in ranked(result) if not one.nothing] if result.options else []
    if not order and "option" in dataset.coords:
        order = [str(one) for one in dataset["option"].values]
    table_rows: list[Row] = []
    for name in shown:
        array = dataset[name]
        table_rows.append(Row(words.capital(array.attrs.get("doc") or name.replace("_", " ")), kind="band",
                              under=array.attrs.get("unit", "")))  # fmt: skip
        levels = [str(one) for one in array["level"].values] if "level" in array.dims else [""]
        options = [one for one in order if one in array["option"].values] if "option" in array.dims else [""]
        for option in options:
            cells = []
            for level in levels:
                at = array.sel(level=level) if level else array
                spread = spread_of(at.sel(option=option) if option else at)
                cells.append(Cell(words.number(spread.mean, 3), under=_range(spread.q05, spread.q95)))
            cells += [Cell()] * (3 - len(cells))
            table_rows.append(Row(_label(record, option) if option else "All", tuple(cells[:3])))
    return [
        Table(
            "ta", "Table", f"Every outcome of the model: {len(shown)}",
            "Average of all futures; below it, 9 of 10 futures. Ratios are ratios of averages and have no range. "
            "Outcomes at each value of the effect have three columns, others one.",
            (Column("Outcome"), Column("Average, or at low value", css="n"), Column("At central value", css="n"),
             Column("At high value", css="n")),
            tuple(table_rows),
        )
    ]  # fmt: skip


def _range(low: float, high: float) -> str:
    return words.span(words.number(low, 3), words.number(high, 3)) if math.isfinite(low) and low < high else ""


def _by_two(dataset: xr.Dataset, axis: str) -> list[str]:
    """Outcomes over option and one more axis with several labels."""
    wanted = {"statistic", "option", axis}
    return [
        str(name)
        for name in dataset.data_vars
        if dataset[name].attrs.get("kind") == "outcome" and set(dataset[name].dims) == wanted
        and (dataset.sizes[axis] > 1)
    ]  # fmt: skip


def _label(record: Record, option: str) -> str:
    return next((one.label for one in record.scenario.options if one.name == option), option)


def _word(record: Record, axis: str, label: str) -> str:
    if axis == "group":
        return record.scenario.groups.get(label, label)
    return record.scenario.axes.get(axis, {}).get(label, label)


def _means(dataset: xr.Dataset, name: str, option: str, label: str, axis: str) -> float:
    return float(dataset[name].sel({"statistic": "mean", "option": option, axis: label}))


def _who_pays(dataset: xr.Dataset, record: Record, result: Result, names: list[str]) -> Table:
    """Draw costs to the left and savings to the right, on one scale for all options."""
    options = [one.name for one in ranked(result) if not one.nothing]
    lines: list[tuple[str, str, dict[str, float]]] = []
    for name in names:
        axis = next(one for one in ("payer", "body") if one in dataset[name].dims)
        sign = -1.0 if axis == "payer" else 1.0
        for label in (str(one) for one in dataset[axis].values):
            values = {option: sign * _means(dataset, name, option, label, axis) for option in options}
            if any(values.values()):
                lines.append((_word(record, axis, label), "pays" if sign < 0 else "saves", values))
    if "volunteer_cost" in dataset and set(dataset["volunteer_cost"].dims) == {"statistic", "option"}:
        values = {one: -float(dataset["volunteer_cost"].sel(statistic="mean", option=one)) for one in options}
        if any(values.values()):
            lines.append(("Volunteers", "give time worth", values))
    title = _pays_title(lines, options, record)
    dek = "Averages, present value. Hatched to the left: given. Solid to the right: saved. Minus is paid."
    if len(options) <= PICTURED:
        return _pictured(lines, options, record, result, title=title, dek=dek)
    columns = (Column("Offer"), *(Column(f"{who} {does}", css="n") for who, does, _ in lines))
    table_rows = tuple(
        Row(_label(record, one), tuple(Cell(words.total(values[one], result.currency)) for _, _, values in lines))
        for one in options
    )
    return Table("t3", "Table", title, dek.split(" Hatched")[0] + " Minus is paid.", columns, table_rows, wide=True)


def _pictured(
    lines: list[tuple[str, str, dict[str, float]]],
    options: list[str],
    record: Record,
    result: Result,
    *,
    title: str,
    dek: str,
) -> Table:
    every = [value for _, _, values in lines for value in values.values()] or [0.0]
    largest, smallest = max(0.0, *every), min(0.0, *every)
    def cell(value: float, option: str) -> Cell:
        said = words.total(value, result.currency) if value else "none"
        bar = rows.signed_bar(value, largest=largest, smallest=smallest, text=said)
        return Cell(picture=bar, before=f"{_label(record, option)}: ", spoken=said)

    table_rows = tuple(
        Row(who, tuple(cell(values[one], one) for one in options), under=does) for who, does, values in lines
    )
    columns = (Column("Who", css="c-name"), *(Column(_label(record, one), css="plot") for one in options))
    return Table("f3", "Figure", title, dek, columns, table_rows, layout="league", css="wp", keys=("bars",))


def _pays_title(lines: list[tuple[str, str, dict[str, float]]], options: list[str], record: Record) -> str:
    costs = [(who, values) for who, does, values in lines if does != "saves"]
    if not costs:
        return "Nobody pays"
    leaders = {max(costs, key=lambda one, option=option: -one[1][option])[0] for option in options}  # type: ignore[misc]
    if len(leaders) == 1:
        return f"{next(iter(leaders))} bears the largest cost of {'every option' if len(options) > 1 else _label(record, options[0])}"
    return f"Who bears the largest cost differs: {words.listed(sorted(leaders))}"


def _who_gains(dataset: xr.Dataset, record: Record, result: Result, name: str) -> Table:
    options = [one.name for one in ranked(result) if not one.nothing]
    groups = [str(one) for one in dataset["group"].values]
    most = {max(groups, key=lambda label, option=option: _means(dataset, name, option, label, "group")) for option in options}  # type: ignore[misc]
    gains = {_word(record, "group", one) for one in most}
    title = (
        f"{next(iter(gains))} gain most in all" if len(gains) == 1 else "Which group gains most in all differs by option"
    )
    table_rows = []
    for option in options:
        cells = []
        for label in groups:
            spread = spread_of(dataset[name].sel(option=option, group=label))
            cells.append(Cell(words.number(spread.mean), under=_two(spread.q05, spread.q95)))
        table_rows.append(Row(_label(record, option), tuple(cells)))
    unit = dataset[name].attrs.get("unit", "")
    return Table(
        f"tg_{name}", "Table", title, f"{name.replace('_', ' ').capitalize()}, {unit}. 9 of 10 futures below the average.",
        (Column("Option"), *(Column(_word(record, "group", one), css="n") for one in groups)), tuple(table_rows),
    )  # fmt: skip


def _two(low: float, high: float) -> str:
    return words.span(words.number(low), words.number(high)) if math.isfinite(low) and low < high else "no interval"


def _when(dataset: xr.Dataset, record: Record, result: Result, name: str) -> Table:
    options = [one.name for one in ranked(result) if not one.nothing]
    array = dataset[name].sel(statistic="mean").transpose("option", "time")
    time = record.scenario.time
    per_year = PER_YEAR.get(time.step, 1)
    periods = array.sizes["time"]
    # Averages add over periods; their ranges would not, so none are given.
    fold = per_year if periods > MOST_PERIODS else 1
    starts = list(range(0, periods, fold))[:MOST_PERIODS]
    heads = [_period(time.starts, start, fold, per_year, time.step) for start in starts]
    values = {one: np.asarray(array.sel(option=one).values, dtype=float) for one in options}
    parts = {one: [float(values[one][start : start + fold].sum()) for start in starts] for one in options}
    whole = sum(abs(sum(one)) for one in parts.values())
    first = sum(abs(one[0]) for one in parts.values())
    share = first / whole if whole else 0.0
    title = f"About {words.of_ten(share)} in 10 of the gain comes in the first {'year' if fold == per_year else time.step}"
    return Table(
        f"tt_{name}", "Table", title, f"{name.replace('_', ' ').capitalize()}, {dataset[name].attrs.get('unit', '')}, average.",
        (Column("Option"), *(Column(one, css="n") for one in heads)),
        tuple(Row(_label(record, one), tuple(Cell(words.number(value)) for value in parts[one])) for one in options),
    )  # fmt: skip


def _period(starts: int | None, start: int, fold: int, per_year: int, step: str) -> str:
    if fold == per_year:
        year = start // per_year
        return str(starts + year) if starts is not None else f"Year {year + 1}"
    return f"{step.capitalize()} {start + 1}"
