"""``wellbeva docs`` and ``wellbeva models``: a model's own page, and the models that a scenario can name."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated, Literal, TypedDict

import typer

from wellbeva.cli.errors import printable
from wellbeva.cli.options import JsonOption, argument, complete_model, option
from wellbeva.cli.output import WIDTH, open_page, put, refuse


class ModelEntry(TypedDict):
    """A model that a scenario can name."""

    name: str
    title: str
    file: str


class ModelsDocument(TypedDict):
    """The models."""

    models: list[ModelEntry]


def docs(
    model: Annotated[
        Path,
        argument("A model file, or the name of a model that comes with wellbeva.", "MODEL", complete=complete_model),
    ],
    form: Annotated[Literal["html", "md"], typer.Option("--format", help="A page, or Markdown.")] = "html",
    out: Annotated[
        Path | None,
        option("The file; MODEL.html if not given, and Markdown is printed. `-` prints a page too.", "--out", "-o"),
    ] = None,
    open_it: Annotated[bool, option("Open the page when it is written.", "--open")] = False,
) -> None:
    """Write a model's own page: what it asks for, its equations and graph, what it gives, a scenario to start from."""
    from wellbeva import api

    # A page poured onto a terminal or into a pipe helps nobody.
    out = out or Path(f"{model.stem}.{form}" if form == "html" or open_it else "-")
    place = None if str(out) == "-" else out
    refuse(place, inputs=lambda: api.files_read(model))
    put(api.docs(model, form=form), place)
    if open_it and place is not None:
        open_page(place)


def models(as_json: JsonOption = False) -> None:
    """List the models that come with wellbeva, and those in the folder models/ here, with one line each."""
    from wellbeva.cli.json_output import print_json
    from wellbeva.scenario.model.loader import model_titles

    listed = model_titles(Path("models"))
    if as_json:
        entries = [ModelEntry(name=file.stem, title=title, file=str(file)) for file, title in listed.items()]
        print_json(ModelsDocument(models=entries))
        return
    indent = 2 + max((len(file.stem) for file in listed), default=0)
    for file, title in listed.items():
        head = f"{printable(file.stem):{indent}}"
        lines = textwrap.wrap(printable(title), WIDTH, initial_indent=head, subsequent_indent=" " * indent)
        typer.echo("\n".join(lines or [head]))
    typer.echo("\nTo read about one: wellbeva docs NAME")
    typer.echo("To begin with offers of your own: wellbeva new NAME.yaml")
