"""The plan of a page: every number and switch that a reader may change is an element, so that nothing is fixed before.

In a run's plan a certain number is a constant, and what depends on constants alone is worked out once. Here each input
has a row of draws: as the run draws it, its one value where it is certain, or what the reader sets in their place.
Variants that differ in numbers and switches alone share the plan: their sources of the rows are others. So do discount
rates and horizons, which give a period another factor. A choice among
words stays as it is: with every shape of a profile worked out in every draw, the demo would take ten times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from wellbeva.distributions.spec import Distribution
from wellbeva.engine.targets import Target, targets
from wellbeva.language.ir import Compare, Const, Node, Ratio, Reduce, Select
from wellbeva.language.traversal import mentions, renamed
from wellbeva.page.horizon import Choice, choices_of
from wellbeva.plan.plan import Element, Plan, PlanParameter
from wellbeva.plan.record import CompiledScenario, Input

Role = Literal["decision", "beside", "check", "outcome"]
ROLES: Final[tuple[Role, ...]] = ("decision", "beside", "check", "outcome")
"""Of what a page evaluates: all for its answer first, the outcomes that it shows a moment later last."""

TIMED = ("cash_by_period", "saving_by_period")
"""Roles of the outcomes along time that a page shows."""
BESIDE = ("total_cost", "total_saving", "cost_of_place", "cost_per_person")
"""Roles of the outcomes that stand beside the decision, with its own totals."""
SHOWN_ALONG = ("group", "payer", "body")
"""Axes by which it shows what each option gives and gains, beside volunteers' time."""
VIEWED: Final[tuple[Role, ...]] = ("decision", "beside")
"""What is worked out in each perspective."""
_NEVER_DRAWN = Distribution("point", (0.0,))


@dataclass(frozen=True, slots=True)
class Source:
    """What fills a row of the page's plan: an element of a run's plan, or, where that is -1, a certain number."""

    element: int
    base: float


@dataclass(frozen=True, slots=True)
class Drive:
    """What a change of one input reaches.

    Parameters
    ----------
    input : Input
    owned : tuple of int
        The elements of the page's plan that it fills.
    covered : tuple of int
        Those that a value set at its path fills: also those of inputs named more closely.
    """

    input: Input
    owned: tuple[int, ...]
    covered: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PagePlan:
    """One plan for a scenario and its variants.

    Parameters
    ----------
    plan : Plan
        With an element for each number or switch that differs or may be changed.
    sources : tuple of tuple of Source
        Of each scenario, by element.
    drives : tuple of tuple of Drive
        Of each scenario, in the order of its record.
    choices : tuple of tuple of DiscountRate or Horizon
        Of each scenario.
    """

    plan: Plan
    sources: tuple[tuple[Source, ...], ...]
    drives: tuple[tuple[Drive, ...], ...]
    choices: tuple[tuple[Choice, ...], ...]


def page_plan(scenarios: Sequence[CompiledScenario]) -> PagePlan:
    """Return the plan of a page.

    Parameters
    ----------
    scenarios : sequence of CompiledScenario
        The scenario itself first, then the variants that have the same equations (`differs`).
    """
    base = scenarios[0].plan
    sources: list[list[Source]] = [[] for _ in scenarios]
    owned: list[dict[int, set[int]]] = [{} for _ in scenarios]
    covered: list[dict[int, set[int]]] = [{} for _ in scenarios]
    choices = [choices_of(one) for one in scenarios]
    parameters = []
    for parameter in base.parameters:
        if parameter.dtype == "label":
            parameters.append(parameter)
            continue
        alike = [one.plan.parameter(parameter.name) for one in scenarios]
        inputs = [_inputs_of(one, parameter.name) for one in scenarios]
        owners = [_owners(one, same, mine) for one, same, mine in zip(scenarios, alike, inputs, strict=True)]
        columns = [np.ravel(array) for parts in zip(owners, alike, strict=True) for array in _told(*parts)]
        width = len(columns)
        columns += [
            np.array(factors)
            for some in choices
            for choice in some
            if parameter.name == choice.parameter
            for factors in choice.factors.values()
        ]
        kinds, cell = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
        elements = np.full(len(kinds), -1, dtype=np.int32)
        for kind, every in enumerate(kinds):
            row = every[:width].reshape(len(scenarios), 3)
            if (row[:, 0] < 0).all() and (row[:, 2] == row[0, 2]).all() and (every[width:] == row[0, 2]).all():
                continue
            elements[kind] = len(sources[0])
            for place, (owner, element, value) in enumerate(row.tolist()):
                sources[place].append(Source(int(element), value))
                if owner >= 0:
                    owned[place].setdefault(int(owner), set()).add(int(elements[kind]))
        rows = elements[np.ravel(cell)].reshape(parameter.values.shape)
        for place, one in enumerate(scenarios):
            for index in inputs[place]:
                cells = one.record.inputs[index].cells(parameter, base)
                covered[place][index] = set(rows[cells].ravel().tolist()) - {-1}
        parameters.append(replace(parameter, elements=rows))
    count = range(len(sources[0]))
    made = tuple(Element(f"row {index}", index, _NEVER_DRAWN, sources[0][index].base) for index in count)
    drives = tuple(
        tuple(
            Drive(one, tuple(sorted(owned[place].get(index, ()))), tuple(sorted(covered[place].get(index, ()))))
            for index, one in enumerate(scenario.record.inputs)
        )
        for place, scenario in enumerate(scenarios)
    )
    wide = replace(base, parameters=tuple(parameters), elements=made, joints=(), limits=())
    return PagePlan(wide, tuple(map(tuple, sources)), drives, tuple(map(tuple, choices)))


