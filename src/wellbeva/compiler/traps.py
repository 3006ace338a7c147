"""What goes wrong in wellbeing appraisals though every number is right: one small function a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from wellbeva.compiler.appraise import Appraisal
from wellbeva.compiler.flows import (
    fail_if_a_flow_is_discounted_twice,
    fail_if_two_values_of_a_wellby_meet,
    read_flows,
    warn_if_a_kind_has_two_rates,
    warn_if_life_has_two_rates,
)
from wellbeva.compiler.places import place_of_input
from wellbeva.compiler.plan import PlanEquation, PlanParameter
from wellbeva.compiler.record import Input
from wellbeva.compiler.worth import (
    fail_if_a_hurdle_stands_among_values,
    fail_if_the_value_grows_beside_a_health_rate,
    warn_if_a_hurdle_stands_for_the_value,
    warn_if_the_value_of_a_wellby_is_of_another_year,
)
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Scenario, Source

GAIN_OF, PLACES_FOR = "gain_of", "places_for"
"""Names of the parameters by which an option says whose gain its study measured, and who the people counted are."""
VOLUNTEERS = re.compile(r"\bvolunteers\b", re.IGNORECASE)
"""Designs of studies of volunteers."""
LASTING = ("hold", "duration")
"""Names of parameters that say how long a gain lasts."""
CONVERSIONS = {"11/7": Fraction(11, 7), "10/6": Fraction(10, 6)}
_AREAS = r"(?:areas?|neighbourhoods?|districts?|regions?|local authorit(?:y|ies))"
_MEANS = r"(?:averages?|means?)"
AREA = re.compile(
    rf"\b{_MEANS} (?:of|by|across|over|for) (?:the )?(?:\w+ )?{_AREAS}\b"
    rf"|\b{_AREAS}[- ](?:{_MEANS}|level)\b|\becological\b",
    re.IGNORECASE,
)
"""Designs of sources that compare areas and not people."""


def look_for_traps(
    scenario: Scenario,
    appraisal: Appraisal,
    inputs: tuple[Input, ...],
    parameters: tuple[PlanParameter, ...],
    equations: Mapping[str, PlanEquation],
    outcomes: tuple[str, ...],
    collector: Collector,
) -> None:
    """Run every rule of this catalogue."""
    reading = read_flows(parameters, equations)
    fail_if_a_flow_is_discounted_twice(reading, collector)
    warn_if_a_kind_has_two_rates(reading, equations, appraisal, collector)
    warn_if_life_has_two_rates(reading, appraisal, scenario.appraisal.spans.get("discount"), collector)
    fail_if_two_values_of_a_wellby_meet(parameters, equations, outcomes, collector)
    fail_if_the_value_grows_beside_a_health_rate(scenario, appraisal, inputs, collector)
    fail_if_a_hurdle_stands_among_values(scenario, collector)
    warn_if_a_hurdle_stands_for_the_value(scenario, collector)
    warn_if_the_value_of_a_wellby_is_of_another_year(scenario, appraisal, collector)
    warn_if_a_gain_lasts_a_year_unasked(scenario, inputs, collector)
    fail_if_an_area_average_is_an_effect(scenario, parameters, inputs, collector)
    warn_if_a_volunteers_gain_is_not_declared(scenario, parameters, inputs, collector)
    fail_if_anothers_gain_is_counted(scenario, parameters, collector)
    fail_if_scales_are_converted_in_two_ways(scenario, inputs, collector)
    warn_if_a_conversion_of_scales_is_not_named(scenario, inputs, collector)


def warn_if_a_gain_lasts_a_year_unasked(scenario: Scenario, inputs: Iterable[Input], collector: Collector) -> None:
    """An effect measured at one point says nothing of how long it lasts; a full year is the commonest guess."""
    for one in inputs:
        if one.parameter not in LASTING or one.distribution is not None or one.unit.strip() != "year":
            continue
        if one.base >= 1 and one.evidence in ("", "assumed"):
            collector.warn(
                "WB-A120",
                f"the gain is taken to last {one.written}, and no study says so",
                place_of_input(scenario, one),
                facts=(f"{one.path}: {one.doc}", "a certain length, without a source or [assumed]"),
                remedy="cite how long the gain was followed, or write a range such as `12 months (range 3 to 18)`",
            )


def fail_if_an_area_average_is_an_effect(
    scenario: Scenario, parameters: Iterable[PlanParameter], inputs: Iterable[Input], collector: Collector
) -> None:
    """A difference between areas is not what one person gains; a baseline may be an area's mean, an effect may not."""
    gains = _gains(parameters)
    for one in inputs:
        if one.parameter not in gains:
            continue
        source = _study(scenario, one)
        if source is not None and AREA.search(source.design):
            collector.error(
                "WB-A121",
                f"{one.parameter} is a person's gain, and its source compares areas",
                place_of_input(scenario, one),
                facts=(f"{one.path}: {one.written}", f"{source.key}: {source.design}"),
                remedy="use a study of people; an area's mean may serve as the baseline of a group",
            )


