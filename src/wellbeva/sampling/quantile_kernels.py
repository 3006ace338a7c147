"""Kernels that turn uniforms into draws, in packs of 512: laws, copulas, shares that add to 1, rows of supplied draws.

Each is generic: laws and joints come as arrays, so that one compilation serves every model. The operations are those of
the NumPy path, in the same order, and nothing is contracted, so that the bits are the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from wellbeva.core.arrays import Floats, Ints, Words
from wellbeva.distributions.tables import normal_scores, quantile_tables
from wellbeva.jit.kernel import bits, float_of, kernel, part, scratch
from wellbeva.sampling.design_kernels import LANE, row_of

LEFT, TABLE, UNIFORM, TRIANGULAR = 0, 1, 2, 3
"""What `invert` does to a row."""
NUMBERS = 8
"""Numbers of a law, see `invert`."""


_SHIFT, _FIRST = np.uint64(quantile_tables.SHIFT), np.uint64(quantile_tables.FIRST)
_BITS, _FRACTION, _ONES = (
    np.uint64(quantile_tables.PIECE_BITS),
    np.uint64(quantile_tables.FRACTION),
    np.uint64(quantile_tables.ONE),
)
_SIDE, _POWERS = np.uint64(quantile_tables.ROWS), np.uint64(quantile_tables.POWERS)
_DEGREE = quantile_tables.DEGREE
_LEAST = quantile_tables.LEAST
_STEPS, _REACH = normal_scores.STEPS, normal_scores.REACH


@part
def _horner(table: Floats, base: Any, t: Any) -> Any:
    """Evaluate the polynomial whose coefficients begin at `base` (`quantile_tables.horner`)."""
    value = table[base + np.uint64(_DEGREE)] * t
    for power in range(_DEGREE - 1, 0, -1):
        value = (value + table[base + np.uint64(power)]) * t
    return value + table[base]


@part
def _by_octaves(table: Floats, place: Any, u: Any) -> Any:
    """Look a uniform up (`quantile_tables.located` and `quantile_tables.horner`)."""
    upper = u > 0.5
    word = bits(1.0 - u if upper else u)
    row = (word >> _SHIFT) - _FIRST + (_SIDE if upper else np.uint64(0)) + place
    t = 2.0 - float_of(((word << _BITS) & _FRACTION) | _ONES)
    return _horner(table, row * _POWERS, t)


@part
def _kept(value: Any, low: float, high: float) -> Any:
    value = low if value < low else value
    return high if value > high else value


@part
def _invert_table(x: Floats, element: int, numbers: Floats, tables: Floats, place: Any) -> None:
    low, high, shift, scale = numbers[0], numbers[1], numbers[2], numbers[3]
    for lane in range(x.shape[0]):
        row = x[lane, element]
        for d in range(LANE):
            row[d] = _kept(shift + scale * _by_octaves(tables, place, row[d]), low, high)


@part
def _invert_uniform(x: Floats, element: int, numbers: Floats) -> None:
    low, high, under, mass = numbers[0], numbers[1], numbers[2], numbers[3]
    over, least, most = numbers[4], numbers[5], numbers[6]
    width = most - least
    for lane in range(x.shape[0]):
        row = x[lane, element]
        for d in range(LANE):
            below, above = under + row[d] * mass, over + (1.0 - row[d]) * mass
            left, right = least + width * below, most - width * above
            row[d] = _kept(left if below <= 0.5 else right, low, high)


@part
def _invert_triangular(x: Floats, element: int, numbers: Floats) -> None:
    low, high, under, mass = numbers[0], numbers[1], numbers[2], numbers[3]
    over, least, mode, most = numbers[4], numbers[5], numbers[6], numbers[7]
    width, rise, fall = most - least, mode - least, most - mode
    share = rise / width
    for lane in range(x.shape[0]):
        row = x[lane, element]
        for d in range(LANE):
            below, above = under + row[d] * mass, over + (1.0 - row[d]) * mass
            left = least + np.sqrt(below * width * rise)
            right = most - np.sqrt(above * width * fall)
            row[d] = _kept(left if below <= share else right, low, high)


@kernel
def invert(x: Floats, kinds: Ints, places: Words, numbers: Floats, tables: Floats) -> None:
    """Put draws in the place of uniforms (`inverse_cdf.InverseCdfs`).

    Parameters
    ----------
    x : array (lane, element, 512) [uniform, then unit of each element]
    kinds : int array (element,)
        `LEFT` as it is, `TABLE`, `UNIFORM` or `TRIANGULAR`.
    places : uint64 array (element,)
        First row of a table.
    numbers : array (element, NUMBERS)
        Lowest and highest value; then shift and scale of a table, or the probabilities below the bounds, between and
        above them, and the arguments.
    tables : array (row * quantile_tables.POWERS,)
    """
    for element in range(kinds.size):
        kind, law = kinds[element], numbers[element]
        if kind == TABLE:
            _invert_table(x, element, law, tables, places[element])
        elif kind == UNIFORM:
            _invert_uniform(x, element, law)
        elif kind == TRIANGULAR:
            _invert_triangular(x, element, law)


@part
def _probability(table: Floats, score: Any) -> Any:
    """Return the probability below a score: `normal_scores.uniform`."""
    distance = abs(score)
    step = (distance if distance < _REACH else _REACH) * _STEPS
    index = np.int64(step)
    tail = _horner(table, np.uint64(index) * _POWERS, step - index)
    tail = tail if tail > _LEAST else _LEAST
    return 1.0 - tail if score > 0.0 else tail


@part
def _scores(x: Floats, lane: int, rows: Ints, table: Floats, scores: Floats) -> None:
    for place in range(rows.size):
        row, row_scores = x[lane, rows[place]], scores[place]
        for d in range(LANE):
            row_scores[d] = _by_octaves(table, np.uint64(0), row[d])


@kernel
def correlate(x: Floats, rows: Ints, factor: Floats, scores: Floats, tails: Floats, score: Floats) -> None:
    """Correlate uniforms by a Gaussian copula (`dependence.correlated`).

    Parameters
    ----------
    x : array (lane, element, 512) [uniform]
    rows : int array (k,)
        Elements of the copula.
    factor : array (k, k) [correlation, -1 to 1]
    scores, tails : array (row * quantile_tables.POWERS,)
        `normal_scores.score_rows` and `normal_scores.tail_rows`.
    score : array (k, 512)
        Scratch, written over.
    """
    size = rows.size
    total = scratch(LANE, np.float64)
    for lane in range(x.shape[0]):
        _scores(x, lane, rows, scores, score)
        for place in range(size):
            alone = factor[place, place] == 1.0
            for d in range(LANE):
                total[d] = 0.0
            for other in range(size):
                weight = factor[place, other]
                if weight != 0.0:
                    alone = alone and other == place
                    other_scores = score[other]
                    for d in range(LANE):
                        total[d] += weight * other_scores[d]
            if alone:
                continue
            row = x[lane, rows[place]]
            for d in range(LANE):
                row[d] = _probability(tails, total[d])


@kernel
def share_out(x: Floats, rows: Ints, kinds: Ints) -> None:
    """Break sticks (`dependence.Sticks.broken`): turn each element's part of the remaining stick into its share.

    Parameters
    ----------
    x : array (lane, element, 512) [part of the stick that is left, then share]
    rows : int array (k,)
        Elements of the Dirichlet.
    kinds : int array (k,)
        0: no share. 1: its part of the rest of the stick. 2: all the rest.
    """
    left = scratch(LANE, np.float64)
    for lane in range(x.shape[0]):
        for d in range(LANE):
            left[d] = 1.0
        for place in range(rows.size):
            row, kind = x[lane, rows[place]], kinds[place]
            # A part of nothing, or of all: as exact as no multiplication.
            for d in range(LANE):
                share = left[d] * (row[d] if kind == 1 else 0.0 if kind == 0 else 1.0)
                row[d] = share
                left[d] -= share


@kernel
def pick(x: Floats, extra: Floats, picker: int, rows: Ints, columns: Floats) -> None:
    """Pick rows of supplied draws (`dependence.picked`).

    Parameters
    ----------
    x : array (lane, element, 512) [unit of each element; uniform where the picker is one]
    extra : array (lane, picker, 512) [uniform]
    picker : int
        Stream whose uniform picks.
    rows : int array (k,)
        Elements that are filled.
    columns : array (k, row) [unit of each element]
    """
    number = columns.shape[1]
    index = scratch(LANE, np.int64)
    for lane in range(x.shape[0]):
        uniforms = row_of(x, extra, lane, picker)
        for d in range(LANE):
            index[d] = min(np.int64(uniforms[d] * number), number - 1)
        for place in range(rows.size):
            row, column = x[lane, rows[place]], columns[place]
            for d in range(LANE):
                row[d] = column[index[d]]
