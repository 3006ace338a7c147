"""What is taken out of a spreadsheet's file: the book, one sheet and its texts, and nothing that acts (FORMAT R14).

An .xlsx file is a zip of XML parts. Only the parts a table needs are unpacked, each within a limit that is counted
while unpacking (a zip's own figures may lie). Macros, links to other files, queries and pictures are left where they
are, so no reader ever meets them.

References
----------
ECMA-376, Office Open XML File Formats, part 1, section 18.2 (workbook) and 18.3 (worksheets); part 2 (packages).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.parsers import expat

from wellbeva.core.spans import Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.files import printable

UNPACKED_LIMIT = 1 << 26
"""Bytes of all parts that are read, unpacked."""
PART_LIMIT = 10_000
"""Parts of one file."""

_BOOK = "xl/workbook.xml"
_BOOK_LINKS = "xl/_rels/workbook.xml.rels"
_WORKSHEET = "/worksheet"
OWN_NAME = "table"
"""What the sheet is called in the book we hand on."""


class NotReadableError(Exception):
    """The file is no spreadsheet that can be read; the words say why."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the book lists it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Package:
    """The parts that are read, as a small book of our own; the sheet's name in theirs, its XML, that of the styles."""

    data: bytes
    name: str
    sheet: bytes
    styles: bytes


def open_package(data: bytes, shown: str, *, sheet: str, listed: Span, collector: Collector) -> Package | None:
    """Unpack what a table needs, or note why that cannot be.

    Parameters
    ----------
    data : bytes
    shown : str
        The file as messages show it.
    sheet : str
        Name of the sheet; empty: the first that is neither hidden nor a chart.
    listed : Span
        Where the table is named.
    collector : Collector
    """
    try:
        return _open(data, sheet=sheet, listed=listed, shown=shown, collector=collector)
    except NotReadableError as failure:
        cannot_read(shown, str(failure), listed, collector)
    except expat.ExpatError:
        cannot_read(shown, "the XML in it is broken", listed, collector)
    return None


def cannot_read(shown: str, why: str, listed: Span, collector: Collector) -> None:
    """Say that a spreadsheet cannot be read."""
    collector.error(
        "WB-F046",
        f"{shown!r} cannot be read as a spreadsheet: {why}",
        listed,
        remedy="open it in Excel and save it as an Excel workbook (.xlsx) without a password, or as CSV UTF-8",
    )


