"""Which equations of a plan depend on means over draws, and which are stepped along time."""

from __future__ import annotations

from collections.abc import Collection

from wellbeva.language.ir import Node, Ratio, Ref
from wellbeva.language.traversal import mentions, walk
from wellbeva.plan.plan import Plan


def mean_names(plan: Plan) -> frozenset[str]:
    """Return the names of the equations that are evaluated on means, after the draws."""
    return frozenset(equation.name for equation in plan.equations if equation.stage == "mean")


def on_means(node: Node, means: Collection[str]) -> bool:
    """Whether a tree contains a ratio of means, or an equation that does.

    Parameters
    ----------
    node : Node
    means : collection of str
        Names of the equations that are evaluated on means (`mean_names`).
    """
    return any(isinstance(one, Ratio) or (isinstance(one, Ref) and one.name in means) for one in walk(node))


def recurrent(plan: Plan, group: tuple[str, ...]) -> bool:
    """Whether a group of equations is stepped label by label along time.

    Parameters
    ----------
    plan : Plan
    group : tuple of str
        One of `Plan.groups`.
    """
    return len(group) > 1 or mentions(plan.equation(group[0]).expression, group)
