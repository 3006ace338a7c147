"""The row of the difference: the best option less the second, draw by draw, because overlapping bars are not a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.core.arrays import Floats
from wellbeva.report.facts.answer import ranked
from wellbeva.report.facts.result import OptionFacts, Result, Spread, of_draws
from wellbeva.results.standard_errors import SURE

if TYPE_CHECKING:
    import xarray as xr

FEWEST = 16  # draws of each randomisation that the first mean is over
CLOSE = 0.05  # share of the last mean within which an earlier one is as good


@dataclass(frozen=True, slots=True)
class Difference:
    """Two options and the spread of the first less the second."""

    first: OptionFacts
    second: OptionFacts
    spread: Spread


@dataclass(frozen=True, slots=True, eq=False)
class RunningMean:
    """The mean of the difference over the first draws [money], its standard error, and from how many on it had settled.

    ``settled`` is 0 where the mean over half of the draws still differed from that over all.
    """

    draws: Floats
    mean: Floats
    error: Floats
    settled: int


def difference(dataset: xr.Dataset, result: Result) -> Difference | None:
    """Compare the two best real options draw by draw.

    Parameters
    ----------
    dataset : xarray.Dataset
        Kept draws are ``draws_decision_effect`` [unit of effect] and ``draws_decision_cost`` [money].
    result : Result
        Read from the same dataset.

    Returns
    -------
    Difference or None
        In net benefit at the central value [money] where the effect has a value, else in the unit of effect. None where
        fewer than two real options are compared, nothing is drawn, or no draws were kept.
    """
    best = [one for one in ranked(result) if not one.nothing][:2]
    if len(best) < 2 or not result.uncertain or "draws_decision_effect" not in dataset:
        return None
    first, second = best
    if result.levels and "draws_decision_cost" not in dataset:
        return None
    spreads = (first.net, second.net) if result.levels else (first.effect, second.effect)
    return Difference(first, second, of_draws(spreads[0].mean - spreads[1].mean, _drawn(dataset, result, best)))


def running_mean(dataset: xr.Dataset, result: Result, best: Sequence[OptionFacts]) -> RunningMean | None:
    """Follow the mean of the difference over the first 256, 512, ... draws, as many of each randomisation.

    Parameters
    ----------
    dataset : xarray.Dataset
        With kept draws, one randomisation after the other.
    result : Result
    best : sequence of OptionFacts
        Two: the first less the second.

    Returns
    -------
    RunningMean or None
        None where too few draws were kept, or not as many of each of several randomisations.
    """
    drawn, runs = _drawn(dataset, result, best), int(dataset.attrs.get("randomisations", 1))
    each = len(drawn) // runs
    if result.left_out or runs < 2 or len(drawn) % runs or each < 4 * FEWEST:
        return None
    sizes = [FEWEST * 2**power for power in range(each.bit_length()) if FEWEST * 2**power < each] + [each]
    means = np.array([drawn.reshape(runs, each)[:, :size].mean(axis=1) for size in sizes])
    mean, error = means.mean(axis=1), means.std(axis=1, ddof=1) / np.sqrt(runs)
    draws = runs * np.array(sizes, dtype=np.float64)
    off = np.abs(mean - mean[-1]) > np.maximum(CLOSE * abs(mean[-1]), SURE * error[-1])
    from_here = int(np.flatnonzero(off).max(initial=-1)) + 1
    return RunningMean(draws, mean, error, int(draws[from_here]) if draws[from_here] <= draws[-1] / 2 else 0)


def _drawn(dataset: xr.Dataset, result: Result, best: Sequence[OptionFacts]) -> Floats:
    """Return the first less the second of two options in each kept draw."""
    first, second = (one.name for one in best)

    def less(name: str) -> Floats:
        array = dataset[name]
        values: Floats = (array.sel(decision_option=first) - array.sel(decision_option=second)).values
        return values

    effect = less("draws_decision_effect")
    return result.value * effect - less("draws_decision_cost") if result.levels else effect
