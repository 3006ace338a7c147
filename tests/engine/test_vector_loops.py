"""Loops over the vectorised functions: their bits depend on nothing but the numbers, and they call no library.

Which instructions a loop becomes is the compiler's choice for each processor; how fast it is, the benchmarks say.
"""

import re

import numpy as np
import pytest

from tests.engine.vector_loops import evaluate, loop, same_bits
from wellbeva.engine.compiled.vector.bodies import BODIES
from wellbeva.jit.object_code import optimise, processor, target_machine

COUNTS = {
    name: len(body.takes)
    for name, body in BODIES.items()
    if {*body.takes, body.gives} == {"Real"} and name != "remainder"  # for which the C library is asked
}
CALL = re.compile(r"call [^\n]*?@(?:\"?)([\w.$-]+)")
LLVM = re.compile(r"llvm\.(?!(exp(2|10)?|log(2|10)?|powi?|sin|cos|tan|ldexp|frexp)\.).*")
"""What LLVM names itself, other than what it would ask the C library for whatever the processor."""


def _points(count):
    rng = np.random.default_rng(7)
    return [rng.uniform(0.01, 0.99, 2048) * rng.choice([1.0, 20.0], 2048) for _ in range(count)]


@pytest.mark.skipif(not processor().has_fma, reason="without fused multiply-add auto takes the blocked engine")
@pytest.mark.parametrize("name", COUNTS)
def test_a_loop_calls_no_library(name):
    target = processor()
    text, _ = loop(name, COUNTS[name]).llvm(target.triple)
    called = set(CALL.findall(str(optimise(text, target_machine(target)))))
    assert all(LLVM.fullmatch(callee) for callee in called), called


@pytest.mark.parametrize("name", COUNTS)
def test_alone_in_a_vector_or_under_fast_arithmetic_the_bits_are_the_same(name):
    arguments = _points(COUNTS[name])
    in_loop = evaluate(name, *arguments)
    # one lane with one number of its own among ones: what stands beside it changes nothing
    some = range(0, 2048, 97)
    same_bits(in_loop[some], [float(evaluate(name, *(one[at] for one in arguments))) for at in some])
    same_bits(in_loop, evaluate(name, *arguments, fast=True))


@pytest.mark.parametrize(
    ("machine", "name", "features", "expected"),
    [
        ("x86_64", "", "+avx,+fma,+avx2", True),
        ("x86_64", "", "", False),
        ("x86_64", "", "+avx,+fma4", False),
        ("x86_64", "generic", None, False),
        ("aarch64", "generic", None, True),
        ("riscv64", "generic", None, False),
    ],
)
def test_fused_multiply_add_is_what_is_compiled_for(monkeypatch, machine, name, features, expected):
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setenv("NUMBA_CPU_NAME", name)
    if features is None:
        monkeypatch.delenv("NUMBA_CPU_FEATURES", raising=False)
    else:
        monkeypatch.setenv("NUMBA_CPU_FEATURES", features)
    assert processor().has_fma is expected
