"""R14: Excel tables. Cells as Excel holds them, faults at the cell's name."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.tables.kit import cells, faults, listed, one_error, repacked, sheet_of, values, workbook
from wellbeva.scenario.loader import load_scenario
from wellbeva.scenario.tables import table_reader
from wellbeva.scenario.tables.formats.xlsx_xml import cell_name, column_number
from wellbeva.scenario.tables.grid import cell_text

ROWS: list[list[object]] = [
    ["option", "people", "effect", "cost.council", "note"],
    ["visits", 120, 0.1, "£1,314 in 2023 prices", "As the scheme counts."],
    ["calls", 45.0, "0.30 (0.05 to 0.55) [assumed]", "", ""],
]


def test_a_sheet_is_read_as_a_csv_of_the_same_cells(tmp_path: Path) -> None:
    """R14: one grammar serves CSV and Excel cells."""
    (tmp_path / "t.xlsx").write_bytes(sheet_of(ROWS))
    (tmp_path / "t.csv").write_text(
        "option,people,effect,cost.council,note\n"
        'visits,120,0.1,"£1,314 in 2023 prices",As the scheme counts.\ncalls,45,0.30 (0.05 to 0.55) [assumed],,\n'
    )
    from_excel, collector = values(tmp_path, "t.xlsx")
    from_csv, _ = values(tmp_path, "t.csv")
    assert collector.found == []
    assert from_excel == from_csv
    assert len(from_excel) == 5


@pytest.mark.parametrize(
    ("held", "written"),
    [
        (0.1, "0.1"),
        (0.25, "0.25"),
        (1 / 3, "0.3333333333333333"),
        (1e-05, "0.00001"),
        (1e22, "10000000000000000000000"),
        (65.0, "65"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_a_number_becomes_the_shortest_decimal_that_is_that_number(held: float, written: str) -> None:
    assert cell_text(held) == written
    assert float(written) == held


def test_numbers_percent_and_truth(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        sheet.write_row(0, 0, ["option", "effect", "counted"])
        sheet.write(1, 0, "visits")
        sheet.write(1, 1, 0.25, book.add_format({"num_format": "0%"}))
        sheet.write_boolean(1, 2, True)

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    found, collector = values(tmp_path, "t.xlsx")
    assert collector.found == []
    assert [one.value.form for one in found] == ["number", "switch"]
    assert found[0].value.amounts["value"].number == Fraction(1, 4)
    assert found[1].value.word == "true"


@pytest.mark.parametrize(
    ("code", "held", "written"),
    [
        ('"£"#,##0', 1314, "£1314"),
        ("£#,##0.00;[Red]-£#,##0.00", -0.5, "-£0.5"),
        ("[$£-809]#,##0.00", 0.1, "£0.1"),
        ("[$€-407] #,##0", 2, "€2"),
        ("$#,##0", 2, "$2"),
        ("[$USD] #,##0", 2, "$2"),
        ("[$CHF] #,##0", 2, "2"),
        ('"£"#,##0;"$"#,##0', 2, "2"),
        ("0%", 0.5, "0.5"),
        ("#,##0", 1314, "1314"),
    ],
)
def test_a_cell_that_shows_money_is_read_with_its_sign(tmp_path: Path, code: str, held: float, written: str) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        sheet.write_row(0, 0, ["option", "cost.council"])
        sheet.write(1, 0, "visits", book.add_format({"num_format": code}))
        sheet.write(1, 1, held, book.add_format({"num_format": code, "bold": True}))

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    (table,), collector = listed(tmp_path, "t.xlsx")
    assert collector.found == []
    assert cells(table)[1] == ["visits", written]


def test_every_fault_of_a_cell_is_told_at_its_name(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        sheet.write_row(0, 0, ["option", "people", "effect"])
        sheet.write(1, 0, "visits")
        sheet.write_datetime(1, 1, datetime.datetime(2026, 6, 10), book.add_format({"num_format": "d mmm"}))
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write(2, 0, "calls")
        sheet.write_datetime(2, 1, datetime.time(3, 4), book.add_format({"num_format": "[h]:mm"}))
        sheet.write_formula(2, 2, "=A1", None, "")

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    _, collector = values(tmp_path, "t.xlsx")
    assert faults(collector) == [
        ("WB-S128", "t.xlsx:Offers!B2:2:1"),
        ("WB-S127", "t.xlsx:Offers!C2:2:1"),
        ("WB-S128", "t.xlsx:Offers!B3:3:1"),
        ("WB-S127", "t.xlsx:Offers!C3:3:1"),
    ]
    told = collector.errors
    assert told[0].message == "Excel holds this cell as a date, not as a number or a text"
    assert told[0].facts == ("it holds 10 June 2026; Excel makes dates of texts like 10/6 or 3-4",)
    assert told[0].remedy == "format the cell as Text (or Number) and type its value again"
    assert told[1].message == "this cell holds an error of Excel, #DIV/0!"
    assert told[2].facts[0].startswith("it holds 3:04:00")
    assert told[3].message == "this cell holds a formula that was never calculated"


def test_a_fault_in_a_value_points_into_the_cell(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(sheet_of([["option", "effect"], ["visits", "0.30 (0,05 to 0.55)"]]))
    _, collector = values(tmp_path, "t.xlsx")
    error = one_error(collector)
    assert (error.code, str(error.span)) == ("WB-V021", "t.xlsx:Offers!B2:2:7")


def test_a_formulas_last_value_is_read_with_a_warning(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        sheet.write_row(0, 0, ["option", "people", "effect"])
        sheet.write(1, 0, "visits")
        sheet.write_formula(1, 1, "=100+20", None, 120)
        sheet.write_formula(1, 2, '=IF(A1="","","")', None, "")

    # Excel marks a formula that gives a text, which may be empty; xlsxwriter leaves the mark out.
    data = repacked(workbook(fill), lambda xml: xml.replace('<c r="C2">', '<c r="C2" t="str">'))
    (tmp_path / "t.xlsx").write_bytes(data)
    found, collector = values(tmp_path, "t.xlsx")
    (warning,) = collector.found
    assert (warning.severity, warning.code) == ("warning", "WB-S119")
    assert warning.message == "2 cells of this table hold formulas; the values Excel last saved are read"
    assert str(warning.span) == "t.xlsx:Offers!B1:1:1"
    (people,) = found
    assert people.value.amounts["value"].number == 120


@pytest.mark.parametrize(
    ("merge", "place"), [("A2:A3", "A2"), ("B1:C1", "B1"), ("C3:C9", "C3"), ("A3:C3", "A3"), ("C2:D2", "C2")]
)
def test_a_merged_range_that_touches_the_table(tmp_path: Path, merge: str, place: str) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        for number, row in enumerate([["option", "people", "effect"], ["visits", 1, 2], ["calls", 3, 4]]):
            sheet.write_row(number, 0, row)
        sheet.merge_range(merge, "x")
        sheet.merge_range("F20:G21", "")

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    _, collector = values(tmp_path, "t.xlsx")
    told = [one for one in collector.errors if one.code == "WB-S126"]
    assert len(told) == 1  # one merge is one message
    assert str(told[0].span).startswith(f"t.xlsx:Offers!{place}:")
    assert told[0].facts == (f"{merge} is one cell in Excel",)
    assert {one.code for one in collector.errors} == {"WB-S126"}


def test_faults_and_merges_in_columns_that_are_not_read_do_not_matter(tmp_path: Path) -> None:
    """R14a: the other columns are not read."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        sheet.write_row(0, 0, ["Offer", "Heads", "Broken", "Two"])
        sheet.write_row(1, 0, ["visits", 120])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.merge_range("D2:D3", "x")
        sheet.write_row(2, 0, ["calls", 45])

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    (table,), collector = listed(tmp_path, "{file: t.xlsx, columns: {people: Heads, option: Offer}}")
    assert collector.found == []
    assert cells(table) == [["option", "people"], ["visits", "120"], ["calls", "45"]]


