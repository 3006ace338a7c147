"""Values along axes: nested maps with `by`, read into one assignment a written value (FORMAT R12, R13, R16a)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.spec import Assignment, Layer, ParameterSpec
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, scalars
from wellbeva.scenario.text.paths import DottedPath, Selector
from wellbeva.scenario.text.yaml_errors import number_trap
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.completion import amounts_in
from wellbeva.scenario.values.dirichlet import fill_shares, free_axis, shares_wanted
from wellbeva.scenario.values.labels import (
    ValueScope,
    check_settable,
    in_order_of,
    label_selector,
    may_vary,
    resolve_path,
)
from wellbeva.scenario.values.long_form import Inherited, read_cell
from wellbeva.scenario.values.references import check_against_records
from wellbeva.scenario.values.suggestions import SCALES, another_way

_PEOPLE = frozenset({"person", "people"})
_SCALE = re.compile(rf"[eE][-+−]?[0-9]|\s?(?i:{'|'.join(SCALES)})\b")
_POINT_THOUSANDS = re.compile(r"[£$€]?[1-9][0-9]{0,2}\.[0-9]{2}0")
_NUMBERS = re.compile(r"[£$€]?[0-9][0-9.,]*[0-9]|[0-9]")


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads values of one layer into assignments.

    Parameters
    ----------
    world : ValueScope
    layer : str
    collector : Collector
    """

    world: ValueScope
    layer: Layer
    collector: Collector

    def read(self, entry: Entry, *, fixed: tuple[Selector, ...] = (), also: tuple[str, ...] = ()) -> list[Assignment]:
        """Read one key, a dotted path, and its value.

        Parameters
        ----------
        entry : Entry
        fixed : tuple of Selector
            Given by where the key stands (the option above it).
        also : tuple of str
            Other keys that may stand here, for near misses.
        """
        path = entry.key.located
        name = path.text.partition(".")[0]
        if identifiers.NUMBER_LABEL.fullmatch(path.text):
            number_trap(path, self.collector)
            return []
        if not check_settable(name, path.span(0, max(1, len(name))), self.world, collector=self.collector, also=also):
            return []
        found = resolve_path(path, self.world, collector=self.collector)
        if found is None:
            return []
        selectors = found[1]
        for selector in fixed:
            remedy = "move it to 'values'"
            if not may_vary(name, selector.axis, path.span(), self.world, remedy=remedy, collector=self.collector):
                return []
            if selector.axis in {one.axis for one in selectors}:
                self.collector.error(
                    "WB-S028",
                    f"the path names a second {selector.axis}",
                    path.span(),
                    remedy=f"leave the {selector.axis} out",
                )
                return []
        return self.value(name, entry.value, (*fixed, *selectors))

    def value(self, name: str, node: Node, selectors: tuple[Selector, ...]) -> list[Assignment]:
        """Read a value that may be nested along axes.

        Parameters
        ----------
        name : str
            A parameter or an equation.
        node : Node
            What is written: one value, or a map with ``by``.
        selectors : tuple of Selector
            Labels that the path has fixed already.

        Returns
        -------
        list of Assignment
            One for each written value; empty after an error.
        """
        if isinstance(node, MapNode) and node.get("by") is not None:
            axes = self.axes(name, node, selectors)
            if axes is None:
                return []
            return self.nested(name, node, axes, selectors, Inherited())
        if isinstance(node, MapNode) and node.entries and self.by_labels(name, node):
            self.collector.error(
                "WB-S043",
                f"{name!r} is given by labels, without saying of which axis",
                node.span,
                facts=(f"the model has it by {', '.join(self.world.axes_of(name)) or 'nothing'}",),
                remedy=f"begin the map with 'by: {self.axis_for(name, node)}'",
            )
            return []
        return self.cell(name, node, selectors, Inherited())

    def by_labels(self, name: str, node: MapNode) -> bool:
        """Whether a map without ``by`` holds labels rather than the keys of one value.

        Parameters
        ----------
        name : str
            A parameter or an equation.
        node : MapNode
        """
        keys = set(node.keys())
        if (identifiers.LONG_KEYS - set(identifiers.INHERITED_KEYS)) & keys:
            return False
        return "else" in keys or any(self.labels(axis, node) for axis in self.world.axes_of(name))

    def labels(self, axis: str, node: MapNode) -> bool:
        """Whether a key of a map is a label of an axis.

        Parameters
        ----------
        axis : str
        node : MapNode
        """
        steps = axis == "time" and any(map(identifiers.STEPS.fullmatch, node.keys()))
        return steps or any(self.world.has(axis, entry.key.text) for entry in node.entries)

    def axis_for(self, name: str, node: MapNode) -> str:
        """Return the first axis that has one of the labels given, or the word ``axis`` if none has.

        Parameters
        ----------
        name : str
            The parameter or equation whose axes are searched.
        node : MapNode
            The map whose keys are the labels.
        """
        axes = self.world.axes_of(name)
        usual = axes[0] if len(axes) == 1 else "axis"
        return next((axis for axis in axes if self.labels(axis, node)), usual)

    def axes(self, name: str, node: MapNode, selectors: tuple[Selector, ...]) -> tuple[str, ...] | None:
        """Read and check the ``by`` of a value.

        Parameters
        ----------
        name : str
            A parameter or an equation.
        node : MapNode
            The map that holds ``by``.
        selectors : tuple of Selector
            Labels that are fixed already; their axes may not be named again.

        Returns
        -------
        tuple of str or None
            One axis or two, as written; None after an error.
        """
        given = list(scalars(node.get("by")))
        allowed = self.world.axes_of(name)
        if not 1 <= len(given) <= 2:
            key = node.key("by")
            self.collector.error(
                "WB-S044",
                "'by' takes one axis or two",
                key.span if key else node.span,
                remedy="put values along more axes into a table",
            )
            return None
        taken = {selector.axis for selector in selectors}
        for axis in given:
            better = self.axis_for(name, node)
            usual = f"write 'by: {better}'" if better != "axis" else "use the axes the model gives it"
            remedy = near_miss(axis.text, allowed) or usual
            if not may_vary(name, axis.text, axis.span, self.world, remedy=remedy, collector=self.collector):
                return None
            if axis.text in taken:
                self.collector.error(
                    "WB-S028", f"the axis {axis.text!r} is already fixed here", axis.span, remedy="leave it out of 'by'"
                )
                return None
            taken.add(axis.text)
        return tuple(axis.text for axis in given)

    def nested(
        self, name: str, node: MapNode, axes: tuple[str, ...], selectors: tuple[Selector, ...], inherited: Inherited
    ) -> list[Assignment]:
        """Read one level of labels; ``else`` comes first, so that a label that is named wins over it.

        Parameters
        ----------
        name : str
            A parameter or an equation.
        node : MapNode
            The map whose keys are labels of the first axis.
        axes : tuple of str
            The axes of this level and of those below.
        selectors : tuple of Selector
            The labels of the levels above.
        inherited : Inherited
            Source, evidence, licence and note of the maps above.
        """
        inherited = inherited.with_keys(node, self.world.sources, self.collector)
        cells = [entry for entry in node.entries if entry.key.text not in {"by", *identifiers.INHERITED_KEYS}]
        if not cells:
            self.collector.error(
                "WB-S045", f"{name!r} has 'by' but no values", node.span, remedy="write 'label: value'"
            )
        found: list[Assignment] = []
        ranges: list[tuple[int, int, Entry]] = []
        for entry in sorted(cells, key=lambda one: one.key.text != "else"):
            selector = label_selector(axes[0], entry.key.located, self.world, collector=self.collector)
            if selector is None:
                continue
            if axes[0] == "time" and entry.key.text != "else":
                low, high = selector.steps or (int(selector.label), int(selector.label))
                self.overlap(ranges, low, high, entry)
            found += self.below(name, entry, axes[1:], (*selectors, selector), inherited)
        return found

    def below(
        self, name: str, entry: Entry, axes: tuple[str, ...], selectors: tuple[Selector, ...], inherited: Inherited
    ) -> list[Assignment]:
        """Read the value under one label: a further level of labels, or one value for all of it.

        Parameters
        ----------
        name : str
            A parameter or an equation.
        entry : Entry
            The label and its value.
        axes : tuple of str
            The axes that are left for the levels below.
        selectors : tuple of Selector
            The labels down to this one.
        inherited : Inherited
            Source, evidence, licence and note of the maps above.
        """
        node = entry.value
        if isinstance(node, MapNode) and not (identifiers.LONG_KEYS - set(identifiers.INHERITED_KEYS)) & set(
            node.keys()
        ):
            if not axes and shares_wanted(name, self.world) and node.entries:
                # Where a row of shares stands, certain ones may be written out: `dead: {dead: 1}`.
                axes = free_axis(name, selectors, self.world)
            if axes and not self.of_an_unknown_form(axes[0], node):
                return self.nested(name, node, axes, selectors, inherited)
        return self.cell(name, node, selectors, inherited)

    def of_an_unknown_form(self, axis: str, node: MapNode) -> bool:
        """Whether a map without a label holds a map of arguments: `gama: {mean: 9, sd: 3}`, no misspelt label's value.

        Parameters
        ----------
        axis : str
            The axis whose labels may stand here.
        node : MapNode
        """
        below = [entry.value for entry in node.entries if isinstance(entry.value, MapNode)]
        arguments = any(
            not identifiers.LONG_KEYS & set(one.keys())
            and not any(isinstance(entry.value, MapNode) for entry in one.entries)
            for one in below
        )
        return arguments and node.get("else") is None and not self.labels(axis, node)

    def overlap(self, ranges: list[tuple[int, int, Entry]], low: int, high: int, entry: Entry) -> None:
        """Note an error for each earlier range of the same map that shares a step with this one, then add this one.

        Parameters
        ----------
        ranges : list of (int, int, Entry)
            The earlier ranges, first and last step and their entry; extended in place.
        low, high : int
            First and last step of this range, both included.
        entry : Entry
            The entry of this range.
        """
        for other_low, other_high, other in ranges:
            if low <= other_high and other_low <= high:
                self.collector.error(
                    "WB-S046",
                    "two ranges of steps overlap",
                    entry.key.span,
                    facts=(f"{other.key.text!r} on line {other.key.span.line}", f"{entry.key.text!r} here"),
                    remedy="put each step in one range only",
                )
        ranges.append((low, high, entry))

    def cell(self, name: str, node: Node, selectors: tuple[Selector, ...], inherited: Inherited) -> list[Assignment]:
        """Read one written value and check that its form fits the parameter.

        Parameters
        ----------
        name : str
            A parameter or an equation.
        node : Node
        selectors : tuple of Selector
            The labels that the value is for.
        inherited : Inherited
            Source, evidence, licence and note of the maps above.

        Returns
        -------
        list of Assignment
            One; for a Dirichlet also a zero for each label that it leaves out; empty after an error.
        """
        value = read_cell(
            node,
            inherited=inherited,
            sources=self.world.sources,
            collector=self.collector,
            studies=self.world.read_studies,
        )
        if value is not None and value.form == "same_as":
            value = self.same_as(value)
        elif value is not None and not form_fits(
            self.world.model.parameters.get(name), name, value, collector=self.collector
        ):
            value = None
        if value is None:
            return []
        warn_of_thousands(name, value, self.world, self.collector)
        if name in self.world.model.parameters:
            unit = self.world.model.parameters[name].unit.text
            check_against_records(name, unit, value, self.world.sources, self.collector)
        if value.form == "dirichlet":
            return fill_shares(name, value, selectors, node, self.world, layer=self.layer, collector=self.collector)
        return [Assignment(name, in_order_of(name, selectors, self.world), value, self.layer, node)]

    def same_as(self, value: Value) -> Value | None:
        """Check the path of ``same as``, and write its labels in the order of the model's axes."""
        path = Located.bare(value.word, value.span.file if value.span else "")
        inner = Collector()
        found = resolve_path(path, self.world, collector=inner)
        if found is None:
            first = inner.errors[0]
            self.collector.error(first.code, first.message, value.span, facts=first.lines, remedy=first.remedy)
            return None
        return replace(value, path=DottedPath(found[0], tuple(one.label for one in found[1])))


