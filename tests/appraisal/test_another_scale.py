"""The model `another_scale`: an effect on the study's own scale, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.appraisal.appraisal_answers import Answers

SCENARIO = """
schema: wellbeva/scenario/1
scenario: Two studies
model: another_scale
appraisal: green-book-2026
choose: one
options:
  seven: {label: From 1 to 7, people: 10 people, effect_on_scale: 0.7, hold: 1 year}
  five: {label: From 1 to 5, people: 10 people, effect_on_scale: 0.7, hold: 1 year}
sources: {trial: {cite: A trial, covers: all, evidence: strong}}
""".lstrip()


def answers(folder: Path, *overrides: str) -> Answers:
    (folder / "scales.yaml").write_text(SCENARIO, encoding="utf-8")
    return Answers(folder / "scales.yaml", overrides)


def test_the_scale_factor_is_the_guidance_s_unless_another_is_given(tmp_path: Path) -> None:
    found = answers(tmp_path)
    assert found("wellbys", option="seven") == pytest.approx(10 * 0.7 * 11 / 7, rel=1e-12)
    record = found.compiled.record
    assert any("scale" in one.name for one in record.vintages)
    assert not {"WB-A122", "WB-A123"} & set(found.codes)
    ends = answers(tmp_path, "scale_factor=10/6 [trial]")
    assert ends("wellbys", option="seven") == pytest.approx(10 * 0.7 * 10 / 6, rel=1e-12)
    five = answers(tmp_path, "scale_factor=11/5 [trial]")
    assert five("wellbys", option="five") == pytest.approx(10 * 0.7 * 11 / 5, rel=1e-12)


def test_a_factor_that_cannot_be_right_is_refused(tmp_path: Path) -> None:
    from wellbeva.api import run
    from wellbeva.errors import WellbevaError

    (tmp_path / "scales.yaml").write_text(SCENARIO, encoding="utf-8")
    with pytest.raises(WellbevaError, match="whole scale of life satisfaction"):
        run(tmp_path / "scales.yaml", draws=8192, overrides=("scale_factor=20",))
