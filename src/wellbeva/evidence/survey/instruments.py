"""Questionnaires whose wording, answers and scoring are known: ONS4, SWEMWBS and the three UCLA items on loneliness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it must be asked.

    Parameters
    ----------
    heading : str
        The plain heading of its column: ``life_satisfaction``, ``swemwbs_3``.
    wording : str
        The exact words.
    """

    heading: str
    wording: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A measure: its questions, the answers they offer, and how they make a score.

    Parameters
    ----------
    key : str
        As in the register of measures.
    title : str
    introduction : str
        What is read or printed before the questions; may be empty.
    questions : tuple of Question
    answers : tuple of (float, str)
        Number and words of each answer, from the first to the last; the words may be empty.
    scores : tuple of float
        The score of each possible sum of the numbers, from the lowest sum; empty where the sum is the score.
    higher_is_better : bool
    unit : str
        As a scenario writes it: ``LS`` or ``point``.
    source : str
        Where wording, answers and scoring were read.
    terms : str
        Who may use it, and what must be printed with it.
    reliability : (float, float) or None
        Correlation of two answers of the same people a short time apart, and its standard error; None where none is
        known to us.
    reliability_source : str
    """

    key: str
    title: str
    introduction: str
    questions: tuple[Question, ...]
    answers: tuple[tuple[float, str], ...]
    scores: tuple[float, ...]
    higher_is_better: bool
    unit: str
    source: str
    terms: str
    reliability: tuple[float, float] | None = None
    reliability_source: str = ""

    @property
    def low(self) -> float:
        """The lowest possible score."""
        return self.scores[0] if self.scores else self.answers[0][0] * len(self.questions)

    @property
    def high(self) -> float:
        """The highest possible score."""
        return self.scores[-1] if self.scores else self.answers[-1][0] * len(self.questions)

    def score(self, numbers: Floats) -> Floats:
        """Return the score of each person; NaN where a question has no answer, for no sum of fewer items is published.

        Parameters
        ----------
        numbers : array (person, question)
            The numbers of the answers; NaN where there is none.

        Returns
        -------
        array (person,) [points of the measure]

        Examples
        --------
        >>> SWEMWBS.score(np.full((1, 7), 3.0))
        array([19.25])
        """
        total: Floats = numbers.sum(axis=1)
        if not self.scores:
            return total
        first = self.answers[0][0] * len(self.questions)
        place = np.where(np.isfinite(total), total - first, -1).astype(np.intp)
        return np.append(self.scores, np.nan)[place]


_ONS_SOURCE: Final = (
    "GSS Harmonisation Team (2020), Personal well-being harmonised standard, "
    "https://analysisfunction.civilservice.gov.uk/policy-store/personal-well-being/"
)
_ONS_TERMS: Final = "Free to use; say that these are the ONS personal well-being questions."
_ONS_INTRODUCTION: Final = (
    "Next I would like to ask you four questions about your feelings on aspects of your life. There are no right or "
    "wrong answers. For each of these questions I'd like you to give an answer on a scale of 0 to 10, where 0 is "
    '"not at all" and 10 is "completely".'
)


def _ons(key: str, title: str, wording: str) -> Instrument:
    answers = tuple((float(n), {0: "not at all", 10: "completely"}.get(n, "")) for n in range(11))
    asked = (Question(key, wording),)
    better = key != "anxiety"
    return Instrument(key, title, _ONS_INTRODUCTION, asked, answers, (), better, "point", _ONS_SOURCE, _ONS_TERMS)


LIFE_SATISFACTION: Final = replace(
    _ons("life_satisfaction", "Life satisfaction", "Overall, how satisfied are you with your life nowadays?"),
    unit="LS",
    # Of a correlation in n pairs: (1 - r^2) / sqrt(n - 1).
    reliability=(0.59, (1 - 0.59**2) / (229 - 1) ** 0.5),
    reliability_source="Krueger and Schkade (2008), r = 0.59 in 229 women two weeks apart, "
    "https://doi.org/10.1016/j.jpubeco.2007.12.015",
)

_SWEMWBS_SCORES: Final = (
    "7.00 9.51 11.25 12.40 13.33 14.08 14.75 15.32 15.84 16.36 16.88 17.43 17.98 18.59 19.25 19.98 20.73 21.54 22.35 "
    "23.21 24.11 25.03 26.02 27.03 28.13 29.31 30.70 32.55 35.00"
)
"""Of the sums 7 to 35, after which a point is as long anywhere: Stewart-Brown et al. (2009)."""

SWEMWBS: Final = Instrument(
    "swemwbs",
    "Mental wellbeing (SWEMWBS)",
    "",
    # Its statements may be shown by those alone who hold its licence.
    tuple(Question(f"swemwbs_{number}", "") for number in range(1, 8)),
    ((1.0, "None of the time"), (2.0, "Rarely"), (3.0, "Some of the time"), (4.0, "Often"), (5.0, "All of the time")),
    tuple(map(float, _SWEMWBS_SCORES.split())),
    True,
    "point",
    "Stewart-Brown et al. (2009), https://doi.org/10.1186/1477-7525-7-15; answers as in "
    "https://measure.whatworkswellbeing.org/measures-bank/swemwbs/",
    "Licensed by the University of Warwick: warwick.ac.uk/wemwbs.",
)

UCLA_3: Final = Instrument(
    "ucla3",
    "Loneliness (UCLA, three questions)",
    "",
    (
        Question("ucla_1", "How often do you feel that you lack companionship?"),
        Question("ucla_2", "How often do you feel left out?"),
        Question("ucla_3", "How often do you feel isolated from others?"),
    ),
    ((1.0, "Hardly ever or never"), (2.0, "Some of the time"), (3.0, "Often")),
    (),
    False,
    "point",
    "Hughes et al. (2004), https://doi.org/10.1177/0164027504268574; answers as in ONS (2018), Measuring loneliness: "
    "guidance for use of the national indicators on surveys",
    "Free to use.",
)

INSTRUMENTS: Final = (
    LIFE_SATISFACTION,
    _ons(
        "worthwhile",
        "Feeling that life is worthwhile",
        "Overall, to what extent do you feel that the things you do in your life are worthwhile?",
    ),
    _ons("happiness", "Happiness yesterday", "Overall, how happy did you feel yesterday?"),
    _ons(
        "anxiety",
        "Anxiety yesterday",
        'On a scale where 0 is "not at all anxious" and 10 is "completely anxious", overall, how anxious did you '
        "feel yesterday?",
    ),
    SWEMWBS,
    UCLA_3,
)
"""In the order in which a result lists them."""
BY_KEY: Final = {one.key: one for one in INSTRUMENTS}
