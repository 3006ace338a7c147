"""Full incremental analysis of rivals: strong and extended dominance, incremental cost-effectiveness ratios."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from wellbeva.analysis.decision_arrays import Averages, Statistic, decision_view, savings
from wellbeva.analysis.dictionary.columns import table_of
from wellbeva.analysis.registry import RunTables, table
from wellbeva.core.arrays import Floats
from wellbeva.results.standard_errors import SURE, jackknife_error

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.scenario.spec import Model

Status = Literal["frontier", "dominated", "extendedly dominated", "tied"]


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Outcome of an incremental analysis; arrays and tuples in the order of the options as given.

    Parameters
    ----------
    order : tuple of int
        Options by rising cost; among equal costs the greater effect first.
    status : tuple of str
    against : tuple of int
        For a frontier option the one before it on the frontier; for a dominated one the cheapest option that dominates
        it; for an extendedly dominated one the next on the frontier; for a tied one the option it equals; -1 where
        there is none.
    inc_cost : array (option,) [money]
        Against the option before on the frontier; NaN for its first and for options off it.
    inc_effect : array (option,) [effect]
    icer : array (option,) [money/effect]
        Likewise.
    """

    order: tuple[int, ...]
    status: tuple[Status, ...]
    against: tuple[int, ...]
    inc_cost: Floats
    inc_effect: Floats
    icer: Floats

    @property
    def frontier(self) -> tuple[int, ...]:
        """Indices of the options on the frontier, by rising cost."""
        return tuple(index for index in self.order if self.status[index] == "frontier")


def frontier(cost: Floats, effect: Floats, left_out: Averages | None = None) -> Frontier:
    """Sort by cost, drop dominated options, then drop extendedly dominated ones until the ICERs rise.

    Parameters
    ----------
    cost : array (option,) [money]
    effect : array (option,) [effect]
    left_out : Averages, optional
        Averages without a part of the draws, as of `DecisionView`: their noise decides nothing (semantics R38).

    Returns
    -------
    Frontier
        An option that costs no less and gains no more than another is dominated; of two options equal in both, the
        later one is off the frontier: tied, or dominated (extendedly dominated) where the earlier one is. Equality is
        within 1e-12 of the largest magnitude, the rounding of a mean, or within the noise of the difference.
        Options on a straight line between two others stay.

    References
    ----------
    Paulden (2020), PharmacoEconomics 38, 785-807. doi:10.1007/s40273-020-00914-6
    """
    cost, effect = (np.asarray(one, dtype=np.float64) for one in (cost, effect))
    number = len(cost)
    costs = _as_equals(cost, None if left_out is None else left_out.cost)
    effects = _as_equals(effect, None if left_out is None else left_out.effect)
    order = tuple(sorted(range(number), key=lambda index: (costs[index], -effects[index], index)))
    place = np.argsort(order)
    status: list[Status] = ["frontier"] * number
    against = [-1] * number
    for index in range(number):
        equal = (costs == costs[index]) & (effects == effects[index])
        dominating = np.flatnonzero(~equal & (costs <= costs[index]) & (effects >= effects[index]))
        if len(dominating):
            status[index] = "dominated"
            against[index] = int(dominating[place[dominating].argmin()])
        elif equal[:index].any():
            status[index], against[index] = "tied", int(np.argmax(equal))
    kept = [index for index in order if status[index] == "frontier"]
    _drop_extended(kept, cost, effect, status, against, left_out)
    for index, twin in enumerate(against):
        if status[index] == "tied" and status[twin] == "extendedly dominated":
            status[index], against[index] = status[twin], against[twin]
    inc_cost, inc_effect, icer = (np.full(number, np.nan) for _ in range(3))
    for before, index in pairwise(kept):
        against[index] = before
        inc_cost[index] = cost[index] - cost[before]
        inc_effect[index] = effect[index] - effect[before]
        icer[index] = inc_cost[index] / inc_effect[index]
    return Frontier(order, tuple(status), tuple(against), inc_cost, inc_effect, icer)


