"""Structural zeros: cells known to be 0 in every draw, such as transitions between states that nobody can make.

A matrix of transitions is mostly zeros; a product with one is zero and need not be made. A zero is known where
it is written (a certain number, a condition that is certain), never by looking at draws.
"""

from __future__ import annotations

import functools

import numpy as np

from wellbeva.core.arrays import Flags
from wellbeva.engine.lowering.ssa import Operation, ProgramBuilder


class StructuralZeros:
    """Finds the structural zeros of values.

    Parameters
    ----------
    builder : ProgramBuilder
    """

    def __init__(self, builder: ProgramBuilder) -> None:
        self.builder = builder
        self._found: dict[int, Flags] = {}

    def of(self, number: int) -> Flags:
        """Return which cells of a value are zero, bool array over its axes."""
        if number not in self._found:
            self._found[number] = self._look(number)
        return self._found[number]

    def moves(self, number: int) -> Flags:
        """Return which moves nobody makes, whatever the other axes say, bool array (state, to)."""
        axes = self.builder.values[number].axes
        labels = ("state", "to")
        others = tuple(place for place, axis in enumerate(axes) if axis not in labels)
        zeros = np.asarray(self.of(number).all(axis=others))
        present = [axis for axis in axes if axis in labels]
        index = tuple(slice(None) if axis in present else None for axis in labels)
        return np.broadcast_to(zeros[index], tuple(self.builder.lengths[axis] for axis in labels))

    def _look(self, number: int) -> Flags:
        value = self.builder.values[number]
        if value.constant is not None:
            return np.asarray(value.constant == 0)
        shape = tuple(self.builder.lengths[axis] for axis in value.axes)
        made = self.builder.made.get(number)
        zeros = None if made is None or value.flag else self._made(made)
        return np.zeros(shape, dtype=bool) if zeros is None else np.array(np.broadcast_to(zeros, shape))

    def _made(self, operation: Operation) -> Flags | None:
        """Return the zeros of what an operation makes; None where none is known."""
        step, axes = operation.step, self.builder.values[operation.target].axes
        if step.kind not in ("elementwise", "spread"):
            return None
        name = step.name if step.kind == "elementwise" else "spread"
        match name:
            case "add" | "sub" | "neg" | "spread":
                return functools.reduce(np.logical_and, [self._over(operand, axes) for operand in operation.operands])
            case "mul":
                return functools.reduce(np.logical_or, [self._over(operand, axes) for operand in operation.operands])
            case "where":
                return self._chosen(operation.operands, axes)
            case _:
                return None

    def _chosen(self, ids: tuple[int, ...], axes: tuple[str, ...]) -> Flags:
        condition = self.builder.values[ids[0]].constant
        yes, no = (self._over(branch, axes) for branch in ids[1:])
        if condition is None:
            return yes & no
        true = np.asarray(condition != 0)[self.builder.index(ids[0], axes, draw=False)]
        return np.where(true, yes, no)

    def _over(self, number: int, axes: tuple[str, ...]) -> Flags:
        """Return the zeros of an operand, all of length 1 along the axes that it lacks."""
        return self.of(number)[self.builder.index(number, axes, draw=False)]
