"""What tests of single verbs share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.ended import Ended
from wellbeva.cli import main


@pytest.fixture
def here(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Ended]:
    """Run the `VERB` of a module in an empty folder and a terminal of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("WELLBEVA_DEBUG", raising=False)

    def run(*arguments: str) -> Ended:
        status = main.main([request.module.VERB, *arguments])
        return Ended(status, *capsys.readouterr())

    return run
