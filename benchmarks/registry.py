"""The list of benchmarks."""

from __future__ import annotations

from benchmarks import checking, sobol, startup, trajectory
from benchmarks.benchmark import Benchmark


def benchmarks() -> tuple[Benchmark, ...]:
    """Return all benchmarks."""
    return (trajectory.BENCHMARK, sobol.BENCHMARK, startup.HELP, startup.DEMO_COMMAND, checking.BENCHMARK)
