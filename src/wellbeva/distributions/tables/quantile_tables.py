"""Quantiles by octaves of the nearer tail: tables that hold a whole law, tails and truncation included.

A uniform u is 2k + 1 halves of 2**-52, so that the probability of the nearer tail, p = min(u, 1 - u), lies in 52
octaves from 2**-53 to 1/2. Each octave is cut into 16 pieces of equal width. The exponent and the first four bits of
the fraction of p number the piece, for they are side by side in the double; the bits after them say where in the
piece p lies. On each piece, and on each side of the median, the quantile is a polynomial of degree 7 in t, which runs
from 0 at the upper end of p to 1 at the lower:

    x = c0 + t (c1 + t (c2 + … + t c7))

c0 is the quantile at the upper end itself, so that next to the median a standard normal keeps its relative accuracy.
The nearest singularity of a quantile function is p = 0, at least 33 half-widths from the middle of a piece: the
polynomial is off by some 66**-8 of the value or so. A table is compared with its exact function at points between its
nodes; a law that resists (kinks, extreme shapes) has none.

Only plain additions and multiplications are used, in the order written, so that any evaluation has the same bits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from wellbeva.core.arrays import Floats, Ints, aligned
from wellbeva.distributions.numerics import special

DEGREE = 7
POWERS = DEGREE + 1
"""Coefficients of a piece: one line of the cache."""

PIECE_BITS = 4
LEAST_EXPONENT = -53
LEAST = 2.0**LEAST_EXPONENT
OCTAVES = 52
PIECES = OCTAVES << PIECE_BITS
"""Pieces of each side. One more row holds the median, for p = 1/2 itself."""

ROWS = PIECES + 1
TOLERANCE = 2.5e-13
"""Greatest error of a table at the points where it is checked, as a share of the caller's size."""

SHIFT = 52 - PIECE_BITS
FIRST = (1023 + LEAST_EXPONENT) << PIECE_BITS
FRACTION = 2**52 - 1
ONE = 1023 << 52
"""The bits of a double: sign and exponent above 52 bits of fraction; those of 1.0."""

UNIT = 1024
NODES = (0, 77, 220, 406, 608, 794, 937, 1014)
"""Places of the nodes, as parts of 1024: Chebyshev's of degree 8, drawn out until the first is 0."""

_CHECKS = (36, 507)
"""Places between nodes where a table is checked, beside t = 1: where the polynomial through the nodes swings out."""

_ROUNDING = 2.0**-50
"""What rounding alone may do to a value."""

Evaluate = Callable[[Floats, Floats, Floats], Floats]
"""Quantile from the probabilities below and above, the smaller one exact, and their normal score."""

Size = Callable[[Floats], Floats]
"""From values to the size that an error is a share of."""


class QuantileTable:
    """The quantile function of one law, prepared for many draws.

    Parameters
    ----------
    evaluate : callable
        The exact function.
    rows : array (2 * ROWS, POWERS), or None
        Coefficients, the lower side first; None where pieces are to be worked out as they are needed: slower, in
        less memory, with the same bits.
    """

    __slots__ = ("_evaluate", "rows")

    def __init__(self, evaluate: Evaluate, rows: Floats | None) -> None:
        self._evaluate = evaluate
        self.rows = rows

    @property
    def bare(self) -> QuantileTable:
        """The same without rows."""
        return QuantileTable(self._evaluate, None)

    def __call__(self, u: Floats) -> Floats:
        """Return the quantiles of `u`, array (count,), from 2**-53 to 1 - 2**-53."""
        row, t = located(u)
        if self.rows is not None:
            return horner(self.rows.take(row, axis=0), t)
        wanted = np.zeros(2 * ROWS, dtype=np.bool_)
        wanted[row] = True
        place = np.cumsum(wanted) - 1
        rows = _rows(self._evaluate, np.flatnonzero(wanted))
        return horner(rows.take(place[row], axis=0), t)


def located(u: Floats) -> tuple[Ints, Floats]:
    """Find the row of a table and the place in its piece.

    Parameters
    ----------
    u : array, any shape
        From 2**-53 to 1 - 2**-53.

    Returns
    -------
    row : int array, shape of `u`
    t : array, shape of `u`
        Above 0, at most 1; exact.
    """
    nearer = 1.0 - u
    np.minimum(u, nearer, out=nearer)
    bits = nearer.view(np.int64)
    row = bits >> SHIFT
    row -= FIRST
    row += (u > 0.5) * ROWS
    bits <<= PIECE_BITS
    bits &= FRACTION
    bits |= ONE
    return row, np.subtract(2.0, nearer, out=nearer)


