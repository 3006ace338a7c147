"""A folder of draws as other packages take them, with the tables made of them and a script that makes those again."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from wellbeva.core.spreadsheet import guarded
from wellbeva.errors import refusal
from wellbeva.results.csv_file import csv_text

if TYPE_CHECKING:
    from wellbeva.api.analyses import Analysis

SCRIPT = "check.R"


def write_sample(folder: str | os.PathLike[str], done: Analysis) -> Path:
    """Write the draws of an analysis beside its tables: what `read_sample` reads gives the same tables again.

    ``costs.csv``, ``effects.csv`` and ``parameters.csv`` are laid as BCEA and SAVI take them. ``sample.json`` says what
    no table of draws can; ``check.R`` makes the tables anew by other packages.

    Parameters
    ----------
    folder : path or str
        Is made where there is none.
    done : Analysis
        Of draws whose inputs are all known: see `DecisionSample.informed`.

    Raises
    ------
    WellbevaError
        ``WB-R191`` if the draws cannot be read back from such files.
    OSError
        If the system refuses.
    """
    import pandas as pd

    from wellbeva.api.analyses import write_tables
    from wellbeva.core import atomic
    from wellbeva.scenario.tables.formats.csv_file import COLUMN_LIMIT
    from wellbeva.scenario.tables.sample_tables import DESIGN, LARGEST, MOST_NUMBERS, SampleDesign

    sample, place = done.sample, Path(folder)
    outcomes = {"costs": sample.cost, "effects": sample.effect}
    tables = {name: pd.DataFrame(values, columns=[*map(guarded, sample.options)]) for name, values in outcomes.items()}
    if sample.inputs:
        if sample.informed is not sample:
            _refuse("the inputs are known of some of its draws only", "analyse 'sample.informed' and write that")
        inputs = pd.DataFrame(dict(sample.inputs))
        tables["parameters"] = inputs.set_axis([*map(guarded, sample.inputs)], axis="columns")
    elif (place / "parameters.csv").exists():
        _refuse(f"no input varies, and {place}/parameters.csv is of other draws", "name another folder")
    for name, table in tables.items():
        if table.shape[1] > COLUMN_LIMIT or table.size > MOST_NUMBERS or len(csv_text(table)) > LARGEST:
            limits = f"a file that is read back has up to {COLUMN_LIMIT} columns and {MOST_NUMBERS:,} numbers"
            _refuse(f"{name}.csv would have {table.shape[1]:,} of {table.shape[0]:,}; {limits}", "keep fewer draws")
    write_tables(place, {**done.tables, **tables}, bare=True)
    facts = {name: getattr(sample, name) for name in SampleDesign.model_fields}
    atomic.write(place / DESIGN, SampleDesign(**facts).model_dump_json(indent=1).encode())
    atomic.write(place / SCRIPT, files("wellbeva.api.files").joinpath(SCRIPT).read_bytes())
    return place


def _refuse(fact: str, remedy: str) -> NoReturn:
    message = "these draws cannot be written as a sample"
    raise refusal("WB-R191", message, remedy, fact)
