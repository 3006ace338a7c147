"""The untyped tree of an equation, as written: frozen, with the place of every node in its text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Literal

ArithmeticOp = Literal["add", "sub", "mul", "div", "pow"]
CompareOp = Literal["eq", "ne", "lt", "le", "gt", "ge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """Base of all nodes; ``text[start:end]`` is the node as written."""

    start: int
    end: int

    def children(self) -> tuple[Syntax, ...]:
        """Return the operands in the order of writing."""
        return tuple(_below(getattr(self, part.name) for part in fields(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Syntax):
    """A number; ``50%`` is 0.5, ``9 months`` has the word ``months`` as `unit`."""

    value: float
    written: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Syntax):
    """A name: parameter, equation, built-in, axis, label, ``true`` or ``false``."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnarySyntax(Syntax):
    """``-x``, ``not x``; a plus sign leaves no trace."""

    op: Literal["neg", "not"]
    x: Syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class BinarySyntax(Syntax):
    """Arithmetic."""

    op: ArithmeticOp
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareSyntax(Syntax):
    """One comparison."""

    op: CompareOp
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicSyntax(Syntax):
    """``and`` / ``or``; longer chains lean to the left."""

    op: Literal["and", "or"]
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """``name=value`` in a call or an index; `values` holds one, or those of a list ``[a, b]``."""

    name: str
    values: tuple[Syntax, ...]
    start: int
    end: int
    is_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSyntax(Syntax):
    """``function(x, …, name=value)``."""

    function: str
    args: tuple[Syntax, ...]
    keywords: tuple[Keyword, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSyntax(Syntax):
    """``x[axis=value, …]``."""

    x: Syntax
    items: tuple[Keyword, ...]


def _below(parts: Iterable[object]) -> Iterator[Syntax]:
    for part in parts:
        if isinstance(part, Syntax):
            yield part
        elif isinstance(part, Keyword):
            yield from part.values
        elif isinstance(part, tuple):
            yield from _below(part)


_BUILT_IN = {"integrate": ("step",), "share_after": ("t", "step")}


def names_in(node: Syntax, *, inside_lag: bool = True) -> Iterator[str]:
    """Yield the names a tree refers to, labels among them; axes after ``over=`` and ``count`` are left out.

    ``discount(money)`` refers to ``discount.money``; the profiles to the built-ins ``t`` and ``step``.

    Parameters
    ----------
    node : Syntax
    inside_lag : bool
        Whether to look into the first operand of ``lag`` too.
    """
    if isinstance(node, Name):
        yield node.name
    if isinstance(node, CallSyntax):
        yield from _built_in(node)
    for child in _operands(node, inside_lag=inside_lag):
        yield from names_in(child, inside_lag=inside_lag)


def _built_in(node: CallSyntax) -> tuple[str, ...]:
    if node.function == "discount":
        return tuple(f"discount.{arg.name}" for arg in node.args if isinstance(arg, Name))
    if node.function.startswith("area_"):
        return ("t", "step")
    return _BUILT_IN.get(node.function, ())


def _operands(node: Syntax, *, inside_lag: bool) -> tuple[Syntax, ...]:
    """Return the operands that refer to quantities."""
    if not isinstance(node, CallSyntax):
        return node.children()
    if node.function in ("discount", "count"):
        return ()
    args = node.args[1:] if node.function == "lag" and not inside_lag else node.args
    return args + tuple(value for keyword in node.keywords if keyword.name != "over" for value in keyword.values)
