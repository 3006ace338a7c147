"""Draws with an input outside its bounds: refused by name, or left out of every number, counted and said everywhere.

What is outside is worked out again from the draws themselves.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr

from wellbeva import api
from wellbeva.cli import main
from wellbeva.engine.run.block_loop import run, sampler_of
from wellbeva.engine.run.settings import RunSettings
from wellbeva.errors import WellbevaError
from wellbeva.results.dataset import build

MODEL = """
schema: wellbeva/model/1
model: walks
title: People who start times points
axes:
  level: {labels: [low, central, high], doc: which value is used}
parameters:
  people: {unit: person, by: option, doc: people}
  starts: {unit: share, by: option, default: 100%, doc: those who start}
  dose: {unit: "1", by: option, default: 2, bounds: [-3, 9], doc: hours a week}
  spare: {unit: share, default: 50%, doc: nothing reads it}
  gain: {unit: LS, default: 0.1 LS, doc: gain of one person}
  cost: {unit: money, by: option, default: £0, doc: cost}
  wellby_value: {unit: money/WELLBY, by: level, from: appraisal, doc: value}
equations:
  wellbys: people * starts * (1 + log(dose)) * gain * 1 year in WELLBY
  spent: cost in money
outcomes: [wellbys, spent]
decision: {effect: wellbys, cost: spent, value: wellby_value}
"""
SCENARIO = """
schema: wellbeva/scenario/1
scenario: Walks
model: walks
appraisal: green-book-2026
time: {step: year, from: 0, to: 0}
comparator: nothing
choose: one
values: {SPARE}
options:
  visits:
    label: Visits
    people: 100 people [assumed]
    starts: STARTS
    dose: DOSE
    cost: £1,000 in 2023 prices [assumed]
  calls:
    label: Calls
    people: 90 people [assumed]
    cost: £500 in 2023 prices [assumed]
