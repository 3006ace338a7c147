"""Who gains: levels by group, stairs and indices in the report (semantics R191 to R193)."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.appraisal.appraisal_answers import SCENARIOS
from wellbeva import api
from wellbeva.plot import technical
from wellbeva.report.page import row_plots
from wellbeva.report.page.blocks.payers_and_groups import across_axes


def test_stairs_are_as_wide_as_groups_and_the_line_goes_through_the_middle_of_two() -> None:
    """300 by 240 pixels for all people by ten points; halves at 4 and 6 before, at 5 and 6 after."""
    words = technical.Words("st", "The slope falls", "Two steps.", "people", "points")
    halves, before, after = np.array([0.5, 0.5]), np.array([4.0, 6.0]), np.array([5.0, 6.0])
    svg = technical.staircase(words, shares=halves, before=before, after=after, slopes=(4.0, 2.0))
    assert re.findall(r'd="(M0,144h150v96h-150Z|M150,96h150v144h-150Z)" fill', svg) == [
        "M0,144h150v96h-150Z",
        "M150,96h150v144h-150Z",
    ]
    outline, solid, dashed = re.findall(r'd="(M0,[0-9.L,]+)" stroke="#0a2f57"', svg)
    assert outline == "M0,120L150,120L150,96L300,96"
    assert solid == "M0,168L300,72"  # 144 at 75 and 96 at 225, the middles of the groups
    assert dashed == "M0,132L300,84"
    assert re.findall(r">([0-9]+)</text>", svg)[-2:] == ["1", "2"]
    assert "<desc" in svg


@pytest.mark.parametrize(
    ("values", "ends"), [((5.23, 7.63), (5.182, 7.678)), ((-1.0, 3.0), (-1.08, 3.08)), ((7.0, 7.0), (6.98, 8.02))]
)
def test_an_axis_without_zero_leaves_a_fiftieth_beyond_its_values(
    values: tuple[float, float], ends: tuple[float, float]
) -> None:
    axis = row_plots.linear_axis(values, str, zero=False)
    assert (axis.low, axis.high) == pytest.approx(ends)
    assert row_plots.linear_axis((5.23, 7.63), str).low == 0


@pytest.fixture(scope="module")
def run() -> api.Run:
    return api.run(SCENARIOS / "appraisal" / "who_gains.yaml", draws=8192)


def test_a_share_or_a_level_of_a_group_is_no_gain_in_all(run: api.Run) -> None:
    """Who has the highest level, or the largest share that gains, does not gain most in all."""
    tables = across_axes(run.dataset, run.compiled.record, run.facts)
    assert [table.key for table in tables if table.key.startswith("tg_")] == ["tg_wellbys_by_group"]
