"""Every combination of some values: one table, the same however many processes, and none of them left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import wellbeva
from wellbeva.api.sweeps import MOST

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
        swept = rows.drop(columns=[*VALUES]).reset_index(drop=True)
        pd.testing.assert_frame_equal(swept, alone, check_exact=True)


def test_r123_an_interruption_leaves_no_process(workers: list[subprocess.Popen[bytes]]) -> None:
    def interrupted(*_: int) -> None:
        raise KeyboardInterrupt

    many = {"take_up": [n / 20 for n in range(20)]}
    with pytest.raises(KeyboardInterrupt):
        wellbeva.sweep(FILE, many, draws=512, parallel=2, progress=interrupted)
    assert len(workers) == 2
    assert all(worker.poll() is not None for worker in workers)


def test_r123_a_process_that_is_killed_is_told(workers: list[subprocess.Popen[bytes]], monkeypatch: Any) -> None:
    monkeypatch.setattr("wellbeva.api.sweeps._SERVE", "import sys; sys.stdin.buffer.read(1)")
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
