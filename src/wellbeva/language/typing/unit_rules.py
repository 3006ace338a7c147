"""Bare numbers, equal units (FORMAT R24), and words that are not units."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wellbeva.core.spans import Located
from wellbeva.core.units import Unit, UnitError, to_years
from wellbeva.errors import Collector
from wellbeva.language.ir import Call, Const, Node, Select, Unary


@dataclass(frozen=True, slots=True)
class Typed:
    """A node, and whether it is made of bare numbers alone, so that it may still take a unit."""

    node: Node
    bare: bool = False


def adopt(node: Node, unit: Unit) -> Node:
    """Give a node that is made of bare numbers a unit.

    Parameters
    ----------
    node : Node
        Bare (`Typed.bare`): a number, or what negation, ``where`` or a function makes of bare numbers.
    unit : Unit

    Returns
    -------
    Node
        The same tree, each number and operation in it with the unit.
    """
    match node:
        case Const():
            return replace(node, unit=unit)
        case Unary():
            return replace(node, unit=unit, x=adopt(node.x, unit))
        case Select():
            return replace(node, unit=unit, yes=adopt(node.yes, unit), no=adopt(node.no, unit))
        case Call():
            return replace(node, unit=unit, args=tuple(adopt(arg, unit) for arg in node.args))
    return node


def first_non_zero(node: Node) -> Const | None:
    """Return the first number other than 0 among the bare numbers a node is made of."""
    match node:
        case Const():
            return None if node.value == 0.0 else node
        case Unary():
            return first_non_zero(node.x)
        case Select():
            return first_non_zero(node.yes) or first_non_zero(node.no)
        case Call():
            return next((number for arg in node.args if (number := first_non_zero(arg))), None)
    return None


def in_words(unit: Unit) -> str:
    """Return a unit for a message, with its verb: ``is in GBP[2025]``."""
    return "has no unit (a share, a ratio, a count)" if unit.dimensionless else f"is in {unit}"


def years_text(value: float) -> str:
    """Return a number of years as a person writes it."""
    return f"{value:g} year" if value == 1.0 else f"{value:g} years"


def only_duration_differs(unit: Unit, other: Unit) -> bool:
    """Whether two units are the same flow over different durations (monthly and yearly).

    Parameters
    ----------
    unit, other : Unit
    """
    return unit != other and to_years(unit) == to_years(other)


def refuse_unit(code: str, message: str, unit: Located, error: UnitError, collector: Collector) -> None:
    """Note an error for a unit that a model writes; an unknown word is reported once, however often it occurs.

    Parameters
    ----------
    code, message : str
    unit : Located
    error : UnitError
    collector : Collector
    """
    same = tuple(f"{word!r} is not a unit" for word in (error.word, f"{error.word}s"))
    if error.word and any(line.startswith(same) for diagnostic in collector.errors for line in diagnostic.lines):
        return
    collector.error(
        code,
        message,
        unit.span(),
        facts=(str(error),),
        remedy="write a unit such as share, LS, WELLBY, year or GBP/person"
        + (error.declare and f", or {error.declare}"),
    )
