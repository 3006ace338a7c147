"""One number as written: sign, money, digits, scale, percent, unit, price year. Exact fractions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from wellbeva.core.spans import Located, Span
from wellbeva.core.units import CURRENCIES as CODES
from wellbeva.errors import Collector, Diagnostic
from wellbeva.scenario.text.identifiers import CURRENCIES
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.suggestions import SCALE_WORDS, SCALES, another_way, behind_the_digits

VALUE_LIMIT = 500
"""Characters of one value; a longer one is refused before any pattern sees it."""
DIGIT_LIMIT = 40
"""Digits of one number."""
UNIT_LIMIT = 60
"""Characters of a unit's text."""
YEARS = (1900, 2100)
"""Price years that are believed."""

EXPONENT_LIMIT = 30
"""Powers of ten of one number, either way: beyond lies nothing that is measured, and squares would overflow."""

_NUMBER = re.compile(
    rf"(?P<code>(?:{'|'.join(CODES)})\s?)?(?P<sign>[-−+]?)\s?(?P<money>[£$€]\s?)?"
    r"(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)"
    rf"(?:[eE](?P<exponent>[-−+]?[0-9]{{1,9}})|(?P<scale>[kKmM]|bn)|\s(?i:(?P<word>{'|'.join(SCALE_WORDS)})))?"
    r"(?![A-Za-z0-9.,_])"
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SIZES = {"k": 1_000, "m": 1_000_000, "bn": 1_000_000_000}
_PERCENT = re.compile(r"\s?%")
_PRICES = re.compile(r"\bin\s+(?P<year>[0-9]{4})\s+prices\s*$")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}")
_LEADS = re.compile(rf"(?P<code>{'|'.join(CODES)})(?:(?:\s*/\s*|\s+per\s+)(?P<rest>.+))?")
_UNIT = re.compile(r"(?:/\s*)?[A-Za-z_][A-Za-z0-9_]*(?:(?:\s*/\s*|\s*\*\s*|\s+)[A-Za-z_][A-Za-z0-9_]*)*")


Made = TypeVar("Made")


class TextError(Exception):
    """A text cannot be read; whoever asked for it notes the diagnostic."""

    def __init__(self, code: str, message: str, span: Span, *facts: str, remedy: str) -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic(code, message, span, facts, remedy)


def noted(read: Callable[[Located], Made], text: Located, collector: Collector) -> Made | None:
    """Return what a reader makes of a text; None after a fault, which is noted.

    Parameters
    ----------
    read : callable
        Raises `TextError`.
    text : Located
    collector : Collector
    """
    try:
        return read(text)
    except TextError as fault:
        collector.found.append(fault.diagnostic)
        return None


@dataclass(frozen=True, slots=True)
class Read:
    """An amount and its text."""

    amount: Amount
    written: str


def check_length(text: Located) -> None:
    """Refuse a text that is longer than any value.

    Raises
    ------
    TextError
    """
    if len(text.text) > VALUE_LIMIT:
        remedy = f"keep it under {VALUE_LIMIT} characters"
        raise TextError("WB-V001", "this value is too long", text.span(0, 1), remedy=remedy)


def read_amount(text: Located) -> Read:
    """Read one number with what belongs to it.

    Parameters
    ----------
    text : Located
        Blanks at both ends are skipped.

    Returns
    -------
    Read
        Its number is exact: ``%`` is already divided by 100, and ``k``, ``million``, ``e6`` … are multiplied in.

    Raises
    ------
    TextError
        If it is too long, or none, or has too many digits, a huge exponent, wrong comma groups or a zero divisor.
    """
    check_length(text)
    text = text.stripped()
    written, span = text.text, text.span()
    match = _NUMBER.match(written)
    if match is None or _DATE.match(written) or (match["code"] and match["money"]):
        raise _unreadable(written, span)
    number = _fraction(match, span)
    position = match.end()
    if written.startswith("/", position):
        divisor = _NUMBER.match(written, position + 1)
        if divisor is not None:
            below = _fraction(divisor, span)
            if below == 0 or divisor["money"] or divisor["code"]:
                message = "the number below the line must be a plain number other than 0"
                raise TextError("WB-V022", message, span, remedy="write a fraction like 10/6")
            number, position = number / below, divisor.end()
    percent = _PERCENT.match(written, position)
    if percent:
        number, position = number / 100, percent.end()
    unit, year = _unit(text.part(position), digits=written[:position]) if position < len(written) else ("", None)
    sign = (match["money"] or match["code"] or "").strip()
    currency = CURRENCIES.get(sign, sign)
    if not currency:
        unit, currency = split_currency(unit)
    return Read(Amount(number, unit, bool(percent), currency, year, span, _scale(match)), written)


