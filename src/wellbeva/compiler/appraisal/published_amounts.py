"""Readers of amounts and exchange rates by a scenario's rules, for judging published lines."""

from __future__ import annotations

from collections.abc import Callable

from wellbeva.compiler.appraisal.rules import exchange_rate, resolve
from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.core.units import base, parse_unit
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Scenario
from wellbeva.scenario.value import Amount


def number_reader(scenario: Scenario) -> Callable[[Amount, str], float]:
    """Return a function from an amount and the text of a unit to a number in that unit.

    A bare number is in that unit: a source that prints life years prints `8.94`. Money must still show its currency.
    The function raises ValueError, with a sentence, where the amount does not fit the unit.
    """
    appraisal = resolve(scenario.appraisal, Collector())
    money = base(appraisal.money_token)
    extra = tuple(scenario.model.units)

    def read(amount: Amount, text: str) -> float:
        collector = Collector()
        unit = parse_unit("" if text == "1" else text, money=money, prices=appraisal.prices, extra=extra)
        converter = Converter(
            appraisal, lambda words: parse_unit(words, money=money, prices=appraisal.prices, extra=extra), collector
        )
        target = Target(unit, text)
        exact = converter.exact(amount, target, lenient=not target.currency)
        if exact is None:
            raise ValueError(collector.errors[0].message)
        return float(exact)

    return read


def rate_reader(scenario: Scenario) -> Callable[[str, str], float]:
    """Return a function that gives how many units of the second currency one unit of the first is.

    The function raises ValueError where the scenario gives no rate.
    """
    appraisal = resolve(scenario.appraisal, Collector())

    def rate(source: str, target: str) -> float:
        found = exchange_rate(appraisal.exchange, source, target, year=appraisal.prices)
        if found is None:
            raise ValueError(f"no exchange rate between {source} and {target} is given under appraisal.exchange")
        return float(found)

    return rate
