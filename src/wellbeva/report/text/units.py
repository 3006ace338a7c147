"""An amount with its unit as people say it."""

from __future__ import annotations

import math

from wellbeva.report.text import numbers


def amount(value: float, unit: str, currency: str, digits: int = 2) -> str:
    """Write an input's value as people say it: shares as percent, short times in months, money as money.

    Parameters
    ----------
    value : float [unit]
    unit : str
        Of an input: ``share``, ``year``, ``LS``, ``GBP[2025]/person``; others are written as they are.
    currency : str
        Of the appraisal; a unit that begins with it, or with ``money``, is money.
    digits : int
        Significant figures.

    Examples
    --------
    >>> amount(0.61, "share", "GBP"), amount(0.667, "year", "GBP"), amount(1314, "GBP[2025]/person", "GBP")
    ('61%', '8.0 months', '£1,300')
    >>> amount(0.31, "LS", "GBP"), amount(2.4, "point", "GBP"), amount(3.2, "year", "GBP")
    ('0.31 points', '2.4 points', '3.2 years')
    """
    if math.isnan(value):
        return numbers.NOT_APPLICABLE
    head = unit.partition("/")[0].partition("[")[0].strip()
    if head in {currency, "money"}:
        return numbers.price(value, currency, digits)
    if unit == "share":
        return f"{numbers.number(100 * value, digits)}%"
    if unit == "year":
        months = abs(value) < 2
        return f"{numbers.number(12 * value, digits)} months" if months else f"{numbers.number(value, digits)} years"
    if unit.partition("/")[0] == "LS" or unit == "point":
        per = unit.partition("/")[2]
        return f"{numbers.number(value, digits)} points" + (f" for each {per}" if per else "")
    tail = "" if unit in {"", "ratio", "dimensionless"} else f" {unit}"
    return f"{numbers.number(value, digits)}{tail}"
