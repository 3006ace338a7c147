"""``wellbeva test``: the table, and the exit status that a script reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.api import Verdict
from wellbeva.cli import main, published_table

MET = Verdict("bcr.central in s2a", "3.1", "3.10123", "0.005", "met")
MISSED = Verdict("cost.mono on average", "45924", "51234.6", "1840", "missed")
LABEL = Verdict("decision.status.a", "dominated", "dominated", "", "met")
OPEN = Verdict("npsv.central on average", "10", "10.2", "0.01", "undecided", "65,536 draws would do")
UNREADABLE = Verdict("nonsense", "1", "–", "", "unreadable", "there is no output 'nonsense'")


def status(monkeypatch: pytest.MonkeyPatch, *found: Verdict) -> int:
    monkeypatch.setattr(api, "test", lambda path, **_: list(found))
    return main.main(["test", "a.yaml", "b.yaml"])


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    published_table.print_verdicts(Path("a.yaml"), [MET, MISSED, LABEL, OPEN, UNREADABLE])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "a.yaml"
    assert lines[4:9] == [
        "bcr.central in s2a 3.1 3.10123 0.005 met",
        "cost.mono on average 45924 51234.6 1840 missed",
        "decision.status.a dominated dominated met",
        "npsv.central on average 10 10.2 0.01 undecided",
        "nonsense 1 – unreadable",
    ]
    assert lines[10:] == [
        "npsv.central on average: 65,536 draws would do",
        "nonsense: there is no output 'nonsense'",
        "2 met, 1 missed, 1 undecided, 1 unreadable",
    ]


def test_lines_fit_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    published_table.print_verdicts(Path("a.yaml"), [MET, MISSED, OPEN])
    assert max(len(line.rstrip()) for line in capsys.readouterr().out.splitlines()) <= 80


@pytest.mark.parametrize(
    ("found", "expected"),
    [((MET, LABEL, OPEN), 0), ((MET, MISSED), 1), ((UNREADABLE,), 1), ((), 0)],
    ids=["met", "missed", "unreadable", "none"],
)
def test_the_status(monkeypatch: pytest.MonkeyPatch, found: tuple[Verdict, ...], expected: int) -> None:
    assert status(monkeypatch, *found) == expected


def test_every_file_is_looked_at(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(api, "test", lambda path, **_: [MISSED] if path.name == "a.yaml" else [MET])
    assert main.main(["test", "a.yaml", "b.yaml"]) == 1
    out = capsys.readouterr().out
    assert "a.yaml" in out
    assert "b.yaml" in out


def test_long_names_are_folded_and_numbers_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    path = "decision.net_benefit.central.an_option_with_a_long_name in a_variant_with_a_long_name draw by draw"
    other = "a_parameter_with_a_long_name.an_option_with_a_long_name"
    wide = Verdict("value.central", "17,364,247,123", "17,364,247,124", "1,234,567", "undecided")
    published_table.print_verdicts(Path("a.yaml"), [Verdict(path, other, "0.000012345", "1.23457e-06", "missed"), wide])
    out = capsys.readouterr().out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    for whole in ("0.000012345", "1.23457e-06", "17,364,247,123", "17,364,247,124", "1,234,567", "undecided", "missed"):
        assert whole in out
    assert "…" not in out
