"""Streams, signals and arguments as a shell may hand them over: no traceback, and the folder is whole or not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wellbeva.cli.commands.run import default_folder
from wellbeva.cli.main import main

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
DEMO = "scenarios/uk-community-offers.yaml"
RUN = f'"{sys.executable}" -m wellbeva run --no-report scenarios/published/frijters2024-simple.yaml'
"""It prints what ASCII lacks, as any run does, and is soon done."""


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.replace("OUT", str(folder))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )


def test_closed_streams_stop_nothing(tmp_path: Path) -> None:
    ended = shell(f"{RUN} --out OUT >&- 2>&-", tmp_path / "out")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "out" / "manifest.json").is_file()


@pytest.mark.parametrize("option", ["", "--json"])
def test_a_full_standard_output_says_that_the_folder_is_complete(tmp_path: Path, option: str) -> None:
    ended = shell(f"{RUN} --out OUT {option} > /dev/full", tmp_path / "out")
    assert ended.returncode == 2
    assert f"the run folder is complete at '{tmp_path / 'out'}'" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_a_full_standard_output_is_told_by_every_verb(tmp_path: Path) -> None:
    ended = shell(f'"{sys.executable}" -m wellbeva schema scenario > /dev/full', tmp_path)
    assert ended.returncode == 2
    assert "No space left" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reader_of_one_line_is_no_fault(tmp_path: Path) -> None:
    ended = shell(f"{RUN} --out OUT | head -1", tmp_path / "out")
    assert len(ended.stdout.splitlines()) == 1
    assert "Traceback" not in ended.stderr
    assert "Exception" not in ended.stderr
    assert (tmp_path / "out" / "manifest.json").is_file()


def test_a_poor_encoding_stops_nothing(tmp_path: Path) -> None:
    ended = shell(f"{RUN} --out OUT", tmp_path / "out", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0, ended.stderr
    assert "numbers:" in ended.stdout
    ended = shell(f"{RUN} --out OUT --json", tmp_path / "out", PYTHONIOENCODING="ascii")
    assert json.loads(ended.stdout)["manifest"] == json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))


def test_arguments_that_are_no_text(tmp_path: Path) -> None:
    ended = shell(f"{RUN} --out OUT/$'o\\xff'", tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert f"{tmp_path}/o\ufffd" in ended.stdout
    assert [os.fsencode(one.name) for one in tmp_path.iterdir()] == [b"o\xff"]
    for verb in ("run", "explain"):
        ended = shell(f"\"{sys.executable}\" -m wellbeva {verb} $'no\\xff.yaml'", tmp_path)
        assert ended.returncode == 2, ended.stderr
        assert "error[WB-" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_of_a_long_run_leaves_its_parts_alone(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "wellbeva", "run", DEMO, "--draws", "100000000", "--out", str(tmp_path / "out")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Under nohup, and behind a shell's `&`, a child ignores some signals, and the program leaves that as it is.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 - the tests start no threads here
    ) as running:
        try:
            while running.poll() is None and len(list(Path(f"/proc/{running.pid}/task").iterdir())) < 2:
                time.sleep(0.1)  # the signal is taken care of before the first library starts a thread
            time.sleep(1)
            running.send_signal(number)
            out, err = running.communicate(timeout=300)
        finally:
            running.kill()
    said = f"what is done stands in '{tmp_path / 'out'}'; the same command with --resume goes on"
    assert (running.returncode, out) == (130, "")
    assert err in {f"stopped; {said}\n", "stopped; nothing was written\n"}
    assert {file.suffix for file in tmp_path.rglob("*") if file.is_file()} <= {".json", ".part", ".made"}


def test_a_folder_of_others_is_refused_before_the_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setattr("wellbeva.api.run", lambda *_, **__: pytest.fail("it draws first"))
    assert main(["run", str(ROOT / DEMO), "--out", str(tmp_path)]) == 2
    assert "thesis.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scenario", "variant", "folder"),
    [
        ("a/parks.yaml", "", "runs/parks"),
        ("...yaml", "", "runs/scenario"),
        ("..", "", "runs/scenario"),
        ("", "", "runs/scenario"),
        ("...yaml", "long", "runs/scenario-long"),
    ],
)
def test_the_folder_of_any_name_is_within_runs(scenario: str, variant: str, folder: str) -> None:
    assert default_folder(Path(scenario), variant) == Path(folder)
