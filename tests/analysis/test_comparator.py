"""Two offers that do good, each the comparator in turn: one meaning in every file and on page one (semantics R49).

By hand: four draws of the gain, 20, 30, 40, 30 and 50, 40, 60, 50 WELLBYs, for £100,000 and £140,000. The garden gains
20 WELLBYs more on average (30, 10, 20, 20) for £40,000 more; a WELLBY is worth £15,253 in 2023 prices.
"""

import csv
import json

import numpy as np
import pytest

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.analysis.acceptability import plane
from wellbeva.cli.json_output import printed, run_document
from wellbeva.report.facts.result import gather
from wellbeva.report.facts.sensitivity import Changes
from wellbeva.report.page.summary.page_one import page_one

VALUE = 15_253
MODEL = """\
schema: wellbeva/model/1
model: shop
parameters:
  gain: {unit: WELLBY, by: option, doc: WELLBYs gained}
  price: {unit: GBP, by: option, doc: price}
  wellby_value: {unit: GBP/WELLBY, from: appraisal, doc: value of a WELLBY}
equations:
  wellbys: gain in WELLBY
  cost: price in GBP
  benefit: wellbys * wellby_value in GBP
  bcr: ratio(benefit, cost) in ratio
outcomes: [wellbys, cost, bcr]
decision: {effect: wellbys, cost: cost, value: wellby_value}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Two that do good
question: Which?
model: shop
appraisal: green-book-2026
choose: CHOOSE
comparator: COMPARATOR
options:
  choir: {label: Choir, price: '£100000 in 2023 prices [assumed]'}
  garden: {label: Garden, price: '£140000 in 2023 prices [assumed]'}
tables: [{file: draws.csv, rows: draw, source: assumed}]
published:
- decision.effect.OTHER on average = EFFECT within 0.001
- decision.own_effect.OTHER on average = OWN within 0.001
"""
OWN = {"choir": (30.0, 100_000.0), "garden": (50.0, 140_000.0)}
OTHER = {"choir": "garden", "garden": "choir"}


@pytest.fixture(
    scope="module",
    params=thorough_after(
        2, [(("choir", "one"),), (("garden", "several"),), (("garden", "one"),), (("choir", "several"),)]
    ),
)
def finished(request, tmp_path_factory):
    comparator, choose = request.param
    folder = tmp_path_factory.mktemp("two")
    other = OTHER[comparator]
    words = {
        "CHOOSE": choose,
        "COMPARATOR": comparator,
        "OTHER": other,
        "EFFECT": f"{OWN[other][0] - OWN[comparator][0]:g} WELLBY",
        "OWN": f"{OWN[other][0]:g} WELLBY",
    }
    text = SCENARIO
    for name, word in words.items():
        text = text.replace(name, word)
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    (folder / "shop.yaml").write_text(MODEL, encoding="utf-8")
    (folder / "draws.csv").write_text("gain.choir,gain.garden\n20,50\n30,40\n40,60\n30,50\n", encoding="utf-8")
    run = api.run(folder / "s.yaml")
    return run, comparator, choose, run.write(folder / "out")


