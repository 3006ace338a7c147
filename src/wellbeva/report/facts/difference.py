"""The row of the difference: the best option less the second, draw by draw, because overlapping bars are not a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wellbeva.report.facts.answer import ranked
from wellbeva.report.facts.result import OptionFacts, Result, Spread, of_draws

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, slots=True)
class Difference:
    """Two options and the spread of the first less the second."""

    first: OptionFacts
    second: OptionFacts
    spread: Spread


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
    effect = dataset["draws_decision_effect"]
    drawn = effect.sel(decision_option=first.name) - effect.sel(decision_option=second.name)
    mean = first.effect.mean - second.effect.mean
    if result.levels:
        if "draws_decision_cost" not in dataset:
            return None
        cost = dataset["draws_decision_cost"]
        drawn = result.value * drawn - (cost.sel(decision_option=first.name) - cost.sel(decision_option=second.name))
        mean = first.net.mean - second.net.mean
    return Difference(first, second, of_draws(mean, drawn.values))