def horner(rows: Floats, t: Floats) -> Floats:
    """Evaluate polynomials, each with its own coefficients.

    Parameters
    ----------
    rows : array (…, POWERS)
    t : array (…)
    """
    value: Floats = rows[..., DEGREE] * t
    for power in range(DEGREE - 1, 0, -1):
        value += rows[..., power]
        value *= t
    value += rows[..., 0]
    return value


def build(evaluate: Evaluate, size: Size) -> QuantileTable | None:
    """Build the table of a law, or return None if it resists.

    Parameters
    ----------
    evaluate : callable
        Exact quantile, or one that is good enough.
    size : callable
        From values to what their errors, at most `TOLERANCE` of it, are a share of.
    """
    places = _places()
    values = evaluate(*(place.ravel() for place in places)).reshape(places[0].shape)
    if not bool(np.isfinite(values).all()):
        return None
    powers = coefficients(values[:POWERS])
    checks = [(place / UNIT, values[POWERS + index]) for index, place in enumerate(_CHECKS)]
    # The lower end of a piece is the upper end of the next one down; the lowest has none below it.
    checks.append((1.0, np.concatenate([values[0, :1], values[0, :-1]])))
    for t, exact in checks:
        value = powers[DEGREE] * t
        for row in powers[DEGREE - 1 : 0 : -1]:
            value = (value + row) * t
        gap = np.abs(value + powers[0] - exact)
        if t == 1.0:
            gap[[0, PIECES]] = 0.0
        if not bool((gap <= TOLERANCE * size(exact) + _ROUNDING * np.abs(exact)).all()):
            return None
    rows = aligned(2 * ROWS, POWERS)
    for side in range(2):
        rows[side * ROWS : side * ROWS + PIECES] = powers[:, side * PIECES : (side + 1) * PIECES].T
        rows[side * ROWS + PIECES] = 0.0
        rows[side * ROWS + PIECES, 0] = powers[0, (side + 1) * PIECES - 1]
    rows.setflags(write=False)
    return QuantileTable(evaluate, rows)


def _rows(evaluate: Evaluate, rows: Ints) -> Floats:
    """Work out some rows of a table, the same bits as in the whole one."""
    side, piece = np.divmod(rows, ROWS)
    median = piece == PIECES
    index = side * PIECES + piece - median
    places = [place[:POWERS, index] for place in _places()]
    powers = coefficients(evaluate(*(place.ravel() for place in places)).reshape(places[0].shape))
    powers[1:, median] = 0.0
    return np.ascontiguousarray(powers.T)


@lru_cache(maxsize=1)
def _places() -> tuple[Floats, Floats, Floats]:
    """Nodes and places to check of all pieces, the lower side first: probabilities below and above, normal scores."""
    t = np.array([*NODES, *_CHECKS]) / UNIT
    octave, piece = np.divmod(np.arange(PIECES), 2**PIECE_BITS)
    p = np.ldexp(1.0 + (piece + 1.0 - t[:, None]) / 2**PIECE_BITS, octave + LEAST_EXPONENT)
    score = special.normal_score(p)
    return np.hstack([p, 1.0 - p]), np.hstack([1.0 - p, p]), np.hstack([score, -score])


def coefficients(values: Floats) -> Floats:
    """Coefficients of the powers of t through values at the nodes.

    Parameters
    ----------
    values : array (node, piece)

    Returns
    -------
    array (power, piece)

    Notes
    -----
    Newton's divided differences from t = 0 on: each is far smaller than the one before, so that rounding stays that of
    the values; a product with the inverse of the matrix of powers would lose three digits. Term by term, for a matrix
    product may round differently for another number of pieces.
    """
    nodes = [place / UNIT for place in NODES]
    differences = list(values)
    for order in range(1, POWERS):
        for index in range(DEGREE, order - 1, -1):
            rise = differences[index] - differences[index - 1]
            differences[index] = rise / (nodes[index] - nodes[index - order])
    result = np.empty(values.shape)
    result[DEGREE] = differences[DEGREE]
    for index in range(DEGREE - 1, -1, -1):
        # Multiply the polynomial so far by t - node, and add the difference.
        result[index] = differences[index]
        for power in range(index, DEGREE):
            result[power] -= nodes[index] * result[power + 1]
    return result
