"""The folder in which compiled kernels are kept: where it is, whether it may be trusted, how large it may grow.

Nothing here needs Numba. A folder of one's own, since what lies in it is run as code.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wellbeva.errors import Diagnostic

__all__ = [
    "BOUND", "MEGABYTE", "OFF", "PLACE", "SOURCE", "Entry", "bound", "clear", "entries", "is_mine", "not_kept", "note",
    "place", "refusal", "remove", "take_warnings", "touch", "trim", "where", "write",
]  # fmt: skip

PLACE: Final = "WELLBEVA_CACHE"
BOUND: Final = "WELLBEVA_CACHE_MB"
OFF: Final = ("off", "0")
MEGABYTE: Final = 10**6
USUAL_BOUND: Final = 256
SOURCE: Final = "kernel.py"
"""The generated source in an entry; kernels of wellbeva itself have none."""

_ENTRY: Final = re.compile(r"[a-z0-9_.]+-[0-9a-f]{32}")
_GONE: Final = ".gone-"
_LEFT: Final = 0.9
"""Share of the bound that stays when something must go, so that it need not be looked at again at once."""

_room: dict[tuple[Path, int], int] = {}
_told: set[str] = set()
_waiting: list[Diagnostic] = []


@dataclass(frozen=True, slots=True)
class Entry:
    """Kernels that are kept and go together.

    Parameters
    ----------
    name : str
        Of its folder: what it is, and a hash of content and versions.
    title : str
        The first comment of the generated source, without its ``#``; empty for kernels of wellbeva itself.
    size : int
        [bytes]
    used : float
        When it was last used [s since 1970].
    """

    name: str
    title: str
    size: int
    used: float


def where() -> Path | None:
    """Return the folder that the settings name, whether it is there or not; None if nothing shall be kept."""
    set_to = os.environ.get(PLACE, "").strip()
    if set_to.lower() in OFF:
        return None
    if set_to:
        root = Path(set_to).absolute()
    else:
        import platformdirs

        root = Path(platformdirs.user_cache_dir("wellbeva")).absolute()
    return root / "kernels"


def place() -> Path | None:
    """Make the folder if need be and return it.

    Returns
    -------
    Path or None
        None where nothing is kept: because it is switched off or, with a warning noted, because the system refuses
        the folder or somebody else could put code into it.
    """
    folder = where()
    if folder is None:
        return None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        refused = refusal(folder)
    except OSError as error:
        note(not_kept(error, folder))
        return None
    if refused is not None:
        note(refused)
        return None
    return folder


def refusal(folder: Path) -> Diagnostic | None:
    """Say why code must not be loaded from a folder; None if it may be.

    The folder above is looked at too: who may write there could put another folder in this one's place.

    Raises
    ------
    OSError
        If a folder cannot be looked at.
    """
    for one in (folder.parent, folder):
        state = one.stat()
        if is_mine(state):
            continue
        if state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            fact, mend = "others can write to it", f"chmod go-w {str(one)!r} if only you have used it, or name"
        else:
            fact, mend = "another user owns it", "name"
        return Diagnostic(
            "WB-E021",
            f"compiled kernels are not kept in {str(one)!r}",
            facts=(fact, "what lies there is run as code"),
            remedy=f"{mend} a folder of your own with {PLACE}; {PLACE}=off keeps none",
            severity="warning",
        )
    return None


def is_mine(state: os.stat_result) -> bool:
    """Tell whether a file or folder can have been changed by nobody but this user and the superuser."""
    return state.st_uid in {os.geteuid(), 0} and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def not_kept(error: OSError, folder: Path) -> Diagnostic:
    """Say that the system refuses to keep kernels, so that each process compiles its own."""
    return Diagnostic(
        "WB-E020",
        f"compiled kernels cannot be kept in {str(folder)!r}: {error.strerror or type(error).__name__}",
        facts=("the numbers are the same; each start compiles anew",),
        remedy=f"free some space there, or name a folder you can write with {PLACE}; {PLACE}=off keeps none",
        severity="warning",
    )


def bound() -> int:
    """Return how large all kernels together may grow [bytes]."""
    text = os.environ.get(BOUND, "").strip()
    if not text:
        return USUAL_BOUND * MEGABYTE
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text):
        return int(text) * MEGABYTE
    note(
        Diagnostic(
            "WB-E022",
            f"{BOUND} is {text[:40]!r}, and should be a whole number of megabytes above 0",
            facts=(f"{USUAL_BOUND} is taken",),
            remedy=f"set it to a number, as {BOUND}=500; {PLACE}=off keeps no kernels",
            severity="warning",
        )
    )
    return USUAL_BOUND * MEGABYTE


def note(warning: Diagnostic) -> None:
    """Keep a warning until it is asked for; one of a code, however often it is noted."""
    if warning.code not in _told:
        _told.add(warning.code)
        _waiting.append(warning)


def take_warnings() -> tuple[Diagnostic, ...]:
    """Return what has been noted since the last time; no code comes twice in the life of a process."""
    taken = tuple(_waiting)
    _waiting.clear()
    return taken


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; its folder is made if need be.

    Raises
    ------
    OSError
        If the system refuses; nothing half-written is left.
    """
    path.parent.mkdir(exist_ok=True, mode=0o700)
    part = path.parent / f".part-{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def touch(folder: Path) -> None:
    """Note that an entry is used now, where that can be noted."""
    with contextlib.suppress(OSError):
        os.utime(folder)


