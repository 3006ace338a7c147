"""The public functions: load, check, run, test a scenario, and look at what it says; most come on first use."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from wellbeva.api.checks import check as check
from wellbeva.api.checks import load as load
from wellbeva.api.combinations import combinations as combinations
from wellbeva.api.runs import DEFAULT_DRAWS as DEFAULT_DRAWS
from wellbeva.api.runs import Run as Run
from wellbeva.api.runs import run as run
from wellbeva.api.runs import run_compiled as run_compiled
from wellbeva.api.self_checks import self_checks as self_checks

if TYPE_CHECKING:
    from wellbeva.api.analyses import Analysis as Analysis
    from wellbeva.api.batch.sweeps import sweep as sweep
    from wellbeva.api.differences import Difference as Difference
    from wellbeva.api.differences import diff as diff
    from wellbeva.api.explanations import docs as docs
    from wellbeva.api.explanations import explain as explain
    from wellbeva.api.explanations import files_read as files_read
    from wellbeva.api.explanations import formula_workbook as formula_workbook
    from wellbeva.api.explanations import plot_inputs as plot_inputs
    from wellbeva.api.explanations import replay as replay
    from wellbeva.api.global_sensitivity import sensitivity as sensitivity
    from wellbeva.api.published import Verdict as Verdict
    from wellbeva.api.published import test as test
    from wellbeva.api.scenario_model import ScenarioModel as ScenarioModel
    from wellbeva.api.scenario_model import model as model
    from wellbeva.api.views.documents import Document as Document

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
