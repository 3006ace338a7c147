"""Kernels of wellbeva itself are kept as those of a model are, and anew when what they follow from has changed."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import re
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import llvmlite
import numpy as np
import pytest

from tests.tiers import thorough_after
from wellbeva.jit import cache_folder as files
from wellbeva.jit import kernel as kernels

NUMBERS = itertools.count(1)

CALLER = """\
from __future__ import annotations
from wellbeva.jit.kernel import kernel
from {module}.below import SCALE, shift

@kernel
def total(x, y) -> None:
    whole = 0.0
    for place in range(x.size):
        whole += x[place] * SCALE + shift(x[place])
    y[0] = whole
"""
BELOW = """\
from wellbeva.jit.kernel import part

SCALE = {scale}

@part
def shift(value):
    return value + {shift}
"""
ALLOCATES = """\
from __future__ import annotations
import numpy as np
from wellbeva.jit.kernel import kernel

@kernel
def total(x, y) -> None:
    y[0] = np.sort(x)[x.size // 2]
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test have a folder of kernels of its own, that is not there yet."""
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("WELLBEVA_CACHE_MB", raising=False)
    monkeypatch.setattr(files, "_told", set())
    monkeypatch.setattr(files, "_waiting", [])
    return tmp_path / "cache" / "kernels"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each compiled module is added."""
    modules: list[str] = []
    compile_module = kernels.compile_module

    def counting(text: str, *given: object, **options: bool) -> bytes:
        modules.append(text)
        return compile_module(text, *given, **options)

    monkeypatch.setattr(kernels, "compile_module", counting)
    return modules


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., types.ModuleType]]:
    """Write a module and one that it imports from, and import them as if they had always been so."""
    name = f"kernels_of_test_{next(NUMBERS)}"
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(*, scale: float = 2.0, shift: float = 0.0, caller: str = CALLER) -> types.ModuleType:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "below.py").write_text(BELOW.format(scale=scale, shift=shift), encoding="utf-8")
        (folder / "above.py").write_text(caller.format(module=name), encoding="utf-8")
        forget()
        importlib.invalidate_caches()
        return importlib.import_module(f"{name}.above")

    def forget() -> None:
        for each in (name, f"{name}.above", f"{name}.below"):
            sys.modules.pop(each, None)

    yield write
    forget()


def total_of(module: types.ModuleType, x: object = None) -> float:
    y = np.empty(1)
    module.total(np.arange(4.0) if x is None else x, y)
    return float(y[0])


@pytest.fixture
def compiles(written: Callable[..., types.ModuleType], compiled: list[str]) -> Callable[..., bool]:
    """Write the modules, call the kernel as another process would, and tell whether it was compiled."""

    def compiles(*, scale: float = 2.0, shift: float = 0.0) -> bool:
        compiled.clear()
        assert total_of(written(scale=scale, shift=shift)) == 6 * scale + 6 + 4 * shift
        return bool(compiled)

    return compiles


def test_kernels_of_a_module_are_kept_with_the_others(
    place: Path, compiles: Callable[..., bool], written: Callable[..., types.ModuleType]
) -> None:
    assert compiles()
    assert not compiles()
    (entry,) = files.entries(place)
    assert re.fullmatch(rf"{written().__name__}-[0-9a-f]{{32}}", entry.name)
    assert entry.title == ""
    assert [file.name.partition("-")[0] for file in (place / entry.name).iterdir()] == ["total"]


@pytest.mark.parametrize("change", [{"scale": 3.0}, {"shift": 1.0}], ids=str)
def test_what_a_kernel_follows_from_is_part_of_its_name(
    compiles: Callable[..., bool], change: dict[str, float]
) -> None:
    assert compiles()
    assert compiles(**change)
    assert not compiles(**change)
    assert not compiles()


def test_each_kind_of_arguments_has_code_of_its_own(
    place: Path, written: Callable[..., types.ModuleType], compiled: list[str]
) -> None:
    for _ in range(2):
        module = written()
        assert total_of(module) == total_of(module, np.arange(4)) == 18.0
    assert len(compiled) == len(list(place.glob("*/total-*.kernel"))) == 2


