"""Typed equations as LaTeX, for the annex of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from wellbeva.core.axes import Axis
from wellbeva.language import ir
from wellbeva.language.functions import ELEMENTWISE
from wellbeva.language.to_text import ADD, ATOM, MULTIPLY, NEGATE, POWER, Writer, as_quotient, number_text, to_text

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


def _words(text: str, style: str = "text") -> str:
    escaped = text.replace("_", r"\_").replace("#", r"\#")
    return rf"\{style}{{{escaped}}}"


class _Writer(Writer):
    signs: ClassVar = {
        "add": "+", "sub": "-", "mul": r"\cdot", "neg": "-", "not": r"\lnot ", "and": r"\land", "or": r"\lor",
        "eq": "=", "ne": r"\ne", "lt": "<", "le": r"\le", "gt": ">", "ge": r"\ge",
    }  # fmt: skip
    brackets = r"\left({}\right)"

    def name(self, text: str) -> str:
        return _words(text, "mathit")

    def label(self, text: str) -> str:
        return _words(text)

    def discount(self, kind: str) -> tuple[str, int]:
        return rf"\delta^{{{_words(kind)}}}", POWER

    def integral(self, x: ir.Node) -> tuple[str, int]:
        return rf"\int {self.within(x, MULTIPLY)}\,\mathrm{{d}}t", ADD

    def power(self, base: ir.Node, exponent: ir.Node) -> tuple[str, int]:
        return f"{{{self.within(base, ATOM)}}}^{{{self.plain(exponent)}}}", POWER

    def joined(self, node: ir.Binary | ir.Logic) -> tuple[str, int]:
        if node.op == "div":
            return rf"\frac{{{self.plain(node.left)}}}{{{self.plain(node.right)}}}", ATOM
        return super().joined(node)

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
                return f"{{{self.within(node.x, ATOM)}}}_{{{_words(self.picked(node))}}}", POWER
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
                return self.function(node)
        raise TypeError(type(node).__name__)

    def function(self, node: ir.Call) -> tuple[str, int]:
        args = node.args[2:] if node.function.startswith("area_") else node.args
        operands = ", ".join(self.plain(arg) for arg in args)
        function = ELEMENTWISE.get(node.function)
        if function is not None and function.latex:
            return function.latex.format(operands), ATOM
        name = rf"\operatorname{{{node.function}}}".replace("_", r"\_")
        return rf"{name}\left({operands}\right)", ATOM
