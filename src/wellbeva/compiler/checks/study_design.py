"""Checks of the studies behind gains: their kind, whom they compare, and whose gain they measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.checks.unchecked_plan import UncheckedPlan
from wellbeva.errors import near_miss
from wellbeva.plan.plan import PlanParameter
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Model, Scenario, Source
from wellbeva.scenario.text.identifiers import BEFORE_AND_AFTER, GRADES, STUDY_KINDS

Words = npt.NDArray[np.str_]

MOST_SHOWN = 5
"""Most inputs named in one message."""


def check_the_studies(plan: UncheckedPlan, gains: Mapping[str, list[Input]]) -> None:
    """Run the rules of this file.

    Parameters
    ----------
    plan : UncheckedPlan
    gains : mapping of str to list of Input
        By source, as from `effects`.
    """
    fail_if_areas_are_taken_for_people(plan)
    warn_if_no_kind_of_study_is_declared(plan, gains)
    warn_if_a_typed_grade_is_another(plan)
    look_for_a_counterfactual_taken_twice_or_never(plan, gains)
    warn_if_a_volunteers_gain_is_not_declared(plan)
    fail_if_anothers_gain_is_counted(plan)


def fail_if_areas_are_taken_for_people(plan: UncheckedPlan) -> None:
    """Note an error for a gain whose source compares areas: a difference between areas is not what one person gains.

    A baseline may be an area's mean; so may the level at which a life that is saved is lived.
    """
    gains, levels = _gains(plan.model, plan.parameters), options_of_lives_saved(plan.scenario, plan.inputs)
    for given_input in plan.inputs:
        if given_input.parameter not in gains or option_of(given_input) in levels:
            continue
        source = study_behind(plan.scenario, given_input)
        if source is not None and source.compares == "areas":
            plan.collector.error(
                "WB-A121",
                f"{given_input.parameter} is a person's gain, and its source compares areas",
                plan.place_of(given_input),
                facts=(f"{given_input.path}: {given_input.written}", f"{source.key}: compares areas"),
                remedy="use a study of people; an area's mean may serve as the baseline of a group",
            )


def effects(plan: UncheckedPlan) -> dict[str, list[Input]]:
    """Return the inputs that say what one person gains [LS, SD, points], by the key of the source behind them.

    The units of parameters tell gains from other numbers.

    Gains without a study stand under the empty key.
    """
    gains, levels = _gains(plan.model, plan.parameters), options_of_lives_saved(plan.scenario, plan.inputs)
    of_gains = set()
    for parameter in plan.parameters:
        powers = dict(parameter.unit.powers)
        # A number for each point of another scale converts a gain, and is none.
        converts = any(power < 0 and name != "person" for name, power in powers.items())
        if not converts and (parameter.name in gains or powers.get("SD", 0) > 0):
            of_gains.add(parameter.name)
    of_gains.update(plan.model.roles.get("change_of_measure", ()))
    found: dict[str, list[Input]] = {}
    for given_input in plan.inputs:
        if given_input.parameter in of_gains and option_of(given_input) not in levels:
            source = study_behind(plan.scenario, given_input)
            if "gain_of_volunteer" not in given_input.roles:
                found.setdefault(source.key if source is not None else "", []).append(given_input)
    return found


def warn_if_no_kind_of_study_is_declared(plan: UncheckedPlan, gains: Mapping[str, list[Input]]) -> None:
    """Warn of a source behind a gain that describes its design in prose alone, which no rule can read.

    Parameters
    ----------
    plan : UncheckedPlan
    gains : mapping of str to list of Input
        By source, as from `effects`.
    """
    for key, ones in gains.items():
        source = plan.scenario.sources.get(key)
        if source is None or not source.design or source.kind or source.compares:
            continue
        plan.collector.warn(
            "WB-A150",
            f"nothing says what kind of study is behind {paths(ones)}",
            source.span,
            facts=(f"{key}: {source.design}", f"kinds are {', '.join(STUDY_KINDS)}"),
            remedy=near_miss(source.design, STUDY_KINDS)
            or "begin `design` with one of them, as in `design: trial; 146 people on a waiting list`; "
            "a study that compares areas says `compares: areas`",
        )


def warn_if_a_typed_grade_is_another(plan: UncheckedPlan) -> None:
    """Warn of a source whose grade as typed is not the one that follows from what is declared of its study (R171)."""
    for source in plan.scenario.sources.values():
        typed, found = source.evidence, source.computed
        if not typed or not found.word or typed == found.word:
            continue
        weaker = GRADES.index(typed) > GRADES.index(found.word)
        plan.collector.warn(
            "WB-C091",
            f"{source.key} is graded {typed}, and what is declared of its study makes it {found.word}",
            source.span,
            facts=found.reasons,
            remedy="declare what weakens it: n, attrition, blinded, consistent or direct; or leave `evidence` out"
            if weaker
            else "leave `evidence` out, or correct what is declared",
        )


def look_for_a_counterfactual_taken_twice_or_never(plan: UncheckedPlan, gains: Mapping[str, list[Input]]) -> None:
    """Compare what a study has taken off for what would have happened anyway with what the scenario takes off (R39).

    A deadweight is a share, looked at in the base case.

    A study with a comparison group has taken it off, one that compares before with after has not.

    Parameters
    ----------
    plan : UncheckedPlan
    gains : mapping of str to list of Input
        By source, as from `effects`.
    """
    model = plan.model
    switch, deadweight, of_places = map(model.named, ("controlled", "deadweight", "deadweight_of_places"))
    if not deadweight:
        return
    given = [_given(plan.scenario, plan.inputs, name) for name in model.roles["deadweight"]]
    said = _given(plan.scenario, plan.inputs, switch)
    taken = _options_above_zero(plan)
    for key, ones in gains.items():
        kind, never = plan.scenario.sources[key].kind if key else "", []
        for one in ones if kind else ():
            options = [option_of(one)] if option_of(one) else [option.name for option in plan.scenario.options]
            controlled = {said[name].original.written for name in options if name in said}
            facts = (f"{one.path}: {one.written}", f"{key}: {kind}")
            if kind == BEFORE_AND_AFTER and "true" in controlled:
                plan.collector.error(
                    "WB-A151",
                    f"{one.path} is said to be controlled, and its study only compares before with after",
                    plan.place_of(one),
                    facts=(*facts, f"{switch}: true"),
                    remedy=f"leave `{switch}` out and give a {deadweight}, or correct the kind of study",
                )
            elif kind == BEFORE_AND_AFTER and not all(any(name in each for each in given) for name in options):
                never.append(one)
            elif STUDY_KINDS.get(kind) and not controlled and taken.intersection(options):
                plan.collector.error(
                    "WB-A153",
                    f"what would have happened anyway is taken off {one.path} twice",
                    plan.place_of(one),
                    facts=(*facts, f"the study's comparison group takes it off, and {deadweight} does so again"),
                    remedy=f"leave {deadweight} out"
                    + (f" and write `{switch}: true`" if switch else "")
                    + (f"; people who would have done something similar anyway are a {of_places}" if of_places else ""),
                )
        if never:
            plan.collector.warn(
                "WB-A152",
                f"nothing is taken off {paths(never)} for what would have happened anyway",
                plan.place_of(never[0]),
                facts=(f"{key}: {kind}", "people often feel better without any offer"),
                remedy=f"give a {deadweight}, with its source; write `{deadweight}: 0%` if nothing would have changed",
            )


def paths(inputs: list[Input]) -> str:
    """Name inputs in a message, the first few of many."""
    return ", ".join(given_input.path for given_input in inputs[:MOST_SHOWN]) + (
        " …" if len(inputs) > MOST_SHOWN else ""
    )


def _given(scenario: Scenario, inputs: Iterable[Input], name: str) -> dict[str, Input]:
    """Return the number of that name which the scenario gives each option; one for all options stands for each."""
    found: dict[str, Input] = {}
    for given_input in inputs:
        if given_input.parameter == name and given_input.layer != "default":
            own = option_of(given_input)
            found |= dict.fromkeys([own] if own else [option.name for option in scenario.options], given_input)
    return found


def _options_above_zero(plan: UncheckedPlan) -> frozenset[str]:
    """Return the options with a deadweight above zero in the base case."""
    names = [option.name for option in plan.scenario.options]
    found: set[str] = set()
    for parameter in plan.parameters:
        if parameter.name in plan.model.roles["deadweight"]:
            above = np.argwhere(parameter.values > 0).tolist()
            own = parameter.axes.index("option") if "option" in parameter.axes else None
            found.update(name for at in above for name in (names if own is None else [names[at[own]]]))
    return frozenset(found)


def study_behind(scenario: Scenario, one: Input) -> Source | None:
    """Return the source that a number names first, else the one that covers all numbers without a source.

    Others beside the first support it or convert it. What nobody gave (a default, a figure of the appraisal), what
    was typed over the scenario without a source, and what is only assumed has no study behind it.

    Parameters
    ----------
    scenario : Scenario
    one : Input
    """
    return next(iter(studies_behind(scenario, one)), None)


def studies_behind(scenario: Scenario, one: Input) -> tuple[Source, ...]:
    """Return the sources that a number names; if it names none, those that cover all numbers.

    Parameters
    ----------
    scenario : Scenario
    one : Input
    """
    named = tuple(scenario.sources[cite.key] for cite in one.cites if cite.key in scenario.sources)
    if named or one.cites or one.original.layer in ("default", "appraisal", "set"):
        return named
    return tuple(source for source in scenario.sources.values() if source.covers == "all")


def _gains(model: Model, parameters: Iterable[PlanParameter]) -> frozenset[str]:
    """Return the parameters that hold a person's gain: life satisfaction that is neither baseline nor neutral level."""
    levels = {*model.roles.get("level", ()), *model.roles.get("neutral_level", ())}
    return frozenset(
        parameter.name
        for parameter in parameters
        if dict(parameter.unit.powers).get("LS", 0) > 0 and parameter.name not in levels
    )


