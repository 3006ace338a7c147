"""The plan evaluated away from the draws: the base case, and many what-if points side by side.

A what-if point is the base case with a few numbers changed. The reference engine evaluates any number of them in one
walk, along the axis ``draw``; a ratio of means over one point is the ratio itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from wellbeva.core.arrays import Floats, Ints
from wellbeva.engine.reference.interpreter import Interpreter
from wellbeva.engine.run.plan_cache import base_values
from wellbeva.language.ir import Interp, Lag, Node, Pick, PickBy, Reduce, Scan
from wellbeva.language.traversal import names, walk
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Plan
from wellbeva.results.ratios import operands

EVERYWHERE, NOWHERE = -1, -2
"""What a change reaches: several options or what has no option; none."""

Cells = tuple[tuple[str, ...], Floats]
"""Axes and an array over them."""


def evaluate_points(
    plan: Plan, *, changes: Mapping[str, Cells] | None = None, only: frozenset[str] = frozenset()
) -> dict[str, Cells]:
    """Evaluate what-if points, or take the base case from where it is kept.

    Parameters
    ----------
    plan : Plan
    changes : mapping of parameter to (("draw", *axes), array), optional
        Parameters that differ from point to point; without, the base case of the plan that is run.
    only : frozenset of str
        Equations and `Decision.parts` that are wanted, for many points; everything unless given.

    Returns
    -------
    mapping of name to (axes, array)
        Parameters, equations, `Decision.parts` over ``decision_option``, and the operands of price ratios.
        ``draw`` leads the axes of what the changes reach. Points that divide by zero hold NaN or infinity; whoever
        reads them decides.
    """
    walk = base_values(plan) if changes is None else _changed(plan, changes, only)
    found = walk.values | walk.decision()
    if only:
        found = {name: found[name] for name in only}
    else:
        found |= {name: walk.declared(node) for name, node in operands(plan).items()}
    # Copied where it is that of the base case, so that nobody who writes into a result changes the next one.
    return {
        name: (named.axes, np.array(named.array, np.float64, copy="draw" not in named.axes or None))
        for name, named in found.items()
    }


def _changed(plan: Plan, changes: Mapping[str, Cells], only: frozenset[str]) -> Interpreter:
    """Evaluate what the changes reach and the wanted names read; all else stands as in the base case."""
    walk = Interpreter(plan, draws={}, count=0, replace=changes)
    base = base_values(plan)
    reached, wanted = set(changes), _wanted(plan, only)
    for group, read in _read_by_groups(plan):
        if reached.isdisjoint(read) or wanted.isdisjoint(group):
            walk.values.update((name, base.values[name]) for name in group)
        else:
            walk.evaluate_group(group)
            reached.update(group)
    return walk


@lru_cache(maxsize=2)
def _read_by_groups(plan: Plan) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
    trees = {equation.name: equation.expression for equation in plan.equations}
    return tuple((group, frozenset[str]().union(*(names(trees[name]) for name in group))) for group in plan.groups)


@lru_cache(maxsize=8)
def _wanted(plan: Plan, only: frozenset[str]) -> frozenset[str]:
    """Return the equations to evaluate: those behind what is wanted, and behind the decision."""
    parts = plan.decision.parts.values() if plan.decision else ()
    named = [equation for equation in plan.equations if not only or equation.name in only]
    return frozenset(one.name for one in named) | _upstream(plan, [*parts, *(one.expression for one in named)])


def options_reached(plan: Plan, wanted: Sequence[Node]) -> Ints:
    """Return which option of the results each uncertain element moves, as far as the plan's structure says.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Node
        The results.

    Returns
    -------
    array (element,)
        Index on the axis ``option``, `EVERYWHERE` or `NOWHERE`.
    """
    beyond = len(plan.axes["option"]) if "option" in plan.axes else 1
    lowest, highest = np.full(len(plan.elements), beyond), np.full(len(plan.elements), NOWHERE)
    used, mixed = _upstream(plan, wanted), mixing_options(plan, wanted)
    for parameter in plan.parameters:
        if parameter.name not in used:
            continue
        element = parameter.elements[parameter.elements >= 0]
        low, high = np.full(len(element), EVERYWHERE), np.full(len(element), beyond)
        if "option" in parameter.axes and parameter.name not in mixed:
            low = high = np.argwhere(parameter.elements >= 0)[:, parameter.axes.index("option")]
        np.minimum.at(lowest, element, low)
        np.maximum.at(highest, element, high)
    for joint in plan.joints:
        if joint.kind == "dirichlet":
            members = list(joint.elements)
            lowest[members], highest[members] = lowest[members].min(), highest[members].max()
    return np.where(highest == NOWHERE, NOWHERE, np.where(lowest == highest, lowest, EVERYWHERE))


def mixing_options(plan: Plan, wanted: Sequence[Node]) -> frozenset[str]:
    """Return the parameters and equations whose value for one option moves the results of another.

    That is all that a sum over options, or a pick of one, depends on.

    Parameters
    ----------
    plan : Plan
    wanted : sequence of Node
        The results.
    """
    trees = {equation.name: equation.expression for equation in plan.equations}
    used = [*wanted, *(trees[name] for name in _upstream(plan, wanted) if name in trees)]
    return _upstream(plan, [node for tree in used for node in walk(tree) if _mixes(node)])


def _upstream(plan: Plan, nodes: Sequence[Node]) -> frozenset[str]:
    return frozenset[str]().union(*(plan.upstream(node) for node in nodes))


def _mixes(node: Node) -> bool:
    match node:
        case Reduce(over=over):
            return "option" in over
        case Pick(axis=axis) | PickBy(axis=axis) | Interp(axis=axis) | Lag(over=axis) | Scan(over=axis):
            return axis == "option"
        case _:
            return False


def element_changes(
    plan: Plan,
    elements: Sequence[int] | Ints,
    values: Floats,
    points: Ints | None = None,
) -> dict[str, Cells]:
    """Return the changes that give uncertain elements a value at some points; all others stay at their base.

    A share of a Dirichlet does not move alone: the others shrink or grow in proportion, so that all still add to 1. A
    column of joint draws, and a number that is correlated with others, is moved by itself.

    Parameters
    ----------
    plan : Plan
    elements : sequence of int (change,)
        Index of the element that each change moves.
    values : array (change,) [unit of each element]
    points : int array (change,), optional
        Point at which it is made; one point for each change unless given.
    """
    at = np.arange(len(values)) if points is None else points
    count = int(at.max(initial=-1)) + 1
    moved = _moved(plan, np.asarray(elements), values, at)
    changes: dict[str, Cells] = {}
    for parameter in plan.parameters:
        places: npt.NDArray[np.intp] = np.argwhere(np.isin(parameter.elements, list(moved)))
        if not len(places):
            continue
        cells = np.repeat(parameter.values[np.newaxis], count, axis=0)
        for place in places.tolist():
            for moving, numbers in moved[int(parameter.elements[tuple(place)])]:
                cells[(moving, *place)] = numbers
        changes[parameter.name] = (("draw", *parameter.axes), cells)
    return changes


def _moved(plan: Plan, wanted: Ints, values: Floats, at: Ints) -> dict[int, list[tuple[Ints, Floats]]]:
    """Return which elements move at which points, and where to."""
    shares = {index: joint for joint in plan.joints if joint.kind == "dirichlet" for index in joint.elements}
    moved: dict[int, list[tuple[Ints, Floats]]] = {}
    order = np.argsort(wanted, kind="stable")
    found, first = np.unique(wanted[order], return_index=True)
    for element, places in zip(found.tolist(), np.split(order, first[1:]), strict=True):
        points, numbers = at[places], values[places]
        moved.setdefault(element, []).append((points, numbers))
        if element not in shares:
            continue
        left = (1 - numbers) / (1 - plan.elements[element].base)
        for other in shares[element].elements:
            if other != element:
                moved.setdefault(other, []).append((points, plan.elements[other].base * left))
    return moved


def net_benefit(plan: Plan, effect: Floats, cost: Floats) -> Floats:
    """Return the net benefit at each level: value of the effect less the cost.

    Parameters
    ----------
    plan : Plan
        With a decision.
    effect : array (..., decision option) [unit of the effect, mostly WELLBY]
    cost : array (..., decision option) [money]

    Returns
    -------
    array (..., level, decision option) [money]
    """
    decision = plan.decision
    assert decision is not None
    values = np.asarray(decision.values, dtype=np.float64)
    return np.asarray(values[:, np.newaxis] * effect[..., np.newaxis, :] - cost[..., np.newaxis, :])


def ratio_per_1000(parts: Mapping[str, Floats]) -> Floats:
    """Return the effect for each 1,000 of cost before other benefits; NaN where that cost is not above 0.

    Parameters
    ----------
    parts : mapping of `EFFECT`, `COST` and, where there is one, `NET_COST` to array (..., option)
        In the unit of the effect, and in money.

    Returns
    -------
    array (..., option) [unit of the effect per 1,000 of money]
    """
    spent = parts.get(NET_COST, parts[COST])
    with np.errstate(all="ignore"):
        return np.where(spent > 0, 1000 * parts[EFFECT] / spent, np.nan)
