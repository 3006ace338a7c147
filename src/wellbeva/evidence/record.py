"""An effect with all that a scenario takes over with it: a row of the library, or the result of a survey."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

from wellbeva.evidence.errors import EvidenceError

SCHEMA: Final = "wellbeva/effect/1"
"""Schema of the file of one effect."""
LONGEST: Final = 2_000
"""Characters of one field."""


@dataclass(frozen=True, slots=True)
class EffectRecord:
    """One effect and where it comes from; every field is a text as a scenario would write it.

    Parameters
    ----------
    key : str
        ``[library:KEY]`` or ``[survey:KEY]`` names it in a scenario: letters, digits and ``_``.
    title : str
        What was done, for people.
    value : str
        As a scenario writes it, with its unit: ``0.30 LS (0.05 to 0.55)``; empty where no size was published.
    measure : str
        Key of the measure in the register of measures: ``life_satisfaction``, ``swemwbs`` …
    population, comparison, follow_up : str
        Whose effect, against whom, and how long after the start it was measured: ``6 months``.
    cite, link, design, evidence, licence, status, note : str
        As under ``sources:`` of a scenario.
    date : str
        When it was read or measured: ``2026-11-30``.
    compares : str
        ``people``, ``areas`` or ``volunteers``, as under ``sources:``.
    activity : str
        What was done, in words that people search by.
    """

    key: str
    title: str
    value: str
    measure: str = "life_satisfaction"
    population: str = ""
    comparison: str = ""
    follow_up: str = ""
    cite: str = ""
    link: str = ""
    design: str = ""
    evidence: str = ""
    licence: str = ""
    status: str = ""
    note: str = ""
    date: str = ""
    compares: str = ""
    activity: str = ""


FIELDS: Final = tuple(field.name for field in fields(EffectRecord))


def from_json(text: str) -> EffectRecord:
    """Read the file of one effect; nothing but its fields is taken over, and they are texts.

    Raises
    ------
    EvidenceError
        If it is anything else.

    Examples
    --------
    >>> from_json('{"schema": "wellbeva/effect/1", "effect": {"key": "walks", "title": "", "value": "0.3 LS"}}').value
    '0.3 LS'
    """
    remedy = "write the file anew, with `wellbeva survey`"
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise EvidenceError("it is not JSON", (str(fault),), remedy) from fault
    effect = document.get("effect") if isinstance(document, dict) and document.get("schema") == SCHEMA else None
    if not isinstance(effect, dict) or not {"key", "title", "value"} <= effect.keys():
        raise EvidenceError("there is no effect in it", (f"wanted: {SCHEMA}, with key, title and value",), remedy)
    for name, words in effect.items():
        if name not in FIELDS or not is_words(words):
            fact = f"fields are {', '.join(FIELDS)}, each one line of at most {LONGEST:,} characters"
            raise EvidenceError(f"{name[:40]!r} is not a field, or not a text", (fact,), remedy)
    return EffectRecord(**effect)


def is_words(text: object) -> bool:
    """Whether something is one line of text that can be shown, or nothing."""
    return isinstance(text, str) and len(text) <= LONGEST and (text == "" or text.isprintable())


def to_json(record: EffectRecord, details: Mapping[str, object]) -> str:
    """Write an effect as the file holds it that ``[survey:KEY]`` names.

    Parameters
    ----------
    record : EffectRecord
    details : mapping of str to object
        How it came about; only what JSON holds.
    """
    document = {"schema": SCHEMA, "effect": asdict(record), "details": details}
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
