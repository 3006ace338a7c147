"""``wellbeva schema``: the JSON Schema of a file, for an editor."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def schema(
    kind: Annotated[Literal["scenario", "model"], typer.Argument(help="Which file.", show_default=False)],
) -> None:
    """Print the JSON Schema of scenario or model files, so that an editor completes and checks them."""
    from wellbeva.scenario.schemas import schema_text

    typer.echo(schema_text(kind), nl=False)
