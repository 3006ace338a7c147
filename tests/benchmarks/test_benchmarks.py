"""The benchmarks' own code, run once at a tiny size: the answers agree, and an answer that differs is refused.

No test here looks at the clock; `make bench` does.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.benchmark import Benchmark, Measured, answer
from benchmarks.compiling import Warmed, compiled_and_right, loaded_and_right
from benchmarks.expert import Told
from benchmarks.precision import Known
from benchmarks.registry import benchmarks

pytestmark = pytest.mark.thorough

NAMES = [
    "trajectory-4x4x10",
    "trajectory-4x4x10-model",
    "trajectory-4x4x10-all-outputs",
    "trajectory-separable",
    "trajectory-4x4x10-blocked",
    "trajectory-4x4x10-threads",
    "error-of-net-benefit",
    "error-of-evpi",
    "sick-sicker",
    "cold-start",
    "compile-15",
    "compile-60",
    "compile-240",
    "compile-kept-15",
    "compile-kept-60",
    "compile-kept-240",
    "trajectory-expert-numpy",
    "sampling-sobol",
    "startup-help",
    "demo-command",
    "check-2000-lines",
    "acceptability-501",
    "evppi-one",
    "evppi-pair",
    "evppi-four",
    "evppi-33",
    "evppi-528-pairs",
    "analyse-command",
    *(["sobol-indices"] if find_spec("SALib") else []),
    "portfolio-40",
    "pooling-10000",
    "inequality-10x4",
    "page-demo",
    "page-rivals",
    "page-cohort",
    "page-300-inputs",
    "demo-memory",
    "demo-tenfold",
]
SAME_AT_TINY = (
    "compile-60",
    "compile-240",
    "compile-kept-60",
    "compile-kept-240",
    "page-demo",
    "page-rivals",
    "page-cohort",
)
"""At the tests' size they are what `compile-15`, `compile-kept-15` and `page-300-inputs` are."""


def _named(name: str) -> Benchmark:
    return next(one for one in benchmarks() if one.name == name)


def test_the_registry() -> None:
    assert [one.name for one in benchmarks()] == NAMES
    for one in benchmarks():
        assert one.against
        assert list(one.sizes) == sorted(one.sizes)
        assert one.tiny <= one.sizes[0]
    assert [one.name for one in benchmarks() if one.long] == ["demo-memory", "demo-tenfold"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SAME_AT_TINY])
def test_both_sides_give_the_same_answer_and_another_is_refused(name: str) -> None:
    one = _named(name)
    mine = one.ours(one.tiny, 2)()
    other = one.theirs(one.tiny, 2)() if one.theirs else None
    one.agree(mine, other)
    with pytest.raises(AssertionError):
        one.agree(_spoilt(mine), other)


def _spoilt(result: object) -> object:
    """Return a result that is not right."""
    found = answer(result)
    match found:
        case Told():
            wrong: object = replace(found, effect=found.effect * 1.1 + 1)
        case Known():
            wrong = replace(found, value=found.value * 1.1 + 1)
        case Warmed():
            wrong = replace(found, apart=1e-6)
        case tuple():
            wrong = tuple(-1.0 for _ in found)
        case str():
            wrong = "numba"
        case _:
            wrong = np.asarray(found) * 1.1 + 1
    return Measured(wrong) if isinstance(result, Measured) else wrong


@pytest.mark.parametrize("part", ["effect", "cost", "best", "evpi"])
@pytest.mark.parametrize("name", ["trajectory-4x4x10", "trajectory-4x4x10-threads", "sick-sicker"])
def test_every_part_of_a_decision_is_compared(name: str, part: str) -> None:
    right = Told(2**20, np.full(4, 20.0), np.full(4, 2e5), np.full((3, 4), 0.25), np.full(3, 5e4))
    agree = _named(name).agree
    agree(right, right)
    with pytest.raises(AssertionError):
        agree(replace(right, **{part: getattr(right, part) * 1.5}), right)


def test_a_compile_counts_only_where_something_was_compiled_and_a_load_only_where_nothing_was() -> None:
    compiled, loaded = Warmed(1.0, compiled=3, apart=0.0), Warmed(0.1, compiled=0, apart=0.0)
    compiled_and_right(Measured(compiled), None)
    loaded_and_right(Measured(loaded), None)
    with pytest.raises(AssertionError):
        compiled_and_right(Measured(loaded), None)
    with pytest.raises(AssertionError):
        loaded_and_right(Measured(compiled), None)
