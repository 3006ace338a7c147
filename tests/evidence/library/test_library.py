"""The effects that come with wellbeva, and ``wellbeva evidence list`` and ``show`` as a person types them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.cli import main
from wellbeva.evidence.grading.grade import StudyFeatures, declared, grade
from wellbeva.evidence.library.table import shipped
from wellbeva.scenario.text.identifiers import GRADES, NAME, STUDY_KINDS, study_kind

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main.main(["evidence", *arguments]) == status
    ended = capsys.readouterr()
    return ended.out if status == 0 else ended.err


def test_every_row_says_what_a_sceptic_asks() -> None:
    assert len(shipped()) >= 40
    for key, record in shipped().items():
        assert NAME.fullmatch(key)
        assert all((record.title, record.activity, record.population, record.measure, record.date)), key
        assert record.status in {"seen", "recalled", "not found"}
        if record.value:
            assert all((record.cite, record.licence, record.link.startswith("https://"))), key
            assert record.evidence in GRADES
            assert study_kind(record.design) in STUDY_KINDS or "design was not" in record.note, key
        else:
            assert "no size was found" in record.note, key


def test_r169_a_row_is_graded_by_the_rules_or_says_why_it_is_weaker() -> None:
    """The rules that `wellbeva evidence grade` prints; what a row does not say costs nothing."""
    weaker, sizes = [], {}
    for key, record in shipped().items():
        size = re.search(r"([\d,]+) (?:people|pupils|young people|volunteers|answers)", record.design)
        kind, number = study_kind(record.design), declared("n", size[1]) if size else None
        sizes[key], computed = number, grade(StudyFeatures(kind, n=int(number) if number else None)).word
        if computed and record.evidence not in ("", computed):
            weaker.append(key)
            assert GRADES.index(record.evidence) > GRADES.index(computed), key
            assert f"Graded {record.evidence}" in record.note, key
    assert len(weaker) == 3
    assert sizes["exploring_what_matters"] == 146
    assert sum(number is not None for number in sizes.values()) >= 15


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_r171_no_source_of_a_shipped_scenario_is_graded_otherwise_than_by_the_rules(path: Path) -> None:
    for key, source in api.load(path).record.scenario.sources.items():
        if not key.startswith("library:"):
            assert source.evidence in ("", source.computed.word) or not source.computed.word, key


def test_list_narrows_by_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "list")
    assert max(map(len, text.splitlines())) <= 80
    assert all(f"{key} " in text for key in shipped())
    listed = json.loads(said(capsys, "list", "--activity", "singing", "--group", "OLDER", "--json"))
    assert [row["key"] for row in listed] == ["singing_groups"]
    keys = [row["key"] for row in json.loads(said(capsys, "list", "--outcome", "life satisfaction", "--json"))]
    assert "exploring_what_matters" in keys
    assert "singing_groups" not in keys


def test_show_is_a_card_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for key, record in shipped().items():
        lines = said(capsys, "show", key).splitlines()
        assert max(len(line) for line in lines if record.link not in line or not record.link) <= 80
    text = " ".join(said(capsys, "show", "exploring_what_matters").split())
    for words in (
        "1.04 LS",
        "waiting list",
        "2 months",
        "trial",
        "promising",
        "Krekel",
        "No standard error is printed",
    ):
        assert words in text
    assert 'effect.OPTION: "[library:exploring_what_matters]"' in text
    # No standard error is made up: what is pasted as it stands is refused.
    assert "effect.OPTION: 1.04 LS (se ERROR) [library:exploring_what_matters]" in text
    assert json.loads(said(capsys, "show", "befriending", "--json"))["value"] == ""


@pytest.mark.parametrize(
    ("arguments", "code", "remedy"),
    [
        (["list", "--activity", "sining"], "WB-S530", "did you mean 'singing'?"),
        (["show", "exploring_what_maters"], "WB-S532", "did you mean 'exploring_what_matters'?"),
        (["show", "\x1b[31m" * 900], "WB-S532", "wellbeva evidence list"),
    ],
)
def test_what_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: str, remedy: str
) -> None:
    text = said(capsys, *arguments, status=2)
    assert f"error[{code}]" in text
    assert remedy in text
    assert "\x1b" not in text


HEADS = "key,title,value,cite,activity,design\n"
OWN = "our_walks,Our walks,-0.3 LS (-0.5 to -0.1),=Our survey,strolling,\n"


def rows() -> list[dict[str, str]]:
    with Path("evidence.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_add_writes_a_row_that_list_show_and_spreadsheets_take(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ours.csv").write_text(HEADS + OWN, "utf-8")
    assert '"[library:our_walks]"' in said(capsys, "add", "ours.csv")
    assert said(capsys, "list", "--activity", "strolling").startswith("our_walks  -0.3 LS")
    (row,) = rows()
    assert (row["value"], row["cite"], len(row["date"])) == ("-0.3 LS (-0.5 to -0.1)", "'=Our survey", 10)
    Path("more.csv").write_text("key,title,value,cite\nour_choir,Our choir,,Our own\n", "utf-8")
    said(capsys, "add", "more.csv")
    assert [row["key"] for row in rows()] == ["our_walks", "our_choir"]
    assert json.loads(said(capsys, "show", "our_walks", "--json"))["cite"] == "=Our survey"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (OWN.replace("=Our survey", ""), "new.csv:2:44: error[WB-S541]"),
        (OWN.replace("our_walks", "parkrun_new"), "new.csv:2:1: error[WB-S543]"),
        (OWN.replace("our_walks", "Our walks"), "new.csv:2:1: error[WB-S542]"),
        (OWN.replace("strolling,", "strolling,tral"), "error[WB-S541]: 'tral' is not one of the words for 'design'"),
        (OWN.replace("-0.3 LS (-0.5 to -0.1)", "some"), "new.csv:2:21: error[WB-S535]"),
        (OWN.replace("our_walks", "our_trips"), "error[WB-S543]: 'our_trips' is already in another row"),
        (OWN + OWN, "new.csv:3:1: error[WB-S543]"),
        (None, "new.csv:1:1: error[WB-F001]"),
    ],
)
def test_add_refuses_in_place_and_leaves_the_library(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path("new.csv").write_text(HEADS + text, "utf-8")
    Path("evidence.csv").write_text("key,title,value,cite\nour_trips,Our trips,0.2 LS,Us\n", "utf-8")
    before = Path("evidence.csv").read_bytes()
    assert words in said(capsys, "add", "new.csv", status=2)
    assert Path("evidence.csv").read_bytes() == before
