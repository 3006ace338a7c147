"""Targets as values of a program, and the rows of a pack that those have which vary."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.arrays.named import NamedArray, expand
from wellbeva.engine.lowering.lower import Lowering
from wellbeva.engine.targets import Target


class TargetRows:
    """Lowers targets, and gives rows to those that vary.

    Parameters
    ----------
    lowering : Lowering
    wanted : sequence of Target

    Attributes
    ----------
    ids : dict of target to int
        Numbers of their values.
    shapes : dict of target to tuple of int
    constant : dict of target to array over its axes
        Those that are the same in every draw.
    rows : dict of target to (int, int)
        First row of each of the others, and the one after its last; those that are one value share theirs.
    distinct : list of Target
        The first that has each of these rows.
    height : int
        Rows in all.
    """

    def __init__(self, lowering: Lowering, wanted: Sequence[Target]) -> None:
        build, axes = lowering.builder, lowering.plan.axes
        self.ids = {one.name: build.number(lowering.node(one.node)) for one in wanted}
        self.shapes = {one.name: tuple(len(axes[axis]) for axis in one.axes) for one in wanted}
        self.constant: dict[str, Floats] = {}
        self.rows: dict[str, tuple[int, int]] = {}
        self.distinct: list[Target] = []
        self.height = 0
        shared: dict[tuple[int, tuple[str, ...]], tuple[int, int]] = {}
        for one in wanted:
            value, shape = build.values[self.ids[one.name]], self.shapes[one.name]
            if value.constant is not None:
                held = expand(NamedArray(value.axes, value.constant), one.axes)
                self.constant[one.name] = np.array(np.broadcast_to(held, shape))
                continue
            same = (self.ids[one.name], one.axes)
            if same not in shared:
                first, self.height = self.height, self.height + math.prod(shape)
                shared[same] = (first, self.height)
                self.distinct.append(one)
            self.rows[one.name] = shared[same]
