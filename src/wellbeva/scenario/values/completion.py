"""What a number does not show: its unit is that of the centre (semantics R4), its price year the source's (R127)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from wellbeva.distributions.families import LONG_FORMS
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Assignment
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.amounts import split_currency
from wellbeva.scenario.values.labels import ValueScope

_OWN_ARGUMENTS = [argument for family in LONG_FORMS.values() for argument in family.own_arguments]
PLAIN_ARGUMENTS = frozenset(argument.name for argument in _OWN_ARGUMENTS if argument.unit == "none")
"""Arguments that are plain numbers, whatever the value's unit: counts, shapes, spreads of a logarithm."""
RATES = frozenset(argument.name for argument in _OWN_ARGUMENTS if argument.unit == "inverse")
"""Arguments that are in one over the value's unit."""
_CENTRES = ("value", "centre", "mode", "mean", "median")
NO_NUMBERS = frozenset({"label", "switch", "same_as", "dirichlet"})

Change = Callable[[Amount], Amount]


def amounts_in(value: Value) -> Iterator[Amount]:
    """Yield every amount of a value, those of a mixture's parts too, without `base`, `truncate` and shares."""
    yield from value.amounts.values()
    yield from (amount for _, amount in value.points)
    for _, part in value.parts:
        yield from amounts_in(part)


def with_amounts(value: Value, change: Change, rate: Change) -> Value:
    """Return a value with its amounts changed, `base`, `truncate` and a mixture's parts included.

    Parameters
    ----------
    value : Value
    change : callable
        What becomes of an amount in the value's unit.
    rate : callable
        What becomes of one that is in one over it.
    """
    low, high = (None if end is None else change(end) for end in value.truncate)
    return replace(
        value,
        amounts={
            name: amount if name in PLAIN_ARGUMENTS else (rate if name in RATES else change)(amount)
            for name, amount in value.amounts.items()
        },
        points=tuple((at, change(amount)) for at, amount in value.points),
        parts=tuple((weight, with_amounts(part, change, rate)) for weight, part in value.parts),
        base=None if value.base is None else change(value.base),
        truncate=(low, high),
    )


def centre_of(value: Value) -> Amount | None:
    """Return the central number of a value; None for a form that has none."""
    return next((value.amounts[name] for name in _CENTRES if name in value.amounts), None)


def complete(value: Value, collector: Collector, *, unit: Amount | None = None) -> Value | None:
    """Give each amount that shows no unit, currency or price year those of the centre; None after an error.

    Where the centre shows none, the first amount that does leads, if all that do agree. A mixture's parts are values
    of their own.

    Parameters
    ----------
    value : Value
    collector : Collector
    unit : Amount or None
        The number 1 in the unit that ``unit:`` gives to all.
    """
    if value.form in NO_NUMBERS or (value.form == "number" and unit is None):
        return value
    points = [amount for _, amount in value.points]
    own = [amount for name, amount in value.amounts.items() if name not in PLAIN_ARGUMENTS | RATES] + points
    beside = [one for one in (*value.truncate, value.base) if one is not None]
    rates = [amount for name, amount in value.amounts.items() if name in RATES]
    parts = [amount for _, part in value.parts for amount in amounts_in(part)]
    shown = [one for one in (*own, *map(reciprocal, rates), *parts, *beside) if _shows(one)]
    centre = centre_of(value)
    first = unit or (centre if centre is not None and _shows(centre) else None)
    lead = first or next(iter(shown), None)
    in_prices = [one for one in shown if lead and one.price_year and one.currencies == lead.currencies]
    clash = _without_percent(own, beside, centre, strict=bool(points)) or _without_scale(own, beside, centre)
    if lead is not None and clash is None:
        bare = any(one.number and not _shows(one) for one in (*own, *rates, *beside))
        undated = any(one.number and one.price_year is None for one in (*own, *beside))
        odd = [one for one in (shown if bare and first is None else points) if _differs(one, lead)]
        other = [one for one in in_prices if one.price_year != in_prices[0].price_year]
        if odd:
            clash = lead, odd[0]
        elif other and (lead.price_year is None or (undated and first is None) or other[0] in points):
            clash = in_prices[0], other[0]
    if clash is not None:
        _refuse(*clash, value, collector)
    if lead is None or clash is not None:
        return value if clash is None else None
    year = lead.price_year or (in_prices[0].price_year if in_prices else None)

    def fill(amount: Amount, like: Amount) -> Amount:
        currency = amount.currency or ("" if amount.currencies else like.currency)
        # Money beside a length of time stays what is written, `£3`, and is refused as that.
        unit = amount.unit or (like.unit if like.currencies or not amount.currencies else "")
        filled = replace(amount, unit=unit, currency=currency)
        undated = amount.price_year is None and filled.currencies == like.currencies
        return replace(filled, price_year=year) if undated else filled

    if value.parts and unit is None:
        return replace(value, base=None if value.base is None else fill(value.base, lead))
    return with_amounts(value, lambda one: fill(one, lead), lambda one: fill(one, reciprocal(lead)))


