"""The label that a value picks: by index for labels, the highest rung not above it on ladders and on time.

`between` serves ``interp``: the two rungs around a value.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Flags, Floats
from wellbeva.core.axes import Axis
from wellbeva.language.ir import SLACK


def between(axis: Axis, by: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return the lower of the two rungs that each value lies between, and how far it is on the way to the upper one.

    Parameters
    ----------
    axis : Axis
        A ladder or time.
    by : array [unit of the rungs]

    Returns
    -------
    rows : int array like `by`
        Index of the lower rung; the last but one at most, 0 where the axis has one rung alone.
    way : array like `by`
        Between 0 and 1; 0 below the first rung and 1 above the last; NaN where the value is.
    """
    rungs = np.asarray(axis.rungs)
    if len(rungs) == 1:
        return np.zeros(by.shape, dtype=np.intp), np.where(np.isnan(by), np.nan, 0.0)
    rows = np.clip(np.searchsorted(rungs, by, side="right") - 1, 0, len(rungs) - 2)  # NaN sorts last
    way = (by - rungs[rows]) / (rungs[rows + 1] - rungs[rows])
    return rows, np.asarray(np.minimum(np.maximum(way, 0.0), 1.0))


def lookup(axis: Axis, by: Floats, *, is_label: bool) -> tuple[npt.NDArray[np.intp], Flags]:
    """Return the index along the axis that each value picks, and where it picks none.

    Parameters
    ----------
    axis : Axis
        With rungs: the highest rung not above the value. Without, or if `is_label`: the value is the index.
    by : array [unit of the rungs; an index has none]
    is_label : bool
        Whether values are indices of labels, though the axis has rungs.

    Returns
    -------
    rows : int array like `by`
        0 where nothing is picked.
    beyond : bool array like `by`
        Below the lowest rung, no such label, or not a finite number.
    """
    if axis.rungs and not is_label:
        rungs = np.asarray(axis.rungs)
        rows = np.searchsorted(rungs - SLACK * np.maximum(1.0, np.abs(rungs)), by, side="right") - 1
    else:
        rows = np.where(np.isfinite(by), by, -1.0).astype(np.intp)
    beyond = (rows < 0) | (rows >= len(axis)) | ~np.isfinite(by)
    return np.where(beyond, 0, rows), beyond
