"""``wellbeva survey``: its plan, its questionnaire, its report."""

from __future__ import annotations

import json

import pytest

from wellbeva.cli import main


def test_a_plan_fits_a_terminal_and_says_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["survey", "plan", "--effect", "0.3", "--icc", "0.02", "--people", "60"]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    (row,) = [line for line in printed.splitlines() if line.startswith("Before and after, no comparison")]
    assert row.split()[-3:] == ["408", "1.0", "points"]
    assert "nobody can tell your gain from one that would have come anyway" in printed.replace("\n", " ")
    assert "come in groups of 12 whose gains go together by 0.02" in printed.replace("\n", " ")


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
