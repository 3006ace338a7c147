"""``wellbeva place`` as a person types it (R209)."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest

from tests.local.test_cli_data import said as said_by
from tests.tiers import thorough_after
from wellbeva.local.areas import group

said = partial(said_by, verb="place")


def test_r209_the_answer_comes_first_and_its_doubts_beside(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "Liverpool")
    assert text.split("\n\n")[1] == (
        "Life satisfaction in Liverpool may be in the lowest tenth of English districts,\n"
        "with a chance of about 5 in 10."
    )
    for line in (
        "  Life satisfaction  7.10 (6.81 to 7.40)  7.30 (7.10 to 7.51)",
        "  Life satisfaction  lowest: about 5 in 10  7.28     −0.18 (−0.48 to +0.13)",
        "  Happiness          +0.23 (+0.10 to +0.37)  +0.16 (+0.06 to +0.26)  +0.05",
        "  Disposable income a head                 £18,976  £18,441  £24,836",
        "  All four together  −0.27 (−0.33 to −0.21)",
        "  nhs_volunteer_responders            Life satisfaction  0.2092 LS    strong",
    ):
        assert f"\n{line}\n" in text
    assert not re.search(r"\brank(?:ed|s)?\b", text.replace("never a rank", ""))


@pytest.mark.parametrize("year", thorough_after(1, ["2022-23", "2011-12"]))
def test_r209_every_line_fits_80_columns(year: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A thirtieth of the English districts, and every kind of area beside them."""
    others = ("E06000058", "E06000063", "E09000001", "E07000163", "E10000014", "E12000002", "K02000001", "N09000002")
    for code in (*group("english_districts")[::30], *group("scottish_council_areas")[::10], "W06000015", *others):
        text = said(capsys, code, "--year", year)
        assert max(map(len, text.splitlines())) <= 80, code
        assert "Sources: Office for National Statistics" in text


def test_r209_json_holds_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    one = json.loads(said(capsys, "E08000012", "--json"))
    assert one["area"]["name"] == "Liverpool"
    assert one["tails"]["life_satisfaction"] == {
        "lowest": pytest.approx(0.52, abs=0.01),
        "highest": pytest.approx(0, abs=0.001),
        "below": pytest.approx(0.965, abs=0.01),
        "peers": 299,
    }
    assert one["similar"]["places"][0][0] == "E06000010"
    assert one["composition"]["share"]["mean"] == pytest.approx(0.71, abs=0.005)
    assert one["area"]["wellbeing"]["anxiety"]["mean"] == 3.28
    assert {record["key"] for record in one["effects"]["anxiety"]} == {
        "green_social_prescribing_anxiety",
        "national_citizen_service_anxiety",
    }


def test_r209_the_page_is_written_whole_or_not_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "place.html"
    said(capsys, "Cardiff", "--out", str(page))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "error[WB-F92]" in said(capsys, "Cardiff", "--out", str(tmp_path), status=2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["Liverpol"], "did you mean 'Liverpool' (E08000012)?"),
        (["South Yorkshire"], "may be several areas"),
        (["\x1b[31mE08000012"], "error[WB-S160]"),
        (["Liverpool", "--year", "2030-31"], "error[WB-S161]"),
    ],
)
def test_r209_what_is_not_there_is_said_as_elsewhere(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, *arguments, status=2)
    assert sentence in text
    assert text.count("error[") == 1
    assert "\x1b" not in text


def test_a_place_that_has_ended_says_so_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\n\nAllerdale has ended and is now Cumberland (E06000063)." in said(capsys, "Allerdale")
