"""The theory of change, from the model: who puts in, what is done, what it changes, what that is worth."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from wellbeva.language.traversal import names
from wellbeva.report.facts.answer import noun
from wellbeva.report.facts.names import axis_word, outcome_words
from wellbeva.report.page.view import Block, Stages
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.plan.plan import Plan, PlanEquation
    from wellbeva.plan.record import Input, Record
    from wellbeva.report.facts.result import Result

FEW = 12
"""Options with a box each; more share one."""


def pathway(record: Record, plan: Plan, result: Result) -> list[Block]:
    """Lay out inputs, activities, outcomes and wellbeing; nothing where no decision or no effect is worked out.

    Parameters
    ----------
    record : Record
    plan : Plan
    result : Result
    """
    if plan.decision is None or not result.real:
        return []
    used = {equation.name: names(equation.expression) for equation in plan.equations}
    along = {given.parameter for given in record.inputs if any(axis == "option" for axis, _ in given.labels)}
    wanted = plan.upstream(plan.decision.effect)
    # In the order of their working out: only what an option, or what it changes, has a part in.
    found: dict[str, PlanEquation] = {}
    for equation in plan.equations:
        if equation.name in wanted and used[equation.name] & (along | found.keys()):
            found[equation.name] = equation
    if not found:
        return []
    given = _by_option(record)
    givers = {one.name: _givers(given.get(one.name, ()), record, plan, used) for one in result.real}
    done = [(one.head, numbers.listed(sorted(givers[one.name]))) for one in result.real]
    if len(done) > FEW:
        done = [(numbers.capital(numbers.counted(len(done), noun(result))), "")]
    if len({by for _, by in done}) == 1:  # told by the inputs
        done = [(what, "") for what, _ in done]
    ends = {one.unit_text for name, one in found.items() if name in names(plan.decision.effect)}
    changed, gained = (
        tuple((_plain(outcome_words(name, one.doc)), "") for name, one in found.items() if kept(one.unit_text))
        for kept in (lambda unit: unit not in ends and "money" not in unit, ends.__contains__)
    )
    put_in = sorted(frozenset[str]().union(*givers.values()))
    stages = (
        ("Inputs", tuple((one, "") for one in put_in)),
        ("Activities", tuple(done)),
        ("Outcomes", changed),
        ("Wellbeing", gained),
    )
    return [Stages("aT", "H. Theory of change, from the model", "In the order in which each is worked out.", stages)]


def _by_option(record: Record) -> dict[str, list[Input]]:
    given: dict[str, list[Input]] = {}
    for one in record.inputs:
        for axis, label in one.labels if one.base else ():
            if axis == "option":
                given.setdefault(label, []).append(one)
    return given


def _givers(given: Collection[Input], record: Record, plan: Plan, used: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Name who pays for an option with these inputs, and its volunteers: all payers where no input says which."""
    payers = plan.axes["payer"].labels if "payer" in plan.axes else ()
    paying = {label for one in given if one.parameter in record.costs for axis, label in one.labels if axis == "payer"}
    hours = used.get(record.scenario.model.named("volunteer_cost"), frozenset())
    found = {axis_word(record, "payer", label) for label in payers if label in paying or not paying}
    return frozenset((found or {"Money"}) | ({"Volunteers"} if any(one.parameter in hours for one in given) else set()))


def _plain(words: str) -> str:
    """Leave out what stands in brackets; annex C has the whole."""
    return re.sub(r" \([^()]*\)", "", words)
