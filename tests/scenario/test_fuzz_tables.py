"""Tables, mutated: each is read, or refused with messages that have places and remedies, and nothing else happens.

`WELLBEVA_MUTANTS` sets the mutants of each kind; continuous integration takes a few, a release takes thousands.
"""

from __future__ import annotations

import datetime
import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter.exceptions import OverlappingRange

from tests.scenario import mutate
from tests.scenario.tables.kit import draws, sheet_of, values, workbook
from wellbeva.errors import Collector, render
from wellbeva.scenario.tables import table_reader
from wellbeva.scenario.tables.formats import xlsx_archive

COUNT = int(os.environ.get("WELLBEVA_MUTANTS", "60"))

CSV = (
    "option,people,effect,effect.source,cost.council,counted,note\n"
    'visits,120,0.30 (0.05 to 0.55),ucl2023 Table 2,"£1,314 in 2023 prices",true,"As the\nscheme ""counts"" them"\n'
    "calls,45,0.1,,£95,false,\n"
).encode()
DRAWS = (
    "draw,effect.visits,effect.calls,take_up\n" + "".join(f"{n},0.{n},1.5e-0{n},0.{n}1\n" for n in range(1, 9))
).encode()
ROWS: list[list[object]] = [
    ["option", "people", "effect", "cost.council", "counted", "note"],
    ["visits", 120, "0.30 (0.05 to 0.55) [assumed]", "£1,314 in 2023 prices", True, "As the scheme counts them"],
    ["calls", 45.5, 0.1, "£95", False, ""],
]
PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
)
HOSTILE_CELLS: tuple[object, ...] = (
    "0,30",
    "1.314,00",
    "NaN",
    "#N/A",
    "=1+1",
    "",
    " ",
    "0.3 (0,1 to 0,5)",
    "visits",
    "a\x07b",
    "\u202e0.1",
    "x" * 30_000,
    1e300,
    -1e-300,
    12345678901234567890,
    True,
)


def judged(result: tuple[Any, Collector]) -> bool:
    """Whether a table was refused; every message must have a place and say what to do."""
    collector = result[1]
    for one in collector.errors:
        assert one.span is not None, render(one)
        assert one.remedy, render(one)
        assert len(render(one)) < 2_000
    return bool(collector.errors)


def read(folder: Path, name: str, data: bytes, *, rows: str = "") -> bool:
    """Read a table as values, or as draws."""
    (folder / name).write_bytes(data)
    return judged(draws(folder, f"{{file: {name}, rows: {rows}}}") if rows == "draw" else values(folder, name))


@pytest.mark.parametrize(("data", "rows"), [(CSV, ""), (DRAWS, "draw")], ids=["values", "draws"])
def test_a_mutant_of_a_csv(tmp_path: Path, data: bytes, rows: str) -> None:
    assert not read(tmp_path, "t.csv", data, rows=rows)
    refused = [read(tmp_path, "t.csv", one, rows=rows) for one in mutate.mutants(data, seed=len(rows), count=COUNT)]
    # A fuzzer whose mutants all pass would test nothing.
    assert sum(refused) > COUNT // 5


