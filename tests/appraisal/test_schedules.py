"""Discount factors against printed figures and hand arithmetic."""

import itertools
from math import log

import pytest

from wellbeva.appraisal.errors import AppraisalError
from wellbeva.appraisal.schedules import factor, load_schedule, mean_factor, schedule_names


@pytest.mark.parametrize(("year", "printed"), list(enumerate([1, 0.9662, 0.9335, 0.9019, 0.8714, 0.8420])))
def test_factors_of_green_book_2026_table_8(year: int, printed: float) -> None:
    # Printed to four places: half a unit in the last.
    assert factor("green-book-standard", year) == pytest.approx(printed, abs=0.00005)


def test_year_0_is_undiscounted_in_every_schedule() -> None:
    assert {factor(name, 0) for name in schedule_names()} == {1.0}
    assert factor(0.035, 0) == 1.0


@pytest.mark.parametrize(("schedule", "printed"), [("health-declining", 0.3594), ("health-flat", 0.3274)])
def test_wellbeing_factors_at_year_75_part_after_year_30(schedule: str, printed: float) -> None:
    assert factor(schedule, 75) == pytest.approx(printed, abs=0.00005)
    assert factor(schedule, 30) == pytest.approx(1.015**-30, rel=1e-14)


@pytest.mark.parametrize(
    ("schedule", "year", "rate"),
    [
        ("green-book-standard", 30, 0.035),
        ("green-book-standard", 31, 0.03),
        ("green-book-standard", 76, 0.025),
        ("health-declining", 31, 0.0129),
        ("reduced", 1, 0.03),
        ("reduced", 126, 0.0171),
        ("health-flat", 300, 0.015),
    ],
)
def test_the_step_that_ends_in_a_year_takes_that_year_s_band(schedule: str, year: int, rate: float) -> None:
    # Two divisions each rounded to half an epsilon.
    assert factor(schedule, year - 1) / factor(schedule, year) == pytest.approx(1 + rate, rel=1e-15)


def test_flat_rate_by_hand() -> None:
    assert factor(0.015, 5) == pytest.approx(1.015**-5, rel=1e-14)
    assert factor(0.0, 40) == 1.0


def test_bands_have_no_gaps() -> None:
    for name in schedule_names():
        bands = load_schedule(name).bands
        assert bands[0].first == 0
        assert all(left.last + 1 == right.first for left, right in itertools.pairwise(bands))


def test_mean_factor_of_one_year_is_the_integral() -> None:
    # Integral of 1.035^-x over the first year.
    assert mean_factor(0.035, 0, 1) == pytest.approx((1 - 1 / 1.035) / log(1.035), rel=1e-14)


def test_mean_factor_joins_across_years_and_bands() -> None:
    whole = mean_factor("green-book-standard", 29.5, 31.5) * 2
    parts = [(29.5, 30), (30, 31), (31, 31.5)]
    assert whole == pytest.approx(sum(mean_factor("green-book-standard", a, b) * (b - a) for a, b in parts), rel=1e-14)
    by_hand = factor("green-book-standard", 30) * (1 - 1 / 1.03) / log(1.03)
    assert mean_factor("green-book-standard", 30, 31) == pytest.approx(by_hand, rel=1e-14)


def test_mean_factor_without_discounting_is_one() -> None:
    assert mean_factor(0.0, 0.25, 7.5) == pytest.approx(1.0, rel=1e-15)


def test_unknown_schedule_names_the_nearest() -> None:
    with pytest.raises(AppraisalError, match="no discount schedule 'green-book-standart'") as caught:
        factor("green-book-standart", 1)
    assert caught.value.remedy == "did you mean 'green-book-standard'?"
    assert caught.value.facts == ("schedules: green-book-standard, health-declining, health-flat, reduced",)


@pytest.mark.parametrize(("rate", "years"), [("green-book-standard", 1001), (0.03, -1), (-1.0, 1), (float("nan"), 1)])
def test_no_factor_without_a_rate(rate: str | float, years: int) -> None:
    with pytest.raises(AppraisalError):
        factor(rate, years)


@pytest.mark.parametrize(("start", "stop"), [(-0.5, 1.0), (1.0, 1.0), (2.0, 1.0)])
def test_no_mean_factor_of_an_empty_stretch(start: float, stop: float) -> None:
    with pytest.raises(AppraisalError, match="must begin at or after 0"):
        mean_factor(0.03, start, stop)
