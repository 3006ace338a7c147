"""``results.xlsx``: the numbers of the CSV files, no formula, and the same bytes for the same run."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from tests.report.report_fixtures import SHIPPED
from wellbeva import api
from wellbeva.analysis.dictionary.columns import dictionary
from wellbeva.analysis.uncertainty.sample import sample_of_run
from wellbeva.cli import main
from wellbeva.errors import WellbevaError
from wellbeva.report.facts.sensitivity import changes
from wellbeva.report.text import numbers
from wellbeva.report.workbook.draws import draws_workbook, refuse_more_than_a_sheet
from wellbeva.report.workbook.layout import HEADINGS, LONGEST, Sheet, SheetColumn, write_workbook
from wellbeva.report.workbook.results import MOST_ROWS
from wellbeva.results.csv_file import UNITS

ROOT = Path(__file__).parents[2]
HOSTILE = [
    "=1+1",
    '+HYPERLINK("http://x","y")',
    "-1",
    "@SUM(A1)",
    "\t=1",
    "{=1}",
    "http://example.org",
    "mailto:a@b",
    "<script>alert(1)</script>",
    "مرحبا",
    "\u202eabc",
    "👩‍👩‍👧",
    "a\x00\x07b",
    "\udcff\ufffe",
    "x" * (LONGEST + 10),
]


@pytest.fixture(scope="module", params=SHIPPED)
def run(request: pytest.FixtureRequest, shipped: dict[str, api.Run]) -> api.Run:
    return shipped[request.param]


@pytest.fixture(scope="module")
def folder(run: api.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run.write(tmp_path_factory.mktemp("written") / "run")


@pytest.fixture(scope="module")
def data(folder: Path) -> bytes:
    return (folder / "results.xlsx").read_bytes()


def rows_of(data: bytes, title: str) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(title).to_python(skip_empty_area=False)


def parts(data: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return "".join(archive.read(one).decode() for one in archive.namelist() if re.search(name, one))


def test_every_column_of_a_run_folder_has_an_entry_and_ends_with_units(folder: Path) -> None:
    files = sorted(folder.glob("*.csv"))
    assert len(files) >= 7
    for file in files:
        heads = [*pd.read_csv(file, nrows=1).columns]
        assert heads[-3:] == [*UNITS], file.name
        assert {*heads[:-3]} <= {*dictionary()[file.stem].columns}, file.name


def test_doing_nothing_is_called_as_on_the_page(run: api.Run, data: bytes) -> None:
    if run.facts.choose == "one":
        rows = rows_of(data, dictionary()["incremental"].title)
        name = rows[HEADINGS].index("Name")
        assert [row[name] for row in rows if row[0] == "nothing"] == ["Doing nothing"]


def pairs(data: bytes, table: str, key: str, words: str) -> dict[object, object]:
    rows = rows_of(data, dictionary()[table].title)
    heads = rows[HEADINGS]
    assert heads.index(words) == heads.index(key) + 1
    return {row[heads.index(key)]: row[heads.index(words)] for row in rows[HEADINGS + 1 :]}


def test_beside_each_name_stand_the_words_of_the_report(run: api.Run, data: bytes) -> None:
    told = changes(run.facts, run.compiled.record, tables=run.tables)
    options = {one.name: one.head for one in run.facts.options} | {"nothing": "Doing nothing", "": ""}
    assert pairs(data, "summary", "Option", "Name").items() <= options.items()
    assert pairs(data, "assumptions", "Option", "Name").items() <= options.items()
    inputs = pairs(data, "oneway", "Setting", "Input, in words")
    turns = {numbers.capital(one.name + (f" ({', '.join(one.where)})" if one.where else "")) for one in told.turns}
    assert {*inputs.values()} - turns == {*map(numbers.capital, told.still)} - turns
    assert len({*inputs.values()}) == len(inputs) > 5
    even = {numbers.capital(one.name) for one in told.even}
    assert {*pairs(data, "break_even", "Input", "Input, in words").values()} == even
    outcomes = pairs(data, "summary", "Outcome", "Outcome, in words")
    assert len({*outcomes.values()}) == len(outcomes) > 20
    assert not [words for words in outcomes.values() if "_" in str(words) or str(words)[:1].islower()]


def test_an_index_of_inequality_is_called_as_on_the_page() -> None:
    done = api.run(ROOT / "scenarios/appraisal/who_gains.yaml", draws=8192)
    indices = pairs(done.workbook(), "inequality", "Index", "Index, in words")
    assert indices["mean_pair_distance"] == "Mean pair distance"
    page = done.report()
    assert all(f">{words}<" in page for words in indices.values())


def test_no_heading_is_the_name_of_a_field(data: bytes) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    heads = {str(one) for title in book.sheet_names[2:] for one in rows_of(data, title)[HEADINGS]}
    assert not {one for one in heads if "_" in one or one[:1].islower()}


def test_every_number_is_that_of_the_csv_file(folder: Path, data: bytes) -> None:
    compared = 0
    for file in sorted(folder.glob("*.csv")):
        written = pd.read_csv(file, keep_default_na=False, na_values=[""], dtype={"unit": str})
        if file.stem == "summary":
            written = written[(written[["mean", "sd", "base_case"]] != 0).any(axis=1)]
        words = dictionary()[file.stem]
        sheet = rows_of(data, words.title)
        assert sheet[0][0] == words.title
        heads, body = [str(one) for one in sheet[HEADINGS]], sheet[HEADINGS + 1 :]
        assert len(body) == len(written)
        for name, column in words.columns.items():
            places = [
                at for at, head in enumerate(heads) if head == column.heading or head.startswith(f"{column.heading} (")
            ]
            if name not in written or written[name].isna().all():
                assert not places, name
                continue
            cells = [row[places[0]] for row in body]
            for cell, value in zip(cells, written[name].tolist(), strict=True):
                if isinstance(value, bool):
                    assert cell == ("Yes" if value else "No")
                elif isinstance(value, str):
                    assert cell == value
                else:
                    assert (cell == "" and math.isnan(value)) or math.isclose(float(cell), value, rel_tol=1e-15)
                compared += 1
    assert compared > 5_000


def test_the_layout_is_that_of_the_analysis_function(run: api.Run, data: bytes) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    assert book.sheet_names[:4] == ["Cover", "Contents", "Notes", "Decision"]
    assert book.sheet_names[-1] == "How to read each column"
    wanted = {"Summary of outcomes", "One input at a time", "Break-even values", "Other assumptions"}
    assert {*wanted, "Cash by payer and year", "Inputs and their sources", "Sources"} <= {*book.sheet_names}
    contents = [row[0] for row in rows_of(data, "Contents")[HEADINGS + 1 :]]
    assert contents == book.sheet_names[2:]
    assert rows_of(data, "Cover")[0][0] == run.compiled.record.scenario.title
    assert run.answer in {row[0] for row in rows_of(data, "Cover")}
    sheets = parts(data, r"worksheets/sheet\d+\.xml")
    assert "<mergeCell" not in sheets
    assert "<f>" not in sheets
    tables = re.findall(r'displayName="(\w+)"', parts(data, "tables/"))
    assert len({*tables}) == len(tables) == len(book.sheet_names) - 1
    inputs = rows_of(data, "Inputs and their sources")[HEADINGS + 1 :]
    assert [row[0] for row in inputs] == [one.path for one in run.compiled.record.inputs]
    # It is made by every run, and takes some 8 µs a cell.
    assert len(re.findall("<c ", sheets)) < 25_000


def test_cash_by_payer_and_year_adds_up(run: api.Run, data: bytes) -> None:
    paid: dict[str, float] = {}
    for option, _, flow, _, _, cash in rows_of(data, "Cash by payer and year")[HEADINGS + 1 :]:
        if flow == "pays":
            paid[str(option)] = paid.get(str(option), 0.0) + float(cash)
    means = run.dataset["cash_by_period"].sel(statistic="mean").sum(["time", "payer"])
    assert paid == pytest.approx({one: means.sel(option=one).item() for one in paid})
    assert len(paid) >= 3


def test_the_same_run_has_the_same_bytes() -> None:
    run, again = (api.run(ROOT / "scenarios" / "park-and-neighbours.yaml", draws=8192) for _ in range(2))
    data = replace(run, date="2026-01-31T12:00:00+00:00").workbook()
    assert replace(again, date="2026-01-31T23:59:59+00:00").workbook() == data
    assert "2026-01-31T00:00:00Z" in parts(data, "docProps/core.xml")


def test_words_are_words_whatever_they_begin_with() -> None:
    named = [f"{place} {text[:100]}" for place, text in enumerate(HOSTILE)]
    columns = [SheetColumn("Name", HOSTILE), SheetColumn("=1+1", named), SheetColumn("N", [math.inf] * len(HOSTILE))]
    sheet = Sheet("hostile", "Hostile", "=1+1", columns)
    data = write_workbook([sheet], ["=1+1", *HOSTILE], created=datetime(2026, 1, 1))
    assert data == write_workbook([sheet], ["=1+1", *HOSTILE], created=datetime(2026, 1, 1))
    xml = parts(data, r"worksheets/sheet\d+\.xml")
    assert "<f>" not in xml
    assert "<script>" not in xml + parts(data, "sharedStrings")
    links = re.findall(r"<hyperlink [^>]*>", xml)
    assert all('location="' in link and "r:id" not in link for link in links)
    cells = [row[0] for row in rows_of(data, "Hostile")[HEADINGS + 1 :]]
    assert cells[:12] == HOSTILE[:12]
    assert cells[13] == "\ufffd\ufffd"
    assert len(str(cells[14])) == LONGEST
    assert rows_of(data, "Hostile")[HEADINGS + 1][2] == "inf"


def test_a_hostile_scenario_makes_a_workbook(tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "park-and-neighbours.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^scenario: .*$", "scenario: '=HYPERLINK(\"http://x\")'", text, flags=re.MULTILINE)
    text = re.sub(r"label: [^,}\n]*", 'label: "=1+1 <script> مرحبا 👩"', text)
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    data = api.run(tmp_path / "s.yaml", draws=8192).workbook()
    assert "<f>" not in parts(data, r"worksheets/sheet\d+\.xml")
    assert rows_of(data, "Cover")[0][0] == '=HYPERLINK("http://x")'


@pytest.mark.thorough
def test_a_long_table_is_cut_and_says_so(run: api.Run) -> None:
    table = pd.concat([run.tables["break_even"]] * (MOST_ROWS // len(run.tables["break_even"]) + 1))
    sheet = rows_of(replace(run, tables={**run.tables, "break_even": table}).workbook(), "Break-even values")
    assert len(sheet) == HEADINGS + 1 + MOST_ROWS
    assert f"the first {MOST_ROWS:,} of {len(table):,} rows; break_even.csv has all" in str(sheet[1][0])


def test_draws_are_a_workbook_of_their_own_on_request(run: api.Run, tmp_path: Path) -> None:
    few = replace(run, dataset=run.dataset.isel(draw=slice(0, 512)) if "draw" in run.dataset.dims else run.dataset)
    data = draws_workbook(few.dataset, created=datetime(2026, 1, 1))
    assert data == draws_workbook(few.dataset, created=datetime(2026, 1, 1))
    sample = sample_of_run(few.dataset)
    assert sample is not None
    sheet = rows_of(data, "Draws")
    heads, body = sheet[HEADINGS], sheet[HEADINGS + 1 :]
    assert len(body) == sample.draws
    first = [float(row[0]) for row in body]
    assert heads[0] == f"Effect: {sample.options[0]} (WELLBY)"
    assert first == pytest.approx(sample.effect[:, 0].tolist(), rel=1e-15)
    assert "<f>" not in parts(data, r"worksheets/sheet\d+\.xml")
    assert {str(one) for one in heads} >= {*sample.inputs}


def test_more_draws_than_a_sheet_has_rows_are_refused_before_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["run", "no-such.yaml", "--draws", "1048573", "--draws-workbook"]) == 2
    assert capsys.readouterr().err == (
        "error[WB-R210]: 1,048,573 draws do not fit a sheet of Excel\n"
        "  - a sheet has room for 1,048,572 of them and 16,384 columns\n"
        "  remedy: leave out --draws-workbook and read them in results.nc, or run with fewer --draws\n1 error\n"
    )
    with pytest.raises(WellbevaError, match="8 draws in 16,385 columns do not fit"):
        refuse_more_than_a_sheet(8, 16_385)
    refuse_more_than_a_sheet(1_048_572, 16_384)


def test_a_run_without_a_decision_has_no_draws_to_write(run: api.Run) -> None:
    bare = run.dataset.drop_vars([one for one in run.dataset.data_vars if str(one).startswith("draws_decision")])
    with pytest.raises(WellbevaError, match="WB-R211"):
        draws_workbook(bare, created=datetime(2026, 1, 1))


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_opens_it(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "results.xlsx").write_bytes(data)
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "results.xlsx"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=180)
    assert (tmp_path / "results.pdf").stat().st_size > 20_000
