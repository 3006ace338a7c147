"""Kernels on disk: a second process need not compile, and nothing that happens to the disk changes a number."""

from __future__ import annotations

import ctypes
import dataclasses
import hashlib
import itertools
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import threading
import time
import tokenize
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import llvmlite
import numpy as np
import pytest

from tests.engine.vector_loops import loops_of
from tests.tiers import thorough_after
from wellbeva.engine.compiled import module_cache
from wellbeva.engine.compiled.loop_ir import Load, Name, Store, repeat
from wellbeva.engine.compiled.model_loops import ModelLoops
from wellbeva.engine.lanes import LANE
from wellbeva.jit import cache_folder as files

FACTORS = itertools.count(1)
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


def model(factor: float) -> ModelLoops:
    """Return a model of one row and one part: draws times a factor, and 1 added."""
    d = Name("d")
    return loops_of(repeat("d", LANE, Store("y", d, Load("x", d) * factor + 1.0)))


def run(code: module_cache.ModelCode, factor: float) -> bool:
    """Run a model, and tell whether it came to the right numbers."""
    x, y, none = np.arange(float(LANE)), np.empty(LANE), np.zeros(16)
    code.run(1, LANE, LANE, *(one.ctypes.data for one in (x, y, none, none, none)))
    return bool((y == x * factor + 1.0).all())


def main(ready: Path, go: Path) -> None:
    """Load a model and run it, as another process; tell how often it was compiled."""
    compiled: list[str] = []
    compile_module = module_cache.compile_module
    module_cache.compile_module = lambda *given: compiled.append(given[0]) or compile_module(*given)
    loops = model(3.25)
    modules = module_cache.Modules(loops)
    ready.touch()
    while not go.exists():
        time.sleep(0.001)
    right = run(module_cache.load(modules, loops), 3.25)
    codes = [one.code for one in files.pop_cache_warnings()]
    print(json.dumps({"right": right, "compiled": bool(compiled), "codes": codes}))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test have a folder of kernels of its own, that is not there yet."""
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WELLBEVA_CACHE_MB", raising=False)
    monkeypatch.setattr(files, "_told", set())
    monkeypatch.setattr(files, "_waiting", [])
    return tmp_path / "cache" / "kernels"


@pytest.fixture
def loops() -> ModelLoops:
    """Return a model that no other test has loaded into this process."""
    return model(factor_of(next(FACTORS)))


def factor_of(number: int) -> float:
    return number + 0.5


def call(loops: ModelLoops, *, title: str = "A test", anew: bool = True) -> tuple[bool, module_cache.ModelCode]:
    """Load a model as another process would, run it and require the right numbers; tell whether it was compiled."""
    if anew:
        module_cache._living.clear()
    compiled: list[bool] = []
    with pytest.MonkeyPatch.context() as patched:
        compile_module = module_cache.compile_module
        patched.setattr(module_cache, "compile_module", lambda *given: compiled.append(True) or compile_module(*given))
        code = module_cache.load(module_cache.Modules(loops), loops, title=title)
    (store,) = loops.parts[0].body[0].body
    assert run(code, store.value.operands[0].operands[1].value)
    return bool(compiled), code


def compiles(loops: ModelLoops, *, title: str = "A test") -> bool:
    return call(loops, title=title)[0]


def codes() -> list[str]:
    return [one.code for one in files.pop_cache_warnings()]


def code_file(place: Path) -> Path:
    (found,) = place.glob("model-*/code.kernel")
    return found


def shown(place: Path) -> Path:
    (found,) = place.glob("model-*/kernel.py")
    return found


def leavings(place: Path) -> list[str]:
    return [one.name for one in place.rglob("*") if one.name.startswith(".")]


class Process:
    """Another Python that loads and calls a kernel."""

    def __init__(self, folder: Path, name: str, *, wait: bool = False, bounded: Callable[[], None] | None = None):
        self.ready, self.go = folder / f"{name}.ready", folder / f"{name}.go"
        if not wait:
            self.go.touch()
        command = [sys.executable, "-m", "tests.engine.test_kernel_store", str(self.ready), str(self.go)]
        self.running = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=bounded,  # noqa: PLW1509 - a system call, in tests that start no thread
        )

    def told(self) -> dict[str, object]:
        out, err = self.running.communicate(timeout=300)
        assert self.running.returncode == 0, err
        assert err == ""
        return json.loads(out)


def no_superuser() -> None:
    """Let a child obey the permissions of files, whoever it belongs to."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) != 0:
        raise OSError("this superuser cannot be bounded")


