"""The value behind each input as the scenario holds it, and who gave it."""

from __future__ import annotations

from wellbeva.compiler.parameters.values import rests_on_the_covering_source
from wellbeva.plan.record import Input, Record
from wellbeva.scenario.spec import Layer, Source
from wellbeva.scenario.value import Value

LAYERS = {
    "default": "the model’s default",
    "appraisal": "the appraisal’s rules",
    "values": "the scenario",
    "table": "a table beside the scenario",
    "option": "the option in the scenario",
    "variant": "the variant in force",
    "set": "the command line",
}
Key = tuple[str, str, tuple[tuple[str, str], ...]]


def group_of(one: Input) -> Key:
    """Return what the shares of one Dirichlet have in common: parameter, layer, and labels but the last."""
    return one.parameter, one.layer, one.labels[:-1]


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


def given_by(one: Input, record: Record) -> str:
    """Say who gave an input: a layer in words, or an area's data with its year and what was done to it.

    Parameters
    ----------
    one : Input
    record : Record
        Of the run that has the input.
    """
    return area_words(one.original.value, record) or LAYERS.get(one.layer, one.layer)


def area_words(value: Value, record: Record) -> str:
    """Say which data of an area a value is from; empty where it is from elsewhere.

    The key ``area`` makes value and source together, both at its own place; no value that a person writes stands where
    its source does.

    Parameters
    ----------
    value : Value
    record : Record
        Holds the sources that the value may cite.
    """
    if value.span is None or not value.cites:
        return ""
    source = record.scenario.sources.get(value.cites[0].key)
    if source is None or source.span != value.span:
        return ""
    if year := value.cites[0].year:
        facts = [year, "shrunk" if value.form == "interval" else "as published"]
    else:
        facts = [source.status] if source.status else []
    return f"the area’s data ({', '.join(facts)})" if facts else "the area’s data"
