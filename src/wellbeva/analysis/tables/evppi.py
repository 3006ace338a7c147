"""What it would be worth to know an input for certain before one option is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from wellbeva.analysis.registry import RunTables, table
from wellbeva.analysis.uncertainty.sample import sample_of_run

if TYPE_CHECKING:
    import pandas as pd

MOST: Final = 40
"""Inputs of a run that are valued: those that move the net benefit most, one at a time."""


@table("evppi", csv=True)
def _evppi(run: RunTables) -> pd.DataFrame | None:
    decision = run.plan.decision
    if decision is None or decision.choose != "one" or not decision.values:
        return None
    sample, swings = sample_of_run(run.dataset), run.table("oneway")
    if sample is None or swings is None or not sample.inputs:
        return None
    width = (swings["high_result"] - swings["low_result"]).abs().groupby(swings["path"], sort=False).max()
    moving = [name for name in width.sort_values(ascending=False, kind="stable").index if name in sample.inputs][:MOST]
    if not moving:
        return None
    asked = run.record.research
    from wellbeva.analysis.uncertainty.tables import partial_information_table

    # The decision of a run is for everybody whom it counts.
    population = 1.0 if asked.population is None else asked.population
    wtp = np.array([decision.values[decision.central]])
    return partial_information_table(sample, wtp, asked.known_together, alone=moving, population=population)
