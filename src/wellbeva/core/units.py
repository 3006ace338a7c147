"""Units: a small algebra of named dimensions, checked while compiling and free at run time.

`Unit` is a product of powers of base tokens. ``share`` and ``ratio`` are dimensionless; WELLBY is
LS * person * year; a currency carries its price year (``GBP[2024]``). ``month``, ``week`` and ``day``
are tokens of their own: adding a monthly to a yearly flow is an error, not a conversion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from wellbeva.core.did_you_mean import near_miss

MAX_LENGTH = 120
MAX_FACTORS = 16
MAX_POWER = 9

CURRENCIES = ("GBP", "USD", "EUR", "AUD", "CAD", "CHF", "DKK", "INR", "JPY", "KES", "NOK", "NZD", "SEK", "UGX", "ZAR")
DURATIONS = ("year", "quarter", "month", "week", "day")
_TOKENS = ("LS", "QALY", "DALY", "SD", "point", "step", "person", "hour", *DURATIONS)
_NUMBERS = ("share", "ratio", "1")
PEOPLE = (
    "people", "adult", "boy", "carer", "child", "children", "client", "employee", "girl", "learner", "man", "member",
    "men", "parent", "participant", "patient", "pupil", "resident", "staff", "student", "tenant", "user", "volunteer",
    "woman", "women", "worker",
)  # fmt: skip
"""Nouns of the unit ``person``. A household or a visit is not a person, and is a unit only where a model says so."""
_CURRENCY = re.compile(rf"({'|'.join(CURRENCIES)})(?:\[(\d{{4}})\])?\Z")
_SCAN = re.compile(r"\s*(?:(\*\*|\^)\s*(-?\d+)|([*/])|([A-Za-z][A-Za-z0-9_]*(?:\[\d{4}\])?)|(1)(?![0-9.]))")


class UnitError(ValueError):
    """The text is not a unit; the message is one sentence, and `hint` says what may have been meant.

    `word` is the one that nobody knows, in the singular; empty where another thing is wrong.
    """

    def __init__(self, message: str, hint: str = "", word: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.hint = hint
        self.word = word.removesuffix("s")

    @property
    def declare(self) -> str:
        """How a model declares the word as a unit of its own; empty if no word is at fault."""
        return f"declare it in the model: `units: {{{self.word}: …}}`" if self.word else ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of base tokens, sorted by token; empty is dimensionless.

    Examples
    --------
    >>> str(Unit((("LS", Fraction(1)),)) * Unit((("person", Fraction(1)),)) * Unit((("year", Fraction(1)),)))
    'WELLBY'
    """

    powers: tuple[tuple[str, Fraction], ...] = ()

    @property
    def dimensionless(self) -> bool:
        """Whether it is a pure number: a share, a ratio, a count."""
        return not self.powers

    @property
    def is_money(self) -> bool:
        """Whether a currency is among its tokens (``GBP[2024]/person`` too)."""
        return any(_CURRENCY.match(token) for token, _ in self.powers)

    @property
    def is_duration(self) -> bool:
        """Whether it is a plain length of time."""
        return len(self.powers) == 1 and self.powers[0][0] in DURATIONS and self.powers[0][1] == 1

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.powers)
        for token, power in other.powers:
            powers[token] = powers.get(token, Fraction(0)) + power
        return Unit(tuple(sorted((token, power) for token, power in powers.items() if power)))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, power: int | Fraction) -> Unit:
        if not power:
            return Unit()
        return Unit(tuple((token, exponent * power) for token, exponent in self.powers))

    def __str__(self) -> str:
        return _write(self)


DIMENSIONLESS = Unit()
"""A share, a ratio, a count, a truth value, a label."""


def base(token: str) -> Unit:
    """Return the unit of one token."""
    return Unit(((token, Fraction(1)),))


def currency(code: str, year: int | None = None) -> Unit:
    """Return money of one price year; without a year, money whose price year is not known.

    Parameters
    ----------
    code : str
        One of `CURRENCIES`.
    year : int or None
        Price year.

    Examples
    --------
    >>> str(currency("GBP", 2024))
    'GBP[2024]'
    """
    return base(f"{code}[{year}]" if year is not None else code)


def currency_of(token: str) -> tuple[str, int | None]:
    """Return code and price year of a currency's token, as `currency` makes it.

    Examples
    --------
    >>> currency_of("GBP[2024]"), currency_of("GBP")
    (('GBP', 2024), ('GBP', None))
    """
    code, _, year = token.rstrip("]").partition("[")
    return code, int(year) if year else None


YEAR = base("year")
WELLBY = base("LS") * base("person") * base("year")


