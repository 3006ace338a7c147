"""``wellbeva explain``: equations with units and axes, the base case, the sources, the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def explain(
    scenario: Annotated[Path, typer.Argument(help="The scenario file.", metavar="SCENARIO", show_default=False)],
    name: Annotated[
        str, typer.Argument(help="One parameter or equation; all if not given.", metavar="[NAME]", show_default=False)
    ] = "",
    form: Annotated[Literal["text", "latex", "dot"], typer.Option("--format", help="What to print.")] = "text",
    override: Annotated[
        list[str] | None, typer.Option("--set", help="Put another value in place; may be repeated.")
    ] = None,
    variant: Annotated[str, typer.Option(help="A variant that the scenario names.")] = "",
) -> None:
    """Show how a number comes about: equations, every intermediate in the base case, sources."""
    from wellbeva import api
    from wellbeva.cli.failures import printable

    text = api.explain(scenario, name, variant=variant, overrides=tuple(override or ()), format=form)
    typer.echo(printable(text.rstrip("\n")))
