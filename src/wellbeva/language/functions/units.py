"""Unit rules of elementwise functions: the units of operands and result, and the words for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, Protocol

from wellbeva.core.units import Unit


class Operands(Protocol):
    """The operands of a call, as a unit rule sees them; a method that refuses them notes the error."""

    @property
    def units(self) -> Sequence[Unit]:
        """Their units, from left to right."""

    def pure(self, *places: int, noun: str = "") -> bool:
        """Require that operands have no unit.

        Parameters
        ----------
        *places : int
            Which, from 0; all if none is named.
        noun : str
            Their name, as the message begins: ``a probability``; the function itself if left out.
        """

    def equal(self) -> Unit | None:
        """Require one unit, which bare numbers take from the others, and return it."""

    def is_zero(self, place: int) -> bool:
        """Whether an operand is a bare 0, which has every unit."""

    def refuse(self, code: str, message: str, *, remedy: str) -> None:
        """Note an error that shows all operands with their units.

        Parameters
        ----------
        code, message, remedy
            Of the `Diagnostic`.
        """


class UnitRule(NamedTuple):
    """A unit rule of elementwise functions.

    Parameters
    ----------
    words : str
        For the reference.
    result : callable of Operands to Unit or None
        The unit of the result; None where an operand was refused.
    """

    words: str
    result: Callable[[Operands], Unit | None]

    def __str__(self) -> str:
        return self.words


NONE = UnitRule("none", lambda operands: Unit() if operands.pure() else None)
"""Neither the operands nor the result have a unit."""
KEEPS = UnitRule("of x", lambda operands: operands.units[0])
"""The result has the unit of the first operand."""
EQUAL = UnitRule("all equal", lambda operands: operands.equal())
"""All operands and the result have one unit."""
ROOT = UnitRule("square root of x's", lambda operands: operands.units[0] ** Fraction(1, 2))
