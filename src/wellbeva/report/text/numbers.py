"""Numbers to words: two significant figures, money, ranges, chances, tiles.

The one place where a number becomes text in the report. Nothing here ever says 0%, 100%, certain or proven.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

MINUS = "−"
NOT_APPLICABLE = "–"
MISSING = "missing"
SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€"}
MONEY = {"GBP": "pound", "USD": "dollar", "EUR": "euro"}

HARDLY = 0.05  # below it a share is "hardly any", and what is left of a whole "nearly all"
NOISE = 1e-12  # below it a difference of numbers up to 100 is rounding
SMALLEST = 0.0001  # below it a row of zeros says less than "less than"
TILES = 10
_SMALL = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
PLAIN = frozenset((
    "a", "an", "the", "this", "that", "these", "those", "our", "their", "its", "no", "not", "any", "some", "most",
    "many", "several", "few", "fewer", "each", "every", "both", "either", "neither", "half", "double", "twice",
    "another", "further", "same", "nothing", "something", "anything", "everything", "one", "two", "three", "four",
    "five", "six", "seven", "eight", "nine", "ten", "in", "on", "at", "by", "for", "from", "to", "of", "as", "if",
    "after", "before", "during", "about", "around", "doing", "usual", "weekly", "daily", "monthly", "yearly",
    "regular", "telephone", "phone", "home", "online", "group", "groups", "arts", "art", "music", "choirs",
    "singing", "dance", "gardening", "green", "walks", "walking", "sport", "sports", "exercise", "cooking",
    "lunch", "lunches", "coffee", "social", "community", "communities", "local", "neighbourhood", "village",
    "school", "schools", "youth", "young", "older", "peer", "family", "families", "parents", "children", "therapy",
    "counselling", "talking", "mentoring", "volunteering", "volunteers", "visits", "visiting", "befriending",
    "support", "help", "helping", "training", "classes", "courses", "free", "paid", "small", "large",
    "new", "more", "less", "extra", "early", "late", "sometimes", "often", "always", "never", "very", "people",
    "men", "women", "adults", "pupils", "everyone", "everybody", "all", "other", "with", "without", "only",
))  # fmt: skip
"""First words of a label that are plain words; any other may be a name and keeps its capital."""
_GROUP_FROM = 10_000.0  # prices at and above this are written with k, m, bn


def symbol(currency: str) -> str:
    """Return what stands before a sum of money: ``£``, or a code and a blank."""
    return SYMBOLS.get(currency, f"{currency} ")


def figures(x: float, digits: int = 2) -> Decimal:
    """Round to significant figures, halves away from zero as people do it.

    Parameters
    ----------
    x : float
    digits : int
        Significant figures.

    Examples
    --------
    >>> str(figures(0.725)), f"{figures(1349):f}", str(figures(9.96))
    ('0.73', '1300', '10')
    """
    exact = Decimal(repr(float(x)))
    if exact == 0:
        return Decimal(0)
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    rounded = (exact / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
    if rounded.adjusted() > exact.adjusted():  # 9.96 became 10.0: one figure too many
        rounded = rounded.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 2))
    return rounded


def number(x: float, digits: int = 2) -> str:
    """Write a number with two significant figures; ``missing`` for nan.

    Parameters
    ----------
    x : float
    digits : int
        Significant figures.

    Examples
    --------
    >>> number(6.38), number(0.4), number(-0.0296), number(12345), number(0)
    ('6.4', '0.40', '−0.030', '12,000', '0')
    """
    if math.isnan(x):
        return MISSING
    if math.isinf(x):
        return f"{MINUS if x < 0 else ''}without end"
    if x == 0:
        return "0"
    if abs(x) < SMALLEST:
        return f"< {SMALLEST}" if x > 0 else f"> {MINUS}{SMALLEST}"
    return _sign(x) + _grouped(figures(abs(x), digits))


def fine_number(x: float) -> str:
    """Write a number as `number` does, but with all its zeros where it is small: the change of a large place.

    Examples
    --------
    >>> fine_number(-0.0000312), fine_number(0.4), fine_number(-3e-13)
    ('−0.000031', '0.40', '0')
    """
    if abs(x) < NOISE:
        return "0"
    return _sign(x) + _grouped(figures(abs(x))) if abs(x) < SMALLEST else number(x)


def points(x: float, *, sign: bool = False) -> str:
    """Write points of a measure with two decimals, as all of a page, so that they can be added up.

    Parameters
    ----------
    x : float [points]
    sign : bool
        Whether a gain has its sign.

    Examples
    --------
    >>> points(-0.417), points(0.417, sign=True), points(-0.001, sign=True)
    ('−0.42', '+0.42', '0.00')
    """
    size = f"{abs(x):.2f}"
    return size if float(size) == 0 else f"{MINUS if x < 0 else '+' * sign}{size}"


def tick_of_points(x: float) -> str:
    """Write a tick of an axis of points."""
    return points(x, sign=True) if x else "0"


def span_of_points(low: float, high: float, *, sign: bool = False) -> str:
    """Write an interval in points.

    Parameters
    ----------
    low, high : float [points]
    sign : bool
        As in `points`.

    Examples
    --------
    >>> span_of_points(-0.12, 0.5, sign=True)
    '−0.12 to +0.50'
    """
    return span(points(low, sign=sign), points(high, sign=sign))


def count(x: float) -> str:
    """Write a count as a source prints it: in full.

    Examples
    --------
    >>> count(225069), count(-0.3)
    ('225,069', '0')
    """
    return MISSING if math.isnan(x) else _sign(round(x)) + f"{abs(round(x)):,}"


def price(x: float, currency: str = "GBP", digits: int = 2) -> str:
    """Write a price or money for each WELLBY: in full below 10,000, then with k, m or bn.

    Parameters
    ----------
    x : float [money]
    currency : str
        Its code; one without a sign of its own stands before the number.
    digits : int
        Significant figures.

    Examples
    --------
    >>> price(1314), price(9960), price(16_400), price(0.5), price(1), price(1.3)
    ('£1,300', '£10k', '£16k', '£0.50', '£1', '£1.30')
    """
    return _money(x, currency, digits, _GROUP_FROM)


def total(x: float, currency: str = "GBP", digits: int = 2) -> str:
    """Write a sum of money: k from 1,000 on.

    Parameters
    ----------
    x : float [money]
    currency : str
        Its code; one without a sign of its own stands before the number.
    digits : int
        Significant figures.

    Examples
    --------
    >>> total(9204), total(140_300), total(1_400_000), total(-44_000), total(410)
    ('£9.2k', '£140k', '£1.4m', '−£44k', '£410')
    """
    return _money(x, currency, digits, 1000.0)


def round_total(x: float, currency: str = "GBP") -> str:
    """Write a sum that somebody set, such as a budget: with one figure if the second is a zero.

    Parameters
    ----------
    x : float [money]
    currency : str
        Its code.

    Examples
    --------
    >>> round_total(1_000_000), round_total(1_500_000)
    ('£1m', '£1.5m')
    """
    one = figures(abs(x), 1)
    return total(x, currency, 1 if one == figures(abs(x), 2) else 2)


def span(low: str, high: str) -> str:
    """Write a range: ``a to b``, the unit at both ends.

    Parameters
    ----------
    low, high : str
        Numbers as written by the functions here.

    Examples
    --------
    >>> span("£44k", "£280k")
    '£44k to £280k'
    """
    return f"{low} to {high}"


def chance(p: float, draws: int) -> str:
    """Say how often an event comes in plausible futures, in the words of the visual language.

    Parameters
    ----------
    p : float [share of draws]
    draws : int
        How many draws it is a share of; none of them is written as fewer than 1 in that number, up to 1,000.

    Examples
    --------
    >>> chance(0.024, 16384), chance(0, 16384), chance(0, 512)
    ('about 24 in 1,000', 'fewer than 1 in 1,000', 'fewer than 1 in 512')
    >>> chance(0.7, 16384), chance(0.5, 16384), chance(0.97, 16384)
    ('in about 7 of 10 plausible futures', 'in about half of plausible futures', 'in more than 19 of 20')
    """
    if not 0.05 <= p <= 0.95:
        rare = _rare(p, draws)
        return f"in {rare}" if p > 0.95 else rare
    return in_futures(p, draws)


def in_futures(p: float, draws: int) -> str:
    """Say a chance where a sentence goes on: always ``in … plausible futures``.

    Parameters
    ----------
    p : float [share of draws]
    draws : int
        As for `chance`.

    Examples
    --------
    >>> in_futures(0.97, 16384), in_futures(0.01, 16384)
    ('in more than 19 of 20 plausible futures', 'in about 10 in 1,000 plausible futures')
    """
    if math.isnan(p):
        return _rare(p, draws)
    if 0.45 <= p <= 0.55:
        return "in about half of plausible futures"
    words = f"about {of_ten(p)} of 10" if 0.05 <= p <= 0.95 else _rare(p, draws)
    return f"in {words} plausible futures"


def _rare(p: float, draws: int) -> str:
    """Say a chance below 1 in 20 or above 19 in 20, or one that is not known."""
    if math.isnan(p):
        return "with an unknown chance"
    if p > 0.95:
        return "all but fewer than 1 in 1,000" if p > 0.999 else "more than 19 of 20"
    if _half_up(p * 1000) < 1 or p * draws < 1:
        return f"fewer than 1 in {min(1000, max(1, draws)):,}"
    return f"about {_half_up(p * 1000)} in 1,000"


def of_ten(p: float) -> int:
    """Round a share to tenths, never to none or all of ten."""
    return min(9, max(1, _half_up(p * 10)))


def in_thousand(p: float, draws: int) -> str:
    """Write a chance under "in 1,000 futures".

    Parameters
    ----------
    p : float [share of draws]
    draws : int
        With fewer than 1,000 the smallest number written is above 1.

    Examples
    --------
    >>> in_thousand(0, 16384), in_thousand(0, 512), in_thousand(0.024, 16384), in_thousand(0.69, 16384)
    ('< 1', '< 2', '24', '690')
    """
    if math.isnan(p):
        return NOT_APPLICABLE
    least = max(1, math.ceil(1000 / max(1, draws)))
    if p * 1000 < least and _half_up(p * 1000) < least:
        return f"< {least}"
    if (1 - p) * 1000 < least:
        return f"> {1000 - least}"
    shown = _half_up(p * 1000)
    return f"{int(figures(shown))}" if shown < 950 else f"{shown}"


def in_ten(p: float) -> str:
    """Write a chance under "of 10 futures"."""
    if math.isnan(p):
        return NOT_APPLICABLE
    if p < 0.05:
        return "< 1"
    return "> 9" if p > 0.95 else f"about {of_ten(p)}"


def in_hundred(p: float) -> str:
    """Write a chance under "of 100 futures".

    Examples
    --------
    >>> in_hundred(0.85), in_hundred(0.96), in_hundred(0.9999), in_hundred(0.001)
    ('85', '> 95', '> 99', '< 1')
    """
    if math.isnan(p):
        return NOT_APPLICABLE
    if p > 0.99:
        return "> 99"
    if p > 0.95:
        return "> 95"
    return "< 1" if p < 0.01 else f"{_half_up(p * 100)}"


def tiles(shares: Sequence[float]) -> tuple[int, ...]:
    """Share out ten tiles by the largest remainder, so that they always add up.

    Equal remainders go to the earlier option.

    Parameters
    ----------
    shares : sequence of float
        Their sum need not be 1; one below 0 gets no tile.

    Examples
    --------
    >>> tiles([0.46, 0.43, 0.11])
    (5, 4, 1)
    """
    exact = [max(0.0, share) / (sum(shares) or 1.0) * TILES for share in shares]
    # A share that rounding puts just below a whole tile, 0.3 of 10, has that tile.
    whole = [math.floor(one + 1e-9) for one in exact]
    left = TILES - sum(whole)
    order = sorted(range(len(exact)), key=lambda index: (-round(exact[index] - whole[index], 9), index))
    for index in order[:left]:
        whole[index] += 1
    return tuple(whole)


def counted(n: int, one: str, many: str = "") -> str:
    """Write ``one offer``, ``four offers``, ``23 offers``.

    Parameters
    ----------
    n : int
        0 or more; small ones become words, 0 ``none``.
    one, many : str
        The noun for one and for more; without `many`, `one` with an s.
    """
    return f"{word_for(n)} {one if n == 1 else many or one + 's'}"


def word_for(n: int) -> str:
    """Write a small count as a word."""
    return _SMALL[n] if n < len(_SMALL) else f"{n:,}"


def capital(text: str) -> str:
    """Make the first letter a capital and leave the rest, and all of a first word that has a capital inside.

    Examples
    --------
    >>> capital("walking groups"), capital("iCBT for young adults"), capital("e-Health")
    ('Walking groups', 'iCBT for young adults', 'e-Health')
    """
    first = text.partition(" ")[0]
    return text if first[1:] != first[1:].lower() else text[:1].upper() + text[1:]


def in_sentence(label: str) -> str:
    """Write a label inside a sentence: its first letter small, if its first word is a plain one and no name follows.

    Examples
    --------
    >>> in_sentence("Weekly befriending visits"), in_sentence("A worker who links people to NHS groups")
    ('weekly befriending visits', 'a worker who links people to NHS groups')
    >>> in_sentence("Arts in schools (Factory International)"), in_sentence("Green Flag parks")
    ('arts in schools (Factory International)', 'Green Flag parks')
    >>> in_sentence("NHS Volunteer Responders"), in_sentence("Samaritans calls"), in_sentence("Doing nothing")
    ('NHS Volunteer Responders', 'Samaritans calls', 'doing nothing')
    >>> in_sentence("Half the visits"), in_sentence("One-to-one mentoring"), in_sentence("Home-Start")
    ('half the visits', 'one-to-one mentoring', 'Home-Start')
    """
    outside = re.sub(r"\([^)]*\)", "", label).split()
    first = re.split(r"[-,.]", outside[0])[0] if outside else ""
    # A alone, A-levels, A and B
    letter = len(first) == 1 and (len(outside[0]) > 1 or len(outside) == 1 or outside[1] in {"and", "or"})
    if letter or first.lower() not in PLAIN or outside[0][1:].lower() != outside[0][1:]:
        return label
    names = [word for word in outside[1:] if word[:1].isupper() and not word.strip(",.").isupper()]
    return label if names and outside[0] not in {"A", "An", "The"} else label[:1].lower() + label[1:]


def left_out(n: int, total: int, what: str, outside: int = 0) -> str:
    """Say that draws, which readers know as futures, are left out, and why.

    Parameters
    ----------
    n, total : int
        Those left out, and all.
    what : str
    outside : int
        How many of the `n` because an input is outside its bounds; in the others a number is not finite.

    Examples
    --------
    >>> left_out(12, 16384, "draw")
    '12 of 16,384 draws are left out of every number: a number in them is not finite.'
    >>> left_out(1, 777, "plausible future", outside=1)
    '1 of 777 plausible futures is left out of every number: an input in it is outside its bounds.'
    >>> left_out(9, 500, "draw", outside=7)
    '9 of 500 draws are left out of every number: in 2 a number is not finite, in 7 an input is outside its bounds.'
    """
    verb, them = ("is", "it") if n == 1 else ("are", "them")
    said = f"{n:,} of {total:,} {what}s {verb} left out of every number"
    if 0 < outside < n:
        return f"{said}: in {n - outside:,} a number is not finite, in {outside:,} an input is outside its bounds."
    return f"{said}: {f'an input in {them} is outside its bounds' if outside else f'a number in {them} is not finite'}."


def rounded_less(gap: float) -> str:
    """Say what ``--fast`` changed, by the largest change as a share of the largest value.

    Examples
    --------
    >>> rounded_less(2.6e-16)
    'rounding less often changed the first draws by at most 3e-16 of the largest value.'
    >>> rounded_less(0.0)
    'rounding less often changed nothing in the first draws.'
    """
    if gap == 0:
        return "rounding less often changed nothing in the first draws."
    return f"rounding less often changed the first draws by at most {_rounded_up(gap)} of the largest value."


def ordinal(n: int) -> str:
    """Write a place: ``1st``, ``2nd``, ``11th``.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '112th']
    """
    ending = "th" if n % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def share_words(share: float) -> str:
    """Write a share in words.

    Examples
    --------
    >>> share_words(0.51), share_words(0.37), share_words(0.97), share_words(0.01)
    ('about half', 'about 4 in 10', 'nearly all', 'hardly any')
    """
    if share < HARDLY:
        return "hardly any"
    for value, said in ((1 / 4, "a quarter"), (1 / 3, "a third"), (1 / 2, "half"), (2 / 3, "two thirds")):
        if abs(share - value) < 0.025:
            return f"about {said}"
    return "nearly all" if share > 1 - HARDLY else f"about {of_ten(share)} in 10"


def listed(names: Sequence[str]) -> str:
    """Join names: ``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _rounded_up(x: float) -> str:
    """Write a bound above 0 with one figure, never below what it bounds."""
    power = Decimal(x).adjusted()
    figure = math.ceil(Decimal(x).scaleb(-power))
    return f"1e{power + 1:+03d}" if figure == 10 else f"{figure}e{power:+03d}"


def _half_up(x: float) -> int:
    return math.floor(x + 0.5)


def _sign(x: float) -> str:
    return MINUS if x < 0 else ""


def _grouped(x: Decimal) -> str:
    return f"{x:,f}"


def _money(x: float, currency: str, digits: int, suffix_from: float) -> str:
    if math.isnan(x):
        return MISSING
    if x == 0:
        return "0"
    size = figures(abs(x), digits)
    for limit, suffix in ((10**9, "bn"), (10**6, "m"), (10**3, "k")):
        if size >= limit and size >= Decimal(suffix_from):
            return f"{_sign(x)}{symbol(currency)}{_grouped(figures(float(size / limit), digits))}{suffix}"
    # As people write sums of some pounds: £1 and £1.30, never £1.0 or £1.3.
    shown = f"{size:.{0 if size == int(size) else 2}f}" if 1 <= size < 10 else _grouped(size)
    return f"{_sign(x)}{symbol(currency)}{shown}"
