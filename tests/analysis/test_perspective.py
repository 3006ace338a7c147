"""Two rivals, two payers and savings of two bodies: each view by hand arithmetic (semantics R244)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from wellbeva import api
from wellbeva.analysis.uncertainty.decision_values import paid_of_run
from wellbeva.api.checks import load
from wellbeva.scenario.differences import compare

SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks or talks
model: wellbeing_trajectory
appraisal: {prices: 2023, currency: GBP, discount: {money: 0%, wellbeing: 0%}, wellby_value: £10k in 2023 prices}
choose: one
axes: {payer: [council, nhs], body: [nhs, housing]}
options:
  walks:
    people: 100 people
    effect: 0.5
    volunteer_hours: 10 hours
    cost_once: {by: payer, council: £250k in 2023 prices, nhs: £50k in 2023 prices}
    saving_per_year: {by: body, nhs: £200 in 2023 prices, housing: £50 in 2023 prices}
  talks:
    people: 100 people
    effect: 0.3
    cost_once: {by: payer, council: £0, nhs: £40k in 2023 prices}
values: {hold: 1 year, volunteer_wage: £10 in 2023 prices}
variants: {for_the_nhs: {label: For the NHS, decision.perspective: nhs}}
"""
COUNCIL = SCENARIO.replace("options:", "decision: {perspective: council}\noptions:")
VIEWS = {
    # cost, savings, net benefit of walks (50 WELLBYs) and of talks (30 WELLBYs), at £10k each
    "everyone": ((310e3, 25e3, 215e3), (40e3, 0, 260e3)),
    "council": ((250e3, 0, 250e3), (0, 0, 300e3)),
    "nhs": ((50e3, 20e3, 470e3), (40e3, 0, 260e3)),
    "housing": ((0, 5e3, 505e3), (0, 0, 300e3)),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "s.yaml").write_text(SCENARIO, "utf-8")
    (tmp_path / "council.yaml").write_text(COUNCIL, "utf-8")
    return tmp_path / "s.yaml"


@pytest.mark.parametrize("view", VIEWS)
def test_r244_each_view_by_hand(view: str, file: Path) -> None:
    run = api.run(file, draws=8192, overrides=[f"decision.perspective={view}"])
    rows = run.tables["decision"].set_index("option")
    for option, wellbys, (cost, savings, net) in zip(("walks", "talks"), (50, 30), VIEWS[view], strict=True):
        row, spent = rows.loc[option], cost - savings
        assert (row["cost"], row["savings"], row["net_cost"]) == pytest.approx((cost, savings, spent))
        assert row["nb_central"] == pytest.approx(net)
        assert row["wellbys_per_1000"] == pytest.approx(
            1000 * wellbys / spent if spent > 0 else float("nan"), nan_ok=True
        )
        bcr = (10e3 * wellbys + savings) / cost if cost else float("nan")
        assert row["bcr"] == pytest.approx(bcr, nan_ok=True)
    assert rows.index[0] == ("talks" if VIEWS[view][1][2] > VIEWS[view][0][2] else "walks")
    even = run.tables["break_even"].query("parameter == 'effect' and cell == 'central'").set_index("option")
    if (spent := VIEWS[view][1][0]) > 0:  # by 100 people, at £10k for each point
        assert even.loc["talks", "value"] == pytest.approx(spent / 1e6)
    paid = paid_of_run(run.dataset, ("walks", "talks")).get(view)  # what R100 takes for it, whatever the view
    assert paid is None or paid.tolist() == pytest.approx([c - s for c, s, _ in VIEWS[view]])
    assert ("rpsc" in run.dataset) == (view == "everyone")


def test_r244_file_variant_and_command_line_say_the_same(file: Path) -> None:
    """And the whole may be taken again, where the file has a perspective."""
    council = file.with_name("council.yaml")
    costs = [
        api.run(path, draws=8192, variant=variant, overrides=over).tables["decision"]["net_cost"].tolist()
        for path, variant, over in (
            (file, "for_the_nhs", []), (council, "for_the_nhs", []), (council, "", ["decision.perspective=nhs"]),
            (council, "", ["decision.perspective=everyone"]), (file, "", []),
        )
    ]  # fmt: skip
    assert costs[0] == costs[1] == costs[2] != costs[3] == costs[4]
    (change,) = compare(*(load(path).record.scenario for path in (file, council))).changes
    assert (change.name, change.old, change.new) == ("perspective", "–", "council")


def test_r244_whose_costs_count_is_said_wherever_costs_stand_first(file: Path, tmp_path: Path) -> None:
    run = api.run(file, draws=8192, overrides=["decision.perspective=nhs"])
    run.write(tmp_path / "out")
    said = "Costs are those of one payer (nhs), less its own savings; what others pay is not counted."
    assert said in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert run.manifest()["scenario"]["perspective"] == "nhs"
    assert [rule.words for rule in run.compiled.record.rules if rule.about == "perspective"] == [said]
    sheet = pd.read_excel(tmp_path / "out" / "results.xlsx", header=None, engine="calamine")
    assert said in sheet[0].tolist()


@pytest.mark.parametrize("engine", ["reference", "blocked", "compiled"])
def test_r244_each_engine_has_the_own_cost(engine: str, file: Path) -> None:
    """£250k times a mark-up drawn evenly between 0 and 20%: £275k on average."""
    file.write_text(COUNCIL.replace("values: {", "values: {optimism_bias: {uniform: {min: 0%, max: 20%}}, "))
    cost = api.run(file, draws=8192, engine=engine).dataset["decision_cost"].sel(decision_option="walks")
    assert abs(cost.sel(statistic="mean") - 275e3) <= 4 * cost.sel(statistic="mcse")
