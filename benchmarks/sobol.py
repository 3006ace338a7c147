"""Drawing inputs: 33 elements of the usual families in 16 randomisations, against SciPy's own parts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Benchmark, Task

Floats = npt.NDArray[np.float64]

RANDOMISATIONS = 16
BLOCK = 512
# Eleven of each three: a share, a gain, a duration or sum of money.
FAMILIES = (("beta", (24.1, 10.3)), ("normal", (0.30, 0.13)), ("gamma", (9.0, 0.08)))
ELEMENTS = tuple(FAMILIES[index % 3] for index in range(33))


def ours(size: int, threads: int) -> Task:
    """Draw with `sampling.Sampler`, in blocks of 512 as the engine does; return the mean of each element."""
    from wellbeva.distributions.spec import Distribution
    from wellbeva.plan.plan import Element
    from wellbeva.sampling.sampler import Sampler

    elements = [Element(f"x{k}", k, Distribution(family, args), 0.0) for k, (family, args) in enumerate(ELEMENTS)]

    def draw() -> Floats:
        each = _each(size)
        sampler = Sampler(elements, design="sobol", seed=1, randomisations=RANDOMISATIONS, draws_each=each)
        total = np.zeros(len(ELEMENTS))
        for randomisation in range(RANDOMISATIONS):
            for start in range(0, each, BLOCK):
                total += sampler.block(randomisation, start, BLOCK).sum(axis=1)
        return total / (each * RANDOMISATIONS)

    return draw


def theirs(size: int, threads: int) -> Task:
    """Draw with `scipy.stats.qmc.Sobol` and the frozen distributions' ``ppf``."""
    from scipy import stats

    made = {"beta": stats.beta, "normal": stats.norm, "gamma": lambda shape, scale: stats.gamma(shape, scale=scale)}
    frozen = [made[family](*args) for family, args in ELEMENTS]

    def draw() -> Floats:
        each = _each(size)
        total = np.zeros(len(ELEMENTS))
        for randomisation in range(RANDOMISATIONS):
            points = stats.qmc.Sobol(len(ELEMENTS), scramble=True, rng=randomisation).random(each)
            total += [one.ppf(points[:, column]).sum() for column, one in enumerate(frozen)]
        return total / (each * RANDOMISATIONS)

    return draw


def agree(mine: object, other: object) -> None:
    """Both means are near the distribution's own: within 4 standard errors of plain random draws of the smallest size.

    Scrambled Sobol is far nearer than that; the bound is only there to catch a wrong family or argument.
    """
    truth = {"beta": (24.1 / 34.4, 0.0771), "normal": (0.30, 0.13), "gamma": (0.72, 0.24)}
    mean = np.array([truth[family][0] for family, _ in ELEMENTS])
    spread = np.array([truth[family][1] for family, _ in ELEMENTS])
    for found in (mine, other):
        assert np.all(np.abs(np.asarray(found) - mean) < 4 * spread / np.sqrt(BLOCK * RANDOMISATIONS)), found


def _each(size: int) -> int:
    return max(BLOCK, size // RANDOMISATIONS // BLOCK * BLOCK)


BENCHMARK = Benchmark(
    name="sampling-sobol",
    against="scipy.stats.qmc.Sobol and scipy.stats ppf, whole columns at once",
    ask=0.5,
    ours=ours,
    theirs=theirs,
    agree=agree,
    sizes=(2**14, 2**18),
    tiny=2**13,
    counts="draws",
)
