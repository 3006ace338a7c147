"""Whether an expression is known in each draw, or only after all draws (FORMAT R23)."""

from __future__ import annotations

from typing import Literal

from wellbeva.language.ir import Node, Ratio, Ref
from wellbeva.language.traversal import walk
from wellbeva.language.typing.environment import Environment


def is_mean(node: Node, environment: Environment) -> bool:
    """Whether an expression contains a ratio of means, its own or another equation's.

    Parameters
    ----------
    node : Node
    environment : Environment
        Says which of the names are of stage ``mean``.
    """
    for part in walk(node):
        if isinstance(part, Ratio):
            return True
        if isinstance(part, Ref):
            symbol = environment.symbols.get(part.name)
            if symbol is not None and symbol.stage == "mean":
                return True
    return False


def stage_of(node: Node, environment: Environment) -> Literal["draw", "mean"]:
    """Return ``mean`` for an expression that can be evaluated only on means over draws.

    Parameters
    ----------
    node : Node
    environment : Environment
        Says which of the names are of stage ``mean``.
    """
    return "mean" if is_mean(node, environment) else "draw"
