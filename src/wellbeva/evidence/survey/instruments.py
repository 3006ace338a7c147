"""Questionnaires whose wording, answers and scoring are known: ONS4, SWEMWBS and the three UCLA items on loneliness."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats


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
    questions : tuple of Question
    answers : tuple of (float, str)
        Number and words of each answer, from the first to the last; the words may be empty.
    source : str
        Where wording, answers and scoring were read.
    terms : str
        Who may use it, and what must be printed with it.
    introduction : str
        What is read or printed before the questions.
    scores : tuple of float
        The score of each possible sum of the numbers, from the lowest sum; empty where the sum is the score.
    higher_is_better : bool
    unit : str
        As a scenario writes it: ``LS`` or ``point``.
    reliability : (float, float) or None
        Correlation of two answers of the same people a short time apart, and its standard error; None where none is
        known to us.
    reliability_weeks : int
        How far apart these answers were; 0 where there is no reliability.
    reliability_source : str
    """

    key: str
    title: str
    questions: tuple[Question, ...]
    answers: tuple[tuple[float, str], ...]
    source: str
    terms: str
    introduction: str = ""
    scores: tuple[float, ...] = ()
    higher_is_better: bool = True
    unit: str = "point"
    reliability: tuple[float, float] | None = None
    reliability_weeks: int = 0
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
        >>> BY_KEY["swemwbs"].score(np.full((1, 7), 3.0))
        array([19.25])
        """
        total: Floats = numbers.sum(axis=1)
        if not self.scores:
            return total
        first = self.answers[0][0] * len(self.questions)
        place = np.where(np.isfinite(total), total - first, -1).astype(np.intp)
        return np.append(self.scores, np.nan)[place]


def _shipped() -> tuple[Instrument, ...]:
    text = files("wellbeva.evidence.survey").joinpath("instruments.toml").read_text("utf-8")
    written = tomllib.loads(text)
    shared = written.pop("shared")
    instruments = []
    for key, own in written.items():
        fields = shared.get(own.pop("like", ""), {}) | own
        fields["questions"] = tuple(Question(*one) for one in fields["questions"])
        fields["answers"] = tuple((float(number), words) for number, words in fields["answers"])
        fields |= {name: tuple(fields[name]) for name in ("scores", "reliability") if name in fields}
        instruments.append(Instrument(key, **fields))
    return tuple(instruments)


INSTRUMENTS: Final = _shipped()
"""In the order in which a result lists them."""
BY_KEY: Final = {one.key: one for one in INSTRUMENTS}