def test_a_second_process_need_not_compile(tmp_path: Path) -> None:
    first = Process(tmp_path, "first").told()
    assert first == {"right": True, "compiled": True, "codes": []}
    second = Process(tmp_path, "second").told()
    assert second == {"right": True, "compiled": False, "codes": []}


@pytest.mark.thorough
def test_each_processor_has_kernels_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = {"right": True, "compiled": True, "codes": []}
    monkeypatch.delenv("NUMBA_CPU_NAME", raising=False)
    monkeypatch.delenv("NUMBA_CPU_FEATURES", raising=False)
    assert Process(tmp_path, "this").told() == compiled
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert Process(tmp_path, "any").told() == compiled


@pytest.mark.thorough
def test_processes_that_compile_the_same_at_once(tmp_path: Path, place: Path) -> None:
    several = [Process(tmp_path, f"p{number}", wait=True) for number in range(3)]
    while not all(one.ready.exists() for one in several):
        assert all(one.running.poll() is None for one in several), [one.told() for one in several]
        time.sleep(0.005)
    for one in several:
        one.go.touch()
    assert [one.told()["right"] for one in several] == [True] * 3
    assert leavings(place) == []
    assert Process(tmp_path, "after").told() == {"right": True, "compiled": False, "codes": []}


@pytest.mark.thorough
@pytest.mark.parametrize("most", [1000, 0], ids=["the source fits", "nothing fits"])
def test_a_full_disk_costs_a_compile_and_a_warning(tmp_path: Path, place: Path, most: int) -> None:
    full = Process(tmp_path, "full", bounded=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    assert full.told() == {"right": True, "compiled": True, "codes": ["WB-E020"]}
    assert leavings(place) == []
    assert list(place.rglob("*.kernel")) == []
    assert Process(tmp_path, "freed").told()["codes"] == []
    assert Process(tmp_path, "again").told()["compiled"] is False


def test_a_read_only_folder_costs_a_compile_and_a_warning(tmp_path: Path, place: Path) -> None:
    place.mkdir(parents=True)
    place.parent.chmod(0o700)
    place.chmod(0o500)
    told = Process(tmp_path, "one", bounded=no_superuser).told()
    assert told == {"right": True, "compiled": True, "codes": ["WB-E020"]}
    assert list(place.iterdir()) == []


@pytest.mark.thorough
def test_kernels_of_a_read_only_folder_are_used(tmp_path: Path, place: Path) -> None:
    Process(tmp_path, "before").told()
    for one in [place.parent, place, *place.rglob("*")]:
        one.chmod(0o500 if one.is_dir() else 0o400)
    told = Process(tmp_path, "after", bounded=no_superuser).told()
    assert told == {"right": True, "compiled": False, "codes": []}
    for one in [place.parent, place, *place.iterdir()]:
        one.chmod(0o700)


def test_a_folder_that_cannot_be_made(tmp_path: Path, loops: ModelLoops, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "file"))
    assert compiles(loops)
    (warning,) = files.pop_cache_warnings()
    assert (warning.code, warning.severity) == ("WB-E020", "warning")
    assert str(tmp_path / "file") in warning.message
    call(model(factor_of(next(FACTORS))))
    assert codes() == []  # once is enough


