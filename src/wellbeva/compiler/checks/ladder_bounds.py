"""Looking below the lowest rung of a ladder is refused, in the base case and in every draw (FORMAT R22)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wellbeva.core.axes import Axis, in_order
from wellbeva.language.ir import SLACK, Compare, Const, Logic, Node, PickBy, Select, Unary
from wellbeva.language.traversal import operands
from wellbeva.plan.plan import Check, PlanEquation


def rung_checks(equations: Iterable[PlanEquation], axes: Mapping[str, Axis], own: tuple[str, ...]) -> tuple[Check, ...]:
    """Return a check for each index by value: it may not lie below the lowest rung where its result counts.

    What stands in a branch of ``where`` counts only where that branch is taken.

    Parameters
    ----------
    equations : iterable of PlanEquation
    axes : mapping of name to Axis
    own : tuple of str
        The model's own axes, in order.
    """
    found: dict[Node, Check] = {}
    for equation in equations:
        for pick, guard in _picks(equation.expression, None, own):
            axis = axes[pick.axis]
            if not axis.rungs or pick.by.dtype == "label" or isinstance(pick.by, Const):
                continue
            lowest = axis.rungs[0]
            limit = Const(value=lowest - SLACK * max(1.0, abs(lowest)), unit=pick.by.unit, span=pick.by.span)
            below: Node = Compare(
                op="lt", left=pick.by, right=limit, axes=pick.by.axes, dtype="bool", span=pick.by.span
            )
            if guard is not None:
                below = _both(guard, below, own)
            first = f"{axis.labels[0]} {axis.unit}"
            say = f"{equation.name!r} looks below the lowest rung of {axis.name!r}, which is {first}"
            found.setdefault(below, Check("fail_if", below, say))
    return tuple(found.values())


def _picks(node: Node, guard: Node | None, own: tuple[str, ...]) -> Iterator[tuple[PickBy, Node | None]]:
    if isinstance(node, PickBy):
        yield node, guard
    if isinstance(node, Select):
        condition = node.condition
        opposite = Unary(op="not", x=condition, axes=condition.axes, dtype="bool", span=condition.span)
        yield from _picks(condition, guard, own)
        yield from _picks(node.yes, _both(guard, condition, own), own)
        yield from _picks(node.no, _both(guard, opposite, own), own)
        return
    for operand in operands(node):
        yield from _picks(operand, guard, own)


def _both(left: Node | None, right: Node, own: tuple[str, ...]) -> Node:
    if left is None:
        return right
    axes = in_order((*left.axes, *right.axes), own)
    return Logic(op="and", left=left, right=right, axes=axes, dtype="bool", span=right.span)
