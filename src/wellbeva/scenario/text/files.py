"""Reading files that nobody vouches for: bounded, regular, UTF-8, and inside their folder."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path, PurePosixPath, PureWindowsPath

from wellbeva.core.did_you_mean import near_file
from wellbeva.core.spans import Span
from wellbeva.errors import Collector

YAML_LIMIT = 1 << 20
"""Bytes of a scenario or model file."""
TABLE_LIMIT = 1 << 24
"""Bytes of a table."""
ONLY_BELOW = "WELLBEVA_ONLY_BELOW"
"""A setting of the environment: the folder beyond which nothing is read (semantics R242)."""

LINE_BREAK = re.compile(r"\r\n|\r|\n")
# Control characters, the line separators YAML 1.1 and 1.2 disagree about, those that turn the direction
# of text (what is shown would not be what is read), and halves of a pair, which UTF-8 cannot write.
_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff"
FORBIDDEN = re.compile(f"[{_CONTROLS}]")
FORBIDDEN_VALUE = re.compile(rf"[{_CONTROLS}\r]")
"""In a text as decoded, where a carriage return ends no line."""


@dataclass(slots=True)
class Files:
    """Every file a load has read, by the path shown to people, with its SHA-256.

    What stands in `given`, by the path as shown, is read in the place of a file: a text that is in none, or not yet.
    """

    digests: dict[str, str] = field(default_factory=dict)
    given: Mapping[str, bytes] = field(default_factory=dict)

    def read(self, path: Path, shown: str, *, limit: int, collector: Collector, span: Span | None = None) -> str | None:
        """Read a text file within `limit` bytes; on any fault note a diagnostic and return None.

        Parameters
        ----------
        path : Path
        shown : str
            The path as messages show it.
        limit : int [bytes]
        collector : Collector
        span : Span, optional
            Where the file is named, if it is named in another file.
        """
        data = self.read_bytes(path, shown, limit=limit, collector=collector, span=span)
        return None if data is None else decoded(data, shown, collector)

    def read_bytes(
        self, path: Path, shown: str, *, limit: int, collector: Collector, span: Span | None = None
    ) -> bytes | None:
        """Read a file of any kind within `limit` bytes.

        Parameters
        ----------
        path, shown, limit, collector, span
            As in `read`.

        Returns
        -------
        bytes or None
            None, with a diagnostic in the collector, on any fault.
        """
        place = span or Span(shown, 1, 1)
        if shown not in self.given:
            data = _bytes(path, shown, limit=limit, collector=collector, place=place)
        elif len(self.given[shown]) > limit:
            _too_big(shown, len(self.given[shown]), limit, collector, place)
            data = None
        else:
            data = self.given[shown]
        if data is not None:
            self.digests[shown] = hashlib.sha256(data).hexdigest()
        return data


def packaged_models() -> Path | None:
    """Return the folder of the models that come with wellbeva: in the wheel, else in the checkout."""
    wheel = Path(str(resources.files("wellbeva"))) / "_models"
    if wheel.is_dir():
        return wheel
    checkout = Path(str(resources.files("wellbeva"))).parents[1] / "models"
    return checkout if checkout.is_dir() else None


def _bytes(path: Path, shown: str, *, limit: int, collector: Collector, place: Span) -> bytes | None:
    try:
        if not is_served(path):
            raise PermissionError(errno.EACCES, "it lies outside the folder that is served")
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "not an ordinary file"
            collector.error("WB-F002", f"{shown!r} is {what}", place, remedy="name a text file")
            return None
        if status.st_size > limit:
            _too_big(shown, status.st_size, limit, collector, place)
            return None
        with path.open("rb") as handle:
            data = handle.read(limit + 1)
    except FileNotFoundError:
        collector.error("WB-F001", f"there is no file {shown!r}", place, remedy=near_file(path) or "check the path")
        return None
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or "the path cannot be used"
        collector.error(
            "WB-F003", f"{shown!r} cannot be read: {reason.lower()}", place, remedy="check the path and its permissions"
        )
        return None
    if len(data) > limit:
        _too_big(shown, len(data), limit, collector, place)
        return None
    return data


def is_served(path: Path) -> bool:
    """Whether a file may be read where `ONLY_BELOW` names a folder: those in it, and the models that come with us."""
    folder = os.environ.get(ONLY_BELOW)
    return not folder or inside(path, tuple(filter(None, (Path(folder), packaged_models()))))


def _too_big(shown: str, size: int, limit: int, collector: Collector, place: Span) -> None:
    collector.error(
        "WB-F004",
        f"{shown!r} is too big",
        place,
        facts=(f"it has {size:,} bytes", f"at most {limit:,} bytes are read"),
        remedy="put long lists into a CSV table, and split what is longer still",
    )


def decoded(data: bytes, shown: str, collector: Collector) -> str | None:
    """Return a file's text; None, with a diagnostic, if it is not UTF-8 or holds what may not stand in a file.

    Parameters
    ----------
    data : bytes
        The whole file, with or without a byte order mark.
    shown : str
        The path as messages show it.
    collector : Collector
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        column = failure.start - data.rfind(b"\n", 0, failure.start)
        collector.error(
            "WB-F005",
            f"{shown!r} is not a UTF-8 text file: byte 0x{data[failure.start]:02x} starts no character",
            Span(shown, line, column),
            remedy="save it as UTF-8 text (in Excel: CSV UTF-8)",
        )
        return None
    bad = FORBIDDEN.search(text)
    if bad:
        collector.error(
            "WB-F006",
            f"the character U+{ord(bad.group()):04X} may not stand in a file",
            place_of(text, bad.start(), shown),
            remedy="delete it; is this a text file?",
        )
        return None
    return text


