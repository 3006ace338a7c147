"""The front end for generated source: what it writes does what Python's own reading of the source does."""

from __future__ import annotations

import linecache
import math
from pathlib import Path

import numpy as np
import pytest

from wellbeva.engine.compiled import module_cache, runtime
from wellbeva.engine.compiled.driver import CompiledModel
from wellbeva.engine.compiled.module_source import HEADER, ModuleSource
from wellbeva.engine.compiled.vector import has_fma
from wellbeva.engine.lanes import LANE
from wellbeva.jit import cache_folder as files

OPTIONS = 'pipeline_class=LlvmJit, nogil=True, no_cpython_wrapper=True, error_model="numpy"'
NUMBERS = [0.0, -0.0, 0.5, -0.5, 1.0, 1.5, 2.0, -1.0, -0.99, 2.99, 3.0, 7.25, 1e300, -1e300, np.inf, -np.inf, np.nan]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a test have a folder of kernels of its own."""
    monkeypatch.setenv("WELLBEVA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(files, "_told", set())
    monkeypatch.setattr(files, "_waiting", [])
    return tmp_path / "cache" / "kernels"


def text_of(body: str, *, stored: int = 0, options: str = OPTIONS) -> str:
    """Return a generated module of one part, whose body is given."""
    rows = "".join(f", v{number}" for number in range(stored))
    lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    head = f"{HEADER}\n@njit({options})\ndef part_0(time, x, y, data, rows{rows}):"
    return f"{head}\n{lines}\n\nPARTS = ((part_0, {stored}),)\n"


def parts_of(text: str, *, starts: tuple[int, ...] = (), height: int = 1, width: int = LANE) -> CompiledModel:
    both = tuple((one, one) for one in starts)
    source = ModuleSource(text, ((0, 1, 0, 1),), (both,), height, width, stride=width + 8, looped=0)
    return CompiledModel(module_cache.load(text).PARTS, source)


def run(body: str, x: list[float], *, data: list[float] | None = None, options: str = OPTIONS) -> np.ndarray:
    """Run a part on one row of draws, which begins with some numbers, and return the row of results."""
    given = np.zeros((1, 3, LANE))
    given[0, :, : len(x)] = x
    found = np.full((1, 1, LANE), -7.0)
    parts = parts_of(text_of(body, options=options))
    parts.run(given, found, np.array([*(data or []), 0.0]), np.array([3, 0], dtype=np.int64))
    return found[0, 0, : len(x)]


def each(expression: str, *before: str) -> str:
    lines = "".join(f"    {line}\n" for line in before)
    return f"for d in range(512):\n    b = x[d]\n{lines}    y[d] = {expression}"


def by_python(function, *rest) -> list[float]:
    return [float(function.py_func(one, *rest)) for one in NUMBERS]


RUNGS = [0.0, 0.5, 1.5, 3.0]


@pytest.mark.parametrize("length", [1, 2, 4])
def test_rungs_and_labels(length: int) -> None:
    last = max(length - 2, 0)
    lookups = {
        f"rung(b, data, 0, {length})": by_python(runtime.rung, RUNGS, 0, length),
        f"lower_rung(b, data, 0, {length})": by_python(runtime.lower_rung, RUNGS, 0, length),
        f"way(b, data, 0, {last}, {length})": by_python(runtime.way, RUNGS, 0, last, length),
        f"label(b, {length})": by_python(runtime.label, length),
    }
    for expression, expected in lookups.items():
        found = run(each("0.0 + found", f"found = {expression}"), NUMBERS, data=RUNGS)
        np.testing.assert_array_equal(found, expected, err_msg=expression)


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("choose(not (b < 1.0), 1.0, 2.0)", lambda b: 1.0 if not b < 1.0 else 2.0),
        ("choose(b != b, 1.0, 2.0)", lambda b: 1.0 if b != b else 2.0),
        ("choose((b > 0.0) & (b <= 2.0), 1.0, 2.0)", lambda b: 1.0 if 0.0 < b <= 2.0 else 2.0),
        ("choose((b == 0.0) | (b >= 2.0), 1.0, 2.0)", lambda b: 1.0 if b == 0.0 or b >= 2.0 else 2.0),
        ("max(b, 0.0)", lambda b: max(b, 0.0)),
        ("min(b, 0.0)", lambda b: min(b, 0.0)),
        ("min(1.0, b)", lambda b: min(1.0, b)),
        ("-b", lambda b: -b),
        ("b * 3 - 1", lambda b: b * 3 - 1),
        ("0.0 + (2 - 3) * 4", lambda b: -4.0),
        ("inf - b * 0.0", lambda b: np.inf - b * 0.0),
    ],
)
def test_expressions(expression: str, meant) -> None:
    found = run(each(expression), NUMBERS)
    expected = np.array([meant(one) for one in NUMBERS])
    np.testing.assert_array_equal(found, expected)
    same = np.isnan(expected) | (np.signbit(found) == np.signbit(expected))
    assert same.all()


def test_statements() -> None:
    body = """
