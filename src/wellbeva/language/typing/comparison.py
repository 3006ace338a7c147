"""Typing of comparisons, the only place for bare labels (FORMAT R20)."""

from __future__ import annotations

from wellbeva.core.axes import Axis
from wellbeva.errors import near_miss
from wellbeva.language.ir import Compare, Const, Label, Node
from wellbeva.language.syntax import CompareSyntax, Name, Number, Syntax
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.unit_rules import Typed


def type_compare(context: Context, syntax: CompareSyntax) -> Typed | None:  # noqa: PLR0911
    """Type ``== != < <= > >=``.

    Parameters
    ----------
    context : Context
    syntax : CompareSyntax
        Two numbers of one unit; two truth values or two labels under ``==`` and ``!=`` alone. Operands are known in
        each draw.

    Returns
    -------
    Typed or None
        True or false, on the axes of both.
    """
    labels = _label_sides(context, syntax)
    if labels is not None:
        return _labels(context, syntax, labels)
    left, right = context.typer(syntax.left), context.typer(syntax.right)
    if left is None or right is None:
        return None
    fine = [context.drawn(left, syntax.left, "a comparison"), context.drawn(right, syntax.right, "a comparison")]
    if not all(fine):
        return None
    if {left.node.dtype, right.node.dtype} == {"bool"} and syntax.op in ("eq", "ne"):
        return _compare(context, syntax, left.node, right.node)
    fine = [context.number(left, syntax.left, "a comparison"), context.number(right, syntax.right, "a comparison")]
    if not all(fine):
        return None
    equal = context.equal_units([(left, syntax.left), (right, syntax.right)], "a comparison", code="WB-U002")
    if equal is None:
        return None
    (left, right), _ = equal
    return _compare(context, syntax, left.node, right.node)


def _compare(context: Context, syntax: CompareSyntax, left: Node, right: Node) -> Typed:
    axes, span = context.axes(left, right), context.expression.span(syntax)
    return Typed(Compare(op=syntax.op, left=left, right=right, axes=axes, dtype="bool", span=span))


def _choices(context: Context, syntax: Syntax) -> tuple[str, ...] | None:
    """Return the labels a side can take: those of an axis, or of a choice."""
    if not isinstance(syntax, Name):
        return None
    axis = context.environment.axes.get(syntax.name)
    if axis is not None:
        return axis.labels
    symbol = context.environment.symbols.get(syntax.name)
    return symbol.choices if symbol is not None and symbol.dtype == "label" else None


def _label_sides(context: Context, syntax: CompareSyntax) -> tuple[Name, Syntax, tuple[str, ...]] | None:
    """Return the side that takes labels, the other side, and the labels; None if it is a comparison of numbers."""
    for side, other in ((syntax.left, syntax.right), (syntax.right, syntax.left)):
        labels = _choices(context, side)
        if labels is not None and isinstance(side, Name):
            ladder = {side.name} <= context.environment.axes.keys() & context.environment.symbols.keys()
            if ladder and syntax.op not in ("eq", "ne"):
                return None  # its rungs have a size
            return side, other, labels
    return None


def _side(context: Context, name: Name) -> Node | None:
    axis = context.environment.axes.get(name.name)
    if axis is not None:
        return Label(axis=axis.name, axes=(axis.name,), dtype="label", span=context.expression.span(name))
    typed = context.typer(name)
    return typed.node if typed is not None else None


def _labels(context: Context, syntax: CompareSyntax, sides: tuple[Name, Syntax, tuple[str, ...]]) -> Typed | None:
    name, other, labels = sides
    if syntax.op not in ("eq", "ne"):
        context.error(
            "WB-L021", f"labels of `{name.name}` have no size", syntax,
            remedy="compare labels with `==` or `!=`; for time compare `t`",
        )  # fmt: skip
        return None
    side = _side(context, name)
    against = _against(context, name, other, labels)
    if side is None or against is None:
        return None
    left, right = (side, against) if syntax.left is name else (against, side)
    return _compare(context, syntax, left, right)


def _against(context: Context, name: Name, other: Syntax, labels: tuple[str, ...]) -> Node | None:
    """Return the node for the side that a label is compared with."""
    span = context.expression.span(other)
    written = other.written if isinstance(other, Number) and not other.unit else None
    label = other.name if isinstance(other, Name) else written
    if label in labels:
        return Const(value=float(labels.index(label)), dtype="label", span=span)
    axis = context.environment.axes.get(name.name)
    if label == "comparator" and name.name == "option" and axis is not None:
        # No label has the index -1: where the comparator is `nothing`, no option is equal to it.
        index = context.environment.comparator
        return Const(value=-1.0 if index is None else float(index), dtype="label", span=span)
    other_labels = _choices(context, other)
    if other_labels is not None and isinstance(other, Name):
        if other_labels == labels:
            return _side(context, other)
        context.error(
            "WB-L027", f"`{name.name}` and `{other.name}` do not take the same labels", other,
            facts=(_list(name.name, labels), _list(other.name, other_labels)), remedy="compare with one label",
        )  # fmt: skip
        return None
    text = label if label is not None else context.expression.written(other)
    context.error(
        "WB-L027", f"`{text}` is not a label of `{name.name}`", other,
        facts=(_list(name.name, labels),), remedy=near_miss(text, labels) or _remedy(axis),
    )  # fmt: skip
    return None


def _remedy(axis: Axis | None) -> str:
    if axis is not None and axis.kind == "time":
        return "write a label, or compare `t` with a duration"
    return "write one of these labels"


def _list(name: str, labels: tuple[str, ...]) -> str:
    listed = ", ".join(labels[:12])
    return f"the labels of `{name}` are: {listed}{' …' if len(labels) > 12 else ''}"
