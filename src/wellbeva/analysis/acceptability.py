"""Acceptability curve, frontier by mean, value of perfect information, and the cost-effectiveness plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.decision_arrays import best_at, decision_view

if TYPE_CHECKING:
    import xarray as xr


def acceptability(dataset: xr.Dataset) -> xr.Dataset:
    """Return curves over the value of one unit of effect; an empty Dataset unless one option is chosen.

    Returns
    -------
    xarray.Dataset
        ``prob_best``, ``prob_best_mcse`` (threshold, decision_option); ``best_by_mean`` (threshold), the option with
        the highest mean net benefit; ``prob_frontier``, ``prob_frontier_mcse`` (threshold), the chance that this
        option is best; ``evpi``, ``evpi_mcse`` (threshold).

    Notes
    -----
    The frontier follows the option that is best *on average*, not the one that is most often best.

    References
    ----------
    Fenwick, Claxton, Sculpher (2001), Health Economics 10(8), 779-787. doi:10.1002/hec.635
    Barton, Briggs, Fenwick (2008), Value in Health 11(5), 886-897. doi:10.1111/j.1524-4733.2008.00358.x
    """
    import xarray as xr

    view = decision_view(dataset)
    if view is None or "prob_best" not in dataset:
        return xr.Dataset()
    thresholds = dataset["threshold"].values
    best = np.asarray([best_at(view, threshold) for threshold in thresholds.tolist()], dtype=np.int64)
    at = np.arange(len(thresholds))
    found = dataset[["prob_best", "prob_best_mcse", "evpi", "evpi_mcse"]].copy()
    found["best_by_mean"] = ("threshold", [view.options[index] for index in best])
    found["prob_frontier"] = ("threshold", dataset["prob_best"].values[at, best])
    found["prob_frontier_mcse"] = ("threshold", dataset["prob_best_mcse"].values[at, best])
    return found


def plane(dataset: xr.Dataset) -> xr.Dataset:
    """Return the kept draws of effect and cost, each less the comparator's; an empty Dataset where no draws were kept.

    Returns
    -------
    xarray.Dataset
        ``inc_effect`` and ``inc_cost`` (draw, decision_option).

    References
    ----------
    Black (1990), Medical Decision Making 10(3), 212-214. doi:10.1177/0272989X9001000308
    """
    import xarray as xr

    names = {"draws_decision_effect": "inc_effect", "draws_decision_cost": "inc_cost"}
    return dataset[list(names)].rename(names) if all(name in dataset for name in names) else xr.Dataset()
