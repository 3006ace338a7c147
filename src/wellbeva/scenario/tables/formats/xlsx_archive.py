"""Unpacks the parts of a spreadsheet that a table needs: book, sheet and texts, and nothing that acts (FORMAT R14).

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
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.parsers import expat

from wellbeva.core.archive import BROKEN
from wellbeva.core.spans import Span
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.text.files import printable

UNPACKED_LIMIT = 1 << 26
"""Bytes of all parts that are read, unpacked."""
SMALL_LIMIT = 1 << 22
"""Bytes of the list of sheets, of its links and of the styles, each."""
ELEMENT_LIMIT = 200_000
"""Elements of each of these."""
RUN_LIMIT = 1 << 18
"""Bytes from one `<` to the next: a tag and the text behind it. The longest text of a cell takes fewer."""
SHARED_LIMIT = 1_000_000
"""Texts that cells share."""
CELL_TEXT_LIMIT = 32_767
"""Characters of one cell, which is Excel's own limit."""
TEXT_LIMIT = 1 << 25
"""Characters of all cells together; a text that stands once in the file may fill any number of cells."""
PART_LIMIT = 10_000
"""Parts of one file."""

_BOOK = "xl/workbook.xml"
_BOOK_LINKS = "xl/_rels/workbook.xml.rels"
_WORKSHEET = "/worksheet"
OWN_NAME = "table"
"""Name of the sheet in the book that is handed on."""


class NotReadableError(Exception):
    """The file cannot be read as a spreadsheet; the message says why."""


class TooLargeError(NotReadableError):
    """The file holds more than is read; the message says what."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the book lists it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Package:
    """The parts that are read, as a small book of our own.

    Parameters
    ----------
    data : bytes
    name : str
        Of the sheet, in their book.
    sheet, styles : bytes
        Their XML.
    lengths : array of int
        Characters of each text that cells share.
    """

    data: bytes
    name: str
    sheet: bytes
    styles: bytes
    lengths: array[int]


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
    with told(shown, listed, collector):
        return _open(data, sheet=sheet, listed=listed, shown=shown, collector=collector)
    return None


@contextmanager
def told(shown: str, listed: Span, collector: Collector) -> Iterator[None]:
    """Turn what ends the reading of a spreadsheet into an error at the place where it is listed.

    Parameters
    ----------
    shown : str
        The file as messages show it.
    listed : Span
        Where the scenario names the table.
    collector : Collector
    """
    try:
        yield
    except TooLargeError as failure:
        collector.error(
            "WB-F042",
            "the table is too big",
            listed,
            facts=(str(failure),),
            remedy="keep only the rows and columns the scenario needs, or save it as CSV UTF-8",
        )
    except NotReadableError as failure:
        cannot_read(shown, str(failure), listed, collector)
    except expat.ExpatError:
        cannot_read(shown, "the XML in it is broken", listed, collector)


def cannot_read(shown: str, why: str, listed: Span, collector: Collector) -> None:
    """Report that a spreadsheet cannot be read.

    Parameters
    ----------
    shown : str
        The file as messages show it.
    why : str
        The reason, a clause that follows a colon.
    listed : Span
        Where the scenario names the table.
    collector : Collector
    """
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
    except BROKEN as failure:
        raise NotReadableError("it is not a zip of parts, as .xlsx files are, or it is broken") from failure
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
        styles = unpacker.part("xl/styles.xml", limit=SMALL_LIMIT) if "xl/styles.xml" in unpacker.parts else b""
        if styles:
            kept["xl/styles.xml"] = styles
        lengths: array[int] = array("L")
        if "xl/sharedstrings.xml" in unpacker.parts:
            shared = unpacker.part("xl/sharedStrings.xml")
            lengths = text_lengths(shared)
            kept["xl/sharedStrings.xml"] = _COUNTED.sub(_uncounted, shared)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as out:
        for name, part in kept.items():
            out.writestr(name, part)
    return Package(packed.getvalue(), found.name, sheet_xml, styles, lengths)


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
    given = [found for _, found in elements(unpacker.part(_BOOK, limit=SMALL_LIMIT), {"workbookPr"})]
    return bool(given) and given[0].get("date1904", "0") in {"1", "true"}


@dataclass(slots=True)
class _Unpacker:
    """Unpacks parts, and counts the bytes that come out: the sizes that a zip states may be wrong."""

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]
    left: int = UNPACKED_LIMIT

    def part(self, name: str, *, limit: int = UNPACKED_LIMIT) -> bytes:
        """Unpack one part of at most `limit` bytes.

        Parameters
        ----------
        name : str
            Of the part, in any letter case.
        limit : int
            Bytes that it may have, unpacked.

        Raises
        ------
        NotReadableError
            If it is missing, locked, broken or packed in another way, or has a tag or text longer than `RUN_LIMIT`.
        TooLargeError
            If it has more bytes than `limit`, or all parts together more than `UNPACKED_LIMIT`.
        """
        most = min(limit, self.left)
        what = f"its part {printable(name)[:60]!r} has more than {limit:,}"
        large = f"{what if limit < self.left else f'it has more than {UNPACKED_LIMIT:,}'} bytes"
        info = self.parts.get(name.lower())
        if info is None:
            raise NotReadableError(f"its part {printable(name)[:60]!r} is missing")
        if info.flag_bits & 1:
            raise NotReadableError("it is locked with a password")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # The others of a zip unpack without a bound on what comes out at a time; no office program writes them.
            raise NotReadableError("its parts are packed in a way that .xlsx files are not")
        if info.file_size > most:
            raise TooLargeError(f"unpacked {large}")
        try:
            with self.archive.open(info) as handle:
                content = handle.read(most + 1)
        except BROKEN as failure:
            raise NotReadableError("it is broken: a part cannot be unpacked") from failure
        self.left -= len(content)
        if len(content) > most:
            raise TooLargeError(f"unpacked {large}")
        if _has_long_run(content):
            raise NotReadableError("a tag or a text in it is longer than any that Excel writes")
        return content


def _has_long_run(content: bytes) -> bool:
    """Whether a tag and the text behind it are longer than `RUN_LIMIT`; a parser would hold all of a tag at once."""
    at = 0
    while len(content) - at > RUN_LIMIT:
        at = content.rfind(b"<", at + 1, at + RUN_LIMIT + 1)
        if at < 0:
            return True
    return False


def elements(content: bytes, wanted: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small part that are wanted, with their attributes, prefixes left out.

    Parameters
    ----------
    content : bytes
        The part's XML.
    wanted : iterable of str
        Names of elements, without prefixes.

    Returns
    -------
    list of (str, dict of str to str)
        Name and attributes, in the order of the document.

    Raises
    ------
    NotReadableError
        If it declares a document type: office programs do not write one, and entities multiply.
    TooLargeError
        If it has more than `ELEMENT_LIMIT` elements.
    xml.parsers.expat.ExpatError
        If the XML is broken.
    """
    found: list[tuple[str, dict[str, str]]] = []
    kept = frozenset(wanted)
    count = 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > ELEMENT_LIMIT:
            raise TooLargeError(f"a list in it (of sheets or of styles) has more than {ELEMENT_LIMIT:,} elements")
        name = tag.rpartition(":")[2]
        if name in kept:
            found.append((name, {key.rpartition(":")[2]: value for key, value in attributes.items()}))

    parser = strict_parser()
    parser.StartElementHandler = begin
    parser.Parse(content, True)
    return found


