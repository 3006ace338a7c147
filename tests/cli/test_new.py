"""``wellbeva new``: from a table of three offers to an answer, and what a table may hold."""

from __future__ import annotations

import csv
import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.ended import Ended
from wellbeva.api import check, load
from wellbeva.cli import main

OFFERS = """name,people,cost,effect,interval,duration,source,Contact
Walking group,200,"£17,000",0.25,0.05 to 0.45,9 months,"Our own pilot, 2025",Ann
Choir,120,£3.1 million,0.35,(0.10; 0.60),9,A study of singing groups,Bob
Garden,"1,080",6000,0.2,,,,
"""
HOSTILE = [
    '=cmd|" /C calc"!A0',
    "+1+1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "a: {b: [c]} # d",
    "\"quoted\" 'single' \\ back",
    "{{7*7}} ${x} %s",
    "🎉🎉",
    "مرحبا",
    "& anchor *alias",
    "yes",
    "null",
    "nothing",
    "x" * 120,
    "- dash",
]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ended]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "offers.csv").write_text(OFFERS, "utf-8")
    return lambda *words: Ended(main.main(list(words)), *capsys.readouterr())


def table(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["Offer", "People", "Cost", "Effect", "Low", "High", "Duration", "Source"], *rows])
    Path("t.csv").write_text(text.getvalue(), "utf-8")


def test_three_offers_from_a_table_to_an_answer(said: Callable[..., Ended]) -> None:
    made = said("new", "mine.yaml", "--from", "offers.csv", "--title", "Walks, songs: or beds")
    assert made.status == 0, made.err
    text = Path("mine.yaml").read_text("utf-8")
    assert 'scenario: "Walks, songs: or beds"' in text
    assert "    effect: 0.35 (0.10 to 0.60) [a_study_of_singing_groups]\n    hold: 9 months [a_study" in text
    assert "cost_once: £3.1 million in 2024 prices [assumed]" in text
    assert "warning[WB-S424]: 1 column not read: Contact" in made.err
    assert "people: 1,080 [assumed]\n    effect: 0.2 [assumed]\n    hold: 12 months (range 3 to 24) [assumed]" in text
    for sentence in (line for line in made.out.splitlines() if line.startswith("- ")):
        assert f"#   {sentence}" in text, "what was assumed stands in the file too"
    assert said("check", "mine.yaml").out == "mine.yaml: nothing wrong\n"
    ran = said("run", "mine.yaml", "--draws", "8192", "--no-report")
    assert "Walking group" in ran.out
    refused = said("new", "mine.yaml", "--from", "offers.csv")
    assert (refused.status, "WB-R243" in refused.err) == (2, True)
    assert Path("mine.yaml").read_text("utf-8") == text


def test_a_workbook_is_read_too(said: Callable[..., Ended]) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    with xlsxwriter.Workbook("t.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate(
            [["name", "people", "cost", "effect"], ["Walks", 200, 1e5, 0.1], ["Songs", "x", 1, 2]]
        ):
            sheet.write_row(row, 0, cells)
    ended = said("new", "b.yaml", "--from", "t.xlsx")
    assert "t.xlsx:Sheet1!B3:3:1: error[WB-R245]: people: 'x' cannot be read" in ended.err
    assert not Path("b.yaml").exists()


def test_numbers_are_written_as_in_a_scenario(said: Callable[..., Ended]) -> None:
    table(
        [
            ["a", "146 pupils", "£17k (range £15k to £20k)", "0.2 (0.1 to 0.3)", "", "", "9 (range 3 to 18)", ""],
            ["b", "1.2e3", "90000 GBP in 2020 prices", "−0.25 ± 0.02 (se)", "", "", "2 quarters", ""],
        ]
    )
    assert said("new", "b.yaml", "--from", "t.csv").status == 0
    text = Path("b.yaml").read_text("utf-8")
    for line in (
        "people: 146 pupils [assumed]",
        "cost_once: £17k in 2024 prices (range £15k to £20k) [assumed]",
        "effect: 0.2 (0.1 to 0.3) [assumed]",
        "hold: 9 months (range 3 to 18) [assumed]",
        "cost_once: 90000 GBP in 2020 prices [assumed]",
        "effect: −0.25 ± 0.02 (se) [assumed]",
        "hold: 2 quarters [assumed]",
    ):
        assert f"    {line}\n" in text
    assert check("b.yaml") == ()


def test_hostile_names_are_names(said: Callable[..., Ended]) -> None:
    table([[name, "10", "£1,000", "0.2", "0.1", "0.3", "1 year", name] for name in HOSTILE])
    assert said("new", "h.yaml", "--from", "t.csv").status == 0
    scenario = load("h.yaml").record.scenario
    assert [option.label for option in scenario.options if option.label in HOSTILE] == HOSTILE
    assert check("h.yaml") == ()


