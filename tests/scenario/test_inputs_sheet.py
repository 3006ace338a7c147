"""A scenario's values through a spreadsheet and back (R119 to R121)."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.scenario.tables.kit import workbook
from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.api.files.inputs import Imported, export_inputs, import_inputs
from wellbeva.cli.main import main
from wellbeva.core.spreadsheet import unguarded
from wellbeva.engine.reference.interpreter import evaluate
from wellbeva.errors import WellbevaError, render
from wellbeva.plan.serialise import to_json
from wellbeva.scenario.loader import load_once
from wellbeva.scenario.text.identifiers import LONG_KEYS
from wellbeva.scenario.workbook.inputs import ScenarioInput, inputs_of
from wellbeva.scenario.workbook.sheet import COLUMNS

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "scenarios").rglob("*.yaml"))
DEMO = "scenarios/uk-community-offers.yaml"
COLUMN = {name: number for number, name in enumerate(COLUMNS)}
VALUE = COLUMN["Value"]

MODEL = """\
schema: wellbeva/model/1
model: small
title: Small
parameters:
  people: {unit: person, by: option, doc: "=1+1"}
  gain: {unit: LS, by: option, doc: gain}
  cost: {unit: money, by: option, doc: cost}
  counted: {switch: true, doc: counted}
equations:
  wellbys: people * gain * step in WELLBY
  spent: cost in money
outcomes: [wellbys, spent]
decision: {effect: wellbys, cost: spent}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: '=HYPERLINK("http://x","y") <script>alert(1)</script> \u0645\u0631\u062d\u0628\u0627 \U0001f600'
model: small   # kept
appraisal: green-book-2026
choose: one
time: {step: year, from: 0, to: 0, starts: 2026}
values:
  counted: true        # a comment
options:
  walks: {label: "@walks", people: 100, gain: "0.2 (0.1 to 0.3) [own p2, p3]", cost: '£1,000 in 2023 prices'}
  talks:
    label: -talks
    people: >-
      90
    gain:
      normal: {mean: 0.1, sd: 0.05}
      source: own
      note: "+cmd|' /C calc'!A0"
    cost: £900 in 2023 prices
variants:
  more: {gain.walks: "0.4 [assumed]"}
sources: {own: {cite: Ours, evidence: initial}}
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(MODEL, "utf-8")
    Path("s.yaml").write_text(SCENARIO, "utf-8")
    return Path("s.yaml")


Rows = dict[str, list[list[str]]]


