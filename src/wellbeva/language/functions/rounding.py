"""Rounding to wholes, and what is left of a division."""

from __future__ import annotations

from wellbeva.language.functions.registry import Elementwise, register
from wellbeva.language.functions.units import EQUAL, KEEPS

register(
    Elementwise(
        "round", ("x",), KEEPS, "To the nearest whole; halves go away from 0.", "round(2.5)", 3.0,
    ),
    Elementwise(
        "floor", ("x",), KEEPS, "The whole number below.", "floor(2.7)", 2.0,
    ),
    Elementwise(
        "ceil", ("x",), KEEPS, "The whole number above.", "ceil(2.2)", 3.0,
    ),
    Elementwise(
        "mod", ("a", "b"), EQUAL, "a - b * floor(a / b): the sign of b.", "mod(7, 3)", 1.0,
    ),
)  # fmt: skip
