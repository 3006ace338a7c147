"""A bundle run again, and every number of it held against the one that was written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wellbeva.api.saved.bundle import RUN, unpack, unusable
from wellbeva.api.sources import File
from wellbeva.errors import WellbevaError
from wellbeva.results.run_folder import DIGEST, MANIFEST, RESULTS, open_run, read_manifest, tables_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

    from wellbeva.api.runs import Progress


@dataclass(frozen=True, slots=True)
class Deviation:
    """A variable or a column that is not what it was.

    Parameters
    ----------
    file, column : str
    numbers : int
        That differ; of words too.
    largest : float, optional
        Largest absolute difference, in the unit of the column; None where the shape, or words, differ.
    """

    file: str
    column: str
    numbers: int
    largest: float | None


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What running a bundle again gave.

    Parameters
    ----------
    title, date : str
        Of the scenario; when it was run first.
    versions : (str, str)
        Of wellbeva that ran it then, and now.
    compared : tuple of str
        Files whose every number was compared.
    deviations : tuple of Deviation
        None if all have the same bits.
    """

    title: str
    date: str
    versions: tuple[str, str]
    compared: tuple[str, ...]
    deviations: tuple[Deviation, ...]


def reproduce(file: File, *, progress: Progress | None = None) -> Reproduction:
    """Run a bundle again in a temporary folder, and compare its results and tables (semantics R226).

    Parameters
    ----------
    file : path
        That `wellbeva bundle` wrote.
    progress : callable of (done, total) or None

    Raises
    ------
    WellbevaError
        ``WB-R528`` if it is not a bundle; and what running its scenario refuses.
    """
    from wellbeva.api.runs import run

    with tempfile.TemporaryDirectory(prefix="wellbeva-") as name:
        folder = Path(name)
        crate, manifest = unpack(file, folder)
        said = manifest["scenario"]
        done = run(
            folder / crate.scenario,
            draws=manifest["draws"],
            seed=manifest["seed"],
            design=manifest["design"],
            engine=manifest["engine"],
            variant=said["variant"],
            overrides=tuple(said["set"]),
            keep_draws=manifest.get("keep_draws") is True,
            allow_nonfinite=manifest.get("allow_nonfinite") is True or bool(manifest.get("nonfinite_draws")),
            fast=manifest.get("fast") is True,
            progress=progress,
        )
        again = done.write(folder / "again", report=False)
        deviations: list[Deviation] = []
        # A file of HDF5 from anybody is opened only where its numbers are not known to be ours.
        if read_manifest(again / MANIFEST)[DIGEST] != manifest[DIGEST]:
            try:
                then = open_run(folder / RUN)
            except WellbevaError as error:
                raise unusable(file, f"its {RESULTS} cannot be read") from error
            if not {"draw", "input_draw"} & set(then.sizes):
                again = done.write(again, draws=False, report=False)
            deviations += _results(then, open_run(again))
        tables = [one for one in tables_of(manifest) if one.endswith(".csv")]
        for one in tables:
            deviations += _table(one, folder / RUN / one, again / one)
    versions = (manifest["versions"]["wellbeva"], version("wellbeva"))
    return Reproduction(said["title"], manifest["date"], versions, (RESULTS, *tables), tuple(deviations))


def _results(then: xr.Dataset, now: xr.Dataset) -> Iterator[Deviation]:
    for name in dict.fromkeys((*then.variables, *now.variables)):
        if name not in then.variables or name not in now.variables:
            yield Deviation(RESULTS, str(name), 0, None)
        else:
            yield from _unlike(RESULTS, str(name), then[name].values, now[name].values)


def _table(name: str, then: Path, now: Path) -> Iterator[Deviation]:
    """Compare a table column by column; one of the same bytes is the same."""
    import pandas as pd

    if then.is_file() and now.is_file() and then.read_bytes() == now.read_bytes():
        return
    try:
        old, new = (pd.read_csv(file, encoding="utf-8-sig") for file in (then, now))
    except (OSError, ValueError):  # not there, or damaged
        yield Deviation(name, "", 0, None)
        return
    for column in dict.fromkeys((*old.columns, *new.columns)):
        if column not in old or column not in new:
            yield Deviation(name, str(column), 0, None)
        else:
            yield from _unlike(name, str(column), old[column].to_numpy(), new[column].to_numpy())


def _unlike(file: str, column: str, then: npt.NDArray[Any], now: npt.NDArray[Any]) -> Iterator[Deviation]:
    if then.shape != now.shape:
        yield Deviation(file, column, 0, None)
        return
    if then.dtype.kind in "fiub" and now.dtype.kind in "fiub":
        same = (then == now) | (np.isnan(then) & np.isnan(now))
        if not same.all():
            gap: np.ndarray = np.abs(then.astype(float) - now.astype(float))[~same]
            yield Deviation(file, column, int((~same).sum()), float(np.nanmax(gap, initial=0.0)))
        return
    unlike = sum(str(one) != str(other) for one, other in zip(then.flat, now.flat, strict=True))
    if unlike:
        yield Deviation(file, column, unlike, None)
