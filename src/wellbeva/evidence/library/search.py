"""Finds effects by words of what was done, of the outcome, and of whom it was done with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wellbeva.core.did_you_mean import near_miss
from wellbeva.errors import refusal
from wellbeva.evidence.record import EffectRecord

FIELDS = {"activity": ("activity", "title"), "outcome": ("measure", "title"), "group": ("population",)}
"""What is searched, and the fields of a record whose words count for it."""


def search(
    records: Iterable[EffectRecord], *, activity: str = "", outcome: str = "", group: str = ""
) -> list[EffectRecord]:
    """Return the effects in which every word asked for begins a word of the field.

    Parameters
    ----------
    records : iterable of EffectRecord
    activity, outcome, group : str
        Words, in large or small letters; empty for any.

    Raises
    ------
    WellbevaError
        ``WB-S530`` if no record has a word that is asked for.

    Examples
    --------
    >>> from wellbeva.evidence.library.table import shipped
    >>> [record.key for record in search(shipped().values(), activity="sing")]
    ['singing_groups']
    """
    left = list(records)
    for field, asked in (("activity", activity), ("outcome", outcome), ("group", group)):
        for word in words(asked):
            known = {record.key: words(*(getattr(record, name) for name in FIELDS[field])) for record in left}
            hits = [record for record in left if any(one.startswith(word) for one in known[record.key])]
            if not hits:
                near = near_miss(word, sorted({one for listed in known.values() for one in listed}))
                remedy = near or "leave the word out, or list all effects: wellbeva evidence list"
                raise refusal("WB-S530", f"no effect has {word[:40]!r} as its {field}", remedy)
            left = hits
    return left


def words(*texts: str) -> list[str]:
    """Return the words of texts in small letters; ``_`` parts them as a blank does."""
    return re.findall(r"[^\W_]+", " ".join(texts).casefold())
