"""Equity of each option: gains in equally distributed equivalents, and the aversion at which the choice turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.root_crossings import crossings
from wellbeva.core.arrays import Floats, Ints
from wellbeva.results.variables import draws_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.scenario.spec import Model

INDICES: Final = {"relative_aversion": "Atkinson", "absolute_aversion": "Kolm"}
"""Indices by the ladder of aversion that their outcomes are along."""
QUADRANTS: Final = ("more_narrower", "more_wider", "less_narrower", "less_wider")
"""Columns with the chance of each quadrant, in the order of the axis ``quadrant``."""
MOST_AVERSE: Final = 50.0
"""Aversion up to which a turn is looked for; of two groups a point apart Kolm's weighs one 10**21 times the other."""
ROUNDING: Final = 1e-12
"""Life satisfaction that counts as none between two equivalents: some 100 epsilons of a level of 10."""


def equally_distributed(levels: Floats, shares: Floats, aversion: Floats, *, index: str) -> Floats:
    """Return the equally distributed equivalent of levels of groups.

    Parameters
    ----------
    levels : array (..., group) [LS]
        Above 0 for Atkinson's.
    shares : array (..., group)
        Of the groups in the population.
    aversion : array that broadcasts with (...)
        At 0 the equivalent is the mean; Kolm's is in 1 over the unit of the levels.
    index : {"Atkinson", "Kolm"}

    Returns
    -------
    array (...) [LS]

    References
    ----------
    Atkinson (1970), Journal of Economic Theory 2(3), 244-263. doi:10.1016/0022-0531(70)90039-6
    Kolm (1976), Journal of Economic Theory 12(3), 416-442. doi:10.1016/0022-0531(76)90037-5
    """
    if index == "Atkinson":  # Kolm's of the logarithms
        return np.exp(equally_distributed(np.log(levels), shares, np.asarray(aversion) - 1, index="Kolm"))
    middle = (levels * shares).sum(axis=-1)
    away = levels - middle[..., np.newaxis]
    bent = (shares * np.expm1(-np.asarray(aversion)[..., np.newaxis] * away)).sum(axis=-1)
    return np.asarray(middle - np.log1p(bent) / np.where(aversion == 0, 1.0, aversion))


@table("equity", csv=True)
def _equity(run: RunTables) -> pd.DataFrame | None:
    import pandas as pd
    import xarray as xr

    dataset, net, frames = run.dataset, run.record.scenario.model.named("beyond_hurdle"), []
    for axis, (gain, impact, quadrant) in outcomes_by_ladder(run.record.scenario.model, dataset).items():
        columns = _columns("wellbys_net", dataset[net], ("mean",))
        columns |= _columns("ede_gain", dataset[gain]) | _columns("equity", dataset[impact])
        for place, name in enumerate(QUADRANTS):
            columns |= _columns(name, dataset[quadrant].isel(quadrant=place, drop=True), ("mean", "mcse"))
        frame = xr.Dataset(columns).to_dataframe(dim_order=["option", axis]).reset_index(names=["option", "aversion"])
        frames.append(frame.assign(index=INDICES[axis], aversion=frame["aversion"].astype(float)))
    if not frames:
        return None
    made = pd.concat(frames, ignore_index=True)
    without = made["aversion"] == 0
    made.loc[without, [one for one in made if one.startswith(QUADRANTS)]] = np.nan
    made["note"] = np.where(without, "no quadrants: without aversion gaps neither narrow nor widen", "")
    made.insert(1, "index", made.pop("index"))
    return made[made["option"] != dataset.attrs["comparator"]].reset_index(drop=True)


@table("equity_turning", csv=True)
def _turning(run: RunTables) -> pd.DataFrame | None:
    import pandas as pd

    dataset, model = run.dataset, run.record.scenario.model
    if run.table("equity") is None:
        return None
    levels = {str(one): draws_of(dataset.sel(option=one), model.named("level_net")) for one in dataset["option"].values}
    comparator = str(dataset.attrs["comparator"])
    levels.setdefault(comparator, draws_of(dataset, model.named("level_before")))
    shares = draws_of(dataset, model.named("group_share"))
    means = {name: float((one * shares).sum(axis=-1).mean()) for name, one in levels.items()}
    against = max(means, key=means.__getitem__) if run.choose == "one" else comparator
    return pd.concat([_turns(levels, shares, against, index) for index in INDICES.values()], ignore_index=True)


def _turns(levels: Mapping[str, Floats], shares: Floats, against: str, index: str) -> pd.DataFrame:
    import pandas as pd

    others = [one for one in levels if one != against]

    def lead(numbers: Ints, aversions: Floats) -> Floats:
        def equivalent(name: str, aversion: float) -> float:
            return float(equally_distributed(levels[name], shares, np.asarray(aversion), index=index).mean())

        pairs = zip(numbers, aversions, strict=True)
        return np.array([equivalent(others[one], at) - equivalent(against, at) for one, at in pairs])

    places, none = np.arange(len(others)), np.zeros(len(others))
    # Where both have the same worst off, the lead fades into rounding, and no turn is to be read from its sign.
    rounding = ROUNDING * np.sign(lead(places, none))

    def curve(numbers: Ints, aversions: Floats) -> Floats:
        return lead(numbers, aversions) + rounding[numbers]

    grid = np.tile(np.append(0.0, np.geomspace(MOST_AVERSE / 1024, MOST_AVERSE, 11)), (len(others), 1))
    results = curve(places.repeat(grid.shape[1]), grid.ravel()).reshape(grid.shape)
    turns = crossings(curve, grid, none, results=results)
    columns = {"option": others, "against": against, "index": index, "aversion": turns.root, "reason": turns.reason}
    return pd.DataFrame(columns)


def outcomes_by_ladder(model: Model, dataset: xr.Dataset) -> dict[str, tuple[str, ...]]:
    """Return the names of gain, equity impact and quadrants along each ladder of aversion that has all three.

    Parameters
    ----------
    model : Model
        Its roles name them, and the levels and shares of groups, which are needed, too.
    dataset : xarray.Dataset
    """
    if not all(model.named(one) in dataset for one in ("beyond_hurdle", "level_net", "level_before", "group_share")):
        return {}
    known = {
        axis: tuple(
            name
            for role, axes in (("ede_gain", {axis}), ("equity_impact", {axis}), ("quadrant", {axis, "quadrant"}))
            for name in model.roles.get(role, ())
            if name in dataset and {"statistic", "option", *axes} == set(dataset[name].dims)
        )
        for axis in INDICES
    }
    return {axis: names for axis, names in known.items() if len(names) == 3}


def _columns(
    name: str, array: xr.DataArray, statistics: Sequence[str] = ("mean", "mcse", "q05", "q95")
) -> dict[str, xr.DataArray]:
    return {name if one == "mean" else f"{name}_{one}": array.sel(statistic=one, drop=True) for one in statistics}