def _inputs_of(compiled: CompiledScenario, parameter: str) -> list[int]:
    """Return the inputs of a parameter, from weakest to strongest."""
    return [index for index, one in enumerate(compiled.record.inputs) if one.parameter == parameter]


def _owners(compiled: CompiledScenario, parameter: PlanParameter, inputs: Sequence[int]) -> np.ndarray:
    """Return the input that fills each cell, -1 where none does."""
    owner = np.full(parameter.values.shape, -1)
    for index in inputs:
        owner[compiled.record.inputs[index].cells(parameter, compiled.plan)] = index
    return owner


def _told(owner: np.ndarray, parameter: PlanParameter) -> tuple[np.ndarray, ...]:
    return owner, parameter.elements, parameter.values


def differs(base: CompiledScenario, variant: CompiledScenario) -> str:
    """Return why a variant does not have the scenario's equations, in words; empty where it has.

    Parameters
    ----------
    base, variant : CompiledScenario
    """
    first, second = base.plan, variant.plan
    if first.axes != second.axes:
        changed = [name for name, axis in first.axes.items() if second.axes.get(name) != axis]
        return "it has other periods" if changed == ["time"] else f"it has other labels of {', '.join(changed)}"
    decisions = [
        (one.options, one.rows, one.comparator, one.levels, one.net_cost is None) if one is not None else None
        for one in (first.decision, second.decision)
    ]
    if decisions[0] != decisions[1]:
        return "it compares other options"
    texts = [[(one.name, one.text) for one in plan.equations] for plan in (first, second)]
    names = [[(one.name, one.axes) for one in plan.parameters] for plan in (first, second)]
    if texts[0] != texts[1] or names[0] != names[1]:
        return "it has other equations"
    for one in first.parameters:
        if one.dtype == "label" and not np.array_equal(one.values, second.parameter(one.name).values):
            return f"it chooses another {one.name}"
    return ""


def page_targets(compiled: CompiledScenario, role: Role) -> list[Target]:
    """Return what a page evaluates in each draw.

    Parameters
    ----------
    compiled : CompiledScenario
    role : {"decision", "beside", "outcome", "check"}
        The decision; what stands beside it; the other outcomes that a page shows; or what refuses a draw, each a
        number, or one for each option: whether it is true anywhere.
    """
    model, plan = compiled.record.scenario.model, compiled.plan
    beside = {*(model.named(name) for name in BESIDE), "own.effect", "own.cost"}
    if role == "beside":
        return [one for name in plan.outcomes if name in beside for one in _of_options(plan, name)]
    found = [one for one in targets(plan) if one.role == role]
    if role == "outcome":
        named = {model.named(name) for name in (*TIMED, "volunteer_cost")}
        divided = {("option", axis) for axis in SHOWN_ALONG}
        return [one for one in found if one.name in named or one.axes in divided]
    if role == "check":
        severe = [plan.checks[int(one.name.removeprefix("check."))].severity == "fail_if" for one in found]
        return [_anywhere(one) for one, is_severe in zip(found, severe, strict=True) if is_severe]
    return found


def with_views(wide: Plan, views: Mapping[str, CompiledScenario]) -> tuple[Plan, list[Target]]:
    """Return the page's plan with the equations of other perspectives, and what a page evaluates of them (R245).

    Parameters
    ----------
    wide : Plan
        As `page_plan` makes it.
    views : mapping of str to CompiledScenario
        The scenario in each other perspective; ``cost`` of ``nhs`` is called ``cost@nhs``.
    """
    known = {one.name: one.text for one in wide.equations}
    equations, groups, wanted = [*wide.equations], [*wide.groups], list[Target]()
    for view, compiled in views.items():
        new: dict[str, str] = {}
        for one in compiled.plan.equations:
            if known.get(one.name) != one.text or mentions(one.expression, new):
                new[one.name] = f"{one.name}@{view}"
        changed = (one for one in compiled.plan.equations if one.name in new)
        equations += [replace(one, name=new[one.name], expression=renamed(one.expression, new)) for one in changed]
        groups += [tuple(new[name] for name in group) for group in compiled.plan.groups if {*group} <= new.keys()]
        of_view = (target for role in VIEWED for target in page_targets(compiled, role))
        wanted += [replace(one, name=f"{one.name}@{view}", node=renamed(one.node, new)) for one in of_view]
    return replace(wide, equations=tuple(equations), groups=tuple(groups)), wanted


def _of_options(plan: Plan, name: str) -> list[Target]:
    """Return an outcome of each option; of a ratio of means the two numbers that it is the ratio of."""
    node = plan.equation(name).expression
    parts = {"": node}
    if isinstance(node, Ratio):
        parts = {" top": node.top, " bottom": node.bottom}
    elif plan.equation(name).stage == "mean":
        return []
    if any(set(part.axes) - {"draw", "option"} for part in parts.values()):
        return []
    return [
        Target(f"{name}{ending}", part, tuple(axis for axis in part.axes if axis == "option"), "outcome")
        for ending, part in parts.items()
    ]


def _anywhere(check: Target) -> Target:
    condition = check.node
    match condition:
        case Compare(op="gt" | "ge", left=Reduce(function="max", x=x), right=Const()):
            # the largest is above a number where any is: told by option, it is worked out of each alone
            condition = replace(condition, left=x, axes=x.axes)
    over = tuple(axis for axis in condition.axes if axis not in ("draw", "option"))
    node: Node = Select(condition=condition, yes=Const(value=1.0), no=Const(value=0.0), axes=condition.axes)
    if over:
        left = tuple(axis for axis in condition.axes if axis not in over)
        node = Reduce(function="max", x=node, over=over, axes=left)
    return Target(check.name, node, tuple(axis for axis in condition.axes if axis == "option"), "check")
