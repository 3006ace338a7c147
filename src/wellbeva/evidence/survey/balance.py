"""Characteristics of a group and a comparison, weights under which the two are alike, and the table that shows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from wellbeva.evidence.survey.answers import Answers
from wellbeva.evidence.survey.result import BalanceRow
from wellbeva.evidence.survey.robust import Floats, Indices

STEPS = 100
CLOSE = 1e-8
"""Standard deviations by which weighted means may miss."""
ROUNDING = 1e-13
CATEGORIES = 8
"""A characteristic with more different texts than this is not compared."""
FEW_IN_CATEGORY = 5


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of texts: the number that each person's text says, and its category, each distinct text read once."""

    numbers: Floats
    codes: Indices
    words: list[str]

    @classmethod
    def read(cls, cells: npt.NDArray[np.object_]) -> _Column:
        codes, texts = pd.factorize(cells)
        numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
        return cls(numbers[codes], codes, [str(text).strip().casefold() for text in texts])

    @property
    def people(self) -> Counter[str]:
        """How many there are of each category."""
        counts: Counter[str] = Counter()
        for word, count in zip(self.words, np.bincount(self.codes, minlength=len(self.words)).tolist(), strict=True):
            counts[word] += count
        return counts

    def has(self, word: str) -> Floats:
        """Return 1 for each person of a category, else 0."""
        return np.asarray([float(one == word) for one in self.words])[self.codes]


@dataclass(frozen=True, slots=True)
class Traits:
    """What two files tell of people before the start.

    Parameters
    ----------
    titles : list of str
        ``age``, ``gender: woman``.
    ours, theirs : list of array (person,)
        For each title, of all people of a file.
    unused : list of str
        What cannot be made alike, with why.
    """

    titles: list[str] = field(default_factory=list)
    ours: list[Floats] = field(default_factory=list)
    theirs: list[Floats] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def shared_traits(group: Answers, other: Answers) -> Traits:
    """Return the characteristics that two files tell under the same heading: numbers, and categories that both have.

    Parameters
    ----------
    group, other : Answers
        Before the start.
    """
    traits = Traits()
    there = {name.casefold(): column for name, column in other.columns.others.items()}
    for name, column in group.columns.others.items():
        if name.casefold() not in there:
            continue
        both = [_Column.read(group.texts(column)), _Column.read(other.texts(there[name.casefold()]))]
        known = [float(np.isfinite(one.numbers).mean()) for one in both]
        counts = [one.people for one in both]
        held: dict[str, list[Floats]] = {}
        if min(known) == 1.0:
            held[name] = [one.numbers for one in both]
        elif min(known) > 0.5:
            traits.unused.append(f"{name} (not everybody gave a number)")
        elif max(map(len, counts)) <= CATEGORIES:
            # One category says nothing that the others do not; rare ones would tell of single people.
            least = {word: min(one[word] for one in counts) for word in counts[0] | counts[1]}
            common = sorted(word for word, count in least.items() if count >= FEW_IN_CATEGORY)
            held = {f"{name}: {word}": [one.has(word) for one in both] for word in common[1:]}
            if any(not least[word] and max(one[word] for one in counts) >= FEW_IN_CATEGORY for word in least):
                traits.unused.append(f"{name} (one has kinds of people that the other lacks)")
        for title, (ours, theirs) in held.items():
            traits.titles.append(title)
            traits.ours.append(ours)
            traits.theirs.append(theirs)
    return traits


def entropy_weights(comparison: Floats, targets: Floats) -> Floats | None:
    """Return the weights nearest to equal ones under which the comparison has the group's means: entropy balancing.

    Parameters
    ----------
    comparison : array (person, characteristic)
    targets : array (characteristic,)
        Means of the group.

    Returns
    -------
    array (person,) or None
        They sum to 1; None where no weights above 0 reach the means.

    References
    ----------
    Hainmueller (2012), Political Analysis 20(1): 25-46, doi 10.1093/pan/mpr025; the dual is solved by Newton's method.
    """
    spread = comparison.std(axis=0)
    if (spread == 0.0).any():
        return None
    away = (comparison - targets) / spread
    slope = np.zeros(away.shape[1])
    weights, height = _tilted(away, slope)
    for _ in range(STEPS):
        gradient = weights @ away
        if np.abs(gradient).max(initial=0.0) < CLOSE:
            return weights
        curve = (away * weights[:, None]).T @ away - np.outer(gradient, gradient)
        step, length = np.linalg.lstsq(curve, gradient, rcond=None)[0], 1.0
        while length > 1e-10:
            tried, low = _tilted(away, slope - length * step)
            if low <= height - 1e-4 * length * (gradient @ step) + ROUNDING * (1.0 + abs(height)):
                break
            length /= 2.0
        else:
            return None
        slope, weights, height = slope - length * step, tried, low
    return None


def _tilted(away: Floats, slope: Floats) -> tuple[Floats, float]:
    power = away @ slope
    most = float(power.max())
    raised = np.exp(power - most)
    total = float(raised.sum())
    return raised / total, most + float(np.log(total))


def effective_people(weights: Floats) -> float:
    """Return how many people of equal weight would carry as much: Kish (1965), Survey Sampling, section 11.7."""
    return float(weights.sum() ** 2 / (weights @ weights))


def balance_table(names: list[str], group: Floats, comparison: Floats, weights: Floats) -> tuple[BalanceRow, ...]:
    """Return each characteristic in the group, the comparison and the weighted comparison.

    Parameters
    ----------
    names : list of str
    group, comparison : array (person, characteristic)
    weights : array (person of the comparison,)
        They sum to 1; equal ones where none balance.
    """
    ours, theirs, weighted = group.mean(axis=0), comparison.mean(axis=0), weights @ comparison
    spread = group.std(axis=0, ddof=1)
    spread[spread == 0.0] = 1.0
    columns = (ours, theirs, weighted, (ours - theirs) / spread, (ours - weighted) / spread)
    return tuple(BalanceRow(name, *map(float, row)) for name, *row in zip(names, *columns, strict=True))
