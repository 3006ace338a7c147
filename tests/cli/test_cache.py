"""``wellbeva cache``: what is kept is listed, cleared and made beforehand; the terminal is one of 80 columns."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from wellbeva.cli import main
from wellbeva.jit import cache_folder as files

ROOT = Path(__file__).parents[2]
DEMO = "scenarios/uk-community-offers.yaml"
LONG = "Befriending, walks and a choir in all the neighbourhoods of a large town, by deprivation and age, 2026 to 2036"


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test have a folder of kernels of its own, that is not there yet."""
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WELLBEVA_CACHE_MB", raising=False)
    monkeypatch.delenv("WELLBEVA_DEBUG", raising=False)
    monkeypatch.setattr(files, "_told", set())
    monkeypatch.setattr(files, "_waiting", [])
    monkeypatch.chdir(ROOT)
    return tmp_path / "cache" / "kernels"


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    def run(*arguments: str) -> Ended:
        return Ended(main.main(["cache", *arguments]), *capsys.readouterr())

    return run


def made(place: Path, number: int, *, used: float, size: int = 1_000_000, title: str = "", name: str = "model") -> None:
    assert files.place() == place
    entry = place / f"{name}-{number:032x}"
    head = f"{files.HEAD}# {title}\n".encode() if title else b""
    if name == "model":
        files.write(entry / files.SOURCE, head)
    files.write(entry / "model-0.kernel", bytes(size - len(head)))
    os.utime(entry, (used, used))


def test_kernels_are_listed_the_last_used_first(place: Path, here: Callable[..., Ended]) -> None:
    made(place, 0x11111111 << 96, used=1.7e9, title="Walks in the park")
    made(place, 0x22222222 << 96, used=1.8e9, title=LONG, size=23_450_000)
    made(place, 0x33333333 << 96, used=1.75e9, name="engine.vector.logarithm", size=400)
    ended = here()
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert max(len(line.rstrip()) for line in lines if line != str(place)) <= 80
    shown = [line.split()[0] for line in lines if re.match(r"[\w.]+-\w{8} ", line)]
    assert shown == ["model-22222222", "engine.vector.logarithm-33333333", "model-11111111"]
    assert re.search(r"^model-22222222 +Befriending.* 23\.4 MB  \d{4}-\d\d-\d\d \d\d:\d\d$", ended.stdout, re.MULTILINE)
    assert re.search(r"^model-11111111 +Walks in the park +1\.0 MB", ended.stdout, re.MULTILINE)
    assert re.search(r"^engine\.vector\.logarithm-33333333 +part of wellbeva +< 0\.1 MB", ended.stdout, re.MULTILINE)
    assert lines[-2:] == ["3 sets of kernels, 24.5 MB; at most 256 MB are kept, in", str(place)]
    assert here("list").stdout == ended.stdout


def test_nothing_is_made_by_looking(place: Path, here: Callable[..., Ended]) -> None:
    ended = here()
    assert (ended.returncode, ended.stdout) == (0, f"no kernels; at most 256 MB are kept, in\n{place}\n")
    assert not place.parent.exists()


