"""Puts the own cost of one payer in the place of everybody's, in the equations of a model (semantics R244)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from wellbeva.core.spans import Located
from wellbeva.core.units import Unit
from wellbeva.errors import Collector
from wellbeva.language.ir import Node
from wellbeva.language.traversal import upstream
from wellbeva.plan.perspective import SIGNS, own_cost_outcomes
from wellbeva.plan.plan import PlanEquation
from wellbeva.scenario.spec import Model, Scenario

OF_OTHERS: Final = ("public_cost", "volunteer_cost")
"""Roles of costs that others than one payer bear too."""
SAID: Final = {"payer": "bears", "body": "saves"}
REMEDY: Final = "leave the perspective out, or name 'everyone'"


def in_perspective(
    scenario: Scenario,
    equations: Mapping[str, PlanEquation],
    overridden: frozenset[str],
    money: Unit,
    collector: Collector,
) -> Model:
    """Return the scenario's model with the own cost of its perspective as the decision's; unchanged after an error.

    Parameters
    ----------
    scenario : Scenario
    equations : mapping of str to PlanEquation
        Of the model as it is.
    overridden : frozenset of str
        Equations that a value stands in for.
    money : Unit
        Of the appraisal.
    collector : Collector
    """
    model, perspective = scenario.model, scenario.perspective
    if perspective is None or model.decision is None:
        return model
    label = perspective.text
    expressions = {name: equation.expression for name, equation in equations.items()}
    typed = {name: expressions[name] for name in model.outcomes if name in expressions}
    found = own_cost_outcomes({name: {*node.axes} - {"draw"} for name, node in typed.items() if node.unit == money})
    used = _used(found, [axis for axis in SIGNS if label in scenario.axes.get(axis, ())], perspective, collector)
    if not used:
        return model
    payer, body = (f"{used[axis]}[{axis}={label}]" if axis in used else "" for axis in SIGNS)
    decided = model.decision.cost.text.strip()
    texts = {
        model.named("total_cost"): payer or f"0 * {body}",
        model.named("total_saving"): body or f"0 * {payer}",
        decided: f"{payer} - {body}" if payer and body else payer or f"-{body}",
    }
    if not _replaceable(texts, used.values(), expressions, overridden, perspective, collector):
        return model
    own = {
        name: replace(
            model.equations[name], expression=Located.bare(text, model.file), doc=f"own cost of {label}: {text}"
        )
        for name, text in texts.items()
        if name in model.equations
    }
    public, kept = model.named("public_cost"), []
    for name in model.outcomes:
        behind = upstream([name], expressions)
        if name == public or public not in behind or not behind & own.keys():
            kept.append(name)
    cost = model.decision.cost if decided in own else Located.bare(texts[decided], model.file)
    return replace(
        model,
        equations={**model.equations, **own},
        outcomes=tuple(kept),
        decision=replace(model.decision, cost=cost),
        roles={**model.roles, **dict.fromkeys(OF_OTHERS, ())},
    )


def _used(
    found: Mapping[str, Sequence[str]], wanted: Collection[str], perspective: Located, collector: Collector
) -> dict[str, str]:
    """Return the outcome of which the own cost is made along each axis; none after an error."""
    begun = len(collector.errors)
    for axis, some in found.items():
        facts = [f"in money by option and {axis}: {', '.join(some) or 'none'}"]
        if axis in wanted and not some:
            message = f"no outcome says what each {axis} {SAID[axis]}"
            collector.error("WB-C056", message, perspective.span(), facts=facts, remedy=REMEDY)
        if len(some) > 1:
            message = f"{len(some)} outcomes could be what each {axis} {SAID[axis]}"
            collector.error("WB-C057", message, perspective.span(), facts=facts, remedy=REMEDY)
    return {axis: found[axis][0] for axis in wanted} if len(collector.errors) == begun else {}


def _replaceable(
    texts: Mapping[str, str],
    used: Iterable[str],
    expressions: Mapping[str, Node],
    overridden: frozenset[str],
    perspective: Located,
    collector: Collector,
) -> bool:
    """Whether own costs can take the place of totals: refuse totals that are given, or that own costs rest on."""
    begun, span = len(collector.errors), perspective.span()
    for name in texts.keys() & overridden:
        facts = [f"in this perspective it is {texts[name]}"]
        collector.error("WB-C058", f"{name} has a value that is given", span, facts=facts, remedy=REMEDY)
    for outcome in used:
        for name in texts.keys() & upstream([outcome], expressions):
            facts = [f"{outcome} is worked out from {name}", f"in this perspective {name} would be {texts[name]}"]
            collector.error("WB-C059", f"{name} cannot be one payer's alone", span, facts=facts, remedy=REMEDY)
    return len(collector.errors) == begun
