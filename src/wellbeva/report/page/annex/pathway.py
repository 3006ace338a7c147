"""The theory of change, drawn from the model: who puts in, what is done, what it changes, what that is worth."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from textwrap import shorten
from typing import TYPE_CHECKING

from wellbeva.language.traversal import names
from wellbeva.plot.graph import Keys, Point, draw_graph
from wellbeva.report.facts.answer import noun
from wellbeva.report.facts.names import axis_word, outcome_words
from wellbeva.report.page.view import Block, Drawing, OnRequest
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import Input, Record
    from wellbeva.report.facts.result import Result

FEW = 4
"""Options with a box each; more share one."""
LONGEST = 48
"""Letters of a box."""
KEYS: Keys = (("input", "put in"), ("equation", "done, and what it changes"), ("outcome", "wellbeing"))


def pathway(record: Record, plan: Plan, result: Result) -> list[Block]:
    """Draw inputs, activities, outcomes and wellbeing; nothing where no decision or no effect is worked out.

    Parameters
    ----------
    record : Record
    plan : Plan
    result : Result
    """
    equations = {equation.name: equation for equation in plan.equations}
    if plan.decision is None or not result.real:
        return []
    used = {name: names(equation.expression) for name, equation in equations.items()}
    along = {given.parameter for given in record.inputs if any(axis == "option" for axis, _ in given.labels)}
    wanted = plan.upstream(plan.decision.effect)
    said: dict[str, str] = {}
    # In the order of their working out: only what an option, or what it changes, has a part in.
    for name, equation in equations.items():
        if name in wanted and used[name] & (along | said.keys()):
            said[name] = outcome_words(name, equation.doc)
    if not said:
        return []
    given = _by_option(record)
    givers = {option.name: _givers(given.get(option.name, ()), record, plan, used) for option in result.real}
    activities = {_short(one.label): givers[one.name] for one in result.real}
    if len(activities) > FEW:
        many = numbers.capital(numbers.counted(len(activities), noun(result)))
        activities = {many: frozenset[str]().union(*givers.values())}
    graph = dict(activities)
    for name, words in said.items():
        graph[_short(words)] = frozenset(_short(said[one]) for one in used[name] if one in said)
        if used[name] & along:
            graph[_short(words)] |= activities.keys()
    last = [said[name] for name in said if name in names(plan.decision.effect)]
    points = {words: Point("outcome" if words in map(_short, last) else "equation") for words in graph}
    put_in = numbers.listed(sorted(frozenset[str]().union(*givers.values())))
    title = f"{put_in} put in; what comes of it: {numbers.in_sentence('; '.join(last))}"
    svg = draw_graph(graph, points, title=title, key="aTg", keys=KEYS)
    dek = f"Done: {'; '.join(activities)}. It changes: {'; '.join(one for one in said.values() if one not in last)}."
    drawing = Drawing("aTf", "", title, dek, svg, wide=True)
    return [OnRequest("aT", "H. Theory of change, from the model", "open it on a screen to print it.", (drawing,))]


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
    found = {_short(axis_word(record, "payer", label)) for label in payers if label in paying or not paying}
    return frozenset((found or {"Money"}) | ({"Volunteers"} if any(one.parameter in hours for one in given) else set()))


def _short(words: str) -> str:
    """Cut words to the length of a box; the whole stands in annexes A and C."""
    return shorten(words, LONGEST, placeholder="…")