def test_json_is_json_and_nothing_else(
    place: Path, here: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE_MB", "12")
    made(place, 5, used=1.75e9, title="Straße")
    ended = here("list", "--json")
    assert json.loads(ended.stdout) == {
        "folder": str(place),
        "bytes": 1_000_000,
        "at_most_bytes": 12_000_000,
        "kernels": [
            {
                "name": f"model-{5:032x}",
                "made_for": "Straße",
                "bytes": 1_000_000,
                "last_used": "2025-06-15T15:06:40+00:00",
            }
        ],
    }
    monkeypatch.setenv("WELLBEVA_CACHE", "off")
    assert json.loads(here("list", "--json").stdout)["folder"] is None


def test_json_need_not_be_asked_of_list_by_name(place: Path, here: Callable[..., Ended]) -> None:
    made(place, 5, used=1.75e9, title="Straße")
    assert here("--json") == here("list", "--json")
    assert json.loads(here("--json").stdout)["bytes"] == 1_000_000
    ended = here("--json", "clear")
    assert (ended.returncode, ended.stderr) == (2, "")
    assert "write it after the verb" in json.loads(ended.stdout)["errors"][0]["message"]
    assert json.loads(here("clear", "--quiet", "--json").stdout) == {
        "text": "removed: 1 set of kernels, 1.0 MB\n",
        "written": None,
    }
    assert not files.entries(place)


def test_a_title_cannot_drive_the_terminal(place: Path, here: Callable[..., Ended]) -> None:
    made(place, 6, used=1.75e9, title="Walks \x1b[2J\x07[red]in")
    ended = here()
    assert "\x1b" not in ended.stdout
    assert "Walks �[2J�[red]in" in ended.stdout


def test_clear_removes_all_that_is_ours(place: Path, here: Callable[..., Ended]) -> None:
    made(place, 1, used=1.7e9)
    made(place, 2, used=1.8e9, size=500_000)
    (place / "notes.txt").touch()
    assert here("clear").stdout == "removed: 2 sets of kernels, 1.5 MB\n"
    assert [one.name for one in place.iterdir()] == ["notes.txt"]
    assert here("clear").stdout == "removed: no kernels\n"


def test_what_cannot_be_removed_is_told(
    place: Path, here: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    made(place, 1, used=1.7e9)

    def refuse(path: Path, target: Path) -> Path:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "rename", refuse)
    ended = here("clear")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"error[WB-E023]: 1 set of kernels, 1.0 MB could not be removed from '{place}'" in ended.stderr
    assert "remedy:" in ended.stderr


@pytest.mark.parametrize("word", ["off", "0"])
def test_switched_off_is_said(here: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", word)
    for arguments in ([], ["clear"]):
        assert here(*arguments) == Ended(0, "no kernels are kept: WELLBEVA_CACHE says so\n", "")
    ended = here("warm", DEMO)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error[WB-E024]: kernels cannot be made beforehand\n")


def test_a_folder_that_others_control_is_told_and_left(place: Path, here: Callable[..., Ended]) -> None:
    made(place, 1, used=1.7e9)
    place.chmod(0o777)
    listed = here()
    assert listed.returncode == 0
    assert listed.stderr.startswith(f"warning[WB-E021]: compiled kernels are not kept in '{place}'\n")
    for arguments in (["clear"], ["warm", DEMO]):
        ended = here(*arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "error[WB-E021]" in ended.stderr
        assert "remedy: chmod go-w" in ended.stderr
    assert len(files.entries(place)) == 1


def test_a_bound_that_is_no_number_is_told(here: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE_MB", "lots")
    ended = here()
    assert ended.returncode == 0
    assert ended.stderr.startswith("warning[WB-E022]: WELLBEVA_CACHE_MB is 'lots'")
    assert "at most 256 MB" in ended.stdout


def test_a_file_in_the_place_of_the_folder_is_told(place: Path, here: Callable[..., Ended]) -> None:
    place.parent.touch()
    assert json.loads(here("list", "--json").stdout)["errors"][0]["code"] == "WB-E020"
    for arguments in ([], ["list"], ["clear"], ["warm", DEMO]):
        ended = here(*arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(f"error[WB-E020]: compiled kernels cannot be kept: '{place}': ")
        assert "Not a directory" in ended.stderr or "File exists" in ended.stderr
        assert "remedy: a file stands where a folder should be: move it away, or name a folder" in ended.stderr


def test_a_file_in_the_place_of_the_kernels_is_told(place: Path, here: Callable[..., Ended]) -> None:
    place.parent.mkdir()
    place.touch()
    for arguments in ([], ["clear"], ["warm", DEMO]):
        ended = here(*arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith("error[WB-E020]")


def test_wrong_usage_is_two(here: Callable[..., Ended]) -> None:
    for arguments in (["melt"], ["list", "more"], ["warm", "no-such-file.yaml"], ["warm", DEMO, "--variant", "none"]):
        ended = here(*arguments)
        assert (ended.returncode, ended.stdout) == (2, ""), arguments
        assert len(ended.stderr) > 20


def test_a_stop_while_compiling_ends_as_for_other_verbs(
    place: Path, here: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(plan: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wellbeva.engine.run.block_loop.warm", stopped)
    ended = here("warm", DEMO)
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "stopped; nothing was written\n"
    assert files.entries(place) == ()


def wellbeva(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command.replace("wellbeva", f'"{sys.executable}" -m wellbeva')],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.thorough
def test_pipes_and_poor_encodings(place: Path) -> None:
    for number in range(40):
        made(place, number, used=1.7e9 + number, title="Straße ■", size=1000)
    ended = wellbeva("wellbeva cache | head -1")
    assert (ended.returncode, ended.stderr) == (0, "")
    ended = wellbeva("wellbeva cache list", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Stra" in ended.stdout
    assert json.loads(wellbeva("wellbeva cache list --json", PYTHONIOENCODING="ascii").stdout)["bytes"] == 40_000
    ended = wellbeva("wellbeva cache > /dev/full")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_listing_imports_nothing_heavy() -> None:
    code = """\
import sys
from wellbeva.cli import main
assert main.main(["cache"]) == 0
assert not {"numba", "numpy", "pandas", "scipy", "yaml"} & set(sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
