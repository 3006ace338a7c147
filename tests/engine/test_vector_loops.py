"""Loops over the vectorised functions: their bits depend on nothing but the numbers, and they call no library.

Which instructions a loop becomes is the compiler's choice for each processor; how fast it is, the benchmarks say.
"""

import re

import numpy as np
import pytest
from numba import njit
from numba.core import config
from numba.core.errors import TypingError

from tests.engine.vector_loops import evaluate, in_rows, loop, same_bits
from wellbeva.engine.compiled import vector

COUNTS = {
    "exp": 1,
    "expm1": 1,
    "log": 1,
    "log1p": 1,
    "power": 2,
    "normal_cdf": 1,
    "sqrt": 1,
    "absolute": 1,
    "floor": 1,
    "ceil": 1,
    "round_half_away": 1,
    "least": 2,
    "greatest": 2,
    "clip": 3,
    "fma": 3,
    "logit": 1,
    "rate_to_prob": 2,
    "prob_to_rate": 2,
    "odds_to_prob": 1,
    "prob_to_odds": 1,
}
CALL = re.compile(r"call [^\n]*?@(?:\"?)([\w.$-]+)")
LLVM = re.compile(r"llvm\.(?!(exp(2|10)?|log(2|10)?|powi?|sin|cos|tan|ldexp|frexp)\.).*")
"""What LLVM names itself, other than what it would ask the C library for whatever the processor."""


def _points(count):
    rng = np.random.default_rng(7)
    return [rng.uniform(0.01, 0.99, 2048) * rng.choice([1.0, 20.0], 2048) for _ in range(count)]


@pytest.mark.skipif(not vector.has_fma(), reason="without fused multiply-add auto takes the blocked engine")
@pytest.mark.parametrize("name", COUNTS)
def test_a_loop_calls_no_library(name):
    function = loop(name, COUNTS[name])
    rows = [in_rows(x) for x in _points(COUNTS[name])]
    function(*rows, np.empty_like(rows[0]))
    ((signature, text),) = function.inspect_llvm().items()
    name = function.overloads[signature].fndesc.llvm_func_name
    (kernel,) = re.findall(rf"^define [^\n]*@{re.escape(name)}\(.*?^}}", text, re.MULTILINE | re.DOTALL)
    called = set(CALL.findall(kernel))
    assert all(LLVM.fullmatch(callee) for callee in called), called


@pytest.mark.parametrize("name", COUNTS)
def test_alone_in_a_vector_or_under_fast_arithmetic_the_bits_are_the_same(name):
    arguments = _points(COUNTS[name])
    function = getattr(vector, name)
    given = ", ".join("xyz"[: COUNTS[name]])
    alone = njit(error_model="numpy")(eval(f"lambda {given}: function({given})", {"function": function}))
    in_loop = evaluate(name, *arguments)
    same_bits(in_loop, [alone(*at) for at in zip(*arguments, strict=True)])
    same_bits(in_loop, evaluate(name, *arguments, fast=True))


def test_fma_rounds_once():
    x = 1 + 2.0**-52
    assert evaluate("fma", [x], [x], [-1 - 2.0**-51]).tolist() == [2.0**-104]


def test_choice_takes_conditions_whole_numbers_and_doubles():
    @njit
    def chosen(x, y):
        return vector.choose(x < y, x, 2), vector.choose(y, 1, 0), vector.choose(True, 3, y), vector.exp(0)

    assert chosen(0.5, 1.0) == (0.5, 1.0, 3.0, 1.0)
    assert chosen(1.5, 0.0) == (2.0, 0.0, 3.0, 1.0)


def test_bits_go_there_and_back():
    @njit
    def there(x):
        return vector.to_bits(x)

    @njit
    def back(bits):
        return vector.from_bits(bits)

    for x in (0.0, -0.0, 1.0, -2.5e-310, np.inf):
        assert there(x) == np.float64(x).view(np.int64)
        same_bits([back(there(x))], [x])


def test_arrays_are_refused():
    @njit
    def of_an_array(x):
        return vector.exp(x)

    with pytest.raises(TypingError, match="exp"):
        of_an_array(np.ones(3))


@pytest.mark.parametrize(
    ("machine", "features", "avx", "expected"),
    [
        ("x86_64", "+avx,+fma,+avx2", 1, True),
        ("x86_64", "", 1, False),
        ("x86_64", "+avx,+fma4", 1, False),
        ("x86_64", None, 0, False),
        ("aarch64", None, 0, True),
        ("riscv64", None, 0, False),
    ],
)
def test_fused_multiply_add_is_what_numba_compiles_for(monkeypatch, machine, features, avx, expected):
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(config, "CPU_FEATURES", features)
    monkeypatch.setattr(config, "ENABLE_AVX", avx)
    assert vector.has_fma() is expected
