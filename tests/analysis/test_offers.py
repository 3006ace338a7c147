"""Offers in the cases that a reviewer tried by hand: costs nobody gave, harmful benefits, bands, other assumptions."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.analysis.decision_arrays import strictly_ahead
from wellbeva.errors import Diagnostic, WellbevaError
from wellbeva.report.facts.answer import answer
from wellbeva.report.page.blocks.appraisal import repays_title

HEAD = """schema: wellbeva/scenario/1
scenario: Offers
model: {model}
appraisal: {{preset: green-book-2026, prices: 2023}}
time: {{step: year, from: 0, to: 2}}
comparator: {comparator}
choose: {choose}
axes: {{payer: {{funder: Funder}}, body: {{treasury: Treasury}}}}
groups: {{all: Everybody}}
sources: {{s: {{cite: Made up, evidence: strong, covers: all}}}}
values: {{hold: 1 year, controlled: true{values}}}
options:
"""


def ran(folder: Path, *options: str, model: str = "wellbeing_trajectory", choose: str = "several", values: str = "",
        more: str = "", comparator: str = "nothing") -> api.Run:  # fmt: skip
    text = (
        HEAD.format(model=model, choose=choose, values=values, comparator=comparator)
        + "".join(f"  {one}\n" for one in options)
        + more
    )
    (folder / "s.yaml").write_text(text, "utf-8")
    return api.run(folder / "s.yaml", draws=8192)


def offer(name: str, effect: str, cost: str = "", more: str = "") -> str:
    paid = f', cost_once: {{by: payer, funder: "{cost}"}}' if cost else ""
    return f"{name}: {{label: {name.title()}, people: 100 people, effect: {effect}{paid}{more}}}"


@pytest.mark.parametrize(
    ("model", "values"),
    [("wellbeing_trajectory", ", volunteer_wage: £12 per hour"), ("welfare_weights", ', group_income: "£20,000"')],
)
def test_a_wage_or_an_income_is_no_cost(tmp_path: Path, model: str, values: str) -> None:
    if model == "welfare_weights":
        values += ', median_income: "£30,000"'
    options = offer("gardens", "0.3 (0.2 to 0.4)", "£50,000"), offer("choirs", "0.2 (0.1 to 0.3)")
    run = ran(tmp_path, *options, model=model, values=values)
    status = run.tables["decision"].set_index("option")["status"]
    assert status["choirs"] == "no cost given"
    assert list(run.tables["league"]["option"]) == ["gardens"]


def test_other_benefits_below_zero_make_a_ratio_below_zero(tmp_path: Path) -> None:
    run = ran(
        tmp_path,
        offer("leave", "0.25 (0.15 to 0.35)", "£50,000", ', earnings: "-£4,000"'),
        model="other_benefits",
        choose="one",
        values=", others_time: 1 year, effect_and_earnings: apart",
    )
    row = run.tables["decision"].set_index("option").loc["leave"]
    wellbys = float(run.dataset["wellbys"].sel(statistic="mean", option="leave"))
    assert row["bcr"] == pytest.approx((15_253 * wellbys + row["other_benefits"]) / 50_000, rel=1e-3)
    assert row["bcr"] < 0
    assert "bcr" not in row["note"]


def test_a_band_holds_those_that_its_first_is_not_clearly_ahead_of(tmp_path: Path) -> None:
    """1.0, 0.9, 0.8, 0.7 each with se 0.051: Phi(0.1 k / 0.072) is 0.92, 1.0 … for k steps, of neighbours 0.76."""
    gains = (0.50, 0.45, 0.40, 0.35)
    options = [
        offer(name, f"{x:.2f} ({x - 0.1:.2f} to {x + 0.1:.2f})", "£50,000")
        for name, x in zip("abcd", gains, strict=True)
    ]
    league = ran(tmp_path, *options).tables["league"].set_index("option")
    se = 0.1 / stats.norm.ppf(0.975)
    ahead = stats.norm.cdf(0.05 / (se * math.sqrt(2)))
    # Four standard errors of 8,192 independent draws (beyond them once in 16,000), which those of a net do not reach.
    assert league.loc["a", "beats_next"] == pytest.approx(ahead, abs=4 * math.sqrt(ahead * (1 - ahead) / 8192))
    assert stats.norm.cdf(0.10 / (se * math.sqrt(2))) > 0.9
    assert list(league["band"]) == [1, 1, 2, 2]


def test_a_variant_that_moves_net_benefit_alone_is_shown(tmp_path: Path) -> None:
    options = [
        offer(name, "0.3 (0.2 to 0.4)", cost, ", earnings: £700") for name, cost in (("a", "£50,000"), ("b", "£60,000"))
    ]
    run = ran(
        tmp_path, *options, model="other_benefits", values=", others_time: 1 year, effect_and_earnings: apart",
        more="variants:\n  none: {label: No earnings, earnings: £0}\n",
    )  # fmt: skip
    assert "No other assumption changes a number" not in run.report()


def test_of_rows_given_the_error_of_a_share_is_that_of_independent_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pd.DataFrame(stats.norm(0.3, 0.1).rvs((333, 2), random_state=1), columns=["effect.a", "effect.b"])
    rows.to_csv(tmp_path / "draws.csv", index=False)
    cost = ', cost_once: {by: payer, funder: "£50,000"}'
    options = [f"{name}: {{label: {name}, people: 100 people{cost}}}" for name in "ab"]
    tables = "tables: [{file: draws.csv, rows: draw}]\n"
    every = strictly_ahead(ran(tmp_path, *options, more=tables).dataset, 0, 1)
    for module in ("engine.reductions.decision_counts", "results.variables"):
        monkeypatch.setattr(f"wellbeva.{module}.ALL_PAIRS", 1)
    dataset = ran(tmp_path, *options, more=tables).dataset
    assert "beats" not in dataset
    assert strictly_ahead(dataset, 0, 1) == pytest.approx(every, rel=1e-12)
    assert every[2] == pytest.approx(math.sqrt(every[0] * (1 - every[0]) / 332), rel=1e-12)


@pytest.mark.parametrize("seed", thorough_after(1, [1, 2, 3]))
def test_a_saving_that_equals_the_cost_on_average_is_told_alike_by_every_seed(tmp_path: Path, seed: int) -> None:
    """R38: below four standard errors the sign of a mean cost is that of the draws, and so would be its ratio."""
    saving = ', saving_per_year: {by: body, treasury: "£100 (£60 to £140)"}'
    options = (
        offer("classes", "0.3 (0.2 to 0.4)", "£10,000 (£8,000 to £12,000)", saving),
        offer("walks", "0.2 (0.1 to 0.3)", "£50,000"),
    )
    ran(tmp_path, *options)
    run = api.run(tmp_path / "s.yaml", draws=8192, seed=seed)
    row = run.tables["league"].iloc[0]
    assert (row["option"], row["reason"]) == ("classes", "no cost")
    assert math.isnan(row["wellbys_per_1000"])
    assert "would do good at no net cost on average" in run.answer


MONEY = ', cost_once: {{by: payer, funder: "£50,000"}}, saving_per_year: {{by: body, treasury: "£{0}"}}, earnings: £{1}'


@pytest.mark.parametrize("choose", ["one", "several"])
@pytest.mark.parametrize("comparator", thorough_after(1, ["nothing", "usual"]))
def test_a_word_for_money_means_the_same_in_every_table(tmp_path: Path, choose: str, comparator: str) -> None:
    """R37: the cost is what is paid; the net cost is that less savings, other benefits apart."""
    money = {"usual": (40, 300), "new": (90, 400), "more": (20, 200)}
    gains = {"usual": "0.1 (0.05 to 0.15)", "new": "0.2 (0.1 to 0.3)", "more": "0.3 (0.2 to 0.4)"}
    options = [offer(one, gains[one], "", MONEY.format(*sums)) for one, sums in money.items()]
    values = ", others_time: 1 year, effect_and_earnings: apart"
    run = ran(tmp_path, *options, model="other_benefits", choose=choose, values=values, comparator=comparator)
    decision = run.tables["decision"].set_index("option")
    net_cost = decision["cost"] - decision["savings"]
    tables = [run.tables[name].set_index("option") for name in ("incremental", "league") if name in run.tables]
    for table in tables:
        assert table["net_cost"].tolist() == pytest.approx(net_cost[table.index].tolist())
        assert "cost" not in table or table["cost"].tolist() == pytest.approx(decision["cost"][table.index].tolist())
    if choose == "one":
        on, table = tables[0][tables[0]["icer"].notna()], tables[0]
        assert len(on)
        for name in ("net_cost", "other_benefits", "wellbys"):
            increments = table[name][on.index] - table[name][on["against"]].to_numpy()
            assert on[f"inc_{name}"].tolist() == pytest.approx(increments.tolist())
        spent = on["inc_net_cost"] - on["inc_other_benefits"]
        assert on["icer"].tolist() == pytest.approx((spent / on["inc_wellbys"]).tolist())
    summary = run.tables["summary"]
    notes = dict(zip(summary["outcome"], summary["note"], strict=True))
    assert notes["decision.cost"] == "what is paid, less savings and other benefits"
    assert notes["decision.net_cost"] == "what is paid, less savings"


def test_a_ratio_of_the_model_is_empty_where_that_of_the_decision_is_and_says_the_same(tmp_path: Path) -> None:
    """R38, against nothing: one number and one reason, in summary.csv, results.nc and the report."""
    save = ', saving_per_year: {by: body, treasury: "£700 (£600 to £800)"}'
    even = ', saving_per_year: {by: body, treasury: "£100 (£60 to £140)"}'
    options = (
        offer("costs", "0.3 (0.2 to 0.4)", "£50,000"), offer("saves", "0.1 (0.05 to 0.15)", "£40,000", save),
        offer("harms", "-0.1 (-0.15 to -0.05)", "£40,000"), offer("free", "0.2 (0.1 to 0.3)", "£0"),
        offer("unknown", "0.2 (0.1 to 0.3)"), offer("even", "0.3 (0.2 to 0.4)", "£10,000 (£8,000 to £12,000)", even),
    )  # fmt: skip
    run = ran(tmp_path, *options)
    summary = run.tables["summary"].set_index(["outcome", "option"])
    decision = run.tables["decision"].set_index("option")
    for name in ("cost_per_wellby", "wellbys_per_1000", "bcr"):
        for option, row in decision.iterrows():
            mean, note = summary.loc[("bcr.central" if name == "bcr" else name, option), ["mean", "note"]]
            assert mean == pytest.approx(row[name], nan_ok=True), (name, option)
            reasons = dict(one.removeprefix("no ").split(": ") for one in row["note"].split("; ") if one)
            assert note == reasons.get(name, ""), (name, option)
    assert summary.loc[("rpsc.central", ["costs", "unknown"]), "note"].tolist() == [
        "it would divide by 0",
        "no cost given",
    ]
    empty = summary.loc["cost_per_wellby"]
    assert empty["note"].to_dict() == {
        "costs": "", "saves": "money is saved", "harms": "the gain is not clearly above 0", "free": "",
        "unknown": "no cost given", "even": "the cost is not clearly above 0",
    }  # fmt: skip
    assert empty.loc[["saves", "harms", "unknown"], "base_case"].isna().all()
    page = run.report()
    outcomes = page[page.index("What the model reports") :]
    assert all(word in outcomes for word in set(empty["note"]))


@pytest.mark.parametrize("choose", thorough_after(1, ["one", "several"]))
def test_an_effect_within_the_noise_of_the_draws_is_told_alike_by_every_seed(tmp_path: Path, choose: str) -> None:
    """R38, R52: a gain that equals the comparator's on average is no gain, whichever way the draws fall."""
    gain = "0.1 (0.05 to 0.15)"
    options = offer("usual", gain, "£30,000"), offer("same", gain, "£30,000"), offer("less", gain, "£10,000")
    ran(tmp_path, *options, choose=choose, comparator="usual")
    file = tmp_path / "s.yaml"
    told, signs = set(), set()
    for seed in (1, 2):
        run = api.run(file, draws=8192, seed=seed)
        decision = run.tables["decision"].set_index("option")
        frame = decision.sort_index()[["status", "cost_per_wellby", "note"]]
        told.add((run.answer if choose == "several" else "", frame.to_csv(), tuple(decision.index[:1])))
        signs.add(decision.loc["same", "wellbys"] > 0)
    assert len(signs) == 2, "the seeds tell the two cases"
    assert len(told) == 1
    if choose == "several":
        assert set(frame["status"]) == {"comparator", "not clearly more"}
        assert "Less would do no more good than usual but save £20k on balance, worth having" in run.answer
    else:
        assert frame["status"].to_dict() == {"less": "frontier", "usual": "dominated", "same": "dominated"}