def option_of(one: Input) -> str:
    """Return the option an input belongs to; empty if it holds for all."""
    return next((label for axis, label in one.labels if axis == "option"), "")


def options_of_lives_saved(scenario: Scenario, inputs: Iterable[Input]) -> frozenset[str]:
    """Return the options for which the scenario gives a neutral level, which only a life saved has.

    Parameters
    ----------
    scenario : Scenario
    inputs : iterable of Input

    Returns
    -------
    frozenset of str
        All options and the empty name, if one level holds for all.
    """
    given = {
        option_of(given_input)
        for given_input in inputs
        if "neutral_level" in given_input.roles and given_input.layer != "default"
    }
    return frozenset({"", *(option.name for option in scenario.options)} if "" in given else given)


def warn_if_a_volunteers_gain_is_not_declared(plan: UncheckedPlan) -> None:
    """Warn of a study of volunteers where nothing says whose gain it is (R41).

    It says what volunteering does for them, and not what they do for others.
    """
    gain_of, counted = plan.model.named("gain_of"), plan.model.named("counted")
    if not gain_of:
        return
    gains = _gains(plan.model, plan.parameters) - {*plan.model.roles.get("gain_of_volunteer", ())}
    declared = {
        label
        for assignment in plan.scenario.assignments
        if assignment.parameter == gain_of
        for label in (
            [s.label for s in assignment.selectors if s.label] or [option.name for option in plan.scenario.options]
        )
    }
    for given_input in plan.inputs:
        if given_input.parameter not in gains or option_of(given_input) in declared:
            continue
        studied = study_behind(plan.scenario, given_input)
        if studied is not None and studied.compares == "volunteers":
            plan.collector.warn(
                "WB-A124",
                f"the study behind {given_input.path} is of volunteers, and nothing says whose gain it is",
                plan.place_of(given_input),
                facts=(f"{studied.key}: compares volunteers", "the model counts it for all who are offered a place"),
                remedy=f"write `{gain_of}: volunteer`"
                + (f", and `{counted}: volunteer` if volunteers are the people counted" if counted else ""),
            )


