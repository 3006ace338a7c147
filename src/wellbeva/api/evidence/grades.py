"""The grade of a study, from what is said of it as texts."""

from __future__ import annotations

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss, refusal
from wellbeva.evidence.grading.grade import Grade
from wellbeva.scenario.text.identifiers import STUDY_KINDS, study_kind
from wellbeva.scenario.values.sources import declared_grade


def study_grade(design: str, **features: str) -> Grade:
    """Grade a study by the rules that `wellbeva evidence grade` prints (semantics R170).

    Parameters
    ----------
    design : str
        Begins with the kind of study, as under ``sources:``: ``trial; a waiting list``.
    **features : str
        ``n``, ``attrition``, ``blinded``, ``consistent`` and ``direct`` as under ``sources:`` of a scenario; empty for
        what is not declared.

    Raises
    ------
    WellbevaError
        ``WB-S551`` for a kind of study that is not known, ``WB-S550`` for a text that does not say what it should.

    Examples
    --------
    >>> study_grade("trial", n="60", attrition="40%").word
    'initial'
    """
    if not study_kind(design):
        remedy = near_miss(design, STUDY_KINDS) or f"kinds are {', '.join(STUDY_KINDS)}"
        message = f"{design[:40]!r} is not a kind of study" if design else "nothing says what kind of study it is"
        raise refusal("WB-S551", message, remedy)
    collector = Collector()
    given = {name: Located.bare(text, f"--{name}") for name, text in features.items() if text}
    found = declared_grade(design, given, collector)
    collector.stop_if_errors()
    return found
