"""A model as source for the compiled engine, and the data that the source reads. Nothing here needs Numba."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from wellbeva.engine.arrays.named import Floats, NamedArray, expand
from wellbeva.engine.compiled.addressing import Addressing
from wellbeva.engine.compiled.fusion import LoopSchedule, schedule
from wellbeva.engine.compiled.module_source import ModuleSource, generate
from wellbeva.engine.lanes import LANE
from wellbeva.engine.lowering.recurrences import LoopLowering
from wellbeva.engine.lowering.ssa import Array, Op, Operation, ProgramBuilder
from wellbeva.engine.targets import Target
from wellbeva.plan.plan import Plan

_CACHE: Final = 2**20
"""Bytes of scratch: half of the second cache of a usual core."""
_FIRST_CACHE: Final = 2**15
"""Bytes that a loop along time goes through for each label: they should stay in the first cache of a core."""
_NARROWEST: Final = 64
"""Draws of a pass, below which the loops around it show."""
_NARROWEST_LOOP: Final = 32
"""The same where a loop along time gains more than that (measured for a cohort: 280 ns a draw with 32, 370 with 64)."""


class Generated:
    """The source of a model.

    Parameters
    ----------
    plan : Plan
    wanted : list of Target
    fast : bool
        Allow the compiler to contract a multiplication and an addition into one rounding.

    Attributes
    ----------
    source : ModuleSource
    data : array (number,)
    element_rows : int array (cell,)
        What the source reads besides draws: certain numbers, and which row of the draws each cell of a parameter is.
    constant : mapping of target to array over its axes
    rows : mapping of target to (int, int)
        First row of each target that varies, and the one after its last; those that are one value share theirs.
    height : int
        Rows in all.
    builder : ProgramBuilder
    schedule : LoopSchedule
    """

    def __init__(self, plan: Plan, wanted: Sequence[Target], *, fast: bool = False) -> None:
        with np.errstate(all="ignore"):
            # certain parts are worked out now; what is not finite is for the run to refuse
            lowering = LoopLowering(plan)
            build = lowering.builder
            self.ids = {one.name: build.number(lowering.node(one.node)) for one in wanted}
        self.builder = build
        self.shapes = {one.name: tuple(len(plan.axes[axis]) for axis in one.axes) for one in wanted}
        self.constant: dict[str, Floats] = {}
        self.rows: dict[str, tuple[int, int]] = {}
        self.height = 0
        puts: list[Operation] = []
        shared: dict[tuple[int, tuple[str, ...]], tuple[int, int]] = {}
        for one in wanted:
            number, shape = self.ids[one.name], self.shapes[one.name]
            value = build.values[number]
            if value.constant is not None:
                held = expand(NamedArray(value.axes, value.constant), one.axes)
                self.constant[one.name] = np.array(np.broadcast_to(held, shape))
                continue
            same = (number, one.axes)
            if same not in shared:
                puts.append(Operation(Op("put", over=one.axes, index=self.height), -1, (number,), _nothing))
                first, self.height = self.height, self.height + int(np.prod(shape))
                shared[same] = (first, self.height)
            self.rows[one.name] = shared[same]
        operations = _everything(build)
        places = Addressing(plan, build, operations)
        self.schedule: LoopSchedule = schedule(build, puts, is_view=places.is_view)
        self.source: ModuleSource = generate(build, self.schedule, places, fast=fast)
        width = _width(self.source)
        if width < LANE:
            places = Addressing(plan, build, operations, width=width)
            self.source = generate(build, self.schedule, places, fast=fast)
        self.data, self.element_rows = places.data, places.rows


def _width(source: ModuleSource) -> int:
    """Return how many draws a part works on at once: what is stored for them should stay in the cache of a core."""
    width = LANE
    while width > _NARROWEST and source.height * width * 8 > _CACHE:
        width //= 2
    while width > _NARROWEST_LOOP and source.looped * width * 8 > _FIRST_CACHE:
        width //= 2
    return width


def _everything(build: ProgramBuilder) -> Sequence[Operation]:
    inner = [one for operation in build.operations if operation.loop is not None for one in operation.loop.body]
    return [*build.operations, *inner]


def _nothing(*_: Array) -> Array:
    raise AssertionError("only generated source puts values into rows")
