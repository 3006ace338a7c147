"""``wellbeva evidence grade`` as a person types it, and what the report says of grades (semantics R170, R171)."""

from __future__ import annotations

import json

import pytest

from wellbeva.cli import main
from wellbeva.evidence.grading.adjustment import WORDS
from wellbeva.evidence.grading.grade import rules


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main.main(["evidence", "grade", *arguments]) == status
    ended = capsys.readouterr()
    return ended.out if status == 0 else ended.err


def test_r170_the_rules_are_printed_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    assert all(f"{rule.feature} {rule.condition}" in flat and rule.source in flat for rule in rules())
    document = json.loads(said(capsys, "--json"))
    assert len(document["rules"]) == len(rules())
    assert set(document["adjustments"]) == set(WORDS)


def test_r170_one_study_is_graded_with_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--design", "Randomised trial; a waiting list", "--n", "1,460", "--direct", "false")
    assert said(capsys, *asked).splitlines()[:3] == [
        "promising",
        "  trial: starts at strong",
        "  not direct: one step down",
    ]
    assert json.loads(said(capsys, *asked, "--json"))["word"] == "promising"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--design", "tral"), "WB-S551"),
        (("--n", "60"), "WB-S551"),
        (("--design", "trial", "--n", "some"), "WB-S550"),
        (("--design", "trial", "--attrition", "140%"), "WB-S550"),
        (("--design", "trial", "--blinded", "maybe"), "WB-S550"),
    ],
)
def test_r170_what_cannot_be_graded_is_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str
) -> None:
    assert code in said(capsys, *arguments, status=2)
