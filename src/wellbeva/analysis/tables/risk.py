"""Risk of each offer; that of rivals is asked of `wellbeva analyse`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.uncertainty.sample import sample_of_run

if TYPE_CHECKING:
    import pandas as pd


@table("risk", csv=True)
def _risk(run: RunTables) -> pd.DataFrame | None:
    from wellbeva.analysis.uncertainty.tables import risk_table

    values = np.asarray(json.loads(run.dataset.attrs.get("values", "[]")), dtype=np.float64)
    sample = sample_of_run(run.dataset) if run.choose == "several" and len(values) else None
    return None if sample is None else risk_table(sample, values, comparator=None)
