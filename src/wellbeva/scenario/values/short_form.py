"""The one text grammar of values, as papers print them (FORMAT section 3, R3-R9).

``value = quantity ["(" spread ")"] ["[" cite "]"] | "same as " path | "true" | "false" | LABEL``
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from wellbeva.core.spans import Located
from wellbeva.core.units import CURRENCIES
from wellbeva.errors import Collector
from wellbeva.scenario.text.identifiers import NAME, PATH, REFERENCE
from wellbeva.scenario.value import Amount, Cite, Value
from wellbeva.scenario.values.amounts import Read, TextError, check_length, noted, parse_amount, read_amount
from wellbeva.scenario.values.completion import complete, same_unit
from wellbeva.scenario.values.suggestions import PLUS_OR_MINUS, another_way, in_brackets

_COUNT = re.compile(r"(?P<events>\S+)\s+of\s+(?P<n>\S+)")
_CI = r"(?:(?P<level>[0-9]{1,2}(?:\.[0-9]{1,4})?)\s?%\s*)?(?:CI|(?:confidence\s+)?interval)"
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
    value = noted(_value, text, collector)
    return value and complete(value, collector)


def parse_sourced(text: Located, *, collector: Collector) -> tuple[Amount, tuple[Cite, ...]] | None:
    """Read one number and the sources in brackets behind it, if any: ``0.8 [ons]``; None after a fault.

    Parameters
    ----------
    text : Located
    collector : Collector
    """
    split = noted(_split_cites, text, collector)
    amount = split and parse_amount(split[0], collector=collector)
    return (amount, split[1]) if split and amount else None


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
    return noted(_cites, text, collector) or ()


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
    return noted(_range, text, collector)


def _range(text: Located) -> tuple[Amount, Amount]:
    check_length(text)
    low, high = _ends(text)
    if low.amount.percent != high.amount.percent or low.amount.scale != high.amount.scale:
        remedy = "repeat % (or k, m) at both ends"
        raise TextError("WB-V010", "the two ends are written in different units", text.span(), remedy=remedy)
    return low.amount, high.amount


def _value(text: Located) -> Value:
    check_length(text)
    if not text.text.strip():
        remedy = "write a number, or leave the key out"
        raise TextError("WB-V002", "a value is missing here", text.span(0, 1), remedy=remedy)
    text = text.stripped()
    body, cites = _split_cites(text)
    value = _word(body) or _counted(body) or _spread_value(body)
    return replace(value, cites=cites, written=text.text, body=body.text, span=text.span())


def _word(text: Located) -> Value | None:
    body = text.text
    if body in {"true", "false"}:
        return Value("switch", word=body)
    if NAME.fullmatch(body):
        return Value("label", word=body)
    if re.match(r"same\s+as\b", body):
        match = re.fullmatch(r"same as (\S+)", body)
        if match is None or PATH.fullmatch(match[1]) is None:
            remedy = "write it like 'same as take_up.visits'"
            raise TextError("WB-V003", "'same as' is followed by one dotted path", text.span(), remedy=remedy)
        return Value("same_as", word=match[1])
    if re.fullmatch(rf"(?!(?:{'|'.join(CURRENCIES)})\s?[-0-9])[A-Za-z_][A-Za-z0-9_ -]*", body):
        labels = "labels are small letters, digits and _, beginning with a letter, at most 40 characters"
        message = f"{body!r} is neither a number nor a label"
        raise TextError("WB-V004", message, text.span(), remedy=another_way(body) or labels)
    return None


def _counted(text: Located) -> Value | None:
    match = _COUNT.fullmatch(text.text)
    if match is None:
        return None
    events, n = (read_amount(text.part(*match.span(name))).amount for name in ("events", "n"))
    for amount in (events, n):
        if amount.number.denominator != 1 or amount.number < 0 or not amount.bare:
            message = "'a of b' counts events: both must be whole numbers without a unit"
            raise TextError("WB-V005", message, text.span(), remedy="write it like '31 of 45'")
    if n.number == 0 or events.number > n.number:
        facts = f"{events.number} events", f"{n.number} cases"
        remedy = "write it as 'events of cases'"
        raise TextError("WB-V006", "there cannot be more events than cases", text.span(), *facts, remedy=remedy)
    return Value("count", amounts={"events": events, "n": n})


def _spread_value(text: Located) -> Value:
    raw = text.text
    sign = PLUS_OR_MINUS.search(raw)
    if sign is not None:
        return _plus_or_minus(text, sign)
    opening = raw.find("(")
    if opening < 0:
        if not re.match(r"[0-9]{4}-[0-9]{2}", raw) and re.search(r"[0-9%]\s*(?:to|-|–|—)\s*[£$€]?[0-9]", raw):
            message = "an interval stands in brackets after a central value"
            remedy = "write it like '0.30 (0.05 to 0.55)', or the long form 'uniform: {min: 1, max: 2}'"
            raise TextError("WB-V007", message, text.span(), remedy=remedy)
        return Value("number", amounts={"value": read_amount(text).amount})
    if ")" not in raw:
        remedy = "write ')' after the interval, as in '0.30 (0.05 to 0.55)'"
        raise TextError("WB-V008", "the bracket is not closed", text.span(opening), remedy=remedy)
    if raw[-1] != ")":
        behind = text.span(raw.rfind(")") + 1)
        remedy = "units and 'in 2023 prices' stand before the bracket, sources after it in [ ]"
        raise TextError("WB-V008", "the text after the bracket cannot be read", behind, remedy=remedy)
    return _spread(text.part(opening + 1, len(raw) - 1), read_amount(text.part(0, opening)))


def _plus_or_minus(text: Located, sign: re.Match[str]) -> Value:
    """Read ``a ± b (se)``, ``(sd)`` or ``(95% CI)``; without one of these, ask which is meant (semantics R126)."""
    before = _BEFORE.fullmatch(text.text, 0, sign.start())
    behind = _BEHIND.fullmatch(text.text, sign.end())
    said = [side for side in (before, behind) if side and side[0][len(side["number"]) :].strip(" ()")]
    if not before or not behind or len(said) != 1:
        message = "± may be a standard error, a standard deviation or half an interval"
        raise TextError(
            "WB-V017", message, text.span(*sign.span()), f"written: {text.text}", remedy=_meanings(text, sign)
        )
    centre, spread = (read_amount(text.part(*side.span("number"))) for side in (before, behind))
    if not centre.amount.unit and centre.amount.price_year is None:  # 9 ± 2 months, £90 ± £10 in 2023 prices
        behind_both = replace(centre.amount, unit=spread.amount.unit, price_year=spread.amount.price_year)
        centre = replace(centre, amount=behind_both)
    place = text.part(sign.start())
    if said[0]["kind"]:
        return _deviation(said[0]["kind"].lower(), centre, spread, place)
    half = _like(centre, spread, place).number
    low, high = (
        Read(replace(centre.amount, number=centre.amount.number + side), spread.written) for side in (-half, half)
    )
    return _interval(place, centre, (low, high), _level(said[0]["level"], place))


def _meanings(text: Located, sign: re.Match[str]) -> str:
    """Print what ``a ± b`` may mean, with the numbers as they are written if both are numbers."""
    sides = [text.text[: sign.start()].partition("(")[0].strip(), re.split("[()]", text.text[sign.end() :])[0].strip()]
    try:
        for side in sides:
            read_amount(Located.bare(side, text.file))
    except TextError:
        sides = ["0.25", "0.2"]
    both = " ± ".join(sides)
    meanings = {"se": "a standard error", "sd": "a standard deviation", "95% CI": "half a 95% interval"}
    return "write " + ", or ".join(f"`{both} ({sign})` for {words}" for sign, words in meanings.items())


def _deviation(kind: str, centre: Read, spread: Read, text: Located) -> Value:
    amount = _like(centre, spread, text)
    if amount.number <= 0:
        remedy = "leave the bracket out if the number is certain"
        raise TextError("WB-V009", f"a {kind} must be above zero", text.span(), remedy=remedy)
    return Value("sd" if kind == "sd" else "se", amounts={"centre": centre.amount, kind: amount})


def _level(digits: str | None, text: Located) -> Fraction:
    level = Fraction(digits or 95) / 100
    if not 0 < level < 1:
        message, remedy = "the level of an interval lies between 0% and 100%", "write it like '(90% CI 0.09 to 0.51)'"
        raise TextError("WB-V011", message, text.span(), remedy=remedy)
    return level


def _spread(text: Located, centre: Read) -> Value:
    """Read what stands in the brackets behind a number."""
    text = text.part(len(text.text) - len(text.text.lstrip(" ")))
    word = _SPREAD.match(text.text)
    if word and word[1].lower() != "range":
        return _deviation(word[1].lower(), centre, read_amount(text.part(word.end())), text)
    if word:
        text = text.part(word.end())
        return _interval(text, centre, _ends(text), None)
    given = _LEVEL.match(text.text)
    end = given.end() if given else 0
    level = _level(given["level"] if given else None, text.part(0, end))
    text = text.part(end)
    return _interval(text, centre, _ends(text), level)


def _interval(text: Located, centre: Read, pair: tuple[Read, Read], level: Fraction | None) -> Value:
    """Check the ends of an interval; without a level they are the ends of a range."""
    low, high = (_like(centre, end, text) for end in pair)
    if low.number >= high.number:
        remedy = "write the lower end first, or leave the bracket out if the number is certain"
        raise TextError("WB-V012", "the lower end is not below the upper end", text.span(), remedy=remedy)
    if not low.number <= centre.amount.number <= high.number:
        facts = f"centre {centre.written}", f"interval {text.text.strip()}"
        message, remedy = (
            "the central value lies outside its own interval",
            "check the three numbers against the source",
        )
        raise TextError("WB-V013", message, text.span(), *facts, remedy=remedy)
    if level is None:
        return Value("range", amounts={"mode": centre.amount, "min": low, "max": high})
    return Value("interval", amounts={"centre": centre.amount, "low": low, "high": high}, level=level)


def _ends(text: Located) -> tuple[Read, Read]:
    parts = list(re.finditer(r"\s+to\s+", text.text))
    if len(parts) != 1:
        message = "a bracket holds 'a to b', 'range a to b', 'se x' or 'sd x'"
        usual = "write an interval like '(0.05 to 0.55)' or '(90% CI 0.09 to 0.51)'"
        raise TextError("WB-V014", message, text.span(), remedy=in_brackets(text.text.strip()) or usual)
    return read_amount(text.part(0, parts[0].start())), read_amount(text.part(parts[0].end()))


def _like(centre: Read, other: Read, text: Located) -> Amount:
    """Return an end, unless it shows another unit than the centre (FORMAT R4)."""
    a, b = centre.amount, other.amount
    same = (
        a.percent == b.percent
        and a.scale == b.scale
        and (not b.currency or a.currency == b.currency)
        and (not b.unit or same_unit(a, b))
        and (b.price_year is None or a.price_year == b.price_year)
    )
    if not same:
        message = "the central value and its interval have different units"
        facts = f"centre {centre.written}", f"bracket {other.written}"
        remedy = "repeat % (or k, m, million) at each number, and use one unit throughout"
        raise TextError("WB-V010", message, text.span(), *facts, remedy=remedy)
    return b


def _split_cites(text: Located) -> tuple[Located, tuple[Cite, ...]]:
    """Split a text into what stands before the brackets at its end, and the sources in them."""
    check_length(text)
    raw = text.text.rstrip()
    opening, closing = raw.find("["), raw.find("]")
    if opening < 0:
        if closing >= 0:
            place = text.span(closing, len(raw))
            raise TextError("WB-V015", "a ']' without its '['", place, remedy="close what you open")
        return text.part(0, len(raw)), ()
    if raw[-1] != "]" or raw.count("[") > 1 or raw.count("]") > 1:
        place, remedy = text.span(opening, len(raw)), "write several sources as '[first Table 2; second p5]'"
        raise TextError("WB-V015", "the source stands once, at the end, in [ ]", place, remedy=remedy)
    cites = _cites(text.part(opening + 1, len(raw) - 1))
    body = raw[:opening].rstrip(" ")
    if not body:
        message = "a value is missing before the source"
        raise TextError("WB-V002", message, text.span(0, len(raw)), remedy="write the number first")
    return text.part(0, len(body)), cites


def _cites(text: Located) -> tuple[Cite, ...]:
    cites: list[Cite] = []
    position = 0
    for part in text.text.split(";"):
        inner = text.part(position, position + len(part)).stripped()
        position += len(part) + 1
        match = _CITE.fullmatch(inner.text)
        key, place = (match["key"], match["place"]) if match else ("", "")
        if (NAME.fullmatch(key) or REFERENCE.fullmatch(key)) is None or len(place) > _PLACE_LIMIT:
            message = f"{inner.text[:40]!r} does not begin with the key of a source"
            remedy = "write a key under 'sources', then the place: '[hmt2021 Annex 2]'"
            raise TextError("WB-V016", message, inner.span(), remedy=remedy)
        cites.append(Cite(key, place.strip(), inner.span()))
    return tuple(cites)
