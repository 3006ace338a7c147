"""Who is best at 501 values of a unit of the effect, and what it is worth to know inputs, of which two multiply."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline

from benchmarks.benchmark import Asked, Benchmark, Task
from wellbeva import api
from wellbeva.analysis.uncertainty.curves import curves
from wellbeva.analysis.uncertainty.information.evppi import InformationValues
from wellbeva.analysis.uncertainty.information.pairs import pair_table
from wellbeva.analysis.uncertainty.sample import DecisionSample
from wellbeva.analysis.uncertainty.tables import partial_information_table

Floats = npt.NDArray[np.float64]

WTP = np.linspace(0.0, 50_000.0, 501)
RIVALS = Path(__file__).parents[1] / "scenarios" / "easing-loneliness.yaml"
PRODUCT = 656.3 / np.pi


def rivals(draws: int) -> DecisionSample:
    """Return draws of four rivals."""
    random = np.random.default_rng(1)
    effect = random.normal(5, 1, (draws, 4)) + 0.3 * np.arange(4)
    cost = random.normal(10_000, 3_000, (draws, 4)) + 5_000 * np.arange(4)
    return DecisionSample(("a", "b", "c", "d"), effect, cost)


def products(draws: int, inputs: int = 4) -> DecisionSample:
    """Return draws of an offer whose gain is the product of two centred inputs, so that neither is worth knowing alone.

    The EVPPI of both is 656.3 / π, some 208.9.

    Parameters
    ----------
    draws : int
    inputs : int
        The first two, and others that change nothing.
    """
    random = np.random.default_rng(2)
    x, y, noise = random.normal(size=(3, draws))
    known = {"x": x, "y": y} | {f"other{index}": random.normal(size=draws) for index in range(inputs - 2)}
    effect = np.stack([np.zeros(draws), 656.3 * x * y + 800 * noise], axis=1)
    return DecisionSample(("nothing", "offer"), effect, np.zeros((draws, 2)), known)


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


def ours(inputs: int, size: int, threads: int) -> Task:
    """Return the value of the first inputs together: by the fit to all draws, and held out."""
    sample = products(size)

    def value() -> tuple[float, ...]:
        found = InformationValues(sample, np.ones(1)).of([*sample.inputs][:inputs])
        return float(found.evppi[0]), float(found.held_out[0])

    return value


def refitted(inputs: int, size: int, threads: int) -> Task:
    """Return the same by dense splines at quantiles and a ridge, fitted anew without each eighth of the draws."""
    sample, cells = products(size), {1: 20, 2: 10}[inputs]

    def value() -> tuple[float, ...]:
        design, benefit = np.ones((size, 1)), sample.effect[:, 1]
        for values in [*sample.inputs.values()][:inputs]:
            knots = np.quantile(values, np.linspace(0, 1, cells + 1))
            own = BSpline.design_matrix(values, np.concatenate([[knots[0]] * 3, knots, [knots[-1]] * 3]), 3).toarray()
            design = (design[:, :, np.newaxis] * own[:, np.newaxis]).reshape(size, -1)

        def fit(rows: slice | npt.NDArray[np.int64]) -> Floats:
            some = design[rows]
            return np.linalg.solve(some.T @ some + np.eye(some.shape[1]), some.T @ benefit[rows])

        every, gain = np.arange(size), 0.0
        for out in np.array_split(every, 8):
            advised = design[out] @ fit(np.setdiff1d(every, out, assume_unique=True)) > max(0.0, benefit.mean())
            gain += benefit[out][advised].sum() / size
        return float(np.maximum(design @ fit(slice(None)), 0).mean() - max(0.0, benefit.mean())), gain

    return value


def near_the_truth(inputs: int, mine: object, other: object) -> None:
    """The truth is 0 for one and 208.9 for more; 4 standard errors at the smallest size are some 45."""
    for found in (mine, other):
        assert found is None or (isinstance(found, tuple) and abs(found[0] - PRODUCT * (inputs > 1)) < 45)
        assert found is None or found[1] < PRODUCT * (inputs > 1) + 45
    # The mean of the highest fitted net benefit is never below the highest mean.
    assert isinstance(mine, tuple)
    assert mine[0] > -1e-9


def value_of(name: str, inputs: int, ask: float) -> Benchmark:
    """Return the benchmark of the value of some inputs.

    Parameters
    ----------
    name : str
    inputs : int
        Known together: one, the two that multiply, or four.
    ask : float [s]
    """
    against = "SciPy's splines and a ridge, fitted anew for each eighth" if inputs <= 2 else "nothing but the clock"
    return Benchmark(
        name=name,
        against=f"{against}: inputs of an offer at 10^5 draws, cross-fitted",
        ask=ask,
        ours=partial(ours, inputs),
        theirs=partial(refitted, inputs) if inputs <= 2 else None,
        agree=partial(near_the_truth, inputs),
        sizes=(100_000,),
        tiny=8_000,
        counts="draws",
        asked=Asked.SECONDS,
    )


def greatest_is(truth: float, mine: object, _other: object) -> None:
    """Four standard errors at the smallest size are some 45."""
    assert isinstance(mine, tuple)
    assert mine[0] > -1e-9
    assert abs(mine[0] - truth) < 45


def all_singles(size: int, threads: int) -> Task:
    """Return the EVPPI of each of 33 inputs, the greatest."""
    sample = products(size, 33)
    return lambda: (float(partial_information_table(sample, np.ones(1), ())["evppi"].max()),)


def all_pairs(size: int, threads: int) -> Task:
    """Return the EVPPI of each of 528 pairs, the greatest (66 pairs at the tests' size)."""
    sample = products(size, 33 if size >= 100_000 else 12)
    return lambda: (float(pair_table(sample, np.ones(1))["evppi"].max()),)


def analysed(size: int, threads: int) -> Task:
    """Run rivals, and return the task that analyses the run: a new process, from the command to its tables."""
    folder = Path(tempfile.mkdtemp())
    run = api.run(RIVALS, draws=size)
    run.write(folder / "run")
    name = str(run.dataset["element"].values[0])
    command = [sys.executable, "-m", "wellbeva", "analyse", str(folder / "run"), "--along", name, "--out", str(folder)]

    def task() -> str:
        subprocess.run(command, check=True, capture_output=True)
        return "\n".join(sorted(one.stem for one in folder.glob("*.csv")))

    return task


def tables_are_there(mine: object, _other: object) -> None:
    """Whatever an analysis writes of a run of rivals."""
    assert {"ceac", "evppi", "indices", "best_along"} <= set(str(mine).split("\n"))


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
    value_of("evppi-one", 1, 0.030),
    value_of("evppi-pair", 2, 0.060),
    value_of("evppi-four", 4, 0.150),
    Benchmark(
        name="evppi-33",
        against="nothing but the clock: each of 33 inputs at 10^5 draws",
        ask=1.5,
        ours=all_singles,
        theirs=None,
        agree=partial(greatest_is, 0.0),
        sizes=(100_000,),
        tiny=8_000,
        counts="draws",
        asked=Asked.SECONDS,
    ),
    Benchmark(
        name="evppi-528-pairs",
        against="nothing but the clock: each two of 33 inputs at 10^5 draws, two threads",
        ask=30.0,
        ours=all_pairs,
        theirs=None,
        agree=partial(greatest_is, PRODUCT),
        sizes=(100_000,),
        tiny=8_000,
        counts="draws",
        asked=Asked.SECONDS,
        repeats=1,
    ),
    Benchmark(
        name="analyse-command",
        against="nothing but the clock: all tables of a run of 27 inputs, from the command on",
        ask=3.0,
        ours=analysed,
        theirs=None,
        agree=tables_are_there,
        sizes=(2**14,),
        tiny=2**13,
        counts="draws",
        asked=Asked.SECONDS,
        repeats=5,
    ),
)
