"""The public functions: load, check, run, test a scenario, and look at what it says."""

from wellbeva.api.converging import Converged, converge
from wellbeva.api.looking import docs, explain, files_read, plot_inputs, replay
from wellbeva.api.running import DEFAULT_DRAWS, Run, check, load, run, run_compiled
from wellbeva.api.testing import Verdict, test

__all__ = [
    "DEFAULT_DRAWS",
    "Converged",
    "Run",
    "Verdict",
    "check",
    "converge",
    "docs",
    "explain",
    "files_read",
    "load",
    "plot_inputs",
    "replay",
    "run",
    "run_compiled",
    "test",
]