def _as_equals(means: Floats, parts: Floats | None) -> Floats:
    """Give means that differ by rounding, or by no more than the noise of their difference, the lowest of them."""
    slack = 1e-12 * float(np.max(np.abs(means), initial=0.0))
    found, lowest = means.copy(), -1
    for index in np.argsort(means, kind="stable").tolist():
        apart = means[index] - means[lowest] if lowest >= 0 else np.inf
        if apart <= slack or (parts is not None and apart <= _noise(parts[:, index] - parts[:, lowest])):
            found[index] = means[lowest]
        else:
            lowest = index
    return found


def _noise(parts: Floats) -> float:
    """Return how far from 0 a mean may be by chance, given the means without a part of the draws, array (part,)."""
    return SURE * float(jackknife_error(parts))


def _drop_extended(
    kept: list[int], cost: Floats, effect: Floats, status: list[Status], against: list[int], left_out: Averages | None
) -> None:
    """Take out, one at a time, options whose ICER is above that of the next; `kept` is by rising cost and effect."""
    position = 1
    while position < len(kept) - 1:
        before, index, after = kept[position - 1 : position + 2]
        # Cross-multiplied: no division, so equal effects cannot blow up.
        here = (cost[index] - cost[before]) * (effect[after] - effect[index])
        there = (cost[after] - cost[index]) * (effect[index] - effect[before])
        noise = 0.0
        if left_out is not None and here > there:
            # Of the difference, to first order in the means.
            of_cost, of_effect = (
                [parts[:, one] for one in (before, index, after)] for parts in (left_out.cost, left_out.effect)
            )
            noise = _noise(
                (of_cost[1] - of_cost[0]) * (effect[after] - effect[index])
                + (of_effect[2] - of_effect[1]) * (cost[index] - cost[before])
                - (of_cost[2] - of_cost[1]) * (effect[index] - effect[before])
                - (of_effect[1] - of_effect[0]) * (cost[after] - cost[index])
            )
        if here > there * (1 + 1e-12) + noise:
            status[index], against[index] = "extendedly dominated", after
            kept.remove(index)
            position = max(1, position - 1)
        else:
            position += 1


def incremental_table(
    dataset: xr.Dataset, model: Model | None = None, *, statistic: Statistic = "mean"
) -> pd.DataFrame:
    """Return the incremental table of a run, one row for each option, by rising cost.

    Parameters
    ----------
    dataset : xarray.Dataset
    model : Model, optional
        Its roles say what is saved; without, nothing is.
    statistic : {"mean", "base_case"}

    Returns
    -------
    pandas.DataFrame
        ``cost`` is what is paid, ``net_cost`` that less savings, both against the comparator.
        ``icer`` is the net cost less other benefits over the effect, both against the option before on the frontier;
        options stand in order of the former. ``against`` is that option, or the one that dominates.
    """
    view = decision_view(dataset, statistic=statistic)
    if view is None:
        return table_of("incremental", [])
    found = frontier(view.cost, view.effect, view.left_out())
    paid, other = view.net_cost + savings(dataset, view, model), view.net_cost - view.cost
    more_net_cost, more_other = (np.full(len(view.options), np.nan) for _ in range(2))
    for before, index in pairwise(found.frontier):
        more_net_cost[index] = view.net_cost[index] - view.net_cost[before]
        more_other[index] = other[index] - other[before]
    rows = [
        {
            "option": view.options[index],
            "cost": paid[index],
            "net_cost": view.net_cost[index],
            "other_benefits": other[index],
            "wellbys": view.effect[index],
            "inc_net_cost": more_net_cost[index],
            "inc_other_benefits": more_other[index],
            "inc_wellbys": found.inc_effect[index],
            "icer": found.icer[index],
            "against": view.options[found.against[index]] if found.against[index] >= 0 else "",
            "status": found.status[index],
        }
        for index in found.order
    ]
    return table_of("incremental", rows)


@table("incremental", csv=True)
def _incremental(run: RunTables) -> pd.DataFrame | None:
    return incremental_table(run.dataset, run.record.scenario.model) if run.choose == "one" else None
