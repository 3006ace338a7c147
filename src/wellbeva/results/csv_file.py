"""A table as the text of a CSV file: exact numbers without an exponent, no formula, and the units of what it holds."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.core.spreadsheet import guarded

if TYPE_CHECKING:
    import pandas as pd

    from wellbeva.plan.plan import Plan

UNITS = ("currency", "price_year", "effect_unit")
"""Attributes of a dataset that say in which units its numbers are."""


def units_of_plan(plan: Plan) -> dict[str, object]:
    """Return currency, price year and unit of the effect, as a dataset of the plan has them."""
    effect = plan.decision.effect_unit if plan.decision else ""
    year = "" if plan.price_year is None else plan.price_year
    return dict(zip(UNITS, (plan.currency, year, effect), strict=True))


def csv_text(table: pd.DataFrame, units: Mapping[str, object] | None = None) -> str:
    """Return a table as CSV (semantics R113).

    Parameters
    ----------
    table : pandas.DataFrame
    units : mapping of str to object, optional
        Those of `UNITS` become the last columns, the same in every row.
    """
    told = {name: guarded(units[name]) for name in UNITS if units and name in units}
    columns = [_cells(table.iloc[:, place]) for place in range(table.shape[1])]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*map(guarded, table.columns), *told])
    writer.writerows(zip(*columns, *([value] * len(table) for value in told.values()), strict=True))
    return text.getvalue()


def csv_bytes(table: pd.DataFrame, units: Mapping[str, object] | None = None) -> bytes:
    """Return a table as a file that spreadsheets open as UTF-8, which takes a byte-order mark.

    Parameters
    ----------
    table : pandas.DataFrame
    units : mapping of str to object, optional
        As for `csv_text`.
    """
    return BOM_UTF8 + utf8(csv_text(table, units))


def utf8(text: str) -> bytes:
    """Encode; a byte of the command line that is no UTF-8 has become half a surrogate pair, which has no encoding."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()


def _cells(column: pd.Series) -> list[object]:
    if getattr(column.dtype, "kind", "") == "f":
        return [_number(x) for x in column.to_numpy().tolist()]
    cells = zip(column.tolist(), column.isna().tolist(), strict=True)
    return ["" if gap else _number(cell) if isinstance(cell, float) else guarded(cell) for cell, gap in cells]


def _number(x: float) -> str:
    """Write the shortest text that reads back to the same number, without an exponent.

    Examples
    --------
    >>> [_number(x) for x in (1e6, 0.1, 1e-7, 123456789012345680000.0, float("nan"))]
    ['1000000', '0.1', '0.0000001', '123456789012345680000', '']
    """
    text = repr(x)
    if "e" in text:
        return np.format_float_positional(x, trim="-")
    return "" if text == "nan" else text.removesuffix(".0")
