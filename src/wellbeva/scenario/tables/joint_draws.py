"""Joint draws: a table whose rows are draws of all its columns at once, so that correlation survives (FORMAT R10)."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from fractions import Fraction

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector
from wellbeva.scenario.spec import DrawColumn, JointDraws
from wellbeva.scenario.tables.grid import Cell, CellFault, FirstFaults, Grid, cell_text
from wellbeva.scenario.tables.table_reader import Column, Table
from wellbeva.scenario.text.identifiers import LONG_KEYS
from wellbeva.scenario.text.paths import Selector
from wellbeva.scenario.values.amounts import EXPONENT_LIMIT, parse_amount
from wellbeva.scenario.values.labels import ValueScope, resolve_path
from wellbeva.scenario.values.short_form import parse_cites

ROWS = (2, 1_000_000)
"""Fewest and most draws."""
LARGEST = 10.0**EXPONENT_LIMIT
"""A draw may be as far from 0, as a number in a scenario; the square of one twice as long is infinite."""
OWN_HEADS = ("draw", "note", "label")
"""Headings that name no parameter; what stands below them is not read."""

_DIGITS = re.compile(r"[0-9eE+\-. ]*")
_NUMBER = re.compile(r"[-+−]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_FRAMED = re.compile(r"([^0-9.]{0,40})[0-9.]{1,40}((?:[^0-9.].{0,60})?)")
_MISSING = frozenset(
    {"", ".", "na", "n/a", "#n/a", "nan", "null", "none", "inf", "+inf", "-inf", "infinity", "-infinity"}
)

_Unit = tuple[str, str, int | None, bool]
_BARE: _Unit = ("", "", None, False)


def read_draws(table: Table, world: ValueScope, collector: Collector) -> JointDraws | None:
    """Read a table with ``rows: draw``.

    Parameters
    ----------
    table : Table
        With its cells in `draws`.
    world : ValueScope
    collector : Collector
        Takes every fault with its place; of faulty cells the first twenty, and how many more there are.

    Returns
    -------
    JointDraws or None
        Columns in the order of the file, rows in the order of the file. None after an error.
    """
    grid = table.draws
    if grid is None:
        return None
    span = table.span or Span(table.shown, 1, 1)
    cites = parse_cites(table.source, collector=collector) if table.source is not None else ()
    if not ROWS[0] <= grid.height <= ROWS[1]:
        collector.error(
            "WB-S152",
            f"{table.shown!r} holds {_rows(grid.height)} below its headings, too {'few' if grid.height < 2 else 'many'}"
            " for joint draws",
            span,
            facts=(f"each row is a draw; from {ROWS[0]} to {ROWS[1]:,} are read",),
            remedy="give a row for each draw, or leave out 'rows: draw' if the rows are labels",
        )
        return None
    faults = cell_faults(grid, collector)
    columns: list[DrawColumn] = []
    fine = True
    for index, column in enumerate(table.columns):
        if column.head in OWN_HEADS:
            continue
        found = _parameter(column, world, collector)
        twice = next((one for one in columns if found and _overlap(one, found)), None)
        if twice is not None:
            _note_twice(column, twice, collector)
        if found is None or twice is not None:
            fine = False
            continue
        read = column_numbers(grid.columns[index], index, faults, most=LARGEST)
        if read is not None:
            numbers, (unit, currency, year, _) = read
            columns.append(DrawColumn(found[0], found[1], numbers, unit, currency, year, column.path.span()))
    faults.close()
    if not columns and fine and not faults.count:
        collector.error(
            "WB-S153",
            f"{table.shown!r} has no column that is a parameter",
            span,
            remedy="name the columns to read: 'columns: {effect.visits: theirs}'",
        )
    return JointDraws(table.shown, tuple(columns), cites, span) if columns and fine and not faults.count else None


def cell_faults(grid: Grid, collector: Collector) -> FirstFaults:
    """Return what tells of the faulty cells of a table of draws, by row, from 1, and column.

    Parameters
    ----------
    grid : Grid
    collector : Collector
    """
    return FirstFaults("WB-S155", "and … more cells of these draws that cannot be read", grid.place, collector)


def _parameter(column: Column, world: ValueScope, collector: Collector) -> tuple[str, tuple[Selector, ...]] | None:
    """Find the cells of a parameter that a heading names."""
    name, *rest = column.parts
    span = column.path.span()
    if column.head in {"option", "group", "state", "to", "time", *world.model.axes}:
        collector.error(
            "WB-S154",
            f"{column.head!r} is an axis, and the rows here are draws, not its labels",
            span,
            remedy="give each label a column of its own, with a heading like 'effect.visits'",
        )
        return None
    if name in world.settable() and LONG_KEYS & set(rest):
        collector.error(
            "WB-S154",
            f"{column.head[:60]!r} cannot head joint draws",
            span,
            facts=("below it stand numbers, one for each draw",),
            remedy="name the sources once, with 'source' beside 'rows: draw', and read only the parameters' columns",
        )
        return None
    parameter = world.model.parameters.get(name)
    if name in world.model.equations or (parameter is not None and (parameter.kind != "number" or parameter.filled_by)):
        kind = (
            "an equation" if parameter is None else "not a number" if parameter.kind != "number" else "not given here"
        )
        collector.error(
            "WB-S154",
            f"{name!r} is {kind}, so it cannot have draws",
            span,
            remedy="give draws of the parameters that are numbers",
        )
        return None
    return resolve_path(column.path, world, collector=collector)


def _overlap(column: DrawColumn, found: tuple[str, tuple[Selector, ...]]) -> bool:
    """Whether two columns both fill a cell: no axis separates them."""
    if column.parameter != found[0]:
        return False
    labels = {selector.axis: selector.label for selector in column.selectors}
    return all(labels.get(one.axis, one.label) == one.label for one in found[1])


def _note_twice(column: Column, other: DrawColumn, collector: Collector) -> None:
    labels = ".".join((other.parameter, *(selector.label for selector in other.selectors)))
    collector.error(
        "WB-S156",
        f"two columns give draws of {other.parameter!r} for the same labels",
        column.path.span(),
        facts=(f"{labels!r} at {other.span}", f"{column.head!r} here"),
        remedy="keep one of them",
    )


def column_numbers(
    cells: Sequence[Cell], column: int, faults: FirstFaults, *, most: float = sys.float_info.max
) -> tuple[tuple[float, ...], _Unit] | None:
    """Read one column; None if a cell is not a number or the units differ.

    Parameters
    ----------
    cells : sequence of Cell
    column : int
        Where it stands.
    faults : FirstFaults
        As from `cell_faults`; takes every fault.
    most : float
        How far from 0 a number may be.

    Returns
    -------
    (tuple of float, (unit, currency, price year, whether in percent)) or None
    """
    plain = _plain(cells, most)
    if plain is not None:
        return plain, _BARE
    alike = _alike(cells, most)
    if alike is not None:
        return alike
    numbers: list[float] = []
    unit: _Unit | None = None
    first = ""
    before = faults.count
    for row, cell in enumerate(cells, start=1):
        read = _cell(cell, row, column, faults, most)
        if read is None:
            continue
        number, own = read
        if unit is None:
            unit, first = own, cell_text(cell).strip()
        if own != unit:
            place = faults.place(row, column)
            if place is not None:
                faults.collector.error(
                    "WB-S157",
                    "this draw has a different unit from the first of its column",
                    place.span(),
                    facts=(f"first {first[:60]}", f"here {place.text.strip()[:60]}"),
                    remedy="write all draws of a column in one unit, or all without",
                )
        numbers.append(number)
    return (tuple(numbers), unit) if unit is not None and faults.count == before else None


def _plain(cells: Sequence[Cell], most: float) -> tuple[float, ...] | None:
    """Read a column of bare numbers; None if any cell is something else."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells) and any(isinstance(cell, CellFault) for cell in cells):
        return None
    # float() reads more than numbers (1_000, nan, other scripts' digits), so the characters are looked at first.
    if _DIGITS.fullmatch("".join(texts)) is None:
        return None
    try:
        numbers = tuple(map(float, cells))  # type: ignore[arg-type]
    except ValueError:
        return None
    return numbers if all(abs(number) <= most for number in numbers) else None


