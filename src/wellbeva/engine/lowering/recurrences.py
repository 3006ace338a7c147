"""Recurrences as loops along time, for the compiled engine: one copy of the equations, whatever the number of labels.

The blocked engine has one copy for each label (`lower`), which would be long code. Here the first label is lowered
by itself, as there; every later label runs the same operations, in which what does not depend on the recurrence is
looked up at the label at hand (``now``), and what the label before left is read from the rows of a stack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wellbeva.engine.arrays.named import drop, union
from wellbeva.engine.lowering.lower import Lowering
from wellbeva.engine.lowering.ssa import Loop, Op, Operation, only_loops
from wellbeva.engine.reference.interpreter import too_early
from wellbeva.language.ir import Interp, Lag, Node, Pick, PickBy, Reduce, Ref, Scan
from wellbeva.language.traversal import mentions, operands, walk


@dataclass(slots=True)
class _Carried:
    """A value that each label hands to the next: an equation, the inside of a ``lag``, a running sum."""

    stack: int
    node: Node
    first: int = -1
    next: int = -1


class LoopLowering(Lowering):
    """Lowers the equations of the draws of a plan with each recurrence as a `Loop` (see `lower.Lowering`)."""

    def _step(self, group: tuple[str, ...]) -> None:
        nodes = [self.plan.equation(name).expression for name in group]
        length = len(self.plan.axes["time"])
        if length == 1 or not all("draw" in node.axes for node in nodes) or _names_labels(nodes, group):
            super()._step(group)
            return
        self._wider: dict[int | str, tuple[str, ...]] = {}
        while not (loop := self._lowered(group, nodes)):
            pass
        build = self.builder
        read = {number for operation in loop.body for number in operation.operands} | set(loop.nexts)
        needed = sorted((read | set(loop.firsts)) - build.inside - set(loop.stacks))
        build.operations.append(Operation(Op("loop"), loop.stacks[0], tuple(needed), only_loops, loop=loop))
        for name in group:
            self._names[name] = self._carried[name].stack
            build.recurrent.add(self._names[name])
        self._group, build.inside = (), set()

    def _lowered(self, group: tuple[str, ...], nodes: list[Node]) -> Loop | None:
        """Lower a recurrence; None where a later label has axes that a stack lacks, which are noted for the next time.

        So each stack has the axes along which its values really vary, as in the blocked engine, and no others; but one
        that comes in at a label that this time does not reach.
        """
        build = self.builder
        self._group, self._steps, self._seen = group, {name: [] for name in group}, {}
        self._now: dict[int, int] = {}
        self._earlier: dict[int, int] = {}
        self._looked_up: dict[tuple[int, int], int] = {}
        self._carried: dict[int | str, _Carried] = {}
        self._named: dict[str, int] = {}
        for name, node in zip(group, nodes, strict=True):
            first = build.number(self._at(node, 0))
            self._steps[name].append(first)
            self._carried[name] = _Carried(self._new_stack(name, first), node, first)
        build.body, build.inside = [], set()
        for name, node in zip(group, nodes, strict=True):
            self._carried[name].next = self._named[name] = build.number(self._later(node))
        self._finish_carried()
        body, build.body = tuple(build.body), None
        grew = False
        for key, carry in self._carried.items():
            held, needed = build.values[carry.stack].axes, build.values[carry.next].axes
            if not set(needed) <= set(held):
                self._wider[key], grew = union(build.own, held, needed), True
        carried = list(self._carried.values())
        return (
            None
            if grew
            else Loop(
                tuple(carry.stack for carry in carried),
                tuple(carry.first for carry in carried),
                tuple(carry.next for carry in carried),
                body,
            )
        )

    def _finish_carried(self) -> None:
        """Lower the insides of the ``lag`` that were met: they may name anything of their label, so they come last."""
        while waiting := [carry for carry in self._carried.values() if carry.next < 0]:
            for carry in waiting:
                carry.next = self.builder.number(self._later(carry.node))

    def _later(self, node: Node) -> int:
        if id(node) not in self._now:
            self._now[id(node)] = self._later_label(node)
        return self._now[id(node)]

    def _later_label(self, node: Node) -> int:  # noqa: C901, PLR0911 - one case a node kind
        """Lower a tree at a label that is not the first."""
        if not mentions(node, self._group):
            return self._here(self.node(node), 0)
        match node:
            case Ref(name=name):
                if name not in self._named:
                    raise too_early(name)
                return self._named[name]
            case Lag(x=x, over="time") if not mentions(x, self._group):
                return self._here(self.node(x), -1)
            case Lag(x=Ref(name=name), over="time"):
                return self._here(self._carried[name].stack, -1)
            case Lag(x=x, over="time") if _is_plain(x, self._group):
                return self._before(x)
            case Lag(x=x, over="time"):
                return self._here(self._carry(x).stack, -1)
            case Pick(x=x, axis="time"):
                return self._at(x, 0)
            case Scan(x=x, over="time"):
                carry = self._carry(node)
                carry.next = self.builder.elementwise("add", np.add, [self._here(carry.stack, -1), self._later(x)])
                return carry.next
            case Reduce(over=over) if "time" in over:
                raise too_early(self._group[0])
            case PickBy(axis="time") | Interp(axis="time"):
                raise too_early(self._group[0])
            case _:
                return self._combine(node, [self._later(operand) for operand in operands(node)])

    def _before(self, node: Node) -> int:
        """Lower a tree at the label before the one at hand, from what is carried: nothing more need be."""
        if id(node) not in self._earlier:
            if not mentions(node, self._group):
                number = self._here(self.node(node), -1)
            elif isinstance(node, Ref):
                number = self._here(self._carried[node.name].stack, -1)
            else:
                number = self._combine(node, [self._before(operand) for operand in operands(node)])
            self._earlier[id(node)] = number
        return self._earlier[id(node)]

    def _carry(self, node: Node) -> _Carried:
        """Carry the value of a tree from label to label."""
        if id(node) not in self._carried:
            first = self.builder.number(self._at(node, 0))
            self._carried[id(node)] = _Carried(self._new_stack(id(node), first), node, first)
        return self._carried[id(node)]

    def _new_stack(self, key: int | str, first: int) -> int:
        known = (self.builder.values[first].axes, self._wider.get(key, ()))
        return self.builder.new(union(self.builder.own, ("time",), *known))

    def _here(self, number: int, back: int) -> int:
        """Look a value up at the label at hand (0) or at the one before (-1)."""
        build = self.builder
        value = build.values[number]
        if "time" not in value.axes or build.body is None:
            return number
        if (number, back) not in self._looked_up:
            looked_up = build.new(drop(value.axes, "time"), flag=value.flag)
            build.body.append(Operation(Op("now", index=back), looked_up, (number,), only_loops, view=True))
            build.inside.add(looked_up)
            self._looked_up[number, back] = looked_up
        return self._looked_up[number, back]


def _is_plain(node: Node, group: tuple[str, ...]) -> bool:
    """Whether what a tree takes from a recurrence is of its own label: no ``lag``, running sum or label by name."""

    def along_time(part: Node) -> bool:
        match part:
            case Lag(over="time") | Scan(over="time") | Pick(axis="time") | PickBy(axis="time") | Interp(axis="time"):
                return True
            case Reduce(over=over):
                return "time" in over
            case _:
                return False

    return not any(along_time(part) and mentions(part, group) for part in walk(node))


def _names_labels(nodes: list[Node], group: tuple[str, ...]) -> bool:
    """Whether a recurrence reads itself at a label by name that is not the first: then each label is its own."""
    return any(
        isinstance(part, Pick) and part.axis == "time" and part.index > 0 and mentions(part, group)
        for node in nodes
        for part in walk(node)
    )
