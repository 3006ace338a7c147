"""The values of a scenario that a person may edit, each with its place and with words for it (R119)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wellbeva.core.spans import Located
from wellbeva.scenario.loader import Loaded
from wellbeva.scenario.spec import Assignment, ParameterSpec
from wellbeva.scenario.text.identifiers import INHERITED_KEYS
from wellbeva.scenario.text.nodes import ListNode, MapNode, Node, Scalar, entries
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Value
from wellbeva.scenario.values.labels import ValueScope

BESIDE = ("appraisal", "budget")
"""Keys of a scenario that hold values beside the parameters; `--set` takes them too."""
_WORDS = frozenset({*INHERITED_KEYS, "status", "by"})


@dataclass(frozen=True, slots=True)
class ScenarioInput:
    """One value.

    Parameters
    ----------
    path : str
        As ``--set`` takes it, labels in the order of the model's axes; of a long form, with the keys inside it, as a
        heading of a table has them.
    written : Located
        The text, and where it stands.
    variant : str
        The variant that says it; empty for the scenario itself.
    label, cell : str
        What the number is, and for which option, group, step or variant.
    unit : str
        Its unit, or the words it takes.
    words : tuple of str
        Of a switch or a choice, all that it may be.
    source, evidence, note : str
    place : str
        File and line, the file as it lies from the scenario's folder.
    """

    path: str
    written: Located
    variant: str = ""
    label: str = ""
    cell: str = ""
    unit: str = ""
    words: tuple[str, ...] = ()
    source: str = ""
    evidence: str = ""
    note: str = ""
    place: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others: variant and path."""
        return self.variant, self.path

    @property
    def in_workbook(self) -> bool:
        """Whether it stands in a table that is an Excel workbook, which is not written to."""
        span = self.written.span()
        return span.in_table and not span.file.lower().endswith(".csv")


def inputs_of(loaded: Loaded) -> dict[tuple[str, str], ScenarioInput]:
    """Return every value of a scenario's files and tables, by variant and path; of two for one path, the stronger.

    Joint draws, correlations, the model's defaults and what a place's data say are not among them.
    """
    world = loaded.base.world
    every = [*_beside(loaded.root, ""), *_assigned(loaded.base.assignments, "", world)]
    for variant in entries(loaded.root.get("variants")):
        if isinstance(variant.value, MapNode):
            name, trial = variant.key.text, loaded.base.copy()
            trial.variant(variant.value)
            own = [assignment for assignment in trial.assignments if assignment.layer == "variant"]
            words = f"variant {loaded.known[name].label!r}"
            inside = [*_beside(variant.value, name), *_assigned(own, name, world)]
            every += [replace(item, cell="; ".join(filter(None, (item.cell, words)))) for item in inside]
    strongest = {item.key: item for item in every}
    order = {(item.variant, item.written.file): number for number, item in reversed(list(enumerate(every)))}
    return {
        item.key: _placed(item, loaded) for item in sorted(strongest.values(), key=lambda item: _order(item, order))
    }


def from_folder(file: str, scenario: str) -> str:
    """Return a file's path as it lies from the scenario's folder; others may read it, so that it says no more.

    Parameters
    ----------
    file, scenario : str
        As messages show them.
    """
    return Path(os.path.relpath(file, Path(scenario).parent)).as_posix()


def _placed(item: ScenarioInput, loaded: Loaded) -> ScenarioInput:
    span = item.written.span()
    return replace(item, place=f"{from_folder(span.file, loaded.plain.file)}:{span.line}")


def _order(item: ScenarioInput, order: Mapping[tuple[str, str], int]) -> tuple[int, int, int]:
    """Sort as the files have it, the scenario before its variants."""
    span = item.written.span()
    return order[item.variant, item.written.file], span.line, span.column


def _beside(node: MapNode, variant: str) -> Iterator[ScenarioInput]:
    """Yield what is said of the appraisal and the budget, in the scenario or by dotted paths in a variant."""
    for entry in node.entries:
        if entry.key.text.partition(".")[0] in BESIDE:
            for keys, scalar in _leaves(entry.value):
                path = ".".join((entry.key.text, *keys))
                yield ScenarioInput(path, scalar.located, variant, path.replace(".", ", ").replace("_", " "))


def _assigned(assignments: list[Assignment], variant: str, world: ValueScope) -> Iterator[ScenarioInput]:
    for assignment in assignments:
        if assignment.node is None:
            continue
        parameter = world.model.parameters.get(assignment.parameter)
        label, unit, words = _described(assignment.parameter, parameter, world)
        cell = "; ".join(_spoken(selector, world) for selector in assignment.selectors)
        source, evidence = _sourced(assignment.value, world)
        for keys, scalar in _leaves(assignment.node):
            path = ".".join((str(assignment.path), *keys))
            note = assignment.value.note
            yield ScenarioInput(path, scalar.located, variant, label, cell, unit, words, source, evidence, note)


def _leaves(node: Node) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    """Yield the texts of a value that are numbers, with the keys that lead there; `value` is the value itself."""
    if isinstance(node, Scalar):
        if not node.null:
            yield (), node
    elif isinstance(node, ListNode):
        for number, item in enumerate(node.items, start=1):
            yield from (((str(number), *keys), scalar) for keys, scalar in _leaves(item))
    else:
        for entry in node.entries:
            own = () if entry.key.text == "value" else (entry.key.text,)
            if entry.key.text not in _WORDS:
                yield from (((*own, *keys), scalar) for keys, scalar in _leaves(entry.value))


def _described(name: str, parameter: ParameterSpec | None, world: ValueScope) -> tuple[str, str, tuple[str, ...]]:
    """Return what a parameter is, its unit in words, and all that it may be if that is a list of words."""
    if parameter is None:
        equation = world.model.equations[name]
        return equation.doc or name, equation.unit.text if equation.unit else "", ()
    words = {"switch": ("true", "false"), "choice": parameter.choices}.get(parameter.kind, ())
    return parameter.doc or parameter.short or name, " or ".join(words) or parameter.unit.text, words


def _spoken(selector: Selector, world: ValueScope) -> str:
    if selector.rest:
        return f"every other {selector.axis}"
    if selector.axis in world.axes and not world.is_ladder(selector.axis):
        return world.axes[selector.axis].get(selector.label, selector.words)
    return f"{selector.axis} {selector.words}"


def _sourced(value: Value, world: ValueScope) -> tuple[str, str]:
    """Return a value's sources and how good its evidence is, in words."""
    grades = [value.evidence] if value.evidence else []
    for cite in () if grades else value.cites:
        source = world.sources.get(cite.key)
        grades.append(cite.key if cite.key == "assumed" else source.grade if source else "")
    cited = "; ".join(f"{cite.key} {cite.place}".strip() for cite in value.cites)
    return cited, ", ".join(dict.fromkeys(filter(None, grades)))
