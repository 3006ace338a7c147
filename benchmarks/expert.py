"""The two fading models as somebody who knows NumPy well writes them by hand: the other side of the benchmarks.

Draws stand last in every array, so that each operation runs along contiguous memory; buffers are made once and
written in place; a chunk of draws is worked through at a time, so that it stays in the cache; the generator is SFC64,
NumPy's fastest; sums over years are matrix products. `benchmarks` holds BLAS to one thread.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wellbeva.plan.plan import Plan

Floats = npt.NDArray[np.float64]

CHUNKS = (512, 8_192, 65_536)


@dataclass(frozen=True, slots=True)
class Told:
    """What a decision needs, from so many draws.

    Parameters
    ----------
    draws : int
    effect, cost : array (option,)
        Means.
    best : array (level, option)
        Share of draws in which the option has the highest net benefit.
    evpi : array (level,)
        Expected value of perfect information [GBP].
    """

    draws: int
    effect: Floats
    cost: Floats
    best: Floats
    evpi: Floats


class Fading(ABC):
    """What both models share: the draws, and the sums.

    Parameters
    ----------
    plan : Plan
        The numbers are those of the scenario, so that both sides do the same.
    chunk : int
        Draws worked through at a time.
    seed : int
    """

    def __init__(self, plan: Plan, *, chunk: int, seed: int = 1) -> None:
        assert plan.decision is not None
        self.values = plan.decision.values
        self.options, self.groups = plan.axes["option"].labels, plan.axes["group"].labels
        self.people = plan.parameter("people").values
        time_ = plan.parameter("t").values + plan.parameter("step").values / 2
        self.root = -np.sqrt(time_)[:, None]
        self.factor = plan.parameter("discount.wellbeing").values
        self._args = {one.name: one.distribution.args for one in plan.elements}
        self.take_up_args = self.args("take_up")
        self.fixed_args, self.price_args = self.args("cost_fixed"), self.args("cost_per_person")
        self.believed_args = self._args["believed"]
        self.rng = np.random.Generator(np.random.SFC64(seed))
        self.chunk = chunk
        options, years = len(self.options), len(self.factor)
        self.effect, self.cost = np.empty((options, chunk)), np.empty((options, chunk))
        self.by_year = np.empty((years, chunk))
        self._benefit, self._top = np.empty((options, chunk)), np.empty(chunk)
        self._is_top = np.empty((options, chunk), dtype=bool)
        self._row = np.empty(chunk)

    def args(self, name: str) -> Floats:
        """Return the arguments of a parameter's distributions, array (cell, argument); options before groups."""
        if f"{name}[{self.options[0]}]" in self._args:
            return np.array([self._args[f"{name}[{option}]"] for option in self.options])
        return np.array([self._args[f"{name}[{group}, {option}]"] for option in self.options for group in self.groups])

    @abstractmethod
    def draw_effect(self) -> None:
        """Draw a chunk of the effect of those who start, WELLBYs for each share of those offered, into `effect`."""

    def draw(self) -> None:
        """Draw a chunk of effect and cost, both array (option, draw)."""
        rng, row = self.rng, self._row
        self.draw_effect()
        self.effect *= rng.beta(*self.believed_args, size=self.chunk)
        for option, offered in enumerate(self.people.sum(axis=1)):
            take_up = rng.beta(*self.take_up_args[option], size=self.chunk)
            self.effect[option] *= take_up
            shape, scale = self.price_args[option]
            rng.standard_gamma(shape, out=row)
            np.multiply(row, take_up, out=row)
            np.multiply(row, scale * offered, out=row)
            np.add(row, rng.triangular(*self.fixed_args[option], size=self.chunk), out=self.cost[option])

    def means(self, draws: int) -> Told:
        """Simulate for means alone: no share is counted, no best option looked for."""
        effect, cost, chunks = np.zeros(len(self.options)), np.zeros(len(self.options)), self._chunks(draws)
        for _ in range(chunks):
            self.draw()
            effect += self.effect.sum(axis=1)
            cost += self.cost.sum(axis=1)
        done = chunks * self.chunk
        return Told(done, effect / done, cost / done, np.zeros((0, len(effect))), np.zeros(0))

    def decide(self, draws: int, levels: tuple[int, ...] = (0, 1, 2)) -> Told:
        """Simulate for means, the share of draws in which each option is best, and EVPI."""
        options = len(self.options)
        effect, cost, chunks = np.zeros(options), np.zeros(options), self._chunks(draws)
        best, highest = np.zeros((len(levels), options)), np.zeros(len(levels))
        values = np.array([self.values[level] for level in levels])
        for _ in range(chunks):
            self.draw()
            effect += self.effect.sum(axis=1)
            cost += self.cost.sum(axis=1)
            for level, value in enumerate(values):
                np.multiply(self.effect, value, out=self._benefit)
                np.subtract(self._benefit, self.cost, out=self._benefit)
                np.maximum.reduce(self._benefit, axis=0, out=self._top)
                np.equal(self._benefit, self._top, out=self._is_top)
                highest[level] += self._top.sum()
                best[level] += [np.count_nonzero(row) for row in self._is_top]
        done = chunks * self.chunk
        effect, cost, best, highest = effect / done, cost / done, best / done, highest / done
        return Told(done, effect, cost, best, highest - (values[:, None] * effect - cost).max(axis=1))

    def _chunks(self, draws: int) -> int:
        return max(1, round(draws / self.chunk))


