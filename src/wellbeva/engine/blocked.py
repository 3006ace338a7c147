"""The blocked engine: a list of NumPy operations over blocks of draws that fit the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.lowering.lower import Lowering
from wellbeva.engine.lowering.ssa import DRAWS, Array, Operation, ProgramBuilder, finish
from wellbeva.engine.lowering.target_rows import TargetRows
from wellbeva.engine.targets import Target, copy_rows, row_draws
from wellbeva.plan.plan import Plan


class Blocked:
    """Evaluates the targets of a plan over blocks of draws (an `engine.targets.Evaluator`).

    Nothing changes after it is built, so threads may share it.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Target

    Attributes
    ----------
    operations : list of Operation
    work : int
        Cells that all operations go through on one draw.
    cells : int
        Of the targets that vary.
    """

    def __init__(self, plan: Plan, wanted: Sequence[Target]) -> None:
        lowering = Lowering(plan)
        build = lowering.builder
        made = TargetRows(lowering, wanted)
        self.constant, self.rows, self.height = made.constant, made.rows, made.height
        self._ids, self._shapes = made.ids, made.shapes
        self._names = [one.name for one in made.distinct]
        self._where = {
            one.name: build.index(self._ids[one.name], one.axes, draw=build.varies(self._ids[one.name]))
            for one in wanted
        }
        self.operations = finish(build, [self._ids[name] for name in self.rows])
        self._start: list[Array | None] = [value.constant for value in build.values]
        self.work = sum(_cells(build, operation) for operation in self.operations if not operation.view)
        self.cells = sum(stop - first for first, stop in self.rows.values())
        self.width = max((build.values[operation.target].cells for operation in self.operations), default=1)

    def fill(self, x: Floats, y: Floats) -> None:
        """Evaluate the targets that vary.

        Parameters
        ----------
        x, y
            As `targets.Evaluator.fill`.
        """
        for name, values in self._evaluate(row_draws(x), self._names):
            copy_rows(values, y[:, slice(*self.rows[name])])

    def block(self, draws: Floats) -> dict[str, Floats]:
        """Evaluate the targets that vary.

        Parameters
        ----------
        draws : array (element, draw) [unit of each element]

        Returns
        -------
        dict of target to array (*axes, draw) [unit of each target]
            C-contiguous.
        """
        return {name: np.ascontiguousarray(values) for name, values in self._evaluate(draws, self.rows)}

    def _evaluate(self, draws: Floats, names: Iterable[str]) -> Iterator[tuple[str, Floats]]:
        """Give the values of targets, array (*axes, draw)."""
        values: list[Array | None] = list(self._start)
        values[DRAWS] = draws
        for operation in self.operations:
            arrays = [values[number] for number in operation.operands]
            if operation.over >= 0 and operation.ufunc is not None:
                values[operation.target] = operation.compute(*arrays, out=arrays[operation.over])
            else:
                values[operation.target] = operation.compute(*arrays)
            for number in operation.dead:
                values[number] = None
        for name in names:
            held = np.asarray(values[self._ids[name]])[self._where[name]]
            yield name, np.broadcast_to(held, (*self._shapes[name], draws.shape[1]))


def _cells(build: ProgramBuilder, operation: Operation) -> int:
    """Return the cells that an operation goes through on one draw: those of its widest operand, or of its result."""
    values = (build.values[number] for number in operation.operands if number != DRAWS)
    widest = max((value.cells for value in values if value.constant is None), default=1)
    return max(widest, build.values[operation.target].cells)
