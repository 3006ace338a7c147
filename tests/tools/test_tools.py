"""The developers' tools work: a few mutants, a few sizes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools import growth, mutants, mutate
from wellbeva import api

ROOT = Path(__file__).parents[2]


def python(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_same_number_gives_the_same_mutant_and_another_one_another() -> None:
    kinds = [one for one in mutate.KINDS if one != "parquet"]
    made = [mutate.mutant(1, number, kinds, b"\x89HDF" * 99) for number in range(30)]
    assert made == [mutate.mutant(1, number, kinds, b"\x89HDF" * 99) for number in range(30)]
    assert {kind for kind, _ in made} >= {"typed", "text"}
    assert len({tuple(sorted(files.items())) for _, files in made}) > 25  # two may change the same thing


def test_mutants_are_counted_from_where_the_last_call_stopped(tmp_path: Path) -> None:
    stand = tmp_path / "counts.json"
    stand.write_text(json.dumps({"seed": 1, "next": 40, "counts": {"clean: typed": 40}}))
    ended = python("-m", "tools.mutate", "--kinds", "text", "--out", tmp_path, "--count", "2", "--tries", "0")
    assert ended.returncode in {0, 1}, ended.stderr
    assert "42 mutants" in ended.stdout
    assert json.loads(stand.read_text())["next"] == 42
    with pytest.raises(SystemExit, match="of the seed 1"):
        mutate.main(["--seed", "2", "--out", str(tmp_path)])


def test_what_fails_inside_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellbeva.compiler.build.compile_scenario", lambda *_, **__: 1 // 0)
    (tmp_path / "s.yaml").write_bytes(mutate.tree_of(mutate.SCENARIOS[0])["s.yaml"])
    (fault,) = mutate.guarded(tmp_path, 8192, deep=False)
    assert fault == ("internal", "ZeroDivisionError in api/running.py:_checked")


def test_a_file_is_made_smaller_while_its_fault_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Trial:
        def __init__(self, files: mutate.Files, *_: object, deep: bool) -> None:
            self.files = files

    def trials(jobs, start, _):  # type: ignore[no-untyped-def]
        trial = start(next(jobs))
        yield 0, trial, [fault] if b"bad" in trial.files["s.yaml"] else []

    fault = ("internal", "E")
    monkeypatch.setattr(mutate, "Trial", Trial)
    monkeypatch.setattr(mutate, "trials", trials)
    files = {"s.yaml": b"a:\n  b: 1\n  c: bad\nd: 2\n", "t.csv": b"x\n1\n"}
    mutate.keep(files, fault, 7, mutate.options(["--out", str(tmp_path), "--keep", "1"]))
    mutate.keep(files, fault, 8, mutate.options(["--out", str(tmp_path), "--keep", "1"]))
    kept = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert kept == {"internal-E/7/s.yaml": b"a:\n  c: bad\n", "internal-E/7/t.csv": b""}


def test_what_growth_measures_is_accepted_by_check(tmp_path: Path) -> None:
    for name, curve in growth.CURVES.items():
        folder = tmp_path / name
        folder.mkdir()
        for file, text in curve(3).items():
            (folder / file).write_text(text)
        if name != "brackets":
            api.check(folder / "s.yaml")


def test_growth_prints_a_line_for_each_size() -> None:
    ended = python("-m", "tools.growth", "options", "brackets", "--largest", "8")
    assert ended.returncode == 0, ended.stderr
    assert [line.split()[:2] for line in ended.stdout.splitlines()[1:]] == [
        [name, str(size)] for name in ("options", "brackets") for size in (1, 2, 4, 8)
    ]


@pytest.mark.parametrize("kind", mutants.TEXT)
def test_a_mutator_takes_any_text(kind: str) -> None:
    for given in ("a: 1\n", "x\n", "a: [1, £2 (se 3)]\nb: {c: d}\n"):
        for seed in range(50):
            assert isinstance(mutants.TEXT[kind](mutants.Random(seed), given), str)
