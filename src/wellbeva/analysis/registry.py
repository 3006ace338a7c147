"""All tables of a run: what the run folder, the terminal and the report show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wellbeva.analysis.decision_arrays import decision_view, order_by_net_benefit
from wellbeva.analysis.tables.break_even import bounds_of, break_even_table
from wellbeva.analysis.tables.decision import decision_table, unpriced
from wellbeva.analysis.tables.incremental import incremental_table
from wellbeva.analysis.tables.league import league
from wellbeva.analysis.tables.oneway import oneway
from wellbeva.analysis.tables.scenario_analysis import assumptions_table
from wellbeva.analysis.tables.summary import summary_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.plan.record import CompiledScenario


def all_tables(
    dataset: xr.Dataset, compiled: CompiledScenario, *, variants: Mapping[str, CompiledScenario] | None = None
) -> dict[str, pd.DataFrame]:
    """Make every table that the scenario calls for.

    Parameters
    ----------
    dataset : xarray.Dataset
    compiled : CompiledScenario
    variants : mapping of name to CompiledScenario, optional
        For the table of other assumptions.

    Returns
    -------
    dict of name to DataFrame
        ``summary`` always; with a decision also ``decision``, ``break_even``, ``oneway`` and ``assumptions``, and
        ``incremental`` where one option is chosen, ``league`` and ``league_apart`` where several may be bought.
    """
    plan, record = compiled.plan, compiled.record
    tables = {"summary": summary_table(dataset), "break_even": break_even_table(plan, bounds=bounds_of(record))}
    view = decision_view(dataset)
    if plan.decision is None or view is None:
        return _unsigned(tables | {"decision": decision_table(dataset, record)})
    words = {name: (variant.label, variant.note) for name, variant in record.scenario.variants.items()}
    others = {name: one.plan for name, one in (variants or {}).items()}
    tables["assumptions"] = assumptions_table(plan, variants=others, words=words)
    if plan.decision.choose == "one":
        tables["incremental"] = incremental_table(dataset)
        tables["oneway"] = oneway(plan, pair=_top_two(dataset))
        turning = frozenset(tables["oneway"].loc[tables["oneway"]["can_turn"], "element"])
        tables["decision"] = decision_table(dataset, record, turning=turning)
    else:
        tables["decision"] = decision_table(dataset, record)
        ranked = league(dataset, budget=record.budget, no_cost_given=unpriced(dataset, record))
        tables["league"], tables["league_apart"] = ranked.rows, ranked.apart
        tables["oneway"] = oneway(plan)
    return _unsigned(tables)


def _unsigned(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Write −0 as 0."""
    return {
        name: table.assign(**{str(column): table[column] + 0.0 for column in table.select_dtypes("float")})
        for name, table in tables.items()
    }


def _top_two(dataset: xr.Dataset) -> tuple[str, str] | None:
    """Return the two options with the highest mean net benefit at the central value."""
    view = decision_view(dataset)
    if view is None or len(view.options) < 2 or not len(view.values):
        return None
    net = view.values[view.central] * view.effect - view.cost
    first, second = order_by_net_benefit(net, view.cost)[:2]
    return view.options[first], view.options[second]
