"""Whether an expression is known in each draw, or only after all draws (FORMAT R23)."""

from __future__ import annotations

from typing import Literal

from wellbeva.language.environment import Environment
from wellbeva.language.ir import Binary, Node, Ratio, Ref
from wellbeva.language.tree import walk


def is_mean(node: Node, environment: Environment) -> bool:
    """Whether it contains a ratio of means, its own or another equation's."""
    for one in walk(node):
        if isinstance(one, Ratio):
            return True
        if isinstance(one, Ref):
            symbol = environment.symbols.get(one.name)
            if symbol is not None and symbol.stage == "mean":
                return True
    return False


def stage_of(node: Node, environment: Environment) -> Literal["draw", "mean"]:
    """Return ``mean`` for an expression that can be evaluated only on means over draws."""
    return "mean" if is_mean(node, environment) else "draw"


def plain_quotient(node: Node) -> Binary | None:
    """Return the division of two uncertain quantities at the top of an outcome, which FORMAT R23 warns about."""
    if isinstance(node, Binary) and node.op == "div" and "draw" in node.left.axes and "draw" in node.right.axes:
        return node
    return None
