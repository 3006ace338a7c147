"""Polynomials through Chebyshev nodes, many pieces at once, for tables of quantiles."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.polynomial.chebyshev import cheb2poly

from wellbeva.core.arrays import Floats

DEGREE = 10
CHECKS = np.array([0.0, 0.03, 0.17, 0.37, 0.5, 0.63, 0.83, 0.97])
"""Places between the nodes, as shares of a piece, at which a table is compared with the exact path."""


def nodes() -> Floats:
    """Return the nodes of a piece, as shares of its width, falling."""
    cosines = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
    return cosines + 1.0


def coefficients(values: Floats) -> Floats:
    """Coefficients of the powers of t, from -1 to 1 across a piece.

    Chebyshev first, powers after, about the middle of each piece: so the small high orders keep their digits.

    Parameters
    ----------
    values : array (node, piece)

    Returns
    -------
    array (power, piece), C-contiguous
        Highest power last.
    """
    middle = values[DEGREE // 2].copy()
    orders = np.arange(DEGREE + 1)
    cosines = np.cos(np.pi * orders[:, None] * (orders + 0.5) / (DEGREE + 1))
    chebyshev = (2.0 / (DEGREE + 1)) * np.einsum("ij,jk->ik", cosines, values - middle)
    chebyshev[0] /= 2.0
    powers = np.einsum("ji,jk->ik", _chebyshev_powers(), chebyshev)
    powers[0] += middle
    return np.ascontiguousarray(powers)


def horner(coefficients: Floats, piece: npt.NDArray[np.intp], t: Floats) -> Floats:
    """Evaluate a polynomial at each place.

    Parameters
    ----------
    coefficients : array (power, piece)
        Highest power last.
    piece : int array, any shape
        Which polynomial counts; cut to those there are.
    t : array, shape of `piece`
    """
    value: Floats = coefficients[-1].take(piece, mode="clip")
    for row in coefficients[-2::-1]:
        value *= t
        value += row.take(piece, mode="clip")
    return value


@lru_cache(maxsize=1)
def _chebyshev_powers() -> Floats:
    """Coefficients of the powers in each Chebyshev polynomial, one a row."""
    rows = np.zeros((DEGREE + 1, DEGREE + 1))
    for order in range(DEGREE + 1):
        rows[order, : order + 1] = cheb2poly(np.eye(DEGREE + 1)[order, : order + 1])
    return rows
