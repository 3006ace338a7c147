"""Engine result -> xarray Dataset with registered variables, and the run folder.

Imported on first use: `check` needs the names of variables alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wellbeva.results.dataset import build
    from wellbeva.results.run_folder import open_run, write_run

__all__ = ["build", "open_run", "write_run"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module 'wellbeva.results' has no attribute {name!r}")
    from wellbeva.results import dataset, run_folder

    return getattr(dataset if name == "build" else run_folder, name)
