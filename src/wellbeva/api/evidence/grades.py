"""The grade of a study, from what is said of it as texts."""

from __future__ import annotations

from wellbeva.errors import near_miss, refusal
from wellbeva.evidence.grading.grade import EXAMPLES, Grade, StudyFeatures, declared, grade
from wellbeva.scenario.text.identifiers import STUDY_KINDS, study_kind


def study_grade(
    design: str, *, n: str = "", attrition: str = "", blinded: str = "", consistent: str = "", direct: str = ""
) -> Grade:
    """Grade a study by the rules that `wellbeva evidence grade` prints (semantics R170).

    Parameters
    ----------
    design : str
        Begins with the kind of study, as under ``sources:``: ``trial; a waiting list``.
    n, attrition, blinded, consistent, direct : str
        As under ``sources:`` of a scenario; empty where nothing is declared.

    Raises
    ------
    WellbevaError
        ``WB-S551`` for a kind of study that is not known, ``WB-S550`` for a text that does not say what it should.

    Examples
    --------
    >>> study_grade("trial", n="60", attrition="40%").word
    'initial'
    """
    kind = study_kind(design)
    if not kind:
        remedy = near_miss(design, STUDY_KINDS) or f"kinds are {', '.join(STUDY_KINDS)}"
        message = f"{design[:40]!r} is not a kind of study" if design else "nothing says what kind of study it is"
        raise refusal("WB-S551", message, remedy)
    texts = {"n": n, "attrition": attrition, "blinded": blinded, "consistent": consistent, "direct": direct}
    values = {feature: declared(feature, text) for feature, text in texts.items() if text}
    for feature, value in values.items():
        if value is None:
            wanted, example = EXAMPLES[feature]
            message = f"{texts[feature][:40]!r} cannot be what {feature} declares of a study"
            raise refusal("WB-S550", message, f"write it like {example}", f"it is {wanted}")
    return grade(StudyFeatures(kind, **values))  # type: ignore[arg-type]
