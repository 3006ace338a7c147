"""Words or pictures to a file, whole or not at all, or to standard output."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from wellbeva.cli.errors import printable
from wellbeva.core import atomic
from wellbeva.engine.run.settings import asked_for, rounded_up
from wellbeva.errors import refusal

WIDTH = 80
"""Columns of a card or a list, whatever the terminal has."""
Inputs = Callable[[], Iterable[str]]


def refuse(out: Path | None, *, inputs: Inputs) -> None:
    """Refuse a file that must not be replaced, before any work is done.

    Parameters
    ----------
    out : Path or None
        What ``-o`` names; None for standard output.
    inputs : callable
        Gives the files that the command reads; asked only where something stands at the place.

    Raises
    ------
    WellbevaError
        ``WB-F92`` for a folder or an empty name, ``WB-F93`` for a file without permission to write, ``WB-F94`` for a
        file that the command reads.
    OSError
        If the system refuses to make a file there.
    """
    state = _state(out)
    if out is None:
        return
    if state is None:
        atomic.probe(out)
        return
    text = str(out)
    if stat.S_ISDIR(state.st_mode):
        raise refusal(
            "WB-F92", f"{text!r} is a folder, and -o takes the name of a file", "name a file, as -o notes.txt"
        )
    if not stat.S_ISREG(state.st_mode) or _stream(state) is not None:
        return
    # The bits are looked at too, since a superuser may write everything.
    if not (state.st_mode & 0o222 and os.access(out, os.W_OK)):
        raise refusal("WB-F93", f"{text!r} is read-only, so it is left as it is", "name another file with -o")
    for name in inputs():
        with contextlib.suppress(OSError):
            if os.path.samestat(Path(name).stat(), state):
                fact = f"this command reads {name!r}, and would replace it"
                raise refusal("WB-F94", f"{text!r} is left as it is", "name another file with -o", fact)
    atomic.probe(out)


def put(content: str | bytes, out: Path | None) -> None:
    """Write a file under a temporary name and rename it; without a name, print.

    A device or a pipe is written straight into; a file that is replaced keeps its permissions.

    Parameters
    ----------
    content : str or bytes
        Text is written as UTF-8 with line feeds.
    out : Path or None

    Raises
    ------
    OSError
        If the system refuses; nothing half-written is left.
    """
    state = _state(out)
    stream = _stream(state)
    if out is None or stream is not None:
        text = printable(content, len(content)) if isinstance(content, str) else content
        typer.echo(text, nl=False, err=stream == 2)
        return
    data = content.encode("utf-8") if isinstance(content, str) else content
    if state is not None and not stat.S_ISREG(state.st_mode):
        out.write_bytes(data)
    else:
        atomic.write(out, data)
    typer.echo(f"{'written' if state is None else 'replaced'}: {printable(str(out))}", err=True)


def open_page(page: Path) -> None:
    """Open a page in the browser, where there is a display or `BROWSER` names one; else say that there is none."""
    import webbrowser

    displays = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in displays):
        typer.echo("not opened: there is no display here", err=True)
    elif not webbrowser.open(page.absolute().as_uri()):
        typer.echo("not opened: there is no browser here", err=True)


def columns(out: Path | None) -> int:
    """Return the width of the terminal that the words go to; 80 where they go elsewhere."""
    if out is not None or not sys.stdout.isatty():
        return 80
    return max(30, shutil.get_terminal_size().columns)


def wrapped(text: str, *, indent: str = "  ", hang: str = "") -> list[str]:
    """Break a text into lines of `WIDTH` columns.

    Parameters
    ----------
    text : str
    indent : str
        Begins each line, and counts among its columns.
    hang : str
        Begins each line but the first, if they differ.
    """
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=hang or indent)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines, with an escape for each character that may not stand in a terminal."""
    typer.echo(printable("\n".join(lines)))


def print_more_draws(draws: int) -> None:
    """Say that more draws are made than were asked for, where a verb does not know whether anything is drawn."""
    drawn = rounded_up(draws)
    if more := asked_for(draws, drawn):
        typer.echo(f"Draws, if any: {drawn:,}{more}.")


def _state(out: Path | None) -> os.stat_result | None:
    """Return what stands at a place, a link followed; None if nothing does."""
    if out is None:
        return None
    try:
        return out.stat()
    except FileNotFoundError:
        return None


def _stream(state: os.stat_result | None) -> int | None:
    """Return 1 or 2 if a place is this process's standard output or error, as ``/dev/stdout`` is."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        # A stream may be closed, or an object that has no number.
        with contextlib.suppress(OSError, ValueError):
            if state is not None and os.path.samestat(os.fstat(stream.fileno()), state):
                return number
    return None
