"""``wellbeva bundle``: a run with all that it was made of, as one file that runs again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict

from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import put, refuse


class BundleDocument(TypedDict):
    """The file."""

    file: str
    bytes: int


def bundle(
    folder: Annotated[Path, argument("A run folder.", "RUN")],
    out: Annotated[Path | None, option("The file; RUN.zip beside the run folder if not given.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a run, its scenario, models and tables, and the versions that made it, into one file."""
    from wellbeva.api.saved.bundle import bundle as make
    from wellbeva.cli.json_output import print_json

    place = out or folder.resolve().with_suffix(".zip")
    refuse(place, inputs=lambda: map(str, folder.iterdir()))
    content = make(folder)
    put(content, place)
    if as_json:
        print_json(BundleDocument(file=str(place), bytes=len(content)))
