"""The dictionary of columns: every column of every table that is written, from ``columns.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : str
        As the CSV file heads it.
    heading : str
        In plain words, without the unit.
    unit : str
        ``money``, ``effect`` and ``money/effect`` are those of the run; ``unit`` is said in the row.
    meaning : str
        One sentence.
    """

    name: str
    heading: str
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table that is written to a file, or to a sheet of the workbook.

    Parameters
    ----------
    name : str
    file : str
        Name of the CSV file without its ending.
    title, about : str
    by : str
        Commands that write the file; empty for a table of the workbook alone.
    columns : mapping of name to Column
    """

    name: str
    file: str
    title: str
    about: str
    by: str
    columns: Mapping[str, Column]


@cache
def _listed() -> dict[str, Any]:
    return tomllib.loads((files("wellbeva.analysis.dictionary") / "columns.toml").read_text("utf-8"))


@cache
def dictionary() -> Mapping[str, WrittenTable]:
    """Return every table that is written, by its name, in the order of the file; ``units`` ends each CSV of a run."""
    shared = _listed()["shared"]
    return {
        name: WrittenTable(
            name,
            entry.get("file", name),
            entry["title"],
            entry["about"],
            entry.get("by", ""),
            {
                column: Column(column, *(shared[words] if isinstance(words, str) else words))
                for column, words in entry["columns"].items()
            },
        )
        for name, entry in _listed().items()
        if name != "shared"
    }


def table_of(name: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return rows as a table of the dictionary, with its columns in their order.

    Parameters
    ----------
    name : str
        Of the table.
    rows : sequence of mapping of column to cell
        May be empty.

    Raises
    ------
    KeyError
        For a column that no row has.
    """
    import pandas as pd

    names = list(dictionary()[name].columns)
    return pd.DataFrame(rows, columns=None if rows else names)[names]
