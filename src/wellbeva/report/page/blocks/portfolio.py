"""What purchase gains most of each budget, how sure that is, and what more money would gain."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from wellbeva.report.facts.answer import noun, ranked
from wellbeva.report.facts.names import axis_word, outcome_words
from wellbeva.report.facts.result import Result
from wellbeva.report.page import row_plots
from wellbeva.report.page.cells import tick
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Mark, Row, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    import pandas as pd

ABREAST = 4
"""Budgets side by side."""
MOST_ROWS = 8
"""Budgets of the figure."""
SELDOM = 0.05
"""Share of futures below which an offer that is not bought is left to the note."""


@block(15)
def _portfolio(report: ReportInputs) -> list[Block]:
    table, frontier = report.tables.get("portfolio"), report.tables.get("portfolio_frontier")
    if table is None or frontier is None:
        return []
    figure = [_frontier(frontier, sorted(set(table["budget"])), report.result)] if len(frontier) else []
    limits = report.tables.get("portfolio_limits")
    return [_purchases(table, report), *([] if limits is None else [_limits(limits, report)]), *figure]


def _purchases(table: pd.DataFrame, report: ReportInputs) -> Table:
    result = report.result
    budgets = sorted(set(table["budget"]))[:ABREAST]
    parts = [table[table["budget"] == budget].set_index("option") for budget in budgets]
    names = [one.name for one in ranked(result) if any(one.name in part.index for part in parts)]
    drawn = bool(table["often_bought"].notna().any())

    def matters(name: str) -> bool:
        return any(part.at[name, "bought"] or part.at[name, "often_bought"] >= SELDOM for part in parts)

    rows = [
        Row(result.option(name).head, tuple(_cell(part.loc[name], drawn=drawn) for part in parts))
        for name in names
        if matters(name)
    ]
    rows.append(Row("Spent", tuple(Cell(_words(part["cost"].sum(), result)) for part in parts), kind="total"))
    rows.append(
        Row(
            f"{numbers.capital(result.unit) if result.unit != 'WELLBYs' else 'WELLBYs'} gained",
            tuple(Cell(numbers.number(part["effect"].sum())) for part in parts),
            under="on average",
        )
    )
    unit = "of 100 futures" if drawn else ""
    return Table(
        "pf",
        "Table",
        _title(parts, budgets, result),
        _dek(table, report, drawn=drawn),
        (
            Column(numbers.capital(noun(result))),
            *(Column(_words(budget, result), unit, css="n") for budget in budgets),
        ),
        tuple(rows),
        note=_note(table, [name for name in names if not matters(name)], drawn=drawn),
    )


def _cell(row: pd.Series, *, drawn: bool) -> Cell:
    often = numbers.in_hundred(row["often_bought"]) if drawn and not math.isnan(row["often_bought"]) else ""
    if not row["bought"]:
        return Cell(numbers.NOT_APPLICABLE, under=often)
    return Cell("buy" if math.isnan(row["places"]) else f"{numbers.count(row['places'])} places", under=often)


def _title(parts: list[pd.DataFrame], budgets: list[float], result: Result) -> str:
    said = []
    if all(part["reason"].str.startswith("no purchase").any() for part in parts):
        return "No purchase keeps the limits that are set"
    for part, budget in zip(parts, budgets, strict=True):
        bought = [one.short for one in ranked(result) if one.name in part.index and part.at[one.name, "bought"]]
        what = (
            numbers.in_sentence(bought[0])
            if len(bought) == 1
            else numbers.counted(len(bought), noun(result))
            if bought
            else "nothing"
        )
        said.append((_words(budget, result), what))
    (least, first), (most, last) = said[0], said[-1]
    if first == last:
        return f"The best purchase for {least if least == most else f'{least} to {most}'} is {first}"
    return f"The best purchase for {least} is {first}, for {most} {last}"


def _dek(table: pd.DataFrame, report: ReportInputs, *, drawn: bool) -> str:
    result, spec = report.result, report.record.scenario.portfolio
    most = "greatest net benefit" if math.isfinite(result.value) else f"most {result.unit}"
    said = [f"The {most} that each budget can buy, on average over all futures."]
    if table["places"].notna().any():
        said.append(
            f"An {noun(result)} with a number of places is bought by the place, and each place costs and gains the "
            f"same; any other {noun(result)} is bought whole, once."
        )
    else:
        said.append(f"Each {noun(result)} is bought whole, as it is described, or not at all.")
    said.append("What they gain adds up.")
    if spec is not None and spec.within_budget:
        chance = numbers.in_hundred(spec.within_budget)
        said.append(f"As much is held back as keeps the cost within the budget in {chance} of 100 futures.")
    if drawn:
        said.append("In lighter type: in how many of 100 futures it would be bought, were that future known.")
    return " ".join(said)


def _note(table: pd.DataFrame, seldom: list[str], *, drawn: bool) -> str:
    said = list(dict.fromkeys(f"{numbers.capital(why)}." for why in table["reason"] if why.startswith("no purchase")))
    if seldom:
        others = numbers.counted(len(seldom), "other offer")
        chance = f", and would be in fewer than {round(100 * SELDOM)} of 100 futures" if drawn else ""
        said.append(f"{numbers.capital(others)} {'is' if len(seldom) == 1 else 'are'} not bought{chance}.")
    if drawn:
        error = math.ceil(100 * table["often_bought_mcse"].max())
        said.append(f"The standard error of these numbers is at most {error} of 100." if error else "")
    return " ".join(filter(None, said))


def _words(budget: float, result: Result) -> str:
    return numbers.round_total(budget, result.currency)


def _limits(table: pd.DataFrame, report: ReportInputs) -> Table:
    result = report.result
    valued = math.isfinite(result.value)
    worth = partial(numbers.total, currency=result.currency) if valued else numbers.number
    rows = []
    for budget, part in list(table.groupby("budget"))[:ABREAST]:
        rows.append(Row(f"{_words(budget, result)} to spend", kind="band"))
        for row in part.itertuples():
            asked = [
                f"{word} {numbers.number(bound)}"
                for word, bound in (("at least", row.at_least), ("at most", row.at_most))
                if math.isfinite(bound)
            ]
            rows.append(
                Row(
                    _limit_words(row.limit, report) if row.limit else "All limits together",
                    (
                        Cell(numbers.number(row.reached) if row.limit else numbers.NOT_APPLICABLE),
                        Cell(worth(row.cost), under=_error(row.cost_mcse, worth)),
                        Cell(numbers.NOT_APPLICABLE if math.isnan(row.shadow_price) else worth(row.shadow_price)),
                    ),
                    under=" and ".join(asked),
                )
            )
    together = table[table["limit"] == ""]
    dearest = together.loc[together["cost"].idxmax()]
    unit = "net benefit" if valued else result.unit
    return Table(
        "pfl",
        "Table",
        f"Keeping the limits costs up to {worth(dearest['cost'])} of {unit}"
        if dearest["cost"] > 0
        else "The best purchases keep the limits without giving anything up",
        "What the best purchase without a limit would gain more, on average over all futures. The last unit is what "
        "one unit less of a floor, or one more of a ceiling, would add were offers bought in part.",
        (
            Column("Limit"),
            Column("Reached", css="n"),
            Column("Costs", unit, css="n"),
            Column("The last unit costs", unit, css="n"),
        ),
        tuple(rows),
    )


def _error(error: float, worth: Callable[[float], str]) -> str:
    return f"standard error {worth(error)}" if error > 0 else ""


def _limit_words(limit: str, report: ReportInputs) -> str:
    name, *labels = limit.split(".")
    outcome = report.dataset[name]
    axes = {str(label): str(axis) for axis in outcome.dims for label in outcome[axis].values}
    said = [axis_word(report.record, axes[label], label) for label in labels]
    return ": ".join([outcome_words(name, outcome.attrs.get("doc", "")), *said])


def _frontier(table: pd.DataFrame, asked: list[float], result: Result) -> Table:
    rows = table[((table["cost"].diff() != 0) & (table["cost"] > 0)) | table["budget"].isin(asked)]
    while len(rows) > MOST_ROWS:
        thinned = rows[rows["budget"].isin(asked) | (rows.reset_index().index % 2 == 0)]
        if len(thinned) == len(rows):
            break
        rows = thinned
    axis = row_plots.linear_axis(rows["effect"], tick)
    digits = 3 if len({numbers.number(one) for one in rows["effect"]}) < len(rows) else 2
    money = partial(numbers.total, currency=result.currency, digits=digits)
    valued = math.isfinite(result.value)
    step = f"the next {numbers.price(1 if valued else 1000, result.currency, 1)}"
    shown = []
    for row in rows.itertuples():
        y = row_plots.ROW / 2
        bar = Mark("line", axis.place(0), y, axis.place(row.effect), y, css="thick")
        cells = [
            Cell(picture=row_plots.row(axis, (bar, Mark("dot", axis.place(row.effect), y, css="pt")))),
            Cell(numbers.number(row.effect, digits), after=f" {result.unit}"),
        ]
        if valued:
            cells.append(Cell(money(row.net_benefit), before="net benefit "))
        cells.append(Cell(_next(row.shadow_price, result), before=f"{step} adds "))
        shown.append(Row(_words(row.budget, result), tuple(cells)))
    at = table.set_index("budget")["shadow_price"]
    known = [budget for budget in asked if budget in at.index]
    return Table(
        "pff",
        "Figure",
        _frontier_title([(_words(one, result), _next(at[one], result)) for one in known], step),
        f"{result.unit} gained on average by the best purchase at each budget; what a little more money would add, "
        "were offers bought in part.",
        (
            Column("Budget", css="c-name"),
            Column(f"{result.unit} gained", css="plot", picture=row_plots.head(axis)),
            Column(result.unit, css="n"),
            *([Column("Net benefit", css="n")] if valued else []),
            Column(f"{numbers.capital(step)} adds", "net benefit" if valued else result.unit, css="n c-wide"),
        ),
        tuple(shown),
        layout="league",
        css="tp",
    )


def _next(shadow_price: float, result: Result) -> str:
    if math.isnan(shadow_price):
        return numbers.NOT_APPLICABLE
    if not math.isfinite(result.value):
        return numbers.number(1000 * shadow_price)
    return numbers.price(shadow_price, result.currency, 3 if 1 <= shadow_price < 10 else 2)


def _frontier_title(said: list[tuple[str, str]], step: str) -> str:
    said = [(budget, "nothing" if adds == "0" else adds) for budget, adds in said]
    if not said:
        return "More money gains more, and each further pound less"
    if len(said) == 1 or said[0][1] == said[-1][1]:
        return f"After {said[0][0]}, {step} adds {said[0][1]}"
    return f"More money gains less: {step} adds {said[0][1]} after {said[0][0]}, and {said[-1][1]} after {said[-1][0]}"
