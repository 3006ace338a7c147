"""Means of outcomes given some inputs, by penalised splines whose normal equations are summed in one pass.

Knots part the draws into cells, in each of which a spline is one polynomial. One to three inputs take the full tensor
of their splines, with every interaction; more take their own splines and coarser tensors of each pair. The normal
equations are summed for each fold separately, so that a fit without a fold is a subtraction: held-out values cost
hardly more than those that are fitted.

Arrays have the draws last: what is done to each draw is done to rows of draws that lie side by side. Of a tensor the
powers of the place within a cell are summed, cell by cell, by matrices so small that a library for linear algebra uses
one thread for each; sums of powers become sums of splines only then.

References
----------
Eilers, Marx (1996), Statistical Science 11(2), 89-121. doi:10.1214/ss/1038425655
Strong, Oakley, Brennan (2014), Medical Decision Making 34(3), 311-326. doi:10.1177/0272989X13505910
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import combinations, pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag, cho_factor, cho_solve, eigh

from wellbeva.core.arrays import Floats, Ints

FOLDS: Final = 8
"""Parts of the draws that are held out in turn: of 16 randomisations pairs."""
TENSOR: Final = 3
"""Most inputs with every interaction fitted; for more, only those of pairs."""
_DEGREE: Final = 3
_LEAST: Final = 3
_MOST: Final = {1: 20, 2: 10, 3: 5}
"""Cells along each of so many inputs; more resolve nothing that some 10^5 draws could show."""
_POWER: Final = {1: 0.28, 2: 0.2, 3: 0.13}
"""The number of cells grows with this power of the number of draws."""
_ALONE, _IN_PAIRS = 6, 2
"""Cells along an input by itself, and in each of its pairs, where there are more than three."""
_ROWS: Final = 2_048
"""Draws whose splines are worked out at a time."""
_RIDGE: Final = 1e-9
"""Of the mean diagonal: cells without draws leave a coefficient free, and a tensor holds its inputs' own splines."""
_INFLATION: Final = 1.4
"""Each coefficient counts as so many: cross-validation alone follows noise too often (Kim, Gu 2004, Journal of the
Royal Statistical Society B 66(2), 337-356, doi:10.1046/j.1369-7412.2003.05316.x)."""
_NODES: Final = np.array([-1.0, -1 / 3, 1 / 3, 1.0])
"""Places within a cell that distinguish cubics."""
_PENALTIES: Final = 10.0 ** np.arange(-6.0, 5.0)

Cells = npt.NDArray[np.unsignedinteger]


class ConditionalMeans(NamedTuple):
    """Means of outcomes given the inputs, draw by draw.

    Parameters
    ----------
    fitted : array (outcome, draw) [unit of the outcome]
        By all draws.
    held_out : array (outcome, draw) [unit of the outcome]
        By the draws of the other folds.
    terms : array (outcome,) [none]
        Effective number of coefficients.
    """

    fitted: Floats
    held_out: Floats
    terms: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """Knots along one input, which part it into cells.

    Parameters
    ----------
    edges, centres, scales : array (cell,) [unit of the input; the scale one over it]
        Lower ends, middles, and what takes a cell to the range from −1 to 1.
    pieces : array (cell, power, piece) [none]
        The polynomials of the splines that are not 0 in a cell.
    penalty : array (spline, spline) [none]
        What their curvature costs; 0 on a straight line.
    """

    edges: Floats
    centres: Floats
    scales: Floats
    pieces: Floats
    penalty: Floats

    def cells(self, values: Floats) -> Cells:
        """Return the cell of each value; to count the edges below it takes a tenth of a search."""
        cell = np.zeros(len(values), dtype=np.uint8)
        for edge in self.edges[1:]:
            cell += (values >= edge).view(np.uint8)
        return cell

    def powers(self, values: Floats, cell: Cells) -> Floats:
        """Return powers of the place of values within their cells, array (power, value) [none]."""
        powers = np.ones((self.pieces.shape[1], len(values)))
        if len(powers) > 1:
            np.multiply(values - self.centres.take(cell), self.scales.take(cell), out=powers[1])
            np.multiply(powers[1], powers[1], out=powers[2])
            np.multiply(powers[1], powers[2], out=powers[3])
        return powers

    def nodes(self) -> Floats:
        """Return values that distinguish splines: each of a few distinct values, or four in each cell."""
        if len(self.pieces[0]) == 1:
            return self.edges
        return (self.centres[:, np.newaxis] + _NODES / self.scales[:, np.newaxis]).ravel()

    def splines(self, values: Floats) -> Floats:
        """Return every spline at some values, array (spline, value) [none]."""
        return _spread(*self.within(values), len(self.penalty))

    def within(self, values: Floats) -> tuple[Ints, Floats]:
        """Return the cells of some values, and the splines that are not 0 there, array (piece, value) [none]."""
        ordered = _Ordered([self], [values])
        cell, splines = np.empty(len(values), dtype=np.int64), np.empty((self.pieces.shape[2], len(values)))
        for at, rows in ordered.cells:
            cell[ordered.order[rows]] = at
            splines[:, ordered.order[rows]] = self.pieces[at].T @ ordered.powers[:, rows]
        return cell, splines


