"""From an outcome back to source lines: a tree of what it needs, each leaf with the line that says it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from wellbeva.core.spans import Span
from wellbeva.engine.arrays.named import NamedArray
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.errors import near_miss, refusal
from wellbeva.language.ir import DISCOUNTS, Contract, Interp, Label, Lag, Node, Pick, PickBy, Reduce, Ref, Scan
from wellbeva.language.traversal import operands
from wellbeva.plan.plan import Plan, PlanEquation, PlanParameter
from wellbeva.plan.record import CompiledScenario, Input
from wellbeva.report.explain.text import needed_by
from wellbeva.report.text.wrap import WIDTH, folded
from wellbeva.scenario.text.paths import Selector

MOST_LINES = 2_000
DEEPEST = 16
"""Levels that are shown below a name; deeper ones would not fit a line, and a chain of equations may be 500 long."""
LONGEST_PATH = 32
Chosen = Mapping[str, int]
"""Labels that are looked at, by axis: index of the label. An axis that is not named is looked at whole."""
Key = tuple[str, tuple[tuple[str, int], ...]]
"""A name at chosen labels."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One name at some labels, and what it needs.

    Parameters
    ----------
    name : str
    labels : tuple of str
        Those that are looked at, in the order of the axes.
    value : str
        In the base case; empty where there is more than one number.
    unit, text : str
        ``text`` is the equation; empty for a parameter.
    place : str
        File and line of the equation.
    leaves : tuple of Input
        What fills a parameter at these labels.
    below : tuple of Branch
    repeated : bool
        It stands above already, with all it needs.
    notes : tuple of str
        Of what every model has (``t``, ``discount.money``): what sets it, and where.
    deeper : int
        Names that it needs and that are not shown, since it stands too deep.
    """

    name: str
    labels: tuple[str, ...]
    value: str
    unit: str
    text: str = ""
    place: str = ""
    leaves: tuple[Input, ...] = ()
    below: tuple[Branch, ...] = ()
    repeated: bool = False
    notes: tuple[str, ...] = ()
    deeper: int = 0

    @property
    def path(self) -> str:
        """What is asked for to see it alone."""
        return ".".join([self.name, *self.labels])


def trace(compiled: CompiledScenario, path: str) -> Branch:
    """Trace a name back to the lines it rests on.

    Parameters
    ----------
    compiled : CompiledScenario
    path : str
        A name, and labels behind it where only those are asked for: ``wellbys``, ``wellbys.visits``.

    Raises
    ------
    WellbevaError
        WB-R101 if there is no such name, WB-R103 if it has no such label.
    """
    name, *labels = [path] if path in DISCOUNTS else path.split(".")
    return _Tracer(compiled).root(name, labels)


def trace_text(branch: Branch) -> str:
    """Write a trace as a tree of text, at most 80 columns wide.

    Parameters
    ----------
    branch : Branch
    """
    lines: list[str] = []
    more, rest = 0, branch.path
    for path, line in _tree(branch, "", ""):
        if len(lines) < MOST_LINES:
            lines.append(line)
            continue
        rest = rest if more else path
        more += 1
    if more:
        lines += folded(f"… and {more:,} more lines; trace {rest} for the rest")
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class _Tracer:
    compiled: CompiledScenario
    seen: set[Key] = field(default_factory=set)
    values: Mapping[str, NamedArray] = field(init=False)

    def __post_init__(self) -> None:
        self.values = evaluate(self.plan)

    @property
    def plan(self) -> Plan:
        return self.compiled.plan

    def root(self, name: str, labels: list[str]) -> Branch:
        needed_by(self.plan, name)  # refuses a name that is none
        axes = self.axes(name)
        chosen: dict[str, int] = {}
        for label in labels:
            found = [axis for axis in axes if label in self.plan.axes[axis].labels and axis not in chosen]
            if not found:
                every = [one for axis in axes for one in self.plan.axes[axis].labels]
                raise refusal(
                    "WB-R103",
                    f"{name} has no label {label!r}",
                    near_miss(label, every) or f"its labels: {', '.join(every[:20]) or 'none'}",
                    f"its axes: {', '.join(axes) or 'none'}",
                )
            chosen[found[0]] = self.plan.axes[found[0]].labels.index(label)
        return self.branch(name, chosen)

    def axes(self, name: str) -> tuple[str, ...]:
        return tuple(axis for axis in self.values[name].axes if axis != "draw")

    def branch(self, name: str, chosen: Chosen, depth: int = 0) -> Branch:
        own = {axis: index for axis, index in chosen.items() if axis in self.axes(name)}
        labels = tuple(self.plan.axes[axis].labels[own[axis]] for axis in self.axes(name) if axis in own)
        key = (name, tuple(sorted(own.items())))
        equation = next((one for one in self.plan.equations if one.name == name), None)
        value = self.value(name, own)
        repeated = key in self.seen
        if equation is not None and depth == DEEPEST and not repeated:
            return self.cut(equation, labels, value)
        self.seen.add(key)
        if equation is None:
            parameter = self.plan.parameter(name)
            leaves = self.leaves(parameter, own)
            return Branch(
                name,
                labels,
                value,
                str(parameter.unit),
                leaves=() if repeated else leaves,
                repeated=repeated and leaves != (),
                notes=() if repeated else self.notes(parameter, own),
            )
        unit, text, place = _said(equation)
        if repeated:
            return Branch(name, labels, value, unit, text, place, repeated=True)
        wanted: dict[Key, None] = {}
        self.needs(equation.expression, own, wanted)
        below = tuple(self.branch(one, dict(at), depth + 1) for one, at in wanted)
        return Branch(name, labels, value, unit, text, place, below=below)

    def cut(self, equation: PlanEquation, labels: tuple[str, ...], value: str) -> Branch:
        """Return an equation that stands too deep for what it needs to be shown below it."""
        unit, text, place = _said(equation)
        needed = self.plan.upstream(Ref(name=equation.name))
        return Branch(equation.name, labels, value, unit, text, place, deeper=len(needed) - 1)

    def notes(self, parameter: PlanParameter, chosen: Chosen) -> tuple[str, ...]:
        """Say what sets a number that every model has: its values, the key of the scenario, and the rule."""
        if not parameter.builtin:
            return ()
        scenario = self.compiled.record.scenario
        named = self.values[parameter.name]
        for axis, index in chosen.items():
            named = named.pick(axis, index)
        numbers = named.array.reshape(-1)
        said = _number(float(numbers[0]))
        if numbers.size > 1:
            said += f" in the first period to {_number(float(numbers[-1]))} in the last"
        kind = DISCOUNTS.get(parameter.name)
        if kind is None:
            time = scenario.time
            written = f"time: {{step: {time.step}, from: {time.first}, to: {time.last}}}"
            return (f"{parameter.doc}: {said}", "; ".join(filter(None, (where(time.span), written))))
        rules = [rule.words for rule in self.compiled.record.rules if rule.kind == kind or rule.about == "factors"]
        place = where(scenario.appraisal.spans.get("discount") or scenario.appraisal.span)
        return (f"{parameter.doc}: {said}", "; ".join(filter(None, (place, " ".join(rules)))))

    def needs(self, node: Node, chosen: Chosen, found: dict[Key, None]) -> None:  # noqa: C901  (one a kind of node)
        """Gather the names a node mentions, each with the labels of it that matter here."""
        match node:
            case Ref(name=name):
                own = {axis: index for axis, index in chosen.items() if axis in self.axes(name)}
                found.setdefault((name, tuple(sorted(own.items()))))
            case Label():
                pass
            case Reduce(x=x, over=over):
                self.needs(x, {axis: at for axis, at in chosen.items() if axis not in over}, found)
            case Pick(x=x, axis=axis, index=index):
                self.needs(x, {**chosen, axis: index}, found)
            case PickBy(x=x, axis=axis, by=by) | Interp(x=x, axis=axis, by=by):
                self.needs(x, {one: at for one, at in chosen.items() if one != axis}, found)
                self.needs(by, chosen, found)
            case Lag(x=x, initial=initial, over=over):
                # The earlier labels are reached through the name itself.
                self.needs(x, {axis: at for axis, at in chosen.items() if axis != over}, found)
                self.needs(initial, chosen, found)
            case Scan(x=x, over=over):
                self.needs(x, {axis: at for axis, at in chosen.items() if axis != over}, found)
            case Contract():
                for operand in operands(node):
                    self.needs(operand, {axis: at for axis, at in chosen.items() if axis not in ("state", "to")}, found)
            case _:
                for operand in operands(node):
                    self.needs(operand, chosen, found)

    def value(self, name: str, chosen: Chosen) -> str:
        named = self.values[name]
        for axis, index in chosen.items():
            named = named.pick(axis, index)
        if named.array.size != 1:
            return ""
        return _number(float(named.array.reshape(-1)[0]))

    def leaves(self, parameter: PlanParameter, chosen: Chosen) -> tuple[Input, ...]:
        """Return the inputs that fill a parameter at the labels, the strongest of those that fill the same cell."""
        entries = [
            given_input for given_input in self.compiled.record.inputs if given_input.parameter == parameter.name
        ]
        found = [entry for entry in entries if all(self.meets(selector, chosen) for selector in entry.selectors)]
        # Later ones are stronger; of those that fill the labels wholly only the last one stands.
        whole = [
            place
            for place, leaf in enumerate(found)
            if all(selector.axis in chosen and not selector.rest for selector in leaf.selectors)
        ]
        return tuple(found[whole[-1] :]) if whole else tuple(found)

    def meets(self, selector: Selector, chosen: Chosen) -> bool:
        if selector.axis not in chosen or selector.rest:
            return True
        looked_at = self.plan.axes[selector.axis].labels[chosen[selector.axis]]
        if selector.steps is not None:
            first, last = selector.steps
            return first <= int(looked_at) <= last
        return looked_at == selector.label


def _said(equation: PlanEquation) -> tuple[str, str, str]:
    unit = equation.unit_text or str(equation.expression.unit)
    return unit, " ".join(equation.text.split()), where(equation.expression.span)


def _number(x: float) -> str:
    return f"{x:.6g}" if math.isfinite(x) else "none"


def where(span: Span | None) -> str:
    """Write file and line; of a long path the last folders.

    Examples
    --------
    >>> where(Span("/home/somebody/work/projects/councils/2026/scenarios/offers.yaml", 7, 1))
    '…/2026/scenarios/offers.yaml:7'
    """
    if span is None:
        return ""
    parts = span.file.split("/")
    shortened = span.file
    while len(shortened) > LONGEST_PATH and len(parts) > 1:
        parts = parts[1:]
        shortened = "/".join(["…", *parts])
    return f"{shortened}:{span.line}"


def _tree(branch: Branch, lead: str, indent: str) -> Iterator[tuple[str, str]]:
    """Yield each line with the name that is asked for to see it; no deeper than `DEEPEST`."""
    path = branch.path
    yield from ((path, line) for line in _own_lines(branch, lead, indent))
    parts: list[Branch | Input] = [*branch.leaves, *branch.below]
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        first, deeper = (indent + "└─ ", indent + "   ") if last else (indent + "├─ ", indent + "│  ")
        if isinstance(part, Branch):
            yield from _tree(part, first, deeper)
        else:
            yield from ((path, line) for line in _leaf(part, first, deeper))


def _own_lines(branch: Branch, lead: str, indent: str) -> Iterator[str]:
    yield from _folded(_head(branch), lead, indent)
    hang = indent + ("│ " if branch.below or branch.leaves else "  ")
    if branch.text and not branch.repeated:
        yield from _folded(f"= {branch.text}", hang, hang)
        if branch.place:
            yield from _folded(branch.place, hang + "  ", hang + "  ")
    for note in branch.notes:
        yield from _folded(note, hang, hang)
    if branch.deeper:
        yield from _folded(f"… and {branch.deeper:,} more names; trace {branch.path} for the rest", hang, hang)


def _head(branch: Branch) -> str:
    unit = "" if branch.unit in ("", "1") else f" [{branch.unit}]"
    value = f" = {branch.value}" if branch.value and branch.text else ""
    return f"{branch.path}{unit}{value}{'  (as above)' if branch.repeated else ''}"


def _leaf(entry: Input, lead: str, indent: str) -> Iterator[str]:
    place = ".".join(label for _, label in entry.labels)
    yield from _folded(f"{place}: {entry.written}" if place else entry.written, lead, indent)
    if entry.value.form == "studies":
        yield from _folded(entry.fitted, indent + "  ", indent + "  ")
    filled = "filled by the appraisal" if entry.layer == "appraisal" else ""
    keys = [f"{cite.key} {cite.place}".strip() for cite in entry.cites if cite.key != "assumed"]
    facts = [where(entry.value.span) or filled, f"source {'; '.join(keys)}" if keys else "", entry.evidence]
    if entry.layer == "default":
        facts.append("the model's default")
    yield from _folded("; ".join(fact for fact in facts if fact), indent + "  ", indent + "  ")


def _folded(text: str, lead: str, indent: str) -> Iterator[str]:
    """Fold into 80 columns; very deep trees keep 24 columns for their words."""
    room = max(24, WIDTH - len(indent) - 2)
    lines = list(folded(text, width=room))
    for number, line in enumerate(lines):
        yield (lead if number == 0 else indent + "  ") + line.strip()
