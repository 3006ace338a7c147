"""Typing of functions along axes: reductions, counts, running sums, the step before, integrals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from wellbeva.core.axes import Axis
from wellbeva.language.ir import Binary, Const, DType, Lag, Reduce, Scan
from wellbeva.language.syntax import CallSyntax, Keyword, Name
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.unit_rules import Typed

_REDUCERS: Mapping[str, Literal["sum", "mean", "min", "max", "product"]] = {
    "sum": "sum", "mean": "mean", "min": "min", "max": "max", "product": "product",
}  # fmt: skip


def _over(syntax: CallSyntax) -> Keyword | None:
    return next((keyword for keyword in syntax.keywords if keyword.name == "over"), None)


def type_reduction(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``sum mean min max product (x, over=axis)``.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        `x`, numbers or truth values that have each axis of ``over=``; under ``product`` without a unit.

    Returns
    -------
    Typed or None
        Unit and axes of `x`, without those of ``over=``; true or false for ``min`` and ``max`` of truth values.
    """
    typed, keyword = context.typer(syntax.args[0]), _over(syntax)
    axes = context.axis_names(keyword) if keyword is not None else None
    if typed is None or axes is None or keyword is None:
        return None
    node, operand = typed.node, syntax.args[0]
    remedy = "leave the axis out"
    lacking = []
    for axis in axes:
        if syntax.function in ("sum", "product"):
            sign = "*" if syntax.function == "sum" else "**"
            remedy = f"write `{sign} count({axis.name})` if that is meant, else leave the axis out"
        lacking.append(context.lacks(node, axis, operand, keyword, verb="reduce", remedy=remedy))
    if any(lacking):
        return None
    if node.dtype == "label" and not context.number(typed, operand, f"`{syntax.function}`"):
        return None
    if syntax.function == "product" and not context.pure(typed, operand, "`product`"):
        return None
    dtype: DType = "bool" if node.dtype == "bool" and syntax.function in ("min", "max") else "float"
    left = tuple(name for name in node.axes if name not in {axis.name for axis in axes})
    over = context.order(axis.name for axis in axes)
    return Typed(
        Reduce(
            function=_REDUCERS[syntax.function],
            x=node,
            over=over,
            axes=left,
            unit=node.unit,
            dtype=dtype,
            span=context.expression.span(syntax),
        )
    )


def type_count(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``count(axis)``: a number, known from the scenario.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Its operand is the name of an axis.

    Returns
    -------
    Typed or None
        Without unit and axes; not a bare number, so it takes no unit from its neighbours.
    """
    operand = syntax.args[0]
    if not isinstance(operand, Name):
        context.error("WB-L024", "`count` takes the name of an axis", operand, remedy="write `count(group)`")
        return None
    axis = context.axis(operand.name, operand)
    return Typed(Const(value=float(len(axis)), span=context.expression.span(syntax))) if axis is not None else None


def _ordered(context: Context, syntax: CallSyntax) -> Axis | None:
    """Return the one ordered axis of ``over=``; ``time`` if it is left out."""
    keyword = _over(syntax)
    if keyword is None:
        return context.axis("time", syntax)
    axes = context.axis_names(keyword)
    if axes is None:
        return None
    if len(axes) > 1 or axes[0].kind == "plain":
        message = (
            f"`{syntax.function}` goes along one axis" if len(axes) > 1 else f"the axis `{axes[0].name}` has no order"
        )
        context.error(
            "WB-L031", message, keyword,
            facts=("ordered are `time`, ladders, and axes whose labels the model gives",),
            remedy="name one ordered axis, or give this one `labels` in the model",
        )  # fmt: skip
        return None
    return axes[0]


def type_cumsum(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``cumsum(x, over=time)``.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        `x`, a number known in each draw that has the axis; ``over=`` an ordered axis, `time` if it is left out.

    Returns
    -------
    Typed or None
        Unit and axes of `x`.
    """
    typed, axis = context.typer(syntax.args[0]), _ordered(context, syntax)
    if typed is None or axis is None:
        return None
    operand = syntax.args[0]
    remedy = "leave `cumsum` out, or multiply by `t / step + 1`"
    if not context.known(typed, operand, "`cumsum`") or context.lacks(
        typed.node, axis, operand, operand, verb="run along", remedy=remedy
    ):
        return None
    node = typed.node
    return Typed(Scan(x=node, over=axis.name, axes=node.axes, unit=node.unit, span=context.expression.span(syntax)))


def type_lag(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``lag(x, initial, over=time)``.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        `x` and `initial`, of one dtype and one unit, known in each draw; ``over=`` an ordered axis, `time` if it is
        left out.

    Returns
    -------
    Typed or None
        Unit of both; axes of both and the axis of the lag.
    """
    x, initial, axis = context.typer(syntax.args[0]), context.typer(syntax.args[1]), _ordered(context, syntax)
    if x is None or initial is None or axis is None:
        return None
    for typed, operand in ((x, syntax.args[0]), (initial, syntax.args[1])):
        if not context.drawn(typed, operand, "`lag`"):
            return None
    if x.node.dtype == "label" or x.node.dtype != initial.node.dtype:  # noqa: SIM102
        if not context.number(x, syntax.args[0], "`lag`") or not context.number(initial, syntax.args[1], "`lag`"):
            return None
    equal = context.equal_units(
        list(zip((x, initial), syntax.args, strict=True)), "the operands of `lag` are", code="WB-U003"
    )
    if equal is None:
        return None
    (x, initial), unit = equal
    axes = context.order({*x.node.axes, *initial.node.axes, axis.name})
    span = context.expression.span(syntax)
    return Typed(
        Lag(x=x.node, initial=initial.node, over=axis.name, axes=axes, unit=unit, dtype=x.node.dtype, span=span)
    )


def type_integrate(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``integrate(x, over=time)``: the trapezium sum in steps, times the step.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        `x`, a number known in each draw that has the axis `time`.

    Returns
    -------
    Typed or None
        Unit of `x` times that of ``step`` (year); axes of `x` without `time`.
    """
    typed, keyword = context.typer(syntax.args[0]), _over(syntax)
    axes = context.axis_names(keyword) if keyword is not None else ()
    time = context.axis("time", syntax)
    if typed is None or axes is None or time is None:
        return None
    operand = syntax.args[0]
    if keyword is not None and axes != (time,):
        context.error("WB-L031", "`integrate` goes over `time` alone", keyword, remedy="write `over=time`")
        return None
    remedy = "multiply by `step * (count(time) - 1)` if meant"
    if not context.known(typed, operand, "`integrate`") or context.lacks(
        typed.node, time, operand, operand, verb="integrate over", remedy=remedy
    ):
        return None
    node, span = typed.node, context.expression.span(syntax)
    left = tuple(name for name in node.axes if name != "time")
    total = Reduce(function="trapezium", x=node, over=("time",), axes=left, unit=node.unit, span=span)
    step = context.ref("step", syntax)
    return Typed(
        Binary(op="mul", left=total, right=step, axes=context.axes(total, step), unit=node.unit * step.unit, span=span)
    )
