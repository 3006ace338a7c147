"""The run folder: written beside its place under a temporary name, then renamed (DESIGN section 7)."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.errors import Diagnostic, WellbevaError

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MANIFEST = "manifest.json"
RESULTS = "results.nc"
REPORT = "report.html"


def write_run(
    folder: str | os.PathLike[str],
    *,
    dataset: xr.Dataset,
    manifest: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
    report: str | None,
) -> Path:
    """Write a run folder, whole or not at all.

    Parameters
    ----------
    folder : path
        Where it shall stand. A run folder of ours there is replaced; so is an empty folder.
    dataset : xarray.Dataset
        Becomes ``results.nc``.
    manifest : mapping
        Becomes ``manifest.json``; JSON-able.
    tables : mapping of name to pandas.DataFrame
        ``decision`` becomes ``decision.csv``.
    report : str or None
        Becomes ``report.html``.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    WellbevaError
        ``WB-R010`` if something that is no run folder stands there; ``WB-R011`` if the disk is full; ``WB-R012`` for
        any other refusal of the system. Nothing is left behind, and what stood there still stands.
    KeyboardInterrupt
        Passed on, with nothing left behind.
    """
    shown = os.fspath(folder)
    target = Path(os.path.realpath(folder))
    _refuse_foreign(target, shown)
    token = secrets.token_hex(6)
    fresh = target.with_name(f".{target.name}.{token}.part")
    former = target.with_name(f".{target.name}.{token}.old")
    made: list[Path] = []
    try:
        _make_parents(target.parent, made)
        fresh.mkdir()
        _fill(fresh, dataset=dataset, manifest=manifest, tables=tables, report=report)
        if target.exists():
            target.rename(former)
        fresh.rename(target)
        shutil.rmtree(former, ignore_errors=True)
    except BaseException as error:
        _undo(target=target, fresh=fresh, former=former, made=made)
        if isinstance(error, OSError):
            raise _refusal(error, shown) from error
        raise
    return Path(folder)


def open_run(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read the results of a run folder into memory.

    Parameters
    ----------
    path : path
        The folder, or its ``results.nc``.

    Raises
    ------
    WellbevaError
        ``WB-R013`` if there are no results or they cannot be read.
    """
    import xarray as xr

    file = Path(path)
    if file.is_dir():
        file = file / RESULTS
    try:
        return xr.load_dataset(BytesIO(file.read_bytes()), engine="h5netcdf")
    except (OSError, ValueError) as error:
        raise WellbevaError(
            [
                Diagnostic(
                    "WB-R013",
                    f"no results can be read from {os.fspath(path)!r}",
                    facts=(_reason(error),),
                    remedy=f"name a folder that `wellbeva run` wrote; it holds {RESULTS}",
                )
            ]
        ) from error


def _refuse_foreign(target: Path, shown: str) -> None:
    try:
        ours = not target.exists() or (target.is_dir() and ((target / MANIFEST).is_file() or not any(target.iterdir())))
    except OSError as error:
        raise _refusal(error, shown) from error
    if not ours:
        what = f"a folder without {MANIFEST}" if target.is_dir() else "a file"
        raise WellbevaError(
            [
                Diagnostic(
                    "WB-R010",
                    f"{shown!r} exists and is no run folder, so it is left as it is",
                    facts=(f"there stands {what}", "a run folder would replace it"),
                    remedy="name another place with --out, or remove it yourself",
                )
            ]
        )


def _make_parents(parent: Path, made: list[Path]) -> None:
    missing = [one for one in (parent, *parent.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir()
        made.append(one)


def _fill(
    folder: Path,
    *,
    dataset: xr.Dataset,
    manifest: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
    report: str | None,
) -> None:
    # The netCDF is made in memory: HDF5 that meets a full disk may fail again while closing, and not as an OSError.
    _write(folder / RESULTS, dataset.to_netcdf(engine="h5netcdf"))
    for name, table in tables.items():
        text = table.to_csv(index=False, lineterminator="\n")
        _write(folder / f"{name.removesuffix('.csv')}.csv", text.encode())
    if report is not None:
        _write(folder / REPORT, report.encode())
    text = json.dumps(dict(manifest), indent=2, ensure_ascii=False, sort_keys=False, allow_nan=False)
    _write(folder / MANIFEST, (text + "\n").encode())


def _write(path: Path, content: bytes | memoryview) -> None:
    """Write a file and push it to the disk, so that a full disk speaks here and not after the rename."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _undo(*, target: Path, fresh: Path, former: Path, made: list[Path]) -> None:
    if former.exists() and not target.exists():
        former.rename(target)
    shutil.rmtree(former, ignore_errors=True)
    shutil.rmtree(fresh, ignore_errors=True)
    for one in reversed(made):
        if not any(one.iterdir()):
            one.rmdir()


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _refusal(error: OSError, shown: str) -> WellbevaError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return WellbevaError(
        [
            Diagnostic(
                "WB-R011" if full else "WB-R012",
                f"the run folder {shown!r} could not be written, and nothing of it was left",
                facts=(_reason(error),),
                remedy="free some space, or name another place with --out"
                if full
                else "name a place with --out where you may write",
            )
        ]
    )
