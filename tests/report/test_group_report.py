"""The report for a group: its sentences by rule, its pictures, and two pages of A4."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from tests.report.survey_results import RESULTS, measure, result
from tests.report.test_browser import chromium, tool
from wellbeva.evidence.place_profile import place_profile
from wellbeva.evidence.survey.result import Caution
from wellbeva.report.place.place_report import place_report
from wellbeva.report.survey import findings
from wellbeva.report.survey.group_report import group_report
from wellbeva.report.survey.questionnaire import questionnaire

NOT_SAID = "We cannot say that the group did it."
BESIDE = "than for people who started alike and did not take part"


def words(page: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<(style|svg)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("gain", "Life satisfaction went up by about 0.42 points. We cannot say that the group did it."),
        ("compared", f"Life satisfaction ended about 0.42 points higher {BESIDE}."),
        ("no change", "We found no clear change in life satisfaction."),
        ("harm", "Life satisfaction went down by about 0.50 points. That is worse, not better."),
        ("lonelier", "Loneliness went up by about 0.60 points. That is worse, not better."),
        ("less lonely", "Loneliness went down by about 0.60 points. We cannot say that the group did it."),
        ("ten people", f"Life satisfaction went up by about 1.20 points among only ten people. {NOT_SAID}"),
    ],
)
def test_r183_the_answer_follows_from_the_result(name: str, answer: str) -> None:
    assert findings.answer(RESULTS[name].measures[0]) == answer
    assert answer in words(group_report(RESULTS[name]))


@pytest.mark.parametrize("name", RESULTS)
def test_r183_a_range_is_of_luck_alone(name: str) -> None:
    assert "19 of 20 ranges made in this way hold it, if nothing else misleads." in findings.lead(
        RESULTS[name].measures[0]
    )


def test_r183_what_would_have_been_is_said_of_a_trial_alone() -> None:
    drawn = result(replace(measure(0.42, 0.37, compared=True), design="trial"))
    assert "than it would have, going by people who did not take part" in findings.answer(drawn.measures[0])


@pytest.mark.parametrize("name", RESULTS)
def test_r183_a_page_says_only_what_holds(name: str) -> None:
    said = words(group_report(RESULTS[name]))
    assert ("so luck alone is an unlikely reason" in said) == (RESULTS[name].measures[0].improved is not None)
    assert ("may have come anyway" in said) == any(
        caution.key == "no_comparison" for one in RESULTS[name].measures for caution in one.cautions
    )
    assert "b.csv" not in said
    assert not re.search(r"\bnan\b|None|certain|proven|significant", said)
    # Words for a reader of twelve: no sentence of prose is long.
    prose = [
        findings.answer(RESULTS[name].measures[0]),
        findings.lead(RESULTS[name].measures[0]),
        *findings.next_time(RESULTS[name]),
    ]
    assert max(len(sentence.split()) for text in prose for sentence in re.split(r"(?<=[.:]) ", text)) <= 25


def test_r183_a_kind_of_caution_is_that_of_the_first_measure_with_it() -> None:
    lost = Caution("many_dropped_out", "24% of them left.", "Ask `everybody`.")
    theirs = replace(lost, text="22% of the comparison left.", next_time="")
    first, second = replace(measure(0.4, 0.3), cautions=(lost, theirs)), measure(-0.6, 0.3, key="ucla3")
    found = result(first, replace(second, cautions=(replace(lost, text="25% of them left."), *second.cautions)))
    assert findings.cannot_show(found)[:3] == [
        "24% of them left.",
        "22% of the comparison left.",
        f"Loneliness: {findings.small(second.cautions[0].text)}",
    ]
    assert findings.next_time(found)[0] == "Ask everybody."


def test_r183_bars_have_their_numbers_beside_them_and_small_ones_are_hidden() -> None:
    page = group_report(RESULTS["no change"])
    rows = re.findall(r"<th[^>]*>(\d+)</th><td.*?(<svg.*?)</td><td[^>]*>(.*?)</td>", page, re.DOTALL)
    assert [(answer, numbers) for answer, _, numbers in rows] == [
        (f"{n}", "hidden, hidden" if n == 3 else f"{n}, {n}") for n in range(11)
    ]
    for answer, picture, _ in rows:
        assert picture.count("<rect") == (0 if answer in {"0", "3"} else 2)


def test_r183_dots_stand_where_the_averages_are() -> None:
    one = measure(2.0, 1.0)
    page = group_report(result(one))
    (before, after) = (float(x) for x in re.findall(r'<circle class="pt(?: h)?" cx="([\d.]+)%"', page)[:2])
    # 5 of 0 to 10 is the middle of the axis, 7 a fifth of it further; the axis takes 90% of the width.
    assert (before, after) == (50.0, 68.0)
    (line,) = re.findall(r'<line class="thin" x1="([\d.]+)%" x2="([\d.]+)%"', page)[:1]
    assert tuple(map(float, line)) == (59.0, 77.0)


def test_r183_hostile_names_are_escaped() -> None:
    hostile = replace(RESULTS["gain"], name="<script>x</script>")
    assert "<script>" not in group_report(hostile)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["gain", "compared", "no change"])
def test_r183_the_report_is_two_pages(name: str, tmp_path: Path) -> None:
    """The two with most on their pages, and the one with least."""
    assert pages(group_report(RESULTS[name]), tmp_path) == 2


@pytest.mark.thorough
def test_r182_a_sheet_is_one_page(tmp_path: Path) -> None:
    assert pages(questionnaire(group="Our walks"), tmp_path) == 3


def pages(html: str, folder: Path) -> int:
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(html, encoding="utf-8")
    chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    info = subprocess.run([tool("pdfinfo"), str(pdf)], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"Pages:\s+(\d+)", info)[0])


@pytest.mark.thorough
def test_no_sideways_scroll(tmp_path: Path) -> None:
    shown = {"report": group_report(RESULTS["gain"]), "sheets": questionnaire(group="Our walks")}
    shown["place"] = place_report(place_profile("E06000058", "2022-23"))
    frames = ""
    for name, html in shown.items():
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
        for width in (320, 390, 1280):
            frames += f"<iframe title='{name} at {width}' src='{name}.html' style='width:{width}px;border:0'></iframe>"
    (tmp_path / "outer.html").write_text(
        f"<!doctype html>{frames}<script>onload=()=>{{for(const f of document.querySelectorAll('iframe')){{const d="
        "f.contentDocument.documentElement;document.body.append('['+f.title+': '+d.scrollWidth+' in '+d.clientWidth"
        "+']')}}</script>",
        encoding="utf-8",
    )
    dom = chromium(tmp_path, "--allow-file-access-from-files", "--dump-dom", (tmp_path / "outer.html").as_uri())
    found = re.findall(r"\[([^:\]]+): (\d+) in (\d+)\]", dom)
    assert len(found) == 9, dom[:500]
    for name, scroll, client in found:
        assert int(scroll) <= int(client), f"{name}: something sticks out"
