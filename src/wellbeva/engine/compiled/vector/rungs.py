"""Which rung of an axis a value reaches (`engine.arrays.lookup`)."""

from __future__ import annotations

from wellbeva.engine.compiled.vector.logarithm import NAN
from wellbeva.engine.compiled.vector.values import Numbers, Real, Word, between, counted, pick, pick_word


def rung(by: Real, data: Numbers, start: Word, length: Word) -> Word:
    """Return the highest rung that a value reaches; -1 for none, or a value that is not finite.

    Parameters
    ----------
    by : Real [unit of the rungs]
    data : Numbers
        All certain numbers that the loops read.
    start : Word
        Where in `data` stands the lowest value that reaches the first rung (`unfused_loops.lowest`).
    length : Word
        Number of rungs.
    """
    rest = by - by
    found = _last(by, data, start, start.like(0), length, start.like(-1))
    return pick_word(rest.is_nan(), -1, found)


def label(by: Real, length: Word) -> Word:
    """Return the label whose index a value is; -1 where there is none.

    Parameters
    ----------
    by : Real [index from 0]
    length : Word
        Number of labels.
    """
    missing = by.is_nan() | (by <= -1.0) | (by >= length.number())
    return pick_word(missing, -1, by.whole())


def lower_rung(by: Real, data: Numbers, start: Word, length: Word) -> Word:
    """Return the lower of the two rungs that a value lies between; the last but one for NaN.

    Parameters
    ----------
    by : Real [unit of the rungs]
    data : Numbers
        All certain numbers that the loops read.
    start : Word
        Where in `data` the first rung stands.
    length : Word
        Number of rungs.

    Returns
    -------
    Word
        From 0 to the last but one; 0 where there is one rung alone.
    """
    found = _last(by, data, start, start.like(1), length - 1, start.like(0))
    return pick_word(by.is_nan() & (length > 1), length - 2, found)


def way(by: Real, data: Numbers, start: Word, index: Word, length: Word) -> Real:
    """Return how far a value is on the way from a rung to the next, between 0 and 1; NaN where it is.

    Parameters
    ----------
    by : Real [unit of the rungs]
    data, start, length
        As for `lower_rung`.
    index : Word
        The lower of the two rungs.

    Returns
    -------
    Real
        0 where there is one rung alone.
    """
    low, high = data[start + index], data[start + index + 1]
    share = between((by - low) / (high - low), 0.0, 1.0)
    return pick(by.is_nan(), NAN, pick(length > 1, share, 0.0))


def _last(by: Real, data: Numbers, start: Word, first: Word, stop: Word, otherwise: Word) -> Word:
    """Return the last index of numbers from `first` to the one before `stop` that is not above a value."""
    return counted(first, stop, otherwise, lambda index, found: pick_word(data[start + index] <= by, index, found))
