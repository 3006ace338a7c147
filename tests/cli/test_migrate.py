"""``wellbeva migrate``: prints by default, writes only when told to."""

from __future__ import annotations

import codecs
import stat
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


def test_a_file_that_is_replaced_stays_what_it_was(tmp_path: Path) -> None:
    """Its byte-order mark, its mode, and the link that leads to it; a link beside it is not followed."""
    (tmp_path / "there").mkdir()
    file, link, other = tmp_path / "there" / "walks.yaml", tmp_path / "walks.yaml", tmp_path / "thesis.txt"
    file.write_bytes(codecs.BOM_UTF8 + OLD.encode())
    file.chmod(0o600)
    link.symlink_to(file)
    other.write_text("years of work")
    for place in (link, file):
        place.with_name("walks.yaml.part").symlink_to(other)
    assert main.main(["migrate", str(link), "--write"]) == 0
    assert (other.read_text(), link.is_symlink()) == ("years of work", True)
    assert file.read_bytes() == codecs.BOM_UTF8 + NEW.encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(list(tmp_path.rglob("*"))) == 6
