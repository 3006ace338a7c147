"""Decision table, summary table, evidence."""

import math
import re

import numpy as np
import pytest
from scipy.stats import norm

from wellbeva import api
from wellbeva.analysis.decision_arrays import order_by_net_benefit
from wellbeva.analysis.evidence import evidence_of, inputs_by_option
from wellbeva.analysis.tables.decision import decision_table
from wellbeva.analysis.tables.summary import summary_table
from wellbeva.cli.decision_table import print_decision
from wellbeva.core.statistics import STATISTICS
from wellbeva.report.facts.answer import answer, ranked
from wellbeva.report.facts.result import gather
from wellbeva.report.page.cells import detail
from wellbeva.results.dataset import build


def test_rivals(rivals, a_record, an_input):
    record = a_record(
        [
            an_input("effect.visits", evidence="promising", option="visits"),
            an_input("hold.visits", evidence="assumed", option="visits", parameter="hold", unit="year"),
            an_input("deadweight", evidence="assumed", parameter="deadweight", unit="share", layer="values"),
            an_input("leakage", evidence="assumed", parameter="leakage", unit="share", layer="default"),
            an_input("effect.calls", evidence="initial", option="calls"),
        ]
    )
    table = decision_table(rivals, record).set_index("option")
    visits, nothing = table.loc["visits"], table.loc["nothing"]
    mean = rivals["decision_effect"].sel(statistic="mean", decision_option="visits").item()
    assert visits["label"] == "Weekly visits"
    assert visits["wellbys"] == mean
    ends = rivals["decision_effect"].sel(statistic=["q05", "q95"], decision_option="visits")
    assert visits[["wellbys_q05", "wellbys_q95"]].tolist() == ends.values.tolist()
    net = rivals["decision_net_benefit"].sel(statistic=["q05", "q95"], decision_option="visits", level="central")
    assert visits[["nb_central_q05", "nb_central_q95"]].tolist() == net.values.tolist()
    assert visits["cost_per_wellby"] == pytest.approx(200_000 / mean)
    assert visits["wellbys_per_1000"] == pytest.approx(mean / 200)
    assert visits["nb_low"] == pytest.approx(13_000 * mean - 200_000)
    assert visits["nb_high"] == pytest.approx(20_000 * mean - 200_000)
    assert visits["bcr"] == pytest.approx(16_000 * mean / 200_000)
    assert visits["prob_best"] == rivals["prob_best"].sel(threshold=16_000, decision_option="visits").item()
    assert visits["prob_worth_it"] == rivals["prob_worth_it"].sel(level="central", decision_option="visits").item()
    assert (visits["status"], visits["evidence"]) == ("frontier", "promising; 2 inputs assumed")
    assert table.loc["calls", "evidence"] == "initial; 1 input assumed"
    assert table.loc["calls", "status"] == "extendedly dominated"
    assert (nothing["label"], nothing["status"], nothing["evidence"]) == ("Doing nothing", "comparator", "")
    assert nothing[["cost_per_wellby", "wellbys_per_1000", "bcr", "prob_no_benefit", "prob_worth_it"]].isna().all()


def test_offers(offers, a_record, an_input):
    record = a_record(
        [
            an_input("effect.visits", evidence="strong", option="visits"),
            an_input("hold.visits", evidence="initial", option="visits", parameter="hold", unit="year"),
            an_input("effect.calls", evidence="assumed", option="calls"),
        ],
        choose="several",
    )
    table = decision_table(offers, record).set_index("option")
    assert list(table.index) == ["visits", "calls"]
    assert table["prob_best"].isna().all()
    assert list(table["status"]) == ["repays its cost", "does not repay its cost"]
    assert list(table["evidence"]) == ["strong", "assumed"]


@pytest.mark.parametrize(
    ("effect", "price", "status"),
    [(-0.4, 2000, "harmful"), (0.4, 0, "no cost given"), (0.4, -10, "repays its cost")],
)
def test_edges_of_an_offer(small, a_record, effect, price, status):
    case = small.small_case(
        choose="several", effect=np.asarray([effect, 0.1]), price=np.asarray([float(price), 1800.0])
    )
    table = decision_table(build(case.plan, case.result), a_record(choose="several")).set_index("option")
    row = table.loc[case.plan.decision.options[0]]
    assert row["status"] == status
    assert math.isnan(row["cost_per_wellby"])
    assert math.isnan(row["wellbys_per_1000"]) == (price <= 0)