@pytest.mark.parametrize("data", [CSV, DRAWS], ids=["values", "draws"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-7", "cp1252", "cp500", "mac-roman"])
def test_other_encodings(tmp_path: Path, data: bytes, encoding: str) -> None:
    other = data.decode().encode(encoding)
    # What these encodings share with UTF-8 is the same table.
    assert read(tmp_path, "t.csv", other, rows="draw" if data == DRAWS else "") == (other != data)


@pytest.mark.parametrize(
    "data", [b"\x00" * 5000, b"\xff" * 5000, b'"' * 5001, b"," * 5000, b"\r" * 5000, b"\xef\xbb\xbf"]
)
def test_bytes_without_sense(tmp_path: Path, data: bytes) -> None:
    for name, rows in (("t.csv", ""), ("t.csv", "draw"), ("t.xlsx", ""), ("t.xlsx", "draw")):
        assert read(tmp_path, name, data, rows=rows)


def test_random_bytes(tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(COUNT):
        data = chance.randbytes(chance.randrange(400))
        assert read(tmp_path, "t.csv", data) or data.isascii()
        assert read(tmp_path, "t.xlsx", b"PK\x03\x04" + data)


def test_a_mutant_of_a_workbooks_bytes(tmp_path: Path) -> None:
    book = sheet_of(ROWS)
    assert not read(tmp_path, "t.xlsx", book)
    refused = [read(tmp_path, "t.xlsx", one) for one in mutate.mutants(book, seed=11, count=COUNT)]
    assert sum(refused) > COUNT // 5


@pytest.mark.parametrize("part", PARTS)
def test_a_mutant_of_a_workbooks_parts(tmp_path: Path, part: str) -> None:
    book = zipfile.ZipFile(io.BytesIO(sheet_of(ROWS)))
    refused = 0
    for mutant in mutate.mutants(book.read(part), seed=len(part), count=COUNT // 2):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as other:
            for name in book.namelist():
                other.writestr(name, mutant if name == part else book.read(name))
        refused += read(tmp_path, "t.xlsx", held.getvalue())
    # What is wrong with the styles matters only where a number would be read as a date.
    assert refused > COUNT // 10 or part == "xl/styles.xml"


def _merge(sheet: Any, chance: random.Random) -> None:
    top, left = chance.randrange(4), chance.randrange(7)
    sheet.merge_range(top, left, top + chance.randrange(1, 3), left + chance.randrange(3), "x")


def _formula(sheet: Any, chance: random.Random) -> None:
    value = chance.choice(("", 0.3, "#DIV/0!", "#REF!", "visits"))
    sheet.write_formula(chance.randrange(3), chance.randrange(6), "=A1", None, value)


def _hostile(sheet: Any, chance: random.Random) -> None:
    held = chance.choice(HOSTILE_CELLS)
    write = sheet.write_string if isinstance(held, str) else sheet.write
    write(chance.randrange(4), chance.randrange(7), held)


def _repeat(sheet: Any, chance: random.Random) -> None:
    sheet.write_row(3, 0, ROWS[chance.randrange(3)])


def _drop(sheet: Any, chance: random.Random) -> None:
    sheet.write_blank(0, chance.randrange(6), None)


SHEET_MUTATIONS: tuple[Callable[[Any, random.Random], None], ...] = (
    _merge,
    _formula,
    _hostile,
    _hostile,
    _repeat,
    _drop,
)


@pytest.mark.parametrize("unpacked", [1 << 26, 1 << 16])
def test_too_many_rows_are_refused_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unpacked: int) -> None:
    """R58: of a workbook as of a CSV it is said that the table is too big, wherever its size is noticed."""
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 2_000)
    monkeypatch.setattr(xlsx_archive, "UNPACKED_LIMIT", unpacked)
    rows: list[list[object]] = [["option", "people"], *(["visits", number] for number in range(1_500))]
    (tmp_path / "t.xlsx").write_bytes(sheet_of(rows))
    (tmp_path / "t.csv").write_text("\n".join(f"{a},{b}" for a, b in rows))
    told = [one for name in ("t.csv", "t.xlsx") for one in values(tmp_path, name)[1].errors]
    assert [(one.code, one.message) for one in told] == [("WB-F042", "the table is too big")] * 2
    assert all("keep only the" in one.remedy for one in told)


def test_a_workbook_as_people_spoil_it(tmp_path: Path) -> None:
    chance = random.Random(5)
    refused = 0
    for _ in range(COUNT):

        def fill(book: Any) -> None:
            sheet = book.add_worksheet("Offers")
            for number, row in enumerate(ROWS):
                sheet.write_row(number, 0, row)
            for _ in range(chance.choice((1, 1, 2, 3))):
                chance.choice(SHEET_MUTATIONS)(sheet, chance)
            if chance.random() < 0.2:
                day = datetime.date(2026, chance.randrange(1, 13), 3)
                sheet.write_datetime(1, chance.randrange(1, 6), day, book.add_format({"num_format": "d/m"}))

        refused += read(tmp_path, "t.xlsx", spoiled(fill))
    assert refused > COUNT // 5


def spoiled(fill: Callable[[Any], None]) -> bytes:
    """Make a workbook; where ranges overlap xlsxwriter refuses, and an empty book takes its place."""
    try:
        return workbook(fill)
    except OverlappingRange:
        return sheet_of([])
