"""The report's own functions in JavaScript, translated when a page is made, so that no rule or word has a second copy.

A closed subset of Python is understood, that of pure functions over frozen facts; anything else is an error while the
page is made. `runtime.js` has what Python brings along.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import inspect
import json
import math
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any, Final

_OPERATORS: Final = {
    ast.Sub: "-", ast.Div: "/", ast.Mod: "%", ast.Pow: "**",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "===", ast.IsNot: "!==",
}  # fmt: skip
_OF_SETS: Final = {ast.Sub: "less", ast.BitOr: "union", ast.LtE: "subset"}
_BUILTINS: Final = frozenset((
    "abs", "all", "any", "bool", "enumerate", "filter", "float", "int", "iter", "len", "list",
    "map", "max", "min", "next", "range", "round", "set", "sorted", "str", "sum", "tuple", "zip",
))  # fmt: skip
_METHODS: Final = frozenset((
    "append", "casefold", "endswith", "get", "index", "isupper", "items", "join", "lower", "partition", "pop",
    "replace", "split", "strip", "upper", "values",
))  # fmt: skip
"""Methods of Python's own types; any other name is a method of a class that is translated."""
_LIBRARY: Final = {
    math.isfinite: "Number.isFinite", math.isnan: "Number.isNaN", math.isinf: "py.isinf", math.isclose: "py.isclose",
    math.log10: "Math.log10", math.floor: "Math.floor", math.ceil: "Math.ceil",
    re.findall: "py.findall", re.sub: "py.sub", re.split: "py.divide",
    dataclasses.replace: "py.replaced", Counter: "py.counter", Decimal: "py.float",
}  # fmt: skip
_RESERVED: Final = frozenset((
    "case", "const", "default", "delete", "else", "function", "in", "let", "new", "null", "switch", "this", "typeof",
    "var", "void",
))  # fmt: skip


class NotTranslatedError(Exception):
    """A construct of Python that has no translation here."""


def translate(roots: Iterable[Callable[..., object]], natives: Mapping[object, str]) -> str:
    """Return JavaScript that defines functions, and all that they call.

    Parameters
    ----------
    roots : iterable of functions
        ``report.facts.answer.answer`` becomes ``answer$answer``.
    natives : mapping of object to str
        What is written in JavaScript by hand, with its name there; functions, and classes that are never made.

    Returns
    -------
    str
        Depends on the sources of this package alone, never on a scenario.

    Raises
    ------
    NotTranslatedError
    """
    made = _Translation(natives)
    for root in roots:
        made.name_of(root)
    while made.waiting:
        made.define(*made.waiting.pop())
    if unknown := made.called - made.methods:
        raise NotTranslatedError(f"the methods {sorted(unknown)}")
    return "\n".join(made.constants + made.classes + made.functions)


class _Translation:
    """Definitions by name; what is asked for and not yet defined waits."""

    def __init__(self, natives: Mapping[object, str]) -> None:
        self.natives = {id(native): name for native, name in natives.items()}
        self.names: dict[int, str] = {}
        self.waiting: list[tuple[str, Any]] = []
        self.constants: list[str] = []
        self.classes: list[str] = []
        self.functions: list[str] = []
        self.called: set[str] = set()
        self.methods: set[str] = {"rivals"}  # of `DecisionView`, which is never made

    def name_of(self, thing: Any, name: str = "", module: str = "") -> str:
        """Return the name in JavaScript of a function, class or constant of a module."""
        if id(thing) in self.natives:
            return self.natives[id(thing)]
        if callable(thing):
            name, module = thing.__qualname__, thing.__module__
            if not module.startswith("wellbeva.") or "." in name:
                raise NotTranslatedError(f"{module}.{name} has no translation")
        full = f"{module.rpartition('.')[2]}${name}"
        if full not in self.names.values():
            self.waiting.append((full, thing))
        self.names[id(thing)] = full
        return full

    def define(self, name: str, thing: Any) -> None:
        if isinstance(thing, FunctionType):
            self.functions.append(f"const {name}={self.function(thing)};")
        elif isinstance(thing, type):
            self.classes.append(self.class_of(name, thing))
        else:
            self.constants.append(f"const {name}={literal(thing)};")

    def function(self, function: FunctionType) -> str:
        node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        assert isinstance(node, ast.FunctionDef)
        closed = inspect.getclosurevars(function)
        return _Function(self, function.__globals__ | dict(closed.nonlocals)).arrow(node)

    def class_of(self, name: str, made: type) -> str:
        """Translate a dataclass: its fields in order, its properties and methods."""
        fields = [field.name for field in dataclasses.fields(made)]
        given = ",".join(
            field.name if field.default is dataclasses.MISSING else f"{field.name}={literal(field.default)}"
            for field in dataclasses.fields(made)
        )
        parts = [f"constructor({given}){{Object.assign(this,{{{','.join(fields)}}})}}"]
        for key, member in vars(made).items():
            own = member.fget if isinstance(member, property) else getattr(member, "func", member)
            if key.startswith("__") or not isinstance(own, FunctionType):
                continue
            self.methods.add(key)
            got, given = ("", "...given") if own is member else ("get ", "")
            # The first parameter, self, is the object.
            value = f"({self.function(own)})(this,{given})"
            if isinstance(member, cached_property):  # kept beside the fields, so that a changed copy has its own
                value = f"Object.defineProperty(this,'{key}',{{value:{value}}}).{key}"
            parts.append(f"{got}{key}({given}){{return {value}}}")
        return f"class {name}{{{''.join(parts)}}}"


