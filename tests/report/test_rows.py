"""Axes and marks of the row figures."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wellbeva.report.facts.result import Spread
from wellbeva.report.page import row_plots
from wellbeva.report.page.templates import environment

BARS = {"half": (0.5, 2.0), "nine": (0.2, 4.0)}


def kinds(picture: row_plots.Picture) -> list[tuple[str, str]]:
    return [(one.kind, one.css) for one in picture.marks]


def test_log_axis_only_where_averages_lie_more_than_twenty_times_apart() -> None:
    assert row_plots.wants_log([6.4, 0.12])
    assert not row_plots.wants_log([2.0, 0.1])
    assert not row_plots.wants_log([6.4, -0.1])


def test_log_axis_puts_decades_at_equal_distances_and_nought_in_the_gutter() -> None:
    axis = row_plots.log_axis([6.4, 0.12], [12.0], lambda x: f"{x:g}")
    places = [axis.place(value) for value, _ in axis.ticks]
    steps = [b - a for a, b in pairwise(places)]
    assert max(steps) - min(steps) < 0.02  # places are rounded to hundredths
    assert axis.place(0) < row_plots.GUTTER < places[0]
    assert axis.place(-5) == axis.place(0)


@example([5e-324])
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_linear_axis_holds_everything_and_nought_with_at_most_five_ticks(values: list[float]) -> None:
    axis = row_plots.linear_axis(values, str)
    assert len(axis.ticks) <= row_plots.MOST_TICKS
    assert axis.low <= min(0, *values)
    assert axis.high >= max(0, *values)
    assert all(0 <= axis.place(one) <= 100 for one in values)


def test_dot_stands_in_proportion() -> None:
    axis = row_plots.PlotAxis(0.0, 10.0, "linear", ())
    assert axis.place(5.0) == pytest.approx((axis.place(0.0) + axis.place(10.0)) / 2)


def test_bar_beyond_the_axis_ends_in_an_arrow() -> None:
    axis = row_plots.PlotAxis(1.0, 10.0, "log", (), gutter=True)
    picture = row_plots.spread(axis, Spread(5.0, 2.0, 4.0, 8.0, 38.0))
    arrows = [one for one in picture.marks if one.kind == "arrow"]
    assert [one.points for one in arrows] == ["right"]
    assert all(one.x <= 100 and one.x2 <= 100 for one in picture.marks)


def test_bar_that_reaches_nought_points_into_the_gutter() -> None:
    axis = row_plots.PlotAxis(0.01, 10.0, "log", (), gutter=True)
    picture = row_plots.spread(axis, Spread(0.09, -0.03, 0.02, 0.15, 0.22))
    arrow = next(one for one in picture.marks if one.kind == "arrow")
    assert arrow.points == "left"
    assert arrow.x < row_plots.GUTTER


def test_average_of_nought_or_less_is_a_square_in_the_gutter() -> None:
    axis = row_plots.PlotAxis(0.01, 10.0, "log", (), gutter=True)
    picture = row_plots.spread(axis, Spread(-0.04, -0.2, -0.1, 0.01, 0.06), css="h")
    square = next(one for one in picture.marks if one.kind == "square")
    assert square.x < row_plots.GUTTER
    assert "h" in square.css
    assert ("dot", "pt h") not in kinds(picture)


def test_no_interval_shows_the_dot_only() -> None:
    axis = row_plots.PlotAxis(0.0, 10.0, "linear", ())
    picture = row_plots.spread(axis, Spread(5.0))
    assert kinds(picture) == [("dot", "pt")]


def test_signed_bars_go_left_hatched_and_right_solid_from_one_zero() -> None:
    left = row_plots.signed_bar(-30.0, largest=60.0, smallest=-30.0, text="−£30")
    right = row_plots.signed_bar(60.0, largest=60.0, smallest=-30.0, text="£60")
    give = next(one for one in left.marks if one.kind == "box")
    get = next(one for one in right.marks if one.kind == "box")
    assert (give.css, get.css) == ("give", "get")
    assert give.x2 == pytest.approx(get.x)
    assert (get.x2 - get.x) == pytest.approx(2 * (give.x2 - give.x))


@pytest.mark.parametrize(("ends", "shown"), [((0, 9), {"gains"}), ((-9, 9), {"costs", "gains"}), ((-9, 0), {"costs"})])
def test_a_word_beside_zero_without_room_is_left_out(ends: tuple[float, float], shown: set[str]) -> None:
    picture = row_plots.head(row_plots.linear_axis(ends, str), sides=("costs", "gains"))
    assert {one.text for one in picture.marks} & {"costs", "gains"} == shown


def test_grid_lines_are_as_tall_as_their_cell() -> None:
    axis = row_plots.linear_axis([-1.0, 2.0], str)
    assert {mark.kind for mark in row_plots.grid(axis)} == {"grid"}
    html = environment().get_template("marks.html.j2").module.picture(row_plots.row(axis))
    under, row = html.split('<svg class="row"')
    assert under.count('y2="100%"') == len(axis.ticks)
    assert "<line" not in row
