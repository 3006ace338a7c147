"""Loops as LLVM's instructions, for a machine: a module a function.

The text is all that the machine code depends on besides the processor, so its hash is the key under which the code is
kept. Elementary functions are written by `vector` and inlined. Doubles obey IEEE 754: nothing is contracted, unless it
is allowed, and then only between the operations of the model, never within an elementary function.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from llvmlite import ir

from wellbeva.engine.compiled import loop_ir
from wellbeva.engine.compiled.vector.bodies import BODIES, KINDS
from wellbeva.engine.compiled.vector.values import DOUBLE, WORD

REAL: Final = str(DOUBLE)
WHOLE: Final = str(WORD)
TRUTH: Final = "i1"
REALS: Final = str(DOUBLE.as_pointer())
WHOLES: Final = str(WORD.as_pointer())
"""Pointers; LLVM before 17 distinguishes them by what they point to."""
WIDE: Final = '"prefer-vector-width"="512"'
"""LLVM keeps to vectors of four on processors whose first generation slowed down for eight; see `jit.numba_llvm`."""

_ARITHMETIC: Final = {"add": "add", "sub": "sub", "mul": "mul", "div": "sdiv", "rem": "srem"}
_SIGNED: Final = {"eq": "eq", "ne": "ne", "lt": "slt", "le": "sle", "gt": "sgt", "ge": "sge"}
_ORDERED: Final = {"eq": "oeq", "ne": "une", "lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge"}
_TYPES: Final = {name: str(kind.llvm) for name, kind in KINDS.items()}


class _Value(NamedTuple):
    """A value as it stands in the text, and its type."""

    text: str
    type: str

    def __str__(self) -> str:
        return f"{self.type} {self.text}"


_Known = Mapping[str, _Value]


def function_module(
    function: loop_ir.Function, triple: str, constants: Mapping[str, int] | None = None, *, fast: bool = False
) -> str:
    """Return a module of one function.

    Parameters
    ----------
    function : Function
    triple : str
        The target, in LLVM's words.
    constants : mapping of str to int, optional
        Names that stand for whole numbers.
    fast : bool
        Allow LLVM to contract a multiplication and an addition into one rounding.
    """
    printer = _Printer(fast=fast)
    given = [_Value(f"%{name}", WHOLE) for name in function.numbers]
    given += [_Value(f"%{name}", _pointer(name)) for name in function.arrays]
    numbers = {name: _Value(str(number), WHOLE) for name, number in (constants or {}).items()}
    printer.block(function.body, {**numbers, **{one.text[1:]: one for one in given}})
    taken = [f"{one.type}{' noalias' * (one.type != WHOLE)} {one.text}" for one in given]
    head = f"define void @{function.name}({', '.join(taken)}) nounwind {WIDE} {{"
    lines = [*sorted(printer.declared), head, "entry:", *printer.lines, "ret void", "}", ""]
    return "\n".join([f'target triple = "{triple}"', *lines])


class _Printer:
    """Prints the inside of a function: values are numbered, and blocks have labels."""

    def __init__(self, *, fast: bool) -> None:
        self.lines: list[str] = []
        self.declared: set[str] = set()
        """Declarations and definitions of functions that it calls, which stand before it."""
        self._flags = "contract " if fast else ""
        self._count = 0
        self._label = "entry"

    # ---- statements

    def block(self, statements: Sequence[loop_ir.Statement], known: _Known) -> None:
        """Print statements; what they assign is known to those after them, and to nobody else."""
        known = dict(known)
        for statement in statements:
            match statement:
                case loop_ir.Assign(name, value):
                    known[name] = self._value(value, known)
                case loop_ir.Store(array, index, value):
                    stored, pointer = self._value(value, known), self._place(array, index, known)
                    self.lines.append(f"store {stored}, {pointer}")
                case loop_ir.For():
                    self._for(statement, known)
                case loop_ir.If():
                    self._if(statement, known)
                case loop_ir.Run(function, numbers, arrays):
                    given = [self._value(one, known) for one in numbers]
                    given += [self._place(one.array, one.start, known) for one in arrays]
                    self.declared.add(f"declare void @{function}({', '.join(one.type for one in given)})")
                    self.lines.append(f"call void @{function}({', '.join(map(str, given))})")

    def _for(self, loop: loop_ir.For, known: _Known) -> None:
        start, stop = self._value(loop.start, known), self._value(loop.stop, known)
        number, (body, after) = self._next(), self._labels("loop", "after")
        self._branch(self._new(TRUTH, f"icmp slt {start}, {stop.text}"), body, after)
        before = self._label
        self._begin(body)
        place = len(self.lines)
        self.block(loop.body, {**known, loop.name: _Value(number, WHOLE)})
        following = self._new(WHOLE, f"add nsw {WHOLE} {number}, 1")
        came = f"[ {start.text}, %{before} ], [ {following.text}, %{self._label} ]"
        self.lines.insert(place, f"{number} = phi {WHOLE} {came}")
        self._branch(self._new(TRUTH, f"icmp slt {following}, {stop.text}"), body, after)
        self._begin(after)

    def _if(self, branch: loop_ir.If, known: _Known) -> None:
        test, (*labels, after) = self._value(branch.test, known), self._labels("then", "else", "after")
        self._branch(test, *labels)
        for label, statements in zip(labels, (branch.body, branch.otherwise), strict=True):
            self._begin(label)
            self.block(statements, known)
            self.lines.append(f"br label %{after}")
        self._begin(after)

    def _branch(self, test: _Value, yes: str, no: str) -> None:
        self.lines.append(f"br {test}, label %{yes}, label %{no}")

    def _labels(self, *words: str) -> list[str]:
        self._count += 1
        return [f"{word}{self._count}" for word in words]

    def _begin(self, label: str) -> None:
        self.lines.append(f"{label}:")
        self._label = label

    # ---- expressions

    def _value(self, expression: loop_ir.Expression, known: _Known) -> _Value:
        match expression:
            case loop_ir.Number(float(value)):
                return _Value(f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}", REAL)
            case loop_ir.Number(value):
                return _Value(str(value), WHOLE)
            case loop_ir.Name(name):
                return known[name]
            case loop_ir.Load(array, index):
                pointer, kind = self._place(array, index, known), _element(array)
                return self._new(kind, f"load {kind}, {pointer}")
            case loop_ir.Call(name, operands):
                return self._call(name, [self._value(one, known) for one in operands])

    def _place(self, array: str, index: loop_ir.Expression, known: _Known) -> _Value:
        start, place = known[array], self._value(index, known)
        return self._new(start.type, f"getelementptr {_element(array)}, {start}, {place}")

    def _call(self, name: str, given: list[_Value]) -> _Value:
        if name in BODIES:
            return self._function(name, given)
        if name == "not":
            return self._new(TRUTH, f"xor {given[0]}, true")
        if name == "neg":
            return self._new(REAL, f"fneg {self._flags}{given[0]}")
        if name in ("and", "or"):
            return self._new(TRUTH, f"{name} {given[0]}, {given[1].text}")
        return self._of_two(name, *given)

    def _of_two(self, name: str, one: _Value, other: _Value) -> _Value:
        if one.type == other.type == WHOLE:
            if name in ("min", "max"):
                beyond = self._new(TRUTH, f"icmp {'slt' if name == 'min' else 'sgt'} {other}, {one.text}")
                return self._new(WHOLE, f"select {beyond}, {other}, {one}")
            if name in _ARITHMETIC:
                return self._new(WHOLE, f"{_ARITHMETIC[name]} {one}, {other.text}")
            return self._new(TRUTH, f"icmp {_SIGNED[name]} {one}, {other.text}")
        one, other = self._cast(one, REAL), self._cast(other, REAL)
        if name in _ORDERED:
            return self._new(TRUTH, f"fcmp {self._flags}{_ORDERED[name]} {one}, {other.text}")
        if name in ("add", "sub", "mul", "div"):
            return self._new(REAL, f"f{name} {self._flags}{one}, {other.text}")
        raise TypeError(f"no machine code is known for {name} of doubles")

    def _function(self, name: str, given: list[_Value]) -> _Value:
        body = BODIES[name]
        self.declared.update(_definitions(name))
        takes = [self._cast(one, _TYPES[kind]) for one, kind in zip(given, body.takes, strict=True)]
        gives = _TYPES[body.gives]
        return self._new(gives, f'call {gives} @"{body.symbol}"({", ".join(map(str, takes))})')

    def _cast(self, value: _Value, kind: str) -> _Value:
        if value.type == kind:
            return value
        if (value.type, kind) != (WHOLE, REAL):
            raise TypeError(f"{value.type} is no {kind}")
        return self._new(REAL, f"sitofp {value} to {REAL}")

    def _new(self, kind: str, instruction: str) -> _Value:
        name = self._next()
        self.lines.append(f"{name} = {instruction}")
        return _Value(name, kind)

    def _next(self) -> str:
        self._count += 1
        return f"%t{self._count}"


def _pointer(array: str) -> str:
    return WHOLES if array == "rows" else REALS


def _element(array: str) -> str:
    return WHOLE if array == "rows" else REAL


@cache
def _definitions(name: str) -> tuple[str, ...]:
    """Return a function of `vector`, and the declarations of what it calls."""
    module = ir.Module()
    BODIES[name].define(module)
    return tuple(str(one) for one in module.globals.values())
