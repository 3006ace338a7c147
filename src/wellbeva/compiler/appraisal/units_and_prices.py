"""From an amount as written to a number in a parameter's unit and the appraisal's prices (FORMAT R4, R8, R9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from wellbeva.compiler.appraisal.rules import Appraisal
from wellbeva.core.spans import Located
from wellbeva.core.units import CURRENCIES, YEAR, Unit, UnitError, base
from wellbeva.errors import Collector
from wellbeva.scenario.text.identifiers import SIGNS
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.amounts import parse_amount

UnitParser = Callable[[str], Unit]
_MONEY_WORDS = frozenset({*CURRENCIES, "money", "per"})


@dataclass(frozen=True, slots=True)
class Target:
    """The unit a number must come to, and the words the model uses for it.

    Parameters
    ----------
    unit : Unit
    text : str
    inverse : bool
        Whether the number is in one over the unit, as the rate of a gamma is.

    Attributes
    ----------
    currency : str
        The price token, ``GBP[2025]``, if the unit has one.
    """

    unit: Unit
    text: str
    inverse: bool = False
    currency: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "currency", next(iter(_money_in(self.unit)), ""))  # asked for by every number

    @property
    def words(self) -> str:
        """The unit for a message."""
        unit = self.text or "a plain number"
        return f"{unit}, and a rate is in one over it" if self.inverse else unit

    @property
    def kind(self) -> str:
        """The kind of the number, for a message."""
        if self.is_duration:
            return "a length of time"
        if self.unit == base("person"):
            return "a number of people"
        if self.unit == base("LS"):
            return "points of life satisfaction"
        return "a sum of money" if self.takes_money else "something else"

    @property
    def is_duration(self) -> bool:
        """Whether the number says how long something takes."""
        return self.unit == YEAR

    @property
    def takes_money(self) -> bool:
        """Whether the number is a sum of money, for each of something or not."""
        return _money_in(self.numerator) == {self.currency: 1}

    @property
    def numerator(self) -> Unit:
        """The unit without its divisors: GBP of GBP/person."""
        return Unit(tuple((token, power) for token, power in self.unit.powers if power > 0))


@dataclass(slots=True, eq=False)
class Converter:
    """Turns amounts into floats in one unit.

    Parameters
    ----------
    appraisal : Appraisal
        Prices, exchange rates, calendar.
    parse_unit : callable
    collector : Collector
    prices : int or None
        Price year of the sums that `read` finds without one (semantics R127).
    """

    appraisal: Appraisal
    parse_unit: UnitParser
    collector: Collector
    prices: int | None = None
    _factors: dict[tuple[str, str, int | None, bool, bool, Target], Fraction] = field(default_factory=dict)

    @property
    def money(self) -> Target:
        """The unit of the appraisal's sums of money."""
        money = base(self.appraisal.money_token)
        return Target(money, str(money))

    def exact(self, amount: Amount, target: Target, *, lenient: bool = False) -> Fraction | None:
        """Return the number in the target's unit, or None after noting an error.

        Parameters
        ----------
        amount : Amount
        target : Target
        lenient : bool
            Unit and currency may be missing: a model's bounds are in the unit of their parameter.
        """
        # A rate may be a share for each year: `3%`, `3% per year`.
        if amount.percent and not target.numerator.dimensionless and not target.inverse:
            self._wrong(amount, target, f"a share (%) stands where the model takes {target.kind}")
            return None
        free = lenient or not amount.number
        if free and not (amount.unit or amount.currency):
            return amount.number
        # A file writes the same few units over and over.
        key = (amount.unit, amount.currency, amount.price_year, not amount.number, lenient, target)
        factor = self._factors.get(key)
        if factor is None:
            factor = self._factor(amount, target, free=free)
            if factor is None:
                return None
            self._factors[key] = factor
        return amount.number if factor == 1 else amount.number * factor

    def read(self, text: Located, target: Target) -> float | None:
        """Return the number that a text says, in the target's unit, or None after noting an error.

        Parameters
        ----------
        text : Located
        target : Target
        """
        amount = parse_amount(text, collector=self.collector)
        if amount is None:
            return None
        if amount.currencies and amount.price_year is None:
            amount = replace(amount, price_year=self.prices)
        exact = self.exact(amount, target)
        return None if exact is None else float(exact)

    def _factor(self, amount: Amount, target: Target, *, free: bool) -> Fraction | None:
        """Return the factor from the unit of an amount to the target: that of its money times that of the rest."""
        try:
            written = self.parse_unit(amount.unit) * (base(amount.currency) if amount.currency else Unit())
        except UnitError as error:
            # Nobody knows what was meant, so the remedy offers the number itself.
            own = error.declare and f"; or {error.declare}"
            self._wrong(amount, target, f"the unit is not understood: {error}", own, example=replace(amount, unit=""))
            return None
        written = written**-1 if target.inverse else written
        price = self._price_factor(amount, written, target, free=free)
        rest = None if price is None else self._rest_factor(amount, written, target)
        if price is None or rest is None:
            return None
        return 1 / (price * rest) if target.inverse else price * rest

    def _price_factor(self, amount: Amount, written: Unit, target: Target, *, free: bool) -> Fraction | None:
        """Return the factor of prices and exchange, to the power that the money has in the unit."""
        given, wanted = _money_in(written), _money_in(target.unit)
        if given and not wanted:
            self._wrong(amount, target, f"money stands where the model takes {target.kind}")
            return None
        if wanted and not given:
            if not free:
                below = sum(wanted.values()) < 0
                self._wrong(
                    amount, target, f"{'money below the line' if below else 'a sum of money'} must show its currency"
                )
            return Fraction(1) if free else None
        powers = dict.fromkeys(wanted, Fraction(0))
        result = Fraction(1)
        for token, power in given.items():
            code = token[:3]
            to = next((one for one in wanted if one[:3] == code), target.currency)
            powers[to] += power
            factor = self.appraisal.money_factor(replace(amount, currency=code), to, self.collector)
            if factor is None:
                return None
            result *= factor ** int(power)
        if powers != wanted:
            self._wrong(amount, target, f"money stands {_where(powers)}, and in the model {_where(wanted)}")
            return None
        return result

    def _rest_factor(self, amount: Amount, written: Unit, target: Target) -> Fraction | None:
        """Return the factor of all but the money; divisors may be left out, or all of a unit that is not a duration."""
        if set(re.findall(r"[A-Za-z_]\w*", amount.unit)) <= _MONEY_WORDS:
            if target.is_duration:
                self._wrong(amount, target, f"a {'rate' if target.inverse else 'duration'} must show its unit")
                return None
            return Fraction(1)
        own, factor = self._in_years(_without_money(written))
        for unit in (target.unit, target.numerator):
            wanted, divisor = self._in_years(_without_money(unit))
            if own == wanted:
                return factor / divisor
        self._wrong(amount, target, f"{amount.unit!r} does not fit")
        return None

    def _in_years(self, unit: Unit) -> tuple[Unit, Fraction]:
        """Rewrite months, weeks and days as years, and return the factor that this takes."""
        factor, result = Fraction(1), Unit()
        for token, power in unit.powers:
            years = self.appraisal.years_in(token)
            if years is not None:
                factor *= years ** int(power)
            result *= base(token if years is None else "year") ** power
        return result, factor

    def _wrong(
        self, amount: Amount, target: Target, fact: str, more: str = "", *, example: Amount | None = None
    ) -> None:
        self.collector.error(
            "WB-U101",
            f"wrong unit: {fact}",
            amount.span,
            facts=(f"written: {written_amount(amount)}", f"the model's unit: {target.words}"),
            remedy=f"write it as {_example(example or amount, target)}" + _in_a_table(amount, target) + more,
        )