def _open(data: bytes, *, sheet: str, listed: Span, shown: str, collector: Collector) -> Package | None:
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise NotReadableError("it is locked with a password, or in the format of before 2007 (.xls)")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as failure:
        raise NotReadableError("it is no zip of parts, as .xlsx files are, or it is broken") from failure
    with archive:
        parts = {info.filename.lstrip("/").lower(): info for info in archive.infolist()[: PART_LIMIT + 1]}
        if len(parts) > PART_LIMIT:
            raise NotReadableError(f"it has more than {PART_LIMIT:,} parts")
        unpacker = _Unpacker(archive, parts)
        found = _choose(_sheets(unpacker), sheet=sheet, listed=listed, shown=shown, collector=collector)
        if found is None:
            return None
        sheet_xml = unpacker.part(found.part)
        base = "1" if _counts_from_1904(unpacker) else "0"
        kept: dict[str, str | bytes] = {
            "_rels/.rels": _RELATIONS.format(_relation("rId1", "officeDocument", _BOOK)),
            _BOOK: _OWN_BOOK.format(base),
            _BOOK_LINKS: _RELATIONS.format(
                _relation("rId1", "worksheet", "worksheets/sheet1.xml")
                + _relation("rId2", "sharedStrings", "sharedStrings.xml")
                + _relation("rId3", "styles", "styles.xml")
            ),
            "xl/worksheets/sheet1.xml": sheet_xml,
        }
        styles = unpacker.part("xl/styles.xml") if "xl/styles.xml" in unpacker.parts else b""
        if styles:
            kept["xl/styles.xml"] = styles
        if "xl/sharedstrings.xml" in unpacker.parts:
            kept["xl/sharedStrings.xml"] = _COUNTED.sub(_uncounted, unpacker.part("xl/sharedStrings.xml"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as out:
        for name, part in kept.items():
            out.writestr(name, part)
    return Package(packed.getvalue(), found.name, sheet_xml, styles)


_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_OWN_BOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_TYPES}"><workbookPr date1904="{{}}"/>'
    f'<sheets><sheet name="{OWN_NAME}" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


# No '<' may stand in a tag, which also keeps the search from running over the same text again and again.
# A reader that makes room for as many texts as the list says it has can be made to ask for all memory there is.
_COUNTED = re.compile(rb"""<(?:[\w.-]+:)?sst\b(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")
_COUNT = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"]*"|'[^']*')""")


def _uncounted(tag: re.Match[bytes]) -> bytes:
    return _COUNT.sub(b"", tag[0])


def _relation(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{_TYPES}/{kind}" Target="{target}"/>'


def _counts_from_1904(unpacker: _Unpacker) -> bool:
    """Whether the book counts days from 1904, as those of old Macs do."""
    given = [found for tag, found in elements(unpacker.part(_BOOK)) if tag == "workbookPr"]
    return bool(given) and given[0].get("date1904", "0") in {"1", "true"}


@dataclass(slots=True)
class _Unpacker:
    """Unpacks parts, and counts what comes out rather than believe what the zip says."""

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]
    left: int = UNPACKED_LIMIT

    def part(self, name: str) -> bytes:
        """Unpack one part."""
        info = self.parts.get(name.lower())
        if info is None:
            raise NotReadableError(f"its part {printable(name)[:60]!r} is missing")
        if info.flag_bits & 1:
            raise NotReadableError("it is locked with a password")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # The others of a zip unpack without a bound on what comes out at a time; no office program writes them.
            raise NotReadableError("its parts are packed in a way that .xlsx files are not")
        if info.file_size > self.left:
            raise NotReadableError(f"unpacked it has more than {UNPACKED_LIMIT:,} bytes")
        try:
            with self.archive.open(info) as handle:
                content = handle.read(self.left + 1)
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError) as failure:
            raise NotReadableError("it is broken: a part cannot be unpacked") from failure
        except RuntimeError as failure:  # zipfile's word for a password it was not given
            raise NotReadableError("it is locked with a password") from failure
        self.left -= len(content)
        if self.left < 0:
            raise NotReadableError(f"unpacked it has more than {UNPACKED_LIMIT:,} bytes")
        return content


def elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return every element of a small part with its attributes, prefixes left out.

    Raises
    ------
    NotReadableError
        If it declares a document type: no office program writes one, and entities multiply.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def begin(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()}))

    parser = strict_parser()
    parser.StartElementHandler = begin
    parser.Parse(content, True)
    return found


def strict_parser() -> expat.XMLParserType:
    """Return an XML parser that reads UTF-8 whatever the text says of itself, and refuses document types."""
    parser = expat.ParserCreate("UTF-8")

    def refuse(*_: object) -> None:
        raise NotReadableError("the XML in it declares a document type")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _sheets(unpacker: _Unpacker) -> list[SheetEntry]:
    targets: dict[str, tuple[str, str]] = {}
    for tag, given in elements(unpacker.part(_BOOK_LINKS)):
        if tag == "Relationship":
            target = given.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[given.get("Id", "")] = (part, given.get("Type", ""))
    sheets: list[SheetEntry] = []
    for tag, given in elements(unpacker.part(_BOOK)):
        if tag == "sheet":
            part, kind = targets.get(given.get("id", ""), ("", ""))
            if kind.endswith(_WORKSHEET):
                sheets.append(SheetEntry(given.get("name", ""), part, given.get("state", "visible") != "visible"))
    return sheets


def _choose(
    sheets: list[SheetEntry], *, sheet: str, listed: Span, shown: str, collector: Collector
) -> SheetEntry | None:
    if not sheets:
        raise NotReadableError("it has no sheet of cells")
    if not sheet:
        return next((one for one in sheets if not one.hidden), sheets[0])
    found = next((one for one in sheets if one.name == sheet), None)
    if found is None:
        known = [printable(one.name) for one in sheets]
        collector.error(
            "WB-F047",
            f"{shown!r} has no sheet {sheet[:60]!r}",
            listed,
            facts=(f"it has {', '.join(known[:8])}{' and more' if len(known) > 8 else ''}",),
            remedy=near_miss(sheet, known) or "name one of its sheets, as its tab shows it",
        )
    return found
