"""Effects of the user's own: ``evidence.csv`` beside the scenario, a row for each (semantics R168)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict
from functools import partial
from io import StringIO
from typing import Final

from wellbeva.core.did_you_mean import near_miss
from wellbeva.core.spans import Located
from wellbeva.core.spreadsheet import guarded, unguarded
from wellbeva.errors import Collector
from wellbeva.evidence.library.table import shipped
from wellbeva.evidence.record import FIELDS, EffectRecord
from wellbeva.scenario.references.sound import sound
from wellbeva.scenario.tables.formats.csv_file import read_csv
from wellbeva.scenario.text.identifiers import NAME

LIBRARY: Final = "evidence.csv"
NEEDED: Final = ("key", "title", "value", "cite")
CELL_LIMIT: Final = 100_000


def read_library(data: bytes, shown: str, *, collector: Collector) -> dict[str, EffectRecord] | None:
    """Read the effects of a file by key; None after an error, each at its row and column.

    Parameters
    ----------
    data : bytes
    shown : str
        The file as messages show it.
    collector : Collector
    """
    grid = read_csv(data, shown, cell_limit=CELL_LIMIT, collector=collector)
    if grid is None:
        return None
    before = len(collector.errors)
    heads = [head.strip() for head in grid.heads]
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
    if len(collector.errors) > before:
        return None
    found: dict[str, EffectRecord] = {}
    for row in range(1, grid.height + 1):
        cells = {head: grid.place(row, column) for column, head in enumerate(heads)}
        record = EffectRecord(**{head: unguarded(cell.text.strip()) for head, cell in cells.items()})
        check_row(record, partial(_cell, cells), found, collector)
        found[record.key] = record
    return found if len(collector.errors) == before else None


def check_row(record: EffectRecord, at: Callable[[str], Located], others: Container[str], collector: Collector) -> None:
    """Note what keeps an effect from being a row of a library.

    Parameters
    ----------
    record : EffectRecord
    at : callable
        Gives the text and the place of a field by its name.
    others : container of str
        Keys of the rows before it.
    collector : Collector
    """
    place = at("key").span()
    if NAME.fullmatch(record.key) is None:
        remedy = "keys are small letters, digits and _, beginning with a letter, at most 40 characters"
        collector.error("WB-S542", f"{record.key[:40]!r} cannot be the key of an effect", place, remedy=remedy)
    elif record.key in shipped() or record.key in others:
        where = "in the library that comes with wellbeva" if record.key in shipped() else "in another row"
        remedy = "give this one another key, so that nobody takes it for the other"
        collector.error("WB-S543", f"{record.key!r} is already {where}", place, remedy=remedy)
    for name in ("title", "cite"):
        if not getattr(record, name):
            remedy = (
                "say in a few words what was done" if name == "title" else "say which study, or whose survey, it is"
            )
            collector.error("WB-S541", f"{name!r} is empty", at(name).span(), remedy=remedy)
    sound(record, at, collector)


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


def _cell(cells: dict[str, Located], name: str) -> Located:
    return cells.get(name, cells["key"])