def read(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_decision_csv_is_against_the_comparator(finished):
    run, comparator, choose, folder = finished
    rows = {row["option"]: row for row in read(folder, "decision.csv")}
    other = OTHER[comparator]
    sign = 1 if other == "garden" else -1
    for option, (effect, cost) in OWN.items():
        assert (float(rows[option]["own_wellbys"]), float(rows[option]["own_cost"])) == (effect, cost)
    row, zero = rows[other], rows[comparator]
    assert [float(zero[name]) for name in ("cost", "wellbys", "nb_central")] == [0, 0, 0]
    assert not any(zero[name] for name in ("bcr", "cost_per_wellby", "wellbys_per_1000", "prob_worth_it"))
    assert float(row["wellbys"]) == sign * 20
    assert float(row["cost"]) == sign * 40_000
    assert float(row["nb_central"]) == pytest.approx(sign * (20 * VALUE - 40_000))
    assert float(row["prob_no_benefit"]) == (0 if sign > 0 else 1)
    if sign > 0:
        assert float(row["wellbys_per_1000"]) == 0.5
        assert float(row["cost_per_wellby"]) == 2_000
        assert float(row["bcr"]) == pytest.approx(20 * VALUE / 40_000)
        assert row["note"] == ""
    else:
        assert not any(row[name] for name in ("bcr", "cost_per_wellby", "wellbys_per_1000"))
        assert row["note"].count("not clearly above 0") == 3
    if choose == "several":
        assert rows[other]["status"] == ("repays its cost" if sign > 0 else "gains less")
        assert rows[comparator]["status"] == "comparator"
    told = {one["option"]: one for one in json.loads(printed(run_document(run, folder)))["decision"]}
    assert told[other]["wellbys"] == sign * 20
    assert told[other]["own_wellbys"] == OWN[other][0]


def test_summary_and_results_are_against_the_comparator(finished):
    run, comparator, _, folder = finished
    other = OTHER[comparator]
    sign = 1 if other == "garden" else -1
    rows = {(row["option"], row["outcome"]): row for row in read(folder, "summary.csv")}
    drawn = sign * np.array([30.0, 10, 20, 20])
    effect = rows[other, "decision.effect"]
    assert float(effect["mean"]) == sign * 20
    assert float(effect["sd"]) == pytest.approx(drawn.std(ddof=1))
    assert float(effect["q25"]) == np.quantile(drawn, 0.25)
    assert float(rows[other, "decision.own_effect"]["mean"]) == float(rows[other, "wellbys"]["mean"]) == OWN[other][0]
    assert float(rows[other, "decision.own_cost"]["mean"]) == OWN[other][1]
    bcr = rows[other, "decision.bcr"]
    if sign > 0:
        assert (float(bcr["mean"]), bcr["note"]) == (pytest.approx(20 * VALUE / 40_000), "")
    else:
        assert (bcr["mean"], bcr["note"]) == ("", "the costs are not clearly above 0")
    assert float(rows[other, "bcr"]["mean"]) == pytest.approx(OWN[other][0] * VALUE / OWN[other][1])
    assert run.dataset["decision_own_effect"].sel(statistic="mean", option=other).item() == OWN[other][0]
    assert run.dataset["decision_cost"].sel(statistic="mean", decision_option=other).item() == sign * 40_000
    assert list(plane(run.dataset)["inc_effect"].sel(decision_option=other)) == list(drawn)


def test_page_one_is_against_the_comparator_and_says_so(finished):
    run, comparator, choose, _ = finished
    result = gather(run.dataset, run.compiled.record, plan=run.compiled.plan, tables=run.tables)
    assert [one.name for one in result.real] == [OTHER[comparator]]
    page = page_one(result, Changes(), difference=None, balance=None, before=(), discounting="")
    own = {"choir": "30 WELLBYs for £100k", "garden": "50 WELLBYs for £140k"}[comparator]
    assert f"All numbers are against {comparator.capitalize()} (by itself {own})." in page.table.note
    less = "On this evidence Choir would not do people more good than Garden."
    assert page.answer.startswith("Garden would be worth the extra cost over Choir" if comparator == "choir" else less)
    heads = {row.head: row for row in page.table.rows}
    assert heads[OTHER[comparator].capitalize()].under == f"costs £40k {'more' if comparator == 'choir' else 'less'}"
    if choose == "one":
        # 20 WELLBYs at £15,253, less £40,000
        net = {"garden": "£270k", "choir": "−£270k"}
        assert heads[OTHER[comparator].capitalize()].cells[2].text.startswith(net[OTHER[comparator]])
        assert heads[comparator.capitalize()].cells[2].text == "0"
    else:
        assert list(heads) == [OTHER[comparator].capitalize()]
        assert heads[OTHER[comparator].capitalize()].cells[2].text.startswith("0.50" if comparator == "choir" else "–")


def test_published_lines_are_against_the_comparator(finished):
    folder = finished[-1]
    verdicts = api.test(folder.parent / "s.yaml")
    assert [one.verdict for one in verdicts] == ["met", "met"]


def test_costs_that_differ_by_rounding_are_equal(tmp_path):
    """R49: 0.1 + 0.2 is 0.3, and not 5.6e-17 more, of which each pound would gain quadrillions."""
    model = MODEL.replace("price:", "extra: {unit: GBP, by: option, default: 0, doc: more}\n  price:")
    (tmp_path / "shop.yaml").write_text(model.replace("price in", "(price + extra) in"), "utf-8")
    scenario = SCENARIO[: SCENARIO.index("tables")].replace("CHOOSE", "several").replace("COMPARATOR", "choir")
    for written, price in (
        ("'£100000 in 2023 prices [assumed]'", "£0.30 in 2023 prices, gain: 30 (20 to 40)"),
        ("'£140000 in 2023 prices [assumed]'", "£0.1 in 2023 prices, extra: £0.2 in 2023 prices, gain: 50 (40 to 60)"),
    ):
        scenario = scenario.replace(written, price)
    (tmp_path / "two.yaml").write_text(scenario, "utf-8")
    decision = api.run(tmp_path / "two.yaml", draws=8192).decision.set_index("option")
    assert decision.loc["garden", "net_cost"] == 0.0
    assert decision.loc["garden", "net_cost_q05"] == 0.0
    assert np.isnan(decision.loc["garden", "wellbys_per_1000"])
    assert decision.loc["garden", "cost_per_wellby"] == 0.0
