"""Studies of a scenario against the closed form of the normal, and what a choice is worth otherwise, by hand."""

from __future__ import annotations

from itertools import product
from math import log, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from wellbeva import api
from wellbeva.analysis.uncertainty.decision_values import (
    DecisionValue,
    Parts,
    decision_value_table,
    loss_of_perspective,
    paid_of_run,
    parts_of_run,
    value_of_heterogeneity,
    value_of_implementation,
)
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.api import analyses
from wellbeva.api.runs import Run
from wellbeva.errors import WellbevaError
from wellbeva.report.facts.research import choice_sentences, study_sentences
from wellbeva.results.run_folder import open_run

SURE = 4
"""Standard errors beyond which a right estimate lies once in 16,000."""
SERVED = 10 * (1.035**-1.5 - 1.035**-5) / log(1.035)
"""Decisions, 10 a year for five years but for the first 18 months, discounted at 3.5%: 10 ∫ 1.035^-t from 1.5 to 5."""
MODEL = """\
schema: wellbeva/model/1
model: clubs
axes: {payer: {doc: who pays}, level: {labels: [low, central, high], doc: value}}
parameters:
  people: {unit: person, by: [option, group], doc: people}
  gain: {unit: LS, by: [option, group], doc: gain}
  price: {unit: money, by: [option, payer], default: £0, doc: cost}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value}
equations:
  wellbys_by_group: people * gain * (1 year) in WELLBY
  wellbys: sum(wellbys_by_group, over=group) in WELLBY
  cost_by_payer: price in money
  cost: sum(price, over=payer) in money
outcomes: [wellbys, wellbys_by_group, cost, cost_by_payer]
decision: {effect: wellbys, cost: cost, value: wellby_value}
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Clubs
model: clubs
appraisal: green-book-2026
choose: one
axes: {payer: [council, nhs]}
"""
LINEAR = """\
options:
  choir:
    people: 10 people
    gain: 0.5 (se 0.4) [assumed]
    price: {by: payer, council: £4k in 2023 prices, nhs: £0}
studies:
  trial:
    label: A trial of the choir
    measures: gain.choir
    design: trial
    people: [10, 100, 1000]
    sd: 1
    cost: £1k in 2023 prices
    cost_each: £5 in 2023 prices
    reports_after: 18 months
variants: {sure: {label: Sure, gain.choir: "0.5 [assumed]"}}
"""
ALONE = LINEAR.replace("    reports_after: 18 months\n", "")
SERVING = "decisions: {per_year: 10, years: 5 years}\nuptake: {choir: 25%}\n"


def ran(folder: Path, text: str, **more: str) -> Run:
    (folder / "clubs.yaml").write_text(MODEL, "utf-8")
    (folder / "s.yaml").write_text(SCENARIO + text, "utf-8")
    return api.run(folder / "s.yaml", draws=8192, **more)


def analysed(run: Run, wtp: float) -> analyses.Analysis:
    sample = analyses.sample_of(run.dataset)
    return analyses.analyse(sample, [wtp], comparator=sample.options[-1], dataset=run.dataset)


def test_a_study_of_a_scenario_is_worth_what_the_normal_says_less_its_cost(tmp_path: Path) -> None:
    done = analysed(ran(tmp_path, LINEAR + SERVING), 1_000)
    table = done.tables["evsi"]
    assert list(table.columns) == [
        "study", "people", "wtp", "evsi", "se", "held_out", "matched", "population_evsi", "cost", "enbs", "best"
    ]  # fmt: skip
    for row in table.itertuples():
        # Net benefit is normal: mean 1,000 × 10 × 0.5 − 4,000, sd 1,000 × 10 × 0.4; a trial of n errs by 2/n.
        sd = 4_000 * sqrt(0.16 / (0.16 + 2 / row.people))
        truth = norm.pdf(1_000 / sd) * sd + 1_000 * norm.cdf(1_000 / sd) - 1_000
        for estimate in (row.evsi, row.held_out, row.matched):
            assert abs(estimate - truth) < SURE * row.se
        assert row.population_evsi == pytest.approx(SERVED * row.evsi, rel=1e-12)
        assert row.cost == 1_000 + 5 * 2 * row.people
        assert row.enbs == pytest.approx(row.population_evsi - row.cost)
    assert table["best"].tolist() == [False, True, False]
    assert done.tables["evppi"]["population_evppi"].iloc[0] > table["population_evsi"].max()
    mix = done.tables["decision_values"].set_index("kind").loc["implementation"]
    assert (mix["detail"], mix["value"]) == ("choir", pytest.approx(750, abs=SURE * mix["se"]))


