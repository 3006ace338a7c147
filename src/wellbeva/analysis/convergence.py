"""How many draws a wanted standard error takes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import RANDOMISATIONS, SUPPLIED

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

LEAST = RANDOMISATIONS * LANE
"""Draws of the smallest run: 16 randomisations of 512."""
MOST_OUTCOMES = 24
"""Cells of outcomes that are looked at where nothing is decided."""
COLUMNS = ("number", "of", "value", "mcse", "draws")


def draws_for(dataset: xr.Dataset, within: float) -> pd.DataFrame:
    """Return how many draws give each number that the decision rests on the standard error that is wanted.

    The error of N independent draws is sd / sqrt(N), so N (mcse / wanted)^2 of them give the wanted one. A scrambled
    net does no worse in the long run, and for smooth numbers far better [1]_: of quasi-random draws it is the most that
    is needed. An error from 16 randomisations is itself known to 1 / sqrt(2 * 15), some 18%.

    Parameters
    ----------
    dataset : xarray.Dataset
        A run's.
    within : float
        The wanted standard error as a share of each number; of a chance, the error itself.

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`; `of` is an option, or the cell of an outcome. Certain numbers are
        left out; `draws` is empty where one is 0, and where the draws are rows of a table.

    References
    ----------
    .. [1] Owen (1997), Scrambled net variance for integrals of smooth functions. Annals of Statistics 25(4), 1541-1562.
       doi:10.1214/aos/1031594731
    """
    import pandas as pd

    drawn = int(dataset.attrs["draws"])
    table = pd.DataFrame(_numbers(dataset), columns=COLUMNS[:4])
    table = table[table["mcse"] > 0].reset_index(drop=True)
    wanted = np.where(table["number"].str.startswith("prob_"), within, within * table["value"].abs())
    with np.errstate(all="ignore"):
        needed = drawn * (table["mcse"].to_numpy() / wanted) ** 2
    table["draws"] = pd.array([_size(count, str(dataset.attrs["design"])) for count in needed], dtype="Int64")
    return table


def _size(count: float, design: str) -> int | None:
    """Round up to what a design takes: a power of two, or a multiple of the smallest run; rows of a table are given."""
    if not 0 < count < math.inf or design == SUPPLIED:
        return None
    return max(LEAST, 2 ** math.ceil(math.log2(count)) if design == "sobol" else math.ceil(count / LEAST) * LEAST)


def _numbers(dataset: xr.Dataset) -> Iterator[tuple[str, str, float, float]]:
    """Yield name, option or cell, value and standard error of what the decision rests on, or else of the outcomes."""
    if "decision_effect" not in dataset:
        yield from _outcomes(dataset)
        return
    level = dataset.attrs["level_dimension"]
    central = {level: int(dataset.attrs["central"])}
    values = json.loads(dataset.attrs["values"])
    rivals = dataset.attrs["choose"] == "one"
    mean = "decision_effect" if not values else "decision_net_benefit" if rivals else "decision_per_1000"
    both = dataset[mean].isel(central, missing_dims="ignore")
    for option in dataset["decision_option"].to_numpy():
        value, error = (float(both.sel(statistic=name, decision_option=option)) for name in ("mean", "mcse"))
        if math.isfinite(value):
            yield mean, str(option), value, error
    chance = "prob_no_benefit" if not values else "prob_best" if rivals else "prob_worth_it"
    if values and rivals:
        central["threshold"] = int(np.argmin(np.abs(dataset["threshold"].to_numpy() - values[central[level]])))
    for name in ("evpi", chance) if values and rivals else (chance,):
        if name not in dataset:
            continue
        arrays = [dataset[one].isel(central, missing_dims="ignore") for one in (name, f"{name}_mcse")]
        for option in dataset["decision_option"].to_numpy() if "decision_option" in arrays[0].dims else ("",):
            at = {"decision_option": option} if option else {}
            value, error = (float(array.sel(at)) for array in arrays)
            yield name, str(option), value, error


def _outcomes(dataset: xr.Dataset) -> Iterator[tuple[str, str, float, float]]:
    left = MOST_OUTCOMES
    for name, variable in dataset.data_vars.items():
        if "statistic" not in variable.dims or "time" in variable.dims:
            continue
        cells = variable.sel(statistic=["mean", "mcse"]).transpose("statistic", ...)
        axes = cells.dims[1:]
        for place in list(np.ndindex(cells.shape[1:]))[:left]:
            labels = (str(cells[axis].to_numpy()[at]) for axis, at in zip(axes, place, strict=True))
            value, error = (float(array[place]) for array in cells.to_numpy())
            yield str(name), ", ".join(labels), value, error
            left -= 1
