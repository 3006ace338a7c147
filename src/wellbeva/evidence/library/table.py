"""The table of effects that comes with wellbeva: facts with their sources, no text of others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from wellbeva.evidence.record import EffectRecord
from wellbeva.evidence.shipped import rows


@cache
def shipped() -> Mapping[str, EffectRecord]:
    """Return the rows that come with wellbeva, by key.

    Examples
    --------
    >>> shipped()["exploring_what_matters"].value
    '1.04 LS'
    """
    return {row["key"]: EffectRecord(**row) for row in rows("library", "effects")}