def test_blank_rows_and_columns_around_and_between_are_passed_over(tmp_path: Path) -> None:
    rows: list[list[object]] = [["option", None, "people"], [], ["visits", None, 1], [], ["calls", "  ", 2]]
    (tmp_path / "t.xlsx").write_bytes(sheet_of(rows, top=3, left=2))
    (table,), collector = listed(tmp_path, "t.xlsx")
    assert collector.found == []
    assert cells(table) == [["option", "people"], ["visits", "1"], ["calls", "2"]]
    assert table.rows[1][1].span().file == "t.xlsx:Offers!E8"


def test_a_column_with_cells_and_without_a_heading_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(sheet_of([["option", "people"], ["visits", 1, 30]]))
    _, collector = listed(tmp_path, "t.xlsx")
    error = one_error(collector)
    assert (error.code, error.message) == ("WB-S120", "a column has cells and no heading")
    assert str(error.span) == "t.xlsx:Offers!C1:1:1"


def test_which_sheet_is_read(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        for name, hidden in (("Old", True), ("My offers", False), ("More", False)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["option", "people"])
            sheet.write_row(1, 0, ["visits", len(name)])
            if hidden:
                sheet.hide()
            else:
                sheet.activate() if name == "More" else sheet.set_first_sheet()

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    for entry, people, place in [
        ("t.xlsx", "9", "t.xlsx:'My offers'!B2"),
        ("{file: t.xlsx, sheet: More}", "4", "t.xlsx:More!B2"),
        ("{file: t.xlsx, sheet: Old}", "3", "t.xlsx:Old!B2"),
    ]:
        (table,), collector = listed(tmp_path, entry)
        assert collector.found == []
        assert (table.rows[0][1].text, table.rows[0][1].file) == (people, place)
    _, collector = listed(tmp_path, "{file: t.xlsx, sheet: Mor}")
    error = one_error(collector)
    assert (error.code, str(error.span)) == ("WB-F047", "s.yaml:2:27")
    assert error.facts == ("it has Old, My offers, More",)
    assert error.remedy == "did you mean 'More'?"


def test_a_chart_is_no_sheet_and_an_empty_sheet_no_table(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Blank!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
        book.add_worksheet("Blank")

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    _, collector = listed(tmp_path, "t.xlsx")
    assert faults(collector) == [("WB-F041", "t.xlsx:Blank!A1:1:1")]
    _, collector = listed(tmp_path, "{file: t.xlsx, sheet: Chart}")
    assert one_error(collector).code == "WB-F047"


def test_two_sheets_are_two_tables_and_one_sheet_twice_is_not(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(
        workbook(lambda book: [book.add_worksheet(name).write_row(0, 0, ["option"]) for name in ("A", "B")])
    )
    found, collector = listed(tmp_path, "{file: t.xlsx, sheet: A}\n  - {file: t.xlsx, sheet: B}")
    assert (len(found), collector.found) == (2, [])
    _, collector = listed(tmp_path, "{file: t.xlsx, sheet: A}\n  - {file: ./t.xlsx, sheet: a}")
    assert [one.code for one in collector.errors] == ["WB-F043"]


def test_rows_for_the_same_labels_are_named_by_their_cells(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(sheet_of([["option", "people"], ["visits", 1], ["visits", 2]]))
    _, collector = values(tmp_path, "t.xlsx")
    error = one_error(collector)
    assert error.code == "WB-S123"
    assert error.facts == ("first at t.xlsx:Offers!A2", "again at t.xlsx:Offers!A3")


@pytest.mark.parametrize("name", ["t.xls", "t.ods", "t.xlsb", "t.rds", "t.pkl", "t.feather"])
def test_other_files_are_refused_by_their_ending(tmp_path: Path, name: str) -> None:
    _, collector = listed(tmp_path, name)
    assert one_error(collector).code == "WB-F045"


def test_a_sheet_of_a_csv(tmp_path: Path) -> None:
    _, collector = listed(tmp_path, "{file: t.csv, sheet: A}")
    assert one_error(collector).code == "WB-F047"


def test_cells_of_a_workbook_count_towards_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.xlsx").write_bytes(sheet_of(ROWS))
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 15)
    assert listed(tmp_path, "t.xlsx")[1].found == []
    monkeypatch.setattr(table_reader, "CELL_LIMIT", 14)
    _, collector = listed(tmp_path, "t.xlsx")
    assert faults(collector) == [("WB-F042", "t.xlsx:Offers!E3:3:1")]


def test_names_of_cells_and_columns_agree() -> None:
    for column in range(16_384):
        name = cell_name(4, column)
        assert name.endswith("5")
        assert column_number(name[:-1]) == column + 1


SCENARIO = """schema: wellbeva/scenario/1
scenario: Test
model: garden
appraisal: green-book-2026
choose: several
axes: {payer: [council, charity]}
tables:
  - numbers.xlsx
  - {file: numbers.xlsx, sheet: Draws, rows: draw}
"""


def test_a_scenario_may_live_in_a_workbook(tmp_path: Path) -> None:
    """R14, R10: labels, values and draws from two sheets; the workbook is among the files that were read."""

    def fill(book: Any) -> None:
        offers, drawn = book.add_worksheet("Offers"), book.add_worksheet("Draws")
        offers.write_row(0, 0, ["option", "label", "people", "cost.council"])
        offers.write_row(1, 0, ["visits", "Weekly visits", 120])
        offers.write(1, 3, 1314, book.add_format({"num_format": '"£"#,##0'}))
        drawn.write_column(0, 0, ["effect", 0.1, 0.3])

    shutil.copytree(Path(__file__).parent / "small", tmp_path, dirs_exist_ok=True)
    (tmp_path / "numbers.xlsx").write_bytes(workbook(fill))
    (tmp_path / "x.yaml").write_text(SCENARIO)
    scenario = load_scenario(tmp_path / "x.yaml")
    assert [(one.name, one.label) for one in scenario.options] == [("visits", "Weekly visits")]
    cost = next(one for one in scenario.assignments if one.parameter == "cost")
    assert (cost.value.amounts["value"].number, cost.value.amounts["value"].currency) == (1314, "GBP")
    assert scenario.joint[0].columns[0].numbers == (0.1, 0.3)
    book = str(tmp_path / "numbers.xlsx")
    assert scenario.digests[book] == hashlib.sha256((tmp_path / "numbers.xlsx").read_bytes()).hexdigest()


@pytest.mark.parametrize("merged", [True, False])
def test_a_title_above_the_headings_is_passed_over(tmp_path: Path, merged: bool) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("Offers")
        if merged:
            sheet.merge_range("A2:D3", "Our offers")
        else:
            sheet.write(1, 0, "Our offers")
        for number, row in enumerate([["option", "people", "Contact person"], ["visits", 120, "Jo"]], start=4):
            sheet.write_row(number, 1, row)
        sheet.merge_range("D6:D7", "Jo")  # in a column that is ignored

    (tmp_path / "t.xlsx").write_bytes(workbook(fill))
    (table,), collector = listed(tmp_path, "t.xlsx")
    assert [(one.code, str(one.span)) for one in collector.found] == [
        ("WB-S425", "t.xlsx:Offers!A2:2:1"),
        ("WB-S424", "t.xlsx:Offers!D5:5:1"),
    ]
    assert cells(table) == [["option", "people"], ["visits", "120"]]
    assert table.rows[0][1].span().file == "t.xlsx:Offers!C6"
