"""Words or pictures to a file, whole or not at all, or to standard output."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

import typer


def put(content: str | bytes, out: Path | None) -> None:
    """Write a file under a temporary name and rename it; without a name, print.

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
    from wellbeva.cli.failures import printable

    if out is None:
        typer.echo(printable(content) if isinstance(content, str) else content, nl=False)
        return
    data = content.encode("utf-8") if isinstance(content, str) else content
    # Through a link, what it points at is replaced and the link stays.
    place = out.resolve() if out.is_symlink() else out
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        beside.write_bytes(data)
        os.replace(beside, place)  # noqa: PTH105 - says what it does
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        error.filename = str(out)
        raise
    typer.echo(f"written: {printable(str(out))}", err=True)
