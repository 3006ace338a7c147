"""The page on areas: what it tells a person to type works, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wellbeva.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "how-to-areas.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    output, commands = "", 0
    for kind, text in FENCE.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "yaml":
            name = text.splitlines()[0].removeprefix("# ")
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif kind == "sh":
            output = ""
            for line in text.splitlines():
                assert main.main(line.split()[1:]) == 0, line
                output, commands = output + capsys.readouterr().out, commands + 1
        else:
            assert text.removesuffix("…\n") in output
    assert commands == 5
