"""The exact message of a run that a draw refuses, or warns of: a check draws nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.analysis.unseen import CODES
from wellbeva.errors import WellbevaError, render

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in (FOLDER / "refused").glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_message_is_exact(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER / "cases")
    try:
        found = tuple(one for one in api.run(f"{name}.yaml").compiled.record.warnings if one.code in CODES)
    except WellbevaError as error:
        found = error.diagnostics
    said = "\n\n".join(render(one) for one in found) + "\n"
    assert said == (FOLDER / "refused" / f"{name}.txt").read_text(encoding="utf-8")


def test_there_is_a_case() -> None:
    assert len(NAMES) >= 2
