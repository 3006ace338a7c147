"""The evidence for a number: its grade, and which parts are known from memory only (semantics R11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wellbeva.compiler.parameters.values import cites_of, rests_on_the_covering_source
from wellbeva.evidence.grading.grade import GRADES
from wellbeva.scenario.spec import Assignment, Layer, Source
from wellbeva.scenario.value import Cite, Value
from wellbeva.scenario.values.completion import amounts_in

RECALLED = "recalled"


def grade_of(value: Value, layer: Layer, sources: Mapping[str, Source]) -> str:
    """Return the grade of a value: its own, else its source's, else that of the source that covers all.

    What is typed for a source goes before what follows from its design (R171), and so does ``assumed`` beside it. A
    mixture is as strong as its weakest part, and has no grade where a part has none.

    Parameters
    ----------
    value : Value
    layer : Layer
        From which the value comes: the source that covers all does not speak for a model's default, nor for what was
        typed over the scenario.
    sources : mapping of key to Source

    Returns
    -------
    str
        One of `GRADES`; empty if nothing says.
    """
    if value.parts and not value.evidence:
        parts = [grade_of(part, layer, sources) for _, part in value.parts]
        return "" if "" in parts else max(parts, key=lambda grade: GRADES.index(grade) if grade in GRADES else -1)
    named = [sources[cite.key] for cite in value.cites if cite.key in sources]
    typed = value.evidence or next((source.evidence for source in named if source.evidence), "")
    if not typed and any(cite.key == "assumed" for cite in value.cites):
        return "assumed"
    grade = typed or next((source.grade for source in named if source.grade), "")
    if not grade and layer not in ("default", "set"):
        return next((source.grade for source in sources.values() if source.covers == "all"), "")
    return grade


def recalled(one: Assignment, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Say which parts of a number are known from memory, a sentence each: its sources, that which covers all, itself.

    Parameters
    ----------
    one : Assignment
    sources : mapping of key to Source
    """
    value = one.value
    found = list(recalled_sources(cites_of(value), sources))
    if rests_on_the_covering_source(value, one.layer) and (value.points or value.shares or _is_not_zero(value)):
        found += recalled_covering(sources)
    if _says_so(value):
        found.append(f"{one.parameter} ({value.written}) is known from memory and was not checked.")
    return tuple(dict.fromkeys(found))


def recalled_sources(cites: Iterable[Cite], sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Say which of the sources named are known from memory, a sentence each.

    Parameters
    ----------
    cites : iterable of Cite
        One whose key is not that of a source counts for nothing.
    sources : mapping of key to Source
    """
    named = [sources[cite.key] for cite in cites if cite.key in sources]
    return tuple(dict.fromkeys(_sentence(source) for source in named if source.status == RECALLED))


def recalled_covering(sources: Mapping[str, Source]) -> tuple[str, ...]:
    """Say which of the sources that cover all are known from memory."""
    return tuple(
        _sentence(source) for source in sources.values() if source.covers == "all" and source.status == RECALLED
    )


def _sentence(source: Source) -> str:
    return f"{source.cite or source.key} is known from memory and was not checked."


def _is_not_zero(value: Value) -> bool:
    return any(amount.number != 0 for amount in amounts_in(value)) or value.form == "empirical"


def _says_so(value: Value) -> bool:
    return value.status == RECALLED or any(_says_so(part) for _, part in value.parts)
