"""The workbook of formulas without a spreadsheet: what is live, what is refused, what hostile names do."""

from __future__ import annotations

import re
import zipfile
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest

from tests.report.libreoffice import cells_of
from wellbeva import api
from wellbeva.cli.main import main
from wellbeva.errors import WellbevaError, render
from wellbeva.report.workbook.formulas import book
from wellbeva.report.workbook.formulas.book import formula_workbook
from wellbeva.report.workbook.formulas.text import EXCEL, Formula, choose, compare, formula, many, negated

SCENARIOS = Path(__file__).parents[2] / "scenarios"
PARK = SCENARIOS / "park-and-neighbours.yaml"
A, B = Formula("A1"), Formula("B1")


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (A - (B - 1.0), "A1-(B1-1)"),
        (A / (B * 2.0), "A1/(B1*2)"),
        ((A + B) * A, "(A1+B1)*A1"),
        (1.0 - -A, "1-(-A1)"),
        (EXCEL.power(-A, 2.0), "(-A1)^2"),  # -A1^2 is the square of -A1 in a spreadsheet, and less clear
        (-EXCEL.power(A, 2.0), "-(A1^2)"),
        (EXCEL.power(A, B), "IF(B1=0,1,A1^B1)"),
        (0.0 + A, "A1"),
        (formula(-1e-12) * A, "(-1E-12)*A1"),
        (choose(compare("eq", formula(2.0), 2.0), A, B), "A1"),
        (choose(A, B, 0.0), "IF(A1<>0,B1,0)"),
        ((A > B) * A, "IF(A1>B1,1,0)*A1"),
        (negated(A), "NOT(A1<>0)"),
        (formula(float("nan")), "NA()"),
    ],
)
def test_r117_brackets_and_conditions(made: Formula, text: str) -> None:
    assert made.text == text


def test_r118_a_call_of_many_cells_is_made_of_calls() -> None:
    text = many("SUM", [f"A{n}" for n in range(1, 1001)]).text
    assert max(part.count(",") for part in re.findall(r"SUM\(([^()]*)\)", text)) <= 254
    assert text.count("A") == 1000


def test_r116_all_but_the_periods_is_live() -> None:
    found = formula_workbook(api.load(PARK))
    assert set(found.notes) == {"t", "step", "first", "last"}
    # 37 inputs of the file and three discount rates
    assert found.inputs == 40
    assert found.values == 12 + 3
    assert formula_workbook(api.load(PARK)).content == found.content


def test_r116_the_file_shows_the_engine_s_numbers() -> None:
    results = cells_of(api.formula_workbook(PARK))["Results"]
    row = next(int(cell[1:]) for cell, text in results.items() if text == "Both")
    cost, effect, price = (results[f"{column}{row}"] for column in "BCD")
    assert price == pytest.approx(float(cost) / float(effect), rel=1e-12)
    assert [results[f"{column}{row}"] for column in "BCD"] == pytest.approx([2405840.5236, 6251.9531885, 384.8142254])


def test_r117_an_input_that_is_the_same_as_another_is_no_input_of_its_own() -> None:
    with zipfile.ZipFile(BytesIO(api.formula_workbook(PARK))) as archive:
        inputs = archive.read("xl/worksheets/sheet3.xml").decode()
    assert inputs.count("<f>Inputs!$C$") == 4


@pytest.mark.thorough
def test_r117_an_input_is_held_to_the_bounds_of_the_model() -> None:
    with zipfile.ZipFile(BytesIO(api.formula_workbook(SCENARIOS / "easing-loneliness.yaml"))) as archive:
        inputs = archive.read("xl/worksheets/sheet3.xml").decode()
    rows = dict(re.findall(r'error="([\w.]+): the model allows ([^"]*)" sqref', inputs))
    assert rows["take_up.visits"] == "0 to 1 (unit: share)."
    assert rows["hold.visits"] == "0 and above (unit: year)."
    assert rows["people.visits.very_lonely"] == "0 and above (unit: person)."
    assert "publication_bias" in rows
    assert "<formula1>0.0</formula1><formula2>20.0</formula2>" in inputs


def test_r117_a_formula_too_long_is_a_value_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = formula_workbook(api.load(PARK))
    monkeypatch.setattr(book, "LONGEST_FORMULA", 80)
    short = formula_workbook(api.load(PARK))
    assert short.notes["years_at_full"] == "a value, since its formula is longer than a cell may hold"
    assert "wellbys" not in short.notes
    assert short.values > whole.values
    assert short.formulas + short.values == whole.formulas + whole.values
    assert cells_of(short.content)["Totals"] == cells_of(whole.content)["Totals"]


def scenario(folder: Path, old: str, new: str) -> Path:
    text = PARK.read_text("utf-8")
    assert old in text
    file = folder / "scenario.yaml"
    file.write_text(text.replace(old, new), "utf-8")
    return file


def test_r118_a_scenario_too_large_is_refused_with_its_size(tmp_path: Path) -> None:
    file = scenario(
        tmp_path, "time: {step: year, from: 0, to: 11, starts: 2026}", "time: {step: week, from: 0, to: 5100}"
    )
    with pytest.raises(WellbevaError) as refused:
        api.formula_workbook(file)
    said = render(refused.value.diagnostics[0])
    assert said == (
        "error[WB-R220]: this scenario is too large for a workbook of formulas: 209,869 cells\n"
        "  - at most 200,000 cells fit\n"
        "  - the largest block is cost_per_year: 3 option by 5,101 time by 2 payer\n"
        "  remedy: use fewer or longer periods under `time`, or fewer options and groups"
    )


HOSTILE = [
    ("=HYPERLINK(1,2)", "+cmd|' /C calc'!A0", "@SUM(1+1)"),
    ("<script>alert(1)</script>", "]]></v></c>", "-2+3"),
    ("שלום עולם", "\U0001f333 park", "long" * 200),
]


@pytest.mark.parametrize("names", HOSTILE)
def test_r117_a_hostile_name_is_text_and_never_part_of_a_formula(tmp_path: Path, names: tuple[str, ...]) -> None:
    text = re.sub(r"^    short: .*\n", "", PARK.read_text("utf-8"), flags=re.MULTILINE)  # each is called by its label
    for old, new in zip(("Renew two parks", "Street groups and shared meals", "Both"), names, strict=True):
        assert f"label: {old}" in text
        text = text.replace(f"label: {old}", f'label: "{new}"')
    (tmp_path / "scenario.yaml").write_text(text, "utf-8")
    content = api.formula_workbook(tmp_path / "scenario.yaml")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(one).decode() for one in archive.namelist() if one.startswith("xl/worksheets/sheet")]
        defined = unescape(archive.read("xl/workbook.xml").decode())
    formulas = {unescape(one) for sheet in sheets for one in re.findall(r"<f>(.*?)</f>", sheet)}
    shown = cells_of(content)["Results"].values()
    for name in (name.strip() for name in names):
        assert not any(name in one for one in (defined, *formulas))
        assert name in shown


@pytest.mark.thorough
def test_explain_writes_it_and_answers_one_question_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "model.xlsx"
    assert main(["explain", str(PARK), "--format", "xlsx", "-o", str(out)]) == 0
    assert out.read_bytes() == api.formula_workbook(PARK)
    assert main(["explain", str(PARK), "wellbys", "--format", "xlsx", "-o", str(out)]) == 2
    assert "WB-R104" in capsys.readouterr().err
