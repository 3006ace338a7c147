"""A council's own Word template, which nobody vouches for: looked through before it is opened, filled in a sandbox.

A tag may name what the paper holds, choose and repeat; it can call nothing and count nothing (semantics R224).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as Tree
from xml.parsers import expat

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wellbeva.core.archive import ArchiveError, archive, entries, pieces, repacked
from wellbeva.errors import refusal
from wellbeva.report.page.view import Cell, Note, Section, Table
from wellbeva.scenario.tables.formats.xlsx_archive import NotReadableError, strict_parser

FILE_LIMIT: Final = 8 << 20
"""Bytes of a template."""
UNPACKED_LIMIT: Final = 64 << 20
PART_LIMIT: Final = 1_000
FILLED_LIMIT: Final = 16 << 20
"""Characters of one part once it is filled."""
MOST_LOOPS: Final = 2
"""Loops inside each other: rows, and the cells of a row."""
_TAGS: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const),
    *(nodes.For, nodes.If, nodes.CondExpr, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand),
)
_PROGRAMS: Final = re.compile(r"vbaproject|activex|embeddings/|oleobject|\.bin$|macro|customui", re.IGNORECASE)
"""Names of parts that hold programs or foreign files."""
_ACTIVE_FIELDS: Final = re.compile(
    r"INCLUDE|DDE|(?<!HYPER)LINK|IMPORT|DATABASE|MACROBUTTON|\{\{|\{%|HYPERLINK(?!\\|\"?(?:https?://|mailto:))",
    re.IGNORECASE,
)
"""Fields that fetch or run something, or open a file, and tags inside a field, which could become one."""
_WHOLE: Final = re.compile(r"\{\{(?:p|r|tr|tc) ")
"""A tag in the place of a whole paragraph, run, row or cell: its words would stand in none."""
_ATTACHED: Final = "/attachedTemplate"
_KEPT_LINKS: Final = re.compile(r"https?://|mailto:", re.IGNORECASE)
_RELATIONSHIP: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def fill_template(content: bytes, shown: str, values: Mapping[str, object]) -> tuple[bytes, tuple[str, ...]]:
    """Fill the tags of a Word template.

    Parameters
    ----------
    content : bytes
    shown : str
        The template as messages show it.
    values : mapping of str to object
        As `values_of` returns them.

    Returns
    -------
    (bytes, tuple of str)
        The filled file, and what was left out of the template.

    Raises
    ------
    WellbevaError
        ``WB-R522`` if the template is unsafe or not a Word file; ``WB-R523`` if a tag asks for more than words.
    """
    from docxtpl import DocxTemplate

    try:
        safe, left_out = _looked_through(content)
        template = DocxTemplate(io.BytesIO(safe))
        template.render(dict(values), jinja_env=_Tags(), autoescape=True)
        written = io.BytesIO()
        template.save(written)
    except ArchiveError as error:
        remedy = "save it in Word as a plain document (.docx), without what is named here"
        raise refusal("WB-R522", f"the template {shown!r} is not used", remedy, str(error)) from error
    except jinja2.TemplateError as error:
        remedy = f"write tags as docs/how-to/paper.md shows; the names are {', '.join(sorted(values))}"
        raise refusal("WB-R523", f"a tag of {shown!r} cannot be filled", remedy, str(error)[:200]) from error
    except Exception as error:  # of a strange document the libraries that read it make anything
        remedy = "save it anew in Word as a plain document (.docx)"
        raise refusal("WB-R522", f"the template {shown!r} cannot be read", remedy, type(error).__name__) from error
    return repacked(written.getvalue()), left_out


def values_of(sections: Iterable[Section], beside: Mapping[str, object]) -> dict[str, object]:
    """Return what tags may name: each section by its key, with ``title``, ``lines`` and ``table``.

    Parameters
    ----------
    sections : iterable of Section
    beside : mapping of str to object
        Words that stand in no section.
    """
    return {**beside, **{section.key: _section(section) for section in sections}}


def _section(section: Section) -> dict[str, object]:
    notes = [line for block in section.blocks if isinstance(block, Note) for line in block.lines]
    table = next((block for block in section.blocks if isinstance(block, Table)), None)
    lines = [section.intro, *notes] if section.intro else notes
    return {"title": section.title, "lines": lines, "table": _table(table) if table else None}


def _table(table: Table) -> dict[str, object]:
    shown = [at for at, column in enumerate(table.columns) if at == 0 or column.picture is None]
    rows = [
        {"name": row.head, "detail": row.under, "cells": [_words(row.cells[at - 1]) for at in shown[1:]]}
        for row in table.rows
        if row.cells and row.kind not in {"band", "note"}
    ]
    return {"title": table.title, "heads": [table.columns[at].head for at in shown], "rows": rows, "note": table.note}


def _words(cell: Cell) -> str:
    said = cell.evidence or cell.text or cell.spoken
    return f"{said} ({cell.under})" if said and cell.under else said


class _Unknown(jinja2.StrictUndefined):
    """What a tag names and the paper does not hold."""

    @property
    def _undefined_message(self) -> str:
        held = self._undefined_obj
        there = f", but {', '.join(held)}" if isinstance(held, dict) else ""
        there = f": there are {len(held)}" if isinstance(held, list) else there
        return self._undefined_hint or f"there is no {self._undefined_name!r}{there}"


def _only_words(value: object) -> object:
    """Refuse to write a list, a section, a table that is not there or a part of the program."""
    if isinstance(value, str | int | jinja2.Undefined):
        return value
    kind = {list: "a list", type(None): "nothing"}.get(type(value), "a part of the program")
    named = f"all of {', '.join(map(str, value))}" if isinstance(value, dict) else kind
    raise jinja2.TemplateRuntimeError(f"a tag names no words but {named}")


class _Tags(ImmutableSandboxedEnvironment):
    """Jinja with names, choices and loops alone."""

    def __init__(self) -> None:
        super().__init__(undefined=_Unknown, autoescape=True, finalize=_only_words)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()
        self.concat = _bounded  # type: ignore[method-assign]

    def from_string(self, source: Any, *args: Any, **named: Any) -> jinja2.Template:
        """Refuse a template whose tags are more than names, choices and loops; else compile it."""
        _refuse_tags(self.parse(source), loops=0)
        return super().from_string(source, *args, **named)


def _refuse_tags(node: nodes.Node, *, loops: int) -> None:
    loops += isinstance(node, nodes.For)
    if not isinstance(node, _TAGS) or loops > MOST_LOOPS or getattr(node, "recursive", False):
        what = "loops inside loops" if isinstance(node, nodes.For) else repr(type(node).__name__.lower())
        raise jinja2.TemplateSyntaxError(f"{what}: tags may name values, choose and repeat, and no more", node.lineno)
    for child in node.iter_child_nodes():
        _refuse_tags(child, loops=loops)


def _bounded(pieces: Iterable[str]) -> str:
    def counted() -> Iterator[str]:
        room = FILLED_LIMIT
        for piece in pieces:
            room -= len(piece)
            if room < 0:
                raise jinja2.TemplateRuntimeError(f"filled, a part has more than {FILLED_LIMIT:,} characters")
            yield piece

    return "".join(counted())


def _looked_through(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Refuse what a template must not hold; return it without the template that it was made from, and say so."""
    if len(content) > FILE_LIMIT:
        raise ArchiveError(f"it has more than {FILE_LIMIT:,} bytes")
    made, found = entries(io.BytesIO(content), most=PART_LIMIT, limit=UNPACKED_LIMIT)
    parts, left_out = {}, []
    for name, info in found.items():
        if _PROGRAMS.search(name):
            raise ArchiveError(f"it holds {name[:60]!r}, a program or a foreign file")
        parts[name] = b"".join(pieces(made, info))
    if "word/document.xml" not in parts:
        raise ArchiveError("it is not a Word document")
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            root = _tree(name, part)
            _refuse_active(name, root, part)
            parts[name], gone = _own_links(name, root, part)
            left_out += gone
    if left_out:
        settings = "word/settings.xml"
        parts[settings] = re.sub(rb"<w:attachedTemplate\b[^>]*/>", b"", parts.get(settings, b""))
    return archive(parts), tuple(left_out)