def written_amount(amount: Amount) -> str:
    """Write an amount as a person would, without its price year."""
    sign = SIGNS.get(amount.currency, "")
    number = amount.number * 100 if amount.percent else amount.number
    return f"{sign}{float(number):,.10g}{'%' if amount.percent else ''} {amount.unit}".strip()


def _in_a_table(amount: Amount, target: Target) -> str:
    """Say how a table of plain numbers shows their unit."""
    if not amount.bare or amount.span is None or not amount.span.in_table:
        return ""
    if target.currency and not target.inverse:
        cells = "in Excel format the cells as £; or " if target.takes_money else ""
        return f"; {cells}add a column that ends in `.unit` and says `{_money_words(target, 'GBP[2023]')}`"
    return "; or add a column that ends in `.unit` and says `months`" if target.is_duration else ""


def _example(amount: Amount, target: Target) -> str:
    """Show the same number in a form that the unit takes."""
    number = f"{float(amount.number):,.10g}"
    if target.inverse:
        below = "month" if target.is_duration else target.currency[:3] or target.text
        return f"`{number} per {below}`, or give the scale, which is one over the rate"
    if target.is_duration and (amount.percent or amount.currency):
        return "a length of time, such as `6 months`"
    if target.is_duration:
        s = "" if abs(amount.number) == 1 else "s"
        return f"`{number} year{s}`, `{number} month{s}` or `{number} week{s}`"
    if target.currency:
        signs = f"`£{number}`, `${number}` or `€{number}`"
        shown = signs if target.takes_money else f"`{number} {_money_words(target, target.currency[:3])}`"
        return f"{shown}, with `in 2023 prices` behind it if that is the year"
    if target.unit == base("person"):
        return f"a number of people, such as `{number if amount.number >= 1 else 200}`"
    share = f"a plain number such as `{number}`, or with % for a share"
    # of another unit the same number would be another amount
    bare = "a bare number" if amount.percent or amount.unit else f"`{number}`"
    converted = f", after converting {written_amount(amount)}" if amount.percent or amount.unit else ""
    return share if target.unit.dimensionless else f"{bare}, which is then in {target.text}{converted}"


def _money_words(target: Target, money: str) -> str:
    """Write a unit with money in it, ``WELLBY per GBP``, without its other divisors."""
    power = int(_money_in(target.unit)[target.currency])
    above = str(_without_money(target.numerator)) if not _without_money(target.numerator).dimensionless else ""
    words = [*([above] if above else []), *[money] * power]
    return " ".join(["*".join(words), *[f"per {money}"] * -power]).strip()


def _money_in(unit: Unit) -> dict[str, Fraction]:
    """Return the price tokens of a unit with their powers."""
    return {token: power for token, power in unit.powers if base(token).is_money}


def _without_money(unit: Unit) -> Unit:
    return Unit(tuple((token, power) for token, power in unit.powers if not base(token).is_money))


def _where(powers: Mapping[str, Fraction]) -> str:
    """Say on which side of the line money stands."""
    power = sum(powers.values())
    side = "above" if power > 0 else "below"
    return f"{side} the line" + ("" if abs(power) == 1 else f" to the power {abs(power)}")
