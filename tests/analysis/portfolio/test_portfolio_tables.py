"""What a scenario's budgets should buy: tables, Python, CSV and page of a run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from wellbeva import api
from wellbeva.analysis.portfolio.offers import offers_of_run
from wellbeva.analysis.portfolio.purchase import best_purchase
from wellbeva.errors import WellbevaError

MODEL = """\
schema: wellbeva/model/1
model: clubs
axes: {payer: {doc: who pays}, level: {labels: [low, central, high], doc: value}}
parameters:
  people: {unit: person, by: [option, group], doc: people}
  gain: {unit: LS, by: option, doc: gain}
  price: {unit: money, by: [option, payer], default: £0, doc: cost}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value}
equations:
  wellbys_by_group: people * gain * (1 year) in WELLBY
  wellbys: sum(wellbys_by_group, over=group) in WELLBY
  cost: sum(price, over=payer) in money
  cost_by_payer: price in money
outcomes: [wellbys, wellbys_by_group, cost, cost_by_payer]
decision: {effect: wellbys, cost: cost, value: wellby_value}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Clubs
model: clubs
appraisal: green-book-2026
CHOOSE
groups: {young: Young, old: Old}
axes: {payer: [council, nhs]}
options:
  choir:
    label: The choir
    people: {by: group, young: 10 people, old: 90 people}
    gain: 0.4 (0.1 to 0.7) [assumed]
    price: {by: payer, council: £30k in 2023 prices, nhs: £0}
  band:
    label: The band
    people: {by: group, young: 100 people, old: 0 people}
    gain: 0.3 (0.2 to 0.4) [assumed]
    price: {by: payer, council: £10k in 2023 prices, nhs: £20k in 2023 prices}
  walks:
    label: Walks
    people: {by: group, young: 20 people, old: 20 people}
    gain: 0.5 (0.1 to 0.9) [assumed]
    price: {by: payer, council: £5k in 2023 prices, nhs: £5k in 2023 prices}
  talks:
    label: Talks <b>at</b> night
    people: {by: group, young: 5 people, old: 5 people}
    gain: -0.1 [assumed]
    price: {by: payer, council: £1k in 2023 prices, nhs: £0}
