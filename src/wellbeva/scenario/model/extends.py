"""Joins a model with those it extends, and checks the names of the whole (FORMAT section 6, R20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Literal

from wellbeva.core.spans import Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.model.roles import ROLES, check_roles, roles_in
from wellbeva.scenario.model.sections import Section
from wellbeva.scenario.spec import Model
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.nodes import Scalar

EQUATION_LIMIT = 500
COHORT = ("states", "start", "transitions")
_SECTIONS = ("axes", "units", "parameters", "equations")


def join(parts: list[Section], *, collector: Collector) -> Model | None:
    """Join parts, bases first, the model itself last.

    Keys that hold names are joined; keys that hold one thing (kind, states with start and transitions,
    decision) are replaced. A name in ``replaces`` that is not given anew is dropped everywhere.

    Parameters
    ----------
    parts : list of Section
        One a file.
    collector : Collector

    Returns
    -------
    Model or None
        None with a diagnostic in the collector.
    """
    last, begun = parts[-1], len(collector.errors)
    total = Section(last.name, last.file, last.root, last.title, last.doc)
    outcomes: dict[str, Span] = {}
    owners: dict[str, Section] = {}
    break_even: dict[str, str] = {}
    places: dict[str, Span] = {}
    shown: list[str] = []
    replaced: list[str] = []
    roles: dict[str, tuple[str, ...]] = {}
    for part in parts:
        _drop(part, total, owners, outcomes, break_even, shown, replaced, collector)
        for section in _SECTIONS:
            for name, spec in getattr(part, section).items():
                if name in owners:
                    collector.error(
                        "WB-S071",
                        f"{name!r} is already a name of the model {owners[name].name!r}",
                        part.keys[name],
                        facts=(f"{owners[name].file} has it", f"{part.file} gives it again"),
                        remedy=f"add {name!r} to 'replaces', or rename it",
                    )
                    continue
                owners[name] = part
                getattr(total, section)[name] = spec
        for role, names in roles_in(part).items():
            earlier = () if ROLES[role].single else roles.get(role, ())
            roles[role] = tuple(dict.fromkeys((*earlier, *names)))
        _single(part, total)
        outcomes |= {outcome.text: outcome.span for outcome in part.outcomes}
        break_even |= {entry.key.text: entry.value.text for entry in part.break_even if isinstance(entry.value, Scalar)}
        shown += [one.text for one in part.show_on_and_off if one.text not in shown]
        for axis, labels in part.needs.items():
            total.needs[axis] = tuple(dict.fromkeys((*total.needs.get(axis, ()), *labels)))
        total.checks = (*total.checks, *part.checks)
        places |= part.places()
    if len(collector.errors) > begun:
        return None
    check_roles(parts, collector=collector)
    kind: Literal["equations", "cohort"] = "cohort" if total.kind == "cohort" else "equations"
    return Model(
        last.name,
        last.title,
        last.doc,
        kind,
        last.file,
        total.axes,
        total.units,
        total.parameters,
        total.equations,
        total.states,
        total.start,
        total.transitions,
        tuple(outcomes),
        outcomes,
        total.decision,
        break_even,
        tuple(shown),
        total.needs,
        total.checks,
        tuple(name for name in replaced if name in total.equations),
        places,
        {role: there for role, names in roles.items() if (there := tuple(name for name in names if name in owners))},
    )


def _drop(
    part: Section,
    total: Section,
    owners: dict[str, Section],
    outcomes: dict[str, Span],
    break_even: dict[str, str],
    shown: list[str],
    replaced: list[str],
    collector: Collector,
) -> None:
    for replace in part.replaces:
        name = replace.text
        if name not in owners:
            collector.error(
                "WB-S072",
                f"{name!r} is not a name of a model that {part.name!r} extends",
                replace.span,
                remedy=near_miss(name, owners) or "delete it from 'replaces'",
            )
            continue
        owners.pop(name)
        if name in total.parameters:
            replaced.append(name)
        for section in _SECTIONS:
            getattr(total, section).pop(name, None)
        anew = any(name in getattr(part, section) for section in _SECTIONS)
        if not anew:
            outcomes.pop(name, None)
            for left in [left for left, right in break_even.items() if name in {left, right}]:
                break_even.pop(left)
        if name in shown:
            shown.remove(name)
        # A name that the bases keep separate (a parameter that turns into an equation) can no longer be solved for.
        if name in break_even and name not in part.parameters:
            break_even.pop(name)


def _single(part: Section, total: Section) -> None:
    total.kind = part.kind or total.kind
    total.states = part.states or total.states
    total.start = part.start or total.start
    total.transitions = part.transitions or total.transitions
    total.decision = part.decision or total.decision


def check_model(model: Model, *, collector: Collector) -> None:
    """Check the names of a joined model against each other and against the format's own.

    Parameters
    ----------
    model : Model
    collector : Collector
    """
    _check_names(model, collector)
    _check_axes(model, collector)
    _check_references(model, collector)
    _check_cohort(model, collector)
    if len(model.equations) > EQUATION_LIMIT:
        collector.error(
            "WB-S073",
            "the model has too many equations",
            _place(model, "equations"),
            remedy=f"at most {EQUATION_LIMIT} are read",
        )


def _spans(model: Model) -> dict[str, Span | None]:
    spans: dict[str, Span | None] = {name: spec.span for name, spec in model.parameters.items()}
    spans |= {name: spec.span for name, spec in model.axes.items()}
    return spans | {name: spec.expression.span() for name, spec in model.equations.items()}


def _check_names(model: Model, collector: Collector) -> None:
    reserved = identifiers.RESERVED | ({identifiers.MOVES} if model.kind == "cohort" else set())
    for name, span in _spans(model).items():
        if name in reserved or (name in model.parameters and name in identifiers.TEXTS):
            collector.error(
                "WB-S074", f"{name!r} is a word of the format and cannot be a name", span, remedy="choose another name"
            )
    taken = {*model.parameters, *model.equations, *model.axes, *model.units}
    labelled = {**{axis: spec.labels for axis, spec in model.axes.items()}, "state": model.states}
    for axis, labels in labelled.items():
        span = model.axes[axis].span if axis in model.axes else None
        for label in labels:
            check_label(label, axis, span, taken, collector=collector)
    check_shared(model, labelled, collector=collector)


def check_label(label: str, axis: str, span: Span | None, taken: Iterable[str], *, collector: Collector) -> None:
    """Note a label that would look like a name, a family or a key of the long form (R20).

    Parameters
    ----------
    label : str
    axis : str
        Its axis. The word ``everyone`` of the format may be a label of ``group``.
    span : Span or None
        Where the label stands.
    taken : iterable of str
        Names of the model.
    collector : Collector
    """
    what = ""
    if label in taken:
        what = "a name of the model"
    elif label in identifiers.RESERVED and not (axis == "group" and label == "everyone"):
        what = "a word of the format"
    elif label in identifiers.LONG_KEYS or label == "by":
        what = "a word of the long form of values"
    if what:
        collector.error("WB-S075", f"the label {label!r} of {axis!r} is also {what}", span, remedy="rename the label")


def check_shared(
    model: Model, axes: Mapping[str, Iterable[str]], span: Span | None = None, *, collector: Collector
) -> None:
    """Note labels that two axes share where a parameter has both axes; without one they may (R20).

    Parameters
    ----------
    model : Model
    axes : mapping of axis to labels
    span : Span or None
        Where the labels stand; None: the place of the parameter.
    collector : Collector
    """
    for parameter in model.parameters.values():
        for first, second in combinations(parameter.by, 2):
            both = [label for label in axes.get(first, ()) if label in axes.get(second, ())]
            if both and {first, second} != {"state", "to"}:
                collector.error(
                    "WB-S147",
                    f"{both[0]!r} is a label of {first!r} and of {second!r}, and {parameter.name!r} has both",
                    span or parameter.span,
                    remedy="rename one of the labels",
                )


def _place(model: Model, *paths: str) -> Span:
    """Return the place of the first of these paths that the model or one that it extends has."""
    return next((model.places[path] for path in paths if path in model.places), Span(model.file, 1, 1))


def _check_axes(model: Model, collector: Collector) -> None:
    _check_by(model, (*identifiers.BUILT_IN_AXES, *model.axes), collector)
    for spec in model.axes.values():
        if spec.name in identifiers.BUILT_IN_AXES:
            continue
        if spec.unit and any(not identifiers.NUMBER_LABEL.fullmatch(label) for label in spec.labels):
            collector.error(
                "WB-S077",
                f"the ladder {spec.name!r} has a label that is not a number",
                spec.span,
                remedy="write rising numbers",
            )
        elif spec.unit and sorted(spec.labels, key=float) != list(spec.labels):
            collector.error(
                "WB-S145", f"{spec.name!r} is a ladder: its labels are rising numbers", spec.span,
                remedy="write them in order",
            )  # fmt: skip
        if not spec.unit and any(not identifiers.is_name(label) for label in spec.labels):
            collector.error(
                "WB-S077",
                f"the axis {spec.name!r} has a number as label",
                spec.span,
                remedy="give the axis a unit if it is a ladder, else use words",
            )


def _check_by(model: Model, known: tuple[str, ...], collector: Collector) -> None:
    for parameter in model.parameters.values():
        for axis in parameter.by:
            if axis not in known or (axis in {"person", "node"}):
                collector.error(
                    "WB-S076",
                    f"{parameter.name!r} is by {axis!r}, which is not an axis of this model",
                    parameter.span,
                    remedy=near_miss(axis, known) or f"add it under 'axes'; there are {', '.join(known)}",
                )
        if len(set(parameter.by)) < len(parameter.by):
            collector.error("WB-S076", f"{parameter.name!r} names an axis twice", parameter.span, remedy="keep one")
    for axis in model.needs:
        if axis not in known:
            collector.error(
                "WB-S076",
                f"'needs' names {axis!r}, which is not an axis",
                _place(model, f"needs.{axis}"),
                remedy=near_miss(axis, known) or "name an axis",
            )


def _check_references(model: Model, collector: Collector) -> None:
    own = ("occupancy",) if model.kind == "cohort" else ()
    known = (*model.equations, *own)
    for name, span in model.outcome_spans.items():
        if name in model.parameters:
            collector.error(
                "WB-S078",
                f"the outcome {name!r} is a parameter, and outcomes are equations",
                span,
                remedy=f"leave it out, or name an equation, such as '{name}_used: {name}'",
            )
        elif name not in known:
            collector.error(
                "WB-S078",
                f"the outcome {name!r} is not an equation of the model",
                span,
                remedy=near_miss(name, known) or "add an equation of that name",
            )
    for left, right in model.break_even.items():
        path = f"break_even.{left}"
        sides = (
            (left, path, model.parameters, "a parameter"),
            (right, f"{path}.{right}", model.equations, "an equation"),
        )
        for name, place, among, what in sides:
            if name not in among:
                collector.error(
                    "WB-S079",
                    f"'break_even' names {name!r}, which is not {what}",
                    _place(model, place),
                    remedy=near_miss(name, among) or f"name {what}",
                )
    for name in model.show_on_and_off:
        parameter = model.parameters.get(name)
        if parameter is None or parameter.kind != "switch":
            collector.error(
                "WB-S080",
                f"'show_on_and_off' names {name!r}, which is not a switch",
                _place(model, f"show_on_and_off.{name}"),
                remedy=near_miss(name, [p.name for p in model.parameters.values() if p.kind == "switch"])
                or "name a switch",
            )


def _check_cohort(model: Model, collector: Collector) -> None:
    if model.kind != "cohort":
        if model.states or model.transitions or model.start:
            collector.error(
                "WB-S081",
                "states, start and transitions belong to a cohort",
                _place(model, *COHORT),
                remedy="add 'kind: cohort'",
            )
        return
    _check_states(model, collector)


def _check_states(model: Model, collector: Collector) -> None:
    if not model.states or not model.start or not model.transitions:
        collector.error(
            "WB-S081",
            "a cohort needs states, start and transitions",
            _place(model, "kind"),
            remedy="add what is missing",
        )
    if len(set(model.states)) < len(model.states):
        collector.error("WB-S081", "a state is named twice", _place(model, "states"), remedy="keep one of them")
    for state, text in model.start.items():
        if state not in model.states:
            collector.error(
                "WB-S082",
                f"'start' names {state!r}, which is not a state",
                text.span(),
                remedy=near_miss(state, model.states) or f"states are {', '.join(model.states)}",
            )
    seen: set[tuple[str, str]] = set()
    for arrow in model.transitions:
        for state in (arrow.source, arrow.target):
            if state not in model.states:
                collector.error(
                    "WB-S082",
                    f"the arrow names {state!r}, which is not a state",
                    arrow.span,
                    remedy=near_miss(state, model.states) or f"states are {', '.join(model.states)}",
                )
        if (arrow.source, arrow.target) in seen:
            collector.error("WB-S082", "an arrow is given twice", arrow.span, remedy="keep one of them")
        seen.add((arrow.source, arrow.target))
