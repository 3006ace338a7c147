"""The base case under other assumptions: each switch turned off (or on), each variant of the scenario.

Base cases, not averages over draws: they cost a thousandth of a run, and they answer whether the order survives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.engine.run.plan_cache import base_decision
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Plan
from wellbeva.results.deterministic import Cells, evaluate_points, net_benefit, ratio_per_1000

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("kind", "name", "label", "note", "option", "effect", "net_cost", "effect_per_1000", "net_benefit")
Words = tuple[str, str]
"""Label and note."""


def assumptions_table(
    plan: Plan, *, variants: Mapping[str, Plan] | None = None, words: Mapping[str, Words] | None = None
) -> pd.DataFrame:
    """Evaluate the base case as run, with each switch turned, and in each variant.

    Parameters
    ----------
    plan : Plan
    variants : mapping of name to Plan, optional
    words : mapping of variant to (label, note), optional

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`; ``kind`` is ``as run``, ``switch`` or ``variant``. ``effect_per_1000`` is NaN where the
        net cost is not above 0, ``net_benefit`` (at the central value) where nothing values the effect. A switch's
        label says what the row leaves out or adds.
    """
    import pandas as pd

    rows = _rows(plan, None, ("as run", "", "As run", ""))
    for name in plan.switches:
        parameter = plan.parameter(name)
        turned = 1.0 - parameter.values
        doing = "Without" if parameter.values.all() else "With"
        rows += _rows(plan, {name: (parameter.axes, turned)}, ("switch", name, f"{doing} {parameter.doc or name}", ""))
    for name, other in (variants or {}).items():
        label, note = (words or {}).get(name, (name, ""))
        rows += _rows(other, None, ("variant", name, label or name, note))
    return pd.DataFrame(rows, columns=list(COLUMNS))


@table("assumptions", evaluates=True)
def _assumptions(run: RunTables) -> pd.DataFrame | None:
    if not run.choose:
        return None
    words = {name: (variant.label, variant.note) for name, variant in run.record.scenario.variants.items()}
    return assumptions_table(run.plan, variants=run.variants, words=words)


def _rows(
    plan: Plan, changes: Mapping[str, Cells] | None, about: tuple[str, str, str, str]
) -> list[tuple[object, ...]]:
    decision = plan.decision
    if decision is None:
        return []
    changed = evaluate_points(plan, changes=changes, only=frozenset(decision.parts)) if changes else {}
    parts = {**base_decision(plan), **{name: array for name, (_, array) in changed.items()}}
    effect, cost, per_1000 = parts[EFFECT], parts.get(NET_COST, parts[COST]), ratio_per_1000(parts)
    net = net_benefit(plan, effect, parts[COST])[decision.central] if decision.levels else np.full(len(effect), np.nan)
    return [
        (*about, option, float(effect[index]), float(cost[index]), float(per_1000[index]), float(net[index]))
        for index, option in enumerate(decision.options)
        if option != "nothing"
    ]
