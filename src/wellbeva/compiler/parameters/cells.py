"""From assignments to arrays: every parameter over its axes, and the uncertain elements behind its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from wellbeva.compiler.appraisal.units_and_prices import Target
from wellbeva.compiler.parameters.values import FittedValue
from wellbeva.core.axes import Axis
from wellbeva.core.spans import Span
from wellbeva.errors import Collector, near_miss
from wellbeva.language.ir import DType
from wellbeva.plan.plan import Element, ElementBounds, PlanParameter
from wellbeva.scenario.spec import Assignment, ParameterSpec
from wellbeva.scenario.text.paths import Selector

UNFILLED = -1
DTYPES: dict[str, DType] = {"number": "float", "switch": "bool", "choice": "label"}


@dataclass(frozen=True, slots=True)
class CellAssignment:
    """A parameter whose cells know which value fills them, before elements are numbered.

    Parameters
    ----------
    target : Target
        The unit of its numbers; empty for switches and choices.
    owner : int array over the axes
        Index into `fillers`.
    fillers : tuple of (Assignment, FittedValue)
        Only those that still fill a cell.
    covered : mapping of filler to tuple of (Assignment, FittedValue)
        Of fillers that were to be watched: what filled their cells before.
    """

    spec: ParameterSpec
    target: Target
    axes: tuple[str, ...]
    owner: npt.NDArray[np.int32]
    fillers: tuple[tuple[Assignment, FittedValue], ...]
    covered: Mapping[int, tuple[tuple[Assignment, FittedValue], ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Elements:
    """Numbers the uncertain elements in order of first appearance.

    Parameters
    ----------
    known : mapping of name to dimension
        Of the scenario without variant and overrides, so that these share its draws; new ones are appended.
    """

    known: Mapping[str, int] = field(default_factory=dict)
    found: list[Element] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)
    _index: dict[str, int] = field(default_factory=dict)
    _cells: list[FittedValue] = field(default_factory=list)
    _next: int = 0

    def __post_init__(self) -> None:
        self._next = max(self.known.values(), default=-1) + 1

    def add(self, name: str, cell: FittedValue) -> int:
        """Return the index of the element of that name, made if it is new.

        Parameters
        ----------
        name : str
            Of an assignment. A name that two numbers have is noted in `clashes`: they would be drawn as one.
        cell : FittedValue
            With a distribution.
        """
        assert cell.distribution is not None
        if name in self._index:
            if self._cells[self._index[name]] != cell:
                self.clashes.append(name)
            return self._index[name]
        dimension = self.known.get(name)
        if dimension is None:
            dimension = self._next
            self._next += 1
        self._index[name] = len(self.found)
        self._cells.append(cell)
        self.found.append(Element(name, dimension, cell.distribution, cell.base))
        return self._index[name]

    def index(self, name: str) -> int:
        """Return the index of an element that is there."""
        return self._index[name]


def draft(
    spec: ParameterSpec,
    target: Target,
    assignments: tuple[Assignment, ...],
    cells: Mapping[int, FittedValue],
    axes: Mapping[str, Axis],
    own: tuple[str, ...],
    collector: Collector,
    options: Mapping[str, Span | None],
    watched: Set[int] = frozenset(),
) -> CellAssignment | None:
    """Decide which assignment fills which cell; a later one wins (FORMAT R1, R13).

    Parameters
    ----------
    assignments : tuple of Assignment
        From weakest to strongest, the model's default first.
    cells : mapping of index in `assignments` to FittedValue
    own : tuple of str
        The axes of this parameter, in the fixed order.
    options : mapping of option to Span
        Where each option stands, for what is missing.
    watched : set of index in `assignments`
        Those whose coverage is noted.
    """
    shape = tuple(len(axes[name]) for name in own)
    positions = {name: {label: index for index, label in enumerate(axes[name].labels)} for name in own}
    owner = np.full(shape, UNFILLED, dtype=np.int32)
    covered: dict[int, npt.NDArray[np.int32]] = {}
    for index, assignment in enumerate(assignments):
        mask = _mask(assignment, own, axes, positions, collector, spec.span)
        if mask is None:
            return None
        if index in watched:
            covered[index] = np.unique(owner[mask])
        # `else` fills what its neighbours do not name; the loader lists it before them.
        owner[mask] = index
    if (owner == UNFILLED).any():
        _report_missing(spec, own, owner, axes, collector, options)
        return None
    found, place = np.unique(owner, return_inverse=True)
    used = found.tolist()
    if any(index not in cells for index in used):
        return None
    beneath = {
        used.index(index): tuple((assignments[k], cells[k]) for k in weaker.tolist() if k in cells)
        for index, weaker in covered.items()
        if index in used
    }
    fillers = tuple((assignments[index], cells[index]) for index in used)
    return CellAssignment(spec, target, own, place.reshape(shape).astype(np.int32), fillers, beneath)


def _mask(
    assignment: Assignment,
    own: tuple[str, ...],
    axes: Mapping[str, Axis],
    positions: Mapping[str, Mapping[str, int]],
    collector: Collector,
    span: Span | None,
) -> tuple[slice, ...] | None:
    index: list[slice] = [slice(None)] * len(own)
    for selector in assignment.selectors:
        place = selector.span or assignment.value.span or span
        picked = _labels(place, selector, axes[selector.axis], positions[selector.axis], collector)
        if picked is None:
            return None
        index[own.index(selector.axis)] = picked
    return tuple(index)


def _labels(
    place: Span | None, selector: Selector, axis: Axis, positions: Mapping[str, int], collector: Collector
) -> slice | None:
    if selector.steps is not None:
        # A range keeps its words, the key of its stream, where a horizon is shorter than it (R246).
        start, stop = positions[str(selector.steps[0])], positions.get(str(selector.steps[1]), len(axis) - 1)
        return slice(start, stop + 1)
    if not selector.label:
        return slice(None)
    if selector.label not in positions:
        shown = ", ".join(axis.labels[:12]) + (" …" if len(axis.labels) > 12 else "")
        collector.error(
            "WB-C013",
            f"{selector.label!r} is not a label of the axis {axis.name}",
            place,
            facts=(f"labels of {axis.name}: {shown}",),
            remedy=near_miss(selector.label, axis.labels) or f"use a label of {axis.name}, or add this one",
        )
        return None
    position = positions[selector.label]
    return slice(position, position + 1)


def _report_missing(
    spec: ParameterSpec,
    own: tuple[str, ...],
    owner: npt.NDArray[np.int32],
    axes: Mapping[str, Axis],
    collector: Collector,
    options: Mapping[str, Span | None],
) -> None:
    places = np.argwhere(owner == UNFILLED)
    names = [" ".join(axes[axis].labels[k] for axis, k in zip(own, place, strict=True)) for place in places[:6]]
    where = f" for {', '.join(names)}{' …' if len(places) > 6 else ''}" if own else ""
    span, to = spec.span, "values"
    if "option" in own:
        lacking = dict.fromkeys(axes["option"].labels[place[own.index("option")]] for place in places)
        span = options.get(next(iter(lacking))) or span
        to = f"the option{'s' if len(lacking) > 1 else ''} or to values"
    unit = f" [{spec.unit.text.strip()}]" if spec.unit.text.strip() else ""
    collector.error(
        "WB-C014",
        f"the model needs {spec.name}{where}",
        span,
        facts=(f"{spec.name}{unit}: {spec.doc or 'no doc'}", "no default in the model, and nothing here gives it"),
        remedy=f"add `{spec.name}: …` to {to}",
    )


def finish(
    one: CellAssignment, elements: Elements, same_as: Mapping[int, tuple[int, float]]
) -> tuple[PlanParameter, tuple[int, ...]]:
    """Turn a draft into arrays, numbering its elements.

    Parameters
    ----------
    same_as : mapping of filler's index to (element's index, base)
        Fillers that share another value's draws.

    Returns
    -------
    PlanParameter, and for each filler the index of its element (-1 for constants)
    """
    owned: list[int] = []
    bases: list[float] = []
    for index, (assignment, cell) in enumerate(one.fillers):
        base = cell.base
        if index in same_as:
            element, base = same_as[index]
            owned.append(element)
        elif cell.distribution is None:
            owned.append(-1)
        else:
            owned.append(elements.add(assignment.element, cell))
        bases.append(base)
    parameter = PlanParameter(
        name=one.spec.name,
        axes=one.axes,
        unit=one.target.unit,
        dtype=DTYPES[one.spec.kind],
        values=np.array(np.array(bases, dtype=np.float64)[one.owner]),
        elements=np.array(np.array(owned, dtype=np.int32)[one.owner]),
        doc=one.spec.doc,
    )
    return parameter, tuple(owned)


def limits_of(one: CellAssignment, owned: tuple[int, ...], shared: Mapping[int, FittedValue]) -> list[ElementBounds]:
    """Return the limits of the elements that can be drawn outside the parameter's bounds.

    Parameters
    ----------
    owned : tuple of int
        The element of each filler, -1 where it is certain.
    shared : mapping of filler's index to FittedValue
        What those that share another value's draws come to in this parameter.
    """
    found = []
    for index, (assignment, own) in enumerate(one.fillers):
        bounds = shared.get(index, own).bounds
        if bounds is not None and owned[index] >= 0:
            found.append(ElementBounds(assignment.element, owned[index], bounds, assignment.value.span))
    return found


def cells_named(
    parameter: PlanParameter, labels: Iterable[str], axes: Mapping[str, Axis]
) -> tuple[int | slice, ...] | None:
    """Pick the cells of labels; each label belongs to one axis (FORMAT R15). None if one does not.

    Parameters
    ----------
    parameter : PlanParameter
    labels : iterable of str
    axes : mapping of str to Axis

    Returns
    -------
    tuple of int or slice, or None
        An index for the arrays of the parameter.
    """
    where: list[int | slice] = [slice(None)] * len(parameter.axes)
    for label in labels:
        for place, axis in enumerate(parameter.axes):
            if isinstance(where[place], slice) and label in axes[axis].labels:
                where[place] = axes[axis].labels.index(label)
                break
        else:
            return None
    return tuple(where)