def test_nothing_values_the_effect(small, a_record):
    case = small.small_case(choose="several", levels=False)
    table = decision_table(build(case.plan, case.result), a_record(choose="several"))
    assert table[["nb_low", "nb_central", "nb_high", "bcr", "prob_worth_it"]].isna().all(axis=None)
    assert set(table["status"]) == {"not valued"}


def test_the_models_own_bcr_wins(rivals, a_record):
    own = rivals["npsv"].copy()
    own.values = np.arange(own.size, dtype=float).reshape(own.shape)
    table = decision_table(rivals.assign(bcr=own), a_record()).set_index("option")
    assert table.loc["calls", "bcr"] == own.sel(statistic="mean", option="calls", level="central").item()


def test_summary_holds_every_cell_once(rivals):
    table = summary_table(rivals)
    assert tuple(table.columns) == ("option", "outcome", *STATISTICS, "unit", "note")
    assert ",".join(STATISTICS) == "mean,mcse,sd,q025,q05,q25,q50,q75,q95,q975,base_case"
    assert not table.duplicated(["option", "outcome"]).any()
    row = table.set_index(["option", "outcome"]).loc[("visits", "npsv.central")]
    assert row["base_case"] == pytest.approx(120_000)
    assert row["q95"] == rivals["npsv"].sel(statistic="q95", option="visits", level="central").item()
    # wellbys, cost, cost_per_wellby and npsv at 3 levels; decision: effect, cost, net benefit at 3 levels
    assert (table["option"] == "visits").sum() == 6 + 5
    assert list(dict.fromkeys(table["option"])) == ["visits", "calls", "nothing"]


def test_evidence_of_rivals_counts_only_what_can_turn(a_record, an_input):
    record = a_record(
        [
            an_input("effect.visits", evidence="promising", option="visits", element="effect[visits]"),
            an_input("take_up.visits", evidence="initial", option="visits", element="take_up[visits]"),
        ]
    )
    assert evidence_of(inputs_by_option(record)["visits"], choose="one").grade == "initial"
    found = evidence_of(inputs_by_option(record)["visits"], choose="one", turning={"effect[visits]"})
    assert (found.grade, found.inputs) == ("promising", ("effect.visits",))


def test_a_studied_level_of_wellbeing_does_not_make_an_assumed_gain_a_studied_one(a_record, an_input):
    record = a_record(
        [
            an_input("baseline", evidence="strong", parameter="baseline", unit="LS"),
            an_input("effect.visits", evidence="assumed", option="visits"),
        ]
    )
    assert evidence_of(inputs_by_option(record)["visits"], choose="one").grade == "assumed"


def test_evidence_without_a_parameter_called_effect_reads_units(a_record, an_input):
    record = a_record(
        [
            an_input("slope", evidence="strong", parameter="slope", unit="LS/person"),
            an_input("fall.visits", evidence="initial", option="visits", parameter="fall", unit="step"),
            an_input("value", evidence="assumed", parameter="value", unit="GBP/WELLBY", layer="values"),
            an_input("cost.visits", evidence="assumed", option="visits", parameter="cost", unit="GBP"),
        ]
    )
    assert evidence_of(inputs_by_option(record)["visits"], choose="several").grade == "initial"
    assert evidence_of(inputs_by_option(record)["calls"], choose="several").grade == "strong"


def test_evidence_where_all_is_assumed_or_silent(a_record, an_input):
    assumed = a_record([an_input("effect.visits", evidence="assumed", option="visits")])
    assert evidence_of(inputs_by_option(assumed)["visits"], choose="one").grade == "assumed"
    assert evidence_of(inputs_by_option(a_record())["visits"], choose="several").grade == ""


