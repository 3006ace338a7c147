"""From the text of an equation to its untyped tree: `ast` behind an allow-list. Nothing is ever evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NoReturn

from wellbeva.core.spans import Located, Span
from wellbeva.errors import Collector, Diagnostic
from wellbeva.language import syntax
from wellbeva.language.preprocess import MAX_DEPTH, Rewritten, rewrite, too_deep

_ARITHMETIC: Mapping[type[ast.operator], syntax.ArithmeticOp] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow",
}  # fmt: skip
_COMPARE: Mapping[type[ast.cmpop], syntax.CompareOp] = {
    ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge",
}  # fmt: skip


_MOST_KEPT: Final = 512
"""Equations kept, at most 2,000 characters each: those of a model are read again for each of its variants."""
_UNFINISHED = re.compile(r"([-+*/<>=,]|\b(and|or|not))\s*\Z")
_NAMED = re.compile(r"(?<![=<>!])=(?!=)")


@dataclass(frozen=True, slots=True)
class Expression:
    """An equation as written, parsed and not yet typed.

    Parameters
    ----------
    root : Syntax
    text : Located
    names : frozenset of str
        Names it refers to, labels among them; `discount(money)` refers to ``discount.money``.
    lagged : frozenset of str
        Those of them that occur only inside a ``lag``'s first operand.
    """

    root: syntax.Syntax
    text: Located
    names: frozenset[str]
    lagged: frozenset[str]

    def span(self, node: syntax.Syntax | syntax.Keyword) -> Span:
        """Return the place of a node in the file."""
        return self.text.span(node.start, node.end)

    def written(self, node: syntax.Syntax | syntax.Keyword) -> str:
        """Return a node as written, on one line and cut to 60 characters."""
        text = " ".join(self.text.text[node.start : node.end].split())
        return text if len(text) <= 60 else f"{text[:57]}..."


class _RefusedError(Exception):
    """Ends the walk; the diagnostic is in the collector already."""


def parse(text: Located, collector: Collector) -> Expression | None:
    """Parse an equation, or return None with diagnostics in the collector.

    Parameters
    ----------
    text : Located
        At most 2,000 characters, nested at most 50 deep.
    collector : Collector
    """
    expression, said = _parsed(text)
    collector.found += said
    return expression


@lru_cache(_MOST_KEPT)
def _parsed(text: Located) -> tuple[Expression | None, tuple[Diagnostic, ...]]:
    collector = Collector()
    return _read(text, collector), tuple(collector.found)


def _read(text: Located, collector: Collector) -> Expression | None:
    rewritten = rewrite(text, collector)
    if rewritten is None:
        return None
    # one bracket around all, so that leading blanks do not matter; columns shift by one
    try:
        tree = ast.parse(f"({rewritten.text})", mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as fault:
        _syntax_error(fault, text, collector)
        return None
    try:
        root = _Walk(text, rewritten, collector).walk(tree.body, 1)
    except _RefusedError:
        return None
    names = frozenset(syntax.names_in(root))
    return Expression(root, text, names, names - frozenset(syntax.names_in(root, inside_lag=False)))


def _syntax_error(fault: Exception, text: Located, collector: Collector) -> None:
    if not isinstance(fault, SyntaxError):
        too_deep(text, 0, collector)
        return
    at = min(max(0, (fault.offset or 1) - 2), max(0, len(text.text) - 1))
    rest = text.text[at:].split()
    message = f"the equation cannot be read from `{rest[0][:30]}` on" if rest else "the equation ends too early"
    if text.text[at:].strip() in ("", ")") or _UNFINISHED.search(text.text):
        message, at = "the equation ends too early", max(0, len(text.text.rstrip()) - 1)
    remedy = "check for a missing operator, comma or bracket"
    named = _NAMED.search(text.text)
    if named and "positional argument" in fault.msg:
        message, at, remedy = "`=` names an operand here", named.start(), "write `==` to compare"
    elif named:
        remedy += "; write `==` to compare"
    collector.error("WB-L004", message, text.span(at, at + 1), remedy=remedy)


class _Walk:
    def __init__(self, text: Located, rewritten: Rewritten, collector: Collector) -> None:
        self.text, self.rewritten, self.collector = text, rewritten, collector

    def walk(self, node: ast.expr, depth: int) -> syntax.Syntax:  # noqa: PLR0911  (one a kind of node)
        start, end = self._place(node)
        if depth > MAX_DEPTH:
            too_deep(self.text, start, self.collector)
            raise _RefusedError
        deeper = depth + 1
        match node:
            case ast.Constant():
                return self._constant(start, end)
            case ast.Name():
                return syntax.Name(start=start, end=end, name=node.id)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.walk(node.operand, deeper)
            case ast.UnaryOp(op=ast.USub() | ast.Not()):
                x = self.walk(node.operand, deeper)
                op: Literal["neg", "not"] = "neg" if isinstance(node.op, ast.USub) else "not"
                return syntax.UnarySyntax(start=start, end=max(end, x.end), op=op, x=x)
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                left, right = self.walk(node.left, deeper), self.walk(node.right, deeper)
                end = max(end, right.end)  # `50%` is longer than the number Python saw
                return syntax.BinarySyntax(start=start, end=end, op=_ARITHMETIC[type(node.op)], left=left, right=right)
            case ast.Compare():
                return self._compare(node, start, deeper)
            case ast.BoolOp():
                return self._logic(node, deeper)
            case ast.Call():
                return self._call(node, start, end, deeper)
            case _:
                return self._refuse_node(node, start, end)

    def _place(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        # the rewritten text is one line of ASCII: columns are offsets, less the bracket put before it
        last = len(self.text.text)
        return max(0, node.col_offset - 1), min(last, (node.end_col_offset or 1) - 1)

    def _refuse(self, code: str, message: str, start: int, end: int, remedy: str) -> NoReturn:
        self.collector.error(code, message, self.text.span(start, max(end, start + 1)), remedy=remedy)
        raise _RefusedError

    def _refuse_node(self, node: ast.expr, start: int, end: int) -> NoReturn:
        if isinstance(node, ast.List):
            self._refuse("WB-L012", "a list stands only after `over=`", start, end, "write `over=[axis, axis]`")
        if isinstance(node, ast.Tuple) and not node.elts:
            self._refuse("WB-L004", "there is nothing between the brackets", start, end, "write an expression")
        if isinstance(node, ast.Tuple):
            remedy = "write a point in decimal numbers, and a function's name before a list of operands"
            self._refuse("WB-L004", "a comma separates operands of a function only", start, end, remedy)
        message = f"{type(node).__name__} is not part of the language"
        self._refuse("WB-L009", message, start, end, "use functions, operators and names alone")

    def _constant(self, start: int, end: int) -> syntax.Number:
        literal = self.rewritten.literals.get(start)
        if literal is None:
            self._refuse("WB-L010", "this is not a number", start, end, "write a plain number")
        return syntax.Number(
            start=start, end=literal.end, value=literal.value, written=literal.written, unit=literal.unit
        )

    def _compare(self, node: ast.Compare, start: int, depth: int) -> syntax.Syntax:
        left, right = self.walk(node.left, depth), self.walk(node.comparators[0], depth)
        end = max(self._place(node)[1], right.end)
        if len(node.ops) > 1:
            remedy = "write two comparisons joined by `and`"
            self._refuse("WB-L006", "comparisons cannot be chained", start, end, remedy)
        op = _COMPARE.get(type(node.ops[0]))
        if op is None:
            self._refuse("WB-L005", "this comparison is not part of the language", start, end, "use == != < <= > >=")
        return syntax.CompareSyntax(start=start, end=end, op=op, left=left, right=right)

    def _logic(self, node: ast.BoolOp, depth: int) -> syntax.Syntax:
        if depth + len(node.values) - 2 > MAX_DEPTH:
            too_deep(self.text, self._place(node)[0], self.collector)
            raise _RefusedError
        joined = self.walk(node.values[0], depth + len(node.values) - 2)
        for value in node.values[1:]:
            right = self.walk(value, depth)
            op: Literal["and", "or"] = "and" if isinstance(node.op, ast.And) else "or"
            end = max(self._place(value)[1], right.end)
            joined = syntax.LogicSyntax(start=self._place(node)[0], end=end, op=op, left=joined, right=right)
        return joined

    def _call(self, node: ast.Call, start: int, end: int, depth: int) -> syntax.Syntax:
        opened = self._place(node.func)[1]
        while opened < len(self.rewritten.text) and self.rewritten.text[opened] != "(":
            opened += 1  # blanks, and brackets that close around the function's place
        if opened in self.rewritten.indices:
            return self._index(node, start, end, depth)
        if not isinstance(node.func, ast.Name):
            self._refuse(
                "WB-L012", "only a name can be called as a function", start, end, "put an operator before the bracket"
            )
        args = tuple(self.walk(arg, depth) for arg in node.args if self._unstarred(arg))
        keywords = self._keywords(node, depth, lists=True)
        return syntax.CallSyntax(start=start, end=end, function=node.func.id, args=args, keywords=keywords)

    def _unstarred(self, arg: ast.expr) -> bool:
        if isinstance(arg, ast.Starred):
            self._refuse("WB-L012", "`*` cannot stand before an operand", *self._place(arg), "remove it")
        return True

    def _index(self, node: ast.Call, start: int, end: int, depth: int) -> syntax.Syntax:
        x = self.walk(node.func, depth)
        if node.args or not node.keywords:
            remedy = "write `x[axis=label]`, for example `cost[option=visits]`"
            self._refuse("WB-L011", "an index names its axis", start, end, remedy)
        return syntax.IndexSyntax(start=start, end=end, x=x, items=self._keywords(node, depth, lists=False))

    def _keywords(self, node: ast.Call, depth: int, *, lists: bool) -> tuple[syntax.Keyword, ...]:
        keywords: list[syntax.Keyword] = []
        for keyword in node.keywords:
            start, end = self._place(keyword)
            if keyword.arg is None:
                self._refuse("WB-L012", "`**` cannot stand before an operand", start, end, "remove it")
            if any(other.name == keyword.arg for other in keywords):
                self._refuse("WB-L012", f"`{keyword.arg}=` is given twice", start, end, "give it once")
            is_list = lists and isinstance(keyword.value, ast.List)
            listed = keyword.value.elts if lists and isinstance(keyword.value, ast.List) else [keyword.value]
            values = tuple(self.walk(item, depth) for item in listed)
            end = max([end, *(value.end for value in values)])
            keywords.append(syntax.Keyword(name=keyword.arg, values=values, start=start, end=end, is_list=is_list))
        return tuple(keywords)
