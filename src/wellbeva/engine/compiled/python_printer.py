"""Loops as Python, for people: a function a part, one statement a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from wellbeva.engine.compiled import loop_ir

HEADER: Final = """\
from math import inf, nan

"""
_TIGHTNESS: Final = {"not": 0, **dict.fromkeys(("eq", "ne", "lt", "le", "gt", "ge"), 1)}
_TIGHTNESS.update({"or": 2, "and": 3, "add": 4, "sub": 4, "mul": 5, "div": 5, "rem": 5, "neg": 6})
"""How tightly Python binds an operation."""
_ALONE: Final = 7


def module(functions: Sequence[loop_ir.Function], constants: Mapping[str, int]) -> str:
    """Return a module of functions.

    Parameters
    ----------
    functions : sequence of Function
    constants : mapping of str to int
        Names that stand for whole numbers.
    """
    return "\n".join(
        [
            HEADER,
            *(f"{name} = {value}" for name, value in constants.items()),
            "",
            *("\n".join(["", *_function(one), ""]) for one in functions),
        ]
    )


def _function(function: loop_ir.Function) -> Iterator[str]:
    yield f"def {function.name}({', '.join((*function.numbers, *function.arrays))}):"
    yield from _block(function.body)


def _block(statements: Sequence[loop_ir.Statement]) -> Iterator[str]:
    if not statements:
        yield "    pass"
    for statement in statements:
        yield from (f"    {line}" for line in _statement(statement))


def _statement(statement: loop_ir.Statement) -> Iterator[str]:
    match statement:
        case loop_ir.Assign(name, value):
            yield f"{name} = {written(value)}"
        case loop_ir.Store(array, index, value):
            yield f"{array}[{written(index)}] = {written(value)}"
        case loop_ir.Run(function, numbers, arrays):
            slices = (
                f"{one.array}[{written(one.start)}:]" if one.start != loop_ir.Number(0) else one.array for one in arrays
            )
            yield f"{function}({', '.join((*map(written, numbers), *slices))})"
        case loop_ir.For(name, start, stop, body):
            first = "" if start == loop_ir.Number(0) else f"{written(start)}, "
            yield f"for {name} in range({first}{written(stop)}):"
            yield from _block(body)
        case loop_ir.If(test, body, otherwise):
            yield f"if {written(test)}:"
            yield from _block(body)
            yield "else:"
            yield from _block(otherwise)


def written(expression: loop_ir.Expression, least: int = 0) -> str:
    """Return an expression as Python; in parentheses if it binds less tightly than `least`.

    Parameters
    ----------
    expression : Expression
    least : int
        From 0, nothing in parentheses, to 7, every operation (`_TIGHTNESS`).
    """
    match expression:
        case loop_ir.Number(value):
            return repr(value)
        case loop_ir.Name(name):
            return name
        case loop_ir.Load(array, index):
            return f"{array}[{written(index)}]"
        case loop_ir.Call(function, operands) if function in _TIGHTNESS:
            own = _TIGHTNESS[function]
            text = _operation(loop_ir.OPERATIONS[function], own, operands)
            return f"({text})" if own < least else text
        case loop_ir.Call(function, operands):
            return f"{function}({', '.join(written(one) for one in operands)})"


def _operation(sign: str, own: int, operands: Sequence[loop_ir.Expression]) -> str:
    if len(operands) == 1:
        (operand,) = operands
        return f"{sign}{' ' * sign.isalpha()}{written(operand, _ALONE)}"
    left, right = operands
    # comparisons are chained in Python, so neither side may be one
    return f"{written(left, own + (own == 1))} {sign} {written(right, own + 1)}"