def _study(scenario: Scenario, one: Input) -> Source | None:
    """Return the source that a number names first; others beside it support it or convert it."""
    return next((scenario.sources[cite.key] for cite in one.cites if cite.key in scenario.sources), None)


def _gains(parameters: Iterable[PlanParameter]) -> frozenset[str]:
    """Return the parameters that hold a person's gain: life satisfaction that is no baseline."""
    return frozenset(
        one.name for one in parameters if dict(one.unit.powers).get("LS", 0) > 0 and not one.name.startswith("baseline")
    )


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
        option = next((label for axis, label in one.labels if axis == "option"), "")
        studied = _study(scenario, one)
        if studied is None or not VOLUNTEERS.search(studied.design):
            continue
        if one.parameter in gains and option not in declared:
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
    if len(found) < 2:
        return
    words = scenario.model.parameters[GAIN_OF].choices
    places = {one.parameter: one.value.span for one in scenario.assignments if one.parameter in found}
    measured, counted = found[GAIN_OF].values.ravel(), found[PLACES_FOR].values.ravel()
    for option, whose, who in zip(scenario.options, measured, counted, strict=True):
        if whose != who:
            collector.error(
                "WB-A125",
                f"the gain of {option.name} was measured on other people than those who are counted",
                places.get(GAIN_OF) or places.get(PLACES_FOR),
                facts=(f"gain_of: {words[int(whose)]}", f"places_for: {words[int(who)]}"),
                remedy="count the people whose gain it is, or find a study of those who are counted",
            )


def fail_if_scales_are_converted_in_two_ways(scenario: Scenario, inputs: Iterable[Input], collector: Collector) -> None:
    """11/7 and 10/6 in one run make effects that are 6% apart for no reason but arithmetic."""
    found: dict[str, Input] = {}
    for name, one in _conversions(inputs):
        found.setdefault(name, one)
    if len(found) == len(CONVERSIONS):
        hmt, ends = found["11/7"], found["10/6"]
        collector.error(
            "WB-A122",
            "two ways to convert a scale of 1 to 7 stand in one appraisal",
            place_of_input(scenario, ends),
            facts=(f"{hmt.path}: 11/7, numbers of answers (HM Treasury)", f"{ends.path}: 10/6, ends of the scales"),
            remedy="use one of them throughout, and show the other in a variant",
        )


def warn_if_a_conversion_of_scales_is_not_named(
    scenario: Scenario, inputs: Iterable[Input], collector: Collector
) -> None:
    """Two rules are in use; a reader must be told which one this is."""
    for name, one in _conversions(inputs):
        if not one.note and not [cite for cite in one.cites if cite.key != "assumed"]:
            collector.warn(
                "WB-A123",
                f"{one.parameter} converts a scale by {name} without saying whose rule that is",
                place_of_input(scenario, one),
                facts=(
                    "11/7: numbers of answers (HM Treasury, 2021)",
                    "10/6: ends of the scales (State of Life), 6% more",
                ),
                remedy="cite the source of the rule, or say it in a note",
            )


def _conversions(inputs: Iterable[Input]) -> list[tuple[str, Input]]:
    """Find the numbers written as one of the two fractions, or asked of the appraisal by name."""
    found = []
    for one in inputs:
        for name, factor in CONVERSIONS.items():
            written = one.written.split("[")[0].replace(" ", "").startswith(name)
            if written or (one.parameter == "scale_factor" and abs(one.base - float(factor)) < 1e-12):
                found.append((name, one))
    return found
