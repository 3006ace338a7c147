"""The register of functions: operands, unit rule, axes rule, words, an example that the tests evaluate, and code.

An elementwise function is one operation, or a formula of several, written once: `Operations` are those of NumPy for the
reference and the blocked engine, and those of machine code for the compiled one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

from wellbeva.language.functions.units import UnitRule

Form = Literal["reduction", "elementwise", "profile", "ordered", "ladder", "special"]
Value: TypeAlias = Any
"""An array of NumPy or a `Real` of machine code: arithmetic, comparison and ``abs`` are those of Python."""
Operation: TypeAlias = Callable[..., Value]


class Operations(NamedTuple):
    """Operations that a formula may use beside arithmetic, comparison and ``abs``.

    Each is of one value, but those of `greatest`, `least`, `power` and `remainder`, which are of two, and ``choose(
    condition, yes, no)``. Special values (infinities, nan, signed zeros) are those of NumPy.
    """

    absolute: Operation
    ceil: Operation
    choose: Operation
    exp: Operation
    expm1: Operation
    floor: Operation
    greatest: Operation
    least: Operation
    log: Operation
    log1p: Operation
    normal_cdf: Operation
    power: Operation
    remainder: Operation
    sign: Operation
    sqrt: Operation
    trunc: Operation


@dataclass(frozen=True, eq=False)
class Function:
    """One function of the language.

    Parameters
    ----------
    name : str
    operands : tuple of str
        Names of the positional operands, as a person writes them.
    unit : str or UnitRule
        The unit rule; in words where `language.typing` has a rule for this function alone.
    doc : str
        One sentence; formula and source where there is one.
    example : str
        An expression of numbers alone where that can be, else one that shows the use.
    value : float or None
        Value of the example, in the unit of its result; None where it needs axes.
    form : str
        ``elementwise`` functions become `ir.Call`; the others have nodes of their own.
    axes : str
        The axes rule in words; if left out, those of all operands.
    keywords : tuple of str
        Operands that may be given by name.
    optional : int
        How many of the last operands may be left out.
    """

    name: str
    operands: tuple[str, ...]
    unit: str | UnitRule
    doc: str
    example: str
    value: float | None = None
    _: KW_ONLY
    form: Form
    axes: str = ""
    keywords: tuple[str, ...] = ()
    optional: int = 0

    @property
    def usage(self) -> str:
        """How it is written: ``clip(x, low, high)``."""
        over = {"reduction": ", over=axis", "ordered": ", over=time", "ladder": ", axis=value"}.get(self.form, "")
        return f"{self.name}({', '.join(self.operands)}{over})"

    @property
    def axes_rule(self) -> str:
        """The axes rule in words."""
        return self.axes or ("keeps" if len(self.operands) == 1 else "union")


@dataclass(frozen=True, eq=False)
class Elementwise(Function):
    """A function that works value by value.

    Parameters
    ----------
    domain : tuple of (float, float)
        For each operand the interval from which tests take numbers: there engines agree to a few last places.
    jumps : bool
        Whether the result jumps somewhere in the domain, so that operands that agree to rounding may not do.
    operation : str
        The operation that it is; empty if it has a formula.
    formula : callable of Operations and the operands
        The function of several operations.
    latex, mathml : str
        How it is printed, ``{}`` for the operands; by its name if left out.
    """

    unit: UnitRule
    _: KW_ONLY
    form: Form = "elementwise"
    domain: tuple[tuple[float, float], ...] = ()
    jumps: bool = False
    operation: str = ""
    formula: Operation | None = None
    latex: str = ""
    mathml: str = ""

    @property
    def code(self) -> str:
        """The name of its machine code."""
        return self.operation or self.name

    def by(self, operations: Operations) -> Operation:
        """Return the function of values that these operations work on."""
        return partial(self.formula, operations) if self.formula else getattr(operations, self.operation)


FUNCTIONS: dict[str, Function] = {}
"""The functions by name."""


def register(*functions: Function) -> None:
    """Add functions to the language; an incomplete one is an error at once."""
    for function in functions:
        for fault in _faults(function):
            raise ValueError(f"the function `{function.name}` {fault}")
        FUNCTIONS[function.name] = function


def _faults(function: Function) -> Iterator[str]:
    if function.name in FUNCTIONS:
        yield "is registered already"
    if f"{function.name}(" not in function.example:
        yield "has no example that calls it"
    if isinstance(function, Elementwise):
        if function.value is None:
            yield "does not say what its example gives"
        if len(function.domain) != len(function.operands):
            yield "needs an interval for each operand (`domain`), from which tests take numbers"
        if bool(function.operation) == bool(function.formula):
            yield "needs an operation or a formula, and not both"
        if function.operation and function.operation not in Operations._fields:
            yield f"cannot be the operation `{function.operation}`; there are: {', '.join(Operations._fields)}"
        if function.formula and len(inspect.signature(function.formula).parameters) != 1 + len(function.operands):
            yield "has a formula that does not take the operations and its operands"
