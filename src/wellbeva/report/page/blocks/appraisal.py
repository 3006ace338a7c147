"""Costs and gains of each option: the league of offers or the appraisal of rivals; how evidence is rated."""

from __future__ import annotations

import math
from collections.abc import Mapping

from wellbeva.report.facts.answer import has_ratio, measure, noun, ranked
from wellbeva.report.facts.before_deciding import mean_by_option
from wellbeva.report.facts.result import OptionFacts, Result, Spread
from wellbeva.report.page.cells import no_ratio, range_words
from wellbeva.report.page.registry import ReportInputs, block
from wellbeva.report.page.view import Block, Cell, Column, Note, Row, Table
from wellbeva.report.text import numbers

PURSE = "Cost to the public purse"
UNTOLD = "Which payers are public bodies is not said, so what the public purse pays is not told apart."


@block(10)
def _summary(report: ReportInputs) -> list[Block]:
    result = report.result
    if not result.options:
        return [evidence_rule(result)]
    spent = mean_by_option(report.dataset, report.record, result, "public_cost")
    make = _league if result.choose == "several" else _appraisal
    return [make(result, spent if any(spent.values()) else {}), evidence_rule(result)]


def evidence_rule(result: Result) -> Note:
    """Print the rule for rating evidence."""
    whose = (
        "An offer’s rating is the lowest among its effects on wellbeing"
        if result.choose == "several"
        else "An option’s rating is the lowest among its inputs, those graded assumed counted beside it"
    )
    return Note(
        "er",
        "How the evidence is rated",
        (
            "Strong (■■■): trial, or natural experiment, of this offer.",
            "Promising (■■□): matched comparison group.",
            "Initial (■□□): before and after only, or a survey link.",
            "Assumed (□□□): judgement, no study.",
            f"{whose}; the scenario grades each source by this rule.",
        ),
    )


def _league(result: Result, spent: Mapping[str, float]) -> Table:
    order, nine = ranked(result), range_words(result)
    money = _money(order)
    budget = not math.isnan(result.budget)
    dek = []
    if budget:
        dek.append(f"Each offer gets {numbers.round_total(result.budget, result.currency)}.")
    if result.levels:
        dek.append(_values(result))
    dek += _futures(result)
    columns = [
        Column(numbers.capital(noun(result))),
        Column("Evidence"),
        *(Column(head, "in all", css="n") for head, _ in money),
        Column(result.unit, nine, css="n"),
        Column(measure(result), nine, css="n"),
        Column(f"Cost of a {result.effect_unit}", "ratio of averages", css="n"),
        *([Column(PURSE, "average", css="n"), Column(measure(result), "of public money", css="n")] if spent else []),
    ]
    if result.levels:
        columns += [
            Column("Net benefit", "at low to high value", css="n"),
            Column("Benefit for each £1" if result.currency == "GBP" else "Benefit over cost", css="n"),
            Column("Repays its cost", "of 100 futures", css="n"),
        ]
    return Table(
        "t1",
        "Table",
        repays_title(result),
        " ".join(dek),
        tuple(columns),
        tuple(_league_row(one, result, money, spent) for one in order),
        note=(
            "That the last place bought works as well as the first is a judgement, graded assumed. "
            f"Where the money buys far more places than were studied, read the {measure(result)} and not the total. "
            if budget
            else ""
        )
        + ("" if spent else UNTOLD),
        wide=True,
    )


def _league_row(one: OptionFacts, result: Result, money: list[tuple[str, str]], spent: Mapping[str, float]) -> Row:
    cells = [
        Cell(evidence=one.evidence or "assumed"),
        *(Cell(numbers.total(getattr(one, field), result.currency), css="n") for _, field in money),
        _spread_cell(one.effect),
        _spread_cell(one.per_1000) if has_ratio(one) else Cell(numbers.NOT_APPLICABLE, under=no_ratio(one), css="n"),
        _per_unit(one, result),
        *([_purse(one, result, spent), _of_public_money(one, spent)] if spent else []),
    ]
    if result.levels:
        low, high = min(one.net_by_level), max(one.net_by_level)
        cells += [
            Cell(
                numbers.total(one.net.mean, result.currency),
                under=numbers.span(numbers.total(low, result.currency), numbers.total(high, result.currency)),
            ),
            Cell(numbers.price(one.bcr, result.currency) if math.isfinite(one.bcr) else numbers.NOT_APPLICABLE),
            Cell(numbers.in_hundred(one.worth_it)),
        ]
    return Row(one.head, tuple(cells), under=one.aside)


def repays_title(result: Result) -> str:
    """Say how many repay their cost, by their status, and of how many no cost is given.

    Of rivals it is those with a net benefit above 0; an offer that gains nothing may have one too, and that is said.
    """
    if not result.levels:
        return f"{numbers.capital(noun(result, 2))} in order of {measure(result)}"
    n, what = len(result.real), noun(result)
    unpriced = sum(one.unpriced for one in result.real)
    worth = sum(one.repays and not one.unpriced for one in result.real)
    repay = sum(one.status == "repays its cost" for one in result.real) if result.choose == "several" else worth
    more = worth - repay
    if unpriced == n:
        return f"No cost is given for {'the' if n == 1 else 'any'} {what}"
    without = "a net benefit above 0 without a gain"
    if n == 1:
        does = f"has {without}" if more else f"{'repays' if repay else 'does not repay'} its cost"
        return f"The {what} {does} on average"
    if repay == n:
        return f"Every {what} repays its cost on average"
    beside = f"; {numbers.word_for(more)} {'has' if more == 1 else 'have'} {without}" if more else ""
    beside += f"; no cost is given for {numbers.word_for(unpriced)}" if unpriced else ""
    if repay == 0:
        return f"No {what} repays its cost on average{beside}"
    verb = "repays its" if repay == 1 else "repay their"
    return f"{numbers.capital(numbers.word_for(repay))} of {numbers.counted(n, what)} {verb} cost on average{beside}"