PRICED, FREE = offer("gardens", "0.3 (0.2 to 0.4)", "£50,000"), offer("walks", "0.1 (0.05 to 0.15)", "£0")
NONE = [offer(name, "0.2 (0.1 to 0.3)") for name in ("choirs", "talks")]


@pytest.mark.parametrize("comparator", ["nothing", "gardens"])
def test_a_rival_without_a_cost_is_refused_beside_those_that_have_one(tmp_path: Path, comparator: str) -> None:
    """R52: net benefit would rank it as if it were free."""
    with pytest.raises(WellbevaError, match="choirs has no cost"):
        ran(tmp_path, PRICED, FREE, NONE[0], choose="one", comparator=comparator)
    assert [one.code for one in _refused(tmp_path / "s.yaml")] == ["WB-A171"]


def test_no_gain_is_said_to_repay_a_cost_that_nobody_gave(tmp_path: Path) -> None:
    page = ran(tmp_path, PRICED, NONE[0], FREE).report()
    assert "Gardens would repay the cost until" in page
    assert "Choirs would repay" not in page
    assert "Walks would repay" not in page


def _refused(file: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(WellbevaError) as caught:
        api.check(file)
    return tuple(one for one in caught.value.diagnostics if one.severity == "error")


@pytest.mark.thorough
def test_rivals_of_which_none_has_a_cost_are_not_refused_nor_is_the_comparator_nor_are_offers(tmp_path: Path) -> None:
    run = ran(tmp_path, *NONE, choose="one")
    assert run.tables["decision"]["prob_worth_it"].isna().all()
    undefined = run.report().partition("Not defined here (no cost given): ")[2].partition(".")[0]
    ratios = ("over all costs", "for each pound", "return on public sector cost", "cost of a WELLBY", "for each 1,000")
    assert [ratio in words for ratio, words in zip(ratios, undefined.split("; "), strict=True)] == [True] * 5
    ran(tmp_path, PRICED, FREE, NONE[0], choose="one", comparator="choirs")
    ran(tmp_path, PRICED, FREE, NONE[0])
    ran(tmp_path, PRICED, FREE, choose="one")


def test_what_the_comparator_saves_is_in_the_table_of_cash(tmp_path: Path) -> None:
    saving = ', saving_per_year: {by: body, treasury: "£200"}'
    options = offer("usual", "0.1 (0.05 to 0.15)", "£30,000", saving), offer("visits", "0.2 (0.1 to 0.3)", "£45,000")
    page = ran(tmp_path, *options, comparator="usual").report()
    assert "No public body saves money" not in page
    assert "saves, present value" in page
    page = ran(tmp_path, *options[1:]).report()
    assert "No public body saves money in this model" in page
    page = ran(tmp_path, options[0], offer("talks", "0.2 (0.1 to 0.3)"), comparator="usual").report()
    assert "is paid in year 0" not in page, "nobody gave a cost of the offer"


@pytest.mark.parametrize(
    ("gains", "lead"),
    [
        ((0.3, 0.2, -0.2), "brings from a loss of about 0.4 to a gain of about 0.6"),
        ((0.3, 0.3, 0.2), "buys about 0.4 to 0.6"),
        ((0.3, 0.0, -0.2), "brings from a loss of about 0.4 to a gain of about 0.6"),
    ],
)
def test_what_money_buys_on_fixed_inputs_is_told_where_some_offers_lose(
    tmp_path: Path, gains: tuple[float, ...], lead: str
) -> None:
    options = [offer(name, str(gain), "£50,000") for name, gain in zip("abc", gains, strict=True)]
    assert answer(ran(tmp_path, *options).facts).lead == f"£1,000 {lead} WELLBYs if spent on any of the three."


def test_the_title_counts_offers_that_repay_their_cost_as_their_status_does(tmp_path: Path) -> None:
    """Coaching brings money that outweighs the gain that is lost; that is not to repay a cost."""
    options = (
        offer("usual", "0.1 (0.05 to 0.15)", "£30,000"), offer("gardens", "0.3 (0.2 to 0.4)", "£50,000"),
        offer("coaching", "0.05 (0.02 to 0.08)", "£45,000", ', earnings: "£3,000"'),
    )  # fmt: skip
    values = ", others_time: 1 year, effect_and_earnings: apart"
    run = ran(tmp_path, *options, model="other_benefits", values=values, comparator="usual")
    status = run.tables["decision"].set_index("option")["status"].to_dict()
    assert status == {"gardens": "repays its cost", "coaching": "gains less", "usual": "comparator"}
    title = "One of two offers repays its cost on average; one has a net benefit above 0 without a gain"
    assert repays_title(run.facts) == title
    run = ran(tmp_path, options[0], options[2], model="other_benefits", values=values, comparator="usual")
    assert repays_title(run.facts) == "The offer has a net benefit above 0 without a gain on average"


def test_knowing_more_is_worth_nothing_where_one_rival_is_best_in_every_draw(tmp_path: Path) -> None:
    """R54: what rounding leaves of a difference of means is none, and a plan asks for no draws to settle it."""
    saving = ', saving_per_year: {by: body, treasury: "£900"}'
    options = offer("wards", "-0.10 (-0.15 to -0.05)", "£5,000", saving), offer("parks", "0.3 (0.2 to 0.4)", "£50,000")
    dataset = ran(tmp_path, *options, choose="one").dataset
    best = dataset["prob_best"].max("decision_option").to_numpy() == 1
    assert best.sum() > 3
    assert not dataset["evpi"].to_numpy()[best].any()
    assert not dataset["evpi_mcse"].to_numpy()[best].any()
    assert dataset["evpi"].to_numpy()[~best].all()
