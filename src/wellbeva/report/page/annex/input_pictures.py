"""The small pictures on the cards of inputs: a bar of what is drawn, stems of single values, bars of shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wellbeva.report.page import row_plots
from wellbeva.report.page.view import Mark, Picture
from wellbeva.report.text.distributions import trimmed

if TYPE_CHECKING:
    from wellbeva.distributions.spec import Distribution

LEVELS = (0.05, 0.25, 0.75, 0.95)  # the bars: 9 of 10 draws, the middle half
HEIGHT = 40
BAR = 14.0  # pixels from the top to the bars; the printed ends are written below them
STEM = 20.0  # the tallest stem
MOST_STEMS = 12
SHARE = 30  # pixels for one share: its name, and its bar below


def drawn_at(distribution: Distribution) -> tuple[float, ...]:
    """Return the average that is drawn, then its quantiles at `LEVELS`."""
    from wellbeva.distributions.moments import mean
    from wellbeva.distributions.quantile import ppf

    return (mean(distribution), *(float(x) for x in ppf(distribution, LEVELS)))


def bar(drawn: Sequence[float], printed: Sequence[float], unit: str, currency: str) -> Picture:
    """Draw bars and average, with the printed numbers as upright dashes, the outer two written out.

    Parameters
    ----------
    drawn : sequence of float
        As `drawn_at` gives it.
    printed : sequence of float
        Rising; empty where the source prints no ends.
    unit, currency : str
    """
    axis = _axis([drawn[1], drawn[-1], *printed])
    middle, start, quarter, three, end = (axis.place(x) for x in drawn)
    marks = [
        Mark("line", quarter, BAR, three, BAR, css="thick"),
        Mark("line", start, BAR, end, BAR, css="thin"),
        Mark("dot", middle, BAR, css="pt"),
    ]
    marks += [Mark("line", axis.place(x), 2, axis.place(x), 2 * BAR - 2, css="gb") for x in printed]
    if printed:
        marks += _ends(axis, printed[0], printed[-1], unit, currency)
    return Picture(HEIGHT if printed else int(2 * BAR), tuple(marks))


def stems(found: Mapping[float, float], unit: str, currency: str) -> Picture:
    """Draw single values as stems, each as tall as it is likely.

    Parameters
    ----------
    found : mapping of value to chance
        Values rising.
    unit, currency : str
    """
    values = list(found)
    axis = _axis(values)
    most, foot = max(found.values()), STEM + 4
    marks = [Mark("line", 0, foot, 100, foot, css="thin")]
    for at, chance in found.items():
        x = axis.place(at)
        marks.append(Mark("line", x, foot, x, round(foot - STEM * chance / most, 1), css="thick"))
    return Picture(HEIGHT, (*marks, *_ends(axis, values[0], values[-1], unit, currency)))


def shares(found: Sequence[tuple[str, Sequence[float]]]) -> Picture:
    """Draw shares that add to 1 below each other, on one scale from 0% to 100%.

    Parameters
    ----------
    found : sequence of (str, sequence of float)
        The label of each share in words, and what `drawn_at` gives for it.
    """
    axis = row_plots.PlotAxis(0.0, 1.0, "linear", ())
    marks: list[Mark] = []
    for row, (label, drawn) in enumerate(found):
        y = row * SHARE + 22.0
        middle, start, quarter, three, end = (axis.place(x) for x in drawn)
        marks += [
            Mark("text", axis.place(0), row * SHARE + 12, css="t3", text=label, points="start"),
            Mark("line", axis.place(0), y, axis.place(1), y, css="g"),
            Mark("line", quarter, y, three, y, css="thick"),
            Mark("line", start, y, end, y, css="thin"),
            Mark("dot", middle, y, css="pt"),
        ]
    return Picture(SHARE * len(found) + 2, tuple(marks))


def _axis(values: Sequence[float]) -> row_plots.PlotAxis:
    low, high = min(values), max(values)
    room = 0.1 * (high - low) or 1.0
    return row_plots.PlotAxis(low - room, high + room, "linear", ())


def _ends(axis: row_plots.PlotAxis, low: float, high: float, unit: str, currency: str) -> list[Mark]:
    found = [(low, "start"), (high, "end")] if low < high else [(low, "middle")]
    return [
        Mark("text", axis.place(x), HEIGHT - 1, css="t3", text=trimmed(x, unit, currency), points=anchor)
        for x, anchor in found
    ]
