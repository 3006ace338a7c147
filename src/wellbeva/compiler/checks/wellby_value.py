"""Mistakes about the value of a WELLBY: hurdles taken for values, mixed years, incomes counted twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.registered_values import load_figure
from wellbeva.appraisal.wellby import LEVELS, published_years, wellby_value
from wellbeva.compiler.appraisal.figures import is_figure, is_value_of_a_wellby
from wellbeva.compiler.appraisal.rules import FLOWS, Appraisal, exchange_rate, first_rate
from wellbeva.compiler.checks.unchecked_plan import UncheckedPlan
from wellbeva.core.spans import Span
from wellbeva.distributions.quantile import ppf
from wellbeva.language.traversal import mentions
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Scenario
from wellbeva.scenario.value import Amount, Value

HEALTH_RATE = 0.015
"""Yearly rate for effects on life: what is left of the standard rate without the growth of incomes."""
NEARLY_ALL = 0.999
"""Share of draws in which a growth that is drawn must be low enough; a family without an end has no highest draw."""
LEAST, MOST = 1_000.0, 5_000.0
"""Pounds that a WELLBY may cost at the margin of public spending: £2,500 in any year's prices, with room around it. No
published value of a WELLBY is below £10,000, so that what stands between is nearer to a hurdle than to a value."""
QALY = 20_000.0
"""Pounds of any year that a QALY is valued at, or more: £20,000 to £30,000 (NICE), £60,000, £70,000 (Green Book)."""
FAR_ABOVE = 1.2
"""Multiple of the published value of a WELLBY from which a sum is not one: other series differ by some hundredths."""
MEDIAN_INCOME = "median_income"
"""Name of the registered figure."""


@dataclass(frozen=True, slots=True)
class WellbyPrice:
    """One sum of money for a WELLBY that went in, from whatever layer.

    Parameters
    ----------
    input : Input
    level : str
        Its labels as words; the parameter's name where it has none.
    pounds : float or None
        In sterling of the appraisal's prices; None where no exchange rate is given.
    value : Value or None
        As written; None for what is published.
    span : Span or None
    """

    input: Input
    level: str
    pounds: float | None
    value: Value | None
    span: Span | None

    @property
    def is_low(self) -> bool:
        """Whether it is what a WELLBY may cost at the margin."""
        return self.pounds is not None and LEAST <= self.pounds <= MOST

    @property
    def is_high(self) -> bool:
        """Whether it can only be a value."""
        return self.pounds is not None and self.pounds > MOST


def pounds_in(appraisal: Appraisal) -> Fraction | None:
    """Return the pounds in one unit of the appraisal's money; None where no exchange rate is given."""
    if appraisal.currency == "GBP":
        return Fraction(1)
    return exchange_rate(appraisal.exchange, appraisal.currency, "GBP", year=appraisal.prices)


def read_worths(plan: UncheckedPlan) -> tuple[WellbyPrice, ...]:
    """Find every sum of money for a WELLBY among the inputs, hurdles included."""
    names = {parameter.name for parameter in plan.parameters if is_value_of_a_wellby(parameter.unit)}
    rate = pounds_in(plan.appraisal)
    found = []
    for given_input in plan.inputs:
        if given_input.parameter not in names:
            continue
        labels = tuple(label for _, label in given_input.labels)
        value = _value_of(plan.scenario, given_input, labels)
        span = value.span if value is not None else plan.place_of(given_input)
        pounds = None if rate is None else given_input.base * float(rate)
        found.append(WellbyPrice(given_input, " ".join(labels) or given_input.parameter, pounds, value, span))
    return tuple(found)


def _value_of(scenario: Scenario, one: Input, labels: tuple[str, ...]) -> Value | None:
    """Return the value as written; the scenario's own value of a WELLBY stands under `appraisal`."""
    if one.layer == "appraisal":
        if is_figure(one.parameter):
            return None
        own = scenario.appraisal.wellby_value
        return next((own[label] for label in labels if label in own), own.get("central"))
    return one.value if one.layer != "default" else None