"""
STARTS = "{normal: {mean: 90%, sd: 5%}, source: assumed}"
DOSE = "{normal: {mean: 3, sd: 1.3}, source: assumed}"
"""Below 0 the logarithm is not a number; below -3 a draw is outside, which about one in 500,000 is."""
DRAWS = 8192
EACH = DRAWS // 16

Write = Callable[..., Path]
Flags = npt.NDArray[np.bool_]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def do(*, starts: str = STARTS, dose: str = "2 [assumed]", spare: str = "", table: str = "") -> Path:
        (tmp_path / "models").mkdir(exist_ok=True)
        (tmp_path / "models" / "walks.yaml").write_text(MODEL.lstrip(), encoding="utf-8")
        text = SCENARIO.lstrip().replace("STARTS", starts).replace("DOSE", dose).replace("SPARE", spare)
        if table:
            (tmp_path / "draws.csv").write_text(table, encoding="utf-8")
            text = text.replace(f"    starts: {starts}\n", "") + "tables: [{file: draws.csv, rows: draw}]\n"
        path = tmp_path / "walks.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return do


def by_hand(path: Path, draws: int = DRAWS) -> tuple[Flags, Flags]:
    """In which draws an input is outside, and in which others the logarithm is not a number."""
    plan = api.load(path).plan
    sampler = sampler_of(plan, design="sobol", seed=1, draws_each=draws // 16)
    drawn = np.stack([sampler.block(row, 0, draws // 16) for row in range(16)])
    given = {one.name: drawn[:, index] for index, one in enumerate(plan.elements)}
    starts = given["starts[visits]"]
    dose = given.get("dose[visits]", np.full_like(starts, 2.0))
    outside = (starts > 1) | (dose < -3)
    return outside, ~outside & (dose <= 0)


def test_a_run_refuses_the_first_draw_and_says_which(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write()
    outside, _ = by_hand(path, 16_384)
    assert main.main(["run", str(path), "--out", str(path.parent / "out")]) == 2
    said = capsys.readouterr().err
    assert "error[WB-E009]: starts.visits is outside its bounds" in said
    assert "the model allows 0% to 100%" in said
    assert f"it is outside in {outside.sum():,} of 16,384 draws looked at" in said
    assert re.search(r"walks\.yaml:\d+:\d+: error", said)
    assert STARTS.split(",", maxsplit=1)[0] in said
    assert not (path.parent / "out").exists()
    named = re.search(r"--draw (\d+) --randomisation (\d+)", said)
    assert named is not None
    row, first = (int(one[0]) for one in np.nonzero(outside))
    assert (int(named[2]), int(named[1])) == (row, first)
    assert main.main(["explain", str(path), "--draw", named[1], "--randomisation", named[2]]) == 0
    shown = capsys.readouterr().out
    value = re.search(r"the draw is 1([\d.]+)%", said)
    assert value is not None
    assert re.search(rf"starts[^\n]*1\.0{value[1].replace('.', '').removeprefix('0')[:2]}", shown)


CHANGED = "variants: {cautious: {dose.calls: '1 [assumed]'}}\n"


@pytest.mark.parametrize(
    "options",
    [
        ["--seed", "7", "--design", "random"],
        ["--design", "latin", "--draws", "8192"],
        ["--draws", "40000", "--seed", "3"],
        ["--variant", "cautious", "--set", "starts.visits={normal: {mean: 80%, sd: 7%}}"],
    ],
    ids=["seed", "latin", "draws", "changes"],
)
def test_the_command_that_shows_the_draw_again_works_as_it_is_printed(
    write: Write, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write()
    path.write_text(path.read_text(encoding="utf-8") + CHANGED, encoding="utf-8")
    assert main.main(["run", str(path), "--out", str(path.parent / "out"), *options]) == 2
    said = capsys.readouterr().err
    words = re.search(r"`wellbeva explain` with (.*?) shows all of it", said)
    value = re.search(r"the draw is ([\d.]+)%", said)
    assert words is not None
    assert value is not None
    assert main.main(["explain", str(path), *shlex.split(words[1])]) == 0
    shown = re.search(r"starts\.visits = ([\d.]+)", capsys.readouterr().out)
    assert shown is not None
    assert float(shown[1]) == pytest.approx(float(value[1]) / 100, rel=1e-5)


@pytest.mark.parametrize("threads", [1, 2])
def test_every_engine_refuses_the_same_draw_in_the_same_words(write: Write, threads: int) -> None:
    plan = api.load(write(dose=DOSE)).plan
    said = set()
    for engine in ("reference", "blocked", "compiled"):
        with pytest.raises(WellbevaError) as caught:
            run(plan, RunSettings(draws=DRAWS, engine=engine, threads=threads))  # type: ignore[arg-type]
        said.add(str(caught.value))
    assert len(said) == 1


@pytest.mark.parametrize("engine", ["reference", "blocked", "compiled"])
def test_the_same_draws_are_left_out_by_every_engine(
    write: Write, engine: Literal["reference", "blocked", "compiled"]
) -> None:
    plan = api.load(path := write()).plan
    outside, _ = by_hand(path)
    first = build(plan, run(plan, RunSettings(draws=DRAWS, engine="blocked", threads=1, allow_nonfinite=True)))
    assert first.attrs["outside_draws"] == outside.sum() > 100
    for threads, block in ((1, 512), (2, 1024)):
        result = run(plan, RunSettings(draws=DRAWS, engine=engine, threads=threads, block=block, allow_nonfinite=True))
        assert (result.outside, result.nonfinite) == (outside.sum(), 0)
        assert result.moments["wellbys"].count.tolist() == (~outside).sum(axis=1).tolist()
        again = build(plan, result)
        for name, one in first.variables.items():
            # the reference adds up products in another order; what it leaves out is the same (R73)
            if engine == "reference" and one.dtype.kind == "f" and name != "inputs":
                np.testing.assert_allclose(again[name], one, rtol=1e-9, atol=1e-12)
            else:
                assert one.values.tobytes() == again.variables[name].values.tobytes(), name
    starts = first["inputs"].sel(element="starts[visits]").values
    assert starts.max() <= 1
    effect = first["draws_decision_effect"].sel(decision_option="visits").values
    np.testing.assert_allclose(effect, 10 * (1 + np.log(2)) * starts, rtol=1e-13)


def test_both_kinds_are_counted_apart_and_said_everywhere(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(dose=DOSE)
    outside, bad = by_hand(path)
    both, lost, bad_only = int(outside.sum() + bad.sum()), int(outside.sum()), int(bad.sum())
    assert min(lost, bad_only) > 50
    folder = path.parent / "out"
    command = ["run", str(path), "--draws", str(DRAWS), "--allow-nonfinite", "--out", str(folder)]
    assert main.main(command) == 0
    said = " ".join(capsys.readouterr().out.split())
    why = f"in {bad_only} a number is not finite, in {lost} an input is outside its bounds."
    assert f"{both} of 8,192 draws are left out of every number: {why}" in said
    assert f"{DRAWS - both:,} plausible futures" in said
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["draws"], manifest["nonfinite_draws"], manifest["outside_draws"]) == (DRAWS, bad_only, lost)
    with xr.open_dataset(folder / "results.nc") as dataset:
        assert (dataset.attrs["nonfinite_draws"], dataset.attrs["outside_draws"]) == (bad_only, lost)
    page = (folder / "report.html").read_text(encoding="utf-8")
    first, rest = page.split('<section class="part"', 1)
    assert f"{both} of 8,192 plausible futures are left out of every number: {why}" in first
    assert rest.count(f"{both} of 8,192 draws are left out of every number: {why}") == 2, "how drawn, and the record"
    assert f'content:"{both} of 8,192 futures left out"' in page
    assert f"--draws {DRAWS} --seed 1 --allow-nonfinite</dd>" in page


def test_a_sweep_of_one_input_ends_where_draws_do(write: Write) -> None:
    """0.9 + 1.645 x 0.08 is 103%; dose may be from -3 to 9."""
    done = api.run(
        write(
            starts="{normal: {mean: 90%, sd: 8%}, source: assumed}",
            dose="{normal: {mean: 3, sd: 1}, source: assumed}",
        ),
        draws=DRAWS,
        allow_nonfinite=True,
    )
    swept = done.tables["oneway"].drop_duplicates("element").set_index("element")
    assert set(swept.index) == {"starts[visits]", "dose[visits]"}
    row = swept.loc["starts[visits]"]
    assert row["low_value"] == pytest.approx(0.9 - 1.6448536 * 0.08, rel=1e-7)
    assert row["high_value"] == 1.0
    up, down = row["high_result"] - row["base_result"], row["base_result"] - row["low_result"]
    assert up / down == pytest.approx(0.1 / (1.6448536 * 0.08), rel=1e-7)
    row = swept.loc["dose[visits]"]
    assert row["high_value"] == pytest.approx(3 + 1.6448536, rel=1e-7)


def test_a_spread_that_nothing_reads_refuses_nothing(write: Write) -> None:
    path = write(starts="100% [assumed]", spare="spare: {normal: {mean: 90%, sd: 10%}, source: assumed}")
    compiled = api.load(path)
    assert [one.name for one in compiled.plan.limits] == ["spare"]
    assert run(compiled.plan, RunSettings(draws=DRAWS)).left_out == 0


ROWS = [0.9, 0.8, 1.25, 0.7, 1.0, 0.0, 0.95, -0.25, 0.85]


def test_rows_of_a_table_outside(write: Write) -> None:
    """The rows that count are the sample: sd / sqrt(7), and the jackknife leaves out one of seven."""
    path = write(table="starts.visits\n" + "".join(f"{one}\n" for one in ROWS))
    with pytest.raises(WellbevaError, match=r"WB-E009[\s\S]*is 125%[\s\S]*in 2 of 9 rows") as caught:
        api.run(path)
    assert "in row 3 of the table of draws" in str(caught.value)
    assert "draws.csv:1:1" in str(caught.value)
    done = api.run(path, allow_nonfinite=True)
    assert (done.result.outside, done.result.nonfinite) == (2, 0)
    good = np.array([one for one in ROWS if 0 <= one <= 1])
    effect = 10 * (1 + np.log(2)) * good
    found = done.dataset["decision_effect"].sel(decision_option="visits")
    assert float(found.sel(statistic="mean")) == pytest.approx(effect.mean(), rel=1e-12)
    assert float(found.sel(statistic="mcse")) == pytest.approx(effect.std(ddof=1) / np.sqrt(7), rel=1e-12)
    ratio = done.dataset["decision_per_1000"].sel(decision_option="visits")
    part = np.array([np.delete(effect, k).mean() for k in range(7)])
    assert float(ratio.sel(statistic="mean")) == pytest.approx(effect.mean(), rel=1e-12)
    assert float(ratio.sel(statistic="mcse")) == pytest.approx(
        np.sqrt(6 / 7 * ((part - part.mean()) ** 2).sum()), rel=1e-9
    )
    assert (
        "2 of 9 plausible futures are left out of every number: an input in them is outside its bounds" in done.report()
    )
