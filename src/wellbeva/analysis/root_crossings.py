"""Roots: where a result crosses zero as one number moves, for many problems side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from wellbeva.core.arrays import Floats, Ints
from wellbeva.results.deterministic import EVERYWHERE, NOWHERE

Curve = Callable[[Ints, Floats], Floats]
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
_SMALLEST: Final = float(np.finfo(np.float64).smallest_normal)
"""Result that counts as zero."""
_ABSOLUTE: Final = 4 * _SMALLEST
_RELATIVE: Final = float(4 * np.finfo(np.float64).eps)
"""A bracket narrower than this, or than this share of its better end, is a root."""
_MOST_STEPS: Final = 2046
"""Halvings from the largest number to the smallest."""


def points_together(cells: int) -> int:
    """Return how many points to evaluate together, where each holds so many numbers."""
    return max(1, min(CHUNK, CELLS // max(1, cells)))


def side_by_side(
    lanes: Ints, reads: Ints, evaluate: Callable[[Ints, Ints, Ints, Ints], Floats], *, together: int
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


def _points(lanes: Ints) -> Ints:
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
    root = np.full(len(grid), np.nan)
    places = [_bracket(*problem) for problem in zip(results, grid, start, strict=True)]
    wanted = np.array([index for index, place in enumerate(places) if place is not None], dtype=np.int64)
    if len(wanted):
        low = np.array([place for place in places if place is not None])
        ends = np.stack([low, low + 1])
        root[wanted] = _roots(curve, wanted, grid[wanted, ends], results[wanted, ends])
    reasons = ("" if place is not None else _no_crossing(results[at]) for at, place in enumerate(places))
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


def _roots(curve: Curve, problems: Ints, ends: Floats, results: Floats) -> Floats:
    """Return the root in each bracket from its ends and the results there, arrays (end, problem); NaN if none is left.

    The bits are those of SciPy's `find_root`; importing `scipy.optimize` takes longer than finding all roots of a run.
    """
    root = np.full(len(problems), np.nan)
    left = np.arange(len(problems))
    (new, other), (at_new, at_other) = ends, results
    before, at_before = other, at_other
    for step in range(_MOST_STEPS):
        nearer = np.abs(at_new) < np.abs(at_other)
        best, at_best = np.where(nearer, new, other), np.where(nearer, at_new, at_other)
        width, tolerance = np.abs(other - new), np.abs(best) * _RELATIVE + _ABSOLUTE
        zero = np.abs(at_best) <= _SMALLEST
        lost = ~zero & ((np.sign(at_new) == np.sign(at_other)) | (np.isnan(at_new) & np.isnan(at_other)))
        done = zero | lost | (width < tolerance)
        root[left[done]] = np.where(lost, np.nan, best)[done]
        if done.all():
            break
        left, new, other, before, at_new, at_other, at_before, least = (
            array[~done] for array in (left, new, other, before, at_new, at_other, at_before, 0.5 * tolerance / width)
        )
        share = _share(new, other, before, at_new, at_other, at_before) if step else 0.5
        tried = new + np.clip(share, least, 1 - least) * (other - new)
        result = curve(problems[left], tried)
        beyond = np.sign(result) == np.sign(at_new)
        before, at_before = np.where(beyond, new, other), np.where(beyond, at_new, at_other)
        other, at_other = np.where(beyond, other, new), np.where(beyond, at_other, at_new)
        new, at_new = tried, result
    return root


def _share(new: Floats, other: Floats, before: Floats, at_new: Floats, at_other: Floats, at_before: Floats) -> Floats:
    """Return how far to go into the bracket: half, or to the root of a parabola where that is safe."""
    with np.errstate(all="ignore"):
        along, up = (new - other) / (before - other), (at_new - at_other) / (at_before - at_other)
        safe = (1 - np.sqrt(1 - along) < up) & (up < np.sqrt(along))
        parabola = at_new / (at_new - at_other) * at_before / (at_before - at_other) - (before - new) / (
            other - new
        ) * at_new / (at_before - at_new) * at_other / (at_other - at_before)
    return np.where(safe, parabola, 0.5)
