"""Kernels of wellbeva itself are kept as those of a model are, and anew when what they follow from has changed."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import os
import re
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import llvmlite
import numba
import numpy as np
import pytest

from wellbeva.jit import cache_folder as files
from wellbeva.jit import kernel_cache

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = itertools.count(1)

CALLER = """\
from numba import njit
from wellbeva.jit.kernel_cache import keep
from {module}.below import SCALE, shift

@njit(nogil=True, error_model="numpy"{option})
def total(x):
    whole = 0.0
    for value in x:
        whole += value * SCALE + shift(value)
    return whole

keep(globals())
"""
BELOW = """\
from numba import njit

SCALE = {scale}

@njit
def shift(value):
    return value + {shift}
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
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., types.ModuleType]]:
    """Write a module and one that it imports from, and import them as if they had always been so."""
    name = f"kernels_of_test_{next(NUMBERS)}"
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(*, scale: float = 2.0, shift: float = 0.0, option: str = "") -> types.ModuleType:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "below.py").write_text(BELOW.format(scale=scale, shift=shift), encoding="utf-8")
        (folder / "above.py").write_text(CALLER.format(module=name, option=option), encoding="utf-8")
        forget()
        importlib.invalidate_caches()
        module = importlib.import_module(f"{name}.above")
        assert module.total(np.arange(4.0)) == 6 * scale + 6 + 4 * shift
        return module

    def forget() -> None:
        for one in (name, f"{name}.above", f"{name}.below"):
            sys.modules.pop(one, None)

    yield write
    forget()


def found(module: types.ModuleType) -> bool:
    return sum(module.total._cache_hits.values()) == 1


def test_kernels_of_a_module_are_kept_with_the_others(place: Path, written: Callable[..., types.ModuleType]) -> None:
    module = written()
    assert not found(module)
    assert found(written())
    (entry,) = files.entries(place)
    assert re.fullmatch(rf"{module.__name__}-[0-9a-f]{{32}}", entry.name)
    assert entry.title == ""
    assert [one.name.partition("-")[0] for one in (place / entry.name).iterdir()] == ["total"]
    assert module.total.stats.cache_path == str(place / entry.name)


@pytest.mark.parametrize(
    "change", [{"scale": 3.0}, {"shift": 1.0}, {"option": ", fastmath=True"}, {"option": ", boundscheck=True"}], ids=str
)
def test_what_a_kernel_follows_from_is_part_of_its_name(
    written: Callable[..., types.ModuleType], change: dict[str, object]
) -> None:
    """Numba's own cache looks at the file of the function alone, and would load the old code."""
    written()
    assert not found(written(**change))
    assert found(written(**change))
    assert found(written())


def test_each_signature_has_code_of_its_own(place: Path, written: Callable[..., types.ModuleType]) -> None:
    written().total(np.arange(8.0)[::2])
    assert len(list(place.glob("*/total-*.kernel"))) == 2
    again = written()
    again.total(np.arange(8.0)[::2])
    assert sum(again.total._cache_hits.values()) == 2


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:10], lambda data: b"garbage" * 1000])
def test_a_damaged_kernel_is_compiled_again(
    place: Path, written: Callable[..., types.ModuleType], damage: Callable[[bytes], bytes]
) -> None:
    written()
    (file,) = place.glob("*/total-*.kernel")
    file.write_bytes(damage(file.read_bytes()))
    assert not found(written())
    assert found(written())


def test_r75_a_kernel_that_somebody_else_has_signed_is_not_run(
    tmp_path: Path, place: Path, written: Callable[..., types.ModuleType]
) -> None:
    """A cloned repository may bring a folder of kernels, which then belongs to the user who cloned it."""
    written()
    (file,) = place.glob("*/total-*.kernel")
    ran = tmp_path / "ran"
    forged = b"cos\nmkdir\n(V" + os.fsencode(ran) + b"\ntR."
    file.write_bytes(files.FORMAT + hashlib.sha256(forged).digest() + forged)
    assert not found(written())
    assert not ran.exists()
    assert found(written())


def test_a_kernel_that_holds_an_address_is_not_kept(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """\
import ctypes
from numba import njit
from wellbeva.jit.kernel_cache import keep
COSINE = ctypes.CDLL(None).labs
COSINE.argtypes, COSINE.restype = [ctypes.c_long], ctypes.c_long

@njit
def size(x):
    return COSINE(x)

keep(globals())
"""
    name = f"kernels_of_test_{next(NUMBERS)}"
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.import_module(name).size(-3) == 3
    assert list(place.rglob("*.kernel")) == []


def test_numbas_own_settings_are_left_alone(
    tmp_path: Path, written: Callable[..., types.ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = numba.config.CACHE_DIR
    written()
    assert before == numba.config.CACHE_DIR
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    written(scale=4.0)
    assert not (tmp_path / "numba").exists()


@pytest.mark.parametrize("tool", [numba, np, llvmlite], ids=["numba", "numpy", "llvmlite"])
def test_another_version_has_kernels_of_its_own(
    written: Callable[..., types.ModuleType], monkeypatch: pytest.MonkeyPatch, tool: types.ModuleType
) -> None:
    written()
    with monkeypatch.context() as other:
        other.setattr(tool, "__version__", "0.1.2")
        assert not found(written())
    assert found(written())


def test_all_that_a_module_imports_is_part_of_its_name() -> None:
    texts = (ROOT / "src/wellbeva/sampling/quantile_kernels.py").read_text(encoding="utf-8")
    found = kernel_cache._imported(texts, "wellbeva")
    assert {"wellbeva/distributions/tables/quantile_tables.py", "wellbeva/sampling/design_kernels.py"} <= set(found)
