"""What differs between two scenarios, and scenarios that take any of it from the one or the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import combinations
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from wellbeva.core.spans import Located, Span
from wellbeva.scenario.spec import (
    Assignment,
    Correlation,
    EquationSpec,
    JointDraws,
    Model,
    Option,
    ParameterSpec,
    Scenario,
    Source,
    TimeSpec,
)
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Value

Stack = tuple[Assignment, ...]

STRUCTURE: Final = {
    "model": ("model",),
    "options": ("options", "shown"),
    "comparator": ("comparator",),
    "perspective": ("perspective",),
    "groups": ("groups",),
    "axes": ("axes",),
    "time": ("time",),
    "correlations": ("correlations",),
    "tables": ("joint",),
    "budget": ("budget",),
}
"""Parts of a scenario that are taken whole, and the fields that hold each."""
APPRAISAL: Final = {
    "appraisal.preset": ("preset", "prices", "currency"),
    "appraisal.exchange": ("exchange",),
    "appraisal.discount": ("discount", "within_year"),
    "appraisal.wellby_value": ("wellby_value", "uprate"),
    "appraisal.calendar": ("calendar",),
    "appraisal.deflator": ("deflator",),
    "appraisal.evidence_adjustment": ("evidence_adjustment",),
}
"""Likewise of its appraisal; the price year goes with the preset, which gives one, so that both are never mixed."""
BESIDE: Final = ("sources", "prices", "portfolio", "first_inputs", "not_counted", "published", "title", "question")
"""Fields on which no effect and no cost rests; on grades of `sources` they do where these adjust a number (R172)."""
NOTHING: Final = "–"
"""Stands where one side has nothing."""
_MOST_VALUES: Final = 3
_WORDS: Final = frozenset(
    ["doc", "short", "label", "title", "file", "written", "body", "arguments", "cites", "evidence", "licence", "note"]
) | {"status", "say", "remedy"}
"""Fields that say something about a number and do not change it."""


class Change(NamedTuple):
    """One thing that differs.

    Parameters
    ----------
    name : str
        A path, ``effect.visits``; or a part of the scenario: ``model``, ``appraisal.discount``, ``options``.
    old, new : str
        What is written on either side.
    old_at, new_at : Span or None
        Where.
    """

    name: str
    old: str
    new: str
    old_at: Span | None
    new_at: Span | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two scenarios side by side; `compare` makes one.

    Parameters
    ----------
    old, new : Scenario
    stacks : mapping of name to (tuple of Assignment, tuple of Assignment)
        What either side gives for a path, or for a parameter where it is given along other paths.
    changes : tuple of Change
    beside : tuple of str
        What differs and moves no effect and no cost.
    """

    old: Scenario
    new: Scenario
    stacks: Mapping[str, tuple[Stack, Stack]]
    changes: tuple[Change, ...]
    beside: tuple[str, ...]

    def mixed(self, changes: Iterable[Change]) -> Scenario:
        """Return the old scenario with some of the changes made; what does not differ is the old one's own object.

        Not every such mixture is a scenario: an option may lack its numbers, an equation what it reads.
        """
        made = {change.name.partition(":")[0] for change in changes}
        old, new = self.old, self.new
        parts = {name: getattr(new if part in made else old, name) for part, of in STRUCTURE.items() for name in of}
        appraisal = {
            name: getattr((new if part in made else old).appraisal, name)
            for part, of in APPRAISAL.items()
            for name in of
        }
        stacks = (pair[name in made] for name, pair in self.stacks.items())
        return replace(
            old,
            appraisal=replace(old.appraisal, cites={**old.appraisal.cites, **new.appraisal.cites}, **appraisal),
            sources={**old.sources, **new.sources} if "sources" in made else {**new.sources, **old.sources},
            assignments=tuple(assignment for stack in stacks for assignment in stack),
            **parts,
        )


