"""From the list of operations to nests of loops: what is computed together, and what has to be stored in between.

Operations over the same axes share a nest: one loop an axis, the draws innermost. Within a nest a value stays in a
register; a value that another nest reads is stored in rows of scratch, one a cell. Reductions over axes of the nest add
up while it runs. A few operations (`ALONE`) walk along an axis themselves and have a nest to themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from wellbeva.engine.arrays.named import union
from wellbeva.engine.lowering.ssa import Loop, Op, Operation, ProgramBuilder, only_loops

VIEWS = frozenset({"pick", "spread", "now", "kept"})
"""Operations that only say where an earlier value is read."""
ALONE = frozenset({"lag", "cumsum", "area", "trapezium", "parameter"})
ADDING = frozenset({"reduce", "product sum"})
"""Operations that add up over axes of their nest; their result is there once the nest has ended."""
AT_HAND = -1
"""Index of the label at hand, in a loop along time."""
_BEFORE = Op("now", index=-1)
_SUM, _WEIGHTED_SUM = Op("reduce", "sum", ("time",)), Op("product sum", over=("time",))
LOOKING = frozenset({"pick by", "interp", "contract"})
"""Operations that read other cells of their operands than their own; of the first two, its first."""
MOST_STATEMENTS = 40
"""In a nest, and in a generated function: in longer ones the compiler's time grows faster than their length."""
MOST_STORED = 64
"""Stored values that a generated function is given (`driver` holds so many for each)."""


@dataclass(frozen=True, slots=True, eq=False)
class LoopNest:
    """Operations that run in one nest of loops.

    Parameters
    ----------
    axes : tuple of str
        Outermost first; the draws follow as the innermost.
    operations : tuple of Operation
    """

    axes: tuple[str, ...]
    operations: tuple[Operation, ...]

    @property
    def statements(self) -> int:
        """Statements in the innermost loop, roughly."""
        return len(self.operations) + 2 * (self.operations[0].step.kind in ALONE)


@dataclass(frozen=True, slots=True, eq=False)
class TimeLoop:
    """Nests that run once for each label of time but the first."""

    nests: tuple[LoopNest, ...]


@dataclass(slots=True)
class LoopSchedule:
    """All nests of a model, in order, and which of its values are stored.

    Parameters
    ----------
    items : list of LoopNest or TimeLoop
    stored : set of int
        Values that are read outside the nest that computes them, or add up.
    passing : set of int
        Those along time that are read only at the label before: rows for two labels are enough.
    """

    items: list[LoopNest | TimeLoop] = field(default_factory=list)
    stored: set[int] = field(default_factory=set)
    passing: set[int] = field(default_factory=set)

    @property
    def statements(self) -> int:
        """Statements of the loops, roughly."""
        return sum(nest.statements for nest in self.nests())

    def nests(self) -> Iterable[LoopNest]:
        """Return all nests, those of loops along time among them."""
        for item in self.items:
            yield from item.nests if isinstance(item, TimeLoop) else (item,)


def schedule(
    builder: ProgramBuilder, puts: Sequence[Operation], *, is_view: Callable[[Operation], bool]
) -> LoopSchedule:
    """Arrange the operations of a program in nests.

    Parameters
    ----------
    builder : ProgramBuilder
    puts : sequence of Operation
        What is read at the end: each puts a value into the rows of a target.
    is_view : callable
        Whether an operation only says where another value is read.
    """
    return _Scheduler(builder, is_view).all(puts)


