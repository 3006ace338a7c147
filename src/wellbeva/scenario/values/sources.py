"""The sources of a scenario: those that it lists, and those that its references name (semantics R167)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from wellbeva.core.spans import Located
from wellbeva.core.units import calendar
from wellbeva.errors import Collector
from wellbeva.evidence.grading.grade import EXAMPLES, Grade, StudyFeatures, declared, grade
from wellbeva.evidence.record import EffectRecord
from wellbeva.scenario.spec import Source
from wellbeva.scenario.text.identifiers import study_kind
from wellbeva.scenario.value import Cite
from wellbeva.scenario.values.amounts import parse_amount

DAYS = Fraction(1461, 4)
"""A year has so many on average, wherever the study was done."""
LONGEST = 100
"""Years for which a study may have followed people."""

Find = Callable[[Cite, Collector], EffectRecord | None]
"""Looks a reference up; what is wrong with it is noted."""


class Sources(dict[str, Source]):
    """Sources by key; a reference enters its own when it is first cited.

    Parameters
    ----------
    listed : mapping of str to Source
        Those under ``sources``.
    find : callable, optional
        Looks a reference up; without it no reference is known.
    """

    def __init__(self, listed: Mapping[str, Source] | None = None, find: Find | None = None) -> None:
        super().__init__(listed or {})
        self._find = find
        self.records: dict[str, EffectRecord] = {}
        """What references name, by reference."""

    def copy(self) -> Sources:
        """Return sources that begin with these, and enter what is cited later into themselves alone."""
        new = Sources(self, self._find)
        new.records |= self.records
        return new

    def refer(self, cite: Cite, collector: Collector) -> None:
        """Enter the source that a reference names; what is wrong with it is noted.

        Parameters
        ----------
        cite : Cite
            Its key is a reference.
        collector : Collector
        """
        record = self._find(cite, collector) if self._find is not None and cite.key not in self else None
        if record is None:
            return
        if record.status == "not found":
            collector.error(
                "WB-S534",
                f"{cite.key!r} says that no study was found, so it is the source of nothing",
                cite.span,
                facts=(record.note,),
                remedy="write [assumed], or the key of a study under 'sources'",
            )
            return
        self.records[cite.key] = record
        self[cite.key] = _source(cite, record)


def _source(cite: Cite, record: EffectRecord) -> Source:
    whose = f"Effect on {record.population}" if record.population else ""
    whose += f", against {record.comparison}" if whose and record.comparison else ""
    return Source(
        cite.key,
        cite=record.cite or record.title,
        link=record.link,
        design=record.design,
        evidence=record.evidence,
        licence=record.licence,
        status=record.status if record.status == "recalled" else "",
        note=" ".join(filter(None, [f"{whose}." if whose else "", record.note])),
        compares=record.compares,
        follow_up=record.follow_up,
        kind=study_kind(record.design),
        followed=years_followed(Located.bare(record.follow_up, cite.key), collector=Collector()),
        span=cite.span,
    )


def years_followed(text: Located, *, collector: Collector) -> float:
    """Read how long a study followed people [years]; 0 where nothing is said, or after an error.

    Parameters
    ----------
    text : Located
    collector : Collector
    """
    if not text.text:
        return 0.0
    amount = parse_amount(text, collector=collector)
    if amount is None:
        return 0.0
    years = amount.number * calendar(DAYS, None).get(amount.unit.removesuffix("s"), 0)
    if not 0 < years <= LONGEST or amount.currency or amount.percent:
        collector.error(
            "WB-A190",
            f"{text.text[:40]!r} does not say how long a study followed people",
            text.span(),
            facts=("it is a length of time, from the start to the last time that people were asked",),
            remedy="write it like '12 months'; leave the key out where the study does not say",
        )
        return 0.0
    return float(years)


def declared_grade(design: str, given: Mapping[str, Located], collector: Collector) -> Grade:
    """Grade a study by what is declared of it (R170); a text that does not say what it should is noted.

    Parameters
    ----------
    design : str
        Begins with the kind of study.
    given : mapping of str to Located
        By the keys of `EXAMPLES`.
    collector : Collector
    """
    values: dict[str, Any] = {name: declared(name, text.text) for name, text in given.items()}
    for name, text in given.items():
        if values[name] is None and not any(error.span == text.span() for error in collector.errors):
            wanted, example = EXAMPLES[name]
            message = f"{text.text[:40]!r} cannot be what {name} declares of a study"
            remedy = f"write it like '{name}: {example}'; leave the key out where the study does not say"
            collector.error("WB-S550", message, text.span(), facts=(f"it is {wanted}",), remedy=remedy)
    return grade(StudyFeatures(study_kind(design), **values))
