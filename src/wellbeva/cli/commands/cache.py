"""``wellbeva cache``: the kernels that are kept on disk, to list, to clear and to make beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import typer

from wellbeva.cli import errors
from wellbeva.cli.errors import printable
from wellbeva.cli.options import JsonOption, ScenarioArgument, VariantOption
from wellbeva.errors import Diagnostic, WellbevaError, refusal
from wellbeva.jit.cache_folder import PLACE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from wellbeva.jit.cache_folder import Entry

app = typer.Typer(help="The compiled kernels kept on disk: list, clear, or make them beforehand.")
SHOWN_OF_A_HASH = 8
OURS = "part of wellbeva"
NOT_KEPT = {"WB-E020", "WB-E021"}


class KernelDocument(TypedDict):
    """A kernel, the model it was made for, and when it was used last."""

    name: str
    made_for: str | None
    bytes: int
    last_used: str


class CacheDocument(TypedDict):
    """The kernels that are kept; no folder if none are."""

    folder: str | None
    bytes: int
    at_most_bytes: int
    kernels: list[KernelDocument]


@app.callback(invoke_without_command=True)
def _bare(context: typer.Context, as_json: JsonOption = False) -> None:
    """List what is kept, if no more is said."""
    if context.invoked_subcommand is None:
        list_kernels(as_json)
    elif as_json:
        raise typer.BadParameter("write it after the verb: wellbeva cache list --json", param_hint="--json")


@app.command("list")
def list_kernels(as_json: JsonOption = False) -> None:
    """List the kernels, the last used first, with their size, the bound and the folder; `wellbeva cache` does too."""
    from wellbeva.jit import cache_folder as files

    folder = files.where()
    kernels: Sequence[Entry] = ()
    if folder is not None:
        try:
            kernels = files.entries(folder)
            refused = files.refusal(folder) if folder.is_dir() else None
        except OSError as error:
            raise _unusable(error, folder) from error
        errors.show([refused] if refused is not None else [])
    most = files.bound()
    errors.show(files.pop_cache_warnings())
    if as_json:
        _print_json(kernels, folder, most)
        return
    if folder is None:
        typer.echo(_off())
        return
    if kernels:
        from wellbeva.cli.decision_table import make_console

        console = make_console()
        console.print(_table(kernels))
        console.print()
    typer.echo(f"{_counted(kernels)}; at most {most // files.MEGABYTE} MB are kept, in")
    typer.echo(errors.printable(str(folder)))


@app.command("clear")
def clear() -> None:
    """Remove all kernels that are kept; the next run that needs one compiles it anew."""
    from wellbeva.jit import cache_folder as files

    folder = files.where()
    if folder is None:
        typer.echo(_off())
        return
    try:
        if folder.is_dir() and (refused := files.refusal(folder)) is not None:
            _refuse_if_not_kept([refused])
        gone = files.clear(folder)
        left = files.entries(folder)
    except OSError as error:
        raise _unusable(error, folder) from error
    if left:
        raise refusal(
            "WB-E023",
            f"{_counted(left)} could not be removed from {str(folder)!r}",
            "give yourself permission to write there, or remove the folder yourself",
            f"removed: {_counted(gone)}",
        )
    typer.echo(f"removed: {_counted(gone)}")


@app.command("warm", no_args_is_help=True)
def warm(
    scenario: ScenarioArgument,
    variant: VariantOption = "",
) -> None:
    """Compile the kernels of a scenario and keep them, so that many runs started at once find them ready."""
    from wellbeva import api
    from wellbeva.jit import cache_folder as files

    if files.where() is None:
        fact, remedy = _off(), f"take {files.PLACE} away, or let it name a folder"
        raise refusal("WB-E024", "kernels cannot be made beforehand", remedy, fact)
    folder = files.place()
    _refuse_if_not_kept(files.pop_cache_warnings())
    assert folder is not None
    plan = api.load(scenario, variant=variant).plan

    from wellbeva.engine.run.block_loop import warm as make_ready

    before = {(entry.name, entry.size) for entry in files.entries(folder)}
    make_ready(plan)
    _refuse_if_not_kept(files.pop_cache_warnings())
    kernels = files.entries(folder)
    new = {(entry.name, entry.size) for entry in kernels} - before
    done = "compiled" if new else "nothing to compile, the kernels were there"
    typer.echo(f"{errors.printable(str(scenario))}: {done}; {_counted(kernels)} in")
    typer.echo(errors.printable(str(folder)))


def _unusable(error: OSError, folder: Path) -> WellbevaError:
    """Refuse for the reason for which a run would warn."""
    from wellbeva.jit import cache_folder as files

    return WellbevaError([replace(files.not_kept(error, folder), severity="error")])


def _refuse_if_not_kept(warnings: Sequence[Diagnostic]) -> None:
    """Show warnings; where they say that kernels are not kept, the command has failed."""
    diagnostics = [replace(warning, severity="error") if warning.code in NOT_KEPT else warning for warning in warnings]
    if any(diagnostic.severity == "error" for diagnostic in diagnostics):
        raise WellbevaError(diagnostics)
    errors.show(diagnostics)


def _table(kernels: Sequence[Entry]) -> Table:
    from wellbeva.cli.decision_table import make_table

    table = make_table()
    table.add_column("Kernels", max_width=34, overflow="fold")
    table.add_column("Made for", ratio=1, min_width=16)
    table.add_column("Size", justify="right", no_wrap=True)
    table.add_column("Last used", no_wrap=True)
    for entry in kernels:
        used = datetime.fromtimestamp(entry.used)
        name, _, digest = entry.name.rpartition("-")
        made_for = printable(entry.title) or (f"a {name}" if name in ("model", "page") else OURS)
        table.add_row(f"{name}-{digest[:SHOWN_OF_A_HASH]}", made_for, _size(entry.size), f"{used:%Y-%m-%d %H:%M}")
    return table


def _counted(sets: Sequence[Entry]) -> str:
    if not sets:
        return "no kernels"
    return f"{len(sets)} set{'' if len(sets) == 1 else 's'} of kernels, {_size(sum(entry.size for entry in sets))}"


def _size(size: int) -> str:
    """Write a size in megabytes.

    Examples
    --------
    >>> _size(1_234_567), _size(400)
    ('1.2 MB', '< 0.1 MB')
    """
    return "< 0.1 MB" if size < 50_000 else f"{size / 1e6:.1f} MB"


def _off() -> str:
    return f"no kernels are kept: {PLACE} says so"


def _print_json(kernels: Sequence[Entry], folder: Path | None, most: int) -> None:
    from wellbeva.cli.json_output import print_json

    listing = CacheDocument(
        folder=None if folder is None else str(folder),
        bytes=sum(entry.size for entry in kernels),
        at_most_bytes=most,
        kernels=[
            KernelDocument(
                name=entry.name,
                made_for=entry.title or None,
                bytes=entry.size,
                last_used=datetime.fromtimestamp(entry.used, UTC).isoformat(timespec="seconds"),
            )
            for entry in kernels
        ],
    )
    print_json(listing)
