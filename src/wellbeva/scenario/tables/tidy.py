"""Turns rows of a table into assignments, and finds the labels its axis columns name (FORMAT R14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from wellbeva.core.spans import Located, Span
from wellbeva.distributions.families import LONG_FORMS
from wellbeva.errors import Collector
from wellbeva.scenario.spec import Assignment, Layer, Model
from wellbeva.scenario.tables.grid import TROUBLE_LIMIT, FirstFaults
from wellbeva.scenario.tables.table_reader import Column, Table
from wellbeva.scenario.tables.warnings import is_no_number, rows_without_labels, stop_at, two_rows, unknown_heading
from wellbeva.scenario.text import identifiers
from wellbeva.scenario.text.nodes import Entry, MapNode, Node, Scalar
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.values.by_axis import CellReader
from wellbeva.scenario.values.labels import ValueScope, find_label, label_selector, may_vary

_LABEL_LIMIT = 60


@dataclass(frozen=True, slots=True)
class _Target:
    """One parameter (with the labels its heading fixes) and the columns that say something about it."""

    name: str
    selectors: tuple[Selector, ...]
    columns: tuple[tuple[int, tuple[str, ...]], ...]
    heading: Located


def axis_names(model: Model) -> tuple[str, ...]:
    """Return every axis a table's column may be."""
    return (*identifiers.BUILT_IN_AXES, *model.axes)


def table_labels(table: Table, model: Model) -> dict[str, dict[str, Located]]:
    """Return the labels that each axis column holds, in the order of the rows, with places.

    Parameters
    ----------
    table : Table
    model : Model
        Declares the axes that a heading may name, beside those that every model has.
    """
    found: dict[str, dict[str, Located]] = {}
    for axis, index in table.axes(axis_names(model)).items():
        labels = found.setdefault(axis, {})
        for row in table.rows:
            labels.setdefault(row[index].text.strip(), row[index])
    return found


def table_words(table: Table, model: Model) -> tuple[str, dict[str, str]]:
    """Return the axis and the words of its labels, from a column ``label`` beside one axis column.

    Parameters
    ----------
    table : Table
    model : Model
        Declares the axes that a heading may name, beside those that every model has.

    Returns
    -------
    (str, dict of label to words)
        `option` if it is among the axes, else the first of them; an empty name and no words without such a column.
    """
    axes = table.axes(axis_names(model))
    heads = [column.head for column in table.columns]
    if "label" not in heads or not axes:
        return "", {}
    axis = "option" if "option" in axes else next(iter(axes))
    words = heads.index("label")
    return axis, {
        row[axes[axis]].text.strip(): row[words].text.strip() for row in table.rows if row[words].text.strip()
    }


def parameters_in(table: Table) -> dict[str, Span]:
    """Return the names a table gives values for, with the places of their headings."""
    return {column.parts[0]: column.path.span() for column in reversed(table.columns)}


def read_table(table: Table, world: ValueScope, *, layer: Layer, collector: Collector) -> list[Assignment]:
    """Read every row.

    Parameters
    ----------
    table : Table
    world : ValueScope
    layer : {"table", "variant"}
    collector : Collector
    """
    axes = table.axes(axis_names(world.model))
    targets = _targets(table, axes, world, collector)
    reader = CellReader(world, layer, collector)
    note = next((index for index, column in enumerate(table.columns) if column.head == "note"), None)
    row_labels = _row_labels(table, axes, world, collector)
    if row_labels is not None and len(row_labels) != len(table.rows):
        return []
    if not axes and row_labels is None and len(table.rows) > 1 and targets:
        rows_without_labels(table, collector)
        return []
    found: list[Assignment] = []
    seen: dict[tuple[str, tuple[tuple[str, str], ...]], Located] = {}
    twice = FirstFaults("WB-S123", "and … more rows that repeat the labels of another", itemgetter(0), collector)
    repeated = -1  # the last row that repeats another, which is reported once, however many values it has
    for number, (row, selectors) in enumerate(_labelled(table, axes, row_labels, world, collector)):
        for target in targets:
            node = _cell_node(target, row, row[note] if note is not None else None)
            if node is None:
                continue
            where = (*selectors, *target.selectors)
            key = (target.name, tuple(sorted((one.axis, one.label or str(one.steps)) for one in where)))
            if key in seen:
                if number != repeated and (again := twice.place(row)) is not None:
                    two_rows(target.name, seen[key], again, collector)
                repeated = number
                continue
            seen[key] = row[0]
            if not is_no_number(target.name, node, world, collector):
                found += reader.value(target.name, node, where)
    twice.close()
    return found


