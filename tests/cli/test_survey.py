"""``wellbeva survey``: its plan, its questionnaire, its report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from tests.cli.ended import Ended
from wellbeva.cli import main
from wellbeva.evidence.survey.instruments import INSTRUMENTS

VERB = "survey"
SURVEYS = Path(__file__).parents[2] / "scenarios" / "surveys"


def test_a_plan_fits_a_terminal_and_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["survey", "plan", "--effect", "0.3", "--icc", "0.02", "--people", "60"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    (row,) = [line for line in printed.splitlines() if line.startswith("Before and after, no comparison")]
    assert row.split()[-3:] == ["408", "1.0", "points"]
    assert "nobody can tell your gain from one that would have come anyway" in printed.replace("\n", " ")
    assert "meet at sites of 12, where gains go together by 0.02" in printed.replace("\n", " ")


def test_a_plan_as_json_has_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["survey", "plan", "--effect", "0.3", "--attrition", "0%", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["taken"]["attrition"] == 0.0
    sizes = {design["key"]: design["people"] for design in document["designs"]}
    assert sizes["before_after"] == 234
    assert document["people"] is None


def test_a_word_that_is_no_share_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["survey", "plan", "--effect", "0.3", "--power", "eighty"]) == 2
    assert "not a share, such as 80% or 0.8" in capsys.readouterr().err


def test_r182_a_questionnaire_has_the_exact_words_and_no_name(here: Callable[..., Ended], tmp_path: Path) -> None:
    asked = ["--measures", "ucla3, ons4", "--group", "<b>Wa\u202elks\x1b & friends"]
    printed = [instrument for instrument in INSTRUMENTS if instrument.key != "swemwbs"]
    ended = here("questionnaire", *asked, "-o", "q.html")
    assert ended.status == 0, ended.err
    page = (tmp_path / "q.html").read_text("utf-8")
    assert "<b>Walks" not in page
    text = unescape(re.sub(r"<wbr>|<[^>]+>", "", page))
    sheets = {name: text.partition(f"{name}: <b>Walks & friends")[2] for name in ("Before", "After")}
    for sheet in (sheets["Before"].partition("After: ")[0], sheets["After"]):
        for instrument in printed:
            for question in instrument.questions:
                assert sheet.count(question.wording) == 1
            for number, words in instrument.answers:
                assert f"{number:.0f}{words}" in sheet
        assert "not your name" in sheet
        assert "I agree that my answers are used" in sheet
    assert f"id,{','.join(question.heading for one in printed for question in one.questions)}" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [("ons4,swemwbs", "warwick.ac.uk"), ("ons5", "cannot ask 'ons5'"), ("ucla3,ucla3", "is named twice")],
)
def test_r182_a_questionnaire_that_may_not_be_printed(
    here: Callable[..., Ended], tmp_path: Path, asked: str, said: str
) -> None:
    ended = here("questionnaire", "--measures", asked)
    assert ended.status == 2
    assert f"error[{'WB-R453' if 'swemwbs' in asked else 'WB-R452'}]" in ended.err
    assert said in ended.err
    assert not list(tmp_path.iterdir())


def test_r183_answers_give_a_report_and_a_file_for_a_scenario(here: Callable[..., Ended], tmp_path: Path) -> None:
    waves = [str(SURVEYS / f"our_walks_{wave}.csv") for wave in ("before", "after", "comparison")]
    ended = here(*waves)
    assert ended.status == 0, ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["our_walks.html", "our_walks.survey.json"]
    page = (tmp_path / "our_walks.html").read_text("utf-8")
    assert "Life satisfaction ended about 0.46 points higher than for people who started alike" in page
    assert "our_walks_before.csv" not in page
    assert not re.search(r"\bW\d{3}\b|walk [A-Z]\b", page)  # nobody's id, and no site


def test_r183_where_everybody_left_there_is_a_refusal_and_no_page(here: Callable[..., Ended], tmp_path: Path) -> None:
    ended = here(str(SURVEYS / "our_walks_before.csv"), str(SURVEYS / "parkrun_simulated_after.csv"))
    assert ended.status == 2
    assert "error[" in ended.err
    assert not list(tmp_path.iterdir())
