"""Whole appraisals of a fading gain, 33 uncertain inputs, 4 options, 4 groups and 10 years: the table's headline.

Ours is a run: draws, equations, reductions. Where only the decision is asked for (means, EVPI and probabilities at the
three values of a WELLBY), that is all either side does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmarks import expert
from benchmarks.asking import levels_alone, plan_of, run_plan
from benchmarks.benchmark import Asked, Benchmark, Measured, Task, answer

if TYPE_CHECKING:
    from wellbeva.engine.reductions.result import EngineResult

Floats = npt.NDArray[np.float64]

HEADLINE, SEPARABLE = "trajectory_4x4x10", "trajectory_separable"
PACK = 4  # lanes of 512 draws that the compiled engine takes at a time
LANE = 512


def told(result: EngineResult, levels: tuple[float, ...]) -> expert.Told:
    """Return what a run tells about the decision, as the expert tells it."""
    tally = result.tally
    assert tally is not None
    effect, cost = (result.moments[f"decision.{name}"].mean.mean(axis=0) for name in ("effect", "cost"))
    at = [int(np.flatnonzero(tally.thresholds == value)[0]) for value in levels]
    draws = int(tally.count.sum())
    shares = (tally.best[:, at].sum(axis=0) / np.arange(1, tally.best.shape[-1] + 1)).sum(axis=-1) / draws
    highest = tally.max_net_benefit[:, at].mean(axis=0)
    return expert.Told(draws, effect, cost, shares, highest - (np.outer(levels, effect) - cost).max(axis=1))


def ours(name: str, *, engine: str = "compiled", whole: bool = False) -> Callable[[int, int], Task]:
    """Return our side: a run of the decision alone, or of every default output."""

    def prepare(size: int, threads: int) -> Task:
        plan = plan_of(name) if whole else levels_alone(plan_of(name))
        assert plan.decision is not None
        levels = plan.decision.values

        def go() -> object:
            return told(run_plan(plan, draws=size, threads=threads, engine=engine, decision_only=not whole), levels)

        return go

    return prepare


def theirs(name: str, kind: type[expert.Fading]) -> Callable[[int, int], Task]:
    """Return the expert's side, with the fastest of the three chunks."""

    def prepare(size: int, _threads: int) -> Task:
        one = expert.fastest(kind, plan_of(name), draws=min(size, 2**17))
        return lambda: Measured(one.decide(size), note=f"NumPy's fastest chunk is {one.chunk:,} draws")

    return prepare


def same_decision(mine: object, other: object) -> None:
    """Means, shares and EVPI differ by less than six standard errors of independent draws, both sides' together.

    The spreads are bounded from above: no cell's standard deviation is beyond 0.7 of its mean, and the regret of a
    draw, whose mean EVPI is, spreads by less than twice that.
    """
    one, two = answer(mine), answer(other)
    assert isinstance(one, expert.Told)
    assert isinstance(two, expert.Told)
    error = np.sqrt(1 / one.draws + 1 / two.draws)
    for name, spread in (("effect", 0.7), ("cost", 0.7), ("evpi", 2.0)):
        found, wanted = getattr(one, name), getattr(two, name)
        assert found.shape == wanted.shape
        assert np.all(np.abs(found / wanted - 1) < 6 * spread * error), (name, found, wanted)
    assert np.all(np.abs(one.best - two.best) < 6 * 0.5 * error), (one.best, two.best)


# ---- the model alone, draws given


def _given(size: int) -> tuple[Floats, Floats]:
    """Return draws of the headline, array (lane, element, 512), and room for its eight rows."""
    from wellbeva.engine.run.block_loop import sampler_of

    plan = plan_of(HEADLINE)
    sampler = sampler_of(plan, design="random", seed=1, draws_each=size)
    lanes = size // LANE
    x = np.empty((lanes, len(plan.elements), LANE))
    for lane in range(lanes):
        x[lane] = sampler.block(0, lane * LANE, LANE)
    return x, np.zeros((lanes, 8, LANE))