def form_fits(parameter: ParameterSpec | None, name: str, value: Value, *, collector: Collector) -> bool:
    """Check the form of a value against the kind of its parameter: number, switch or choice.

    Parameters
    ----------
    parameter : ParameterSpec or None
        None for an equation, which takes numbers.
    name : str
        For the message.
    value : Value
    collector : Collector
    """
    kind = parameter.kind if parameter else "number"
    if kind == "switch" and value.form != "switch":
        collector.error(
            "WB-S047",
            f"{name!r} is a switch",
            value.span,
            facts=(f"given: {value.written}",),
            remedy="write true or false",
        )
        return False
    if kind == "choice" and parameter and (value.form != "label" or value.word not in parameter.choices):
        collector.error(
            "WB-S048",
            f"{value.written!r} is not a choice of {name!r}",
            value.span,
            facts=(f"choices are {', '.join(parameter.choices)}",),
            remedy=near_miss(value.written, parameter.choices) or "use one of the choices",
        )
        return False
    if kind == "number" and value.form in {"switch", "label"}:
        collector.error(
            "WB-S049",
            f"{name!r} takes a number, not {value.written!r}",
            value.span,
            remedy=another_way(value.word) or "write it as a paper prints it: 0.30, 67.1%, 9 months, 31 of 45",
        )
        return False
    return True


