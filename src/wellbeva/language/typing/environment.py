"""Meaning of the names in an equation, as the compiler hands it to typing, and when an expression is known (R23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from wellbeva.core.axes import Axis
from wellbeva.core.units import DIMENSIONLESS, Unit
from wellbeva.language.ir import DType, Node, Ratio, Ref
from wellbeva.language.traversal import walk


@dataclass(frozen=True, slots=True)
class Symbol:
    """A parameter, an equation or a built-in.

    Parameters
    ----------
    axes : tuple of str
        ``draw`` among them if it is uncertain; never in a symbol of stage ``mean``.
    unit : Unit
        Dimensionless for ``bool`` and ``label``.
    dtype : {"float", "bool", "label"}
        ``bool`` for switches and equations that are true or false, ``label`` for choices.
    choices : tuple of str
        Labels of a choice, in the order of their indices.
    stage : {"draw", "mean"}
        ``mean``: a ratio of means, known only after the draws (FORMAT R23).
    """

    axes: tuple[str, ...] = ()
    unit: Unit = DIMENSIONLESS
    dtype: DType = "float"
    choices: tuple[str, ...] = ()
    stage: Literal["draw", "mean"] = "draw"


@dataclass(frozen=True, slots=True)
class Environment:
    """All that typing an equation needs.

    Parameters
    ----------
    symbols : mapping of name to Symbol
        Built-ins among them: ``t``, ``step``, ``first``, ``last``, ``discount.money`` …
    axes : mapping of name to Axis
        Without ``draw``.
    own : tuple of str
        The model's own axes in the order in which it names them.
    money : Unit
        The appraisal's currency and price year.
    comparator : int or None
        Index of the comparator on the axis ``option``; None if it is ``nothing``.
    parse_unit : callable
        Text of a unit (of a ladder's rungs) to Unit; may raise ValueError.
    years_in : callable
        Word of a duration to years, by the appraisal's calendar (FORMAT R8).
    doubtful : frozenset of str
        Symbols that only stand in for names that an error leaves unknown: a fault of an expression that names
        one may follow from that error alone, and is not reported.
    """

    symbols: Mapping[str, Symbol]
    axes: Mapping[str, Axis]
    own: tuple[str, ...]
    money: Unit
    comparator: int | None
    parse_unit: Callable[[str], Unit]
    years_in: Callable[[str], Fraction | None]
    doubtful: frozenset[str] = frozenset()


def is_mean(node: Node, environment: Environment) -> bool:
    """Whether an expression contains a ratio of means, its own or another equation's.

    Parameters
    ----------
    node : Node
    environment : Environment
        Says which of the names are of stage ``mean``.
    """
    for part in walk(node):
        if isinstance(part, Ratio):
            return True
        if isinstance(part, Ref):
            symbol = environment.symbols.get(part.name)
            if symbol is not None and symbol.stage == "mean":
                return True
    return False


def stage_of(node: Node, environment: Environment) -> Literal["draw", "mean"]:
    """Return ``mean`` for an expression that can be evaluated only on means over draws.

    Parameters
    ----------
    node : Node
    environment : Environment
        Says which of the names are of stage ``mean``.
    """
    return "mean" if is_mean(node, environment) else "draw"
