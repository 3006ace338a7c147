"""Typing of ``x[axis=…]`` (FORMAT R22)."""

from __future__ import annotations

from fractions import Fraction

from wellbeva.core.axes import Axis
from wellbeva.core.spans import Span
from wellbeva.errors import near_miss
from wellbeva.language.ir import Const, Interp, Label, Node, Pick, PickBy, Select
from wellbeva.language.syntax import CallSyntax, IndexSyntax, Keyword, Name, Number, Syntax
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.unit_rules import Typed, adopt, first_non_zero, in_words


def type_index(context: Context, syntax: IndexSyntax) -> Typed | None:
    """Type an index, item by item from the left.

    Parameters
    ----------
    context : Context
    syntax : IndexSyntax
        ``x[axis=value]``: `x` has the axis; the value is one of its labels, ``comparator`` on `option`, or an
        expression: a choice with the axis's labels, or on `time` and ladders a number in the unit of the rungs.

    Returns
    -------
    Typed or None
        Unit and dtype of `x`; its axes without those indexed, and with those of the values.
    """
    typed = context.typer(syntax.x)
    node = typed.node if typed is not None else None
    for item in syntax.items:
        axis = context.axis(item.name, item)
        if axis is None:
            node = None
        elif node is not None:
            node = _item(context, syntax, node, item, axis)
    return Typed(node) if node is not None else None


def type_interp(context: Context, syntax: CallSyntax) -> Typed | None:
    """Type ``interp(x, axis=value)``: `x` has the axis, a ladder or time, and `value` has the unit of its rungs.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        One operand and one keyword, both known in each draw.

    Returns
    -------
    Typed or None
        Unit of `x`; its axes without that indexed, and with those of the value.
    """
    typed, keyword = context.typer(syntax.args[0]), syntax.keywords[0]
    axis, operand = context.axis(keyword.name, keyword), syntax.args[0]
    if typed is None or axis is None:
        return None
    if not context.known(typed, operand, "`interp`") or _lacks(context, typed.node, axis, operand, keyword):
        return None
    if axis.kind not in ("time", "ladder"):
        context.error(
            "WB-L031", f"`interp` goes along a ladder or `time`, and `{axis.name}` is neither", keyword,
            remedy="give the axis a `unit` and rising numbers as labels",
        )  # fmt: skip
        return None
    value = keyword.values[0]
    by = context.typer(value)
    at = _on_ladder(context, value, axis, by) if by and context.drawn(by, value, "`interp`") else None
    if at is None:
        return None
    axes = context.order({*(name for name in typed.node.axes if name != axis.name), *at.axes})
    span, unit = context.expression.span(syntax), typed.node.unit
    return Typed(Interp(x=typed.node, axis=axis.name, by=at, axes=axes, unit=unit, span=span))


def _lacks(context: Context, node: Node, axis: Axis, operand: Syntax, at: Keyword) -> bool:
    """Note an error and return True if the indexed quantity lacks the axis (FORMAT R22)."""
    return context.lacks(node, axis, operand, at, remedy="remove the index, or name an axis it has")


def _item(context: Context, syntax: IndexSyntax, node: Node, item: Keyword, axis: Axis) -> Node | None:  # noqa: PLR0911
    if _lacks(context, node, axis, syntax.x, item):
        return None
    value, left = item.values[0], tuple(name for name in node.axes if name != axis.name)
    span = context.expression.span(syntax)
    if isinstance(value, Name) and value.name == "comparator" and axis.name == "option":
        index = context.environment.comparator
        if index is None:
            if node.dtype == "label":
                context.error(
                    "WB-L028", "a choice has no value where the comparator is `nothing`", item,
                    facts=(f"{context.written(syntax.x)} is a choice", "the scenario's comparator is `nothing`"),
                    remedy="name an option, or make one the comparator",
                )  # fmt: skip
                return None
            return _zero(node, axis, left, span)
        return Pick(x=node, axis=axis.name, index=index, axes=left, unit=node.unit, dtype=node.dtype, span=span)
    position = _label(axis, value)
    if position is not None:
        return Pick(x=node, axis=axis.name, index=position, axes=left, unit=node.unit, dtype=node.dtype, span=span)
    if (
        isinstance(value, Name)
        and value.name not in context.environment.symbols
        and value.name not in context.environment.axes
    ):
        _no_label(context, value, value.name, axis)
        return None
    by = _by(context, value, axis)
    if by is None or not context.drawn(Typed(node), syntax.x, "an index by value"):
        return None
    axes = context.order({*left, *by.axes})
    return PickBy(x=node, axis=axis.name, by=by, axes=axes, unit=node.unit, dtype=node.dtype, span=span)