"""


def ran(folder: Path, rules: str = "budget: £30k in 2023 prices", choose: str = "several") -> api.Run:
    (folder / "clubs.yaml").write_text(MODEL, "utf-8")
    text = SCENARIO.replace("CHOOSE", f"choose: {choose}\n{rules}")
    (folder / "s.yaml").write_text(text, "utf-8")
    return api.run(folder / "s.yaml", draws=8192)


def bought(run: api.Run, budget: float) -> list[str]:
    table = run.portfolio(budget)
    return list(table[table["bought"]]["option"])


def test_whole_offers_under_the_scenarios_budget_and_its_multiples(tmp_path: Path) -> None:
    run = ran(tmp_path)
    table = run.tables["portfolio"]
    assert sorted(set(table["budget"])) == [30_000, 60_000, 150_000]
    small, large = (table[table["budget"] == budget].set_index("option") for budget in (30_000, 150_000))
    assert list(small.index) == ["choir", "band", "walks", "talks"]
    assert small["bought"].tolist() == [True, False, False, False]
    assert small["cost"].sum() == 30_000
    mean = run.dataset["decision_effect"].sel(statistic="mean").values
    assert small.at["choir", "effect"] == mean[0]
    assert large["bought"].tolist() == [True, True, True, False]
    assert small["reason"].tolist() == ["", "others gain more", "others gain more", "does not repay its cost"]
    assert small["places"].isna().all()
    frontier = run.tables["portfolio_frontier"]
    assert {30_000.0, 60_000.0, 150_000.0} <= set(frontier["budget"])
    assert (frontier["net_benefit"].diff().dropna() >= 0).all()
    assert (frontier["shadow_price"].diff().dropna() <= 1e-9).all()
    assert (frontier["cost"] <= frontier["budget"]).all()
    assert (frontier["within_budget"] == 1).all()


def test_how_often_an_offer_is_bought_is_that_of_the_draws_and_has_an_error(tmp_path: Path) -> None:
    run = ran(tmp_path)
    offers = offers_of_run(run.dataset, run.compiled.record)
    assert len(offers.charges) == 992
    best = [
        best_purchase(offers.choices, worth, charge, 30_000.0)
        for worth, charge in zip(offers.drawn_worth, offers.charges, strict=True)
    ]
    row = run.portfolio(30_000.0).set_index("option")
    assert row["often_bought"].to_numpy() == pytest.approx(np.mean(best, axis=0))
    by_run = np.mean(np.array(best).reshape(16, 62, -1), axis=1)
    assert row["often_bought_mcse"].to_numpy() == pytest.approx(by_run.std(axis=0, ddof=1) / 4)
    assert 0 < row.at["choir", "often_bought"] < 1


def test_what_is_certain_has_no_chance(tmp_path: Path) -> None:
    (tmp_path / "clubs.yaml").write_text(MODEL, "utf-8")
    text = SCENARIO.replace("CHOOSE", "choose: several\nbudget: £30k in 2023 prices")
    (tmp_path / "s.yaml").write_text(re.sub(r" \([0-9.]+ to [0-9.]+\)", "", text), "utf-8")
    run = api.run(tmp_path / "s.yaml", draws=8192)
    assert run.tables["portfolio"]["often_bought"].isna().all()
    assert run.tables["portfolio_frontier"]["within_budget"].isna().all()
    assert "were that future known" not in run.report()


@pytest.mark.thorough
def test_rules_of_the_scenario_are_kept(tmp_path: Path) -> None:
    base = "portfolio:\n  budgets: [£60k in 2023 prices]\n  "
    assert bought(ran(tmp_path, base + "not_together: [[choir, band]]"), 60_000) == ["choir", "walks"]
    assert bought(ran(tmp_path, base + "needs: {choir: talks}"), 1e6) == ["choir", "band", "walks", "talks"]
    council = "at_most: {cost_by_payer.council: £30k in 2023 prices}"
    assert bought(ran(tmp_path, base + council), 1e6) == ["band", "walks"]
    assert "band" in bought(ran(tmp_path, base + "at_least: {wellbys_by_group.young: 25 WELLBY}"), 30_000)
    run = ran(tmp_path, base + "offers: {choir: {places: 100, least: 20, most: 300}}")
    row = run.portfolio(25_000).set_index("option").loc["choir"]
    assert (row["places"], row["cost"]) == (50, 15_000)  # and the walks, which gain more for each pound
    assert run.portfolio(4_000)["bought"].sum() == 0  # twenty places of the choir cost £6,000
    assert run.portfolio(1e6).set_index("option").at["choir", "places"] == 300
    assert run.tables["portfolio"]["often_bought"].notna().all()


def test_limits_that_disagree_are_an_error_that_names_both(tmp_path: Path) -> None:
    run = ran(
        tmp_path,
        "portfolio:\n  budgets: [£5k in 2023 prices, £90k in 2023 prices]\n"
        "  at_least: {wellbys_by_group.old: 30 WELLBY}",
    )
    with pytest.raises(WellbevaError) as refused:
        run.portfolio(5_000)
    assert str(refused.value).splitlines()[:3] == [
        "error[WB-R152]: no purchase keeps budget and wellbys_by_group.old",
        "  - budget: at most 5,000; all offers together come to 71,000",
        "  - wellbys_by_group.old: at least 30; all offers together come to 45.4979",
    ]
    table = run.tables["portfolio"]
    assert set(table[table["budget"] == 5_000]["reason"]) == {"no purchase keeps budget and wellbys_by_group.old"}
    assert "No purchase keeps budget and wellbys_by_group.old." in run.report()
    # The chance of a budget rests on all draws, how often an offer is bought on those that take a programme each.
    offers = offers_of_run(run.dataset, run.compiled.record)
    assert len(offers.charges) == 992
    frontier = run.tables["portfolio_frontier"].set_index("budget").loc[90_000]
    assert (frontier["within_budget"] * 992).is_integer()
    often = table[(table["budget"] == 90_000)]["often_bought"] * 160
    assert often.tolist() == pytest.approx([round(count) for count in often])


def test_a_budget_below_the_cheapest_buys_nothing_and_says_so(tmp_path: Path) -> None:
    run = ran(tmp_path, "budget: £500 in 2023 prices")
    table = run.portfolio(500)
    assert not table["bought"].any()
    assert set(table["reason"]) == {"costs more than the budget"}
    assert "The best purchase for £500 to £2.5k is nothing" in run.report()


@pytest.mark.parametrize("budget", [-1.0, float("nan"), "1000", None, True])
def test_what_is_not_a_budget_is_refused(tmp_path: Path, budget: float) -> None:
    with pytest.raises(WellbevaError, match="WB-R151"):
        ran(tmp_path).portfolio(budget)


def test_rivals_have_no_portfolio(tmp_path: Path) -> None:
    run = ran(tmp_path, "", choose="one")
    assert "portfolio" not in run.tables
    with pytest.raises(WellbevaError, match="WB-R150"):
        run.portfolio(1e6)


def test_nothing_is_made_where_no_budget_is_named(tmp_path: Path) -> None:
    run = ran(tmp_path, "")
    assert not {"portfolio", "portfolio_frontier"} & set(run.tables)
    assert bought(run, 30_000) == ["choir"]


def test_the_run_folder_and_the_page_have_it_and_words_are_escaped(tmp_path: Path) -> None:
    run = ran(tmp_path)
    folder = run.write(tmp_path / "out")
    text = (folder / "portfolio.csv").read_text("utf-8-sig")
    assert text.startswith("budget,option,bought,places,cost,effect,net_benefit,")
    assert (folder / "portfolio_frontier.csv").is_file()
    page = run.report()
    assert "The best purchase for £30k is the choir, for £150k three offers" in page
    assert "More money gains less" in page
    assert "<b>at</b>" not in page


def test_offers_without_any_price_have_no_portfolio(tmp_path: Path) -> None:
    (tmp_path / "clubs.yaml").write_text(MODEL, "utf-8")
    lines = SCENARIO.replace("CHOOSE", "choose: several\nbudget: £60k in 2023 prices").splitlines()
    (tmp_path / "s.yaml").write_text("\n".join(one for one in lines if "price: {by" not in one), "utf-8")
    run = api.run(tmp_path / "s.yaml", draws=8192)
    assert "portfolio" not in run.tables
    with pytest.raises(WellbevaError, match="WB-R150"):
        run.portfolio(60_000)
    run.report()


def test_an_offer_without_a_price_is_left_out_with_what_needs_it(tmp_path: Path) -> None:
    (tmp_path / "clubs.yaml").write_text(MODEL, "utf-8")
    rules = "choose: several\nportfolio: {budgets: [£60k in 2023 prices], needs: {walks: talks, choir: walks}}"
    text = SCENARIO.replace("CHOOSE", rules).replace("gain: -0.1", "gain: 0.1")
    text = text.replace("    price: {by: payer, council: £1k in 2023 prices, nhs: £0}\n", "")
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    table = api.run(tmp_path / "s.yaml", draws=8192).tables["portfolio"].set_index("option")
    assert table[table["bought"]].index.tolist() == ["band"]
    assert table["reason"].to_dict() == {
        "band": "",
        "choir": "needs walks, which cannot be bought",
        "walks": "needs talks, which cannot be bought",
        "talks": "no cost given",
    }


FLOOR = """\
portfolio:
  budgets: [£40k in 2023 prices]
  at_least: {wellbys_by_group.young: 20 WELLBY}