@pytest.mark.parametrize(
    ("row", "code", "place"),
    [
        (["", "10", "1", "0.2", "", "", "", ""], "WB-R245", "t.csv:2:1"),
        (["a", "many", "1", "0.2", "", "", "", ""], "WB-R245", "t.csv:2:3"),
        (["a", "10", "=1+1", "0.2", "", "", "", ""], "WB-R245", "t.csv:2:6"),
        (["a", "10", "1", "0.2", "", "", "6 moons", ""], "WB-R245", "t.csv:2:14"),
        (["a", "10", "1", "0.2", "0.1", "", "", ""], "WB-R246", "t.csv:2:8"),
        (["a", "10", "1", "0.2", "0.3", "0.4", "", ""], "WB-R246", "t.csv:2:8"),
        (["a", "10", "1", "0.2 (0.1 to 0.3)", "0.1", "0.3", "", ""], "WB-R246", "t.csv:2:25"),
        (["a", "10 metres", "1", "0.2", "", "", "", ""], "WB-R245", "t.csv:2:3"),
        (["a", "10", "$1", "0.2", "", "", "", ""], "WB-R245", "t.csv:2:6"),
        (["a", "10", "-1", "0.2 [assumed]", "", "", "", ""], "WB-R245", "t.csv:2:6"),
        (["a", "10", "1", "0.2", "", "", "999 years", ""], "WB-R246", "t.csv:2:14"),
        (["x" * 121, "10", "1", "0.2", "", "", "", ""], "WB-R245", "t.csv:2:1"),
    ],
)
def test_what_is_wrong_is_told_with_its_cell(said: Callable[..., Ended], row: list[str], code: str, place: str) -> None:
    table([row])
    ended = said("new", "b.yaml", "--from", "t.csv")
    assert ended.status == 2
    assert ended.err.startswith(f"{place}: error[{code}]")
    assert not Path("b.yaml").exists()


def test_what_a_plus_minus_may_be_is_told(said: Callable[..., Ended]) -> None:
    table([["a", "10", "1", "0.3 ± 0.05", "", "", "", ""]])
    told = said("new", "b.yaml", "--from", "t.csv").err
    assert told.startswith("t.csv:2:8: error[WB-R245]")
    assert "± may be a standard error" in told
    assert "write `0.3 ± 0.05 (se)` for a standard error, or `0.3 ± 0.05 (sd)`" in told


def test_a_table_as_an_officer_keeps_it(said: Callable[..., Ended]) -> None:
    Path("t.csv").write_text(
        "95% interval,Offer (short),Places,Total cost (£),Gain,How long,Where from\n"
        "± 0.15,Shed,60,24500,0.30,12 months,us\n"
        "0.02-0.22,Lunch,150,30000,0.12,,\n"
        "-0.1 - 0.5,Bowls,10,100,0.2,,\n"
        ",Club,90,£18k,0.2 ± 0.1 (se),,\n",
        "utf-8",
    )
    made = said("new", "b.yaml", "--from", "t.csv")
    assert made.status == 0, made.err
    assert "1 column not read: Where from" in made.err
    assert "without an interval" not in made.out
    text = Path("b.yaml").read_text("utf-8")
    assert text.count("effect: 0.30 ± 0.15 (95% CI) [assumed]") == 1
    assert text.count("effect: 0.12 (0.02 to 0.22) [assumed]") == 1
    assert text.count("effect: 0.2 (-0.1 to 0.5) [assumed]") == 1
    assert "hold: 12 months [assumed]" in text


@pytest.mark.parametrize("interval", ["0.3", "wide", "± wide", "0.1 -0.3", "± 0.1"])
def test_an_interval_that_cannot_be_read_is_told_as_one(said: Callable[..., Ended], interval: str) -> None:
    effect = "0.2 (se 0.1)" if interval == "± 0.1" else "0.2"
    Path("t.csv").write_text(f"name,people,cost,effect,interval\na,1,1,{effect},{interval}\n", "utf-8")
    told = said("new", "b.yaml", "--from", "t.csv").err
    assert told.startswith(f"t.csv:2:{8 + len(effect)}: error[WB-R245]: interval: {interval!r} cannot be read")
    assert "it should say both ends of its 95% interval" in told
    assert not Path("b.yaml").exists()


def test_a_table_without_a_column_or_a_row(said: Callable[..., Ended]) -> None:
    Path("t.csv").write_text("name,poeple,cost,effect\na,1,1,1\n", "utf-8")
    ended = said("new", "b.yaml", "--from", "t.csv")
    assert "WB-R244" in ended.err
    assert "did you mean 'poeple'?" in ended.err
    table([])
    assert "WB-" in said("new", "b.yaml", "--from", "t.csv").err


def test_a_table_of_more_offers_than_are_written_out(said: Callable[..., Ended]) -> None:
    Path("t.csv").write_text("name,people,cost,effect\n" + "".join(f"o{k},1,1,1\n" for k in range(201)), "utf-8")
    told = said("new", "b.yaml", "--from", "t.csv").err
    assert "the table has 201 offers, and 1 to 200 are taken" in told
    assert "remedy: name this table under `tables:` of a scenario" in told


def test_what_the_check_refuses_is_not_written(said: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "offers.csv").write_text("name,people,cost,effect\nWalks,100,£1000,99\n", "utf-8")
    ended = said("new", str(tmp_path / "walks.yaml"), "--from", str(tmp_path / "offers.csv"))
    assert ended.status == 2
    assert "the model allows -10 to 10" in ended.err
    assert not (tmp_path / "walks.yaml").exists()


def test_nobody_to_ask(said: Callable[..., Ended]) -> None:
    assert "WB-R242" in said("new", "b.yaml").err


def test_offers_are_asked_for_on_a_terminal(tmp_path: Path) -> None:
    answers = ["Walks", "many", "200", "£17,000", "0.25", "0.3", "0.45", "9 months", "pilot"]
    answers += ["Walks", "200", "£17,000", "0.25", "0.05", "0.45", "9 months", "pilot", ""]
    leader, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "wellbeva", "new", "w.yaml"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=tmp_path,
    ) as asking:
        os.close(terminal)
        os.write(leader, "".join(f"{answer}\n" for answer in answers).encode())
        assert asking.wait(timeout=120) == 0
        told = os.read(leader, 1 << 16).decode()
    os.close(leader)
    assert "people: 'many' cannot be read" in told
    assert "lies outside its interval" in told
    text = (tmp_path / "w.yaml").read_text("utf-8")
    assert text.count("label:") == 1
    assert "effect: 0.25 (0.05 to 0.45) [pilot]" in text
