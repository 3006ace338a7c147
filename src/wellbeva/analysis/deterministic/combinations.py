"""Several inputs moved together, all others at their base: two-way maps, and low × low to high × high."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from wellbeva.analysis.root_crossings import points_together
from wellbeva.core.arrays import Floats, Ints
from wellbeva.plan.plan import COST, EFFECT, NET_COST, Plan
from wellbeva.results.deterministic import element_changes, evaluate_points, net_benefit, ratio_per_1000

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("option", "effect", "cost", "net_benefit", "cost_per_effect", "chosen")
"""Of a table of combinations, after a column for each input."""
_ALIKE = 1e-12


def combinations_table(plan: Plan, levels: Mapping[str, Floats], *, names: Sequence[str]) -> pd.DataFrame:
    """Evaluate the base case at every combination of some values of some inputs.

    An input moves as in a one-way sweep: what it is drawn together with stays, but shares still add to 1 (R66).

    Parameters
    ----------
    plan : Plan
        With a decision whose effect has a value.
    levels : mapping of input to array (level,) [unit of the input]
    names : sequence of str
        Those of the plan's elements, as `levels` has them.

    Returns
    -------
    pandas.DataFrame
        A row for each combination and option: a column for each input, then `COLUMNS`, less the comparator and at the
        central value. ``cost_per_effect`` is NaN where effect or net cost is not above 0. ``chosen``: of rivals those
        that none betters, of offers those whose net benefit is above 0.
    """
    import pandas as pd

    decision = plan.decision
    assert decision is not None
    grid = np.stack([one.ravel() for one in np.meshgrid(*levels.values(), indexing="ij")])
    whole = decision_at(plan, np.repeat([[names.index(name)] for name in levels], grid.shape[1], axis=1), grid)
    net = net_benefit(plan, whole[EFFECT], whole[COST])[:, decision.central]
    ratio = ratio_per_1000(whole)
    with np.errstate(all="ignore"):
        per_effect = np.where(ratio > 0, 1000 / ratio, np.nan)
    if decision.choose == "one":
        best = net.max(axis=1, keepdims=True)
        chosen = net >= best - _ALIKE * np.abs(net).max(axis=1, keepdims=True)
    else:
        chosen = net > 0
    columns = dict(zip(levels, np.repeat(grid, len(decision.options), axis=1), strict=True))
    option = np.tile(decision.options, grid.shape[1])
    cells = (whole[EFFECT], whole.get(NET_COST, whole[COST]), net, per_effect, chosen)
    numbers = dict(zip(COLUMNS, (option, *(one.ravel() for one in cells)), strict=True))
    return pd.DataFrame(columns | numbers)


def decision_at(plan: Plan, elements: Ints, values: Floats) -> dict[str, Floats]:
    """Evaluate the parts of the decision where some elements have other values, all others their base.

    Parameters
    ----------
    plan : Plan
        With a decision.
    elements : int array (change, point)
        Which elements are changed at each point.
    values : array (change, point) [unit of each element]

    Returns
    -------
    mapping of `Decision.parts` to array (point, option) [unit of the effect, or money]
    """
    decision = plan.decision
    assert decision is not None
    together = points_together(sum(array.size for _, array in evaluate_points(plan).values()))
    parts: dict[str, list[Floats]] = {name: [] for name in decision.parts}
    only = frozenset(parts)
    for start in range(0, values.shape[1], together):
        numbers = values[:, start : start + together]
        points = np.tile(np.arange(numbers.shape[1]), len(numbers))
        changes = element_changes(plan, elements[:, start : start + together].ravel(), numbers.ravel(), points)
        found = evaluate_points(plan, changes=changes, only=only)
        for name, arrays in parts.items():
            arrays.append(np.broadcast_to(found[name][1], (numbers.shape[1], len(decision.options))))
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def choices(table: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return what would be chosen at each combination, str array (combination,), of the options that this changes for.

    Options that tie, and offers (any set of which may be bought), stand together; empty for none.

    Parameters
    ----------
    table : DataFrame
        As `combinations_table` makes it.
    """
    options = list(dict.fromkeys(table["option"]))
    chosen = table["chosen"].to_numpy(dtype=bool).reshape(-1, len(options))
    told = chosen.any(axis=0) & ~chosen.all(axis=0)
    if not told.any():
        told = chosen.any(axis=0)
    return np.asarray([" and ".join(np.asarray(options)[row & told]) for row in chosen], dtype=np.str_)


def finding(table: pd.DataFrame, *, rivals: bool) -> str:
    """Say at how many combinations each option would be chosen.

    Parameters
    ----------
    table : DataFrame
        As `combinations_table` makes it.
    rivals : bool
        Whether one option is chosen.
    """
    at = choices(table)
    count = dict(zip(*np.unique(at, return_counts=True), strict=True))
    verb = " is best" if rivals else ": worth the cost"
    if len(count) == 1 and not rivals:
        return f"None of {len(at):,} combinations changes which offers are worth their cost"
    first, *rest = sorted(count, key=lambda name: -count[name])
    more = "".join(f", {name or 'none'} in {count[name]:,}" for name in rest)
    return f"{first or 'None'}{verb} in {count[first]:,} of {len(at):,} combinations{more}"
