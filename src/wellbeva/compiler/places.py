"""Where in the scenario the numbers stand that make a check fail or a draw run away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wellbeva.compiler.fill import element_name
from wellbeva.compiler.record import Compiled
from wellbeva.core.spans import Span
from wellbeva.errors import Diagnostic


def with_places(found: Iterable[Diagnostic], compiled: Compiled) -> list[Diagnostic]:
    """Let each diagnostic of an engine point at the scenario's number behind it, and name the model's line as a fact.

    An engine knows equations and inputs by name only; who wrote the scenario looks for the fault there.
    """
    places: dict[str, Span] = {}
    for assignment in compiled.record.scenario.assignments:
        if assignment.value.span is not None:
            places.setdefault(assignment.parameter, assignment.value.span)
            places[element_name(assignment)] = assignment.value.span
    return [_placed(one, places) for one in found]


def _placed(one: Diagnostic, places: dict[str, Span]) -> Diagnostic:
    names = [fact.partition(" = ")[0] for fact in one.facts if " = " in fact]
    span = next((places[name] for name in names if name in places), None)
    if span is None:
        return one
    where = (f"the model's rule: {one.span}",) if one.span else ()
    return replace(one, span=span, facts=(*one.facts, *where))
