"""Walking the typed tree: operands of a node, and the names it mentions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from wellbeva.language.ir import (
    Binary,
    Call,
    Compare,
    Const,
    Contract,
    Interp,
    Label,
    Lag,
    Logic,
    Node,
    Pick,
    PickBy,
    Ratio,
    Reduce,
    Ref,
    Scan,
    Select,
    Unary,
)


def operands(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - one case a node kind
    """Return the nodes that a node is computed from, in the order of its fields.

    Raises
    ------
    TypeError
        For a kind of node that nobody knows.
    """
    match node:
        case Const() | Ref() | Label():
            return ()
        case Unary(x=x) | Reduce(x=x) | Pick(x=x) | Scan(x=x):
            return (x,)
        case Binary(left=left, right=right) | Compare(left=left, right=right) | Logic(left=left, right=right):
            return (left, right)
        case Select(condition=condition, yes=yes, no=no):
            return (condition, yes, no)
        case Call(args=args):
            return args
        case PickBy(x=x, by=by) | Interp(x=x, by=by):
            return (x, by)
        case Lag(x=x, initial=initial):
            return (x, initial)
        case Contract(x=x, moves=moves):
            return (x, moves)
        case Ratio(top=top, bottom=bottom):
            return (top, bottom)
        case _:
            raise TypeError(f"nobody knows the node {type(node).__name__}")


def walk(node: Node) -> Iterator[Node]:
    """Go through a node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        # The last is taken first: reversed, so that operands come in their order.
        waiting.extend(reversed(operands(current)))


def names(node: Node) -> frozenset[str]:
    """Return the names of parameters and equations that a tree mentions."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Ref))


def mentions(node: Node, wanted: Collection[str]) -> bool:
    """Whether a tree mentions any of the names.

    Parameters
    ----------
    node : Node
    wanted : collection of str
        Names of parameters, equations or built-ins (``discount.money``).
    """
    return any(isinstance(part, Ref) and part.name in wanted for part in walk(node))
