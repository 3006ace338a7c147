"""``wellbeva merge``: the parts that shards left in a folder become its results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypedDict

import typer

from wellbeva.cli import errors
from wellbeva.cli.options import argument, option
from wellbeva.cli.verbs import over


class MissingDocument(TypedDict):
    """Shards that lack a part, as 3,17-19."""

    missing: str


class MergedDocument(TypedDict):
    """A run that was finished before."""

    folder: str
    finished_before: Literal[True]


def merge(
    folder: Annotated[Path, argument("The run folder that the shards wrote to.")],
    missing: Annotated[
        int,
        typer.Option(
            help="Print which of so many shards lack a part, as 3,17-19, and merge nothing.",
            show_default=False,
            min=0,
            max=1_000_000,
        ),
    ] = 0,
    no_draws: Annotated[bool, option("Write results.nc without its draws.", "--no-draws")] = False,
    no_report: Annotated[bool, option("Write neither report.html nor results.xlsx.", "--no-report")] = False,
    as_json: Annotated[bool, option("Print the decision and the manifest as JSON.", "--json")] = False,
) -> None:
    """Join the parts of a run: print the decision, and put its results in their place. Nothing is drawn."""
    from wellbeva.api.batch.shards import is_finished, shards_missing
    from wellbeva.api.batch.shards import merge as join
    from wellbeva.cli.commands.run import print_answer, tell_warnings, write
    from wellbeva.cli.json_output import printed

    if is_finished(folder):
        # the script of a cluster may come twice, and what it wanted stands
        lines = "" if missing else f"the run is finished already, in {errors.printable(str(folder))}\n"
        merged = MergedDocument(folder=str(folder), finished_before=True)
        typer.echo(printed(MissingDocument(missing="") if missing else merged) if as_json else lines, nl=False)
        return
    if missing:
        lacking = shards_missing(folder, missing)
        typer.echo(printed(MissingDocument(missing=lacking)) if as_json else lacking, nl=bool(lacking) and not as_json)
        return

    def do(folder: Path) -> tuple[object, int]:
        done = join(folder)
        unread = None if as_json else print_answer(done)
        document = write(done, folder, unread, draws=not no_draws, report=not no_report, as_json=as_json)
        if not as_json:
            scenario = done.compiled.record.scenario
            tell_warnings(done, Path(scenario.file), changed=bool(scenario.variant or scenario.overrides))
        return document, 0

    over([folder], do, as_json=as_json)
