"""Which labels each axis has, and how a dotted path finds its axes (FORMAT R15, R20)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.spec import Model, TimeSpec
from wellbeva.scenario.text.identifiers import NUMBER_LABEL, STEPS
from wellbeva.scenario.text.nodes import MapNode
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.text.yaml_errors import number_trap
from wellbeva.scenario.value import Value
from wellbeva.scenario.values.sources import Sources

ReadStudies = Callable[[MapNode], Value | None]
"""Reads the table that the key ``studies`` of a map names, and what stands beside it; None after an error."""


@dataclass(frozen=True, slots=True)
class ValueScope:
    """Everything that a value may refer to: the model, every axis's labels, the steps, the sources.

    Parameters
    ----------
    model : Model
    axes : mapping of axis to (mapping of label to words)
        `option`, `group`, `state`, `to` and the model's own; without `time`, whose labels are steps.
    time : TimeSpec
    sources : Sources
    prices : int or None
        Price year of sums that name none, themselves or in their source (semantics R127).
    read_studies : callable or None
        Reads a table of studies; None where no file may be read.
    """

    model: Model
    axes: Mapping[str, Mapping[str, str]]
    time: TimeSpec
    sources: Sources = field(default_factory=Sources)
    prices: int | None = None
    read_studies: ReadStudies | None = None

    def settable(self) -> tuple[str, ...]:
        """Return every name a scenario may give a value: parameters, then equations (R17)."""
        return (*self.model.parameters, *self.model.equations)

    def axes_of(self, name: str) -> tuple[str, ...]:
        """Return the axes a name may have; an equation's are known only to the compiler, so all."""
        parameter = self.model.parameters.get(name)
        return parameter.by if parameter is not None else (*self.axes, "time")

    def labels_of(self, axis: str) -> tuple[str, ...]:
        """Return the labels of an axis in order; those of `time` are its steps."""
        if axis == "time":
            return tuple(str(step) for step in range(self.time.first, self.time.last + 1))
        return tuple(self.axes.get(axis, ()))

    def is_ladder(self, axis: str) -> bool:
        """Whether an axis has rising numbers as labels."""
        own = self.model.axes.get(axis)
        return own is not None and bool(own.unit)

    def has(self, axis: str, label: str) -> bool:
        """Whether an axis has a label.

        Parameters
        ----------
        axis : str
        label : str
            For `time` the digits of a step.
        """
        if axis == "time":
            return label.isascii() and label.isdigit() and self.time.first <= int(label) <= self.time.last
        return label in self.axes.get(axis, {})


def check_settable(name: str, span: Span, world: ValueScope, *, collector: Collector, also: Iterable[str] = ()) -> bool:
    """Note an error unless `name` is a parameter or an equation of the model.

    Parameters
    ----------
    name : str
    span : Span
        Its place.
    world : ValueScope
    collector : Collector
    also : iterable of str
        Other keys that may stand here, as candidates for a near miss.

    Returns
    -------
    bool
        False after an error.
    """
    if name in world.model.replaced:
        collector.error(
            "WB-S021",
            f"{name!r} is calculated by the model {world.model.name!r} and cannot be set",
            span,
            facts=(f"a model it extends had it as a parameter; {world.model.name!r} replaces it by an equation",),
            remedy="give the parameters of that equation instead",
        )
        return False
    if name in world.settable():
        return True
    guess = near_miss(name, (*world.settable(), *also))
    collector.error(
        "WB-S020",
        f"{name!r} is neither a key here nor a parameter of the model {world.model.name!r}",
        span,
        remedy=guess or f"'wellbeva explain' lists the model's parameters; it has {_some(world.model.parameters)}",
    )
    return False


def label_selector(axis: str, key: Located, world: ValueScope, *, collector: Collector) -> Selector | None:
    """Turn a key of a nested value into a selector on `axis`: a label, a range of steps, or ``else``.

    Steps that lie beyond the scenario's `time` are cut, with a warning; if none is left, None.

    Parameters
    ----------
    axis : str
    key : Located
        The key as written.
    world : ValueScope
    collector : Collector

    Returns
    -------
    Selector or None
        None after an error, and where every step lies beyond `time`.
    """
    text, span = key.text, key.span()
    if text == "else":
        return Selector(axis, span=span)
    if axis == "time":
        return _steps(text, span, world, collector)
    if world.has(axis, text):
        return Selector(axis, text, span=span)
    if NUMBER_LABEL.fullmatch(text) and not world.is_ladder(axis):
        number_trap(key, collector)
        return None
    if STEPS.fullmatch(text):
        collector.error(
            "WB-S024",
            f"{text!r} is a range of steps, and {axis!r} has none",
            span,
            remedy="ranges stand only on 'time'",
        )
        return None
    unknown_label(text, span, {axis: tuple(world.axes.get(axis, ()))}, collector)
    return None


def unknown_label(label: str, span: Span, known: Mapping[str, tuple[str, ...]], collector: Collector) -> None:
    """Note that no axis of a quantity has a label, and list the labels that they have.

    Parameters
    ----------
    label : str
    span : Span
        Its place.
    known : mapping of str to tuple of str
        The labels of each axis.
    collector : Collector
    """
    words = [word for labels in known.values() for word in labels]
    facts = tuple(f"{axis}: {_some(labels)}" for axis, labels in known.items())
    axes = " or ".join(repr(axis) for axis in known) or "this quantity, which has no axes"
    collector.error(
        "WB-S022",
        f"{label!r} is not a label of {axes}",
        span,
        facts=facts,
        remedy=near_miss(label, words) or "use one of the labels, or add it to 'options', 'groups' or 'axes'",
    )


