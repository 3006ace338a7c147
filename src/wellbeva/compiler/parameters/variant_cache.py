"""Memory of the scenario compiled last: its variants hold nearly all of its numbers, and the very same ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from operator import is_
from typing import TypeVar, cast

from wellbeva.compiler.appraisal.rules import Appraisal
from wellbeva.compiler.parameters.cells import CellAssignment
from wellbeva.compiler.parameters.values import FittedValue
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.errors import Collector, Diagnostic
from wellbeva.language.typing.environment import Environment, Symbol
from wellbeva.plan.record import Input
from wellbeva.scenario.spec import Assignment, Model, ParameterSpec, Source
from wellbeva.scenario.value import Value

Made = TypeVar("Made")
Said = tuple[Diagnostic, ...]

FILLED_IN = ("default", "appraisal")
"""Layers that stand in where the scenario says nothing."""
MOST_SIGHTS = 8
"""Sights kept at once. Variants differ in what equations see only where one makes a certain number uncertain, or picks
another comparator."""


@dataclass(slots=True)
class EquationMemo:
    """Memory of what is made of a model's equations as long as they see the same.

    Parameters
    ----------
    seen : tuple
        What they see: each symbol in its order, the comparator, the equations that a value stands in for, what is
        doubtful, and whose costs count.
    """

    seen: tuple[tuple[tuple[str, Symbol], ...], int | None, frozenset[str], frozenset[str], str]
    _made: dict[Hashable, tuple[object, Said]] = field(default_factory=dict)

    def once(self, what: Hashable, make: Callable[[], Made], collector: Collector) -> Made:
        """Make something of the equations alone once; its diagnostics are noted again each time.

        Parameters
        ----------
        what : hashable
            Tells it from all else that is made of them.
        make : callable
            Makes it, and notes its diagnostics in the collector.
        collector : Collector
        """
        known = self._made.get(what)
        if known is not None:
            collector.found += known[1]
            return cast("Made", known[0])
        made, said = _listened(make, collector)
        self._made[what] = (made, said)
        return made


@dataclass(slots=True)
class VariantMemo:
    """Cells, drafts, inputs and equations of one model under one appraisal; their diagnostics are given again.

    Numbers are known by identity: two values written alike in two places are two values.

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
    _cells: dict[tuple[int, str], tuple[Value, ParameterSpec, FittedValue | None, Said]] = field(default_factory=dict)
    _drafts: dict[str, tuple[ParameterSpec, tuple[Assignment, ...], CellAssignment, Said]] = field(default_factory=dict)
    _inputs: dict[int, tuple[Assignment, FittedValue, ParameterSpec, str, Input]] = field(default_factory=dict)
    _sights: list[EquationMemo] = field(default_factory=list)

    def cell(
        self, spec: ParameterSpec, value: Value, read: Callable[[Value], FittedValue | None], collector: Collector
    ) -> FittedValue | None:
        """Return the cell a value comes to for a parameter, read once.

        Parameters
        ----------
        spec : ParameterSpec
        value : Value
        read : callable
            Reads the value; gives None after noting an error in the collector.
        collector : Collector
        """
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
        make: Callable[[], CellAssignment | None],
        collector: Collector,
    ) -> CellAssignment | None:
        """Return the draft that assignments come to, made once as long as no other value is among them.

        Parameters
        ----------
        spec : ParameterSpec
        assignments : tuple of Assignment
            From weakest to strongest.
        make : callable
            Makes the draft; gives None after noting an error in the collector.
        collector : Collector
        """
        known = self._drafts.get(spec.name)
        if known is not None and known[0] is spec and _same(known[1], assignments):
            collector.found += known[3]
            return known[2]
        made, said = _listened(make, collector)
        if made is not None:
            self._drafts[spec.name] = (spec, assignments, made, said)
        return made

    def input(self, one: CellAssignment, index: int, element: str, make: Callable[[], Input]) -> Input:
        """Return the input written down of a filler, once as long as its cell and element are the same.

        A draft that is made anew, because one of its values is another, has all its other fillers as they were.

        Parameters
        ----------
        one : CellAssignment
        index : int
            Of the filler.
        element : str
            Name of its uncertain element; empty for a constant.
        make : callable
            Writes the filler down.
        """
        assignment, cell = one.fillers[index]
        known = self._inputs.get(id(assignment))
        if (
            known is not None
            and (known[0] is assignment and known[1] is cell and known[2] is one.spec)
            and known[3] == element
        ):
            return known[4]
        made = make()
        self._inputs[id(assignment)] = (assignment, cell, one.spec, element, made)
        return made

    def sight(
        self, environment: Environment, overridden: frozenset[str], perspective: Located | None = None
    ) -> EquationMemo:
        """Return what is kept of the equations where they see the same; nothing yet if they never did.

        The rest of an environment (its axes, units and calendar) follows from the model, the appraisal and the axes.

        Parameters
        ----------
        environment : Environment
            Before the equations themselves are among its symbols.
        overridden : frozenset of str
            Equations that a value stands in for.
        perspective : Located, optional
            In which the model is, where its costs are those of one payer.
        """
        whose = perspective.text if perspective is not None else ""
        seen = (tuple(environment.symbols.items()), environment.comparator, overridden, environment.doubtful, whose)
        for one in self._sights:
            if one.seen == seen:
                return one
        new = EquationMemo(seen)
        self._sights[:] = [new, *self._sights[: MOST_SIGHTS - 1]]
        return new


_last: list[VariantMemo] = []
"""One at most, so that little is held: those of another scenario take its place."""


def kept_for(
    model: Model, appraisal: Appraisal, axes: Mapping[str, Axis], sources: Mapping[str, Source]
) -> VariantMemo:
    """Return the memo of the scenario compiled last if this one is a variant of it; else an empty one.

    Parameters
    ----------
    model : Model
    appraisal : Appraisal
    axes : mapping of name to Axis
    sources : mapping of key to Source
        Variants of one scenario share the very same mapping, and the very same model.
    """
    last = _last[0] if _last else None
    if last is None or last.model is not model or last.sources is not sources:
        last = VariantMemo(model, appraisal, axes, sources)
        _last[:] = [last]
    if last.appraisal == appraisal and last.axes == axes:
        return last
    return VariantMemo(
        model, appraisal, axes, sources
    )  # a variant with an appraisal of its own; the others keep theirs


def _listened(make: Callable[[], Made], collector: Collector) -> tuple[Made, Said]:
    before = len(collector.found)
    made = make()
    return made, tuple(collector.found[before:])


def _same(left: tuple[Assignment, ...], right: tuple[Assignment, ...]) -> bool:
    """Whether these are the very same assignments; those that fill in for the scenario are made anew each time."""
    if len(left) != len(right):
        return False
    return all(map(is_, left, right)) or all(
        one is other or (one.layer in FILLED_IN and one.value is other.value and one.selectors == other.selectors)
        for one, other in zip(left, right, strict=True)
    )
