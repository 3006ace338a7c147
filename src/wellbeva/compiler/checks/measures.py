"""Checks of changes on other measures than life satisfaction: their scales, and the slopes that map them (R163-R165).

They ask the roles `change_of_measure` and `slope_of_measure`, and know a measure by its label on the axis `measure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wellbeva.compiler.checks.unchecked_plan import UncheckedPlan
from wellbeva.distributions.quantile import ppf
from wellbeva.errors import near_miss
from wellbeva.evidence.measures.register import Measure, measures
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Scenario

AXIS = "measure"
NAME_IT = "name it, as in `axes: {measure: {swemwbs: SWEMWBS}}`; `wellbeva evidence measures` lists the keys"


def with_conflicts(scenario: Scenario, inputs: tuple[Input, ...]) -> tuple[Input, ...]:
    """Return the inputs, with a sentence in the note of each slope whose measure has slopes in conflict.

    So that a report and `explain` tell of it whatever the scenario says.

    Parameters
    ----------
    scenario : Scenario
    inputs : tuple of Input
    """
    found = {
        given_input.path: " ".join(filter(None, (given_input.note, words)))
        for given_input, measure in _with_measures(scenario, inputs, "slope_of_measure")
        if (words := measure.conflict_words) and words not in given_input.note and given_input.layer != "default"
    }
    return tuple(replace(one, note=found.get(one.path, one.note)) for one in inputs) if found else inputs


def check_the_measures(plan: UncheckedPlan) -> None:
    """Run the rules of this file."""
    if "slope_of_measure" not in plan.model.roles:
        return
    warn_if_a_measure_is_not_known(plan)
    warn_if_a_conflict_of_slopes_is_left_out(plan)
    fail_if_a_slope_is_not_of_its_measure(plan)
    fail_if_a_change_leaves_its_scale(plan)


def warn_if_a_measure_is_not_known(plan: UncheckedPlan) -> None:
    """Warn of a change on a measure that nobody names, or that is nearly a registered one: nothing is checked of it."""
    changes = [one for one in plan.inputs if "change_of_measure" in one.roles and one.layer != "default"]
    for label in plan.scenario.axes.get(AXIS, ()):
        near = near_miss(label, measures(), cutoff=0.75)
        own = [one for one in changes if label in dict(one.labels).values()]
        unnamed = label == f"every_{AXIS}" and changes
        if label not in measures() and (near or unnamed):
            message = "nothing says on which measure the change was asked"
            if not unnamed:
                message = f"{label!r} is not in the register of measures"
            place = plan.place_of((own or changes)[0]) if changes else plan.scenario.spans.get("axes")
            facts = ("neither its scale nor its slope can be checked",)
            plan.collector.warn("WB-S523", message, place, facts=facts, remedy=near or NAME_IT)


def warn_if_a_conflict_of_slopes_is_left_out(plan: UncheckedPlan) -> None:
    """Warn of a slope that does not reach what others have published for the same measure, where these are in conflict.

    A variant may take one of them: the base case stands beside it.
    """
    for given_input, measure in _with_measures(plan.scenario, plan.inputs, "slope_of_measure"):
        ends = measure.conflict
        if not ends or given_input.layer in ("variant", "default"):
            continue
        low, high = sorted(slope.number for slope in ends)
        lowest, highest = _reach(given_input)
        if lowest <= low and high <= highest:
            continue
        facts = (f"written: {given_input.written}", *(f"{slope.slope}: {slope.source}" for slope in ends))
        plan.collector.warn(
            "WB-S520",
            f"published slopes of {measure.key} differ {measure.times_apart} times, "
            f"and {given_input.path} leaves some of them out",
            plan.place_of(given_input),
            facts=facts,
            remedy=f'write "[measure:{measure.key}]", which is a mixture of them, and show one slope in a variant',
        )


def fail_if_a_slope_is_not_of_its_measure(plan: UncheckedPlan) -> None:
    """Note an error for a slope of the wrong sign for what more points mean, or of another measure."""
    for given_input, measure in _with_measures(plan.scenario, plan.inputs, "slope_of_measure"):
        others = [cite for cite in given_input.cites if cite.key.startswith("measure:")]
        if others and f"measure:{measure.key}" not in [cite.key for cite in others]:
            plan.collector.error(
                "WB-S525",
                f"the slope of {measure.key} is taken from another measure",
                plan.place_of(given_input),
                facts=(f"{given_input.path}: {given_input.written}", f"{measure.key}: {measure.name}"),
                remedy=f'write "[measure:{measure.key}]"',
            )
        elif given_input.base * measure.direction < 0:
            worse, wrong = ("worse", "above") if measure.direction < 0 else ("better", "below")
            known = ", ".join(slope.slope for slope in measure.slopes if slope.slope)
            facts = (
                f"{measure.name}: more points are {worse}",
                f"{given_input.path} is {wrong} zero: {given_input.written}",
                *((f"published: {known}",) if known else ()),
            )
            fall = "; a fall on such a measure is a change below zero" if measure.direction < 0 else ""
            message, place = (
                f"the slope of {measure.key} has the wrong sign",
                plan.place_of(given_input),
            )
            plan.collector.error("WB-S521", message, place, facts=facts, remedy=f"change the sign{fall}")


def fail_if_a_change_leaves_its_scale(plan: UncheckedPlan) -> None:
    """Note an error for a change that is more than the whole scale: it was measured on another one."""
    for given_input, measure in _with_measures(plan.scenario, plan.inputs, "change_of_measure"):
        if max(map(abs, (given_input.base, *(given_input.interval or ())))) > measure.width:
            plan.collector.error(
                "WB-S522",
                f"{given_input.path} is more than the whole scale of {measure.key}",
                plan.place_of(given_input),
                facts=(
                    f"written: {given_input.written}",
                    f"{measure.name}: {measure.low:g} to {measure.high:g}, {measure.width:g} points",
                ),
                remedy="give the change in points of this measure, or name the measure that was asked",
            )


def _with_measures(scenario: Scenario, inputs: Iterable[Input], role: str) -> Iterator[tuple[Input, Measure]]:
    """Yield each number in points of a role with each registered measure that it is about."""
    for given_input in inputs:
        spec = scenario.model.parameters.get(given_input.parameter)
        if spec is None or role not in given_input.roles or AXIS not in spec.by:
            continue
        own = [label for axis, label in given_input.labels if axis == AXIS]
        for label in own or list(scenario.axes.get(AXIS, ())):
            if label in measures():
                yield given_input, measures()[label]


def _reach(given_input: Input) -> tuple[float, float]:
    """Return the ends that were printed, or what 95 of 100 draws lie between."""
    if given_input.interval is not None:
        return given_input.interval
    if given_input.distribution is None:
        return given_input.base, given_input.base
    low, high = ppf(given_input.distribution, [0.025, 0.975])
    return float(low), float(high)