class Expert(Fading):
    """`fading_gain`: an exponential for each option, group and year."""

    def __init__(self, plan: Plan, *, chunk: int, seed: int = 1) -> None:
        super().__init__(plan, chunk=chunk, seed=seed)
        self.effect_args, decay = self.args("effect"), self.args("decay")
        self.log_median, self.log_sd = decay[:, :1], decay[:, 1:]
        self._decay = np.empty((len(decay), chunk))
        self._weights = self.people[..., None] * self.factor

    def draw_effect(self) -> None:
        """Draw decay and effect; sum over groups and years what is left."""
        decay, row = self._decay, self._row
        self.rng.standard_normal(out=decay)
        decay *= self.log_sd
        decay += self.log_median
        np.exp(decay, out=decay)
        self.rng.standard_normal(out=self.effect)
        self.effect *= self.effect_args[:, 1:]
        self.effect += self.effect_args[:, :1]
        for option, weights in enumerate(self._weights):
            left = self._top
            for group, weight in enumerate(weights):
                np.multiply(decay[option * len(weights) + group], self.root, out=self.by_year)
                np.exp(self.by_year, out=self.by_year)
                np.matmul(weight, self.by_year, out=row if group else left)
                if group:
                    np.add(left, row, out=left)
            self.effect[option] *= left


class Factored(Fading):
    """`fading_by_option`: the sum over groups taken out of the sum over years by hand."""

    def __init__(self, plan: Plan, *, chunk: int, seed: int = 1) -> None:
        super().__init__(plan, chunk=chunk, seed=seed)
        effect, decay = self.args("effect"), self.args("decay")
        self.effect_mean, self.effect_sd = effect[:, :1], effect[:, 1:]
        self.log_median, self.log_sd = decay[:, :1], decay[:, 1:]
        self._decay, self._effects = np.empty((len(decay), chunk)), np.empty((len(effect), chunk))

    def draw_effect(self) -> None:
        """Draw decay and effect; sum the one over years, the other over groups."""
        decay, effects, groups = self._decay, self._effects, len(self.groups)
        self.rng.standard_normal(out=decay)
        decay *= self.log_sd
        decay += self.log_median
        np.exp(decay, out=decay)
        self.rng.standard_normal(out=effects)
        effects *= self.effect_sd
        effects += self.effect_mean
        for option, people in enumerate(self.people):
            np.multiply(decay[option], self.root, out=self.by_year)
            np.exp(self.by_year, out=self.by_year)
            np.matmul(self.factor, self.by_year, out=self._row)
            np.matmul(people, effects[option * groups : (option + 1) * groups], out=self.effect[option])
            self.effect[option] *= self._row


def fastest(kind: type[Fading], plan: Plan, *, draws: int) -> Fading:
    """Return the expert with the chunk, of 512, 8,192 and 65,536 draws, that does so many draws soonest."""
    tried = []
    for chunk in CHUNKS:
        one = kind(plan, chunk=min(chunk, max(CHUNKS[0], draws)))
        one.decide(draws)
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            told = one.decide(draws)
            seconds.append((time.perf_counter() - start) / told.draws)
        tried.append((min(seconds), chunk, one))
    return min(tried, key=lambda one: one[:2])[2]
