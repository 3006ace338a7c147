"""Files and folders that appear complete and in one step, or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import Final

_put: Final[list[tuple[Path, os.stat_result]]] = []
_begun: Final[list[Path]] = []
_FRAGMENT: Final = ".part-"
_AT_CWD, _EXCHANGE, _TRIES = -100, 2, 100
_TAKEN: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST})


def write(path: Path, data: bytes | bytearray, *, private: bool = False, new: bool = False) -> None:
    """Write a file under another name beside its place, then rename it.

    Through a link the file that it points at is replaced, and the link stays; a file that is replaced keeps its mode.

    Parameters
    ----------
    path : Path
    data : bytes or bytearray
    private : bool
        For housekeeping: nobody else may read the file, and `standing` does not name it.
    new : bool
        What stands there already stays, and nothing is written.

    Raises
    ------
    OSError
        If the system refuses; the old file stays, and nothing else is left.
    """
    place = Path(os.path.realpath(path))
    part = _beside(place)
    try:
        former = place.stat().st_mode if place.exists() else None
        mode = 0o600 if private else stat.S_IMODE(0o666 if former is None else former)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if former is not None and not private:
            part.chmod(mode)  # the bits that the umask has taken from it
        if not private and not any(path.is_relative_to(folder) for folder in _begun):
            _put.append((path, part.stat()))
        if new:
            with contextlib.suppress(FileExistsError):
                _link(part, place)
        else:
            part.replace(place)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def probe(path: Path) -> None:
    """Find out whether a file could be written, before the work for it is done.

    Raises
    ------
    OSError
        If not.
    """
    part = _beside(Path(os.path.realpath(path)))
    try:
        part.touch(exist_ok=False)
        part.unlink()
    except OSError as error:
        error.filename = str(path)
        raise


def put_folder(fresh: Path, place: Path) -> None:
    """Put a folder in the place of another, which is removed; of several that come at once the last one stays.

    Where the system cannot exchange the two there is a moment in which nothing is there. A process killed in it
    leaves the former folder under the name of the fresh one, ending in ``.old``.

    Parameters
    ----------
    fresh : Path
        The folder to put in place, on the file system of `place`; nothing has its name with the ending ``.old``.
    place : Path
        Its place; through a link, where that points.

    Raises
    ------
    OSError
        If the system refuses; the old folder stays.
    """
    former, target = fresh.with_suffix(".old"), Path(os.path.realpath(place))
    end(place)
    _put.append((place, fresh.stat()))
    try:
        for _ in range(_TRIES):
            try:
                fresh.rename(target)
                break
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise
            if _exchange(fresh, target):
                former = fresh
                break
            shutil.rmtree(former, ignore_errors=True)
            with contextlib.suppress(FileNotFoundError):  # another has moved it away
                target.rename(former)
        else:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
    finally:
        try:
            if former.exists() and not target.exists():
                former.rename(target)
        except OSError as error:
            if error.errno not in _TAKEN:  # by another, since it was looked at
                raise
        shutil.rmtree(former, ignore_errors=True)


def begin(folder: Path) -> None:
    """Note that work is kept in a folder, which `unfinished` names until it is done: `end`, or `put_folder` there."""
    _begun.append(folder)


def end(folder: Path) -> None:
    """Note that the work in a folder is done."""
    _begun[:] = [other for other in _begun if other != folder]


def unfinished() -> Path | None:
    """Return the folder in which work was begun last that is not done, if it still stands."""
    return next((folder for folder in reversed(_begun) if folder.is_dir()), None)


def forget() -> None:
    """Begin anew to note what appears in its place."""
    _put.clear()
    _begun.clear()


def standing() -> Path | None:
    """Return the last file or folder put in place since `forget`, if it is still there.

    The file system is asked, since an interrupt may fall between a rename and the next line.
    """
    for place, state in reversed(_put):
        with contextlib.suppress(OSError):
            if os.path.samestat(place.stat(), state):
                return place
    return None


def _link(part: Path, place: Path) -> None:
    """Give a file a second name, unless another file has it."""
    try:
        place.hardlink_to(part)
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}:
            raise
        if not place.exists():  # a file system without second names
            part.replace(place)


def is_fragment(path: Path) -> bool:
    """Whether a file is what a process that was killed left of one it was writing."""
    return path.name.startswith(_FRAGMENT)


def _beside(place: Path) -> Path:
    return place.with_name(f"{_FRAGMENT}{secrets.token_hex(8)}")


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change places in one step; False where the system or the file system cannot."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if os.name == "posix" else None
    return rename is not None and rename(_AT_CWD, os.fsencode(first), _AT_CWD, os.fsencode(second), _EXCHANGE) == 0
