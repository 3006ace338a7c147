"""The command ``wellbeva``: the verbs, and the one place where a run may end badly."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any, Final, NoReturn

import typer

from wellbeva.cli import errors
from wellbeva.cli.signals import STOPPED, Stop, stoppable
from wellbeva.cli.verbs import ErrorDocument, as_plain, verb
from wellbeva.core import atomic
from wellbeva.core.second_process import allow_copies
from wellbeva.errors import Diagnostic, refusal

VERBS: Final = {
    "run": ("run", "run"),
    "plan": ("plan", "plan"),
    "merge": ("batch.merge", "merge"),
    "slurm": ("batch.slurm", "slurm"),
    "sweep": ("batch.sweep", "sweep"),
    "check": ("check", "check"),
    "new": ("new", "new"),
    "models": ("docs", "models"),
    "test": ("test", "test"),
    "explain": ("explain", "explain"),
    "page": ("page", "page"),
    "analyse": ("analyse", "analyse"),
    "diff": ("diff", "diff"),
    "report": ("saved.report", "report"),
    "bundle": ("saved.bundle", "bundle"),
    "reproduce": ("saved.reproduce", "reproduce"),
    "place": ("local.place", "place"),
    "docs": ("docs", "docs"),
    "export": ("rewrite.inputs", "export_inputs"),
    "import": ("rewrite.inputs", "import_inputs"),
    "migrate": ("rewrite.migrate", "migrate"),
    "schema": ("schema", "schema"),
    "mcp": ("assistant.mcp", "mcp"),
}
"""As help lists them: the file in `cli/commands`, and the function in it."""
HELP_NAMES: Final = {"help_option_names": ["-h", "--help"]}
GROUPS: Final = {"data": "local.data", "evidence": "evidence", "survey": "survey", "cache": "cache"}
"""Verbs with verbs of their own: a file with an ``app``."""
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
"""Of glibc's ``malloc.h``."""


def application(wanted: str = "") -> typer.Typer:
    """Return the command line.

    Parameters
    ----------
    wanted : str
        The verb that is asked for, so that no other is imported; all of them if there is none of that name.
    """
    known = VERBS | {name: (file, "app") for name, file in GROUPS.items()}
    app = typer.Typer(
        name="wellbeva",
        help="From a scenario file to WELLBYs per pound, how sure that is, and where each number came from.",
        no_args_is_help=True,
        add_completion=wanted not in known,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings=HELP_NAMES,
    )
    app.callback()(_common)
    for name in [wanted] if wanted in known else known:
        file, function = known[name]
        found = getattr(import_module(f"wellbeva.cli.commands.{file}"), function)
        if name in GROUPS:
            _add_group(app, name, found)
        else:
            app.command(name, no_args_is_help=name not in {"models", "mcp"})(verb(found))
    return app


def command(wanted: str) -> Any:
    """Return what runs the words of a command line whose verb is `wanted`."""
    if wanted == "converge":
        remedy = "wellbeva plan SCENARIO --precision 0.1%"
        raise refusal("WB-R286", "`wellbeva converge` is part of `wellbeva plan` now", remedy)
    made = typer.main.get_command(application(wanted))
    _plain_help(made)
    return made


def _add_group(app: typer.Typer, name: str, group: typer.Typer) -> None:
    for command in group.registered_commands:
        assert command.callback is not None
        command.callback = verb(command.callback)
    app.add_typer(group, name=name)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"wellbeva {version('wellbeva')}")
        raise typer.Exit


def _common(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Say nothing more: the verbs do the work."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : list of str, optional
        Without the program's name; those of the process if not given.

    Returns
    -------
    int
        0 done; 1 a published line missed; 2 something the user can fix; 3 parts of a run are missing; 70 a fault of
        ours; 130 stopped; 141 whoever read the words has left, as the shell says of others.
    """
    _prepare_streams()
    atomic.forget()
    with stoppable() as stop:
        try:
            return _status(arguments, stop)
        except KeyboardInterrupt:  # it came while a refusal was printed
            return errors.stopped()


def _status(arguments: list[str] | None, stop: Stop) -> int:
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    try:
        # Where a document is wanted, a wrong word on the command line is told in it too.
        status = command(words[0] if words else "")(args=words, prog_name="wellbeva", standalone_mode=not as_json)
        return status if isinstance(status, int) else 0
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # what typer and rich make of it would be a missed line
            return errors.report(end.__context__)
        code = end.code if isinstance(end.code, int) else 0
        if code == STOPPED or (code and stop.asked):
            stop.over()  # here, where the interrupt is being handled: none may come while it is freed
            return errors.stopped()
        return code
    except BaseException as error:  # the last line of defence: no traceback reaches a user
        if stop.asked:
            stop.over()
            return errors.stopped()
        return _document(error) if as_json else errors.report(error)


def _document(error: BaseException) -> int:
    """Print what went wrong as JSON."""
    from wellbeva.cli.json_output import printed

    if isinstance(error, KeyboardInterrupt | BrokenPipeError):
        return errors.report(error)
    if hasattr(error, "format_message"):  # of the command line's parser
        found: Sequence[Diagnostic] = [
            Diagnostic("WB-R240", f"not a command: {error.format_message()}", remedy="see --help")
        ]
        status = errors.REFUSED
    else:
        found, status = errors.diagnosed(error)
    try:
        typer.echo(printed(ErrorDocument(errors=as_plain(found))), nl=False)
    except OSError:  # no room there either
        return errors.report(error)
    return status


def _plain_help(command: Any) -> None:
    """Let help name no type of Python: neither ``<bool>`` for a switch nor ``<list[Path]>`` for files."""
    help_of = command.get_help_option(typer.Context(command, help_option_names=HELP_NAMES["help_option_names"]))
    for parameter in (*command.params, help_of):
        if getattr(parameter, "is_flag", False) and parameter.metavar is None:
            parameter.metavar = ""
        if parameter.nargs == -1:
            words = "<str>..." if parameter.type_descriptor.annotation == list[str] else "<path>..."
            parameter.display_type_rich = lambda words=words, **_: words
    for one in getattr(command, "commands", {}).values():
        _plain_help(one)


def entry() -> NoReturn:
    """Run the command line of this process, and end it with its exit status."""
    allow_copies()
    _keep_freed_memory()
    code = main()
    error = errors.close_quietly(sys.stdout)
    if error is not None and code == 0:
        errors.show([errors.not_printed(error)])
        code = errors.REFUSED
    errors.close_quietly(sys.stderr)
    # Nothing is left to tidy. Python would free every object first, which goes with the process anyway, and would end
    # itself by the signal if an interrupt had fallen into the making of a class, which it remembers.
    os._exit(code)


def _keep_freed_memory() -> None:
    """Let the allocator keep what is freed: a run asks for blocks of the same sizes again, each page of which costs."""
    import ctypes  # as NumPy does

    with contextlib.suppress(AttributeError, OSError, TypeError):  # not glibc
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_M_MMAP_THRESHOLD, 2**25)
        allocator.mallopt(_M_TRIM_THRESHOLD, 2**28)


def _prepare_streams() -> None:
    """Let no character and no closed stream stop a run."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the shell's `>&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