def truncate(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


@pytest.mark.parametrize(
    "damage",
    thorough_after(
        2,
        [
            lambda data: data[:-500] + bytes([data[-500] ^ 1]) + data[-499:],
            lambda data: truncate(data, 0.5),
            lambda data: b"",
            lambda data: data[:10],
            lambda data: data[:40],
            lambda data: data[:-1],
            lambda data: b"garbage" * 1000,
            lambda data: data + b"more",
        ],
    ),
    ids=["one bit", "half", "empty", "head", "no content", "last byte", "garbage", "longer"],
)
def test_a_damaged_file_is_compiled_again(place: Path, loops: ModelLoops, damage: Callable[[bytes], bytes]) -> None:
    call(loops)
    whole = code_file(place).read_bytes()
    code_file(place).write_bytes(damage(whole))
    assert compiles(loops)
    assert codes() == []
    assert not compiles(loops)
    assert leavings(place) == []


def test_a_folder_in_the_place_of_a_file_is_no_crash(place: Path, loops: ModelLoops) -> None:
    call(loops)
    file = code_file(place)
    file.unlink()
    file.mkdir()
    assert compiles(loops)
    assert codes() == ["WB-E020"]


def test_a_damaged_source_is_never_run_and_written_again(place: Path, loops: ModelLoops) -> None:
    call(loops)
    shown(place).write_text("raise SystemExit('run')\n", encoding="utf-8")
    assert not compiles(loops)
    assert shown(place).read_text(encoding="utf-8") == f"{files.HEAD}# A test\n{loops.python()}"


def test_another_version_has_kernels_of_its_own(
    place: Path, loops: ModelLoops, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(loops)
    old = code_file(place)
    with monkeypatch.context() as other:
        other.setattr(llvmlite, "__version__", "0.1.2")
        assert compiles(loops)
        new = next(one for one in place.glob("*/code.kernel") if one != old)
        # A file that somebody has put in another's place is not a file of this version.
        shutil.copyfile(old, new)
        assert compiles(loops)
    # And when the old version comes back, it finds what it has left.
    assert not compiles(loops)


def test_what_may_be_contracted_has_kernels_of_its_own(loops: ModelLoops) -> None:
    names = [module_cache.Modules(dataclasses.replace(loops, fast=fast)).name for fast in (False, True)]
    assert names[0] != names[1]


@pytest.mark.parametrize("word", thorough_after(1, ["off", "OFF", "0"]))
def test_switched_off_nothing_is_written(
    tmp_path: Path, loops: ModelLoops, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", word)
    monkeypatch.chdir(tmp_path)
    assert compiles(loops)
    assert compiles(loops)
    assert list(tmp_path.iterdir()) == []
    assert codes() == []


def give_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file or folder belong to somebody else."""
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        mine = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: mine + 1)


@pytest.mark.parametrize("which", thorough_after(1, ["kernels", "cache"]))
@pytest.mark.parametrize("how", ["others write", "a group writes", "another's"])
def test_code_is_not_loaded_from_a_folder_that_others_control(
    place: Path, loops: ModelLoops, monkeypatch: pytest.MonkeyPatch, which: str, how: str
) -> None:
    call(loops)
    folder = place if which == "kernels" else place.parent
    if how == "another's":
        give_away(folder, monkeypatch)
    else:
        folder.chmod(0o702 if how == "others write" else 0o720)
    before = {one: one.stat().st_mtime_ns for one in place.rglob("*")}
    assert compiles(loops)
    call(loops)
    (warning,) = files.pop_cache_warnings()
    assert (warning.code, warning.severity) == ("WB-E021", "warning")
    assert repr(str(folder)) in warning.message
    assert ("another user owns it" if how == "another's" else "others can write to it") in warning.facts
    assert {one: one.stat().st_mtime_ns for one in place.rglob("*")} == before


def test_a_planted_file_is_not_loaded(place: Path, loops: ModelLoops, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever could write here before the folder was closed may have left something."""
    call(loops)
    code_file(place).chmod(0o622)
    assert compiles(loops)
    assert not compiles(loops)  # ours has taken its place


@pytest.mark.parametrize(
    "sign",
    thorough_after(
        1,
        [
            lambda data: hashlib.blake2b(data, key=bytes(32), digest_size=32).digest(),
            lambda data: hashlib.blake2b(data, digest_size=32).digest(),
            lambda data: hashlib.sha256(data).digest(),
        ],
    ),
    ids=["with another secret", "without a secret", "by anybody"],
)
def test_r75_a_kernel_that_somebody_else_has_signed_is_not_run(
    place: Path, loops: ModelLoops, sign: Callable[[bytes], bytes]
) -> None:
    """A cloned repository may bring a folder of kernels, which then belongs to the user who cloned it."""
    call(loops)
    key = module_cache.Modules(loops).name.encode()
    # what lies there for another model, whole, but not signed by this user
    forged = code_file(place).read_bytes()[len(files.FORMAT) + 32 :]
    code_file(place).write_bytes(files.FORMAT + sign(key + forged) + forged)
    assert compiles(loops)
    assert not compiles(loops)  # ours has taken its place


def test_the_secret_lies_elsewhere_and_is_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = tmp_path / "state" / "wellbeva" / "kernel-secret"
    made = files.secret.__wrapped__()
    assert (len(made), stat.S_IMODE(file.stat().st_mode)) == (32, 0o600)
    assert files.secret.__wrapped__() == made == file.read_bytes()
    file.chmod(0o622)  # somebody else may have written what stands there
    other = files.secret.__wrapped__()
    assert other != made
    file.write_bytes(b"")
    assert len(files.secret.__wrapped__()) == 32
    file.unlink()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: files.secret.__wrapped__(), range(100)))) == 1
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_without_a_secret_nothing_is_kept(tmp_path: Path, loops: ModelLoops, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(files, "secret", files.secret.__wrapped__)
    assert compiles(loops)
    (warning,) = files.pop_cache_warnings()
    assert (warning.code, warning.facts[0]) == ("WB-E020", "the secret that signs them lies there")
    assert "XDG_STATE_HOME" in warning.remedy
    assert compiles(loops)


def test_nobody_else_may_look_in(place: Path, loops: ModelLoops) -> None:
    before = os.umask(0)
    try:
        call(loops)
    finally:
        os.umask(before)
    for one in [place.parent, place, *place.rglob("*")]:
        assert stat.S_IMODE(one.stat().st_mode) == (0o700 if one.is_dir() else 0o600), one


def test_names_of_files_hold_no_text_of_a_user(place: Path, loops: ModelLoops) -> None:
    call(loops, title="../../Walks: Übung")
    assert {re.sub(r"[0-9a-f]{32}", "HASH", one.relative_to(place).as_posix()) for one in place.rglob("*")} == {
        "model-HASH",
        "model-HASH/kernel.py",
        "model-HASH/code.kernel",
    }


def test_the_title_is_shown_and_changes_nothing(place: Path, loops: ModelLoops) -> None:
    call(loops)
    assert not compiles(loops, title="The same sums")
    (entry,) = files.entries(place)
    assert entry.title == "A test"
    assert entry.size == sum(one.stat().st_size for one in place.glob("*/*"))


TITLES = [
    "After-school coding: hex boards for girls",
    "-*- coding: rot13 -*-",
    "vim: set fileencoding=utf-16 :",
    "Walks\ncoding: hex",
    "Zero \0, half a pair \ud800, a bell \a",
]


@pytest.mark.parametrize("title", thorough_after(2, TITLES))
def test_no_title_changes_how_a_source_is_read(place: Path, loops: ModelLoops, title: str) -> None:
    call(loops, title=title)
    with tokenize.open(shown(place)) as opened:
        text = opened.read()
    assert opened.encoding == "utf-8"
    assert text.endswith(loops.python())
    (entry,) = files.entries(place)
    assert entry.title == re.sub("[\0\ud800\a]", "�", title.replace("\n", " "))


def test_a_head_that_names_an_encoding_is_replaced(place: Path, loops: ModelLoops) -> None:
    """A file of an earlier version, or one that was edited, must not stop the scenarios that share it."""
    call(loops)
    shown(place).write_text(f"# -*- coding: rot13 -*-\n{loops.python()}", encoding="utf-8")
    code_file(place).unlink()
    assert compiles(loops, title="Another")
    assert shown(place).read_text(encoding="utf-8") == f"{files.HEAD}# Another\n{loops.python()}"


def test_a_model_is_loaded_once_as_long_as_somebody_holds_it(loops: ModelLoops) -> None:
    _, first = call(loops)
    assert call(loops, anew=False)[1] is first
    found: list[module_cache.ModelCode] = []
    other = model(factor_of(next(FACTORS)))
    modules = module_cache.Modules(other)
    threads = [threading.Thread(target=lambda: found.append(module_cache.load(modules, other))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 4
    assert len({id(one) for one in found}) == 1


def test_removed_under_way_it_is_kept_anew(place: Path, loops: ModelLoops) -> None:
    _, held = call(loops)
    assert len(files.clear(place)) == 1
    assert files.entries(place) == ()
    assert compiles(loops)
    assert code_file(place).is_file()
    del held
    assert codes() == []


def test_what_is_larger_than_the_bound_is_not_kept(
    place: Path, loops: ModelLoops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MEGABYTE", 1000)
    monkeypatch.setenv("WELLBEVA_CACHE_MB", "1")
    assert compiles(loops)
    assert not list(place.rglob("*.kernel"))
    assert codes() == []


def test_use_is_noted(place: Path, loops: ModelLoops) -> None:
    call(loops)
    (entry,) = place.iterdir()
    os.utime(entry, (1e9, 1e9))
    call(loops)
    assert entry.stat().st_mtime > 1e9


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