def _spread(cell: Ints, within: Floats, number: int) -> Floats:
    """Return every spline from those that are not 0, array (spline, value).

    Parameters
    ----------
    cell : int array (value,)
    within : array (piece, value) [none]
    number : int
        Of splines.
    """
    splines, every = np.zeros((number, len(cell))), np.arange(len(cell))
    for piece, some in enumerate(within):
        splines[cell + piece, every] = some
    return splines


class Regressor:
    """An input that means are conditional on; sorted once, however many fits it takes part in.

    Parameters
    ----------
    values : array (draw,) [any unit]
    """

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._axes: dict[int, _Axis] = {}

    @cached_property
    def ordered(self) -> Floats:
        """The values, rising."""
        return np.sort(self.values)

    @property
    def varies(self) -> bool:
        """Whether any two values differ."""
        return bool(self.ordered[0] < self.ordered[-1])

    @cached_property
    def _distinct(self) -> Floats:
        return self.ordered[np.flatnonzero(np.diff(self.ordered, prepend=-np.inf))]

    def axis(self, cells: int) -> _Axis:
        """Return knots for some cells.

        They stand at quantiles, closer together in both tails, where exponentials and thresholds bend. An input of few
        distinct values has a cell for each.
        """
        if cells not in self._axes:
            self._axes[cells] = self._axis(cells)
        return self._axes[cells]

    def _axis(self, cells: int) -> _Axis:
        if len(self._distinct) <= cells + _DEGREE:
            still = np.zeros(number := len(self._distinct))
            return _Axis(self._distinct, still, still, np.ones((number, 1, 1)), np.zeros((number, number)))
        levels = (1 - np.cos(np.pi * np.arange(cells + 1) / cells)) / 2
        knots = np.unique(self.ordered[np.rint(levels * (len(self.ordered) - 1)).astype(np.int64)])
        return _Axis(knots[:-1], (knots[:-1] + knots[1:]) / 2, 2 / np.diff(knots), *_splines(knots))


def conditional_means(inputs: Sequence[Regressor], outcomes: Floats) -> ConditionalMeans:
    """Fit means of outcomes given inputs.

    Parameters
    ----------
    inputs : sequence of Regressor
        Each varies.
    outcomes : array (outcome, draw) [any unit]
        Consecutive eighths of the draws are held out in turn.
    """
    design = (_Tensor if len(inputs) <= TENSOR else _Pairs)(inputs, outcomes)
    coefficients, terms = _solve(design.gram, design.sums, design.penalty, outcomes)
    fitted, held_out = design.means(coefficients)
    return ConditionalMeans(fitted, held_out, terms)


def means_along(one: Regressor, outcomes: Floats, values: Floats) -> Floats:
    """Fit means of outcomes at some values of an input, array (1 + fold, outcome, value) [unit of the outcome].

    All outcomes are smoothed alike: where they add up to a constant, so do their means. The first is by all draws; the
    others leave out a fold each, so that their spread tells the error.

    Parameters
    ----------
    one : Regressor
        That varies.
    outcomes : array (outcome, draw) [any unit]
    values : array (value,) [unit of the input]
        Within the range of the input.
    """
    design = _Tensor([one], outcomes)
    coefficients, _ = _solve(design.gram, design.sums, design.penalty, outcomes, alike=True)
    return coefficients.swapaxes(1, 2) @ design.axes[0].splines(values)