def compare(old: Scenario, new: Scenario) -> Comparison:
    """Find what differs between two scenarios.

    Parameters
    ----------
    old, new : Scenario
        Each with its variant and its overrides in force.
    """
    old, new = (replace(side, model=side.whole or side.model) for side in (old, new))
    stacks = _stacks(old, new)
    parts: dict[str, tuple[object, object]] = {}
    for part, names in STRUCTURE.items():
        parts[part] = _held(old, names), _held(new, names)
    for part, names in APPRAISAL.items():
        parts[part] = _held(old.appraisal, names), _held(new.appraisal, names)
    if old.appraisal.evidence_adjustment or new.appraisal.evidence_adjustment:
        parts["sources"] = _grades(old), _grades(new)
    changes = tuple(
        _change(name, *sides, old, new)
        for name, sides in (*parts.items(), *stacks.items())
        if meaning(sides[0]) != meaning(sides[1])
    )
    changed = {change.name for change in changes}
    cited = [
        f"the source of {name}"
        for name, sides in stacks.items()
        if name not in changed
        and len({tuple((one.value.cites, one.value.evidence) for one in side) for side in sides}) > 1
    ]
    beside = [
        name for name in BESIDE if name not in changed and meaning(getattr(old, name)) != meaning(getattr(new, name))
    ]
    return Comparison(old, new, stacks, changes, (*beside, *cited))


def meaning(part: object) -> object:
    """Return what of a part of a scenario can change a number: no places, words and sources, and one order of names."""
    if isinstance(part, Located):
        return part.text.split()
    if isinstance(part, Model):
        part = replace(part, name="")
    if is_dataclass(part) and not isinstance(part, Source):
        return [meaning(getattr(part, one.name)) for one in fields(part) if one.compare and one.name not in _WORDS]
    if isinstance(part, Mapping):
        # A text beside a name is a label.
        return sorted((str(name), "" if isinstance(value, str) else meaning(value)) for name, value in part.items())
    return [meaning(one) for one in part] if isinstance(part, tuple) else part


def _grades(scenario: Scenario) -> tuple[str, ...]:
    return tuple(sorted(f"{source.key} {source.grade}" for source in scenario.sources.values() if source.grade))


def _held(holder: object, names: tuple[str, ...]) -> object:
    held = tuple(getattr(holder, name) for name in names)
    return held if len(held) > 1 else held[0]


def _stacks(old: Scenario, new: Scenario) -> dict[str, tuple[Stack, Stack]]:
    """Return what counts on either side: by path, or by parameter where the one that wins could be another then."""
    sides = [_counting(scenario.assignments) for scenario in (old, new)]
    found: dict[str, tuple[Stack, Stack]] = {}
    for parameter in {**sides[0], **sides[1]}:
        was, now = (side.get(parameter, ()) for side in sides)
        paths = [{str(one.path): (one,) for one in side} for side in (was, now)]
        wide = [[str(one.path) for one in side if not _narrow(one)] for side in (was, now)]
        # Cells along the same axes do not overlap, in whatever order they are written.
        axes = {tuple(selector.label and selector.axis for selector in _narrow(one)) for one in (*was, *now)} - {()}
        pairs = {parameter: (was, now)}
        if list(paths[0]) == list(paths[1]):
            pairs = {name: (paths[0][name], paths[1][name]) for name in paths[0]}
        elif wide[0] == wide[1] and len(axes) < 2 and all(map(all, axes)):
            names = dict.fromkeys((*wide[0], *sorted(paths[0].keys() | paths[1].keys())))
            pairs = {name: (paths[0].get(name, ()), paths[1].get(name, ())) for name in names}
        found |= {f"values.{name}" if name in STRUCTURE else name: pair for name, pair in pairs.items()}
    return found


def _narrow(assignment: Assignment) -> tuple[Selector, ...]:
    """Return its selectors; none where it fills a whole parameter, or what is left of it."""
    return () if all(one.rest for one in assignment.selectors) else assignment.selectors


def _counting(assignments: Stack) -> dict[str, Stack]:
    """Return the assignments of each parameter that no later one covers whole."""
    last: dict[tuple[str, frozenset[str]], int] = {}
    cells = [[f"{one.axis} {one.words}" for one in each.selectors if not one.rest] for each in assignments]
    for index, one in enumerate(assignments):
        last[one.parameter, frozenset(cells[index])] = index
    found: dict[str, list[Assignment]] = {}
    for index, one in enumerate(assignments):
        wider = (part for size in range(len(cells[index]) + 1) for part in combinations(cells[index], size))
        if all(last.get((one.parameter, frozenset(part)), index) <= index for part in wider):
            found.setdefault(one.parameter, []).append(one)
    return {parameter: tuple(stack) for parameter, stack in found.items()}


