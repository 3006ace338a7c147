"""The typed tree of an equation: what every engine evaluates.

Every node is frozen and carries its axes, unit, kind of value and place in the file. ``draw`` is
among a node's axes if and only if it depends on an uncertain input, so an engine may evaluate
anything without ``draw`` once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from wellbeva.core.spans import Span
from wellbeva.core.units import DIMENSIONLESS, Unit

DType = Literal["float", "bool", "label"]
"""``bool`` is held as 0.0 / 1.0, ``label`` as the index of the label on its axis or in its choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Base of all nodes: axes, unit, dtype and place in the text.

    Parameters
    ----------
    axes : tuple of str
        In the fixed order of `core.axes`.
    unit : Unit
        Dimensionless for ``bool`` and ``label``.
    dtype : {"float", "bool", "label"}
    span : Span or None
        Where it was written; ignored when nodes are compared.
    """

    axes: tuple[str, ...] = ()
    unit: Unit = DIMENSIONLESS
    dtype: DType = "float"
    span: Span | None = field(default=None, compare=False, repr=False)


KINDS_OF_DISCOUNT: Final = ("money", "wellbeing", "health")
DISCOUNTS: Final = {f"discount.{kind}": kind for kind in KINDS_OF_DISCOUNT}
"""Kind of flow by the name of its discount factors."""
BUILT_INS: Final = ("t", "step", "first", "last", *DISCOUNTS)
"""Names that every model has: the clock and the discount factors, as far as the appraisal has rates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Const(Node):
    """A number, a truth value (0.0 / 1.0) or the index of a label."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref(Node):
    """A parameter, an equation, or a built-in (``t``, ``step``, ``first``, ``last``, ``discount.money`` …)."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label(Node):
    """The index of each label along one axis: ``state`` in ``state == dead``."""

    axis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Node):
    """``neg`` or ``not``."""

    op: Literal["neg", "not"]
    x: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """Arithmetic of two operands, aligned by axis name."""

    op: Literal["add", "sub", "mul", "div", "pow"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """A comparison; gives ``bool``."""

    op: Literal["eq", "ne", "lt", "le", "gt", "ge"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Node):
    """``and`` / ``or`` over two operands."""

    op: Literal["and", "or"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Node):
    """``where(condition, yes, no)``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A registered elementwise function (`language.functions`) of as many operands as it names, aligned by axis name.

    The ``area_…`` profiles take the built-ins ``t`` and ``step`` as their first two operands, so
    that they are elementwise too.
    """

    function: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduce(Node):
    """``sum``, ``mean``, ``min``, ``max``, ``product`` over named axes, or ``trapezium`` over time.

    ``trapezium`` is the sum of the means of neighbouring points (half-cycle), in steps.
    """

    function: Literal["sum", "mean", "min", "max", "product", "trapezium"]
    x: Node
    over: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Node):
    """``x[axis=label]``: one label's slice; the axis is dropped."""

    x: Node
    axis: str
    index: int


SLACK = 1e-9
"""Relative slack of a rung: ``start_age + t`` in months must reach the rung it names, whatever its last bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickBy(Node):
    """``x[axis=expression]``: the label or the highest rung not above the value picks, cell by cell."""

    x: Node
    axis: str
    by: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Interp(Node):
    """``interp(x, axis=expression)``: on a straight line between the rungs, flat below the first and above the last."""

    x: Node
    axis: str
    by: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag(Node):
    """The value one label earlier along an ordered axis; ``initial`` at the first label."""

    x: Node
    initial: Node
    over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Node):
    """``cumsum`` along an ordered axis."""

    x: Node
    over: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Node):
    """Twin-axis contraction: ``y[to] = sum over state of x[state] * moves[state, to]``, ``to`` renamed ``state``."""

    x: Node
    moves: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio(Node):
    """``ratio(top, bottom)``: the ratio of the means over draws; ``draw`` is not among its axes."""

    top: Node
    bottom: Node
