"""What budgets should buy, where several offers may be bought and a budget is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wellbeva.analysis.portfolio.offers import offers_of_run
from wellbeva.analysis.portfolio.purchases import frontier_table, limits_table, portfolio_table
from wellbeva.analysis.registry import RunTables, table

if TYPE_CHECKING:
    import pandas as pd


@table("portfolio", csv=True)
def _portfolio(run: RunTables) -> pd.DataFrame | None:
    offers = offers_of_run(run.dataset, run.record) if run.record.budgets else None
    return portfolio_table(offers, run.record.budgets) if offers is not None else None


@table("portfolio_frontier", csv=True)
def _frontier(run: RunTables) -> pd.DataFrame | None:
    offers = offers_of_run(run.dataset, run.record) if run.record.budgets else None
    return frontier_table(offers, run.record.budgets) if offers is not None else None


@table("portfolio_limits", csv=True)
def _limits(run: RunTables) -> pd.DataFrame | None:
    offers = offers_of_run(run.dataset, run.record) if run.record.purchase_limits else None
    return limits_table(offers, run.record.budgets) if offers is not None else None