def parse_amount(text: Located, *, collector: Collector) -> Amount | None:
    """Read one number with its unit, money and price year; None after a fault, which is noted.

    Parameters
    ----------
    text : Located
    collector : Collector
    """
    read = noted(read_amount, text, collector)
    return None if read is None else read.amount


def with_codes(unit: str) -> str:
    """Write the signs of money in a unit as codes: ``per £`` as ``per GBP``."""
    return re.sub(r"[£$€](?![0-9])", lambda sign: CURRENCIES[sign[0]], unit)


def split_currency(unit: str) -> tuple[str, str]:
    """Split the text of a unit into the unit without its leading currency, and that currency's code.

    Examples
    --------
    >>> split_currency("GBP/person"), split_currency("WELLBY per GBP"), split_currency("months")
    (('per person', 'GBP'), ('WELLBY per GBP', ''), ('months', ''))
    """
    leads = _LEADS.fullmatch(unit)
    if leads is None:
        return unit, ""
    return (f"per {leads['rest']}" if leads["rest"] else ""), leads["code"]


def _fraction(match: re.Match[str], span: Span) -> Fraction:
    digits = match["digits"]
    if len(digits) > DIGIT_LIMIT and sum(char.isdigit() for char in digits) > DIGIT_LIMIT:
        fact, remedy = f"at most {DIGIT_LIMIT} are read", "round it to what is known"
        raise TextError("WB-V020", "this number has too many digits", span, fact, remedy=remedy)
    if "," in digits and _GROUPED.fullmatch(digits) is None:
        remedy = "group three digits, as in 1,314, and write a point before decimals, as in 0.30"
        raise TextError("WB-V021", f"the commas in {digits!r} do not group thousands", span, remedy=remedy)
    plain = digits.replace(",", "")
    number = Fraction(int(plain)) if plain.isdigit() else Fraction(plain)
    if match["exponent"]:
        power = int(match["exponent"].replace("−", "-"))
        if abs(power) > EXPONENT_LIMIT:
            fact = f"powers of ten are read from -{EXPONENT_LIMIT} to {EXPONENT_LIMIT}"
            remedy = "check the number; write 1.5e6 for 1,500,000"
            raise TextError("WB-V025", f"the exponent of {match[0][:40]!r} is too large", span, fact, remedy=remedy)
        number *= Fraction(10) ** power
    number *= _SIZES.get(_scale(match), 1)
    return -number if match["sign"] in {"-", "−"} else number


def _scale(match: re.Match[str]) -> str:
    """Return the letter of the scale behind the digits, whether it is written as one or as a word."""
    return SCALES.get((match["scale"] or match["word"] or "").lower(), "")


def _unit(text: Located, *, digits: str) -> tuple[str, int | None]:
    rest = text.text
    year: int | None = None
    prices = _PRICES.search(rest)
    if prices:
        year = int(prices["year"])
        if not YEARS[0] <= year <= YEARS[1]:
            remedy = f"write a year from {YEARS[0]} to {YEARS[1]}"
            raise TextError("WB-V024", f"{year} is not a price year", text.span(*prices.span("year")), remedy=remedy)
        rest = rest[: prices.start()]
    unit = with_codes(" ".join(rest.split()))
    if not unit:
        return "", year
    remedy = behind_the_digits(digits, rest.strip())
    if remedy or len(unit) > UNIT_LIMIT or _UNIT.fullmatch(unit) is None or re.search(r"\b(to|of|in)\b", unit):
        remedy = remedy or "write a unit like 'months', 'people' or 'per year'; '(a to b)' and '[source]' follow it"
        message = f"{rest.strip()[:40]!r} after the number is not a unit"
        raise TextError("WB-V023", message, text.span(), remedy=remedy)
    return (f"per {unit[1:].strip()}" if unit.startswith("/") else unit), year


def _unreadable(written: str, span: Span) -> TextError:
    shown = repr(written[:40])
    if _DATE.match(written):
        return TextError("WB-V026", f"{shown} looks like a date, not a number", span, remedy="write a number")
    if re.match(r"\.?(inf|nan)|0x", written, re.IGNORECASE):
        return TextError("WB-V027", f"{shown} is not a number of this format", span, remedy="write decimal digits")
    if "_" in written:
        return TextError("WB-V028", f"{shown}: digits are grouped with commas", span, remedy="write it like 1,000")
    usual = "write it as a paper prints it: 0.30, 67.1%, £1,314 in 2023 prices, 9 months, 31 of 45"
    return TextError("WB-V029", f"{shown} cannot be read as a number", span, remedy=another_way(written) or usual)
