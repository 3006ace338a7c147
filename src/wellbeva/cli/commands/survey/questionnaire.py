"""``wellbeva survey questionnaire``: the sheets to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wellbeva.cli.options import option
from wellbeva.cli.output import put, refuse


def questionnaire(
    measures: Annotated[str, typer.Option(help="What to ask: ons4, ucla3 (loneliness).")] = "ons4,ucla3",
    group: Annotated[str, option("Name of your group, printed at the head.")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")] = Path("questionnaire.html"),
) -> None:
    """Write a questionnaire to print, a sheet for before and one for after, in large print and the exact words."""
    from wellbeva.report.survey.questionnaire import questionnaire as sheets

    refuse(out, inputs=lambda: ())
    put(sheets([word.strip() for word in measures.split(",")], group=group), out)
