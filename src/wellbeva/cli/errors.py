"""Messages for a person when a verb fails, and the exit status that goes with each."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TextIO

from wellbeva.cli.signals import STOPPED
from wellbeva.core import atomic
from wellbeva.errors import Diagnostic, WellbevaError, grouped, render

MISSED, REFUSED, INTERNAL, UNREAD = 1, 2, 70, 141
_KEPT = frozenset("\n\u200c\u200d")
"""What joins or parts letters, as Persian and some pictures need, moves no other letter."""
AT_MOST = 100
"""Diagnostics that are printed; the tally counts the others too."""


def report(error: BaseException) -> int:
    """Print an exception as words on standard error and return the exit status.

    Parameters
    ----------
    error : BaseException
        `WellbevaError`, `OSError`, `MemoryError`, `KeyboardInterrupt`, or a fault of ours.
    """
    if isinstance(error, KeyboardInterrupt):
        return stopped()
    if isinstance(error, BrokenPipeError):
        close_quietly(sys.stdout)
        return UNREAD
    found, status = diagnosed(error)
    found = grouped(found)
    if status == INTERNAL and os.environ.get("WELLBEVA_DEBUG"):
        import traceback

        traceback.print_exception(error)
        return status
    show(found)
    if isinstance(error, WellbevaError):
        _line(tally(found))
        if error.more:
            _line(error.more)
    return status


def diagnosed(error: BaseException) -> tuple[Sequence[Diagnostic], int]:
    """Return what an exception means, and the exit status that goes with it."""
    if isinstance(error, WellbevaError):
        return error.diagnostics, getattr(error, "status", REFUSED)
    if isinstance(error, OSError):
        return [from_os_error(error)], REFUSED
    if isinstance(error, MemoryError):
        return [_out_of_memory()], REFUSED
    remedy = "run it again with WELLBEVA_DEBUG=1 in front, and send us what it prints and your file"
    failed = f"wellbeva itself has failed ({type(error).__name__}), and not your file; {_what_stands()}"
    return [Diagnostic("WB-X1", failed, remedy=remedy)], INTERNAL


def stopped() -> int:
    """Say that the run was stopped by the person."""
    _line(f"stopped; {_what_stands()}")
    return STOPPED


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Print the first diagnostics on standard error, with colour only on a terminal."""
    listed = list(diagnostics)
    for number, diagnostic in enumerate(listed[:AT_MOST]):
        text = printable(render(diagnostic))
        if number:
            _line("")
        if sys.stderr.isatty() and "NO_COLOR" not in os.environ:
            _paint(diagnostic, text)
        else:
            _line(text)
    if len(listed) > AT_MOST:
        _line(f"\nand {len(listed) - AT_MOST} more")


def tally(diagnostics: Iterable[Diagnostic]) -> str:
    """Count errors and warnings in words, of which there are some.

    Examples
    --------
    >>> tally([Diagnostic("WB-F1", "no such file"), Diagnostic("WB-S9", "no source", severity="warning")])
    '1 error, 1 warning'
    """
    severities = [diagnostic.severity for diagnostic in diagnostics]
    words = []
    for severity in ("error", "warning"):
        count = severities.count(severity)
        if count:
            words.append(f"{count} {severity}{'' if count == 1 else 's'}")
    return ", ".join(words)


def printable(text: str, most: int = 600) -> str:
    r"""Replace control characters, so that a hostile file cannot drive the terminal, and the middle of a huge line.

    Parameters
    ----------
    text : str
    most : int
        Characters of a line; files have it whole.

    Examples
    --------
    >>> printable("a" + chr(27) + "[31mb"), printable("every letter of a long label, and its end", 20)
    ('a�[31mb', 'every letter … s end')
    >>> printable("\u202e👩\u200d🌾") == "�👩\u200d🌾"
    True
    """
    lines = (
        line if len(line) <= most else f"{line[: most * 3 // 5]} … {line[-most // 4 :]}" for line in text.split("\n")
    )
    return "".join(
        "�" if char not in _KEPT and unicodedata.category(char) in {"Cc", "Cf", "Cs"} else char
        for char in "\n".join(lines)
    )


def from_os_error(error: OSError) -> Diagnostic:
    """Put what the machine refused into words."""
    what = (error.strerror or str(error) or type(error).__name__).rstrip(".")
    where = f"{error.filename}: " if error.filename else ""
    remedies = {
        errno.ENOSPC: "free some space or name another folder with --out; no half-written run folder is left",
        errno.EACCES: "give yourself permission, or name another file or folder",
        errno.EROFS: "name a folder that can be written with --out",
        errno.ENOENT: "check the name of the file",
    }
    remedy = remedies.get(error.errno or 0, "fix this on the machine and run again")
    return Diagnostic("WB-F90", f"{where}{what}", remedy=remedy)


def close_quietly(stream: TextIO) -> OSError | None:
    """Flush a stream whose reader may be gone, so that Python does not complain at exit.

    Returns
    -------
    OSError or None
        What kept the words from being written, if it is not that their reader has left.
    """
    try:
        stream.flush()
    except (OSError, ValueError) as error:
        # Point the descriptor elsewhere, or the interpreter flushes once more and complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return error if isinstance(error, OSError) and not isinstance(error, BrokenPipeError) else None
    return None


def not_printed(error: OSError, *facts: str) -> Diagnostic:
    """Say that standard output takes no more, and what is done nevertheless."""
    reason = error.strerror or type(error).__name__
    remedy = "send standard output to a place that has room"
    return Diagnostic("WB-F91", f"standard output cannot be written: {reason}", facts=facts, remedy=remedy)


def unread(error: OSError) -> Exception:
    """Return what to raise where words could not be printed: their reader has left, or there is no room."""
    if isinstance(error, BrokenPipeError):
        return error
    place = atomic.standing()
    facts = () if place is None else (f"the run folder is complete at {printable(str(place))!r}",)
    return WellbevaError([not_printed(error, *facts)])


def _out_of_memory() -> Diagnostic:
    return Diagnostic(
        "WB-E90",
        "this run needs more memory than the machine has left",
        remedy="run fewer draws with --draws, leave out --keep-draws, or close other programs",
    )


def _what_stands() -> str:
    place, folder = atomic.standing(), atomic.unfinished()
    if folder is not None:
        return f"what is done stands in {printable(str(folder))!r}; the same command with --resume goes on"
    return "nothing was written" if place is None else f"{printable(str(place))!r} is written and complete"


def _line(text: str) -> None:
    # Where standard error takes nothing there is nobody to tell; the exit status still speaks.
    with contextlib.suppress(OSError):
        try:
            print(text, file=sys.stderr, flush=True)
        except UnicodeEncodeError:
            print(text.encode("ascii", "backslashreplace").decode(), file=sys.stderr, flush=True)


def _paint(diagnostic: Diagnostic, text: str) -> None:
    from rich.console import Console
    from rich.text import Text

    hue = "red" if diagnostic.severity == "error" else "yellow"
    painted = Text(text, no_wrap=True, overflow="ignore")
    painted.highlight_words([f"{diagnostic.severity}[{diagnostic.code}]"], f"bold {hue}")
    painted.highlight_regex(r"(?m)^ *\| *\^+$", hue)
    painted.highlight_regex(r"(?m)^  remedy:", "bold green")
    Console(stderr=True, highlight=False, soft_wrap=True).print(painted)
