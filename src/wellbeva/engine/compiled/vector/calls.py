"""Making the functions of this folder callable from Numba's code."""

from __future__ import annotations

import inspect
import platform
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import config, types
from numba.extending import intrinsic

from wellbeva.engine.compiled.vector.values import DOUBLE, WORD, Real, Truth, Word


class Kind(NamedTuple):
    """The type of a value: the class of this folder, LLVM's type and Numba's."""

    value: type[Real | Truth | Word]
    llvm: ir.Type
    numba: types.Type


KINDS: Final = {
    "Real": Kind(Real, DOUBLE, types.float64),
    "Truth": Kind(Truth, ir.IntType(1), types.boolean),
    "Word": Kind(Word, WORD, types.int64),
}


def _written(module: ir.Module, body: Callable[..., Any], takes: list[Kind], gives: Kind) -> ir.Function:
    """Return the function of `module` that does what `body` says, written there on its first use."""
    name = f"wellbeva.{body.__name__}"
    if name in module.globals:
        return module.globals[name]
    function = ir.Function(module, ir.FunctionType(gives.llvm, [kind.llvm for kind in takes]), name)
    function.linkage = "internal"
    function.attributes.add("alwaysinline")
    function.attributes.add("nounwind")
    builder = ir.IRBuilder(function.append_basic_block())
    builder.ret(body(*(kind.value(builder, given) for kind, given in zip(takes, function.args, strict=True))).value)
    return function


class Body(NamedTuple):
    """A function of this folder: how it is written, and the kinds of its arguments and of its result."""

    write: Callable[..., Any]
    takes: list[Kind]
    gives: Kind

    def call(self, builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
        """Write a call of it, and the function itself where the module has none yet.

        Parameters
        ----------
        builder : llvmlite.ir.IRBuilder
            Stands where the call belongs.
        arguments : sequence of llvmlite.ir.Value
            One for each of `takes`, of its LLVM type.
        """
        return builder.call(_written(builder.module, self.write, self.takes, self.gives), arguments)


BODIES: Final[dict[Any, Body]] = {}
"""The body of each function that `callable_from_loops` has returned."""


def callable_from_loops(body: Callable[..., Any]) -> Any:
    """Return `body` as a function that Numba's code can call on numbers; whole ones become doubles.

    The kinds of its arguments and of its result are read from its annotations.
    """
    names = inspect.get_annotations(body)
    gives = KINDS[names.pop("return")]
    takes = [KINDS[name] for name in names.values()]
    signature = gives.numba(*(kind.numba for kind in takes))
    written = Body(body, takes, gives)

    def generate(_context: Any, builder: ir.IRBuilder, _signature: Any, arguments: list[ir.Value]) -> ir.Value:
        return written.call(builder, arguments)

    def typed(*given: types.Type) -> Any:
        return (signature, generate) if all(isinstance(x, types.Number | types.Boolean) for x in given) else None

    def one(_typing: Any, a: types.Type) -> Any:
        return typed(a)

    def two(_typing: Any, a: types.Type, b: types.Type) -> Any:
        return typed(a, b)

    def three(_typing: Any, a: types.Type, b: types.Type, c: types.Type) -> Any:
        return typed(a, b, c)

    definition = (one, two, three)[len(takes) - 1]
    definition.__name__ = body.__name__
    definition.__doc__ = body.__doc__
    found: Any = intrinsic(definition)
    BODIES[found] = written
    return found


def has_fma() -> bool:
    """Say whether the code that Numba makes may use the processor's fused multiply-add.

    Without it the functions of this folder give the same bits, but call a library routine for each step.
    """
    if platform.machine().lower() not in {"x86_64", "amd64", "i386", "i686"}:
        return platform.machine().lower() in {"aarch64", "arm64", "ppc64le"}
    settings: Any = config  # its names are made at run time
    if settings.CPU_FEATURES is not None:
        return "+fma" in settings.CPU_FEATURES.split(",")
    return bool(settings.ENABLE_AVX) and bool(llvm.get_host_cpu_features().get("fma", False))
