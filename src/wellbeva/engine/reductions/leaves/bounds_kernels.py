"""The kernel that looks for draws outside the limits of their inputs: the twin of `bounds.InputBounds.strays`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from wellbeva.jit.kernel_cache import keep
from wellbeva.jit.noalias import NoAlias

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_kernel = njit(nogil=True, error_model="numpy", pipeline_class=NoAlias)


@_kernel
def out_of_bounds(x: Floats, rows: Ints, lows: Floats, highs: Floats, sizes: Ints, found: Flags) -> bool:
    """Say in which lanes a draw is outside a limit, and whether any is.

    Parameters
    ----------
    x : array (lane, element, 512)
    rows : int array (limit,)
        Elements.
    lows, highs : array (limit,)
        A draw beyond them is outside.
    sizes : int array (lane,)
    found : bool array (lane,)
        Filled.
    """
    some = False
    for lane in range(sizes.shape[0]):
        stray = False
        for limit in range(rows.shape[0]):
            draws, low, high = x[lane, rows[limit]], lows[limit], highs[limit]
            for j in range(sizes[lane]):
                stray |= (draws[j] < low) | (draws[j] > high)
        found[lane] = stray
        some |= stray
    return some


keep(globals())
