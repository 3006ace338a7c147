"""``wellbeva slurm``: what it writes, sends and refuses."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.ended import Ended
from wellbeva import api
from wellbeva.api.runs import asked
from wellbeva.batch.folder import PartFolder
from wellbeva.batch.slurm import scripts
from wellbeva.engine.run.block_loop import Work
from wellbeva.engine.run.settings import RunSettings
from wellbeva.results.run_folder import SCHEMA

VERB = "slurm"
DEMO = Path(__file__).parents[2] / "scenarios" / "uk-community-offers.yaml"


@pytest.fixture(autouse=True)
def program(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Put a program of Slurm on the search path: its name, and its lines for a shell."""
    folder = tmp_path_factory.mktemp("programs")
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def put(name: str, lines: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{lines}\n", "utf-8")
        (folder / name).chmod(0o755)

    put("scontrol", "exit 1")
    return put


def test_the_options_of_a_run_reach_each_task(here: Callable[..., Ended], tmp_path: Path) -> None:
    of_run = "--seed=7 --design=latin --engine=compiled --set=external_validity=100% --variant=as_printed"
    flags = "--keep-draws --allow-nonfinite"
    of_slurm = "--time=1:00:00 --memory=2G --partition=long --account=a1 --threads=2 --tasks=4"
    done = here(str(DEMO), "--draws=1e6", *of_run.split(), *flags.split(), *of_slurm.split())
    assert done.status == 0, done.err
    text = (tmp_path / "runs/uk-community-offers-as_printed-set-slurm/array.sh").read_text("utf-8")
    for option in (
        *of_run.split(),
        *flags.split(),
        "--draws=1000000",
        "--threads=2",
        '--shard="$SLURM_ARRAY_TASK_ID/4"',
    ):
        assert f" {option} " in text.replace("\n", " ")
    lines = "requeue open-mode=append signal=B:TERM@60 time=1:00:00 mem=2G partition=long account=a1 cpus-per-task=2"
    for line in lines.split():
        assert f"\n#SBATCH --{line}\n" in text


def test_a_small_array_does_the_same_run(
    here: Callable[..., Ended], program: Callable[[str, str], None], tmp_path: Path
) -> None:
    program("scontrol", "echo 'SlurmUser = x'; echo 'MaxArraySize            = 5'")
    done = here(str(DEMO), "--out=run")
    assert "tasks:   4, as Slurm takes no larger array here; together they do the same run" in done.out
    assert "shards=${1:-1-4}" in (tmp_path / "run-slurm/submit.sh").read_text("utf-8")
    assert '_ID/4"' in (tmp_path / "run-slurm/array.sh").read_text("utf-8")


REFUSED = [
    (["--tasks", "0"], "--tasks 0\n  - it is not"),
    (["--threads", "0"], "--threads 0\n  - it is not"),
    (["--at-once", "-1"], "--at-once -1\n  - it is not"),
    (["--time", "nonsense"], "--time 'nonsense'\n  - it is not a time that Slurm knows"),
    (["--time", "2"], "--time '2'\n  - it is not time enough"),
    (["--memory", "2 pounds"], "--memory '2 pounds'\n  - it is not a size"),
    (["--partition", "-x"], "--partition '-x'\n  - it is not the name of a partition"),
    (
        ["--account", "a\n#SBATCH --uid=0"],
        "--account 'a\\n#SBATCH --uid=0'\n  - it is not the name of an account",
    ),
]


@pytest.mark.parametrize(("option", "words"), REFUSED, ids=[option[0] + option[1][:4] for option, _ in REFUSED])
def test_an_option_that_slurm_would_not_take(
    option: list[str], words: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    done = here(str(DEMO), *option)
    assert (done.status, list(tmp_path.iterdir())) == (2, [])
    assert f"error[WB-R261]: Slurm cannot take {words}" in done.err
    assert "remedy: " in done.err


def test_without_slurm_scripts_are_written_but_not_sent(
    here: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = here(str(DEMO), "--submit")
    assert (done.status, list(tmp_path.iterdir())) == (2, [])
    assert "error[WB-R260]: there is no Slurm on this machine" in done.err
    done = here(str(DEMO), "--out", "big")
    assert done.status == 0
    assert {path.name for path in (tmp_path / "big-slurm").iterdir()} == {*scripts.SCRIPTS, "logs"}


def test_a_job_that_is_sent_or_refused(
    here: Callable[..., Ended], program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")  # compiles no kernels
    program("sbatch", "echo 12")
    program("squeue", "echo 12_1 Resources")
    sent = here(str(DEMO), "--submit").out.splitlines()
    assert sent[-3] == "sent:    array job 12 (shards 1-64), then the merge as job 12"
    program("sbatch", "echo 'sbatch: error: invalid partition specified: lung' >&2; exit 1")
    done = here(str(DEMO), "--submit")
    assert done.status == 2
    assert "error[WB-R262]: Slurm did not take the job\n  - sbatch: error: invalid partition" in done.err


def test_a_folder_that_cannot_be_written(here: Callable[..., Ended]) -> None:
    assert "error[WB-R012]" in here(str(DEMO), "--out", "/proc/run").err


@pytest.mark.parametrize(("option", "code"), [("--set=hold.nobody=1", "WB-S022"), ("--seed=-1", "WB-E004")])
def test_what_would_stop_every_task_is_told_before_anything_is_written(
    option: str, code: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    done = here(str(DEMO), option)
    assert (done.status, list(tmp_path.iterdir())) == (2, [])
    assert code in done.err


def test_a_folder_of_another_run_is_refused_and_a_finished_run_is_not_sent_again(
    here: Callable[..., Ended], tmp_path: Path
) -> None:
    out, compiled, settings = tmp_path / "out", api.load(DEMO), RunSettings(engine="blocked", threads=1)
    ours = PartFolder(out, Work(compiled.plan, settings))
    ours.begin(asked(compiled, settings))
    assert "error[WB-R300]" in here(str(DEMO), "--out=out", "--seed=2").err
    assert here(str(DEMO), "--out=out").out.startswith("written: ")
    (out / "plan.json").unlink()
    (out / "parts").rmdir()
    for run, words in (
        (ours.run, "nothing to do: the results of this run stand in out"),
        ("another", "error[WB-R300]"),
    ):
        manifest = {"schema": SCHEMA, "engine": "blocked", "run_sha256": run}
        (out / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        done = here(str(DEMO), "--out=out")
        assert words in done.out + done.err
