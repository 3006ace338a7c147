"""Works out what a scenario says of finding out more: the inputs that studies measure, and their figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wellbeva.appraisal.schedules import population_served
from wellbeva.compiler.appraisal.units_and_prices import Converter, Target
from wellbeva.compiler.parameters.fill import FilledParameters
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.core.units import YEAR, Unit
from wellbeva.errors import near_miss
from wellbeva.plan.limits import MOST_TOGETHER
from wellbeva.plan.research import Research, Study
from wellbeva.scenario.decision.research import StudySpec
from wellbeva.scenario.spec import Scenario
from wellbeva.scenario.text.paths import DottedPath

LONGEST = 100.0
"""Years that a decision is looked ahead for."""
PLAIN, DURATION = Target(Unit(), ""), Target(YEAR, "year")


def research_terms(
    scenario: Scenario, filled: FilledParameters, axes: Mapping[str, Axis], converter: Converter
) -> Research:
    """Return ``studies``, ``known_together`` and ``decisions`` in numbers.

    Parameters
    ----------
    scenario : Scenario
    filled : FilledParameters
    axes : mapping of str to Axis
    converter : Converter
        Its appraisal's rate for money discounts later decisions.
    """
    spec = scenario.research
    if spec is None:
        return Research()
    terms = _Terms(scenario, filled, axes, converter)
    groups = [terms.group(paths) for paths in spec.known_together]
    per_year = terms.figure(spec.decisions.get("per_year"), PLAIN, above=0.0, most=1e9)
    years = terms.figure(spec.decisions.get("years"), DURATION, above=0.0, most=LONGEST)
    rate = converter.appraisal.discount.get("money", 0.0)

    def served(delay: float) -> float | None:
        if per_year is None or years is None:
            return None
        return population_served(per_year, years, delay=delay, rate=rate)

    studies = [terms.study(study, served) for study in spec.studies]
    uptake = {name: terms.figure(text, PLAIN, most=1.0) or 0.0 for name, text in spec.uptake.items()}
    if sum(uptake.values()) > 1 + 1e-9:
        message = f"the shares of 'uptake' come to {100 * sum(uptake.values()):.4g}%"
        remedy = "give each option its share of today's decisions; what is left is the comparator's"
        converter.collector.error("WB-S366", message, [*spec.uptake.values()][-1].span(), remedy=remedy)
    known = tuple(group for group in groups if len(group) > 1)
    return Research(tuple(study for study in studies if study is not None), known, served(0.0), uptake)


@dataclass(frozen=True, slots=True)
class _Terms:
    scenario: Scenario
    filled: FilledParameters
    axes: Mapping[str, Axis]
    converter: Converter

    def figure(
        self, text: Located | None, target: Target, *, above: float = -1.0, most: float = float("inf")
    ) -> float | None:
        """Return a figure in the unit of its target, None where there is none or after an error."""
        number = None if text is None else self.converter.read(text, target)
        if text is None or number is None or (0 <= number <= most and number > above):
            return number
        limit = f"{'above 0' if above == 0 else '0 or more'}{f', at most {most:,.10g}' if most < float('inf') else ''}"
        self.converter.collector.error(
            "WB-S367", f"{text.text[:40]!r} is out of range", text.span(), remedy=f"write it {limit}"
        )
        return None

    def elements(self, path: DottedPath) -> tuple[str, ...]:
        """Return the uncertain numbers that a path names; none after an error, and where a variant makes it certain."""
        from wellbeva.compiler.parameters.cells import cells_named
        from wellbeva.compiler.parameters.joint.copulas import CHANGED

        parameter = next((one for one in self.filled.parameters if one.name == path.name), None)
        where = None if parameter is None else cells_named(parameter, path.labels, self.axes)
        if parameter is None or where is None:
            if parameter is None and path.name in self.scenario.model.parameters:
                return ()  # it could not be filled, which is already reported
            known = [one.path for one in self.filled.inputs if one.element]
            remedy = near_miss(str(path), known) or "write the dotted path of an uncertain number, as effect.visits"
            self.converter.collector.error(
                "WB-S363", f"`{path}` does not name a number of this scenario", path.span, remedy=remedy
            )
            return ()
        paths = {one.element: one.original.path for one in reversed(self.filled.inputs)}
        elements = self.filled.elements
        drawn = {int(index): paths[elements[index].name] for index in parameter.elements[where].flat if index >= 0}
        if not drawn:
            changed = any(one.parameter == path.name and one.layer in CHANGED for one in self.filled.inputs)
            say, remedy = self.converter.collector.error, "give the number a spread, or leave it out"
            if changed:
                say, remedy = self.converter.collector.warn, ""
            say("WB-S364", f"`{path}` is certain here, so nothing can be learnt about it", path.span, remedy=remedy)
        return tuple(drawn.values())

    def group(self, paths: tuple[DottedPath, ...]) -> tuple[str, ...]:
        """Return the numbers of a group that is known together."""
        named = [self.elements(path) for path in paths]
        names = tuple(dict.fromkeys(name for some in named for name in some))
        if all(named) and not 1 < len(names) <= MOST_TOGETHER:
            message = f"a group has two or more uncertain numbers, at most {MOST_TOGETHER}, not {len(names)}"
            facts = tuple(f"{path}: {len(some)}" for path, some in zip(paths, named, strict=True))
            remedy = "name others, or fewer; a path without labels names all its numbers"
            self.converter.collector.error("WB-S368", message, paths[0].span, facts=facts, remedy=remedy)
        return names

    def study(self, spec: StudySpec, served: Callable[[float], float | None]) -> Study | None:
        """Return a study in numbers, None after an error, or where a variant leaves it nothing to learn."""
        names = self.elements(spec.measures)
        delay = self.figure(spec.figures.get("reports_after"), DURATION, most=LONGEST) or 0.0
        cost, cost_each = (
            self.figure(spec.figures.get(key), self.converter.money) or 0.0 for key in ("cost", "cost_each")
        )
        if not names:
            return None
        if len(names) > 1:
            self.converter.collector.error(
                "WB-S365",
                f"`{spec.measures}` is {len(names)} numbers, and a study measures one",
                spec.measures.span,
                facts=(f"they are {', '.join(names[:6])}{' …' * (len(names) > 6)}",),
                remedy="name the labels too, and write a study for each number",
            )
        parameter = self.scenario.model.parameters[spec.measures.name]
        unit = next(one.unit for one in self.filled.parameters if one.name == parameter.name)
        if spec.design == "share" and parameter.unit.text.strip() != "share":
            self.converter.collector.error(
                "WB-S369",
                f"`{spec.measures}` is not a share, so it cannot be counted",
                spec.measures.span,
                facts=(f"its unit: {parameter.unit.text.strip()}",),
                remedy="write 'design: survey', or 'design: trial' for a difference between two arms",
            )
        spread = self.figure(spec.figures.get("sd"), Target(unit, parameter.unit.text), above=0.0) or 0.0
        population = served(delay)
        if delay and self.scenario.research is not None and not self.scenario.research.decisions:
            self.converter.collector.error(
                "WB-S371",
                "nothing says what is decided until the study reports",
                spec.figures["reports_after"].span(),
                facts=(
                    "the scenario has no `decisions`",
                    "a choice that waits for a study loses what it would gain meanwhile",
                ),
                remedy="write how often the choice is made, as `decisions: {per_year: 12, years: 8 years}`, "
                "or leave `reports_after` out",
            )
        return Study(
            names[0], spec.design, spec.people, spread, cost, cost_each,
            1.0 if population is None else population, spec.name, spec.label,
        )  # fmt: skip
