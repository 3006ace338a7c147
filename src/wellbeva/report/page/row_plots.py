"""Row figures: an axis, and marks placed on it in percent of the width, so that bars stretch and type does not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from wellbeva.report.facts.result import Spread
from wellbeva.report.page.view import Mark, Picture

ROW = 34
BAND = 30
HEAD = 46
LOG_FROM = 20.0  # largest average over smallest from which an axis is logarithmic
GUTTER = 6.0  # percent of the width, headed "0 or less"
MOST_TICKS = 5
TINY = 1e-300  # a span below it has no power of ten to step by


@dataclass(frozen=True, slots=True)
class PlotAxis:
    """A scale shared by the rows of one figure.

    Parameters
    ----------
    low, high : float
        Ends of the scale.
    kind : {"linear", "log"}
    ticks : tuple of (float, str)
    lines : tuple of (float, str)
        Dashed lines that mean something, with their words.
    gutter : bool
        Whether the left end holds values that are 0 or less (logarithmic axes only).
    """

    low: float
    high: float
    kind: Literal["linear", "log"]
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[tuple[float, str], ...] = ()
    gutter: bool = False

    def place(self, x: float) -> float:
        """Return where `x` stands, in percent of the width, kept inside the picture."""
        left, right = (GUTTER + 4.0, 96.0) if self.gutter else (5.0, 95.0)
        if self.kind == "log":
            if x <= 0:
                return GUTTER / 2
            share = (math.log10(x) - math.log10(self.low)) / (math.log10(self.high) - math.log10(self.low))
        else:
            share = (x - self.low) / (self.high - self.low)
        return round(min(99.0, max(left - 4.0 if x < self.low else left, left + share * (right - left))), 2)

    def below(self, x: float) -> bool:
        """Whether `x` lies left of the scale."""
        return x <= 0 if self.kind == "log" and x <= 0 else x < self.low * (1 - 1e-9) - 1e-12 * abs(self.high)

    def above(self, x: float) -> bool:
        """Whether `x` lies right of the scale."""
        return x > self.high * (1 + 1e-9)


def wants_log(means: Iterable[float]) -> bool:
    """Whether averages differ so much that only a logarithmic axis shows them all."""
    positive = [mean for mean in means if mean > 0 and math.isfinite(mean)]
    return len(positive) > 1 and max(positive) / min(positive) > LOG_FROM


def log_axis(means: Sequence[float], highs: Sequence[float], words: Callable[[float], str]) -> PlotAxis:
    """Make a logarithmic axis over the averages and upper ends; low ends beyond a decade below become arrows.

    Parameters
    ----------
    means, highs : sequence of float
        Averages and upper ends in one unit; those of 0 or less are left out. At least one average is above 0.
    words : callable of float to str
        Writes a tick.
    """
    positive = [mean for mean in means if mean > 0]
    low = math.floor(math.log10(min(positive) / 2))
    high = math.log10(max([*positive, *[one for one in highs if one > 0]]) * 1.15)
    step = max(1, math.ceil((math.floor(high) - low + 1) / MOST_TICKS))
    ticks = tuple((10.0**power, words(10.0**power)) for power in range(low, math.floor(high) + 1, step))
    return PlotAxis(10.0**low, 10.0**high, "log", ticks, gutter=True)


def linear_axis(values: Iterable[float], words: Callable[[float], str], *, zero: bool = True) -> PlotAxis:
    """Make a linear axis that holds all values and 0, with at most five round ticks.

    Parameters
    ----------
    values : iterable of float
        In one unit; those that are not finite are left out.
    words : callable of float to str
        Writes a tick.
    zero : bool
        Whether 0 is held; without it, marks are dots alone, for a bar would begin nowhere.
    """
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    if zero:
        low, high = min(0.0, low), max(0.0, high)
    if high - low < TINY:
        high = low + 1.0
    step = _round_step(low, high)
    # Room for rounding: an end that is a tick, except for its last bits, keeps its tick.
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    ticks = tuple((index * step, words(index * step)) for index in range(first, last + 1))
    margin = 0.02 * (high - low)
    return PlotAxis(low - margin if low < 0 or not zero else low, high + margin, "linear", ticks)


def head(axis: PlotAxis, *, sides: tuple[str, str] = ("", "")) -> Picture:
    """Draw the axis over the rows: ticks, what the dashed lines mean, words on either side of 0.

    Parameters
    ----------
    axis : PlotAxis
    sides : tuple of (str, str)
        Words left and right of 0.
    """
    marks: list[Mark] = []
    # Where no word stands over the ticks, they take its room.
    zero = axis.place(0)
    # A word without room beside 0 would be cut.
    left, right = sides[0] if zero >= 20 else "", sides[1] if zero <= 60 else ""
    tall = HEAD if axis.gutter or axis.lines or left or right else HEAD - 24
    for value, text in axis.ticks:
        at = axis.place(value)
        marks.append(Mark("text", at, tall - 8, css="t2", text=text, points="middle"))
        marks.append(Mark("line", at, tall - 4, at, tall, css="g0" if _is_zero(axis, value) else "g"))
    if axis.gutter:
        marks.append(Mark("text", 0, 11, css="t3", text="0 or less", points="start"))
        marks.append(Mark("line", GUTTER, 16, GUTTER, HEAD, css="gut"))
    for value, text in axis.lines:
        at = axis.place(value)
        marks.append(Mark("text", at, 11, css="t4", text=text, points="start" if at < 45 else "middle"))
        marks.append(Mark("line", at, 16, at, HEAD, css="gb"))
    if left:
        marks.append(Mark("text", zero - 1.5, 11, css="t2", text=left, points="end"))
    if right:
        marks.append(Mark("text", zero + 1.5, 11, css="t2", text=right, points="start"))
    return Picture(tall, tuple(marks))


def grid(axis: PlotAxis) -> list[Mark]:
    """Draw the lines behind a row, as tall as the row's text makes it."""
    marks = [Mark("grid", axis.place(value), css="g0" if _is_zero(axis, value) else "g") for value, _ in axis.ticks]
    if axis.gutter:
        marks.append(Mark("grid", GUTTER, css="gut"))
    return [*marks, *(Mark("grid", axis.place(value), css="gb") for value, _ in axis.lines)]


