"""Typed equations as text that can be read, and parsed, again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from wellbeva.core.axes import Axis
from wellbeva.language import ir

OR, AND, NOT, COMPARE, ADD, MULTIPLY, NEGATE, POWER, ATOM = range(9)

_BINARY = {"add": ("+", ADD), "sub": ("-", ADD), "mul": ("*", MULTIPLY), "div": ("/", MULTIPLY), "pow": ("**", POWER)}
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


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
    return _Writer(axes or {}, choices or {}).write(node)[0]


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


class _Writer:
    def __init__(self, axes: Mapping[str, Axis], choices: Mapping[str, tuple[str, ...]]) -> None:
        self.axes, self.choices = axes, choices

    def within(self, node: ir.Node, binding: int) -> str:
        """Write an operand, in brackets where it binds less tightly than it must."""
        text, precedence = self.write(node)
        return text if precedence >= binding else f"({text})"

    def write(self, node: ir.Node) -> tuple[str, int]:  # noqa: PLR0911  (one a kind of node)
        match node:
            case ir.Const():
                return self.constant(node)
            case ir.Ref(name=name) if name in ir.DISCOUNTS:
                return f"discount({ir.DISCOUNTS[name]})", ATOM
            case ir.Ref(name=name) | ir.Label(axis=name):
                return name, ATOM
            case ir.Unary(op="neg"):
                return f"-{self.within(node.x, NEGATE)}", NEGATE
            case ir.Unary():
                return f"not {self.within(node.x, NOT)}", NOT
            case ir.Binary():
                return self.binary(node)
            case ir.Compare():
                return self.compare(node)
            case ir.Logic():
                precedence = AND if node.op == "and" else OR
                return (
                    f"{self.within(node.left, precedence)} {node.op} {self.within(node.right, precedence + 1)}",
                    precedence,
                )
        return self.called(node), ATOM

    def constant(self, node: ir.Const) -> tuple[str, int]:
        if node.dtype == "bool":
            return ("true" if node.value else "false"), ATOM
        if node.dtype == "label":
            return f"#{node.value:g}", ATOM
        if node.unit.is_duration:
            text = repr(node.value).removesuffix(".0")
            return f"{text} {node.unit}{'' if text == '1' else 's'}", NEGATE if text.startswith("-") else ATOM
        return number_text(node.value)

    def binary(self, node: ir.Binary) -> tuple[str, int]:
        if node.op == "mul" and isinstance(node.left, ir.Reduce) and node.left.function == "trapezium":
            return f"integrate({self.write(node.left.x)[0]}, over=time)", ATOM
        sign, precedence = _BINARY[node.op]
        if node.op == "pow":
            return f"{self.within(node.left, POWER + 1)} ** {self.within(node.right, NEGATE)}", POWER
        return f"{self.within(node.left, precedence)} {sign} {self.within(node.right, precedence + 1)}", precedence

    def compare(self, node: ir.Compare) -> tuple[str, int]:
        left, right = self.within(node.left, ADD), self.within(node.right, ADD)
        if isinstance(node.right, ir.Const) and node.right.dtype == "label":
            right = label_text(node.left, node.right, self.axes, self.choices)
        elif isinstance(node.left, ir.Const) and node.left.dtype == "label":
            left = label_text(node.right, node.left, self.axes, self.choices)
        return f"{left} {_COMPARE[node.op]} {right}", COMPARE

    def picked(self, axis: str, index: int) -> str:
        return self.axes[axis].labels[index] if axis in self.axes else f"#{index}"

    def called(self, node: ir.Node) -> str:  # noqa: C901, PLR0911  (one a kind of node)
        def text(operand: ir.Node) -> str:
            return self.write(operand)[0]

        match node:
            case ir.Select():
                return f"where({text(node.condition)}, {text(node.yes)}, {text(node.no)})"
            case ir.Call():
                return self.call(node)
            case ir.Reduce():
                over = node.over[0] if len(node.over) == 1 else f"[{', '.join(node.over)}]"
                return f"{node.function}({text(node.x)}, over={over})"
            case ir.Pick():
                return f"{self.within(node.x, ATOM)}[{node.axis}={self.picked(node.axis, node.index)}]"
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

    def call(self, node: ir.Call) -> str:
        args = [self.write(arg)[0] for arg in node.args]
        if node.function.startswith("area_"):
            args = args[2:]
            if len(args) == 5:
                args[4] = f"until={args[4]}"
        return f"{node.function}({', '.join(args)})"


def _over(axis: str) -> str:
    return "" if axis == "time" else f", over={axis}"
