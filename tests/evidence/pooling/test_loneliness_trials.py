"""The six trials of `easing-loneliness-trials`: each row from what its trial prints, and the pool by another's code."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from meta_analyze import meta_analysis

from tests.appraisal.appraisal_answers import SCENARIOS, shipped
from wellbeva.evidence.pooling.pool import pool
from wellbeva.evidence.pooling.studies import Studies

SCENARIO = "easing-loneliness-trials"
with (SCENARIOS / "tables" / "loneliness_trials.csv").open(encoding="utf-8") as _file:
    ROWS = {row["study"]: row for row in csv.DictReader(_file)}
Z = 1.959963984540054


def spread(row: dict[str, str]) -> float:
    return float(row["se"]) if row["se"] else (float(row["ci_high"]) - float(row["ci_low"])) / 2 / Z


def trials() -> Studies:
    effects = np.array([float(row["effect"]) for row in ROWS.values()])
    return Studies(list(ROWS), effects, np.array([spread(row) ** 2 for row in ROWS.values()]))


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_standard_error_is_that_of_two_arms(row: dict[str, str]) -> None:
    """Borenstein and others (2009), formula 4.20; the interval of Seewer is printed to two digits."""
    n, m, effect = (float(row[name]) for name in ("programme_n", "control_n", "effect"))
    error = math.sqrt((n + m) / (n * m) + effect**2 / (2 * (n + m)))
    assert spread(row) == pytest.approx(error, abs=5e-5 if row["se"] else 0.005 / Z)


def test_an_effect_from_means() -> None:
    """Mountain and others (2014), table 3, De Jong Gierveld overall: 26 people 3.5 (SD 3.4), 30 people 3.3 (SD 2.9)."""
    pooled_sd = math.sqrt((25 * 3.4**2 + 29 * 2.9**2) / 54)
    assert float(ROWS["Mountain 2014"]["effect"]) == pytest.approx((3.3 - 3.5) / pooled_sd, abs=5e-5)


def test_another_package_pools_them_alike() -> None:
    studies = trials()
    ours = pool(studies, between="Paule-Mandel")
    theirs = meta_analysis(
        effect=studies.effects, variance=studies.variances, tau2_method="PM", ci_method="hartung-knapp"
    )
    assert ours.tau2 == pytest.approx(theirs.tau2, rel=1e-7)
    assert ours.interval() == pytest.approx((theirs.ci_low, theirs.ci_high), rel=1e-6)


def test_the_gain_by_hand() -> None:
    """0.523158 SD less lonely, 1.0 point for each, 0.70 LS for each point."""
    answers = shipped(SCENARIO)
    assert answers("effect", option="programme") == pytest.approx(0.523158 * 1.0 * 0.70, abs=1e-6)
    assert not answers.codes
