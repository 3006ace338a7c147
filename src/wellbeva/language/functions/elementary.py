"""Elementary functions."""

from __future__ import annotations

from wellbeva.language.functions.registry import Elementwise, register
from wellbeva.language.functions.units import KEEPS, NONE, ROOT

register(
    Elementwise(
        "exp", ("x",), NONE, "The exponential.", "exp(1)", 2.718281828459045,
        domain=((-4.0, 2.0),), operation="exp",
        latex=r"\exp\left({}\right)", mathml="<msup><mi>e</mi><mrow>{}</mrow></msup>",
    ),
    Elementwise(
        "log", ("x",), NONE, "The natural logarithm.", "log(10)", 2.302585092994046,
        domain=((0.1, 10.0),), operation="log", latex=r"\log\left({}\right)",
    ),
    Elementwise(
        "normal_cdf", ("x",), NONE, "The standard normal distribution function.",
        "normal_cdf(1.96)", 0.9750021048517795,
        domain=((-3.0, 3.0),), operation="normal_cdf",
        latex=r"\Phi\left({}\right)", mathml="<mrow><mi>Φ</mi><mrow><mo>(</mo>{}<mo>)</mo></mrow></mrow>",
    ),
    Elementwise(
        "sqrt", ("x",), ROOT, "The square root.", "sqrt(2)", 1.4142135623730951,
        domain=((0.0, 9.0),), operation="sqrt", latex=r"\sqrt{{{}}}", mathml="<msqrt>{}</msqrt>",
    ),
    Elementwise(
        "abs", ("x",), KEEPS, "The size without the sign.", "abs(0 - 3)", 3.0,
        domain=((-9.0, 9.0),), operation="absolute",
        latex=r"\left|{}\right|", mathml="<mrow><mo>|</mo>{}<mo>|</mo></mrow>",
    ),
)  # fmt: skip