def _labelled(
    table: Table, axes: dict[str, int], row_labels: list[str] | None, world: ValueScope, collector: Collector
) -> Iterator[tuple[tuple[Located, ...], list[Selector]]]:
    """Yield each row with its labels; report rows with unknown labels, and stop after `TROUBLE_LIMIT` of them."""
    strangers = 0
    for number, row in enumerate(table.rows):
        selectors = _selectors(row, axes, world, collector)
        if selectors is not None:
            own = [] if row_labels is None else [Selector(table.row_axis, row_labels[number])]
            yield row, [*own, *selectors]
            continue
        strangers += 1
        if strangers == TROUBLE_LIMIT:
            stop_at(row[0], collector)
            return


def _selectors(
    row: tuple[Located, ...], axes: dict[str, int], world: ValueScope, collector: Collector
) -> list[Selector] | None:
    """Return the labels of a row's axis columns; None if one of them is unknown."""
    found: list[Selector] = []
    for axis, index in axes.items():
        selector = _label(axis, row[index].stripped(), world, collector)
        if selector is None:
            return None
        found.append(selector)
    return found


def _label(axis: str, text: Located, world: ValueScope, collector: Collector) -> Selector | None:
    """Find a label; a text that is longer than any label is not repeated in full."""
    if len(text.text) <= _LABEL_LIMIT:
        return label_selector(axis, text, world, collector=collector)
    collector.error(
        "WB-S139",
        f"a text of {len(text.text):,} characters cannot be a label of {axis!r}",
        text.span(),
        remedy="labels have at most 40 characters; words go into a column 'label' or 'note'",
    )
    return None


def _row_labels(table: Table, axes: dict[str, int], world: ValueScope, collector: Collector) -> list[str] | None:
    """Return the label of each row where `rows` names their axis, none after an error; None if it does not."""
    axis = table.row_axis
    if not axis:
        return None
    labels = list(world.labels_of(axis))
    if axis in axes or len(labels) != len(table.rows):
        collector.error(
            "WB-S124",
            f"the rows cannot be the labels of {axis!r}",
            table.span,
            facts=(f"{len(table.rows)} rows", f"{len(labels)} labels"),
            remedy="give the table a column of labels",
        )
        return []
    return labels


def _targets(table: Table, axes: dict[str, int], world: ValueScope, collector: Collector) -> list[_Target]:
    columns: dict[tuple[str, tuple[str, ...]], list[tuple[int, tuple[str, ...], Column]]] = {}
    for index, column in enumerate(table.columns):
        if column.head in axes or column.head in {"label", "note"}:
            continue
        name, *rest = column.parts
        if name not in world.settable():
            unknown_heading(
                column, (*axis_names(world.model), *world.model.parameters, "label", "note"), world, collector
            )
            continue
        cut = next((place for place, part in enumerate(rest) if part in identifiers.LONG_KEYS), len(rest))
        columns.setdefault((name, tuple(rest[:cut])), []).append((index, tuple(rest[cut:]), column))
    targets: list[_Target] = []
    for (name, labels), group in columns.items():
        heading = group[0][2].path
        selectors: list[Selector] = []
        fine = True
        for axis in (*axes, *([table.row_axis] if table.row_axis else [])):
            remedy = "put it into another table, or under 'values'"
            fine = may_vary(name, axis, heading.span(), world, remedy=remedy, collector=collector) and fine
        fixed = [Selector(axis) for axis in axes]
        for label in labels:
            selector = find_label(name, label, heading.span(), world, taken=(*fixed, *selectors), collector=collector)
            fine = fine and selector is not None
            if selector is not None:
                selectors.append(selector)
        if fine:
            targets.append(_Target(name, tuple(selectors), tuple((index, keys) for index, keys, _ in group), heading))
    return targets


def _cell_node(target: _Target, row: tuple[Located, ...], note: Located | None) -> Node | None:
    """Build what the row says about one parameter: a text, or a long form put together from its columns."""
    given: list[tuple[tuple[str, ...], Located]] = []
    for index, keys in target.columns:
        cell = row[index].stripped()
        if cell.text:
            given.append((keys, cell))
    central = [one for one in given if not one[0] or one[0][0] == "value" or one[0][0] in LONG_FORMS]
    if not central:
        return None
    if note is not None and note.text.strip():
        given.append((("note",), note))
    if len(given) == 1 and not given[0][0]:
        return Scalar(given[0][1])
    entries: list[Entry] = []
    families: dict[str, list[Entry]] = {}
    for keys, cell in given:
        if len(keys) == 2:
            families.setdefault(keys[0], []).append(Entry(Scalar(_named(keys[1], cell)), Scalar(cell)))
        else:
            entries.append(Entry(Scalar(_named(keys[0] if keys else "value", cell)), Scalar(cell)))
    entries += [
        Entry(Scalar(_named(family, target.heading)), MapNode(tuple(inner), inner[0].value.span))
        for family, inner in families.items()
    ]
    return MapNode(tuple(entries), central[0][1].span())


def _named(key: str, at: Located) -> Located:
    """A key that stands in the heading, placed at the cell it belongs to."""
    return Located(key, at.file, at.pieces)
