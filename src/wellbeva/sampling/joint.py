"""Elements that are drawn together: correlated by a copula, shares that add to 1, or rows of supplied draws.

Each works on the elements' own uniforms, so that every draw stays addressed by name and index; each value depends on
the uniforms of its own draw alone.

References
----------
Copula: Nelsen (2006), An Introduction to Copulas, 2nd edition, doi:10.1007/0-387-28678-0 (section 2.9).
Dirichlet by breaking a stick: Connor and Mosimann (1969), J. Am. Stat. Assoc. 64, doi:10.1080/01621459.1969.10500963.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from wellbeva.distributions import _special
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables import Quantile

Floats = npt.NDArray[np.float64]
Kind = Literal["copula", "dirichlet", "rows"]

_LEAST = 2.0**-53
_MOST = 1.0 - 2.0**-53
"""The ends of what a uniform may be."""


class Joined(Protocol):
    """What the sampler reads of a joint (`compiler.plan.Joint`)."""

    @property
    def kind(self) -> Kind:
        """How the elements are drawn together."""
        ...

    @property
    def elements(self) -> tuple[int, ...]:
        """Places of the elements among those of the sampler."""
        ...

    @property
    def matrix(self) -> Floats:
        """copula: lower factor (k, k). dirichlet: counts (k,). rows: draws (row, k)."""
        ...


Change = Callable[[Floats], Floats]
"""From the uniforms (k, count) of a joint to what stands in their place."""


def correlated(factor: Floats) -> Change:
    """Correlate uniforms by a Gaussian copula.

    Parameters
    ----------
    factor : array (k, k)
        Lower Cholesky factor of the correlation of the normal scores; each row has length 1.

    Returns
    -------
    callable
        Uniforms (k, count) to uniforms (k, count), strictly between 0 and 1. A row that is its own score alone comes
        back as it was, bit for bit.
    """
    rows = np.array(factor, dtype=np.float64)

    def change(u: Floats) -> Floats:
        scores = _special.normal_score(u)
        result = u.copy()
        for row, weights in enumerate(rows):
            used = np.flatnonzero(weights)
            if used.tolist() == [row] and weights[row] == 1.0:
                continue
            # Added up term by term: a matrix product may round differently in a block of another width.
            total = np.zeros(u.shape[1])
            for column in used:
                total += weights[column] * scores[column]
            result[row] = np.clip(_special.normal_cdf(total), _LEAST, _MOST)
        return result

    return change


def shared_out(counts: Floats) -> Change:
    """Draw shares from a Dirichlet by breaking a stick.

    Parameters
    ----------
    counts : array (k,)
        A share whose count is 0 is exactly 0.

    Returns
    -------
    callable
        Uniforms (k, count) to shares (k, count): share i is a Beta(count i, sum of the later counts) part of what is
        left, by its own uniform; the last that has a count takes the rest.
    """
    later = [math.fsum(counts[index + 1 :]) for index in range(len(counts))]
    parts: list[Quantile | None] = [
        Quantile(Distribution("beta", (float(count), rest))) if count > 0.0 and rest > 0.0 else None
        for count, rest in zip(counts, later, strict=True)
    ]

    def change(u: Floats) -> Floats:
        shares = np.zeros(u.shape)
        left = np.ones(u.shape[1])
        for row, part in enumerate(parts):
            if part is not None:
                shares[row] = left * part(u[row])
                left = left - shares[row]
            elif counts[row] > 0.0:
                shares[row] = left
        return shares

    return change


def picked(rows: Floats) -> Change:
    """Pick a row of supplied draws by the first uniform: row floor(u N), each as likely as another.

    Parameters
    ----------
    rows : array (row, k) [unit of each element]

    Returns
    -------
    callable
        Uniforms (k, count) to values (k, count).
    """
    columns = np.ascontiguousarray(np.asarray(rows, dtype=np.float64).T)
    number = columns.shape[1]

    def change(u: Floats) -> Floats:
        index = np.minimum((u[0] * number).astype(np.intp), number - 1)
        return columns[:, index]

    return change


def check(joints: Sequence[Joined], elements: int) -> None:
    """Refuse joints that do not fit the elements.

    Raises
    ------
    ValueError
        If one names an element that is not there or is in another, or its matrix has the wrong shape or numbers.
    """
    seen: set[int] = set()
    for joint in joints:
        size, matrix = len(joint.elements), np.asarray(joint.matrix)
        if joint.kind not in ("copula", "dirichlet", "rows"):
            message = f"there is no joint {joint.kind!r}: use copula, dirichlet or rows"
            raise ValueError(message)
        for index in joint.elements:
            if not 0 <= index < elements or index in seen:
                message = f"a joint names element {index}, which is not there or already in a joint"
                raise ValueError(message)
            seen.add(index)
        wanted = {"copula": (size, size), "dirichlet": (size,), "rows": (*matrix.shape[:1], size)}[joint.kind]
        if not size or matrix.shape != wanted or not matrix.size or not bool(np.isfinite(matrix).all()):
            message = f"the matrix of a {joint.kind} of {size} elements has shape {matrix.shape}, or is not all numbers"
            raise ValueError(message)
        if joint.kind == "copula" and not _is_factor(matrix):
            message = "the matrix of a copula is not a lower factor with rows of length 1"
            raise ValueError(message)
        if joint.kind == "dirichlet" and not (bool((matrix >= 0.0).all()) and matrix.sum() > 0.0):
            message = "the counts of a dirichlet must not be negative, nor all 0"
            raise ValueError(message)


def _is_factor(matrix: Floats) -> bool:
    lengths = np.sqrt((matrix * matrix).sum(axis=1))
    return bool((np.triu(matrix, 1) == 0.0).all() and (np.abs(lengths - 1.0) < 1e-9).all())
