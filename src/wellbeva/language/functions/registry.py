"""The register of functions: operands, unit rule, axes rule, words, and an example that the tests evaluate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from wellbeva.language.functions.units import UnitRule

Form = Literal["reduction", "elementwise", "profile", "ordered", "ladder", "special"]


@dataclass(frozen=True, eq=False)
class Function:
    """One function of the language.

    Parameters
    ----------
    name : str
    operands : tuple of str
        Names of the operands that stand by position, as a person writes them.
    unit : str or UnitRule
        The unit rule; in words where `language.typing` has a rule for this function alone.
    doc : str
        One sentence; formula and source where there is one.
    example : str
        An expression of numbers alone where that can be, else one that shows the use.
    value : float or None
        What the example gives, in the unit of its result; None where it needs axes.
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
    """A function that works value by value."""

    unit: UnitRule
    _: KW_ONLY
    form: Form = "elementwise"


FUNCTIONS: dict[str, Function] = {}
"""The functions by name."""


def register(*functions: Function) -> None:
    """Add functions to the language; what one lacks is an error at once."""
    for function in functions:
        for fault in _faults(function):
            raise ValueError(f"the function `{function.name}` {fault}")
        FUNCTIONS[function.name] = function


def _faults(function: Function) -> Iterator[str]:
    if function.name in FUNCTIONS:
        yield "is registered already"
    if f"{function.name}(" not in function.example:
        yield "has no example that calls it"
    if isinstance(function, Elementwise) and function.value is None:
        yield "does not say what its example gives"
