"""The folder of kernels: whose it is, how large it grows, and that nothing but kernels is removed."""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path

import pytest

from wellbeva.jit import cache_folder as files


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test have a folder of kernels of its own, that is not there yet."""
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WELLBEVA_CACHE_MB", raising=False)
    monkeypatch.setattr(files, "_told", set())
    monkeypatch.setattr(files, "_waiting", [])
    monkeypatch.setattr(files, "_room", {})
    return tmp_path / "cache" / "kernels"


def made(place: Path, number: int, *, size: int = 1000, age: float = 0.0) -> str:
    """Write an entry that was last used some seconds ago."""
    assert files.place() == place
    name = f"model-{number:032x}"
    files.write(place / name / files.SOURCE, b"# old\n")
    files.write(place / name / "model-0.kernel", bytes(size - 6))
    then = time.time() - age
    os.utime(place / name, (then, then))
    return name


def names(place: Path) -> list[str]:
    return [one.name for one in files.entries(place)]


def test_the_least_recently_used_go_when_there_is_too_much(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE_MB", "1")
    oldest, middle, newest = (made(place, n, size=400_000, age=a) for n, a in ((1, 900), (2, 600), (3, 300)))
    (place / "notes.txt").touch()
    files.touch(place / oldest)
    files.trim(place, 1)
    assert names(place) == [oldest, newest]
    assert sorted(one.name for one in place.iterdir()) == sorted([oldest, newest, "notes.txt"])
    last = made(place, 4, size=400_000)
    files.trim(place, 400_000)
    assert names(place) == [last, oldest]
    assert middle not in names(place)


def test_within_the_bound_nothing_goes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE_MB", "1")
    for number in range(10):
        made(place, number, size=100_000, age=number)
        files.trim(place, 100_000)
    assert len(names(place)) == 10
    made(place, 10, size=1000, age=10)
    files.trim(place, 1000)
    # Some room is made at once, or the next file would have all of them looked at again.
    assert names(place) == [f"model-{number:032x}" for number in range(9)]


def test_another_bound_holds_from_the_next_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        made(place, number, size=900_000, age=number)
        files.trim(place, 900_000)
    assert len(names(place)) == 3
    monkeypatch.setenv("WELLBEVA_CACHE_MB", "2")
    files.trim(place, 1)
    assert names(place) == [f"model-{0:032x}", f"model-{1:032x}"]


@pytest.mark.parametrize("text", ["lots", "-1", "0", "1.5", "1e3", "9" * 30])
def test_a_bound_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE_MB", text)
    assert files.bound() == 256 * 10**6
    assert [one.code for one in files.pop_cache_warnings()] == ["WB-E022"]


def test_a_removal_that_was_killed_is_finished(place: Path) -> None:
    name = made(place, 1)
    (place / ".gone-1").mkdir()
    (place / ".gone-1" / "model-0.kernel").touch()
    files.trim(place, 1)
    assert [one.name for one in place.iterdir()] == [name]


def test_what_another_process_has_removed_is_no_fault(place: Path) -> None:
    name = made(place, 1)
    assert files.remove(place, name)
    assert not files.remove(place, name)
    assert names(place) == []


def test_only_what_is_ours_is_cleared(place: Path) -> None:
    made(place, 1)
    (place / "letters").mkdir()
    (place / "letters" / "dear.txt").touch()
    (place / "model-1").mkdir()
    assert len(files.clear(place)) == 1
    assert sorted(one.name for one in place.iterdir()) == ["letters", "model-1"]
    assert files.clear(place) == ()
    assert files.clear(place / "nowhere") == ()


def test_a_link_in_the_place_of_an_entry_loses_nothing(place: Path, tmp_path: Path) -> None:
    made(place, 1)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.txt").touch()
    (place / f"model-{2:032x}").symlink_to(tmp_path / "papers")
    files.clear(place)
    files.trim(place, 1)
    assert (tmp_path / "papers" / "thesis.txt").exists()


def test_the_usual_folder_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WELLBEVA_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    assert files.where() == tmp_path / "home" / "wellbeva" / "kernels"
    assert not (tmp_path / "home").exists()
    assert files.place() == tmp_path / "home" / "wellbeva" / "kernels"


def test_a_relative_folder_stays_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", "here")
    monkeypatch.chdir(tmp_path)
    assert files.where() == tmp_path / "here" / "kernels"


@pytest.mark.parametrize(
    ("owner", "mode", "mine"),
    [(0, 0o700, True), (0, 0o755, True), (0, 0o770, False), (0, 0o702, False), (1, 0o700, False)],
)
def test_what_others_could_have_changed(owner: int, mode: int, mine: bool) -> None:
    state = os.stat_result((stat.S_IFREG | mode, 0, 0, 1, os.geteuid() + owner, 0, 0, 0, 0, 0))
    assert files.is_mine(state) is mine


@pytest.mark.parametrize(
    ("number", "begins"),
    [
        (errno.ENOSPC, "free some space there, or name a folder"),
        (errno.EDQUOT, "free some space there, or name a folder"),
        (errno.EEXIST, "a file stands where a folder should be: move it away, or name a folder"),
        (errno.ENOTDIR, "a file stands where a folder should be: move it away, or name a folder"),
        (errno.EFBIG, "allow larger files (ulimit -f), or name a folder"),
        (errno.EACCES, "name a folder you can write"),
        (errno.EROFS, "name a folder you can write"),
        (None, "name a folder you can write"),
    ],
)
def test_the_remedy_is_one_for_what_went_wrong(tmp_path: Path, number: int | None, begins: str) -> None:
    error = OSError() if number is None else OSError(number, os.strerror(number))
    told = files.not_kept(error, tmp_path)
    assert told.code == "WB-E020"
    assert told.remedy.startswith(begins)
    assert told.remedy.endswith("with WELLBEVA_CACHE; WELLBEVA_CACHE=off keeps none")
