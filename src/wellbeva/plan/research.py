"""The research that a scenario describes before one option is chosen, in numbers; a run keeps it as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, Literal, Self

RESEARCH: Final = "research"
"""Attribute of a run's Dataset."""


@dataclass(frozen=True, slots=True)
class Study:
    """A study that could be done before the choice.

    Parameters
    ----------
    measures : str
        The input that it measures.
    design : {"trial", "survey", "share"}
        Two arms of equal size, whose means differ by the input; a mean in one group; how many of one group.
    people : sequence of int
        Sizes to consider, in each arm.
    sd : float [unit of the input]
        Spread between people; a share needs none.
    cost, cost_each : float [money]
        Of the study, and of each person in it: both arms count.
    population : float
        Decisions that it may serve, later ones discounted: see `appraisal.schedules.population_served`.
    name, label : str
    """

    measures: str
    design: Literal["trial", "survey", "share"]
    people: tuple[int, ...]
    sd: float = 0.0
    cost: float = 0.0
    cost_each: float = 0.0
    population: float = 1.0
    name: str = ""
    label: str = ""

    @property
    def arms(self) -> int:
        """How many groups of people there are."""
        return 2 if self.design == "trial" else 1


@dataclass(frozen=True, slots=True)
class Research:
    """Studies, groups of inputs, and the decisions that they serve.

    Parameters
    ----------
    studies : tuple of Study
    known_together : tuple of (tuple of str)
        Inputs that are valued as one.
    population : float or None
        Decisions from now on, later ones discounted; None if only this one is spoken of.
    uptake : mapping of str to float
        Share of decisions in which each option is chosen today; the remainder is the comparator's.
    """

    studies: tuple[Study, ...] = ()
    known_together: tuple[tuple[str, ...], ...] = ()
    population: float | None = None
    uptake: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        data = json.loads(text)
        groups = tuple(tuple(names) for names in data["known_together"])
        studies = tuple(Study(**{**study, "people": tuple(study["people"])}) for study in data["studies"])
        return cls(studies, groups, data["population"], data["uptake"])
