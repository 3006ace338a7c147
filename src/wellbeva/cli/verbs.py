"""A verb as the command line takes it: with ``--json`` and ``--quiet``, for one file or several."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypedDict

import typer

from wellbeva.cli import errors
from wellbeva.cli.options import JsonOption, QuietOption
from wellbeva.core import atomic
from wellbeva.errors import Diagnostic, Severity, WellbevaError


class Place(TypedDict):
    """Where something stands in a file."""

    file: str
    line: int
    column: int


class DiagnosticDocument(TypedDict):
    """An error or a warning."""

    code: str
    severity: Severity
    message: str
    place: Place | None
    facts: list[str]
    remedy: str


class ErrorDocument(TypedDict):
    """What went wrong."""

    errors: list[DiagnosticDocument]


class RefusedFile(ErrorDocument):
    """What is wrong with one of several files."""

    file: str


class TextDocument(TypedDict):
    """What a verb without a document of its own prints, and the file or folder that it wrote."""

    text: str
    written: str | None


def verb(function: Callable[..., None]) -> Callable[..., None]:
    """Return a verb that takes ``--json`` and ``--quiet`` too, whether or not it makes a document of its own.

    What a verb without one prints is the ``text`` of the document, and what it writes is ``written``.
    """
    given = inspect.signature(function, eval_str=True)
    if "quiet" in given.parameters:
        return function
    own = "as_json" in given.parameters
    more = [("quiet", QuietOption)] if own else [("quiet", QuietOption), ("as_json", JsonOption)]
    new = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind) for name, kind in more
    ]

    @functools.wraps(function)
    def run(*, quiet: bool, as_json: bool, **asked: Any) -> None:
        text = io.StringIO()
        with contextlib.ExitStack() as streams:
            if quiet or as_json:
                streams.enter_context(contextlib.redirect_stderr(io.StringIO()))
            if quiet > as_json or as_json > own:
                streams.enter_context(contextlib.redirect_stdout(text))
            function(**asked, **({"as_json": as_json} if own else {}))
        if as_json > own:
            typer.echo(_document(text.getvalue()), nl=False)

    parameters = [*given.parameters.values(), *new]
    run.__signature__ = given.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def over(files: Sequence[Path], do: Callable[[Path], tuple[object, int]], *, as_json: bool) -> None:
    """Do something with each of some files; what is wrong with one stops no other, and the worst exit status counts.

    Parameters
    ----------
    files : sequence of Path
    do : callable of Path to (document, exit status)
    as_json : bool
        Print the document; with several files a list of them, in which what is wrong with a file has its place.
    """
    documents: list[object] = []
    faults: list[Diagnostic] = []
    worst = 0
    for number, file in enumerate(files):
        if number and not as_json:
            typer.echo()
        try:
            document, status = do(file)
        except WellbevaError as error:
            if len(files) == 1:
                raise
            faults += error.diagnostics
            document, status = RefusedFile(file=str(file), errors=as_plain(error.diagnostics)), errors.REFUSED
        documents.append(document)
        worst = max(worst, status)
    if as_json:
        from wellbeva.cli.json_output import printed

        try:
            typer.echo(printed(documents if len(files) > 1 else documents[0]), nl=False)
        except OSError as error:
            raise errors.unread(error) from error
    elif faults:
        raise WellbevaError(faults)
    if worst:
        raise typer.Exit(worst)


def as_plain(diagnostics: Iterable[Diagnostic]) -> list[DiagnosticDocument]:
    """Return diagnostics as JSON can hold them."""
    return [
        {
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "place": {"file": one.span.file, "line": one.span.line, "column": one.span.column} if one.span else None,
            "facts": list(one.lines),
            "remedy": one.remedy,
        }
        for one in diagnostics
    ]


def _document(text: str) -> str:
    from wellbeva.cli.json_output import printed

    with contextlib.suppress(ValueError):
        json.loads(text)
        return text
    written = atomic.standing()
    return printed(TextDocument(text=text, written=None if written is None else str(written)))
