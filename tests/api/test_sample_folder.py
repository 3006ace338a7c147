"""Draws and tables that are written for another package: they come back as they were, and the decision with them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.api import analyses
from wellbeva.errors import WellbevaError

pytestmark = pytest.mark.extras

LABELS = ("Usual care", '"Phone", daily; é', "=cmd|' /C calc'!A0", "NA")
GRID = [0.0, 10.0, 20.0, 30.0]


def sample(count: int = 512) -> DecisionSample:
    """Return draws of four options with labels that a spreadsheet, R or a CSV file may misread."""
    random = np.random.default_rng(8)
    gain, price, other = random.normal(1, 1, count), random.normal(15, 4, count), random.normal(size=count)
    effect = np.stack([np.full(count, 10.0), 10 + 0.6 * gain + 0.1 * other, 10 + gain, 10.2 + 0.9 * gain], axis=1)
    cost = np.stack([np.zeros(count), np.full(count, 8.0), price, 2 * price], axis=1)
    inputs = {"gain[a, b]": gain, "=price": price, "-other": other, "fixed": np.ones(count)}
    return DecisionSample(LABELS, effect, cost, inputs, 4, (("gain[a, b]", "-other"),), LABELS[1], (20.0,))


def written(folder: Path, draws: DecisionSample | None = None) -> Path:
    return analyses.analyse(draws or sample(), grid=GRID, within=5, population=1).write_sample(folder)


def test_a_sample_that_was_written_gives_the_same_tables_to_the_last_bit(tmp_path: Path) -> None:
    first = written(tmp_path / "first")
    back = analyses.read_sample(first)
    assert (back.options, [*back.inputs]) == (LABELS, [*sample().inputs])
    assert (back.randomisations, back.values, back.comparator) == (4, (20.0,), LABELS[1])
    assert back.together == (("gain[a, b]", "-other"),)
    second = written(tmp_path / "second", back)
    files = {file.name for file in first.iterdir()}
    assert {"costs.csv", "effects.csv", "parameters.csv", "sample.json", "check.R", "evppi.csv"} <= files
    for name in files:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_the_value_of_information_is_to_be_had_alone() -> None:
    groups = [["=price", "gain[a, b]"]]
    whole = analyses.analyse(sample(), [20, 10], groups=groups).tables["evppi"]
    pd.testing.assert_frame_equal(analyses.evppi(sample(), groups, wtp=[10, 20]), whole)
    assert analyses.evppi(sample())["wtp"].unique().tolist() == [20.0]
    with pytest.raises(WellbevaError, match="WB-R127"):
        analyses.evppi(sample(), [["luck"]])


def test_bcea_calls_reference_what_we_assess_and_the_script_gives_it_so(tmp_path: Path) -> None:
    """BCEA's increments are the reference's less the comparator's, so that its reference is the option, in column 1."""
    folder = written(tmp_path)
    script = (folder / "check.R").read_text("utf-8")
    assert "eff = effects[, c(option, against)], cost = costs[, c(option, against)], ref = 1," in script
    assert re.findall(r"assess\(([^()]*(?:\[[^\]]*\])?[^()]*)\)\$", script) == [
        "option, comparator",
        "steps$option[row], steps$option[row - 1]",
    ]
    costs, effects = (pd.read_csv(folder / f"{name}.csv", keep_default_na=False) for name in ("costs", "effects"))
    pairs = pd.read_csv(folder / "cost_effective.csv", keep_default_na=False)
    (comparator,) = set(costs) - set(pairs["option"])
    assert comparator == LABELS[1]
    for row in pairs.itertuples():
        reference, against = row.option, comparator
        more, dearer = effects[reference] - effects[against], costs[reference] - costs[against]
        assert (row.wtp * more - dearer > 0).mean() == pytest.approx(row.prob_cost_effective, abs=1e-12)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_script_finds_our_tables_right_and_a_wrong_one_wrong(tmp_path: Path) -> None:
    folder = written(tmp_path)

    def checked() -> subprocess.CompletedProcess[str]:
        return subprocess.run(["Rscript", "check.R"], cwd=folder, capture_output=True, text=True, check=False)

    right = checked()
    assert (right.returncode, right.stderr) == (0, "")
    assert right.stdout.count(" agree ") >= 5
    table = pd.read_csv(folder / "expected_loss.csv")
    table.loc[3, "expected_loss"] += 0.01
    table.to_csv(folder / "expected_loss.csv", index=False)
    wrong = checked()
    assert wrong.returncode == 1
    assert wrong.stdout.count("DIFFER") == 1


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ('{"comparator": "nobody"}', "its comparator, 'nobody', is not an option"),
        ('{"randomisations": 7}', "512 draws are not 7 equal parts"),
        ('{"randomisations": 0}', "randomisations: "),
        ('{"together": [["gain[a, b]", "luck"]]}', "'luck' is not an input"),
        ('{"values": [-1]}', "values.0: "),
        ('{"wtp": [20]}', "wtp: "),
        ("[" * 100_000, "Invalid JSON"),
    ],
    ids=lambda one: one[:20],
)
def test_a_design_that_does_not_fit_is_refused(tmp_path: Path, text: str, fact: str) -> None:
    (written(tmp_path) / "sample.json").write_text(text, "utf-8")
    with pytest.raises(WellbevaError, match="WB-R192") as refused:
        analyses.read_sample(tmp_path)
    assert fact in str(refused.value)


def test_what_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    many = {f"x{index}": np.arange(512.0) for index in range(501)}
    few = {name: values.reshape(4, -1)[:, :10].ravel() for name, values in sample().inputs.items()}
    folder = written(tmp_path)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    done = analyses.analyse(replace(sample(), inputs={}, together=()))
    for inputs, fact in ((many, "501"), (few, "some of its draws only"), ({}, "is of other draws")):
        with pytest.raises(WellbevaError, match="WB-R191") as refused:
            replace(done, sample=replace(sample(), inputs=inputs)).write_sample(folder)
        assert fact in str(refused.value)
    assert before == {file: file.read_bytes() for file in folder.iterdir()}


def test_near_the_best_of_each_draw_by_hand() -> None:
    """Net benefits at 1: (0, 100, 96), (0, -10, -10.4), (-50, -100, -48)."""
    effect = np.array([[0.0, 100, 96], [-20, -10, -10.4], [-50, -100, -48]])
    draws = DecisionSample(("a", "b", "c"), effect, np.zeros((3, 3)), values=(1.0,))
    near = analyses.analyse(draws, within=5).tables["within"]
    assert list(near.columns) == ["wtp", "option", "percent", "prob_within", "mcse"]
    # 96 and −10.4 are within 5 and 0.5 of the best; −50 is within 2.4 of −48.
    assert near["prob_within"].to_numpy() == pytest.approx([1 / 3, 2 / 3, 1])
    assert analyses.analyse(draws, within=0).tables["within"]["prob_within"].sum() == pytest.approx(1)
