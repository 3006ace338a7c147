"""The run folder: written beside its place under a temporary name, then renamed (DESIGN section 7)."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from wellbeva.core import atomic
from wellbeva.core.did_you_mean import near_file
from wellbeva.core.second_process import second_process
from wellbeva.errors import WellbevaError, refusal
from wellbeva.results.csv_file import csv_bytes, utf8

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

MANIFEST = "manifest.json"
RESULTS = "results.nc"
REPORT = "report.html"
PLAN = "plan.json"
PARTS = "parts"
"""Of a run in parts that is not finished (`batch.folder`)."""
SCHEMA = "wellbeva/manifest/1"
PARTS_SCHEMA = "wellbeva/parts/1"
"""Of `PLAN`; what another program has named so is not ours to replace."""
DIGEST = "results_sha256"
"""Key of the manifest: the hash of the results, which shows whether a file is damaged."""
TABLES = "tables"
"""Key of the manifest: the files and workbooks of tables that the run wrote, which the next run may replace."""
FORMERLY = ("decision.csv", "incremental.csv", "league.csv", "summary.csv")
"""Tables of runs whose manifest does not list them yet."""
STALE = 3600.0
"""Seconds after which the leavings of a killed run beside its folder belong to nobody."""


def write_run(
    folder: str | os.PathLike[str],
    *,
    dataset: xr.Dataset,
    manifest: Mapping[str, object],
    tables: Callable[[], Mapping[str, pd.DataFrame]],
    report: Callable[[], str] | None,
    workbooks: Mapping[str, Callable[[], bytes]] | None = None,
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
    tables : callable
        Makes the tables: ``decision`` becomes ``decision.csv``.
    report : callable, or None
        Makes the text of ``report.html``.
    workbooks : mapping of name to callable, optional
        Likewise makes the bytes of ``results.xlsx``, under ``results``.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    WellbevaError
        ``WB-R010`` if something other than a run folder stands there; ``WB-R307`` for the parts of another run;
        ``WB-R011`` if the disk is full; ``WB-R012`` for any other refusal of the system. Nothing is left behind, and
        what stood there still stands.
    KeyboardInterrupt
        Passed on, with nothing left behind.
    """
    refuse_foreign(folder)
    refuse_unfinished(folder, manifest.get("run_sha256"))
    books = workbooks or {}
    with _beside(folder) as fresh:

        def write_results() -> str:
            from wellbeva.results.netcdf import write_netcdf

            return write_netcdf(fresh / RESULTS, dataset)

        def write_tables() -> None:
            for name, table in made.items():
                _write(fresh / f"{name}.csv", csv_bytes(table, dataset.attrs))
            for name, make in books.items():
                _write(fresh / f"{name}.xlsx", make())

        with second_process(write_results) as digest:
            made = tables()
            with second_process(write_tables) as tables_written:
                if report is not None:
                    _write(fresh / REPORT, utf8(report()))
                tables_written()
            written = sorted([*(f"{name}.csv" for name in made), *(f"{name}.xlsx" for name in books)])
            content = {**manifest, TABLES: written, DIGEST: digest()}
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        _write(fresh / MANIFEST, utf8(text + "\n"))
        atomic.put_folder(fresh, Path(folder))
        _sweep(Path(os.path.realpath(folder)))
    return Path(folder)


def try_folder(folder: str | os.PathLike[str]) -> None:
    """Find out whether a run folder can be written, before the work for it is done; nothing is left behind.

    Where a run was killed between taking away a run folder and putting another in its place, the former one comes back.

    Parameters
    ----------
    folder : path
        Where it shall stand.

    Raises
    ------
    WellbevaError
        As `write_run`.
    """
    refuse_foreign(folder)
    with _beside(folder):
        _sweep(Path(os.path.realpath(folder)))


