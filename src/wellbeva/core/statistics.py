"""The statistics that a run keeps of each number: one more quantile is one more line here."""

from __future__ import annotations

from typing import Final

QUANTILES: Final = {"q025": 0.025, "q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95, "q975": 0.975}
"""Labels of the dimension `quantile` and their probabilities."""
STATISTICS: Final = ("mean", "mcse", "sd", *QUANTILES, "base_case")
"""Labels of the dimension `statistic`, and columns of ``summary.csv``."""