def printable(text: str) -> str:
    """Return a text with every character that may not stand in a file written as an escape."""
    return FORBIDDEN_VALUE.sub(lambda bad: f"\\u{ord(bad.group()):04x}", text)


def place_of(text: str, index: int, shown: str) -> Span:
    """Return the span of a character of a text.

    Parameters
    ----------
    text : str
        The whole file.
    index : int
        From 0 [characters].
    shown : str
        The path as messages show it.
    """
    lines = LINE_BREAK.split(text[:index])
    rest = LINE_BREAK.split(text[index:], maxsplit=1)[0]
    return Span(shown, len(lines), len(lines[-1]) + 1, 1, lines[-1] + rest)


def above(folder: Path) -> Path:
    """Return the folder above as it is shown: ``..`` above the folder the user works in."""
    return folder / ".." if folder.name in {"", ".."} else folder.parent


def absolute(folder: Path) -> Path:
    """Return a folder's absolute path, whose parent is the folder above it even where it was given by ``..``."""
    return folder.resolve() if ".." in folder.parts else folder.absolute()


def home_folders(path: Path) -> tuple[Path, ...]:
    """Return the folders that a scenario may read from: its own and the one above it, as they are written.

    Where a link leads to the scenario's folder, the folder it stands in is the one above, and need not hold the other.
    """
    here = absolute(path.parent)
    return (here, here.parent) if may_look_above(here) else (here,)


def may_look_above(here: Path) -> bool:
    """Whether the folder above a scenario's may belong to the same work, so that files are looked for there too.

    It may not if it is the root of the file system, somebody's home, another owner's than the scenario's folder, or a
    place where everybody may put files, such as ``/tmp``.
    """
    up = here.parent
    try:
        if resolved(up) in {resolved(here), Path(resolved(up).anchor), _home()} or not is_served(up):
            return False
        if os.name != "posix":
            return True  # elsewhere the bits and the owner say nothing
        own, other = here.stat(), up.stat()
    except OSError:
        return False
    everybodys = other.st_mode & stat.S_ISVTX or (other.st_mode & stat.S_IWOTH and not own.st_mode & stat.S_IWOTH)
    return own.st_uid == other.st_uid and not everybodys


def _home() -> Path | None:
    try:
        return resolved(Path.home())
    except RuntimeError:  # nobody says where it is
        return None


def inside(path: Path, folders: tuple[Path, ...]) -> bool:
    """Whether a file lies in one of these folders or below it, links followed on both sides.

    Parameters
    ----------
    path : Path
    folders : tuple of Path
    """
    real = resolved(path)
    return any(real.is_relative_to(resolved(folder)) for folder in folders)


def resolved(path: Path) -> Path:
    """Return a path with its links followed; as it is where that cannot be done, for reading it will say why."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def beside(folder: Path, shown_folder: str, name: str) -> tuple[Path, str] | None:
    """Find a named file in a folder or (see `may_look_above`) the one above, without ever leaving it.

    Parameters
    ----------
    folder : Path
    shown_folder : str
        The folder as messages show it.
    name : str
        As a file names it: a path relative to the folder, with ``/`` between its parts.

    Returns
    -------
    (Path, str) or None
        The path and how it is shown; None if the name points out of the folder, by ``..``, by an
        absolute path or through a link. A file that is not there is returned for the first place.
    """
    pure = PurePosixPath(name)
    windows = PureWindowsPath(name)
    if pure.is_absolute() or windows.drive or windows.root or ".." in pure.parts or ".." in windows.parts:
        return None
    if "\x00" in name or not name.strip() or len(name) > 400:
        return None
    first: tuple[Path, str] | None = None
    here, label = absolute(folder), Path(shown_folder)
    roots = ((here, label), (here.parent, above(label)))
    for root, shown in roots if may_look_above(here) else roots[:1]:
        path = root / name
        try:
            inside = path.resolve().is_relative_to(root.resolve())
            there = path.exists()
        except (OSError, RuntimeError):
            return None
        if not inside:
            return None
        first = first or (path, str(shown / name))
        if there:
            return path, str(shown / name)
    return first
