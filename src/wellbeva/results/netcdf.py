"""A dataset as a netCDF 4 file, written with h5py: xarray and h5netcdf take twice as long for as many variables.

References
----------
NetCDF User's Guide, Unidata, appendix "File Format Specifications", section "NetCDF-4/HDF5 File Format": dimensions are
HDF5 dimension scales, numbered by ``_Netcdf4Dimid``; CF Conventions 1.11, section 5, for the attribute ``coordinates``.
"""

from __future__ import annotations

import hashlib
import os
from io import BytesIO, FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

if TYPE_CHECKING:
    import xarray as xr

_NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable.{:10}"
"""Name of the scale of a dimension without labels, with its length."""


class _Target:
    """A file that goes on in memory once the system refuses it: HDF5 that meets a full disk may end the process."""

    def __init__(self, file: FileIO) -> None:
        self._file: FileIO | BytesIO = file
        self.refused: OSError | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def write(self, content: bytes | memoryview) -> int:
        at, left = self._file.tell(), memoryview(content).cast("B")
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            self._go_on_in_memory(error)
            self._file.seek(at)
            self._file.write(content)
        return self._file.tell() - at

    def truncate(self, size: int) -> int:
        try:
            return self._file.truncate(size)
        except OSError as error:
            self._go_on_in_memory(error)
            return self._file.truncate(size)

    def _go_on_in_memory(self, refused: OSError) -> None:
        self._file.seek(0)
        self._file, self.refused = BytesIO(self._file.read()), refused


def write_netcdf(path: Path, dataset: xr.Dataset) -> str:
    """Write the file, push it to the disk and return its SHA-256; it is never held in memory.

    Parameters
    ----------
    path : Path
    dataset : xarray.Dataset

    Raises
    ------
    OSError
        If the system refuses.
    """
    with FileIO(path, "w+") as target:
        safe = _Target(target)
        with h5py.File(safe, "w", track_order=True) as file:
            _write(file, dataset)
        if safe.refused is not None:
            raise safe.refused
        os.fsync(target.fileno())
        target.seek(0)
        return hashlib.file_digest(target, "sha256").hexdigest()


def _write(file: h5py.File, dataset: xr.Dataset) -> None:
    """Write dimensions, then variables in their order, each beside the scales of its dimensions."""
    file.attrs.update(dataset.attrs)
    for number, (name, size) in enumerate(dataset.sizes.items()):
        variable = dataset.variables.get(name)
        made = file.create_dataset(name, (size,), ">f4") if variable is None else _dataset(file, str(name), variable)
        made.make_scale(_NO_VARIABLE.format(size) if variable is None else name)
        made.attrs["_Netcdf4Dimid"] = np.int32(number)
    scales = {name: file[name] for name in dataset.sizes}
    beside = dataset.coords.keys() - scales
    for name, variable in dataset.drop_vars(scales, errors="ignore").variables.items():
        made = _dataset(file, str(name), variable)
        for axis, dimension in enumerate(variable.dims):
            made.dims[axis].attach_scale(scales[dimension])
        own = sorted(str(label) for label in beside if {*dataset.variables[label].dims} <= {*variable.dims})
        if own and name not in beside:
            made.attrs["coordinates"] = " ".join(own)


def _dataset(file: h5py.File, name: str, variable: xr.Variable) -> h5py.Dataset:
    text = h5py.string_dtype() if variable.dtype.kind in "OU" else None
    made = file.create_dataset(name, data=np.asarray(variable.values, text), dtype=text, track_order=True)
    if variable.dtype.kind == "f":
        made.attrs["_FillValue"] = np.array([np.nan])
    made.attrs.update(variable.attrs)
    return made


def refuse_other_files(data: bytes) -> None:
    """Refuse a file of HDF5 whose numbers lie in other files, which it could name anywhere on the disk.

    Parameters
    ----------
    data : bytes

    Raises
    ------
    ValueError
        If a variable is a link, or is stored elsewhere.
    """
    with h5py.File(BytesIO(data)) as file:
        for name in file:
            here = isinstance(file.get(name, getlink=True), h5py.HardLink)
            if not here or (isinstance(file[name], h5py.Dataset) and (file[name].external or file[name].is_virtual)):
                raise ValueError(f"the numbers of {name!r} lie in another file")