first, second = 1, 2.5
total = 0.0
for outer in range(rows[0]):
    first, second = second, first
    for inner in range(outer, 2):
        total = total + 10.0
    if outer == 1:
        total = total + 0.5
    else:
        if outer == 2:
            total = total + 0.25
for never in range(rows[1]):
    total = nan
y[0] = total
"""
    with pytest.raises(TypeError, match="cannot store"):  # a name is of one type
        run(body, [0.0])
    assert run(body.replace("first, second = 1, 2.5", "first, second = 1.0, 2.5"), [0.0])[0] == 30.75
    swapped = "first, second = 1.0, 2.5\nfirst, second = second, first\ny[0] = first - second"
    assert run(swapped, [0.0])[0] == 1.5


@pytest.mark.parametrize(
    "body", ["while x[0] > 0.0:\n    y[0] = 1.0", "y[0] = x[0] ** 2.0", "y[0] = x[0] % 2.0", "y[0] = print(x[0])"]
)
def test_what_it_does_not_know_is_no_machine_code(body: str) -> None:
    with pytest.raises((TypeError, KeyError)):
        run(body, [0.0])


def test_rows_of_scratch_are_where_the_driver_says() -> None:
    body = "for d in range(rows[0]):\n    v0[d] = x[d] + 1.0\n    v1[d] = x[d] * 2.0\n    y[d] = v0[d] + v1[d]"
    text = text_of(body, stored=2)
    x = np.arange(2.0 * LANE).reshape(2, 1, LANE)
    for starts, width in [((0, 1), LANE), ((3, 1), LANE), ((2, 0), 128)]:
        y = np.zeros((2, 1, LANE))
        rows = np.array([width], dtype=np.int64)
        parts_of(text, starts=starts, height=4, width=width).run(x, y, np.zeros(1), rows)
        np.testing.assert_array_equal(y, 3 * x + 1)


def test_lanes_may_be_apart() -> None:
    x, y = np.arange(4.0 * LANE).reshape(4, 1, LANE)[::2], np.zeros((6, 1, LANE))[::3]
    parts_of(text_of(each("b + 1.0"))).run(x, y, np.zeros(1), np.zeros(1, dtype=np.int64))
    np.testing.assert_array_equal(y, x + 1)


@pytest.mark.skipif(not has_fma(), reason="without fused multiplications nothing can be contracted")
def test_contraction_only_where_it_is_allowed() -> None:
    x = [1.0 + 2.0**-30, 1.0 - 2.0**-30]
    twice = [one * one - 1.0 for one in x]
    once = [math.ldexp(round(math.ldexp(one, 30)) ** 2 - 2**60, -60) for one in x]
    assert twice != once
    assert run(each("b * b - 1.0"), x).tolist() == twice
    fast = run(each("b * b - 1.0"), x, options=OPTIONS + ', fastmath={"contract"}')
    assert fast.tolist() == once
    # an elementary function is the same either way
    both = [run(each("exp(b)"), NUMBERS, options=one) for one in (OPTIONS, OPTIONS + ', fastmath={"contract"}')]
    np.testing.assert_array_equal(*both)


def test_what_is_compiled_is_the_text_that_was_handed_in(place: Path) -> None:
    text = text_of(each("b + 1.25"))
    module = module_cache.load(text)
    path = Path(module.__file__)
    assert path.is_relative_to(place)
    path.write_text(text.replace("+ 1.25", "+ 2.25"), encoding="utf-8")
    linecache.clearcache()
    assert run(each("b + 1.25"), [1.0])[0] == 2.25


def test_a_part_is_kept_and_loaded(place: Path) -> None:
    for misses, hits in [(1, 0), (0, 1)]:
        module_cache._living.clear()
        text = text_of(each("b + 4.0", "k = 0.0"))
        module = module_cache.load(text)
        assert run(each("b + 4.0", "k = 0.0"), [1.0])[0] == 5.0
        assert (sum(module.part_0._cache_misses.values()), sum(module.part_0._cache_hits.values())) == (misses, hits)
    assert len(list(place.glob("model-*/part_0-*.kernel"))) == 1
