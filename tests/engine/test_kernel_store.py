"""Kernels on disk: a second process need not compile, and nothing that happens to the disk changes a number."""

from __future__ import annotations

import ctypes
import gc
import hashlib
import itertools
import json
import linecache
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
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import numpy as np
import pytest

from wellbeva.engine.compiled import module_cache
from wellbeva.jit import cache_folder as files
from wellbeva.jit import kernel_cache

SOURCE = """\
from numba import njit

@njit(nogil=True, error_model="numpy")
def part(x, y):
    for d in range(512):
        y[d] = x[d] * {factor} + 1.0

@njit(nogil=True, error_model="numpy")
def model(x, y):
    part(x, y)
"""
PROCESS = """\
import json, sys, time
from pathlib import Path
import numpy as np
from wellbeva.engine.compiled import module_cache
from wellbeva.jit import kernel_cache
kernel_cache._compiler_sources = lambda: {}  # somebody may be editing them while the test runs
source, ready, go = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
model = module_cache.load(source).model
ready.touch()
while not go.exists():
    time.sleep(0.001)
x = np.arange(512.0)
y = np.empty(512)
model(x, y)
told = {
    "right": bool((y == x * 3.25 + 1.0).all()),
    "hits": sum(model._cache_hits.values()),
    "misses": sum(model._cache_misses.values()),
    "codes": [one.code for one in module_cache.pop_cache_warnings()],
}
print(json.dumps(told))
"""
FACTORS = itertools.count(1)
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test have a folder of kernels of its own, that is not there yet."""
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WELLBEVA_CACHE_MB", raising=False)
    monkeypatch.setattr(files, "_told", set())
    monkeypatch.setattr(files, "_waiting", [])
    return tmp_path / "cache" / "kernels"


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let a test change versions; files that are edited meanwhile do not."""
    read = kernel_cache._compiler_sources()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(kernel_cache, "_compiler_sources", lambda: read)
        kernel_cache.stamp.cache_clear()
        yield monkeypatch
    kernel_cache.stamp.cache_clear()


@pytest.fixture
def source() -> str:
    """Return a source that no other test has loaded into this process."""
    return SOURCE.format(factor=f"{next(FACTORS)}.5")


def factor(source: str) -> float:
    return float(re.search(r"x\[d\] \* (\S+)", source)[1])


def call(source: str, *, title: str = "A test", anew: bool = True) -> types.ModuleType:
    """Load a source as another process would, call it and require the right numbers."""
    if anew:
        module_cache._living.clear()
    module = module_cache.load(source, title=title)
    x, y = np.arange(512.0), np.empty(512)
    module.model(x, y)
    assert (y == x * factor(source) + 1.0).all()
    return module


def hits(module: types.ModuleType) -> tuple[int, int]:
    """Return how often machine code of `model` was found, and how often it was compiled."""
    return sum(module.model._cache_hits.values()), sum(module.model._cache_misses.values())


def codes() -> list[str]:
    return [one.code for one in module_cache.pop_cache_warnings()]


def code_file(place: Path, function: str = "model") -> Path:
    (found,) = place.glob(f"model-*/{function}-*.kernel")
    return found


def leavings(place: Path) -> list[str]:
    return [one.name for one in place.rglob("*") if one.name.startswith(".")]


