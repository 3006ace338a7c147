"""The benchmarks' own code, run once at a tiny size: the answers agree and the results file is as it should be."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import run
from benchmarks.registry import benchmarks

NAMES = ["trajectory-expert-numpy", "sampling-sobol", "startup-help", "demo-command", "check-2000-lines"]


def test_the_registry() -> None:
    assert [one.name for one in benchmarks()] == NAMES
    for one in benchmarks():
        assert one.against
        assert list(one.sizes) == sorted(one.sizes)
        assert one.tiny <= one.sizes[0]


@pytest.mark.parametrize("name", NAMES)
def test_both_sides_give_the_same_answer(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    assert run.main([name, "--tiny", "--repeat", "1", "--threads", "1", "--out", str(out)]) == 0
    (timing,) = json.loads(out.read_text(encoding="utf-8"))
    assert list(timing) == [
        "name", "against", "asked", "ours_s", "theirs_s", "ratio", "size", "counts", "threads", "machine",
    ]  # fmt: skip
    assert timing["name"] == name
    assert timing["ratio"] == pytest.approx(timing["ours_s"] / timing["theirs_s"], rel=1e-2)
    assert name in capsys.readouterr().out


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run.main(["sampling-sobel"])
    assert stop.value.code == 2
    assert "there are trajectory-expert-numpy, sampling-sobol" in capsys.readouterr().err


def test_an_answer_that_differs_is_refused() -> None:
    for one in benchmarks():
        mine = np.asarray(one.ours(one.tiny, 1)())
        with pytest.raises(AssertionError):
            one.agree(mine, mine * 1.1 + 1)
