"""Find outcomes that divide by an uncertain total in every draw: their mean is not a ratio of means (R23, R45)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from wellbeva.core.units import WELLBY, YEAR, Unit, base
from wellbeva.language.ir import Binary, Call, Const, Node, Pick, PickBy, Reduce, Ref, Select, Unary
from wellbeva.language.traversal import walk

_CHOICES = ("min", "max", "clip", "abs")
"""Functions that return one of their operands: a quotient among them may be the result."""
_SUMS = ("sum", "trapezium")
_PERSON, _QALY = base("person"), base("QALY")
_TOTALS = (_PERSON, WELLBY, _QALY, _QALY * _PERSON, _PERSON * YEAR)


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a model: denominators that no mean of quotients may have.

    A total is uncertain and has a unit without a ``per``, and is one of these: an outcome, or a side of the decision
    (which may be a pure number); people, money, WELLBYs, QALYs, or the decision's own unit; a sum over an axis. A
    share, a price or a length is a factor: dividing by it in every draw is right.

    Parameters
    ----------
    equations : mapping of name to Node
    names : collection of str
        Outcomes with a unit, and equations that are a side of the decision.
    units : collection of Unit
        Units of the decision's sides.
    """

    equations: Mapping[str, Node]
    names: Collection[str] = ()
    units: Collection[Unit] = field(default=())

    def quotient(self, outcome: Node) -> Node | None:
        """Return where an outcome divides by an uncertain total, None where it does not.

        An outcome that is itself a total (a cost shared out by an uncertain share) is averaged as it is.
        """
        if self._counts(outcome.unit):
            return None
        return next(self._quotients(outcome, frozenset()), None)

    def _quotients(self, node: Node, seen: frozenset[str]) -> Iterator[Node]:
        """Yield the quotients that an outcome is a multiple, a choice or a sum of."""
        if "draw" not in node.axes:
            return
        if isinstance(node, Ref):
            if node.name in self.equations and node.name not in seen:
                yield from self._quotients(self.equations[node.name], seen | {node.name})
            return
        divisor = _divisor(node)
        if divisor is not None and self._is_total(divisor):
            yield node
        for part in (node.left,) if isinstance(node, Binary) and node.op == "div" else (*_factors(node), *_terms(node)):
            yield from self._quotients(part, seen)

    def _is_total(self, node: Node) -> bool:
        if "draw" not in node.axes:
            return False
        if any(isinstance(leave, Ref) and leave.name in self.names for leave in _leaves(node)):
            return True
        if node.unit.dimensionless or any(power < 0 for _, power in node.unit.powers):
            return False
        return self._counts(node.unit) or self._sums(node, set())

    def _counts(self, unit: Unit) -> bool:
        money = unit.is_money and len(unit.powers) == 1 and unit.powers[0][1] == 1
        return money or unit in (*_TOTALS, *self.units)

    def _sums(self, node: Node, seen: set[str]) -> bool:
        """Whether a tree, or an equation that it names, has an uncertain sum over an axis."""
        for part in walk(node):
            if "draw" not in part.axes:
                continue
            if isinstance(part, Reduce) and part.function in _SUMS:
                return True
            if isinstance(part, Ref) and part.name in self.equations and part.name not in seen:
                seen.add(part.name)
                if self._sums(self.equations[part.name], seen):
                    return True
        return False


def _divisor(node: Node) -> Node | None:
    """Return the divisor of a node; None where it does not divide."""
    match node:
        case Binary(op="div", right=right):
            return right
        case Binary(op="pow", left=left, right=Const(value=power)) if power < 0:
            return left
    return None


def _factors(node: Node) -> tuple[Node, ...]:
    """Return the parts that a node is a multiple, a choice, or a sum or mean over axes of; none where it is neither."""
    match node:
        case Binary(op="mul", left=left, right=right) | Select(yes=left, no=right):
            return left, right
        case Call(function=function, args=args) if function in _CHOICES:
            return args
        case Unary(op="neg", x=x) | Pick(x=x) | PickBy(x=x) | Reduce(x=x):
            return (x,)
    return ()


def _terms(node: Node) -> tuple[Node, ...]:
    return (node.left, node.right) if isinstance(node, Binary) and node.op in ("add", "sub") else ()


def _leaves(node: Node) -> Iterator[Node]:
    """Go through the uncertain factors of a product, down to nodes that are neither a product nor a choice."""
    below = _factors(node)
    if not below and "draw" in node.axes:
        yield node
    for factor in below:
        yield from _leaves(factor)