class Process:
    """Another Python that loads and calls a kernel."""

    def __init__(self, folder: Path, name: str, *, wait: bool = False, bounded: Callable[[], None] | None = None):
        self.ready, self.go = folder / f"{name}.ready", folder / f"{name}.go"
        if not wait:
            self.go.touch()
        source = SOURCE.format(factor=3.25)
        command = [sys.executable, "-c", PROCESS, source, str(self.ready), str(self.go)]
        self.running = subprocess.Popen(
            command,
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
    assert first == {"right": True, "hits": 0, "misses": 1, "codes": []}
    second = Process(tmp_path, "second").told()
    assert second == {"right": True, "hits": 1, "misses": 0, "codes": []}


def test_each_processor_has_kernels_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = {"right": True, "hits": 0, "misses": 1, "codes": []}
    monkeypatch.delenv("NUMBA_CPU_NAME", raising=False)
    monkeypatch.delenv("NUMBA_CPU_FEATURES", raising=False)
    assert Process(tmp_path, "this").told() == compiled
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert Process(tmp_path, "any").told() == compiled


def test_processes_that_compile_the_same_at_once(tmp_path: Path, place: Path) -> None:
    several = [Process(tmp_path, f"p{number}", wait=True) for number in range(3)]
    while not all(one.ready.exists() for one in several):
        assert all(one.running.poll() is None for one in several), [one.told() for one in several]
        time.sleep(0.005)
    for one in several:
        one.go.touch()
    assert [one.told()["right"] for one in several] == [True] * 3
    assert leavings(place) == []
    assert Process(tmp_path, "after").told() == {"right": True, "hits": 1, "misses": 0, "codes": []}


@pytest.mark.parametrize("most", [0, 4096], ids=["nothing fits", "the source fits"])
def test_a_full_disk_costs_a_compile_and_a_warning(tmp_path: Path, place: Path, most: int) -> None:
    full = Process(tmp_path, "full", bounded=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    assert full.told() == {"right": True, "hits": 0, "misses": 1, "codes": ["WB-E020"]}
    assert leavings(place) == []
    assert list(place.rglob("*.kernel")) == []
    assert Process(tmp_path, "freed").told()["codes"] == []
    assert Process(tmp_path, "again").told()["hits"] == 1


def test_a_read_only_folder_costs_a_compile_and_a_warning(tmp_path: Path, place: Path) -> None:
    place.mkdir(parents=True)
    place.parent.chmod(0o700)
    place.chmod(0o500)
    told = Process(tmp_path, "one", bounded=no_superuser).told()
    assert told == {"right": True, "hits": 0, "misses": 1, "codes": ["WB-E020"]}
    assert list(place.iterdir()) == []


def test_kernels_of_a_read_only_folder_are_used(tmp_path: Path, place: Path) -> None:
    Process(tmp_path, "before").told()
    for one in [place.parent, place, *place.rglob("*")]:
        one.chmod(0o500 if one.is_dir() else 0o400)
    told = Process(tmp_path, "after", bounded=no_superuser).told()
    assert told == {"right": True, "hits": 1, "misses": 0, "codes": []}
    for one in [place.parent, place, *place.iterdir()]:
        one.chmod(0o700)


def test_a_folder_that_cannot_be_made(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "file"))
    assert hits(call(source)) == (0, 1)
    (warning,) = module_cache.pop_cache_warnings()
    assert (warning.code, warning.severity) == ("WB-E020", "warning")
    assert str(tmp_path / "file") in warning.message
    call(source.replace("+ 1.0", "+ 2.0 - 1.0"))
    assert codes() == []  # once is enough


def truncate(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:10],
        lambda data: data[:40],
        lambda data: truncate(data, 0.5),
        lambda data: data[:-1],
        lambda data: b"garbage" * 1000,
        lambda data: data[:-500] + bytes([data[-500] ^ 1]) + data[-499:],
        lambda data: data + b"more",
    ],
    ids=["empty", "head", "no content", "half", "last byte", "garbage", "one bit", "longer"],
)
def test_a_damaged_file_is_compiled_again(place: Path, source: str, damage: Callable[[bytes], bytes]) -> None:
    call(source)
    whole = code_file(place).read_bytes()
    code_file(place).write_bytes(damage(whole))
    assert hits(call(source)) == (0, 1)
    assert codes() == []
    assert hits(call(source)) == (1, 0)
    assert leavings(place) == []


def test_a_folder_in_the_place_of_a_file_is_no_crash(place: Path, source: str) -> None:
    call(source)
    file = code_file(place)
    file.unlink()
    file.mkdir()
    assert hits(call(source)) == (0, 1)
    assert codes() == ["WB-E020"]


def test_a_damaged_source_is_never_run_and_written_again(place: Path, source: str) -> None:
    call(source)
    (path,) = place.glob("*/kernel.py")
    path.write_text("raise SystemExit('run')\n", encoding="utf-8")
    assert hits(call(source)) == (1, 0)
    assert path.read_text(encoding="utf-8") == f"{files.HEAD}# A test\n{source}"


@pytest.mark.parametrize("tool", [numba, np], ids=["numba", "numpy"])
def test_another_version_has_kernels_of_its_own(
    place: Path, source: str, versions: pytest.MonkeyPatch, tool: types.ModuleType
) -> None:
    call(source)
    old = code_file(place)
    with versions.context() as other:
        other.setattr(tool, "__version__", "0.1.2")
        kernel_cache.stamp.cache_clear()
        assert hits(call(source)) == (0, 1)
        new = next(one for one in place.glob("*/model-*.kernel") if one != old)
        assert new.parent != old.parent
        # A file that somebody has put in another's place is no file of this version.
        shutil.copyfile(old, new)
        assert hits(call(source)) == (0, 1)
    # And when the old version comes back, it finds what it has left.
    kernel_cache.stamp.cache_clear()
    assert hits(call(source)) == (1, 0)


