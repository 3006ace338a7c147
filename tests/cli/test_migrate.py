"""``wellbeva migrate``: prints by default, writes only when told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellbeva.cli import main

OLD = "# mine\nschema: wellbeva/scenario/0\ntitle: Walks   # a comment\nyears: {from: 0, to: 5}\n"
NEW = "# mine\nschema: wellbeva/scenario/1\nscenario: Walks   # a comment\ntime: {step: year, from: 0, to: 5}\n"


def test_it_prints_the_new_file_and_says_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "walks.yaml"
    file.write_text(OLD, encoding="utf-8")
    assert main.main(["migrate", str(file)]) == 0
    out, err = capsys.readouterr()
    assert out == NEW
    assert f"{file}: 'title' is now 'scenario'" in err.splitlines()
    assert file.read_text(encoding="utf-8") == OLD


def test_it_writes_when_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "walks.yaml"
    file.write_text(OLD, encoding="utf-8")
    assert main.main(["migrate", str(file), "--write"]) == 0
    assert capsys.readouterr().out == ""
    assert file.read_text(encoding="utf-8") == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["walks.yaml"]
    assert main.main(["migrate", str(file), "--write"]) == 0
    assert "nothing to change" in capsys.readouterr().err


def test_line_ends_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "walks.yaml"
    file.write_bytes(OLD.replace("\n", "\r\n").encode())
    assert main.main(["migrate", str(file), "--write"]) == 0
    assert file.read_bytes() == NEW.replace("\n", "\r\n").encode()
