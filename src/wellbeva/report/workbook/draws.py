"""``draws.xlsx``: every kept draw of the decision and its inputs, on request."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.analysis.uncertainty.sample import sample_of_run
from wellbeva.errors import refusal
from wellbeva.report.workbook.layout import HEADINGS, NUMBERS, plain_text

if TYPE_CHECKING:
    import xarray as xr

MOST_ROWS: Final = 1_048_576 - HEADINGS - 1
MOST_COLUMNS: Final = 16_384
"""Rows of draws and columns that a sheet of Excel has room for."""


def refuse_more_than_a_sheet(draws: int, columns: int = 1) -> None:
    """Refuse a table of draws that no sheet of Excel has room for.

    Parameters
    ----------
    draws : int
    columns : int

    Raises
    ------
    WellbevaError
        ``WB-R210``.
    """
    if draws > MOST_ROWS or columns > MOST_COLUMNS:
        room = f"a sheet has room for {MOST_ROWS:,} of them and {MOST_COLUMNS:,} columns"
        wide = f" in {columns:,} columns" if columns > 1 else ""
        message = f"{draws:,} draws{wide} do not fit a sheet of Excel"
        remedy = "leave out --draws-workbook and read them in results.nc, or run with fewer --draws"
        raise refusal("WB-R210", message, remedy, room)


def draws_workbook(dataset: xr.Dataset, *, created: datetime) -> bytes:
    """Return the workbook of the kept draws: effect and cost of each option, and every input that is kept.

    It is written row by row, so that its memory does not grow with the draws; Excel's named tables are not to be had
    that way.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of a run.
    created : datetime

    Raises
    ------
    WellbevaError
        ``WB-R210`` if it does not fit a sheet, ``WB-R211`` if the run has kept no draws.
    """
    from xlsxwriter import Workbook

    kept = sample_of_run(dataset)
    if kept is None:
        remedy = "leave out --draws-workbook; a scenario that compares options has draws of them"
        raise refusal("WB-R211", "this run has no draws of a decision to write", remedy)
    sample = kept.informed
    columns = {
        f"{what}: {name} ({dataset.attrs[unit]})": values
        for what, unit, each in (("Effect", "effect_unit", sample.effect), ("Cost", "cost_unit", sample.cost))
        for name, values in zip(sample.options, each.T, strict=True)
    }
    columns |= sample.inputs
    refuse_more_than_a_sheet(sample.draws, len(columns))
    file = BytesIO()
    with Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": created})
        page = book.add_worksheet("Draws")
        page.freeze_panes(HEADINGS + 1, 0)
        page.set_column(0, len(columns) - 1, NUMBERS)
        page.autofilter(HEADINGS, 0, HEADINGS + sample.draws, len(columns) - 1)
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        page.write_string(0, 0, "Draws", book.add_format({"bold": True, "font_size": 15}))
        about = f"{sample.draws:,} of {kept.draws:,} draws, against the comparator; inputs in their units."
        page.write_string(1, 0, about)
        for place, name in enumerate(columns):
            page.write_string(HEADINGS, place, plain_text(name), bold)
        for row, values in enumerate(np.column_stack([*columns.values()]), HEADINGS + 1):
            for place, value in enumerate(values.tolist()):
                page.write_number(row, place, value)
    return file.getvalue()
