"""Elementwise functions of the equation language, on plain arrays that broadcast together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from wellbeva.core.arrays import Flags, Floats
from wellbeva.language.functions import ELEMENTWISE, Operations

Elementwise = Callable[..., Floats]


def normal_cdf(x: Floats) -> Floats:
    """Return the distribution function of the standard normal."""
    from scipy.special import ndtr  # imported late: it takes longer than all the rest of the engine

    return np.asarray(ndtr(x))


OPERATIONS: Final = Operations(
    absolute=np.abs, ceil=np.ceil, choose=np.where, exp=np.exp, expm1=np.expm1, floor=np.floor, greatest=np.maximum,
    least=np.minimum, log=np.log, log1p=np.log1p, normal_cdf=normal_cdf, power=np.power, remainder=np.mod, sign=np.sign,
    sqrt=np.sqrt, trunc=np.trunc,
)  # fmt: skip

FUNCTIONS: Final[dict[str, Elementwise]] = {name: one.by(OPERATIONS) for name, one in ELEMENTWISE.items()}

ARITHMETIC: Final[dict[str, Elementwise]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
}

COMPARISONS: Final[dict[str, Callable[..., Flags]]] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
}