def fail_if_anothers_gain_is_counted(plan: UncheckedPlan) -> None:
    """Note an error where `gain_of` and `places_for` differ: a volunteer's gain is not that of those helped (R41).

    The two choices are held against each other cell by cell over their axes.
    """
    declared = gain_of, counted = plan.model.named("gain_of"), plan.model.named("counted")
    found = {parameter.name: parameter for parameter in plan.parameters if parameter.name in declared}
    specs = [plan.model.parameters[name] for name in declared if name in found]
    if len(specs) < 2:
        return
    axes = tuple(dict.fromkeys(axis for name in found for axis in found[name].axes))
    whose, who = np.broadcast_arrays(*(_in_words(found[spec.name], spec.choices, axes) for spec in specs))
    given = {
        assignment.parameter: assignment.value.span
        for assignment in plan.scenario.assignments
        if assignment.parameter in found
    }
    named = (given.get(gain_of), given.get(counted), *(spec.span for spec in specs))
    own = axes.index("option") if "option" in axes else None
    first: dict[int, tuple[int, ...]] = {}
    for at in map(tuple, np.argwhere(whose != who).tolist()):
        first.setdefault(0 if own is None else at[own], at)
    for option, at in sorted(first.items()):
        of = "" if own is None else f" of {plan.scenario.options[option].name}"
        plan.collector.error(
            "WB-A125",
            f"the gain{of} was measured on people other than those who are counted",
            next((place for place in named if place is not None), None),
            facts=(f"{gain_of}: {whose[at]}", f"{counted}: {who[at]}"),
            remedy="count the people whose gain it is, or find a study of those who are counted",
        )


def _in_words(parameter: PlanParameter, choices: tuple[str, ...], axes: tuple[str, ...]) -> Words:
    """Return what a choice says in each cell, laid out over more axes."""
    words = np.asarray(choices)[parameter.values.astype(np.int64)]
    order = sorted(range(words.ndim), key=lambda place: axes.index(parameter.axes[place]))
    lengths = dict(zip(parameter.axes, words.shape, strict=True))
    return words.transpose(order).reshape([lengths.get(axis, 1) for axis in axes])
