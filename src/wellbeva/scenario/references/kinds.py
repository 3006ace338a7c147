"""The kinds of reference, each with where its records lie (semantics R167)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from wellbeva.core.did_you_mean import near_miss
from wellbeva.core.spans import Located
from wellbeva.errors import Collector
from wellbeva.evidence.errors import EvidenceError
from wellbeva.evidence.record import EffectRecord, from_json
from wellbeva.scenario.text.files import TABLE_LIMIT, YAML_LIMIT, Files, beside
from wellbeva.scenario.value import Cite


@dataclass(frozen=True, slots=True)
class Home:
    """Where the references of a scenario are looked up: in its folder, then in the one above.

    Parameters
    ----------
    scenario : Path
    files : Files
        Reads the files, and keeps what they were.
    """

    scenario: Path
    files: Files

    def find(self, cite: Cite, collector: Collector) -> EffectRecord | None:
        """Return the record that a reference names; None after an error.

        Parameters
        ----------
        cite : Cite
        collector : Collector
        """
        kind, _, key = cite.key.partition(":")
        if kind in KINDS:
            return KINDS[kind](key, cite, self, collector)
        remedy = near_miss(kind, KINDS) or "write a key under 'sources', or one of these kinds, ':' and a key"
        facts = (f"kinds are {', '.join(KINDS)}",)
        collector.error("WB-S533", f"there is no kind of reference {kind!r}", cite.span, facts=facts, remedy=remedy)
        return None

    def place(self, name: str, cite: Cite, collector: Collector) -> tuple[Path, str] | None:
        """Return where a file of the scenario's folder lies, and how it is shown; None after an error.

        Parameters
        ----------
        name : str
        cite : Cite
            The reference that it is for.
        collector : Collector
        """
        found = beside(self.scenario.parent, str(self.scenario.parent), name)
        if found is None:
            fact = f"{name!r} is a link that leads elsewhere"
            remedy = "copy the file beside the scenario"
            message = f"what {cite.key!r} names lies outside the scenario's folder"
            collector.error("WB-F040", message, cite.span, facts=(fact,), remedy=remedy)
        return found


def _listed(
    records: Mapping[str, EffectRecord], key: str, cite: Cite, collector: Collector, words: tuple[str, str, str]
) -> EffectRecord | None:
    """Return the record of a key; where there is none note it, by code, message and the verb that lists all."""
    if key not in records:
        code, message, verb = words
        remedy = near_miss(key, records) or f"list the keys: wellbeva evidence {verb}"
        collector.error(code, message, cite.span, remedy=remedy)
    return records.get(key)


def _library(key: str, cite: Cite, home: Home, collector: Collector) -> EffectRecord | None:
    # Whoever cites nothing of the library does not wait for it.
    from wellbeva.evidence.library.table import shipped
    from wellbeva.scenario.references.own_library import LIBRARY, read_library

    records = dict(shipped())
    found = home.place(LIBRARY, cite, collector)
    if found is None:
        return None
    if found[0].exists() or found[1] in home.files.given:
        data = home.files.read_bytes(*found, limit=TABLE_LIMIT, collector=collector, span=cite.span)
        own = None if data is None else read_library(data, found[1], collector=collector)
        if own is None:
            return None
        records |= own
    message = f"there is no effect {key!r} in the library"
    return _listed(records, key, cite, collector, ("WB-S532", message, "list"))


def _survey(key: str, cite: Cite, home: Home, collector: Collector) -> EffectRecord | None:
    from wellbeva.scenario.references.sound import sound

    found = home.place(f"{key}.survey.json", cite, collector)
    text = None if found is None else home.files.read(*found, limit=YAML_LIMIT, collector=collector, span=cite.span)
    if text is None or found is None:
        return None
    try:
        record = from_json(text)
    except EvidenceError as fault:
        message = f"{found[1]!r} does not hold the result of a survey: {fault.message}"
        collector.error("WB-S538", message, cite.span, facts=fault.facts, remedy=fault.remedy)
        return None
    return record if sound(record, lambda name: Located.bare(getattr(record, name), found[1]), collector) else None


def _measure(key: str, cite: Cite, _: Home, collector: Collector) -> EffectRecord | None:
    from wellbeva.evidence.measures.register import records

    return _listed(
        records(), key, cite, collector, ("WB-S524", f"there is no measure {key!r} in the register", "measures")
    )


KINDS: Final = MappingProxyType[str, Callable[[str, Cite, Home, Collector], EffectRecord | None]](
    {"library": _library, "survey": _survey, "measure": _measure}
)
"""What a kind's key names in a scenario's folder; what is wrong is noted."""
