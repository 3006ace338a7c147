"""The value behind each input as the scenario holds it, and who gave it."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.compiler.parameters.cells import place_path
from wellbeva.compiler.parameters.values import rests_on_the_covering_source
from wellbeva.plan.record import Input, Record
from wellbeva.scenario.spec import Layer, Source, Value

LAYERS = {
    "default": "the model’s default",
    "appraisal": "the appraisal’s rules",
    "values": "the scenario",
    "table": "a table beside the scenario",
    "option": "the option in the scenario",
    "variant": "the variant in force",
    "set": "the command line",
}
Key = tuple[str, str, str]
"""Dotted path, layer, and the value as it stands in the file."""


def values_of(record: Record) -> dict[Key, Value]:
    """Return the value behind every input that a file gives, by what an `Input` says of it.

    Each share of a Dirichlet has the whole Dirichlet as its value. Columns of joint draws have none.

    Parameters
    ----------
    record : Record
    """
    scenario = record.scenario
    found: dict[Key, Value] = {
        (name, "default", parameter.default.written): parameter.default
        for name, parameter in scenario.model.parameters.items()
        if parameter.default is not None
    }
    for assignment in scenario.assignments:
        path, value = place_path(assignment), assignment.value
        paths = [f"{path}.{label}" for label, _ in value.shares] if value.form == "dirichlet" else [path]
        found |= {(each, assignment.layer, value.written): value for each in paths}
    return found


def value_of(one: Input, values: Mapping[Key, Value]) -> Value | None:
    """Return the value behind an input, None where no file gives it."""
    return values.get((one.path, one.layer, one.written))


def group_of(one: Input) -> Key:
    """Return what the shares of one Dirichlet have in common."""
    return one.path.rpartition(".")[0], one.layer, one.written


def covering_of(value: Value, layer: Layer, record: Record) -> tuple[Source, ...]:
    """Return the sources that cover all, if a value or a part of it names none of its own; else nothing.

    Parameters
    ----------
    value : Value
    layer : Layer
        Where it was given.
    record : Record
    """
    return covering_sources(record) if rests_on_the_covering_source(value, layer) else ()


def covering_sources(record: Record) -> tuple[Source, ...]:
    """Return the sources that cover all numbers that name none of their own."""
    return tuple(source for source in record.scenario.sources.values() if source.covers == "all")


def given_by(one: Input, value: Value | None, record: Record) -> str:
    """Say who gave an input: a layer in words, or an area's data with its year and what was done to it.

    Parameters
    ----------
    one : Input
    value : Value or None
        As `value_of` gives it.
    record : Record
    """
    return area_words(value, record) or LAYERS.get(one.layer, one.layer)


def area_words(value: Value | None, record: Record) -> str:
    """Say which data of an area a value is from; empty where it is from elsewhere.

    The key ``area`` makes value and source together, both at its own place; no value that a person writes stands where
    its source does.
    """
    if value is None or value.span is None or not value.cites:
        return ""
    source = record.scenario.sources.get(value.cites[0].key)
    if source is None or source.span != value.span:
        return ""
    _, _, year = value.cites[0].place.partition(" ")
    if year:
        facts = [year, "shrunk" if value.form == "interval" else "as published"]
    else:
        facts = [source.status] if source.status else []
    return f"the area’s data ({', '.join(facts)})" if facts else "the area’s data"
