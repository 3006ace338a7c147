"""10,000 meta-analyses of 30 studies by Paule and Mandel's variance between studies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Asked, Benchmark, Task
from wellbeva.evidence.pooling.pool import pool_many

Floats = npt.NDArray[np.float64]

STUDIES = 30


def drawn(number: int) -> tuple[Floats, Floats]:
    """Return effects and variances, arrays (meta-analysis, study)."""
    random = np.random.default_rng(1)
    variances = random.uniform(0.01, 0.2, (number, STUDIES))
    return random.normal(0.3, np.sqrt(variances + 0.05)), variances


def ours(size: int, threads: int) -> Task:
    """Return mean, standard error, tau2 and Q, array (4, meta-analysis)."""
    effects, variances = drawn(size)
    return lambda: np.stack(pool_many(effects, variances, between="Paule-Mandel"))


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
