"""Typing of arithmetic: units combine, bare numbers fold, powers of units are literal."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from wellbeva.core.units import MAX_POWER, Unit
from wellbeva.language.ir import Binary, Const, Node, Unary
from wellbeva.language.preprocess import MAX_NUMBER
from wellbeva.language.syntax import BinarySyntax, Syntax, UnarySyntax
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.unit_rules import Typed

MAX_EXPONENT = 100

_NOUNS = {"add": "an addition", "sub": "a subtraction", "mul": "a product", "div": "a quotient", "pow": "a power"}


_RECKON: Mapping[str, Callable[[float, float], float | complex]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "pow": operator.pow,
}  # fmt: skip


def type_negative(context: Context, syntax: UnarySyntax) -> Typed | None:
    """Type ``-x``; minus a number is a number.

    Parameters
    ----------
    context : Context
    syntax : UnarySyntax
        Its operand is a number in any unit.

    Returns
    -------
    Typed or None
        Unit and axes of the operand.
    """
    x = context.typer(syntax.x)
    if x is None or not context.number(x, syntax.x, "a minus sign"):
        return None
    node, span = x.node, context.expression.span(syntax)
    if isinstance(node, Const) and not node.axes:
        return Typed(Const(value=-node.value, unit=node.unit, span=span), x.bare)
    return Typed(Unary(op="neg", x=node, axes=node.axes, unit=node.unit, span=span), x.bare)


def type_binary(context: Context, syntax: BinarySyntax) -> Typed | None:  # noqa: PLR0911
    """Type ``+ - * / **``.

    Parameters
    ----------
    context : Context
    syntax : BinarySyntax
        Two numbers. Under ``+ -`` their units are equal; under ``**`` the exponent has none, and is a literal where the
        base has one.

    Returns
    -------
    Typed or None
        Axes of both; two bare numbers become one, which stays bare.
    """
    left, right = context.typer(syntax.left), context.typer(syntax.right)
    if left is None or right is None:
        return None
    fine = [
        context.number(left, syntax.left, _NOUNS[syntax.op]),
        context.number(right, syntax.right, _NOUNS[syntax.op]),
    ]
    if not all(fine):
        return None
    if left.bare and right.bare and isinstance(left.node, Const) and isinstance(right.node, Const):
        return _fold(context, syntax, left.node, right.node)
    unit: Unit | None
    if syntax.op in ("add", "sub"):
        what = _NOUNS[syntax.op]
        equal = context.equal_units([(left, syntax.left), (right, syntax.right)], what)
        if equal is None:
            return None
        (left, right), unit = equal
    elif syntax.op == "pow":
        unit = _power(context, syntax, left, right)
        if unit is None:
            return None
    else:
        unit = left.node.unit * right.node.unit if syntax.op == "mul" else left.node.unit / right.node.unit
    if syntax.op == "div" and isinstance(right.node, Const) and right.node.value == 0.0 and not right.node.axes:
        return _impossible(context, syntax, "a division by 0")
    axes = context.axes(left.node, right.node)
    span = context.expression.span(syntax)
    return Typed(Binary(op=syntax.op, left=left.node, right=right.node, axes=axes, unit=unit, span=span))


def _fold(context: Context, syntax: BinarySyntax, left: Const, right: Const) -> Typed | None:
    """Compute with two bare numbers, in the arithmetic that the engines use."""
    a, b = left.value, right.value
    if syntax.op == "pow" and not _small_exponent(context, syntax.right, right):
        return None
    try:
        value = _RECKON[syntax.op](a, b)
    except ZeroDivisionError:
        return _impossible(context, syntax, "a division by 0")
    except OverflowError:
        value = float("inf")
    if isinstance(value, complex):
        return _impossible(context, syntax, "a root of a negative number")
    if abs(value) > MAX_NUMBER:
        return _impossible(context, syntax, f"a number beyond {MAX_NUMBER:.0e}")
    return Typed(Const(value=value, span=context.expression.span(syntax)), bare=True)


def _impossible(context: Context, syntax: Syntax, what: str) -> Typed | None:
    context.error("WB-L033", f"this is {what}", syntax, remedy="write another number")
    return None


def _small_exponent(context: Context, syntax: Syntax, exponent: Const) -> bool:
    if abs(exponent.value) <= MAX_EXPONENT:
        return True
    context.error(
        "WB-L033", f"an exponent as large as {exponent.value:g} is refused", syntax,
        facts=(f"literal exponents lie between -{MAX_EXPONENT} and {MAX_EXPONENT}",), remedy="write a smaller exponent",
    )  # fmt: skip
    return False


def _simple(value: float) -> Fraction | None:
    """Return a whole number or a simple fraction, or None."""
    # `1/3` has been folded into a double by now: take the simple fraction that is the same double, if there is one.
    power = Fraction(value).limit_denominator(12)
    return power if power.numerator / power.denominator == value else None


def _power(context: Context, syntax: BinarySyntax, left: Typed, right: Typed) -> Unit | None:
    why = "an exponent"
    if not all([
        context.pure(right, syntax.right, why),
        context.drawn(left, syntax.left, "a power"),
        context.drawn(right, syntax.right, why),
    ]):  # fmt: skip
        return None
    exponent: Node = right.node
    literal = isinstance(exponent, Const) and not exponent.axes
    if isinstance(exponent, Const) and literal and not _small_exponent(context, syntax.right, exponent):
        return None
    if left.node.unit.dimensionless:
        return Unit()
    power = _simple(exponent.value) if isinstance(exponent, Const) and literal else None
    if power is None or abs(power) > MAX_POWER:
        context.error(
            "WB-L033", "a quantity with a unit is raised to literal powers only", syntax.right,
            facts=(f"{context.written(syntax.left)} is in {left.node.unit}",
                   f"powers lie between -{MAX_POWER} and {MAX_POWER}"),
            remedy="divide the base by a quantity of its unit first",
        )  # fmt: skip
        return None
    return left.node.unit**power
