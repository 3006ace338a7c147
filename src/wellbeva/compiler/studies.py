"""Whom a study compares, and whose gain it measured: areas taken for people, volunteers for those they help."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.places import place_of_input
from wellbeva.compiler.plan import PlanParameter
from wellbeva.compiler.record import Input
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Scenario, Source

Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.str_]

GAIN_OF, PLACES_FOR = "gain_of", "places_for"
"""Names of the parameters by which an option says whose gain its study measured, and who the people counted are."""
NEUTRAL = "neutral"
"""Name of the parameter that an option gives where its gain is a life saved; what it is lived at is then a level."""
VOLUNTEERS = re.compile(r"\bvolunteers\b", re.IGNORECASE)
"""Designs of studies of volunteers."""
_AREA = (
    r"(?:areas?|neighbourhoods?|districts?|regions?|local authorit(?:y|ies)|councils?|wards?|count(?:y|ies)|boroughs?"
    r"|constituenc(?:y|ies)|postcodes?|[LM]SOAs?|countr(?:y|ies))"
)
_WORDS = r"(?:[\w'-]+ ){0,3}"
_MEAN = r"(?:averages?|means?)"
AREAS = re.compile(
    rf"\b{_MEAN} {_WORDS}(?:of|by|across|over|for|in|between) {_WORDS}{_AREA}\b"
    rf"|\b{_AREA}[- ](?:{_MEAN}|levels?)\b"
    rf"|\b(?:cross[- ]sections?|panels?|comparisons?|correlations?|regressions?|samples?|maps?)"
    rf" (?:of|across|over|between) {_WORDS}{_AREA}\b"
    rf"|\b(?:across|between) {_WORDS}{_AREA}\b"
    rf"|\b\d[\d,]* {_WORDS}{_AREA}\b"
    r"|\becological\b",
    re.IGNORECASE,
)
"""Words for designs that compare areas."""
PEOPLE = re.compile(
    r"\b(?:individuals?|persons?|people|participants?|respondents?|patients?|pupils?|students?|adults?|children"
    r"|residents?|households?|volunteers?|momentary|randomi[sz]ed|trials?|multi-?level|members?)\b",
    re.IGNORECASE,
)
"""Words for designs that compare people, wherever they live."""


def check_the_studies(
    scenario: Scenario, parameters: tuple[PlanParameter, ...], inputs: tuple[Input, ...], collector: Collector
) -> None:
    """Run the rules of this file."""
    look_for_areas_taken_for_people(scenario, parameters, inputs, collector)
    warn_if_a_volunteers_gain_is_not_declared(scenario, parameters, inputs, collector)
    fail_if_anothers_gain_is_counted(scenario, parameters, collector)


def look_for_areas_taken_for_people(
    scenario: Scenario, parameters: Iterable[PlanParameter], inputs: tuple[Input, ...], collector: Collector
) -> None:
    """A difference between areas is not what one person gains; a baseline may be an area's mean, an effect may not.

    A source that says `compares: areas` is refused. The words of its design only raise the question.
    """
    gains, levels = _gains(parameters), options_of_lives_saved(scenario, inputs)
    for one in inputs:
        if one.parameter not in gains or option_of(one) in levels:
            continue
        source = study_behind(scenario, one)
        if source is None:
            continue
        if source.compares == "areas":
            collector.error(
                "WB-A121",
                f"{one.parameter} is a person's gain, and its source compares areas",
                place_of_input(scenario, one),
                facts=(f"{one.path}: {one.written}", f"{source.key}: compares areas"),
                remedy="use a study of people; an area's mean may serve as the baseline of a group",
            )
        elif not source.compares and AREAS.search(source.design) and not PEOPLE.search(source.design):
            collector.warn(
                "WB-A129",
                f"{one.parameter} is a person's gain, and its source seems to compare areas",
                place_of_input(scenario, one),
                facts=(f"{one.path}: {one.written}", f"{source.key}: {source.design}"),
                remedy=f"write `compares: people` under the source {source.key!r} if it compares people; "
                "else use another study",
            )


def study_behind(scenario: Scenario, one: Input) -> Source | None:
    """Return the source that a number names first, else the one that covers all numbers without a source.

    Others beside the first support it or convert it. What nobody gave (a default, a figure of the appraisal) and what
    is only assumed has no study behind it.
    """
    return next(iter(studies_behind(scenario, one)), None)


def studies_behind(scenario: Scenario, one: Input) -> tuple[Source, ...]:
    """Return the sources that a number names; of one that names none, those that cover all."""
    named = tuple(scenario.sources[cite.key] for cite in one.cites if cite.key in scenario.sources)
    if named or one.cites or one.layer in ("default", "appraisal"):
        return named
    return tuple(source for source in scenario.sources.values() if source.covers == "all")


def _gains(parameters: Iterable[PlanParameter]) -> frozenset[str]:
    """Return the parameters that hold a person's gain: life satisfaction that is neither baseline nor neutral level."""
    return frozenset(
        one.name
        for one in parameters
        if dict(one.unit.powers).get("LS", 0) > 0 and not one.name.startswith("baseline") and one.name != NEUTRAL
    )


