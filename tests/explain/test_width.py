"""The text of ``explain`` fits 80 columns, leaves empty headings out, and says lengths of time as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "scenarios/easing-loneliness.yaml"


@pytest.mark.parametrize("width", [80, 120])
def test_every_line_fits_and_none_is_lost(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = api.explain(DEMO, width=width)
    wide = api.explain(DEMO, width=100_000)
    assert max(map(len, wide.splitlines())) > 200
    assert max(map(len, text.splitlines())) <= width
    assert text.split() == wide.split()


def test_what_follows_hangs_below() -> None:
    lines = api.explain(DEMO, "additional").splitlines()
    place = next(index for index, line in enumerate(lines) if line.startswith("      = (1 - deadweight)"))
    assert lines[place + 1].startswith(" " * 10)
    assert not lines[place + 1].startswith(" " * 11)


def test_a_parameter_has_no_empty_headings() -> None:
    text = api.explain(DEMO, "hold")
    assert text.startswith("Inputs\n")
    assert "Equations" not in text
    assert "What uses what" not in text
    assert "Sources\n" in text


def test_months_are_said_beside_years() -> None:
    """By hand: PERT of 3, 9 and 18 months has the mean (3 + 4 * 9 + 18) / 6 = 9.5 months."""
    flat = " ".join(api.explain(DEMO, "hold").split())
    assert "visits: 9 months (range 3 to 18) [assumed]" in flat
    assert "base 0.791667 years, which is 9.5 months" in flat
