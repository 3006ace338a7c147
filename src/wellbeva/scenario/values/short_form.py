"""The one text grammar of values, as papers print them (FORMAT section 3, R3-R9).

``value = quantity ["(" spread ")"] ["[" cite "]"] | "same as " path | "true" | "false" | LABEL``
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from fractions import Fraction

from wellbeva.core.spans import Located
from wellbeva.core.units import CURRENCIES
from wellbeva.errors import Collector
from wellbeva.scenario.text.identifiers import NAME, PATH, REFERENCE
from wellbeva.scenario.value import Amount, Cite, Value
from wellbeva.scenario.values.amounts import Read, TextError, check_length, read_amount
from wellbeva.scenario.values.completion import complete, same_unit
from wellbeva.scenario.values.suggestions import PLUS_OR_MINUS, another_way, around, in_brackets

_COUNT = re.compile(r"(?P<events>\S+)\s+of\s+(?P<n>\S+)")
_CI = r"(?:(?P<level>[0-9]{1,2}(?:\.[0-9]{1,4})?)\s?%\s*)?CI"
_LEVEL = re.compile(rf"{_CI}\s+", re.IGNORECASE)
_SPREAD = re.compile(r"(se|sd|range)\s+", re.IGNORECASE)
_PLACE_LIMIT = 120
_CITE = re.compile(r"(?P<key>[^\s,]*)(?:\s*,)?\s*(?P<place>.*)")
_MEANING = rf"(?:(?P<kind>se|sd)|{_CI})"
_BEFORE = re.compile(rf"(?P<number>[^()]*?)\s*(?:\(\s*{_MEANING}?)?", re.IGNORECASE)
_BEHIND = re.compile(rf"(?P<number>[^()]*?)\s*(?:\(?\s*{_MEANING}\s*\)?|\))?", re.IGNORECASE)
"""What stands on either side of ±: a number, and which of its meanings the sign has."""


def parse_value(text: Located, *, collector: Collector) -> Value | None:
    """Read one value in the text form.

    Parameters
    ----------
    text : Located
    collector : Collector
        Takes the fault, with the columns inside the text.

    Returns
    -------
    Value or None
        None after a fault.

    Examples
    --------
    >>> from wellbeva.core.spans import Located
    >>> parse_value(Located.bare("9 months (range 3 to 18) [assumed]", "example"), collector=Collector()).form
    'range'
    """
    try:
        return complete(_value(text), collector)
    except TextError as fault:
        fault.note(text, collector)
        return None


def parse_amount(text: Located, *, collector: Collector) -> Amount | None:
    """Read one number with its unit, money and price year; None after a fault.

    Parameters
    ----------
    text : Located
    collector : Collector
        Takes the fault, with its columns inside the text; so in the other functions here.
    """
    try:
        return read_amount(text).amount
    except TextError as fault:
        fault.note(text, collector)
        return None


def parse_sourced(text: Located, *, collector: Collector) -> tuple[Amount, tuple[Cite, ...]] | None:
    """Read one number and the sources in brackets behind it, if any: ``0.8 [ons]``; None after a fault.

    Parameters
    ----------
    text : Located
    collector : Collector
    """
    try:
        check_length(text)
        cites, end = _split_cites(text, 0, len(text.text.rstrip()))
    except TextError as fault:
        fault.note(text, collector)
        return None
    amount = parse_amount(text.part(0, end), collector=collector)
    return None if amount is None else (amount, cites)


def parse_cites(text: Located, *, collector: Collector) -> tuple[Cite, ...]:
    """Read ``KEY place; KEY place`` as it stands in brackets or under ``source:``.

    Parameters
    ----------
    text : Located
        Without the brackets.
    collector : Collector

    Returns
    -------
    tuple of Cite
        Empty after a fault.
    """
    try:
        return _cites(text, 0, len(text.text))
    except TextError as fault:
        fault.note(text, collector)
        return ()


def parse_range(text: Located, *, collector: Collector) -> tuple[Amount, Amount] | None:
    """Read ``a to b``, both with one unit; None after a fault.

    Parameters
    ----------
    text : Located
        Without brackets.
    collector : Collector

    Returns
    -------
    (Amount, Amount) or None
        The lower and the upper end as written; their order is not checked.
    """
    try:
        check_length(text)
        low, high = _ends(text, 0, len(text.text))
        if low.amount.percent != high.amount.percent or low.scale != high.scale:
            raise TextError(
                "WB-V010",
                "the two ends are written in different units",
                0,
                len(text.text),
                remedy="repeat % (or k, m) at both ends",
            )
        return low.amount, high.amount
    except TextError as fault:
        fault.note(text, collector)
        return None


def _value(text: Located) -> Value:
    raw = text.text
    check_length(text)
    start = len(raw) - len(raw.lstrip())
    end = len(raw.rstrip())
    if start >= end:
        raise TextError("WB-V002", "a value is missing here", 0, 1, remedy="write a number, or leave the key out")
    written, span = raw[start:end], text.span(start, end)
    cites, end = _split_cites(text, start, end)
    body = raw[start:end]
    value = _word(body, start, end) or _counted(text, body, start, end) or _spread_value(text, start, end)
    return replace(value, cites=cites, written=written, body=body, span=span)


def _word(body: str, start: int, end: int) -> Value | None:
    if body in {"true", "false"}:
        return Value("switch", word=body)
    if NAME.fullmatch(body):
        return Value("label", word=body)
    if re.match(r"same\s+as\b", body):
        match = re.fullmatch(r"same as (\S+)", body)
        if match is None or PATH.fullmatch(match[1]) is None:
            raise TextError(
                "WB-V003",
                "'same as' is followed by one dotted path",
                start,
                end,
                remedy="write it like 'same as take_up.visits'",
            )
        return Value("same_as", word=match[1])
    if re.fullmatch(rf"(?!(?:{'|'.join(CURRENCIES)})\s?[-0-9])[A-Za-z_][A-Za-z0-9_ -]*", body):
        raise TextError(
            "WB-V004",
            f"{body!r} is neither a number nor a label",
            start,
            end,
            remedy=another_way(body)
            or "labels are small letters, digits and _, beginning with a letter, at most 40 characters",
        )
    return None


def _counted(text: Located, body: str, start: int, end: int) -> Value | None:
    match = _COUNT.fullmatch(body)
    if match is None:
        return None
    events = read_amount(text, start + match.start("events"), start + match.end("events")).amount
    n = read_amount(text, start + match.start("n"), start + match.end("n")).amount
    for amount in (events, n):
        if amount.number.denominator != 1 or amount.number < 0 or amount.percent or amount.currency or amount.unit:
            raise TextError(
                "WB-V005",
                "'a of b' counts events: both must be whole numbers without a unit",
                start,
                end,
                remedy="write it like '31 of 45'",
            )
    if n.number == 0 or events.number > n.number:
        raise TextError(
            "WB-V006",
            "there cannot be more events than cases",
            start,
            end,
            facts=(f"{events.number} events", f"{n.number} cases"),
            remedy="write it as 'events of cases'",
        )
    return Value("count", amounts={"events": events, "n": n})


def _spread_value(text: Located, start: int, end: int) -> Value:
    raw = text.text
    sign = PLUS_OR_MINUS.search(raw, start, end)
    if sign is not None:
        return _plus_or_minus(text, start, end, sign)
    opening = raw.find("(", start, end)
    if opening < 0:
        if not re.match(r"[0-9]{4}-[0-9]{2}", raw[start:end]) and re.search(
            r"[0-9%]\s*(?:to|-|–|—)\s*[£$€]?[0-9]", raw[start:end]
        ):
            raise TextError(
                "WB-V007",
                "an interval stands in brackets after a central value",
                start,
                end,
                remedy="write it like '0.30 (0.05 to 0.55)', or the long form 'uniform: {min: 1, max: 2}'",
            )
        return Value("number", amounts={"value": read_amount(text, start, end).amount})
    if raw[end - 1] != ")":
        raise TextError(
            "WB-V008",
            "the text after the bracket cannot be read",
            raw.rfind(")", start, end) + 1,
            end,
            remedy="units and 'in 2023 prices' stand before the bracket, sources after it in [ ]",
        )
    centre = read_amount(text, start, opening)
    return _spread(text, centre, opening + 1, end - 1)


def _plus_or_minus(text: Located, start: int, end: int, sign: re.Match[str]) -> Value:
    """Read ``a ± b (se)``, ``(sd)`` or ``(95% CI)``; without one of these, ask which is meant (semantics R126)."""
    before = _BEFORE.fullmatch(text.text, start, sign.start())
    behind = _BEHIND.fullmatch(text.text, sign.end(), end)
    centre = spread = None
    if before and behind:
        with contextlib.suppress(TextError):
            centre, spread = (read_amount(text, *side.span("number")) for side in (before, behind))
    said = [side for side in (before, behind) if side and side[0][len(side["number"]) :].strip(" ()")]
    if centre is None or spread is None or len(said) != 1:
        remedy = "write `0.25 (se 0.2)` for a standard error, or `0.25 (0.05 to 0.45)` for an interval"
        if centre and spread and centre.amount.percent == spread.amount.percent:
            error, interval = around(centre.amount, spread.amount)
            remedy = f"write `{error}` if it is a standard error, or `{interval}` if it is half a 95% interval"
        raise TextError(
            "WB-V017",
            "± may be a standard error, a standard deviation or half an interval",
            sign.start(),
            sign.end(),
            facts=(f"written: {text.text[start:end]}",),
            remedy=remedy,
        )
    if said[0]["kind"]:
        return _deviation(said[0]["kind"].lower(), centre, spread, sign.start(), end)
    half = _like(centre, spread, sign.start(), end).number
    low, high = (
        Read(replace(centre.amount, number=centre.amount.number + side), centre.scale, spread.written)
        for side in (-half, half)
    )
    return _interval(text, centre, (low, high), _level(said[0]["level"], sign.start(), end), sign.start(), end)


def _deviation(kind: str, centre: Read, spread: Read, start: int, end: int) -> Value:
    amount = _like(centre, spread, start, end)
    if amount.number <= 0:
        raise TextError(
            "WB-V009",
            f"a {kind} must be above zero",
            start,
            end,
            remedy="leave the bracket out if the number is certain",
        )
    return Value("sd" if kind == "sd" else "se", amounts={"centre": centre.amount, kind: amount})


def _level(digits: str | None, start: int, end: int) -> Fraction:
    level = Fraction(digits or 95) / 100
    if not 0 < level < 1:
        raise TextError(
            "WB-V011",
            "the level of an interval lies between 0% and 100%",
            start,
            end,
            remedy="write it like '(90% CI 0.09 to 0.51)'",
        )
    return level


def _spread(text: Located, centre: Read, start: int, end: int) -> Value:
    raw = text.text
    while start < end and raw[start] == " ":
        start += 1
    body = raw[start:end]
    word = _SPREAD.match(body)
    kind = word[1].lower() if word else ""
    if word and kind != "range":
        return _deviation(kind, centre, read_amount(text, start + word.end(), end), start, end)
    if word:
        start += word.end()
        return _interval(text, centre, _ends(text, start, end), None, start, end)
    given = _LEVEL.match(body)
    level = _level(given["level"] if given else None, start, start + (given.end() if given else 0))
    start += given.end() if given else 0
    return _interval(text, centre, _ends(text, start, end), level, start, end)


def _interval(
    text: Located, centre: Read, pair: tuple[Read, Read], level: Fraction | None, start: int, end: int
) -> Value:
    """Check the ends of an interval; without a level they are the ends of a range."""
    low, high = pair
    ends = (_like(centre, low, start, end), _like(centre, high, start, end))
    if ends[0].number >= ends[1].number:
        raise TextError(
            "WB-V012",
            "the lower end is not below the upper end",
            start,
            end,
            remedy="write the lower end first, or leave the bracket out if the number is certain",
        )
    if not ends[0].number <= centre.amount.number <= ends[1].number:
        raise TextError(
            "WB-V013",
            "the central value lies outside its own interval",
            start,
            end,
            facts=(f"centre {centre.written}", f"interval {text.text[start:end].strip()}"),
            remedy="check the three numbers against the source",
        )
    if level is None:
        return Value("range", amounts={"mode": centre.amount, "min": ends[0], "max": ends[1]})
    return Value("interval", amounts={"centre": centre.amount, "low": ends[0], "high": ends[1]}, level=level)


def _ends(text: Located, start: int, end: int) -> tuple[Read, Read]:
    raw = text.text
    parts = list(re.finditer(r"\s+to\s+", raw[start:end]))
    if len(parts) != 1:
        raise TextError(
            "WB-V014",
            "a bracket holds 'a to b', 'range a to b', 'se x' or 'sd x'",
            start,
            max(end, start + 1),
            remedy=in_brackets(raw[start:end].strip())
            or "write an interval like '(0.05 to 0.55)' or '(90% CI 0.09 to 0.51)'",
        )
    middle = parts[0]
    return read_amount(text, start, start + middle.start()), read_amount(text, start + middle.end(), end)


def _like(centre: Read, other: Read, start: int, end: int) -> Amount:
    """Return an end, unless it shows another unit than the centre (FORMAT R4)."""
    a, b = centre.amount, other.amount
    same = (
        a.percent == b.percent
        and centre.scale == other.scale
        and (not b.currency or a.currency == b.currency)
        and (not b.unit or same_unit(a, b))
        and (b.price_year is None or a.price_year == b.price_year)
    )
    if not same:
        raise TextError(
            "WB-V010",
            "the central value and its interval have different units",
            start,
            end,
            facts=(f"centre {centre.written}", f"bracket {other.written}"),
            remedy="repeat % (or k, m, million) at each number, and use one unit throughout",
        )
    return b


def _split_cites(text: Located, start: int, end: int) -> tuple[tuple[Cite, ...], int]:
    raw = text.text
    opening = raw.find("[", start, end)
    if opening < 0:
        if raw.find("]", start, end) >= 0:
            raise TextError(
                "WB-V015", "a ']' without its '['", raw.find("]", start, end), end, remedy="close what you open"
            )
        return (), end
    if raw[end - 1] != "]" or raw.count("[", start, end) > 1 or raw.count("]", start, end) > 1:
        raise TextError(
            "WB-V015",
            "the source stands once, at the end, in [ ]",
            opening,
            end,
            remedy="write several sources as '[first Table 2; second p5]'",
        )
    cites = _cites(text, opening + 1, end - 1)
    while opening > start and raw[opening - 1] == " ":
        opening -= 1
    if opening <= start:
        raise TextError("WB-V002", "a value is missing before the source", start, end, remedy="write the number first")
    return cites, opening


def _cites(text: Located, start: int, end: int) -> tuple[Cite, ...]:
    cites: list[Cite] = []
    position = start
    for part in text.text[start:end].split(";"):
        inner = part.strip()
        where = position + len(part) - len(part.lstrip())
        position += len(part) + 1
        match = _CITE.fullmatch(inner)
        key, place = (match["key"], match["place"]) if match else ("", "")
        if (NAME.fullmatch(key) or REFERENCE.fullmatch(key)) is None or len(place) > _PLACE_LIMIT:
            raise TextError(
                "WB-V016",
                f"{inner[:40]!r} does not begin with the key of a source",
                where,
                where + max(1, len(inner)),
                remedy="write a key under 'sources', then the place: '[hmt2021 Annex 2]'",
            )
        cites.append(Cite(key, place.strip(), text.span(where, where + len(inner))))
    return tuple(cites)