def _money(options: tuple[OptionFacts, ...]) -> list[tuple[str, str]]:
    """Name what is paid and, where there are any, savings and other benefits: heading and field."""
    beside = [("Savings", "saved"), ("Other benefits in money", "other")]
    return [("Cost", "paid"), *(one for one in beside if any(getattr(option, one[1]) for option in options))]


def _futures(result: Result) -> tuple[str, ...]:
    return (f"Futures are the {numbers.count(result.draws)} draws of the model.",) if result.uncertain else ()


def _values(result: Result) -> str:
    prices = f"{result.price_year} prices. " if result.price_year else ""
    others = [
        f"{level} {numbers.price(value, result.currency)}"
        for level, value in zip(result.levels, result.values, strict=True)
        if value != result.value
    ]
    return f"{prices}A {result.effect_unit} is valued at {numbers.price(result.value, result.currency)}" + (
        f", {', '.join(others)}." if others else "."
    )


def _appraisal(result: Result, spent: Mapping[str, float]) -> Table:
    order, nine = ranked(result), range_words(result)
    money = result.currency
    lines: list[tuple[str, str, list[Cell]]] = [
        *(
            (head, "average", [Cell(numbers.total(_zero(one, getattr(one, field)), money)) for one in order])
            for head, field in _money(order)
        ),
        *([(PURSE, "average", [_purse(one, result, spent) for one in order])] if spent else []),
        (result.unit, nine, [Cell("0") if one.nothing else _spread_cell(one.effect) for one in order]),
        (measure(result), nine, [_ratio_cell(one) for one in order]),
        *([(measure(result), "of public money", [_of_public_money(one, spent) for one in order])] if spent else []),
        (f"Cost of a {result.effect_unit}", "ratio of averages", [_per_unit(one, result) for one in order]),
    ]
    for index, (level, value) in enumerate(zip(result.levels, result.values, strict=True)):
        at = f"{numbers.price(value, money)} a {result.effect_unit}"
        cells = [Cell(numbers.total(_zero(one, one.net_by_level[index]), money)) for one in order]
        lines.append((f"Net benefit, {level} value", at, cells))
    if result.levels:
        lines.append(
            (
                "Benefit over cost",
                "central value",
                [Cell(numbers.number(one.bcr) if math.isfinite(one.bcr) else numbers.NOT_APPLICABLE) for one in order],
            )
        )
    if result.levels and result.uncertain:
        lines.append(("Worth its cost", "of 10 futures", [Cell(numbers.in_ten(one.worth_it)) for one in order]))
        lines.append(("Best of all", "of 10 futures", [Cell(numbers.in_ten(one.best)) for one in order]))
    lines.append(
        (
            "Evidence",
            "",
            [
                Cell(evidence=one.evidence or "assumed", under=one.evidence_note) if not one.nothing else Cell("–")
                for one in order
            ],
        )
    )
    return Table(
        "t1",
        "Table",
        f"Appraisal summary: {repays_title(result)[:1].lower()}{repays_title(result)[1:]}",
        " ".join((_values(result), *_futures(result))) if result.levels else "",
        (Column("Measure"), *(Column(one.head, one.aside, css="n") for one in order)),
        tuple(Row(head, tuple(cells), under=under) for head, under, cells in lines),
        note="" if spent else UNTOLD,
    )


def _purse(one: OptionFacts, result: Result, spent: Mapping[str, float]) -> Cell:
    return Cell(numbers.total(spent.get(one.name, 0.0), result.currency))


def _of_public_money(one: OptionFacts, spent: Mapping[str, float]) -> Cell:
    """Write the effect for each 1,000 that public bodies pay: a ratio of averages, where they pay anything."""
    paid = spent.get(one.name, 0.0)
    return Cell(numbers.number(1000 * one.effect.mean / paid) if paid > 0 else numbers.NOT_APPLICABLE)


def _zero(one: OptionFacts, x: float) -> float:
    return 0.0 if one.nothing else x


def _ratio_cell(one: OptionFacts) -> Cell:
    return _spread_cell(one.per_1000) if has_ratio(one) and not one.nothing else Cell(numbers.NOT_APPLICABLE)


def _per_unit(one: OptionFacts, result: Result) -> Cell:
    if one.cost_per_wellby > 0:
        return Cell(numbers.price(one.cost_per_wellby, result.currency))
    why = no_ratio(one) if one.gains else "average gain is not clearly above 0"
    return Cell(numbers.NOT_APPLICABLE, under="" if one.nothing or one.name == result.reference else why)


def _spread_cell(spread: Spread) -> Cell:
    under = numbers.span(numbers.number(spread.q05), numbers.number(spread.q95)) if spread.has_range else "no interval"
    return Cell(numbers.number(spread.mean), under=under)