def _steps(text: str, span: Span, world: ValueScope, collector: Collector) -> Selector | None:
    match = STEPS.fullmatch(text)
    if match is None and not (text.isascii() and text.isdigit() and len(text) <= 6):
        collector.error(
            "WB-S023",
            f"{text!r} is not a step of 'time'",
            span,
            remedy="write a whole step like '3', a range like '0 to 11', or 'else'",
        )
        return None
    low, high = (int(match[1]), int(match[2])) if match else (int(text), int(text))
    if low > high:
        collector.error("WB-S023", "a range of steps runs upwards", span, remedy=f"write '{high} to {low}'")
        return None
    first, last = world.time.first, world.time.last
    if low < first or high > last:
        collector.warn(
            "WB-S026",
            f"steps {text} lie partly or wholly outside 'time'",
            span,
            facts=(f"time runs from {first} to {last}",),
            remedy="what lies outside is not counted",
        )
    low, high = max(low, first), min(high, last)
    if low > high:
        return None
    if low == high:
        return Selector("time", str(low), span=span)
    return Selector("time", steps=(low, high), span=span)


def reaches_beyond(selectors: Iterable[Selector], time: TimeSpec) -> bool:
    """Whether labels name a period after the last, beside others or not.

    Parameters
    ----------
    selectors : iterable of Selector
    time : TimeSpec
    """
    return any(one.axis == "time" and not one.rest and int(one.words.split()[-1]) > time.last for one in selectors)


def lies_beyond(selectors: Iterable[Selector], time: TimeSpec) -> bool:
    """Whether labels name periods after the last alone.

    Parameters
    ----------
    selectors : iterable of Selector
    time : TimeSpec
    """
    return any(one.axis == "time" and not one.rest and int(one.words.split()[0]) > time.last for one in selectors)


def resolve_path(path: Located, world: ValueScope, *, collector: Collector) -> tuple[str, tuple[Selector, ...]] | None:
    """Resolve ``cost_per_year.visits.council`` to a name and one selector for each label.

    Parameters
    ----------
    path : Located
        A parameter or an equation, and labels, with dots between them.
    world : ValueScope
    collector : Collector

    Returns
    -------
    (str, tuple of Selector) or None
        None after an error (unknown name, unknown label, two labels of one axis).
    """
    name, *labels = path.text.split(".")
    if not check_settable(name, path.span(0, len(name)), world, collector=collector):
        return None
    selectors: list[Selector] = []
    offset = len(name) + 1
    for label in labels:
        span = path.span(offset, offset + max(1, len(label)))
        offset += len(label) + 1
        selector = find_label(name, label, span, world, taken=selectors, collector=collector)
        if selector is None:
            return None
        selectors.append(selector)
    return name, in_order_of(name, selectors, world)


def find_label(
    name: str, label: str, span: Span, world: ValueScope, *, taken: Iterable[Selector], collector: Collector
) -> Selector | None:
    """Find the one axis of `name` that has `label` and is not yet taken; None after an error.

    A label of both `state` and `to` is taken as one of the first of these that is free.

    Parameters
    ----------
    name : str
        A parameter or an equation.
    label : str
    span : Span
        Place of the label.
    world : ValueScope
    taken : iterable of Selector
        The labels that the path has fixed already.
    collector : Collector
    """
    used = {selector.axis for selector in taken}
    axes = world.axes_of(name)
    found = [axis for axis in axes if world.has(axis, label)]
    free = [axis for axis in found if axis not in used]
    # A state is a label of `state` and of `to`: a path names first the state that is left, then the one reached.
    if free and (len(free) == 1 or set(free) == {"state", "to"}):
        return Selector(free[0], label, span=span)
    if free and name in world.model.parameters:
        collector.error(
            "WB-S027",
            f"{label!r} is a label of {' and '.join(free)}, so a path cannot tell them apart",
            span,
            remedy="rename one of the labels",
        )
    elif free:
        return Selector(free[0], label, span=span)
    elif found:
        collector.error(
            "WB-S028", f"the path names two labels of the axis {found[0]!r}", span, remedy="keep one label an axis"
        )
    else:
        known = {axis: tuple(world.axes.get(axis, ())) for axis in axes if axis != "time"}
        if "time" in axes:
            known["time"] = (f"{world.time.first} to {world.time.last}",)
        unknown_label(label, span, known, collector)
    return None


def in_order_of(name: str, selectors: Iterable[Selector], world: ValueScope) -> tuple[Selector, ...]:
    """Sort selectors as the model lists a name's axes, so that one place has one path however it was written.

    Parameters
    ----------
    name : str
        The parameter or equation whose order of axes is used.
    selectors : iterable of Selector
        At most one an axis.
    world : ValueScope
    """
    axes = world.axes_of(name)
    return tuple(sorted(selectors, key=lambda one: axes.index(one.axis)))


def may_vary(name: str, axis: str, span: Span, world: ValueScope, *, remedy: str, collector: Collector) -> bool:
    """Whether a value of a name may vary by an axis; an error is noted if not.

    Parameters
    ----------
    name : str
        A parameter or an equation.
    axis : str
    span : Span
        Where the value is made to vary by it.
    world : ValueScope
    remedy : str
    collector : Collector
    """
    allowed = world.axes_of(name)
    if axis in allowed:
        return True
    facts = (f"the model has it by {', '.join(allowed) or 'nothing'}",)
    collector.error("WB-S042", f"{name!r} does not vary by {axis}", span, facts=facts, remedy=remedy)
    return False


def _some(words: Iterable[str], limit: int = 8) -> str:
    listed = list(words)
    return ", ".join(listed[:limit]) + (f" and {len(listed) - limit} more" if len(listed) > limit else "") or "none"
