"""Typing of functions that work value by value."""

from __future__ import annotations

from fractions import Fraction

from wellbeva.core.units import Unit
from wellbeva.language.ir import Call, Node, Select
from wellbeva.language.syntax import CallSyntax
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.unit_rules import Typed, first_non_zero, in_words

_PURE = ("exp", "log", "normal_cdf", "logit", "odds_to_prob")
_KEEPS = ("abs", "round", "floor", "ceil")


def _operands(context: Context, syntax: CallSyntax) -> list[Typed] | None:
    """Type the operands; all must be numbers known in each draw."""
    typed = [context.typer(arg) for arg in syntax.args]
    why = f"`{syntax.function}`"
    numbers: list[Typed] = []
    for operand, arg in zip(typed, syntax.args, strict=True):
        if operand is not None and context.number(operand, arg, why) and context.drawn(operand, arg, why):
            numbers.append(operand)
    return numbers if len(numbers) == len(typed) else None


def _call(context: Context, syntax: CallSyntax, nodes: list[Node], unit: Unit, *, bare: bool = False) -> Typed:
    span = context.expression.span(syntax)
    axes = context.axes(*nodes)
    return Typed(Call(function=syntax.function, args=tuple(nodes), axes=axes, unit=unit, span=span), bare)


def type_elementwise(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type a registered elementwise function by its unit rule.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Numbers known in each draw, as many as the function has.

    Returns
    -------
    Typed or None
        Axes of all operands. Unit: none for ``exp log normal_cdf logit odds_to_prob`` (whose operands have none) and
        ``rate_to_prob``; the root of the operand's for ``sqrt``; the operand's for ``abs round floor ceil``; the one of
        all operands for ``clip mod``; one over that of the duration for ``prob_to_rate``.
    """
    operands = _operands(context, syntax)
    if operands is None:
        return None
    name, nodes = syntax.function, [typed.node for typed in operands]
    if name in _PURE:
        fine = [context.pure(operand, arg, f"`{name}`") for operand, arg in zip(operands, syntax.args, strict=True)]
        return _call(context, syntax, nodes, Unit()) if all(fine) else None
    if name == "sqrt":
        return _call(context, syntax, nodes, nodes[0].unit ** Fraction(1, 2))
    if name in _KEEPS:
        return _call(context, syntax, nodes, nodes[0].unit)
    if name in ("clip", "mod"):
        return _equal(context, syntax, operands)
    return _rates(context, syntax, operands)


def _equal(context: Context, syntax: CallSyntax, operands: list[Typed]) -> Typed | None:
    pairs = list(zip(operands, syntax.args, strict=True))
    equal = context.equal_units(pairs, f"the operands of `{syntax.function}` are", code="WB-U003")
    if equal is None:
        return None
    done, unit = equal
    bare = all(operand.bare for operand in operands)
    return _call(context, syntax, [operand.node for operand in done], unit, bare=bare)


def _rates(context: Context, syntax: CallSyntax, operands: list[Typed]) -> Typed | None:
    first, duration = operands[0].node, operands[1].node
    if syntax.function == "prob_to_rate":
        if not context.pure(operands[0], syntax.args[0], "a probability"):
            return None
        return _call(context, syntax, [first, duration], Unit() / duration.unit)
    zero = operands[0].bare and first_non_zero(first) is None
    if not (first.unit * duration.unit).dimensionless and not zero:
        context.error(
            "WB-U005", "a rate times its duration must have no unit", syntax,
            facts=(
                f"{context.written(syntax.args[0])} {in_words(first.unit)}",
                f"{context.written(syntax.args[1])} {in_words(duration.unit)}",
            ),
            remedy="give the rate per year and the duration in years",
        )  # fmt: skip
        return None
    return _call(context, syntax, [first, duration], Unit())


def type_extreme(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``min(a, b, …)`` and ``max(a, b, …)``; more than two lean to the left.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Numbers of one unit, known in each draw.

    Returns
    -------
    Typed or None
        Unit and axes of all operands.
    """
    operands = _operands(context, syntax)
    if operands is None:
        return None
    pairs = list(zip(operands, syntax.args, strict=True))
    equal = context.equal_units(pairs, f"the operands of `{syntax.function}` are", code="WB-U003")
    if equal is None:
        return None
    done, unit = equal
    joined, bare = done[0].node, all(operand.bare for operand in operands)
    for operand in done[1:]:
        joined = _call(context, syntax, [joined, operand.node], unit, bare=bare).node
    return Typed(joined, bare)


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
