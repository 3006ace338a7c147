"""What the studies that a scenario describes would be worth before one option is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.uncertainty.sample import sample_of_run

if TYPE_CHECKING:
    import pandas as pd


@table("evsi", csv=True)
def _evsi(run: RunTables) -> pd.DataFrame | None:
    decision, studies = run.plan.decision, run.record.research.studies
    sample = sample_of_run(run.dataset) if decision is not None and decision.values and studies else None
    if decision is None or sample is None:
        return None
    from wellbeva.analysis.uncertainty.information.evsi import study_table

    return study_table(sample, np.array([decision.values[decision.central]]), studies)
