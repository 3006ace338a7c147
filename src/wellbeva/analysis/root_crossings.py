"""Roots: where a result crosses zero as one number moves, for many problems side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wellbeva.engine.reductions.result import Floats
from wellbeva.results.deterministic import EVERYWHERE, NOWHERE

Indices = npt.NDArray[np.int64]
Curve = Callable[[Indices, Floats], Floats]
"""From problem (point,) and value (point,) to result (point,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """One entry a problem.

    Parameters
    ----------
    root : array (problem,) [unit of the value]
        NaN where the result does not cross zero on the grid.
    results : array (problem, grid) [unit of the result]
        The result at each grid value.
    reason : tuple of str
        Empty with a root; else ``always`` (above zero throughout), ``never`` (below), ``flat`` (zero throughout),
        ``undefined`` (no finite result).
    """

    root: Floats
    results: Floats
    reason: tuple[str, ...]


CHUNK = 64
"""Points evaluated together, at most."""
CELLS = 1 << 24
"""Numbers held at once while points are evaluated, about; bounds the memory."""


def points_together(cells: int) -> int:
    """Return how many points to evaluate together, where each holds so many numbers."""
    return max(1, min(CHUNK, CELLS // max(1, cells)))


def side_by_side(
    lanes: Indices, reads: Indices, evaluate: Callable[[Indices, Indices, Indices, Indices], Floats], *, together: int
) -> Floats:
    """Evaluate many changes of a plan, as many in one point as do not meet.

    Parameters
    ----------
    lanes : array (change,)
        The option that a change reaches alone; `EVERYWHERE` if it reaches several, `NOWHERE` if none.
    reads : array (result,)
        The change under which each result is read.
    evaluate : callable of (changes, their points, results, their points)
        Returns these results; points count from 0.
    together : int
        Points evaluated at once.

    Returns
    -------
    array (result,)
    """
    point = _points(lanes)
    found = np.full(len(reads), np.nan)
    for begin in range(0, int(point.max(initial=-1)) + 1, together):
        changes = np.flatnonzero((point >= begin) & (point < begin + together))
        at = point[reads]
        results = np.flatnonzero((at >= begin) & (at < begin + together))
        found[results] = evaluate(changes, point[changes] - begin, results, at[results] - begin)
    return found


def _points(lanes: Indices) -> Indices:
    """Return the point of each change: no two of one lane meet, and what reaches everything stands alone."""
    order = np.argsort(lanes, kind="stable")
    _, first, counts = np.unique(lanes[order], return_index=True, return_counts=True)
    point = np.empty(len(lanes), dtype=np.int64)
    point[order] = np.arange(len(lanes)) - np.repeat(first, counts)
    point[lanes == NOWHERE] = 0
    alone = lanes == EVERYWHERE
    point[alone] += int(point[~alone].max(initial=-1)) + 1
    return point


def crossings(curve: Curve, grid: Floats, start: Floats, *, results: Floats) -> Crossings:
    """Find the crossing nearest to where each problem starts.

    Parameters
    ----------
    curve : callable
    grid : array (problem, grid) [unit of the value]
        Rising values at which crossings are looked for; two crossings between neighbours go unseen.
    start : array (problem,) [unit of the value]
        Value from which steps of the grid are counted to find the nearest crossing.
    results : array (problem, grid) [unit of the result]
        The curve on the grid.

    Returns
    -------
    Crossings
        Roots to the rounding of the values, found by Chandrupatla's method inside the bracket.

    References
    ----------
    Chandrupatla (1997), Advances in Engineering Software 28(3), 145-149. doi:10.1016/S0965-9978(96)00051-8
    """
    problems = len(grid)
    root = np.full(problems, np.nan)
    low, high = np.full(problems, np.nan), np.full(problems, np.nan)
    reasons = []
    for index in range(problems):
        place = _bracket(results[index], grid[index], start[index])
        if place is None:
            reasons.append(_no_crossing(results[index]))
        else:
            low[index], high[index] = grid[index, place], grid[index, place + 1]
            reasons.append("")
    wanted = np.flatnonzero(np.isfinite(low))
    if len(wanted):
        root[wanted] = _roots(curve, wanted, low[wanted], high[wanted])
    return Crossings(root, results, tuple(reasons))


def _bracket(results: Floats, grid: Floats, start: float) -> int | None:
    """Index of the grid step nearest to `start` across which the sign changes."""
    sign = np.sign(results)
    finite = np.isfinite(results)
    changes = np.flatnonzero((sign[:-1] != sign[1:]) & finite[:-1] & finite[1:])
    if not len(changes):
        return None
    home = float(np.interp(start, grid, np.arange(len(grid))))
    away = np.maximum(np.maximum(changes - home, home - (changes + 1)), 0.0)
    return int(changes[np.argmin(away)])


def _no_crossing(results: Floats) -> str:
    finite = results[np.isfinite(results)]
    if not len(finite):
        return "undefined"
    if np.all(finite == 0):
        return "flat"
    return "always" if finite[0] > 0 else "never"


def _roots(curve: Curve, problems: Indices, low: Floats, high: Floats) -> Floats:
    from scipy.optimize.elementwise import find_root

    def function(value: Floats, problem: Floats) -> Floats:
        number = np.asarray(problem).astype(np.int64).reshape(-1)
        return curve(number, np.reshape(value, -1)).reshape(np.shape(value))

    found = find_root(function, (low, high), args=(problems.astype(np.float64),))
    return np.asarray(found.x, dtype=np.float64)
