"""Engine result -> xarray Dataset with registered variables, and the run folder."""

from __future__ import annotations

from wellbeva.results.dataset import build
from wellbeva.results.run_folder import open_run, write_run

__all__ = ["build", "open_run", "write_run"]
