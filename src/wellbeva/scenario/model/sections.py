"""Reads one model file into its parts, before those it extends are joined."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector
from wellbeva.scenario.spec import AxisSpec, CheckSpec, DecisionSpec, EquationSpec, ParameterSpec, TransitionSpec
from wellbeva.scenario.text.nodes import Entry, ListNode, MapNode, Node, Scalar, entries, items, scalars, text_of
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.amounts import parse_amount
from wellbeva.scenario.values.by_axis import form_fits
from wellbeva.scenario.values.families import later
from wellbeva.scenario.values.short_form import parse_value

_ARROW = re.compile(r"([a-z][a-z0-9_]*) -> ([a-z][a-z0-9_]*)")
_UNREAD = {"unit": (), "switch": ("default", "bounds", "spread", "from"), "choice": ("bounds", "spread", "from")}
"""Keys that say nothing of a parameter of each kind."""
T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Section:
    """Content of one file. `given` tells keys that are there from those left out; `keys` has places of names."""

    name: str
    file: str
    root: MapNode
    title: str = ""
    doc: str = ""
    kind: str = ""
    extends: tuple[Scalar, ...] = ()
    replaces: tuple[Scalar, ...] = ()
    axes: dict[str, AxisSpec] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, ParameterSpec] = field(default_factory=dict)
    equations: dict[str, EquationSpec] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    start: dict[str, Located] = field(default_factory=dict)
    transitions: tuple[TransitionSpec, ...] = ()
    outcomes: tuple[Scalar, ...] = ()
    decision: DecisionSpec | None = None
    break_even: tuple[Entry, ...] = ()
    show_on_and_off: tuple[Scalar, ...] = ()
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    roles: dict[str, tuple[Scalar, ...]] = field(default_factory=dict)
    checks: tuple[CheckSpec, ...] = ()
    keys: dict[str, Span] = field(default_factory=dict)
    sound: bool = True
    """Whether all was read, except for defaults and bounds of parameters."""

    def places(self) -> dict[str, Span]:
        """Return where the keys of the file stand, and the names below those that define nothing, by dotted path."""
        found = {entry.key.text: entry.key.span for entry in self.root.entries}
        found |= {f"show_on_and_off.{one.text}": one.span for one in self.show_on_and_off}
        found |= {f"needs.{entry.key.text}": entry.key.span for entry in entries(self.root.get("needs"))}
        for entry in self.break_even:
            found[f"break_even.{entry.key.text}"] = entry.key.span
            found[f"break_even.{entry.key.text}.{text_of(entry.value)}"] = entry.value.span
        return found


def read_part(root: MapNode, shown: str, *, collector: Collector) -> Section:
    """Read a model file; faults go to the collector, what can be read is returned.

    Parameters
    ----------
    root : MapNode
    shown : str
        Path of the file as the user gave it, for messages.
    collector : Collector
    """
    part, begun = Section(text_of(root, "model"), shown, root), len(collector.errors)
    part.title, part.doc, part.kind = text_of(root, "title"), text_of(root, "doc"), text_of(root, "kind")
    part.extends = tuple(scalars(root.get("extends")))
    part.replaces = tuple(scalars(root.get("replaces")))
    for word in ("tree", "people"):
        key = root.key(word)
        if key is not None:
            later(f"'{word}'", key.span, collector)
    kind = root.get("kind")
    if isinstance(kind, Scalar) and kind.text in {"tree", "individuals"}:
        later(f"'kind: {kind.text}'", kind.span, collector)
    part.axes = _each(root.get("axes"), part, lambda entry: _axis(entry, collector))
    part.units = _each(root.get("units"), part, lambda entry: text_of(entry.value))
    before = len(collector.errors)
    part.parameters = _each(root.get("parameters"), part, lambda entry: _parameter(entry, collector))
    among = len(collector.errors) - before
    part.equations = _each(root.get("equations"), part, _equation)
    part.states = tuple(scalar.text for scalar in scalars(root.get("states")))
    part.start = _texts(root.get("start"))
    part.transitions = tuple(arrow for entry in entries(root.get("transitions")) if (arrow := _arrow(entry, collector)))
    part.outcomes = tuple(scalars(root.get("outcomes")))
    part.decision = _decision(root, collector)
    part.break_even = entries(root.get("break_even"))
    part.show_on_and_off = tuple(scalars(root.get("show_on_and_off")))
    part.needs = {
        entry.key.text: tuple(scalar.text for scalar in scalars(entry.value)) for entry in entries(root.get("needs"))
    }
    part.roles = {entry.key.text: tuple(scalars(entry.value)) for entry in entries(root.get("roles"))}
    part.checks = tuple(check for node in items(root.get("checks")) if (check := _check(node, collector)))
    part.sound = len(collector.errors) - begun == among and len(part.parameters) == len(entries(root.get("parameters")))
    return part


def _each(node: Node | None, part: Section, read: Callable[[Entry], T | None]) -> dict[str, T]:
    found: dict[str, T] = {}
    for entry in entries(node):
        part.keys[entry.key.text] = entry.key.span
        one = read(entry)
        if one is not None:
            found[entry.key.text] = one
    return found


def _texts(node: Node | None) -> dict[str, Located]:
    return {entry.key.text: entry.value.located for entry in entries(node) if isinstance(entry.value, Scalar)}


def _located(node: Node | None) -> Located | None:
    return node.located if isinstance(node, Scalar) else None


def _axis(entry: Entry, collector: Collector) -> AxisSpec:
    name, node = entry.key.text, entry.value
    if isinstance(node, Scalar):
        return AxisSpec(name, node.text, span=entry.key.span)
    labels = [scalar.text for scalar in scalars(node.get("labels"))] if isinstance(node, MapNode) else []
    if len(set(labels)) < len(labels):
        collector.error("WB-S065", f"the axis {name!r} has a label twice", entry.key.span, remedy="keep one of them")
    return AxisSpec(name, text_of(node, "doc"), tuple(labels), text_of(node, "unit"), entry.key.span)


def _parameter(entry: Entry, collector: Collector) -> ParameterSpec | None:
    name, node, span = entry.key.text, entry.value, entry.key.span
    begun = len(collector.errors)
    if not isinstance(node, MapNode):
        return None
    kinds = [key for key in ("unit", "switch", "choice") if node.get(key) is not None]
    if len(kinds) != 1:
        collector.error(
            "WB-S066",
            f"the parameter {name!r} needs exactly one of unit, switch, choice",
            span,
            facts=(f"here: {', '.join(kinds) or 'none'}",),
            remedy="give a number its unit; 'ratio' for a bare one",
        )
        return None
    _refuse_unread(name, kinds[0], node, collector)
    kind: Literal["number", "switch", "choice"] = "number"
    default: Value | None = None
    choices: tuple[str, ...] = ()
    if kinds == ["switch"]:
        kind, default = "switch", _default(node.get("switch"), collector)
    else:
        default = _default(node.get("default"), collector)
    if kinds == ["choice"]:
        kind, choices = "choice", tuple(scalar.text for scalar in scalars(node.get("choice")))
        labels = node.get("choice")
        if isinstance(labels, ListNode) and not labels.items:
            example = f"`{name}: {{choice: [linear, flat]}}`"
            collector.error("WB-S065", f"the choice {name!r} has no labels", span, remedy=f"name them: {example}")
        elif len(set(choices)) < len(choices):
            collector.error("WB-S065", f"the choice {name!r} has a label twice", span, remedy="keep one of them")
    spec = ParameterSpec(
        name,
        _located(node.get("unit")) or Located.bare("", entry.key.located.file),
        kind,
        choices,
        tuple(scalar.text for scalar in scalars(node.get("by"))),
        default,
        _bounds(node.get("bounds"), collector),
        text_of(node, "spread"),
        _filled_by(text_of(node, "from")),
        text_of(node, "doc") or text_of(node, "short"),
        span,
        short=text_of(node, "short"),
    )
    if default is not None:
        form_fits(spec, name, default, collector=collector)
    return replace(spec, default=None, unread=True) if len(collector.errors) > begun else spec


def _refuse_unread(name: str, kind: str, node: MapNode, collector: Collector) -> None:
    """Refuse keys beside which nothing would read them."""
    origin = text_of(node, "from")
    for key in ("default",) if kind == "unit" and origin else _UNREAD[kind]:
        place = node.key(key)
        if place is not None:
            collector.error(
                "WB-S332",
                f"{key!r} does not mention the parameter {name!r}",
                place.span,
                facts=(f"it comes from the {origin}" if kind == "unit" else f"it is a {kind}",),
                remedy="leave it out",
            )


def _filled_by(text: str) -> Literal["", "appraisal", "budget"]:
    return "appraisal" if text == "appraisal" else "budget" if text == "budget" else ""


def _default(node: Node | None, collector: Collector) -> Value | None:
    return parse_value(node.located, collector=collector) if isinstance(node, Scalar) and not node.null else None


def _bounds(node: Node | None, collector: Collector) -> tuple[Amount | None, Amount | None]:
    ends = [
        None if scalar.text == "none" else parse_amount(scalar.located, collector=collector)
        for scalar in scalars(node)
        if not scalar.null
    ]
    if len(ends) != 2:
        return (None, None)
    low, high = ends
    if low and high and node and low.number >= high.number:
        collector.error("WB-S067", "the lower bound is not below the upper", node.span, remedy="swap them")
    return low, high


def _equation(entry: Entry) -> EquationSpec | None:
    name, node = entry.key.text, entry.value
    if isinstance(node, Scalar):
        return EquationSpec(name, *split_unit(node.located))
    if isinstance(node, MapNode) and isinstance(node.get("is"), Scalar):
        expression = _located(node.get("is"))
        assert expression is not None
        return EquationSpec(name, expression, _located(node.get("unit")), text_of(node, "doc"))
    return None


def split_unit(text: Located) -> tuple[Located, Located | None]:
    """Split ``expression in unit`` at the last `` in `` outside brackets."""
    depth, cut = 0, -1
    raw = text.text
    for index, char in enumerate(raw):
        depth += (char in "([{") - (char in ")]}")
        if (
            depth == 0
            and char.isspace()
            and raw[index + 1 : index + 3] == "in"
            and raw[index + 3 : index + 4].isspace()
        ):
            cut = index
    if cut < 0:
        return text, None
    return text.part(0, cut), text.part(cut + 4).stripped()


def _arrow(entry: Entry, collector: Collector) -> TransitionSpec | None:
    match = _ARROW.fullmatch(entry.key.text)
    if match is None or not isinstance(entry.value, Scalar):
        collector.error(
            "WB-S068",
            f"{entry.key.text!r} is not an arrow between two states",
            entry.key.span,
            remedy="write it like 'healthy -> sick: p_fall_sick'",
        )
        return None
    return TransitionSpec(match[1], match[2], entry.value.located, entry.key.span)


def _decision(root: MapNode, collector: Collector) -> DecisionSpec | None:
    node = root.get("decision")
    if not isinstance(node, MapNode):
        return None
    effect, cost, value, other_benefits = (
        _located(node.get(key)) for key in ("effect", "cost", "value", "other_benefits")
    )
    if effect is not None and cost is not None:
        return DecisionSpec(effect, cost, value, other_benefits)
    key = root.key("decision")
    collector.error(
        "WB-S069",
        "a decision needs an effect and a cost, and may have a value",
        key.span if key else node.span,
        remedy="write {effect: …, cost: …, value: …}",
    )
    return None


def _check(node: Node, collector: Collector) -> CheckSpec | None:
    if not isinstance(node, MapNode):
        return None
    fail, warn = _located(node.get("fail_if")), _located(node.get("warn_if"))
    if (fail is None) == (warn is None):
        collector.error(
            "WB-S070", "a check has either 'fail_if' or 'warn_if'", node.span, remedy="keep one of them, and 'say'"
        )
        return None
    words = (text_of(node, "say"), text_of(node, "remedy").rstrip("."), text_of(node, "change"))
    if fail is not None:
        return CheckSpec("fail_if", fail, *words)
    assert warn is not None
    return CheckSpec("warn_if", warn, *words)
