"""Cells and words that the tables of page one share."""

from __future__ import annotations

import math
from collections.abc import Callable

from wellbeva.analysis.tables.decision import NOT_GIVEN
from wellbeva.report.facts.answer import against, beside_the_order, measure
from wellbeva.report.facts.result import OptionFacts, Result, Spread
from wellbeva.report.page import row_plots
from wellbeva.report.page.view import Cell, Column
from wellbeva.report.text import numbers

NO_BREAK = "\N{NO-BREAK SPACE}"
DETAIL = 44  # characters of an option's own words that fit under its name
WELLBY = "One WELLBY is one point of life satisfaction, on a scale from 0 to 10, for one person for one year."


def main_spread(one: OptionFacts, result: Result) -> Spread:
    """Return the spread that ranks an option among rivals: net benefit [money], or the effect if nothing values it.

    Parameters
    ----------
    one : OptionFacts
    result : Result
    """
    return Spread(0.0) if one.nothing else one.net if result.levels else one.effect


def chance_cell(one: OptionFacts, result: Result) -> Cell:
    """Write the chance that an option gains nothing, in 1,000 futures; a dash where nothing varies.

    Parameters
    ----------
    one : OptionFacts
    result : Result
        Its number of draws limits how small a chance can be written.
    """
    known = math.isfinite(one.no_benefit)
    return Cell(
        numbers.in_thousand(one.no_benefit, result.draws),
        before="no gain: ",
        after=" in 1,000" if known else "",
        dagger=known and one.uncontrolled,
    )


def worth_cell(one: OptionFacts) -> Cell:
    """Write in how many of ten futures it is worth its cost."""
    return Cell(
        numbers.in_ten(one.worth_it), before="worth its cost: ", after=" of 10" if math.isfinite(one.worth_it) else ""
    )


def chance_columns(result: Result) -> tuple[Column, ...]:
    """Head the two chances: of no gain, which looks at people alone, and of being worth the cost."""
    gain = "wellbeing" if result.effect_unit == "WELLBY" else result.unit
    worth = (Column("Worth its cost", "of 10 futures", css="n c-w"),) if result.levels else ()
    return (Column(f"No gain in {gain}", "in 1,000 futures", css="n c-p"), *worth)


def detail(one: OptionFacts, result: Result) -> str:
    """Say what an option costs: for each person where offers share a budget, else in all or more than another.

    Parameters
    ----------
    one : OptionFacts
    result : Result
    """
    saved = numbers.total(abs(one.saved), result.currency)
    if one.unpriced:
        cost = NOT_GIVEN
    elif result.against and one.name != result.reference:
        more = "more" if one.paid > 0 else "less"
        cost = f"costs {numbers.total(abs(one.paid), result.currency)} {more}" if one.paid else "costs the same"
        cost += f", saves {saved} {'more' if one.saved > 0 else 'less'}" if one.saved else ""
    else:
        cost = f"costs {numbers.total(one.own_cost, result.currency)}" if one.own_cost else "costs nothing"
        if math.isfinite(one.place_cost) and not math.isnan(result.budget):
            cost = f"{numbers.price(one.place_cost, result.currency)} each"
        cost += f", saves {saved}{' less' if one.saved < 0 else ''}" if one.saved and not result.against else ""
    if one.other:
        kind = "benefits" if one.other > 0 else "losses"
        cost += f", other {kind} of {numbers.total(abs(one.other), result.currency)}"
    said = one.heading[1]
    return f"{said}, {cost}" if said and (said != one.doc or len(said) <= DETAIL - len(cost)) else cost


def no_ratio(one: OptionFacts) -> str:
    """Say why there is no effect for each 1,000 of cost."""
    if one.unpriced:
        return NOT_GIVEN
    return "saves money" if one.paid < one.saved else "costs no more" if one.own_cost else "costs nothing"