@pytest.mark.parametrize("word", ["off", "OFF", "0"])
def test_switched_off_nothing_is_written(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", word)
    monkeypatch.chdir(tmp_path)
    assert hits(call(source)) == (0, 1)
    assert hits(call(source)) == (0, 1)
    assert list(tmp_path.iterdir()) == []
    assert codes() == []


def test_lines_of_a_source_in_memory_are_quoted(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.setenv("WELLBEVA_CACHE", "off")
    broken = source.replace("    part(x, y)", "    part(x, y, 'more')")
    with pytest.raises(numba.errors.TypingError, match=r"part\(x, y, 'more'\)"):
        module_cache.load(broken).model(np.zeros(512), np.zeros(512))


def give_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file or folder belong to somebody else."""
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        mine = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: mine + 1)


@pytest.mark.parametrize("which", ["cache", "kernels"])
@pytest.mark.parametrize("how", ["others write", "a group writes", "another's"])
def test_code_is_not_loaded_from_a_folder_that_others_control(
    place: Path, source: str, monkeypatch: pytest.MonkeyPatch, which: str, how: str
) -> None:
    call(source)
    folder = place if which == "kernels" else place.parent
    if how == "another's":
        give_away(folder, monkeypatch)
    else:
        folder.chmod(0o702 if how == "others write" else 0o720)
    before = {one: one.stat().st_mtime_ns for one in place.rglob("*")}
    assert hits(call(source)) == (0, 1)
    call(source)
    (warning,) = module_cache.pop_cache_warnings()
    assert (warning.code, warning.severity) == ("WB-E021", "warning")
    assert repr(str(folder)) in warning.message
    assert ("another user owns it" if how == "another's" else "others can write to it") in warning.facts
    assert {one: one.stat().st_mtime_ns for one in place.rglob("*")} == before


def test_a_planted_file_is_not_loaded(place: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever could write here before the folder was closed may have left something."""
    call(source)
    code_file(place).chmod(0o622)
    assert hits(call(source)) == (0, 1)
    assert hits(call(source)) == (1, 0)  # ours has taken its place


@pytest.mark.parametrize(
    "sign",
    [
        lambda data: hashlib.sha256(data).digest(),
        lambda data: hashlib.blake2b(data, digest_size=32).digest(),
        lambda data: hashlib.blake2b(data, key=bytes(32), digest_size=32).digest(),
    ],
    ids=["by anybody", "without a secret", "with another secret"],
)
def test_r75_a_kernel_that_somebody_else_has_signed_is_not_run(
    tmp_path: Path, place: Path, source: str, monkeypatch: pytest.MonkeyPatch, sign: Callable[[bytes], bytes]
) -> None:
    """A cloned repository may bring a folder of kernels, which then belongs to the user who cloned it."""
    keys, key_of = [], kernel_cache._Kept._key
    monkeypatch.setattr(kernel_cache._Kept, "_key", lambda *given: keys.append(key_of(*given)) or keys[-1])
    call(source)
    file, ran = code_file(place), tmp_path / "ran"
    (key,) = {one for one in keys if one[:32] in file.name}
    forged = b"cos\nmkdir\n(V" + os.fsencode(ran) + b"\ntR."
    file.write_bytes(kernel_cache.FORMAT + sign(key.encode() + forged) + forged)
    assert hits(call(source)) == (0, 1)
    assert not ran.exists()
    assert hits(call(source)) == (1, 0)  # ours has taken its place


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


def test_without_a_secret_nothing_is_kept(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(files, "secret", files.secret.__wrapped__)
    assert hits(call(source)) == (0, 1)
    (warning,) = module_cache.pop_cache_warnings()
    assert (warning.code, warning.facts[0]) == ("WB-E020", "the secret that signs them lies there")
    assert "XDG_STATE_HOME" in warning.remedy
    assert hits(call(source)) == (0, 1)


def test_nobody_else_may_look_in(place: Path, source: str) -> None:
    before = os.umask(0)
    try:
        call(source)
    finally:
        os.umask(before)
    for one in [place.parent, place, *place.rglob("*")]:
        assert stat.S_IMODE(one.stat().st_mode) == (0o700 if one.is_dir() else 0o600), one


def test_names_of_files_hold_no_text_of_a_user(place: Path, source: str) -> None:
    call(source, title="../../Walks: Übung")
    assert {re.sub(r"[0-9a-f]{32}", "HASH", one.relative_to(place).as_posix()) for one in place.rglob("*")} == {
        "model-HASH",
        "model-HASH/kernel.py",
        "model-HASH/model-HASH.kernel",
        "model-HASH/part-HASH.kernel",
    }


def test_the_head_of_a_source_is_shown_and_changes_nothing(place: Path, source: str) -> None:
    call(source)
    assert hits(call(source, title="The same sums")) == (1, 0)
    assert hits(call(f"# a remark\n{source}")) == (1, 0)
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


@pytest.mark.parametrize("title", TITLES)
def test_no_title_changes_how_a_source_is_read(place: Path, source: str, title: str) -> None:
    module = call(source, title=title)
    file = Path(module.__file__)
    with tokenize.open(file) as opened:
        text = opened.read()
    assert opened.encoding == "utf-8"
    assert text.endswith(source)
    (entry,) = files.entries(place)
    assert entry.title == re.sub("[\0\ud800\a]", "�", title.replace("\n", " "))
    linecache.cache.clear()
    assert linecache.getline(str(file), 4) == source.splitlines(keepends=True)[0]


def test_a_head_that_names_an_encoding_spreads_to_nobody(place: Path, source: str) -> None:
    """A file of an earlier version, or one that was edited, must not stop the scenarios that share it."""
    module = call(source)
    path = Path(module.__file__)
    assert path.parent.parent == place
    path.write_text(f"# -*- coding: rot13 -*-\n{source}", encoding="utf-8")
    for one in place.glob("*/*.kernel"):
        one.unlink()
    del module
    linecache.cache.clear()
    assert hits(call(source, title="Another")) == (0, 1)
    assert path.read_text(encoding="utf-8") == f"{files.HEAD}# Another\n{source}"


def test_lines_that_run_are_quoted_whatever_the_file_says(place: Path, source: str) -> None:
    broken = source.replace("    part(x, y)", "    part(x, y, 'more')")
    module = module_cache.load(broken)
    file = Path(module.__file__)
    file.write_text("# -*- coding: hex -*-\n" * 20, encoding="utf-8")
    with pytest.raises(numba.errors.TypingError, match=r"part\(x, y, 'more'\)"):
        module.model(np.zeros(512), np.zeros(512))
    linecache.checkcache(str(file))
    assert linecache.getline(str(file), 3) == "from numba import njit\n"


def test_quoted_lines_go_with_their_module(source: str) -> None:
    module = module_cache.load(source)
    file = module.__file__
    assert file in linecache.cache
    del module
    gc.collect()
    assert file not in linecache.cache


def test_a_module_is_made_once_as_long_as_it_lives(source: str) -> None:
    first = call(source)
    assert call(source, anew=False) is first
    found: list[types.ModuleType] = []
    other = source.replace("+ 1.0", "- -1.0")
    threads = [threading.Thread(target=lambda: found.append(module_cache.load(other))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 4
    assert len({id(one) for one in found}) == 1


def test_a_module_that_was_not_used_for_long_is_still_kept(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_cache, "_AT_MOST", 1)
    first = module_cache.load(source)
    call(source.replace("+ 1.0", "- -1.0"))
    x, y = np.arange(512.0), np.empty(512)
    first.model(x, y)
    assert (y == x * factor(source) + 1.0).all()
    assert hits(call(source)) == (1, 0)
    assert len([one for one in sys.modules if one.startswith("wellbeva.engine._kernel_")]) <= 1


def test_removed_under_way_it_is_kept_anew(place: Path, source: str) -> None:
    module = call(source)
    assert len(files.clear(place)) == 1
    assert files.entries(place) == ()
    x, y = np.arange(512.0), np.empty(1024)[::2]
    module.model(x, y)
    assert (y == x * factor(source) + 1.0).all()
    assert len(list(place.glob("model-*/model-*.kernel"))) == 1
    assert codes() == []


def test_each_signature_has_code_of_its_own(place: Path, source: str) -> None:
    call(source).model(np.arange(512.0), np.empty(1024)[::2])
    assert len(list(place.glob("model-*/model-*.kernel"))) == 2
    again = call(source)
    again.model(np.arange(512.0), np.empty(1024)[::2])
    assert hits(again) == (2, 0)


def test_what_is_larger_than_the_bound_is_not_kept(place: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MEGABYTE", 1000)
    monkeypatch.setenv("WELLBEVA_CACHE_MB", "1")
    assert hits(call(source)) == (0, 1)
    assert files.entries(place) == ()
    assert codes() == []


def test_use_is_noted(place: Path, source: str) -> None:
    call(source)
    (entry,) = place.iterdir()
    os.utime(entry, (1e9, 1e9))
    call(source)
    assert entry.stat().st_mtime > 1e9


def test_numbas_own_settings_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    before = numba.config.CACHE_DIR
    call(source)
    assert before == numba.config.CACHE_DIR
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    told = Process(tmp_path, "one").told()
    assert (told["right"], told["misses"]) == (True, 1)
    assert not (tmp_path / "numba").exists()


def test_a_kernel_that_holds_an_address_is_not_kept(place: Path) -> None:
    text = """\
import ctypes
from numba import njit
COSINE = ctypes.CDLL(None).labs
COSINE.argtypes, COSINE.restype = [ctypes.c_long], ctypes.c_long

@njit
def model(x):
    return COSINE(x)
"""
    assert module_cache.load(text).model(-3) == 3
    assert list(place.rglob("*.kernel")) == []
