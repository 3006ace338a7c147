"""Places in the scenario of the numbers behind a diagnostic: a failed check, a pitfall, a draw that is not finite."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace

from wellbeva.core.spans import Span
from wellbeva.errors import Diagnostic, Subject
from wellbeva.plan.record import CompiledScenario, Input
from wellbeva.plan.remedies import REPLAY
from wellbeva.scenario.spec import Assignment, Scenario, TimeSpec

_TIME_ADVISED = re.compile(r"\b(?:let|lengthen|extend|shorten) time\b|`time\b")
"""How a model's advice names the key `time`; the time that a gain lasts is another."""


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

    An engine knows equations and inputs by name only; who wrote the scenario looks for the fault there. Where the model
    advises another `time`, it points at the end of it, and at no number: "let time run longer".
    A draw is seen again with the variant and the values of `--set` that the run had.

    Parameters
    ----------
    found : iterable of Diagnostic
        Facts of the form ``name = value`` name the inputs behind a fault.
    compiled : CompiledScenario
    """
    scenario = compiled.record.scenario
    return [_placed(replace(one, remedy=_with_changes(one.remedy, scenario)), scenario) for one in found]


def _with_changes(remedy: str, scenario: Scenario) -> str:
    """Add the variant and the values of `--set` to a remedy that says how to see a draw again."""
    words = ["--variant", scenario.variant] if scenario.variant else []
    for override in scenario.overrides:
        words += ["--set", override]
    return remedy.replace(REPLAY, f"`wellbeva explain` with {shlex.join(words)} --draw") if words else remedy


def _placed(one: Diagnostic, scenario: Scenario) -> Diagnostic:
    written, others = [], []
    spans = []
    for subject in one.subjects:
        found = _behind(subject, scenario.assignments)
        if found is None:
            others.append(subject.fact)
        else:
            spans.append(found.value.span)
            certain = found.value.form in ("number", "switch")
            written.append(
                f"{subject.name} = {found.value.written}"
                if certain
                else f"{subject.fact}, written: {found.value.written}"
            )
    if _TIME_ADVISED.search(one.remedy):
        written.insert(0, _time(scenario.time))
        spans.insert(0, scenario.time.end)
    span = next((span for span in spans if span is not None), None)
    if span is None:
        return one
    numbers = {subject.fact for subject in one.subjects}
    facts = [fact for fact in one.facts if fact not in numbers]
    where = (f"the model's rule: {one.span}",) if one.span else ()
    # What the scenario says comes before the model's own numbers: it is what its author can change.
    return replace(one, span=span, facts=(*facts, *written, *others, *where), subjects=())


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
