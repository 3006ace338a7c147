"""Walking the typed tree: operands of a node, and the names it mentions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, replace

from wellbeva.language import ir


def operands(node: ir.Node) -> tuple[ir.Node, ...]:  # noqa: PLR0911 - one case a node kind
    """Return the nodes that a node is computed from, in the order of its fields.

    Raises
    ------
    TypeError
        For a kind of node that nobody knows.
    """
    match node:
        case ir.Const() | ir.Ref() | ir.Label():
            return ()
        case ir.Unary(x=x) | ir.Reduce(x=x) | ir.Pick(x=x) | ir.Scan(x=x):
            return (x,)
        case ir.Binary(left=left, right=right) | ir.Compare(left=left, right=right) | ir.Logic(left=left, right=right):
            return (left, right)
        case ir.Select(condition=condition, yes=yes, no=no):
            return (condition, yes, no)
        case ir.Call(args=args):
            return args
        case ir.PickBy(x=x, by=by) | ir.Interp(x=x, by=by):
            return (x, by)
        case ir.Lag(x=x, initial=initial):
            return (x, initial)
        case ir.Contract(x=x, moves=moves):
            return (x, moves)
        case ir.Ratio(top=top, bottom=bottom):
            return (top, bottom)
        case _:
            raise TypeError(f"nobody knows the node {type(node).__name__}")


def walk(node: ir.Node) -> Iterator[ir.Node]:
    """Go through a node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        # The last is taken first: reversed, so that operands come in their order.
        waiting.extend(reversed(operands(current)))


def renamed(node: ir.Node, new: Mapping[str, str]) -> ir.Node:
    """Return a tree that mentions other names; parts of it without such a name stay the very same.

    Parameters
    ----------
    node : Node
    new : mapping of str to str
        The name of a parameter, equation or built-in, and that of another of equal axes, unit and dtype.
    """

    def change(one: ir.Node) -> ir.Node:
        return replace(one, name=new[one.name]) if isinstance(one, ir.Ref) and one.name in new else one

    return rewritten(node, change)


def rewritten(node: ir.Node, change: Callable[[ir.Node], ir.Node]) -> ir.Node:
    """Return what a change makes of each part of a tree, from below; where nothing changes it is the very same.

    Parameters
    ----------
    node : Node
    change : callable
        Returns a node itself, or another in its place.
    """
    changes: dict[str, object] = {}
    for field in fields(node):
        part = getattr(node, field.name)
        old = part if isinstance(part, tuple) else (part,)
        if old and isinstance(old[0], ir.Node):
            new = tuple(rewritten(one, change) for one in old)
            if any(one is not other for one, other in zip(new, old, strict=True)):
                changes[field.name] = new if old is part else new[0]
    return change(replace(node, **changes) if changes else node)  # type: ignore[arg-type]


def names(node: ir.Node) -> frozenset[str]:
    """Return the names of parameters and equations that a tree mentions."""
    return frozenset(part.name for part in walk(node) if isinstance(part, ir.Ref))


def mentions(node: ir.Node, wanted: Collection[str]) -> bool:
    """Whether a tree mentions any of the names.

    Parameters
    ----------
    node : Node
    wanted : collection of str
        Names of parameters, equations or built-ins (``discount.money``).
    """
    return any(isinstance(part, ir.Ref) and part.name in wanted for part in walk(node))


def upstream(wanted: Collection[str], expressions: Mapping[str, ir.Node]) -> frozenset[str]:
    """Return some names and those of all parameters and equations that they depend on, directly or through equations.

    Parameters
    ----------
    wanted : collection of str
    expressions : mapping of equation to Node
    """
    ancestors: set[str] = set()
    waiting = set(wanted)
    while waiting:
        name = waiting.pop()
        ancestors.add(name)
        if name in expressions:
            waiting |= names(expressions[name]) - ancestors
    return frozenset(ancestors)
