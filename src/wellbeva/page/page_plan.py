"""The plan of a page: every number that a reader may change is an element of it, so that nothing is worked out before.

In a run's plan a certain number is a constant, and what depends on constants alone is worked out once. Here each input
has a row of draws: as the run draws it, its one value where it is certain, or what the reader sets in their place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from wellbeva.distributions.spec import Distribution
from wellbeva.engine.targets import Target, targets
from wellbeva.language.ir import Const, Reduce, Select
from wellbeva.plan.plan import Element, Plan, PlanParameter
from wellbeva.plan.record import CompiledScenario, Input

Role = Literal["decision", "outcome", "check"]

MONEY_AND_GAIN = ("cash_by_period", "gain_by_period")
"""Roles of the outcomes along time that a page shows."""
SHOWN_ALONG = frozenset({"option", "group", "payer", "body", "level"})
"""Axes of the other outcomes that it shows."""
_NEVER_DRAWN = Distribution("point", (0.0,))


@dataclass(frozen=True, slots=True)
class Drive:
    """What a change of one input reaches.

    Parameters
    ----------
    input : Input
    element : int
        Of the page's plan: the row that the input fills; -1 for a word.
    covered : tuple of int
        The rows that a value set at its path fills: also those of inputs named more closely.
    source : int
        Its element of the run's plan; -1 where it is certain.
    """

    input: Input
    element: int
    covered: tuple[int, ...]
    source: int


def page_plan(compiled: CompiledScenario) -> tuple[Plan, tuple[Drive, ...]]:
    """Return the plan of a page, and what each input reaches in it.

    Parameters
    ----------
    compiled : CompiledScenario

    Returns
    -------
    tuple of (Plan, tuple of Drive)
        Each input that is a number has an element of its own, in the order of the record.
    """
    plan = compiled.plan
    by_parameter: dict[str, list[int]] = {}
    for index, one in enumerate(compiled.record.inputs):
        by_parameter.setdefault(one.parameter, []).append(index)
    numbers = [index for index, one in enumerate(compiled.record.inputs) if not np.isnan(one.base)]
    place = {index: number for number, index in enumerate(numbers)}
    parameters: list[PlanParameter] = []
    drives: dict[int, Drive] = {}
    for parameter in plan.parameters:
        owned = by_parameter.get(parameter.name, [])
        owner = np.full(parameter.values.shape, -1, dtype=np.int32)
        for index in owned:
            owner[compiled.record.inputs[index].cells(parameter, plan)] = place.get(index, -1)
        for index in owned:
            one = compiled.record.inputs[index]
            mine = owner[one.cells(parameter, plan)].ravel()
            filled = parameter.elements[owner == place.get(index, -1)]
            drives[index] = Drive(
                one,
                place.get(index, -1),
                tuple(sorted({int(row) for row in mine} - {-1})),
                int(filled[0]) if filled.size and index in place else -1,
            )
        parameters.append(replace(parameter, elements=owner) if owned else parameter)
    elements = tuple(
        Element(compiled.record.inputs[index].path, number, _NEVER_DRAWN, compiled.record.inputs[index].base)
        for index, number in place.items()
    )
    wide = replace(plan, parameters=tuple(parameters), elements=elements, joints=(), limits=())
    return wide, tuple(drives[index] for index in sorted(drives))


def page_targets(compiled: CompiledScenario, role: Role) -> list[Target]:
    """Return what a page evaluates in each draw.

    Parameters
    ----------
    compiled : CompiledScenario
    role : {"decision", "outcome", "check"}
        The decision; the outcomes that a page shows; or what refuses a draw, each one number: whether it is true
        anywhere.
    """
    model, plan = compiled.record.scenario.model, compiled.plan
    timed = {model.named(name) for name in MONEY_AND_GAIN}
    found = [one for one in targets(plan) if one.role == role]
    if role == "outcome":
        return [one for one in found if one.name in timed or set(one.axes) <= SHOWN_ALONG]
    if role == "check":
        severe = [plan.checks[int(one.name.removeprefix("check."))].severity == "fail_if" for one in found]
        return [_anywhere(one) for one, is_severe in zip(found, severe, strict=True) if is_severe]
    return found


def _anywhere(check: Target) -> Target:
    condition, over = check.node, check.axes
    flag = Select(condition=condition, yes=Const(value=1.0), no=Const(value=0.0), axes=condition.axes)
    left = tuple(axis for axis in condition.axes if axis == "draw")
    node = Reduce(function="max", x=flag, over=over, axes=left) if over else flag
    return Target(check.name, node, (), "check")
