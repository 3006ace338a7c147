"""The view of a report as a Word file: native headings, lists and tables, pictures with a text alternative."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from wellbeva.core.archive import repacked
from wellbeva.plot.distributions import to_png
from wellbeva.report.page.view import (
    Block,
    Cell,
    Column,
    Drawing,
    Facts,
    Note,
    Page,
    Row,
    Section,
    Stages,
    Table,
    each_block,
)
from wellbeva.report.paper.pictures import key_words, picture_svg

MARKS = {"strong": "■■■", "promising": "■■□", "initial": "■□□", "assumed": "□□□"}
INK, GREY = "17212B", "59646F"
WIDE = 7
"""Columns from which a table needs a sheet on its side."""
PIXEL = 0.56
"""Points of a pixel of the page."""
SHARES = {"c-name": 2.7, "plot": 3.9, "c-ev": 1.5, "c-num": 2.1, "c-x": 1.8, "c-p": 1.5, "n": 1.4, "": 2.0}
"""Width of a column beside others, by the widest of its classes."""
PADDING = 138_000
"""Of a cell, left and right together [English metric units, as Word counts]."""


def word_file(page: Page, sections: Sequence[Section], *, date: str) -> bytes:
    """Write sections of a report under its title; equal views have the same bytes.

    Parameters
    ----------
    page : Page
        Its title, its warnings and its foot.
    sections : sequence of Section
    date : str
        Day of the run, as the manifest has it.

    Returns
    -------
    bytes
        A Word file (.docx) without links, macros or fields but the numbers of its pages.
    """
    paper = _Paper(page, date)
    for section in sections:
        paper.section(section)
    paper.small(page.foot)
    return paper.content()


def whole_report(page: Page) -> tuple[Section, ...]:
    """Return page one and all that stands behind it as sections.

    Parameters
    ----------
    page : Page
    """
    first = page.first
    boxes = [Note(box.key, box.title, tuple(filter(None, (box.stem, *box.items, *box.points)))) for box in first.boxes]
    said = Note("", "", tuple(filter(None, (first.lead, first.loud, *first.small))), points=False)
    tiles = tuple(f"{tile.name}: best in {tile.number}" for tile in first.tiles)
    blocks: tuple[Block, ...] = (
        said,
        first.table,
        *([Note("", first.tiles_title, tiles)] if tiles else []),
        *([first.balance] if first.balance else []),
        *boxes,
    )
    return (Section("s1", first.answer, "", blocks), *page.sections)


class _Paper:
    """A Word file that grows from top to bottom."""

    def __init__(self, page: Page, date: str) -> None:
        from docx import Document

        self.word: Any = Document()
        self._set_up(page, date)
        self.line("  ·  ".join((page.name, *page.eyebrow)), "Subtitle")
        self.line(page.title, "Title")
        for warning in page.strip:
            self.line(warning, "Intense Quote")

    def _set_up(self, page: Page, date: str) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm, Pt, RGBColor

        word, sheet = self.word, self.word.sections[0]
        sheet.page_width, sheet.page_height = Mm(210), Mm(297)
        sheet.left_margin = sheet.right_margin = Mm(18)
        sheet.top_margin, sheet.bottom_margin = Mm(15), Mm(13)
        sheet.header_distance = sheet.footer_distance = Mm(7)
        looks = {
            "Normal": (10, False, INK, 0, 2),
            "Title": (15, True, INK, 0, 3),
            "Subtitle": (8.5, False, GREY, 0, 2),
            "Lead": (12, False, INK, 0, 3),
            "Heading 1": (12, True, INK, 7, 2),
            "Heading 2": (10.5, True, INK, 5, 1),
            "Caption": (8.5, False, GREY, 0, 2),
            "List Bullet": (10, False, INK, 0, 1),
            "Intense Quote": (9, True, "8A4500", 2, 2),
        }
        for name, (size, bold, colour, before, after) in looks.items():
            style = word.styles[name] if name in word.styles else word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.font.name, style.font.size, style.font.bold, style.font.italic = "Arial", Pt(size), bold, False
            style.font.color.rgb = RGBColor.from_string(colour)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.line_spacing = 1.0
            _name_font(style)
        _set(word.styles["Normal"].element.get_or_add_rPr(), "w:lang", val="en-GB")
        for name in ("Title", "Subtitle"):  # without a line below, and letters apart
            for old in word.styles[name].element.xpath("./w:pPr/w:pBdr | ./w:rPr/w:spacing"):
                old.getparent().remove(old)
        facts = word.core_properties
        facts.title, facts.subject, facts.author, facts.comments = page.title[:255], page.name[:255], "wellbeva", ""
        facts.language, facts.created, facts.modified = "en-GB", *(2 * [datetime.fromisoformat(date)])
        sheet.header.paragraphs[0].text = page.running_head
        foot = sheet.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for text, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
            foot.add_run(text)
            _set(foot._p, "w:fldSimple", instr=field)

    def content(self) -> bytes:
        """Return the file."""
        written = io.BytesIO()
        self.word.save(written)
        return repacked(written.getvalue())

    def line(self, text: str, style: str = "Normal") -> Any:
        """Add a paragraph."""
        return self.word.add_paragraph(text, style)

    def small(self, text: str, *, together: bool = False) -> None:
        """Add words in grey, on the sheet of what follows if they belong `together`; nothing if there are none."""
        if text:
            self.line(text, "Caption").paragraph_format.keep_with_next = together

    def section(self, section: Section) -> None:
        """Add a section, on its side if one of its tables is wide."""
        self._turn(any(isinstance(one, Table) and len(one.columns) > WIDE for one in each_block(section.blocks)))
        self.line(section.title, "Heading 1")
        if section.intro:
            self.line(section.intro, "Lead")
        self.blocks(section.blocks)

    def _turn(self, aside: bool) -> None:
        from docx.enum.section import WD_ORIENT

        sheet = self.word.sections[-1]
        if aside != (sheet.orientation == WD_ORIENT.LANDSCAPE):
            fresh = self.word.add_section()
            fresh.orientation = WD_ORIENT.LANDSCAPE if aside else WD_ORIENT.PORTRAIT
            fresh.page_width, fresh.page_height = sheet.page_height, sheet.page_width

    def blocks(self, blocks: Iterable[Block]) -> None:
        """Add blocks of any kind in their order."""
        from docx.shared import Mm

        for block in blocks:
            if block.title:
                label = getattr(block, "label", "")
                self.line(f"{label}. {block.title}" if label else block.title, "Heading 2")
            if isinstance(block, Table):
                self.table(block)
            elif isinstance(block, Drawing):
                self.small(block.dek, together=True)
                picture = self.line("").add_run().add_picture(io.BytesIO(to_png(block.svg)), width=Mm(105))
                _describe(picture, f"{block.title}. {block.dek}")
            elif isinstance(block, Note):
                for text in block.lines:
                    self.line(text, "List Bullet" if block.points else "Normal")
            elif isinstance(block, Facts | Stages):
                heads = (Column("What"), Column("Value"))
                rows = tuple(Row(name, (Cell(value),)) for name, value in block.facts)
                self.table(Table(block.key, "", "", "", heads, rows))
            else:
                self.blocks(block.blocks)

    def _room(self) -> Any:
        sheet = self.word.sections[-1]
        return sheet.page_width - sheet.left_margin - sheet.right_margin

    def table(self, table: Table) -> None:
        """Add a table whose head comes again on each page; a picture stands in its cell."""
        self.small(table.dek, together=True)
        rows = [row for row in table.rows if row.media != "print"]
        grid = self.word.add_table(len(rows) + 1, len(table.columns))
        grid.autofit = False
        shares = [
            max((SHARES[one] for one in column.css.split() if one in SHARES), default=SHARES[""])
            for column in table.columns
        ]
        shares[0] = max(shares[0], SHARES["c-name"])
        widths = [int(self._room() * share / sum(shares)) for share in shares]
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = width
        lines, heads, band = [[*line.cells] for line in grid.rows], Counter(row.head for row in rows), ""
        for line in lines:
            for cell, width in zip(line, widths, strict=True):
                cell.width = width
        for cell, column in zip(lines[0], table.columns, strict=True):
            text = column.head if not column.hidden else ""
            ticks = [mark.text for mark in column.picture.marks if mark.text] if column.picture else []
            shown = Cell(text, under=column.unit, picture=column.picture, spoken=f"Scale: {', '.join(ticks)}")
            _fill(cell, shown, bold=True, right=_right(column))
        _set(grid.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
        for line, row, made in zip(lines[1:], rows, grid.rows[1:] if rows else [], strict=True):
            _set(made._tr.get_or_add_trPr(), "w:cantSplit")
            if row.kind in {"band", "note"}:
                band = row.head
                whole = line[0].merge(line[-1])
                _fill(whole, Cell(" ".join(f"{row.head} {row.under}".split())), bold=row.kind == "band")
                continue
            _fill(line[0], Cell(row.head, under=row.under), bold=True)
            apart = row.under or band  # rows of one name
            name = f"{row.head}, {apart}" if heads[row.head] > 1 and apart else row.head
            for cell, shown, column in zip(line[1:], row.cells, table.columns[1:], strict=False):
                _fill(cell, shown, bold=row.kind == "total", right=_right(column), about=f"{name}, {column.head}")
        _rule(grid)
        self.small(". ".join(filter(None, (key_words(table.keys) if table.keys else "", table.note))))


def _right(column: Column) -> bool:
    return "n" in column.css.split()


def _fill(cell: Any, shown: Cell, *, bold: bool = False, right: bool = False, about: str = "") -> None:
    """Write into a cell of a table."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    line = cell.paragraphs[0]
    line.paragraph_format.space_after = Pt(0)
    if right:
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    text = f"{shown.text}{' †' if shown.dagger else ''}"
    if shown.evidence:
        text = f"{MARKS[shown.evidence]} {shown.evidence}{text and ' '}{text}"
    for words, grey in ((text, False), (shown.under, True)):
        if words:
            run = line.add_run(f"\n{words}" if grey and text else words)
            run.font.size, run.font.bold = Pt(7 if grey else 8 if bold else 8.5), bold and not grey
            if grey:
                run.font.color.rgb = RGBColor.from_string(GREY)
    if shown.picture is not None:
        run = line.add_run("\n" if text or shown.under else "")
        width = cell.width - PADDING
        png = to_png(picture_svg(shown.picture, int(width / Pt(PIXEL))))
        _describe(run.add_picture(io.BytesIO(png), width=width), ": ".join(filter(None, (about, shown.spoken))))


def _describe(picture: Any, text: str) -> None:
    picture._inline.docPr.set("descr", text)


def _rule(grid: Any) -> None:
    """Draw thin lines between rows, as the page does."""
    borders = _set(grid._tbl.tblPr, "w:tblBorders")
    grid._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    for side in ("top", "bottom", "insideH"):
        _set(borders, f"w:{side}", val="single", sz="4", space="0", color="D9DDE0")


def _name_font(style: Any) -> None:
    """Let no font of the theme stand before the one that is named."""
    fonts = style.element.get_or_add_rPr().rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]


def _set(parent: Any, tag: str, **attributes: str) -> Any:
    """Add an element of Word's own, with attributes of its name space."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    parent.append(made)
    return made
