"""The printers of loops: machine code does what the same loops do as Python."""

from __future__ import annotations

import math
from collections.abc import Sequence

import llvmlite.binding as llvm
import numpy as np
import pytest

from tests.engine.vector_loops import loops_of, run
from wellbeva.engine.compiled import llvm_printer, python_printer
from wellbeva.engine.compiled.loop_ir import (
    Assign,
    Expression,
    Function,
    If,
    Load,
    Name,
    Number,
    Statement,
    Store,
    call,
    repeat,
)
from wellbeva.engine.compiled.model_loops import FIRST
from wellbeva.engine.lanes import LANE
from wellbeva.jit.object_code import processor

NUMBERS = [0.0, -0.0, 0.5, -0.5, 1.0, 1.5, 2.0, -1.0, -0.99, 2.99, 3.0, 7.25, 1e300, -1e300, np.inf, -np.inf, np.nan]
RUNGS = [0.0, 0.5, 1.5, 3.0]
B, D, DATA = Name("b"), Name("d"), Name("data")


def evaluate(value: Expression, *before: Statement, data: Sequence[float] = (), fast: bool = False) -> np.ndarray:
    """Return an expression of `B` at each of `NUMBERS`."""
    x, y = np.zeros((1, 1, LANE)), np.full((1, 1, LANE), -7.0)
    x[0, 0, : len(NUMBERS)] = NUMBERS
    body = repeat("d", LANE, Assign("b", Load("x", D)), *before, Store("y", D, value))
    run(loops_of(body, fast=fast), x, y, data=data)
    return y[0, 0, : len(NUMBERS)]


def rung(by: float) -> float:
    return max((index for index, one in enumerate(RUNGS) if one <= by), default=-1) if math.isfinite(by) else -1


def label(by: float) -> float:
    return int(by) if -1 < by < 3 else -1


def lower_rung(by: float) -> float:
    return 2 if math.isnan(by) else max(0, min(rung(by) if by < np.inf else 2, 2))


def way(by: float) -> float:
    return by if math.isnan(by) else min(max((by - 1.5) / 1.5, 0.0), 1.0)


@pytest.mark.parametrize(
    ("value", "text", "meant"),
    [
        (call("choose", call("not", call("lt", B, 1.0)), 1.0, 2.0), "choose(not (b < 1.0), 1.0, 2.0)",
         lambda b: 1.0 if not b < 1.0 else 2.0),
        (call("choose", call("ne", B, B), 1.0, 2.0), "choose(b != b, 1.0, 2.0)", lambda b: 1.0 if b != b else 2.0),
        (call("choose", call("and", call("gt", B, 0.0), call("le", B, 2.0)), 1.0, 2.0),
         "choose((b > 0.0) & (b <= 2.0), 1.0, 2.0)", lambda b: 1.0 if 0.0 < b <= 2.0 else 2.0),
        (call("choose", call("or", call("eq", B, 0.0), call("ge", B, 2.0)), 1.0, 2.0),
         "choose((b == 0.0) | (b >= 2.0), 1.0, 2.0)", lambda b: 1.0 if b == 0.0 or b >= 2.0 else 2.0),
        (call("neg", B + 1.0), "-(b + 1.0)", lambda b: -(b + 1.0)),
        (call("neg", B), "-b", lambda b: -b),
        (B * 3 - 1, "b * 3 - 1", lambda b: b * 3 - 1),
        (B * (B - 1.0) * 2.0, "b * (b - 1.0) * 2.0", lambda b: b * (b - 1.0) * 2.0),
        (B - (B - 1.0), "b - (b - 1.0)", lambda b: b - (b - 1.0)),
        (Number(3.0) / (B / 2.0), "3.0 / (b / 2.0)", lambda b: np.divide(3.0, b / 2.0)),
        (Number(0.0) + (Number(2) - 3) * 4, "0.0 + -4", lambda b: -4.0),
        (Number(math.inf) - B * 0.0, "inf - b * 0.0", lambda b: np.inf - b * 0.0),
        (Number(-0.0) + call("max", Number(1) + 1, call("min", 5, 3)), "-0.0 + max(2, min(5, 3))", lambda b: 3.0),
        (Number(0.0) + call("rung", B, DATA, 0, 4), "0.0 + rung(b, data, 0, 4)", rung),
        (Number(0.0) + call("label", B, 3), "0.0 + label(b, 3)", label),
        (Number(0.0) + call("lower_rung", B, DATA, 0, 4), "0.0 + lower_rung(b, data, 0, 4)", lower_rung),
        (call("way", B, DATA, 0, 2, 4), "way(b, data, 0, 2, 4)", way),
        (Number(0.0) + call("rung", B, DATA, 2, 1), "0.0 + rung(b, data, 2, 1)",
         lambda b: 0 if 1.5 <= b < np.inf else -1),
        (Number(0.0) + call("lower_rung", B, DATA, 2, 1), "0.0 + lower_rung(b, data, 2, 1)", lambda b: 0.0),
        (call("way", B, DATA, 3, 0, 1), "way(b, data, 3, 0, 1)", lambda b: b if b != b else 0.0),
    ],
)  # fmt: skip
@np.errstate(all="ignore")
def test_expressions(value: Expression, text: str, meant) -> None:
    assert python_printer.written(value) == text
    found = evaluate(value, data=RUNGS)
    expected = np.array([meant(np.float64(one)) for one in NUMBERS])
    np.testing.assert_array_equal(found, expected)
    same = np.isnan(expected) | (np.signbit(found) == np.signbit(expected))
    assert same.all()


