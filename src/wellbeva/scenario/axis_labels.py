"""Gathers the labels of every axis: from the scenario, the model, and the columns of tables (FORMAT R3, R14, R20)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.model.extends import check_label, check_shared
from wellbeva.scenario.spec import Model, Option
from wellbeva.scenario.tables.grid import FirstFaults
from wellbeva.scenario.tables.table_reader import Table
from wellbeva.scenario.tables.tidy import axis_names, table_labels, table_words
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.nodes import Entry, MapNode, entries, scalars, text_of
from wellbeva.scenario.values.labels import unknown_label

OPTION_LIMIT = 20_000
"""Options of one scenario: every outcome has a number for each, and the compiler keeps as many of all outcomes."""
OF_LABELS = frozenset({"WB-S022", "WB-S124", "WB-S130", "WB-S139", "WB-S140", "WB-S141", "WB-S150", "WB-S151"})
"""Codes of what is said of labels that are not there."""


def forget_labels(collector: Collector) -> None:
    """Take back what was said of labels that are not there, where a table that may name them could not be read."""
    collector.found[:] = [diagnostic for diagnostic in collector.found if diagnostic.code not in OF_LABELS]


def gather_labels(
    root: MapNode, model: Model, tables: list[Table], *, shown: str, collector: Collector
) -> tuple[dict[str, dict[str, str]], tuple[Option, ...]]:
    """Return the words of each label by axis, and the options.

    Parameters
    ----------
    root : MapNode
        The scenario's file.
    model : Model
    tables : list of Table
    shown : str
        The scenario's path as messages show it.
    collector : Collector
    """
    spans = {entry.key.text: entry.key.span for entry in root.entries}
    axes: dict[str, dict[str, str]] = {"option": {}, "group": {}}
    axes |= {axis: {label: label for label in spec.labels} for axis, spec in model.axes.items()}
    return _Gatherer(shown, collector, spans, model, axes).labels(root, tables)


@dataclass(frozen=True, slots=True)
class _Gatherer:
    shown: str
    collector: Collector
    spans: dict[str, Span]
    model: Model
    axes: dict[str, dict[str, str]]
    """The words of each label by axis, as far as they are gathered."""

    def labels(self, root: MapNode, tables: list[Table]) -> tuple[dict[str, dict[str, str]], tuple[Option, ...]]:
        """Gather every axis's labels: from the file, else from the model, else from the tables."""
        model, axes = self.model, self.axes
        if model.states:
            axes["state"] = {state: state for state in model.states}
            axes["to"] = dict(axes["state"])
        places: dict[str, Span] = {}
        given: dict[str, Option] = {}
        for entry in entries(root.get("options")):
            name, node = entry.key.text, entry.value
            axes["option"][name] = text_of(node, "label") or name
            given[name] = Option(name, name, text_of(node, "doc"), entry.key.span, text_of(node, "short"))
            places[name] = entry.key.span
        for entry in entries(root.get("groups")):
            words = text_of(entry.value, "label") if isinstance(entry.value, MapNode) else text_of(entry.value)
            axes["group"][entry.key.text] = words or entry.key.text
            places[entry.key.text] = entry.key.span
        for entry in entries(root.get("axes")):
            self.own_axis(entry)
        self.labels_of_tables(tables)
        axes["group"] = axes["group"] or {"everyone": "Everyone"}
        taken = {*model.parameters, *model.equations, *model.axes, *model.units}
        for axis in ("option", "group", *model.axes):
            span = self.spans.get("axes") or self.spans.get("model")
            for label in axes[axis]:
                check_label(label, axis, places.get(label, span), taken, collector=self.collector)
            if not axes[axis] and axis in model.axes and not model.axes[axis].unit:
                # An axis nobody names still exists, with one label (FORMAT R22): a model may offer more than is needed.
                axes[axis] = {f"every_{axis}": "All"}
            if not axes[axis]:
                self.no_labels(axis)
        check_shared(model, axes, self.spans.get("axes") or self.spans.get("model"), collector=self.collector)
        options = (replace(given.get(name, Option(name, name)), label=words) for name, words in axes["option"].items())
        return axes, tuple(options)

    def no_labels(self, axis: str) -> None:
        if axis == "option":
            if near_miss("options", [key for key in self.spans if key != "options"]):
                return  # an unknown key that was meant to be this one has its own message
            self.collector.error(
                "WB-S140",
                "the scenario has no options",
                self.spans.get("options", Span(self.shown, 1, 1)),
                remedy="add 'options', or a table with a column 'option'",
            )
            return
        self.collector.error(
            "WB-S141",
            f"the axis {axis!r} of the model has no labels",
            self.spans.get("axes", self.spans.get("model", Span(self.shown, 1, 1))),
            facts=("it is a ladder: its labels are rising numbers",),
            remedy=f"add them: 'axes: {{{axis}: [0, 10, 20]}}', or a table with a column {axis!r}",
        )

    def own_axis(self, entry: Entry) -> None:
        """Read the labels the scenario gives for one of the model's axes."""
        model, axis = self.model, entry.key.text
        spec = model.axes.get(axis)
        if spec is None:
            self.collector.error(
                "WB-S142",
                f"the model {model.name!r} has no axis {axis!r}",
                entry.key.span,
                remedy=near_miss(axis, model.axes) or f"its axes are {', '.join(model.axes) or 'none'}",
            )
            return
        labels = (
            {label.key.text: text_of(label.value) for label in entries(entry.value)}
            if isinstance(entry.value, MapNode)
            else {scalar.text: scalar.text for scalar in scalars(entry.value)}
        )
        given = [scalar.text for scalar in scalars(entry.value)]
        if len(set(given)) < len(given):
            self.collector.error(
                "WB-S143", f"a label of {axis!r} is given twice", entry.key.span, remedy="keep one of them"
            )
        if spec.labels and tuple(labels) != spec.labels:
            self.collector.error(
                "WB-S144",
                f"the labels of {axis!r} are fixed by the model",
                entry.key.span,
                facts=(f"the model has {', '.join(spec.labels)}", f"the scenario has {', '.join(labels)}"),
                remedy="leave them out here",
            )
            return
        if spec.unit:
            self.check_ladder(axis, tuple(labels), entry.key.span)
        else:
            self.check_words(axis, entry)
        self.axes[axis] = labels

    def check_words(self, axis: str, entry: Entry) -> None:
        """Refuse numbers as labels of an axis that is not a ladder (R3)."""
        written = [label.key for label in entries(entry.value)] or scalars(entry.value)
        for label in written:
            if not identifiers.is_name(label.text):
                self.collector.error(
                    "WB-S146",
                    f"{label.text[:60]!r} cannot be a label of {axis!r}",
                    label.span,
                    facts=("numbers are labels of time and of ladders, axes to which the model gives a unit",),
                    remedy=f"write a word and its meaning, for example '{axis}: {{first: First {axis}}}'",
                )

    def check_ladder(self, axis: str, labels: tuple[str, ...], span: Span | None) -> None:
        numbers = [float(label) for label in labels if identifiers.NUMBER_LABEL.fullmatch(label)]
        if len(numbers) < len(labels) or numbers != sorted(set(numbers)):
            self.collector.error(
                "WB-S145", f"{axis!r} is a ladder: its labels are rising numbers", span, remedy="write them in order"
            )

    def labels_of_tables(self, tables: list[Table]) -> None:
        """Let a column that is an axis name its labels, if nothing else does (R14)."""
        model, axes = self.model, self.axes
        known = axis_names(model)
        fixed = {axis for axis, labels in axes.items() if labels} | {"time"}
        for table in tables:
            word_axis, words = table_words(table, model)
            for axis, labels in table_labels(table, model).items():
                if axis not in fixed:
                    self.add_labels(axis, labels, table)
            for label, text in words.items():
                if word_axis in axes and axes[word_axis].get(label) == label:
                    axes[word_axis][label] = text
            if table.row_axis and table.row_axis not in known:
                unknown_label(table.row_axis, table.span or Span(self.shown, 1, 1), {"axes": known}, self.collector)

    def add_labels(self, axis: str, labels: dict[str, Located], table: Table) -> None:
        """Add the labels of one column to those of its axis."""
        found = self.axes.setdefault(axis, {})
        ladder = axis in self.model.axes and bool(self.model.axes[axis].unit)
        fits = identifiers.NUMBER_LABEL.fullmatch if ladder else identifiers.is_name
        misfits = FirstFaults(
            "WB-S146", f"and … more cells that cannot be labels of {axis!r}", labels.__getitem__, self.collector
        )
        for label in labels:
            if not fits(label) and (place := misfits.place(label)) is not None:
                self.collector.error(
                    "WB-S146",
                    f"{place.text.strip()[:60]!r} cannot be a label of {axis!r}",
                    place.span(),
                    remedy="labels are small letters, digits and _, beginning with a letter; "
                    "words go into a column 'label'",
                )
        misfits.close()
        if axis == "option" and len(labels) > OPTION_LIMIT:
            self.too_many(table, len(labels))
            return
        for label in labels:
            if fits(label):
                found.setdefault(label, label)
        if ladder:
            self.check_ladder(axis, tuple(labels), table.span)

    def too_many(self, table: Table, count: int) -> None:
        self.collector.error(
            "WB-S197",
            f"this table has {count:,} options; a scenario can have at most {OPTION_LIMIT:,}",
            table.span,
            facts=("every outcome has a number for each option in every draw",),
            remedy="keep the options that are to be compared, or split them over several scenarios",
        )
