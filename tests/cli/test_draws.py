"""Draws come in multiples of 8,192: each verb that takes --draws says what it makes of another number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.ended import Ended
from wellbeva.cli import main

LONELY = str(Path(__file__).parents[2] / "scenarios/easing-loneliness.yaml")
ASKED = "4,096 asked for; draws come in multiples of 8,192"
VERBS = {
    "run": (LONELY, "--no-report", "--out=x"),
    "plan": (LONELY,),
    "slurm": (LONELY, "--out=x"),
    "sweep": (LONELY, "--set", "hold=3,6 months", "--parallel=1", "--out=x"),
    "test": (LONELY,),
    "explain": (LONELY, "wellbys", "--draw=3"),
    "diff": (LONELY, f"{LONELY}:longer"),
}
EXACT = {"evidence calibrate"}
"""Weighs as many draws as it is told to."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ended]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words: str) -> Ended:
        return Ended(main.main(list(words)), *capsys.readouterr())

    return call


def taking_draws(command: Any, *names: str) -> Iterator[str]:
    for name, below in getattr(command, "commands", {}).items():
        yield from taking_draws(below, *names, name)
    if any("--draws" in one.opts for one in command.params):
        yield " ".join(names)


def test_every_verb_that_takes_draws_is_tried_here() -> None:
    assert {*taking_draws(main.command(""))} == {*VERBS} | EXACT


@pytest.mark.thorough
@pytest.mark.parametrize(("verb", "words"), VERBS.items())
def test_a_verb_says_that_it_makes_more_draws_than_were_asked_for(
    said: Callable[..., Ended], verb: str, words: tuple[str, ...]
) -> None:
    ended = said(verb, *words, "--draws", "4096")
    flat = " ".join(ended.out.split())
    assert (ended.status, flat.count(ASKED)) == (0, 1), ended
    assert "8,192" in flat.partition(ASKED)[0]


@pytest.mark.thorough
@pytest.mark.parametrize("verb", ["run", "explain", "test"])
def test_a_verb_says_nothing_where_it_makes_what_was_asked_for(said: Callable[..., Ended], verb: str) -> None:
    assert "asked for" not in said(verb, *VERBS[verb], "--draws", "8192").out