def test_statements() -> None:
    total = Load("y", Number(0))

    def more(number: float) -> Store:
        return Store("y", Number(0), total + number)

    outer = Name("outer")
    body = (
        Store("y", Number(0), Number(0.0)),
        repeat(
            "outer",
            Load("rows", Number(0)),
            repeat("inner", 2, more(10.0), start=outer),
            If(call("eq", outer, 1), (more(0.5),), (If(call("eq", outer, 2), (more(0.25),), ()),)),
        ),
        repeat("never", Load("rows", Number(1)), more(math.nan)),
    )
    y = np.zeros((1, 1, LANE))
    run(loops_of(*body), np.zeros((1, 1, LANE)), y, rows=[3, 0])
    assert y[0, 0, 0] == 30.75
    names: dict[str, object] = {}
    text = python_printer.module([Function("part", ("time",), FIRST, body)], {}).removeprefix(python_printer.HEADER)
    exec(text, {"nan": math.nan}, names)
    again = [0.0]
    names["part"](0, [], again, [], [3, 0])
    assert again == [30.75]


def test_a_name_is_known_in_its_block_alone() -> None:
    with pytest.raises(KeyError):
        evaluate(Name("inner"), repeat("turn", 1, Assign("inner", B)))


@pytest.mark.parametrize("value", [call("print", B), call("min", B, 1.0), call("choose", B, 1.0, 2.0)])
def test_what_is_not_known_is_no_machine_code(value: Expression) -> None:
    with pytest.raises(TypeError):
        evaluate(value)


def test_rows_of_scratch_are_where_the_driver_says() -> None:
    v0, v1 = (Load(name, D) for name in ("v0", "v1"))
    draw = Load("x", D)
    body = repeat(
        "d", Load("rows", Number(0)), Store("v0", D, draw + 1.0), Store("v1", D, draw * 2.0), Store("y", D, v0 + v1)
    )
    x = np.arange(2.0 * LANE).reshape(2, 1, LANE)
    for starts, width in [((0, 1), LANE), ((3, 1), LANE), ((2, 0), 128)]:
        y = np.zeros((2, 1, LANE))
        run(loops_of(body, starts=starts, height=4, width=width), x, y, rows=[width])
        np.testing.assert_array_equal(y, 3 * x + 1)


def test_lanes_may_be_apart() -> None:
    x, y = np.arange(4.0 * LANE).reshape(4, 1, LANE)[::2], np.zeros((6, 1, LANE))[::3]
    run(loops_of(repeat("d", LANE, Store("y", D, Load("x", D) + 1.0))), x, y)
    np.testing.assert_array_equal(y, x + 1)


@pytest.mark.skipif(not processor().has_fma, reason="without fused multiplications nothing can be contracted")
def test_contraction_only_where_it_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    x = [1.0 + 2.0**-30, 1.0 - 2.0**-30]
    once = [math.ldexp(round(math.ldexp(one, 30)) ** 2 - 2**60, -60) for one in x]
    twice = [one * one - 1.0 for one in x]
    assert twice != once
    # an elementary function is the same either way
    both = [evaluate(call("exp", B), fast=fast) for fast in (False, True)]
    np.testing.assert_array_equal(*both)
    monkeypatch.setitem(globals(), "NUMBERS", x)
    assert evaluate(B * B - 1.0).tolist() == twice
    assert evaluate(B * B - 1.0, fast=True).tolist() == once


def test_the_target_is_a_parameter() -> None:
    """The same loops are printed for any machine: here one with pointers of 32 bits, and no fused operations."""
    part = Function("part_0", ("time",), FIRST, (repeat("d", LANE, Store("y", D, call("least", Load("x", D), 1.0))),))
    triple = "wasm32-unknown-unknown"
    module = llvm.parse_assembly(llvm_printer.function_module(part, triple))
    assert module.triple == triple
    module.verify()
