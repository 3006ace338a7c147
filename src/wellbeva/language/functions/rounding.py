"""Rounding to whole numbers, and the remainder of a division."""

from __future__ import annotations

from wellbeva.language.functions.registry import Elementwise, Operations, Value, register
from wellbeva.language.functions.units import EQUAL, KEEPS


def _round(ops: Operations, x: Value) -> Value:
    # Halves go to the even neighbour in np.round, and 0.49999999999999994 would go up if 0.5 were added.
    truncated = ops.trunc(x)
    return truncated + ops.sign(x) * ops.choose(abs(x - truncated) >= 0.5, 1.0, 0.0)


register(
    Elementwise(
        "round", ("x",), KEEPS, "To the nearest whole; halves go away from 0.", "round(2.5)", 3.0,
        domain=((-9.0, 9.0),), jumps=True, formula=_round,
    ),
    Elementwise(
        "floor", ("x",), KEEPS, "The whole number below.", "floor(2.7)", 2.0,
        domain=((-9.0, 9.0),), jumps=True, operation="floor",
    ),
    Elementwise(
        "ceil", ("x",), KEEPS, "The whole number above.", "ceil(2.2)", 3.0,
        domain=((-9.0, 9.0),), jumps=True, operation="ceil",
    ),
    Elementwise(
        "mod", ("a", "b"), EQUAL, "a - b * floor(a / b): the sign of b.", "mod(7, 3)", 1.0,
        domain=((-9.0, 9.0), (0.7, 3.0)), jumps=True, operation="remainder",
    ),
)  # fmt: skip
