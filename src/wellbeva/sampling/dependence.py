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
from dataclasses import dataclass

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables import normal_scores
from wellbeva.plan.plan import Joint

Change = Callable[[Floats], Floats]
"""From the uniforms (k, count) of a joint, or (1, count) of rows, to the values (k, count) of its elements."""


def correlated(factor: Floats) -> Change:
    """Correlate uniforms by a Gaussian copula.

    Parameters
    ----------
    factor : array (k, k) [correlation, -1 to 1]
        Lower Cholesky factor of the correlation of the normal scores; each row has length 1.

    Returns
    -------
    callable
        Uniforms (k, count) to uniforms (k, count), from 2**-53 to 1 - 2**-53. A row that is its own score alone comes
        back as it was, bit for bit.
    """
    rows = np.array(factor, dtype=np.float64)

    def change(u: Floats) -> Floats:
        scores = normal_scores.score(u)
        result = u.copy()
        for row, weights in enumerate(rows):
            used = np.flatnonzero(weights)
            if used.tolist() == [row] and weights[row] == 1.0:
                continue
            # Added up term by term: a matrix product may round differently in a block of another width.
            total = np.zeros(u.shape[1])
            for column in used:
                total += weights[column] * scores[column]
            result[row] = normal_scores.uniform(total)
        return result

    return change


@dataclass(frozen=True, slots=True, eq=False)
class Sticks:
    """How shares that add to 1 are broken off a stick, one after another.

    Parameters
    ----------
    kinds : int array (k,)
        0: no share. 1: a part of the rest of the stick. 2: all the rest.
    parts : tuple of (Distribution or None)
        Law of each part of the rest.
    """

    kinds: Ints
    parts: tuple[Distribution | None, ...]

    def broken(self, parts: Floats) -> Floats:
        """Return the shares that parts of the remaining stick make up, both array (k, count)."""
        shares = np.zeros(parts.shape)
        left = np.ones(parts.shape[1])
        for row, kind in enumerate(self.kinds):
            if kind == 1:
                shares[row] = left * parts[row]
                left = left - shares[row]
            elif kind == 2:
                shares[row] = left
        return shares


def sticks(counts: Floats) -> Sticks:
    """Prepare the sticks of a Dirichlet.

    Parameters
    ----------
    counts : array (k,) [count]
        A share whose count is 0 is exactly 0.

    Returns
    -------
    Sticks
        Share i is a Beta(count i, sum of the later counts) part of the rest, by its own uniform; the last that has
        a count takes the rest.
    """
    later = [math.fsum(counts[index + 1 :]) for index in range(len(counts))]
    kinds = [0 if not count > 0.0 else 1 if rest > 0.0 else 2 for count, rest in zip(counts, later, strict=True)]
    parts = tuple(
        Distribution("beta", (float(count), rest)) if kind == 1 else None
        for count, rest, kind in zip(counts, later, kinds, strict=True)
    )
    return Sticks(np.array(kinds, dtype=np.int64), parts)


def picked(rows: Floats) -> Change:
    """Pick a row of supplied draws by one uniform: row floor(u N), each as likely as another.

    Parameters
    ----------
    rows : array (row, k) [unit of each element]

    Returns
    -------
    callable
        Uniforms (1, count) to values (k, count).
    """
    columns = np.ascontiguousarray(np.asarray(rows, dtype=np.float64).T)
    number = columns.shape[1]

    def change(u: Floats) -> Floats:
        index = np.minimum((u[0] * number).astype(np.intp), number - 1)
        return columns[:, index]

    return change


def check(joints: Sequence[Joint], elements: int) -> None:
    """Refuse joints that do not fit the elements.

    Parameters
    ----------
    joints : sequence of Joint
    elements : int
        Number of elements that the sampler draws.

    Raises
    ------
    ValueError
        If one names an element that is not there or is in another, or its matrix has the wrong shape or numbers.
    """
    seen: set[int] = set()
    for joint in joints:
        size, matrix = len(joint.elements), np.asarray(joint.matrix)
        if joint.kind not in ("copula", "dirichlet", "rows"):
            raise ValueError(f"there is no joint {joint.kind!r}: use copula, dirichlet or rows")
        for index in joint.elements:
            if not 0 <= index < elements or index in seen:
                raise ValueError(f"a joint names element {index}, which is not there or already in a joint")
            seen.add(index)
        wanted = {"copula": (size, size), "dirichlet": (size,), "rows": (*matrix.shape[:1], size)}[joint.kind]
        if joint.picker is not None and joint.kind != "rows":
            raise ValueError(f"a {joint.kind} has a picker, and only rows are picked")
        if not size or matrix.shape != wanted or not matrix.size or not bool(np.isfinite(matrix).all()):
            message = f"the matrix of a {joint.kind} of {size} elements has shape {matrix.shape}, or is not all numbers"
            raise ValueError(message)
        if joint.kind == "copula" and not _is_factor(matrix):
            raise ValueError("the matrix of a copula is not a lower factor with rows of length 1")
        if joint.kind == "dirichlet" and not (bool((matrix >= 0.0).all()) and matrix.sum() > 0.0):
            raise ValueError("the counts of a dirichlet must not be negative, nor all 0")


def _is_factor(matrix: Floats) -> bool:
    # A row of length 1 keeps its score standard normal; the compiler's factor has that length up to rounding.
    lengths = np.sqrt((matrix * matrix).sum(axis=1))
    return bool((np.triu(matrix, 1) == 0.0).all() and (np.abs(lengths - 1.0) < 1e-9).all())
