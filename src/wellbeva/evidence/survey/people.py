"""People found in both files, those who dropped out, and counts that give nobody away."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.evidence.robust import Indices, fit
from wellbeva.evidence.survey.answers import IMPOSSIBLE, MISSING, REFUSED, Answers
from wellbeva.evidence.survey.instruments import Instrument
from wellbeva.evidence.survey.result import Attrition, Count, Wave

SMALLEST_GROUP = 10
"""Of fewer people no mean is shown."""
SUPPRESSED_BELOW = 5
"""Smaller counts of people, zero apart, are not shown."""
BANDS = 7
"""Of scores that are not whole numbers."""


def suppressed(counts: Sequence[int]) -> tuple[int | None, ...]:
    """Hide counts from 1 to `SUPPRESSED_BELOW` - 1, and as many more as keep them from being told by what is left over.

    Parameters
    ----------
    counts : sequence of int
        They sum to a number that is shown.

    Examples
    --------
    >>> suppressed([0, 2, 9, 14, 30])
    (0, None, None, 14, 30)
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < SUPPRESSED_BELOW}
    rest = sorted((count, place) for place, count in enumerate(counts) if count and place not in hidden)
    # One hidden count is the total less the others; hidden counts that sum to little are nearly as well known.
    while hidden and rest and (len(hidden) == 1 or sum(counts[place] for place in hidden) < SUPPRESSED_BELOW):
        hidden.add(rest.pop(0)[1])
    return tuple(None if place in hidden else count for place, count in enumerate(counts))


def distribution(scores: Floats, instrument: Instrument) -> tuple[Count, ...]:
    """Count people by answer, or by band of scores.

    Parameters
    ----------
    scores : array (person,) [points of the measure]
        Without NaN.
    instrument : Instrument
    """
    if instrument.scores:
        edges = np.linspace(instrument.low, instrument.high, BANDS + 1)
        labels = [f"{low:g} to {high:g}" for low, high in pairwise(edges)]
    else:
        edges = np.arange(instrument.low, instrument.high + 2)
        words = {number: label for number, label in instrument.answers if label and len(instrument.questions) == 1}
        labels = [f"{low:g} - {words[low]}" if low in words else f"{low:g}" for low in edges[:-1]]
    return tuple(map(Count, labels, suppressed(np.histogram(scores, edges)[0].tolist())))


def wave(answers: Answers, instrument: Instrument) -> Wave:
    """Count who answered a measure at one time, and why others did not.

    Parameters
    ----------
    answers : Answers
    instrument : Instrument
    """
    answered = int(np.isfinite(answers.scores[instrument.key]).sum())
    kinds = answers.kinds[instrument.key]
    return Wave(answered, *(int((kinds == kind).sum()) for kind in (MISSING, REFUSED, IMPOSSIBLE)))


def attrition(before: Floats, after: Floats, ours: Indices, theirs: Indices) -> tuple[Attrition, Indices]:
    """Compare those who dropped out of a measure with those who stayed, and return the places of the latter.

    Parameters
    ----------
    before, after : array (person,) [points of the measure]
        Scores of the two files, NaN where there is none.
    ours, theirs : array of int
        Places of the matched people in each, as from `Waves.pairs`.

    Returns
    -------
    (Attrition, array of int)
        The places within `ours` and `theirs` of people with a score at both times.
    """
    both = np.flatnonzero(np.isfinite(before[ours]) & np.isfinite(after[theirs]))
    stays: Flags = np.zeros(len(before), dtype=bool)
    stays[ours[both]] = True
    known = np.isfinite(before)
    left, stayed = before[known & ~stays], before[stays]
    large = len(left) >= SMALLEST_GROUP and len(stayed) >= SMALLEST_GROUP
    gap = None
    if large:
        gone = (~stays[known]).astype(np.float64)
        gap = fit(before[known], np.column_stack([np.ones(len(gone)), gone]), 1)
    return Attrition(
        int(known.sum()),
        len(both),
        len(left),
        int(np.isfinite(after).sum()) - len(both),
        float(stayed.mean()) if len(stayed) >= SMALLEST_GROUP else None,
        float(left.mean()) if large else None,
        gap,
    ), both
