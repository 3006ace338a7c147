"""A model as loops for the compiled engine, and the data that they read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from math import prod
from typing import Literal

import numpy as np

from wellbeva.engine.compiled.addressing import Addressing
from wellbeva.engine.compiled.fusion import VIEWS, LoopSchedule, needed, schedule
from wellbeva.engine.compiled.model_loops import ModelLoops, generate
from wellbeva.engine.lowering.recurrences import LoopLowering
from wellbeva.engine.lowering.ssa import DRAWS, Op, Operation, ProgramBuilder, only_loops
from wellbeva.engine.lowering.target_rows import TargetRows
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
    part : {"", "along", "totals", "rest"}
        Loops of a part alone: those that put into their rows what is left of time once it is summed (or its labels are
        read), in place of the targets; or all after them, which read such rows behind those of the elements.
    only : collection of str
        Targets that the loops put into their rows, which stay those of all; all of them if none is named.
    weights : collection of str
        Parameters. What totals read along time and these do not change, parts leave to one more, ``along``, whose rows
        are behind those of totals.

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
        part: Literal["", "along", "totals", "rest"] = "",
        only: Collection[str] = (),
        weights: Collection[str] = (),
    ) -> None:
        with np.errstate(all="ignore"):
            # certain parts are worked out now; what is not finite is for the run to refuse
            lowering = LoopLowering(plan)
            made = TargetRows(lowering, wanted)
        self.builder = build = lowering.builder
        self.ids, self.shapes, self.constant = made.ids, made.shapes, made.constant
        self.rows, self.height = made.rows, made.height
        puts = [
            Operation(Op("put", over=one.axes, index=made.rows[one.name][0]), -1, (made.ids[one.name],), only_loops)
            for one in made.distinct
        ]
        if part:
            totals, rest = _parted(build, puts, len(plan.elements), _totals(build))
            behind = len(plan.elements) + _rows(build, totals)
            along, weighted = _parted(build, totals, behind, _unweighted(build, weights))
            parts = {"along": (along, build.operations), "totals": (totals, weighted), "rest": (puts, rest)}
            puts, build.operations = parts[part]
            if part != "rest":
                self.rows, self.height = {}, _rows(build, puts)
        inner = [one for operation in build.operations if operation.loop is not None for one in operation.loop.body]
        if only:
            self.rows = {name: rows for name, rows in self.rows.items() if name in only}
            firsts = {first for first, _ in self.rows.values()}
            puts = [one for one in puts if one.step.index in firsts]
        self.operations = [*build.operations, *inner]
        places = Addressing(plan, build, self.operations, chosen=chosen)
        self.schedule: LoopSchedule = schedule(build, puts, is_view=places.is_view)
        self.loops: ModelLoops = generate(build, self.schedule, places, fast=fast)
        self.data, self.element_rows = places.data, places.rows


def _along_time(build: ProgramBuilder, number: int) -> bool:
    return "time" in build.values[number].axes


def _totals(build: ProgramBuilder) -> set[int]:
    """Return what is left of time once it is summed, or its labels are read."""
    return {
        one.target
        for one in build.operations
        if not _along_time(build, one.target) and any(_along_time(build, number) for number in one.operands)
    }


def _unweighted(build: ProgramBuilder, weights: Collection[str]) -> set[int]:
    """Return values along time that do not depend on some parameters, and that what does reads; none of recurrences."""
    weighted, repeated, read = set[int](), set[int](), set[int]()
    for one in build.operations:
        weighs = one.step.kind == "parameter" and one.step.name in weights
        targets = one.loop.stacks if one.loop is not None else (one.target,)
        if weighs or not weighted.isdisjoint(one.operands):
            weighted.update(targets)
        if one.loop is not None or not repeated.isdisjoint(one.operands):
            repeated.update(targets)
    for one in reversed(build.operations):
        if one.target in weighted or (one.target in read and one.step.kind in VIEWS):
            read.update(one.operands)
    made = {one.target for one in build.operations if one.step.kind not in {"parameter", *VIEWS}}
    return {number for number in (read & made) - weighted - repeated if _along_time(build, number)}


def _rows(build: ProgramBuilder, puts: Sequence[Operation]) -> int:
    return sum(prod(build.lengths[axis] for axis in one.step.over) for one in puts)


def _parted(
    build: ProgramBuilder, puts: Sequence[Operation], first: int, wanted: Collection[int]
) -> tuple[list[Operation], list[Operation]]:
    """Return what puts some values into rows, and all operations, with the values read from rows of the draws.

    Parameters
    ----------
    build : ProgramBuilder
    puts : sequence of Operation
        What is read at the end.
    first : int
        Row of the draws in which the first value is.
    wanted : collection of int
        The values, but for truth values.
    """

    def is_kept(one: Operation) -> bool:
        return one.target in wanted and not build.values[one.target].flag

    held = [replace(one, step=Op("kept"), operands=(DRAWS,)) if is_kept(one) else one for one in build.operations]
    kept: list[Operation] = []
    row = first
    for one in needed([*held, *puts]):
        if one.step.kind == "kept":
            value = build.values[one.target]
            kept.append(Operation(Op("put", over=value.axes, index=row - first), -1, (one.target,), only_loops))
            one.step = Op("kept", index=row)
            row = first + _rows(build, kept)
    return kept, held
