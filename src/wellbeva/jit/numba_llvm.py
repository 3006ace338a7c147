"""From kernels as Python to LLVM's instructions, by what Numba calls public: `numba.cfunc` and its ``inspect_llvm``.

The instructions are taken before any pass and told what LLVM cannot know: that arrays never overlap, and that wide
vectors are welcome. Machine code is made, kept and called by us.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import FunctionType
from typing import Any, Final

import numba as numba_
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from wellbeva.jit.kernel import ENTRY, Array, Instruction, Kernel, Part

numba: Any = numba_
"""Its public names are not fully typed."""

_OPTIONS: Final[dict[str, Any]] = {"error_model": "numpy", "boundscheck": False, "debug": False}
_BARE: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **_OPTIONS}
_WIDE: Final = '"prefer-vector-width"="512"'
"""LLVM keeps to vectors of four on processors whose first generation slowed down for eight.

The bits are the same; exp takes two thirds of the time (measured: 0.62 and 0.40 ns)."""
_WORD, _FLOAT = ir.IntType(64), ir.DoubleType()
_NUMBERS: Final = {"q": "{}", "?": "{} != 0", "Q": "uint64({})"}
"""How a number of a kind is made of an integer."""


def llvm_of(kernel: Kernel, kinds: Sequence[str]) -> str:
    """Return a module of LLVM's whose function `ENTRY` is a kernel, called as `kernel.Kernel` calls it.

    Parameters
    ----------
    kernel : Kernel
    kinds : sequence of str
        Of its arguments.
    """
    taken: dict[str, Any] = {}
    given: list[str] = []
    for place, kind in enumerate(kinds):
        if kind[0] == "(":
            given.append(kind)
        elif kind[1:]:
            shape = "".join(f"shape{place}[{axis}], " for axis in range(int(kind[1:])))
            given.append(f"carray(data{place}, ({shape}))")
            taken |= {f"data{place}": _pointer(kind[0]), f"shape{place}": _pointer("q")}
        else:
            given.append(_NUMBERS[kind].format(f"number{place}"))
            taken[f"number{place}"] = types.int64
    call = f"kernel({', '.join(given)})"
    body = f"{call}; return 0" if kernel.function.__annotations__["return"] in {None, "None"} else f"return {call}"
    names: dict[str, Any] = {"kernel": _compiled(kernel, "always"), "carray": numba.carray, "uint64": np.uint64}
    exec(f"def inner({', '.join(taken)}): {body}", names)  # noqa: S102 - made of nothing but kinds
    with _no_passes():
        made = numba.cfunc(types.int64(*taken.values()), **_OPTIONS)(names["inner"])
    text = _told(made.inspect_llvm())
    return text + _entry(text, made.native_name, kinds)


def _pointer(letter: str) -> Any:
    return numba.types.CPointer(numba.from_dtype(np.dtype(letter)))


@cache
def _compiled(used: Part, inline: str = "never") -> Any:
    """Return a kernel, or a part of one, as Numba has it."""
    function = used.function
    names = function.__globals__
    compiled = {name: _known(names[name]) for name in function.__code__.co_names if name in names}
    copy = FunctionType(function.__code__, {**names, **compiled}, function.__name__, function.__defaults__)
    return numba.njit(inline=inline, forceinline=used.inline, **_BARE)(copy)


def _known(value: Any) -> Any:
    if isinstance(value, Instruction):
        return globals()[f"_{value.name}"]
    return _compiled(value) if isinstance(value, Part) else value


@contextmanager
def _no_passes() -> Iterator[None]:
    """Let Numba leave its instructions as they are.

    A loop that it has unrolled or vectorised, or has failed to, takes no more hints.
    """
    before = numba.config.OPT
    numba.config.OPT = type(before)(0)
    try:
        yield
    finally:
        numba.config.OPT = before


def _told(text: str) -> str:
    """Return a module that is private, whose arrays do not overlap and belong to Python."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("define "):
            head, _, taken = re.sub("^define (linkonce_odr )?", "define internal ", line).partition("(")
            taken = re.sub(r"(\bptr|\*) (?!noalias)", r"\1 noalias ", taken)
            lines.append(f"{head}({re.sub('(?=( #[0-9]+)? {$)', f' {_WIDE}', taken, count=1)}")
        elif line.startswith("declare void @numba_gil_ensure("):
            # how Numba begins to say that a kernel has raised something, which none does
            lines.append(f"{line.replace('declare', 'define internal')} {{ call void @llvm.trap() unreachable }}")
            lines.append("declare void @llvm.trap() noreturn")
        elif not re.search(r"call void @NRT_(incref|decref)\(", line):
            lines.append(line)
    return "\n".join(lines)


