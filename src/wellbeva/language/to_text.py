"""Typed equations as text that can be read, and parsed, again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import ClassVar

from wellbeva.core.axes import Axis
from wellbeva.language import ir

OR, AND, NOT, COMPARE, ADD, MULTIPLY, NEGATE, POWER, ATOM = range(9)

_BINDING = {"add": ADD, "sub": ADD, "mul": MULTIPLY, "div": MULTIPLY, "and": AND, "or": OR, "neg": NEGATE, "not": NOT}


def to_text(
    node: ir.Node, *, axes: Mapping[str, Axis] | None = None, choices: Mapping[str, tuple[str, ...]] | None = None
) -> str:
    """Write a node in the language of equations.

    Parameters
    ----------
    node : Node
    axes : mapping of name to Axis, optional
        So that labels are written by name; else by their place (``#0``).
    choices : mapping of name to labels, optional
        The labels of each parameter that is a choice.
    """
    return Writer(axes or {}, choices or {}).write(node)[0]


def as_quotient(value: float) -> Fraction | None:
    """Return the quotient of small whole numbers that equals a long number, such as 1/3; None if there is none."""
    near = Fraction(value).limit_denominator(1000)
    exact = near.numerator / near.denominator == value
    return near if exact and near.denominator > 1 and len(repr(value)) > 10 else None


def number_text(value: float) -> tuple[str, int]:
    """Return a number as a person would write it, and how tightly it binds: ``1/3`` is a quotient."""
    quotient = as_quotient(value)
    if quotient is not None:
        return str(quotient), MULTIPLY
    text = repr(value)
    if value == int(value) and abs(value) < 1e15:
        text = text.removesuffix(".0")
    return text, NEGATE if math.copysign(1.0, value) < 0 else ATOM


def label_text(
    beside: ir.Node, constant: ir.Const, axes: Mapping[str, Axis], choices: Mapping[str, tuple[str, ...]]
) -> str:
    """Write the label that a name is compared with.

    Parameters
    ----------
    beside : Node
        The other side of the comparison.
    constant : Const
        The label, by its place.
    axes, choices
        As in `to_text`.
    """
    labels: tuple[str, ...] = ()
    while isinstance(beside, (ir.Pick, ir.PickBy, ir.Lag)):
        beside = beside.x
    if isinstance(beside, ir.Label) and beside.axis in axes:
        labels = axes[beside.axis].labels
    elif isinstance(beside, ir.Ref):
        labels = choices.get(beside.name, ())
    index = int(constant.value)
    if index < 0:
        return "comparator"
    return labels[index] if index < len(labels) else f"#{index}"


class Writer:
    """Writes typed equations as text; a notation of its own has other signs, and overrides what it writes otherwise.

    Parameters
    ----------
    axes : mapping of name to Axis
    choices : mapping of name to labels
    """

    signs: ClassVar[Mapping[str, str]] = {
        "add": "+", "sub": "-", "mul": "*", "div": "/", "neg": "-", "not": "not ", "and": "and", "or": "or",
        "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
    }  # fmt: skip
    brackets = "({})"

    def __init__(self, axes: Mapping[str, Axis], choices: Mapping[str, tuple[str, ...]]) -> None:
        self.axes, self.choices = axes, choices

    def within(self, node: ir.Node, binding: int) -> str:
        """Write an operand, in brackets where it binds less tightly than it must.

        Parameters
        ----------
        node : Node
        binding : int
            How tightly it must bind.
        """
        text, precedence = self.write(node)
        return text if precedence >= binding else self.brackets.format(text)

    def plain(self, node: ir.Node) -> str:
        """Write an operand that stands apart from others."""
        return self.write(node)[0]

    def write(self, node: ir.Node) -> tuple[str, int]:  # noqa: PLR0911  (one a kind of node)
        """Write a node, and say how tightly the text binds."""
        match node:
            case ir.Const():
                return self.constant(node)
            case ir.Ref(name=name) if name in ir.DISCOUNTS:
                return self.discount(ir.DISCOUNTS[name])
            case ir.Ref(name=name) | ir.Label(axis=name):
                return self.name(name), ATOM
            case ir.Unary(op=op):
                return f"{self.signs[op]}{self.within(node.x, _BINDING[op])}", _BINDING[op]
            case ir.Binary() | ir.Logic():
                return self.joined(node)
            case ir.Compare():
                left, right = self.side(node.left, node.right), self.side(node.right, node.left)
                return f"{left} {self.signs[node.op]} {right}", COMPARE
        return self.along(node)

    def joined(self, node: ir.Binary | ir.Logic) -> tuple[str, int]:
        """Write two operands with a sign between them; an integral and a power have no such sign."""
        if node.op == "mul" and isinstance(node.left, ir.Reduce) and node.left.function == "trapezium":
            return self.integral(node.left.x)
        if node.op == "pow":
            return self.power(node.left, node.right)
        binding = _BINDING[node.op]
        left, right = self.within(node.left, binding), self.within(node.right, binding + 1)
        return f"{left} {self.signs[node.op]} {right}", binding

    def side(self, side: ir.Node, other: ir.Node) -> str:
        """Write one side of a comparison, a label by its name.

        Parameters
        ----------
        side, other : Node
            What is written, and what it is compared with.
        """
        if isinstance(side, ir.Const) and side.dtype == "label":
            return self.label(label_text(other, side, self.axes, self.choices))
        return self.within(side, ADD)

    def name(self, text: str) -> str:
        """Write the name of a quantity or an axis."""
        return text

    label = name

    def discount(self, kind: str) -> tuple[str, int]:
        """Write a discount factor."""
        return f"discount({kind})", ATOM

    def integral(self, x: ir.Node) -> tuple[str, int]:
        """Write an integral over time."""
        return f"integrate({self.plain(x)}, over=time)", ATOM

    def power(self, base: ir.Node, exponent: ir.Node) -> tuple[str, int]:
        """Write a power.

        Parameters
        ----------
        base, exponent : Node
        """
        return f"{self.within(base, POWER + 1)} ** {self.within(exponent, NEGATE)}", POWER

    def constant(self, node: ir.Const) -> tuple[str, int]:
        """Write a number, a truth value or a label."""
        if node.dtype == "bool":
            return ("true" if node.value else "false"), ATOM
        if node.dtype == "label":
            return f"#{node.value:g}", ATOM
        if node.unit.is_duration:
            text = repr(node.value).removesuffix(".0")
            return f"{text} {node.unit}{'' if text == '1' else 's'}", NEGATE if text.startswith("-") else ATOM
        return number_text(node.value)

    def picked(self, node: ir.Pick) -> str:
        """Return the label that is picked, or its place."""
        return self.axes[node.axis].labels[node.index] if node.axis in self.axes else f"#{node.index}"

    def along(self, node: ir.Node) -> tuple[str, int]:
        """Write a choice, a function, or what goes along axes."""
        return self._called(node), ATOM

    def _called(self, node: ir.Node) -> str:  # noqa: C901, PLR0911  (one a kind of node)
        text = self.plain
        match node:
            case ir.Select():
                return f"where({text(node.condition)}, {text(node.yes)}, {text(node.no)})"
            case ir.Call():
                return self._call(node)
            case ir.Reduce():
                over = node.over[0] if len(node.over) == 1 else f"[{', '.join(node.over)}]"
                return f"{node.function}({text(node.x)}, over={over})"
            case ir.Pick():
                return f"{self.within(node.x, ATOM)}[{node.axis}={self.picked(node)}]"
            case ir.PickBy():
                return f"{self.within(node.x, ATOM)}[{node.axis}={text(node.by)}]"
            case ir.Interp():
                return f"interp({text(node.x)}, {node.axis}={text(node.by)})"
            case ir.Lag():
                return f"lag({text(node.x)}, {text(node.initial)}{_over(node.over)})"
            case ir.Scan():
                return f"cumsum({text(node.x)}{_over(node.over)})"
            case ir.Contract():
                return f"contract({text(node.x)}, {text(node.moves)})"
            case ir.Ratio():
                return f"ratio({text(node.top)}, {text(node.bottom)})"
        raise TypeError(type(node).__name__)

    def _call(self, node: ir.Call) -> str:
        args = [self.plain(arg) for arg in node.args]
        if node.function.startswith("area_"):
            args = args[2:]
            if len(args) == 5:
                args[4] = f"until={args[4]}"
        return f"{node.function}({', '.join(args)})"


def _over(axis: str) -> str:
    return "" if axis == "time" else f", over={axis}"
