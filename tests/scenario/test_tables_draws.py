"""R10, R14a: joint draws from CSV, Excel and Parquet. Each row is one draw of all columns."""

from __future__ import annotations

import importlib.util
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenario.tables.kit import draws, faults, listed, one_error, sheet_of
from wellbeva.scenario.tables import table_reader

pytestmark = pytest.mark.extras

ROWS = [[0.1, 120.0, 1.5e-05], [0.2, -3.0, 2.0], [0.1 + 0.2, 1e22, 1 / 3]]
HEADS = ["effect.visits", "effect.calls", "take_up"]
ENTRY = "{file: t.csv, rows: draw}"


def csv_of(heads: list[str], rows: list[list[object]]) -> str:
    return "\n".join(",".join(map(str, row)) for row in [heads, *rows]) + "\n"


def test_columns_are_cells_of_parameters_and_rows_stay_in_order(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(csv_of(HEADS, ROWS))  # type: ignore[arg-type]
    found, collector = draws(tmp_path, "{file: t.csv, rows: draw, source: scheme2024 Annex 2}")
    assert collector.found == []
    assert found is not None
    assert (found.rows, found.file) == (3, "t.csv")
    assert [one.key for one in found.cites] == ["scheme2024"]
    for index, column in enumerate(found.columns):
        assert column.numbers == tuple(row[index] for row in ROWS)
        assert (column.unit, column.currency, column.price_year) == ("", "", None)
    assert [(one.parameter, [s.label for s in one.selectors]) for one in found.columns] == [
        ("effect", ["visits"]),
        ("effect", ["calls"]),
        ("take_up", []),
    ]


def test_excel_gives_the_same_draws_as_csv(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(row) for row in ROWS]
    rows[2][0] = 0.3  # xlsxwriter writes sixteen digits
    (tmp_path / "t.csv").write_text(csv_of(HEADS, rows))
    (tmp_path / "t.xlsx").write_bytes(sheet_of([list(HEADS), *rows]))
    from_csv, _ = draws(tmp_path, ENTRY)
    from_excel, collector = draws(tmp_path, "{file: t.xlsx, rows: draw}")
    assert collector.found == []
    assert from_csv is not None
    assert from_excel is not None
    assert from_excel.columns == from_csv.columns


def test_paths_may_name_labels_in_any_order_and_our_own_names(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('draw,"Nonsense, said",C\n1,x,1.5\n2,y,2.5\n')
    found, collector = draws(tmp_path, "{file: t.csv, rows: draw, columns: {cost.council.visits: C}}")
    assert collector.found == []
    assert found is not None
    assert [(one.axis, one.label) for one in found.columns[0].selectors] == [("option", "visits"), ("payer", "council")]
    assert found.columns[0].numbers == (1.5, 2.5)


def test_numbers_may_carry_one_unit(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        'cost.council,take_up,people\n"£1,314.50 in 2023 prices",67.1%,31 people\n"£95 in 2023 prices", 5% ,2 people\n'
    )
    found, collector = draws(tmp_path, ENTRY)
    assert collector.found == []
    assert found is not None
    cost, take_up, people = found.columns
    assert (cost.numbers, cost.currency, cost.price_year) == ((1314.5, 95.0), "GBP", 2023)
    assert (take_up.numbers, take_up.unit) == ((0.671, 0.05), "")
    assert (people.numbers, people.unit) == ((31.0, 2.0), "people")


def test_one_column_may_fill_several_cells(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("X\n0.1\n0.2\n")
    found, collector = draws(tmp_path, "{file: t.csv, rows: draw, columns: {effect.visits: X, effect.calls: X}}")
    assert collector.found == []
    assert found is not None
    assert [one.selectors[0].label for one in found.columns] == ["visits", "calls"]
    assert found.columns[0].numbers == found.columns[1].numbers == (0.1, 0.2)


@pytest.mark.parametrize(
    ("cells", "numbers", "unit"),
    [
        (["£1", "£2.5"], (1.0, 2.5), ("", "GBP", None)),
        (["£1 in 2023 prices", "£2.5 in 2023 prices"], (1.0, 2.5), ("", "GBP", 2023)),
        (["3 months", "4 months"], (3.0, 4.0), ("months", "", None)),
        (["1k people", "2k people"], (1000.0, 2000.0), ("people", "", None)),
        (["1%", "2%"], (0.01, 0.02), ("", "", None)),
        (["0%", "5%"], (0.0, 0.05), ("", "", None)),
        (["0k", "2k"], (0.0, 2000.0), ("", "", None)),
        (["0/4", "3/4"], (0.0, 0.75), ("", "", None)),
        (["£1", "-£2"], (1.0, -2.0), ("", "GBP", None)),
        (["10/4", "3"], (2.5, 3.0), ("", "", None)),
        (["1/4", "3/4"], (0.25, 0.75), ("", "", None)),
    ],
)
def test_cells_that_are_alike_are_read_as_one_by_one(
    tmp_path: Path, cells: list[str], numbers: tuple[float, ...], unit: tuple[object, ...]
) -> None:
    (tmp_path / "t.csv").write_text("people\n" + "\n".join(cells) + "\n")
    found, collector = draws(tmp_path, ENTRY)
    assert collector.found == []
    assert found is not None
    (column,) = found.columns
    assert column.numbers == numbers
    assert (column.unit, column.currency, column.price_year) == unit


@pytest.mark.parametrize(
    ("second", "fact"), [("£95", "here £95"), ("95", "here 95"), ("$95 in 2023 prices", "here $95 in 2023 prices")]
)
def test_units_that_differ_within_a_column(tmp_path: Path, second: str, fact: str) -> None:
    (tmp_path / "t.csv").write_text(f"cost.council\n£90 in 2023 prices\n{second}\n")
    found, collector = draws(tmp_path, ENTRY)
    error = one_error(collector)
    assert found is None
    assert (error.code, str(error.span)) == ("WB-S157", "t.csv:3:1")
    assert error.facts == ("first £90 in 2023 prices", fact)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("NaN", "WB-S158"),
        ("", "WB-S158"),
        ("inf", "WB-S158"),
        ("1e999", "WB-S158"),
        ("1e200", "WB-S158"),
        ("-1.1e30", "WB-S158"),
        ("NA", "WB-S158"),
        ("1_000", "WB-V028"),
        ('"0,30"', "WB-V021"),
        ("many", "WB-V029"),
        ("(0.1 to 0.5)", "WB-V029"),
        ("١٢", "WB-V029"),
        ("0x10", "WB-V027"),
        ("--1", "WB-V029"),
        ("1e", "WB-V029"),
    ],
)
def test_a_cell_that_is_no_draw_is_placed(tmp_path: Path, cell: str, code: str) -> None:
    (tmp_path / "t.csv").write_text(f"take_up,effect.visits\n0.1,0.2\n0.2,{cell}\n0.3,0.4\n")
    found, collector = draws(tmp_path, ENTRY)
    error = one_error(collector)
    assert found is None
    assert (error.code, error.span.line if error.span else 0) == (code, 3)  # type: ignore[union-attr]
    assert error.span is not None
    assert error.span.column == (6 if cell.startswith('"') else 5)


def test_twenty_faults_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("take_up,effect.visits\n" + "NA,1\n" * 15 + "1,NA\n" * 30)
    _, collector = draws(tmp_path, ENTRY)
    assert [one.code for one in collector.errors] == ["WB-S158"] * 20 + ["WB-S155"]
    assert collector.errors[-1].message == "and 25 more cells of these draws that cannot be read"
    assert str(collector.errors[-1].span) == "t.csv:22:3"


@pytest.mark.parametrize(
    ("heads", "code", "column"),
    [
        ("take_up,option", "WB-S154", 9),
        ("take_up,time", "WB-S154", 9),
        ("take_up,effect.source", "WB-S154", 9),
        ("take_up,counted", "WB-S154", 9),
        ("take_up,effcet", "WB-S020", 9),
        ("take_up,effect.visit", "WB-S022", 16),
        ("effect,effect.visits", "WB-S156", 8),
        ("cost.visits,cost.council", "WB-S156", 13),
        ("take_up,take_up", "WB-S120", 9),
    ],
)
def test_headings_that_name_no_cells(tmp_path: Path, heads: str, code: str, column: int) -> None:
    (tmp_path / "t.csv").write_text(f"{heads}\n1,2\n3,4\n")
    found, collector = draws(tmp_path, ENTRY)
    error = one_error(collector)
    assert found is None
    assert (error.code, str(error.span)) == (code, f"t.csv:1:{column}")


@pytest.mark.parametrize(("body", "words"), [("", "no row"), ("1\n", "one row")])
def test_too_few_rows(tmp_path: Path, body: str, words: str) -> None:
    (tmp_path / "t.csv").write_text("take_up\n" + body)
    error = one_error(draws(tmp_path, ENTRY)[1])
    assert error.code == "WB-S152"
    assert words in error.message


def test_draws_have_a_limit_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R58: the million numbers of joint draws do not count among the cells of other tables."""
    (tmp_path / "t.csv").write_text("take_up\n1\n2\n3\n")
    (tmp_path / "u.csv").write_text("option,people\nvisits,1\n")
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 4)
    monkeypatch.setattr(table_reader, "DRAW_LIMIT", 4)
    assert listed(tmp_path, f"{ENTRY}\n  - u.csv")[1].found == []
    monkeypatch.setattr(table_reader, "DRAW_LIMIT", 3)
    assert faults(listed(tmp_path, ENTRY)[1]) == [("WB-F042", "t.csv:4:1")]


def test_a_source_stands_only_beside_draws(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("option,people\nvisits,1\n")
    assert faults(listed(tmp_path, "{file: t.csv, source: s}")[1]) == [("WB-S129", "s.yaml:2:27")]


def test_faults_in_a_workbook_of_draws_are_told_at_their_cells(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(sheet_of([["take_up"], [0.1], ["NA"], [True], [0.4]]))
    _, collector = draws(tmp_path, "{file: t.xlsx, rows: draw}")
    assert faults(collector) == [("WB-S158", "t.xlsx:Offers!A3:3:1"), ("WB-V029", "t.xlsx:Offers!A4:4:1")]


def test_every_number_of_a_large_sample_is_the_one_written(tmp_path: Path) -> None:
    chance = random.Random(3)
    rows = [[chance.gauss(0, 10.0 ** chance.randrange(-12, 12)) for _ in HEADS] for _ in range(2_000)]
    (tmp_path / "t.csv").write_text(csv_of(HEADS, rows))  # type: ignore[arg-type]
    found, _ = draws(tmp_path, ENTRY)
    assert found is not None
    assert [one.numbers for one in found.columns] == [tuple(column) for column in zip(*rows, strict=True)]


def test_a_parquet_file_without_its_reader_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    error = one_error(draws(tmp_path, "{file: t.parquet, rows: draw}")[1])
    assert (error.code, str(error.span)) == ("WB-F048", "s.yaml:2:12")
    assert "pip install 'wellbeva[parquet]'" in error.remedy


def test_a_parquet_file_is_for_draws(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    assert one_error(listed(tmp_path, "t.parquet")[1]).code == "WB-F045"


NEEDS_PARQUET = pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None and "WELLBEVA_EXTRAS" not in os.environ,
    reason="run by `make test-extras`, where a missing extra is a failure; most people have none, as here",
)


@NEEDS_PARQUET
def test_parquet_gives_the_same_draws_as_csv(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    columns = {head: [row[index] for row in ROWS] for index, head in enumerate(HEADS)}
    parquet.write_table(pyarrow.table({**columns, "people.visits": [1, 2, 3]}), tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text(csv_of([*HEADS, "people.visits"], [[*row, n] for n, row in enumerate(ROWS, 1)]))
    from_parquet, collector = draws(tmp_path, "{file: t.parquet, rows: draw}")
    from_csv, _ = draws(tmp_path, ENTRY)
    assert collector.found == []
    assert from_parquet is not None
    assert from_csv is not None
    assert from_parquet.columns == from_csv.columns


@NEEDS_PARQUET
def test_faults_of_a_parquet_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow
    from pyarrow import parquet

    entry = "{file: t.parquet, rows: draw}"
    table = pyarrow.table({"take_up": [0.1, None, float("nan")], "effect.visits": ["a", "b", "c"]})
    parquet.write_table(table, tmp_path / "t.parquet")
    assert faults(draws(tmp_path, entry)[1]) == [
        ("WB-S158", "t.parquet:take_up:2:1"),
        ("WB-S158", "t.parquet:take_up:3:1"),
        *[("WB-S128", f"t.parquet:effect.visits:{row}:1") for row in (1, 2, 3)],
    ]
    monkeypatch.setattr(table_reader, "DRAW_LIMIT", 5)
    assert [one.code for one in draws(tmp_path, entry)[1].errors] == ["WB-F042"]
    whole = (tmp_path / "t.parquet").read_bytes()
    for broken in (b"", b"PAR1", whole[:-5], whole[:100], bytes(200)):
        (tmp_path / "t.parquet").write_bytes(broken)
        error = one_error(draws(tmp_path, entry)[1])
        assert (error.code, str(error.span)) == ("WB-F049", "s.yaml:2:12")


@NEEDS_PARQUET
def test_a_parquet_file_that_ends_its_reader_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from wellbeva.scenario.tables.formats import parquet_file

    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    for code in ("import os; os.abort()", "import time; time.sleep(60)"):
        (tmp_path / "reader").write_text(f"#!{sys.executable}\n{code}\n")
        (tmp_path / "reader").chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "reader"))
        monkeypatch.setattr(parquet_file, "TIME_LIMIT", 5.0)
        error = one_error(draws(tmp_path, "{file: t.parquet, rows: draw}")[1])
        assert (error.code, str(error.span)) == ("WB-F049", "s.yaml:2:12")
        monkeypatch.undo()


def varint(number: int, width: int = 0) -> bytes:
    """Write a number as Parquet's footer does, in seven bits a byte, with as many bytes as asked for."""
    groups = []
    while number or not groups or len(groups) < width:
        groups.append(number & 127)
        number >>= 7
    return bytes([*(one | 128 for one in groups[:-1]), groups[-1]])


@NEEDS_PARQUET
@pytest.mark.parametrize("everywhere", [False, True])
def test_a_parquet_file_that_lies_about_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, everywhere: bool
) -> None:
    """R58. A footer may say ten rows where a column holds a hundred million, in a file of 200 kB."""
    import pyarrow
    from pyarrow import parquet

    count = 5_003
    parquet.write_table(pyarrow.table({"take_up": [0.3] * count}), tmp_path / "t.parquet", store_schema=False)
    data = bytearray((tmp_path / "t.parquet").read_bytes())
    true = b"\x16" + varint(2 * count)  # a field of 64 bits, and the number in zigzag
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    at = data.find(true, start)
    assert at > 0
    while at > 0:
        data[at + 1 : at + len(true)] = varint(20, len(true) - 1)
        at = data.find(true, at) if everywhere else -1
    (tmp_path / "t.parquet").write_bytes(data)
    monkeypatch.setattr(table_reader, "DRAW_LIMIT", 1_000)
    found, collector = draws(tmp_path, "{file: t.parquet, rows: draw}")
    # Where the file says ten throughout, ten are read; what it holds beyond is never unpacked.
    assert [one.code for one in collector.errors] == ([] if everywhere else ["WB-F042"])
    assert found is None or found.rows == 10


@NEEDS_PARQUET
def test_parquet_is_unpacked_no_further_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow

    from wellbeva.scenario.tables.formats import parquet_file

    class Endless:
        def iter_batches(self, *, batch_size: int, columns: list[str]) -> Iterator[object]:
            nonlocal given
            while True:
                given += batch_size
                yield pyarrow.table({one: [0.5] * batch_size for one in columns})

    given = 0
    monkeypatch.setattr(parquet_file, "BATCH", 7)
    assert parquet_file._numbers(Endless(), ["a", "b"], 20) is None
    assert given == 14
