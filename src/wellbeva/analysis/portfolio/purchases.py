"""What each budget should buy, how often the same would be bought were everything known, and what more money adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.dictionary.columns import table_of
from wellbeva.analysis.portfolio.choices import SLACK, Limit
from wellbeva.analysis.portfolio.offers import Offers
from wellbeva.analysis.portfolio.purchase import (
    best_purchase,
    best_purchases,
    conflict,
    marginal_value,
    marginal_values,
)
from wellbeva.analysis.uncertainty.sample import fewer_rows
from wellbeva.core.arrays import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

STEPS = 20
"""Budgets of the frontier, beside those that are asked for."""
HALVINGS = 14
"""Steps in which the part of a budget that is held back is found."""
PROGRAMME_DRAWS = 160
"""In which the best purchase is looked for where a draw may take a programme, and so ten to thirty times as long."""
TOO_DEAR = "costs more than the budget"


@dataclass(frozen=True, slots=True, eq=False)
class Purchase:
    """What a budget should buy.

    Parameters
    ----------
    budget : float [money]
    units : int array (offer,)
        Of each offer; the greatest expected worth that the budget allows.
    conflict : tuple of Limit
        Limits that no purchase keeps together; empty where there is one.
    """

    budget: float
    units: Ints
    conflict: tuple[Limit, ...] = ()

    @property
    def limits(self) -> str:
        """Names of the limits that no purchase keeps together; empty where there is one."""
        return " and ".join(limit.name for limit in self.conflict)


def purchase(offers: Offers, budget: float) -> Purchase:
    """Return what a budget should buy, by mean costs and effects.

    Where the budget must hold in a share of draws, part of it is held back: as little as keeps that chance. That is not
    always the best such purchase; `most_worth` bounds what another could be worth.

    Parameters
    ----------
    offers : Offers
    budget : float [money]
    """
    units = best_purchase(offers.choices, offers.worth, offers.charge, budget)
    if units is None:
        nothing = np.zeros(len(offers.charge), dtype=np.int64)
        return Purchase(budget, nothing, conflict(offers.choices, offers.charge, budget))
    if not len(offers.charges) or within_budget(offers, units, budget).mean() >= offers.chance:
        return Purchase(budget, units)
    low, high, kept = 0.0, budget, None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        fewer = best_purchase(offers.choices, offers.worth, offers.charge, middle)
        if fewer is None or within_budget(offers, fewer, budget).mean() >= offers.chance:
            low, kept = middle, kept if fewer is None else fewer
        else:
            high = middle
    if kept is None:
        often = Limit(f"budget in {offers.chance:.6g} of draws", offers.charge, most=budget)
        return Purchase(budget, np.zeros_like(units), (often, *offers.choices.limits))
    return Purchase(budget, kept)


def within_budget(offers: Offers, units: Ints, budget: float) -> Floats:
    """Return whether a purchase costs no more than the budget in each draw, array (draw,) of 0 and 1.

    Parameters
    ----------
    offers : Offers
    units : int array (offer,)
    budget : float [money]
    """
    return (offers.charges @ units <= budget * (1 + SLACK)).astype(np.float64)


def most_worth(offers: Offers, budget: float) -> float:
    """Return what no purchase that keeps the budget in its share of draws is worth more than [unit of `Offers.worth`].

    In that share of draws the costs of a purchase add up to no more than the budget, so that the means of each offer's
    lowest costs, over as many draws, do.

    Parameters
    ----------
    offers : Offers
    budget : float [money]
    """
    kept = max(1, int(np.ceil(offers.chance * len(offers.charges) - 1e-9)))
    lowest = np.sort(offers.charges, axis=0)[:kept].mean(axis=0)
    units = best_purchase(offers.choices, offers.worth, lowest, budget)
    return np.nan if units is None else float(units @ offers.worth)


def often_bought(offers: Offers, budget: float) -> tuple[Floats, Floats]:
    """Return in which share of draws each offer would be bought were the draw known, and the standard error.

    Limits beside the budget are kept on average over all draws.

    Parameters
    ----------
    offers : Offers
    budget : float [money]

    Returns
    -------
    tuple of array (offer,), array (offer,) [share of draws]
        NaN where nothing is drawn.
    """
    most = 0 if offers.choices.listed else PROGRAMME_DRAWS
    rows = fewer_rows(len(offers.charges), offers.sample.randomisations, most)
    known = best_purchases(offers.choices, offers.drawn_worth[rows], offers.charges[rows], budget)
    if not known:
        missing = np.full(len(offers.charge), np.nan)
        return missing, missing
    bought = np.array([np.zeros(len(offers.charge)) if units is None else units > 0 for units in known], np.float64)
    return bought.mean(axis=0), offers.sample.error_of_mean(bought)


def portfolio_table(offers: Offers, budgets: Sequence[float]) -> pd.DataFrame:
    """Return what each budget should buy.

    Parameters
    ----------
    offers : Offers
    budgets : sequence of float [money]

    Returns
    -------
    DataFrame
        ``budget, option, bought, places, cost, effect, net_benefit, often_bought, often_bought_mcse, reason``, in the
        order of the file. ``places`` is empty for an offer that is bought whole; ``often_bought`` is the share of draws
        in which it would be, were the draw known; ``reason`` says why an offer is not bought.
    """
    import pandas as pd

    parts = []
    for budget in budgets:
        best = purchase(offers, budget)
        often, error = often_bought(offers, budget)
        units = best.units
        columns = {
            "bought": units > 0,
            "places": np.where(offers.places, units, np.nan),
            "cost": units * offers.charge,
            "effect": units * offers.effect + 0.0,
            "net_benefit": units * (offers.value * offers.effect - offers.cost) + 0.0,
            "often_bought": often,
            "often_bought_mcse": error,
        }
        reason = [_reason(offers, best, index) for index in range(len(units))]
        parts.append(pd.DataFrame({"budget": budget, "option": offers.choices.names, **columns, "reason": reason}))
        left_out = {"option": list(offers.left_out), "reason": list(offers.left_out.values())}
        parts.append(pd.DataFrame({"budget": budget, **left_out, "bought": False}))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _reason(offers: Offers, best: Purchase, index: int) -> str:
    least = offers.charge[index] * offers.choices.least[index]
    if best.conflict:
        return f"no purchase keeps {best.limits}"
    if best.units[index]:
        return ""
    if least > best.budget * (1 + SLACK):
        return TOO_DEAR
    if offers.worth[index] <= 0:
        return "does not gain" if np.isnan(offers.value) else "does not repay its cost"
    return "others gain more"


def frontier_table(offers: Offers, budgets: Sequence[float]) -> pd.DataFrame:
    """Return the most that rising budgets gain, on average over all draws.

    Parameters
    ----------
    offers : Offers
    budgets : sequence of float [money]
        Asked for; others lie between them.

    Returns
    -------
    DataFrame
        ``budget, cost, effect, net_benefit, shadow_price, within_budget, within_budget_mcse, most_worth``; budgets at
        which no purchase keeps all limits are left out. ``shadow_price`` is
        what a little more budget adds, were offers bought in part: net benefit for each unit of money, or effect where
        nothing values it. ``within_budget`` is the share of draws in which the purchase costs no more than the budget;
        where a share is asked for, ``most_worth`` is what no purchase that keeps it is worth more than.
    """
    gains = offers.worth > 0
    all_that_gain = float((offers.charge * offers.choices.most)[gains].sum())
    rows = []
    for budget in np.unique([*budgets, *np.linspace(0, max(all_that_gain, *budgets), STEPS + 1)[1:]]):
        best = purchase(offers, float(budget))
        if best.conflict:
            continue
        within = within_budget(offers, best.units, float(budget))
        rows.append(
            {
                "budget": budget,
                "cost": best.units @ offers.charge,
                "effect": best.units @ offers.effect,
                "net_benefit": best.units @ (offers.value * offers.effect - offers.cost),
                "shadow_price": marginal_value(offers.choices, offers.worth, offers.charge, float(budget)),
                "within_budget": within.mean() if len(within) else np.nan,
                "within_budget_mcse": float(offers.sample.error_of_mean(within)) if len(within) else np.nan,
                "most_worth": most_worth(offers, float(budget)) if offers.chance and len(within) else np.nan,
            }
        )
    return table_of("portfolio_frontier", rows)


def limits_table(offers: Offers, budgets: Sequence[float]) -> pd.DataFrame | None:
    """Return what keeping each limit costs, and all of them together.

    Parameters
    ----------
    offers : Offers
    budgets : sequence of float [money]

    Returns
    -------
    DataFrame or None
        ``budget, limit, at_least, at_most, reached, cost, cost_mcse, shadow_price``; ``limit`` is empty for all of
        them. ``cost`` is what the best purchase without the limit is worth more: net benefit, or effect where nothing
        values it; its error takes both purchases as given. ``shadow_price`` is what the last unit of the limit costs,
        were offers bought in part. None where no purchase keeps all limits.
    """
    import pandas as pd

    limits, parts = offers.choices.limits, []
    for budget in budgets:
        best = purchase(offers, budget)
        if best.conflict:
            continue
        without = [tuple(other for other in limits if other is not limit) for limit in limits]
        costs = [_cost_of_limits(offers, best, kept) for kept in (*without, ())]
        columns = {
            "limit": [*(limit.name for limit in limits), ""],
            "at_least": [*(limit.least for limit in limits), np.nan],
            "at_most": [*(limit.most for limit in limits), np.nan],
            "reached": [*(float(best.units @ limit.each) for limit in limits), np.nan],
            "cost": [cost for cost, _ in costs],
            "cost_mcse": [error for _, error in costs],
            "shadow_price": [*marginal_values(offers.choices, offers.worth, offers.charge, budget)[1:], np.nan],
        }
        parts.append(pd.DataFrame({"budget": budget, **columns}))
    return pd.concat(parts, ignore_index=True).replace([np.inf, -np.inf], np.nan) if parts else None


def _cost_of_limits(offers: Offers, best: Purchase, kept: tuple[Limit, ...]) -> tuple[float, float]:
    """Return how much more the best purchase is worth under some of the limits alone, and the standard error."""
    fewer = replace(offers, choices=replace(offers.choices, limits=kept))
    more = purchase(fewer, best.budget).units - best.units
    error = offers.sample.error_of_mean(offers.drawn_worth @ more) if len(offers.charges) else np.nan
    return float(more @ offers.worth), float(error)
