"""The view that templates print: frozen, already in words. A template chooses no number and writes no sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

MarkKind = Literal["grid", "line", "text", "dot", "square", "arrow", "box", "area"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of a row picture; x in percent of the width, y in pixels.

    Parameters
    ----------
    kind : str
        ``grid`` down the whole row at x, behind the rest; ``line`` from (x, y) to (x2, y2); ``box`` likewise, filled;
        ``text``, ``dot``, ``square``, ``arrow`` at (x, y); ``area`` within corners.
    css : str
        Class that carries colour and dash.
    points : str
        Arrow: ``left`` or ``right``. Text: ``start``, ``middle`` or ``end``. Area: its corners, ``x,y x,y``.
    """

    kind: MarkKind
    x: float
    y: float = 0.0
    x2: float = 0.0
    y2: float = 0.0
    css: str = ""
    text: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A row's picture: hidden from readers of the page, because the row says the same in numbers."""

    height: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: words, a lighter second line, a mark of evidence, or a picture.

    ``before`` and ``after`` are read where a phone drops the column heads. ``dagger`` adds the sign of a study
    without a comparison group. ``spoken`` says what a picture says where no other cell does.
    """

    text: str = ""
    under: str = ""
    css: str = ""
    evidence: str = ""
    picture: Picture | None = None
    before: str = ""
    after: str = ""
    dagger: bool = False
    spoken: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, its unit on a lighter line, and its axis if it heads pictures."""

    head: str
    unit: str = ""
    css: str = ""
    picture: Picture | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its heading; ``kind`` ``band`` and ``note`` span the table, ``total`` stands under a rule.

    ``print_only`` and ``screen_only`` rows keep page one on one page. ``key`` is an anchor to jump to.
    """

    head: str
    cells: tuple[Cell, ...] = ()
    under: str = ""
    kind: str = ""
    media: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a finding as its title.

    ``league``: rows become blocks on a phone; ``plain``: scrolls sideways there. ``linked``: addresses, DOIs and signs
    of sources in it are links.
    """

    key: str
    label: str
    title: str
    dek: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    layout: Literal["league", "plain"] = "plain"
    css: str = ""
    keys: tuple[str, ...] = ()
    wide: bool = False
    linked: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A technical figure: finished SVG of our own making and its finding."""

    key: str
    label: str
    title: str
    dek: str
    svg: str
    kind: str = "drawing"


@dataclass(frozen=True, slots=True)
class Tile:
    """A run of equal tiles: letter, the option's name and how many of ten."""

    letter: str
    name: str
    number: int
    css: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box of at most three points; `items` end the sentence of `stem`, and `out` marks what the ranges leave out."""

    key: str
    title: str
    points: tuple[str, ...]
    stem: str = ""
    items: tuple[str, ...] = ()
    out: bool = False
    more: str = ""
    more_link: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A heading with lines under it, as sentences or as points."""

    key: str
    title: str
    lines: tuple[str, ...]
    points: bool = True
    kind: str = "note"


@dataclass(frozen=True, slots=True)
class Facts:
    """A list of names and what they are: the record of the run."""

    key: str
    title: str
    facts: tuple[tuple[str, str], ...]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Stages:
    """What leads to what, a column of boxes for each stage: its name, then what each box says, black and grey."""

    key: str
    title: str
    dek: str
    stages: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    label: str = ""
    kind: str = "stages"

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """Each stage in a sentence, where there are no boxes."""
        return tuple((name, "; ".join(said for said, _ in boxes)) for name, boxes in self.stages)


@dataclass(frozen=True, slots=True)
class OnRequest:
    """Blocks that a reader opens; printed where they are open, and else `printed` says where they are to be had."""

    key: str
    title: str
    printed: str
    blocks: tuple[Block, ...]
    kind: str = "request"


Block = Table | Drawing | Note | Facts | Stages | OnRequest


def each_block(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks in their order; in place of those on request what they hold."""
    for block in blocks:
        if isinstance(block, OnRequest):
            yield from each_block(block.blocks)
        else:
            yield block


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report after page one; ``listed``: with a list of its blocks at the head."""

    key: str
    title: str
    intro: str
    blocks: tuple[Block, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class PageOne:
    """The summary: the answer first, then the table that carries it.

    `loud` warns of something that every number on the page suffers from; empty if nothing is. `balance` shows who gives
    and who gains; `gains_most` says which group gains most for each person.
    """

    answer: str
    lead: str
    table: Table
    tiles_title: str
    tiles: tuple[Tile, ...]
    boxes: tuple[Box, ...]
    small: tuple[str, ...]
    loud: str = ""
    balance: Table | None = None
    gains_most: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report.

    `title` is the question, `name` what the scenario is called.
    """

    title: str
    name: str
    eyebrow: tuple[str, ...]
    strip: tuple[str, ...]
    running_head: str
    first: PageOne
    sections: tuple[Section, ...]
    foot: str