def _alike(cells: Sequence[Cell], most: float) -> tuple[tuple[float, ...], _Unit] | None:
    """Read a column whose cells differ in their digits only (``£95 in 2023 prices``); None if they do not."""
    first = cells[0]
    match = _FRAMED.fullmatch(first) if isinstance(first, str) else None
    if match is None:
        return None
    before, after = match[1], match[2]
    # A percent sign, a letter that multiplies (k, m, bn), a fraction or a minus would show in what 1 becomes.
    one = parse_amount(Located.bare(f"{before}1{after}", ""), collector=Collector())
    if one is None or one.number != 1:
        return None
    bare = [
        cell[len(before) : len(cell) - len(after)]
        for cell in cells
        if isinstance(cell, str) and cell.startswith(before) and cell.endswith(after)
    ]
    numbers = _plain(bare, most) if len(bare) == len(cells) else None
    return None if numbers is None else (numbers, (one.unit, one.currency, one.price_year, one.percent))


def _cell(cell: Cell, row: int, column: int, faults: FirstFaults, most: float) -> tuple[float, _Unit] | None:
    """Read one cell with care, and say what is wrong with it."""
    if isinstance(cell, CellFault):
        _note(cell, row, column, faults)
        return None
    text = cell_text(cell).strip() if isinstance(cell, str) or math.isfinite(cell) else str(cell)
    if _NUMBER.fullmatch(text) and abs(number := float(text.replace("−", "-"))) <= most:
        return number, _BARE
    if text.casefold() in _MISSING or _NUMBER.fullmatch(text):
        words = f"{text[:40]!r} is not a draw" if text else "a draw is missing here"
        remedy = "give the number, or leave the whole row out and say so in the scenario's notes"
        far = _NUMBER.fullmatch(text)
        fact = f"numbers are read up to {most:g}" if far else "each row gives a number for every column"
        trouble = CellFault("WB-S158", words, (fact,), remedy, text)
        _note(trouble, row, column, faults)
        return None
    inner = Collector()
    amount = parse_amount(Located.bare(text[:600], ""), collector=inner)
    if amount is not None:
        return _float(amount.number), (amount.unit, amount.currency, amount.price_year, amount.percent)
    place = faults.place(row, column)
    if place is not None:
        parse_amount(place.stripped(), collector=faults.collector)
    return None


def _note(trouble: CellFault, row: int, column: int, faults: FirstFaults) -> None:
    place = faults.place(row, column)
    if place is not None:
        trouble.note(place, faults.collector)


def _float(number: Fraction) -> float:
    return number.numerator / number.denominator


def _rows(count: int) -> str:
    return "no row" if count == 0 else "one row" if count == 1 else f"{count:,} rows"