def _zero(node: Node, axis: Axis, left: tuple[str, ...], span: Span) -> Node:
    """Return 0 on the axes that are left, as a choice that never takes the slice: so every engine finds the axes."""
    zero = Const(value=0.0, unit=node.unit, dtype=node.dtype, span=span)
    if not left:
        return zero
    never = Const(value=0.0, dtype="bool", span=span)
    slice_ = Pick(x=node, axis=axis.name, index=0, axes=left, unit=node.unit, dtype=node.dtype, span=span)
    return Select(condition=never, yes=slice_, no=zero, axes=left, unit=node.unit, dtype=node.dtype, span=span)


def _label(axis: Axis, value: Syntax) -> int | None:
    """Return the place of a bare label; numbers are labels of `time` and of ladders."""
    if isinstance(value, Name):
        return axis.labels.index(value.name) if value.name in axis.labels else None
    if not isinstance(value, Number) or value.unit or axis.kind not in ("time", "ladder"):
        return None
    if value.written in axis.labels:
        return axis.labels.index(value.written)
    written = Fraction(value.value)
    return next((place for place, label in enumerate(axis.labels) if Fraction(label) == written), None)


def _no_label(context: Context, at: Syntax, label: str, axis: Axis) -> None:
    listed = ", ".join(axis.labels[:12])
    context.error(
        "WB-L027", f"`{label}` is not a label of `{axis.name}`", at,
        facts=(f"its labels are: {listed}{' …' if len(axis.labels) > 12 else ''}",),
        remedy=near_miss(label, axis.labels) or "write one of these labels",
    )  # fmt: skip


def _by(context: Context, value: Syntax, axis: Axis) -> Node | None:  # noqa: PLR0911
    """Type an expression whose value picks."""
    if (
        isinstance(value, Name)
        and value.name in context.environment.axes
        and value.name not in context.environment.symbols
    ):
        other = context.environment.axes[value.name]
        if other.labels == axis.labels:
            return Label(axis=other.name, axes=(other.name,), dtype="label", span=context.expression.span(value))
        _unlike(context, value, axis, other.labels)
        return None
    typed = context.typer(value)
    if typed is None or not context.drawn(typed, value, "an index"):
        return None
    if typed.node.dtype == "label":
        symbol = context.environment.symbols.get(value.name) if isinstance(value, Name) else None
        if symbol is not None and symbol.choices == axis.labels:
            return typed.node
        _unlike(context, value, axis, symbol.choices if symbol is not None else ())
        return None
    if axis.kind not in ("time", "ladder"):
        context.error(
            "WB-L027", f"a number cannot pick a label of `{axis.name}`", value,
            facts=(f"`{axis.name}` is not a ladder", f"{context.written(value)} is a number"),
            remedy="write a label, or give the axis a `unit` and numbers as labels",
        )  # fmt: skip
        return None
    return _rung(context, value, axis, typed)


def _unlike(context: Context, value: Syntax, axis: Axis, labels: tuple[str, ...]) -> None:
    context.error(
        "WB-L027", f"{context.written(value)} does not take the labels of `{axis.name}`", value,
        facts=(f"`{axis.name}` has: {', '.join(axis.labels[:12])}",
               f"{context.written(value)} takes: {', '.join(labels[:12])}"),
        remedy="give both the same labels in the same order",
    )  # fmt: skip


def _rung(context: Context, value: Syntax, axis: Axis, typed: Typed) -> Node | None:
    if typed.bare and axis.kind == "time":
        _no_label(context, value, context.expression.written(value), axis)
        return None
    node = _on_ladder(context, value, axis, typed)
    if isinstance(node, Const) and axis.rungs and node.value < axis.rungs[0]:
        context.error(
            "WB-L027", f"{context.written(value)} lies below the lowest rung of `{axis.name}`", value,
            facts=(f"the lowest rung is {axis.labels[0]}",), remedy="start the ladder lower, or pick a higher value",
        )  # fmt: skip
        return None
    return node


def _on_ladder(context: Context, value: Syntax, axis: Axis, typed: Typed) -> Node | None:
    """Require a number in the unit of the rungs; a bare one takes it, on `time` only 0 does (FORMAT R24)."""
    if not context.number(typed, value, "an index on a ladder"):
        return None
    unit, node = context.environment.parse_unit(axis.unit), typed.node
    if typed.bare and (axis.kind != "time" or first_non_zero(node) is None):
        node = adopt(node, unit)
    if node.unit != unit:
        context.error(
            "WB-U003", f"the index does not have the unit of the ladder `{axis.name}`", value,
            facts=(f"{context.written(value)} {in_words(node.unit)}", f"`{axis.name}` {in_words(unit)}"),
            remedy="multiply or divide by a quantity that brings it to the ladder's unit",
        )  # fmt: skip
        return None
    return node
