"""Inputs moved together: against the arithmetic of a linear model, as a map, and what cannot be asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import wellbeva
from wellbeva.analysis.deterministic.combinations import choices, finding
from wellbeva.cli import main
from wellbeva.errors import WellbevaError

ROOT = Path(__file__).parents[2]
TOGETHER = ROOT / "tests" / "analysis" / "uncertainty" / "closed_forms" / "together.yaml"
OFFERS = ROOT / "scenarios" / "uk-community-offers.yaml"


@pytest.fixture(scope="module")
def linear() -> wellbeva.api.ScenarioModel:
    """effect = people × gain × lives·worth × lasts × uptake: net benefit is linear in each option's gain and cost."""
    return wellbeva.model(TOGETHER)


def test_the_boundary_of_two_inputs_is_where_arithmetic_puts_it(linear: wellbeva.api.ScenarioModel) -> None:
    table = wellbeva.combinations(linear, ["gain.walks=0.1:0.6:11", "cost.walks=30000:90000:7"])
    base = {name: one.base for name, one in zip(linear.inputs, linear.plan.elements, strict=True)}
    # 0.6 at home, 0.3 in care, 0.1 away, of whom those in care count twice
    lives = 1.2
    value = linear.plan.decision.values[linear.plan.decision.central]
    per_gain = value * 100 * lives * base["lasts"] * base["uptake"]
    swims = per_gain * base["gain.swims"] - base["cost.swims"]
    assert len(table) == 11 * 7 * 3
    walks = table[table["option"] == "walks"]
    net = per_gain * walks["gain.walks"] - walks["cost.walks"]
    assert walks["net_benefit"].to_numpy() == pytest.approx(net.to_numpy(), rel=1e-12)
    # At 0.25 points and £80,000 they tie, and both are chosen.
    assert (walks["chosen"].to_numpy() == (net >= max(swims, 0) - 1e-6).to_numpy()).all()
    assert "walks and swims" in choices(table)
    assert 0 < walks["chosen"].sum() < len(walks)
    ratio = walks["cost.walks"] / (per_gain / value * walks["gain.walks"])
    assert walks["cost_per_effect"].to_numpy() == pytest.approx(ratio.to_numpy(), rel=1e-12)


def test_more_inputs_are_low_base_and_high_and_shares_still_add_to_1(linear: wellbeva.api.ScenarioModel) -> None:
    table = wellbeva.combinations(linear, ["lives.home=0.2:0.8", "gain.walks", "lasts"])
    assert len(table) == 27 * 3
    base = {name: one.base for name, one in zip(linear.inputs, linear.plan.elements, strict=True)}["gain.walks"]
    assert sorted(set(table["gain.walks"]))[1] == pytest.approx(base)
    # Of what is not at home 3 of 4 are in care: h + 2 · 0.75 (1 − h) = 1.5 − 0.5 h
    at_base = table[(table["option"] == "walks") & np.isclose(table["gain.walks"], base)]
    effect = at_base.groupby("lives.home")["effect"].mean()
    assert effect.iloc[0] / effect.iloc[-1] == pytest.approx((1.5 - 0.5 * 0.2) / (1.5 - 0.5 * 0.8), rel=1e-12)


def test_offers_are_chosen_by_what_they_are_worth_and_nothing_moving_is_said() -> None:
    offers = wellbeva.model(OFFERS)
    table = wellbeva.combinations(offers, ["hold.parkrun", "effect.parkrun"])
    assert (table["chosen"] == (table["net_benefit"] > 0)).all()
    assert finding(table, rivals=False) == "None of 81 combinations changes which offers are worth their cost"
    table.loc[:19, "chosen"] = False
    assert len(set(choices(table))) > 1


REFUSED = [
    (["gain[walk]", "lasts"], "WB-R140"),
    (["gain.walks"], "WB-R171"),
    (["lasts", "lasts"], "WB-R171"),
    (["lives.home", "lives.care"], "WB-R171"),
    (["gain.walks=0:1:31", "lasts=0.1:1:31", "cost.walks=0:9:31"], "WB-R171"),
    (["lasts=2:1", "uptake"], "WB-R170"),
    (["lasts=-1:1", "uptake"], "WB-R170"),
    (["lives.home=0:1.1", "uptake"], "WB-R170"),
    (["lasts=0:inf", "uptake"], "WB-R170"),
    (["lasts=0:1:2:3", "uptake"], "WB-R170"),
    (["lasts=0:1:2.5", "uptake"], "WB-R170"),
    (["lasts=0:1:1", "uptake"], "WB-R170"),
]


@pytest.mark.parametrize(("inputs", "code"), REFUSED, ids=[" ".join(inputs) for inputs, _ in REFUSED])
def test_what_cannot_be_combined(linear: wellbeva.api.ScenarioModel, inputs: list[str], code: str) -> None:
    with pytest.raises(WellbevaError) as refused:
        wellbeva.combinations(linear, inputs)
    (found,) = refused.value.diagnostics
    assert found.code == code
    assert found.remedy


def test_where_nothing_values_the_effect_no_combination_is_better() -> None:
    with pytest.raises(WellbevaError) as refused:
        wellbeva.combinations(wellbeva.model(TOGETHER.with_name("ishigami.yaml")), ["x1", "x2"])
    assert [one.code for one in refused.value.diagnostics] == ["WB-R172"]


def test_the_map_fits_the_terminal_and_the_picture_says_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    asked = "gain.walks=0.1:0.6:31,cost.walks=30000:90000:31"
    assert main.main(["analyse", str(TOGETHER), "--two-way", asked, "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert max(map(len, said.replace(f"{tmp_path}", "").splitlines())) <= 80
    assert "cost.walks, by gain.walks across" in said
    assert "*  nearest to the base case" in said
    title = said.splitlines()[0].strip()
    assert "is best in" in title
    assert "of 961 combinations" in title
    text = (tmp_path / "two_way.csv").read_text("utf-8-sig")
    assert text.startswith("gain.walks,cost.walks,option,effect,cost,net_benefit,")
    svg = (tmp_path / "two_way.svg").read_text()
    assert f">{title}</title>" in svg
    assert "Map of gain.walks from 0.10 points to 0.60 points by cost.walks from £30k to £90k" in svg
    assert main.main(["analyse", str(TOGETHER), "--two-way", "lasts,uptake,gain.walks", "--out", str(tmp_path)]) == 0
    assert "All at their lowest: " in capsys.readouterr().out
    assert len((tmp_path / "multi_way.csv").read_text().splitlines()) == 1 + 27 * 3
