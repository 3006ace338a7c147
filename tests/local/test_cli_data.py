"""``wellbeva data`` as a person types it."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from wellbeva.cli import main
from wellbeva.cli.commands.local.data import card
from wellbeva.local.areas import area, codes
from wellbeva.local.tables import records


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0, verb: str = "data") -> str:
    assert main.main([verb, *arguments]) == status
    ended = capsys.readouterr()
    return ended.out if status == 0 else ended.err


def test_list_names_every_table_with_date_licence_and_rows(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "list")
    assert "Open Government Licence v3.0" in text
    for record in records().values():
        assert f"\n{record.name}: " in text
    words = " ".join(text.split())
    assert "Office for National Statistics, 2023-11-07; 2011-12 to 2022-23; 20,112 rows" in words
    assert max(map(len, text.splitlines())) <= 80


def test_a_card_has_published_and_shrunk_means_side_by_side_with_sources(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "show", "E08000012")
    assert text == said(capsys, "show", "liverpool")
    assert "Life satisfaction 7.10 (6.81 to 7.40) 7.30 (7.10 to 7.51) 7.45 (7.43 to 7.47)" in text
    assert "299 English districts" in text
    assert "500,474 people in mid-2020" in text
    assert "187 most deprived, 45 second" in text
    assert "£18,976 a head in 2023; UK £24,836" in text
    for record in ("wellbeing", "population", "income", "child_poverty"):
        assert records()[record].source_date in text
    assert "Contains public sector information" in text


def test_no_area_is_ranked_by_wellbeing() -> None:
    """The only rank on a card is the one MHCLG prints for deprivation."""
    for code in codes():
        lines = " ".join(" ".join(card(area(code), "2022-23")).split())
        ranks = re.findall(r"\branks?\b[^.;]*", lines)
        assert all(one == "rank is given" or re.match(r"rank [0-9]+ of 296 ", one) for one in ranks), code


@pytest.mark.parametrize("year", ["2011-12", "2022-23"])
def test_every_card_fits_80_columns(year: str) -> None:
    for code in codes():
        lines = card(area(code), year)
        assert max(map(len, lines)) <= 80, code
        assert all(line == line.rstrip() for line in lines)


def test_a_table_shows_its_record_and_first_rows(capsys: pytest.CaptureFixture[str]) -> None:
    for name, record in records().items():
        text = said(capsys, "show", name)
        assert record.sha256 in text
        assert f"Rows: {record.rows:,}" in text
        assert max(map(len, text.splitlines())) <= 80, name
    assert "and the columns employment_score" in said(capsys, "show", "imd_2025")


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(said(capsys, "list", "--json"))
    assert [one["name"] for one in listed] == list(records())
    one = json.loads(said(capsys, "show", "E08000012", "--json", "--year", "2018-19"))
    assert one["year"] == "2018-19"
    assert one["wellbeing"]["life_satisfaction"]["mean"] == 7.5
    assert one["wellbeing"]["life_satisfaction"]["shrunk"]["pool"]["areas"] == 304
    assert one["uk"]["life_satisfaction"]["mean"] == 7.71
    assert one["fifths"] == [187, 45, 31, 31, 4]
    assert one["tables"][0]["licence"] == "Open Government Licence v3.0"
    table = json.loads(said(capsys, "show", "wellbeing_uk", "--json"))
    assert table["first_rows"][0]["life_satisfaction"] == "7.42"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "Liverpol"], "did you mean 'Liverpool' (E08000012)?"),
        (["show", "wellbein"], "did you mean 'wellbeing'?"),
        (["show", "Cheshire"], "Cheshire West and Chester (E06000050)"),
        (["show", "\x1b[31mE08000012"], "error[WB-S160]"),
        (["show", "a" * 5000], "error[WB-S160]"),
        (["show", "E08000012", "--year", "2030-31"], "error[WB-S161]"),
        (["show", "E08000012", "--year", "\x1b[31m"], "error[WB-S161]"),
    ],
)
def test_what_is_not_there_is_said_once(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, *arguments, status=2)
    assert sentence in text
    assert text.count("error[") == 1
    assert "\x1b" not in text
    assert "remedy: " in text


def test_help_imports_nothing_heavy() -> None:
    """Neither the tables nor numpy are touched before they are asked for."""
    code = "import sys; from wellbeva.cli import main; assert main.main(['data', '--help']) == 0; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    modules = set(ended.stdout.split())
    assert not modules & {"numpy", "pandas", "xarray", "yaml", "wellbeva.local.areas"}
