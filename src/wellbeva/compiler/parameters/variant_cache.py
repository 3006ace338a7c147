"""Memory of the scenario compiled last: its variants hold nearly all of its numbers, and the very same ones."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from operator import is_
from typing import TypeVar, cast

from wellbeva.compiler.appraisal.rules import Appraisal
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Located
from wellbeva.errors import Collector, Diagnostic
from wellbeva.language.typing.environment import Environment, Symbol
from wellbeva.scenario.spec import Assignment, Model, Source

Made = TypeVar("Made")
Said = tuple[Diagnostic, ...]

FILLED_IN = ("default", "appraisal")
"""Layers that stand in where the scenario says nothing."""
MOST_SIGHTS = 8
"""Sights kept at once. Variants differ in what equations see only where one makes a certain number uncertain, or picks
another comparator."""


@dataclass(slots=True)
class Memo:
    """Memory of what was made once, with the diagnostics that were noted meanwhile."""

    _made: dict[Hashable, tuple[tuple[object, ...], object, Said]] = field(default_factory=dict, kw_only=True)

    def once(
        self, what: Hashable, make: Callable[[], Made], collector: Collector, *, of: tuple[object, ...] = ()
    ) -> Made:
        """Make something once; its diagnostics are noted again each time.

        Parameters
        ----------
        what : hashable
            Tells it from all else that is remembered.
        make : callable
            Makes it, and notes its diagnostics in the collector.
        collector : Collector
        of : tuple
            What it is made of: of others, written alike or not, it is made anew.
        """
        known = self._made.get(what)
        if known is not None and _same(known[0], of):
            collector.found += known[2]
            return cast("Made", known[1])
        before = len(collector.found)
        made = make()
        self._made[what] = of, made, tuple(collector.found[before:])
        return made


@dataclass(slots=True)
class EquationMemo(Memo):
    """Memory of what is made of a model's equations as long as they see the same.

    Parameters
    ----------
    seen : tuple
        What they see: each symbol in its order, the comparator, the equations that a value stands in for, what is
        doubtful, and whose costs count.
    """

    seen: tuple[tuple[tuple[str, Symbol], ...], int | None, frozenset[str], frozenset[str], str]


@dataclass(slots=True)
class VariantMemo(Memo):
    """Cells, drafts, inputs and equations of one model under one appraisal.

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
    _sights: list[EquationMemo] = field(default_factory=list)

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


def _same(left: tuple[object, ...], right: tuple[object, ...]) -> bool:
    """Whether these are the very same objects; assignments that fill in for the scenario are made anew each time."""
    if len(left) != len(right):
        return False
    return all(map(is_, left, right)) or all(
        one is other
        or (
            isinstance(one, Assignment)
            and isinstance(other, Assignment)
            and (one.layer in FILLED_IN and one.value is other.value and one.selectors == other.selectors)
        )
        for one, other in zip(left, right, strict=True)
    )
