"""Means of outcomes given some inputs, by penalised splines whose normal equations are summed in one pass.

Knots part the draws into cells, in each of which a spline is one polynomial. One to three inputs take the full tensor
of their splines, with every interaction; more take their own splines and coarser tensors of each pair. The normal
equations are summed for each fold apart, so that a fit without a fold is a subtraction: values that are held out cost
hardly more than those that are fitted.

References
----------
Eilers, Marx (1996), Statistical Science 11(2), 89-121. doi:10.1214/ss/1038425655
Strong, Oakley, Brennan (2014), Medical Decision Making 34(3), 311-326. doi:10.1177/0272989X13505910
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline
from scipy.linalg import block_diag, cho_factor, cho_solve, eigh

from wellbeva.engine.reductions.result import Floats

FOLDS: Final = 8
"""Parts of the draws that are held out in turn: of 16 randomisations pairs."""
TENSOR: Final = 3
"""Inputs of which every interaction is fitted; of more, those of pairs."""
_DEGREE: Final = 3
_LEAST: Final = 3
_MOST: Final = {1: 20, 2: 10, 3: 5}
"""Cells along each of so many inputs; more resolve nothing that some 10^5 draws could show."""
_POWER: Final = {1: 0.28, 2: 0.2, 3: 0.13}
"""Power of the number of draws by which cells grow."""
_ALONE, _IN_PAIRS = 6, 2
"""Cells along an input by itself, and in each of its pairs, where there are more than three."""
_ROWS: Final = 2_048
"""Draws whose splines are worked out at a time."""
_RIDGE: Final = 1e-9
"""Of the mean diagonal: cells without draws leave a coefficient free, and a tensor holds its inputs' own splines."""
_INFLATION: Final = 1.4
"""Each coefficient counts as so many: cross-validation alone follows noise too often (Kim, Gu 2004, Journal of the
Royal Statistical Society B 66(2), 337-356, doi:10.1046/j.1369-7412.2003.05316.x)."""
_PENALTIES: Final = 10.0 ** np.arange(-6.0, 5.0)

Indices = npt.NDArray[np.int64]


class ConditionalMeans(NamedTuple):
    """Means of outcomes given the inputs, draw by draw.

    Parameters
    ----------
    fitted : array (draw, outcome) [unit of the outcome]
        By all draws.
    held_out : array (draw, outcome) [unit of the outcome]
        By the draws of the other folds.
    terms : array (outcome,) [none]
        Effective number of coefficients.
    """

    fitted: Floats
    held_out: Floats
    terms: Floats


class _Block(NamedTuple):
    """Draws of one fold whose splines are the same columns."""

    rows: Indices
    fold: int
    columns: Indices
    splines: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """One input, parted into cells by knots.

    Parameters
    ----------
    cell : int array (draw,)
    powers : array (draw, term) [none]
        Of the place within the cell, from −1 to 1.
    pieces : array (cell, term, piece) [none]
        The polynomials of the splines that are not 0 in a cell.
    penalty : array (spline, spline) [none]
        What their curvature costs; 0 on a straight line.
    """

    cell: Indices
    powers: Floats
    pieces: Floats
    penalty: Floats


def conditional_means(inputs: Sequence[Floats], outcomes: Floats) -> ConditionalMeans:
    """Fit means of outcomes given inputs.

    Parameters
    ----------
    inputs : sequence of array (draw,) [any unit]
        None is the same in every draw.
    outcomes : array (draw, outcome) [any unit]
        Consecutive eighths of the draws are held out in turn.
    """
    fold = np.arange(len(outcomes)) * FOLDS // len(outcomes)
    design = _Tensor(inputs, fold) if len(inputs) <= TENSOR else _Pairs(inputs, fold)
    number = len(design.penalty)
    gram, sums = np.zeros((FOLDS, number, number)), np.zeros((FOLDS, number, outcomes.shape[1]))
    for rows, at, columns, splines in design.blocks():
        gram[at].reshape(-1)[columns[:, np.newaxis] * number + columns] += splines.T @ splines
        sums[at][columns] += splines.T @ outcomes[rows]
    solver = _Solver(gram.sum(axis=0), sums.sum(axis=0), np.square(outcomes).sum(axis=0), design.penalty, len(outcomes))
    others = [solver.without(gram[at], sums[at]) for at in range(FOLDS)]
    fitted, held_out = np.empty_like(outcomes), np.empty_like(outcomes)
    for rows, at, columns, splines in design.blocks():
        fitted[rows] = splines @ solver.coefficients[columns]
        held_out[rows] = splines @ others[at][columns]
    return ConditionalMeans(fitted, held_out, solver.terms)


