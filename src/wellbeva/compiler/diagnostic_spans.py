"""Places in the scenario of the numbers behind a diagnostic: a failed check, a pitfall, a draw that is not finite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from wellbeva.core.spans import Span
from wellbeva.errors import Diagnostic, Subject
from wellbeva.plan.record import CompiledScenario, Input
from wellbeva.scenario.spec import Assignment, Scenario, TimeSpec, element_name


def place_of_input(scenario: Scenario, one: Input) -> Span | None:
    """Return where an input is written; for a model's default, the place of the parameter.

    Parameters
    ----------
    scenario : Scenario
    one : Input
    """
    if one.value.span is not None and one.layer != "default":
        return one.value.span
    spec = scenario.model.parameters.get(one.parameter)
    return spec.span if spec is not None else None


def with_places(found: Iterable[Diagnostic], compiled: CompiledScenario) -> list[Diagnostic]:
    """Point each diagnostic of an engine at the scenario's number behind it, and name the model's line as a fact.

    An engine knows equations and inputs by name only; who wrote the scenario looks for the fault there, and calls a
    number by its path (R123).

    Parameters
    ----------
    found : iterable of Diagnostic
        Subjects among their facts name the inputs behind a fault, and ``time`` where other periods would mend it.
    compiled : CompiledScenario
    """
    diagnostics = list(found)
    inputs = compiled.record.inputs if diagnostics else ()
    paths = {element_name(one.parameter, one.selectors): one.path for one in inputs}
    return [_placed(_by_path(one, paths), compiled.record.scenario) for one in diagnostics]


def _by_path(one: Diagnostic, paths: Mapping[str, str]) -> Diagnostic:
    name, says, rest = one.message.partition(" is ")
    facts = (
        replace(fact, name=paths.get(fact.name, fact.name)) if isinstance(fact, Subject) else fact for fact in one.facts
    )
    return replace(one, message=f"{paths.get(name, name)}{says}{rest}", facts=tuple(facts))


def _placed(one: Diagnostic, scenario: Scenario) -> Diagnostic:
    facts, written, others = [], [], []
    spans: list[Span | None] = []
    for fact in one.facts:
        if isinstance(fact, str):
            facts.append(fact)
        elif fact.parameter == "time":
            written.append(_time(scenario.time))
            spans.append(scenario.time.end)
        elif (source := _behind(fact, scenario.assignments)) is None:
            others.append(str(fact))
        else:
            spans.append(source.value.span)
            certain = source.value.form in ("number", "switch")
            text = source.value.written
            written.append(f"{fact.name} = {text}" if certain else f"{fact}, written: {text}")
    span = next((span for span in spans if span is not None), None)
    if span is None:
        return replace(one, facts=tuple(map(str, one.facts)))
    where = (f"the model's rule: {one.span}",) if one.span else ()
    # What the scenario says comes before the model's own numbers: it is what its author can change.
    return replace(one, span=span, facts=(*facts, *written, *others, *where))


def _time(time: TimeSpec) -> str:
    """Write the periods as a scenario does."""
    if time.span is None:
        return "time = one year, since the scenario does not say"
    return f"time = {time.step}s {time.first} to {time.last}"


def _behind(subject: Subject, assignments: Sequence[Assignment]) -> Assignment | None:
    """Return the strongest assignment that fills the cell of a number."""
    for assignment in reversed(assignments):
        named = {selector.label for selector in assignment.selectors if selector.label}
        mine = assignment.parameter == subject.parameter and named <= subject.labels
        if mine and assignment.value.span is not None:
            return assignment
    return None
