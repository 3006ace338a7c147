"""A whole run of the wellbeing trajectory: 33 uncertain inputs, 4 options, 4 groups, 10 years.

The other side is what somebody who knows NumPy well writes for this one model by hand: arrays over (draw, option),
the time axis in closed form, one randomisation at a time so that memory stays small, and only what the decision needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Benchmark, Task

if TYPE_CHECKING:
    from wellbeva.engine.reductions.result import Moments

Floats = npt.NDArray[np.float64]

SCENARIO = Path(__file__).parent / "trajectory.yaml"
RANDOMISATIONS, BLOCK = 16, 512
OPTIONS = ("walks", "visits", "courses", "sports")
GROUPS = ("young", "middle", "older", "oldest")
PROBABILITIES = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
PEOPLE, FADE, YEARS = np.array([100.0, 200.0, 300.0, 400.0]), 2.0, 10
WELLBEING_RATE = 0.015


def ours(size: int, threads: int) -> Task:
    """Compile, then time the engine: draws, equations, moments, quantiles, decision."""
    from wellbeva import api
    from wellbeva.engine.run.block_loop import run
    from wellbeva.engine.run.settings import RunSettings

    plan = api.load(SCENARIO).plan
    assert plan.decision is not None
    central = plan.decision.central

    def go() -> Floats:
        result = run(plan, RunSettings(draws=_each(size) * RANDOMISATIONS, threads=threads))
        found = [_pooled(result.moments[name]) for name in ("wellbys", "cost", "npsv")]
        found[2] = found[2][..., central]
        return np.stack(found, axis=1)

    return go


def _pooled(moments: Moments) -> Floats:
    """Return mean and standard deviation of all draws, from those of each randomisation."""
    mean = moments.mean.mean(axis=0)
    between = moments.count[0] * ((moments.mean - mean) ** 2).sum(axis=0)
    return np.stack([mean, np.sqrt((moments.m2.sum(axis=0) + between) / moments.count.sum())])


def theirs(size: int, threads: int) -> Task:
    """Return the same by hand, with SciPy's Sobol points and quantile functions."""
    from scipy import stats

    from wellbeva import api

    plan = api.load(SCENARIO).plan
    assert plan.decision is not None
    value = plan.decision.values[plan.decision.central]
    args = {one.name: one.distribution.args for one in plan.elements}
    normal = [args[f"effect[{group}, {option}]"] for option in OPTIONS for group in GROUPS]
    beta = [args[f"{name}[{option}]"] for name in ("take_up", "completion") for option in OPTIONS] + [
        args["publication_bias"]
    ]
    gamma = [args[f"{name}[{option}]"] for name in ("hold", "cost_per_person") for option in OPTIONS]
    mean, sd = np.array(normal).T
    a, b = np.array(beta).T
    shape, scale = np.array(gamma).T

    def go() -> Floats:
        each = _each(size)
        kept = []
        for randomisation in range(RANDOMISATIONS):
            u = stats.qmc.Sobol(33, scramble=True, rng=randomisation).random(each)
            effect = stats.norm.ppf(u[:, :16], mean, sd).reshape(each, 4, 4)
            shares = stats.beta.ppf(u[:, 16:25], a, b)
            times = stats.gamma.ppf(u[:, 25:], shape, scale=scale)
            take_up, completion, bias = shares[:, :4], shares[:, 4:8], shares[:, 8:]
            hold, price = times[:, :4], times[:, 4:]
            started = PEOPLE * take_up
            years = discounted_years(hold)
            wellbys = started * completion * bias * years * effect.sum(axis=2)
            cost = price * started * len(GROUPS)
            kept.append(np.stack([wellbys, cost, wellbys * value - cost]))
        drawn = np.concatenate(kept, axis=1)
        np.quantile(drawn, PROBABILITIES, axis=1)
        best = np.maximum(drawn[2].max(axis=1), 0.0)
        _ = (drawn[0] <= 0).mean(axis=0), (drawn[2] > 0).mean(axis=0), (drawn[2] == best[:, None]).mean(axis=0)
        return np.stack([drawn.mean(axis=1), drawn.std(axis=1)])

    return go


def discounted_years(hold: Floats) -> Floats:
    """Return years at full gain, discounted: full for `hold` years, then falling to none over `FADE` years.

    The area under the profile up to time x is min(x, hold) + y - y²/(2 FADE), where y is the time spent fading; each
    year's area is the difference of two such, times its factor (HM Treasury Green Book: year 0 undiscounted).
    """
    edges = np.arange(YEARS + 1.0)
    faded = np.clip(edges - hold[..., None], 0.0, FADE)
    area = np.minimum(edges, hold[..., None]) + faded - faded * faded / (2 * FADE)
    return np.diff(area, axis=-1) @ ((1 + WELLBEING_RATE) ** -np.arange(YEARS))


def agree(mine: object, other: object) -> None:
    """Means differ by less than six standard errors of plain draws at the smallest size, deviations by less than 5%.

    Scrambled Sobol on both sides is far nearer than that: they catch another model, not another point.
    """
    (mean, sd), (other_mean, other_sd) = np.asarray(mine), np.asarray(other)
    error = other_sd / np.sqrt(BLOCK * RANDOMISATIONS)
    assert np.all(np.abs(mean - other_mean) < 6 * error), (mean, other_mean, error)
    np.testing.assert_allclose(sd, other_sd, rtol=0.05)


def _each(size: int) -> int:
    return max(BLOCK, size // RANDOMISATIONS // BLOCK * BLOCK)


BENCHMARK = Benchmark(
    name="trajectory-expert-numpy",
    against="the same model by hand in NumPy, only what the decision needs, with SciPy's Sobol points and ppf",
    ask=1.0,
    ours=ours,
    theirs=theirs,
    agree=agree,
    sizes=(2**14, 2**17),
    tiny=2**13,
    counts="draws",
)
