"""Typed equations as LaTeX, for the annex of a report."""

from __future__ import annotations

from collections.abc import Mapping

from wellbeva.core.axes import Axis
from wellbeva.language import ir
from wellbeva.language.functions import ELEMENTWISE
from wellbeva.language.to_text import (
    ADD,
    AND,
    ATOM,
    COMPARE,
    MULTIPLY,
    NEGATE,
    NOT,
    OR,
    POWER,
    as_quotient,
    label_text,
    number_text,
    to_text,
)

_SIGNS = {"eq": "=", "ne": r"\ne", "lt": "<", "le": r"\le", "gt": ">", "ge": r"\ge"}
_REDUCERS = {"sum": r"\sum", "product": r"\prod", "mean": r"\operatorname{mean}", "min": r"\min", "max": r"\max",
             "trapezium": r"\operatorname{trapezium}"}  # fmt: skip


def to_latex(
    node: ir.Node, *, axes: Mapping[str, Axis] | None = None, choices: Mapping[str, tuple[str, ...]] | None = None
) -> str:
    r"""Write a node as LaTeX (math mode, without the dollars).

    Parameters
    ----------
    node : Node
    axes : mapping of name to Axis, optional
        So that labels are written by name; else by their place (``#0``).
    choices : mapping of name to labels, optional
        The labels of each parameter that is a choice.

    Examples
    --------
    >>> to_latex(ir.Binary(op="div", left=ir.Ref(name="net_cost"), right=ir.Ref(name="wellbys")))
    '\\frac{\\mathit{net\\_cost}}{\\mathit{wellbys}}'
    """
    return _Writer(axes or {}, choices or {}).write(node)[0]


def _name(text: str) -> str:
    escaped = text.replace("_", r"\_").replace("#", r"\#")
    return rf"\mathit{{{escaped}}}"


def _words(text: str) -> str:
    escaped = text.replace("_", r"\_").replace("#", r"\#")
    return rf"\text{{{escaped}}}"