def open_run(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read the results of a run folder into memory.

    Parameters
    ----------
    path : path
        The folder, or its ``results.nc``.

    Raises
    ------
    WellbevaError
        ``WB-R013`` if there are no results, no manifest beside them says that they are those that the run wrote, or
        their numbers lie in another file.
    """
    import xarray as xr

    from wellbeva.results.netcdf import refuse_other_files

    file = Path(path)
    if file.is_dir():
        file = file / RESULTS
    try:
        data = file.read_bytes()
        written = read_manifest(file.with_name(MANIFEST)).get(DIGEST)
        # HDF5 may loop for ever over a damaged file, so that none is read unless it is known to be whole.
        if written != hashlib.sha256(data).hexdigest():
            raise ValueError(f"no {MANIFEST} beside it says that it is the file that the run wrote, by its SHA-256")
        refuse_other_files(data)
        return xr.load_dataset(BytesIO(data), engine="h5netcdf")
    except Exception as error:  # of a damaged file HDF5 and what reads it make anything
        near = "" if Path(path).exists() else near_file(path, _can_be_analysed)
        raise refusal(
            "WB-R013",
            f"no results can be read from {shown_path(path)!r}",
            near or f"name a folder that `wellbeva run` wrote; it holds {RESULTS}. If it is damaged, run again",
            _reason(error),
        ) from error


def _can_be_analysed(place: Path) -> bool:
    return (place / RESULTS).is_file() or place.suffix in {".yaml", ".yml"}


def refuse_foreign(folder: str | os.PathLike[str]) -> None:
    """Refuse to replace anything but an empty folder or a run folder with nothing of other people in it.

    Parameters
    ----------
    folder : path
        Where a run folder shall stand.

    Raises
    ------
    WellbevaError
        ``WB-R010`` if something else stands there; ``WB-R012`` if the system does not let us look.
    """
    shown = shown_path(folder)
    target = Path(os.path.realpath(folder))
    try:
        facts = _foreign(target)
    except OSError as error:
        raise _refusal(error, shown) from error
    if facts:
        raise refusal(
            "WB-R010",
            f"{shown!r} exists and is not a run folder, so it is left as it is",
            "name another place with --out, or remove it yourself",
            *facts,
            "a run folder would replace it",
        )


def refuse_unfinished(folder: str | os.PathLike[str], run: object = None) -> None:
    """Refuse to replace the parts of a run that is not finished.

    Parameters
    ----------
    folder : path
        Where a run folder shall stand.
    run : str, optional
        Hash of the run whose results shall stand there; its own parts they may replace.

    Raises
    ------
    WellbevaError
        ``WB-R307``.
    """
    plan = read_manifest(Path(folder) / PLAN, PARTS_SCHEMA)
    if plan and plan.get("run") != run:
        message = f"{shown_path(folder)!r} holds the parts of a run that is not finished, so it is left as it is"
        remedy = (
            "go on with it: --resume, or `wellbeva merge` if all its shards are done; or name another place with --out"
        )
        raise refusal("WB-R307", message, remedy)


def refuse_namesake(folder: str | os.PathLike[str], scenario: str | os.PathLike[str]) -> None:
    """Refuse to replace the run of another scenario, whose file has the same name in another folder.

    Parameters
    ----------
    folder : path
        The run folder that the scenario's name gives.
    scenario : path

    Raises
    ------
    WellbevaError
        ``WB-R111`` if a run of another scenario stands there, whose file is still where it was.
    """
    try:
        other = json.loads((Path(folder) / MANIFEST).read_bytes())["scenario"]["file"]
        same = Path(scenario).samefile(other)
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return
    if not same:
        raise refusal(
            "WB-R111",
            f"{shown_path(folder)!r} holds the run of another scenario of this name, so it is left as it is",
            "name another place with --out",
            f"run there: {shown_path(other)}",
            f"asked for: {shown_path(scenario)}",
        )


def _foreign(target: Path) -> tuple[str, ...]:
    """Say what there is that a run did not write; nothing if the place is free to take.

    Where another run puts its folder there meanwhile, it is looked at again.
    """
    while target.exists():
        with contextlib.suppress(FileNotFoundError):
            before, facts, after = target.stat(), _strange(target), target.stat()
            # A folder that was moved away and back, or a new one with the number of one that is gone, was changed.
            if os.path.samestat(before, after) and before.st_ctime_ns == after.st_ctime_ns:
                return facts
    return ()


def _strange(target: Path) -> tuple[str, ...]:
    if not target.is_dir():
        return ("there stands a file",)
    # a shard that begins, or was killed while it did, leaves a fragment before there is a plan
    entries = [entry for entry in sorted(target.iterdir()) if not atomic.is_fragment(entry)]
    unfinished = bool(read_manifest(target / PLAN, PARTS_SCHEMA))
    ours = {RESULTS, REPORT, MANIFEST, *tables_of(read_manifest(target / MANIFEST)), *([PLAN] if unfinished else ())}
    others = [
        entry.name
        for entry in entries
        if (entry.name not in ours or entry.is_dir())
        and not (entry.name == PARTS and (unfinished or not any(entry.iterdir())))
    ]
    facts = []
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        facts.append(f"it holds {', '.join(repr(shown_path(name)) for name in others[:5])}{more}")
    if entries and not unfinished and not read_manifest(target / MANIFEST):
        facts.append(f"it has no {MANIFEST} that a run wrote")
    return tuple(facts)


def tables_of(manifest: Mapping[str, object]) -> list[str]:
    """Return the files of tables that a run wrote; what else a manifest lists is not ours to replace."""
    listed = manifest.get(TABLES, FORMERLY)
    names = listed if isinstance(listed, list | tuple) else ()
    return [name for name in names if isinstance(name, str) and re.fullmatch(r"\w+\.(csv|xlsx)", name)]


def read_manifest(path: Path, schema: str = SCHEMA) -> dict[str, object]:
    """Return what a manifest says; nothing if no run wrote it.

    Parameters
    ----------
    path : Path
    schema : str
        `PARTS_SCHEMA` for a plan of parts.
    """
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) and content.get("schema") == schema else {}


@contextlib.contextmanager
def _beside(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Make an empty folder beside the place of a run folder; afterwards remove what of it is not in its place."""
    target = Path(os.path.realpath(folder))
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
    missing = [parent for parent in target.parents if not parent.exists()]
    try:
        if os.path.ismount(target):  # Path.is_mount fails where another run moves it away meanwhile
            raise OSError(errno.EBUSY, "something is mounted there, so it cannot be replaced")
        if missing:
            target.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        yield fresh
    except OSError as error:
        raise _refusal(error, shown_path(folder)) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        for parent in missing:
            with contextlib.suppress(OSError):  # it is not empty, or was not made
                parent.rmdir()


def _sweep(target: Path) -> None:
    """Put back or remove what runs that were killed while writing left beside this folder."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{12}}\.(part|old)")
    # A run folder that stands is not to fail because what lies beside it cannot be looked at or removed.
    with contextlib.suppress(OSError):
        for sibling in target.parent.iterdir():
            if pattern.fullmatch(sibling.name) and sibling.is_dir() and not sibling.is_symlink():
                status = sibling.stat()
                if sibling.suffix == ".old" and not target.exists():
                    sibling.rename(target)
                # A rename sets ctime alone, and a long-lived folder may just have been moved away by another run.
                elif time.time() - max(status.st_mtime, status.st_ctime) > STALE:
                    shutil.rmtree(sibling, ignore_errors=True)


def shown_path(path: str | os.PathLike[str]) -> str:
    """Return a path that can be printed, whatever bytes it has."""
    return os.fsencode(path).decode("utf-8", "replace")


def _write(path: Path, content: bytes) -> None:
    """Write a file and push it to the disk, so that a full disk speaks here and not after the rename."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _refusal(error: OSError, shown: str) -> WellbevaError:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    remedy = "name a place with --out where you may write"
    if full:
        remedy = "free some space, or name another place with --out"
    elif error.errno == errno.EBUSY:
        remedy = f"name a folder in it with --out, as {shown}/run"
    return refusal(
        "WB-R011" if full else "WB-R012",
        f"the run folder {shown!r} could not be written, and nothing of it was left",
        remedy,
        _reason(error),
    )
