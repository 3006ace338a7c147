"""Works out which inputs a living page shows first, and over which range their sliders go (semantics R235)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.compiler.parameters.bounds import bounds_of
from wellbeva.compiler.parameters.cells import cells_named
from wellbeva.compiler.parameters.fill import FilledParameters
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.errors import near_miss
from wellbeva.plan.record import FirstGroup, Input
from wellbeva.scenario.spec import Scenario
from wellbeva.scenario.text.paths import DottedPath

_RANGE: Final = re.compile(r"\s*(\S.*?) to (\S.*?)\s*")


def first_inputs(
    scenario: Scenario, filled: FilledParameters, axes: Mapping[str, Axis], converter: Converter
) -> tuple[FirstGroup, ...]:
    """Return the groups of ``page: {first: …}``.

    Parameters
    ----------
    scenario : Scenario
    filled : FilledParameters
    axes : mapping of str to Axis
    converter : Converter
    """
    shown = _Shown(scenario, filled, axes, converter)
    return tuple(
        FirstGroup(title, {path: ends for one in some for path, ends in shown.inputs(one.path, one.slider).items()})
        for title, some in scenario.first_inputs.items()
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    scenario: Scenario
    filled: FilledParameters
    axes: Mapping[str, Axis]
    converter: Converter
    places: dict[str, DottedPath] = field(default_factory=dict)
    """Where each input was named."""

    @property
    def changed(self) -> bool:
        """Whether a variant or `--set` may have taken an input away, or moved it beyond its slider."""
        return bool(self.scenario.variant or self.scenario.overrides)

    def inputs(self, path: DottedPath, slider: Located | None) -> dict[str, tuple[float, float] | None]:
        """Return the inputs that a path covers, each with the ends of its slider in the unit of the parameter."""
        parameter = next((one for one in self.filled.parameters if one.name == path.name), None)
        if parameter is None and path.name in self.scenario.model.parameters:
            return {}  # it could not be filled, which is already reported
        named = parameter is not None and cells_named(parameter, path.labels, self.axes) is not None
        settable = (one for one in self.filled.inputs if all(selector.label for selector in one.selectors))
        every = [one for one in settable if one.parameter == path.name]
        own = [one for one in every if one.layer != "default"] or every
        covered = [one for one in own if named and {*path.labels} <= {selector.label for selector in one.selectors}]
        if not covered and not self.changed:
            known = [one.path for one in self.filled.inputs if one.layer != "default"]
            remedy = near_miss(str(path), known) or "write a path as the scenario has it, or a parameter's name for all"
            facts = (f"inputs of {path.name}: {', '.join(one.path for one in own[:6])}",) if own else ()
            self.converter.collector.error(
                "WB-S138", f"`{path}` is not an input of this scenario", path.span, facts=facts, remedy=remedy
            )
        for one in covered:
            before = self.places.setdefault(one.path, path)
            if before is not path:
                line = f" in line {before.span.line}" if before.span else ""
                self.converter.collector.error(
                    "WB-S178", f"`{one.path}` is shown twice", path.span,
                    facts=(f"`{before}`{line} names it too",), remedy="leave one of them out",
                )  # fmt: skip
        return {one.path: self.ends(one, slider) for one in covered}

    def ends(self, one: Input, slider: Located | None) -> tuple[float, float] | None:
        """Return the ends of a slider; None where the page chooses them, and after an error."""
        if slider is None:
            return None
        spec, before = self.scenario.model.parameters[one.parameter], len(self.converter.collector.errors)
        unit = next(each.unit for each in self.filled.parameters if each.name == one.parameter)
        target = Target(unit, spec.unit.text.strip())
        match = _RANGE.fullmatch(slider.text) if spec.kind == "number" else None
        ends = [self.converter.read(slider.part(*match.span(side)), target) or 0.0 for side in (1, 2)] if match else []
        if len(self.converter.collector.errors) > before:
            return None
        bounds = bounds_of(spec, target, self.converter)
        facts, remedy = [], "write a range like '20% to 80%' that holds the number, or the path alone"
        if spec.kind != "number":
            facts, remedy = [f"{one.path} is a word, which is chosen from a list"], "write the path alone"
        elif not match or not ends[0] < ends[1]:
            facts.append("a range goes from the least to the most")
        elif (bounds.low is not None and ends[0] < bounds.low) or (bounds.high is not None and ends[1] > bounds.high):
            facts.append(f"the model allows {bounds.words}")
        elif not ends[0] <= one.base <= ends[1] and not self.changed:
            facts.append(f"{one.path} is written as {one.written}, which lies outside")
        if facts:
            self.converter.collector.error(
                "WB-S179", f"no slider of `{one.path}` goes over {slider.text[:40]!r}", slider.span(),
                facts=facts, remedy=remedy,
            )  # fmt: skip
            return None
        return ends[0], ends[1]
