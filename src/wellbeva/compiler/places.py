"""Where in the scenario the numbers stand that make a check fail or a draw run away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from wellbeva.compiler.record import Compiled
from wellbeva.errors import Diagnostic
from wellbeva.scenario.spec import Assignment

_NAMED = re.compile(r"([a-z][a-z0-9_]*)(?:[.\\[][^=]*)? = ")


def with_places(found: Iterable[Diagnostic], compiled: Compiled) -> list[Diagnostic]:
    """Let each diagnostic of an engine point at the scenario's number behind it, and name the model's line as a fact.

    An engine knows equations and inputs by name only; who wrote the scenario looks for the fault there.
    """
    given: dict[str, Assignment] = {}
    for assignment in compiled.record.scenario.assignments:
        given.setdefault(assignment.parameter, assignment)
    return [_placed(one, given) for one in found]


def _placed(one: Diagnostic, given: dict[str, Assignment]) -> Diagnostic:
    names = [match.group(1) for fact in one.facts if (match := _NAMED.match(fact))]
    culprit = next((given[name] for name in names if name in given and given[name].value.span), None)
    if culprit is None:
        return one
    where = (f"the model's rule: {one.span}",) if one.span else ()
    return replace(one, span=culprit.value.span, facts=(*one.facts, *where))
