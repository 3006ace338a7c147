"""How benchmarks are measured, told and kept: what is asked and what is measured stand in the same terms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import run
from benchmarks.benchmark import Asked, Benchmark, Measured, clean_environment

FIELDS = [
    "name", "against", "asked", "ours_s", "theirs_s", "ratio", "size", "counts", "threads", "machine",
    "ratio_is", "met", "note",
]  # fmt: skip


def test_the_results_file_and_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    assert run.main(["sampling-sobol", "--tiny", "--repeat", "1", "--threads", "1", "--out", str(out)]) == 0
    (timing,) = json.loads(out.read_text(encoding="utf-8"))
    assert list(timing) == FIELDS
    assert timing["name"] == "sampling-sobol"
    assert timing["ratio"] == pytest.approx(timing["ours_s"] / timing["theirs_s"], rel=1e-2)
    assert timing["ratio_is"] == "ours / theirs, at most"
    assert "sampling-sobol" in capsys.readouterr().out


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run.main(["sampling-sobel"])
    assert stop.value.code == 2
    assert "there are trajectory-4x4x10, trajectory-4x4x10-model" in capsys.readouterr().err


def _benchmark(asked: Asked, ask: float, *, ours: float = 2.0, theirs: float | None = 10.0) -> Benchmark:
    return Benchmark(
        name="made-up",
        against="nothing",
        ask=ask,
        asked=asked,
        ours=lambda _size, _threads: lambda: Measured(1, amount=ours, note="ours says so"),
        theirs=None if theirs is None else lambda _size, _threads: lambda: Measured(1, amount=theirs),
        agree=lambda _mine, _other: None,
        sizes=(1,),
        tiny=1,
        counts="draws",
    )


@pytest.mark.parametrize(
    ("asked", "ask", "theirs", "ratio", "met"),
    [
        (Asked.AT_LEAST, 4.0, 10.0, 5.0, True),
        (Asked.AT_LEAST, 6.0, 10.0, 5.0, False),
        (Asked.AT_MOST, 0.25, 10.0, 0.2, True),
        (Asked.AT_MOST, 0.1, 10.0, 0.2, False),
        (Asked.SECONDS, 3.0, None, 2.0, True),
        (Asked.SECONDS, 1.0, None, 2.0, False),
        (Asked.MEGABYTES, 3.0, None, 2.0, True),
        (Asked.MEGABYTES, 1.0, None, 2.0, False),
    ],
)
def test_measured_and_asked_are_in_the_same_terms(
    asked: Asked, ask: float, theirs: float | None, ratio: float, *, met: bool
) -> None:
    timing = run.measure(_benchmark(asked, ask, theirs=theirs), 1, threads=1, repeat=1)
    assert timing.ratio == ratio
    assert timing.met is met
    assert timing.asked == ask
    assert timing.note == "ours says so"
    assert (timing.ours_s is None) == (asked is Asked.MEGABYTES)
    assert timing.theirs_s == theirs


def test_a_ratio_needs_another_side() -> None:
    with pytest.raises(ValueError, match="needs another side"):
        run.measure(_benchmark(Asked.AT_LEAST, 2.0, theirs=None), 1, threads=1, repeat=1)


def test_the_table_says_both_in_the_same_terms() -> None:
    timings = [
        run.measure(_benchmark(asked, ask, theirs=theirs), 1, threads=1, repeat=1)
        for asked, ask, theirs in (
            (Asked.AT_LEAST, 1000.0, 10.0),
            (Asked.AT_MOST, 1.5, 10.0),
            (Asked.SECONDS, 4.0, None),
            (Asked.MEGABYTES, 400.0, None),
        )
    ]
    lines = [line.split() for line in run.table(timings).splitlines()[1:5]]
    assert [line[3:] for line in lines] == [
        ["2.0000", "10.0000", ">=", "1,000x", "5x", "missed"],
        ["2.0000", "10.0000", "<=", "1.5x", "0.2x", "met"],
        ["2.0000", "-", "<=", "4", "s", "2", "s", "met"],
        ["-", "-", "<=", "400", "MB", "2", "MB", "met"],
    ]
    assert "made-up: ours says so" in run.table(timings)


def test_the_fastest_of_several_counts_and_the_first_run_only_warms_up() -> None:
    amounts = iter([0.5, 3.0, 2.0, 4.0])
    one = _benchmark(Asked.SECONDS, 1.0, theirs=None)
    changing = Benchmark(
        name=one.name,
        against=one.against,
        ask=one.ask,
        asked=one.asked,
        ours=lambda _size, _threads: lambda: Measured(1, amount=next(amounts)),
        theirs=None,
        agree=one.agree,
        sizes=one.sizes,
        tiny=one.tiny,
        counts=one.counts,
    )
    assert run.measure(changing, 1, threads=1, repeat=3).ours_s == 2.0


def test_a_clean_environment_has_its_own_cache_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "somewhere")
    monkeypatch.setenv("WELLBEVA_CACHE", "elsewhere")
    found = clean_environment(tmp_path)
    assert found["WELLBEVA_CACHE"] == found["XDG_CACHE_HOME"] == str(tmp_path)
    assert "NUMBA_CACHE_DIR" not in found
