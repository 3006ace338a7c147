"""The tables that come with this stage."""

from __future__ import annotations

import csv
from importlib.resources import files


def rows(room: str, name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file, each by its headings.

    Parameters
    ----------
    room : str
        Folder of this stage.
    name : str
    """
    text = files("wellbeva.evidence").joinpath(room, f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
