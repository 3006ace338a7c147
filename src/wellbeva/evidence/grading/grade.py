"""The grade of a study by printed rules: where its design starts, and the steps that each weakness costs.

References
----------
GRADE guidelines 4 and 6 to 8, Journal of Clinical Epidemiology 64 (2011); What Works Centre for Wellbeing (2017)
methods guide. `rules.csv` has the source of each rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache

from wellbeva.evidence.shipped import rows

GRADES = ("strong", "promising", "initial", "assumed")
"""From the strongest to the weakest."""
EXAMPLES = {
    "n": ("a whole number of people, above 0", "146"),
    "attrition": ("a share from 0% to 100%", "12%"),
    "blinded": ("true or false", "false"),
    "consistent": ("true or false", "false"),
    "direct": ("true or false", "false"),
}
"""What may be declared of a study beside its design, and an example."""
_SHOWN = {"n": "people in the study", "attrition": "of people lost before the end"}


@dataclass(frozen=True, slots=True)
class StudyFeatures:
    """What is declared of a study; what is None is not declared.

    Parameters
    ----------
    design : str
        Kind of study (semantics R56): ``trial``, ``before and after`` …
    n : int or None
        People whose answers were analysed, in all arms together.
    attrition : float or None [share]
        Of the people who began, those lost before the last measurement.
    blinded : bool or None
        Whether whoever answered, or judged, did not know who took part.
    consistent : bool or None
        Whether studies, or sites, of the same thing agree.
    direct : bool or None
        Whether it studied this offer, people like these, and wellbeing itself.
    """

    design: str
    n: int | None = None
    attrition: float | None = None
    blinded: bool | None = None
    consistent: bool | None = None
    direct: bool | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade of `GRADES` and why, a sentence a reason."""

    word: str
    reasons: tuple[str, ...] = ()


UNGRADED = Grade("")
"""Of a source that declares no kind of study."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of ``rules.csv``: if the feature meets the condition, then a start or a step."""

    feature: str
    condition: str
    then: str
    source: str
    status: str
    dated: str

    def holds(self, value: object) -> bool:
        """Whether the condition is met by what is declared; never by what is not declared."""
        how, _, bound = self.condition.partition(" ")
        if how == "is":
            return str(value).lower() == bound
        if not isinstance(value, int | float):
            return False
        limit = _share(bound) if bound.endswith("%") else Fraction(bound)
        return limit is not None and (value < float(limit) if how == "below" else value > float(limit))


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules in their order."""
    return tuple(Rule(**row) for row in rows("grading", "rules"))


def declared(feature: str, text: str) -> int | float | bool | None:
    """Read what is declared of a study; None where the text does not say it.

    Parameters
    ----------
    feature : str
        A key of `EXAMPLES`.
    text : str

    Examples
    --------
    >>> declared("n", "1,460"), declared("attrition", "12.5%"), declared("blinded", "false"), declared("n", "some")
    (1460, 0.125, False, None)
    """
    if feature == "n":
        number = text.replace(",", "")
        return int(number) if re.fullmatch("[1-9][0-9]{0,11}", number) else None
    if feature == "attrition":
        share = _share(text)
        return float(share) if share is not None and share <= 1 else None
    return {"true": True, "false": False}.get(text)


def _share(text: str) -> Fraction | None:
    return Fraction(text[:-1]) / 100 if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?%", text) else None


def start_of(design: str) -> str:
    """Return the grade at which a kind of study starts; empty for one that is not known."""
    return next((rule.then for rule in rules() if rule.feature == "design" and rule.holds(design)), "")


def grade(features: StudyFeatures) -> Grade:
    """Grade a study by the rules; without a kind of study that is known, the word is empty.

    A study never falls to ``assumed``, which says that there is none.

    Parameters
    ----------
    features : StudyFeatures

    Examples
    --------
    >>> grade(StudyFeatures("trial", n=60, attrition=0.4)).word
    'initial'
    """
    start = start_of(features.design)
    if not start:
        return UNGRADED
    reasons = [f"{features.design}: starts at {start}"]
    values = {one.name: getattr(features, one.name) for one in fields(features)}
    steps = [rule for rule in rules() if rule.feature != "design" and rule.holds(values[rule.feature])]
    reasons += [f"{_words(rule.feature, values[rule.feature])}: {rule.then}" for rule in steps]
    lowest = GRADES.index(start) if start == "assumed" else GRADES.index("initial")
    place = GRADES.index(start) + len(steps)
    if place > lowest:
        reasons.append(f"no lower than {GRADES[lowest]}")
    unknown = [name for name, value in values.items() if value is None]
    if unknown and start != "assumed":
        reasons.append(f"not declared, so not counted against it: {', '.join(unknown)}")
    return Grade(GRADES[min(place, lowest)], tuple(reasons))


def _words(feature: str, value: float) -> str:
    if feature in _SHOWN:
        return f"{f'{value:,}' if feature == 'n' else f'{value * 100:g}%'} {_SHOWN[feature]}"
    return f"not {feature}"
