"""The public functions: load, check, run, test a scenario, and look at what it says; most come on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from wellbeva.api.checks import check, load
from wellbeva.api.combinations import combinations
from wellbeva.api.runs import DEFAULT_DRAWS, Run, run, run_compiled
from wellbeva.api.self_checks import self_checks

if TYPE_CHECKING:
    from wellbeva.api.analyses import Analysis
    from wellbeva.api.batch.sweeps import sweep
    from wellbeva.api.differences import Difference, diff
    from wellbeva.api.explanations import docs, explain, files_read, formula_workbook, plot_inputs, replay
    from wellbeva.api.global_sensitivity import sensitivity
    from wellbeva.api.published import Verdict, test
    from wellbeva.api.scenario_model import ScenarioModel, model
    from wellbeva.api.views.documents import Document

__all__ = [
    "DEFAULT_DRAWS",
    "Analysis",
    "Difference",
    "Document",
    "Run",
    "ScenarioModel",
    "Verdict",
    "check",
    "combinations",
    "diff",
    "docs",
    "explain",
    "files_read",
    "formula_workbook",
    "load",
    "model",
    "plot_inputs",
    "replay",
    "run",
    "run_compiled",
    "self_checks",
    "sensitivity",
    "sweep",
    "test",
]

_HOMES: Final = {
    "analyses": ("Analysis",),
    "batch.sweeps": ("sweep",),
    "differences": ("Difference", "diff"),
    "explanations": ("docs", "explain", "files_read", "formula_workbook", "plot_inputs", "replay"),
    "global_sensitivity": ("sensitivity",),
    "published": ("Verdict", "test"),
    "scenario_model": ("ScenarioModel", "model"),
    "views.documents": ("Document",),
}


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for: a run does without these."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
