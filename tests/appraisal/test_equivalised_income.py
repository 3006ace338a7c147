"""The model `equivalised_income`: incomes of households made comparable in the file, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.appraisal.appraisal_answers import Answers
from wellbeva.errors import WellbevaError

SCENARIO = """
schema: wellbeva/scenario/1
scenario: Two households
model: equivalised_income
appraisal: green-book-2026
choose: one
groups:
  alone:
    label: Alone
    people: 60 people
    household_income: £14,000 in 2023 prices
    members: {by: member, first_adult: 1, else: 0}
  family:
    label: Family
    people: 40 people
    household_income: £24,000 in 2023 prices
    members: {by: member, first_adult: 1, other_adult: 1, older_child: 1, young_child: 2}
options: {jobs: {label: Jobs, effect: 0, hold: 1 year, others_time: 1 year, earnings: "£2,000 in 2023 prices"}}
sources: {trial: {cite: A trial, covers: all, evidence: strong}}
""".lstrip()


def answers(folder: Path, *overrides: str) -> Answers:
    (folder / "jobs.yaml").write_text(SCENARIO, encoding="utf-8")
    return Answers(folder / "jobs.yaml", overrides)


def test_incomes_weights_and_earnings_by_hand(tmp_path: Path) -> None:
    found = answers(tmp_path)
    alone, family = 14_000 / 0.67, 24_000 / (0.67 + 0.33 + 0.33 + 2 * 0.20)
    assert found("group_income", group="alone") == pytest.approx(alone, rel=1e-12)
    assert found("group_income", group="family") == pytest.approx(family, rel=1e-12)
    weighted = 60 * 2_000 * (36_700 / alone) ** 1.3 + 40 * 2_000 * (36_700 / family) ** 1.3
    assert found("earnings_weighted") == pytest.approx(weighted, rel=1e-12)
    assert found("earnings_benefit") == pytest.approx(100 * 2_000, rel=1e-12)
    assert any("modified OECD" in one.name for one in found.compiled.record.vintages)


def test_the_weights_may_be_other_ones(tmp_path: Path) -> None:
    found = answers(tmp_path, "equivalisation.young_child=0.3 [trial]")
    assert found("group_income", group="family") == pytest.approx(24_000 / 1.93, rel=1e-12)


def test_a_household_of_nobody_is_refused(tmp_path: Path) -> None:
    from wellbeva.api import run

    (tmp_path / "jobs.yaml").write_text(SCENARIO.replace("first_adult: 1, else: 0", "else: 0"), encoding="utf-8")
    with pytest.raises(WellbevaError, match="at least one member"):
        run(tmp_path / "jobs.yaml", draws=8192)
