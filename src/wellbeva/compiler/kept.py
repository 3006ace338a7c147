"""What was made of the numbers compiled last: the variants of a scenario hold nearly all of them, and the very same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from wellbeva.compiler.appraise import Appraisal
from wellbeva.compiler.fill import Draft
from wellbeva.compiler.record import Input
from wellbeva.compiler.values import Cell
from wellbeva.core.axes import Axis
from wellbeva.errors import Collector, Diagnostic
from wellbeva.scenario.spec import Assignment, Model, ParameterSpec, Source, Value

Made = TypeVar("Made")
Said = tuple[Diagnostic, ...]

FILLED_IN = ("default", "appraisal")
"""Layers that stand in where the scenario says nothing."""


@dataclass(slots=True)
class Kept:
    """Cells, drafts and inputs of one model under one appraisal; what was said of them is said again.

    All are known by identity: two values written alike in two places are two values.

    Parameters
    ----------
    model : Model
    appraisal : Appraisal
    axes : mapping of name to Axis
    sources : mapping of key to Source
    """

    model: Model
    appraisal: Appraisal
    axes: Mapping[str, Axis]
    sources: Mapping[str, Source]
    _cells: dict[tuple[int, str], tuple[Value, ParameterSpec, Cell | None, Said]] = field(default_factory=dict)
    _drafts: dict[str, tuple[ParameterSpec, tuple[Assignment, ...], Draft, Said]] = field(default_factory=dict)
    _inputs: dict[tuple[int, int], tuple[Draft, str, float, Input]] = field(default_factory=dict)

    def cell(
        self, spec: ParameterSpec, value: Value, read: Callable[[Value], Cell | None], collector: Collector
    ) -> Cell | None:
        """Return the cell a value comes to for a parameter, read once."""
        known = self._cells.get((id(value), spec.name))
        if known is not None and known[0] is value and known[1] is spec:
            collector.found += known[3]
            return known[2]
        cell, said = _listened(lambda: read(value), collector)
        self._cells[id(value), spec.name] = (value, spec, cell, said)
        return cell

    def draft(
        self,
        spec: ParameterSpec,
        assignments: tuple[Assignment, ...],
        make: Callable[[], Draft | None],
        collector: Collector,
    ) -> Draft | None:
        """Return the draft that assignments come to, made once as long as no other value is among them."""
        known = self._drafts.get(spec.name)
        if known is not None and known[0] is spec and _same(known[1], assignments):
            collector.found += known[3]
            return known[2]
        made, said = _listened(make, collector)
        if made is not None:
            self._drafts[spec.name] = (spec, assignments, made, said)
        return made

    def input(self, one: Draft, index: int, element: str, base: float, make: Callable[[], Input]) -> Input:
        """Return what is written down of a filler of a draft, once as long as it has this element and base case."""
        known = self._inputs.get((id(one), index))
        if known is not None and known[0] is one and known[1] == element and known[2] == base:
            return known[3]
        made = make()
        self._inputs[id(one), index] = (one, element, base, made)
        return made


_last: list[Kept] = []
"""One at most, so that little is held: those of another scenario take its place."""


def kept_for(model: Model, appraisal: Appraisal, axes: Mapping[str, Axis], sources: Mapping[str, Source]) -> Kept:
    """Return what is kept of the scenario compiled last if this one is a variant of it; else nothing yet."""
    last = _last[0] if _last else None
    if last is None or last.model is not model or last.sources is not sources:
        last = Kept(model, appraisal, axes, sources)
        _last[:] = [last]
    if last.appraisal == appraisal and last.axes == axes:
        return last
    return Kept(model, appraisal, axes, sources)  # a variant with an appraisal of its own; the others keep theirs


def _listened(make: Callable[[], Made], collector: Collector) -> tuple[Made, Said]:
    before = len(collector.found)
    made = make()
    return made, tuple(collector.found[before:])


def _same(left: tuple[Assignment, ...], right: tuple[Assignment, ...]) -> bool:
    """Whether these are the very same assignments; those that fill in for the scenario are made anew each time."""
    return len(left) == len(right) and all(
        one is other or (one.layer in FILLED_IN and one.value is other.value and one.selectors == other.selectors)
        for one, other in zip(left, right, strict=True)
    )
