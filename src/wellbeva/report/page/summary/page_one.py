"""Page one: the answer, the table that carries it, what would change it, what it leaves out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from wellbeva.report.facts.answer import answer, has_ratio, noun, ranked
from wellbeva.report.facts.result import Result
from wellbeva.report.facts.sensitivity import Changes, change_sentences
from wellbeva.report.page.cells import measure
from wellbeva.report.page.summary.league import LABEL_LINE, league_table
from wellbeva.report.page.summary.rivals import best_tiles, rivals_table, tiles_title
from wellbeva.report.page.view import Box, PageOne, Table
from wellbeva.report.text import numbers

if TYPE_CHECKING:
    from wellbeva.report.facts.difference import Difference

POINTS = 3
WORDS = 350  # of page one, the table apart
ROWS_AND_BOXES = 640  # pixels that rows and boxes may take together on paper
BOX_LINE = 40  # characters on one line of a box on paper
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
    discounting: str,
    outcomes: Table | None = None,
) -> PageOne:
    """Build the summary.

    Parameters
    ----------
    result : Result
    changes : Changes
        What can turn the answer.
    difference : Difference, optional
        The best option less the second, draw by draw.
    discounting : str
        What is discounted at which rate; empty if nothing is.
    outcomes : Table, optional
        Stands in for the comparison where the model compares nothing.
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
        boxes=(change_box(result, changes), before_box(result), left_out_box(result)),
        small=tuple(filter(None, (RULE, discounting))),
        loud=numbers.left_out(result.left_out, result.drawn, "plausible future", result.outside)
        if result.left_out
        else "",
    )
    return _shortened(page, result, changes)


def words_beside_table(page: PageOne) -> int:
    """Count the words of page one that a reader reads besides the table and the key of its marks."""
    texts = [page.answer, page.loud, page.lead, page.table.dek, page.table.note, page.tiles_title, *page.small]
    texts += [f"{tile.name} best in {tile.number}" for tile in page.tiles]
    texts += [text for box in page.boxes for text in (box.title, *box.points, box.more)]
    return sum(len(text.split()) for text in texts)


def _shortened(page: PageOne, result: Result, changes: Changes) -> PageOne:
    """Keep page one short: fewer points in the boxes, the rest one link away; what is left out is cut last."""
    room = _room_for_boxes(page)
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
    return sum(math.ceil(len(point) / BOX_LINE) for point in (*box.points, *filter(None, [box.more])))


def _room_for_boxes(page: PageOne) -> int:
    """Estimate how many lines the boxes may take on paper under the table's rows."""
    shown = [row for row in page.table.rows if row.media != "screen"]
    wraps = sum(max(0, math.ceil(len(row.head) / LABEL_LINE) - 1) for row in shown)
    rows = sum(24 if row.kind == "band" else 32 for row in shown) + 13 * wraps
    loud = LOUD if page.loud else 0
    return max(5, (ROWS_AND_BOXES - rows - loud) // 15)


def change_box(result: Result, found: Changes, most: int = POINTS) -> Box:
    """Say what would change the answer.

    Parameters
    ----------
    result : Result
    found : Changes
    most : int
        Points that are written out; the others are counted.
    """
    sentences = change_sentences(result, found)
    points = sentences[:most]
    if not points:
        points = ("No single input we tried turns the answer.",) if found.turns else ("Single inputs were not tried.",)
    more = len(sentences) - most
    return Box(
        "c1", "What would change this", points,
        more=f"and {more} more" if more > 0 else "", more_link="#s2",
    )  # fmt: skip


def before_box(result: Result) -> Box:
    """Say what a reader should know before deciding."""
    several = result.choose == "several"
    points = []
    without = sum(one.uncontrolled for one in result.real)
    if without:
        n, what = len(result.real), noun(result)
        whom = numbers.capital(f"{numbers.word_for(without)} of {numbers.counted(n, what)}")
        if without == n:
            whom = {1: f"The only {what}", 2: f"Both {what}s"}.get(n, f"All {numbers.counted(n, what)}")
        verb = "rests" if without == 1 else "rest"
        part = "" if several else ", at least in part,"
        points.append(f"{whom} {verb}{part} on evidence without a comparison group.")
    if several and not math.isnan(result.budget):
        money = numbers.round_total(result.budget, result.currency)
        points.append(f"That {money} buys as much for the last person as for the first is assumed.")
    if not several and len(result.real) > 1:
        points += _other_order(result)
    what = "ranks offers" if several else "shows the balance"
    points.append(f"This {what}; it doesn’t choose for you.")
    return Box("c2", "Before you decide", tuple(points[:POINTS]))


def _other_order(result: Result) -> list[str]:
    """Say it where another option gives more for each pound than the one that is best on average."""
    if not result.found.for_money:
        return []
    most = result.option(result.found.for_money)
    best = next(one for one in ranked(result) if one in result.real and has_ratio(one) and one.gains)
    money = numbers.MONEY[result.currency]
    ratio = f"{numbers.number(most.per_1000.mean)} {measure(result)} against {numbers.number(best.per_1000.mean)}"
    return [f"If money is what’s short, {numbers.in_sentence(most.short)} would give more for each {money}: {ratio}."]


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