@pytest.mark.thorough
def test_a_run_keeps_its_studies_and_a_variant_that_settles_the_input_has_none(tmp_path: Path) -> None:
    run = ran(tmp_path, LINEAR + SERVING)
    assert run.tables["evsi"]["wtp"].tolist() == [15_253.0] * 3
    run.write(tmp_path / "run")
    assert (tmp_path / "run" / "evsi.csv").exists()
    assert analyses.research_of(open_run(tmp_path / "run")) == run.compiled.record.research
    assert "evsi" not in ran(tmp_path, LINEAR + SERVING, variant="sure").tables
    once = ran(tmp_path, ALONE)
    research = once.compiled.record.research
    assert research.studies[0].population == 1
    table = analysed(once, 1_000).tables["evsi"]
    assert study_sentences(table, research, 1_000, "GBP") == ["No study is worth its cost."]


GROUPED = """\
groups: {young: Young, old: Old}
comparator: choir
options:
  choir:
    people: 10 people
    gain: {by: group, young: 0.2 (se 0.1), old: 0.8 (se 0.2), source: assumed}
    price: {by: payer, council: £1k in 2023 prices, nhs: £3k in 2023 prices}
  band:
    people: 10 people
    gain: {by: group, young: 0.9 (se 0.1), old: 0.2 (se 0.2), source: assumed}
    price: {by: payer, council: £2k in 2023 prices, nhs: £1k in 2023 prices}
known_together: [[gain.choir], [gain.band.young, gain.choir.young]]
"""


def test_groups_and_payers_of_a_run_are_those_of_brute_force(tmp_path: Path) -> None:
    run = ran(tmp_path, GROUPED)
    drawn, sample = run.dataset["draws_wellbys_by_group"].values, analyses.sample_of(run.dataset)
    thresholds = np.array([500.0, 1_000.0, 20_000.0])
    found = decision_value_table(sample, thresholds, uptake={}, comparator=0, dataset=run.dataset)
    for wtp in thresholds:
        table = found[found["wtp"] == wtp].set_index("kind")
        benefit, price = wtp * drawn.mean(axis=0), np.array([4_000.0, 3_000.0])
        alone = benefit.sum(axis=1) - price
        mixed = max(benefit[a, 0] + benefit[b, 1] - price[[*{a, b}]].sum() for a, b in product((0, 1), repeat=2))
        row = table.loc["heterogeneity"]
        assert row["value"] == pytest.approx(mixed - alone.max(), abs=1e-6)
        assert row["detail"].endswith("; costs whole")
        paid = np.array([[1_000.0, 3_000.0], [2_000.0, 1_000.0]])
        choices = (benefit.sum(axis=1)[:, np.newaxis] - paid).argmax(axis=0)
        views = table.loc["perspective"]
        assert views["value"].tolist() == pytest.approx([alone.max() - alone[choice] for choice in choices], abs=1e-6)
    assert row["detail"].startswith("young: band, old: choir")
    assert row["value"] > 10 * row["se"]
    other = run.dataset.assign(decision_own_cost=2 * run.dataset["decision_own_cost"])  # as with other benefits
    assert parts_of_run(other, sample) is None
    known = set(run.tables["evppi"]["parameters"])
    assert {"gain.choir.young, gain.choir.old", "gain.band.young, gain.choir.young"} <= known
    assert "known together" in run.report()