def fail_if_the_value_grows_beside_a_health_rate(plan: UncheckedPlan) -> None:
    """Note an error for a value of a WELLBY that grows where the rate of discount already leaves that growth out (R32).

    The growth is `wellby_growth` [share, for each year].

    The health rate leaves the growth of incomes out; a value that grows with incomes would count it twice.
    What is left of wellbeing's first-year rate after the growth must not be below the health rate. A growth that is
    drawn is judged by its 99.9% quantile.
    """
    first = _first_rate(plan.appraisal)
    if first is None:
        return
    most = growth_left(first)
    for given_input in plan.inputs:
        growth = growth_of_value(given_input)
        if growth is None:
            continue
        # Room for the rounding of a difference of two rates that are written with few digits.
        if growth > most + 1e-9:
            rate = plan.appraisal.discount["wellbeing"]
            shown = f"{first * 100:g}% a year" + (f" ({rate})" if isinstance(rate, str) else "")
            drawn = "" if given_input.distribution is None else f", up to {growth * 100:.2g}% in 999 of 1,000 draws"
            plan.collector.error(
                "WB-A116",
                "the value of a WELLBY grows beside a rate of discount that leaves that growth out",
                plan.place_of(given_input),
                facts=(
                    f"growth of the value: {given_input.written} a year{drawn}",
                    f"wellbeing is discounted at {shown}; less the health rate of 1.5% that leaves {most * 100:.2g}%",
                ),
                remedy="keep the value constant, or discount wellbeing at the standard rate and let it grow by 2%",
            )


def growth_left(first: float) -> float:
    """Return by how much the value of a WELLBY may grow a year beside a rate of wellbeing's first year."""
    return max(first - HEALTH_RATE, 0.0)


def growth_of_value(given: Input) -> float | None:
    """Return the growth of the value of a WELLBY, or of one that is drawn its 99.9% quantile; None of other inputs."""
    if "value_growth" not in given.roles:
        return None
    return given.base if given.distribution is None else float(ppf(given.distribution, NEARLY_ALL))


def _first_rate(appraisal: Appraisal) -> float | None:
    """Return the rate at which wellbeing is discounted in the first year."""
    rate = appraisal.discount.get("wellbeing")
    return None if rate is None else first_rate(rate)


def warn_if_wellbeing_has_another_rate_than_its_value(plan: UncheckedPlan, worths: Iterable[WellbyPrice]) -> None:
    """Warn if the rate for wellbeing, less the growth of a WELLBY's value, is not 1.5% (R32).

    The growth is `wellby_growth` [share, for each year]; nothing is said unless an equation discounts wellbeing.

    A constant value of a WELLBY has the growth of incomes in the rate, which is then 1.5%. An appraisal that discounts
    nothing at all says so; one that discounts money alone counts wellbeing for too much.

    Parameters
    ----------
    plan : UncheckedPlan
    worths : iterable of WellbyPrice
        Only values published or written in sterling count.
    """
    first = _first_rate(plan.appraisal)
    used = {
        kind for kind in FLOWS for one in plan.equations.values() if mentions(one.expression, (f"discount.{kind}",))
    }
    if first is None or "wellbeing" not in used or not any(first_rate(plan.appraisal.discount[kind]) for kind in used):
        return
    growth = max((given_input.base for given_input in plan.inputs if "value_growth" in given_input.roles), default=0.0)
    sterling = [
        worth
        for worth in worths
        if "hurdle" not in worth.input.roles
        and (worth.value is None or _currency(worth.value, plan.appraisal) == "GBP")
    ]
    above = first - growth > HEALTH_RATE
    # Growth that the rate leaves out is an error of its own.
    if sterling and abs(first - growth - HEALTH_RATE) > 1e-9 and (above or growth <= 0):
        rate = plan.scenario.appraisal.discount.get("wellbeing")
        beside = f" beside a growth of {growth * 100:g}%" if growth else ""
        plan.collector.warn(
            "WB-A155",
            f"wellbeing is discounted at {first * 100:g}%{beside}, and the value of a WELLBY is meant for 1.5%",
            (rate.span if rate is not None else None) or plan.scenario.appraisal.spans.get("discount"),
            facts=(
                f"{_shown(max(sterling, key=_is_central))} in every year"
                if not growth
                else f"the value grows by {growth * 100:g}% a year",
                "HM Treasury discounts a constant value at the health rate, which leaves out the growth of incomes",
            ),
            remedy="leave the rate for wellbeing out, or "
            + ("let the value grow by 2% (model growing_value)" if above else "discount nothing at all, money neither"),
        )


def _currency(value: Value, appraisal: Appraisal) -> str:
    amount = _first(value)
    return (amount.currency if amount is not None else "") or appraisal.currency


def warn_if_a_qaly_stands_for_the_value(plan: UncheckedPlan, worths: Iterable[WellbyPrice]) -> None:
    """Warn of a value of a WELLBY as high as that of a QALY: a QALY holds several WELLBYs.

    At £30,000 or £70,000 every offer would be worth its cost.

    Parameters
    ----------
    plan : UncheckedPlan
    worths : iterable of WellbyPrice
    """
    for values in _by_parameter(worths):
        # One value may stand for all levels; it is judged as the central one.
        for one in {id(each.value): each for each in sorted(values, key=_is_central)}.values():
            published = _published_beside(one, plan.appraisal)
            if published is None:
                continue
            plan.collector.warn(
                "WB-A154",
                "the value of a WELLBY is as high as that of a QALY",
                one.span,
                facts=(
                    f"written: {one.input.written}",
                    f"published value of a WELLBY: {published}",
                    "a QALY is valued at £20,000 to £30,000 (NICE) or at £70,000 (Green Book)",
                ),
                remedy="take the preset's value; a QALY is some 7 WELLBYs (figure `qaly_wellby`)",
            )
            break


