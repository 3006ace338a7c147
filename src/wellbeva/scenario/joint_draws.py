"""Joint draws under stronger layers: a value that is set takes its cell out of the column (FORMAT R10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from wellbeva.errors import Collector
from wellbeva.scenario.spec import Assignment, DrawColumn, JointDraws, TimeSpec
from wellbeva.scenario.tables.table_reader import Table
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.value import Amount, Value
from wellbeva.scenario.values.completion import dated
from wellbeva.scenario.values.labels import ValueScope, in_order_of, lies_beyond
from wellbeva.scenario.values.long_form import check_cites

COLUMN_LIMIT = 100_000
"""Places that the columns of one table may come to, where variants set parts of what a column fills."""


@dataclass(frozen=True, slots=True)
class JointColumns:
    """A table of joint draws under the layers above it.

    Parameters
    ----------
    whole : JointDraws
        Its columns as they were read. The compiler fills cells layer by layer, so that a value over one cell of a
        column needs no other column: the name of each stays, and with it its draws.
    left : JointDraws
        The same without the cells that values of stronger layers fill: what is really drawn.
    """

    whole: JointDraws
    left: JointDraws

    def under_values(
        self, values: Iterable[Assignment], world: ValueScope, *, collector: Collector
    ) -> tuple[JointColumns, ...]:
        """Put values over it; an empty tuple if nothing of the table is left.

        Parameters
        ----------
        values : iterable of Assignment
            Of a variant or of ``--set``.
        world : ValueScope
        collector : Collector
        """
        return tuple(replace(self, left=draws) for draws in without((self.left,), values, world, collector=collector))

    def under_draws(
        self, columns: Iterable[DrawColumn], world: ValueScope, *, collector: Collector
    ) -> tuple[JointColumns, ...]:
        """Put other draws over it, which leave it the cells that they do not fill; an empty tuple if they fill all.

        Parameters
        ----------
        columns : iterable of DrawColumn
            Of a variant's table.
        world : ValueScope
        collector : Collector
        """
        cut = [without((draws,), columns, world, collector=collector) for draws in (self.whole, self.left)]
        return tuple(JointColumns(whole, left) for whole, left in zip(*cut, strict=False))

    def within(self, time: TimeSpec) -> JointColumns:
        """Return it without the columns that are for later periods alone."""
        whole, left = (
            replace(draws, columns=tuple(one for one in draws.columns if not lies_beyond(one.selectors, time)))
            for draws in (self.whole, self.left)
        )
        return JointColumns(whole, left)


def is_draws(table: Table) -> bool:
    """Whether each row of a table is a draw."""
    return table.row_axis == "draw"


def read_joint(table: Table, world: ValueScope, *, collector: Collector) -> JointDraws | None:
    """Read a table of joint draws; None after an error.

    Parameters
    ----------
    table : Table
        With ``rows: draw``.
    world : ValueScope
        Its sources may be cited.
    collector : Collector
    """
    from wellbeva.scenario.tables.joint_draws import read_draws  # few scenarios have draws

    draws = read_draws(table, world, collector)
    if draws is not None:
        check_cites(draws.cites, world.sources, collector)
        columns = (_in_stated_prices(column, draws, world, collector) for column in draws.columns)
        draws = replace(draws, columns=tuple(columns))
    return draws


def _in_stated_prices(column: DrawColumn, draws: JointDraws, world: ValueScope, collector: Collector) -> DrawColumn:
    lead = Amount(Fraction(1), column.unit, currency=column.currency, price_year=column.price_year)
    value = Value("number", {"value": lead}, cites=draws.cites, span=column.span)
    return replace(column, price_year=dated(value, world, collector).amounts["value"].price_year)


def check_apart(
    joint: Iterable[JointDraws], assignments: Iterable[Assignment], world: ValueScope, *, collector: Collector
) -> None:
    """Note what is drawn twice: values beside joint draws give their base case only, and two tables share no cell.

    Parameters
    ----------
    joint : iterable of JointDraws
    assignments : iterable of Assignment
        Of the file and its area, without variants.
    world : ValueScope
    collector : Collector
    """
    by_name: dict[str, list[Assignment]] = {}
    for assignment in assignments:
        by_name.setdefault(assignment.parameter, []).append(assignment)
    seen: list[tuple[str, DrawColumn]] = []
    for table in joint:
        for column in table.columns:
            for file, other in seen:
                if other.parameter == column.parameter and meet(other.selectors, column.selectors, world):
                    collector.error(
                        "WB-S188",
                        f"two tables hold draws of {column.parameter!r}",
                        column.span,
                        facts=(f"one is {file}", f"the other is {table.file}"),
                        remedy="keep one of the columns",
                    )
            for beside in by_name.get(column.parameter, ()):
                if beside.value.form != "number" and meet(beside.selectors, column.selectors, world):
                    collector.error(
                        "WB-S187",
                        f"{column.parameter!r} has joint draws and a spread of its own",
                        beside.value.span,
                        facts=(f"draws: {table.file}", f"here: {beside.value.written}"),
                        remedy="give a certain number, which is then the base case, or leave out value or column",
                    )
        seen += [(table.file, column) for column in table.columns]


def hidden(assignment: Assignment, draws: JointDraws, world: ValueScope) -> bool:
    """Whether a value with a spread lies wholly under joint draws that a variant puts over it.

    Parameters
    ----------
    assignment : Assignment
        The value and its cells.
    draws : JointDraws
    world : ValueScope
    """
    return assignment.value.form != "number" and any(
        column.parameter == assignment.parameter
        and all(
            any(
                _labels(selector, world) <= _labels(wide, world)
                for selector in assignment.selectors
                if selector.axis == wide.axis
            )
            for wide in column.selectors
        )
        for column in draws.columns
    )


def meet(left: Iterable[Selector], right: Iterable[Selector], world: ValueScope) -> bool:
    """Whether two places of one parameter share a cell.

    Parameters
    ----------
    left, right : iterable of Selector
        At most one an axis; an axis not named is filled whole.
    world : ValueScope
    """
    by_axis = {selector.axis: selector for selector in right}
    return all(
        selector.axis not in by_axis or bool(_labels(selector, world) & _labels(by_axis[selector.axis], world))
        for selector in left
    )


def without(
    joint: Iterable[JointDraws], over: Iterable[Assignment | DrawColumn], world: ValueScope, *, collector: Collector
) -> tuple[JointDraws, ...]:
    """Return joint draws without the cells that something stronger fills; a table left empty is dropped.

    Parameters
    ----------
    joint : iterable of JointDraws
    over : iterable of Assignment or DrawColumn
        Of variants and of `--set`.
    world : ValueScope
    collector : Collector
    """
    fills = list(over)
    tables: list[JointDraws] = []
    for table in joint:
        columns: list[DrawColumn] = list(table.columns)
        for fill in fills:
            columns = list(islice(_left(columns, fill, world), COLUMN_LIMIT + 1))
            if len(columns) > COLUMN_LIMIT:
                collector.error(
                    "WB-S189",
                    "the values of a variant cut these joint draws into too many pieces",
                    table.span,
                    facts=(f"at most {COLUMN_LIMIT:,} places are followed",),
                    remedy=f"set {fill.parameter!r} whole, or give its cells columns of their own",
                )
                return ()
        if columns:
            tables.append(replace(table, columns=tuple(columns)))
    return tuple(tables)


def with_the_first(joint: Iterable[JointDraws]) -> tuple[JointDraws, ...]:
    """Let each of the tables that are joined know the first column that varies: it picks the row, whatever is left."""
    tables = tuple(joint)
    known = (table.first for table in tables if table.first is not None)
    columns = (column for table in tables for column in table.columns)
    varying = (column for column in columns if any(number != column.numbers[0] for number in column.numbers))
    first = next(known, None) or next(varying, None)
    return tuple(replace(table, first=first) for table in tables)


def _left(columns: Iterable[DrawColumn], fill: Assignment | DrawColumn, world: ValueScope) -> Iterator[DrawColumn]:
    for column in columns:
        if column.parameter == fill.parameter:
            yield from _beyond(column, fill.selectors, world)
        else:
            yield column


def _beyond(column: DrawColumn, selectors: tuple[Selector, ...], world: ValueScope) -> Iterator[DrawColumn]:
    """Yield what is left of a column outside some labels: itself, nothing, or one column a place that is left."""
    own = {selector.axis: selector for selector in column.selectors}
    free: list[Selector] = []
    for selector in selectors:
        if selector.axis not in own:
            free.append(selector)
        elif not _labels(own[selector.axis], world) & _labels(selector, world):
            yield column
            return
    for place in _outside(free, (), world):
        yield replace(column, selectors=in_order_of(column.parameter, (*column.selectors, *place), world))


def _outside(free: list[Selector], fixed: tuple[Selector, ...], world: ValueScope) -> Iterator[tuple[Selector, ...]]:
    """Yield the places where at least one axis has a label that its selector does not name."""
    if not free:
        return
    axis, named, more = free[0].axis, _labels(free[0], world), free[1:]
    if named.issuperset(world.labels_of(axis)):
        yield from _outside(more, fixed, world)
        return
    for label in world.labels_of(axis):
        here = (*fixed, Selector(axis, label))
        if label not in named:
            yield here
        else:
            yield from _outside(more, here, world)


def _labels(selector: Selector, world: ValueScope) -> set[str]:
    """Return the labels a selector fills; ``else`` fills all that is left, so it is taken to fill all."""
    if selector.label:
        return {selector.label}
    if selector.steps is not None:
        return {str(step) for step in range(selector.steps[0], selector.steps[1] + 1)}
    return set(world.labels_of(selector.axis))
