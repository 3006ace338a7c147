"""Inequality of wellbeing before and after each option, by every index (semantics R192 to R195)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.results.standard_errors import error_of_draws
from wellbeva.results.variables import DRAWS, draws_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from wellbeva.engine.inequality.indices import Choices
    from wellbeva.plan.record import Record

ROLES: Final = ("answers_before", "group_share", "share_gaining", "gain_each")
"""Roles of the outcomes that the indices are made of."""
_NOISE: Final = 1e-12
"""A number below this is rounding: an index that nothing moves does not fall."""
_MIRROR: Final = {"same": "stays the same", "reversed sign": "changes its sign", "changes": "changes"}


def inequality_table(dataset: xr.Dataset, names: tuple[str, ...], choices: Choices | None = None) -> pd.DataFrame:
    """Return one row for each option and index.

    Parameters
    ----------
    dataset : xarray.Dataset
    names : tuple of str
        Outcomes that have the roles of `ROLES`, in their order.
    choices : Choices, optional

    Returns
    -------
    pandas.DataFrame
        Columns ``option, index, unit, before, after, change, mcse, change_q05, change_q95, prob_falls, purpose,
        keeps_meaning, mirror, note``; the note says why numbers are empty.
    """
    import pandas as pd

    from wellbeva.engine.inequality.before_and_after import indices_after
    from wellbeva.engine.inequality.indices import INDICES

    options = [str(option) for option in dataset["option"].values]
    varying = (name for name in names if (dataset[name].sel(statistic="sd") > 0).any())
    lost = [name for name in varying if DRAWS.format(name) not in dataset]
    if lost:
        values = np.full((1, 1 + len(options), len(INDICES)), np.nan)
    else:
        before, share, moving, gain = (draws_of(dataset, name) for name in names)
        # Nobody moves in the first column: that is before.
        moving, gain = (np.concatenate([np.zeros_like(one[:, :1]), one], axis=1) for one in (moving, gain))
        values = indices_after(before, share, moving, gain, choices)
    values[np.abs(values) < _NOISE] = 0.0  # an index that is 0 by its definition comes out as rounding, of either sign
    change = values[:, 1:] - values[:, :1]
    change[np.abs(change) < _NOISE] = 0.0
    # Along the last axis NumPy adds in pairs, so that what never varies keeps its digits.
    mean, shift = (np.moveaxis(one, 0, -1).copy().mean(axis=-1) for one in (values, change))
    ends = np.quantile(change, [0.05, 0.95], axis=0)
    if len(values) > 1:
        error = error_of_draws(change, int(dataset.attrs["randomisations"]))
        falls = np.where(np.isnan(change), np.nan, change < 0).mean(axis=0)
    else:  # nothing is drawn, or nothing was kept
        error, falls = shift * 0.0, shift * np.nan
    rows = [
        (
            option, index.name, index.unit, mean[0, place], mean[row + 1, place], shift[row, place],
            error[row, place], *ends[:, row, place], falls[row, place], index.purpose,
            "yes" if index.absolute else "no, it depends on where the zero of the scale lies", _MIRROR[index.mirror],
            _note(index.undefined, lost) if np.isnan(mean[[0, row + 1], place]).any() else "",
        )
        for row, option in enumerate(options)
        for place, index in enumerate(INDICES.values())
    ]  # fmt: skip
    columns = ("option", "index", "unit", "before", "after", "change", "mcse", "change_q05", "change_q95",
               "prob_falls", "purpose", "keeps_meaning", "mirror", "note")  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def choices_of(record: Record) -> Choices:
    """Return what the scenario chooses for the indices: the line below which answers count as low.

    Parameters
    ----------
    record : Record
    """
    from wellbeva.engine.inequality.indices import Choices

    lines = [int(given.base) for given in record.inputs if "low_line" in given.roles]
    return Choices(*lines[:1])


def _note(undefined: str, lost: list[str]) -> str:
    if lost:
        return f"the run was too wide to keep the draws of {', '.join(lost)}; run it with --keep-draws"
    return f"empty, because in some futures {undefined}"


@table("inequality", csv=True)
def _inequality(run: RunTables) -> pd.DataFrame | None:
    names = tuple(run.record.scenario.model.named(role) for role in ROLES)
    return (
        inequality_table(run.dataset, names, choices_of(run.record)) if set(names) <= set(run.plan.outcomes) else None
    )
