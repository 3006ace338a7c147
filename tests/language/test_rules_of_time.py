"""R25 and R26 of the rule book, and the functions of time: each value by hand, by both engines, in steps of a year,
a quarter and a month."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.language.small_models import Small, both
from wellbeva import api

P = """
gain: {unit: LS, by: time, doc: gain}
hold: {unit: year, doc: time at full gain}
left: {unit: share, doc: share left after a year}
x: {unit: ratio, doc: a number}
"""
V = "gain: {by: time, 0: 1, 1: 3, else: 5}\nhold: 15 months\nleft: 50%\nx: 2"
MONTHS = "{step: month, from: 0, to: 35}"
YEARS = "{step: year, from: 0, to: 3}"


def model(text: str, time: str = YEARS) -> Small:
    return Small(parameters=P, values=V, equations=f"y: {text}", time=time)


# ---- R25: discounting


def test_r25_factors_step_by_year_and_year_0_is_whole(tmp_path: Path) -> None:
    found = model("discount(money)").value(tmp_path, "y")
    np.testing.assert_allclose(found, [1, 1 / 1.035, 1 / 1.035**2, 1 / 1.035**3], rtol=1e-15)
    found = model("discount(wellbeing)").value(tmp_path, "y")
    np.testing.assert_allclose(found, [1, 1 / 1.015, 1 / 1.015**2, 1 / 1.015**3], rtol=1e-15)


@pytest.mark.parametrize(("step", "a_year"), [("month", 12), ("quarter", 4)])
def test_r25_every_step_of_a_year_takes_that_years_factor(tmp_path: Path, step: str, a_year: int) -> None:
    time = f"{{step: {step}, from: 0, to: {3 * a_year - 1}}}"
    found = model("discount(money)", time).value(tmp_path, "y")
    np.testing.assert_allclose(found, np.repeat([1, 1 / 1.035, 1 / 1.035**2], a_year), rtol=1e-15)


def test_r25_the_other_choice_is_the_mean_of_a_factor_that_falls_all_the_time(tmp_path: Path) -> None:
    small = Small(parameters=P, values=V, equations="y: discount(money)", time=YEARS)
    path = small.write(tmp_path)
    text = path.read_text().replace("prices: 2023,", "prices: 2023, discount_within_year: continuous,")
    path.write_text(text)
    found = both(api.load(path).plan, "y")
    # The mean of 1.035^-s over the year n is 1.035^-n times (1 - 1/1.035) / ln 1.035.
    mean = (1 - 1 / 1.035) / np.log(1.035)
    np.testing.assert_allclose(found, [mean * 1.035**-year for year in range(4)], rtol=1e-13)


@pytest.mark.parametrize(("kind", "code"), [("money2", "WB-L030"), ("x", "WB-L030"), ("health", "WB-L030")])
def test_r25_what_has_no_rate_is_refused(tmp_path: Path, kind: str, code: str) -> None:
    assert f"error[{code}]" in model(f"discount({kind})").faults(tmp_path)


# ---- R26: steps and points


def test_r26_a_flow_per_year_times_step_is_an_amount(tmp_path: Path) -> None:
    assert model("sum(gain * step, over=time) in LS*year").value(tmp_path, "y") == 1 + 3 + 5 + 5
    found = model("sum(gain * step, over=time) in LS*year", MONTHS).value(tmp_path, "y")
    np.testing.assert_allclose(found, (1 + 3 + 34 * 5) / 12, rtol=1e-14)
    assert "error[WB-U006]" in model("sum(gain, over=time) in LS*year").faults(tmp_path)


def test_r26_t_is_the_start_of_the_step_and_first_and_last_its_ends(tmp_path: Path) -> None:
    assert model("t").value(tmp_path, "y").tolist() == [0, 1, 2, 3]
    assert model("last - first").value(tmp_path, "y") == 3
    found = model("t", "{step: month, from: 6, to: 8}").value(tmp_path, "y")
    np.testing.assert_allclose(found, [6 / 12, 7 / 12, 8 / 12], rtol=1e-15)


def test_r26_counting_the_ends_of_steps_stands_in_the_open(tmp_path: Path) -> None:
    assert model("sum(where(t > first, gain, 0) * step, over=time)").value(tmp_path, "y") == 13
    assert model("sum(where(t < last, gain, 0) * step, over=time)").value(tmp_path, "y") == 9


def test_r26_integrate_is_the_trapezium_between_points(tmp_path: Path) -> None:
    assert model("integrate(gain, over=time) in LS*year").value(tmp_path, "y") == 2 + 4 + 5
    assert model("integrate(gain, over=time)", "{step: year, from: 0, to: 0}").value(tmp_path, "y") == 0
    assert "error[WB-L025]" in model("integrate(x, over=time)").faults(tmp_path)
    assert "error[WB-L031]" in model("integrate(gain, over=option)").faults(tmp_path)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("0 years", 1.0),
        ("1 year", 13 / 14),
        ("18 months", (0.5 * 3 + 10) / 14),  # half of the step from 1 to 2 lies later
        ("hold", (0.75 * 3 + 10) / 14),
        ("4 years", 0.0),
        ("9 years", 0.0),
    ],
)
def test_share_after_counts_the_part_of_each_step_that_lies_later(tmp_path: Path, limit: str, expected: float) -> None:
    found = model(f"share_after(gain, {limit}) in share").value(tmp_path, "y")
    np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_share_after_of_nothing_is_zero(tmp_path: Path) -> None:
    assert model("share_after(0 * gain, 1 year)").value(tmp_path, "y") == 0


# ---- the areas: rise over half a year from month 3, hold 15 months, then a fade


def _whole(fade: str) -> str:
    return f"sum(area_{fade}, over=time) in year"


@pytest.mark.parametrize("time", [MONTHS, YEARS, "{step: quarter, from: 0, to: 11}", "{step: month, from: 0, to: 119}"])
def test_the_whole_area_does_not_depend_on_the_step(tmp_path: Path, time: str) -> None:
    # r/2 + h + f/2 = 3 + 15 + 4.5 months; all of it lies within three years (R33).
    found = model(_whole("linear(3 months, 6 months, hold, 9 months)"), time).value(tmp_path, "y")
    np.testing.assert_allclose(found, 22.5 / 12, rtol=1e-14)


def test_a_linear_profile_step_by_step(tmp_path: Path) -> None:
    # In quarters: 0; the rise of half a year is a half high after one quarter: areas 1/4 and 3/4 of a quarter; hold 5.
    quarters = "{step: quarter, from: 0, to: 11}"
    found = model("area_linear(3 months, 6 months, hold, 6 months) / step", quarters).value(tmp_path, "y")
    np.testing.assert_allclose(found, [0, 0.25, 0.75, 1, 1, 1, 1, 1, 0.75, 0.25, 0, 0], rtol=0, atol=1e-14)


def test_an_exponential_fade_halves_each_year(tmp_path: Path) -> None:
    # The area from year n to n + 1 after the hold is 0.5^n * (1 - 0.5) / ln 2.
    found = model("area_exponential(0 years, 0 years, 1 year, left)").value(tmp_path, "y")
    year = 0.5 / np.log(2)
    np.testing.assert_allclose(found, [1, year, year / 2, year / 4], rtol=1e-14)
    cut = model("area_exponential(0, 0, 1 year, left, until=2 years)").value(tmp_path, "y")
    np.testing.assert_allclose(cut, [1, year, 0, 0], rtol=1e-14, atol=1e-15)


def test_a_geometric_fade_drops_once_a_year(tmp_path: Path) -> None:
    found = model("area_geometric(0 years, 0 years, 1 year, left)", "{step: quarter, from: 0, to: 15}").value(
        tmp_path, "y"
    )
    np.testing.assert_allclose(found, np.repeat([0.25, 0.25, 0.125, 0.0625], 4), rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("area_linear(0, 0, 3, 0)", "WB-U004"),
        ("area_linear(0, 0, x, 0)", "WB-U005"),
        ("area_exponential(0, 0, hold, hold)", "WB-U005"),
        ("area_exponential(0, 0, hold)", "WB-L023"),
        ("area_linear(0, 0, hold, 0, until=hold)", "WB-L023"),
        ("share_after(gain, 2)", "WB-U004"),
        ("cumsum(x)", "WB-L025"),
    ],
)
def test_operands_of_the_functions_of_time(tmp_path: Path, text: str, code: str) -> None:
    assert f"error[{code}]" in model(text).faults(tmp_path)


def test_running_sums_and_the_step_before(tmp_path: Path) -> None:
    assert model("cumsum(gain)").value(tmp_path, "y").tolist() == [1, 4, 9, 14]
    assert model("gain - lag(gain, 0)").value(tmp_path, "y").tolist() == [1, 2, 2, 0]
