"""The smaller, the larger, and between both."""

from __future__ import annotations

from wellbeva.language.functions.registry import Elementwise, register
from wellbeva.language.functions.units import EQUAL

register(
    Elementwise(
        "min", ("a", "b"), EQUAL, "The smaller of its operands, or over axes.", "min(3, 2)", 2.0,
        domain=((-9.0, 9.0), (-9.0, 9.0)), operation="least", latex=r"\min\left({}\right)",
    ),
    Elementwise(
        "max", ("a", "b"), EQUAL, "The larger of its operands, or over axes.", "max(3, 2)", 3.0,
        domain=((-9.0, 9.0), (-9.0, 9.0)), operation="greatest", latex=r"\max\left({}\right)",
    ),
    Elementwise(
        "clip", ("x", "low", "high"), EQUAL, "x, but not below low nor above high; if they cross, high.",
        "clip(12, 0, 10)", 10.0,
        domain=((-9.0, 9.0), (-3.0, 0.0), (0.0, 3.0)),
        formula=lambda ops, x, low, high: ops.least(ops.greatest(x, low), high),
    ),
)  # fmt: skip
