"""What a grade does to a run, by choice: spread, shrinkage, optimism, by hand arithmetic (semantics R171, R172)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.tiers import thorough_after
from wellbeva import api
from wellbeva.analysis.tables.scenario_analysis import assumptions_table
from wellbeva.api.runs import EngineName
from wellbeva.engine.run.block_loop import run
from wellbeva.engine.run.settings import RunSettings
from wellbeva.evidence.grading.adjustment import WORDS
from wellbeva.plan.serialise import plan_hash
from wellbeva.results.deterministic import evaluate_points
from wellbeva.scenario.differences import compare

SCENARIO = """
schema: wellbeva/scenario/1
scenario: Two offers
model: wellbeing_trajectory
appraisal: {preset: green-book-2026}
time: {step: year, from: 0, to: 2}
comparator: nothing
choose: one
axes: {payer: {council: Council}, body: {nobody: No public body}}
groups: {young: {label: Young, baseline: 7 LS}}
options:
  walks:
    label: Walks
    effect: 0.4 (se 0.1) [matched]
    hold: 9 months [assumed]
    people: 100 people
  songs:
    label: Songs
    effect: 0.2 (se 0.1) [trial]
    hold: 9 months [assumed]
    people: 100 people
values: {cost_once: {by: payer, council: "£10,000 in 2023 prices", source: trial}}
sources:
  trial: {cite: A trial, design: trial, covers: all}
  matched: {cite: Matched, design: matched comparison, n: 500}