def _published_beside(one: WellbyPrice, appraisal: Appraisal) -> str | None:
    """Return the published value in words where a sum is far above it, and as high as a QALY's; judged as written."""
    amount = _first(one.value)
    if one.value is None or amount is None:
        return None
    pounds, year = one.pounds, appraisal.prices
    if _currency(one.value, appraisal) == "GBP":
        pounds, year = float(amount.number), amount.price_year or appraisal.prices
    if pounds is None or year is None or pounds < QALY:
        return None
    level = next((label for _, label in one.input.labels if label in LEVELS), "central")
    years = published_years()
    nearest = year if year in years else years[0]
    try:
        raised = appraisal.deflator.ratio(from_year=nearest, to_year=year)
    except AppraisalError:
        nearest, raised = years[-1], Fraction(1)
    value = float(wellby_value(nearest).level(level) * raised)
    return f"£{value:,.0f} in {year if raised != 1 else nearest} prices" if pounds > FAR_ABOVE * value else None


def fail_if_a_value_is_below_zero(plan: UncheckedPlan, worths: Iterable[WellbyPrice]) -> None:
    """Note an error for a negative value of a WELLBY: more wellbeing would count as a loss (R249).

    Parameters
    ----------
    plan : UncheckedPlan
    worths : iterable of WellbyPrice
        Judged by their base case; of a hurdle a model says itself what it may be.
    """
    for one in worths:
        if one.input.base < 0 and "hurdle" not in one.input.roles:
            plan.collector.error(
                "WB-C060",
                "the value of a WELLBY is below zero",
                one.span,
                facts=(f"written: {one.input.written}", "the option that takes most wellbeing away would be the best"),
                remedy="write what is paid for a WELLBY, 0 or more; to leave wellbeing out of account write £0",
            )


def fail_if_a_hurdle_stands_among_values(plan: UncheckedPlan, worths: Iterable[WellbyPrice]) -> None:
    """Note an error for a low level such as £2,500 beside £13,000: the cost of a WELLBY is not a cautious value of it.

    Parameters
    ----------
    plan : UncheckedPlan
    worths : iterable of WellbyPrice
        Judged in pounds of the appraisal's prices.
    """
    for values in _by_parameter(worths):
        other = next((value for value in values if value.is_high), None)
        if other is None:
            continue
        for low in (value for value in values if value.is_low):
            plan.collector.error(
                "WB-A117",
                "a hurdle on cost stands among the values of a WELLBY",
                low.span,
                facts=(f"{low.level}: £{low.pounds:,.0f}, what a WELLBY costs", f"{_shown(other)}, a value"),
                remedy=f"take it out of `{low.input.parameter}`; "
                "compare it with the cost of a WELLBY (model cost_effectiveness)",
            )


def warn_if_a_hurdle_stands_for_the_value(plan: UncheckedPlan, worths: Iterable[WellbyPrice]) -> None:
    """Warn if every value of a WELLBY is a hurdle: £2,500 is what one costs elsewhere, and not what it is worth.

    Parameters
    ----------
    plan : UncheckedPlan
    worths : iterable of WellbyPrice
        Judged in pounds of the appraisal's prices.
    """
    for values in _by_parameter(worths):
        if not all(value.is_low for value in values):
            continue
        first = values[0]
        plan.collector.warn(
            "WB-A118",
            "the value of a WELLBY is a hurdle on its cost",
            first.span,
            facts=(f"given: £{first.pounds:,.0f}", "published values begin at £10,000 (HM Treasury, 2019 prices)"),
            remedy="take the preset's value; compare the hurdle with the cost of a WELLBY (model cost_effectiveness)",
        )


def warn_if_a_value_stands_for_the_hurdle(plan: UncheckedPlan, worths: Iterable[WellbyPrice]) -> None:
    """Warn of a hurdle as high as a value of a WELLBY, £13,000: nearly every offer passes it, so it tests none.

    Parameters
    ----------
    plan : UncheckedPlan
    worths : iterable of WellbyPrice
        Judged in pounds of the appraisal's prices.
    """
    for worth in worths:
        if "hurdle" in worth.input.roles and worth.is_high:
            plan.collector.warn(
                "WB-A126",
                "the hurdle on the cost of a WELLBY is as high as a value of it",
                worth.span,
                facts=(f"{_shown(worth)}", "a WELLBY costs some £2,500 elsewhere in the public sector"),
                remedy="take the preset's hurdle, or value the WELLBYs in another model",
            )


