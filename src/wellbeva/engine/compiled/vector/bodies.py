"""The functions of this folder by name, and how LLVM's instructions for one are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from llvmlite import ir

from wellbeva.engine.compiled.vector import areas, elementwise, exponential, logarithm, normal, powers, rungs
from wellbeva.engine.compiled.vector.values import DOUBLE, WORD, Numbers, Real, Truth, Word


class Kind(NamedTuple):
    """The type of a value here, and to LLVM."""

    value: type[Real | Truth | Word | Numbers]
    llvm: ir.Type


KINDS: Final = {
    "Real": Kind(Real, DOUBLE),
    "Truth": Kind(Truth, ir.IntType(1)),
    "Word": Kind(Word, WORD),
    "Numbers": Kind(Numbers, DOUBLE.as_pointer()),
}


class Body:
    """The kinds that a function takes and gives, and how it is written.

    Parameters
    ----------
    write : callable
        Writes the instructions when it is run; the kinds of its parameters and of its result are its annotations.
    """

    def __init__(self, write: Callable[..., Any]) -> None:
        names = inspect.get_annotations(write)
        self.write = write
        self.gives = names.pop("return")
        self.takes: list[str] = list(names.values())
        self.symbol = f"wellbeva.{write.__name__}"

    def define(self, module: ir.Module) -> None:
        """Write the function into a module, to be a part of its callers."""
        takes = [KINDS[kind] for kind in self.takes]
        kind = ir.FunctionType(KINDS[self.gives].llvm, [one.llvm for one in takes])
        function = ir.Function(module, kind, self.symbol)
        function.linkage = "internal"
        function.attributes.add("alwaysinline")
        function.attributes.add("nounwind")
        builder = ir.IRBuilder(function.append_basic_block())
        given = (one.value(builder, value) for one, value in zip(takes, function.args, strict=True))
        builder.ret(self.write(*given).value)


_WRITTEN: Final[dict[str, Callable[..., Any]]] = {
    "exp": exponential.exp, "expm1": exponential.expm1, "log": logarithm.log, "log1p": logarithm.log1p,
    "power": powers.power, "normal_cdf": normal.normal_cdf, "sqrt": elementwise.sqrt,
    "absolute": elementwise.absolute, "floor": elementwise.floor, "ceil": elementwise.ceil,
    "round_half_away": elementwise.round_half_away, "remainder": elementwise.remainder,
    "least": elementwise.least, "greatest": elementwise.greatest, "clip": elementwise.clip,
    "choose": elementwise.choose, "fma": elementwise.fused, "logit": elementwise.logit,
    "rate_to_prob": elementwise.rate_to_prob,
    "prob_to_rate": elementwise.prob_to_rate, "odds_to_prob": elementwise.odds_to_prob,
    "prob_to_odds": elementwise.prob_to_odds, "area_linear": areas.area_linear,
    "area_exponential": areas.area_exponential, "area_geometric": areas.area_geometric,
    "run_up_linear": areas.run_up_linear, "run_up_exponential": areas.run_up_exponential,
    "run_up_geometric": areas.run_up_geometric, "rung": rungs.rung, "label": rungs.label,
    "lower_rung": rungs.lower_rung, "way": rungs.way,
}  # fmt: skip
BODIES: Final = {name: Body(write) for name, write in _WRITTEN.items()}
"""All functions, by the names under which loops call them."""