def test_implementation_by_hand() -> None:
    sample = DecisionSample(("none", "offer"), np.array([[0.0, 10], [0, 20]]), np.array([[0.0, 5], [0, 5]]))
    (row,) = value_of_implementation(sample, np.ones(1), {"offer": 0.3}, 0)
    assert row == ("implementation", "offer", 1, pytest.approx(7), pytest.approx(3.5))


@pytest.mark.parametrize(
    ("by_group", "whole", "value", "detail"),
    [
        (1.0, 0.0, 8, "young: a, old: b"),
        (0.0, 2.0, 6, "young: a, old: b; costs whole"),
        (0.0, 9.0, 0, "young: a, old: a; costs whole"),
    ],
)
def test_heterogeneity_by_hand(by_group: float, whole: float, value: float, detail: str) -> None:
    effect = np.array([[[9.0, 0], [0, 8]], [[11, 0], [0, 8]]])
    cost, shared = np.full((2, 2, 2), by_group), np.full((2, 2), whole)
    sample = DecisionSample(("a", "b"), effect.sum(axis=2), cost.sum(axis=2) + shared)
    (row,) = value_of_heterogeneity(sample, np.ones(1), Parts(("young", "old"), effect, cost, shared))
    assert row == ("heterogeneity", detail, 1, pytest.approx(value), 0)


def test_perspective_by_hand() -> None:
    effect, cost = (np.tile(one, (2, 1)) for one in ([0.0, 10, 8], [0.0, 8, 3]))
    paid = {"p": np.array([0.0, 8, 0]), "q": np.array([0.0, 0, 3]), "r": np.zeros(3)}
    found = loss_of_perspective(DecisionSample(("none", "a", "b"), effect, cost), np.ones(1), paid)
    assert found == [("perspective", "p: b", 1, 0, 0), ("perspective", "q: a", 1, 3, 0)]


def test_a_payers_view_is_not_guessed_from_outcomes_of_which_one_may_hold_another(tmp_path: Path) -> None:
    text = MODEL.replace("  cost: sum", "  of_which_staff: price in money\n  cost: sum")
    text = text.replace("cost_by_payer]", "cost_by_payer, of_which_staff]")
    (tmp_path / "clubs.yaml").write_text(text, "utf-8")
    (tmp_path / "s.yaml").write_text(SCENARIO + LINEAR.partition("studies:")[0], "utf-8")
    run = api.run(tmp_path / "s.yaml", draws=8192)
    assert paid_of_run(run.dataset, ("nothing", "choir")) == {}


def test_sentences_say_what_is_at_least_and_what_is_not_known() -> None:
    rows = [("heterogeneity", "young: a, old: b; costs whole", 1, value, 0) for value in (30_000, 0)]
    more, unknown = (choice_sentences(pd.DataFrame([row], columns=DecisionValue._fields), 1, "GBP") for row in rows)
    assert more == ["Choosing by group (young: a, old: b; costs whole) would add £30k (± 0) or more."]
    assert unknown == ["What choosing by group would add is not known: no outcome gives the cost by group."]


def test_decisions_are_counted_once(tmp_path: Path) -> None:
    """``--population`` counts those that a study serves, too, and stands in the place of ``decisions``."""
    run = ran(tmp_path, ALONE)
    sample = analyses.sample_of(run.dataset)
    table = analyses.analyse(sample, [1_000], dataset=run.dataset, population=500).tables["evsi"]
    assert table["population_evsi"].tolist() == (500 * table["evsi"]).tolist()
    run = ran(tmp_path, ALONE + SERVING)
    with pytest.raises(WellbevaError, match="WB-R162"):
        analyses.analyse(analyses.sample_of(run.dataset), [1_000], dataset=run.dataset, population=500)
