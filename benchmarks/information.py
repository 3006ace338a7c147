"""Who is best at 501 values of a unit of the effect, and what it is worth to know an input, or two that multiply."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from benchmarks.benchmark import Asked, Benchmark, Task
from wellbeva.analysis.uncertainty.curves import curves
from wellbeva.analysis.uncertainty.information import InformationValues
from wellbeva.analysis.uncertainty.sample import DecisionSample

Floats = npt.NDArray[np.float64]

WTP = np.linspace(0.0, 50_000.0, 501)


def rivals(draws: int) -> DecisionSample:
    """Return draws of four rivals."""
    random = np.random.default_rng(1)
    effect = random.normal(5, 1, (draws, 4)) + 0.3 * np.arange(4)
    cost = random.normal(10_000, 3_000, (draws, 4)) + 5_000 * np.arange(4)
    return DecisionSample(("a", "b", "c", "d"), effect, cost)


def products(draws: int) -> DecisionSample:
    """Return draws of an offer whose gain is the product of two centred inputs, so that neither is worth knowing alone.

    The EVPPI of both is 656.3 / π, some 208.9.
    """
    random = np.random.default_rng(2)
    x, y, noise = random.normal(size=(3, draws))
    effect = np.stack([np.zeros(draws), 656.3 * x * y + 800 * noise], axis=1)
    return DecisionSample(("nothing", "offer"), effect, np.zeros((draws, 2)), {"x": x, "y": y})


def exact_curves(size: int, threads: int) -> Task:
    """Return chances to be best, array (threshold, option), by sums of stretches."""
    sample = rivals(size)
    return lambda: curves(sample, WTP).prob_best


def running_best(size: int, threads: int) -> Task:
    """Return the same, threshold by threshold, with the highest so far of a running comparison."""
    sample = rivals(size)

    def count() -> Floats:
        found = np.empty((len(WTP), 4))
        for at, wtp in enumerate(WTP):
            highest, best = np.full(size, -np.inf), np.zeros(size, dtype=np.int64)
            for option in range(4):
                benefit = wtp * sample.effect[:, option] - sample.cost[:, option]
                ahead = benefit > highest
                highest, best = np.where(ahead, benefit, highest), np.where(ahead, option, best)
            found[at] = np.bincount(best, minlength=4) / size
        return found

    return count


def same_shares(mine: object, other: object) -> None:
    """Nothing ties here, so that the shares are the same but for the order of a sum."""
    np.testing.assert_allclose(np.asarray(mine), np.asarray(other), atol=1e-12)


def value_of(names: tuple[str, ...]) -> Benchmark:
    """Return the benchmark of the value of some inputs.

    Parameters
    ----------
    names : tuple of str
        One input, or both.
    """

    def value(size: int, threads: int) -> Task:
        sample = products(size)
        return lambda: tuple(InformationValues(sample, np.ones(1)).of(names).evppi.tolist())

    def agree(mine: object, other: object) -> None:
        """The truth is 0 for one and 208.9 for both; 4 standard errors at the smallest size are some 45.

        The mean of the highest fitted net benefit is never below the highest mean.
        """
        truth = 656.3 / np.pi if len(names) > 1 else 0.0
        assert isinstance(mine, tuple)
        assert -1e-9 < mine[0] < truth + 45
        assert mine[0] > truth - 45

    alone = len(names) == 1
    return Benchmark(
        name="evppi-one" if alone else "evppi-pair",
        against="nothing but the clock: an input of an offer at 10^5 draws, cross-fitted",
        ask=0.030 if alone else 0.060,
        ours=value,
        theirs=None,
        agree=agree,
        sizes=(100_000,),
        tiny=8_000,
        counts="draws",
        asked=Asked.SECONDS,
    )


BENCHMARKS = (
    Benchmark(
        name="acceptability-501",
        against="NumPy, a running best at each of 501 thresholds",
        ask=20,
        ours=exact_curves,
        theirs=running_best,
        agree=same_shares,
        sizes=(100_000,),
        tiny=2_000,
        counts="draws",
        asked=Asked.AT_LEAST,
    ),
    value_of(("x",)),
    value_of(("x", "y")),
)
