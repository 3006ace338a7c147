"""The effects that a scenario may take: those that come with wellbeva, and those of ``evidence.csv`` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from wellbeva.core import atomic
from wellbeva.errors import Collector, near_miss, refusal
from wellbeva.evidence.library.search import search
from wellbeva.evidence.library.table import shipped
from wellbeva.evidence.record import EffectRecord
from wellbeva.scenario.references.own_library import LIBRARY, library_text, read_library
from wellbeva.scenario.text.files import TABLE_LIMIT, Files

HERE = Path(LIBRARY)


def effects(*, activity: str = "", outcome: str = "", group: str = "", library: Path = HERE) -> list[EffectRecord]:
    """Return the effects that come with wellbeva, then one's own; those alone that have the words asked for.

    Parameters
    ----------
    activity, outcome, group : str
        Words of what was done, of what was measured, and of whose effect it is.
    library : Path
        Effects of one's own; it need not be there.

    Raises
    ------
    WellbevaError
        ``WB-S530`` if no effect has the words, and what is wrong with `library`.
    """
    every = (*shipped().values(), *_own(library).values())
    return search(every, activity=activity, outcome=outcome, group=group)


def effect(key: str, *, library: Path = HERE) -> EffectRecord:
    """Return one effect.

    Parameters
    ----------
    key : str
    library : Path
        Effects of one's own; it need not be there.

    Raises
    ------
    WellbevaError
        ``WB-S532`` if there is none of that key, and what is wrong with `library`.
    """
    every = {**shipped(), **_own(library)}
    if key not in every:
        remedy = near_miss(key, every) or "list the keys: wellbeva evidence list"
        raise refusal("WB-S532", f"there is no effect {key[:40]!r} in the library", remedy)
    return every[key]


def add_effects(file: Path, *, library: Path = HERE) -> list[EffectRecord]:
    """Add effects of one's own to a library, all of them or none.

    Parameters
    ----------
    file : Path
        A CSV with the headings of the library. An effect without a date has today's.
    library : Path
        Made if it is not there.

    Raises
    ------
    WellbevaError
        With what is wrong, at its row and column; the library is left as it is.
    """
    own, today = _own(library), date.today().isoformat()
    added = [replace(record, date=record.date or today) for record in _read(file, own).values()]
    atomic.write(library, library_text((*own.values(), *added)).encode())
    return added


def _own(library: Path) -> Mapping[str, EffectRecord]:
    return _read(library) if library.exists() else {}


def _read(file: Path, others: Mapping[str, EffectRecord] | None = None) -> Mapping[str, EffectRecord]:
    collector = Collector()
    data = Files().read_bytes(file, str(file), limit=TABLE_LIMIT, collector=collector)
    records = None if data is None else read_library(data, str(file), others=others or {}, collector=collector)
    collector.stop_if_errors()
    return records or {}
