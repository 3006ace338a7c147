"""Draws with a number that is not finite: refused, or left out of every number, counted and said everywhere.

Every figure is worked out again in NumPy from the draws themselves, less those that are not finite.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr

from tests.engine.engine_plans import run_with
from wellbeva import api
from wellbeva.analysis.output_paths import kept_draws
from wellbeva.analysis.registry import RunTables
from wellbeva.cli import main
from wellbeva.core.statistics import QUANTILES
from wellbeva.engine.run.block_loop import run, sampler_of
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.report.page.render import render_report
from wellbeva.results.dataset import build
from wellbeva.results.variables import draws_counted

Floats = npt.NDArray[np.float64]

MODEL = """
schema: wellbeva/model/1
model: doses
title: A gain by the logarithm of a dose
axes:
  level: {labels: [low, central, high], doc: which value is used}
parameters:
  dose: {unit: "1", by: option, default: 2, doc: hours a week}
  groups: {unit: "1", by: option, default: 2, doc: groups that share a cost}
  gain: {unit: LS, default: 0.1 LS, doc: gain of one person}
  people: {unit: person, default: 100 people, doc: people}
  cost: {unit: money, by: option, default: £0, doc: cost}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value}
equations:
  wellbys: people * (1 + log(dose)) * gain * 1 year in WELLBY
  spent: cost / floor(groups) in money
outcomes: [wellbys, spent]
decision: {effect: wellbys, cost: spent, value: wellby_value}
"""
SCENARIO = """
schema: wellbeva/scenario/1
scenario: Doses
model: doses
appraisal: green-book-2026
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: one
options:
  visits:
    label: Visits
    cost: £1,000 in 2023 prices [assumed]
    FAULT
  calls:
    label: Calls
    dose: 1.5 [assumed]
    cost: £500 in 2023 prices [assumed]
"""
FAULTS = {
    "logarithm": "dose: {normal: {mean: 2, sd: 0.7}, source: assumed}",
    "division": "groups: {uniform: {min: 0.99, max: 4}, source: assumed}",
}
SUPPLIED = [2.0, 1.5, -1.0, 3.0, 2.5, 0.0, 1.2, 1.8, 2.2]
"""Doses; the logarithm of the third is not a number, that of the sixth infinite."""
EACH = 512

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the model, and the scenario with one of the faults or with doses from a table."""

    def do(fault: str) -> Path:
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "doses.yaml").write_text(MODEL.lstrip(), encoding="utf-8")
        text = SCENARIO.lstrip().replace("FAULT", FAULTS.get(fault, "groups: 2 [assumed]"))
        if fault == "supplied":
            text += "tables: [{file: draws.csv, rows: draw}]\n"
            rows = "".join(f"{one}\n" for one in SUPPLIED)
            (tmp_path / "draws.csv").write_text(f"dose.visits\n{rows}", encoding="utf-8")
        path = tmp_path / "doses.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return do


@dataclass(frozen=True)
class ByHand:
    """Effect and cost of visits in every draw, array (randomisation, draw), and which of them count."""

    effect: Floats
    cost: Floats

    @property
    def good(self) -> npt.NDArray[np.bool_]:
        return np.isfinite(self.effect) & np.isfinite(self.cost)

    def rows(self, x: Floats) -> list[Floats]:
        return [one[good] for one, good in zip(np.broadcast_to(x, self.good.shape), self.good, strict=True)]


def by_hand(path: Path, draws: int = 16 * EACH) -> ByHand:
    plan = api.load(path).plan
    each = draws // 16
    sampler = sampler_of(plan, design="sobol", seed=1, draws_each=each)
    drawn = np.stack([sampler.block(row, 0, each) for row in range(16)])
    given = {one.name: drawn[:, index] for index, one in enumerate(plan.elements)}
    shape = (16, each)
    dose = np.broadcast_to(given.get("dose[visits]", np.float64(2.0)), shape)
    groups = np.broadcast_to(given.get("groups[visits]", np.float64(2.0)), shape)
    with np.errstate(all="ignore"):
        return ByHand(100 * (1 + np.log(dose)) * 0.1, 1000 / np.floor(groups))


def error(rows: list[Floats]) -> float:
    return float(np.std([one.mean() for one in rows], ddof=1) / 4)


