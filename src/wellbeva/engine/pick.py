"""Which label a value picks: an index for labels, the highest rung not above it on ladders and on time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wellbeva.core.axes import Axis

Floats = npt.NDArray[np.float64]

SLACK = 1e-9
"""Relative slack of a rung: ``start_age + t`` in months must reach the rung it names, whatever its last bits."""


def lookup(axis: Axis, by: Floats, *, is_label: bool) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return the index along the axis that each value picks, and where it picks none.

    Parameters
    ----------
    axis : Axis
        With rungs: the highest rung not above the value. Without, or if `is_label`: the value is the index.
    by : array

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
