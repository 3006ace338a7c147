"""A value in the words of its file, for messages: how its numbers are written, and a % that was forgotten."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.distributions.notation import Notation, number
from wellbeva.scenario.text.identifiers import SIGNS
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.completion import PLAIN_ARGUMENTS, RATES, amounts_in


def notation_of(value: Value, converter: Converter, target: Target) -> Notation:
    """Return how a value's numbers are written, with its source, which a map holds beside its form.

    The first amount that shows a unit leads.

    Parameters
    ----------
    value : Value
    converter : Converter
    target : Target
        The unit of its parameter.
    """
    source = "; ".join(f"{cite.key} {cite.place}".strip() for cite in value.cites)
    table = value.span is not None and value.span.in_table
    amounts = [amount for name, amount in value.amounts.items() if name not in PLAIN_ARGUMENTS | RATES]
    lead = next((one for one in amounts if not one.bare), amounts[0] if amounts else None)
    if lead is None:
        return Notation(source=source, table=table)
    one = converter.exact(replace(lead, number=Fraction(1, 100 if lead.percent else 1)), target, lenient=True)
    behind = "%" if lead.percent else ""
    behind += f" {lead.unit}" if lead.unit else ""
    prices = f" in {lead.price_year} prices" if lead.price_year is not None else ""
    return Notation(1.0 if one is None else float(one), SIGNS.get(lead.currency, ""), behind, prices, source, table)


def percent_forgotten(value: Value, target: Target) -> str:
    """Return a remedy for a share that is written as a bare number above 1, or an empty text.

    Parameters
    ----------
    value : Value
    target : Target
    """
    amounts = list(amounts_in(value))
    if target.text != "share" or not amounts or value.form == "count":
        return ""
    if not all(amount.bare for amount in amounts):
        return ""
    if not 1 < amounts[0].number <= 100 or any(not 0 <= amount.number <= 100 for amount in amounts):
        return ""
    anew = _rewritten(value, {name: _percent(amount) for name, amount in value.amounts.items()})
    return f"did you mean `{anew}`?" if anew else f"write each share with its %, as in {_percent(amounts[0])}"


def _percent(amount: Amount) -> str:
    return f"{number(float(amount.number))}%"


def _rewritten(value: Value, shown: dict[str, str]) -> str:
    """Write a value anew in the text form with its source, or a family's arguments one by one."""
    if value.form == "family":
        return ", ".join(f"{name}: {text}" for name, text in shown.items()) if set(shown) <= _LIKE_SHARES else ""
    sources = value.written[len(value.body) :].strip()
    match value.form:
        case "number":
            text = shown["value"]
        case "interval":
            level = "" if value.level == Fraction(95, 100) else f"{number(float(value.level) * 100)}% CI "
            text = f"{shown['centre']} ({level}{shown['low']} to {shown['high']})"
        case "range":
            text = f"{shown['mode']} (range {shown['min']} to {shown['max']})"
        case "se" | "sd":
            text = f"{shown['centre']} ({value.form} {shown[value.form]})"
        case _:
            return ""
    return f"{text} {sources}".strip()


_LIKE_SHARES = frozenset({"mean", "median", "mode", "min", "max", "sd", "se"})
"""Arguments of a family that have the parameter's unit and are written as one number."""
