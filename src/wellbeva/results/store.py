"""The run folder: written beside its place under a temporary name, then renamed (DESIGN section 7)."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import shutil
import time
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
SCHEMA = "wellbeva/manifest/1"
OURS = frozenset(
    {"decision.csv", "summary.csv", "incremental.csv", "league.csv", RESULTS, REPORT, MANIFEST},
)
STALE = 3600.0
"""Seconds after which what a killed run left beside its folder is nobody's any more."""


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
    shown = _shown(folder)
    refuse_foreign(folder)
    target = Path(os.path.realpath(folder))
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
        _sweep(target)
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
                    f"no results can be read from {_shown(path)!r}",
                    facts=(_reason(error),),
                    remedy=f"name a folder that `wellbeva run` wrote; it holds {RESULTS}",
                )
            ]
        ) from error


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
    shown = _shown(folder)
    target = Path(os.path.realpath(folder))
    try:
        facts = _foreign(target)
    except OSError as error:
        raise _refusal(error, shown) from error
    if facts:
        raise WellbevaError(
            [
                Diagnostic(
                    "WB-R010",
                    f"{shown!r} exists and is no run folder, so it is left as it is",
                    facts=(*facts, "a run folder would replace it"),
                    remedy="name another place with --out, or remove it yourself",
                )
            ]
        )


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
        raise WellbevaError(
            [
                Diagnostic(
                    "WB-R111",
                    f"{_shown(folder)!r} holds the run of another scenario of this name, so it is left as it is",
                    facts=(f"run there: {_shown(other)}", f"asked for: {_shown(scenario)}"),
                    remedy="name another place with --out",
                )
            ]
        )


def _foreign(target: Path) -> tuple[str, ...]:
    """Say what there is that a run did not write; nothing if the place is free to take."""
    if not target.exists():
        return ()
    if not target.is_dir():
        return ("there stands a file",)
    entries = sorted(target.iterdir())
    others = [one.name for one in entries if one.name not in OURS or one.is_dir()]
    facts = []
    if others:
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        facts.append(f"it holds {', '.join(repr(_shown(name)) for name in others[:5])}{more}")
    if entries and not _is_manifest(target / MANIFEST):
        facts.append(f"it has no {MANIFEST} that a run wrote")
    return tuple(facts)


def _is_manifest(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("schema") == SCHEMA


def _sweep(target: Path) -> None:
    """Remove what runs that were killed while writing left beside this folder."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{12}}\.(part|old)")
    # A run folder that stands is not to fail because what lies beside it cannot be looked at or removed.
    with contextlib.suppress(OSError):
        for one in target.parent.iterdir():
            if pattern.fullmatch(one.name) and one.is_dir() and not one.is_symlink():
                status = one.stat()
                # A rename sets ctime alone, and a long-lived folder may just have been moved away by another run.
                if time.time() - max(status.st_mtime, status.st_ctime) > STALE:
                    shutil.rmtree(one, ignore_errors=True)


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
        text = _without_formulas(table).to_csv(index=False, lineterminator="\n")
        _write(folder / f"{name.removesuffix('.csv')}.csv", _utf8(text))
    if report is not None:
        _write(folder / REPORT, _utf8(report))
    text = json.dumps(dict(manifest), indent=2, ensure_ascii=False, sort_keys=False, allow_nan=False)
    _write(folder / MANIFEST, _utf8(text + "\n"))


def _without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run as a formula (OWASP, CSV Injection)."""
    safe = table.copy()
    for place, kind in enumerate(table.dtypes):
        if not hasattr(kind, "kind") or kind.kind not in "biuf":
            safe.isetitem(place, table.iloc[:, place].map(_as_text))
    return safe


_BLANK = r"(?:[^\S\t\r\n]|[\u200b-\u200d\u2060\ufeff])*"
# Also in full width and small. A semicolon, a tab or a line end begins a cell too, where a spreadsheet is set to other
# separators than the comma; a comma always stands inside quotes.
_FORMULA = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?={_BLANK}[=+\-@＝＋－＠﹦﹢﹣﹫])")


def _as_text(cell: object) -> object:
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def _utf8(text: str) -> bytes:
    """Encode; a byte of the command line that is no UTF-8 has become half a surrogate pair, which has no encoding."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()


def _shown(path: str | os.PathLike[str]) -> str:
    """Return a path that can be printed, whatever bytes it has."""
    return os.fsencode(path).decode("utf-8", "replace")


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
