"""Cost-effectiveness modelling for community wellbeing.

Everything is imported on first use, so ``import wellbeva`` costs next to nothing.

Examples
--------
>>> import wellbeva
>>> wellbeva.__version__.count(".")
2
"""

# ruff: noqa: F405  (the names below are those of `wellbeva.api`)
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wellbeva.api import *  # noqa: F403
    from wellbeva.errors import Diagnostic, WellbevaError

__all__ = [
    "Analysis",
    "Diagnostic",
    "Difference",
    "Document",
    "Run",
    "ScenarioModel",
    "Verdict",
    "WellbevaError",
    "__version__",
    "check",
    "combinations",
    "diff",
    "docs",
    "explain",
    "formula_workbook",
    "load",
    "model",
    "plot_inputs",
    "replay",
    "run",
    "self_checks",
    "sensitivity",
    "sweep",
    "test",
]

_OF_ERRORS = frozenset({"Diagnostic", "WellbevaError"})


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("wellbeva")
    if name in __all__:
        from importlib import import_module
        from inspect import isfunction

        found = getattr(import_module("wellbeva.errors" if name in _OF_ERRORS else "wellbeva.api"), name)
        return import_module("wellbeva.api.sources").checked(found) if isfunction(found) else found
    raise AttributeError(f"module 'wellbeva' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
