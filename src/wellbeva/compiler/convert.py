"""From an amount as written to a number in a parameter's unit and the appraisal's prices (FORMAT R4, R8, R9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from wellbeva.compiler.appraise import Appraisal
from wellbeva.core.units import YEAR, Unit, UnitError, base
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Amount

UnitParser = Callable[[str], Unit]
ONE = Fraction(1)
SIGNS = {"GBP": "£", "USD": "$", "EUR": "€"}


@dataclass(frozen=True, slots=True)
class Target:
    """The unit a number must come to, and the words the model uses for it.

    Parameters
    ----------
    unit : Unit
    text : str

    Attributes
    ----------
    currency : str
        The price token, ``GBP[2025]``, if the unit has one.
    """

    unit: Unit
    text: str
    currency: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        token = next((token for token, _ in self.unit.powers if base(token).is_money), "")
        object.__setattr__(self, "currency", token)  # asked for by every number

    @property
    def words(self) -> str:
        """The unit for a message."""
        return self.text or "a plain number"

    @property
    def kind(self) -> str:
        """What the number says, for a message."""
        if self.is_duration:
            return "a length of time"
        if self.unit == base("person"):
            return "a number of people"
        if self.unit == base("LS"):
            return "points of life satisfaction"
        return "a sum of money" if self.currency else "something else"

    @property
    def is_duration(self) -> bool:
        """Whether the number says how long something takes."""
        return self.unit == YEAR

    @property
    def numerator(self) -> Unit:
        """What is left without the divisors: GBP of GBP/person."""
        return Unit(tuple((token, power) for token, power in self.unit.powers if power > 0))


class Converter:
    """Turns amounts into floats in one unit.

    Parameters
    ----------
    appraisal : Appraisal
        Prices, exchange rates, calendar.
    parse_unit : callable
    collector : Collector
    """

    def __init__(self, appraisal: Appraisal, parse_unit: UnitParser, collector: Collector) -> None:
        self._appraisal = appraisal
        self._parse_unit = parse_unit
        self._collector = collector
        self._factors: dict[tuple[str, Target], Fraction] = {}

    def exact(self, amount: Amount, target: Target, *, lenient: bool = False) -> Fraction | None:
        """Return the number in the target's unit, or None after noting an error.

        Parameters
        ----------
        amount : Amount
        target : Target
        lenient : bool
            Unit and currency may be missing: the ends of an interval take those of its centre.
        """
        number = amount.number
        # A rate may be a share for each year: `3%`, `3% per year`.
        if amount.percent and not target.numerator.dimensionless:
            self._wrong(amount, target, f"a share (%) stands where the model takes {target.kind}")
            return None
        price = self._price_factor(amount, target, lenient=lenient)
        if price is None:
            return None
        factor = self._unit_factor(amount, target, lenient=lenient)
        if factor is None:
            return None
        for one in (price, factor):
            if one is not ONE:  # most numbers are written as they are wanted
                number *= one
        return number

    def _price_factor(self, amount: Amount, target: Target, *, lenient: bool) -> Fraction | None:
        price = target.currency
        if amount.currency and not price:
            self._wrong(amount, target, f"money stands where the model takes {target.kind}")
            return None
        if not price:
            return ONE
        if not amount.currency:
            if amount.number == 0 or lenient:
                return ONE
            self._wrong(amount, target, "a sum of money must show its currency")
            return None
        return self._appraisal.money_factor(amount, price, self._collector)

    def _unit_factor(self, amount: Amount, target: Target, *, lenient: bool) -> Fraction | None:
        if not amount.unit:
            if target.is_duration and amount.number != 0 and not lenient:
                self._wrong(amount, target, "a duration must show its unit")
                return None
            return ONE
        # A file writes the same few units over and over.
        known = self._factors.get((amount.unit, target))
        if known is None:
            known = self._new_factor(amount, target)
            if known is not None:
                self._factors[amount.unit, target] = known
        return known

    def _new_factor(self, amount: Amount, target: Target) -> Fraction | None:
        try:
            written = self._parse_unit(amount.unit)
        except UnitError as error:
            self._wrong(amount, target, f"the unit is not understood: {error}")
            return None
        written, factor = self._in_years(written)
        wanted, divisor = self._in_years(_without_money(target.unit))
        numerator, numerator_divisor = self._in_years(_without_money(target.numerator))
        if written == wanted:
            return factor / divisor
        if written == numerator:
            return factor / numerator_divisor
        self._wrong(amount, target, f"{amount.unit!r} does not fit")
        return None

    def _in_years(self, unit: Unit) -> tuple[Unit, Fraction]:
        """Rewrite months, weeks and days as years, and return the factor that this takes."""
        factor, result = Fraction(1), Unit()
        for token, power in unit.powers:
            years = self._appraisal.years_in(token)
            if years is not None:
                factor *= years ** int(power)
            result *= base(token if years is None else "year") ** power
        return result, factor

    def _wrong(self, amount: Amount, target: Target, fact: str) -> None:
        self._collector.error(
            "WB-U101",
            f"wrong unit: {fact}",
            amount.span,
            facts=(f"written: {written_amount(amount)}", f"the model's unit: {target.words}"),
            remedy=f"write it as {_example(amount, target)}" + _in_a_table(amount, target),
        )


def written_amount(amount: Amount) -> str:
    """Write an amount as a person would, without its price year."""
    sign = SIGNS.get(amount.currency, "")
    number = amount.number * 100 if amount.percent else amount.number
    return f"{sign}{float(number):,.10g}{'%' if amount.percent else ''} {amount.unit}".strip()


def _in_a_table(amount: Amount, target: Target) -> str:
    """Say how a table of plain numbers shows their unit."""
    file = amount.span.file if amount.span is not None else ""
    if amount.unit or amount.currency or amount.percent or not re.search(r"\.(csv|xlsx)\b", file):
        return ""
    if target.currency:
        return "; in Excel format the cells as £; or add a column that ends in `.unit` and says `GBP[2023]`"
    return "; or add a column that ends in `.unit` and says `months`" if target.is_duration else ""


def _example(amount: Amount, target: Target) -> str:
    """Show the same number in a form that the unit takes."""
    number = f"{float(amount.number):,.10g}"
    if target.is_duration and (amount.percent or amount.currency):
        return "a length of time, such as `6 months`"
    if target.is_duration:
        return f"`{number} years`, `{number} months` or `{number} weeks`"
    if target.currency:
        return f"`£{number}`, `${number}` or `€{number}`, with `in 2023 prices` behind it if that is the year"
    if target.unit.dimensionless:
        return f"a plain number such as `{number}`, or with % for a share"
    if target.unit == base("person"):
        return f"a number of people, such as `{number}`" if amount.number >= 1 else "a number of people, such as `200`"
    return f"`{number}`, which is then in {target.text}"


def _without_money(unit: Unit) -> Unit:
    return Unit(tuple((token, power) for token, power in unit.powers if not base(token).is_money))
