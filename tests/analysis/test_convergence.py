"""How many draws a wanted error takes: against hand arithmetic, and against a run of so many."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scipy import stats

from tests.tiers import thorough_after
from wellbeva import api

ROOT = Path(__file__).parents[2]
RIVALS = ROOT / "scenarios" / "easing-loneliness.yaml"


@pytest.fixture(scope="module")
def rivals() -> api.Run:
    return api.run(RIVALS, draws=8192)


def test_numbers_and_errors_are_those_of_the_dataset(rivals: api.Run) -> None:
    table = rivals.draws_for(0.01).set_index(["number", "of"])
    assert [name for name, _ in table.index] == ["decision_net_benefit"] * 3 + ["evpi"] + ["prob_best"] * 4
    both = rivals.dataset["decision_net_benefit"].sel(decision_option="visits", level="central")
    assert table.loc[("decision_net_benefit", "visits"), "value"] == float(both.sel(statistic="mean"))
    assert table.loc[("decision_net_benefit", "visits"), "mcse"] == float(both.sel(statistic="mcse"))
    at = rivals.dataset.attrs["values"]
    assert "15253.0" in at  # the central value
    assert table.loc[("evpi", ""), "value"] == float(rivals.dataset["evpi"].sel(threshold=15253.0))


@pytest.mark.parametrize("within", thorough_after(1, [1e-4, 0.01, 1e-6]))
def test_draws_grow_with_the_square_of_the_error_and_are_what_a_design_takes(rivals: api.Run, within: float) -> None:
    for row in rivals.draws_for(within).itertuples():
        wanted = within if row.number == "prob_best" else within * abs(row.value)
        needed = 8192 * (row.mcse / wanted) ** 2
        assert row.draws == max(8192, 2 ** math.ceil(math.log2(needed)))
    random = api.run(RIVALS, draws=8192, design="random").draws_for(within)
    assert (random["draws"] % 8192 == 0).all()


@pytest.mark.thorough
def test_a_run_of_so_many_draws_has_the_error_that_was_wanted() -> None:
    """Both squared errors are chi-square with 15 degrees of freedom, so their ratio is F; one in 10,000 fails."""
    few = api.run(RIVALS, draws=8192, design="random").draws_for(0.004)
    row = few[(few["number"] == "decision_net_benefit") & (few["of"] == "visits")].iloc[0]
    assert row["draws"] > 16384
    many = api.run(RIVALS, draws=int(row["draws"]), design="random", seed=2).draws_for(0.004)
    error = many[(many["number"] == "decision_net_benefit") & (many["of"] == "visits")].iloc[0]["mcse"]
    assert (error / (0.004 * row["value"])) ** 2 < stats.f.ppf(1 - 1e-4, 15, 15)


def test_offers_and_models_that_compare_nothing(tmp_path: Path) -> None:
    offers = api.run(ROOT / "scenarios" / "uk-community-offers.yaml", draws=8192).draws_for(0.01)
    assert set(offers["number"]) == {"decision_per_1000", "prob_worth_it"}
    (tmp_path / "m.yaml").write_text(
        "schema: wellbeva/model/1\nmodel: m\nparameters: {gain: {unit: LS, by: option, doc: gain}}\n"
        "equations: {twice: 2 * gain, square: gain * gain}\noutcomes: [twice, square]\n"
    )
    (tmp_path / "s.yaml").write_text(
        "schema: wellbeva/scenario/1\nscenario: Tiny\nmodel: m\nappraisal: {prices: 2023}\n"
        "choose: several\ncomparator: nothing\n"
        'options: {a: {label: A, gain: "3 (1 to 5) [assumed]"}, b: {label: B, gain: "2 [assumed]"}}\n'
    )
    outcomes = api.run(tmp_path / "s.yaml", draws=8192).draws_for(0.01)
    assert list(zip(outcomes["number"], outcomes["of"], strict=True)) == [("twice", "a"), ("square", "a")]
