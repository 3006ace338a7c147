"""The committee paper: page one and what a council asks besides, in the words of the report, on two pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wellbeva.report.page.view import Block, Box, Note, Page, Row, Section, Table, each_block

NO_GROUPS = "The model tells no groups of people apart, so nothing can be said of equality."
GROUPS = ("tg_", "tp", "eq", "iq", "ix")
"""Keys of the blocks that say who gains."""
CASH = "tc"
"""Key of the block that says who pays when."""
SMALL = 6
"""Rows, and columns, of a table that has room on the second page."""


def committee_paper(page: Page) -> tuple[Section, ...]:
    """Return the sections of the paper; their keys are the names that a council's template uses.

    Parameters
    ----------
    page : Page
        The whole report.
    """
    first = page.first
    changes, before, left_out = first.boxes
    every = tuple(each_block(block for section in page.sections for block in section.blocks))
    sure = [first.tiles_title, *(f"{tile.name}: best in {tile.number}" for tile in first.tiles)]
    cash = [block.title for block in every if block.key == CASH]
    # Of a paper on several offers the balance stands behind page one.
    balance = first.balance or next((block for block in every if block.key == "gg"), None)
    groups = [block for block in every if block.key.startswith(GROUPS)]
    shown = next((table for block in groups for table in _some(block) if len(table.rows) <= SMALL), None)
    said = [f"{block.title}." for block in groups if shown is None or block.key != shown.key]
    told = Section("groups", "Who gains: equality", "", (*_note(said, points=False), *_some(shown)))
    return (
        Section("recommendation", "Recommendation", first.answer, _note((first.lead, first.loud), points=False)),
        Section("compared", "Options and cost", "", (_short(first.table),)),
        Section("payers", "Who pays and who gains", "", (*_note(cash, points=False), *_some(balance))),
        Section("sure", "How sure this is", "", (*_note(sure), *_note(first.small, points=False))),
        Section("changes", changes.title, "", _box(changes)),
        Section("left_out", left_out.title, "", _box(left_out)),
        told if groups else replace(told, blocks=_note((NO_GROUPS,), points=False)),
        Section("next", before.title, "", _box(before)),
    )


def _some(table: Block | None) -> tuple[Table, ...]:
    return (replace(table, label=""),) if isinstance(table, Table) and len(table.columns) <= SMALL else ()


def _short(table: Table) -> Table:
    """Keep the rows that page one prints, and count the others."""
    hidden = sum(row.media == "screen" and row.kind != "band" for row in table.rows)
    more = (Row(f"{hidden} more in the report", kind="band"),) if hidden else ()
    return replace(table, label="", rows=(*(row for row in table.rows if not row.media), *more))


def _box(box: Box) -> tuple[Note, ...]:
    stem = f"{box.stem} {box.items[0]}." if len(box.items) == 1 else box.stem
    items = box.items if len(box.items) > 1 else ()
    return (*_note((stem,), points=False), *_note(items), *_note((*box.points, box.more)))


def _note(lines: Sequence[str], *, points: bool = True) -> tuple[Note, ...]:
    kept = tuple(filter(None, lines))
    return (Note("", "", kept, points=points),) if kept else ()
