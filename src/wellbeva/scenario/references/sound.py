"""Whether the words of a record are those that a source may say."""

from __future__ import annotations

from collections.abc import Callable

from wellbeva.core.did_you_mean import near_miss
from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.evidence.record import FIELDS, LONGEST, EffectRecord, is_words
from wellbeva.scenario.text.identifiers import GRADES, STUDY_KINDS, study_kind
from wellbeva.scenario.values.references import record_value
from wellbeva.scenario.values.sources import years_followed

WORDS = {
    "evidence": GRADES,
    "compares": ("people", "areas", "volunteers"),
    "status": ("seen", "recalled", "not found"),
}
"""Fields of a record, and the words that they may hold."""


def sound(record: EffectRecord, at: Callable[[str], Located], collector: Collector) -> bool:
    """Whether a record can be taken into a scenario; what is wrong with it is noted.

    Parameters
    ----------
    record : EffectRecord
    at : callable
        Gives the text and the place of a field by its name.
    collector : Collector
    """
    before = len(collector.errors)
    for name in FIELDS:
        text, allowed = getattr(record, name), WORDS.get(name, ())
        if not is_words(text):
            remedy = f"keep it to one line of at most {LONGEST:,} characters"
            collector.error("WB-S541", f"{name!r} is not one line of text", at(name).span(), remedy=remedy)
        elif text and allowed and text not in allowed:
            _odd(name, text, allowed, at(name), collector)
    if record.design and not study_kind(record.design):
        _odd("design", record.design, tuple(STUDY_KINDS), at("design"), collector)
    if record.link and not record.link.startswith(("https://", "http://")):
        remedy = "write it whole, as https://doi.org/…"
        collector.error("WB-S541", "the link is not an address of a page", at("link").span(), remedy=remedy)
    if record.follow_up:
        years_followed(at("follow_up"), collector=collector)
    if record.value and is_words(record.value):
        record_value(record, at("value"), collector=collector)
    return len(collector.errors) == before


def _odd(name: str, text: str, allowed: tuple[str, ...], at: Located, collector: Collector) -> None:
    remedy = near_miss(text, allowed) or f"begin it with one of them, as {allowed[0]!r}"
    message = f"{text[:40]!r} is not one of the words for {name!r}"
    collector.error("WB-S541", message, at.span(), facts=(f"words are {', '.join(allowed)}",), remedy=remedy)
