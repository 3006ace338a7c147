"""One number of each pack in scenarios/areas, worked out by hand from what the pack's sources print.

Bases are means: (least + 4 × most likely + most) / 6 of a range. Tolerance as in `test_perturbed`.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.published.test_perturbed import REL, base_case

AREAS = Path(__file__).parents[2] / "scenarios" / "areas"
YEAR_1 = 1 / 1.015  # discount factor of wellbeing in the second year
WELLBY = 15_253  # pounds, published for 2023
PRICES = 96.2507 / 85.2137  # of 2023 over those of 2020, HM Treasury, December 2025


def mean(least: float, likely: float, most: float) -> float:
    return (least + 4 * likely + most) / 6


HAND = {
    # 190 adults; 0.38 points of the study's scale, each taken as a point of life satisfaction, for one winter's year
    "housing-and-warmth": (
        ("hold=1 year", "ls_per_point.subjective_wellbeing=1 LS/point"),
        ("wellbys.insulation", 190 * 0.38 * mean(0.65, 0.85, 1)),
    ),
    # 20 listed places within 1 km rather than 19, for one year, 60% of it not due to the offer
    "transport-and-heritage": (
        ("hold.building=1 year",),
        ("wellbys.building", 8000 * round(0.025 * math.log2(20 / 19), 5) * (1 - 0.6)),
    ),
    # 0.05 points for a year: all but what a panel of 40 needs to repay £30,833
    "local-governance": (
        ("hold=1 year", "effect=0.05"),
        ("npsv.panel.central", 40 * 0.05 * WELLBY - 1000 * mean(20, 30, 45)),
    ),
    # 43% found work, 27% more than without: 9% of 200, from the seventh month of the first year for a year
    "local-economy-and-work": (
        ("hold=12 months",),
        (
            "wellbys.paid_job",
            200 * round(0.43 - 0.43 / 1.27, 2) * 0.46 * (1 - mean(0, 0.2, 0.5)) * (1 + YEAR_1) / 2,
        ),
    ),
    # £3.1m for 225,069 volunteers is £13.80 each in 2020 prices; three months without a fade
    "volunteering-and-connection": (
        ("hold.tasks=3 months", "fade.tasks=0 months"),
        (
            "wellbys.tasks",
            200_000 / (13.80 * PRICES)
            * 0.2092 * mean(0.7, 0.9, 1) * mean(0.3, 0.6, 1) * 0.25,
        ),
    ),
    # 1% of the land of 12,000 residents at 0.0031 points, by way of 0.06 of an SD of 16.5%, in the second year; from
    # nothing to all of it is cause, three quarters most likely
    "green-space-and-trust": (
        ("hold.parks=1 year",),
        ("wellbys.parks", 12_000 * mean(0, round(0.0031 * 16.5 * 0.75, 3), round(0.0031 * 16.5, 3)) * 0.06 * YEAR_1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("pack", HAND)
def test_a_number_of_each_pack_is_what_its_sources_give(pack: str) -> None:
    overrides, (path, expected) = HAND[pack]
    assert base_case(f"../areas/{pack}", *overrides)[path] == pytest.approx(expected, rel=REL)


def test_no_pack_is_forgotten() -> None:
    assert {file.stem for file in AREAS.glob("*.yaml")} == set(HAND)
