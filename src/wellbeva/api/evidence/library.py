"""The effects that a scenario may take: those that come with wellbeva, and those of ``evidence.csv`` beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from wellbeva.core import atomic
from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss, refusal
from wellbeva.evidence.library.search import search
from wellbeva.evidence.library.table import shipped
from wellbeva.evidence.record import EffectRecord
from wellbeva.scenario.references.own_library import LIBRARY, check_row, library_text, read_library
from wellbeva.scenario.text.files import TABLE_LIMIT, Files
from wellbeva.scenario.text.identifiers import GRADES

HERE = Path(LIBRARY)


def effects(
    *, activity: str = "", outcome: str = "", group: str = "", grade: str = "", library: Path = HERE
) -> list[EffectRecord]:
    """Return the effects that come with wellbeva, then one's own; those alone that have the words asked for.

    Parameters
    ----------
    activity, outcome, group : str
        Words of what was done, of what was measured, and of whose effect it is.
    grade : str
        ``strong``, ``promising``, ``initial`` or ``assumed``.
    library : Path
        Effects of one's own; it need not be there.

    Raises
    ------
    WellbevaError
        ``WB-S530`` if no effect has the words, ``WB-S531`` if there is no such grade, and what is wrong with `library`.
    """
    if grade not in ("", *GRADES):
        remedy = near_miss(grade, GRADES) or f"grades are {', '.join(GRADES)}"
        raise refusal("WB-S531", f"{grade[:40]!r} is not a grade of evidence", remedy)
    every = (*shipped().values(), *_own(library).values())
    return search(every, activity=activity, outcome=outcome, group=group, grade=grade)


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


def add_effects(new: Path | EffectRecord, *, library: Path = HERE) -> list[EffectRecord]:
    """Add effects of one's own to a library, all of them or none.

    Parameters
    ----------
    new : Path or EffectRecord
        A CSV with the headings of the library, or one effect. Without a date it has today's.
    library : Path
        Made if it is not there.

    Raises
    ------
    WellbevaError
        With what is wrong, at its row and column; the library is left as it is.
    """
    own, collector = _own(library), Collector()
    if isinstance(new, EffectRecord):
        check_row(new, lambda name: Located.bare(getattr(new, name), f"--{name.replace('_', '-')}"), own, collector)
        added = [new]
    else:
        added = list(_read(new, collector).values())
        for record in added:
            if record.key in own:
                message = f"{record.key!r} is already in {str(library)!r}"
                collector.error(
                    "WB-S543", message, remedy=f"give it another key in {str(new)!r}, or change the old row"
                )
    collector.stop_if_errors()
    today = date.today().isoformat()
    added = [record if record.date else replace(record, date=today) for record in added]
    atomic.write(library, library_text((*own.values(), *added)).encode())
    return added


def _own(library: Path) -> Mapping[str, EffectRecord]:
    collector = Collector()
    records = _read(library, collector) if library.exists() else {}
    collector.stop_if_errors()
    return records


def _read(file: Path, collector: Collector) -> Mapping[str, EffectRecord]:
    data = Files().read_bytes(file, str(file), limit=TABLE_LIMIT, collector=collector)
    return (data is not None and read_library(data, str(file), collector=collector)) or {}
