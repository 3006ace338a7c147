"""Which options a move of an input reaches, and which numbers: a page evaluates and reads no other."""

from __future__ import annotations

from typing import Final

import numpy as np

from wellbeva.engine.compiled.plan_loops import Generated
from wellbeva.engine.lowering.ssa import Operation
from wellbeva.plan.plan import Plan

OPTION: Final = "option"
_EACH: Final = ("parameter", "pick", "put", "spread")
"""Operations that name an axis and still work out each option's number of its own; a pick reads one for all others."""


def reach(plan: Plan, made: Generated) -> list[list[int]]:
    """Return the options to evaluate when draws of an element have changed, by element: all that it may reach.

    Parameters
    ----------
    plan : Plan
        A page's: each number that may change is an element.
    made : Generated
        What is evaluated.
    """
    every = list(range(len(plan.axes[OPTION])))
    operations = _needed(made)
    steps = [one.step for one in operations]
    if any(OPTION in (step.name, *step.over) for step in steps if step.kind not in _EACH):
        return [every for _ in plan.elements]
    picked = {step.index for step in steps if step.kind == "pick" and step.name == OPTION}
    reached: list[set[int]] = [set() for _ in plan.elements]
    for operation in operations:
        if operation.step.kind == "parameter":
            parameter = plan.parameter(operation.step.name)
            own = OPTION in made.builder.values[operation.target].axes
            rows = np.moveaxis(parameter.elements, parameter.axes.index(OPTION), 0) if own else [parameter.elements]
            for option, elements in enumerate(rows):
                for element in set(np.ravel(elements).tolist()) - {-1}:
                    reached[element] |= {option, *picked} if own and option not in picked else {*every}
    return [sorted(options) for options in reached]


def depends(plan: Plan, made: Generated) -> dict[str, list[int]]:
    """Return the elements on which the numbers of each target depend.

    Parameters
    ----------
    plan, made
        See `reach`.
    """
    elements: dict[int, set[int]] = {}
    for one in made.builder.operations:
        found = set[int]().union(*(elements.get(number, ()) for number in one.operands))
        if one.step.kind == "parameter":
            found = set(np.ravel(plan.parameter(one.step.name).elements).tolist()) - {-1}
        for target in one.loop.stacks if one.loop is not None else (one.target,):
            elements[target] = found
    return {name: sorted(elements[made.ids[name]]) for name in made.rows}


def _needed(made: Generated) -> list[Operation]:
    """Return the operations of the loops, and the views and parameters that they read."""
    known = {one.target: one for one in made.operations}
    found = [one for nest in made.schedule.nests() for one in nest.operations]
    seen = {one.target for one in found}
    for one in found:
        read = {number for number in one.operands if number in known} - seen
        seen |= read
        found += [known[number] for number in read]
    return found
