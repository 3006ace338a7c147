"""Units: a small algebra of named dimensions, checked while compiling and free at run time.

`Unit` is a product of powers of base tokens. ``share`` and ``ratio`` are dimensionless; WELLBY is
LS * person * year; a currency carries its price year (``GBP[2024]``). ``month``, ``week`` and ``day``
are tokens of their own: adding a monthly to a yearly flow is an error, not a conversion.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of base tokens, sorted by token; empty is dimensionless."""

    powers: tuple[tuple[str, Fraction], ...] = ()
