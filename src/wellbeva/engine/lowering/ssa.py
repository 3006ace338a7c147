"""A straight list of array operations: each sub-expression once, on its own axes, certain ones computed beforehand.

Values are numbered. A value that no draw reaches is computed while the list is built and is held as an
array; an axis along which it does not vary is dropped. The others are arrays over their axes with ``draw``
last, so that the innermost loop runs over contiguous draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats
from wellbeva.engine.arrays.named import union

Array = npt.NDArray[Any]
Index = tuple[slice | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """Properties of a value while the list is built.

    Parameters
    ----------
    axes : tuple of str
        Those along which it varies, without ``draw``.
    constant : array over `axes`, or None
        None if it depends on the draw.
    flag : bool
        Whether it is held as truth values; only if it depends on the draw.
    cells : int
    """

    axes: tuple[str, ...]
    constant: Floats | None
    flag: bool = False
    cells: int = 1


@dataclass(frozen=True, slots=True)
class Op:
    """An operation as data: it tells equal operations from others, and source is generated from it.

    Parameters
    ----------
    kind : str
        ``elementwise`` (of `name`), ``number`` (truth values to 0.0 and 1.0), ``reduce`` (by `name`) and
        ``product sum`` over `over`, ``trapezium``, ``cumsum`` and ``lag`` along ``over[0]``, ``contract``, ``pick``
        (label `index` of `name`), ``pick by`` and ``interp`` (along `name`), ``area`` (of `name`, between the points
        `data`), ``spread`` (over `over`), ``stack`` (along time), ``parameter`` (`name`). The compiled engine's own:
        ``loop`` along time, in it ``now`` (the label at hand, or `index` from it), ``add row`` (into a sum over time,
        of the first label or, below 0, of the one at hand), ``put`` (into the rows of a target or of a loop, from
        `index` on), ``kept`` (in rows of the draws from `index` on, where other loops put it).
    name : str
    over : tuple of str
    index : int
    data : tuple of float
    """

    kind: str
    name: str = ""
    over: tuple[str, ...] = ()
    index: int = 0
    data: tuple[float, ...] = ()


@dataclass(slots=True, eq=False)
class Operation:
    """One step of the list.

    Parameters
    ----------
    step : Op
    target : int
    operands : tuple of int
    compute : callable
        Arrays of the operands to the array of the target.
    view : bool
        The result shares its memory with its first operand.
    ufunc : ufunc or None
        If the operation is nothing else, so that it may write over an operand that is no longer needed.
    over : int
        Position of the operand that is written over; -1 for none.
    dead : tuple of int
        Values that nobody needs after this step.
    """

    step: Op
    target: int
    operands: tuple[int, ...]
    compute: Callable[..., Array]
    view: bool = False
    ufunc: np.ufunc | None = None
    over: int = -1
    dead: tuple[int, ...] = ()
    loop: Loop | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A recurrence as a loop along time: the first label by itself, the same operations for each later one.

    Parameters
    ----------
    stacks : tuple of int
        Values over time and the axes of each thing that is carried from label to label.
    firsts, nexts : tuple of int
        What each is at the first label, and at a later one.
    body : tuple of Operation
        For each later label, in order.
    """

    stacks: tuple[int, ...]
    firsts: tuple[int, ...]
    nexts: tuple[int, ...]
    body: tuple[Operation, ...]


DRAWS = 0
"""The number of the array (element, draw) that everything starts from."""


