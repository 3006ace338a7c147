"""The list of benchmarks."""

from __future__ import annotations

from benchmarks import checking, cohort, compiling, fading, information, long, precision, sobol, startup, trajectory
from benchmarks.benchmark import Benchmark


def benchmarks() -> tuple[Benchmark, ...]:
    """Return all benchmarks: those of speed, those of what surrounds it, those that take minutes."""
    return (
        *fading.BENCHMARKS,
        *precision.BENCHMARKS,
        cohort.BENCHMARK,
        startup.COLD_START,
        *compiling.BENCHMARKS,
        trajectory.BENCHMARK,
        sobol.BENCHMARK,
        startup.HELP,
        startup.DEMO_COMMAND,
        checking.BENCHMARK,
        *information.BENCHMARKS,
        *long.BENCHMARKS,
    )
