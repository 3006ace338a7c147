"""Which inputs are watched for draws outside the bounds of their parameter, and in which draws they are (R5, R76)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.targets import Target
from wellbeva.language.ir import Node, Ref, Select
from wellbeva.language.traversal import operands
from wellbeva.plan.plan import ElementBounds, Plan


class InputBounds:
    """The limits that draws are held against: those of parameters on which a number depends that must be usable.

    Parameters
    ----------
    plan : Plan
    wanted : iterable of Target
        Of which the checks play no part, as with numbers that are not finite.
    base : Interpreter
        The base case: it says on which side a switch stands that is the same in every draw.

    Attributes
    ----------
    numbers : tuple of int
        Which limits of the plan; empty if nothing need be looked at.
    rows : int array (limit,)
        Their elements.
    lows, highs : array (limit,) [unit of each limit's element]
        Infinite where there is no end.
    """

    def __init__(self, plan: Plan, wanted: Iterable[Target], base: Interpreter) -> None:
        limits = tuple(enumerate(plan.limits))
        if limits:
            used = reached(plan, [one.node for one in wanted if one.role != "check"], base)
            limits = tuple((number, one) for number, one in limits if one.parameter in used)
        self.numbers = tuple(number for number, _ in limits)
        self.rows = np.array([one.element for _, one in limits], dtype=np.int64)
        self.lows, self.highs = _ends(one for _, one in limits)

    def strays(self, drawn: Floats) -> Flags | None:
        """Return where draws are outside, or None where none is.

        Parameters
        ----------
        drawn : array (element, draw) [unit of each element]

        Returns
        -------
        bool array (limit, draw) or None
        """
        if not self.numbers:
            return None
        x = drawn[self.rows]
        found = (x < self.lows[:, None]) | (x > self.highs[:, None])
        return found if found.any() else None


def _ends(limits: Iterable[ElementBounds]) -> tuple[Floats, Floats]:
    pairs = [
        (
            -np.inf if limit.bounds.low is None else limit.bounds.low,
            np.inf if limit.bounds.high is None else limit.bounds.high,
        )
        for limit in limits
    ]
    ends = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1])


def reached(plan: Plan, nodes: Iterable[Node], base: Interpreter) -> set[str]:
    """Return the names on which nodes depend; a branch that a switch leaves off in every draw does not count.

    Parameters
    ----------
    plan : Plan
    nodes : iterable of Node
    base : Interpreter
        The base case: it says on which side a switch stands that is the same in every draw.
    """
    equations = {equation.name: equation.expression for equation in plan.equations}
    found: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Ref):
            if node.name not in found and node.name in equations:
                waiting.append(equations[node.name])
            found.add(node.name)
        elif isinstance(node, Select) and "draw" not in node.condition.axes:
            waiting += _branches(node, base)
        else:
            waiting += operands(node)
    return found


def _branches(node: Select, walk: Interpreter) -> Iterator[Node]:
    """Give the branches of a choice that is the same in every draw, and that some cell takes."""
    true = walk.node(node.condition).array != 0
    if true.any():
        yield node.yes
    if not true.all():
        yield node.no
