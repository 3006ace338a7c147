"""``wellbeva schema``: the JSON Schema of a file, for an editor, or of what a verb writes, for a program."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from wellbeva.cli.options import argument


def schema(
    kind: Annotated[
        list[str],
        argument("scenario or model; a verb, as evidence pool; errors, for what a verb refuses.", "KIND"),
    ],
) -> None:
    """Print the JSON Schema of scenario or model files, or of what a verb writes with --json."""
    from wellbeva.cli.schemas import schema_of
    from wellbeva.scenario.schemas import KINDS, path_of_schema

    name = " ".join(kind)
    if name in KINDS:
        typer.echo(path_of_schema(name).read_text("utf-8"), nl=False)
    else:
        typer.echo(json.dumps(schema_of(name), indent=2, ensure_ascii=False))
