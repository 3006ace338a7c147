"""``wellbeva converge`` as a person types it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from wellbeva.cli import main

ROOT = Path(__file__).parents[2]
RIVALS = str(ROOT / "scenarios" / "easing-loneliness.yaml")
OFFERS = str(ROOT / "scenarios" / "uk-community-offers.yaml")
FEW = ["--draws", "16384", "--repeats", "1"]
MODEL = (
    "schema: wellbeva/model/1\nmodel: m\nparameters: {gain: {unit: LS, by: option, doc: gain}}\n"
    "equations: {whole: gain in LS, cost: 3 * gain in LS}\noutcomes: [whole]\n"
    "decision: {effect: whole, cost: cost}\n"
)
SCENARIO = (
    "schema: wellbeva/scenario/1\nscenario: Tiny\nmodel: m\nappraisal: {prices: 2023}\nchoose: one\n"
    "comparator: nothing\n"
)


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ended]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("WELLBEVA_DEBUG", raising=False)

    def run(*arguments: str) -> Ended:
        status = main.main(["converge", *arguments])
        return Ended(status, *capsys.readouterr())

    return run


def tiny(folder: Path, options: str, more: str = "") -> str:
    (folder / "m.yaml").write_text(MODEL)
    (folder / "tiny.yaml").write_text(f"{SCENARIO}options: {options}\n{more}")
    return "tiny.yaml"


@pytest.mark.parametrize("scenario", [RIVALS, OFFERS], ids=["one", "several"])
@pytest.mark.parametrize("more", [[], ["--latin", "--all", "--within", "0.1%"]], ids=["short", "long"])
def test_tables_fit_a_terminal_of_80_columns(scenario: str, more: list[str], here: Callable[..., Ended]) -> None:
    ended = here(scenario, *FEW, *more)
    assert (ended.status, ended.err) == (0, "")
    assert max(len(line) for line in ended.out.splitlines()) <= 80
    assert "…" not in ended.out
    assert "nan" not in ended.out.lower().split()
    flat = " ".join(ended.out.split())
    assert "At 16,384 draws the" in flat
    assert "random draws would need about" in flat
    assert "so it is itself known to about 18%" in flat
    assert ("± Latin" in flat) == bool(more)
    assert ("Draws for a standard error of 0.1%" in flat) == bool(more)


def test_json_holds_every_error_and_the_words_agree(here: Callable[..., Ended]) -> None:
    ended = here(RIVALS, *FEW, "--within", "1%", "--json")
    told = json.loads(ended.out)
    assert (ended.status, ended.err) == (0, "")
    assert (told["draws"], told["designs"], told["repeats"]) == ([8192, 16384], ["sobol", "random"], 1)
    assert told["nothing_to_compare"] is None
    kinds = [one["number"] for one in told["numbers"]]
    assert kinds.count("net_benefit") == 3
    assert kinds.count("evpi") == 1
    for one in told["numbers"]:
        sobol, random = one["standard_error"]["sobol"], one["standard_error"]["random"]
        for at, gain in enumerate(one["gain"]["sobol"]):
            assert gain["value"] == pytest.approx((random[at] / sobol[at]) ** 2)
            assert gain["low"] < gain["value"] < gain["high"]
        assert one["rate"]["random"]["slope"] < 0
        assert one["draws_needed"]["sobol"]["draws"] >= 8192
    # the same seed gives the same
    again = json.loads(here(RIVALS, *FEW, "--within", "1%", "--json").out)
    assert again == told


@pytest.mark.parametrize("ending", ["html", "svg", "png"])
def test_a_picture_is_drawn_by_the_name_of_the_file(ending: str, here: Callable[..., Ended], tmp_path: Path) -> None:
    ended = here(RIVALS, *FEW, "--plot", "--within", "0.1%", "-o", f"error.{ending}")
    assert ended.status == 0, ended.err
    assert f"written: error.{ending}" in ended.err
    assert "Mean net benefit" not in ended.out.split("At 16,384")[0]
    data = (tmp_path / f"error.{ending}").read_bytes()
    if ending == "png":
        assert data.startswith(b"\x89PNG")
        return
    text = data.decode("utf-8")
    assert text.count('role="img"') >= 7
    assert "one quasi-random draw is worth" in text
    assert "0.1% wanted" in text
    if ending == "svg":
        ElementTree.fromstring(text)
    else:
        assert text.count("<figure") == 7
        assert "<script" not in text


def test_the_picture_has_a_name_of_its_own(here: Callable[..., Ended], tmp_path: Path) -> None:
    name = tiny(tmp_path, '{a: {label: A, gain: "0.3 (0.1 to 0.5) [assumed]"}}')
    assert here(name, *FEW, "--plot").status == 0
    assert "<figure" in (tmp_path / "tiny-convergence.html").read_text("utf-8")


def test_words_go_to_a_file(here: Callable[..., Ended], tmp_path: Path) -> None:
    name = tiny(tmp_path, '{a: {label: A, gain: "0.3 (0.1 to 0.5) [assumed]"}}')
    ended = here(name, *FEW, "-o", "words.txt")
    assert (ended.status, ended.out) == (0, "")
    assert "At 16,384 draws the mean effect of a is known to ±" in " ".join(
        (tmp_path / "words.txt").read_text("utf-8").split()
    )


def test_a_terminal_gets_a_bar_and_tables_without_stray_signs(tmp_path: Path) -> None:
    name = tiny(tmp_path, '{a: {label: A, gain: "0.3 (0.1 to 0.5) [assumed]"}}')
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    command = [sys.executable, "-m", "wellbeva", "converge", name, *FEW]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm"}
    ) as process:
        os.close(theirs)
        said = b""
        # Linux tells the end of a terminal by an error.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 65536):
                said += part
        os.close(ours)
    assert process.returncode == 0
    text = said.decode("utf-8")
    assert "drawing" in text
    assert "\ufffd" not in text
    assert "\x1b[1mTiny" in text
    told = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text[text.rindex("Tiny") :])
    assert max(len(line) for line in told.splitlines()) <= 80


def test_supplied_draws_have_no_design_to_compare(here: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("gain.a\n" + "".join(f"{k}\n" for k in range(77)))
    name = tiny(tmp_path, "{a: {label: A}}", "tables: [{file: d.csv, rows: draw, source: assumed}]\n")
    ended = here(name, *FEW)
    assert (ended.status, ended.err) == (0, "")
    flat = " ".join(ended.out.split())
    assert "There is no design to compare: the draws are the 77 rows of d.csv." in flat
    told = json.loads(here(name, *FEW, "--json").out)
    assert (told["nothing_to_compare"], told["numbers"]) == ("supplied", [])
    for ending in ("html", "svg"):
        assert here(name, *FEW, "--plot", "-o", f"x.{ending}").status == 0
        assert "There is no design to compare" in (tmp_path / f"x.{ending}").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ('{a: {label: A, gain: "0.3 [assumed]"}}', ""),
        # drawn, but nothing that is reported hangs on it
        ('{a: {label: A, gain: "0.3 [assumed]"}}', 'values: {spare: "0.3 (0.1 to 0.5) [assumed]"}\n'),
    ],
    ids=["nothing drawn", "nothing reported"],
)
def test_where_nothing_is_uncertain_it_is_said(
    options: str, more: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    name = tiny(tmp_path, options, more)
    if more:
        (tmp_path / "m.yaml").write_text(MODEL.replace("doc: gain}}", "doc: gain}, spare: {unit: LS, doc: spare}}"))
    ended = here(name, *FEW)
    assert ended.status == 0, ended.err
    assert "Nothing that is reported is uncertain" in " ".join(ended.out.split())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--draws", "8192"], "WB-R106"),
        (["--draws", "-1"], "WB-R106"),
        (["--repeats", "0"], "WB-R106"),
        (["--within", "lots"], "WB-R107"),
        (["--within", "0%"], "WB-R107"),
        (["--within", "100%"], "WB-R107"),
        (["--plot", "-o", "error.pdf"], "WB-R105"),
        (["--seed", "-1", *FEW], "WB-E004"),
        (["--threads", "-1", *FEW], "WB-E004"),
        (["-o", "tiny.yaml"], "WB-F94"),
        (["--variant", "other"], "WB-S"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else one,
)
def test_what_cannot_be_done_is_said_in_words(
    arguments: list[str], code: str, here: Callable[..., Ended], tmp_path: Path
) -> None:
    name = tiny(tmp_path, '{a: {label: A, gain: "0.3 (0.1 to 0.5) [assumed]"}}')
    before = sorted(one.name for one in tmp_path.iterdir())
    ended = here(name, *arguments)
    assert (ended.status, ended.out) == (2, "")
    assert f"error[{code}" in ended.err
    assert "Traceback" not in ended.err
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_the_help_says_the_least_that_may_be_asked_for(here: Callable[..., Ended]) -> None:
    said = " ".join(re.sub("[^ -~]", " ", here("--help").out).split())
    assert "16,384 or more" in said
    assert "smallest size run is 8,192" in said
    assert "from 16,384 to" in " ".join(here(RIVALS, "--draws", "8192").err.split())
