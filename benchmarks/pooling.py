"""10,000 meta-analyses of 30 studies by Paule and Mandel's variance between studies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Asked, Benchmark, Task
from wellbeva.evidence.pooling.between import ESTIMATORS, at

Floats = npt.NDArray[np.float64]

STUDIES = 30
TOGETHER = 512
"""Meta-analyses that are pooled at a time: their arrays stay in the processor's cache."""


def drawn(number: int) -> tuple[Floats, Floats]:
    """Return effects and variances, arrays (meta-analysis, study)."""
    random = np.random.default_rng(1)
    variances = random.uniform(0.01, 0.2, (number, STUDIES))
    return random.normal(0.3, np.sqrt(variances + 0.05)), variances


def pooled(effects: Floats, variances: Floats, between: str) -> Floats:
    """Return mean, standard error of a normal interval, tau2 and Q, array (4, meta-analysis).

    Parameters
    ----------
    effects, variances : array (meta-analysis, study)
    between : str
    """
    design = np.ones((effects.shape[1], 1))
    parts = []
    for rows in range(0, len(effects), TOGETHER):
        y, v = effects[rows : rows + TOGETHER], variances[rows : rows + TOGETHER]
        tau2 = ESTIMATORS[between](y, v, design)
        line = at(tau2, y, v, design)
        parts.append([line.coefficients[:, 0], np.sqrt(line.covariance[:, 0, 0]), tau2, at(0.0, y, v, design).q])
    return np.concatenate(parts, axis=1)


def ours(size: int, threads: int) -> Task:
    """Return what `pooled` does of many."""
    effects, variances = drawn(size)
    return lambda: pooled(effects, variances, "Paule-Mandel")


def theirs(size: int, threads: int) -> Task:
    """Return the same by statsmodels, one meta-analysis after the other."""
    from statsmodels.stats.meta_analysis import combine_effects

    effects, variances = drawn(size)

    def each() -> Floats:
        pooled = [combine_effects(y, v) for y, v in zip(effects, variances, strict=True)]
        return np.array([[one.mean_effect_re, one.sd_eff_w_re, one.tau2, one.q] for one in pooled]).T

    return each


def agree(mine: object, other: object) -> None:
    """Allow for statsmodels' stop, where Q is within 1e-5 of its root; Q falls by 100 or more for 1 of tau2."""
    np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=1e-9, atol=1e-6)


BENCHMARK = Benchmark(
    name="pooling-10000",
    against="statsmodels' combine_effects, Paule and Mandel, one after the other",
    ask=50,
    ours=ours,
    theirs=theirs,
    agree=agree,
    sizes=(10_000,),
    tiny=40,
    counts="meta-analyses",
    asked=Asked.AT_LEAST,
)
