"""The rules of page one that the live page follows: which functions of the report it calls, and what it has by hand."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from wellbeva.analysis import decision_arrays, headline
from wellbeva.analysis.evidence import evidence_of, without_comparison
from wellbeva.analysis.tables.league import league
from wellbeva.page.front.translation import translate
from wellbeva.report.facts.answer import answer, noun, ranked
from wellbeva.report.facts.difference import Difference
from wellbeva.report.facts.result import OptionFacts, Result, Spread
from wellbeva.report.page.blocks.timing import cash_of, cash_options
from wellbeva.report.page.cells import main_spread
from wellbeva.report.page.row_plots import PlotAxis
from wellbeva.report.page.summary.balance import Line, balance_of, divided_lines, shown_options
from wellbeva.report.page.summary.league import league_table, per_1000_axis
from wellbeva.report.page.summary.rivals import best_tiles, rivals_axis, rivals_table, tiles_title
from wellbeva.report.page.view import Mark
from wellbeva.report.text import numbers
from wellbeva.report.text.units import amount

ROOTS: Final[tuple[Callable[..., object], ...]] = (
    answer, noun, ranked, main_spread, rivals_table, rivals_axis, best_tiles, tiles_title, league_table, per_1000_axis,
    shown_options, balance_of, divided_lines, cash_of, cash_options, headline.answer, evidence_of, without_comparison,
    amount, numbers.counted, numbers.listed, numbers.chance,
    Difference, OptionFacts, Result, Spread, PlotAxis, Line, Mark,
)  # fmt: skip
NATIVES: Final[Mapping[object, str]] = {
    numbers.figures: "figures",
    numbers._grouped: "grouped",
    decision_arrays.decision_view: "decision_view",
    decision_arrays.best_first: "best_first",
    decision_arrays.share_ahead: "share_ahead",
    decision_arrays.strictly_ahead: "strictly_ahead",
    decision_arrays.more_for_money: "more_for_money",
    headline._worth_it: "worth_it",
    league: "league",
}
"""Written by hand in ``runtime.js`` and ``facts.js``: what reads arrays, and decimal arithmetic."""


@lru_cache(maxsize=1)
def source() -> str:
    """Return the rules in JavaScript; the same for every scenario."""
    return "\n".join((text("runtime.js"), translate(ROOTS, NATIVES), text("facts.js"), _classes()))


def text(name: str) -> str:
    """Return the text of a file beside this one."""
    return (resources.files("wellbeva.page.front") / name).read_text("utf-8")


def encoded(value: Any) -> Any:
    """Return frozen facts as JSON can hold them: classes by name, and numbers that are not finite.

    Examples
    --------
    >>> encoded((1.5, math.nan))
    [1.5, {'number': 'NaN'}]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: encoded(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"class": type(value).__name__, "fields": fields}
    if isinstance(value, tuple | list):
        return [encoded(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    return None if isinstance(value, Mapping) else value  # shares of draws come from a run, never from the saved facts


def _classes() -> str:
    made = (Difference, OptionFacts, Result, Spread, headline.Headline)
    named = (f"{one.__name__}:{one.__module__.rpartition('.')[2]}${one.__name__}" for one in made)
    return f"facts.classes={{{','.join(named)}}};"
