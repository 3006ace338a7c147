"""The table of effects that comes with wellbeva: facts with their sources, no text of others."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from wellbeva.evidence.record import EffectRecord


@cache
def shipped() -> Mapping[str, EffectRecord]:
    """Return the rows that come with wellbeva, by key.

    Examples
    --------
    >>> shipped()["exploring_what_matters"].value
    '1.04 LS'
    """
    text = files("wellbeva.evidence.library").joinpath("effects.csv").read_text(encoding="utf-8")
    return {row["key"]: EffectRecord(**row) for row in csv.DictReader(io.StringIO(text))}
