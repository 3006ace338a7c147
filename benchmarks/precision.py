"""Time to a standard error: our quasi-random design against the expert's plain Monte Carlo, the Plan ready.

Ours is the time of one run of the decision alone, with the fewest draws (a power of two) that reach the error. Which
number that is, is found beforehand and not timed: the error asked of is that of the mean over a run's 16
randomisations, and its square is estimated over `SEEDS` runs, hence from 128 independent randomisations, so that a
lucky run does not count.

Theirs is the time of the expert's NumPy for as many independent draws as the variance asks for, n = (sd / error)^2,
the variance from a pilot that is not timed either. Where that is more than `MOST` draws, which would take minutes, the
time is that of `MOST` draws times n / MOST, for every draw costs the same; the note says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks import expert
from benchmarks.asking import levels_alone, plan_of, run_plan
from benchmarks.benchmark import Asked, Benchmark, Measured, Task, answer
from benchmarks.fading import HEADLINE

Floats = npt.NDArray[np.float64]

SEEDS = 8
LEAST, MOST = 2**13, 2**22
PILOT = 2**18


@dataclass(frozen=True, slots=True)
class Known:
    """Numbers with their standard errors, array (number,)."""

    value: Floats
    error: Floats


def randomisations(draws: int, threads: int, seed: int) -> tuple[Floats, Floats]:
    """Run, and return mean net benefit and EVPI of each randomisation, at the central value.

    EVPI is the highest net benefit less that of the option that is best by the pooled means (DESIGN section 5).

    Returns
    -------
    array (randomisation, option), array (randomisation,)
        [GBP]
    """
    plan = levels_alone(plan_of(HEADLINE))
    assert plan.decision is not None
    central = plan.decision.central
    result = run_plan(plan, draws=draws, threads=threads, design="sobol", decision_only=True, seed=seed)
    assert result.tally is not None
    benefit = result.moments["decision.net_benefit"].mean[:, central]
    at = int(np.flatnonzero(result.tally.thresholds == plan.decision.values[central])[0])
    best = int(benefit.mean(axis=0).argmax())
    return benefit, result.tally.max_net_benefit[:, at] - benefit[:, best]


def known(rows: Floats) -> Known:
    """Return the mean over randomisations and its standard error."""
    rows = rows.reshape(len(rows), -1)
    return Known(rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(len(rows)))


def ours(which: int) -> Callable[[int, int], Task]:
    """Return our side; `which` of what `randomisations` gives is looked at."""

    def prepare(size: int, threads: int) -> Task:
        draws = LEAST
        while not _reached(draws, threads, which, 1 / size):
            draws *= 2

        def go() -> object:
            rows = randomisations(draws, threads, 1)[which]
            return Measured(known(rows), note=f"ours takes {draws:,} draws")

        return go

    return prepare


def _reached(draws: int, threads: int, which: int, target: float) -> bool:
    found = [known(randomisations(draws, threads, seed)[which]) for seed in range(1, SEEDS + 1)]
    error = np.sqrt(np.mean([one.error**2 for one in found], axis=0))
    return bool(np.all(error <= target * np.abs(np.mean([one.value for one in found], axis=0))))


def theirs(which: int) -> Callable[[int, int], Task]:
    """Return the expert's side: means alone, or the decision at the central value for EVPI."""

    def prepare(size: int, _threads: int) -> Task:
        plan = plan_of(HEADLINE)
        assert plan.decision is not None
        central = plan.decision.central
        one = expert.fastest(expert.Expert, plan, draws=2**16)
        value, sd = _pilot(one, which, central)
        needed = int(np.ceil(np.max((sd * size / value) ** 2)))
        done = min(needed, MOST)
        note = f"theirs takes {needed:,} draws"
        if done < needed:
            note += f", extrapolated from the time of {done:,}"

        def go() -> object:
            start = time.perf_counter()
            told = one.means(done) if which == 0 else one.decide(done, (central,))
            seconds = (time.perf_counter() - start) * needed / told.draws
            found = told.evpi if which else plan.decision.values[central] * told.effect - told.cost
            return Measured(Known(found, sd / np.sqrt(told.draws)), amount=seconds, note=note)

        return go

    return prepare


def _pilot(one: expert.Fading, which: int, central: int) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of a draw of what is looked at, from draws of the expert's own."""
    benefit = []
    for _ in range(max(1, PILOT // one.chunk)):
        one.draw()
        benefit.append(one.values[central] * one.effect - one.cost)
    rows = np.concatenate(benefit, axis=1)
    if which:
        rows = (rows.max(axis=0) - rows[rows.mean(axis=1).argmax()])[None]
    return rows.mean(axis=1), rows.std(axis=1)


def agree(mine: object, other: object) -> None:
    """Both found the same numbers, within six of their joint standard errors."""
    one, two = answer(mine), answer(other)
    assert isinstance(one, Known)
    assert isinstance(two, Known)
    assert np.all(np.abs(one.value - two.value) < 6 * np.hypot(one.error, two.error)), (one, two)


BENCHMARKS = (
    Benchmark(
        name="error-of-net-benefit",
        against="expert NumPy, plain Monte Carlo, means alone",
        ask=1000.0,
        asked=Asked.AT_LEAST,
        ours=ours(0),
        theirs=theirs(0),
        agree=agree,
        sizes=(10_000,),  # a standard error of 0.01% of each option's mean
        tiny=200,
        counts="= mean / error",
        repeats=5,
    ),
    Benchmark(
        name="error-of-evpi",
        against="expert NumPy, plain Monte Carlo, the highest net benefit at one value",
        ask=50.0,
        asked=Asked.AT_LEAST,
        ours=ours(1),
        theirs=theirs(1),
        agree=agree,
        sizes=(1_000,),  # a standard error of 0.1%
        tiny=100,
        counts="= EVPI / error",
        repeats=5,
    ),
)
