"""The command ``wellbeva``: the verbs, and the one place where a run may end badly."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Annotated, NoReturn

import typer

from wellbeva.cli import errors
from wellbeva.cli.commands import analyse, cache, check, converge, data, diff, docs, explain, run, schema, test
from wellbeva.cli.commands.rewrite import inputs, migrate
from wellbeva.cli.signals import STOPPED, Stop, stoppable
from wellbeva.core import atomic

app = typer.Typer(
    name="wellbeva",
    help="From a scenario file to WELLBYs per pound, how sure that is, and where each number came from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run", no_args_is_help=True)(run.run)
app.command("check", no_args_is_help=True)(check.check)
app.command("test", no_args_is_help=True)(test.test)
app.command("explain", no_args_is_help=True)(explain.explain)
app.command("analyse", no_args_is_help=True)(analyse.analyse)
app.command("converge", no_args_is_help=True)(converge.converge)
app.command("diff", no_args_is_help=True)(diff.diff)
app.command("docs", no_args_is_help=True)(docs.docs)
app.command("migrate", no_args_is_help=True)(migrate.migrate)
app.command("export", no_args_is_help=True)(inputs.export_inputs)
app.command("import", no_args_is_help=True)(inputs.import_inputs)
app.command("schema", no_args_is_help=True)(schema.schema)
app.add_typer(data.app, name="data")
app.add_typer(cache.app, name="cache")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"wellbeva {version('wellbeva')}")
        raise typer.Exit


@app.callback()
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
        0 done; 1 a published line missed; 2 something the user can mend; 70 a fault of ours; 130 stopped.
    """
    _prepare_streams()
    atomic.forget()
    with stoppable() as stop:
        try:
            return _status(arguments, stop)
        except KeyboardInterrupt:  # it came while a refusal was printed
            return errors.stopped()


def _status(arguments: list[str] | None, stop: Stop) -> int:
    try:
        app(args=arguments, prog_name="wellbeva")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
        return errors.stopped() if code == STOPPED or (code and stop.asked) else code
    except BaseException as error:  # the last line of defence: no traceback reaches a user
        return errors.stopped() if stop.asked else errors.report(error)
    return 0


def entry() -> NoReturn:
    """Run the command line of this process.

    Raises
    ------
    SystemExit
        With its exit status.
    """
    code = main()
    error = errors.close_quietly(sys.stdout)
    if error is not None and code == 0:
        errors.show([errors.not_printed(error)])
        code = errors.REFUSED
    # At its end Python walks through every object that is left, to free circles that go with the process anyway.
    gc.freeze()
    if code == STOPPED:
        # An interrupt that falls into the making of a class is remembered by Python, which would end itself by the
        # signal after all that was said; everything is flushed and nothing is left to tidy here.
        errors.close_quietly(sys.stderr)
        os._exit(code)
    raise SystemExit(code)


def _prepare_streams() -> None:
    """Let no character and no closed stream stop a run."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the shell's `>&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