"""


@pytest.mark.thorough
def test_r211_a_floor_costs_what_the_best_purchase_without_it_gains_more(tmp_path: Path) -> None:
    run = ran(tmp_path, FLOOR)
    table = run.tables["portfolio_limits"].set_index("limit")
    assert bought(run, 40_000) == ["band", "walks"]  # without the floor the choir in the place of the band
    effect, cost = (run.dataset[f"decision_{name}"].sel(statistic="mean").values for name in ("effect", "cost"))
    value = run.dataset.attrs["values"]
    worth = json.loads(value)[run.dataset.attrs["central"]] * effect - cost
    assert table.at["wellbys_by_group.young", "cost"] == pytest.approx(worth[0] - worth[1])
    assert table.at["", "cost"] == table.at["wellbys_by_group.young", "cost"]
    young = run.dataset["wellbys_by_group"].sel(statistic="mean", group="young").values
    assert table.at["wellbys_by_group.young", "reached"] == pytest.approx(young[1] + young[2])
    # In part: the walks, and the choir gives way to the band, which costs as much.
    price = (worth[0] - worth[1]) / (young[1] - young[0])
    assert table.at["wellbys_by_group.young", "shadow_price"] == pytest.approx(price)
    drawn = run.dataset["draws_decision_effect"].values
    rows = json.loads(value)[run.dataset.attrs["central"]] * (drawn[:, 0] - drawn[:, 1])
    assert table.at["", "cost_mcse"] == pytest.approx(rows.reshape(16, -1)[:, :62].mean(axis=1).std(ddof=1) / 4)
    assert "Keeping the limits costs up to" in run.report()


def test_each_is_a_floor_for_every_group(tmp_path: Path) -> None:
    run = ran(tmp_path, FLOOR.replace("young: 20", "each: 10"))
    table = run.tables["portfolio_limits"]
    assert table["limit"].tolist() == ["wellbys_by_group.young", "wellbys_by_group.old", ""]
    assert (table["cost"] == 0).all()
    assert (table["shadow_price"].dropna() == 0).all()
    assert bought(run, 40_000) == ["choir", "walks"]