def in_packs(fill: Callable[[Floats, Floats], object], x: Floats, y: Floats, threads: int) -> None:
    """Fill `y` pack by pack, so many threads each doing a stretch."""

    def stretch(first: int, stop: int) -> None:
        for lane in range(first, stop, PACK):
            fill(x[lane : min(stop, lane + PACK)], y[lane : min(stop, lane + PACK)])

    edges = [len(x) * one // threads for one in range(threads + 1)]
    if threads == 1:
        stretch(*edges)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(stretch, first, stop) for first, stop in itertools.pairwise(edges)]:
            done.result()


def ours_given(size: int, threads: int) -> Task:
    """Evaluate the compiled model for draws that are given."""
    from wellbeva.engine.compiled.engine import Compiled
    from wellbeva.engine.targets import targets

    plan = levels_alone(plan_of(HEADLINE))
    evaluator = Compiled(plan, targets(plan))
    x, y = _given(size)
    first = evaluator.rows["decision.effect"][0]
    assert evaluator.height == y.shape[1]
    assert evaluator.rows["decision.cost"][0] == (first + 4) % 8

    def go() -> Floats:
        in_packs(evaluator.fill, x, y, threads)
        return y if first == 0 else np.roll(y, 4, axis=1)

    return go


def limit_given(size: int, threads: int) -> Task:
    """Evaluate the kernel written by hand, for the same draws."""
    from benchmarks import limit

    numbers = limit.certain(plan_of(HEADLINE))
    x, y = _given(size)

    def go() -> Floats:
        in_packs(lambda x_, y_: limit.kernel(x_, y_, *numbers), x, y, threads)
        return y

    return go


def same_rows(mine: object, other: object) -> None:
    """All rows differ by less than 16 epsilon: exponentials within an ulp, other orders of adding forty of them."""
    np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=16 * np.finfo(float).eps)


def same_bits(mine: object, other: object) -> None:
    """The same draws give the same bits, whatever else is reported and in however many threads."""
    one, two = answer(mine), answer(other)
    assert isinstance(one, expert.Told)
    assert isinstance(two, expert.Told)
    for name in ("effect", "cost", "best", "evpi"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def _numpy() -> str:
    return "expert NumPy on one thread, its chunk the fastest of 512, 8,192 and 65,536 draws"


def _one_thread(size: int, _threads: int) -> Task:
    return ours(HEADLINE)(size, 1)


BENCHMARKS = (
    Benchmark(
        name="trajectory-4x4x10",
        against=_numpy(),
        ask=7.0,
        asked=Asked.AT_LEAST,
        ours=ours(HEADLINE),
        theirs=theirs(HEADLINE, expert.Expert),
        agree=same_decision,
        sizes=(2**20,),
        tiny=2**14,
        counts="draws",
    ),
    Benchmark(
        name="trajectory-4x4x10-model",
        against="a Numba kernel of this very model written by hand, the same draws given to both",
        ask=1.5,
        ours=ours_given,
        theirs=limit_given,
        agree=same_rows,
        sizes=(2**18,),
        tiny=2**12,
        counts="draws",
    ),
    Benchmark(
        name="trajectory-4x4x10-all-outputs",
        against="our own run of the decision alone",
        ask=1.6,
        ours=ours(HEADLINE, whole=True),
        theirs=ours(HEADLINE),
        agree=same_bits,
        sizes=(2**20,),
        tiny=2**14,
        counts="draws",
    ),
    Benchmark(
        name="trajectory-separable",
        against=f"{_numpy()}, the sums factored by hand",
        ask=4.0,
        asked=Asked.AT_LEAST,
        ours=ours(SEPARABLE),
        theirs=theirs(SEPARABLE, expert.Factored),
        agree=same_decision,
        sizes=(2**20,),
        tiny=2**14,
        counts="draws",
    ),
    Benchmark(
        name="trajectory-4x4x10-blocked",
        against=_numpy(),
        ask=1.0,
        asked=Asked.AT_LEAST,
        ours=ours(HEADLINE, engine="blocked"),
        theirs=theirs(HEADLINE, expert.Expert),
        agree=same_decision,
        sizes=(2**20,),
        tiny=2**14,
        counts="draws",
    ),
    Benchmark(
        name="trajectory-4x4x10-threads",
        against="the same run on one thread",
        ask=1.8,
        asked=Asked.AT_LEAST,
        ours=ours(HEADLINE),
        theirs=_one_thread,
        agree=same_bits,
        sizes=(2**24,),
        tiny=2**14,
        counts="draws",
        repeats=3,
    ),
)
