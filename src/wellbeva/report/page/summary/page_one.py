"""Page one: the answer, the table that carries it, what would change it, what it leaves out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from wellbeva.report.facts.answer import answer
from wellbeva.report.facts.result import Result
from wellbeva.report.facts.sensitivity import Changes, what_changes
from wellbeva.report.page.summary.league import LABEL_LINE, league_table
from wellbeva.report.page.summary.rivals import best_tiles, rivals_table, tiles_title
from wellbeva.report.page.view import Box, PageOne, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.report.facts.difference import Difference

POINTS = 3
WORDS = 350  # of page one, without the table
ROWS_AND_BOXES = 640  # pixels that rows and boxes may take together on paper
BOX_LINE = 40  # characters on one line of a box on paper
RIVAL_LINE = 26  # characters of a label on one line beside the marks of rivals on paper
COLUMN_LINE = 18  # characters on one line over the bars of an option on paper
BALANCE = 64  # pixels that title and notes of who gives and gains take on paper
LEAST_ROOM = 5  # lines of a box on paper
BALANCE_ROOM = 7  # lines that boxes must have beside who gives and gains, else that is for the screen alone
LOUD = 45  # pixels that a warning under the answer takes on paper

RULE = (
    "Evidence: strong, trial or natural experiment of this offer; promising, matched comparison group; "
    "initial, before and after only, or a survey link; assumed, judgement, no study. "
    "A future is one run of the model with one draw of its uncertain inputs."
)


def page_one(
    result: Result,
    changes: Changes,
    *,
    difference: Difference | None,
    balance: Table | None,
    before: tuple[str, ...],
    discounting: str,
    outcomes: Table | None = None,
    gains_most: str = "",
) -> PageOne:
    """Build the summary.

    Parameters
    ----------
    result : Result
    changes : Changes
        What can turn the answer.
    difference : Difference, optional
        The best option less the second, draw by draw.
    balance : Table, optional
        Who gives and who gains.
    before : tuple of str
        What to know before deciding, as `before_deciding` returns it.
    discounting : str
        What is discounted at which rate; empty if nothing is.
    outcomes : Table, optional
        Stands in for the comparison where the model compares nothing.
    gains_most : str
        Which group gains most for each person; empty if no two differ.
    """
    said = answer(result)
    several = result.choose == "several"
    tiles = () if several or len(result.real) < 2 or not result.uncertain else best_tiles(result)
    page = PageOne(
        answer=said.sentence,
        lead=said.lead,
        table=outcomes or (league_table(result) if several else rivals_table(result, difference)),
        tiles_title=tiles_title(tiles) if tiles else "",
        tiles=tiles,
        boxes=(
            change_box(result, changes),
            Box("c2", "Before you decide", before[:POINTS]),
            left_out_box(result),
        ),
        small=tuple(filter(None, (RULE, discounting))),
        balance=replace(balance, label="Figure 2") if balance else None,
        gains_most=f"{gains_most}." if gains_most and tiles and balance else "",
        loud=numbers.left_out(result.left_out, result.drawn, "plausible future", result.outside)
        if result.left_out
        else "",
    )
    return _shortened(page, result, changes)


def words_beside_table(page: PageOne) -> int:
    """Count the words of page one that a reader reads besides its tables and the keys of their marks."""
    texts = [
        page.answer,
        page.loud,
        page.lead,
        page.table.dek,
        page.table.note,
        page.tiles_title,
        page.gains_most,
        *page.small,
    ]
    texts += [text for box in page.boxes for text in (box.title, box.stem, *box.items, *box.points, box.more)]
    return sum(len(text.split()) for text in texts)


def _shortened(page: PageOne, result: Result, changes: Changes) -> PageOne:
    """Keep page one short: fewer points in the boxes, the rest one link away; what is left out is cut last."""
    room = _room_for_boxes(page, result)
    if page.balance and room < BALANCE_ROOM:  # long names: on paper it would push the boxes off page one
        page = replace(page, balance=replace(page.balance, css=f"{page.balance.css} screen"), gains_most="")
        room = _room_for_boxes(replace(page, balance=None), result)
    room = max(LEAST_ROOM, room)
    left_out = _longest(lambda points: left_out_box(result, points), room)
    for points in range(POINTS, 0, -1):
        box = change_box(result, changes, points)
        page = replace(page, boxes=(box, page.boxes[1], left_out))
        if _box_lines(box) <= room and words_beside_table(page) <= WORDS:
            return page
    for points in range(POINTS - 1, 0, -1):
        page = replace(page, boxes=(*page.boxes[:2], left_out_box(result, points)))
        if words_beside_table(page) <= WORDS:
            break
    return page


def _longest(make: Callable[[int], Box], room: int) -> Box:
    """Return the box with as many points as fit on paper, at least one."""
    return next((box for box in map(make, range(POINTS, 1, -1)) if _box_lines(box) <= room), make(1))


def _box_lines(box: Box) -> int:
    """Estimate the lines of a box on paper."""
    return sum(math.ceil(len(point) / BOX_LINE) for point in (box.stem, *box.items, *box.points, box.more))


def _room_for_boxes(page: PageOne, result: Result) -> int:
    """Estimate how many lines the boxes may take on paper under the table's rows."""
    shown = [row for row in page.table.rows if row.media != "screen"]
    line = LABEL_LINE if result.choose == "several" else RIVAL_LINE
    wraps = sum(max(0, math.ceil(len(row.head) / line) - 1) for row in shown)
    rows = sum(24 if row.kind == "band" else 32 for row in shown) + 13 * wraps
    loud = LOUD if page.loud else 0
    if page.balance:  # the league makes room for these itself
        loud += LOUD * bool(result.provisional) + 22 * max(0, math.ceil(len(page.answer) / 75) - 2)
    balance = 0
    if page.balance:
        lines = max(math.ceil(len(column.head) / COLUMN_LINE) for column in page.balance.columns)
        balance = BALANCE + 18 * len(page.balance.rows) + 13 * lines
    return (ROWS_AND_BOXES - rows - loud - balance) // 15


def change_box(result: Result, found: Changes, most: int = POINTS) -> Box:
    """Say what would change the answer.

    Parameters
    ----------
    result : Result
    found : Changes
    most : int
        Points that are written out, at least one; the others are counted.
    """
    said = what_changes(result, found)
    items = said.items[: max(1, most - bool(said.sentences))]
    points = said.sentences[: max(1, most - len(items))]
    if not points and not items:
        points = ("No single input we tried turns the answer.",) if found.turns else ("Single inputs were not tried.",)
    more = len(said.items) + len(said.sentences) - len(items) - len(points)
    table = "#f2t" if found.turns else "#t2t" if found.even else "#s2"
    return Box(
        "c1", "What would change this", points, stem=said.stem, items=items,
        more=f"and {more} more" if more > 0 else "", more_link=table,
    )  # fmt: skip


def left_out_box(result: Result, most: int = POINTS) -> Box:
    """List what the authors say is left out of the ranges; the box is there even if they name nothing.

    Parameters
    ----------
    result : Result
    most : int
        Points that are written out; the others are counted.
    """
    points = tuple(result.not_counted[:most]) or ("The authors name nothing left out. Ask them.",)
    more = len(result.not_counted) - most
    return Box(
        "c3",
        "Not in these ranges" if result.uncertain else "Not counted",
        points,
        out=True,
        more=f"and {more} more" if more > 0 else "",
        more_link="#aLt",
    )
