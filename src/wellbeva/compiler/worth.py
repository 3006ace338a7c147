"""What goes wrong with the value of a WELLBY: hurdles sold as values, years that mix, incomes counted twice."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from wellbeva.appraisal.schedules import load_schedule
from wellbeva.appraisal.wellby import LEVELS, published_years, wellby_value
from wellbeva.compiler.appraise import Appraisal
from wellbeva.compiler.places import place_of_input
from wellbeva.compiler.record import Input
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Scenario

HEALTH_RATE = 0.015
"""Yearly rate for effects on life: what is left of the standard rate without the growth of incomes."""
GROWTH = "wellby_growth"
"""Name of the parameter by which a model lets the value of a WELLBY grow."""
HURDLES = (Fraction(2_000), Fraction(3_000))
"""Band of what a WELLBY costs at the margin of public spending; no published value of a WELLBY is near it."""


def fail_if_the_value_grows_beside_a_health_rate(
    scenario: Scenario, appraisal: Appraisal, inputs: Iterable[Input], collector: Collector
) -> None:
    """The health rate leaves the growth of incomes out; a value that grows with incomes would count it twice (R32)."""
    rate = appraisal.discount.get("wellbeing")
    if rate is None:
        return
    first = load_schedule(rate).rate(1) if isinstance(rate, str) else rate
    for one in inputs:
        if one.parameter == GROWTH and one.base > 0 and first <= HEALTH_RATE:
            shown = f"{first * 100:g}% a year" + (f" ({rate})" if isinstance(rate, str) else "")
            collector.error(
                "WB-A116",
                "the value of a WELLBY grows beside a health rate of discount",
                place_of_input(scenario, one),
                facts=(f"growth of the value: {one.written} a year", f"wellbeing is discounted at {shown}"),
                remedy="keep the value constant, or discount wellbeing at the standard rate (`wellbeing: standard`)",
            )


def fail_if_a_hurdle_stands_among_values(scenario: Scenario, collector: Collector) -> None:
    """A low level of £2,500 beside £13,000 would sell the cost of a WELLBY as a cautious value of it."""
    levels = _own_values(scenario)
    low = {level: amount for level, amount in levels.items() if HURDLES[0] <= amount <= HURDLES[1]}
    high = {level: amount for level, amount in levels.items() if amount > HURDLES[1]}
    for level in low if high else ():
        other, beside = next(iter(high.items()))
        collector.error(
            "WB-A117",
            "a hurdle on cost stands among the values of a WELLBY",
            scenario.appraisal.wellby_value[level].span,
            facts=(
                f"{level}: £{float(low[level]):,.0f}, what a WELLBY costs",
                f"{other}: £{float(beside):,.0f}, a value",
            ),
            remedy="take it out of `wellby_value`; hold it against the cost of a WELLBY (model cost_effectiveness)",
        )


def warn_if_a_hurdle_stands_for_the_value(scenario: Scenario, collector: Collector) -> None:
    """£2,500 is what a WELLBY costs elsewhere, not what it is worth; a benefit-cost ratio at it is none."""
    levels = _own_values(scenario)
    if levels and all(HURDLES[0] <= amount <= HURDLES[1] for amount in levels.values()):
        level = next(iter(levels))
        collector.warn(
            "WB-A118",
            "the value of a WELLBY is a hurdle on its cost",
            scenario.appraisal.wellby_value[level].span,
            facts=(
                f"given: £{float(levels[level]):,.0f}",
                "published values begin at £10,000 (HM Treasury, 2019 prices)",
            ),
            remedy="take the preset's value; hold the hurdle against the cost of a WELLBY (model cost_effectiveness)",
        )


def _own_values(scenario: Scenario) -> dict[str, Fraction]:
    found = {}
    for level in LEVELS:
        value = scenario.appraisal.wellby_value.get(level)
        amount = next(iter(value.amounts.values()), None) if value is not None else None
        if amount is not None and amount.currency == "GBP":
            found[level] = amount.number
    return found


def warn_if_the_value_of_a_wellby_is_of_another_year(
    scenario: Scenario, appraisal: Appraisal, collector: Collector
) -> None:
    """Costs of one price year against a value of another; prices alone are not what the value rises by."""
    for level in LEVELS:
        value = scenario.appraisal.wellby_value.get(level)
        amount = next(iter(value.amounts.values()), None) if value is not None else None
        if value is None or amount is None or amount.currency != "GBP" or appraisal.prices is None:
            continue
        prices = appraisal.prices
        if amount.price_year not in (None, prices):
            collector.warn(
                "WB-A119",
                f"the value of a WELLBY is brought to {prices} prices by the deflator alone",
                value.span,
                facts=(f"written: {value.written}", "HM Treasury also raises it by real GDP per head to the power 1.3"),
                remedy=f"give the value for {prices}, as published or as wellbeva.appraisal.uprated works it out",
            )
            continue
        years = [year for year in published_years() if wellby_value(year).level(level) == amount.number]
        if amount.price_year is None and years and prices not in years:
            collector.warn(
                "WB-A119",
                f"the value of a WELLBY is that of {years[0]} prices, and money is in {prices} prices",
                value.span,
                facts=(f"written: {value.written}", f"prices of this appraisal: {prices}"),
                remedy=f"give the value for {prices}, or set `prices: {years[0]}` under appraisal",
            )
