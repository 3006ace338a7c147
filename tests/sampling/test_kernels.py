"""Kernels of wellbeva itself are kept as those of a model are, and anew when what they follow from has changed."""

from __future__ import annotations

import importlib
import itertools
import re
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from wellbeva.jit import cache_folder as files
from wellbeva.jit import kernel_cache

NUMBERS = itertools.count(1)

CALLER = """\
from numba import njit
from wellbeva.jit.kernel_cache import keep
from {module}_below import SCALE, shift

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
        (tmp_path / f"{name}_below.py").write_text(BELOW.format(scale=scale, shift=shift), encoding="utf-8")
        (tmp_path / f"{name}.py").write_text(CALLER.format(module=name, option=option), encoding="utf-8")
        for one in (name, f"{name}_below"):
            sys.modules.pop(one, None)
        importlib.invalidate_caches()
        module = importlib.import_module(name)
        assert module.total(np.arange(4.0)) == 6 * scale + 6 + 4 * shift
        return module

    yield write
    for one in (name, f"{name}_below"):
        sys.modules.pop(one, None)


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


def test_a_constant_that_is_read_through_a_module_is_part_too() -> None:
    def meaning(scale: float) -> list[str]:
        below = types.ModuleType("wellbeva.below")
        below.SCALE = scale
        names = {"below": below, "__name__": "above"}
        exec("def total(x):\n    return x * below.SCALE\n", names)
        return list(kernel_cache._meanings(njit(names["total"]), set()))

    assert meaning(2.0) == meaning(2.0)
    assert meaning(2.0) != meaning(3.0)


def test_arrays_and_tuples_are_part_too() -> None:
    def meaning(value: object) -> list[str]:
        names = {"VALUE": value, "__name__": "above"}
        exec("def total(x):\n    return x * VALUE[1]\n", names)
        return list(kernel_cache._meanings(njit(names["total"]), set()))

    assert meaning(np.arange(3.0)) == meaning(np.arange(3.0))
    assert meaning(np.arange(3.0)) != meaning(np.arange(3.0) + 1)
    assert meaning((1.0, 2.0)) == meaning((1.0, 2.0))
    assert meaning((1.0, 2.0)) != meaning((1.0, 2.5))


def test_defaults_and_annotations_are_part_too() -> None:
    def meaning(text: str) -> list[str]:
        names: dict[str, object] = {"__name__": "above"}
        exec(f"from __future__ import annotations\n{text}\n    return x * y\n", names)
        return list(kernel_cache._meanings(njit(names["total"]), set()))

    first = meaning("def total(x: float, y: float = 1.0) -> float:")
    assert first == meaning("def total(x: float, y: float = 1.0) -> float:")
    assert first != meaning("def total(x: float, y: float = 2.0) -> float:")
    assert first != meaning("def total(x: int, y: float = 1.0) -> float:")


def test_a_file_of_wellbeva_that_makes_code_is_part_of_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    read = kernel_cache._compiler_sources()
    monkeypatch.setattr(kernel_cache, "_compiler_sources", lambda: read)
    kernel_cache.stamp.cache_clear()
    names = {file.as_posix() for file in read}
    assert {"wellbeva/jit/noalias.py", "wellbeva/jit/kernel_cache.py"} <= names
    before = kernel_cache.stamp()
    kernel_cache.stamp.cache_clear()
    changed = {**read, Path("wellbeva/jit/noalias.py"): "flags.noalias = False"}
    monkeypatch.setattr(kernel_cache, "_compiler_sources", lambda: changed)
    assert kernel_cache.stamp() != before
    kernel_cache.stamp.cache_clear()
