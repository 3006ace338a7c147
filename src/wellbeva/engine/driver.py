"""Running the parts of a model, lane by lane: one kernel for all models, which calls parts by their addresses.

A model's own machine code is its parts alone. A caller made for each model would link them in and optimise them a
second time, and its slices of scratch would be counted references: it took half of the time that a model compiled
(measured: 10 of 22 s for 240 equations).
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

from wellbeva.engine.reduce import LANE
from wellbeva.engine.schedule import MOST_STORED
from wellbeva.engine.source import Source
from wellbeva.sampling.kernels import keep

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NUMBERS = types.CPointer(types.float64)
_COUNTS = types.CPointer(types.int64)
_FIRST = (types.int64, _NUMBERS, _NUMBERS, _NUMBERS, _COUNTS)
"""Types of `source.FIRST`."""


class Parts:
    """The machine code of a model's parts, and how they are called.

    Parameters
    ----------
    compiled : sequence of (dispatcher, int)
        ``PARTS`` of the generated module. They are compiled, or loaded from the disk, here.
    source : Source
    """

    def __init__(self, compiled: Sequence[tuple[Any, int]], source: Source) -> None:
        self._held = compiled
        self.addresses: Ints = np.array([_address(*one) for one in compiled], dtype=np.int64)
        self.calls: Ints = np.array(source.calls, dtype=np.int64).reshape(-1, 4)
        self.counts: Ints = np.array([len(one) for one in source.starts], dtype=np.int64)
        if self.counts.max(initial=0) > MOST_STORED:
            raise AssertionError(f"a part is given at most {MOST_STORED} stored values, not {self.counts.max()}")
        self.starts: Ints = np.zeros((2, len(compiled), MOST_STORED), dtype=np.int64)
        for place, rows in enumerate(source.starts):
            self.starts[:, place, : len(rows)] = np.array(rows, dtype=np.int64).reshape(-1, 2).T
        self.height, self.width, self.stride = source.height, source.width, source.stride

    def run(self, x: Floats, y: Floats, data: Floats, rows: Ints) -> None:
        """Evaluate a pack: x (lane, element, 512) into y (lane, row, 512)."""
        size = (self.height, self.width, self.stride)
        drive(x, y, data, rows, self.addresses, self.calls, self.counts, self.starts, *size)


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
    _count: Any,
    _first: Any,
    _width: Any,
) -> tuple[Signature, Any]:
    """Write the call of a part, from draw `_first` of the lane on.

    It is given pointers to the `_count` rows of scratch that `starts` names, each `_width` draws long.
    """

    def generate(context: Any, builder: ir.IRBuilder, _signature: Signature, values: Sequence[ir.Value]) -> ir.Value:
        where, now, *arrays, number, offset, wide = values
        pointers = [
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip((x, y, data, rows, scratch, starts), arrays, strict=True)
        ]
        draws, targets = (builder.gep(one, [offset]) for one in pointers[:2])
        given_first, (base, places) = [now, draws, targets, *pointers[2:4]], pointers[4:]
        # all that there may be, before the choice: it keeps each of the 65 calls short
        rows_of = [
            builder.gep(base, [builder.mul(builder.load(builder.gep(places, [_whole(k)])), wide)])
            for k in range(MOST_STORED)
        ]
        done = builder.append_basic_block("done")
        choice = builder.switch(number, done)
        failed = [(context.get_constant(types.boolean, False), builder.block)]
        for stored in range(MOST_STORED + 1):
            block = builder.append_basic_block(f"with_{stored}")
            choice.add_case(stored, block)
            builder.position_at_end(block)
            taken = (*_FIRST, *[_NUMBERS] * stored)
            kind = context.call_conv.get_function_type(types.none, taken)
            function = builder.inttoptr(where, kind.as_pointer())
            given = [*given_first, *rows_of[:stored]]
            status, _ = context.call_conv.call_function(builder, function, types.none, taken, given)
            failed.append((status.is_error, builder.block))
            builder.branch(done)
        builder.position_at_end(done)
        result = builder.phi(ir.IntType(1))
        for value, block in failed:
            result.add_incoming(value, block)
        return result

    arrays = (x, y, data, rows, scratch, starts)
    return types.boolean(types.int64, types.int64, *arrays, types.int64, types.int64, types.int64), generate


_call: Any = intrinsic(_written)


def _whole(number: int) -> ir.Constant:
    return ir.Constant(ir.IntType(64), number)


@njit(nogil=True, error_model="numpy")
def drive(
    x: Floats,
    y: Floats,
    data: Floats,
    rows: Ints,
    addresses: Ints,
    calls: Ints,
    counts: Ints,
    starts: Ints,
    height: int,
    width: int,
    stride: int,
) -> None:
    """Evaluate a pack, some draws at a time, call by call (`Source.calls`)."""
    # A vector of eight numbers that lies across two lines of the cache takes twice as long.
    room = np.empty(height * stride + 7)
    scratch = room[(-(room.ctypes.data // 8)) % 8 :]
    for lane in range(x.shape[0]):
        for first in range(0, LANE, width):
            for call in range(calls.shape[0]):
                for time in range(calls[call, 2], calls[call, 3]):
                    for part in range(calls[call, 0], calls[call, 1]):
                        where, stored = addresses[part], counts[part]
                        given = starts[time & 1, part]
                        _call(where, time, x[lane], y[lane], data, rows, scratch, given, stored, first, stride)


keep(globals())
