"""Engine result -> xarray Dataset with registered variables, and the run folder."""

from __future__ import annotations

from wellbeva.results.build import build
from wellbeva.results.store import open_run, write_run

__all__ = ["build", "open_run", "write_run"]
