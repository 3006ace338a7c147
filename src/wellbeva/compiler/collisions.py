"""One namespace (FORMAT R20): what a model names must not be the name of a function."""

from __future__ import annotations

from wellbeva.core.spans import Span
from wellbeva.errors import Collector
from wellbeva.language.functions import FUNCTIONS, LATER
from wellbeva.scenario.spec import Scenario


def fail_if_a_name_is_a_functions(scenario: Scenario, collector: Collector) -> None:
    """A parameter called `floor` would hide the function, silently, in every equation that rounds."""
    model = scenario.model
    named: list[tuple[str, str, Span | None]] = [
        *(("parameter", one.name, one.span) for one in model.parameters.values()),
        *(("equation", one.name, one.expression.span(0, 1)) for one in model.equations.values()),
        *(("axis", one.name, one.span) for one in model.axes.values()),
        *(("state", state, None) for state in model.states),
        *(("option", option.name, option.span) for option in scenario.options),
        *(("group", group, scenario.spans.get("groups")) for group in scenario.groups),
        *(("label", label, scenario.spans.get("axes")) for labels in scenario.axes.values() for label in labels),
    ]
    functions = {*FUNCTIONS, *LATER}
    for kind, name, span in named:
        if name in functions:
            collector.error(
                "WB-C051",
                f"the {kind} {name!r} has the name of a function",
                span or scenario.spans.get("model"),
                facts=(f"{name}(…) can be called in every equation",),
                remedy=f"give the {kind} another name",
            )
