"""Messages about a table of values that reads otherwise than its author probably meant (FORMAT R14)."""

from __future__ import annotations

from collections.abc import Iterable

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.tables.grid import TROUBLE_LIMIT
from wellbeva.scenario.tables.table_reader import Column, Table
from wellbeva.scenario.text.nodes import Node, Scalar
from wellbeva.scenario.values.labels import ValueScope

_NO_NUMBERS = frozenset({"na", "n/a", "nan", "null", "none", "inf", "-inf", "+inf", "infinity", "-infinity", "#n/a"})


def two_rows(name: str, first: Located, again: Located, collector: Collector) -> None:
    """Report a row that repeats the labels of another.

    Parameters
    ----------
    name : str
        Of a value that it gives again.
    first, again : Located
        The first cells of the rows.
    collector : Collector
    """
    collector.error(
        "WB-S123",
        f"two rows give {name!r} for the same labels",
        again.span(),
        facts=(f"first {_where(first, again)}", f"again {_where(again, first)}"),
        remedy="keep one of them",
    )


def stop_at(row: Located, collector: Collector) -> None:
    """Report that a table is read no further, because too many of its rows name unknown labels.

    Parameters
    ----------
    row : Located
        A cell of the last row that was read.
    collector : Collector
    """
    collector.error(
        "WB-S022",
        f"{TROUBLE_LIMIT} rows of this table have labels that are not there; the rows below are not looked at",
        row.span(),
        remedy="fix the first ones, then check again",
    )


def rows_without_labels(table: Table, collector: Collector) -> None:
    """Report, once for a table, that no column labels its rows; joint draws without `rows: draw` look like this.

    Parameters
    ----------
    table : Table
        With more than one row.
    collector : Collector
    """
    at = table.span
    file = (at.written if at else "") or table.shown
    collector.error(
        "WB-S195",
        f"no column of this table says what its {len(table.rows):,} rows are",
        table.span,
        facts=("none of its headings is an axis, so every row would fill the same cells",),
        remedy=f"is each row a draw? write {{file: {file}, rows: draw}}; else add a column of labels, like 'option'",
    )


def _where(place: Located, other: Located) -> str:
    """Name a row by its line; a cell of a spreadsheet, which is a file of its own, by its name."""
    return f"on line {place.span().line}" if place.file == other.file else f"at {place.file}"


def is_no_number(name: str, node: Node, world: ValueScope, collector: Collector) -> bool:
    """Note an error, and return True, for ``NA``, ``NaN``, ``inf`` and the like in the place of a number.

    Statistical programs and spreadsheets write these for a number that is missing; an empty cell means the default.

    Parameters
    ----------
    name : str
        A parameter, or an equation, which takes numbers.
    node : Node
        The cell.
    world : ValueScope
    collector : Collector
    """
    parameter = world.model.parameters.get(name)
    if not isinstance(node, Scalar) or (parameter is not None and parameter.kind != "number"):
        return False
    if node.text.casefold() not in _NO_NUMBERS:
        return False
    collector.error(
        "WB-S159",
        f"{node.text!r} is not a number, and a number belongs here",
        node.span,
        facts=("an empty cell means the default",),
        remedy="write the number, or leave the cell empty",
    )
    return True


def unknown_heading(column: Column, known: Iterable[str], world: ValueScope, collector: Collector) -> None:
    """Note a heading that names neither an axis nor a parameter.

    An equation is proposed as a near miss only where none of the other names comes near.

    Parameters
    ----------
    column : Column
    known : iterable of str
        Candidates for the near miss: axes, parameters, ``label`` and ``note``.
    world : ValueScope
    collector : Collector
    """
    collector.error(
        "WB-S125",
        f"the heading {column.head!r} is neither an axis nor a parameter of the model {world.model.name!r}",
        column.path.span(),
        remedy=near_miss(column.parts[0], known)
        or near_miss(column.parts[0], world.model.equations)
        or "delete the column, or name the columns to read under 'columns'",
    )
