"""Sobol indices of 20 inputs with 100 bootstraps, against SALib: its sampling and its analysis."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Asked, Benchmark, Task
from wellbeva.analysis.uncertainty.sobol import saltelli_design, sobol_indices

Floats = npt.NDArray[np.float64]

INPUTS = 20


def g_function(x: Floats) -> Floats:
    """Return Sobol's g of each row, in which each input matters less than the one before it."""
    weight = np.arange(INPUTS)
    return np.asarray(np.prod((np.abs(4 * x - 2) + weight) / (1 + weight), axis=1))


def ours(size: int, threads: int) -> Task:
    """Return values and half widths of first, total and second-order indices."""

    def study() -> Floats:
        x = saltelli_design(np.eye(INPUTS, dtype=bool), size, seed=1)
        found = sobol_indices(g_function(x), INPUTS, seed=1)
        return np.concatenate([part for index in found.values() for part in index])

    return study


def theirs(size: int, threads: int) -> Task:
    """Return the same by SALib."""
    sampler, analyser = import_module("SALib.sample.sobol"), import_module("SALib.analyze.sobol")
    problem = {"num_vars": INPUTS, "names": [f"x{k}" for k in range(INPUTS)], "bounds": [[0.0, 1.0]] * INPUTS}
    pairs = np.triu_indices(INPUTS, 1)

    def study() -> Floats:
        found = analyser.analyze(problem, g_function(sampler.sample(problem, size, seed=1)), seed=1)
        second = [found[name][pairs] for name in ("S2", "S2_conf")]
        return np.concatenate([*(found[name] for name in ("S1", "S1_conf", "ST", "ST_conf")), *second])

    return study


def agree(mine: object, other: object) -> None:
    """The same rows, estimators and resamples: only the order of sums differs."""
    np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=0, atol=1e-12)


BENCHMARK = Benchmark(
    name="sobol-indices",
    against="SALib: the design of 20 inputs, and its indices with 100 bootstraps",
    ask=20,
    ours=ours,
    theirs=theirs,
    agree=agree,
    sizes=(2**14,),
    tiny=2**6,
    counts="points",
    asked=Asked.AT_LEAST,
    repeats=1,
)
