"""`check` runs without the collector of circles, and leaves it as it was."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from wellbeva.cli import main

SCENARIO = Path(__file__).parents[2] / "scenarios" / "easing-loneliness.yaml"


@pytest.mark.parametrize("fails", [False, True])
def test_the_collector_is_off_while_a_file_is_checked(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:
    seen = []

    def checked(_file: object) -> tuple[tuple[()], str]:
        seen.append(gc.isenabled())
        if fails:
            raise OSError(2, "no such file")
        return (), ""

    monkeypatch.setattr("wellbeva.api.checks.check_with_groups", checked)
    assert gc.isenabled()
    assert main.main(["check", str(SCENARIO)]) == (2 if fails else 0)
    assert seen == [False]
    assert gc.isenabled()
    gc.disable()
    try:
        main.main(["check", str(SCENARIO)])
        assert not gc.isenabled(), "a program that has switched it off keeps it off"
    finally:
        gc.enable()