def test_a_ratio_without_a_denominator_is_empty_and_says_why():
    """R38: nobody in this scenario is a public body, so that `rpsc` has nothing to divide by; no number is −0."""
    run = api.run("scenarios/appraisal/additionality.yaml", draws=8192)
    table = run.tables["summary"]
    numbers = table[list(STATISTICS)].to_numpy()
    assert not np.isinf(numbers).any()
    rows = table[table["outcome"].str.startswith("rpsc")]
    assert len(rows) == 3
    assert rows[list(STATISTICS)].isna().all(axis=None)
    assert set(rows["note"]) == {"it would divide by 0"}
    assert run.dataset["rpsc"].attrs["empty"] == "it would divide by 0"
    told = table[table["mean"].notna() & ~table["outcome"].str.startswith("decision.cost")]
    assert set(told["note"]) == {""}
    for one in run.tables.values():
        values = one.select_dtypes("float").to_numpy()
        assert not (np.signbit(values) & (values == 0)).any()


QUADRANTS = [(gain, price) for gain in (0.4, 0.0, -0.4) for price in (2000.0, 0.0, -2000.0)]


@pytest.mark.parametrize(("gain", "price"), QUADRANTS)
def test_ratios_of_more_or_less_gain_for_more_or_less_money(small, a_record, an_input, gain, price):
    """R38: £ per WELLBY of a gain that saves nothing; the others of money that is spent; else empty, and why."""
    case = small.small_case(choose="several", effect=np.asarray([gain, 0.1]), price=np.asarray([price, 1800.0]))
    dataset = build(case.plan, case.result)
    priced = [an_input("price.visits", evidence="assumed", option="visits", parameter="price", unit="money")]
    row = decision_table(dataset, a_record(priced, choose="several")).set_index("option").loc["visits"]
    gained, spent = row["wellbys"], row["cost"]
    expected = {
        "cost_per_wellby": spent / gained if gain > 0 and spent >= 0 else math.nan,
        "wellbys_per_1000": 1000 * gained / spent if spent > 0 else math.nan,
        "bcr": 16_000 * gained / spent if spent > 0 else math.nan,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected, nan_ok=True)
    why = {"cost_per_wellby": "money is saved" if gain > 0 else "the gain is not clearly above 0"}
    why |= {"wellbys_per_1000": "the cost is not clearly above 0", "bcr": "the costs are not clearly above 0"}
    assert row["note"] == "; ".join(f"no {name}: {why[name]}" for name, x in expected.items() if math.isnan(x))


def test_other_benefits_against_a_comparator_with_its_own(tmp_path):
    """R38, R49: 10 WELLBYs more for £2,000 more, with £1,500 more of earnings; own totals beside."""
    offer = (
        "  {0}: {{label: {0}, people: 100 people, effect: {1}, hold: 1 year, effect_and_earnings: apart,\n"
        "    earnings: £{2} in 2019 prices, others_time: 1 year,\n"
        '    cost_once: {{by: payer, council: "£{3} in 2019 prices"}}}}\n'
    )
    (tmp_path / "s.yaml").write_text(
        "schema: wellbeva/scenario/1\nscenario: Into work\nmodel: other_benefits\nappraisal: hmt-wellbeing-2021\n"
        "time: {step: year, from: 0, to: 0}\ncomparator: usual\nchoose: several\n"
        "axes: {payer: {council: Council}}\nsources: {s: {cite: Shown, evidence: strong, covers: all}}\noptions:\n"
        + offer.format("usual", "0.3 (se 0.01)", 5, "1,000")
        + offer.format("new", "0.4 (se 0.01)", 20, "3,000"),
        encoding="utf-8",
    )
    run = api.run(tmp_path / "s.yaml", draws=8192)
    new = run.tables["decision"].set_index("option").loc["new"]
    money = ["cost", "savings", "other_benefits", "own_cost"]
    assert new[money].tolist() == pytest.approx([2_000, 0, 1_500, 3_000])
    assert new[["wellbys", "wellbys_per_1000", "cost_per_wellby"]].tolist() == pytest.approx([10, 5, 200], rel=1e-3)
    assert new["nb_central"] == pytest.approx(13_000 * new["wellbys"] + 1_500 - 2_000)
    assert new["bcr"] == pytest.approx((13_000 * new["wellbys"] + 1_500) / 2_000)
    assert run.tables["league"].loc[0, ["net_cost", "wellbys_per_1000"]].tolist() == pytest.approx([2_000, 5], rel=1e-3)
    per_1000 = run.dataset["decision_per_1000"].sel(statistic="mean", decision_option="new")
    assert per_1000.item() == pytest.approx(new["wellbys_per_1000"])