def visits(dataset: xr.Dataset, name: str) -> dict[str, float]:
    found = dataset[name].sel(decision_option="visits")
    found = found.isel(level=1) if "level" in found.dims else found
    return {str(one): float(found.sel(statistic=one)) for one in found["statistic"].values}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_figure_is_that_of_the_finite_draws(write: Write, fault: str) -> None:
    path = write(fault)
    hand = by_hand(path)
    lost = int((~hand.good).sum())
    assert lost > 0
    assert len(set(hand.good.sum(axis=1))) > 1, "randomisations that lose equally many would test less"
    done = api.run(path, draws=16 * EACH, allow_nonfinite=True)
    dataset = done.dataset
    assert done.result.nonfinite == dataset.attrs["nonfinite_draws"] == lost
    assert dataset.attrs["draws"] == 16 * EACH
    assert draws_counted(dataset.attrs) == hand.good.sum()
    value = json.loads(dataset.attrs["values"])[1]
    net = value * hand.effect - hand.cost
    for name, x in (("decision_effect", hand.effect), ("decision_cost", hand.cost), ("decision_net_benefit", net)):
        rows = hand.rows(x)
        every = np.concatenate(rows)
        found = visits(dataset, name)
        assert found["mean"] == pytest.approx(every.mean(), rel=1e-12), name
        assert found["sd"] == pytest.approx(every.std(ddof=1), rel=1e-9, abs=1e-9), name
        assert found["mcse"] == pytest.approx(error(rows), rel=1e-9, abs=1e-9), name
        if name != "decision_net_benefit":  # its draws are not kept, so its quantiles have the width of a bin
            for label, chance in QUANTILES.items():
                assert found[label] == pytest.approx(np.quantile(every, chance), rel=1e-12), (name, label)
    chance = {"prob_no_benefit": hand.effect <= 0, "prob_worth_it": net > 0}
    other = value * 100 * (1 + np.log(1.5)) * 0.1 - 250
    chance["prob_best"] = (net > other) & (net > 0)
    for name, true in chance.items():
        rows = hand.rows(true.astype(np.float64))
        at = {"prob_worth_it": {"level": "central"}, "prob_best": {"threshold": value}}.get(name, {})
        for variable, expected in ((name, np.concatenate(rows).mean()), (f"{name}_mcse", error(rows))):
            found = float(dataset[variable].sel(decision_option="visits", **at))
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), variable
    means = [(hand.effect[row][good].mean(), hand.cost[row][good].mean()) for row, good in enumerate(hand.good)]
    counts = hand.good.sum(axis=1)
    effect, cost = np.array(means).T
    assert visits(dataset, "decision_per_1000")["mean"] == pytest.approx(
        1000 * (counts @ effect) / (counts @ cost), rel=1e-12
    )
    part = np.array([1000 * np.delete(counts * effect, k).sum() / np.delete(counts * cost, k).sum() for k in range(16)])
    assert visits(dataset, "decision_per_1000")["mcse"] == pytest.approx(
        np.sqrt(15 / 16 * ((part - part.mean()) ** 2).sum()), rel=1e-7
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_quantiles_have_errors_where_every_draw_that_counts_is_kept(write: Write, fault: str) -> None:
    """From as many draws of each randomisation as count in the one that lost most."""
    path = write(fault)
    hand = by_hand(path)
    done = api.run(path, draws=16 * EACH, allow_nonfinite=True)
    name, x = ("decision_effect", hand.effect) if fault == "logarithm" else ("decision_cost", hand.cost)
    least = int(hand.good.sum(axis=1).min())
    rows = [one[:least] for one in hand.rows(x)]
    kept = done.dataset[f"draws_{name}"].sel(decision_option="visits").values
    np.testing.assert_allclose(kept, np.concatenate(rows), rtol=1e-14)
    for label, chance in QUANTILES.items():
        expected = np.std([np.quantile(one, chance) for one in rows], ddof=1) / 4
        found = float(done.dataset[f"{name}_quantile_mcse"].sel(quantile=label, decision_option="visits"))
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), label
    assert kept_draws(done.dataset, name, ["visits"], f"{name}.visits") is None, "a few that count are not kept"


def test_a_line_draw_by_draw_has_all_draws_that_count_where_each_randomisation_lost_as_many(write: Write) -> None:
    plan = api.load(write("logarithm")).plan
    draws = np.full((16, 1, EACH), 2.0)
    draws[:, 0, 100:103] = -1.0
    found = run_with(plan, _Given(draws), RunSettings(allow_nonfinite=True), draws_each=EACH)
    dataset = build(plan, found)
    assert dataset.attrs["nonfinite_draws"] == 48
    assert dataset.sizes["draw"] == draws_counted(dataset.attrs) == 16 * (EACH - 3)
    constant = kept_draws(dataset, "decision_effect", ["calls"], "decision.effect.calls")
    assert constant is not None
    assert constant.shape == (16, EACH - 3)


