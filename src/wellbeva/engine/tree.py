"""Walking the typed tree: operands of a node, names it mentions, what hangs on means over draws."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from wellbeva.compiler.plan import Plan
from wellbeva.language.ir import (
    Binary,
    Call,
    Compare,
    Const,
    Contract,
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
    """Return the nodes that a node is computed from, in the order in which its fields stand.

    Raises
    ------
    TypeError
        For a kind of node that the engines do not know.
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
        case PickBy(x=x, by=by):
            return (x, by)
        case Lag(x=x, initial=initial):
            return (x, initial)
        case Contract(x=x, moves=moves):
            return (x, moves)
        case Ratio(top=top, bottom=bottom):
            return (top, bottom)
        case _:
            raise TypeError(f"no engine knows the node {type(node).__name__}")


def walk(node: Node) -> Iterator[Node]:
    """Go through a node and everything below it, parents first."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(operands(one)))


def names(node: Node) -> frozenset[str]:
    """Return the names of parameters and equations that a tree mentions."""
    return frozenset(one.name for one in walk(node) if isinstance(one, Ref))


def mentions(node: Node, wanted: Collection[str]) -> bool:
    """Whether a tree mentions any of the names."""
    return any(isinstance(one, Ref) and one.name in wanted for one in walk(node))


def mean_names(plan: Plan) -> frozenset[str]:
    """Return the names of the equations that are evaluated on means, after the draws."""
    return frozenset(equation.name for equation in plan.equations if equation.stage == "mean")


def on_means(node: Node, means: Collection[str]) -> bool:
    """Whether a tree contains a ratio of means, or an equation that does."""
    return any(isinstance(one, Ratio) or (isinstance(one, Ref) and one.name in means) for one in walk(node))


def recurrent(plan: Plan, group: tuple[str, ...]) -> bool:
    """Whether a group of equations is stepped label by label along time."""
    return len(group) > 1 or mentions(plan.equation(group[0]).expression, group)
