"""Origin and date of a piece of appraisal data, and the readers of the data files."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Vintage:
    """One piece of dated data that an appraisal uses: deflator, discount schedule, WELLBY value.

    Parameters
    ----------
    name, version, source, licence : str
    status : str
        ``SEEN`` or ``RECALLED``.
    """

    name: str
    version: str
    source: str
    licence: str
    status: str


def vintage_of(name: str, row: Mapping[str, Any]) -> Vintage:
    """Return the vintage of a row of a table, or of a part of a preset.

    Parameters
    ----------
    name : str
    row : mapping of str to Any
        ``vintage`` is its version; the other fields have their own names.
    """
    return Vintage(name, row["vintage"], row["source"], row["licence"], row["status"])


def read_rows(name: str) -> list[dict[str, str]]:
    """Read a CSV of ``data/``; ``same`` in the column `source` repeats the row above."""
    rows: list[dict[str, str]] = []
    for row in csv.DictReader(_text(name).splitlines()):
        if row.get("source") == "same":
            row["source"] = rows[-1]["source"]
        rows.append(row)
    return rows


def read_toml(name: str) -> dict[str, Any]:
    """Read a TOML file of ``data/``."""
    return tomllib.loads(_text(name))


def _text(name: str) -> str:
    return files("wellbeva.appraisal").joinpath("data", name).read_text(encoding="utf-8")
