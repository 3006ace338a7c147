"""Published data of the tests of pooling."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from wellbeva.evidence.pooling.studies import Studies

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table, below the line that names its source."""
    with (HERE / name).open(encoding="utf-8") as file:
        next(file)
        return list(csv.DictReader(file))


def bcg() -> Studies:
    """Return logarithms of the risk ratios of 13 trials, variance 1/a - 1/n1 + 1/c - 1/n2."""
    table = rows("bcg.csv")
    a, b, c, d = (
        np.array([float(row[name]) for row in table])
        for name in ("vaccinated_cases", "vaccinated_well", "control_cases", "control_well")
    )
    return Studies(
        [f"{row['author']} {row['year']}" for row in table],
        np.log(a / (a + b)) - np.log(c / (c + d)),
        1 / a - 1 / (a + b) + 1 / c - 1 / (c + d),
        moderators={
            "latitude": np.array([float(row["latitude"]) for row in table]),
            "allocation": tuple(row["allocation"] for row in table),
        },
    )


def clasp() -> Studies:
    """Return logarithms of the odds ratios of six trials of aspirin in pregnancy.

    DerSimonian & Kacker (2007), Contemporary Clinical Trials 28:105-114, table 3.
    """
    events, control = np.array([5.0, 5, 12, 69, 9, 313]), np.array([8.0, 17, 9, 94, 11, 352])
    well = np.array([156.0, 303, 565, 1570, 103, 4659]) - events
    control_well = np.array([74.0, 303, 477, 1565, 105, 4650]) - control
    return Studies(
        list("ABCDEF"),
        np.log(events / well) - np.log(control / control_well),
        1 / events + 1 / well + 1 / control + 1 / control_well,
    )


def schools() -> Studies:
    """Return 56 standardised effects of modified calendars, of schools in 11 districts."""
    table = rows("konstantopoulos.csv")
    return Studies(
        [f"school {row['school']}" for row in table],
        np.array([float(row["effect"]) for row in table]),
        np.array([float(row["variance"]) for row in table]),
        clusters=[row["district"] for row in table],
        moderators={"year": np.array([float(row["year"]) for row in table])},
    )
