"""From generated source straight to LLVM: a front end for the few statements that such source is made of.

Numba's own front end infers the types of all names and rewrites what it finds, in some twenty passes: two thirds of the
time that a model compiled (measured: 240 equations, 6.9 s and 2.2 s of a core). Generated source holds numbers, truth
values and pointers to numbers, whose types follow from left to right, so one walk over Python's tree of it is enough.
LLVM is given the operations that Numba gave it, in their order, and optimises them by the same passes.

What is understood: names, indices, arithmetic, comparisons, ``not``, ``and``, ``or``, ``&``, ``|``; assignment,
``for`` over a ``range``, ``if``, ``return``; calls of the elementary functions (`engine.vector`), of kernels written in
these words (`runtime`), of ``min``, ``max``, ``int``, ``isfinite`` and ``isnan``. Whole numbers are of 64
bits and become doubles beside a double. Anything else is an error of the generator, not of a user.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import FunctionType
from typing import Any, Final

from llvmlite import ir
from numba.core.dispatcher import Dispatcher

from wellbeva.engine.compiled.vector.calls import BODIES
from wellbeva.engine.compiled.vector.values import DOUBLE, WORD

TRUTH: Final = ir.IntType(1)
KINDS: Final = {"float": DOUBLE, "int": WORD, "Numbers": DOUBLE.as_pointer()}
"""What the annotations of `runtime` stand for."""
REAL: Final = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
WHOLE: Final = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}
LOGIC: Final = {ast.BitAnd: "and_", ast.BitOr: "or_", ast.And: "and_", ast.Or: "or_"}
SIGNS: Final = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@lru_cache(maxsize=8)
def _definitions(source: str) -> dict[str, ast.FunctionDef]:
    return {one.name: one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef)}


def definition(function: FunctionType) -> ast.FunctionDef:
    """Return the tree of a function that stands at the top of its module.

    A generated module holds its own text (``__source__``): the file that shows it to people may have been edited.
    """
    names = function.__globals__
    source = names.get("__source__") or "".join(linecache.getlines(function.__code__.co_filename, names))
    return _definitions(source)[function.__name__]


class LlvmEmitter:
    """Writes one function.

    Parameters
    ----------
    function : Function
        Of LLVM's, empty.
    tree : FunctionDef
    names : mapping
        What the names stand for that the function does not set itself.
    given : sequence of Value
        Values of its parameters.
    flags : sequence of str
        What LLVM may do to sums and products beyond IEEE 754.
    leave : callable
        Writes a return; it is given the builder, and the value if there is one.
    """

    def __init__(
        self,
        function: ir.Function,
        tree: ast.FunctionDef,
        names: Mapping[str, Any],
        *,
        given: Sequence[ir.Value],
        flags: Sequence[str] = (),
        leave: Callable[[ir.IRBuilder, ir.Value | None], object],
    ) -> None:
        self._names, self._flags, self._leave = names, flags, leave
        # all variables are made in the first block, which LLVM then turns into registers
        self._first = ir.IRBuilder(function.append_basic_block("variables"))
        self.builder = ir.IRBuilder(function.append_basic_block("body"))
        self._variables: dict[str, ir.Value] = {}
        for name, value in zip((one.arg for one in tree.args.args), given, strict=True):
            self._set(name, value)
        body = self.builder.block
        self._all(tree.body)
        if not self.builder.block.is_terminated:
            leave(self.builder, None)
        self._first.branch(body)

    # ---- statements

    def _all(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=elements)):
                for target, value in [(one, self.value(two)) for one, two in zip(targets, elements, strict=True)]:
                    self._assign(target, value)
            case ast.Assign(targets=[target], value=expression):
                self._assign(target, self.value(expression))
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds), body=body):
                self._count(name, [self.value(bound) for bound in bounds], body)
            case ast.If(test=test, body=body, orelse=other):
                self._if(self.value(test), body, other)
            case ast.Return(value=expression):
                self._leave(self.builder, None if expression is None else self.value(expression))
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case _:
                raise _not_known(statement)

    def _assign(self, target: ast.expr, value: ir.Value) -> None:
        match target:
            case ast.Name(id=name):
                self._set(name, value)
            case ast.Subscript(value=array, slice=index):
                self.builder.store(value, self.builder.gep(self.value(array), [self.value(index)]))
            case _:
                raise _not_known(target)

    def _set(self, name: str, value: ir.Value) -> None:
        if name not in self._variables:
            self._variables[name] = self._first.alloca(value.type, name=name)
        self.builder.store(value, self._variables[name])

    def _count(self, name: str, bounds: Sequence[ir.Value], body: Sequence[ast.stmt]) -> None:
        start, stop = bounds if len(bounds) == 2 else (ir.Constant(WORD, 0), bounds[0])
        builder = self.builder
        before, loop, after = builder.block, builder.append_basic_block("loop"), builder.append_basic_block("after")
        builder.cbranch(builder.icmp_signed("<", start, stop), loop, after)
        builder.position_at_end(loop)
        count = builder.phi(WORD)
        count.add_incoming(start, before)
        self._set(name, count)
        self._all(body)
        following = builder.add(count, ir.Constant(WORD, 1), flags=("nsw",))
        count.add_incoming(following, builder.block)
        builder.cbranch(builder.icmp_signed("<", following, stop), loop, after)
        builder.position_at_end(after)

    def _if(self, test: ir.Value, body: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> None:
        builder = self.builder
        blocks = [builder.append_basic_block(name) for name in ("then", "else", "after")]
        builder.cbranch(test, *blocks[:2])
        for block, statements in zip(blocks[:2], (body, other), strict=True):
            builder.position_at_end(block)
            self._all(statements)
            if not builder.block.is_terminated:
                builder.branch(blocks[2])
        builder.position_at_end(blocks[2])

    # ---- expressions

    def value(self, expression: ast.expr) -> ir.Value:  # noqa: C901, PLR0911 - one case a node kind
        """Write an expression and return its value."""
        builder = self.builder
        match expression:
            case ast.Constant(value=number):
                return _constant(number)
            case ast.Name(id=name) if name in self._variables:
                return builder.load(self._variables[name])
            case ast.Name() | ast.Attribute():
                return _constant(self._meant(expression))
            case ast.Subscript(value=array, slice=index):
                return builder.load(builder.gep(self.value(array), [self.value(index)]))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return builder.not_(self.value(operand))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.value(operand)
                return builder.fneg(value, flags=self._flags) if value.type == DOUBLE else builder.neg(value)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(type(op), *self._alike(self.value(left), self.value(right)))
            case ast.BoolOp(op=op, values=operands):
                first, *others = (self.value(one) for one in operands)
                for one in others:
                    first = getattr(builder, LOGIC[type(op)])(first, one)
                return first
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compare(SIGNS[type(op)], *self._alike(self.value(left), self.value(right)))
            case ast.Call(func=function, args=operands, keywords=[]):
                return self._call(self._meant(function), [self.value(one) for one in operands])
            case _:
                raise _not_known(expression)

    def _alike(self, one: ir.Value, other: ir.Value) -> tuple[ir.Value, ir.Value]:
        if one.type == other.type:
            return one, other
        return self._cast(one, DOUBLE), self._cast(other, DOUBLE)

    def _cast(self, value: ir.Value, kind: ir.Type) -> ir.Value:
        if value.type == kind:
            return value
        if (value.type, kind) == (WORD, DOUBLE):
            return self.builder.sitofp(value, DOUBLE)
        raise TypeError(f"{value.type} is no {kind}")

    def _binary(self, op: type[ast.operator], one: ir.Value, other: ir.Value) -> ir.Value:
        if one.type == TRUTH:
            return getattr(self.builder, LOGIC[op])(one, other)
        if one.type == WORD:
            return getattr(self.builder, WHOLE[op])(one, other)
        return getattr(self.builder, REAL[op])(one, other, flags=self._flags)

    def _compare(self, sign: str, one: ir.Value, other: ir.Value) -> ir.Value:
        if one.type == WORD:
            return self.builder.icmp_signed(sign, one, other)
        compare = self.builder.fcmp_unordered if sign == "!=" else self.builder.fcmp_ordered
        return compare(sign, one, other, flags=self._flags)

    def _meant(self, name: ast.expr) -> Any:
        """Return what a name stands for in the module."""
        match name:
            case ast.Name(id=text):
                return self._names[text] if text in self._names else getattr(builtins, text)
            case ast.Attribute(value=value, attr=attribute):
                return getattr(self._meant(value), attribute)
            case _:
                raise _not_known(name)

    def _call(self, function: Any, given: Sequence[ir.Value]) -> ir.Value:
        if function in BODIES:
            body = BODIES[function]
            return body.call(
                self.builder, [self._cast(x, kind.llvm) for x, kind in zip(given, body.takes, strict=True)]
            )
        if isinstance(function, Dispatcher):
            return self._kernel(function.py_func, given)
        if function in (min, max):
            one, other = self._alike(*given)
            # as Python has it: the second one only where it is strictly beyond the first
            beyond = self._compare("<" if function is min else ">", other, one)
            return self.builder.select(beyond, other, one)
        (x,) = given
        if function is int:
            return self.builder.fptosi(x, WORD)
        if function is math.isfinite:
            rest = self.builder.fsub(x, x)
            return self.builder.fcmp_ordered("ord", rest, rest)
        if function is math.isnan:
            return self.builder.fcmp_unordered("uno", x, x)
        raise TypeError(f"no kernel can call {function}")

    def _kernel(self, function: FunctionType, given: Sequence[ir.Value]) -> ir.Value:
        """Call another kernel, which is written into the module at its first use and becomes a part of its caller."""
        module, tree = self.builder.module, definition(function)
        name = f"{function.__module__}.{function.__name__}"
        parameters = [KINDS[ast.unparse(one.annotation)] for one in tree.args.args if one.annotation is not None]
        if name not in module.globals:
            assert tree.returns is not None
            kind = ir.FunctionType(KINDS[ast.unparse(tree.returns)], parameters)
            written = ir.Function(module, kind, name)
            written.linkage = "internal"
            written.attributes.add("alwaysinline")
            written.attributes.add("nounwind")
            LlvmEmitter(written, tree, function.__globals__, given=written.args, leave=ir.IRBuilder.ret)
        left = len(parameters) - len(given)
        whole = [*given, *map(_constant, (function.__defaults__ or ())[-left:] if left else ())]
        given = [self._cast(x, kind) for x, kind in zip(whole, parameters, strict=True)]
        return self.builder.call(module.globals[name], given)


def _constant(number: Any) -> ir.Constant:
    match number:
        case bool():
            return ir.Constant(TRUTH, number)
        case int():
            return ir.Constant(WORD, number)
        case float():
            return ir.Constant(DOUBLE, number)
        case _:
            raise TypeError(f"no kernel can hold {number!r}")


def _not_known(node: ast.AST) -> TypeError:
    return TypeError(f"generated source holds what this front end does not know: {ast.unparse(node)}")