"""
FULL = 100 * 0.75
"""People times years at the full gain, all of them in year 0, which is not discounted: WELLBYs for a point of gain."""
DRAWS = 8192


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "two.yaml"
    path.write_text(SCENARIO.lstrip(), "utf-8")
    return path


def override(asked: str) -> list[str]:
    return [f"appraisal.evidence_adjustment={asked}"]


def wellbys(file: Path, asked: str, engine: EngineName = "blocked") -> dict[str, np.ndarray]:
    """Return the draws of WELLBYs of each option."""
    plan = api.load(file, overrides=override(asked)).plan
    draws = run(plan, RunSettings(draws=DRAWS, engine=engine)).draws["wellbys"]
    return {name: draws[..., index].ravel() for index, name in enumerate(("walks", "songs"))}


def test_r171_a_design_that_is_declared_gives_the_grade(file: Path) -> None:
    inputs = api.load(file).record.inputs
    grades = {one.path: one.evidence for one in inputs if one.parameter == "effect"}
    assert grades == {"effect.walks": "promising", "effect.songs": "strong"}


def test_r172_none_is_the_default_and_changes_nothing(file: Path) -> None:
    plain = plan_hash(api.load(file).plan)
    assert plan_hash(api.load(file, overrides=override("none")).plan) == plain
    assert all(plan_hash(api.load(file, overrides=override(asked)).plan) != plain for asked in WORDS)


def test_r172_each_draw_is_adjusted_as_by_hand(file: Path) -> None:
    plain = wellbys(file, "none")
    matched = {
        "shrink": plain["walks"] * 16 / 23,
        "widen": 0.4 * FULL + 1.8 * (plain["walks"] - 0.4 * FULL),
        "optimism": plain["walks"] * 0.9,
    }
    trial = {"shrink": plain["songs"], "widen": plain["songs"], "optimism": plain["songs"] * 0.95}
    for asked, draws in matched.items():
        found = wellbys(file, asked)
        np.testing.assert_allclose(found["walks"], draws, rtol=1e-12, atol=1e-12 * FULL)
        np.testing.assert_allclose(found["songs"], trial[asked], rtol=1e-12, atol=1e-12 * FULL)


@pytest.mark.parametrize(
    ("declared", "factor"),
    thorough_after(
        2,
        [
            ("design: matched comparison, n: 50, evidence: initial", 16 / 23),
            ("design: trial, n: 50, direct: false", 1.0),
            ("design: before and after", 47 / 76),
            ("evidence: promising", 16 / 23),
        ],
    ),
)
def test_r172_shrink_follows_the_design_that_is_declared(file: Path, declared: str, factor: float) -> None:
    file.write_text(file.read_text("utf-8").replace("design: matched comparison, n: 500", declared), "utf-8")
    shrunk, plain = wellbys(file, "shrink")["walks"], wellbys(file, "none")["walks"]
    np.testing.assert_allclose(shrunk, plain * factor, rtol=1e-12, atol=1e-12 * FULL)


def test_r172_shrink_takes_the_weakest_design_and_assumed_before_all(file: Path) -> None:
    text, plain = file.read_text("utf-8"), wellbys(file, "none")["walks"]
    for cited, factor in (("[trial; matched]", 16 / 23), ("[trial; assumed]", 47 / 76), ("", 1.0)):
        file.write_text(text.replace("effect: 0.4 (se 0.1) [matched]", f"effect: 0.4 (se 0.1) {cited}"), "utf-8")
        np.testing.assert_allclose(wellbys(file, "shrink")["walks"], plain * factor, rtol=1e-12, atol=1e-12 * FULL)


@pytest.mark.parametrize("engine", ["reference", pytest.param("compiled", marks=pytest.mark.thorough)])
def test_r172_every_engine_adjusts_alike(file: Path, engine: EngineName) -> None:
    found, blocked = wellbys(file, "widen", engine), wellbys(file, "widen")
    for name, draws in blocked.items():
        np.testing.assert_allclose(found[name], draws, rtol=1e-12, atol=1e-12 * FULL)


def test_r172_optimism_raises_costs_and_no_adjustment_touches_a_level_or_a_count(file: Path) -> None:
    costs = {asked: _totals(file, asked) for asked in ("none", *WORDS)}
    assert costs["none"] == costs["widen"] == costs["shrink"] == {"cost": 10_000, "people": 100, "baseline": 7}
    assert costs["optimism"] == {"cost": pytest.approx(10_500), "people": 100, "baseline": 7}


def _totals(file: Path, asked: str) -> dict[str, float]:
    plan = api.load(file, overrides=override(asked)).plan
    found = evaluate_points(plan)
    return {
        "cost": float(found["cost"][1].ravel()[0]),
        "people": float(found["started"][1].ravel()[0]),
        "baseline": float(plan.parameter("baseline").values.ravel()[0]),
    }


def test_r172_results_without_the_adjustment_stand_beside(file: Path) -> None:
    plain = assumptions_table(api.load(file).plan)
    table = assumptions_table(api.load(file, overrides=override("shrink")).plan).set_index("label")
    without = table.loc["Without the shrinkage of gains by the design of their studies"]
    assert without["effect"].tolist() == plain[plain.kind == "as run"]["effect"].tolist()
    assert table.loc["As run"]["effect"].tolist() == pytest.approx([0.4 * FULL * 16 / 23, 0.2 * FULL])


def test_r172_it_is_a_rule_in_force_with_its_data(file: Path) -> None:
    record = api.load(file, overrides=override("optimism")).record
    assert any("strong 5%, promising 10%, initial 25%, assumed 40%" in rule.words for rule in record.rules)
    assert any("known from memory" in reason for reason in record.provisional)
    assert not api.load(file, overrides=override("widen")).record.provisional
    assert not any(rule.about == "evidence" for rule in api.load(file).record.rules)


def test_r173_a_comparison_takes_the_adjustment_and_the_grades_that_it_rests_on_for_changes(file: Path) -> None:
    plain, shrunk = api.load(file).record.scenario, api.load(file, overrides=override("shrink")).record.scenario
    assert [change.name for change in compare(plain, shrunk).changes] == ["appraisal.evidence_adjustment"]
    file.write_text(file.read_text("utf-8").replace("n: 500", "n: 50"), "utf-8")
    smaller = api.load(file, overrides=override("shrink")).record.scenario
    (change,) = compare(shrunk, smaller).changes
    assert (change.name, change.old, change.new) == ("sources", "matched promising", "matched initial")
    assert compare(shrunk, smaller).mixed([]).sources["matched"].grade == "promising"
    assert compare(shrunk, smaller).mixed([change]).sources["matched"].grade == "initial"
    assert not compare(plain, api.load(file).record.scenario).changes


def test_r172_joint_draws_and_values_that_are_the_same_are_adjusted_too(file: Path, tmp_path: Path) -> None:
    (tmp_path / "draws.csv").write_text("effect.walks\n0.3\n0.5\n", "utf-8")
    text = (
        file.read_text("utf-8")
        .replace("effect: 0.4 (se 0.1)", "effect: 0.4")
        .replace("effect: 0.2 (se 0.1) [trial]", "effect: same as effect.walks")
    )
    file.write_text(text + "tables: [{file: draws.csv, rows: draw, source: matched}]\n", "utf-8")
    draws = np.concatenate([*wellbys(file, "widen").values()])
    assert sorted(np.unique(draws.round(9))) == pytest.approx([FULL * (0.4 - 0.18), FULL * (0.4 + 0.18)])


def test_r172_the_level_of_a_life_saved_is_no_gain(tmp_path: Path) -> None:
    file = tmp_path / "lives.yaml"
    file.write_text(
        "schema: wellbeva/scenario/1\nscenario: Lives\nmodel: cost_per_wellby\nchoose: several\n"
        "appraisal: {preset: green-book-2026, evidence_adjustment: shrink}\n"
        "options:\n"
        "  lives: {label: Lives, effect: '7 LS [study]', neutral: '2 LS [study]', cost_each: '£90 [study]'}\n"
        "  songs: {label: Songs, effect: '1 LS [study]', cost_each: '£90 [study]'}\n"
        "sources: {study: {cite: A study, design: matched comparison}}\nprices: 2023\n",
        "utf-8",
    )
    wellbys = evaluate_points(api.load(file).plan)["wellbys"][1].ravel().tolist()
    assert wellbys == pytest.approx([7 - 2, 16 / 23])