def option_of(one: Input) -> str:
    """Return the option an input belongs to; empty if it holds for all."""
    return next((label for axis, label in one.labels if axis == "option"), "")


def options_of_lives_saved(scenario: Scenario, inputs: Iterable[Input]) -> frozenset[str]:
    """Return the options for which the scenario gives a neutral level; with the empty name if it holds for all."""
    given = {option_of(one) for one in inputs if one.parameter == NEUTRAL and one.layer != "default"}
    return frozenset({"", *(option.name for option in scenario.options)} if "" in given else given)


def warn_if_a_volunteers_gain_is_not_declared(
    scenario: Scenario, parameters: Iterable[PlanParameter], inputs: Iterable[Input], collector: Collector
) -> None:
    """A study of volunteers says what volunteering does for them, not what they do for others (R41)."""
    if GAIN_OF not in scenario.model.parameters:
        return
    gains = {name for name in _gains(parameters) if not name.startswith("volunteer")}
    declared = {
        label
        for one in scenario.assignments
        if one.parameter == GAIN_OF
        for label in ([s.label for s in one.selectors if s.label] or [option.name for option in scenario.options])
    }
    for one in inputs:
        studied = study_behind(scenario, one)
        if studied is None or not VOLUNTEERS.search(studied.design):
            continue
        if one.parameter in gains and option_of(one) not in declared:
            collector.warn(
                "WB-A124",
                f"the study behind {one.path} is of volunteers, and nothing says whose gain it is",
                place_of_input(scenario, one),
                facts=(f"{studied.key}: {studied.design}", "the model counts it for all who are offered a place"),
                remedy="write `gain_of: volunteer`, and `places_for: volunteer` if volunteers are the people counted",
            )


def fail_if_anothers_gain_is_counted(
    scenario: Scenario, parameters: Iterable[PlanParameter], collector: Collector
) -> None:
    """A volunteer's gain is not the gain of the person helped (R41): both sides are declared, and must agree."""
    found = {one.name: one for one in parameters if one.name in (GAIN_OF, PLACES_FOR)}
    specs = [scenario.model.parameters[name] for name in (GAIN_OF, PLACES_FOR) if name in found]
    if len(specs) < 2 or not all(one.choices for one in specs):
        return
    axes = tuple(dict.fromkeys(axis for name in found for axis in found[name].axes))
    whose, who = np.broadcast_arrays(*(_in_words(found[one.name], one.choices, axes) for one in specs))
    given = {one.parameter: one.value.span for one in scenario.assignments if one.parameter in found}
    named = (given.get(GAIN_OF), given.get(PLACES_FOR), *(one.span for one in specs))
    for cells in _by_option(whose != who, axes):
        if not cells.any():
            continue
        at = tuple(np.argwhere(cells)[0].tolist())
        of = f" of {scenario.options[at[axes.index('option')]].name}" if "option" in axes else ""
        collector.error(
            "WB-A125",
            f"the gain{of} was measured on other people than those who are counted",
            next((place for place in named if place is not None), None),
            facts=(f"gain_of: {whose[at]}", f"places_for: {who[at]}"),
            remedy="count the people whose gain it is, or find a study of those who are counted",
        )


def _in_words(parameter: PlanParameter, choices: tuple[str, ...], axes: tuple[str, ...]) -> Words:
    """Return what a choice says in each cell, laid out over more axes."""
    words = np.asarray(choices)[parameter.values.astype(np.int64)]
    order = sorted(range(words.ndim), key=lambda place: axes.index(parameter.axes[place]))
    lengths = dict(zip(parameter.axes, words.shape, strict=True))
    return words.transpose(order).reshape([lengths.get(axis, 1) for axis in axes])


def _by_option(cells: Flags, axes: tuple[str, ...]) -> list[Flags]:
    """Return the cells of each option, all others False; all cells where there is no such axis."""
    if "option" not in axes:
        return [cells]
    place = axes.index("option")
    along = np.arange(cells.shape[place]).reshape([-1 if axis == "option" else 1 for axis in axes])
    return [cells & (along == option) for option in range(cells.shape[place])]
