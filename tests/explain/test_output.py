"""What ``-o`` may replace, and how it is written."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.cli import main

ROOT = Path(__file__).parents[2]
MODEL = """\
schema: wellbeva/model/1
model: walks
title: Walks
doc: What walks bring.
parameters:
  people: {unit: person, by: option, doc: those who walk}
  price: {unit: GBP/person, by: option, doc: for one}
equations:
  cost: people * price in GBP
outcomes: [cost]
"""
SCENARIO = """\
schema: wellbeva/scenario/1
scenario: Walks
model: walks
appraisal: green-book-2026
time: {step: year, from: 0, to: 1, starts: 2026}
comparator: nothing
choose: one
tables: [prices.csv]
options:
  walks: {label: Walks, people: "100 people [assumed]"}
not_counted: [The rest.]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "walks.yaml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "prices.csv").write_text("option,price\nwalks,£5 in 2023 prices [assumed]\n", encoding="utf-8")
    place = tmp_path / "ow.yaml"
    place.write_text(SCENARIO, encoding="utf-8")
    return place


@pytest.mark.parametrize("name", ["ow.yaml", "walks.yaml", "prices.csv"])
def test_a_file_that_the_command_reads_is_never_replaced(
    scenario: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = scenario.parent / name
    before = target.read_bytes()
    assert main.main(["explain", str(scenario), "-o", str(target)]) == 2
    assert "WB-F94" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_nor_through_a_link_or_by_docs(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, link = scenario.parent / "walks.yaml", scenario.parent / "link"
    link.symlink_to(model)
    assert main.main(["docs", str(model), "-o", str(link)]) == 2
    assert "WB-F94" in capsys.readouterr().err
    assert model.read_text(encoding="utf-8") == MODEL


def test_a_read_only_file_is_left(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = scenario.parent / "notes.txt"
    target.write_text("mine", encoding="utf-8")
    target.chmod(0o444)
    assert main.main(["explain", str(scenario), "-o", str(target)]) == 2
    assert "WB-F93" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_folder_or_no_name_is_refused(scenario: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["explain", str(scenario), "-o", name]) == 2
    assert "WB-F92" in capsys.readouterr().err


def test_a_replaced_file_keeps_its_mode_and_is_named(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = scenario.parent / "notes.txt"
    assert main.main(["explain", str(scenario), "-o", str(target)]) == 0
    assert "written: " in capsys.readouterr().err
    target.write_text("mine", encoding="utf-8")
    target.chmod(0o600)
    assert main.main(["explain", str(scenario), "-o", str(target)]) == 0
    assert "replaced: " in capsys.readouterr().err
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "people" in target.read_text(encoding="utf-8")
    assert not list(scenario.parent.glob(".*"))


@pytest.mark.parametrize("name", ["nowhere/notes.txt", "x" * 300])
def test_a_place_that_cannot_be_used_is_told_before_the_work(
    scenario: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(api, "explain", lambda *_, **__: pytest.fail("it works"))
    for verb in ("explain",):
        assert main.main([verb, str(scenario), "-o", str(scenario.parent / name)]) == 2
        assert "error[WB-F90]" in capsys.readouterr().err


def test_pictures_without_a_name_say_what_they_replace(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(scenario.parent)
    for word in ("written", "replaced"):
        assert main.main(["explain", "ow.yaml", "--plot"]) == 0
        assert f"{word}: ow-inputs.html" in capsys.readouterr().err


def test_a_pipe_is_written_into_and_stays_a_pipe(scenario: Path) -> None:
    pipe = scenario.parent / "pipe"
    os.mkfifo(pipe)
    read = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert main.main(["explain", str(scenario), "-o", str(pipe)]) == 0
        assert b"people" in os.read(read, 65536)
    finally:
        os.close(read)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_standard_output_by_name_is_appended_to(scenario: Path) -> None:
    log = scenario.parent / "log.txt"
    log.write_text("before\n", encoding="utf-8")
    with log.open("a") as handle:
        command = [sys.executable, "-m", "wellbeva", "explain", str(scenario), "-o", "/dev/stdout"]
        subprocess.run(command, stdout=handle, check=True, timeout=300)
    assert log.read_text(encoding="utf-8").startswith("before\n")
    assert "people" in log.read_text(encoding="utf-8")
