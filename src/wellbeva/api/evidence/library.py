"""The effects that a scenario may take: those that come with wellbeva."""

from __future__ import annotations

from wellbeva.errors import near_miss, refusal
from wellbeva.evidence.library.search import search
from wellbeva.evidence.library.table import shipped
from wellbeva.evidence.record import EffectRecord
from wellbeva.scenario.text.identifiers import GRADES


def effects(*, activity: str = "", outcome: str = "", group: str = "", grade: str = "") -> list[EffectRecord]:
    """Return the effects of the library, those alone that have the words asked for.

    Parameters
    ----------
    activity, outcome, group : str
        Words of what was done, of what was measured, and of whose effect it is.
    grade : str
        ``strong``, ``promising``, ``initial`` or ``assumed``.

    Raises
    ------
    WellbevaError
        ``WB-S530`` if no effect has the words, ``WB-S531`` if there is no such grade.
    """
    if grade not in ("", *GRADES):
        remedy = near_miss(grade, GRADES) or f"grades are {', '.join(GRADES)}"
        raise refusal("WB-S531", f"{grade[:40]!r} is not a grade of evidence", remedy)
    return search(shipped().values(), activity=activity, outcome=outcome, group=group, grade=grade)


def effect(key: str) -> EffectRecord:
    """Return one effect of the library.

    Raises
    ------
    WellbevaError
        ``WB-S532`` if there is none of that key.
    """
    if key not in shipped():
        remedy = near_miss(key, shipped()) or "list the keys: wellbeva evidence list"
        raise refusal("WB-S532", f"there is no effect {key[:40]!r} in the library", remedy)
    return shipped()[key]
