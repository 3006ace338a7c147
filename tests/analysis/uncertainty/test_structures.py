"""Several structures of one decision: averages by hand, and of runs of the variants themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from wellbeva import api
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.analysis.uncertainty.structures import structural_tables
from wellbeva.api.analyses import over_structures

ROOT = Path(__file__).parents[3]
WEIGHTS = {"here": 0.6, "there": 0.4}


def sample(*net_benefits: np.ndarray) -> DecisionSample:
    effect = np.stack(np.broadcast_arrays(*net_benefits), axis=1)
    return DecisionSample(("a", "b"), effect, np.zeros_like(effect))


def test_of_certain_structures_by_hand() -> None:
    still = np.ones(4)
    both = {"here": sample(10 * still, 0 * still), "there": sample(0 * still, 20 * still)}
    tables = structural_tables(both, WEIGHTS, np.array([1.0]))
    averaged = tables["structural"].set_index(["structure", "option"]).loc["averaged"]
    # 0.6 · 10 and 0.4 · 20: b is best on average, and a in the likelier structure
    assert averaged["net_benefit"].to_dict() == pytest.approx({"a": 6, "b": 8})
    assert averaged["prob_best"].to_dict() == pytest.approx({"a": 0.6, "b": 0.4})
    assert averaged["best"].to_dict() == {"a": False, "b": True}
    (known,) = tables["structural_information"].to_dict("records")
    # 0.6 · 10 + 0.4 · 20 − 8
    assert known["evppi"] == known["evpi"] == pytest.approx(6)
    assert known["share_of_variance"] == pytest.approx(1)


def test_the_variance_is_split_and_information_on_all_is_worth_more() -> None:
    """The lead is normal with a standard deviation of 3 about 4 and −1, by quantiles that stand in for draws."""
    noise = 3 * norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    both = {"here": sample(4 + noise, 0 * noise), "there": sample(noise - 1, 0 * noise)}
    tables = structural_tables(both, WEIGHTS, np.array([1.0]))
    (known,) = tables["structural_information"].to_dict("records")
    between = 0.6 * 0.4 * 5**2
    assert known["share_of_variance"] == pytest.approx(between / (between + 9), rel=1e-4)  # tails of 20,000 steps
    assert known["best"] == "a"
    assert known["evppi"] == pytest.approx(0.4 * 1, rel=1e-9)
    perfect = 0.6 * 3 * (norm.pdf(4 / 3) - 4 / 3 * norm.sf(4 / 3)) + 0.4 * 3 * (
        norm.pdf(1 / 3) + 1 / 3 * norm.cdf(1 / 3)
    )
    # Means of the upper steps lie beyond their middles, the last by 0.066 sd and all together by 0.076.
    assert known["evpi"] == pytest.approx(perfect, abs=3 * 0.08 / 20_000)
    chance = 0.6 * norm.cdf(4 / 3) + 0.4 * norm.cdf(-1 / 3)
    best = tables["structural"].set_index(["structure", "option"])["prob_best"]
    assert best["averaged", "a"] == pytest.approx(chance, abs=1e-4)


def test_of_a_scenario_it_is_the_mean_of_the_runs_of_its_variants(tmp_path: Path) -> None:
    text = (ROOT / "tests/analysis/uncertainty/closed_forms/together.yaml").read_text("utf-8")
    for name in ("draws.csv", "models/together.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(
            (ROOT / "tests/analysis/uncertainty/closed_forms" / name).read_text("utf-8"), "utf-8"
        )
    (tmp_path / "s.yaml").write_text(text + "structures: {long: 25%, as_written: 75%}\n", "utf-8")
    path = str(tmp_path / "s.yaml")
    run = api.run(path, draws=8192)
    value = 15_000.0
    found = over_structures(path, run, np.array([value]))["structural"].set_index(["structure", "option"])
    means = [
        value * made.dataset["decision_effect"].sel(statistic="mean")
        - made.dataset["decision_cost"].sel(statistic="mean")
        for made in (run, api.run(path, draws=8192, variant="long"))
    ]
    for option in ("walks", "swims"):
        by_hand = (
            0.75 * means[0].sel(decision_option=option).item() + 0.25 * means[1].sel(decision_option=option).item()
        )
        assert found.loc[("averaged", option), "net_benefit"] == pytest.approx(by_hand, rel=1e-9)
    assert found.loc[("long", "walks"), "weight"] == 0.25
    assert (
        over_structures(
            path,
            api.run(str(ROOT / "tests/analysis/uncertainty/closed_forms/together.yaml"), draws=8192),
            np.array([value]),
        )
        == {}
    )
