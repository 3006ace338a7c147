"""The plan evaluated away from the draws: the base case, and many what-if points side by side.

A what-if point is the base case with a few numbers changed. The reference engine evaluates any number of them in one
walk, along the axis ``draw``; a ratio of means over one point is the ratio itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.plan import Plan, PlanEquation
from wellbeva.engine.outcome import Floats
from wellbeva.engine.reference import evaluate

EFFECT = "decision.effect"
COST = "decision.cost"

Cells = tuple[tuple[str, ...], Floats]
"""Axes and an array over them."""


def with_decision(plan: Plan) -> Plan:
    """Plan that has the decision's effect and cost among its equations, called `EFFECT` and `COST`."""
    decision = plan.decision
    if decision is None:
        return plan
    added = (
        PlanEquation(EFFECT, decision.effect, "draw", decision.effect_unit, "", ""),
        PlanEquation(COST, decision.cost, "draw", decision.cost_unit, "", ""),
    )
    groups = (*plan.groups, (EFFECT,), (COST,))
    return replace(plan, equations=(*plan.equations, *added), groups=groups)


def evaluate_points(plan: Plan, *, changes: Mapping[str, Cells] | None = None) -> dict[str, Cells]:
    """Evaluate the base case, or what-if points.

    Parameters
    ----------
    plan : Plan
        As `with_decision` returns it, where the decision is wanted.
    changes : mapping of parameter to (("draw", *axes), array), optional
        Parameters that differ from point to point.

    Returns
    -------
    mapping of name to (axes, array)
        ``draw`` leads the axes of what the changes reach. Points that divide by nought hold NaN or infinity; whoever
        reads them decides.
    """
    with np.errstate(all="ignore"):
        found = evaluate(plan, count=0, replace=changes)
    return {name: (named.axes, np.asarray(named.array, dtype=np.float64)) for name, named in found.items()}


def element_changes(plan: Plan, elements: Sequence[int] | npt.NDArray[np.int64], values: Floats) -> dict[str, Cells]:
    """Changes that give one uncertain element a value at each point; all others stay at their base.

    A share of a Dirichlet does not move alone: the others shrink or grow in proportion, so that all still add to 1. A
    column of joint draws, and a number that is correlated with others, is moved by itself.

    Parameters
    ----------
    elements : sequence of int (point,)
        Index of the element that each point changes.
    values : array (point,)
    """
    count = len(values)
    moved = _moved(plan, np.asarray(elements), values)
    changes: dict[str, Cells] = {}
    for parameter in plan.parameters:
        if not np.isin(parameter.elements, list(moved)).any():
            continue
        cells = np.repeat(parameter.values[np.newaxis], count, axis=0)
        for place in np.argwhere(np.isin(parameter.elements, list(moved))):
            where = tuple(place.tolist())
            for points, numbers in moved[int(parameter.elements[where])]:
                cells[(points, *where)] = numbers
        changes[parameter.name] = (("draw", *parameter.axes), cells)
    return changes


def _moved(
    plan: Plan, wanted: npt.NDArray[np.int64], values: Floats
) -> dict[int, list[tuple[npt.NDArray[np.intp], Floats]]]:
    """Return which elements move at which points, and where to."""
    shares = {index: joint for joint in plan.joints if joint.kind == "dirichlet" for index in joint.elements}
    moved: dict[int, list[tuple[npt.NDArray[np.intp], Floats]]] = {}
    for element in np.unique(wanted).tolist():
        points = np.flatnonzero(wanted == element)
        moved.setdefault(element, []).append((points, values[points]))
        if element not in shares:
            continue
        left = (1 - values[points]) / (1 - plan.elements[element].base)
        for other in shares[element].elements:
            if other != element:
                moved.setdefault(other, []).append((points, plan.elements[other].base * left))
    return moved


def over_decision(plan: Plan, named: Cells, *, count: int) -> Floats:
    """Spread effect or cost over `Decision.options`.

    Parameters
    ----------
    named : tuple of (axes, array)
        Axes a subset of ``(draw, option)``.
    count : int
        Number of points; 0 for the base case alone.

    Returns
    -------
    array (count, decision option), or (decision option,) for the base case
        ``nothing`` is 0.
    """
    decision = plan.decision
    assert decision is not None
    axes, array = named
    if "option" not in axes:
        array = np.repeat(array[..., np.newaxis], len(plan.axes["option"]) if "option" in plan.axes else 1, axis=-1)
    if count and "draw" not in axes:
        array = np.broadcast_to(array, (count, *array.shape))
    rows = np.asarray(decision.rows)
    picked = array[..., np.maximum(rows, 0)]
    return np.where(rows >= 0, picked, 0.0)


def net_benefit(plan: Plan, effect: Floats, cost: Floats) -> Floats:
    """Net benefit at each level: value of the effect less the cost.

    Parameters
    ----------
    effect, cost : array (..., decision option)

    Returns
    -------
    array (..., level, decision option)
    """
    decision = plan.decision
    assert decision is not None
    values = np.asarray(decision.values, dtype=np.float64)
    result: Floats = values[:, np.newaxis] * effect[..., np.newaxis, :] - cost[..., np.newaxis, :]
    return result
