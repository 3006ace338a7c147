"""Loops over draws, as data: the form of a model before it is printed, for people or for a machine.

Four kinds of expression and five of statement, and functions made of them. A name that is assigned in a loop or a
branch is known there and nowhere else, so that nothing but arrays is carried from one turn of a loop to the next: a
printer needs no analysis. The kinds of numbers are three (whole, double, truth value) and follow from left to right.

Printers: `python_printer`, `llvm_printer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


class _Arithmetic:
    """The signs of arithmetic between expressions; whole constants are added up at once."""

    __slots__ = ()

    def __add__(self, other: Expression | float) -> Expression:
        return _joined("add", self, other)

    def __sub__(self, other: Expression | float) -> Expression:
        return _joined("sub", self, other)

    def __mul__(self, other: Expression | float) -> Expression:
        return _joined("mul", self, other)

    def __truediv__(self, other: Expression | float) -> Expression:
        return _joined("div", self, other)


@dataclass(frozen=True, slots=True)
class Number(_Arithmetic):
    """A constant: a whole number, or a double."""

    value: float


@dataclass(frozen=True, slots=True)
class Name(_Arithmetic):
    """An assigned variable, the number of a loop's turn, or a parameter of the function."""

    name: str


@dataclass(frozen=True, slots=True)
class Load(_Arithmetic):
    """A number in an array; arrays are parameters of the function."""

    array: str
    index: Expression


@dataclass(frozen=True, slots=True)
class Call(_Arithmetic):
    """An operation (`OPERATIONS`) or a function of `vector` by its name.

    Among the operations all operands but those of ``choose`` are of one kind: a whole number beside a double becomes
    one.
    """

    function: str
    operands: tuple[Expression, ...]


Expression = Number | Name | Load | Call

OPERATIONS: Final = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "rem": "%",
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
    "and": "&", "or": "|", "not": "not", "neg": "-", "min": "min", "max": "max",
}  # fmt: skip
"""How an operation is written; ``rem``, ``min`` and ``max`` are of whole numbers."""


@dataclass(frozen=True, slots=True)
class Assign:
    """Give a name to a value."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Store:
    """Put a value into an array."""

    array: str
    index: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class For:
    """Repeat statements for each whole number from `start` to the one before `stop`."""

    name: str
    start: Expression
    stop: Expression
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If:
    """Do one or the other."""

    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """An array from a place on."""

    array: str
    start: Expression


@dataclass(frozen=True, slots=True)
class Run:
    """Run another function on whole numbers and arrays."""

    function: str
    numbers: tuple[Expression, ...]
    arrays: tuple[Slice, ...]


Statement = Assign | Store | For | If | Run


@dataclass(frozen=True, slots=True)
class Function:
    """Statements that are compiled together.

    Parameters
    ----------
    name : str
    numbers : tuple of str
        Its first parameters, which are whole numbers.
    arrays : tuple of str
        The others. No array overlaps another; ``rows`` holds whole numbers, the others doubles.
    body : tuple of Statement
    """

    name: str
    numbers: tuple[str, ...]
    arrays: tuple[str, ...]
    body: tuple[Statement, ...]


def expression(value: Expression | float) -> Expression:
    """Return a number as an expression."""
    return Number(value) if isinstance(value, int | float) else value


def call(function: str, *operands: Expression | float) -> Expression:
    """Return the call of an operation or a function."""
    return Call(function, tuple(expression(one) for one in operands))


def repeat(name: str, stop: Expression | float, *body: Statement, start: Expression | float = 0) -> For:
    """Return a loop from 0, or `start`, to the number before `stop`.

    Parameters
    ----------
    name : str
        Of the loop variable.
    stop, start : Expression or int
        Whole numbers.
    *body : Statement
    """
    return For(name, expression(start), expression(stop), body)


_FOLDED: Final = {"add": int.__add__, "sub": int.__sub__, "mul": int.__mul__}


def _joined(function: str, left: object, right: Expression | float) -> Expression:
    assert isinstance(left, Expression)
    match left, expression(right):
        case Number(int(first)), Number(int(second)) if function in _FOLDED:
            return Number(_FOLDED[function](first, second))
        case _, other:
            return Call(function, (left, other))
