"""A cohort of the textbooks, healthy, sick, sicker and dead: 10,000 draws, 4 options, 75 cycles.

The other side is the same by hand in NumPy: one array for each state and one for each transition, over (option, draw),
a chunk of draws at a time; the dead, who have neither quality nor cost, are left out. The first two options share
their transitions, and so do the last two: what sharing them by hand would save is in the note.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmarks.asking import levels_alone, plan_of, run_plan
from benchmarks.benchmark import Asked, Benchmark, Measured, Task, answer
from benchmarks.expert import Told
from benchmarks.fading import told

if TYPE_CHECKING:
    from wellbeva.plan.plan import Plan

Floats = npt.NDArray[np.float64]

SCENARIO = "four_strategies"
CYCLES, DISCOUNT = 75, 1.03
THRESHOLDS = (60_000.0, 100_000.0, 140_000.0)  # $ for each QALY, at which the source says which is best
CHUNKS = (500, 1_000, 2_500, 10_000)
GIVES_A, GIVES_B = np.array([[0.0], [1.0], [0.0], [1.0]]), np.array([[0.0], [0.0], [1.0], [1.0]])


def plan() -> Plan:
    """Return the plan, at three thresholds and with nothing reported but the decision."""
    bare = levels_alone(plan_of(SCENARIO))
    assert bare.decision is not None
    return replace(bare, decision=replace(bare.decision, thresholds=THRESHOLDS))


def draw(rng: np.random.Generator, size: int, args: Mapping[str, tuple[float, ...]]) -> dict[str, Floats]:
    """Draw all inputs, each array (draw,), with the arguments the scenario gives."""
    found: dict[str, Floats] = {}
    for name, (one, two) in args.items():
        if name.startswith("hr_"):
            found[name] = np.exp(one + two * rng.standard_normal(size))
        elif name.startswith("utility"):
            found[name] = rng.beta(one, two, size)
        else:
            found[name] = two * rng.standard_gamma(one, size)
    return found


def cohort(x: Mapping[str, Floats], rows: slice = slice(None)) -> tuple[Floats, Floats]:
    """Run the cohort for draws that are given.

    Parameters
    ----------
    x : mapping of input to array (draw,)
    rows : slice
        The options whose states are followed.

    Returns
    -------
    qalys, cost : array (option, draw)
    """
    gives_b = GIVES_B[rows]
    healthy_dies, sick_dies, sicker_dies = (
        -np.expm1(-x["rate_die"] * ratio) for ratio in (1.0, x["hr_die[sick]"], x["hr_die[sicker]"])
    )
    lives = 1 - sick_dies
    falls = (1 - healthy_dies) * -np.expm1(-x["rate_fall_sick"])
    recovers = lives * -np.expm1(-x["rate_recover"])
    worsens = lives * -np.expm1(-x["rate_worsen"] * np.where(gives_b > 0, x["hr_worsen_b"], 1.0))
    stays_healthy, stays_sicker = 1 - falls - healthy_dies, 1 - sicker_dies
    stays_sick = 1 - recovers - worsens - sick_dies
    shape = worsens.shape
    healthy, sick, sicker = np.ones(shape), np.zeros(shape), np.zeros(shape)
    next_healthy, next_sick, moved = np.empty(shape), np.empty(shape), np.empty(shape)
    in_healthy, in_sick, in_sicker = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for cycle in range(CYCLES + 1):
        # Simpson's rule as the source's package writes it, and the discount factor of the year
        weight = (1 / 3 if cycle in (0, CYCLES) else 2 / 3 if cycle % 2 else 4 / 3) * DISCOUNT**-cycle
        for state, total in ((healthy, in_healthy), (sick, in_sick), (sicker, in_sicker)):
            np.multiply(state, weight, out=moved)
            np.add(total, moved, out=total)
        if cycle == CYCLES:
            break
        np.multiply(healthy, stays_healthy, out=next_healthy)
        np.multiply(sick, recovers, out=moved)
        np.add(next_healthy, moved, out=next_healthy)
        np.multiply(healthy, falls, out=next_sick)
        np.multiply(sick, stays_sick, out=moved)
        np.add(next_sick, moved, out=next_sick)
        np.multiply(sicker, stays_sicker, out=sicker)
        np.multiply(sick, worsens, out=moved)
        np.add(sicker, moved, out=sicker)
        healthy, next_healthy, sick, next_sick = next_healthy, healthy, next_sick, sick
    if rows != slice(None):
        in_healthy, in_sick, in_sicker = (np.repeat(one, 2, axis=0) for one in (in_healthy, in_sick, in_sicker))
    quality_sick = np.where(GIVES_A > 0, x["utility_sick_a"], x["utility[sick]"])
    treatment = GIVES_A * x["cost_a"] + GIVES_B * x["cost_b"]
    qalys = in_healthy * x["utility[healthy]"] + in_sick * quality_sick + in_sicker * x["utility[sicker]"]
    cost = in_healthy * x["cost_state[healthy]"] + in_sick * (x["cost_state[sick]"] + treatment)
    return qalys, cost + in_sicker * (x["cost_state[sicker]"] + treatment)


def decide(size: int, chunk: int, args: Mapping[str, tuple[float, ...]], rows: slice = slice(None)) -> Told:
    """Simulate: means, the share of draws in which each option is best, and EVPI."""
    rng = np.random.Generator(np.random.SFC64(1))
    effect, cost, best, highest = np.zeros(4), np.zeros(4), np.zeros((3, 4)), np.zeros(3)
    chunks = max(1, size // chunk)
    for _ in range(chunks):
        effects, costs = cohort(draw(rng, chunk, args), rows)
        effect += effects.sum(axis=1)
        cost += costs.sum(axis=1)
        for level, value in enumerate(THRESHOLDS):
            benefit = effects * value
            benefit -= costs
            top = benefit.max(axis=0)
            highest[level] += top.sum()
            best[level] += [np.count_nonzero(row) for row in benefit == top]
    done = chunks * chunk
    effect, cost, best, highest = effect / done, cost / done, best / done, highest / done
    return Told(done, effect, cost, best, highest - (np.outer(THRESHOLDS, effect) - cost).max(axis=1))


def ours(size: int, threads: int) -> Task:
    """Run the plan; draws are rounded up to 16 randomisations of a multiple of 512."""
    appraisal = plan()

    def go() -> object:
        result = told(run_plan(appraisal, draws=size, threads=threads, decision_only=True), THRESHOLDS)
        return Measured(result, note=f"ours does {result.draws:,} draws, theirs {size:,}")

    return go


def theirs(size: int, _threads: int) -> Task:
    """Run the same by hand, with the fastest chunk."""
    args = {one.name: one.distribution.args for one in plan().elements}
    tried = [(_seconds(size, chunk, args), chunk) for chunk in CHUNKS if chunk <= size]
    fastest, chunk = min(tried)
    shared = _seconds(size, chunk, args, slice(None, None, 2))
    note = (
        f"NumPy's fastest chunk is {chunk:,} draws; sharing equal transitions takes {shared / fastest:.2f} of its time"
    )
    return lambda: Measured(decide(size, chunk, args), note=note)


def _seconds(size: int, chunk: int, args: Mapping[str, tuple[float, ...]], rows: slice = slice(None)) -> float:
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        decide(size, chunk, args, rows)
        taken.append(time.perf_counter() - start)
    return min(taken)


def agree(mine: object, other: object) -> None:
    """Differ by less than six standard errors of both: no spread is beyond 0.2 of a mean, no regret's beyond a QALY."""
    one, two = answer(mine), answer(other)
    assert isinstance(one, Told)
    assert isinstance(two, Told)
    error = 6 * np.sqrt(1 / one.draws + 1 / two.draws)
    for found, wanted in ((one.effect, two.effect), (one.cost, two.cost)):
        assert np.all(np.abs(found / wanted - 1) < 0.2 * error), (found, wanted)
    assert np.all(np.abs(one.best - two.best) < 0.5 * error), (one.best, two.best)
    assert np.all(np.abs(one.evpi - two.evpi) < np.array(THRESHOLDS) * error), (one.evpi, two.evpi)


BENCHMARK = Benchmark(
    name="sick-sicker",
    against="NumPy by hand, structure of arrays, a vector for each transition, its chunk the fastest of four",
    ask=3.0,
    asked=Asked.AT_LEAST,
    ours=ours,
    theirs=theirs,
    agree=agree,
    sizes=(10_000,),
    tiny=2_000,
    counts="draws",
)