def test_a_randomisation_that_loses_every_draw(write: Write, tmp_path: Path) -> None:
    """The others count; no draws are shown, and the report stands."""
    compiled = api.load(write("logarithm"))
    draws = np.random.default_rng(5).uniform(1, 3, (16, 1, EACH))
    draws[3] = -1.0
    result = run_with(compiled.plan, _Given(draws), RunSettings(allow_nonfinite=True), draws_each=EACH)
    dataset = build(compiled.plan, result)
    assert not [one for one in dataset.data_vars if str(one).startswith(("draws_", "inputs"))]
    assert not [one for one in dataset.data_vars if str(one).endswith("_quantile_mcse")]
    effect = 10 * (1 + np.log(np.delete(draws, 3, axis=0)))
    assert visits(dataset, "decision_effect")["mean"] == pytest.approx(effect.mean(), rel=1e-12)
    page = render_report(dataset, compiled.record, compiled.plan, RunTables(dataset, compiled))
    assert "512 of 8,192 plausible futures are left out of every number" in page
    dataset.to_netcdf(tmp_path / "results.nc")


def test_supplied_rows_that_are_not_finite(write: Write) -> None:
    """The rows that count are the sample: sd / sqrt(7), and the jackknife leaves out one of seven."""
    path = write("supplied")
    with pytest.raises(WellbevaError, match=r"WB-E001[\s\S]*in 2 of 9 rows"):
        api.run(path)
    done = api.run(path, allow_nonfinite=True)
    good = np.array([one for one in SUPPLIED if one > 0])
    effect = 100 * (1 + np.log(good)) * 0.1
    assert done.result.nonfinite == len(SUPPLIED) - len(good) == 2
    found = visits(done.dataset, "decision_effect")
    assert found["mean"] == pytest.approx(effect.mean(), rel=1e-12)
    assert found["mcse"] == pytest.approx(effect.std(ddof=1) / np.sqrt(7), rel=1e-12)
    ratio = visits(done.dataset, "decision_per_1000")
    part = np.array([1000 * np.delete(effect, k).mean() / 500 for k in range(7)])
    assert ratio["mean"] == pytest.approx(1000 * effect.mean() / 500, rel=1e-12)
    assert ratio["mcse"] == pytest.approx(np.sqrt(6 / 7 * ((part - part.mean()) ** 2).sum()), rel=1e-9)
    assert "decision_effect_quantile_mcse" in done.dataset
    kept = kept_draws(done.dataset, "decision_effect", ["visits"], "decision.effect.visits")
    assert kept is not None
    assert kept[0] == pytest.approx(effect, rel=1e-12)
    page = done.report()
    assert "2 of 9 plausible futures are left out" in page
    assert "those of 7 independent draws" in page


