"""The list of benchmarks."""

from __future__ import annotations

from importlib.util import find_spec

from benchmarks import (
    checking,
    cohort,
    compiling,
    fading,
    inequality,
    information,
    long,
    page,
    pooling,
    portfolio,
    precision,
    sensitivity,
    sobol,
    startup,
    trajectory,
)
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
        *((sensitivity.BENCHMARK,) if find_spec("SALib") else ()),  # an extra, `make test-extras`
        portfolio.BENCHMARK,
        pooling.BENCHMARK,
        inequality.BENCHMARK,
        *page.BENCHMARKS,
        *long.BENCHMARKS,
    )
