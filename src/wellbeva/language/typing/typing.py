"""From the untyped tree and the environment to the IR: every node with axes, unit, dtype and span."""

from __future__ import annotations

from fractions import Fraction

from wellbeva.core.spans import Span
from wellbeva.core.units import YEAR, Unit
from wellbeva.errors import Collector, near_miss
from wellbeva.language.functions import FUNCTIONS
from wellbeva.language.ir import Const, Logic, Node, Unary
from wellbeva.language.parser import Expression
from wellbeva.language.syntax import (
    BinarySyntax,
    CallSyntax,
    CompareSyntax,
    IndexSyntax,
    LogicSyntax,
    Name,
    Number,
    Syntax,
    UnarySyntax,
)
from wellbeva.language.typing.arithmetic import type_binary, type_negative
from wellbeva.language.typing.calls import type_call
from wellbeva.language.typing.comparison import type_compare
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.environment import Environment, Symbol, stage_of
from wellbeva.language.typing.indexing import type_index
from wellbeva.language.typing.unit_rules import Typed, in_words, only_duration_differs

__all__ = ["Environment", "Symbol", "check_declared", "stage_of", "type_expression"]


def type_expression(expression: Expression, environment: Environment, collector: Collector) -> Node | None:
    """Type an equation, or return None with all its faults in the collector.

    Parameters
    ----------
    expression : Expression
    environment : Environment
    collector : Collector

    Returns
    -------
    Node or None
        Axes in the fixed order; ``draw`` among them where it depends on an uncertain input, and not in an expression
        of stage ``mean`` (see `stage_of`).
    """
    before = len(collector.errors)
    typed = _Typing(expression, environment, collector)(expression.root)
    return typed.node if typed is not None and len(collector.errors) == before else None


def check_declared(node: Node, unit: Unit, span: Span | None, collector: Collector, name: str) -> None:
    """Check the declared unit of an equation; it is checked, not imposed (FORMAT R24).

    True-or-false equations and labels may be declared as ``ratio``. A bare number, ``1`` in ``x: 1 in LS``, takes it,
    unless it is money or a duration.

    Parameters
    ----------
    node : Node
        The typed expression.
    unit : Unit
        As declared.
    span : Span or None
        The place of the equation.
    collector : Collector
    name : str
        Of the equation.
    """
    literal = isinstance(node, Const) and node.unit.dimensionless and not node.axes
    adopts = literal and (not (unit.is_money or unit.is_duration) or (isinstance(node, Const) and node.value == 0.0))
    if node.unit == unit or adopts:
        return
    facts = (f"the expression {in_words(node.unit)}", f"`{name}`, as declared, {in_words(unit)}")
    if only_duration_differs(node.unit, unit):
        remedy = "multiply or divide by a duration in the open; nothing is converted silently"
    else:
        remedy = "correct the expression, or declare the unit it has"
    collector.error("WB-U006", f"the unit of `{name}` is not the declared one", span, facts=facts, remedy=remedy)


class _Typing:
    """A walk over one expression."""

    def __init__(self, expression: Expression, environment: Environment, collector: Collector) -> None:
        self.expression, self.environment = expression, environment
        self.context = Context(expression, environment, collector, self)

    def __call__(self, syntax: Syntax) -> Typed | None:  # noqa: PLR0911  (one a kind of node)
        match syntax:
            case Number():
                return self._number(syntax)
            case Name():
                return self._name(syntax)
            case UnarySyntax(op="neg"):
                return type_negative(self.context, syntax)
            case UnarySyntax():
                return self._not(syntax)
            case BinarySyntax():
                return type_binary(self.context, syntax)
            case CompareSyntax():
                return type_compare(self.context, syntax)
            case LogicSyntax():
                return self._logic(syntax)
            case CallSyntax():
                return type_call(self.context, syntax)
            case IndexSyntax():
                return type_index(self.context, syntax)
        raise AssertionError(syntax)

    def _number(self, syntax: Number) -> Typed:
        span = self.expression.span(syntax)
        if not syntax.unit:
            return Typed(Const(value=syntax.value, span=span), bare=True)
        years = self.environment.years_in(syntax.unit)
        assert years is not None  # no other words follow a number
        return Typed(Const(value=float(Fraction(syntax.written) * years), unit=YEAR, span=span))

    def _name(self, syntax: Name) -> Typed | None:
        name = syntax.name
        if name in ("true", "false"):
            return Typed(Const(value=float(name == "true"), dtype="bool", span=self.expression.span(syntax)))
        if name in self.environment.symbols:
            return Typed(self.context.ref(name, syntax))
        self._unknown(syntax)
        return None

    def _unknown(self, syntax: Name) -> None:
        name, environment = syntax.name, self.environment
        holders = [axis.name for axis in environment.axes.values() if name in axis.labels]
        holders += [other for other, symbol in environment.symbols.items() if name in symbol.choices]
        if name in environment.axes:
            self.context.error(
                "WB-L021", f"the axis `{name}` has no value of its own", syntax,
                facts=("an axis may stand only beside `==` or `!=`, in an index, or after `over=`",),
                remedy=f"write `{name} == label`, or `count({name})` for the number of its labels",
            )  # fmt: skip
        elif name == "comparator":
            self.context.error(
                "WB-L021", "`comparator` stands only in an index", syntax, remedy="write `x[option=comparator]`"
            )
        elif holders:
            self.context.error(
                "WB-L021", f"the label `{name}` cannot stand here", syntax,
                facts=(f"`{name}` is a label of `{holders[0]}`",
                       "a label may stand only beside `==` or `!=`, or in an index"),
                remedy=f"write `{holders[0]} == {name}`",
            )  # fmt: skip
        elif name in FUNCTIONS:
            self.context.error(
                "WB-L022",
                f"the function `{name}` lacks its operands",
                syntax,
                remedy=f"write `{FUNCTIONS[name].usage}`",
            )
        else:
            names = [*environment.symbols, *environment.axes]
            remedy = near_miss(name, names) or "declare it as a parameter or an equation"
            if name == "flow" and "move_chance" in environment.symbols:
                remedy = "the share that moves in a step is `occupancy * move_chance`, by `state` and `to`"
            self.context.error("WB-L020", f"nothing is called `{name}`", syntax, remedy=remedy)

    def _not(self, syntax: UnarySyntax) -> Typed | None:
        x = self(syntax.x)
        if x is None or not self.context.truth(x, syntax.x, "`not`"):
            return None
        return Typed(Unary(op="not", x=x.node, axes=x.node.axes, dtype="bool", span=self.expression.span(syntax)))

    def _logic(self, syntax: LogicSyntax) -> Typed | None:
        left, right = self(syntax.left), self(syntax.right)
        if left is None or right is None:
            return None
        fine = [self.context.truth(left, syntax.left, f"`{syntax.op}`")]
        fine.append(self.context.truth(right, syntax.right, f"`{syntax.op}`"))
        if not all(fine):
            return None
        axes = self.context.axes(left.node, right.node)
        span = self.expression.span(syntax)
        return Typed(Logic(op=syntax.op, left=left.node, right=right.node, axes=axes, dtype="bool", span=span))
