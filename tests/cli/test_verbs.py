"""What every verb takes: one JSON document, silence, several files, numbers as people write them, near names."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from tests.cli.ended import Ended
from wellbeva.cli import main
from wellbeva.cli.commands import run
from wellbeva.cli.main import GROUPS, VERBS, application
from wellbeva.cli.options import complete_scenario

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


EVERY = [(verb,) for verb in VERBS] + [
    (group.name or "", command.name or command.callback.__name__)
    for group in application().registered_groups
    for command in group.typer_instance.registered_commands
]


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_verb_takes_json_and_quiet_and_help_names_no_python(
    said: Callable[..., Ended], words: tuple[str, ...]
) -> None:
    text = said(*words, "--help").out
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
    for name in ("runs/good/results.nc", "runs/good/manifest.json", "runs/good/plan.json", "inputs.csv", "good.zip"):
        (tmp_path / name).write_text("x")
    for words, near in (
        (("check", "good.ymal"), "'good.yaml' lies beside it"),
        (("plan", "good"), "'good.yaml' lies beside it"),
        (("explain", "Good.yaml"), "'good.yaml' lies beside it"),
        (("analyse", "runs/goood"), "'good' lies beside it"),
        (("analyse", "good.yml"), "'good.yaml' lies beside it"),
        (("check", "rnus/good.yaml"), "'runs' lies in '.'"),
        (("docs", "three_stat"), "did you mean 'three_state'"),
        (("import", "inptus.csv"), "'inputs.csv' lies beside it"),
        (("bundle", "runs/goood"), "'good' lies beside it"),
        (("reproduce", "gooodzip"), "'good.zip' lies beside it"),
        (("merge", "runs/goood"), "'good' lies beside it"),
        (("schema", "scenaro"), "did you mean 'scenario'"),
        (("survey", "inptus.csv", "inputs.csv"), "'inputs.csv' lies beside it"),
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


def test_a_page_is_a_file_unless_a_hyphen_is_given(said: Callable[..., Ended]) -> None:
    assert said("docs", "three_state") == Ended(0, "", "written: three_state.html\n")
    page = Path("three_state.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert said("docs", "three_state", "--out", "-") == Ended(0, page, "")
    assert said("docs", "three_state", "--format", "md").out.startswith("# ")
    assert [path.name for path in Path().iterdir()] == ["three_state.html"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("words", "page"),
    [
        (("docs", "three_state"), "three_state.html"),
        (("run", PARK, "--draws", "8192", "--out", "r"), "r/report.html"),
        (("page", PARK), "park-and-neighbours.html"),
    ],
)
def test_a_page_is_opened(words: tuple[str, ...], page: str, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {shlex.quote(str(tmp_path / "opened"))}\n')
    browser.chmod(0o755)
    plain = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}}
    command = [sys.executable, "-m", "wellbeva", *words, "--open"]
    for more, told in (({"BROWSER": str(browser)}, False), ({}, True)):
        ended = subprocess.run(command, capture_output=True, cwd=tmp_path, timeout=120, check=True, env=plain | more)
        assert (b"not opened: there is no display here\n" in ended.stderr) == told
    assert (tmp_path / "opened").read_text().split() == [(tmp_path / page).as_uri()]


def test_every_scenario_is_completed() -> None:
    whole = typer.main.get_command(application())
    commands = [*whole.commands.values()] + [one for name in GROUPS for one in whole.commands[name].commands.values()]
    files = [one for command in commands for one in command.params if one.metavar in {"SCENARIO", "OLD", "NEW", "FILE"}]
    named = [one for one in files if isinstance(one, typer.core.TyperArgument) and one.name != "sheet"]
    assert len(named) > 12
    assert [one.name for one in named if one._custom_shell_complete is None] == []


@pytest.mark.parametrize(
    ("begun", "names"),
    [
        ("wal", ["walks.yaml"]),
        ("./wal", ["./walks.yaml"]),
        ("su", ["sub/"]),
        ("sub/", ["sub/a.yml"]),
        ("sub/../wal", ["sub/../walks.yaml"]),
        ("gone/", []),
    ],
)
def test_files_are_completed_as_they_are_begun(
    begun: str, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("walks.yaml", "walls.txt", "sub/a.yml", "sub/b.csv"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert [*complete_scenario(begun)] == names


TYPED = """\
eval "$(wellbeva --show-completion bash)"
typed() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    "$(complete -p wellbeva | sed 's/.*-F \\([^ ]*\\).*/\\1/')" wellbeva
    echo "typed: ${COMPREPLY[*]}" | tr '\\n' ' '
    echo
}
typed wellbeva chec
typed wellbeva check wal
typed wellbeva diff walks.yaml ./wal
typed wellbeva docs three
typed wellbeva run walks.yaml --no-
typed wellbeva evidence po
"""


@pytest.mark.thorough
def test_bash_completes(tmp_path: Path) -> None:
    (tmp_path / "walks.yaml").touch()
    (tmp_path / "walls.txt").touch()
    (tmp_path / "wellbeva").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m wellbeva "$@"\n')
    (tmp_path / "wellbeva").chmod(0o755)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    command = ["bash", "--noprofile", "--norc", "-i", "-c", TYPED]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=path, timeout=120, check=False)
    assert [line.split()[1:] for line in ended.stdout.splitlines() if line.startswith("typed:")] == [
        ["check"],
        ["walks.yaml"],
        ["./walks.yaml"],
        ["three_state"],
        ["--no-draws", "--no-report"],
        ["pool"],
    ], ended.stderr


def test_a_run_is_named_by_its_scenario() -> None:
    assert run.default_folder(Path("a/b.yaml"), "").as_posix() == "runs/b"
