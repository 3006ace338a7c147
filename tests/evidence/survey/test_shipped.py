"""The surveys in scenarios/surveys: a published study's means, and the file that its scenario reads."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wellbeva import api
from wellbeva.api.evidence.surveys import survey
from wellbeva.evidence.record import from_json

FOLDER = Path(__file__).parents[3] / "scenarios" / "surveys"


def test_the_simulated_parkrun_has_the_means_of_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """PLOS Global Public Health 4, e0003580: 7.489 before, 7.746 six months later, 548 people."""
    monkeypatch.chdir(FOLDER)
    waves = ("parkrun_simulated_before.csv", "parkrun_simulated_after.csv")
    means = [pd.read_csv(wave)["life_satisfaction"].mean() for wave in waves]
    assert [f"{mean:.3f}" for mean in means] == ["7.489", "7.746"]
    result = survey(*waves)
    assert result.people_matched == 548
    assert result.measures[0].final.value == pytest.approx(means[1] - means[0], rel=1e-12)
    assert from_json(Path("parkrun_simulated.survey.json").read_text("utf-8")) == result.record


def test_the_survey_is_taken_to_a_decision() -> None:
    compiled = api.load(FOLDER / "parkrun.yaml")
    (effect,) = [one for one in compiled.record.inputs if one.parameter == "effect"]
    assert effect.evidence == "initial"
    low, high = effect.interval
    found = survey(*(FOLDER / f"parkrun_simulated_{when}.csv" for when in ("before", "after"))).measures[0].final
    # The file's three decimals.
    assert (low, high) == pytest.approx((found.low, found.high), abs=5e-4)
