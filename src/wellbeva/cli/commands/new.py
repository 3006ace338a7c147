"""``wellbeva new``: a scenario of one's own, from a table of offers or from answers."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.errors import printable, show
from wellbeva.cli.options import argument, option
from wellbeva.cli.output import columns
from wellbeva.errors import Collector, refusal

if TYPE_CHECKING:
    from wellbeva.api.files.new_scenario import Offer


def new(
    file: Annotated[Path, argument("The scenario to write, as parks.yaml.", "NAME.yaml")],
    table: Annotated[
        Path | None,
        option(
            "A table of offers, CSV or Excel, with the columns name, people, cost and effect and, where known, "
            "low, high, duration and source. Without a table, wellbeva asks for the offers.",
            "--from",
        ),
    ] = None,
    title: Annotated[str, option("The scenario's title; the name of the file if not given.")] = "",
) -> None:
    """Write a commented scenario that runs, from a table of offers or from your answers; never replace a file."""
    from wellbeva.api.files.new_scenario import read_offers, write_scenario

    if table is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        remedy = "name a table of offers: wellbeva new NAME.yaml --from offers.csv"
        raise refusal("WB-R242", "there is nobody here to ask about offers", remedy)
    offers, warnings = (ask(), []) if table is None else read_offers(table)
    assumed = write_scenario(file, offers, title=title)
    show(warnings)
    name = printable(str(file))
    typer.echo(f"written: {name}. These assumptions are yours to change:")
    for sentence in assumed:
        typer.echo(fill(f"- {sentence}", columns(None), subsequent_indent="  "))
    typer.echo(f"Now: wellbeva check {name}, then wellbeva run {name}")


def ask() -> list[Offer]:
    """Ask for offers, one after the other, until no name is given."""
    from wellbeva.api.files.new_scenario import FIELDS, fault, offer

    offers: list[Offer] = []
    collector = Collector()
    while True:
        cells: dict[str, tuple[str, None]] = {}
        for field, asked in FIELDS.items():
            more = "; Enter when there are no more" if field == "name" and offers else ""
            known = more or ("" if asked.needed else "; Enter if not known")
            while True:
                text = " ".join(
                    typer.prompt(
                        f"{field}: {asked.means} (as {asked.example}{known})", default="", show_default=False
                    ).split()
                )
                wrong = fault(field, text)
                if wrong is None or (field == "name" and offers and not text):
                    break
                typer.echo(f"  {wrong.message}; {wrong.remedy}", err=True)
            if field == "name" and not text:
                return offers
            cells[field] = (text, None)
        made = offer(cells, collector)
        if made is None:
            typer.echo(f"  {collector.found.pop().message}; once more, please", err=True)
        else:
            offers.append(made)