def row(axis: PlotAxis, marks: Iterable[Mark] = (), *, height: int = ROW) -> Picture:
    """Draw marks over the grid; no mark in a row that heads a band or has nothing to show.

    Parameters
    ----------
    axis : PlotAxis
    marks : iterable of Mark
    height : int [pixel]
    """
    return Picture(height, (*grid(axis), *marks))


def spread(axis: PlotAxis, shown: Spread, *, css: str = "") -> Picture:
    """Draw a row: thin bar for 9 of 10 futures, thick bar for the middle half, dot for the average.

    Bars that leave the scale end in an arrow; an average of 0 or less on a logarithmic axis is a square in the gutter.

    Parameters
    ----------
    axis : PlotAxis
    shown : Spread
        In the unit of the axis; NaN draws no dot, and no bar.
    css : str
        Class of the dot.
    """
    y, low, high = ROW / 2, shown.q05, shown.q95
    marks: list[Mark] = []
    if all(math.isfinite(one) for one in (low, shown.q25, shown.q75, high)) and low < high:
        for start, end, name in ((shown.q25, shown.q75, "thick"), (low, high, "thin")):
            if not (axis.kind == "log" and end <= 0):
                marks.append(Mark("line", _left(axis, start), y, _right(axis, end), y, css=name))
        if axis.below(low) and not (axis.kind == "log" and high <= 0):
            marks.append(Mark("arrow", _left(axis, low), y, css="arrow", points="left"))
        if axis.above(high):
            marks.append(Mark("arrow", _right(axis, high), y, css="arrow", points="right"))
    if math.isfinite(shown.mean):
        square = axis.kind == "log" and shown.mean <= 0
        marks.append(Mark("square" if square else "dot", axis.place(shown.mean), y, css=f"pt {css}".strip()))
    return row(axis, marks)


def signed_bar(value: float, *, largest: float, smallest: float, text: str, height: int = 24) -> Picture:
    """Draw a bar from 0: hatched to the left for what is given, solid to the right for what is gained.

    Parameters
    ----------
    value : float
    largest, smallest : float
        Of all bars that share the scale, in the unit of `value`; they hold it between them.
    text : str
        Written at the end of the bar.
    height : int [pixel]
    """
    room = 22.0  # percent kept on either side for the number at the bar's end
    left = room if smallest < 0 else 1.0
    reach = (largest - min(0.0, smallest)) or 1.0
    zero = left + (100 - room - left) * (-min(0.0, smallest)) / reach
    at = zero + (100 - room - left) * value / reach
    marks = [Mark("grid", zero, css="g0")]
    if value:
        marks.append(Mark("box", min(zero, at), 5, max(zero, at), height - 5, css="give" if value < 0 else "get"))
    shift = -1.0 if value < 0 else 1.0
    marks.append(Mark("text", at + shift, height / 2 + 4, text=text, points="end" if value < 0 else "start", css="t1"))
    return Picture(height, tuple(marks))


def _is_zero(axis: PlotAxis, value: float) -> bool:
    return axis.kind == "linear" and abs(value) < 1e-12 * max(abs(axis.low), abs(axis.high))


def _left(axis: PlotAxis, x: float) -> float:
    if not axis.below(x):
        return axis.place(x)
    return GUTTER / 2 if axis.gutter and x <= 0 else axis.place(axis.low) - 3.0


def _right(axis: PlotAxis, x: float) -> float:
    return axis.place(x) if not axis.above(x) else 98.5


def _round_step(low: float, high: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that gives at most five ticks."""
    power = 10.0 ** (math.floor(math.log10(high - low)) - 1)
    steps = [one * power * scale for scale in (1.0, 10.0, 100.0) for one in (1.0, 2.0, 5.0)]
    return next(
        step for step in steps if math.floor(high / step + 1e-9) - math.ceil(low / step - 1e-9) + 1 <= MOST_TICKS
    )
