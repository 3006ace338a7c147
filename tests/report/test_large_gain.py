"""Where a person gains more than half a point, the rules of the appraisal name the compensating surplus."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.cli import main
from wellbeva.report.facts.large_gain import large_gain

ROOT = Path(__file__).parents[2]
SCENARIO = """
schema: wellbeva/scenario/1
scenario: A large gain
model: wellbeing_trajectory
appraisal: PRESET
choose: one
groups: {young: Young, old: Old}
options:
  small: {label: Small, people: 10 people, effect: 0.2, hold: 1 year}
  large: {label: Large, people: 10 people, effect: {by: group, young: 0.3, old: OLD}, hold: 1 year}
values: {publication_bias: 80%}
sources: {trial: {cite: A trial, covers: all}}
""".lstrip()


def said(folder: Path, old: str, preset: str = "green-book-2026", model: str = "wellbeing_trajectory") -> str:
    text = SCENARIO.replace("OLD", old).replace("PRESET", preset).replace("wellbeing_trajectory", model)
    if model == "compensating_surplus":
        text = text.replace("publication_bias: 80%", 'publication_bias: 80%, income: "£30,000 in 2023 prices"')
    path = folder / "large.yaml"
    path.write_text(text, encoding="utf-8")
    compiled = api.load(path)
    return " ".join(large_gain(compiled.plan, compiled.record))


@pytest.mark.parametrize("preset", ["green-book-2026", "green-book-2022", "hmt-wellbeing-2021"])
def test_a_change_above_half_a_point_under_any_preset(tmp_path: Path, preset: str) -> None:
    """The change is what is believed of it: 0.64 x 80% is 0.512, 0.62 x 80% is 0.496."""
    assert said(tmp_path, "0.64", preset).startswith("The largest gain of one person is 0.51 points (Large). Above 0.5")
    assert "compensating_surplus" in said(tmp_path, "-0.64", preset)
    assert said(tmp_path, "0.62", preset) == ""


def test_nothing_is_said_where_the_model_gives_it(tmp_path: Path) -> None:
    assert said(tmp_path, "1.5", model="compensating_surplus") == ""


def test_it_stands_in_the_report_and_is_no_warning(tmp_path: Path) -> None:
    path = ROOT / "scenarios" / "published" / "pbe2025-fisp-arts.yaml"
    assert main.main(["run", str(path), "--draws", "8192", "--quiet", "--out", str(tmp_path / "fisp")]) == 0
    assert "compensating surplus" in (tmp_path / "fisp" / "report.html").read_text(encoding="utf-8")
    assert not [one for one in api.load(path).record.warnings if "surplus" in one.message]