class _Scheduler:
    def __init__(self, builder: ProgramBuilder, is_view: Callable[[Operation], bool]) -> None:
        self.builder = builder
        self.is_view = is_view
        self.bases: dict[int, int] = {}
        self._before: set[int] = set()
        self._certain = {
            number for number, value in enumerate(builder.values) if value.constant is not None or number == 0
        }
        self.ready = set(self._certain)
        self.found = LoopSchedule()

    def all(self, puts: Sequence[Operation]) -> LoopSchedule:
        operations = needed([*self.builder.operations, *puts])
        self._arrange(operations, self.found.items.append)
        self._note_stored()
        return self.found

    def base(self, number: int) -> int:
        """Return the value that is read where `number` is."""
        return self._stored_as(number)[0]

    def _note_view(self, operation: Operation) -> None:
        self.bases[operation.target] = operation.operands[0]
        if operation.step == _BEFORE:
            self._before.add(operation.target)

    def _arrange(self, operations: Sequence[Operation], put: Callable[[LoopNest | TimeLoop], None]) -> None:
        waiting = list(operations)
        while waiting:
            first = waiting[0]
            if self.is_view(first):
                self._note_view(first)
                waiting.pop(0)
            elif first.loop is not None:
                waiting = self._repeat(first.loop, waiting[1:], put)
            elif first.step.kind == "stack":
                # all rows are there before anything reads one: a reader in the same nest may look at another cell
                self._arrange(
                    [_put_row(first.target, operand, label) for label, operand in enumerate(first.operands)], put
                )
                self.ready.add(first.target)
                waiting.pop(0)
            elif first.step.kind in ALONE:
                put(LoopNest(self.axes(first), (first,)))
                self.ready.add(first.target)
                waiting.pop(0)
            else:
                waiting = self._fused(waiting, put)

    def _repeat(
        self, loop: Loop, after: Sequence[Operation], put: Callable[[LoopNest | TimeLoop], None]
    ) -> list[Operation]:
        """Arrange a loop along time and the sums that add up while it runs; return what is left to do after it."""
        weights = self._weights(loop, after)
        self._arrange(weights, put)
        early = {one.target for one in weights}
        after = [one for one in after if one.target not in early]
        sums = [one for one in after if self._adds_up(one, loop)]
        left = [one for one in after if one not in sums]
        read = {number for one in left for number in one.operands}
        read |= {number for one in loop.body if one.step != _BEFORE for number in one.operands}
        self.found.passing |= set(loop.stacks) - read
        firsts = [_put_row(stack, first, 0) for stack, first in zip(loop.stacks, loop.firsts, strict=True)]
        self._arrange([*firsts, *(_add_row(one, loop.stacks, loop.firsts, 0) for one in sums)], put)
        self.ready.update(loop.stacks)
        nests: list[LoopNest] = []

        def keep(item: LoopNest | TimeLoop) -> None:
            assert isinstance(item, LoopNest)
            nests.append(item)

        nexts = [_put_row(stack, one, AT_HAND) for stack, one in zip(loop.stacks, loop.nexts, strict=True)]
        nexts += [_add_row(one, loop.stacks, loop.nexts, AT_HAND) for one in sums]
        self._arrange([*loop.body, *nexts], keep)
        put(TimeLoop(tuple(nests)))
        return left

    def _weights(self, loop: Loop, after: Sequence[Operation]) -> list[Operation]:
        """Return the operations after a loop that weigh sums over time of what it hands on, and need no loop."""
        late = {*loop.stacks}
        for one in after:
            if one.loop is not None or not late.isdisjoint(one.operands):
                late.update(one.loop.stacks if one.loop is not None else (one.target,))
        sums = (one for one in after if one.step == _WEIGHTED_SUM and one.operands[1] in loop.stacks)
        read = {one.operands[0] for one in sums}
        weights: list[Operation] = []
        for one in reversed(after):
            if one.target in read - late:
                read.update(one.operands)
                weights.append(one)
        return weights[::-1]

    def _adds_up(self, operation: Operation, loop: Loop) -> bool:
        """Whether an operation is a sum over time alone of what a loop hands on, weights being there before it."""
        if operation.step not in (_SUM, _WEIGHTED_SUM):
            return False
        *weights, x = operation.operands
        return x in loop.stacks and all(self.base(weight) in self.ready for weight in weights)

    def _fused(self, waiting: list[Operation], put: Callable[[LoopNest | TimeLoop], None]) -> list[Operation]:
        """Put into one nest all operations over the axes of the first that can be computed now; return the others."""
        axes = self.axes(waiting[0])
        nest: list[Operation] = []
        local: set[int] = set()
        touched: set[tuple[int, bool]] = set()
        left: list[Operation] = []
        for operation in waiting:
            if self.is_view(operation):
                self._note_view(operation)
                # a local value is read in its own cell alone: what looks elsewhere waits until the nest has ended
                left.append(operation)
                continue
            fits = (
                len(nest) < MOST_STATEMENTS
                and (not nest or len(touched | self._touched(operation)) <= MOST_STORED)
                and operation.step.kind not in ALONE
                and operation.step.kind != "stack"
                and operation.loop is None
                and self.axes(operation) == axes
                and all(
                    self._at_hand(operand, operation, place, local) for place, operand in enumerate(operation.operands)
                )
            )
            if not fits:
                left.append(operation)
                continue
            nest.append(operation)
            touched |= self._touched(operation)
            if operation.step.kind not in ADDING:
                local.add(operation.target)
        put(LoopNest(axes, tuple(nest)))
        self.ready.update(operation.target for operation in nest)
        return left

    def _touched(self, operation: Operation) -> set[tuple[int, bool]]:
        """Return the values that may have to be stored for an operation, and whether at the label before."""
        read = {self._stored_as(one) for one in (operation.target, *operation.operands)}
        return {one for one in read if one[0] not in self._certain}

    def _stored_as(self, number: int) -> tuple[int, bool]:
        """Return the value that is read where `number` is, and whether at the label before: under a name of its own."""
        before = False
        while number in self.bases:
            before |= number in self._before
            number = self.bases[number]
        return number, before

    def _at_hand(self, number: int, operation: Operation, place: int, local: set[int]) -> bool:
        """Whether an operand is there: stored before, or in a register of the nest, where no other cell is read."""
        looked_into = operation.step.kind in LOOKING and (place == 0 or operation.step.kind == "contract")
        return self.base(number) in self.ready or (number in local and not looked_into)

    def axes(self, operation: Operation) -> tuple[str, ...]:
        """Return the axes of the nest that an operation needs."""
        values = self.builder.values
        match operation.step:
            case Op(kind="reduce" | "product sum"):
                return self.builder.axes(*operation.operands)
            case Op(kind="add row"):
                return values[operation.target].axes
            case Op(kind="put", over=over):
                return over
            case Op(kind="put row"):
                return tuple(axis for axis in values[operation.target].axes if axis != "time")
            case Op(kind="pick by" | "interp", name=name):
                x, by = (values[operand].axes for operand in operation.operands)
                return union(self.builder.own, tuple(axis for axis in x if axis != name), by)
            case _:
                return values[operation.target].axes

    def _note_stored(self) -> None:
        stored = self.found.stored
        for nest in self.found.nests():
            own = {operation.target for operation in nest.operations if operation.step.kind not in ADDING}
            for operation in nest.operations:
                if operation.step.kind in ADDING or operation.step.kind in ALONE:
                    stored.add(operation.target)
                if operation.step.kind in ("put row", "add row"):
                    stored.add(operation.target)
                stored.update(self.base(number) for number in operation.operands if number not in own)
        stored -= self._certain


def _put_row(stack: int, number: int, index: int) -> Operation:
    """Put a value into the rows of a stack at one label, or at the one at hand."""
    return Operation(Op("put row", index=index), stack, (number,), only_loops)


def _add_row(summed: Operation, stacks: Sequence[int], rows: Sequence[int], index: int) -> Operation:
    """Add the part of one label to a sum over time; `rows` are what the stacks of a loop hold there."""
    *weights, x = summed.operands
    return Operation(Op("add row", index=index), summed.target, (*weights, rows[stacks.index(x)]), only_loops)


def needed(operations: Sequence[Operation]) -> list[Operation]:
    """Drop values that nobody reads; a value that is put counts as read, and so do its operands."""
    read: set[int] = set()
    kept: list[Operation] = []
    for operation in reversed(operations):
        targets = operation.loop.stacks if operation.loop is not None else (operation.target,)
        if operation.step.kind == "put" or not read.isdisjoint(targets):
            read.update(operation.operands)
            kept.append(operation)
    return kept[::-1]
