"""How many draws a wanted standard error takes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.core.did_you_mean import near_miss
from wellbeva.engine.lanes import LANE
from wellbeva.engine.reductions.replicates import RANDOMISATIONS, SUPPLIED
from wellbeva.errors import refusal

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

LEAST = RANDOMISATIONS * LANE
"""Draws of the smallest run: 16 randomisations of 512."""
MOST_OUTCOMES = 24
"""Cells of an outcome that are looked at, and of all of them where nothing is decided."""
COLUMNS = ("number", "of", "value", "mcse", "wanted", "draws")
ALIASES: Final = {
    "nb": "decision_net_benefit",
    "net_benefit": "decision_net_benefit",
    "effect": "decision_effect",
    "cost": "decision_cost",
    "net_cost": "decision_net_cost",
    "per_1000": "decision_per_1000",
}
"""What numbers of the decision are called beside their names in the results."""
CHANCE: Final = "prob_"
"""How the names of chances begin, of which a share is of all futures."""
SPREAD: Final = 1 / math.sqrt(2 * (RANDOMISATIONS - 1))
"""Standard error of a standard error from 16 randomisations, as a share of it: some 18%."""
_TARGET: Final = re.compile(r"(?:\s*(\w+)\s*=)?\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Target:
    """A standard error that is wanted.

    Parameters
    ----------
    name : str
        Of the number: as in the results or in `ALIASES`; empty for those that the decision rests on.
    error : float
        A share of the number (of a chance, of all futures), or an amount in its unit.
    share : bool
    """

    name: str
    error: float
    share: bool


def read_targets(text: str) -> tuple[Target, ...]:
    """Read ``nb=0.1%,evpi=1%``: a name and a share of its number each, or without ``%`` an amount in its unit.

    A share without a name is of every number that the decision rests on.

    Raises
    ------
    WellbevaError
        ``WB-R280`` for what cannot be read, ``WB-R282`` for a number that is named twice.

    Examples
    --------
    >>> read_targets("nb=0.1%, evpi=500")
    (Target(name='nb', error=0.001, share=True), Target(name='evpi', error=500.0, share=False))
    """
    targets: dict[str, Target] = {}
    for part in text.split(","):
        match = _TARGET.fullmatch(part)
        error = float(match[2]) / (100 if match[3] else 1) if match else 0.0
        share = match is not None and bool(match[3])
        if match is None or not 0 < error < (1 if share else math.inf) or not (match[1] or share):
            message = f"{part.strip()!r} is not an error that a run can aim at"
            remedy = "name a number and an error above 0, such as nb=0.1% (of the number, below 100%) or evpi=500"
            raise refusal("WB-R280", message, f"{remedy}; a comma parts several")
        name = match[1] or ""
        if ALIASES.get(name, name) in targets:
            message = f"{name or 'a share of every number'} is given two errors"
            raise refusal("WB-R282", message, "leave out one of them")
        targets[ALIASES.get(name, name)] = Target(name, error, share)
    return tuple(targets.values())


def judge(dataset: xr.Dataset, targets: Sequence[Target]) -> pd.DataFrame:
    """Return the standard error of each number that is aimed at, and the one that is wanted.

    Parameters
    ----------
    dataset : xarray.Dataset
        A run's.
    targets : sequence of Target

    Returns
    -------
    pandas.DataFrame
        Columns as in `COLUMNS`, without the last; certain numbers are left out.

    Raises
    ------
    WellbevaError
        ``WB-R281`` for a name that this run has no number of, ``WB-R284`` for a share of 0.
    """
    import pandas as pd

    rows = []
    for target in targets:
        name = _named(dataset, target.name) if target.name else ""
        cells = list(_cells(dataset, name) if name else _numbers(dataset))
        for number, of, value, mcse in cells:
            absolute = not target.share or number.startswith(CHANCE)
            rows.append((number, of, value, mcse, target.error * (1.0 if absolute else abs(value))))
        aimless = not any(value for _, _, value, _ in cells) or any(mcse > 0 == value for _, _, value, mcse in cells)
        if name and target.share and aimless and not name.startswith(CHANCE):
            message = f"{target.name} is {'0' if cells else 'empty'}, and an error cannot be a share of that"
            remedy = f"give the error in the unit of the number, as {target.name}=500" if cells else "leave it out"
            raise refusal("WB-R284", message, remedy)
    table = pd.DataFrame(rows, columns=COLUMNS[:5])
    return table[table["mcse"] > 0].reset_index(drop=True)


def with_draws(
    table: pd.DataFrame, draws: int, design: str, slopes: Mapping[tuple[str, str], float] | None = None
) -> pd.DataFrame:
    """Return what `judge` does, and how many draws give each number the error that is wanted.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `judge`.
    draws : int
        Of its run.
    design : str
    slopes : mapping of (number, of) to float, optional
        Powers of 1 / draws by which errors fall (`slopes_of`); 1/2 where there is none.
    """
    import pandas as pd

    keys = zip(table["number"], table["of"], strict=True)
    powers = np.array([(slopes or {}).get(key, 0.5) for key in keys], dtype=np.float64)
    with np.errstate(all="ignore"):
        needed = draws * (table["mcse"] / table["wanted"]).to_numpy(np.float64) ** (1 / powers)
    return table.assign(draws=pd.array([_size(count, design) for count in needed], dtype="Int64"))


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
        Columns as in `COLUMNS`, but for `wanted`; `of` is an option, or the cell of an outcome. Certain numbers are
        left out; `draws` is empty where one is 0, and where the draws are rows of a table.

    References
    ----------
    .. [1] Owen (1997), Scrambled net variance for integrals of smooth functions. Annals of Statistics 25(4), 1541-1562.
       doi:10.1214/aos/1031594731
    """
    table = judge(dataset, [Target("", within, share=True)])
    return with_draws(table, int(dataset.attrs["draws"]), str(dataset.attrs["design"])).drop(columns="wanted")


