"""What every verb takes: one JSON document, silence, several files, numbers as people write them, near names."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.ended import Ended
from wellbeva.cli import main
from wellbeva.cli.commands import run
from wellbeva.cli.main import GROUPS, VERBS, application

ROOT = Path(__file__).parents[2]
PARK = str(ROOT / "scenarios/park-and-neighbours.yaml")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ended]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("WELLBEVA_DEBUG", raising=False)

    def call(*words: str) -> Ended:
        return Ended(main.main(list(words)), *capsys.readouterr())

    return call


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_json_and_quiet_and_help_names_no_python(said: Callable[..., Ended], verb: str) -> None:
    text = said(verb, "--help").out
    assert "--json" in text
    assert "--quiet" in text
    assert "<bool>" not in text
    assert "<list" not in text


def test_help_lists_every_verb_and_completion(said: Callable[..., Ended]) -> None:
    text = said("--help").out
    assert all(f"│ {verb} " in text for verb in (*VERBS, *GROUPS))
    assert "--install-completion" in text
    assert {one.name for one in application("run").registered_commands} == {"run"}


@pytest.mark.parametrize(
    "words",
    [
        ("run", "gone.yaml"),
        ("check", "gone.yaml"),
        ("test", "gone.yaml"),
        ("explain", "gone.yaml"),
        ("docs", "gone.yaml"),
        ("analyse", "gone"),
        ("diff", "gone.yaml", "gone.yaml"),
        ("migrate", "gone.yaml"),
        ("new", "x.yaml", "--from", "gone.csv"),
        ("data", "show", "Nowhere at all"),
        ("run", "x.yaml", "--draws", "many"),
        ("check", "--no-such-option"),
        ("schema", "no-such-kind"),
    ],
)
def test_what_is_wrong_is_one_document(said: Callable[..., Ended], words: tuple[str, ...]) -> None:
    ended = said(*words, "--json")
    (error,) = json.loads(ended.out)["errors"]
    assert (ended.status, ended.err) == (2, "")
    assert error["code"] == "WB-R240" if words[-1] in {"many", "--no-such-option"} else error["code"] > "WB-"
    assert error["message"]
    assert error["remedy"]


def test_words_and_files_are_in_the_document(said: Callable[..., Ended]) -> None:
    assert json.loads(said("schema", "model", "--json").out)["$id"] == "wellbeva/model/1"
    assert "WELLBYs" in json.loads(said("explain", PARK, "wellbys", "--json").out)["text"]
    told = json.loads(said("docs", "three_state", "-o", "page.html", "--json").out)
    assert told == {"text": "", "written": "page.html"}
    assert said("check", PARK, "--quiet") == Ended(0, "", "")
    told = json.loads(said("check", PARK, "--json").out)
    assert {one["code"] for one in told["warnings"]}


def test_what_is_wrong_with_one_file_stops_no_other(said: Callable[..., Ended]) -> None:
    ended = said("check", "gone.yaml", PARK)
    assert ended.status == 2
    assert "park-and-neighbours.yaml: nothing wrong" in ended.out
    assert "WB-F001" in ended.err
    both = json.loads(said("check", "gone.yaml", PARK, "--json").out)
    assert [sorted(one)[0] for one in both] == ["errors", "file"]


@pytest.mark.thorough
def test_several_runs_have_a_folder_each(said: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(Path(PARK).read_text("utf-8"), "utf-8")
    ended = said("run", PARK, "again.yaml", "--draws", "8_192", "--out", "both", "--no-report", "--no-draws")
    assert ended.status == 0, ended.err
    assert sorted(path.name for path in Path("both").iterdir()) == ["again", "park-and-neighbours"]
    assert "results.nc in both/again, without draws" in ended.out
    assert not Path("both/again/report.html").exists()
    assert Path("both/again/results.nc").stat().st_size < 1_000_000
    assert "WB-R125" in said("analyse", "both/again").err
    assert "WB-R241" in said("run", PARK, PARK).err
    Path("m.yaml").write_text(Path(PARK).read_text("utf-8"), "utf-8")
    told = json.loads(said("analyse", "m.yaml", "--json").out)
    assert told["tables"]["ceac"]
    assert told["sentences"]


@pytest.mark.parametrize("words", [("--keep-draws", "--no-draws"), ("--open", "--no-report")])
def test_options_that_contradict_each_other(said: Callable[..., Ended], words: tuple[str, str]) -> None:
    ended = said("run", PARK, *words)
    assert (ended.status, "WB-R241" in ended.err) == (2, True)


@pytest.mark.thorough
def test_the_answer_comes_before_the_files(
    said: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from wellbeva.api import Run

    seen: list[str] = []
    write = Run.write
    monkeypatch.setattr(
        Run, "write", lambda *given, **more: (seen.append(capsys.readouterr().out), write(*given, **more))[1]
    )
    rest = said("run", PARK, "--draws", "8192").out
    assert "plausible futures" in seen[0]
    assert rest.startswith("report:")


def test_near_names(said: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("x")
    (tmp_path / "runs/good").mkdir(parents=True)
    (tmp_path / "runs/good/results.nc").write_text("x")
    for words, near in (
        (("check", "good.ymal"), "'good.yaml' lies beside it"),
        (("plan", "good"), "'good.yaml' lies beside it"),
        (("explain", "Good.yaml"), "'good.yaml' lies beside it"),
        (("analyse", "runs/goood"), "'good' lies beside it"),
        (("analyse", "good.yml"), "'good.yaml' lies beside it"),
        (("check", "rnus/good.yaml"), "'runs' lies in '.'"),
        (("docs", "three_stat"), "did you mean 'three_state'"),
    ):
        assert near in said(*words).err, words
    assert "check the path" in said("check", "quite/another.yaml").err


def test_models_are_listed_in_80_columns(said: Callable[..., Ended], tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/mine.yaml").write_text("schema: wellbeva/model/1\nmodel: mine\ntitle: <b>Mine\n")
    lines = said("models").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "mine" + " " * 18 + "<b>Mine" in lines
    names = {one["name"]: one["title"] for one in json.loads(said("models", "--json").out)["models"]}
    assert {path.stem for path in (ROOT / "models").glob("*.yaml")} < set(names)


@pytest.mark.thorough
def test_a_page_is_poured_into_a_pipe_and_not_onto_a_terminal(tmp_path: Path) -> None:
    leader, terminal = pty.openpty()
    ended = subprocess.run(
        [sys.executable, "-m", "wellbeva", "docs", "three_state", "--open"],
        stdout=terminal,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        timeout=120,
        check=True,
        env={name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}},
    )
    os.close(terminal)
    os.close(leader)
    assert ended.stderr == b"written: three_state.html\nnot opened: there is no display here\n"
    assert (tmp_path / "three_state.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.thorough
def test_names_are_completed(tmp_path: Path) -> None:
    (tmp_path / "walks.yaml").touch()
    (tmp_path / "walls.txt").touch()

    def completed(words: str) -> list[str]:
        asked = {"_WELLBEVA_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        command = [sys.executable, "-m", "wellbeva"]
        ended = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **asked}, timeout=120, check=False
        )
        return ended.stdout.split()

    assert completed("wellbeva check wal") == ["walks.yaml"]
    assert completed("wellbeva docs three") == ["three_state"]
    assert completed("wellbeva run --no-") == ["--no-draws", "--no-report"]


def test_a_run_is_named_by_its_scenario() -> None:
    assert run.default_folder(Path("a/b.yaml"), "").as_posix() == "runs/b"
