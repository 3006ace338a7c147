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
    """The difference over the first draws, its standard error, and from how many on it had settled.

    ``settled`` is 0 where the difference over half of the draws still differed from that over all.
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
    spreads = (first.net, second.net) if result.levels else (first.effect, second.effect)
    return Difference(first, second, of_draws(spreads[0].mean - spreads[1].mean, _drawn(dataset, result, best)))


def running_mean(dataset: xr.Dataset, result: Result, best: Sequence[OptionFacts]) -> RunningMean | None:
    """Follow the difference over the first 256, 512, ... draws, as many of each randomisation.

    It is that of what options are ordered by: of rivals the net benefit, or the effect where it has no value; of offers
    the effect for each 1,000 of cost, which is a ratio of averages.

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
    runs = int(dataset.attrs.get("randomisations", 1))
    # Other benefits in money are beside the order of offers.
    spent = "net_cost" if result.choose == "several" and "draws_decision_net_cost" in dataset else "cost"
    effect, cost = (_kept(dataset, name, best) for name in ("effect", spent))
    each = effect.shape[-1] // runs
    if result.left_out or runs < 2 or effect.shape[-1] % runs or each < 4 * FEWEST:
        return None
    sizes = [FEWEST * 2**power for power in range(each.bit_length()) if FEWEST * 2**power < each] + [each]

    def less(effects: Floats, costs: Floats) -> Floats:
        if result.choose == "several":
            first, second = 1000 * effects / costs
        else:
            first, second = result.value * effects - costs if result.levels else effects
        return np.asarray(first - second)

    mean, error = np.empty(len(sizes)), np.empty(len(sizes))
    for at, size in enumerate(sizes):
        over = [kept.reshape(2, runs, each)[:, :, :size].mean(axis=2) for kept in (effect, cost)]
        mean[at] = less(*(one.mean(axis=1) for one in over))
        error[at] = less(*over).std(ddof=1) / np.sqrt(runs)
    draws = runs * np.array(sizes, dtype=np.float64)
    off = np.abs(mean - mean[-1]) > np.maximum(CLOSE * abs(mean[-1]), SURE * error[-1])
    from_here = int(np.flatnonzero(off).max(initial=-1)) + 1
    return RunningMean(draws, mean, error, int(draws[from_here]) if draws[from_here] <= draws[-1] / 2 else 0)


def _drawn(dataset: xr.Dataset, result: Result, best: Sequence[OptionFacts]) -> Floats:
    """Return the first less the second of two options in each kept draw."""
    effect: Floats = np.subtract(*_kept(dataset, "effect", best))
    return result.value * effect - np.subtract(*_kept(dataset, "cost", best)) if result.levels else effect


def _kept(dataset: xr.Dataset, what: str, best: Sequence[OptionFacts]) -> Floats:
    """Return the kept draws of two options, array (2, draw)."""
    kept = dataset[f"draws_decision_{what}"].sel(decision_option=[one.name for one in best])
    return np.asarray(kept.transpose("decision_option", "draw").values)
