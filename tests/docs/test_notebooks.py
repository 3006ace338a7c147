"""The notebooks of the documents run from the first cell to the last."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def cells(notebook: Path) -> list[str]:
    return CELL.findall(notebook.read_text("utf-8"))


@pytest.mark.thorough
@pytest.mark.parametrize("notebook", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_every_cell_runs(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    names: dict[str, Any] = {}
    assert len(cells(notebook)) >= 4
    for cell in cells(notebook):
        exec(compile(cell, notebook.name, "exec"), names)
