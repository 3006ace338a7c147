"""Loops over the functions of `engine.vector`, as the compiled engine writes them."""

from functools import cache

import numpy as np
from numba import njit

from wellbeva.engine.compiled import vector
from wellbeva.jit.noalias import NoAlias

LANE = 512


@cache
def loop(name, count, fast=False):
    """Compile ``out[i, d] = name(x[i, d], ...)`` with `count` arguments, as `--fast` contracts it or not."""
    given = "xyz"[:count]
    source = (
        f"def rows({', '.join(given)}, out):\n    for i in range(out.shape[0]):\n        for d in range({LANE}):\n"
        f"            out[i, d] = function({', '.join(f'{array}[i, d]' for array in given)})\n"
    )
    names = {"function": getattr(vector, name)}
    exec(source, names)
    return njit(nogil=True, error_model="numpy", pipeline_class=NoAlias, fastmath={"contract"} if fast else False)(
        names["rows"]
    )


def in_rows(array):
    """Lay an array of any length out in rows of a lane, filled up with ones."""
    rows = np.ones((-(-array.size // LANE), LANE))
    rows.ravel()[: array.size] = array.ravel()
    return rows


def evaluate(name, *arrays, fast=False):
    """Return what the function gives in a compiled loop over the arrays, broadcast together."""
    arrays = np.broadcast_arrays(*(np.asarray(array, dtype=np.float64) for array in arrays))
    rows = [in_rows(array) for array in arrays]
    out = np.empty_like(rows[0])
    loop(name, len(rows), fast)(*rows, out)
    return out.ravel()[: arrays[0].size].reshape(arrays[0].shape)


def same_bits(got, expected):
    """Assert equality to the bit, any nan being the same."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert np.array_equal(np.isnan(got), np.isnan(expected))
    numbers = ~np.isnan(got)
    assert np.array_equal(got[numbers].view(np.int64), expected[numbers].view(np.int64))