def test_one_supplied_row_that_counts_has_no_error(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.SUPPLIED", [-1.0, 4.0, -2.0])
    done = api.run(write("supplied"), allow_nonfinite=True)
    ratio = visits(done.dataset, "decision_per_1000")
    assert ratio["mean"] == pytest.approx(1000 * 10 * (1 + np.log(4)) / 500, rel=1e-12)
    assert np.isnan(ratio["mcse"])


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("engine", ["blocked", "compiled"])
def test_the_same_bits_in_every_engine_and_on_any_threads(write: Write, engine: str, threads: int) -> None:
    """Of floor and division; the logarithm's last bit may differ between engines, and the count may not."""
    path = write("division")
    plan = api.load(path).plan
    first = build(plan, run(plan, RunSettings(draws=16 * EACH, engine="blocked", threads=1, allow_nonfinite=True)))
    again = build(
        plan,
        run(plan, RunSettings(draws=16 * EACH, engine=engine, threads=threads, allow_nonfinite=True)),  # type: ignore[arg-type]
    )
    assert first.attrs["nonfinite_draws"] == again.attrs["nonfinite_draws"] > 0
    assert list(first.variables) == list(again.variables)
    for name, one in first.variables.items():
        assert one.values.tobytes() == again.variables[name].values.tobytes(), name


@pytest.mark.parametrize("threads", [1, 2])
def test_the_engines_leave_out_the_same_draws(write: Write, threads: int) -> None:
    path = write("logarithm")
    several = [
        api.run(path, draws=16 * EACH, engine=one, threads=threads, allow_nonfinite=True).dataset  # type: ignore[arg-type]
        for one in ("reference", "blocked", "compiled")
    ]
    for one in several[1:]:
        np.testing.assert_array_equal(one["inputs"], several[0]["inputs"])
        # 10 (1 + log x): an ulp of a logarithm below 2, ten times
        apart = 10 * np.finfo(float).eps
        np.testing.assert_allclose(
            one["draws_decision_effect"], several[0]["draws_decision_effect"], rtol=2 * np.finfo(float).eps, atol=apart
        )
        assert one.attrs["nonfinite_draws"] == several[0].attrs["nonfinite_draws"]


@pytest.mark.parametrize(("fault", "said"), [("logarithm", "not a number"), ("division", "infinite")])
def test_the_draw_that_a_refusal_names_can_be_seen(
    write: Write, fault: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(fault)
    hand = by_hand(path, draws=16_384)
    lost = int((~hand.good).sum())
    assert main.main(["run", str(path), "--out", str(path.parent / "out")]) == 2
    refused = capsys.readouterr().err
    assert "WB-E001" in refused
    assert f"in {lost:,} of 16,384 draws looked at" in refused
    assert "--allow-nonfinite" in refused
    assert not (path.parent / "out").exists()
    named = re.search(r"--draw (\d+) --randomisation (\d+)", refused)
    assert named is not None
    draw, randomisation = named.groups()
    row, first = (int(one[0]) for one in np.nonzero(~hand.good))
    assert (int(randomisation), int(draw)) == (row, first)
    assert main.main(["explain", str(path), "--draw", draw, "--randomisation", randomisation]) == 0
    shown = capsys.readouterr().out
    assert f"Draw {draw} of randomisation {randomisation}" in shown
    assert f"visits {said}" in shown


def test_a_run_that_leaves_draws_out_says_so_everywhere(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("division")
    lost = int((~by_hand(path).good).sum())
    assert lost > 1
    folder = path.parent / "out"
    command = ["run", str(path), "--draws", "8192", "--allow-nonfinite", "--out", str(folder)]
    assert main.main(command) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"{8192 - lost:,} plausible futures" in said
    assert f"{lost} of 8,192 draws are left out of every number: a number in them is not finite." in said
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["draws"], manifest["nonfinite_draws"]) == (8192, lost)
    assert (manifest["fast"], manifest["fast_gap"]) == (False, None)
    with xr.open_dataset(folder / "results.nc") as dataset:
        assert (dataset.attrs["draws"], dataset.attrs["nonfinite_draws"]) == (8192, lost)
        assert (dataset.attrs["fast"], dataset.attrs["fast_gap"]) == (0, "")
    page = (folder / "report.html").read_text(encoding="utf-8")
    first, rest = page.split('<section class="part"', 1)
    warning = f"{lost} of 8,192 plausible futures are left out of every number: a number in them is not finite."
    assert 0 < first.index('class="answer"') < first.index(warning) < first.index("<figure")
    assert rest.count(f"{lost} of 8,192 draws are left out of every number") == 2, "how drawn, and the record"
    assert f'content:"{lost} of 8,192 futures left out"' in page
    assert "--draws 8192 --seed 1 --allow-nonfinite</dd>" in page
    assert main.main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["manifest"]["nonfinite_draws"] == lost


def test_a_run_that_leaves_nothing_out_says_nothing(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("supplied")
    (path.parent / "draws.csv").write_text("dose.visits\n2\n1.5\n3\n", encoding="utf-8")
    assert main.main(["run", str(path), "--allow-nonfinite", "--out", str(path.parent / "out")]) == 0
    assert "left out" not in capsys.readouterr().out
    page = (path.parent / "out" / "report.html").read_text(encoding="utf-8")
    assert 'class="loud"' not in page
    assert "left out of every number" not in page
    assert "--allow-nonfinite" not in page.split("To repeat")[1]


def test_fast_says_what_it_changed(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("logarithm")
    folder = path.parent / "out"
    options = ["--draws", "8192", "--engine", "compiled", "--fast", "--allow-nonfinite", "--out", str(folder)]
    assert main.main(["run", str(path), *options]) == 0
    said = " ".join(capsys.readouterr().out.split())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["fast"] is True
    assert 0 <= manifest["fast_gap"] < 64 * np.finfo(float).eps
    assert "--fast: rounding less often changed" in said
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "--fast: rounding less often changed" in page
    assert "--allow-nonfinite --engine compiled --fast</dd>" in page


@dataclass(frozen=True, eq=False)
class _Given:
    """Draws that are given: array (randomisation, element, draw)."""

    draws: Floats

    def block(self, randomisation: int, start: int, count: int) -> Floats:
        return self.draws[randomisation, :, start : start + count]