def read_book(path: Path) -> Rows:
    book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
    return {
        name: [list(map(str, row)) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names
    }


def write_book(path: Path, sheets: Rows) -> None:
    def fill(book: Any) -> None:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    write = sheet.write_formula if cell.startswith("{=") else sheet.write_string
                    write(number, column, cell.strip("{}") if cell.startswith("{=") else cell)

    path.write_bytes(workbook(fill))


def edited(scenario: Path, edit: Callable[[list[list[str]]], object], *, name: str = "inputs.xlsx") -> Imported:
    """Export, edit the rows of the sheet, and import."""
    book = Path(name)
    book.write_bytes(export_inputs(scenario, book))
    sheets = read_book(book)
    edit(sheets["Inputs"])
    write_book(book, sheets)
    return import_inputs(book)


def row_of(rows: list[list[str]], path: str, variant: str = "") -> list[str]:
    return next(row for row in rows if (row[COLUMN["Path"]], row[COLUMN["Variant"]]) == (path, variant))


def put(path: str, value: str, column: str = "Value") -> Callable[[list[list[str]]], object]:
    return lambda rows: row_of(rows, path).__setitem__(COLUMN[column], value)


def refused(scenario: Path, edit: Callable[[list[list[str]]], object]) -> str:
    before = scenario.read_bytes()
    with pytest.raises(WellbevaError) as refusal:
        edited(scenario, edit)
    assert scenario.read_bytes() == before
    return "\n\n".join(render(one) for one in refusal.value.diagnostics if one.severity == "error")


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("name", thorough_after(6, SHIPPED))
def test_a_sheet_without_edits_changes_nothing(
    name: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    sheet, copy = tmp_path / f"inputs.{ending}", tmp_path / "copy.yaml"
    assert main(["export", name, "--to", str(sheet)]) == 0
    found = import_inputs(sheet, name)
    assert (found.changes, found.contents, found.rowless, found.warnings) == ((), {}, 0, ())
    assert main(["import", str(sheet), name, "-o", str(copy)]) == 0
    assert copy.read_bytes() == (ROOT / name).read_bytes()


def test_comments_and_quotes_are_kept_and_only_values_change(small: Path) -> None:
    def edit(rows: list[list[str]]) -> None:
        for path, value in {
            "gain.walks": "0.25 (0.15 to 0.35) [own p2, p4]",
            "cost.walks": "£1,100 in 2023 prices",
            "people.walks": " 110 people, [assumed] ".replace(", ", " "),
            "counted": "false",
            "people.talks": "95",
            "gain.talks.normal.sd": "0.06",
        }.items():
            row_of(rows, path)[VALUE] = value
        row_of(rows, "gain.walks", "more")[VALUE] = "0.5 [own p2, p5]"

    found = edited(small, edit)
    assert {(one.input.variant, one.input.path) for one in found.changes} == {
        *(("", path) for path in ("gain.walks", "cost.walks", "people.walks", "counted", "people.talks")),
        ("", "gain.talks.normal.sd"),
        ("more", "gain.walks"),
    }
    assert found.contents["s.yaml"].decode() == (
        SCENARIO.replace("p2, p3", "p2, p4")
        .replace("0.2 (0.1 to 0.3)", "0.25 (0.15 to 0.35)")
        .replace("£1,000", "£1,100")
        .replace("people: 100", "people: '110 people [assumed]'")
        .replace("counted: true ", "counted: false ")
        .replace(">-\n      90", "95")
        .replace("sd: 0.05", "sd: 0.06")
        .replace("0.4 [assumed]", "0.5 [own p2, p5]")
    )


def test_a_table_is_changed_in_its_csv_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios", "scenarios")
    table = Path("scenarios/tables/uk_offers.csv")
    before = table.read_text("utf-8")
    found = edited(Path(DEMO), put("cost_per_person.fisp.funder", "£1,400 in 2024 prices"))
    assert found.contents == {str(table): before.replace("£1,314.58", "£1,400").encode()}
    assert main(["import", "inputs.xlsx", "-o", "copy.yaml"]) == 2
    assert main(["import", "inputs.xlsx", "--write"]) == 0
    assert table.read_bytes() == found.contents[str(table)]
    assert edited(Path(DEMO), lambda _: None, name="again.xlsx").contents == {}
    assert import_inputs("inputs.xlsx").changes == ()  # the same again changes nothing


def meaning(path: Path | str, overrides: list[str]) -> str:
    """Return every input as it is drawn and every number of the base case; or that the scenario is refused."""
    try:
        plan = api.load(path, overrides=overrides).plan
        # In which order inputs are drawn says nothing of what they are.
        drawn = sorted(str(one | {"dimension": 0}) for one in json.loads(to_json(plan))["elements"])
        return "\n".join([*drawn, *(f"{name}: {value.array!r}" for name, value in evaluate(plan).items())])
    except WellbevaError:
        return "refused"


def as_set_takes_them(name: str) -> list[ScenarioInput]:
    """Return the inputs that `--set` can set alone: no `else`, no range, no part of a value, nothing overlapping."""
    every = [one for one in inputs_of(load_once(name)).values() if not one.variant and not one.path.startswith("app")]
    paths = [one.path for one in every]
    return [
        one
        for one in every
        if not {"else", *(LONG_KEYS - {"unit"})} & set(one.path.split("."))
        and " " not in one.path
        and sum(other.startswith(f"{one.path}.") for other in paths) == 0
    ]


EDITED = ("scenarios/easing-loneliness.yaml", DEMO)


@pytest.mark.parametrize(("seed", "name"), thorough_after(2, [(seed, EDITED[seed % 2]) for seed in range(10)]))
def test_edits_are_what_set_makes_of_them(
    seed: int, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "scenarios", "scenarios")
    shutil.copytree(ROOT / "models", "models")
    inputs = as_set_takes_them(name)
    new = {}
    for one in chance.sample(inputs, 4):
        like = [other for other in inputs if other.path.partition(".")[0] == one.path.partition(".")[0]]
        text = chance.choice(like).written.text
        new[one.path] = text if "[" in text or one.words else f"{text} [assumed]"
    expected = meaning(name, [f"{path}={text}" for path, text in new.items()])
    try:
        found = edited(Path(name), lambda rows: [put(path, text)(rows) for path, text in new.items()])
    except WellbevaError:
        assert expected == "refused"
        return
    for file, content in found.contents.items():
        Path(file).write_bytes(content)
    assert meaning(name, []) == expected, new


def test_every_row_that_cannot_be_taken_is_told_at_its_cell(small: Path) -> None:
    def edit(rows: list[list[str]]) -> None:
        row_of(rows, "gain.walks")[VALUE] = "{=1/3}"
        row_of(rows, "cost.walks")[VALUE] = "  "
        row_of(rows, "counted")[COLUMN["As exported"]] = "false"
        row_of(rows, "counted")[VALUE] = "flase"
        row_of(rows, "people.walks")[COLUMN["Path"]] = "people.wolks"
        rows.append(list(row_of(rows, "cost.talks")))

    assert refused(small, edit) == (ROOT / "tests/scenario/inputs/rows.txt").read_text("utf-8").rstrip("\n")


def test_a_value_that_does_not_parse_is_underlined_in_its_cell(small: Path) -> None:
    def edit(rows: list[list[str]]) -> None:
        row_of(rows, "gain.walks")[VALUE] = "0.25 (0.1 to O.3) [own p2, p3]"
        row_of(rows, "cost.walks")[VALUE] = "£1,000 in 2023 prizes"
        row_of(rows, "people.talks")[VALUE] = "90 LS"

    assert refused(small, edit) == (ROOT / "tests/scenario/inputs/values.txt").read_text("utf-8").rstrip("\n")


def test_another_sheet_another_book_and_no_book(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Path("inputs.xlsx")
    book.write_bytes(export_inputs(small, book))
    sheets = read_book(book)
    for name, changed in {
        "renamed": {"Read me": sheets["Read me"], "My inputs": sheets["Inputs"]},
        "foreign": {"Inputs": [["Path", "Amount"], ["x", "1"]]},
        "nameless": {"Inputs": sheets["Inputs"]},
    }.items():
        write_book(Path(f"{name}.xlsx"), changed)
    write_book(Path("shouted.xlsx"), {"READ ME": sheets["Read me"], "INPUTS ": sheets["Inputs"]})
    assert main(["import", "shouted.xlsx"]) == 0
    Path("nonsense.xlsx").write_bytes(b"PK\x03\x04 no book")
    Path("inputs.ods").write_bytes(b"")
    for name, code, words in (
        ("renamed.xlsx", "WB-S413", "it has Read me, My inputs"),
        ("foreign.xlsx", "WB-S413", "missing: Value, As exported, Variant"),
        ("nameless.xlsx", "WB-S414", "the sheet does not name it"),
        ("nonsense.xlsx", "WB-F046", ""),
        ("inputs.ods", "WB-S411", ""),
        ("none.xlsx", "WB-F001", ""),
    ):
        capsys.readouterr()
        assert main(["import", name]) == 2
        said = capsys.readouterr().err
        assert code in said
        assert words in said
    assert main(["export", str(small), "--to", "inputs.xlsx"]) == 2
    assert "WB-S410" in capsys.readouterr().err
    assert main(["import", "inputs.xlsx", "--write", "-o", "x.yaml"]) == 2
    assert "WB-S421" in capsys.readouterr().err
    edits = (small.parent / "inputs.xlsx").read_bytes()
    assert main(["import", "inputs.xlsx", "-o", "inputs.xlsx"]) == 2
    assert "WB-F94" in capsys.readouterr().err
    assert (small.parent / "inputs.xlsx").read_bytes() == edits


def test_a_workbook_does_not_lead_out_of_the_folder(small: Path) -> None:
    book = Path("inputs.xlsx")
    book.write_bytes(export_inputs(small.absolute(), book))
    sheets = read_book(book)
    assert str(Path.cwd()) not in str(sheets)
    for name in ("../s.yaml", str(small.absolute())):
        next(row for row in sheets["Read me"] if row[0] == "Scenario")[1] = name
        write_book(book, sheets)
        with pytest.raises(WellbevaError, match="of which scenario"):
            import_inputs(book)
    assert import_inputs(book, small).changes == ()


def test_a_scenario_that_has_changed_elsewhere_is_a_warning(small: Path) -> None:
    def change(rows: list[list[str]]) -> None:
        small.write_text(SCENARIO.replace("# kept", "# a new word"), "utf-8")
        row_of(rows, "people.talks")[VALUE] = "95"
        row_of(rows, "people.talks")[COLUMN["Note"]] = "asked Jo"
        rows.remove(row_of(rows, "counted"))

    found = edited(small, change)
    assert [one.code for one in found.warnings[:2]] == ["WB-S422", "WB-S423"]
    assert found.rowless == 1
    assert b"# a new word" in found.contents["s.yaml"]


def test_what_stands_in_an_excel_table_is_not_written_to(small: Path) -> None:
    rows = [["option", "cost"], ["walks", "£1,000 in 2023 prices"], ["talks", "£900 in 2023 prices"]]
    write_book(Path("costs.xlsx"), {"Costs": rows})
    text = "".join(line for line in SCENARIO.splitlines(keepends=True) if "    cost" not in line)
    small.write_text(text.replace(", cost: '£1,000 in 2023 prices'", "") + "tables: [costs.xlsx]\n", "utf-8")
    said = refused(small, put("cost.talks", "£800 in 2023 prices"))
    assert "WB-S420" in said
    assert "costs.xlsx:Costs!B3" in said


def test_nothing_that_a_scenario_says_is_run_by_a_spreadsheet(small: Path) -> None:
    book, sheet = Path("inputs.xlsx"), Path("inputs.csv")
    book.write_bytes(export_inputs(small, book))
    sheet.write_bytes(export_inputs(small, sheet))
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t"}]
    with zipfile.ZipFile(book) as parts:
        assert not re.search(rb"<f[ />]", parts.read("xl/worksheets/sheet2.xml"))
    in_book = read_book(book)["Inputs"]
    assert [[unguarded(cell) for cell in row] for row in rows] == in_book  # in a workbook every cell is a text
    assert "=1+1" in row_of(in_book, "people.walks")
    assert import_inputs(sheet, small).changes == ()


def test_what_is_guarded_inside_a_cell_is_no_edit(small: Path) -> None:
    small.write_text(SCENARIO.replace("@walks", "@walks; =1+1"), "utf-8")
    sheet = Path("inputs.csv")
    sheet.write_bytes(export_inputs(small, sheet))
    assert "'@walks;' =1+1" in sheet.read_text("utf-8-sig")
    assert import_inputs(sheet, small).warnings == ()


def test_cells_as_a_spreadsheet_leaves_them(small: Path) -> None:
    """Numbers, truth values, blanks, lines and another order; a formula's text is a text like any other."""
    book = Path("inputs.xlsx")
    book.write_bytes(export_inputs(small, book))
    head, *rows = read_book(book)["Inputs"]
    for path, value in {"gain.talks.normal.sd": "0.06", "cost.walks": " £1,100\nin 2023 prices\t"}.items():
        row_of(rows, path)[VALUE] = value

    def fill(workbook: Any) -> None:
        sheet = workbook.add_worksheet("Inputs")
        for number, row in enumerate([head, *reversed(rows)]):
            sheet.write_row(number, 0, row, None)
            if row[0] == "people.walks":
                sheet.write_number(number, VALUE, 110)
            if row[0] == "counted":
                sheet.write_boolean(number, VALUE, False)

    book.write_bytes(workbook(fill))
    found = import_inputs(book, small)
    new = found.contents["s.yaml"].decode()
    assert "people: 110," in new
    assert "counted: false " in new
    assert {one.input.path: one.cell.text for one in found.changes}["cost.walks"] == "£1,100\nin 2023 prices"
    assert inputs_of(load_once(small))[("", "cost.walks")].written.text == "£1,000 in 2023 prices"


def test_a_sheet_of_strangers_is_refused_at_once(small: Path) -> None:
    def edit(rows: list[list[str]]) -> None:
        rows += [[f"people.{number}{'x' * 3000}", *[""] * len(COLUMNS)] for number in range(300)]

    assert refused(small, edit).count("WB-S415") == 300


def test_a_scenario_with_nothing_to_edit_is_said_to_have_none(small: Path, tmp_path: Path) -> None:
    from wellbeva.scenario.workbook.sheet import written

    for many in ([], [ScenarioInput("x", None)] * 50_000):  # type: ignore[arg-type]
        with pytest.raises(WellbevaError, match="WB-S412"):
            written(many, tmp_path / "x.csv", title="", scenario="s.yaml", digests={})


def test_the_list_of_changes_fits_a_terminal(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited(small, put("gain.walks", "0.25 (0.15 to 0.35) [own p2, p4]"))
    assert main(["import", "inputs.xlsx"]) == 0
    out, err = capsys.readouterr()
    assert (
        out
        == (
            "s.yaml: 1 value changed\n\n"
            " Path                      Before                    After                     \n"
            "────────────────────────────────────────────────────────────────────────────────\n"
            ""
        )
        or max(map(len, out.splitlines())) <= 80
    )
    assert "nothing is written" in err


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_opens_it_and_saves_the_same(small: Path, tmp_path: Path) -> None:
    Path("inputs.xlsx").write_bytes(export_inputs(small, Path("inputs.xlsx")))
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/office", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", "saved", "inputs.xlsx"], check=True, timeout=120, capture_output=True)
    assert import_inputs("saved/inputs.xlsx").changes == ()