def parse_unit(  # noqa: C901  (one loop over four kinds of token)
    text: str, *, money: Unit, prices: int | None = None, extra: Iterable[str] = ()
) -> Unit:
    """Read a unit as people write it: ``GBP/person/year``, ``per year``, ``SD*year``, ``people``.

    Parameters
    ----------
    text : str
        At most 120 characters and 16 factors; powers are whole numbers up to 9.
    money : Unit
        The unit that the word ``money`` stands for.
    prices : int or None
        Price year of a currency that is written without one.
    extra : iterable of str
        Names of units the model declares.

    Raises
    ------
    UnitError
        With one sentence, and a near miss where there is one.

    Examples
    --------
    >>> str(parse_unit("GBP per person per year", money=currency("GBP", 2025), prices=2025))
    'GBP[2025]/person/year'
    """
    if len(text) > MAX_LENGTH:
        raise UnitError(f"a unit has at most {MAX_LENGTH} characters, this has {len(text)}")
    words = _words(money, prices, tuple(extra))
    result, sign, expects, factors, at = Unit(), 1, True, 0, 0
    last: Unit | None = None
    stripped = text.rstrip()
    while at < len(stripped):
        match = _SCAN.match(stripped, at)
        if match is None:
            rest = stripped[at:].strip()
            raise UnitError(f"{rest[:1]!r} cannot stand in a unit", _character_hint(rest))
        at = match.end()
        power, operator, word, unity = match.group(2), match.group(3), match.group(4), match.group(5)
        if power is not None:
            if last is None or abs(int(power[:5])) > MAX_POWER:
                raise UnitError(f"a power in a unit follows a name and lies between -{MAX_POWER} and {MAX_POWER}")
            result, last = result * last ** (int(power) - 1), None
        elif operator or word == "per":
            if expects and not (word == "per" and factors == 0):
                raise UnitError(f"the unit {stripped!r} lacks a name before {operator or word!r}")
            sign, expects, last = (1 if operator == "*" else -1), True, None
            factors = max(factors, 1)
        else:
            if not expects:
                raise UnitError(f"the unit {stripped!r} lacks '*', '/' or 'per' before {word or unity!r}")
            last = (Unit() if unity else _lookup(word, words)) ** sign
            result, expects, factors = result * last, False, factors + 1
            if factors > MAX_FACTORS:
                raise UnitError(f"a unit has at most {MAX_FACTORS} factors")
    if expects and factors:
        raise UnitError(f"the unit {stripped!r} ends without a name")
    return result


def years_in(
    unit_word: str, *, days_per_year: Fraction = Fraction(1461, 4), weeks_per_year: Fraction | None = None
) -> Fraction | None:
    """Return how many years one ``week``, ``months`` … is (FORMAT R8), or None if the word is not a duration.

    Parameters
    ----------
    unit_word : str
        Singular or plural.
    days_per_year : Fraction
        365.25 unless the calendar says otherwise; a week is 7 days.
    weeks_per_year : Fraction or None
        Where the calendar counts weeks (52), a week is one of them.

    Examples
    --------
    >>> years_in("months")
    Fraction(1, 12)
    >>> years_in("week", weeks_per_year=Fraction(52))
    Fraction(1, 52)
    """
    word = unit_word.removesuffix("s")
    return calendar(days_per_year, weeks_per_year)[word] if word in DURATIONS else None


def to_years(unit: Unit) -> Unit:
    """Return the unit with every duration token read as ``year``: finds a monthly beside a yearly flow."""
    result = Unit()
    for token, power in unit.powers:
        result *= base("year" if token in DURATIONS else token) ** power
    return result


@lru_cache(maxsize=64)
def calendar(days_per_year: Fraction, weeks_per_year: Fraction | None) -> dict[str, Fraction]:
    """Return how many years each duration is, by a calendar with so many days (and weeks) in a year.

    Parameters
    ----------
    days_per_year : Fraction [day/year]
    weeks_per_year : Fraction or None [week/year]
        None: a week is 7 days.

    Returns
    -------
    dict of str to Fraction [year]
        By the words of `DURATIONS`.

    Examples
    --------
    >>> calendar(Fraction(1461, 4), None)["week"]
    Fraction(28, 1461)
    """
    return {
        "year": Fraction(1),
        "quarter": Fraction(1, 4),
        "month": Fraction(1, 12),
        "week": 1 / weeks_per_year if weeks_per_year else 7 / days_per_year,
        "day": 1 / days_per_year,
    }


@lru_cache(maxsize=64)
def _words(money: Unit, prices: int | None, extra: tuple[str, ...]) -> dict[str, Unit]:
    units = {noun: base("person") for noun in PEOPLE} | {token: base(token) for token in (*_TOKENS, *extra)}
    words = {f"{word}s": unit for word, unit in units.items() if not word.endswith("s")} | units
    words |= {code: currency(code, prices) for code in CURRENCIES}
    words |= {"money": money, "WELLBY": WELLBY, "WELLBYs": WELLBY}
    return words | {word: Unit() for word in _NUMBERS}


def _lookup(word: str, words: dict[str, Unit]) -> Unit:
    if word in words:
        return words[word]
    match = _CURRENCY.match(word)
    if match and match.group(2):
        return base(word)
    raise UnitError(f"{word!r} is not a unit", near_miss(word, words), word)


def _character_hint(rest: str) -> str:
    if rest[:1] in "£$€":
        return "write GBP, USD or EUR"
    if rest[:1] == "%":
        return "write 'share'"
    if rest[:1] in "()":
        return "write GBP/person/year, without brackets"
    return ""


def _write(unit: Unit) -> str:
    if unit.dimensionless:
        return "1"
    powers = dict(unit.powers)
    for sign in (1, -1):
        times = min(sign * powers.get(token, Fraction(0)) for token in ("LS", "person", "year"))
        if times >= 1:
            for token in ("LS", "person", "year"):
                powers[token] -= sign * (times // 1)
            powers["WELLBY"] = Fraction(sign * (times // 1))
    ranked = sorted((item for item in powers.items() if item[1]), key=lambda item: (_rank(item[0]), item[0]))
    above = [_power(token, power) for token, power in ranked if power > 0]
    below = [_power(token, -power) for token, power in ranked if power < 0]
    return "/".join(["*".join(above) or "1", *below])


def _rank(token: str) -> int:
    order = ("WELLBY", "LS", "QALY", "DALY", "SD", "point", "step", "hour", "person")
    if _CURRENCY.match(token):
        return -1
    return order.index(token) if token in order else len(order) + (token in DURATIONS)


def _power(token: str, power: Fraction) -> str:
    if power == 1:
        return token
    return f"{token}**{power}" if power.denominator == 1 else f"{token}**({power})"
