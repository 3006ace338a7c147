"""Running the parts of a model, lane by lane: one kernel for all models, which calls parts by their addresses.

A model's own machine code is its parts alone. A caller made for each model would link them in and optimise them a
second time, and its slices of scratch would be counted references. The driver is given its scratch, and parts of one
type (`pipeline.ENTRY`): making scratch itself and a call for each number of stored values took it twice as long to
compile (measured: 0.50 and 0.20 s).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

from wellbeva.core.aligned import aligned
from wellbeva.engine.compiled.fusion import MOST_STORED
from wellbeva.engine.compiled.jit import ENTRY
from wellbeva.engine.compiled.module_source import ModuleSource
from wellbeva.engine.lanes import LANE
from wellbeva.jit.kernel_cache import keep

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NUMBERS = types.CPointer(types.float64)
_COUNTS = types.CPointer(types.int64)
_FIRST = (types.int64, _NUMBERS, _NUMBERS, _NUMBERS, _COUNTS)
"""Types of `source.FIRST`."""
_WHOLE = ir.IntType(64)


class CompiledModel:
    """The machine code of a model's parts, and how they are called.

    Parameters
    ----------
    compiled : sequence of (dispatcher, int)
        ``PARTS`` of the generated module. They are compiled, or loaded from the disk, here.
    source : ModuleSource
    """

    def __init__(self, compiled: Sequence[tuple[Any, int]], source: ModuleSource) -> None:
        self._held = compiled
        self.addresses: Ints = np.array([_address(*one) for one in compiled], dtype=np.int64)
        self.calls: Ints = np.array(source.calls, dtype=np.int64).reshape(-1, 4)
        self.starts: Ints = np.zeros((2, len(compiled), MOST_STORED), dtype=np.int64)
        for place, rows in enumerate(source.starts):
            self.starts[:, place, : len(rows)] = np.array(rows, dtype=np.int64).reshape(-1, 2).T
        self.height, self.width, self.stride = source.height, source.width, source.stride

    def run(self, x: Floats, y: Floats, data: Floats, rows: Ints) -> None:
        """Evaluate a pack: x (lane, element, 512) into y (lane, row, 512)."""
        scratch = aligned(self.height * self.stride)
        drive(x, y, data, rows, scratch, self.addresses, self.calls, self.starts, self.width, self.stride)


def _address(dispatcher: Any, stored: int) -> int:
    """Return where the machine code of a part stands; it stays there as long as the dispatcher lives."""
    dispatcher.compile(types.void(*_FIRST, *[_NUMBERS] * stored))
    (result,) = dispatcher.overloads.values()
    address: int = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
    return address


def _written(
    _typing: Any,
    _address: Any,
    _time: Any,
    x: Any,
    y: Any,
    data: Any,
    rows: Any,
    scratch: Any,
    starts: Any,
    _row: Any,
    _x_offset: Any,
    _y_offset: Any,
    _stride: Any,
) -> tuple[Signature, Any]:
    """Write the call of a part (`pipeline.ENTRY`): of draws and targets from two offsets on, by a row of `starts`."""

    def generate(context: Any, builder: ir.IRBuilder, _signature: Signature, values: Sequence[ir.Value]) -> ir.Value:
        where, now, *arrays, row, x_offset, y_offset, stride = values
        pointers = [
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip((x, y, data, rows, scratch, starts), arrays, strict=True)
        ]
        offsets = [x_offset, y_offset, *[_whole(0)] * 3, builder.mul(row, _whole(MOST_STORED))]
        given = [builder.gep(pointer, [offset]) for pointer, offset in zip(pointers, offsets, strict=True)]
        builder.call(builder.inttoptr(where, ENTRY.as_pointer()), [now, *given, stride])
        return context.get_dummy_value()

    arrays = (x, y, data, rows, scratch, starts)
    return types.none(types.int64, types.int64, *arrays, *[types.int64] * 4), generate


_call: Any = intrinsic(_written)


def _whole(number: int) -> ir.Constant:
    return ir.Constant(_WHOLE, number)


@njit(nogil=True, error_model="numpy")
def drive(
    x: Floats,
    y: Floats,
    data: Floats,
    rows: Ints,
    scratch: Floats,
    addresses: Ints,
    calls: Ints,
    starts: Ints,
    width: int,
    stride: int,
) -> None:
    """Evaluate a pack, some draws at a time, call by call (`ModuleSource.calls`)."""
    x_lane, y_lane = x.strides[0] // 8, y.strides[0] // 8
    for lane in range(x.shape[0]):
        for first in range(0, LANE, width):
            x_offset, y_offset = lane * x_lane + first, lane * y_lane + first
            for call in range(calls.shape[0]):
                for time in range(calls[call, 2], calls[call, 3]):
                    for part in range(calls[call, 0], calls[call, 1]):
                        where, given = addresses[part], (time & 1) * addresses.size + part
                        _call(where, time, x, y, data, rows, scratch, starts, given, x_offset, y_offset, stride)


keep(globals())
