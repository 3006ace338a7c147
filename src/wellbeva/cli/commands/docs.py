"""``wellbeva docs``: a model's own page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def docs(
    model: Annotated[
        Path,
        typer.Argument(
            help="A model file, or the name of a model that comes with wellbeva.", metavar="MODEL", show_default=False
        ),
    ],
    form: Annotated[Literal["html", "md"], typer.Option("--format", help="A page, or Markdown.")] = "html",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write a file instead of printing.", show_default=False)
    ] = None,
) -> None:
    """Write a model's own page: what it asks for, its equations and graph, what it gives, a scenario to start from."""
    from wellbeva import api
    from wellbeva.cli.output import put, refuse

    refuse(out, inputs=lambda: api.files_read(model))
    put(api.docs(model, form=form), out)
