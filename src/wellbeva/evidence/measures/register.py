"""The register of measures and of published slopes (``measures.csv``, ``slopes.csv``): read, never estimated here.

A slope says how much life satisfaction (0 to 10) goes with one point of a measure. What nobody published is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from wellbeva.evidence.record import EffectRecord
from wellbeva.evidence.shipped import rows

CONFLICT = 1.5
"""Published slopes of one measure that differ by more than this factor are in conflict."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, with the range of its score.

    Parameters
    ----------
    key, name : str
    low, high : float
        The ends of the score.
    direction : int
        1 where more is better, -1 where more is worse.
    items : int
        Number of questions.
    source, link, status, date : str
        Of the range; ``status`` is ``SEEN`` or ``RECALLED``.
    reliability, reliability_source : str
        Share of the variance of scores that is not chance, as printed; empty where none was found.
    """

    key: str
    name: str
    low: float
    high: float
    direction: int
    items: int
    source: str
    link: str
    status: str
    date: str
    reliability: str = ""
    reliability_source: str = ""

    @property
    def width(self) -> float:
        """The greatest change that a person can show [points]."""
        return self.high - self.low


LAST_DIGIT = "A range that is not printed is that of the last digit alone, far narrower than what is not known."


@dataclass(frozen=True, slots=True)
class Slope:
    """One published slope of a measure.

    Parameters
    ----------
    measure : str
        Key of the measure.
    slope : str
        Life satisfaction for one point, as printed: ``0.26``, ``11/7``; empty where none was found.
    low, high : str
        What the source prints of its uncertainty; empty if nothing.
    data : str
        The survey it was estimated on; slopes of one survey share its weight.
    population, kind : str
    use : str
        ``published`` slopes are drawn from; an ``alternative`` is shown only; ``none`` was found.
    source, link, status, date, note : str
        ``status`` is ``SEEN``, ``RECALLED`` or ``NOT FOUND``.
    """

    measure: str
    slope: str
    low: str
    high: str
    data: str
    population: str
    kind: str
    use: str
    source: str
    link: str
    status: str
    date: str
    note: str

    @property
    def number(self) -> float:
        """Life satisfaction for one point [LS/point]."""
        return float(Fraction(self.slope))

    @property
    def text(self) -> str:
        """The slope with its spread, as a scenario writes it.

        Where nothing is printed it is the printed digits' own: 0.26 is anything from 0.255 to 0.265. That is far less
        than the doubt between sources, and a convention has none.
        """
        if self.kind in ("convention", "identity"):
            return self.slope
        low, high = self.low, self.high
        if not low:
            digits = Decimal(self.slope)
            half = Decimal((0, (5,), int(digits.as_tuple().exponent) - 1))
            low, high = str(digits - half), str(digits + half)
            return f"{self.slope} (range {low} to {high})"
        return f"{self.slope} (range {low} to {high})" if low == self.slope else f"{self.slope} ({low} to {high})"


@cache
def measures() -> Mapping[str, Measure]:
    """Return every measure by its key.

    Examples
    --------
    >>> measures()["swemwbs"].width
    28.0
    """
    found = {}
    for row in rows("measures", "measures"):
        low, high, direction, items = (row.pop(name) for name in ("low", "high", "direction", "items"))
        found[row["key"]] = Measure(**row, low=float(low), high=float(high), direction=int(direction), items=int(items))
    return found


@cache
def slopes() -> Mapping[str, tuple[Slope, ...]]:
    """Return the rows on each measure, as they stand in the table, those without a slope too.

    Examples
    --------
    >>> [slope.slope for slope in slopes()["swemwbs"]]
    ['0.26', '0.24', '0.252', '0.05']
    """
    found: dict[str, list[Slope]] = {}
    for row in rows("measures", "slopes"):
        measure = row.pop("from")
        del row["to"]
        found.setdefault(measure, []).append(Slope(measure, **row))
    return {measure: tuple(listed) for measure, listed in found.items()}


def published(key: str) -> tuple[Slope, ...]:
    """Return the slopes of a measure that are drawn from; none where nobody published one."""
    return tuple(slope for slope in slopes()[key] if slope.use == "published")


def conflict(key: str) -> tuple[Slope, Slope] | None:
    """Return the smallest and the largest published slope where they differ by more than `CONFLICT`.

    Examples
    --------
    >>> [slope.slope for slope in conflict("swemwbs")]
    ['0.05', '0.26']
    """
    ranked = sorted(published(key), key=lambda slope: abs(slope.number))
    if not ranked or abs(ranked[-1].number) <= CONFLICT * abs(ranked[0].number):
        return None
    return ranked[0], ranked[-1]


def value_text(key: str) -> str:
    """Return what a scenario writes for life satisfaction per point: one slope, or a mixture of those published.

    Each survey has the same weight, and slopes of one survey share it, as they are not independent.

    Parameters
    ----------
    key : str
        Of a measure.

    Returns
    -------
    str
        Empty where nobody published a slope.

    Examples
    --------
    >>> value_text("wemwbs"), value_text("phq9")
    ('0.13 (range 0.125 to 0.135)', '')
    """
    listed = published(key)
    if len(listed) < 2:
        return "".join(slope.text for slope in listed)
    shares = Counter(slope.data for slope in listed)
    parts = (f'{{1/{len(shares) * shares[slope.data]}: "{slope.text}"}}' for slope in listed)
    return f"{{mixture: [{', '.join(parts)}]}}"


def conflict_words(key: str) -> str:
    """Return the sentence on slopes in conflict; empty where there is none.

    Examples
    --------
    >>> conflict_words("swemwbs")[:36]
    'Published slopes differ 5.2 times: 0'
    """
    ends = conflict(key)
    if ends is None:
        return ""
    words = " and ".join(f"{slope.slope} ({slope.source})" for slope in ends)
    return f"Published slopes differ {times_apart(ends)} times: {words}."


def times_apart(ends: tuple[Slope, Slope]) -> str:
    """Return how many times the first slope goes into the second, in two digits."""
    return f"{abs(ends[1].number / ends[0].number):.2g}"


def caution(key: str) -> str:
    """Return what a reader must know of the slopes of a measure: their conflict, or how little is known.

    Examples
    --------
    >>> caution("ucla3")
    'No slope was found. The study has slopes; the text that was read does not print them.'
    """
    listed = published(key)
    if not listed:
        return " ".join(("No slope was found.", *(slope.note for slope in slopes()[key])))
    mixture = f"A mixture of {len(listed)} published slopes; each survey has the same weight."
    rounded = any(not slope.low for slope in listed if slope.kind not in ("convention", "identity"))
    parts = (
        conflict_words(key),
        listed[0].note if len(listed) == 1 else mixture,
        LAST_DIGIT if rounded else "",
    )
    return " ".join(filter(None, parts))


@cache
def records() -> Mapping[str, EffectRecord]:
    """Return the slope of each measure with its sources, as ``[measure:KEY]`` names it in a scenario.

    Examples
    --------
    >>> records()["wemwbs"].value
    '0.13 (range 0.125 to 0.135)'
    """
    return {key: _record(measure) for key, measure in measures().items()}


def _record(measure: Measure) -> EffectRecord:
    listed = published(measure.key) or slopes()[measure.key]

    def joined(words: Iterable[str]) -> str:
        return "; ".join(dict.fromkeys(filter(None, words)))

    return EffectRecord(
        key=measure.key,
        title=f"Life satisfaction for one point of {measure.name}",
        value=value_text(measure.key),
        measure=measure.key,
        cite=joined(slope.source for slope in listed),
        link=next((slope.link for slope in listed if slope.link), ""),
        design=f"survey link; {joined(slope.kind for slope in listed)}",
        evidence="initial",
        licence="facts and figures only",
        status=listed[0].status.lower(),
        note=caution(measure.key),
        date=max(slope.date for slope in listed),
    )
