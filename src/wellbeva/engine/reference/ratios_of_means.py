"""Ratios of means: what has to be averaged over draws, and the equations evaluated on those means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.engine.arrays.named import NamedArray, drop
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.reference.stages import mean_names, on_means
from wellbeva.language.ir import Node
from wellbeva.language.traversal import operands
from wellbeva.plan.plan import Plan


def mean_operands(plan: Plan) -> list[tuple[str, Node]]:
    """Return the nodes whose means the equations on means need.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    list of (quantity, Node)
        ``mean.<equation>.<k>`` in the order in which the equation mentions them. An operand is the
        largest part of the tree that has ``draw`` among its axes and holds no ratio of means itself.
    """
    means = mean_names(plan)
    return [
        (f"mean.{equation.name}.{index}", node)
        for equation in plan.equations
        if equation.stage == "mean"
        for index, node in enumerate(dict.fromkeys(_operands(equation.expression, means)))
    ]


def _operands(node: Node, means: frozenset[str]) -> Iterator[Node]:
    if not on_means(node, means):
        if "draw" in node.axes:
            yield node
        return
    for operand in operands(node):
        yield from _operands(operand, means)


def evaluate_means(
    plan: Plan, means: Mapping[str, Floats], beside: Mapping[str, Node] | None = None
) -> dict[str, NamedArray]:
    """Evaluate the equations on means from means over draws.

    Parameters
    ----------
    plan : Plan
    means : mapping of quantity to array
        One for each of `mean_operands`, over its node's axes without ``draw``. One more axis in front is
        taken along (leave-one-out means, one row each) and leads the results as ``draw``.
    beside : mapping of name to Node, optional
        Operands of ratios, to be evaluated on the means too.

    Returns
    -------
    dict of equation, or name in `beside`, to NamedArray
        Infinite or NaN where a mean is divided by a mean of zero.
    """
    known: dict[Node, NamedArray] = {}
    for quantity, node in mean_operands(plan):
        axes = drop(node.axes, "draw")
        array = np.asarray(means[quantity], dtype=np.float64)
        known[node] = NamedArray(("draw", *axes) if array.ndim > len(axes) else axes, array)
    walk = Interpreter(plan, draws={}, count=0, replace={}, known=known)
    stages = {equation.name: equation.stage for equation in plan.equations}
    for group in plan.groups:
        if all(stages[name] == "draw" for name in group):
            # certain equations are the same on means; uncertain ones are reached through `known` only
            walk.evaluate_group(group)
    for group in plan.groups:
        if any(stages[name] == "mean" for name in group):
            walk.evaluate_group(group)
    found = {name: walk.values[name] for name, stage in stages.items() if stage == "mean"}
    return found | {name: walk.node(node) for name, node in (beside or {}).items()}
