"""Broken files and the exact messages they get: errors are public API.

To write the expected texts anew after a change of wording, run this file as a script and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wellbeva.errors import WellbevaError, render
from wellbeva.scenario.loader import load_scenario

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.stem for path in GOLDEN.glob("[0-9]*.yaml"))


def messages(name: str) -> str:
    """Everything said about a broken file, as the terminal shows it."""
    try:
        load_scenario(f"{name}.yaml")
    except WellbevaError as error:
        return "\n\n".join(render(one) for one in error.diagnostics) + "\n"
    return "no error\n"


@pytest.mark.parametrize("name", CASES)
def test_a_broken_file_gets_its_exact_message(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    assert messages(name) == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_there_are_enough_broken_files() -> None:
    assert len(CASES) >= 24


if __name__ == "__main__":
    os.chdir(GOLDEN)
    for case in CASES:
        (GOLDEN / f"{case}.txt").write_text(messages(case), "utf-8")
