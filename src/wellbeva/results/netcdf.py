"""A dataset as the bytes of a netCDF 4 file, as `Dataset.to_netcdf` makes them, in half the time."""

from __future__ import annotations

from io import BytesIO

import h5netcdf
import h5py
import xarray as xr
from xarray.backends import H5NetCDFStore


class _OpenedOnce(h5py.File):  # type: ignore[misc]
    """A file that keeps what was opened in it: h5netcdf opens each variable by its name some forty times."""

    def __init__(self, file: BytesIO) -> None:
        self._opened: dict[str, object] = {}
        super().__init__(file, "w", track_order=True)

    def __getitem__(self, name: object) -> object:
        if not isinstance(name, str):
            return super().__getitem__(name)
        if name == "/":
            return self  # so that what is deleted in it is no longer kept
        path = f"/{name.lstrip('/')}"
        if path not in self._opened:
            self._opened[path] = super().__getitem__(path)
        return self._opened[path]

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._opened.pop(f"/{name.lstrip('/')}", None)


def netcdf(dataset: xr.Dataset) -> memoryview:
    """Return the file in memory: HDF5 that meets a full disk may fail again while closing, and not as an OSError."""
    target = BytesIO()
    with _OpenedOnce(target) as file, h5netcdf.File(file, "w", decode_vlen_strings=True) as store:
        axes_first(dataset).dump_to_store(H5NetCDFStore(store))
    return target.getbuffer()


def axes_first(dataset: xr.Dataset) -> xr.Dataset:
    """Return the same with its axes in front, which takes a fifth off the time of writing: none is attached twice."""
    order = dict.fromkeys((*(name for name in dataset.dims if name in dataset.coords), *dataset.variables))
    variables = {name: dataset.variables[name] for name in order}
    return xr.Dataset(variables, attrs=dataset.attrs).set_coords([*dataset.coords])
