"""R14: workbooks that are broken, or made to do harm: refused with one clear message, before they cost anything."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.tables.kit import SHEET, cells, listed, one_error, repacked, sheet_of
from wellbeva.core.archive import ArchiveError, entries, pieces
from wellbeva.core.spans import Span
from wellbeva.scenario.tables import table_reader
from wellbeva.scenario.tables.formats import xlsx_archive, xlsx_xml

ROWS: list[list[object]] = [["option", "people", "effect"], ["visits", 120, 0.1], ["calls", 45.0, 0.2]]
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_xml(body: str) -> Any:
    return lambda _: f'<worksheet xmlns="{NS}"><sheetData>{body}</sheetData></worksheet>'


def test_a_zip_bomb_is_refused_by_what_it_says_it_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    unpack = zipfile.ZipFile.open

    def noted(self: zipfile.ZipFile, name: Any, *more: Any, **named: Any) -> Any:
        opened.append(getattr(name, "filename", name))
        return unpack(self, name, *more, **named)

    big = sheet_xml(" " * (xlsx_archive.UNPACKED_LIMIT + 1))
    data = repacked(sheet_of(ROWS), big)
    assert len(data) < 100_000
    (tmp_path / "t.xlsx").write_bytes(data)
    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    _, collector = listed(tmp_path, "t.xlsx")
    error = one_error(collector)
    assert error.code == "WB-F042"
    assert error.facts == ("unpacked it has more than 67,108,864 bytes",)
    assert "xl/workbook.xml" in opened
    assert SHEET not in opened


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(repacked(sheet_of(ROWS), sheet_xml(" " * (xlsx_archive.UNPACKED_LIMIT + 1))))
    for mark, size_at, name_length_at, name_at in ((b"PK\x01\x02", 24, 28, 46), (b"PK\x03\x04", 22, 26, 30)):
        at = data.find(mark)
        while at >= 0:
            (length,) = struct.unpack_from("<H", data, at + name_length_at)
            if data[at + name_at : at + name_at + length] == SHEET.encode():
                struct.pack_into("<I", data, at + size_at, 1000)
            at = data.find(mark, at + 4)
    (tmp_path / "t.xlsx").write_bytes(data)
    _, collector = listed(tmp_path, "t.xlsx")
    assert one_error(collector).message.endswith("it is broken: a part cannot be unpacked")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        # Two cells whose rectangle would be 17 thousand million.
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="XFD1048576"><v>1</v></c></row>', "WB-F042"),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c  r = "&#88;FD1048576"><v>1</v></c></row>', "WB-F042"),
        ('<row r="1"><c r="ZZZ1"><v>1</v></c></row>', "WB-F046"),
        ('<row r="1"><c r="A9999999"><v>1</v></c></row>', "WB-F046"),
        ('<row r="1"><c r="here"><v>1</v></c></row>', "WB-F046"),
        ('<row r="1"><c r="A1"><v>1</v></row>', "WB-F046"),
    ],
)
def test_a_sheet_that_reaches_too_far_or_nowhere(tmp_path: Path, body: str, code: str) -> None:
    (tmp_path / "t.xlsx").write_bytes(repacked(sheet_of(ROWS), sheet_xml(body)))
    _, collector = listed(tmp_path, "t.xlsx")
    assert [one.code for one in collector.errors] == [code]


def test_cells_without_a_place_follow_each_other(tmp_path: Path) -> None:
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'
    body = f"<row>{text.format('option')}{text.format('people')}</row><row>{text.format('visits')}<c><v>7</v></c></row>"
    (tmp_path / "t.xlsx").write_bytes(repacked(sheet_of(ROWS), sheet_xml(body)))
    (table,), collector = listed(tmp_path, "t.xlsx")
    assert collector.found == []
    assert cells(table) == [["option", "people"], ["visits", "7"]]


def test_entities_and_foreign_encodings_are_refused(tmp_path: Path) -> None:
    for change, words in [
        (lambda xml: xml.replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet'), "a document type"),
        (lambda xml: xml.replace('encoding="UTF-8"', 'encoding="UTF-16"'), "not UTF-8"),
    ]:
        (tmp_path / "t.xlsx").write_bytes(repacked(sheet_of(ROWS), change))
        _, collector = listed(tmp_path, "t.xlsx")
        assert words in one_error(collector).message


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"])
def test_an_encoding_that_nobody_knows(tmp_path: Path, part: str) -> None:
    data = repacked(sheet_of(ROWS), lambda xml: xml.replace('encoding="UTF-8"', 'encoding="IUTF-8"'), part=part)
    (tmp_path / "t.xlsx").write_bytes(data)
    _, collector = listed(tmp_path, "t.xlsx")
    assert {one.code for one in collector.found} <= {"WB-F046"}


def test_a_list_of_texts_that_says_it_is_endless_takes_no_memory(tmp_path: Path) -> None:
    """The reader below would ask for room for as many texts as the list says, and end the program."""
    data = repacked(
        sheet_of(ROWS),
        lambda xml: xml.replace("<sst ", "<sst  count='4000000000' ").replace(
            "uniqueCount=", 'x=">" uniqueCount="4000000000" y='
        ),
        part="xl/sharedStrings.xml",
    )
    (tmp_path / "t.xlsx").write_bytes(data)
    _, collector = listed(tmp_path, "t.xlsx")
    assert {one.code for one in collector.found} <= {"WB-F046"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "locked with a password"),
        (b"option,people\nvisits,1\n", "not a zip of parts"),
        (b"", "not a zip of parts"),
        (sheet_of(ROWS)[:2000], "not a zip of parts"),
        (repacked(sheet_of(ROWS), str, method=zipfile.ZIP_LZMA), "packed in a way"),
    ],
)
def test_files_that_are_no_workbooks(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "t.xlsx").write_bytes(data)
    _, collector = listed(tmp_path, "t.xlsx")
    error = one_error(collector)
    assert (error.code, str(error.span)) == ("WB-F046", "s.yaml:2:5")
    assert words in error.message


def test_macros_and_links_never_reach_the_reader(tmp_path: Path) -> None:
    held = io.BytesIO(sheet_of(ROWS))
    with zipfile.ZipFile(held, "a") as book:
        book.writestr("xl/vbaProject.bin", b"macro")
        book.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    (tmp_path / "t.xlsm").write_bytes(held.getvalue())
    _, collector = listed(tmp_path, "t.xlsm")
    assert collector.found == []
    where = Span("s.yaml", 2, 5)
    package = xlsx_archive.open_package(held.getvalue(), "t.xlsm", sheet="", listed=where, collector=collector)
    assert package is not None
    kept = zipfile.ZipFile(io.BytesIO(package.data)).namelist()
    assert not [name for name in kept if "vba" in name or "external" in name]


def shared(text: str, cells: int) -> bytes:
    """Make a workbook in which one text fills many cells."""
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, cells + 1))
    data = repacked(sheet_of(ROWS), sheet_xml(rows))
    return repacked(data, lambda _: f'<sst xmlns="{NS}"><si><t>{text}</t></si></sst>', part="xl/sharedStrings.xml")


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (shared("a" * 32_768, 2), "WB-F046", "a text in it has more than 32,767 characters"),
        (shared("a" * 300_000, 2), "WB-F046", "a tag or a text in it is longer than any that Excel writes"),
        # 1,025 times 32,767 is more than 2 to the power of 25.
        (shared("a" * 32_767, 1_025), "WB-F042", "its cells have more than 33,554,432 characters together"),
    ],
)
def test_a_text_that_fills_many_cells_is_counted_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, code: str, words: str
) -> None:
    """R58. The reader of values copies a shared text into every cell, so 3 kB could take gigabytes."""
    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_filelike", None)
    (tmp_path / "t.xlsx").write_bytes(data)
    error = one_error(listed(tmp_path, "t.xlsx")[1])
    assert error.code == code
    assert words in " ".join((error.message, *error.facts))


def test_the_longest_text_of_excel_may_stand_in_some_cells(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(shared("a" * 32_767, 3))
    assert [one.code for one in listed(tmp_path, "t.xlsx")[1].errors] == ["WB-S120"]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="inlineStr"><is><t>{0}{0}</t></is></c>',
        '<c r="A1" t="str"><v>{0}{0}</v></c>',
        '<c r="A1" t="inlineStr"><is><r><t>{0}</t></r><r><t>{0}</t></r></is></c>',
    ],
)
def test_a_cell_s_own_text_has_the_same_limit(tmp_path: Path, cell: str) -> None:
    (tmp_path / "t.xlsx").write_bytes(repacked(sheet_of(ROWS), sheet_xml(f"<row>{cell.format('a' * 16_384)}</row>")))
    assert "more than 32,767 characters" in one_error(listed(tmp_path, "t.xlsx")[1]).message


def test_a_tag_of_endless_attributes_meets_no_parser(tmp_path: Path) -> None:
    given = " ".join(f'a{number}=""' for number in range(40_000))
    (tmp_path / "t.xlsx").write_bytes(repacked(sheet_of(ROWS), sheet_xml(f"<row><c {given}/></row>")))
    assert "longer than any that Excel writes" in one_error(listed(tmp_path, "t.xlsx")[1]).message


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize(
    ("count", "words"), [(210_000, "has more than 200,000 elements"), (1_100_000, "has more than 4,194,304 bytes")]
)
def test_lists_of_nothing_are_cut_short(tmp_path: Path, part: str, count: int, words: str) -> None:
    """R58. A list of every element of 60 kB, unpacked to 60 MB, took two gigabytes."""
    data = repacked(sheet_of(ROWS), lambda xml: xml[: xml.rindex("</")] + "<a/>" * count + "</end>", part=part)
    (tmp_path / "t.xlsx").write_bytes(data)
    error = one_error(listed(tmp_path, "t.xlsx")[1])
    assert error.code == "WB-F042"
    assert words in error.facts[0]


def test_only_the_elements_that_are_wanted_are_kept() -> None:
    assert xlsx_archive.elements(b'<a><x:b n="1"/><c/><c/></a>', {"b"}) == [("b", {"n": "1"})]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        # A hundred errors or formulas are as many as are read; the first beyond stands in A101.
        ('<row><c t="e"><v>#N/A</v></c></row>', (100, 0)),
        ("<row><c><f/></c></row>", (100, 0)),
        ("<row><c><f/><v>1</v></c></row>", (100, 0)),
        ('<row><c s="3"><v>1</v></c></row>', (100, 0)),
        # Blank cells may be four times as many: the sixth row of eighty reaches beyond four hundred.
        ("<row>" + '<c t="&#101;"/>' * 80 + "</row>", (1, 20)),
        ("<row>" + "<c/>" * 80 + "</row>", (5, 0)),
    ],
)
def test_the_scan_stops_at_the_first_cell_beyond_the_limit(row: str, place: tuple[int, int]) -> None:
    content = sheet_xml(row * 5_000)("").encode()
    with pytest.raises(xlsx_xml.BeyondLimitError) as beyond:
        xlsx_xml.scan(content, {"3": "£"}, [], cell_limit=100)
    assert (beyond.value.row, beyond.value.column) == place


def test_merged_cells_that_lie_over_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    merges = '<mergeCell ref="A1:XFD9"/>' * 20
    data = repacked(
        sheet_of(ROWS), lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")
    )
    (tmp_path / "t.xlsx").write_bytes(data)
    assert "its merged cells lie over each other" in one_error(listed(tmp_path, "t.xlsx")[1]).message
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 15)
    assert one_error(listed(tmp_path, "t.xlsx")[1]).facts == ("it has more than 15 merged cells",)


def _patched(kind: str) -> bytes:
    """Spoil a workbook in one way; offsets are those of a zip's central directory (APPNOTE 4.3.12 and 4.3.16)."""
    method = zipfile.ZIP_STORED if kind == "ends early" else zipfile.ZIP_DEFLATED
    data = bytearray(repacked(sheet_of(ROWS), lambda text: text, method=method))
    end = data.rindex(b"PK\x05\x06")
    if kind == "begins before the file":
        data[end + 16 : end + 20] = struct.pack("<I", struct.unpack_from("<I", data, end + 16)[0] + 10_000)
        return bytes(data)
    entry = data.index(b"PK\x01\x02")
    while entry >= 0:
        local = struct.unpack_from("<I", data, entry + 42)[0]
        name, extra = struct.unpack_from("<HH", data, local + 26)
        match kind:
            case "wrong checksum":
                data[entry + 16] ^= 255
            case "version":
                data[entry + 6] = 255
            case "patched":
                data[entry + 8] |= 0x20
            case "no UTF-8":
                data[entry + 9] |= 0x08
                data[entry + 46] = 255
            case "not deflated":
                data[local + 30 + name + extra] = 255
            case "ends early":
                data[entry + 20 : entry + 28] = struct.pack("<II", 1_000_000, 1_000_000)
        entry = data.find(b"PK\x01\x02", entry + 4)
    return bytes(data)


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("wrong checksum", zipfile.BadZipFile),
        ("version", NotImplementedError),
        ("patched", NotImplementedError),
        ("no UTF-8", UnicodeDecodeError),
        ("begins before the file", ValueError),
        ("not deflated", zlib.error),
        ("ends early", (EOFError, zipfile.BadZipFile)),  # newer Pythons see first that it reaches into what follows
    ],
)
def test_each_way_in_which_a_zip_is_broken(
    tmp_path: Path, kind: str, raised: type[Exception] | tuple[type[Exception], ...]
) -> None:
    data = _patched(kind)
    with pytest.raises(raised), zipfile.ZipFile(io.BytesIO(data)) as archive:  # noqa: PT012 - either step may fail
        for info in archive.infolist():
            archive.read(info)
    (tmp_path / "t.xlsx").write_bytes(data)
    assert one_error(listed(tmp_path, "t.xlsx")[1]).code == "WB-F046"
    # As bundles and templates are read.
    with (tmp_path / "t.xlsx").open("rb") as opened, pytest.raises(ArchiveError):  # noqa: PT012 - either step may fail
        made, found = entries(opened, most=100, limit=1 << 24)
        for info in found.values():
            b"".join(pieces(made, info))
