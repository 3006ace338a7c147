"""The functions of this folder by name, and how LLVM's instructions for one are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from llvmlite import ir

from wellbeva.engine.compiled.vector import areas, elementwise, exponential, logarithm, normal, powers, rungs
from wellbeva.engine.compiled.vector.values import DOUBLE, WORD, Numbers, Real, Truth, Word
from wellbeva.language.functions import ELEMENTWISE, Operations


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
    """A function: what it takes and gives, and how it is written.

    Parameters
    ----------
    name : str
    write : callable
        Writes the instructions when it is run.
    takes : sequence of str
    gives : str
        Kinds of its operands and of its result.
    """

    def __init__(self, name: str, write: Callable[..., Any], takes: Sequence[str], gives: str) -> None:
        self.symbol = f"wellbeva.{name}"
        self.write, self.takes, self.gives = write, takes, gives

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


def _annotated(write: Callable[..., Any]) -> Body:
    """Return a body whose kinds are the annotations of what writes it."""
    kinds = inspect.get_annotations(write)
    gives = kinds.pop("return")
    return Body(write.__name__, write, [*kinds.values()], gives)


OPERATIONS: Final = Operations(
    absolute=elementwise.absolute, ceil=elementwise.ceil, choose=elementwise.choose, exp=exponential.exp,
    expm1=exponential.expm1, floor=elementwise.floor, greatest=elementwise.greatest, least=elementwise.least,
    log=logarithm.log, log1p=logarithm.log1p, normal_cdf=normal.normal_cdf, power=powers.power,
    remainder=elementwise.remainder, sign=elementwise.sign, sqrt=elementwise.sqrt, trunc=elementwise.trunc,
)  # fmt: skip
_RUN_UPS: Final = (areas.run_up_linear, areas.run_up_exponential, areas.run_up_geometric)
_LOOKING_UP: Final = (rungs.rung, rungs.label, rungs.lower_rung, rungs.way)
_AREAS: Final = {run_up.__name__.replace("run_up", "area"): areas.over_step(run_up) for run_up in _RUN_UPS}
BODIES: Final = {
    **{name: _annotated(getattr(OPERATIONS, name)) for name in Operations._fields},
    **{write.__name__: _annotated(write) for write in (*_RUN_UPS, *_LOOKING_UP)},
    **{name: Body(name, write, ["Real"] * 7, "Real") for name, write in _AREAS.items()},
    **{
        name: Body(name, function.by(OPERATIONS), ["Real"] * len(function.operands), "Real")
        for name, function in ELEMENTWISE.items()
        if function.formula
    },
}
"""All functions, by the names under which loops call them."""
