"""The kept draws of a run as ArviZ takes them. ArviZ is the extra ``arviz``; nothing else needs it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wellbeva.errors import refusal

if TYPE_CHECKING:
    import xarray as xr


def to_arviz(dataset: xr.Dataset) -> Any:
    """Return the kept draws of inputs as ``posterior`` and those of outcomes as ``posterior_predictive``.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of a run. Its randomisations become chains, each a sample by itself; draws that a table supplies are one chain.

    Returns
    -------
    arviz.InferenceData
        From ArviZ 1 on an `xarray.DataTree`, which it works with instead.

    Raises
    ------
    WellbevaError
        ``WB-R194`` if ArviZ is not installed, or the run has kept no draws.
    """
    import xarray as xr

    from wellbeva.results.variables import DRAWS, INPUTS

    begin = DRAWS.format("")
    draws = {str(name): dataset[name] for name in dataset.data_vars if str(name).startswith(begin)}
    groups = {
        "posterior": {INPUTS: dataset[INPUTS]} if INPUTS in dataset else {},
        "posterior_predictive": {name.removeprefix(begin): one for name, one in draws.items()},
    }
    groups = {group: variables for group, variables in groups.items() if variables}
    if not groups:
        raise refusal("WB-R194", "this run kept no draws", "give an input a distribution; --keep-draws keeps all")
    try:
        arviz = import_module("arviz")
    except ModuleNotFoundError as missing:
        fact = f"{missing.name} is not installed"
        raise refusal("WB-R194", "ArviZ cannot be used", "pip install 'wellbeva[arviz]'", fact) from None
    runs = int(dataset.attrs["randomisations"])
    tree = xr.DataTree.from_dict(
        {
            group: xr.Dataset({name: _chains(one, runs) for name, one in found.items()})
            for group, found in groups.items()
        }
    )
    return arviz.from_datatree(tree) if hasattr(arviz, "from_datatree") else tree


def _chains(variable: xr.DataArray, runs: int) -> xr.DataArray:
    """Part draws, one randomisation after the other, into chains."""
    import xarray as xr

    flat = variable.transpose(..., *(axis for axis in variable.dims if not str(axis).endswith("draw")))
    axes = [str(axis) for axis in flat.dims[1:]]
    coordinates = {axis: variable[axis].values for axis in axes if axis in variable.coords}
    values = flat.values.reshape(runs, -1, *flat.shape[1:])
    return xr.DataArray(values, coordinates, ("chain", "draw", *axes), attrs=variable.attrs)
