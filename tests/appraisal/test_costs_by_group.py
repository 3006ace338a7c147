"""What a place costs may differ by group: both models that buy places add it up over those who start."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api

SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Visits
model: MODEL
appraisal: green-book-2026
choose: several
budget: £9k in 2023 prices
time: {step: year, from: 0, to: 0}
groups: {near: Near, far: Far}
axes: {payer: {council: Council}, body: {nobody: Nobody}}
options:
  visits:
    PEOPLE
    take_up: 50%
    effect: 0.3 [assumed]
    hold: 1 year [assumed]
    cost_per_person: {by: group, near: £100 in 2023 prices, far: £200 in 2023 prices, source: assumed}
"""


@pytest.mark.parametrize(
    ("model", "people", "cost"),
    [
        # 20 and 30 people start.
        ("wellbeing_trajectory", "people: {by: group, near: 40 people, far: 60 people}", 20 * 100 + 30 * 200),
        # A place costs £150 on average, so that 60 start, half of them far away.
        ("offer_at_budget", "group_share: {by: group, near: 50%, far: 50%}", 9_000),
    ],
)
def test_places_cost_what_their_group_costs(tmp_path: Path, model: str, people: str, cost: float) -> None:
    file = tmp_path / "visits.yaml"
    file.write_text(SCENARIO.replace("MODEL", model).replace("PEOPLE", people), "utf-8")
    dataset = api.run(file, draws=512).dataset
    assert dataset["cost"].sel(statistic="mean", option="visits").item() == pytest.approx(cost, rel=1e-14)
