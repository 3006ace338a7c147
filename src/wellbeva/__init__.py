"""Cost-effectiveness modelling for community wellbeing.

Everything is imported on first use, so ``import wellbeva`` costs next to nothing.

Examples
--------
>>> import wellbeva
>>> wellbeva.__version__.count(".")
2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wellbeva.api import (
        Difference,
        Run,
        Verdict,
        check,
        combinations,
        diff,
        docs,
        explain,
        formula_workbook,
        load,
        model,
        plot_inputs,
        replay,
        run,
        self_checks,
        sensitivity,
        test,
    )
    from wellbeva.errors import Diagnostic, WellbevaError

__all__ = [
    "Diagnostic",
    "Difference",
    "Run",
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
    "test",
]

_HOMES = {
    **dict.fromkeys(("Diagnostic", "WellbevaError"), "wellbeva.errors"),
    **dict.fromkeys(
        (
            "Difference",
            "Run",
            "Verdict",
            "check",
            "diff",
            "combinations",
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
            "test",
        ),
        "wellbeva.api",
    ),
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("wellbeva")
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'wellbeva' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
