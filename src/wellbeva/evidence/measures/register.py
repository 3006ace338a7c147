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

EXACT = ("convention", "identity")
"""Kinds of slope that have no error."""
CONFLICT = 1.5
"""Published slopes of one measure that differ by more than this factor are in conflict."""


LAST_DIGIT = "A range that is not printed is that of the last digit alone, far narrower than what is not known."


@dataclass(frozen=True, slots=True)
class Slope:
    """One published slope of a measure.

    Parameters
    ----------
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
        if self.kind in EXACT:
            return self.slope
        low, high = self.low, self.high
        if not low:
            digits = Decimal(self.slope)
            half = Decimal((0, (5,), int(digits.as_tuple().exponent) - 1))
            low, high = str(digits - half), str(digits + half)
            return f"{self.slope} (range {low} to {high})"
        return f"{self.slope} (range {low} to {high})" if low == self.slope else f"{self.slope} ({low} to {high})"


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
    slopes : tuple of Slope
        As they stand in the table, those that nobody found too.
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
    reliability: str
    reliability_source: str
    slopes: tuple[Slope, ...]

    @property
    def width(self) -> float:
        """The greatest change that a person can show [points]."""
        return self.high - self.low

    @property
    def published(self) -> tuple[Slope, ...]:
        """The slopes that are drawn from; none where nobody published one."""
        return tuple(slope for slope in self.slopes if slope.use == "published")

    @property
    def conflict(self) -> tuple[Slope, ...]:
        """The smallest and the largest published slope where they differ by more than `CONFLICT`; else none."""
        ranked = sorted(self.published, key=lambda slope: abs(slope.number))
        ends = (ranked[0], ranked[-1]) if ranked else ()
        return ends if ends and abs(ends[1].number) > CONFLICT * abs(ends[0].number) else ()

    @property
    def conflict_words(self) -> str:
        """The sentence on slopes in conflict; empty where there is none."""
        words = " and ".join(f"{slope.slope} ({slope.source})" for slope in self.conflict)
        return words and f"Published slopes differ {self.times_apart} times: {words}."

    @property
    def times_apart(self) -> str:
        """How many times the smallest slope in conflict goes into the largest, in two digits."""
        low, high = self.conflict
        return f"{abs(high.number / low.number):.2g}"

    @property
    def value(self) -> str:
        """What a scenario writes for life satisfaction per point: one slope, or a mixture of those published.

        Each survey has the same weight, and slopes of one survey share it, as they are not independent. Empty where
        nobody published a slope.

        Examples
        --------
        >>> measures()["wemwbs"].value, measures()["phq9"].value
        ('0.13 (range 0.125 to 0.135)', '')
        """
        listed = self.published
        if len(listed) < 2:
            return "".join(slope.text for slope in listed)
        shares = Counter(slope.data for slope in listed)
        parts = (f'{{1/{len(shares) * shares[slope.data]}: "{slope.text}"}}' for slope in listed)
        return f"{{mixture: [{', '.join(parts)}]}}"

    @property
    def caution(self) -> str:
        """What a reader must know of the slopes: their conflict, or how little is known.

        Examples
        --------
        >>> measures()["ucla3"].caution
        'No slope was found. The study has slopes; the text that was read does not print them.'
        """
        listed = self.published
        if not listed:
            return " ".join(("No slope was found.", *(slope.note for slope in self.slopes)))
        mixture = f"A mixture of {len(listed)} published slopes; each survey has the same weight."
        rounded = any(not slope.low and slope.kind not in EXACT for slope in listed)
        said = (self.conflict_words, listed[0].note if len(listed) == 1 else mixture, LAST_DIGIT if rounded else "")
        return " ".join(filter(None, said))


@cache
def measures() -> Mapping[str, Measure]:
    """Return every measure by its key.

    Examples
    --------
    >>> measures()["swemwbs"].width
    28.0
    >>> [slope.slope for slope in measures()["swemwbs"].slopes]
    ['0.26', '0.24', '0.252', '0.05']
    """
    slopes: dict[str, list[Slope]] = {}
    for row in rows("measures", "slopes"):
        measure, _ = row.pop("from"), row.pop("to")
        slopes.setdefault(measure, []).append(Slope(**row))
    found = {}
    for row in rows("measures", "measures"):
        low, high, direction, items = (float(row.pop(name)) for name in ("low", "high", "direction", "items"))
        own = tuple(slopes[row["key"]])
        found[row["key"]] = Measure(**row, low=low, high=high, direction=int(direction), items=int(items), slopes=own)
    return found


@cache
def records() -> Mapping[str, EffectRecord]:
    """Return the slope of each measure with its sources, as ``[measure:KEY]`` names it in a scenario."""
    return {key: _record(measure) for key, measure in measures().items()}


def _record(measure: Measure) -> EffectRecord:
    listed = measure.published or measure.slopes

    def joined(words: Iterable[str]) -> str:
        return "; ".join(dict.fromkeys(filter(None, words)))

    return EffectRecord(
        key=measure.key,
        title=f"Life satisfaction for one point of {measure.name}",
        value=measure.value,
        measure=measure.key,
        cite=joined(slope.source for slope in listed),
        link=next((slope.link for slope in listed if slope.link), ""),
        design=f"survey link; {joined(slope.kind for slope in listed)}",
        evidence="initial",
        licence="facts and figures only",
        status=listed[0].status.lower(),
        note=measure.caution,
        date=max(slope.date for slope in listed),
    )
