"""The long table of every outcome, as ``summary.csv`` holds it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.core.statistics import STATISTICS
from wellbeva.results.ratios import reason

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

COLUMNS = ("option", "outcome", *STATISTICS, "unit", "note")
LESS = {
    "decision_cost": "what is paid, less savings and other benefits",
    "decision_net_cost": "what is paid, less savings",
    "decision_own_cost": "what is paid, less savings",
}
"""What is taken off the costs of the decision, by variable (semantics R37)."""


def summary_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Return one row for each option, outcome and cell.

    Returns
    -------
    pandas.DataFrame
        Columns ``option, outcome, mean, mcse, sd, q025, q05, q25, q50, q75, q95, q975, base_case, unit, note``; the
        note says why a ratio is empty (semantics R38), and what is taken off the decision's costs. ``outcome`` is a
        path as in `published`: ``npsv.central``, ``cost_by_payer.council``; ``option`` is empty for outcomes that are
        the same for all. Options in the order of the scenario, outcomes in that of the model, then the decision:
        ``decision.…`` is against the comparator, and where that is an option of its own ``decision.own_effect`` and
        ``decision.own_cost`` are the totals of each option, as the model's outcomes are.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for name in dataset.data_vars:
        variable = dataset[name]
        if variable.attrs.get("kind") not in {"outcome", "decision"}:
            continue
        path = str(name)
        if variable.attrs["kind"] == "decision":
            path = path.replace("_", ".", 1)
        axes = [str(axis) for axis in variable.dims if axis != "statistic"]
        labels = [[str(label) for label in variable[axis].values] for axis in axes]
        cells = variable.transpose("statistic", *axes).values.reshape(len(STATISTICS), -1)
        for cell, picked in enumerate(product(*labels)):
            options = [label for axis, label in zip(axes, picked, strict=True) if axis in {"option", "decision_option"}]
            others = [
                label for axis, label in zip(axes, picked, strict=True) if axis not in {"option", "decision_option"}
            ]
            empty = np.isnan(cells[STATISTICS.index("mean"), cell])
            note = reason(variable.attrs, cell) if empty else LESS.get(str(name), "")
            about = (options[0] if options else "", ".".join([path, *others]))
            rows.append((*about, *cells[:, cell], str(variable.attrs["unit"]), note))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    rank = {option: place for place, option in enumerate(_options(dataset))}
    order = np.argsort([rank.get(option, len(rank)) for option in table["option"]], kind="stable")
    return table.iloc[order].reset_index(drop=True)


@table("summary", csv=True)
def _summary(run: RunTables) -> pd.DataFrame:
    return summary_table(run.dataset)


def _options(dataset: xr.Dataset) -> list[str]:
    found: list[str] = []
    for name in ("option", "decision_option"):
        if name in dataset.coords:
            found += [str(value) for value in dataset[name].values]
    return list(dict.fromkeys(found))