def _entry(text: str, inner: str, kinds: Sequence[str]) -> str:
    """Write the function that reads the arguments where Python keeps them, and calls Numba's.

    Where an array is not C-contiguous, it returns -1 instead.
    """
    (head,) = re.findall(rf"^define .*@{re.escape(inner)}\((.*)\) ", text, re.MULTILINE)
    expected = iter([each.split()[0] for each in head.split(", ")])
    lines: list[str] = []
    given: list[str] = []

    def load(kind: str, address: str, offset: int) -> str:
        name, pointer = f"%v{len(lines)}", "ptr" if "ptr " in head else f"{kind}*"
        lines.append(f"{name}.a = add i64 {address}, {offset}")
        lines.append(f"{name}.p = inttoptr i64 {name}.a to {pointer}")
        lines.append(f"{name} = load {kind}, {pointer} {name}.p")
        return name

    contiguous = "1"
    for place, kind in enumerate(kind for kind in kinds if kind[0] != "("):
        word = load("i64", "%frame", 8 * place)
        if not kind[1:]:
            given.append(f"{next(expected)} {word}")
            continue
        for field in (Array.data, Array.dimensions):
            address, pointer = load("i64", word, field.offset), next(expected)
            lines.append(f"{address}.t = inttoptr i64 {address} to {pointer}")
            given.append(f"{pointer} {address}.t")
        flags = load("i32", word, Array.flags.offset)
        lines.append(f"{flags}.c = and i32 {contiguous}, {flags}")
        contiguous = f"{flags}.c"
    return "\n".join([
        f"\ndefine i64 @{ENTRY}(i64 %frame) {{", *lines, f"%right = trunc i32 {contiguous} to i1",
        "br i1 %right, label %run, label %refuse", "refuse:", "ret i64 -1", "run:",
        f"%result = call i64 @{inner}({', '.join(given)})", "ret i64 %result", "}\n",
    ])  # fmt: skip


@intrinsic
def _product(_: Any, _first: Any, _second: Any) -> Any:
    """Give both halves of the product of two words: one instruction of most processors."""
    pair = numba.types.UniTuple(types.uint64, 2)

    def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), _WORD)
        return context.make_tuple(builder, pair, [high, builder.trunc(product, _WORD)])

    return pair(types.uint64, types.uint64), code


@intrinsic
def _ones(_: Any, _word: Any) -> Any:
    """Count the ones of a word."""
    return types.uint64(types.uint64), lambda _, builder, __, arguments: builder.ctpop(arguments[0])


@intrinsic
def _bits(_: Any, _float: Any) -> Any:
    """Read a float as a word."""
    return types.uint64(types.float64), lambda _, builder, __, arguments: builder.bitcast(arguments[0], _WORD)


@intrinsic
def _float_of(_: Any, _word: Any) -> Any:
    """Read a word as a float."""
    return types.float64(types.uint64), lambda _, builder, __, arguments: builder.bitcast(arguments[0], _FLOAT)


@intrinsic
def _fma(_: Any, _first: Any, _second: Any, _third: Any) -> Any:
    """Multiply and add, rounded once."""
    number = types.float64
    return number(number, number, number), lambda _, builder, __, arguments: builder.fma(*arguments)


def _memory(_: Any, size: Any, number: Any) -> Any:
    """Give memory for numbers of a type, until the function around it ends."""

    def code(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        place = builder.alloca(context.get_data_type(number.dtype), arguments[0])
        place.align = 64
        return place

    return numba.types.CPointer(number.dtype)(size, number), code


_memory_of: Any = intrinsic(_memory)
_scratch = numba.njit(inline="always")(lambda size, number: numba.carray(_memory_of(size, number), size))
