"""Origin and date of a piece of appraisal data, and the readers of the data files."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Vintage:
    """One piece of dated data; the same fields as `wellbeva.plan.record.Vintage`.

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


def read_rows(name: str) -> list[dict[str, str]]:
    """Read a CSV of ``data/``; ``same`` in the column `source` repeats the row above."""
    rows: list[dict[str, str]] = []
    text = files("wellbeva.appraisal").joinpath("data", name).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row.get("source") == "same":
            row["source"] = rows[-1]["source"]
        rows.append(row)
    return rows


def read_presets() -> dict[str, Any]:
    """Read ``data/presets.toml``."""
    text = files("wellbeva.appraisal").joinpath("data", "presets.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