class ProgramBuilder:
    """Builds the list.

    Parameters
    ----------
    own : tuple of str
        The plan's own axes, in order.
    lengths : mapping of axis to number of labels
    """

    def __init__(self, own: tuple[str, ...], lengths: dict[str, int]) -> None:
        self.own = own
        self.lengths = lengths
        self.values: list[Value] = [Value((), None)]
        self.operations: list[Operation] = []
        self.made: dict[int, Operation] = {}
        self._numbers: dict[tuple[object, ...], int] = {}
        self.body: list[Operation] | None = None
        """Operations of the loop along time that is being lowered (see `recurrences`); None outside one."""
        self.inside: set[int] = set()
        """Values that change from label to label of that loop."""
        self.recurrent: set[int] = set()
        """Values over time that are worked out label by label."""

    def constant(self, array: Floats, axes: tuple[str, ...]) -> int:
        """Add a certain value; axes along which it does not vary are dropped.

        Parameters
        ----------
        array : array over `axes`
        axes : tuple of str

        Returns
        -------
        int
            Its number; equal values have one.
        """
        array = np.asarray(array, dtype=np.float64)
        for axis in axes:
            place = axes.index(axis)
            first = np.take(array, [0], axis=place)
            if np.array_equal(array, np.broadcast_to(first, array.shape), equal_nan=True):
                array, axes = np.take(array, 0, axis=place), (*axes[:place], *axes[place + 1 :])
        array = np.array(array, order="C")
        # By bytes and not by value: 0.0 and -0.0 are different numbers, and NaN is the same as itself.
        key = ("constant", axes, array.tobytes())
        if key not in self._numbers:
            self._numbers[key] = self._new(Value(axes, array, cells=array.size))
        return self._numbers[key]

    def add(
        self,
        step: Op,
        compute: Callable[..., Array],
        ids: Sequence[int],
        axes: tuple[str, ...],
        *,
        flag: bool = False,
        view: bool = False,
        ufunc: np.ufunc | None = None,
        cells: int = 0,
    ) -> int:
        """Add an operation, or compute it at once if all its operands are certain.

        Parameters
        ----------
        step : Op
            With `ids` it tells the operation from others: the same is computed once.
        compute : callable
            Arrays of the operands to the array of the result.
        ids : sequence of int
            Numbers of the operands.
        axes : tuple of str
            Of the result.
        flag : bool
            Whether the result is held as truth values.
        view : bool
            Whether the result shares its memory with the first operand.
        ufunc : ufunc or None
            If the operation is nothing else.
        cells : int
            Cells of the widest array it holds; those of the result if left out.

        Returns
        -------
        int
            Number of the result.
        """
        key = (step, *ids)
        if key in self._numbers:
            return self._numbers[key]
        held = [self.values[operand].constant for operand in ids]
        if all(constant is not None for constant in held):
            number = self.constant(np.asarray(compute(*held), dtype=np.float64), axes)
        else:
            size = int(np.prod([self.lengths[axis] for axis in axes]))
            number = self._new(Value(axes, None, flag, max(size, cells)))
            self.put(Operation(step, number, tuple(ids), compute, view, ufunc))
        self._numbers[key] = number
        return number

    def put(self, operation: Operation) -> None:
        """Put an operation at the end of the list, or of the loop's if it changes from label to label there."""
        self.made[operation.target] = operation
        if self.body is not None and not self.inside.isdisjoint(operation.operands):
            self.inside.add(operation.target)
            self.body.append(operation)
        else:
            self.operations.append(operation)

    def new(self, axes: tuple[str, ...], *, flag: bool = False) -> int:
        """Number a value that varies, whose operation the caller puts.

        Parameters
        ----------
        axes : tuple of str
            Without ``draw``.
        flag : bool
            Whether it is held as truth values.
        """
        return self._new(Value(axes, None, flag, int(np.prod([self.lengths[axis] for axis in axes]))))

    def varies(self, *ids: int) -> bool:
        """Whether any of the values depends on the draw."""
        return any(self.values[number].constant is None for number in ids)

    def axes(self, *ids: int) -> tuple[str, ...]:
        """Return all axes of several values, in order."""
        return union(self.own, *(self.values[number].axes for number in ids))

    def index(self, number: int, axes: tuple[str, ...], *, draw: bool) -> Index:
        """Return the index under which a value stands on `axes`, and on ``draw`` if the result has it.

        Parameters
        ----------
        number : int
            Of the value.
        axes : tuple of str
            Of the result, those of the value among them.
        draw : bool
            Whether the result depends on the draw.

        Returns
        -------
        tuple of (slice or None)
            None adds a dimension of length 1 for an axis that the value lacks.
        """
        value = self.values[number]
        places: Index = tuple(slice(None) if axis in value.axes else None for axis in axes)
        return (*places, slice(None) if value.constant is None else None) if draw else places

    def aligned(self, ids: Sequence[int], axes: tuple[str, ...]) -> list[Index]:
        """Return the indices that bring several operands of one operation together.

        Parameters
        ----------
        ids : sequence of int
            Numbers of the operands.
        axes : tuple of str
            Of the result.

        Returns
        -------
        list of tuple of (slice or None)
            One an operand, see `index`.
        """
        draw = self.varies(*ids)
        return [self.index(number, axes, draw=draw) for number in ids]

    def elementwise(self, name: str, function: Callable[..., Any], ids: Sequence[int], *, flag: bool = False) -> int:
        """Add an elementwise operation of several operands.

        Parameters
        ----------
        name : str
            Tells the operation from others: ``mul``.
        function : callable
            From arrays that broadcast together to an array.
        ids : sequence of int
            Numbers of the operands.
        flag : bool
            Whether the result is held as truth values.

        Returns
        -------
        int
            Number of the result, on the axes of all operands; that of the other operand where a factor or divisor is 1.
        """
        if name in ("mul", "div") and self._is_one(ids[1]):
            return ids[0]
        if name == "mul" and self._is_one(ids[0]):
            return ids[1]
        axes = self.axes(*ids)
        where = self.aligned(ids, axes)

        def compute(*arrays: Array, out: Array | None = None) -> Array:
            parts = (array[index] for array, index in zip(arrays, where, strict=True))
            return np.asarray(function(*parts) if out is None else function(*parts, out=out))

        ufunc = function if isinstance(function, np.ufunc) and len(ids) == 2 and not flag else None
        return self.add(Op("elementwise", name), compute, ids, axes, flag=flag, ufunc=ufunc)

    def _is_one(self, number: int) -> bool:
        """Whether a value is the number 1 everywhere: multiplying by it changes no bit."""
        held = self.values[number].constant
        return held is not None and held.ndim == 0 and held == 1

    def number(self, operand: int) -> int:
        """Return a value as numbers, if it is held as truth values."""
        if not self.values[operand].flag:
            return operand
        return self.add(Op("number"), lambda x: x.astype(np.float64), [operand], self.values[operand].axes)

    def spread(self, operand: int, *axes: str) -> int:
        """Return a value with all of `axes`, repeated along those that it lacks."""
        missing = tuple(axis for axis in axes if axis not in self.values[operand].axes)
        if not missing:
            return operand
        all_axes = union(self.own, self.values[operand].axes, missing)
        held = self.values[operand].constant
        index = self.index(operand, all_axes, draw=held is None)
        shape = tuple(self.lengths[axis] for axis in all_axes)
        if held is None:
            return self.add(
                Op("spread", over=all_axes),
                lambda x: np.array(np.broadcast_to(x[index], (*shape, x.shape[-1]))),
                [operand],
                all_axes,
            )
        # `constant` would drop the axes again: hold it whole
        key = ("spread", all_axes, operand)
        if key not in self._numbers:
            array = np.array(np.broadcast_to(held[index], shape))
            self._numbers[key] = self._new(Value(all_axes, array, cells=array.size))
        return self._numbers[key]

    def _new(self, value: Value) -> int:
        self.values.append(value)
        return len(self.values) - 1