def fail_if_a_hurdle_weighs_the_decision(plan: UncheckedPlan) -> None:
    """Note an error if the decision's value of the effect is a hurdle on the cost of a WELLBY (R35).

    A hurdle is held against a cost; net benefit and benefit over cost mean nothing at it.
    """
    text = plan.model.decision.value if plan.model.decision is not None else None
    if text is None:
        return
    # Of an equation the words that stand in it: a hurdle named there still weighs the decision.
    own = plan.model.equations.get(text.text.strip())
    words = set(re.findall(r"\w+", text.text if own is None else own.expression.text))
    for parameter in plan.parameters:
        hurdle = parameter.name in plan.model.roles.get("hurdle", ())
        if hurdle and parameter.name in words and is_value_of_a_wellby(parameter.unit):
            plan.collector.error(
                "WB-A127",
                "the decision takes a hurdle on the cost of a WELLBY for the value of one",
                text.span(),
                facts=(f"decision's value: {parameter.name}", f"{parameter.name}: {parameter.doc}"),
                remedy="leave `value` out of the decision, and report effect - cost / hurdle as an outcome",
            )


def _by_parameter(worths: Iterable[WellbyPrice]) -> Iterator[list[WellbyPrice]]:
    """Group what stands as a value by parameter; hurdles are left out."""
    found: dict[str, list[WellbyPrice]] = {}
    for worth in worths:
        if "hurdle" not in worth.input.roles:
            found.setdefault(worth.input.parameter, []).append(worth)
    yield from found.values()


def _is_central(one: WellbyPrice) -> bool:
    return one.level == "central"


def _shown(one: WellbyPrice) -> str:
    return f"{one.level}: £{one.pounds:,.0f}"


def warn_if_the_value_of_a_wellby_is_of_another_year(plan: UncheckedPlan, worths: Iterable[WellbyPrice]) -> None:
    """Warn of a value of a WELLBY of another price year than the costs: it rises by more than prices.

    Parameters
    ----------
    plan : UncheckedPlan
    worths : iterable of WellbyPrice
        Those in pounds, judged as written.
    """
    prices = plan.appraisal.prices
    # One value may stand for several levels; it is reported once.
    written = {
        id(worth.value): worth for worth in worths if worth.value is not None and "hurdle" not in worth.input.roles
    }
    for one in written.values():
        if plan.appraisal.uprate is not None and one.input.layer == "appraisal":
            continue
        amount = _first(one.value)
        if one.value is None or amount is None or amount.currency != "GBP" or prices is None:
            continue
        if amount.price_year not in (None, prices):
            plan.collector.warn(
                "WB-A119",
                f"the value of a WELLBY is brought to {prices} prices by the deflator alone",
                one.value.span,
                facts=(
                    f"written: {one.value.written}",
                    "HM Treasury also raises it by real GDP per head to the power 1.3",
                ),
                remedy=f"give the value published for {prices}, or series to raise it by (`uprate` in `wellby_value`)",
            )
            continue
        years = [
            year
            for year in published_years()
            if any(wellby_value(year).level(level) == amount.number for level in LEVELS)
        ]
        if amount.price_year is None and years and prices not in years:
            plan.collector.warn(
                "WB-A119",
                f"the value of a WELLBY is that of {years[0]} prices, and money is in {prices} prices",
                one.value.span,
                facts=(f"written: {one.value.written}", f"prices of this appraisal: {prices}"),
                remedy=f"give the value for {prices}, or set `prices: {years[0]}` under appraisal",
            )


def warn_if_an_income_is_of_another_year(plan: UncheckedPlan) -> None:
    """Warn of a group's income of another year than the country's median: incomes rise by more than prices.

    `group_income` [money a year] is compared by its price year with the registered `median_income`.
    """
    if not any(
        given_input.parameter == MEDIAN_INCOME and given_input.layer == "appraisal" for given_input in plan.inputs
    ):
        return
    median = load_figure(MEDIAN_INCOME).figure()
    for given_input in plan.inputs:
        if "group_income" not in given_input.roles or given_input.layer == "default":
            continue
        amount = _first(given_input.value)
        if amount is None or not amount.number:
            continue
        year = amount.price_year or plan.appraisal.prices
        if year is not None and year != median.price_year:
            plan.collector.warn(
                "WB-A128",
                f"an income in {year} prices is brought to the year of the median income by prices alone",
                given_input.value.span,
                facts=(
                    f"{given_input.path}: {given_input.written}",
                    f"{median.vintage.name}, in {median.price_year} prices",
                ),
                remedy=f"give the group's income of the median's year, in {median.price_year} prices, "
                "or a median_income of the group's year",
            )


def _first(value: Value | None) -> Amount | None:
    return next(iter(value.amounts.values()), None) if value is not None else None