@pytest.mark.thorough
def test_two_that_cost_nothing_are_compared_by_other_benefits_that_alone_vary(tmp_path):
    """R53: neither has a ratio, so that net benefit tells; of effect and net cost one draw would do."""
    offer = (
        "  {0}: {{label: {0}, people: 100 people, effect: 0.3, hold: 1 year, effect_and_earnings: apart,\n"
        '    others_time: 1 year, earnings: "{1}", cost_once: {{by: payer, council: £0 in 2019 prices}}}}\n'
    )
    (tmp_path / "s.yaml").write_text(
        "schema: wellbeva/scenario/1\nscenario: Into work\nmodel: other_benefits\nappraisal: hmt-wellbeing-2021\n"
        "time: {step: year, from: 0, to: 0}\ncomparator: nothing\nchoose: several\n"
        "axes: {payer: {council: Council}}\nsources: {s: {cite: Shown, evidence: strong, covers: all}}\noptions:\n"
        + offer.format("usual", "£100 in 2019 prices")
        + offer.format("new", "£110 in 2019 prices (se 10)"),
        encoding="utf-8",
    )
    runs = [api.run(tmp_path / "s.yaml", draws=8192, engine=one) for one in ("reference", "blocked", "compiled")]
    beats = [run.dataset["beats"].values for run in runs]
    # The mean of new lies one standard error above the other: Φ(1). One input alone: in each of 16 randomisations a
    # scrambled net has the right number of its 512 draws below any point, give or take one.
    assert abs(beats[0][1, 0] - norm.cdf(1)) <= 1 / 512
    assert all((one == beats[0]).all() for one in beats)
    assert list(runs[0].tables["league"]["option"]) == ["new", "usual"]


OFFERS = """\
schema: wellbeva/scenario/1
scenario: Offers that cost nothing
model: cost_per_wellby
appraisal: green-book-2026
comparator: nothing
choose: several
options:
  unknown: {label: Talks, effect: "0.3 (se 0.05) [assumed]"}
  dear: {label: Garden, effect: "0.3 (se 0.05) [assumed]", cost_total: "£100 in 2023 prices [assumed]"}
  free: {label: Benches, effect: "0.2 (se 0.05) [assumed]", cost_total: "£0 in 2023 prices [assumed]"}
  saver: {label: Choir, effect: "0.1 (se 0.01) [assumed]", cost_total: "-£50 in 2023 prices [assumed]"}
"""


def test_offers_at_no_cost_stand_first_everywhere_and_one_without_a_given_cost_last(tmp_path, capsys):
    """R53."""
    (tmp_path / "s.yaml").write_text(OFFERS, encoding="utf-8")
    run = api.run(tmp_path / "s.yaml", draws=8192)
    order = ["saver", "free", "dear"]
    assert sorted(run.tables["league"]["option"][:2]) == sorted(order[:2])
    assert list(run.tables["league"]["option"])[2:] == ["dear"]
    assert run.tables["league_apart"][["option", "reason"]].to_numpy().tolist() == [["unknown", "no cost given"]]
    table = run.tables["decision"].set_index("option")
    assert table.loc["unknown", "status"] == "no cost given"
    assert "no wellbys_per_1000: the cost is not clearly above 0" in table.loc["free", "note"]
    assert table["cost_per_wellby"].dropna().ge(0).all()
    assert table.loc["free", "cost_per_wellby"] == 0
    assert table.loc["saver", "note"].startswith("no cost_per_wellby: money is saved; ")
    assert table.loc["unknown", "note"].startswith("no cost_per_wellby: no cost given; no wellbys_per_1000: no cost")
    result = gather(run.dataset, run.compiled.record, plan=run.compiled.plan, tables=run.tables)
    names = [one.name for one in ranked(result)]
    assert names == [*run.tables["league"]["option"], "unknown"]
    assert answer(result).sentence == "Two offers would do good at no cost on average."
    print_decision(run)
    lines = capsys.readouterr().out.splitlines()
    at = {label: next(k for k, line in enumerate(lines) if line.startswith(label)) for label in ("Benches", "Garden")}
    assert at["Benches"] < at["Garden"]


def test_the_terminal_calls_an_option_what_the_report_calls_it(tmp_path, capsys):
    names = "Tea in the hall on every first Tuesday, short: Tea in the hall"
    (tmp_path / "s.yaml").write_text(OFFERS.replace("label: Benches", f"label: {names}"), encoding="utf-8")
    print_decision(api.run(tmp_path / "s.yaml", draws=8192))
    printed = capsys.readouterr().out
    assert "\nTea in the hall " in printed
    assert "Tuesday" not in printed


