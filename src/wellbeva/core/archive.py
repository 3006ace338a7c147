"""Zip archives: written so that equal files give equal bytes, and read where nobody vouches for them."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO, Final

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
_STRANGE: Final = re.compile(r"[\x00-\x1f\x7f\\:]")
"""In names: what is a path of another system, or cannot be seen."""
_PIECE: Final = 1 << 20
BROKEN: Final = (zipfile.BadZipFile, RuntimeError, ValueError, zlib.error, EOFError, OSError)
"""What zipfile raises on broken or hostile bytes; `test_tables_hostile.py` has a file for each.

No zip or a wrong checksum; a version or a way of packing that it lacks; a name that is not UTF-8, or a part that begins
before the file (of a file on a disk the system says so); a stream that is not deflated; one that ends early.
"""


class ArchiveError(Exception):
    """An archive cannot be read; the message says why, as a clause."""


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files by name: equal files give equal bytes.

    Parameters
    ----------
    files : mapping of str to bytes
        Written in this order.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # a file that everybody may read
            made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def repacked(content: bytes) -> bytes:
    """Return a zip of our own with the times taken out."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        return archive({name: made.read(name) for name in made.namelist()})


def entries(opened: IO[bytes], *, most: int, limit: int) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """Open an archive and return its files by name; nothing is unpacked.

    Parameters
    ----------
    opened : binary file
    most : int
        Files that it may hold.
    limit : int [bytes]
        That they may have together, as the archive states; `pieces` gives no more.

    Raises
    ------
    ArchiveError
        If it is broken or too large, or a name in it is not that of one ordinary file inside a folder.
    """
    try:
        made = zipfile.ZipFile(opened)
    except BROKEN as error:
        raise ArchiveError("it is not a zip, or it is broken") from error
    if len(made.infolist()) > most:
        raise ArchiveError(f"it has more than {most:,} files")
    found: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in made.infolist():
        if fault := _fault(info) or (info.filename.casefold() in seen and "stands in it twice"):
            raise ArchiveError(f"{info.filename[:60]!r} {fault}")
        seen.add(info.filename.casefold())
        if not info.is_dir():
            found[info.filename] = info
    if sum(info.file_size for info in found.values()) > limit:
        raise ArchiveError(f"unpacked it has more than {limit:,} bytes")
    return made, found


def _fault(info: zipfile.ZipInfo) -> str:
    """Say why an entry is not that of one ordinary file inside a folder; empty if it is."""
    name = info.filename
    if _STRANGE.search(info.orig_filename) or name.startswith("/") or ".." in PurePosixPath(name).parts:
        return "leads out of its folder"
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link, or no ordinary file"
    if info.flag_bits & 1:
        return "is locked with a password"
    return "" if info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} else "is packed in an unusual way"


def pieces(made: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a file holds, in all at most as many bytes as the archive states: others are an error of its sum.

    Parameters
    ----------
    made : ZipFile
    info : ZipInfo

    Raises
    ------
    ArchiveError
        If it is broken.
    """
    try:
        with made.open(info) as handle:
            while piece := handle.read(_PIECE):
                yield piece
    except BROKEN as error:
        raise ArchiveError(f"{info.filename[:60]!r} cannot be unpacked") from error
