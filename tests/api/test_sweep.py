"""Every combination of some values: one table, the same however many processes, and none of them left behind.

With a folder: nothing that is done is lost, and nothing that stands is overwritten.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import wellbeva
from wellbeva.api.batch.sweeps import MOST

FILE = Path(__file__).parents[2] / "scenarios" / "published" / "frijters2024-simple.yaml"
VALUES = {"people.programme": ["100 people", "200 people"], "take_up": [0.5]}


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def popen(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(begin(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    return started


def test_r123_a_sweep_is_its_runs_whatever_number_of_processes(workers: list[subprocess.Popen[bytes]]) -> None:
    told: list[tuple[int, int]] = []
    table = wellbeva.sweep(FILE, VALUES, draws=512, parallel=2, progress=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]
    assert len(workers) == 2
    assert all(worker.poll() is not None for worker in workers)
    pd.testing.assert_frame_equal(table, wellbeva.sweep(FILE, VALUES, draws=512, parallel=1), check_exact=True)
    for people, rows in table.groupby("people.programme"):
        alone = wellbeva.run(FILE, draws=512, overrides={"people.programme": people, "take_up": 0.5}).decision
        swept = rows[[*alone]].reset_index(drop=True)
        pd.testing.assert_frame_equal(swept, alone, check_exact=True)


@pytest.mark.thorough
def test_r123_an_interruption_leaves_no_process(workers: list[subprocess.Popen[bytes]]) -> None:
    def interrupted(*_: int) -> None:
        raise KeyboardInterrupt

    many = {"take_up": [n / 20 for n in range(20)]}
    with pytest.raises(KeyboardInterrupt):
        wellbeva.sweep(FILE, many, draws=512, parallel=2, progress=interrupted)
    assert len(workers) == 2
    assert all(worker.poll() is not None for worker in workers)


def test_r123_a_process_that_is_killed_is_told(workers: list[subprocess.Popen[bytes]], monkeypatch: Any) -> None:
    monkeypatch.setattr("wellbeva.batch.processes._SERVE", "import sys; sys.stdin.buffer.read(1)")
    with pytest.raises(wellbeva.WellbevaError, match="WB-R234"):
        wellbeva.sweep(FILE, VALUES, draws=512, parallel=2)
    assert all(worker.poll() is not None for worker in workers)


@pytest.mark.parametrize("parallel", [1, 2])
def test_r123_a_bad_value_names_its_combination(parallel: int) -> None:
    with pytest.raises(wellbeva.WellbevaError) as refused:
        wellbeva.sweep(FILE, {"take_up": [0.5], "people.programme": ["5 poeple"]}, draws=512, parallel=parallel)
    assert "  - at take_up = 0.5, people.programme = 5 poeple" in str(refused.value)


def test_r123_a_dict_that_no_process_can_be_sent_is_refused_as_by_a_run() -> None:
    with pytest.raises(wellbeva.WellbevaError, match="WB-R230"):
        wellbeva.sweep({"values": {"hold": lambda: 1}}, VALUES, draws=512, parallel=2)


@pytest.mark.parametrize("values", [{}, {"take_up": []}, {"take_up": range(MOST + 1)}])
def test_r123_values_that_make_no_combination_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(wellbeva.WellbevaError, match="WB-R233"):
        wellbeva.sweep(FILE, values)


@pytest.mark.thorough
def test_r123_a_script_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "study.py"
    call = f"wellbeva.sweep({str(FILE)!r}, {VALUES!r}, draws=512, parallel=2)"
    script.write_text(f"import wellbeva\nprint('begun')\nprint(len({call}))\n", "utf-8")
    ended = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == ["begun", "4"]


DRAWN = FILE.parents[1] / "uk-community-offers.yaml"
MANY = {"take_up": [0.25, 0.5, 0.75, 1]}


def swept(folder: Path, **asked: Any) -> bytes:
    wellbeva.sweep(FILE, asked.pop("values", MANY), draws=512, out=folder, as_csv=True, **asked)
    return (folder / "sweep.csv").read_bytes()


def stopped_after(count: int) -> Callable[[int, int], None]:
    def progress(done: int, _: int) -> None:
        if done == count:
            raise KeyboardInterrupt

    return progress


@pytest.mark.thorough
def test_r141_a_sweep_that_was_stopped_goes_on_and_ends_with_the_same_bytes(tmp_path: Path) -> None:
    whole = swept(tmp_path / "whole", parallel=1)
    with pytest.raises(KeyboardInterrupt):
        swept(tmp_path / "part", parallel=1, progress=stopped_after(3))
    parts = sorted((tmp_path / "part" / "parts").iterdir())
    assert [part.name for part in parts] == ["000001.json", "000002.json", "000003.json"]
    parts[0].write_bytes(parts[0].read_bytes()[:-9])
    flipped = bytearray(parts[1].read_bytes())
    flipped[len(flipped) // 2] ^= 1
    parts[1].write_bytes(flipped)
    told: list[tuple[int, int]] = []
    assert swept(tmp_path / "part", resume=True, parallel=2, progress=lambda *done: told.append(done)) == whole
    assert told == [(2, 4), (3, 4), (4, 4)]
    assert sorted(place.name for place in (tmp_path / "part").iterdir()) == ["manifest.json", "sweep.csv"]
    assert swept(tmp_path / "part", resume=True, progress=stopped_after(1)) == whole


@pytest.mark.extras
def test_r141_a_combination_that_is_refused_is_a_row_and_stops_no_other(tmp_path: Path) -> None:
    values = {"take_up": [0.5, "150%", 1], "people.programme": [{"value": "100 people"}]}
    table = wellbeva.sweep([FILE, tmp_path / "gone.yaml"], values, draws=512, out=tmp_path / "s", parallel=1)
    refused = table[table["refused"] != ""]
    assert refused["cell"].tolist() == [2, 4, 5, 6]
    assert refused["refused"].str[:8].tolist() == ["WB-V104:", *["WB-F001:"] * 3]
    assert table["take_up"].unique().tolist() == ["0.5", "150%", "1"]
    manifest = json.loads((tmp_path / "s" / "manifest.json").read_bytes())
    assert [one["cell"] for one in manifest["refused"]] == [2, 4, 5, 6]


@pytest.mark.thorough
def test_r141_errors_and_intervals_are_those_of_the_run() -> None:
    run = wellbeva.run(DRAWN, draws=512, overrides={"external_validity": "90%"})
    table = wellbeva.sweep(DRAWN, {"external_validity": ["90%"]}, draws=512, variant=["", "full_year"], parallel=1)
    rows = table[table["variant"] == ""].set_index("option")
    of = run.dataset.sel(decision_option=rows.index.tolist())
    for column, name in {"wellbys": "decision_effect", "wellbys_per_1000": "decision_per_1000"}.items():
        found = rows[[f"{column}{end}" for end in ("_mcse", "_q025", "_q975")]].to_numpy().T
        assert (found == of[name].sel(statistic=["mcse", "q025", "q975"]).values).all()
        assert (found > 0).all()
    assert (rows["prob_worth_it_mcse"] == of["prob_worth_it_mcse"].sel(level="central").values).all()


def test_r141_a_folder_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    copy, folder = tmp_path / "offer.yaml", tmp_path / "s"
    copy.write_text(FILE.read_text("utf-8").replace("models/", f"{FILE.parent}/models/"), "utf-8")

    def refused(code: str, values: Any = MANY, **asked: Any) -> None:
        with pytest.raises(wellbeva.WellbevaError, match=code) as told:
            wellbeva.sweep(copy, values, draws=512, out=asked.pop("out", folder), parallel=1, **asked)
        assert all(one.remedy for one in told.value.diagnostics)

    refused("WB-R270", resume=True)
    with pytest.raises(KeyboardInterrupt):
        wellbeva.sweep(copy, MANY, draws=512, out=folder, parallel=1, progress=stopped_after(2))
    before = {place: place.read_bytes() for place in folder.rglob("*") if place.is_file()}
    refused("WB-R270")
    refused("WB-R271", {"take_up": [0.1]}, resume=True)
    refused("WB-R271", resume=True, seed=2)
    copy.write_text(copy.read_text("utf-8") + "\n# changed\n", "utf-8")
    refused("WB-R272", resume=True)
    assert {place: place.read_bytes() for place in folder.rglob("*") if place.is_file()} == before
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "thesis.txt").touch()
    refused("WB-R270", out=tmp_path / "own")
    refused("WB-R273", out=copy / "s")
    refused("WB-R273", out=tmp_path / "v", progress=lambda *_: shutil.rmtree(tmp_path / "v"))


def test_r141_what_no_file_takes_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    for asked, told in {
        ("take_pu", "0.5", ""): "did you mean 'take_up'",
        ("take_up", "0.5", "no_such"): "WB-S132",
        ("area", "@english_district", ""): "WB-R274.*(?s:.)*did you mean '@english_districts'",
        ("area", "Liverpol", ""): "did you mean 'Liverpool'",
    }.items():
        path, value, variant = asked
        with pytest.raises(wellbeva.WellbevaError, match=told):
            wellbeva.sweep(FILE, {path: [value]}, variant=variant, out=tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_r141_text_in_the_csv_file_is_no_formula(tmp_path: Path) -> None:
    text = FILE.read_text("utf-8").replace("label: A programme for one person", 'label: "=HYPERLINK(1)"')
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    wellbeva.sweep(
        tmp_path / "s.yaml", {"take_up": [0.5, "=2"]}, draws=512, out=tmp_path / "s", as_csv=True, parallel=1
    )
    table = (tmp_path / "s" / "sweep.csv").read_text("utf-8-sig")
    assert ",'=HYPERLINK(1)," in table
    assert ",'=2," in table


@pytest.mark.extras
@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is an extra")
def test_r141_parquet_holds_the_table(tmp_path: Path) -> None:
    table = wellbeva.sweep(FILE, MANY, draws=512, out=tmp_path / "s", parallel=1)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "s" / "sweep.parquet"), table, check_exact=True)