def entries(folder: Path) -> tuple[Entry, ...]:
    """Return what is kept, the last used first; files that are not ours are passed over.

    Raises
    ------
    OSError
        If the folder is there and cannot be read.
    """
    try:
        names = [one.name for one in folder.iterdir() if _ENTRY.fullmatch(one.name)]
    except FileNotFoundError:
        return ()
    found = []
    for name in names:
        # Another process may remove it meanwhile.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            used = (folder / name).stat().st_mtime
            size = sum(one.stat().st_size for one in (folder / name).iterdir())
            found.append(Entry(name, _title(folder / name), size, used))
    return tuple(sorted(found, key=lambda one: (-one.used, one.name)))


def remove(folder: Path, name: str) -> bool:
    """Remove an entry; a process that has read it is not disturbed, one that adds to it makes it anew.

    Returns
    -------
    bool
        Whether this call has removed it.
    """
    gone = folder / f"{_GONE}{secrets.token_hex(8)}"
    try:
        (folder / name).rename(gone)
    except OSError:
        return False
    shutil.rmtree(gone, ignore_errors=True)
    return True


def clear(folder: Path) -> tuple[Entry, ...]:
    """Remove all that is kept and return what it was; files that are not ours stay.

    Raises
    ------
    OSError
        If the folder is there and cannot be read.
    """
    gone = tuple(one for one in entries(folder) if remove(folder, one.name))
    if gone:
        _sweep(folder)
    return gone


def trim(folder: Path, added: int) -> None:
    """Remove the least recently used entries if all together are larger than the bound.

    Looking through all of them at each new file would take longer the more there are, so a process looks when it first
    adds something, and then when it has itself used up the room that there was.

    Parameters
    ----------
    folder : Path
    added : int
        Size of what has just been written [bytes].
    """
    most = bound()
    room = _room.get((folder, most), -1) - added
    if room < 0:
        kept = entries(folder)
        total = sum(one.size for one in kept)
        if total > most:
            for one in reversed(kept):
                if total <= _LEFT * most:
                    break
                remove(folder, one.name)
                total -= one.size
        _sweep(folder)
        room = most - total
    _room[folder, most] = room


def _sweep(folder: Path) -> None:
    """Remove what a process was removing when it was killed."""
    for one in folder.iterdir():
        if one.name.startswith(_GONE):
            shutil.rmtree(one, ignore_errors=True)


def _title(entry: Path) -> str:
    try:
        with (entry / SOURCE).open(encoding="utf-8", errors="replace") as file:
            first = file.readline(400)
    except OSError:
        return ""
    return first.removeprefix("#").strip() if first.startswith("#") else ""