@pytest.mark.parametrize(
    "damage", thorough_after(1, [lambda data: data[:-1], lambda data: data[:10], lambda data: b"garbage" * 1000])
)
def test_a_damaged_kernel_is_compiled_again(
    place: Path, compiles: Callable[..., bool], damage: Callable[[bytes], bytes]
) -> None:
    assert compiles()
    (file,) = place.glob("*/total-*.kernel")
    file.write_bytes(damage(file.read_bytes()))
    assert compiles()
    assert not compiles()


def test_r75_a_kernel_that_somebody_else_has_signed_is_not_run(place: Path, compiles: Callable[..., bool]) -> None:
    """A cloned repository may bring a folder of kernels, which then belongs to the user who cloned it."""
    assert compiles()
    (file,) = place.glob("*/total-*.kernel")
    code = file.read_bytes()[len(files.FORMAT) + 32 :]
    file.write_bytes(files.FORMAT + hashlib.sha256(code).digest() + code)
    assert compiles()
    assert not compiles()


def test_a_kernel_of_another_name_is_not_taken_for_it(place: Path, compiles: Callable[..., bool]) -> None:
    """Whole, and signed by this user, but for other code."""
    assert compiles()
    assert compiles(scale=5.0)
    first, second = sorted(place.glob("*/total-*.kernel"))
    first.write_bytes(second.read_bytes())
    second.unlink()
    assert compiles()
    assert compiles(scale=5.0)


@pytest.mark.thorough
def test_a_kernel_that_needs_memory_of_numba_is_refused_and_not_kept(
    place: Path, written: Callable[..., types.ModuleType]
) -> None:
    """LLVM would end the process in which it is loaded."""
    with pytest.raises(RuntimeError, match="machine code that needs NRT_"):
        total_of(written(caller=ALLOCATES))
    assert list(place.rglob("*.kernel")) == []


@pytest.mark.parametrize("tool", thorough_after(1, ["llvmlite", "numba", "numpy"]))
def test_another_version_has_kernels_of_its_own(
    compiles: Callable[..., bool], monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    assert compiles()
    version_of = kernels.version_of
    with monkeypatch.context() as other:
        other.setattr(kernels, "version_of", lambda name: "0.1.2" if name == tool else version_of(name))
        other.setattr(llvmlite, "__version__", "0.1.2" if tool == "llvmlite" else llvmlite.__version__)
        kernels._versions.cache_clear()
        assert compiles()
    kernels._versions.cache_clear()
    assert not compiles()


def test_arrays_in_pieces_are_refused(written: Callable[..., types.ModuleType]) -> None:
    module, x = written(), np.arange(8.0)
    x.flags.writeable = False
    assert total_of(module, x) == 84.0
    with pytest.raises(ValueError, match=r"total\(\) takes arrays that are C-contiguous"):
        total_of(module, x[::2])


def test_a_stop_while_compiling_leaves_numba_as_it_was(
    place: Path,
    compiles: Callable[..., bool],
    written: Callable[..., types.ModuleType],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from wellbeva.jit import numba_llvm

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = numba_llvm.numba.config.OPT
    with monkeypatch.context() as stopped:
        stopped.setattr(numba_llvm.numba, "cfunc", stop)
        with pytest.raises(KeyboardInterrupt):
            total_of(written())
    assert numba_llvm.numba.config.OPT is before
    assert compiles()
    assert numba_llvm.numba.config.OPT is before


def test_threads_that_call_a_kernel_first_compile_it_once(
    written: Callable[..., types.ModuleType], compiled: list[str]
) -> None:
    module, totals = written(), []
    threads = [threading.Thread(target=lambda: totals.append(total_of(module))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [18.0] * 4
    assert len(compiled) == 1


@pytest.mark.thorough
def test_where_the_disk_has_it_numba_is_not_imported() -> None:
    code = """\
import sys
import numpy as np
from wellbeva.engine.reductions.leaves.moments_kernels import join_lanes
assert join_lanes(np.ones((2, 1)), np.zeros((2, 1)), np.array([512, 512])) == 1024
print("numba" in sys.modules)
"""
    for imported in ("True\n", "False\n"):
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, imported, "")