class _Function:
    """Translates one function."""

    def __init__(
        self, whole: _Translation, known: Mapping[str, Any], local: Mapping[str, ast.arguments | None] = {}
    ) -> None:
        self.whole = whole
        self.known = known
        self.local: dict[str, ast.arguments | None] = dict(local)  # with the parameters of functions defined inside

    def arrow(self, node: ast.FunctionDef | ast.Lambda) -> str:
        """Return an arrow function; parameters by name stand behind the others, in their order."""
        inner = _Function(self.whole, self.known, self.local)
        arguments = node.args
        names = [one.arg for one in (*arguments.args, *arguments.kwonlyargs)]
        inner.local |= dict.fromkeys(names)
        defaults: list[ast.expr | None] = [None] * (len(arguments.args) - len(arguments.defaults))
        defaults += [*arguments.defaults, *arguments.kw_defaults]
        given = ",".join(
            _safe(name) if default is None else f"{_safe(name)}={self.expression(default)}"
            for name, default in zip(names, defaults, strict=True)
        )
        if isinstance(node, ast.Lambda):
            return f"(({given})=>{inner.expression(node.body)})"
        stored = {
            one.id
            for part in node.body
            for one in _own(part)
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        stored |= {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        inner.local |= {name: None for name in stored if name not in inner.local}
        inner.local |= {one.name: one.args for one in node.body if isinstance(one, ast.FunctionDef)}
        fresh = sorted(_safe(name) for name in stored - set(names))
        head = f"let {','.join(fresh)};" if fresh else ""
        return f"(({given})=>{{{head}{inner.block(node.body)}}})"

    def block(self, body: list[ast.stmt]) -> str:
        return "".join(map(self.statement, body))

    def statement(self, node: ast.stmt) -> str:  # noqa: C901, PLR0911 - one case a construct
        match node:
            case ast.Expr(ast.Constant()) | ast.Import() | ast.ImportFrom():
                return ""
            case ast.Expr(value):
                return f"{self.expression(value)};"
            case ast.Return(value):
                return f"return {self.expression(value) if value else ''};"
            case ast.Assign([target], value) | ast.AnnAssign(target, _, ast.expr() as value):
                return f"{self.target(target, value)};"
            case ast.AugAssign(target, operator, value):
                return f"{self.target(target, ast.BinOp(target, operator, value))};"
            case ast.If(test, body, orelse):
                other = f"else{{{self.block(orelse)}}}" if orelse else ""
                return f"if({self.truth(test)}){{{self.block(body)}}}{other}"
            case ast.For(target, source, body, []):
                return f"for({self.pattern(target)} of py.each({self.expression(source)})){{{self.block(body)}}}"
            case ast.While(test, body, []):
                return f"while({self.truth(test)}){{{self.block(body)}}}"
            case ast.FunctionDef(name):
                return f"{_safe(name)}={self.arrow(node)};"
            case ast.Break():
                return "break;"
        raise NotTranslatedError(f"{type(node).__name__}: {ast.unparse(node)}")

    def target(self, target: ast.expr, value: ast.expr) -> str:
        if isinstance(target, ast.Tuple):
            return f"{self.pattern(target)}=py.each({self.expression(value)})"
        if isinstance(target, ast.Subscript):
            return f"py.put({self.expression(target.value)},{self.expression(target.slice)},{self.expression(value)})"
        return f"{self.expression(target)}={self.expression(value)}"

    def pattern(self, target: ast.expr) -> str:
        if isinstance(target, ast.Tuple):
            return f"[{','.join(map(self.pattern, target.elts))}]"
        assert isinstance(target, ast.Name)
        return _safe(target.id)

    def expression(self, node: ast.expr) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a construct
        match node:
            case ast.Constant(value):
                return literal(value)
            case ast.Name(name):
                return self.name(name)
            case ast.Attribute(value, name):
                inside = self.resolved(node)
                return self.constant(inside, name) if inside is not _UNKNOWN else f"{self.expression(value)}.{name}"
            case ast.JoinedStr(values):
                return f"`{''.join(map(self.piece, values))}`"
            case ast.Tuple(elements) | ast.List(elements):
                return f"[{','.join(map(self.element, elements))}]"
            case ast.Set(elements):
                return f"new Set([{','.join(map(self.element, elements))}])"
            case ast.Dict(keys, values):
                pairs = zip(filter(None, keys), values, strict=True)
                return (
                    f"new Map([{','.join(f'[{self.expression(key)},{self.expression(one)}]' for key, one in pairs)}])"
                )
            case ast.ListComp(element, sources) | ast.GeneratorExp(element, sources):
                return self.comprehension(self.expression_in(element, sources), sources)
            case ast.SetComp(element, sources):
                return f"new Set({self.comprehension(self.expression_in(element, sources), sources)})"
            case ast.DictComp(key, value, sources):
                inner = self.inside(sources)
                return f"new Map({self.comprehension(f'[{inner.expression(key)},{inner.expression(value)}]', sources)})"
            case ast.IfExp(test, body, orelse):
                return f"({self.truth(test)}?{self.expression(body)}:{self.expression(orelse)})"
            case ast.BoolOp(operator, values):
                name = "and" if isinstance(operator, ast.And) else "or"
                return f"py.{name}({','.join(f'()=>{self.expression(value)}' for value in values)})"
            case ast.UnaryOp(ast.Not(), value):
                return f"!{self.truth(value)}"
            case ast.UnaryOp(ast.USub(), value):
                return f"(-{self.expression(value)})"
            case ast.BinOp(left, operator, right):
                return self.binary(operator, left, right)
            case ast.Compare(left, operators, rights):
                lefts = [left, *rights[:-1]]
                return f"({'&&'.join(map(self.compared, lefts, operators, rights))})"
            case ast.Subscript(value, ast.Slice(low, high, None)):
                ends = ",".join(self.expression(end) if end else "undefined" for end in (low, high))
                return f"py.slice({self.expression(value)},{ends})"
            case ast.Subscript(value, index):
                return f"py.at({self.expression(value)},{self.expression(index)})"
            case ast.Lambda():
                return self.arrow(node)
            case ast.Call():
                return self.call(node)
        raise NotTranslatedError(f"{type(node).__name__}: {ast.unparse(node)}")

    def truth(self, node: ast.expr) -> str:
        return f"py.bool({self.expression(node)})"

    def element(self, node: ast.expr) -> str:
        if isinstance(node, ast.Starred):
            return f"...py.each({self.expression(node.value)})"
        return self.expression(node)

    def piece(self, node: ast.expr) -> str:
        """Translate a part of an f-string."""
        if isinstance(node, ast.Constant):
            return json.dumps(node.value)[1:-1].replace("`", "\\`").replace("${", "\\${").replace('\\"', '"')
        assert isinstance(node, ast.FormattedValue)
        value = self.expression(node.value)
        return (
            f"${{py.format({value},{self.expression(node.format_spec)})}}"
            if node.format_spec
            else f"${{py.str({value})}}"
        )

    def inside(self, sources: list[ast.comprehension]) -> _Function:
        inner = _Function(self.whole, self.known, self.local)
        names = (one.id for source in sources for one in ast.walk(source.target) if isinstance(one, ast.Name))
        inner.local |= dict.fromkeys(names)
        return inner

    def expression_in(self, node: ast.expr, sources: list[ast.comprehension]) -> str:
        return self.inside(sources).expression(node)

    def comprehension(self, element: str, sources: list[ast.comprehension]) -> str:
        inner, loops = self.inside(sources), ""
        for source in sources:
            tests = "".join(f"if({inner.truth(test)})" for test in source.ifs)
            # The first source is outside the scope of the loop's own names.
            loops += f"for(const {inner.pattern(source.target)} of py.each({inner.expression(source.iter)})){tests}"
        return f"(()=>{{const $=[];{loops}$.push({element});return $}})()"

    def binary(self, operator: ast.operator, left: ast.expr, right: ast.expr) -> str:
        one, other = self.expression(left), self.expression(right)
        if type(operator) in _OF_SETS and any(isinstance(side, ast.Set | ast.SetComp) for side in (left, right)):
            return f"py.{_OF_SETS[type(operator)]}({one},{other})"
        if isinstance(operator, ast.Add | ast.Mult):
            return f"py.{type(operator).__name__.lower()}({one},{other})"
        if type(operator) not in _OPERATORS:
            raise NotTranslatedError(type(operator).__name__)
        return f"({one}{_OPERATORS[type(operator)]}{other})"

    def compared(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> str:
        one, other = self.expression(left), self.expression(right)
        if isinstance(operator, ast.LtE) and any(isinstance(side, ast.Set) for side in (left, right)):
            return f"py.subset({one},{other})"
        if isinstance(operator, ast.Eq | ast.NotEq):
            return f"{'!' if isinstance(operator, ast.NotEq) else ''}py.eq({one},{other})"
        if isinstance(operator, ast.In | ast.NotIn):
            return f"{'!' if isinstance(operator, ast.NotIn) else ''}py.contains({other},{one})"
        return f"{one}{_OPERATORS[type(operator)]}{other}"

    def resolved(self, node: ast.expr) -> Any:
        """Return what a name means outside the function: a function, a class, a module, a constant."""
        if isinstance(node, ast.Name) and node.id not in self.local:
            return self.known.get(node.id, getattr(builtins, node.id, _UNKNOWN))
        if isinstance(node, ast.Attribute):
            module = self.resolved(node.value)
            return getattr(module, node.attr) if isinstance(module, ModuleType) else _UNKNOWN
        return _UNKNOWN

    def name(self, name: str) -> str:
        if name in self.local:
            return _safe(name)
        return self.constant(self.resolved(ast.Name(name, ast.Load())), name)

    def constant(self, value: Any, name: str) -> str:
        """Name what is outside the function, or write it down where it is a plain value."""
        if value is _UNKNOWN:
            raise NotTranslatedError(f"the name {name}")
        if isinstance(value, bool | int | float | str):
            return literal(value)
        if callable(value) and value in _LIBRARY:
            return _LIBRARY[value]
        if getattr(builtins, name, None) is value and name in _BUILTINS:
            return f"py.{name}"
        if isinstance(value, FunctionType | type) or id(value) in self.whole.natives:
            return self.whole.name_of(value)
        return self.whole.name_of(value, name, str(self.known["__name__"]))

    def call(self, node: ast.Call) -> str:
        """Translate a call; parameters by name get their place from the signature."""
        given = [self.element(one) for one in node.args]
        by_name = {one.arg: self.expression(one.value) for one in node.keywords if one.arg}
        target, function = self.resolved(node.func), node.func
        if isinstance(function, ast.Attribute) and target is _UNKNOWN:
            if by_name:
                raise NotTranslatedError(f"a method with a parameter by name: {ast.unparse(node)}")
            owner = self.expression(function.value)
            if function.attr in _METHODS:
                return f"py.{function.attr}({','.join([owner, *given])})"
            self.whole.called.add(function.attr)
            return f"{owner}.{function.attr}({','.join(given)})"
        name = self.expression(function)
        if isinstance(function, ast.Name) and self.local.get(function.id) is not None:
            inner = self.local[function.id]
            assert inner is not None
            given = _placed(given, by_name, [one.arg for one in (*inner.args, *inner.kwonlyargs)])
        elif name.startswith("py."):
            given += [f"{{{','.join(f'{key}:{value}' for key, value in by_name.items())}}}"] if by_name else []
        elif by_name:
            given = _placed(given, by_name, list(inspect.signature(target).parameters))
        made = isinstance(target, type) and not name.startswith("py.")
        return f"{'new ' if made else ''}{name}({','.join(given)})"


_UNKNOWN: Final = object()


def literal(value: Any) -> str:
    """Write a value of Python in JavaScript.

    Examples
    --------
    >>> literal(("a", 1.0, None)), literal({"k": float("inf")}), literal(frozenset({"x"}))
    ('["a",1.0,null]', 'new Map([["k",Infinity]])', 'new Set(["x"])')
    """
    if value is None:
        return "null"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, bool | int | float | str):
        return json.dumps(value).replace("</", "<\\/")
    if isinstance(value, tuple | list):
        return f"[{','.join(map(literal, value))}]"
    if isinstance(value, frozenset | set):
        return f"new Set({literal(sorted(value))})"
    if isinstance(value, dict):
        return f"new Map({literal(list(value.items()))})"
    raise NotTranslatedError(f"a value of {type(value).__name__}")


def _safe(name: str) -> str:
    return f"{name}_" if name in _RESERVED else name


def _placed(given: list[str], by_name: Mapping[str, str], names: list[str]) -> list[str]:
    """Put parameters by name in their places; those left out between are ``undefined``, for which a default stands."""
    last = max(names.index(name) for name in by_name) if by_name else -1
    return [*given, *(by_name.get(name, "undefined") for name in names[len(given) : last + 1])]


def _own(node: ast.AST) -> Iterable[ast.AST]:
    """Walk through a statement, but not into functions and comprehensions, whose names are their own."""
    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _own(child)
