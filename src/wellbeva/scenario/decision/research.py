"""Reads ``studies``, ``known_together``, ``decisions`` and ``uptake``: what could be learnt before a choice is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.decision.perspective import check_choose
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, Scalar, entries, items, scalars, text_of, whole_number
from wellbeva.scenario.text.paths import DottedPath

KEYS = ("studies", "known_together", "decisions", "uptake")
MOST_PEOPLE = 1_000_000
Design = Literal["trial", "survey", "share"]
DESIGNS: Mapping[str, Design] = {"trial": "trial", "survey": "survey", "share": "share"}


@dataclass(frozen=True, slots=True)
class StudySpec:
    """A study as written.

    Parameters
    ----------
    name, label : str
    measures : DottedPath
        An input.
    design : {"trial", "survey", "share"}
    people : tuple of int
        Sizes to consider, rising; in each arm.
    figures : mapping of str to Located
        ``sd``, ``cost``, ``cost_each``, ``reports_after``, those that are given.
    """

    name: str
    label: str
    measures: DottedPath
    design: Design
    people: tuple[int, ...]
    figures: Mapping[str, Located]


@dataclass(frozen=True, slots=True)
class ResearchSpec:
    """What a scenario says of finding out more before one option is chosen.

    Parameters
    ----------
    studies : tuple of StudySpec
    known_together : tuple of (tuple of DottedPath)
        Inputs that are valued as one.
    decisions : mapping of str to Located
        ``per_year`` and ``years``, or neither.
    uptake : mapping of option to Located
        Share of such decisions in which it is chosen today.
    """

    studies: tuple[StudySpec, ...] = ()
    known_together: tuple[tuple[DottedPath, ...], ...] = ()
    decisions: Mapping[str, Located] = field(default_factory=dict)
    uptake: Mapping[str, Located] = field(default_factory=dict)


def read_research(root: MapNode, *, options: Collection[str], choose: str, collector: Collector) -> ResearchSpec | None:
    """Read what a scenario says of finding out more; None where it says nothing or it cannot be used.

    Parameters
    ----------
    root : MapNode
        The whole scenario.
    options : collection of str
        Among which the choice is.
    choose : str
        Information is valued for ``one``.
    collector : Collector
    """
    keys = [key for name in KEYS if (key := root.key(name)) is not None]
    if not keys:
        return None
    before = len(collector.errors)
    message = f"'{keys[0].text}' is for rivals, of which one is chosen, not for offers"
    check_choose("several", choose, keys[0].span, "WB-S360", message, "it", collector)
    studies = [_study(entry, collector) for entry in entries(root.get("studies"))]
    groups = [[*scalars(group)] for group in items(root.get("known_together"))]
    known = tuple(tuple(DottedPath.read(path.located) for path in group) for group in groups if group)
    uptake = _located(root.get("uptake"))
    for entry in entries(root.get("uptake")):
        if entry.key.text not in options:
            remedy = near_miss(entry.key.text, options) or f"name one of: {', '.join([*options][:20])}"
            collector.error("WB-S366", f"{entry.key.text!r} is not an option", entry.key.span, remedy=remedy)
    if len(collector.errors) > before:
        return None
    return ResearchSpec(
        tuple(study for study in studies if study is not None), known, _located(root.get("decisions")), uptake
    )


def _located(node: Node | None) -> dict[str, Located]:
    """Return the texts of a map."""
    return {entry.key.text: entry.value.located for entry in entries(node) if isinstance(entry.value, Scalar)}


def _study(entry: Entry, collector: Collector) -> StudySpec | None:
    """Read one study; None after an error, or where a key is missing or of the wrong kind (already reported)."""
    texts = _located(entry.value)
    people = _sizes(entry.value.get("people") if isinstance(entry.value, MapNode) else None, collector)
    design = DESIGNS.get(text_of(entry.value, "design"))
    if design is None or people is None or "measures" not in texts:
        return None
    if (design == "share") == ("sd" in texts):
        message, remedy = f"a {design} needs a spread between people", "add how far people differ, as 'sd: 2'"
        if design == "share":
            message, remedy = "a share has no spread between people of its own", "leave 'sd' out"
        place = texts["sd"].span() if "sd" in texts else entry.key.span
        collector.error("WB-S362", message, place, remedy=remedy)
    measures = DottedPath.read(texts["measures"])
    return StudySpec(entry.key.text, text_of(entry.value, "label"), measures, design, people, texts)


def _sizes(node: Node | None, collector: Collector) -> tuple[int, ...] | None:
    """Read ``[100, 200, 400]``."""
    sizes: list[int] = []
    for scalar in scalars(node):
        size = whole_number(scalar, MOST_PEOPLE)
        if size is None or size <= max(sizes, default=0):
            if size is None:
                message = f"{scalar.text[:40]!r} is not a number of people"
            else:
                message = f"{size:,} does not follow {sizes[-1]:,}"
            remedy = f"write whole numbers from 1 to {MOST_PEOPLE:,}, each once, the smallest first"
            collector.error("WB-S361", message, scalar.span, remedy=remedy)
            return None
        sizes.append(size)
    return tuple(sizes)