class _Tensor:
    """The full tensor of some inputs' splines, cell by cell."""

    def __init__(self, inputs: Sequence[Floats], fold: Indices) -> None:
        together = len(inputs)
        cells = int(np.clip(round(len(fold) ** _POWER[together]), _LEAST, _MOST[together]))
        axes = [_axis(values, cells) for values in inputs]
        self.penalty = _penalty(axes)
        shape = tuple(len(one.pieces) for one in axes)
        number = int(np.prod(shape))
        block = fold * number + np.ravel_multi_index(tuple(one.cell for one in axes), shape)
        order = np.argsort(block, kind="stable")
        ends = np.searchsorted(block[order], np.arange(FOLDS * number + 1))
        powers = reduce(_products, (one.powers[order] for one in axes))
        pieces = reduce(_krons, (one.pieces for one in axes))
        columns: Indices = np.zeros((1, 1), dtype=np.int64)
        for one in axes:
            own = np.arange(len(one.pieces))[:, np.newaxis] + np.arange(one.pieces.shape[2])
            columns = columns[:, np.newaxis, :, np.newaxis] * len(one.penalty) + own[:, np.newaxis]
            columns = columns.reshape(-1, columns.shape[2] * columns.shape[3])
        self._blocks = []
        for index in np.flatnonzero(np.diff(ends)):
            at, cell = divmod(int(index), number)
            rows = slice(ends[index], ends[index + 1])
            self._blocks.append(_Block(order[rows], at, columns[cell], powers[rows] @ pieces[cell]))

    def blocks(self) -> Iterator[_Block]:
        """Yield the draws of each cell and fold."""
        return iter(self._blocks)


class _Pairs:
    """Splines of each of many inputs, and a coarse tensor of each pair."""

    def __init__(self, inputs: Sequence[Floats], fold: Indices) -> None:
        self._alone, self._paired = ([_axis(values, cells) for values in inputs] for cells in (_ALONE, _IN_PAIRS))
        groups = [*((one,) for one in self._alone), *combinations(self._paired, 2)]
        self.penalty = block_diag(*(_penalty(group) for group in groups))
        self._fold = fold

    def blocks(self) -> Iterator[_Block]:
        """Yield some draws at a time, each of one fold."""
        every = np.arange(len(self.penalty))
        starts = np.searchsorted(self._fold, np.arange(FOLDS + 1))
        for at in range(FOLDS):
            for start in range(starts[at], starts[at + 1], _ROWS):
                rows = np.arange(start, min(start + _ROWS, starts[at + 1]))
                alone, paired = ([_dense(one, rows) for one in axes] for axes in (self._alone, self._paired))
                splines = [*alone, *(_products(*pair) for pair in combinations(paired, 2))]
                yield _Block(rows, at, every, np.concatenate(splines, axis=1))


def _axis(values: Floats, cells: int) -> _Axis:
    """Part an input into cells.

    Knots stand at quantiles, closer together in both tails, where exponentials and thresholds bend. An input of few
    distinct values has a cell for each.
    """
    ordered = np.sort(values)
    distinct = ordered[np.flatnonzero(np.diff(ordered, prepend=-np.inf))]
    if len(distinct) <= cells + _DEGREE:
        number = len(distinct)
        cell = np.searchsorted(distinct, values)
        return _Axis(cell, np.ones((len(values), 1)), np.ones((number, 1, 1)), np.zeros((number, number)))
    levels = (1 - np.cos(np.pi * np.arange(cells + 1) / cells)) / 2
    knots = np.unique(ordered[np.rint(levels * (len(ordered) - 1)).astype(np.int64)])
    cell = np.clip(np.searchsorted(knots, values, side="right") - 1, 0, len(knots) - 2)
    place = 2 * (values - knots[cell]) / np.diff(knots)[cell] - 1
    powers = np.stack([np.ones_like(place), place, place**2, place**3], axis=1)
    return _Axis(cell, powers, *_splines(knots))


