"""A model as loops for the compiled engine, and the data that they read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from wellbeva.engine.arrays.named import Floats, NamedArray, expand
from wellbeva.engine.compiled.addressing import Addressing
from wellbeva.engine.compiled.fusion import LoopSchedule, needed, schedule
from wellbeva.engine.compiled.model_loops import ModelLoops, generate
from wellbeva.engine.lowering.recurrences import LoopLowering
from wellbeva.engine.lowering.ssa import DRAWS, Array, Op, Operation, ProgramBuilder
from wellbeva.engine.targets import Target
from wellbeva.plan.plan import Plan


class Generated:
    """The loops of a model.

    Parameters
    ----------
    plan : Plan
    wanted : list of Target
    fast : bool
        Allow the compiler to contract a multiplication and an addition into one rounding.
    chosen : str
        An axis along which loops take only the labels of a list (`Addressing`). The others' rows stay as they were, and
        are right as long as nothing is worked out of several labels.
    totals : {"", "put", "read"}
        Loops of a part: those that put into their rows what is left of time once it is summed (or its labels are read),
        in place of the targets; or all others, which read such rows behind those of the elements.

    Attributes
    ----------
    loops : ModelLoops
    data : array (number,)
    element_rows : int array (cell,)
        What the loops read besides draws: certain numbers, and which row of the draws each cell of a parameter is.
    constant : mapping of target to array over its axes
    rows : mapping of target to (int, int)
        First row of each target that varies, and the one after its last; those that are one value share theirs.
    height : int
        Rows in all.
    builder : ProgramBuilder
    operations : list of Operation
        All, those in loops along time among them.
    schedule : LoopSchedule
    """

    def __init__(
        self,
        plan: Plan,
        wanted: Sequence[Target],
        *,
        fast: bool = False,
        chosen: str = "",
        totals: Literal["", "put", "read"] = "",
    ) -> None:
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
        if totals:
            kept, rest = _parted(build, puts, len(plan.elements))
            if totals == "read":
                build.operations = rest
            else:
                puts, self.rows, self.height = kept, {}, sum(build.values[one.operands[0]].cells for one in kept)
        inner = [one for operation in build.operations if operation.loop is not None for one in operation.loop.body]
        self.operations = [*build.operations, *inner]
        places = Addressing(plan, build, self.operations, chosen=chosen)
        self.schedule: LoopSchedule = schedule(build, puts, is_view=places.is_view)
        self.loops: ModelLoops = generate(build, self.schedule, places, fast=fast)
        self.data, self.element_rows = places.data, places.rows


def _parted(build: ProgramBuilder, puts: Sequence[Operation], first: int) -> tuple[list[Operation], list[Operation]]:
    """Return what puts totals along time into rows, and all operations, with the totals read from rows of the draws.

    Parameters
    ----------
    build : ProgramBuilder
    puts : sequence of Operation
        What is read at the end.
    first : int
        Row of the draws in which the first total is.
    """

    def along_time(number: int) -> bool:
        return "time" in build.values[number].axes

    def is_total(one: Operation) -> bool:
        flag = build.values[one.target].flag
        return not flag and not along_time(one.target) and any(map(along_time, one.operands))

    held = [replace(one, step=Op("kept"), operands=(DRAWS,)) if is_total(one) else one for one in build.operations]
    kept: list[Operation] = []
    row = 0
    for one in needed([*held, *puts]):
        if one.step.kind == "kept":
            value = build.values[one.target]
            kept.append(Operation(Op("put", over=value.axes, index=row), -1, (one.target,), _nothing))
            one.step = Op("kept", index=first + row)
            row += value.cells
    return kept, held


def _nothing(*_: Array) -> Array:
    raise AssertionError("only loops put values into rows")
