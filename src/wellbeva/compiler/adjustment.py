"""What the grade of its evidence does to a number, worked into the equations of a plan (R172).

The numbers themselves stay as they are written, in the draws and in every table. Each equation that reads one reads
``adjusted.effect`` instead, which a switch turns off, so that the results without it stand beside the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from wellbeva.compiler.appraisal.rules import Appraisal
from wellbeva.compiler.axes import own_order
from wellbeva.compiler.checks.study_design import option_of, options_of_lives_saved
from wellbeva.compiler.parameters.fill import FilledParameters
from wellbeva.core.arrays import Floats
from wellbeva.core.axes import in_order
from wellbeva.core.units import DIMENSIONLESS, Unit
from wellbeva.distributions.moments import mean
from wellbeva.errors import Collector
from wellbeva.evidence.grading.adjustment import GAINS, WORDS, line
from wellbeva.evidence.grading.grade import GRADES, start_of
from wellbeva.language.ir import Binary, Node, Ref, Select
from wellbeva.language.traversal import renamed
from wellbeva.plan.plan import Plan, PlanEquation, PlanParameter
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Scenario, Source

SWITCH = "appraisal.evidence_adjustment"
"""Where the scenario asks for it, which no name of a model can be."""
UNTOUCHED = (0.0, 1.0)


def adjusted(
    plan: Plan, scenario: Scenario, appraisal: Appraisal, filled: FilledParameters, collector: Collector
) -> Plan:
    """Return a plan whose equations read the adjusted numbers, the same plan where none is asked for.

    Parameters
    ----------
    plan : Plan
    scenario : Scenario
    appraisal : Appraisal
    filled : FilledParameters
    collector : Collector
        Told of numbers without a grade, and of an adjustment that meets no gain.
    """
    asked = appraisal.evidence_adjustment
    if not asked:
        return plan
    levels = options_of_lives_saved(scenario, filled.inputs)
    _warn_of_what_cannot_be_adjusted(scenario, asked, levels, filled, collector)
    own = own_order(scenario.model)
    parameters: list[PlanParameter] = []
    equations: list[PlanEquation] = []
    for parameter in filled.parameters:
        owner, inputs = filled.cells[parameter.name]
        lines = [_line(asked, one, levels, scenario.sources) for one in inputs]
        if all(one == UNTOUCHED for one in lines):
            continue
        name = f"adjusted.{parameter.name}"
        shift, scale = (np.array(part)[owner] for part in zip(*lines, strict=True))
        axes = in_order((*parameter.axes, "draw"), own) if parameter.uncertain else parameter.axes
        written = Ref(name=parameter.name, axes=axes, unit=parameter.unit)
        factor = _certain(f"{name}.scale", parameter, DIMENSIONLESS, scale, "by the grade of the evidence")
        parameters.append(factor)
        node: Node = Binary(op="mul", left=_ref(factor), right=written, axes=axes, unit=parameter.unit)
        text = f"{factor.name} * {parameter.name}"
        if shift.any():
            level = _certain(f"{name}.shift", parameter, parameter.unit, shift, "keeps the mean as it is")
            parameters.append(level)
            node = Binary(op="add", left=_ref(level), right=node, axes=axes, unit=parameter.unit)
            text = f"{level.name} + {text}"
        on = Ref(name=SWITCH, dtype="bool")
        node = Select(condition=on, yes=node, no=written, axes=axes, unit=parameter.unit)
        doc = f"{parameter.name} with {WORDS[asked]}, which every equation reads in its place"
        unit_text = next((one.unit for one in inputs), "")
        equations.append(PlanEquation(name, node, "draw", unit_text, doc, f"where({SWITCH}, {text}, {parameter.name})"))
    if not equations:
        return plan
    new = {equation.name.removeprefix("adjusted."): equation.name for equation in equations}
    switch = PlanParameter(SWITCH, (), DIMENSIONLESS, "bool", np.array(1.0), np.array(-1, dtype=np.int32), WORDS[asked])
    decision = plan.decision
    if decision is not None:
        net_cost = None if decision.net_cost is None else renamed(decision.net_cost, new)
        decision = replace(
            decision, effect=renamed(decision.effect, new), cost=renamed(decision.cost, new), net_cost=net_cost
        )
    return replace(
        plan,
        parameters=(*plan.parameters, switch, *parameters),
        equations=(*equations, *(replace(one, expression=renamed(one.expression, new)) for one in plan.equations)),
        groups=(*((equation.name,) for equation in equations), *plan.groups),
        decision=decision,
        checks=tuple(replace(one, expression=renamed(one.expression, new)) for one in plan.checks),
        switches=(*plan.switches, SWITCH),
    )


def _line(asked: str, one: Input, levels: frozenset[str], sources: Mapping[str, Source]) -> tuple[float, float]:
    if one.layer in ("default", "appraisal") or (asked == "widen" and one.distribution is None):
        return UNTOUCHED
    if "gain" in one.roles and option_of(one) in levels:
        return UNTOUCHED  # of a life saved this is life satisfaction as such, held against the neutral level
    centre = one.base if one.distribution is None else mean(one.distribution)
    word = (_start(one, sources) if asked == "shrink" else "") or one.evidence or "assumed"
    return line(asked, word, one.roles, centre)


def _start(one: Input, sources: Mapping[str, Source]) -> str:
    """Return where the weakest design behind a number starts, which figures of shrinkage compare; empty without any."""
    keys = {cite.key for cite in one.cites}
    if not keys and one.original.layer != "set":
        keys = {key for key, source in sources.items() if source.covers == "all"}
    starts = {start_of(sources[key].kind) for key in keys & sources.keys()} - {""}
    return max(starts, key=GRADES.index, default="") if "assumed" not in keys else ""


def _certain(name: str, like: PlanParameter, unit: Unit, values: Floats, doc: str) -> PlanParameter:
    return PlanParameter(name, like.axes, unit, "float", values, np.full(values.shape, -1, dtype=np.int32), doc)


def _ref(parameter: PlanParameter) -> Ref:
    return Ref(name=parameter.name, axes=parameter.axes, unit=parameter.unit)


def _warn_of_what_cannot_be_adjusted(
    scenario: Scenario, asked: str, levels: frozenset[str], filled: FilledParameters, collector: Collector
) -> None:
    written = [one for one in filled.inputs if one.layer not in ("default", "appraisal")]
    if all(GAINS.isdisjoint(one.roles) for one in written):
        place = scenario.appraisal.spans.get("evidence_adjustment")
        facts = (f"no number here has the role of a gain in {scenario.model.name}",)
        remedy = "give the role under `roles` of the model, as in `gain: effect`; or leave the adjustment out"
        collector.warn("WB-C092", f"`evidence_adjustment: {asked}` meets no gain", place, facts=facts, remedy=remedy)
    for one in written:
        if not one.evidence and one.base and _line(asked, one, levels, scenario.sources) != UNTOUCHED:
            collector.warn(
                "WB-C093",
                f"{one.path} has no grade, and is adjusted as if it were assumed",
                one.value.span,
                facts=(f"written: {one.written}", f"appraisal: evidence_adjustment: {asked}"),
                remedy="name a source that declares `design`, or write `evidence:`",
                several="{count} numbers have no grade, and are adjusted as if they were assumed",
            )