class _Writer:
    def __init__(self, axes: Mapping[str, Axis], choices: Mapping[str, tuple[str, ...]]) -> None:
        self.axes, self.choices = axes, choices

    def within(self, node: ir.Node, binding: int) -> str:
        text, precedence = self.write(node)
        return text if precedence >= binding else rf"\left({text}\right)"

    def plain(self, node: ir.Node) -> str:
        return self.write(node)[0]

    def write(self, node: ir.Node) -> tuple[str, int]:  # noqa: PLR0911  (one a kind of node)
        match node:
            case ir.Const():
                return self.constant(node)
            case ir.Ref(name=name) if name in ir.DISCOUNTS:
                return rf"\delta^{{{_words(ir.DISCOUNTS[name])}}}", POWER
            case ir.Ref(name=name) | ir.Label(axis=name):
                return _name(name), ATOM
            case ir.Unary(op="neg"):
                return f"-{self.within(node.x, NEGATE)}", NEGATE
            case ir.Unary():
                return rf"\lnot {self.within(node.x, NOT)}", NOT
            case ir.Binary():
                return self.binary(node)
            case ir.Compare():
                return self.compare(node), COMPARE
            case ir.Logic():
                precedence, sign = (AND, r"\land") if node.op == "and" else (OR, r"\lor")
                return (
                    f"{self.within(node.left, precedence)} {sign} {self.within(node.right, precedence + 1)}",
                    precedence,
                )
        return self.along(node)

    def constant(self, node: ir.Const) -> tuple[str, int]:
        if node.dtype != "float":
            return _words(to_text(node)), ATOM
        text, binding = number_text(node.value)
        if (quotient := as_quotient(node.value)) is not None:
            sign, top = "-" if quotient < 0 else "", abs(quotient.numerator)
            text, binding = rf"{sign}\frac{{{top}}}{{{quotient.denominator}}}", NEGATE
        if node.unit.is_duration:
            return rf"{text}\,{_words(f'{node.unit}s')}", min(binding, MULTIPLY)
        return text, binding

    def binary(self, node: ir.Binary) -> tuple[str, int]:
        if node.op == "mul" and isinstance(node.left, ir.Reduce) and node.left.function == "trapezium":
            return rf"\int {self.within(node.left.x, MULTIPLY)}\,\mathrm{{d}}t", ADD
        if node.op == "div":
            return rf"\frac{{{self.plain(node.left)}}}{{{self.plain(node.right)}}}", ATOM
        if node.op == "pow":
            return f"{{{self.within(node.left, ATOM)}}}^{{{self.plain(node.right)}}}", POWER
        sign, precedence = {"add": ("+", ADD), "sub": ("-", ADD), "mul": (r"\cdot", MULTIPLY)}[node.op]
        return f"{self.within(node.left, precedence)} {sign} {self.within(node.right, precedence + 1)}", precedence

    def compare(self, node: ir.Compare) -> str:
        sides = []
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(side, ir.Const) and side.dtype == "label":
                sides.append(_words(label_text(other, side, self.axes, self.choices)))
            else:
                sides.append(self.within(side, ADD))
        return f"{sides[0]} {_SIGNS[node.op]} {sides[1]}"

    def along(self, node: ir.Node) -> tuple[str, int]:  # noqa: C901, PLR0911  (one a kind of node)
        match node:
            case ir.Select():
                yes, no, condition = self.plain(node.yes), self.plain(node.no), self.plain(node.condition)
                return (
                    rf"\begin{{cases}}{yes} & \text{{if }} {condition}\\ {no} & \text{{otherwise}}\end{{cases}}"
                ), ATOM
            case ir.Reduce():
                over = _words(", ".join(node.over))
                return f"{_REDUCERS[node.function]}_{{{over}}} {self.within(node.x, MULTIPLY)}", ADD
            case ir.Pick():
                label = self.axes[node.axis].labels[node.index] if node.axis in self.axes else f"#{node.index}"
                return f"{{{self.within(node.x, ATOM)}}}_{{{_words(label)}}}", POWER
            case ir.PickBy():
                return f"{{{self.within(node.x, ATOM)}}}_{{{_words(node.axis)} = {self.plain(node.by)}}}", POWER
            case ir.Interp():
                at = rf"{_words(node.axis)} = {self.plain(node.by)}"
                return rf"\operatorname{{interp}}_{{{at}}}\left({self.plain(node.x)}\right)", ATOM
            case ir.Lag():
                first = f"{self.plain(node.initial)} & {_words(f'first {node.over}')}"
                before = f"{{{self.within(node.x, ATOM)}}}_{{{_words(node.over)} - 1}} & {_words('later')}"
                return rf"\begin{{cases}}{first}\\ {before}\end{{cases}}", ATOM
            case ir.Scan():
                return rf"\sum_{{{_words(f'{node.over} so far')}}} {self.within(node.x, MULTIPLY)}", ADD
            case ir.Contract():
                return rf"{self.within(node.x, MULTIPLY)} \times {self.within(node.moves, POWER)}", MULTIPLY
            case ir.Ratio():
                top, bottom = self.plain(node.top), self.plain(node.bottom)
                return rf"\frac{{\mathrm{{E}}\left[{top}\right]}}{{\mathrm{{E}}\left[{bottom}\right]}}", ATOM
            case ir.Call():
                return self.call(node)
        raise TypeError(type(node).__name__)

    def call(self, node: ir.Call) -> tuple[str, int]:
        args = node.args[2:] if node.function.startswith("area_") else node.args
        operands = ", ".join(self.plain(arg) for arg in args)
        function = ELEMENTWISE.get(node.function)
        if function is not None and function.latex:
            return function.latex.format(operands), ATOM
        name = rf"\operatorname{{{node.function}}}".replace("_", r"\_")
        return rf"{name}\left({operands}\right)", ATOM
