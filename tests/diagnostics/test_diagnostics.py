"""Broken files and the exact message each gives: errors are public API.

To see a message that has changed on purpose, run the file's name through `wellbeva check`; the expected text is what it
prints, diagnostics parted by an empty line.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva import api
from wellbeva.errors import WellbevaError, render

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.glob("*.yaml"))


def said(name: str) -> str:
    """Return all that a check says of a file, errors first raised or warnings returned."""
    try:
        found = api.check(name)
    except WellbevaError as error:
        found = error.diagnostics
    text = "\n\n".join(render(one) for one in found) + "\n"
    # A shipped model's lines move when it is edited; the file they are in does not.
    return re.sub(r"(wellbeva:models/\w+\.yaml):\d+:\d+", r"\1", text)


@pytest.mark.parametrize("name", NAMES)
def test_message_is_exact(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    assert said(name) == (CASES / name).with_suffix(".txt").read_text(encoding="utf-8")


def test_every_case_has_an_expected_message() -> None:
    assert {path.stem for path in CASES.glob("*.txt")} == {Path(name).stem for name in NAMES}
    assert len(NAMES) >= 104