def text_lengths(content: bytes) -> array[int]:
    """Return how many characters each of the shared texts has.

    Raises
    ------
    NotReadableError, xml.parsers.expat.ExpatError
        Also if one has more than a cell of Excel can hold.
    """
    lengths: array[int] = array("L")
    count = 0
    inside = False

    def begin(tag: str, _: dict[str, str]) -> None:
        nonlocal count, inside
        if tag.rpartition(":")[2] == "si":
            count, inside = 0, True

    def text(data: str) -> None:
        nonlocal count
        count += len(data)
        if inside and count > CELL_TEXT_LIMIT:
            raise text_too_long()

    def end(tag: str) -> None:
        nonlocal inside
        if tag.rpartition(":")[2] == "si":
            lengths.append(count)
            inside = False
            if len(lengths) > SHARED_LIMIT:
                raise TooLargeError(f"its cells share more than {SHARED_LIMIT:,} texts")

    parser = strict_parser()
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = begin, text, end
    parser.Parse(content, True)
    return lengths


def text_too_long() -> NotReadableError:
    """Return the error for a text that is longer than a cell of Excel can hold."""
    return NotReadableError(f"a text in it has more than {CELL_TEXT_LIMIT:,} characters")


def strict_parser() -> expat.XMLParserType:
    """Return an XML parser that reads UTF-8 whatever the text says of itself, and refuses document types.

    Returns
    -------
    xml.parsers.expat.XMLParserType
        It raises NotReadableError while it parses a document type.
    """
    parser = expat.ParserCreate("UTF-8")

    def refuse(*_: object) -> None:
        raise NotReadableError("the XML in it declares a document type")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _sheets(unpacker: _Unpacker) -> list[SheetEntry]:
    targets: dict[str, tuple[str, str]] = {}
    for _, given in elements(unpacker.part(_BOOK_LINKS, limit=SMALL_LIMIT), {"Relationship"}):
        target = given.get("Target", "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        targets[given.get("Id", "")] = (part, given.get("Type", ""))
    sheets: list[SheetEntry] = []
    for _, given in elements(unpacker.part(_BOOK, limit=SMALL_LIMIT), {"sheet"}):
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
    # Excel, too, tells no two sheets by their case; the very name comes first.
    named = [one for one in sheets if one.name.strip().casefold() == sheet.strip().casefold()]
    found = min(named, key=lambda one: one.name != sheet, default=None)
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
