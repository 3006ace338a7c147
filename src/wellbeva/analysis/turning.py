"""Where a result crosses nought as one number moves: many such problems side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wellbeva.engine.outcome import Floats

Indices = npt.NDArray[np.int64]
Curve = Callable[[Indices, Floats], Floats]
"""From problem (point,) and value (point,) to result (point,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """One entry a problem.

    Parameters
    ----------
    root : array (problem,)
        NaN where the result does not cross nought on the grid.
    results : array (problem, grid)
        The result at each grid value.
    reason : tuple of str
        Empty with a root; else ``always`` (above nought throughout), ``never`` (below), ``flat`` (nought throughout),
        ``undefined`` (no finite result).
    """

    root: Floats
    results: Floats
    reason: tuple[str, ...]


CHUNK = 64
"""Points evaluated together; bounds the memory."""


def in_chunks(curve: Curve, problems: Indices, values: Floats) -> Floats:
    """Evaluate a curve, at most `CHUNK` points at a time."""
    starts = range(0, len(values), CHUNK)
    return np.concatenate([curve(problems[one : one + CHUNK], values[one : one + CHUNK]) for one in starts])


def crossings(curve: Curve, grid: Floats, start: Floats, *, results: Floats | None = None) -> Crossings:
    """Find the crossing nearest to where each problem starts.

    Parameters
    ----------
    curve : callable
    grid : array (problem, grid)
        Rising values at which crossings are looked for; two crossings between neighbours go unseen.
    start : array (problem,)
        Value from which "nearest" counts, in steps of the grid.
    results : array (problem, grid), optional
        The curve on the grid, where the caller has it already.

    Returns
    -------
    Crossings
        Roots to the rounding of the values, found by Chandrupatla's method inside the bracket.

    References
    ----------
    Chandrupatla (1997), Advances in Engineering Software 28(3), 145-149. doi:10.1016/S0965-9978(96)00051-8
    """
    problems, points = grid.shape
    if results is None:
        number = np.repeat(np.arange(problems), points)
        results = in_chunks(curve, number, grid.reshape(-1)).reshape(grid.shape)
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
        return in_chunks(curve, number, np.reshape(value, -1)).reshape(np.shape(value))

    found = find_root(function, (low, high), args=(problems.astype(np.float64),))
    return np.asarray(found.x, dtype=np.float64)
