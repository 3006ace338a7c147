"""Typing of functions with rules of their own: discounting, profiles, ratios of means, moves between states."""

from __future__ import annotations

from wellbeva.core.units import YEAR, Unit
from wellbeva.errors import near_miss
from wellbeva.language import ir
from wellbeva.language.syntax import CallSyntax, Name, Syntax
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.environment import is_mean
from wellbeva.language.typing.unit_rules import Typed, adopt, in_words, years_text


def type_discount(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``discount(kind)``: the built-in ``discount.kind`` along time.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Its operand is one of `KINDS_OF_DISCOUNT` as a bare word.

    Returns
    -------
    Typed or None
        Unit and axes of the built-in.
    """
    operand = syntax.args[0]
    kind = operand.name if isinstance(operand, Name) else context.expression.written(operand)
    if kind not in ir.KINDS_OF_DISCOUNT:
        remedy = near_miss(kind, ir.KINDS_OF_DISCOUNT) or "write money, wellbeing or health"
        context.error("WB-L030", f"`{kind}` is not a kind of flow that is discounted", operand, remedy=remedy)
        return None
    name = f"discount.{kind}"
    if name not in context.environment.symbols:
        context.error(
            "WB-L030", f"the appraisal has no discount rate for {kind}", syntax,
            remedy=f"give one: `appraisal: {{discount: {{{kind}: 1.5%}}}}`, or name a preset",
        )  # fmt: skip
        return None
    return Typed(context.ref(name, syntax))


def type_profile(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type the ``area_…`` profiles: `t` and `step` go before the operands as written.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Onset, rise, hold and fade [year]; for the exponential and the geometric profile a retention [share, or 1/year]
        in place of the fade; ``until=`` [year]. All are known in each draw.

    Returns
    -------
    Typed or None
        Area [year], on the axes of `t`, `step` and all operands.
    """
    until = next((keyword for keyword in syntax.keywords if keyword.name == "until"), None)
    operands = syntax.args + (until.values if until is not None else ())
    typed = [context.typer(operand) for operand in operands]
    nodes: list[ir.Node] = []
    # The fourth operand is a duration of the linear profile, and a retention of the others.
    for position, (value, operand) in enumerate(zip(typed, operands, strict=True)):
        retention = position == 3 and syntax.function != "area_linear"
        node = _share_left(context, value, operand, syntax) if retention else _duration(context, value, operand, syntax)
        if node is not None:
            nodes.append(node)
    if len(nodes) < len(operands):
        return None
    args = (context.ref("t", syntax), context.ref("step", syntax), *nodes)
    axes, span = context.axes(*args), context.expression.span(syntax)
    return Typed(ir.Call(function=syntax.function, args=args, axes=axes, unit=YEAR, span=span))


def _duration(context: Context, typed: Typed | None, operand: Syntax, syntax: CallSyntax) -> ir.Node | None:
    why = f"`{syntax.function}`"
    if typed is None or not context.known(typed, operand, why):
        return None
    node = typed.node
    if typed.bare and isinstance(node, ir.Const):
        if node.value == 0.0:
            return adopt(node, YEAR)
        context.error(
            "WB-U004", f"the bare number {node.value:g} stands where {why} takes a duration", operand,
            facts=("only 0 may be bare beside a duration",), remedy=f"write `{years_text(node.value)}`",
        )  # fmt: skip
        return None
    if node.unit != YEAR:
        context.error(
            "WB-U005", f"{why} takes durations in years", operand,
            facts=(f"{context.written(operand)} {in_words(node.unit)}",),
            remedy="give a duration",
        )  # fmt: skip
        return None
    return node


def _share_left(context: Context, typed: Typed | None, operand: Syntax, syntax: CallSyntax) -> ir.Node | None:
    if typed is None or not context.known(typed, operand, f"`{syntax.function}`"):
        return None
    if typed.node.unit not in (Unit(), Unit() / YEAR):
        context.error(
            "WB-U005", "`retention` is the share left after a year", operand,
            facts=(f"{context.written(operand)} {in_words(typed.node.unit)}",),
            remedy="give a share, or a number per year",
        )  # fmt: skip
        return None
    return typed.node


def type_share_after(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``share_after(x, duration)``: each step counts by the part of it that lies after `duration`.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        `x`, a number with the axis `time`, and a duration [year]; both are known in each draw.

    Returns
    -------
    Typed or None
        Share of the sum of `x` over `time`, 0 where that sum is 0; axes of both operands without `time`.
    """
    x, duration = context.typer(syntax.args[0]), context.typer(syntax.args[1])
    if x is None or duration is None:
        return None
    if not context.known(x, syntax.args[0], "`share_after`"):
        return None
    limit = _duration(context, duration, syntax.args[1], syntax)
    if limit is None:
        return None
    if "time" not in x.node.axes:
        context.error(
            "WB-L025", f"{context.written(syntax.args[0])} has no axis `time` to share out", syntax.args[0],
            remedy="give a quantity that varies in time",
        )  # fmt: skip
        return None
    return Typed(_share_after(context, syntax, x.node, limit))


def _share_after(context: Context, syntax: CallSyntax, x: ir.Node, limit: ir.Node) -> ir.Node:
    t, step = context.ref("t", syntax), context.ref("step", syntax)
    span, axes, unit = context.expression.span(syntax), context.axes, x.unit

    def number(value: float, of: Unit) -> ir.Const:
        return ir.Const(value=value, unit=of, span=span)

    def total(of: ir.Node) -> ir.Reduce:
        left = tuple(name for name in of.axes if name != "time")
        return ir.Reduce(function="sum", x=of, over=("time",), axes=left, unit=of.unit, span=span)

    end = ir.Binary(op="add", left=t, right=step, axes=axes(t, step), unit=YEAR, span=span)
    beyond = ir.Binary(op="sub", left=end, right=limit, axes=axes(end, limit), unit=YEAR, span=span)
    part = ir.Binary(op="div", left=beyond, right=step, axes=axes(beyond, step), span=span)
    share = ir.Call(function="clip", args=(part, number(0.0, Unit()), number(1.0, Unit())), axes=part.axes, span=span)
    later = total(ir.Binary(op="mul", left=x, right=share, axes=axes(x, share), unit=unit, span=span))
    total_of_x = total(x)
    # Engines evaluate both branches of a choice: dividing by 1 keeps 0 / 0 out of the one that is not taken.
    none = ir.Compare(op="eq", left=total_of_x, right=number(0.0, unit), axes=total_of_x.axes, dtype="bool", span=span)
    safe = ir.Select(condition=none, yes=number(1.0, unit), no=total_of_x, axes=total_of_x.axes, unit=unit, span=span)
    quotient = ir.Binary(op="div", left=later, right=safe, axes=axes(later, safe), span=span)
    return ir.Select(condition=none, yes=number(0.0, Unit()), no=quotient, axes=axes(none, quotient), span=span)


def type_ratio(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``ratio(a, b)``: means over draws first, then the quotient.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Two numbers, neither of them a ratio of means.

    Returns
    -------
    Typed or None
        Unit of the quotient; axes of both operands without ``draw``.
    """
    top, bottom = context.typer(syntax.args[0]), context.typer(syntax.args[1])
    if top is None or bottom is None:
        return None
    fine = True
    for typed, arg in ((top, syntax.args[0]), (bottom, syntax.args[1])):
        if not context.number(typed, arg, "`ratio`"):
            fine = False
        elif is_mean(typed.node, context.environment):
            context.error(
                "WB-L029", f"{context.written(arg)} is already a ratio of means", arg,
                remedy="divide it with a plain `/`",
            )  # fmt: skip
            fine = False
    if not fine:
        return None
    axes = context.order({*top.node.axes, *bottom.node.axes} - {"draw"})
    unit, span = top.node.unit / bottom.node.unit, context.expression.span(syntax)
    return Typed(ir.Ratio(top=top.node, bottom=bottom.node, axes=axes, unit=unit, span=span))


def type_contract(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``contract(x, moves)``: the sum over `state` of ``x * moves``, with `to` renamed to `state`.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        `x`, a number with the axis `state` and without `to`; `moves`, a number without a unit that has both. Both are
        known in each draw.

    Returns
    -------
    Typed or None
        Unit of `x`; axes of both operands without `to`.
    """
    x, moves = context.typer(syntax.args[0]), context.typer(syntax.args[1])
    if x is None or moves is None:
        return None
    fine = [context.known(x, syntax.args[0], "`contract`"), context.known(moves, syntax.args[1], "`contract`")]
    fine.append(context.pure(moves, syntax.args[1], "the second operand of `contract`"))
    for typed, arg, wanted, unwanted in (
        (x, syntax.args[0], {"state"}, {"to"}),
        (moves, syntax.args[1], {"state", "to"}, set()),
    ):
        axes = set(typed.node.axes)
        if not wanted <= axes or unwanted & axes:
            needs = "`state` and not `to`" if unwanted else "`state` and `to`"
            has = ", ".join(name for name in typed.node.axes if name != "draw") or "no axis"
            context.error(
                "WB-L025", f"this operand of `contract` needs the axes {needs}", arg, facts=(f"it has: {has}",),
                remedy="write `contract(occupancy, moves)`",
            )  # fmt: skip
            fine.append(False)
    if not all(fine):
        return None
    axes_left = context.order({*x.node.axes, *moves.node.axes} - {"to"})
    span = context.expression.span(syntax)
    return Typed(ir.Contract(x=x.node, moves=moves.node, axes=axes_left, unit=x.node.unit, span=span))