def dated(value: Value, world: ValueScope, collector: Collector) -> Value:
    """Give money that names no price year that of its source, else the one for the whole scenario (semantics R127).

    Parameters
    ----------
    value : Value
    world : ValueScope
    collector : Collector
        Takes an error where the sources of one sum state two years.
    """
    if value.parts:
        parts = ((weight, replace(part, cites=part.cites or value.cites)) for weight, part in value.parts)
        value = replace(value, parts=tuple((weight, dated(part, world, collector)) for weight, part in parts))
    if not any(one.currencies and one.number and one.price_year is None for one in amounts_in(value)):
        return value
    cited = [world.sources[cite.key] for cite in value.cites if cite.key in world.sources]
    cited = cited or [source for source in world.sources.values() if source.covers and not value.cites]
    years = {int(source.prices): source.key for source in cited if source.prices.isdigit()}
    if len(years) > 1:
        collector.error(
            "WB-S431",
            "the sources of this sum state two price years",
            value.span,
            facts=tuple(f"{key}: {year}" for year, key in years.items()),
            remedy=f"write the year behind the number: `in {min(years)} prices`",
        )
    year = next(iter(years), world.prices)

    def fill(amount: Amount) -> Amount:
        undated = amount.currencies and amount.price_year is None
        return replace(amount, price_year=year) if undated else amount

    return value if year is None else with_amounts(value, fill, fill)


def in_stated_prices(assignment: Assignment, world: ValueScope, collector: Collector) -> Assignment:
    """Return an assignment whose sums have the price year that their source or the scenario states (R127).

    Parameters
    ----------
    assignment : Assignment
        The same object is returned where nothing changes.
    world : ValueScope
    collector : Collector
    """
    value = dated(assignment.value, world, collector)
    return assignment if value is assignment.value else replace(assignment, value=value)


def reciprocal(amount: Amount) -> Amount:
    """Return the number 1 in one over an amount's unit: ``1 per month`` for months, months for ``2 per month``.

    Examples
    --------
    >>> reciprocal(Amount(Fraction(2), "per person", currency="GBP")).unit
    'person per GBP'
    """
    above = [amount.currency] if amount.currency else []
    below: list[str] = []
    side = above
    for word in re.findall(r"[A-Za-z_]\w*|[/*]", amount.unit):
        if word in {"per", "/", "*"}:
            side = above if word == "*" else below
        else:
            side.append(word)
    unit, currency = split_currency(" ".join(["*".join(below), *(f"per {word}" for word in above)]).strip())
    return Amount(Fraction(1), unit, currency=currency, price_year=amount.price_year)


def same_unit(one: Amount, other: Amount) -> bool:
    """Whether two units are the same words, in singular or plural.

    Parameters
    ----------
    one, other : Amount
        Only their units are compared, not their currencies or price years.
    """
    return _singular(one.unit) == _singular(other.unit)


def _singular(unit: str) -> str:
    return {"people": "person"}.get(unit, unit.removesuffix("s"))


def _shows(amount: Amount) -> bool:
    return bool(amount.unit or amount.currency)


def _differs(one: Amount, lead: Amount) -> bool:
    """Whether an amount shows another unit than the one that leads."""
    return bool(one.unit and not same_unit(one, lead)) or bool(one.currencies and one.currencies != lead.currencies)


def _without_percent(
    own: list[Amount], beside: list[Amount], centre: Amount | None, *, strict: bool
) -> tuple[Amount, Amount] | None:
    """Return a number with a % and one that shows nothing, which R4 refuses; None if there are none.

    Beside a bare centre a % is plain; it is `30% (25 to 35)` that may be read in two ways.
    """
    numbers = [one for one in ([] if centre is None else [centre]) + own if one.number]
    if not numbers or (centre is not None and not centre.percent):
        return None
    odd = [number for number in numbers if number.percent != numbers[0].percent and (strict or not _shows(number))]
    odd += [one for one in beside if one.number and numbers[0].percent and not one.percent and not _shows(one)]
    return (numbers[0], odd[0]) if odd else None


def _without_scale(own: list[Amount], beside: list[Amount], centre: Amount | None) -> tuple[Amount, Amount] | None:
    """Return a number in thousands, millions … and one beside it that shows nothing, which R4 refuses; None if none."""
    led = centre is not None and (_shows(centre) or centre.scale)
    lead = next((one for one in ([centre] if centre is not None and led else own) if one.scale), None)
    bare = (one for one in (*own, *beside) if one.number and not (_shows(one) or one.scale or one.percent))
    odd = next(bare, None) if lead else None
    return (lead, odd) if lead and odd else None


def _refuse(one: Amount, other: Amount, value: Value, collector: Collector) -> None:
    collector.error(
        "WB-V010",
        "the values of one form have different units",
        other.span or one.span or value.span,
        facts=(f"one is {as_written(one)}", f"another is {as_written(other)}"),
        remedy="repeat % (or k, m, million) at each number, and use one unit throughout",
    )


def as_written(amount: Amount) -> str:
    """Return an amount as it stands in its file."""
    return (amount.span.written if amount.span else "") or str(float(amount.number))