def test_rivals_say_too_that_no_cost_is_given(tmp_path, capsys):
    """R52: where any has a cost, the others are refused."""
    rivals = OFFERS.replace("choose: several", "choose: one")
    without = [line for line in rivals.splitlines() if not line.startswith(("  dear:", "  free:", "  saver:"))]
    (tmp_path / "s.yaml").write_text("\n".join(without), encoding="utf-8")
    run = api.run(tmp_path / "s.yaml", draws=8192)
    noted = run.tables["decision"].set_index("option")["note"].str.contains("no cost given")
    assert noted[noted].index.tolist() == ["unknown"]
    result = gather(run.dataset, run.compiled.record, plan=run.compiled.plan, tables=run.tables)
    costs = {one.name: detail(one, result) for one in result.options if not one.nothing}
    assert costs == {"unknown": "no cost given"}
    print_decision(run)
    said = capsys.readouterr().out
    assert "Talks – " in " ".join(said.split())
    assert "– where no cost is given." in " ".join(said.split())


def test_the_order_of_many_options_is_that_of_taking_the_first_again_and_again():
    random = np.random.default_rng(3)
    for _ in range(50):
        net = random.integers(-3, 3, 12) * 1e3 + random.integers(0, 3, 12) * 5e-10
        cost = random.integers(0, 3, 12).astype(float)
        slack = 1e-12 * max(np.abs(net).max(), cost.max())
        left, expected = list(range(12)), []
        while left:
            top = max(net[left])
            first = min((one for one in left if net[one] >= top - slack), key=lambda one: (cost[one], one))
            expected.append(first)
            left.remove(first)
        assert order_by_net_benefit(net, cost) == tuple(expected)


@pytest.mark.parametrize("choose", ["one", "several"])
def test_a_gain_above_0_in_every_draw_is_not_told_as_none(choose: str) -> None:
    """R52: one mean error of so skew a gain is most of it, so that its size is not clear; that it is 0 is false."""
    gains = "{lognormal: {median: 0.05, sdlog: 7}}"
    text = f"""
schema: wellbeva/scenario/1
scenario: A skew gain
model: cost_per_wellby
appraisal: green-book-2026
comparator: nothing
choose: {choose}
options:
  walks: {{cost_total: £5000 in 2023 prices, people: 10, effect: {gains}}}
  talks: {{cost_total: £5000 in 2023 prices, people: 10, effect: 0.3 (0.1 to 0.5)}}
"""
    run = api.run(text, draws=8192)
    row = run.tables["decision"].set_index("option").loc["walks"]
    assert row["prob_no_benefit"] == 0
    assert row["note"] == "no cost_per_wellby: the gain is not clearly above 0; no bcr: nothing values the gain"
    assert choose == "one" or row["status"] == "no clear benefit"
    assert not re.search("(gain|cost)s? (is |are )?not above 0|no benefit", run.report())


COVERED = """
schema: wellbeva/scenario/1
scenario: Walks or a choir
question: Which is worth its cost?
model: cost_per_wellby
appraisal: green-book-2026
comparator: nothing
choose: CHOOSE
options:
  walks: {label: Walks, people: 100, effect: 0.3 (se 0.1), cost_each: £100}
  choir: {label: Choir, people: 50, effect: 0.2 (se 0.05), cost_each: £90}
sources:
  trial: {cite: A trial (made up), design: trial, evidence: strong, covers: all}
"""


@pytest.mark.parametrize("choose", ["one", "several"])
@pytest.mark.parametrize(
    ("typed", "grade"),
    [("0.5", ""), ("0.5 [trial]", "strong"), ("0.5 [assumed]", "assumed"), ("as written × 1.1", "strong")],
)
def test_r2_the_source_that_covers_all_does_not_speak_for_what_somebody_sets(
    choose: str, typed: str, grade: str
) -> None:
    run = api.run(COVERED.replace("CHOOSE", choose), draws=8192, overrides=[f"effect.walks={typed}"])
    grades = {one.name: one.evidence for one in run.facts.real}
    assert grades == {"walks": grade, "choir": "strong"}