def slopes_of(errors: Mapping[int, pd.DataFrame], design: str) -> dict[tuple[str, str], float]:
    """Return by which power of 1 / draws the error of each number falls, of quasi-random draws measured between sizes.

    Parameters
    ----------
    errors : mapping of draws to pandas.DataFrame
        What `judge` returns, for sizes that double.
    design : str

    Returns
    -------
    dict of (number, of) to float
        The line through the logarithms less its own standard error, from 1/2, the power of independent draws, to 1: an
        error is itself known to some 18%, and no line is trusted far beyond its points.
    """
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for draws, table in errors.items() if design == "sobol" else ():
        for row in table.itertuples():
            found.setdefault((row.number, row.of), []).append((math.log(draws), math.log(row.mcse)))
    slopes = {}
    for key, points in found.items():
        x, y = np.array(points).T - np.array(points).mean(axis=0)[:, None]
        square = float(x @ x)
        fall = (-float(x @ y) - SPREAD * math.sqrt(square)) / square if square else 0.0
        slopes[key] = min(1.0, max(0.5, fall))
    return slopes


def _size(count: float, design: str) -> int | None:
    """Round up to what a design takes: a power of two, or a multiple of the smallest run; rows of a table are given."""
    if not 0 < count < math.inf or design == SUPPLIED:
        return None
    count = min(count, 2.0**62)
    return max(LEAST, 2 ** math.ceil(math.log2(count)) if design == "sobol" else math.ceil(count / LEAST) * LEAST)


def _named(dataset: xr.Dataset, name: str) -> str:
    """Return the name in the results of a number that has a standard error."""
    aliases = {alias: own for alias, own in ALIASES.items() if own in dataset}
    known = [str(own) for own, held in dataset.data_vars.items() if "time" not in held.dims]
    known = [own for own in known if "statistic" in dataset[own].dims or f"{own}_mcse" in dataset]
    own = aliases.get(name, name)
    if own in known:
        return own
    decided = name in {"evpi", *ALIASES, *ALIASES.values()} or name.startswith(CHANCE)
    undecided = decided and "decision_effect" not in dataset
    others = [other for other in known if other not in (*aliases, *aliases.values())]
    raise refusal(
        "WB-R281",
        f"this run has no number {name!r} with a standard error",
        near_miss(name, [*aliases, *known]) or f"choose among {', '.join([*aliases, *reversed(others)][:12])}",
        *["nothing is decided in this scenario"] * undecided,
    )


def _numbers(dataset: xr.Dataset) -> Iterator[tuple[str, str, float, float]]:
    """Yield name, option or cell, value and standard error of what the decision rests on, or else of the outcomes."""
    if "decision_effect" in dataset:
        values, rivals = json.loads(dataset.attrs["values"]), dataset.attrs["choose"] == "one"
        mean = "decision_effect" if not values else "decision_net_benefit" if rivals else "decision_per_1000"
        chance = "prob_no_benefit" if not values else "prob_best" if rivals else "prob_worth_it"
        for name in (mean, *(["evpi"] if values and rivals else []), chance):
            yield from _cells(dataset, name) if name in dataset else ()
        return
    left = MOST_OUTCOMES
    for outcome, variable in dataset.data_vars.items():
        if "statistic" in variable.dims and "time" not in variable.dims:
            cells = list(_cells(dataset, str(outcome)))[:left]
            left -= len(cells)
            yield from cells


def _cells(dataset: xr.Dataset, name: str) -> Iterator[tuple[str, str, float, float]]:
    """Yield name, labels, value and standard error of the cells of a number, at the central value of the effect."""
    at: dict[str, int] = {}
    if "level_dimension" in dataset.attrs:
        level, values = dataset.attrs["level_dimension"], json.loads(dataset.attrs["values"])
        at[level] = central = int(dataset.attrs["central"])
        if values and "threshold" in dataset.dims:
            at["threshold"] = int(np.argmin(np.abs(dataset["threshold"].to_numpy() - values[central])))
    held = dataset[name].isel(at, missing_dims="ignore")
    pair = (
        [held.sel(statistic=one) for one in ("mean", "mcse")]
        if "statistic" in held.dims
        else [held, dataset[f"{name}_mcse"].isel(at, missing_dims="ignore")]
    )
    axes, arrays = pair[0].dims, [one.to_numpy() for one in pair]
    for place in list(np.ndindex(arrays[0].shape))[: MOST_OUTCOMES if "decision_option" not in axes else None]:
        value, error = (float(array[place]) for array in arrays)
        if math.isfinite(value):
            labels = (str(pair[0][axis].to_numpy()[index]) for axis, index in zip(axes, place, strict=True))
            yield name, ", ".join(labels), value, error
