"""The tables of local evidence: their records, and their rows."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LICENCE = "Open Government Licence v3.0"
"""Of every table whose record names no other."""
ATTRIBUTION = (
    f"Contains public sector information licensed under the {LICENCE}. Sources: Office for National Statistics; "
    "MHCLG; DWP; HMRC."
)
"""The line that must stand where numbers of several of these are shown."""


@dataclass(frozen=True, slots=True)
class Record:
    """Description of a table: content, origin and licence.

    Parameters
    ----------
    name, title, publisher : str
    source_date : str
        Date the publisher gives the source; a year alone where the day is not recorded with the file.
    vintage : str
        The years the numbers are of.
    licence, attribution : str
        The attribution line must appear wherever the numbers are shown.
    link : str
        Where the publisher's file is found.
    snapshot : str
        The copy that was read, and when.
    boundaries : str
        Year of the boundaries that the codes name.
    notes : tuple of str
    rows : int
    sha256 : str
        Of the table's text (inside the compression).
    sources : mapping of str to str
        Names of the source files and their SHA-256.
    """

    name: str
    title: str
    publisher: str
    source_date: str
    vintage: str
    licence: str
    attribution: str
    link: str
    snapshot: str
    boundaries: str
    notes: tuple[str, ...]
    rows: int
    sha256: str
    sources: Mapping[str, str]


def read_text(name: str) -> str:
    """Return the text of a table, a CSV with a head of names.

    Parameters
    ----------
    name : str
        One of `records`.
    """
    packed = files("wellbeva.local").joinpath("data", f"{name}.csv.gz").read_bytes()
    return gzip.decompress(packed).decode("utf-8")


@cache
def digest(name: str) -> str:
    """Return the SHA-256 of a table as it is read; `Record.sha256` is that of the table as it was published."""
    return hashlib.sha256(read_text(name).encode()).hexdigest()


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Return the rows of a table; empty texts where nothing was published.

    Examples
    --------
    >>> rows("wellbeing_uk")[-1]["life_satisfaction"]
    '7.45'
    """
    return tuple(csv.DictReader(io.StringIO(read_text(name))))


@cache
def by_code(name: str) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """Return the rows of a table by the code of their area."""
    grouped: dict[str, list[Mapping[str, str]]] = {}
    for row in rows(name):
        grouped.setdefault(row["code"], []).append(row)
    return {code: tuple(listed) for code, listed in grouped.items()}


@cache
def records() -> Mapping[str, Record]:
    """Return the record of every table, by name.

    Examples
    --------
    >>> records()["wellbeing"].source_date
    '2023-11-07'
    """
    folder = files("wellbeva.local").joinpath("data")
    words: dict[str, Any] = tomllib.loads(folder.joinpath("tables.toml").read_text(encoding="utf-8"))
    sums: dict[str, Any] = json.loads(folder.joinpath("manifest.json").read_text(encoding="utf-8"))
    return {
        name: Record(name, **{"licence": LICENCE, **part, **sums[name], "notes": tuple(part["notes"])})
        for name, part in words.items()
    }