def _splines(knots: Floats) -> tuple[Floats, Floats]:
    """Return the polynomials of the splines in each cell, and the penalty on their coefficients."""
    padded = np.concatenate([[knots[0]] * _DEGREE, knots, [knots[-1]] * _DEGREE])
    number = len(knots) + _DEGREE - 1
    every = BSpline(padded, np.eye(number), _DEGREE)
    nodes = np.array([-1.0, -1 / 3, 1 / 3, 1.0])
    at = knots[:-1, np.newaxis] + np.diff(knots)[:, np.newaxis] * (nodes + 1) / 2
    own = np.arange(len(knots) - 1)[:, np.newaxis] + np.arange(_DEGREE + 1)
    values = np.stack([every(row)[:, columns] for row, columns in zip(at, own, strict=True)])
    pieces = np.linalg.solve(np.vander(nodes, increasing=True), values)
    # Second divided differences at the places of the splines: a straight line has none, wherever the knots are.
    places = np.array([padded[index + 1 : index + 1 + _DEGREE].mean() for index in range(number)])
    places = (places - places[0]) / (places[-1] - places[0])
    bend = np.zeros((number - 2, number))
    for row in range(number - 2):
        a, b, c = places[row : row + 3]
        bend[row, row : row + 3] = 1 / ((b - a) * (c - a)), -1 / ((b - a) * (c - b)), 1 / ((c - b) * (c - a))
    return pieces, bend.T @ bend / np.square(bend).mean() / number


def _dense(one: _Axis, rows: Indices) -> Floats:
    """Return the splines of an axis at some draws, array (draw, spline)."""
    cell = one.cell[rows]
    splines = np.zeros((len(rows), len(one.penalty)))
    for place, pieces in enumerate(one.pieces):
        some = np.flatnonzero(cell == place)
        splines[some, place : place + pieces.shape[1]] = one.powers[rows[some]] @ pieces
    return splines


def _products(left: Floats, right: Floats) -> Floats:
    """Return the products of every column with every other, array (draw, column)."""
    return (left[:, :, np.newaxis] * right[:, np.newaxis, :]).reshape(len(left), -1)


def _krons(left: Floats, right: Floats) -> Floats:
    """Return the Kronecker product of every matrix with every other, array (matrix, row, column)."""
    return np.stack([_kron(one, other) for one in left for other in right])


def _kron(left: Floats, right: Floats) -> Floats:
    return np.asarray(np.kron(left, right))


def _penalty(axes: Sequence[_Axis]) -> Floats:
    """Return the penalty of a tensor, the sum of those along each input, array (spline, spline)."""
    eyes = [np.eye(len(one.penalty)) for one in axes]
    along = [reduce(_kron, [*eyes[:at], one.penalty, *eyes[at + 1 :]]) for at, one in enumerate(axes)]
    return np.asarray(np.sum(along, axis=0))


class _Solver:
    """Penalised normal equations; the penalty of each outcome is the one of least generalised cross-validation."""

    def __init__(self, gram: Floats, sums: Floats, squares: Floats, penalty: Floats, draws: int) -> None:
        scale = np.trace(gram) / len(gram)
        self._gram, self._sums, self._penalty = gram + _RIDGE * scale * np.eye(len(gram)), sums, scale * penalty
        roots, vectors = eigh(self._penalty, self._gram)  # vectors.T @ gram @ vectors = 1
        within = vectors.T @ sums
        shrunk = 1 / (1 + _PENALTIES[:, np.newaxis] * np.maximum(roots, 0))
        terms = shrunk.sum(axis=1)
        explained = np.einsum("ps,so->po", 2 * shrunk - shrunk**2, within**2)
        score = (squares - explained) / np.square(1 - np.minimum(_INFLATION * terms / draws, 0.99))[:, np.newaxis]
        chosen = score.argmin(axis=0)
        self._chosen, self.terms = _PENALTIES[chosen], terms[chosen]
        self.coefficients: Floats = vectors @ (shrunk[chosen].T * within)

    def without(self, gram: Floats, sums: Floats) -> Floats:
        """Return the coefficients when the sums of some draws are taken away."""
        found = np.empty_like(self._sums)
        for penalty in np.unique(self._chosen):
            which = self._chosen == penalty
            factor = cho_factor(self._gram - gram + penalty * self._penalty, lower=True)
            found[:, which] = cho_solve(factor, (self._sums - sums)[:, which])
        return found
