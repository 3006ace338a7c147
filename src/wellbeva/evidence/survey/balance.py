"""Characteristics of a group and a comparison, weights under which the two are alike, and the table that shows it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pandas as pd

from wellbeva.evidence.survey.answers import Answers
from wellbeva.evidence.survey.result import BalanceRow
from wellbeva.evidence.survey.robust import Floats

STEPS = 100
CLOSE = 1e-8
"""Standard deviations by which weighted means may miss."""
ROUNDING = 1e-13
CATEGORIES = 8
"""A characteristic with more different texts than this is not compared."""
FEW_IN_CATEGORY = 5
MOST_TRAITS = 20
"""Of more characteristics each would be matched to chance, and hundreds take minutes."""
LONGEST_TITLE = 40
LARGEST = 1e9
"""A larger number is not a characteristic of a person, and its square may be beyond all numbers."""


def shared_traits(group: Answers, other: Answers) -> tuple[dict[str, tuple[Floats, Floats]], list[str]]:
    """Return the characteristics that two files tell under the same heading: numbers, and categories that both have.

    Parameters
    ----------
    group, other : Answers
        Before the start.

    Returns
    -------
    (dict of str to pair of array (person,), list of str)
        By title, ``age`` or ``gender: woman``, of all people of each file; then what cannot be made alike, with why.
    """
    traits: dict[str, tuple[Floats, Floats]] = {}
    unused: list[str] = []
    if not (group.people and other.people):
        return traits, unused
    there = {name.casefold(): column for name, column in other.columns.others.items()}
    for name, column in group.columns.others.items():
        if name.casefold() not in there:
            continue
        if len(traits) >= MOST_TRAITS:
            unused.insert(0, f"other columns (the first {MOST_TRAITS} are compared)")
            break
        shown = _short(name)
        (ours, our_words), (theirs, their_words) = _read(group, column), _read(other, there[name.casefold()])
        known = min(np.isfinite(numbers).mean() for numbers in (ours, theirs))
        counts = [Counter(words.tolist()) for words in (our_words, their_words)]
        if known == 1.0:
            traits[shown] = ours, theirs
        elif known > 0.5:
            unused.append(f"{shown} (not everybody gave a number)")
        elif max(map(len, counts)) <= CATEGORIES:
            # One category says nothing that the others do not; rare ones would tell of single people.
            least = {word: min(one[word] for one in counts) for word in counts[0] | counts[1]}
            common = sorted(word for word, count in least.items() if count >= FEW_IN_CATEGORY)
            for word in common[1:]:
                same = [(words == word).astype(float) for words in (our_words, their_words)]
                traits[f"{shown}: {_short(word)}"] = same[0], same[1]
            if any(not least[word] and max(one[word] for one in counts) >= FEW_IN_CATEGORY for word in least):
                unused.append(f"{shown} (one has kinds of people that the other lacks)")
    return traits, unused


def _read(answers: Answers, column: int) -> tuple[Floats, npt.NDArray[np.object_]]:
    """Return the number that each person's text says, and its category; each distinct text is read once."""
    codes, texts = pd.factorize(answers.texts(column))
    distinct = pd.Series(texts, dtype=object)
    numbers = pd.to_numeric(distinct, errors="coerce").to_numpy(dtype=np.float64)
    numbers = np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)
    return numbers[codes], distinct.str.strip().str.casefold().to_numpy(dtype=object)[codes]


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1]}…"


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