def warn_of_thousands(name: str, value: Value, world: ValueScope, collector: Collector) -> None:
    """Warn where money or people are written as 1.200, with no number beside it that shows decimals to be meant.

    Parameters
    ----------
    name : str
        A parameter or an equation.
    value : Value
    world : ValueScope
    collector : Collector
    """
    amounts = [(amount, _digits(amount)) for amount in amounts_in(value) if amount.span is not None]
    first, written = amounts[0] if amounts else (None, "")
    if first is None or not _POINT_THOUSANDS.fullmatch(written):
        return
    # Three decimals that end in 0 are rare; for a price or a head count they are more likely a foreign 1,200.
    parameter = world.model.parameters.get(name)
    unit = parameter.unit.text.strip() if parameter else ""
    if not (first.currency or {first.unit.strip(), unit} & _PEOPLE):
        return
    if any("." in digits and not _POINT_THOUSANDS.fullmatch(digits) for _, digits in amounts):
        return
    place = first.span if value.form == "family" else value.span
    braces = "" if place is not None and place.file.endswith(".csv") else ", where braces stand around it"
    collector.warn(
        "WB-S196",
        f"{written!r} is read as a number with three decimal places",
        place,
        facts=("a point stands before decimals, and a comma groups thousands",),
        remedy=f"write {written.replace('.', ',')} (in quotes{braces}) if that is meant; else leave the last 0 out",
    )


def _digits(amount: Amount) -> str:
    """Return the number of an amount with its sign of money, as it stands in its file."""
    span = amount.span
    found = None if span is None else _NUMBERS.search(span.text, span.column - 1, span.column - 1 + span.length)
    # 1.250m is no 1,250
    return found[0] if found and span and not _SCALE.match(span.text, found.end()) else ""