def _refuse_active(name: str, root: Tree.Element, part: bytes) -> None:
    """Refuse macros, fields that fetch or run something, and other documents that Word would take in."""
    fields = [text.text or "" for text in root.iter(f"{_WORD}instrText")]
    fields += [field.get(f"{_WORD}instr", "") for field in root.iter(f"{_WORD}fldSimple")]
    if fault := _ACTIVE_FIELDS.search(re.sub(r"\s", "", "".join(fields))):
        raise ArchiveError(f"a field of {name[:60]!r} fetches or runs something: {fault[0]!r}")
    if whole := _WHOLE.search("".join(text.text or "" for text in root.iter(f"{_WORD}t"))):
        raise jinja2.TemplateRuntimeError(f"{whole[0]}…}}}} writes into no paragraph: only {{% %}} may begin so")
    if name == "[Content_Types].xml" and b"macroEnabled" in part:
        raise ArchiveError("it is a document with macros")
    for tag, what in (("altChunk", "another document"), ("mailMerge", "a list of addresses")):
        if next(root.iter(f"{_WORD}{tag}"), None) is not None:
            raise ArchiveError(f"{name[:60]!r} takes in {what}")
    if any("src" in element.attrib for element in root.iter()):  # of Word's older drawings
        raise ArchiveError(f"{name[:60]!r} takes in a picture from elsewhere")


def _own_links(name: str, root: Tree.Element, part: bytes) -> tuple[bytes, list[str]]:
    """Take out the link to the template that a document was made from; refuse all that Word would fetch."""
    gone = []
    for link in list(root.iter(_RELATIONSHIP)):
        kind, target = link.get("Type", ""), link.get("Target", "")
        if link.get("TargetMode", "").lower() != "external":
            continue
        if kind.endswith(_ATTACHED):
            root.remove(link)
            gone.append(f"its link to the template {target[:60]!r}")
        elif not (kind.endswith("/hyperlink") and _KEPT_LINKS.match(target)):
            raise ArchiveError(f"{name[:60]!r} has Word fetch {target[:60]!r}")
    return (Tree.tostring(root, encoding="utf-8", xml_declaration=True) if gone else part), gone


def _tree(name: str, part: bytes) -> Tree.Element:
    """Parse a part that declares no document type, in which entities could multiply."""
    try:
        strict_parser().Parse(part, True)
        return Tree.fromstring(part)  # noqa: S314 - no document type, so no entities
    except (NotReadableError, expat.ExpatError, Tree.ParseError) as error:
        raise ArchiveError(f"its part {name[:60]!r} is broken, or declares a document type") from error
