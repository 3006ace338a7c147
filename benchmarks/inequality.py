"""Every index of inequality, before and after each of four options, for ten groups."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Asked, Benchmark, Task
from wellbeva.engine.inequality.before_and_after import indices_after
from wellbeva.engine.inequality.indices import Choices

Floats = npt.NDArray[np.float64]

GROUPS, OPTIONS = 10, 4
CHUNK = 2_000
"""Draws that NumPy takes at once: the fastest of 500, 2,000 and 8,000."""


def drawn(draws: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return answers before, shares of groups, and shares that move by how much: nobody in the first column."""
    random = np.random.default_rng(1)
    before = random.dirichlet(np.arange(1.0, 12.0), (draws, GROUPS))
    moving = random.uniform(0, 0.5, (1, 1 + OPTIONS, GROUPS))
    moving[:, 0] = 0
    return (
        before,
        random.dirichlet(np.full(GROUPS, 5.0), 1),
        moving,
        random.normal(0.4, 0.3, (draws, 1 + OPTIONS, GROUPS)),
    )


def ours(size: int, threads: int) -> Task:
    """Return all indices, array (draw, 1 + option, index)."""
    given = drawn(size)
    return lambda: indices_after(*given, threads=threads)


def theirs(size: int, threads: int) -> Task:
    """Return the same by NumPy: all people of a draw and option sorted, in chunks of draws."""
    before, share, moving, gain = drawn(size)
    chunks = [slice(start, start + CHUNK) for start in range(0, size, CHUNK)]
    return lambda: np.concatenate([by_sorting(before[one], share, moving, gain[one]) for one in chunks])


def by_sorting(before: Floats, share: Floats, moving: Floats, gain: Floats) -> Floats:
    """Return all indices by sorting weighted values, array (draw, option, index)."""
    choices, answers = Choices(), np.arange(11.0)
    moved = np.clip(answers + gain[..., np.newaxis], 0.0, 10.0)
    level = np.concatenate([np.broadcast_to(answers, moved.shape), moved], axis=-1)
    own = np.concatenate([part[..., np.newaxis] * before[:, np.newaxis] for part in (1 - moving, moving)], axis=-1)

    def of_groups(values: Floats) -> Floats:
        return np.asarray((own * values).sum(axis=-1))

    def all_of(values: Floats) -> Floats:
        return np.asarray((share * values).sum(axis=-1))

    means = of_groups(level)
    mean = all_of(means)
    within = all_of(of_groups((level - means[..., np.newaxis]) ** 2))
    between = all_of((means - mean[..., np.newaxis]) ** 2)
    losses = of_groups(np.exp(-choices.kolm * level))
    equivalent = -np.log(all_of(losses)) / choices.kolm
    equivalents = -all_of(np.log(losses)) / choices.kolm
    power = 1 - choices.atkinson
    equal = all_of(of_groups(level**power)) ** (1 / power)
    rank = np.cumsum(share, axis=-1) - share / 2 - 0.5
    slope = all_of(rank * means) / all_of(rank**2)

    flat = level.reshape(*level.shape[:2], -1)
    order = np.argsort(flat, axis=-1)
    x = np.take_along_axis(flat, order, axis=-1)
    weight = np.take_along_axis((share[..., np.newaxis] * own).reshape(flat.shape), order, axis=-1)
    reached, step = np.cumsum(weight, axis=-1)[..., :-1], np.diff(x, axis=-1)
    pairs = 2 * (reached * (1 - reached) * step).sum(axis=-1)
    lower = 0.5 * x[..., 0] + (np.maximum(0.5 - reached, 0) * step).sum(axis=-1)

    # Everybody spread over a point: the density rises at x - 1/2 and falls at x + 1/2.
    ends = np.concatenate([x - 0.5, x + 0.5], axis=-1)
    order = np.argsort(ends, axis=-1)
    ends = np.take_along_axis(ends, order, axis=-1)
    density = np.cumsum(np.take_along_axis(np.concatenate([weight, -weight], axis=-1), order, axis=-1), axis=-1)
    below = np.cumsum(density[..., :-1] * np.diff(ends, axis=-1), axis=-1)

    def percentile(part: float) -> Floats:
        at = np.argmax(below >= part - 1e-12, axis=-1)[..., np.newaxis]
        high, above, dense = (np.take_along_axis(one, index, axis=-1)[..., 0]
                              for one, index in ((ends, at + 1), (below, at), (density, at)))  # fmt: skip
        return np.asarray(np.clip(high - (above - part) / dense, 0, 10))

    low, high = percentile(0.1), percentile(0.9)
    count = [(weight * np.clip(line - x, 0, 1)).sum(axis=-1) for line in (5, choices.line)]
    return np.stack(
        [
            np.sqrt(between + within), pairs, 2 * mean - 4 * lower, high - low, high / low, pairs / (2 * mean),
            1 - equal / mean, mean - equivalent, *count, np.ptp(means, axis=-1), slope, slope / mean,
            between, within, equivalents - equivalent, mean - equivalents,
        ],
        axis=-1,
    )  # fmt: skip


def agree(mine: object, other: object) -> None:
    """Sums of 220 shares in another order differ by some 200 epsilons; a percentile divides by a density near 0.02."""
    np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=1e-11, atol=1e-11)


BENCHMARK = Benchmark(
    name="inequality-10x4",
    against=f"NumPy, {2 * 11 * GROUPS} weighted values sorted in each draw and option",
    ask=5,
    ours=ours,
    theirs=theirs,
    agree=agree,
    sizes=(100_000,),
    tiny=40,
    counts="draws",
    asked=Asked.AT_LEAST,
    repeats=3,
)
