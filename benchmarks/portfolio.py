"""The best purchase of 40 offers in each of 1,000 draws, where some offers exclude or need each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Asked, Benchmark, Task
from wellbeva.analysis.portfolio.choices import Choices, Limit
from wellbeva.analysis.portfolio.purchase import _by_programme as by_programme
from wellbeva.analysis.portfolio.purchase import best_purchases

Floats = npt.NDArray[np.float64]

OFFERS = 40


def drawn(draws: int) -> tuple[Choices, Floats, Floats, float]:
    """Return rules, value and cost of each offer in each draw, and a budget, all in shares of that."""
    random, ones = np.random.default_rng(1), np.ones(OFFERS, dtype=np.int64)
    mean = random.lognormal(11, 1, OFFERS)
    cost = mean * random.lognormal(0, 0.2, (draws, OFFERS))
    effect = mean / 1e4 * random.lognormal(0.3, 0.6, OFFERS) * random.lognormal(0, 0.5, (draws, OFFERS))
    budget = mean.sum() * 0.3
    names = tuple(f"offer {index}" for index in range(OFFERS))
    choices = Choices(names, ones, ones, exclusive=((0, 1), (2, 3, 4)), needs=((5, 6),))
    return choices, (13_000 * effect - cost) / budget, cost / budget, 1.0


def ours(size: int, threads: int) -> Task:
    """Return what the best purchase of each draw is worth, array (draw,)."""
    choices, value, cost, budget = drawn(size)
    return lambda: (np.array(best_purchases(choices, value, cost, budget)) * value).sum(axis=1)


def theirs(size: int, threads: int) -> Task:
    """Return the same by a mixed-integer programme for each draw."""
    choices, value, cost, budget = drawn(size)

    def programmes() -> Floats:
        units = [
            by_programme(choices, each, Limit("budget", paid, most=budget))
            for each, paid in zip(value, cost, strict=True)
        ]
        return np.asarray((np.array(units) * value).sum(axis=1))

    return programmes


def agree(mine: object, other: object) -> None:
    """Values that differ by 1e-7 of the largest for each of 40 offers are tied."""
    np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=1e-5)


BENCHMARK = Benchmark(
    name="portfolio-40",
    against="HiGHS by scipy.optimize.milp, a programme for each draw",
    ask=10,
    ours=ours,
    theirs=theirs,
    agree=agree,
    sizes=(1_000,),
    tiny=50,
    counts="draws",
    asked=Asked.SECONDS,
    repeats=1,
)
