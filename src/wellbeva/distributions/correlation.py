"""Correlations between uncertain numbers: from what studies print to the factor a Gaussian copula draws by.

A copula correlates normal scores and leaves each number its own distribution. Studies print rank correlations, which
no transformation of a number changes; for normal scores with correlation r Spearman's is 6 / pi * arcsin(r / 2), so
r = 2 sin(pi * rank / 6).

References
----------
Pearson (1907), On further methods of determining correlation, Drapers' Company Research Memoirs, Biometric Series IV.
Kruskal (1958), Ordinal measures of association, J. Am. Stat. Assoc. 53, doi:10.1080/01621459.1958.10501481 (the
formula with its proof). Iman and Conover (1982), doi:10.1080/03610918208812265 (rank correlations as inputs).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.distributions.notation import number
from wellbeva.errors import PlacelessError

Scale = Literal["rank", "normal"]

DEFINITE = 1e-12
"""How far below 0 rounding may put an eigenvalue of a correlation matrix, as a share of its size."""

_PIVOT = 1e-13
"""Least remaining variance of a number; below it the numbers before it settle it wholly."""


MOST_JOINED = 500
"""Numbers that may be correlated with each other: each draw of k of them costs k**2 / 2 multiplications."""

_SUSPECTS = 40
"""Pairs that are tried for blame; of more, those that pull hardest against the others."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A correlation as written.

    Parameters
    ----------
    first, second : int
        Which elements.
    value : float
        From -1 to 1.
    scale : {"rank", "normal"}
        Spearman's rank correlation, or that of the normal scores.
    """

    first: int
    second: int
    value: float
    scale: Scale = "rank"


class CorrelationError(PlacelessError):
    """Correlations that no set of numbers can have.

    Parameters
    ----------
    message, facts, remedy
        As in `PlacelessError`.
    pair : int
        Index of the pair to blame.
    low, high : float or None
        Least and largest value that pair could have, the others as they are, on its own scale; None where no value
        would do.
    """

    def __init__(
        self,
        message: str,
        facts: tuple[str, ...],
        remedy: str,
        *,
        pair: int,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        super().__init__(message, facts, remedy)
        self.pair = pair
        self.low = low
        self.high = high


def normal_of_rank(rank: float) -> float:
    """Correlation of the normal scores behind a rank correlation.

    Examples
    --------
    >>> round(normal_of_rank(0.5), 6)
    0.517638
    >>> normal_of_rank(1.0)
    1.0
    """
    return rank if abs(rank) == 1.0 else 2.0 * math.sin(math.pi * rank / 6.0)


def rank_of_normal(correlation: float) -> float:
    """Rank correlation of normal scores with a correlation.

    Examples
    --------
    >>> round(rank_of_normal(0.5), 6)
    0.482584
    """
    return correlation if abs(correlation) == 1.0 else 6.0 / math.pi * math.asin(correlation / 2.0)


def matrix_of(pairs: Sequence[Pair], *, size: int, names: Sequence[str] = ()) -> Floats:
    """Correlation matrix of the normal scores; a pair that is not named is uncorrelated.

    Parameters
    ----------
    pairs : sequence of Pair
    size : int
        Number of elements.
    names : sequence of str
        Names of the elements, for messages.

    Returns
    -------
    array (size, size)

    Raises
    ------
    CorrelationError
        If a value lies outside -1 to 1, or a pair is one element twice, or is given twice, or there are too many
        elements.
    """
    if size > MOST_JOINED:
        raise CorrelationError(
            "too many numbers are correlated with each other",
            (f"they are {size:,}", f"up to {MOST_JOINED:,} are taken"),
            "correlate fewer: cells that share one value are one number; joint draws in a table have no such limit",
            pair=0,
        )
    matrix = np.eye(size)
    seen: dict[tuple[int, int], int] = {}
    for index, pair in enumerate(pairs):
        words = _words(pair, names)
        if not -1.0 <= pair.value <= 1.0:
            raise CorrelationError(
                "a correlation must lie between -1 and 1", (f"{words}: {pair.value:g}",), "correct it", pair=index
            )
        if pair.first == pair.second:
            raise CorrelationError(
                "a number cannot be correlated with itself", (words,), "name two different numbers", pair=index
            )
        place = (min(pair.first, pair.second), max(pair.first, pair.second))
        if place in seen:
            raise CorrelationError(
                "one pair has two correlations",
                (f"{words}: {pairs[seen[place]].value:g}", f"{words}: {pair.value:g}"),
                "keep one of them",
                pair=index,
            )
        seen[place] = index
        matrix[place] = matrix[place[::-1]] = _as_normal(pair.value, pair.scale)
    return matrix


def lower_factor(pairs: Sequence[Pair], *, size: int, names: Sequence[str] = ()) -> Floats:
    """Lower triangular L with L L^T the correlation matrix of the normal scores.

    Parameters
    ----------
    pairs, size, names
        As `matrix_of`.

    Returns
    -------
    array (size, size)
        Each row has length 1. A number that those before it settle wholly (correlation 1 or -1, or a sum of others)
        has a zero on the diagonal, so that it takes no part of its own draw.

    Raises
    ------
    CorrelationError
        As `matrix_of`, or if the correlations contradict each other (the matrix has an eigenvalue below 0): it blames
        the pair that the least change would mend, and says which values it could have.
    """
    matrix = matrix_of(pairs, size=size, names=names)
    if size and float(np.linalg.eigvalsh(matrix)[0]) < -DEFINITE * size:
        raise _impossible(matrix, pairs, names)
    return _cholesky(matrix)


def possible(matrix: Floats, first: int, second: int) -> tuple[float, float] | None:
    """Least and largest value one pair could have, all others as they are; None where no value would do.

    With K the other numbers and a, b the correlations of the two with them, the partial correlation runs from -1 to
    1: a' K^-1 b -+ sqrt((1 - a' K^-1 a) (1 - b' K^-1 b)). A singular K has the pseudo-inverse in place of its inverse.

    Parameters
    ----------
    matrix : array (size, size)
        Correlations of the normal scores; the pair's own value is not read.
    first, second : int
        Rows of the pair.

    Returns
    -------
    (float, float) or None
        Correlations of the normal scores, from -1 to 1.

    References
    ----------
    Anderson (2003), An Introduction to Multivariate Statistical Analysis, 3rd edition, section 2.5.
    """
    others = [index for index in range(len(matrix)) if index not in (first, second)]
    for subset in (others, [*others, first], [*others, second]):
        if subset and float(np.linalg.eigvalsh(matrix[np.ix_(subset, subset)])[0]) < -DEFINITE * len(matrix):
            return None
    if not others:
        return -1.0, 1.0
    inverse = np.linalg.pinv(matrix[np.ix_(others, others)], rcond=1e-10, hermitian=True)
    a, b = matrix[first, others], matrix[second, others]
    middle = float(a @ inverse @ b)
    reach = math.sqrt(max(0.0, 1.0 - float(a @ inverse @ a)) * max(0.0, 1.0 - float(b @ inverse @ b)))
    return max(-1.0, middle - reach), min(1.0, middle + reach)


def _impossible(matrix: Floats, pairs: Sequence[Pair], names: Sequence[str]) -> CorrelationError:
    """Blame the pair that the least change would mend; else the one that pulls hardest against the others."""
    vector = np.linalg.eigh(matrix)[1][:, 0]
    pulls = [matrix[pair.first, pair.second] * vector[pair.first] * vector[pair.second] for pair in pairs]
    suspects = [int(index) for index in np.argsort(pulls, kind="stable")[:_SUSPECTS]]
    best: tuple[float, int, tuple[float, float]] | None = None
    for index in sorted(suspects):
        pair = pairs[index]
        ends = possible(matrix, pair.first, pair.second)
        if ends is None:
            continue
        value = _as_normal(pair.value, pair.scale)
        change = max(ends[0] - value, value - ends[1])
        if best is None or change < best[0]:
            best = (change, index, ends)
    message = "these correlations contradict each other"
    if best is not None:
        _, index, ends = best
        pair = pairs[index]
        low, high = (_as_written(end, pair.scale) for end in ends)
        return CorrelationError(
            message,
            (
                f"{_words(pair, names)}: {pair.value:g}",
                f"with the others as they are, 0 where none is given, it could be {_range(low, high)}",
            ),
            "bring it into that range, or change one of the others: two numbers that both go with a third must go "
            "with each other, so their pair may have to be given too",
            pair=index,
            low=low,
            high=high,
        )
    index = suspects[0]
    pair = pairs[index]
    return CorrelationError(
        message,
        (f"{_words(pair, names)}: {pair.value:g}", "no change of one pair alone would reconcile them"),
        "look at this pair first, then at the others that name the same numbers; weaken them or leave some out",
        pair=index,
    )


def _cholesky(matrix: Floats) -> Floats:
    """Cholesky's factor; where nothing is left of a number's variance its column is zero."""
    size = len(matrix)
    factor = np.zeros((size, size))
    rest = matrix.copy()
    for column in range(size):
        pivot = float(rest[column, column])
        if pivot <= _PIVOT:
            continue
        below = rest[column:, column] / math.sqrt(pivot)
        factor[column:, column] = below
        rest[column:, column:] -= np.outer(below, below)
    # The part left out is below 1e-13 of a variance; each score keeps a variance of 1 exactly.
    lengths = np.sqrt((factor * factor).sum(axis=1))
    factor /= lengths[:, None]
    factor.setflags(write=False)
    return factor


def _as_normal(value: float, scale: Scale) -> float:
    return normal_of_rank(value) if scale == "rank" else value


def _as_written(correlation: float, scale: Scale) -> float:
    return rank_of_normal(correlation) if scale == "rank" else correlation


def _words(pair: Pair, names: Sequence[str]) -> str:
    if not names:
        return f"number {pair.first} with number {pair.second}"
    return f"{names[pair.first]} with {names[pair.second]}"


def _range(low: float, high: float) -> str:
    """Write a range to four digits, rounded inwards, so that the printed ends are possible."""
    least, most = math.ceil(low * 1e4) / 1e4, math.floor(high * 1e4) / 1e4
    if least > most:
        return number((low + high) / 2.0)
    return f"from {number(least)} to {number(most)}"
