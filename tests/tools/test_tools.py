"""The developers' tools work: a few mutants, a few sizes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tools import bits, growth, mutants, mutate
from wellbeva import api

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]


def python(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_same_number_gives_the_same_mutant_and_another_one_another() -> None:
    kinds = [one for one in mutate.KINDS if one != "parquet"]
    made = [mutate.mutant(1, number, kinds) for number in range(30)]
    assert made == [mutate.mutant(1, number, kinds) for number in range(30)]
    assert {kind for kind, _ in made} >= {"scenario", "lines"}
    assert len({tuple(sorted(files.items())) for _, files in made}) > 25  # two may change the same thing


def test_most_changes_within_a_type_pass(tmp_path: Path) -> None:
    given = mutate.options(["--run", "0", "--out", str(tmp_path)])
    made = {number: mutate.mutant(1, number, ["scenario"])[1] for number in range(30)}
    said = [[outcome for outcome, _ in one] for _, one in mutate.judged(made, given)]
    assert said.count(["passed"]) >= 20
    assert all(one in (["passed"], ["refused"]) for one in said)


def test_a_hundred_mutants_stand_in_one_file_as_variants(tmp_path: Path) -> None:
    ended = python(
        "-m", "tools.mutate", "--kinds", "variants", "--out", tmp_path, "--count", "1", "--run", "0", "--tries", "0"
    )
    assert ended.returncode == 0, ended.stderr
    counts = json.loads((tmp_path / "counts.json").read_text())["counts"]
    assert counts["made: variants"] == 100
    assert counts["passed: variants"] + counts["refused: variants"] == 100
    assert counts["passed: variants"] > 0


@pytest.mark.parametrize("way", mutants.RELATED)
def test_what_is_written_otherwise_gives_the_numbers_it_must(tmp_path: Path, way: str) -> None:
    class Chosen(Random):
        def choice(self, seq):  # type: ignore[no-untyped-def]
            return way if way in seq else super().choice(seq)

    files, _, _ = mutate.base(ROOT / "scenarios" / "park-and-neighbours.yaml")
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    settings = {"draws": 8192, "threads": 1, "engine": "blocked"}
    done = api.run(tmp_path / "s.yaml", **settings)  # type: ignore[arg-type]
    assert list(mutate.related(tmp_path, done, settings, Chosen(1))) == []
    other = api.run(tmp_path / "s.yaml", **{**settings, "seed": 2})  # type: ignore[arg-type]
    assert list(mutate.differences(done, other, "other", near=0))


def test_what_is_written_holds_no_formula_and_no_path_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = api.run(ROOT / "scenarios" / "park-and-neighbours.yaml", draws=8192)
    write = api.Run.write

    def spoilt(run: api.Run, folder: Path) -> Path:
        place = write(run, folder)
        with (place / "decision.csv").open("a", encoding="utf-8") as file:
            file.write(f"-5,a;=1+1,{tmp_path.name}\n")
        return place

    assert list(mutate.printed(tmp_path, done)) == []
    monkeypatch.setattr(api.Run, "write", spoilt)
    said = list(mutate.printed(tmp_path, done))
    assert {("formula", "decision.csv"), ("path of the machine", "decision.csv")} <= set(said)


def test_a_process_that_hangs_or_ends_costs_no_other_mutant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(files: mutate.Files, *_: object) -> list[mutate.Outcome]:
        if b"abort" in files["s.yaml"]:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"hang" in files["s.yaml"]:
            while True:
                pass
        return [("passed", "")]

    monkeypatch.setattr(mutate, "guarded", guarded)
    jobs = {number: {"s.yaml": text} for number, text in enumerate((b"", b"abort", b"", b"hang", b""))}
    said = dict(mutate.judged(jobs, mutate.options(["--seconds", "1", "--out", str(tmp_path)])))
    fine = [("passed", "")]
    assert said == {0: fine, 1: [("aborted", "SIGKILL")], 2: fine, 3: [("timeout", "")], 4: fine}


def test_mutants_are_counted_from_where_the_last_call_stopped(tmp_path: Path) -> None:
    stand = tmp_path / "counts.json"
    stand.write_text(json.dumps({"seed": 1, "next": 40, "cpu": 0, "counts": {"made: lines": 40}}))
    ended = python("-m", "tools.mutate", "--kinds", "lines", "--out", tmp_path, "--count", "2", "--tries", "0")
    assert ended.returncode in {0, 1}, ended.stderr
    assert "42 mutants" in ended.stdout
    assert json.loads(stand.read_text())["next"] == 42
    with pytest.raises(SystemExit, match="of the seed 1"):
        mutate.main(["--seed", "2", "--out", str(tmp_path)])


def test_what_fails_inside_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wellbeva.compiler.compile.compile_scenario", lambda *_, **__: 1 // 0)
    (fault,) = mutate.guarded({"s.yaml": mutate.SCENARIOS[0].read_bytes()}, mutate.options(["--out", str(tmp_path)]), 1)
    assert fault == ("internal", "ZeroDivisionError in api/checks.py:_checked")


def test_a_file_is_made_smaller_while_its_fault_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = ("internal", "E")
    monkeypatch.setattr(mutate, "guarded", lambda files, *_: [fault] if b"bad" in files["s.yaml"] else [])
    files = {"s.yaml": b"a:\n  b: 1\n  c: bad\nd: 2\n", "t.csv": b"x\n1\n"}
    given = mutate.options(["--out", str(tmp_path), "--keep", "1"])
    mutate.keep(files, fault, 7, given)
    mutate.keep(files, fault, 8, given)
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


@pytest.mark.parametrize("kind", mutants.HOSTILE)
def test_a_mutator_takes_any_text(kind: str) -> None:
    for given in ("a: 1\n", "x\n", "a: [1, £2 (se 3)]\nb: {c: d}\n"):
        for seed in range(50):
            assert isinstance(mutants.HOSTILE[kind](Random(seed), given), str)


def test_hashes_of_equal_runs_are_equal_and_a_difference_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutate, "SCENARIOS", [ROOT / "scenarios" / "appraisal" / "cost_effectiveness.yaml"])
    monkeypatch.setattr(bits, "RUNS", [{"engine": "blocked", "design": "sobol", "threads": 1}])
    assert bits.main([str(tmp_path), "--random", "0"]) == 0
    assert bits.main([str(tmp_path), "--against"]) == 0
    file = tmp_path / "hashes.json"
    hashes = json.loads(file.read_text("utf-8"))
    hashes["cost_effectiveness blocked sobol 1"]["decision.csv"] = "0"
    file.write_text(json.dumps(hashes), "utf-8")
    capsys.readouterr()
    assert bits.main([str(tmp_path), "--against"]) == 1
    assert "cost_effectiveness blocked sobol 1: decision.csv" in capsys.readouterr().out