def only_loops(*_: Array) -> Array:
    """Stand in for `Operation.compute` of what compiled loops alone carry out."""
    raise AssertionError("only loops carry this out")


def along(place: int, what: int | slice) -> tuple[int | slice, ...]:
    """Return the index that takes a part of one dimension and all of those before and after it.

    Parameters
    ----------
    place : int
        Of the dimension, from 0.
    what : int or slice
        The part.
    """
    return (*(slice(None),) * place, what)


def finish(builder: ProgramBuilder, wanted: Sequence[int]) -> list[Operation]:
    """Drop what nobody needs, note when each value is used last, and let operations write over dying operands.

    Parameters
    ----------
    builder : ProgramBuilder
    wanted : sequence of int
        Values that are read at the end.

    Returns
    -------
    list of Operation
    """
    operations = _needed(builder.operations, wanted)
    viewed = {operation.target: operation.operands[0] for operation in operations if operation.view}
    shared = {_owner(number, viewed) for number in viewed} | set(viewed)
    dying = _dying(operations, wanted, viewed)
    for place, operation in enumerate(operations):
        gone = [
            number for number in dying.get(place, []) if number != DRAWS and builder.values[number].constant is None
        ]
        operation.dead = tuple(gone)
        if operation.ufunc is not None:
            axes = builder.values[operation.target].axes
            for position, number in enumerate(operation.operands):
                value = builder.values[number]
                if number in gone and number not in shared and value.axes == axes and not value.flag:
                    operation.over = position
    return operations


def _needed(operations: Sequence[Operation], wanted: Sequence[int]) -> list[Operation]:
    needed = set(wanted)
    for operation in reversed(operations):
        if operation.target in needed:
            needed.update(operation.operands)
    return [operation for operation in operations if operation.target in needed]


def _owner(number: int, viewed: dict[int, int]) -> int:
    """Return the value whose memory a view shares."""
    while number in viewed:
        number = viewed[number]
    return number


def _dying(operations: Sequence[Operation], wanted: Sequence[int], viewed: dict[int, int]) -> dict[int, list[int]]:
    """Return the values that are used last by each operation; a view keeps its owner alive."""
    last: dict[int, int] = {}
    for place, operation in enumerate(operations):
        for number in operation.operands:
            last[number] = last[_owner(number, viewed)] = place
    for number in wanted:
        last[number] = last[_owner(number, viewed)] = len(operations)
    dying: dict[int, list[int]] = {}
    for number, place in last.items():
        dying.setdefault(place, []).append(number)
    return dying
