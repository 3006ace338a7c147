"""League table of offers at one declared budget, with bands (``choose: several``)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import best_first, decision_view, is_free, share_ahead
from wellbeva.analysis.dictionary.columns import table_of
from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.tables.decision import unpriced

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

BAND_SHARE = 0.9
"""A new band starts where the upper offer, or the first of the band, beats the next in at least this share of draws."""


@dataclass(frozen=True, slots=True, eq=False)
class League:
    """The league, and the offers outside it.

    Parameters
    ----------
    rows : pandas.DataFrame
        First, by falling net benefit at the central value (by effect, where nothing values
        it), the offers that gain and cost nothing or save money: they have no ratio, and ``reason`` says why, ``no
        cost`` or ``saves money``. Then the others by falling effect per pound. ``band`` counts from 1; ``times_bought``
        is how often the budget buys the offer as described; ``beats_next`` is NaN in the last row. ``net_cost`` is
        what is paid less what is saved; other benefits in money count in ``net_benefit_at_budget`` alone.
    apart : pandas.DataFrame
        ``option``, ``net_cost``, ``wellbys``, ``reason``: ``gain not clearly above 0`` or ``no cost given``.
    """

    rows: pd.DataFrame
    apart: pd.DataFrame

    @property
    def bands(self) -> tuple[tuple[str, ...], ...]:
        """Options of each band, from the top."""
        found: dict[int, list[str]] = {}
        for option, band in zip(self.rows["option"], self.rows["band"], strict=True):
            found.setdefault(band, []).append(option)
        return tuple(map(tuple, found.values()))

    @property
    def free(self) -> tuple[str, ...]:
        """Options that gain and cost nothing or save money, best first."""
        return tuple(self.rows.loc[self.rows["reason"] != "", "option"])


def league(dataset: xr.Dataset, *, budget: float | None = None, no_cost_given: Collection[str] = ()) -> League:
    """Rank offers by effect for each pound and spend the same budget on each.

    Parameters
    ----------
    dataset : xarray.Dataset
    budget : float, optional [money]
        In the cost's currency and prices; without one the columns at the budget are NaN.
    no_cost_given : collection of str
        Offers outside the league, since an unknown cost is not zero (`analysis.decision.unpriced`).

    Returns
    -------
    League
        The last unit bought works as well as the first (constant returns): a judgement, graded ``assumed``.
    """
    view = decision_view(dataset)
    if view is None:
        return League(table_of("league", []), table_of("league_apart", []))
    effect, cost = view.effect, view.net_cost
    other = cost - view.cost
    ranked, apart = [], []
    for index in best_first(view, no_cost_given):
        option = view.options[index]
        if index == view.comparator:
            continue
        beside: dict[str, object] = {"option": option, "net_cost": cost[index], "wellbys": effect[index]}
        if not view.gaining[index]:
            apart.append(beside | {"reason": "gain not clearly above 0"})
        elif option in no_cost_given:
            apart.append(beside | {"reason": "no cost given"})
        else:
            ranked.append(index)
    free = {index for index in ranked if is_free(view, index, no_cost_given)}
    spend = np.nan if budget is None else budget
    value = view.values[view.central] if len(view.values) else np.nan
    rows, band, first = [], 1, 0
    for place, index in enumerate(ranked):
        bought = np.nan if index in free else spend / cost[index]
        share, error = (np.nan, np.nan) if place == len(ranked) - 1 else share_ahead(dataset, index, ranked[place + 1])
        gained = bought * effect[index]
        per_1000 = np.nan if index in free else 1000 * effect[index] / cost[index]
        rows.append(
            {
                "option": view.options[index],
                "band": band,
                "wellbys_per_1000": per_1000,
                "net_cost": cost[index],
                "wellbys": effect[index],
                "times_bought": bought,
                "wellbys_at_budget": gained,
                "net_benefit_at_budget": value * gained + bought * other[index] - spend,
                "beats_next": share,
                "beats_next_mcse": error,
                "reason": ("saves money" if view.saving[index] else "no cost") if index in free else "",
            }
        )
        if place < len(ranked) - 1:
            # Neighbours may be close although the ends of a band are not: its first is held against all that follow.
            leading, _ = share_ahead(dataset, ranked[first], ranked[place + 1])
            if max(share, leading) >= BAND_SHARE:
                band, first = band + 1, place + 1
    return League(table_of("league", rows), table_of("league_apart", apart))


@table("league", csv=True)
def _league(run: RunTables) -> pd.DataFrame | None:
    return _of_run(run).rows if run.choose == "several" else None


@table("league_apart")
def _apart(run: RunTables) -> pd.DataFrame | None:
    return _of_run(run).apart if run.choose == "several" else None


def _of_run(run: RunTables) -> League:
    return league(run.dataset, budget=run.record.budget, no_cost_given=unpriced(run.dataset, run.record))
