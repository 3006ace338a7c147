"""``wellbeva page``: a scenario as one file in which every input can be moved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellbeva.cli.errors import REFUSED
from wellbeva.cli.options import ScenarioArgument, SeedOption, VariantOption, option
from wellbeva.cli.output import open_page, print_lines, put, refuse


def page(
    scenario: ScenarioArgument,
    out: Annotated[Path | None, option("Write the page here.", "--out", "-o")] = None,
    check: Annotated[
        Path | None, option("Make the page again and say whether this one is the same, its saved numbers too.")
    ] = None,
    variant: VariantOption = "",
    sets: Annotated[
        list[str] | None,
        option("Another value, as effect.visits=0.4; may be given again.", "--set", metavar="PATH=VALUE"),
    ] = None,
    seed: SeedOption = 1,
    open_it: Annotated[bool, option("Open the page when it is written.", "--open")] = False,
) -> None:
    """Write one file in which a reader moves any input and sees the answer change: no server, no network."""
    from wellbeva.api import pages

    overrides = tuple(sets or ())
    if check is not None:
        found = pages.check_page(check, scenario, variant=variant, overrides=overrides)
        same = f"The page belongs to {scenario}: script, words and {found.numbers:,} saved numbers are the same."
        print_lines(found.differs or (same,))
        if found.differs:
            raise typer.Exit(REFUSED)
        return
    out = out or Path(f"{scenario.stem}.html")
    refuse(out, inputs=lambda: [str(scenario)])
    put(pages.page(scenario, variant=variant, overrides=overrides, seed=seed), out)
    if open_it:
        open_page(out)
