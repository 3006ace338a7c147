"""Typing of functions that work value by value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from wellbeva.core.units import Unit
from wellbeva.language.functions import Elementwise
from wellbeva.language.ir import Call, Node, Select
from wellbeva.language.syntax import CallSyntax
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.unit_rules import Typed, first_non_zero, in_words


def _numbers(context: Context, syntax: CallSyntax) -> list[Typed] | None:
    """Type the operands; all must be numbers known in each draw."""
    typed = [context.typer(arg) for arg in syntax.args]
    why = f"`{syntax.function}`"
    numbers: list[Typed] = []
    for operand, arg in zip(typed, syntax.args, strict=True):
        if operand is not None and context.known(operand, arg, why):
            numbers.append(operand)
    return numbers if len(numbers) == len(typed) else None


class _Operands:
    """The operands of a call, for the unit rule of its function (`functions.units.Operands`)."""

    def __init__(self, context: Context, syntax: CallSyntax, typed: list[Typed]) -> None:
        self.context, self.syntax, self.typed = context, syntax, typed
        self.bare = False
        """Whether the result may still take a unit, as bare numbers may."""

    @property
    def units(self) -> Sequence[Unit]:
        return [operand.node.unit for operand in self.typed]

    def pure(self, *places: int, noun: str = "") -> bool:
        why = noun or f"`{self.syntax.function}`"
        places = places or tuple(range(len(self.typed)))
        fine = [self.context.pure(self.typed[place], self.syntax.args[place], why) for place in places]
        return all(fine)

    def equal(self) -> Unit | None:
        pairs = list(zip(self.typed, self.syntax.args, strict=True))
        equal = self.context.equal_units(pairs, f"the operands of `{self.syntax.function}` are", code="WB-U003")
        if equal is None:
            return None
        self.bare = all(operand.bare for operand in self.typed)
        self.typed, unit = equal
        return unit

    def is_zero(self, place: int) -> bool:
        return self.typed[place].bare and first_non_zero(self.typed[place].node) is None

    def refuse(self, code: str, message: str, *, remedy: str) -> None:
        facts = [
            f"{self.context.written(arg)} {in_words(unit)}"
            for arg, unit in zip(self.syntax.args, self.units, strict=True)
        ]
        self.context.error(code, message, self.syntax, facts=facts, remedy=remedy)


def type_elementwise(context: Context, syntax: CallSyntax, function: Elementwise) -> Typed | None:
    """Type an elementwise function by its unit rule.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Numbers known in each draw, at least as many as the function has operands.
    function : Elementwise

    Returns
    -------
    Typed or None
        Axes of all operands; more operands than the function has are joined from the left.
    """
    typed = _numbers(context, syntax)
    if typed is None:
        return None
    operands = _Operands(context, syntax, typed)
    unit = function.unit.result(operands)
    if unit is None:
        return None
    nodes = [operand.node for operand in operands.typed]
    count, span = len(function.operands), context.expression.span(syntax)

    def call(*args: Node) -> Node:
        return Call(function=function.name, args=args, axes=context.axes(*args), unit=unit, span=span)

    return Typed(reduce(call, nodes[count:], call(*nodes[:count])), operands.bare)


def type_where(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``where(condition, yes, no)``; both branches are numbers, or both true or false.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        A truth value and two branches of one unit, known in each draw.

    Returns
    -------
    Typed or None
        Unit and dtype of the branches; axes of all three.
    """
    condition, yes, no = (context.typer(arg) for arg in syntax.args)
    if condition is None:
        return None
    fine = [context.truth(condition, syntax.args[0], "the condition of `where`")]
    if yes is None or no is None:
        return None
    for typed, arg in zip((condition, yes, no), syntax.args, strict=True):
        fine.append(context.drawn(typed, arg, "`where`"))
    if yes.node.dtype != no.node.dtype or yes.node.dtype == "label":
        for typed, arg in zip((yes, no), syntax.args[1:], strict=True):
            fine.append(context.number(typed, arg, "a branch of `where`"))
    if not all(fine):
        return None
    branches = list(zip((yes, no), syntax.args[1:], strict=True))
    equal = context.equal_units(branches, "the branches of `where` are", code="WB-U003")
    if equal is None:
        return None
    (first, second), unit = equal
    bare = yes.bare and no.bare
    node = Select(
        condition=condition.node, yes=first.node, no=second.node, unit=unit, dtype=yes.node.dtype,
        axes=context.axes(condition.node, first.node, second.node), span=context.expression.span(syntax),
    )  # fmt: skip
    return Typed(node, bare)
