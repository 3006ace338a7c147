"""Effects of the user's own: ``evidence.csv`` beside the scenario, a row for each (semantics R168)."""

from __future__ import annotations

import csv
from collections.abc import Container, Iterable
from dataclasses import asdict
from io import StringIO
from typing import Final

from wellbeva.core.did_you_mean import near_miss
from wellbeva.core.spreadsheet import guarded, unguarded
from wellbeva.errors import Collector
from wellbeva.evidence.library.table import shipped
from wellbeva.evidence.record import FIELDS, EffectRecord
from wellbeva.scenario.references.sound import sound
from wellbeva.scenario.tables.formats.csv_file import read_csv
from wellbeva.scenario.tables.grid import Grid
from wellbeva.scenario.text.identifiers import NAME

LIBRARY: Final = "evidence.csv"
NEEDED: Final = ("key", "title", "value", "cite")
EMPTY: Final = {
    "title": "say in a few words what was done",
    "cite": "say which study, or whose survey, it is",
}
"""What is asked for where a field is empty that may not be."""
CELL_LIMIT: Final = 100_000


def read_library(
    data: bytes, shown: str, *, others: Container[str] = (), collector: Collector
) -> dict[str, EffectRecord] | None:
    """Read the effects of a file by key; None after an error, each at its row and column.

    Parameters
    ----------
    data : bytes
    shown : str
        The file as messages show it.
    others : container of str
        Keys that are taken, beside those of the shipped library.
    collector : Collector
    """
    grid = read_csv(data, shown, cell_limit=CELL_LIMIT, collector=collector)
    if grid is None:
        return None
    heads, before = [head.strip() for head in grid.heads], len(collector.errors)
    _check_headings(grid, heads, collector)
    if len(collector.errors) > before:
        return None
    found: dict[str, EffectRecord] = {}
    for row in range(1, grid.height + 1):
        cells = {head: grid.place(row, column) for column, head in enumerate(heads)}
        record = EffectRecord(**{head: unguarded(cell.text.strip()) for head, cell in cells.items()})
        place = cells["key"].span()
        if NAME.fullmatch(record.key) is None:
            remedy = "keys are small letters, digits and _, beginning with a letter, at most 40 characters"
            collector.error("WB-S542", f"{record.key[:40]!r} cannot be the key of an effect", place, remedy=remedy)
        elif record.key in shipped() or record.key in found or record.key in others:
            where = "in the library that comes with wellbeva" if record.key in shipped() else "in another row"
            remedy = "give this one another key, so that nobody takes it for the other"
            collector.error("WB-S543", f"{record.key!r} is already {where}", place, remedy=remedy)
        for name, remedy in EMPTY.items():
            if not getattr(record, name):
                collector.error("WB-S541", f"{name!r} is empty", cells[name].span(), remedy=remedy)
        sound(record, lambda name, cells=cells: cells.get(name, cells["key"]), collector)  # type: ignore[misc]
        found[record.key] = record
    return found if len(collector.errors) == before else None


def _check_headings(grid: Grid, heads: list[str], collector: Collector) -> None:
    for column, head in enumerate(heads):
        if head not in FIELDS or head in heads[:column]:
            again = "stands twice" if head in heads[:column] else "is none of a library's"
            remedy = near_miss(head, FIELDS) or f"headings are {', '.join(FIELDS)}"
            place = grid.place(0, column).span()
            collector.error("WB-S540", f"the heading {head[:40]!r} {again}", place, remedy=remedy)
    missing = [name for name in NEEDED if name not in heads]
    if missing:
        remedy = f"a library has at least {', '.join(NEEDED)}"
        collector.error("WB-S540", f"there is no heading {missing[0]!r}", grid.place(0, 0).span(), remedy=remedy)


def library_text(records: Iterable[EffectRecord]) -> str:
    """Write effects as a library, whose cells no spreadsheet takes for formulas."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    # A value is a number: it may begin with a minus.
    writer.writerows(
        [cell if name == "value" else guarded(cell) for name, cell in asdict(one).items()] for one in records
    )
    return text.getvalue()
