"""Ways people write a number that the grammar does not read, and what to write instead."""

from __future__ import annotations

import re
from fractions import Fraction

from wellbeva.core.did_you_mean import near_miss

_ONES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = (
    {"a": "1", "an": "1", "half": "0.5", "none": "0", "zero": "0", "no": "0", "hundred": "100"}
    | {word: str(number) for number, word in enumerate(_ONES, start=1)}
    | {word: str(10 * number) for number, word in enumerate(_TENS, start=3)}
)
"""Numbers in words, with their digits."""
SCALES = {"k": "k", "thousand": "k", "m": "m", "million": "m", "mn": "m", "bn": "bn", "billion": "bn"}
"""Words for large numbers, with the letter that a file has."""
SCALE_WORDS = ("thousand", "million", "billion", "bn")
"""Those that may stand a blank behind the digits; `3 m` could be metres, and `3 mn` minutes."""
PLUS_OR_MINUS = re.compile(r"\s*(?:±|\+\s?/\s?[-−]|\+[-−])\s*")


def in_digits(text: str) -> str:
    """Return a number in words as it is written in digits, or an empty text if it is none.

    Examples
    --------
    >>> in_digits("six months"), in_digits("Half a year"), in_digits("soon")
    ('6 months', '0.5 years', '')
    """
    word, _, rest = text.strip().partition(" ")
    digits = WORDS.get(word.lower(), "")
    if not digits:
        return ""
    if word.lower() == "half":
        article, _, unit = rest.strip().partition(" ")
        return f"{digits} {unit}s" if article in {"a", "an"} and unit else ""
    return f"{digits} {rest.strip()}".strip()


def another_way(text: str) -> str:
    """Return a remedy for a number that is written in another way than a file has it, or an empty text.

    Examples
    --------
    >>> another_way("six months")
    'write the number in digits: `6 months`'
    >>> another_way("about 7")
    ''
    """
    digits = in_digits(text)
    return f"write the number in digits: `{digits}`" if digits else ""


def behind_the_digits(digits: str, rest: str) -> str:
    """Return a remedy for text after a number that cannot be read as a unit, or an empty text.

    Parameters
    ----------
    digits : str
        The number as written, with its sign of money.
    rest : str
        The text after it.

    Examples
    --------
    >>> behind_the_digits("1", "200 people"), behind_the_digits("£12", "m")
    ('group thousands with a comma: `1,200 people`', 'write `£12m`, with the letter close behind the digits')
    >>> behind_the_digits("1.2", "WELLBY per £1,000")
    'write it for each pound, dollar or euro: `0.0012 WELLBY per £`'
    >>> behind_the_digits("£3", "millon")
    "did you mean 'million'?"
    """
    sums = re.fullmatch(r"(?P<words>.*\bper )(?P<sign>[£$€])(?P<sum>[1-9][0-9,]*)", rest)
    if sums and re.fullmatch(r"[0-9.]+", digits):
        each = float(Fraction(digits) / int(sums["sum"].replace(",", "")))
        return f"write it for each pound, dollar or euro: `{each:.10g} {sums['words']}{sums['sign']}`"
    if re.match(r"[0-9]{3}\b", rest):
        return f"group thousands with a comma: `{digits},{rest}`"
    word, _, more = rest.partition(" ")
    if word.lower() in SCALES:
        return f"write `{digits}{SCALES[word.lower()]} {more}".rstrip() + "`, with the letter close behind the digits"
    return near_miss(word.lower(), ("thousand", "million", "billion"), cutoff=0.8)


def in_brackets(body: str) -> str:
    """Return a remedy for text in brackets that cannot be read as a spread, or an empty text.

    Examples
    --------
    >>> in_brackets("0.1-0.4"), in_brackets("£3, £5"), in_brackets("2023 prices"), in_brackets("s.e. 0.1")
    ('write `(0.1 to 0.4)`', 'write `(£3 to £5)`', 'write `in 2023 prices`, before any bracket', 'write `(se 0.1)`')
    """
    ends = re.fullmatch(
        r"(?P<low>[-−]?[£$€]?[0-9.]+\s?%?)\s*(?:-|–|—|,|;|\.\.|and|until)\s*(?P<high>[-−]?[£$€]?[0-9.]+\s?%?)", body
    )
    if ends:
        return f"write `({ends['low']} to {ends['high']})`"
    prices = re.fullmatch(r"(?:in\s+)?((?:19|20)[0-9]{2})(?:\s+prices)?", body)
    if prices:
        return f"write `in {prices[1]} prices`, before any bracket"
    spread = re.fullmatch(r"(s\.?[ed])\.?[:=]?\s*(?P<size>[£$€]?[0-9].*)", body, re.IGNORECASE)
    if spread:
        return f"write `({spread[1].replace('.', '').lower()} {spread['size']})`"
    return ""
