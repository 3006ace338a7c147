"""One namespace (FORMAT R20): a name of a model or a scenario must not be taken for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from wellbeva.core.axes import Axis
from wellbeva.core.spans import Span
from wellbeva.core.units import DURATIONS
from wellbeva.errors import Collector
from wellbeva.language.functions import FUNCTIONS, LATER
from wellbeva.plan.plan import PlanEquation
from wellbeva.scenario.spec import Scenario

UNITS = (*DURATIONS, "hour", "point", "share", "ratio", "money")
"""Words of units that could be names; the others have capital letters, or are words of the format already."""


def fail_if_a_name_is_a_functions(scenario: Scenario, collector: Collector) -> None:
    """Note an error for a name that a function has: a parameter `floor` would silently hide the function that rounds.

    Parameters
    ----------
    scenario : Scenario
    collector : Collector
    """
    functions = {*FUNCTIONS, *LATER}
    for kind, name, span in _named(scenario):
        if name in functions:
            collector.error(
                "WB-C051",
                f"the {kind} {name!r} has the name of a function",
                span or scenario.spans.get("model"),
                facts=(f"{name}(…) can be called in every equation",),
                remedy=f"give the {kind} another name",
            )


def fail_if_a_name_is_a_units(scenario: Scenario, collector: Collector) -> None:
    """Note an error for a name that a unit has.

    An axis called `year` would look like the unit, and a model written for years could not be run in months.

    Parameters
    ----------
    scenario : Scenario
    collector : Collector
    """
    for kind, name, span in _named(scenario):
        if name in UNITS:
            collector.error(
                "WB-C052",
                f"the {kind} {name!r} has the name of a unit",
                span or scenario.spans.get("model"),
                facts=(f"{name} stands in units, such as 'per {name}'" if name in DURATIONS else f"{name} is a unit",),
                remedy=f"give the {kind} another name",
            )


def fail_if_a_choice_has_a_models_name(scenario: Scenario, collector: Collector) -> None:
    """Note an error for a label of a choice that is also a name.

    In ``kind == older`` the label would silently win over a parameter called `older`.

    Parameters
    ----------
    scenario : Scenario
    collector : Collector
    """
    model = scenario.model
    names = {*model.parameters, *model.equations, *model.axes}
    for spec in model.parameters.values():
        for label in spec.choices:
            if label in names:
                collector.error(
                    "WB-C053",
                    f"the label {label!r} of the choice {spec.name!r} is also a name of the model",
                    spec.span,
                    facts=(f"in '{spec.name} == {label}' nobody could tell which is meant",),
                    remedy="give one of them another name",
                )


def warn_if_two_options_have_one_label(scenario: Scenario, collector: Collector) -> None:
    """Warn of an option that has the label, or the words for it, of an earlier one: a reader would take them for one.

    Parameters
    ----------
    scenario : Scenario
    collector : Collector
    """
    first: dict[str, str] = {}
    for option in scenario.options:
        for words, text in (("label", option.label), ("short", option.short)):
            other = first.setdefault(text.casefold(), option.name)
            if text and other != option.name:
                collector.warn(
                    "WB-C199",
                    f"the options {other} and {option.name} are both called {text!r}",
                    option.span,
                    facts=("tables and sentences call an option by its label, or by `short` where it has one",),
                    remedy=f"give one of them another `{words}`",
                )


def fail_if_an_equation_has_two_axes_with_one_label(
    equations: Iterable[PlanEquation], axes: Mapping[str, Axis], scenario: Scenario, collector: Collector
) -> None:
    """Note an error for an equation with two axes that share a label.

    A path such as `cost.nhs` finds its axis by the label alone (R15). Labels that are numbers may be shared, and those
    of `state` and `to`.

    Parameters
    ----------
    equations : iterable of PlanEquation
    axes : mapping of str to Axis
    scenario : Scenario
    collector : Collector
    """
    shared = {
        (one, other): label
        for one, other in combinations(axes, 2)
        if {one, other} != {"state", "to"}
        and (label := next((name for name in axes[one].labels if name in axes[other].labels and not _number(name)), ""))
    }
    reported: set[str] = set()  # once for each label, however many equations and axes have it
    for equation in equations:
        for (one, other), label in shared.items():
            if label in reported or not {one, other} <= {*equation.expression.axes}:
                continue
            reported.add(label)
            # Of an equation that no file holds, a cohort's moves, the label has a place.
            places = (span for _, name, span in _named(scenario) if name == label and span)
            place = equation.expression.span or next(places, None)
            collector.error(
                "WB-C054",
                f"{label!r} is a label of {one!r} and of {other!r}, and {equation.name!r} has both",
                place,
                facts=(f"'{equation.name}.{label}' names no axis, so the label may belong to one alone",),
                remedy="rename the label on one of the axes, or sum over one of them within the equation",
            )


def _number(label: str) -> bool:
    return not label[:1].isalpha()


def _named(scenario: Scenario) -> Iterator[tuple[str, str, Span | None]]:
    model = scenario.model
    yield from (("parameter", parameter.name, parameter.span) for parameter in model.parameters.values())
    yield from (("equation", equation.name, equation.expression.span(0, 1)) for equation in model.equations.values())
    yield from (("axis", one.name, one.span) for one in model.axes.values())
    yield from (("state", state, None) for state in model.states)
    yield from (
        ("choice", label, parameter.span) for parameter in model.parameters.values() for label in parameter.choices
    )
    yield from (("option", option.name, option.span) for option in scenario.options)
    yield from (("group", group, scenario.spans.get("groups")) for group in scenario.groups)
    yield from (("label", label, one.span) for one in model.axes.values() for label in one.labels)
    given = (labels for axis, labels in scenario.axes.items() if axis in model.axes and not model.axes[axis].labels)
    yield from (("label", label, scenario.spans.get("axes")) for labels in given for label in labels)