def _change(name: str, was: object, now: object, old: Scenario, new: Scenario) -> Change:
    """Describe either side; of several things only those that the other side lacks."""
    if isinstance(was, Model) and isinstance(now, Model):
        words, was, now = _in_models(was, now)
        return Change(f"model: {words}", _words(was), _words(now), _place(name, was, old), _place(name, now, new))
    # What a scenario leaves out is what its model says.
    parameter = name.partition(".")[0]
    was, now = was or old.model.parameters.get(parameter), now or new.model.parameters.get(parameter)
    places = _place(name, was, old), _place(name, now, new)
    return Change(name, _words(_lacking(was, now)), _words(_lacking(now, was)), *places)


def _lacking(part: object, other: object) -> object:
    """Return of several things those that the other side lacks."""
    if isinstance(part, Mapping) and isinstance(other, Mapping):
        return {name: one for name, one in part.items() if name not in other or meaning(one) != meaning(other[name])}
    known = [meaning(one) for one in _flat(other)]
    return tuple(one for one in _flat(part) if meaning(one) not in known) if isinstance(part, tuple) else part


def _flat(part: object) -> tuple[object, ...]:
    return tuple(leaf for one in part for leaf in _flat(one)) if isinstance(part, tuple) else (part,)


def _in_models(old: Model, new: Model) -> tuple[str, object, object]:
    """Say in which sections two models differ; of a single equation or default, what it was and is."""
    said, pairs = [], []
    for name in (one.name for one in fields(Model) if one.compare and one.name not in _WORDS and one.name != "name"):
        was, now = getattr(old, name), getattr(new, name)
        if meaning(was) != meaning(now):
            both = {**was, **now} if isinstance(was, Mapping) else {}
            changed = [key for key in both if meaning(was.get(key)) != meaning(now.get(key))]
            said.append(f"{name} {', '.join(changed)}".strip())
            pairs += [(was.get(key), now.get(key)) for key in changed]
    return "; ".join(said), *(pairs[0] if len(pairs) == len(said) == 1 else (old, new))


def _place(name: str, part: object, scenario: Scenario) -> Span | None:
    """Return where a part stands."""
    spans = scenario.appraisal.spans if name.startswith("appraisal.") else scenario.spans
    place = spans.get(name.rpartition(".")[2])
    match part:
        case (Assignment() as first, *_):
            place = first.value.span
        case EquationSpec():
            place = part.expression.span()
        case ParameterSpec():
            place = part.default.span if part.default else part.span
        case Model():
            place = Span(part.file, 1, 1)
    return place


_SAID: Final[Mapping[type, Callable[[Any], object]]] = {
    Assignment: lambda one: one.value,
    Value: lambda one: one.body or one.written,
    Located: lambda one: one.text.strip(),
    EquationSpec: lambda one: one.expression.text,
    ParameterSpec: lambda one: one.default,
    Model: lambda one: one.name,
    Option: lambda one: one.name,
    JointDraws: lambda one: f"{one.rows:,} rows of {PurePath(one.file).name}",
    Correlation: lambda one: f"{one.left} with {one.right}: {_words(one.value)}",
    TimeSpec: lambda one: f"{one.step}s {one.first} to {one.last}" + (f" from {one.starts}" if one.starts else ""),
}
"""What of each part is told."""


def _words(part: object) -> str:
    """Say what is written, in one line."""
    if type(part) in _SAID:
        return _words(_SAID[type(part)](part))
    text = "" if part is None else str(part)
    if isinstance(part, Mapping):
        text = ", ".join(name if isinstance(one, str) else f"{name}: {_words(one)}" for name, one in part.items())
    elif isinstance(part, tuple):
        texts = list(dict.fromkeys(text for text in map(_words, part) if text != NOTHING))
        many = len(texts) > _MOST_VALUES and isinstance(part[0], Assignment)
        text = f"{len(texts)} values" if many else ", ".join(texts)
    return " ".join(text.split()) or NOTHING