def interval(spread: Spread, write: Callable[[float], str]) -> str:
    """Write the range of 9 of 10 futures, or that there is none.

    Parameters
    ----------
    spread : Spread
    write : callable of float to str
        Writes a number in the unit of the spread.
    """
    if not spread.has_range:
        return "no interval"
    low, high = write(spread.q05), write(spread.q95)
    return numbers.span(low, high).replace(" ", NO_BREAK)


def settled_number(spread: Spread, write: Callable[[float], str]) -> str:
    """Write an average, with its standard error of sampling where that is above 5% of it.

    Parameters
    ----------
    spread : Spread
    write : callable of float to str
        Writes a number in the unit of the spread.
    """
    text = write(spread.mean)
    shown = math.isfinite(spread.mcse) and spread.mean != 0 and spread.mcse > 0.05 * abs(spread.mean)
    return f"{text} ± {write(spread.mcse)}" if shown else text


def range_words(result: Result) -> str:
    """Name what stands under each number, and that it is provisional if it is."""
    what = "9 of 10 futures" if result.uncertain else "fixed inputs"
    return f"{what}, provisional" if result.provisional else what


def keys(result: Result, spreads: list[Spread], axis: row_plots.PlotAxis) -> tuple[str, ...]:
    """Name the marks that a figure uses, for the key under it.

    Parameters
    ----------
    result : Result
        The grades of its options.
    spreads : list of Spread
        Those of the rows.
    axis : PlotAxis
        Of the figure, in the unit of the spreads; values beyond its ends become arrows.
    """
    keys = ["spread"] if any(spread.has_range for spread in spreads) else ["dot"]
    grades = {one.hollow for one in result.real if one.evidence}
    early = [one.uncontrolled for one in result.real if one.hollow == "h"]
    keys += ["hollow" if all(early) else "early"] if early else []
    keys += ["ring"] if "a" in grades else []
    if axis.kind == "log" and any(spread.mean <= 0 for spread in spreads):
        keys.append("square")
    if any(axis.below(spread.q05) or axis.above(spread.q95) for spread in spreads if spread.has_range):
        keys.append("arrow")
    return tuple(keys)


def explain(result: Result) -> str:
    """Explain the unit and the measure once, at first use."""
    parts = [WELLBY] if result.effect_unit == "WELLBY" else []
    if result.levels and result.choose == "one":
        parts.append(
            f"Net benefit is the gain, at {numbers.price(result.value, result.currency)} a {result.effect_unit}, "
            f"plus savings{' and other benefits' if any(one.other for one in result.real) else ''}, less cost."
        )
    if result.choose == "several" and not math.isnan(result.budget):
        parts.append(f"Each offer gets {numbers.round_total(result.budget, result.currency)}.")
    return " ".join(parts)


def note_under(result: Result, parts: tuple[tuple[OptionFacts, ...], ...]) -> str:
    """Say under the figure whose costs count, what its marks depend on, and against what its numbers are.

    Parameters
    ----------
    result : Result
    parts : tuple of tuple of OptionFacts
        The bands of a league, empty for rivals.
    """
    said = [result.perspective] if result.perspective else []
    if len(parts) > 1:
        said.append("A new band starts where the upper offer beats the next one in at least 9 of 10 futures.")
    if result.uncertain and any(one.uncontrolled for one in result.real):
        said.append("† No comparison group: the gain may not be due to the offer, so the true chance is higher.")
    if not result.uncertain:
        said.append(f"Fixed inputs: {result.fixed}. Nothing was drawn, so there is no range and no chance.")
    if result.choose == "several" and any(one.other for one in result.real):
        said.append(beside_the_order(measure(result)))
    if result.against:
        said.append(against(result))
    return " ".join(said)


def tick(x: float) -> str:
    """Write a number on an axis."""
    return "0" if x == 0 else f"{x:,.10g}".replace("-", numbers.MINUS)


def money_tick(x: float, currency: str) -> str:
    """Write money on an axis.

    Parameters
    ----------
    x : float [money]
    currency : str
        Its code: ``GBP``.
    """
    return "0" if x == 0 else numbers.total(x, currency).replace(".0k", "k").replace(".0m", "m")