def _folds(draws: int) -> Iterator[slice]:
    """Yield the draws of each fold."""
    ends = -(-np.arange(FOLDS + 1) * draws // FOLDS)
    return (slice(int(start), int(end)) for start, end in pairwise(ends))


class _Tensor:
    """The full tensor of some inputs' splines: sums of each fold, and means.

    Parameters
    ----------
    inputs : sequence of Regressor
    outcomes : array (outcome, draw) [any unit]
    """

    def __init__(self, inputs: Sequence[Regressor], outcomes: Floats) -> None:
        together, draws = len(inputs), outcomes.shape[1]
        most = int(np.clip(round(draws ** _POWER[together]), _LEAST, _MOST[together]))
        self.axes = axes = [one.axis(most) for one in inputs]
        self.penalty = _penalty([axis.penalty for axis in axes])
        self._pieces = reduce(_krons, (axis.pieces for axis in axes))
        self._columns = _columns(axes)
        cells, powers, _ = self._pieces.shape
        number = len(self.penalty)
        of_cells = np.zeros((FOLDS, cells, powers, powers + len(outcomes)))
        # Memory in one piece comes from the system in a few large pages.
        ordered = np.empty((powers + len(outcomes), draws))
        self._folds = []
        for rows, right in zip(_folds(draws), of_cells, strict=True):
            some = ordered[:, rows]
            fold = _Ordered(axes, [one.values[rows] for one in inputs], some[:powers])
            for outcome, place in zip(outcomes, some[powers:], strict=True):
                np.take(outcome[rows], fold.order, out=place, mode="clip")
            for cell, within in fold.cells:
                np.matmul(some[:powers, within], some[:, within].T, out=right[cell])
            self._folds.append(fold)
        turned = self._pieces.transpose(0, 2, 1)
        squares = turned @ of_cells[..., :powers] @ self._pieces
        places = (self._columns[:, :, np.newaxis] * number + self._columns[:, np.newaxis]).ravel()
        self.gram = np.empty((FOLDS, number, number))
        for gram, pieces in zip(self.gram, squares, strict=True):
            gram[:] = np.bincount(places, pieces.ravel(), number**2).reshape(number, number)
        self.sums = np.zeros((FOLDS, number, len(outcomes)))
        for columns, sums in zip(self._columns, (turned @ of_cells[..., powers:]).swapaxes(0, 1), strict=True):
            self.sums[:, columns] += sums

    def means(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return means of every draw by all draws, and by the other folds, each array (outcome, draw).

        Parameters
        ----------
        coefficients : array (1 + fold, spline, outcome) [unit of the outcome]
        """
        outcomes = coefficients.shape[2]
        means = np.empty((2 * outcomes, sum(len(fold.order) for fold in self._folds)))
        of_cells = (self._pieces @ coefficients[:, self._columns]).transpose(0, 1, 3, 2)
        for fold, rows, held_out in zip(self._folds, _folds(means.shape[1]), of_cells[1:], strict=True):
            both, ordered = np.concatenate([of_cells[0], held_out], axis=1), np.empty((2 * outcomes, len(fold.order)))
            for cell, some in fold.cells:
                np.matmul(both[cell], fold.powers[:, some], out=ordered[:, some])
            back = np.argsort(fold.order)
            for place, row in zip(means[:, rows], ordered, strict=True):
                np.take(row, back, out=place, mode="clip")
        return means[:outcomes], means[outcomes:]


class _Ordered:
    """Draws in the order of their cells.

    Parameters
    ----------
    axes : sequence of _Axis
    values : sequence of array (draw,)
        Of each input.
    out : array (power, draw), optional
        Where the products of their powers go.
    """

    def __init__(self, axes: Sequence[_Axis], values: Sequence[Floats], out: Floats | None = None) -> None:
        along = [axis.cells(some) for axis, some in zip(axes, values, strict=True)]
        cell = along[0].astype(np.uint16)
        for axis, other in zip(axes[1:], along[1:], strict=True):
            cell = cell * np.uint16(len(axis.edges)) + other
        self.order = np.argsort(cell, kind="stable")
        ends = np.cumsum(np.bincount(cell))
        starts = np.concatenate([[0], ends[:-1]])
        self.cells = [(int(at), slice(int(starts[at]), int(ends[at]))) for at in np.flatnonzero(starts < ends)]
        """Each cell with draws, and where they are."""
        places = zip(axes, values, along, strict=True)
        *others, last = (axis.powers(one[self.order], at[self.order]) for axis, one, at in places)
        self.powers = _products(reduce(_products, others, np.ones((1, len(cell)))), last, out)


class _Pairs:
    """Splines of each of many inputs, and a coarse tensor of each pair: sums of each fold, and means.

    The first spline of each is left out: together they are 1, which stands there once, so that no function of one
    input is held twice.

    Parameters
    ----------
    inputs : sequence of Regressor
    outcomes : array (outcome, draw) [any unit]
    """

    def __init__(self, inputs: Sequence[Regressor], outcomes: Floats) -> None:
        self._draws = outcomes.shape[1]
        alone, paired = ([one.axis(cells) for one in inputs] for cells in (_ALONE, _IN_PAIRS))
        self._alone = [(*axis.within(one.values), len(axis.penalty)) for axis, one in zip(alone, inputs, strict=True)]
        # The knots of a pair are knots of each alone, so that its splines are sums of theirs.
        self._coarse = [
            np.linalg.lstsq(fine.splines(nodes).T, coarse.splines(nodes).T)[0].T[1:]
            for fine, coarse in zip(alone, paired, strict=True)
            for nodes in [fine.nodes()]
        ]
        own, others = ([axis.penalty[1:, 1:] for axis in axes] for axes in (alone, paired))
        self.penalty = block_diag(0.0, *own, *map(_penalty, combinations(others, 2)))
        self._apart, number = 1 + sum(map(len, own)), len(self.penalty)
        self.gram, self.sums = np.zeros((FOLDS, number, number)), np.zeros((FOLDS, number, len(outcomes)))
        for fold, rows, splines in self._parts():
            self.gram[fold] += splines @ splines.T
            self.sums[fold] += splines @ outcomes[:, rows].T

    def means(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """Return means as `_Tensor.means`.

        Parameters
        ----------
        coefficients : array (1 + fold, spline, outcome) [unit of the outcome]
        """
        fitted, held_out = np.empty((2, coefficients.shape[2], self._draws))
        for fold, rows, splines in self._parts():
            fitted[:, rows] = coefficients[0].T @ splines
            held_out[:, rows] = coefficients[1 + fold].T @ splines
        return fitted, held_out

    def _parts(self) -> Iterator[tuple[int, slice, Floats]]:
        """Yield some draws at a time, each of one fold, and their splines."""
        room = np.ones((len(self.penalty), _ROWS))
        for fold, draws in enumerate(_folds(self._draws)):
            for start in range(draws.start, draws.stop, _ROWS):
                rows = slice(start, min(start + _ROWS, draws.stop))
                alone = [_spread(cell[rows], some[:, rows], number) for cell, some, number in self._alone]
                paired = [coarse @ splines for coarse, splines in zip(self._coarse, alone, strict=True)]
                splines = room[:, : rows.stop - start]
                np.concatenate([one[1:] for one in alone], out=splines[1 : self._apart])
                end = self._apart
                for left, right in combinations(paired, 2):
                    at, end = end, end + len(left) * len(right)
                    _products(left, right, splines[at:end])
                yield fold, rows, splines


def _splines(knots: Floats) -> tuple[Floats, Floats]:
    """Return the polynomials of the splines in each cell, and the penalty on their coefficients."""
    padded = np.concatenate([[knots[0]] * _DEGREE, knots, [knots[-1]] * _DEGREE])
    number = len(knots) + _DEGREE - 1
    at = knots[:-1, np.newaxis] + np.diff(knots)[:, np.newaxis] * (_NODES + 1) / 2
    pieces = np.asarray(np.linalg.solve(np.vander(_NODES, increasing=True), _values(padded, at)), dtype=np.float64)
    # Second divided differences at the places of the splines: a straight line has none, wherever the knots are.
    places = np.array([padded[index + 1 : index + 1 + _DEGREE].mean() for index in range(number)])
    places = (places - places[0]) / (places[-1] - places[0])
    bend = np.zeros((number - 2, number))
    for row in range(number - 2):
        a, b, c = places[row : row + 3]
        bend[row, row : row + 3] = 1 / ((b - a) * (c - a)), -1 / ((b - a) * (c - b)), 1 / ((c - b) * (c - a))
    return pieces, bend.T @ bend / np.square(bend).mean() / number


def _products(left: Floats, right: Floats, out: Floats | None = None) -> Floats:
    """Return the products of every row with every other, array (row, draw)."""
    place = None if out is None else out.reshape(len(left), *right.shape)
    return np.multiply(left[:, np.newaxis], right, out=place).reshape(len(left) * len(right), right.shape[1])


def _krons(left: Floats, right: Floats) -> Floats:
    """Return the Kronecker product of every matrix with every other, array (matrix, row, column)."""
    products = left[:, np.newaxis, :, np.newaxis, :, np.newaxis] * right[:, np.newaxis, :, np.newaxis]
    shape = (len(left) * len(right), left.shape[1] * right.shape[1], left.shape[2] * right.shape[2])
    return np.asarray(products.reshape(shape))


def _columns(axes: Sequence[_Axis]) -> Ints:
    """Return the splines that are not 0 in each cell of a tensor, int array (cell, piece)."""
    columns: Ints = np.zeros((1, 1), dtype=np.int64)
    for axis in axes:
        own = np.arange(len(axis.pieces))[:, np.newaxis] + np.arange(axis.pieces.shape[2])
        columns = columns[:, np.newaxis, :, np.newaxis] * len(axis.penalty) + own[:, np.newaxis]
        columns = columns.reshape(-1, columns.shape[2] * columns.shape[3])
    return columns


def _penalty(penalties: Sequence[Floats]) -> Floats:
    """Return the penalty of a tensor, the sum of those along each input, array (spline, spline)."""
    eyes = [np.eye(len(one)) for one in penalties]
    along = [[*eyes[:at], one, *eyes[at + 1 :]] for at, one in enumerate(penalties)]
    return np.asarray(sum(reduce(_krons, (one[np.newaxis] for one in each))[0] for each in along))


def _solve(
    gram: Floats, sums: Floats, penalty: Floats, outcomes: Floats, *, alike: bool = False
) -> tuple[Floats, Floats]:
    """Solve the penalised normal equations; each outcome has the penalty of least generalised cross-validation.

    Parameters
    ----------
    gram : array (fold, spline, spline) [none]
    sums : array (fold, spline, outcome) [unit of the outcome]
    penalty : array (spline, spline) [none]
    outcomes : array (outcome, draw) [unit of the outcome]
    alike : bool
        Whether all have one penalty.

    Returns
    -------
    coefficients : array (1 + fold, spline, outcome) [unit of the outcome]
        By all draws, and without each fold.
    terms : array (outcome,) [none]
    """
    whole, number = gram.sum(axis=0), len(penalty)
    scale = np.trace(whole) / number
    whole += _RIDGE * scale * np.eye(number)
    penalty = scale * penalty
    roots, vectors = eigh(penalty, whole)  # vectors.T @ whole @ vectors = 1
    within = vectors.T @ sums.sum(axis=0)
    shrunk = 1 / (1 + _PENALTIES[:, np.newaxis] * np.maximum(roots, 0))
    terms = shrunk.sum(axis=1)
    left = np.square(outcomes).sum(axis=1) - (2 * shrunk - shrunk**2) @ within**2
    score = left / np.square(1 - np.minimum(_INFLATION * terms / outcomes.shape[1], 0.99))[:, np.newaxis]
    if alike:
        score[:] = score.sum(axis=1, keepdims=True)
    chosen = score.argmin(axis=0)
    coefficients = np.empty((1 + len(gram), number, len(outcomes)))
    coefficients[0] = vectors @ (shrunk[chosen].T * within)
    others, rest = whole - gram, sums.sum(axis=0) - sums
    for at in np.unique(chosen):
        which = np.flatnonzero(chosen == at)
        for fold, (squares, right) in enumerate(zip(others, rest[:, :, which], strict=True)):
            factor = cho_factor(squares + _PENALTIES[at] * penalty, lower=True)
            coefficients[1 + fold][:, which] = cho_solve(factor, right)
    return coefficients, terms[chosen]


def _values(knots: Floats, at: Floats) -> Floats:
    """Return the splines that are not zero in each cell, at some places in it: array (cell, place, spline).

    By the recursion of de Boor (1972), Journal of Approximation Theory 6(1), 50-62, doi:10.1016/0021-9045(72)90080-9,
    as SciPy's `BSpline` does, whose import would take a tenth of the time of a run.
    """
    first, x = np.arange(len(at))[:, np.newaxis] + _DEGREE, at[:, :, np.newaxis]
    values = np.ones_like(x)
    for degree in range(1, _DEGREE + 1):
        low, high = (knots[first + np.arange(1, degree + 1) - back][:, np.newaxis] for back in (degree, 0))
        share, none = values / (high - low), np.zeros_like(x)
        falling, rising = share * (high - x), share * (x - low)
        values = np.concatenate([falling, none], axis=2) + np.concatenate([none, rising], axis=2)
    return values
