"""Where in the scenario the numbers stand that make a check fail, spring a trap or let a draw run away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from wellbeva.compiler.fill import place_path
from wellbeva.compiler.record import Compiled, Input
from wellbeva.core.spans import Span
from wellbeva.errors import Diagnostic
from wellbeva.scenario.spec import Assignment, Scenario


def place_of_input(scenario: Scenario, one: Input) -> Span | None:
    """Return where an input stands; a model's default has the parameter's place."""
    assignment = assignment_of(scenario, one)
    if assignment is not None:
        return assignment.value.span
    spec = scenario.model.parameters.get(one.parameter)
    return spec.span if spec is not None else None


def assignment_of(scenario: Scenario, one: Input) -> Assignment | None:
    """Return the scenario's words behind an input; None for a model's default and what the appraisal fills."""
    for assignment in reversed(scenario.assignments):
        if place_path(assignment) == one.path and assignment.value.written == one.written:
            return assignment
    return None


def with_places(found: Iterable[Diagnostic], compiled: Compiled) -> list[Diagnostic]:
    """Let each diagnostic of an engine point at the scenario's number behind it, and name the model's line as a fact.

    An engine knows equations and inputs by name only; who wrote the scenario looks for the fault there.
    """
    return [_placed(one, compiled.record.scenario.assignments) for one in found]


def _placed(one: Diagnostic, assignments: Sequence[Assignment]) -> Diagnostic:
    names = [fact.partition(" = ")[0] for fact in one.facts if " = " in fact]
    span = next((place for name in names if (place := _place(name, assignments)) is not None), None)
    if span is None:
        return one
    where = (f"the model's rule: {one.span}",) if one.span else ()
    return replace(one, span=span, facts=(*one.facts, *where))


def _place(name: str, assignments: Sequence[Assignment]) -> Span | None:
    """Return where the strongest assignment stands that fills a cell such as ``effect[everyone, visits]``."""
    parameter, _, rest = name.rstrip("]").partition("[")
    labels = set(rest.split(", ")) if rest else set()
    for assignment in reversed(assignments):
        named = {one.label for one in assignment.selectors if one.label}
        if assignment.parameter == parameter and named <= labels and assignment.value.span is not None:
            return assignment.value.span
    return None
