"""Loops as machine code: any, and those over a function of `engine.compiled.vector` as the compiled engine has them."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from wellbeva.core.arrays import aligned
from wellbeva.engine.compiled.loop_ir import Function, Load, Name, Number, Statement, Store, call, repeat
from wellbeva.engine.compiled.model_loops import FIRST, ModelLoops, driver_of
from wellbeva.engine.compiled.model_loops import run as run_part
from wellbeva.engine.compiled.module_cache import ModelCode, Modules
from wellbeva.engine.lanes import LANE
from wellbeva.jit.object_code import compile_module


def loops_of(
    *body: Statement, starts: Sequence[int] = (), height: int = 1, width: int = LANE, fast: bool = False
) -> ModelLoops:
    """Return a model of one part, whose body is given."""
    arrays = (*FIRST, *(f"v{number}" for number in range(len(starts))))
    driver = driver_of([run_part("part_0", Number(0), [Number(one) for one in starts])])
    return ModelLoops((Function("part_0", ("time",), arrays, body),), driver, height, width, fast=fast)


def code_of(loops: ModelLoops) -> ModelCode:
    modules = Modules(loops)
    return ModelCode([compile_module(one, modules.target) for one in modules.texts], modules.target)


def run(
    loops: ModelLoops, x: np.ndarray, y: np.ndarray, *, data: Sequence[float] = (), rows: Sequence[int] = ()
) -> None:
    """Evaluate lanes x (lane, row, 512) into y (lane, row, 512)."""
    run_code(code_of(loops), loops, x, y, data=data, rows=rows)


def run_code(
    code: ModelCode,
    loops: ModelLoops,
    x: np.ndarray,
    y: np.ndarray,
    *,
    data: Sequence[float] = (),
    rows: Sequence[int] = (),
) -> None:
    numbers, counts = np.array([*data, 0.0]), np.array([*rows, 0], dtype=np.int64)
    scratch = aligned(loops.height * loops.stride)
    given = [one.ctypes.data for one in (x, y, numbers, counts, scratch)]
    code.run(len(x), x.strides[0] // 8, y.strides[0] // 8, *given)


def loop(name: str, count: int, *, fast: bool = False) -> ModelLoops:
    """Return ``y[d] = name(x[d], ...)``, whose `count` arguments are rows of draws."""
    d = Name("d")
    given = [Load("x", Number(row * LANE) + d) for row in range(count)]
    return loops_of(repeat("d", LANE, Store("y", d, call(name, *given))), fast=fast)


@cache
def _compiled(name: str, count: int, *, fast: bool) -> tuple[ModelLoops, ModelCode]:
    loops = loop(name, count, fast=fast)
    return loops, code_of(loops)


def evaluate(name, *arrays, fast=False):
    """Return what the function gives in a compiled loop over the arrays, broadcast together."""
    arrays = np.broadcast_arrays(*(np.asarray(array, dtype=np.float64) for array in arrays))
    size, lanes = arrays[0].size, -(-arrays[0].size // LANE)
    x, y = np.ones((lanes, len(arrays), LANE)), np.empty((lanes, 1, LANE))
    for row, array in enumerate(arrays):
        filled = np.ones(lanes * LANE)
        filled[:size] = array.ravel()
        x[:, row] = filled.reshape(lanes, LANE)
    loops, code = _compiled(name, len(arrays), fast=fast)
    run_code(code, loops, x, y)
    return y.ravel()[:size].reshape(arrays[0].shape)


def same_bits(got, expected):
    """Assert equality to the bit, any nan being the same."""
    got, expected = np.asarray(got), np.asarray(expected)
    assert np.array_equal(np.isnan(got), np.isnan(expected))
    numbers = ~np.isnan(got)
    assert np.array_equal(got[numbers].view(np.int64), expected[numbers].view(np.int64))
