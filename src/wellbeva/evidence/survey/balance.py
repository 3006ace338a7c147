"""Characteristics of a group and a comparison, weights under which the two are alike, and the table that shows it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wellbeva.core.arrays import Floats
from wellbeva.core.cards import cut
from wellbeva.evidence.survey.answers import Answers
from wellbeva.evidence.survey.result import BalanceRow

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


def shared_traits(group: Answers, other: Answers) -> tuple[pd.DataFrame, list[str]]:
    """Return the characteristics that two files tell under the same heading: numbers, and categories that both have.

    Parameters
    ----------
    group, other : Answers
        Before the start.

    Returns
    -------
    (pandas.DataFrame, list of str)
        A row for each person of the group and then of the other, a column for each title, ``age`` or ``gender: woman``;
        then what cannot be made alike, with why.
    """
    traits: dict[str, Floats] = {}
    unused: list[str] = []
    inside = np.arange(len(group.people) + len(other.people)) < len(group.people)
    there = {name.casefold(): column for name, column in other.columns.others.items()}
    for name, column in group.columns.others.items():
        if name.casefold() not in there:
            continue
        if len(traits) >= MOST_TRAITS:
            unused.insert(0, f"other columns (the first {MOST_TRAITS} are compared)")
            break
        shown = cut(name, LONGEST_TITLE)
        both = [*group.texts(column), *other.texts(there[name.casefold()])]
        texts = pd.Series(both, dtype=object).str.strip().str.casefold()
        numbers = pd.to_numeric(texts, errors="coerce").astype(float)
        numbers = numbers.where(numbers.abs() <= LARGEST)
        known = numbers.notna().groupby(inside).mean().min()
        if known == 1.0:
            traits[shown] = numbers.to_numpy()
        elif known > 0.5:
            unused.append(f"{shown} (not everybody gave a number)")
        elif texts.groupby(inside).nunique().max() <= CATEGORIES:
            counts = pd.crosstab(texts, inside)
            # One category says nothing that the others do not; rare ones would tell of single people.
            for word in counts.index[counts.min(axis=1) >= FEW_IN_CATEGORY][1:]:
                traits[f"{shown}: {cut(word, LONGEST_TITLE)}"] = (texts == word).to_numpy(dtype=float)
            if ((counts.min(axis=1) == 0) & (counts.max(axis=1) >= FEW_IN_CATEGORY)).any():
                unused.append(f"{shown} (one has kinds of people that the other lacks)")
    return pd.DataFrame(traits, index=range(len(inside))), unused


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
