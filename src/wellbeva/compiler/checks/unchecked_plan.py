"""What the rules on appraisals look at: a plan before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wellbeva.compiler.appraisal.rules import Appraisal
from wellbeva.compiler.diagnostic_spans import place_of_input
from wellbeva.core.spans import Span
from wellbeva.errors import Collector
from wellbeva.plan.plan import Decision, PlanEquation, PlanParameter
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Model, Scenario


@dataclass(frozen=True, slots=True)
class UncheckedPlan:
    """A scenario compiled so far, and the collector of what is wrong with it.

    Parameters
    ----------
    scenario : Scenario
    appraisal : Appraisal
    inputs : tuple of Input
        Every number that went in.
    parameters : tuple of PlanParameter
    equations : mapping of str to PlanEquation
        Each after those that it names, but for recurrences.
    outcomes : tuple of str
        Equations that are kept.
    decision : Decision or None
    collector : Collector
    """

    scenario: Scenario
    appraisal: Appraisal
    inputs: tuple[Input, ...]
    parameters: tuple[PlanParameter, ...]
    equations: Mapping[str, PlanEquation]
    outcomes: tuple[str, ...]
    decision: Decision | None
    collector: Collector

    @property
    def model(self) -> Model:
        """The model of the scenario."""
        return self.scenario.model

    def place_of(self, one: Input) -> Span | None:
        """Return where a number is written."""
        return place_of_input(self.scenario, one)
