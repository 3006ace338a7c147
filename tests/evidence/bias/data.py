"""Published data of the tests of publication bias."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from scipy import special

from wellbeva.evidence.pooling.studies import Studies


def _rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table, below the line that names its source."""
    with (Path(__file__).parent / name).open(encoding="utf-8") as file:
        next(file)
        return list(csv.DictReader(file))


def smoking() -> Studies:
    """Return logarithms of odds ratios, with variances from the widths of the 95% intervals."""
    table = _rows("hackshaw.csv")
    ratio, low, high = (np.array([float(row[name]) for row in table]) for name in ("ratio", "low", "high"))
    errors = np.log(high / low) / (2 * special.ndtri(0.975))
    labels = [f"{row['author']} {row['year']}" for row in table]
    return Studies(labels, np.log(ratio), errors**2)


def magnesium() -> Studies:
    """Return logarithms of odds ratios of all trials but the last, which is larger than the others together.

    Half an event is added to each cell of a trial with an empty one.
    """
    table = _rows("egger2001.csv")[:-1]
    a, n1, c, n2 = (
        np.array([float(row[name]) for row in table]) for name in ("deaths", "treated", "control_deaths", "control")
    )
    cells = np.array([a, n1 - a, c, n2 - c])
    cells += 0.5 * (cells == 0.0).any(axis=0)
    labels = [f"{row['trial']} {row['year']}" for row in table]
    return Studies(labels, np.log(cells[0] * cells[3] / (cells[1] * cells[2])), (1.0 / cells).sum(axis=0))
