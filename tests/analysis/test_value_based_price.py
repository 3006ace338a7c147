"""Value-based price by hand: of draws whose quantiles are known, and of a linear model in every case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from wellbeva import api
from wellbeva.analysis.tables.value_based_price import price_table
from wellbeva.analysis.uncertainty.sample import DecisionSample

ROOT = Path(__file__).parents[2]
TOGETHER = str(ROOT / "tests" / "analysis" / "uncertainty" / "closed_forms" / "together.yaml")


def test_of_draws_by_hand() -> None:
    """Quantiles of a normal stand in for draws, so that no error is left but that of 100,000 steps."""
    steps = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    gain = 10 + 2 * steps
    effect = np.stack([np.zeros(100_000), gain, np.full(100_000, 4.0)], axis=1)
    cost = np.stack([np.zeros(100_000), np.full(100_000, 50.0), np.full(100_000, 10.0)], axis=1)
    sample = DecisionSample(("nothing", "new", "cheap"), effect, cost)
    table = price_table(sample, 10.0, comparator="nothing", rivals=True, cases={}).set_index("option")
    # new: worth 100 for 50; cheap: worth 40 for 10; each pays until it is as good as the other.
    assert table["price"].to_dict() == pytest.approx({"new": 100 - 30, "cheap": 40 - 50})
    assert table["against"].to_dict() == {"new": "cheap", "cheap": "new"}
    assert table.loc["new", "low":"high"].tolist() == pytest.approx([70 - 20 * 1.959964, 70 + 20 * 1.959964], abs=0.01)
    assert table["times"].to_dict() == pytest.approx({"new": 70 / 50, "cheap": -1})
    usual = replace(sample, options=("usual", "new", "cheap"))
    assert price_table(usual, 10.0, comparator="usual", rivals=True, cases={})["times"].isna().all()
    offers = price_table(sample, 10.0, comparator="", rivals=False, cases={}).set_index("option")
    assert offers["price"].to_dict() == pytest.approx({"nothing": 0, "new": 100, "cheap": 40})
    assert set(offers["against"]) == {"nothing"}


def test_of_a_run_in_each_case_and_the_price_makes_a_tie() -> None:
    run = api.run(TOGETHER, draws=8192)
    plan, table = run.compiled.plan, run.tables["value_based_price"].set_index(["case", "name", "option"])
    base = {element.name: element.base for element in plan.elements}
    value = plan.decision.values[plan.decision.central]
    worth = value * 100 * 1.2 * base["lasts"] * base["uptake"]
    swims = worth * base["gain[swims]"] - base["cost[swims]"]
    assert table.loc[("base case", "", "walks"), "price"] == pytest.approx(
        worth * base["gain[walks]"] - swims, rel=1e-9
    )
    sweeps = run.tables["oneway"].drop_duplicates("element").set_index("element")
    low = sweeps.loc["gain[walks]", "low_value"]
    assert table.loc[("low", "gain.walks", "walks"), "price"] == pytest.approx(worth * low - swims, rel=1e-9)
    # A longer time counts twice for both, and their costs not at all.
    twice = (2 / base["lasts"]) * worth
    both = twice * (base["gain[walks]"] - base["gain[swims]"]) + base["cost[swims]"]
    assert table.loc[("variant", "long", "walks"), "price"] == pytest.approx(both, rel=1e-9)
    price = table.loc[("base case", "", "walks"), "price"]
    tied = api.run(TOGETHER, draws=8192, overrides=[f"cost.walks=£{price:.6f} in 2023 prices"])
    net = tied.dataset["decision_net_benefit"].sel(statistic="base_case", level="central")
    best = net.sel(decision_option=["walks", "swims"]).values
    assert best[0] == pytest.approx(best[1], abs=1e-3)


@pytest.mark.thorough
def test_of_offers_and_of_a_scenario_that_values_nothing() -> None:
    run = api.run(str(ROOT / "scenarios" / "uk-community-offers.yaml"), draws=8192)
    prices = run.tables["value_based_price"]
    assert set(prices["against"]) == {"nothing"}
    own = prices[(prices["case"] == "low") & (prices["name"] == "effect.parkrun")]
    assert list(own["option"]) == ["parkrun"]
    unmoved = prices[prices["case"] == "draws"].set_index("option")
    mean = run.dataset["decision_effect"].sel(statistic="mean", decision_option="parkrun").item()
    assert unmoved.loc["parkrun", "price"] == pytest.approx(15_253 * mean, rel=1e-12)
